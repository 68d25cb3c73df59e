//! Made-up names of the demo's school. No family or teacher is meant.

pub const FAMILY: &[&str] = &[
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý",
    "Đinh", "Mai", "Tạ",
];
pub const MIDDLE: &[&str] = &[
    "Minh", "Gia", "Bảo", "Ngọc", "Thảo", "Đức", "Thanh", "Khánh", "Hải", "Thuỳ", "Anh", "Quỳnh",
    "Hoài", "Tuấn", "Phương",
];
pub const CHILD_GIVEN: &[&str] = &[
    "Anh", "Bình", "Châu", "Chi", "Dũng", "Giang", "Hà", "Huy", "Khôi", "Lan", "Long", "Ly", "My",
    "Nga", "Ngân", "Nhi", "Phong", "Phúc", "Quân", "Sơn", "Thư", "Trang", "Trí", "Uyên", "Vy",
    "Việt", "Yến", "Đạt", "Đăng", "Kiên",
];
/// One for each class, in the order of the classes.
pub const TEACHERS: [&str; 12] = [
    "Cô Bích",
    "Cô Duyên",
    "Cô Hằng",
    "Cô Huệ",
    "Cô Liên",
    "Cô Mai",
    "Cô Nhung",
    "Cô Oanh",
    "Cô Hoa",
    "Cô Thơm",
    "Cô Vân",
    "Cô Xuân",
];
pub const DEPUTY: &str = "Cô Thuận";

pub fn mother(child: &str) -> String {
    format!("Mẹ {child}")
}

pub fn father(child: &str) -> String {
    format!("Ba {child}")
}

/// What a parent of the page is called after a child: "Mẹ An", "Bà Khang".
pub fn parent(persona: &str, child: &str) -> String {
    let kin = match persona.split('-').next() {
        Some("me") => "Mẹ",
        Some("ba") if persona == "ba-tu" => "Bà",
        Some("bo") => "Bố",
        Some(_) | None => "Ba",
    };
    format!("{kin} {child}")
}

/// A child of somebody on the page: class, place in it, name.
type Part = (&'static str, usize, &'static str);

/// Whose parents the people of the page are.
pub const PARTS: [(&str, &[Part]); 5] = [
    ("me-an", &[("5A1", 0, "Nguyễn Hoài An")]),
    ("ba-nam", &[("5A1", 1, "Trần Hải Nam")]),
    (
        "me-cuc",
        &[("5A1", 2, "Lê Gia Bảo"), ("4A2", 0, "Lê Gia Linh")],
    ),
    ("bo-dung", &[("4A2", 1, "Hoàng Thuỳ Dương")]),
    ("ba-tu", &[("4A2", 2, "Phạm Minh Khang")]),
];
