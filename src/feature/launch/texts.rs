//! What the principal reads when she starts or withdraws a task.

use crate::domain::Timestamp;

pub const SENT_PRIVATELY: &str = "Dạ, em trả lời cô trong tin nhắn riêng rồi ạ.";
pub const WITHDRAW: &str = "↩️ Rút lại việc này";
pub const UNKNOWN: &str =
    "Dạ, em không thấy việc này ở trường mình ạ. Cô nhắn /phatdong để xem các việc đang có nhé.";

pub fn usage(titles: &[&str]) -> String {
    let list = if titles.is_empty() {
        "chưa có việc nào".to_owned()
    } else {
        titles.join("; ")
    };
    format!(
        "Dạ, cô nhắn tên việc, bắt đầu bằng từ chỉ việc làm, ví dụ: /phatdong Cài ứng dụng họp. \
         Em gửi bảng vào các nhóm lớp ạ.\n\
         Các việc đang có: {list}. Nhắn lại tên một việc đang có thì em gửi bảng mới."
    )
}

pub fn too_long(longest: usize) -> String {
    format!(
        "Dạ, tên việc cần ngắn, không quá {longest} chữ cái, để vừa nút bấm trên điện thoại ạ. Cô nhắn lại tên ngắn hơn giúp em nhé."
    )
}

/// In how many class groups a board hangs when.
pub struct Boards {
    pub sent: usize,
    pub in_the_morning: usize,
    pub morning: Timestamp,
    /// These had their boards of the week already.
    pub another_day: usize,
}

pub fn opened(title: &str, boards: &Boards, now: Timestamp) -> String {
    let mut lines = Vec::new();
    if boards.sent > 0 {
        lines.push(format!("Em gửi bảng vào {} nhóm lớp ạ.", boards.sent));
    }
    if boards.in_the_morning > 0 {
        lines.push(format!(
            "Giờ này cả nhà đang nghỉ, nên {} ngày {} em gửi bảng vào {} nhóm lớp ạ.",
            boards.morning.clock(),
            boards.morning.day(now),
            boards.in_the_morning
        ));
    }
    if boards.another_day > 0 {
        lines.push(format!(
            "Trên Zalo mỗi nhóm nhận nhiều nhất hai bảng một tuần cho khỏi phiền, nên {} nhóm nhận bảng mới trong \
             vài ngày tới. Ba mẹ, ông bà nhắn em là em ghi nhận ngay.",
            boards.another_day
        ));
    }
    if lines.is_empty() {
        return format!(
            "Dạ, em đã mở việc “{title}”. Chưa có nhóm lớp nào kết nối với em nên em chưa gửi bảng ạ. Khi có nhóm, cô nhắn lại /phatdong {title} nhé."
        );
    }
    format!("Dạ, em đã mở việc “{title}” ạ. {}", lines.join(" "))
}

pub fn withdrawn(title: &str) -> String {
    format!(
        "Dạ, em đã rút việc “{title}” khỏi các bảng. Những gì gia đình đã báo vẫn được giữ ạ. Muốn mở lại, cô nhắn /phatdong {title}."
    )
}
