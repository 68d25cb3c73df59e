//! How the page tells who is who.

pub const NO_SCHOOL: &str = "Chưa có trường";
pub const STRANGER: &str = "Chưa kết nối với bé nào";
pub const PRINCIPAL: &str = "Hiệu trưởng, xem số liệu cả trường";

pub fn class_group(code: &str) -> String {
    format!("Nhóm lớp {code}")
}

pub fn homeroom(code: &str) -> String {
    format!("Chủ nhiệm lớp {code}")
}

/// `families`: given name and class of each child.
pub fn guardian(families: &[(&str, &str)], hint: &str) -> String {
    let own = match families {
        [] => STRANGER.to_owned(),
        [(child, class)] => format!("Nhà bé {child} lớp {class}"),
        several => {
            let all: Vec<String> = several
                .iter()
                .map(|(child, class)| format!("{child} {class}"))
                .collect();
            format!("Nhà hai bé: {}", all.join(" và "))
        }
    };
    if hint.is_empty() {
        own
    } else {
        format!("{own}, {hint}")
    }
}
