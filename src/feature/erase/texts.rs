//! What somebody reads who wants to be forgotten. No question why, no persuading.

pub const SENT_PRIVATELY: &str = "Dạ, em trả lời mình ở tin nhắn riêng rồi ạ.";
pub const ERASE: &str = "🗑 Xoá hết của mình";
pub const KEEP: &str = "Giữ lại";
pub const NOTHING: &str = "Dạ, em không giữ gì của mình cả ạ.";
pub const KEPT: &str = "Dạ vâng, em giữ nguyên ạ. Khi nào muốn xoá, mình nhắn /xoa nhé.";

/// What stands about somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept<'a> {
    /// As the platform shows it.
    pub name: &'a str,
    /// Given name and class.
    pub children: Vec<(&'a str, &'a str)>,
    pub answers: i64,
    pub reminds: bool,
    pub is_staff: bool,
}

pub fn kept(kept: &Kept<'_>) -> String {
    let mut out = String::from("Dạ, em đang giữ của mình những điều này ạ:");
    out.push_str(&format!("\n• Tên đang hiện ở đây: {}", kept.name));
    for (child, class) in &kept.children {
        out.push_str(&format!("\n• Là người nhà của bé {child}, lớp {class}"));
    }
    if kept.answers > 0 {
        out.push_str(&format!("\n• {} câu trả lời đã báo", kept.answers));
    }
    if kept.reminds {
        out.push_str("\n• Đồng ý nhận tin nhắc");
    }
    out.push_str(
        "\n\nXoá rồi thì em không còn nhận ra mình nữa, và không lấy lại được ạ. \
         Việc người khác trong nhà đã báo vẫn còn.",
    );
    if kept.is_staff {
        out.push_str(" Phần việc của thầy cô ở trường em vẫn giữ.");
    }
    out.push_str("\n\nMình có muốn xoá không ạ?");
    out
}

pub fn erased(receipt: &str, on_the_staff: bool) -> String {
    let post = if on_the_staff {
        " Phần việc của thầy cô ở trường em vẫn giữ."
    } else {
        ""
    };
    format!(
        "Dạ, em xoá xong rồi ạ.{post}\nMã biên nhận: {receipt}\n\
         Muốn dùng lại, mình quét mã trên phiếu của bé nhé. Em cảm ơn ạ."
    )
}

pub fn for_teacher(child: &str, class: &str) -> String {
    format!(
        "Dạ, một người nhà của bé {child}, lớp {class} không còn liên kết với em nữa ạ. Cô không cần làm gì đâu."
    )
}
