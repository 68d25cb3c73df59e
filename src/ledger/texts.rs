//! The titles of the tasks that every school begins with.

pub const QR: &str = "Quét QR của lớp";
pub const GROUP: &str = "Vào nhóm lớp";
pub const VNEID: &str = "Kích hoạt VNeID mức 2";

pub fn collection(month: i8) -> String {
    format!("Chuyển khoản thu tháng {month}")
}
