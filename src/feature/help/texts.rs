//! Greeting, help, and what the bot says when it cannot go on.

pub const BUTTON_TASKS: &str = "✅ Báo việc đã làm";
pub const BUTTON_GUIDES: &str = "❓ Hỏi cách làm";
pub const SENT_PRIVATELY: &str = "Dạ, em gửi phần trợ giúp vào tin nhắn riêng rồi ạ.";
pub const EMPTY: &str = "Dạ, em chưa đọc được tin này ạ. Ba mẹ nhắn lại bằng chữ giúp em nhé.";
pub const TOO_LATE: &str = "Dạ, câu hỏi này cũ quá rồi ạ. Nhắn /xacnhan để em hỏi lại nhé.";
pub const NO_SUCH_CHOICE: &str =
    "Dạ, em chưa thấy lựa chọn này ạ. Nhắn /xacnhan để em gửi lại các việc đang có nhé.";
pub const ATTACHMENT: &str = "Dạ, em chỉ đọc được chữ, không mở và không giữ ảnh hay tệp ạ. \
     Ba mẹ nhắn giúp em một câu, ví dụ: “em quét mã rồi”.";
pub const SECRET: &str = "Dạ, ba mẹ đừng gửi mã OTP, mật khẩu, số thẻ hay số căn cước cho ai, kể cả em ạ. \
     Em không lưu lại đâu. Ba mẹ nhấn giữ tin vừa gửi rồi chọn Thu hồi (hoặc Xoá) giúp em nhé.";
pub const SECRET_GROUP: &str = "Dạ, tin vừa rồi có vẻ có mã hoặc số riêng tư ạ. \
     Ba mẹ nhấn giữ tin đó rồi chọn Thu hồi (hoặc Xoá) giúp em nhé. Em không lưu lại đâu ạ.";
pub const NOT_FOR_YOU: &str = "Dạ, mục này dành cho cô giáo của lớp và ban giám hiệu ạ. Nhắn /trogiup để xem các mục của mình nhé.";
pub const SORRY: &str = "Dạ, em đang trục trặc một chút, chưa làm được việc này ạ. Ba mẹ thử lại sau ít phút giúp em nhé.";

pub fn hello(school: Option<&str>) -> String {
    let of_school = school
        .map(|name| format!(" của {name}"))
        .unwrap_or_default();
    format!(
        "Dạ, em chào ba mẹ, ông bà ạ! Em là trợ lý tự động{of_school}. \
         Em ghi lại những việc gia đình đã làm được và chỉ cách làm từng bước. Mình bắt đầu từ đâu ạ?"
    )
}

pub fn help(teacher: bool, lead: bool) -> String {
    let mut out = String::from(
        "Dạ, em giúp được những việc này ạ:\n\
         • Báo việc đã làm: /xacnhan, hoặc nhắn “em quét mã rồi”\n\
         • Hỏi cách làm: /huongdan, hoặc nhắn câu hỏi của mình\n\
         • Xem gia đình mình: /trangthai\n\
         Lỡ báo nhầm thì nhắn “em bấm nhầm” để rút lại ạ.",
    );
    if teacher {
        out.push_str(
            "\n\nDành cho cô giáo (nhắn riêng em):\n\
             • Số liệu của lớp: /baocao\n\
             • Nhà nào còn thiếu: /danhsach\n\
             • Nhập hộ gia đình: /nhapho",
        );
    }
    if lead {
        out.push_str(
            "\n\nDành cho ban giám hiệu:\n\
             • Số liệu toàn trường: /baocao\n\
             • Phát động một việc: /phatdong",
        );
    }
    out
}
