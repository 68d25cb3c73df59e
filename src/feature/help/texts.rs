//! Greeting, help, and what the bot says when it cannot go on.

use crate::understand::commands::Name;

pub const BUTTON_FAMILY: &str = "👪 Em là người nhà của bé";
pub const BUTTON_TASKS: &str = "✅ Báo việc đã làm";
pub const BUTTON_GUIDES: &str = "❓ Hỏi cách làm";
pub const OPEN_PRIVATE: &str =
    "Dạ, ba mẹ bấm vào tên em rồi nhắn /batdau để mở lại tin nhắn riêng giúp em nhé ạ.";
pub const SENT_PRIVATELY: &str = "Dạ, em gửi phần trợ giúp vào tin nhắn riêng rồi ạ.";
pub const EMPTY: &str = "Dạ, em chưa đọc được tin này ạ. Mình nhắn lại bằng chữ giúp em nhé.";
pub const TOO_LATE: &str =
    "Dạ, câu hỏi cũ không còn chờ trả lời nữa ạ. Mình nhắn /xacnhan, em hỏi lại ngay nhé.";
pub const NO_SUCH_CHOICE: &str =
    "Dạ, em chưa thấy lựa chọn này ạ. Mình xem lại các mục em gửi, hoặc nhắn /trogiup nhé.";
pub const ATTACHMENT: &str = "Dạ, em chỉ đọc được chữ, không mở và không giữ ảnh hay tệp ạ. \
     Mình nhắn giúp em một câu, ví dụ: “em quét mã rồi”.";
pub const UNREADABLE: &str = "Dạ, tin này Zalo không cho em đọc ạ: có thể là tệp, hoặc máy đang dùng tài khoản trẻ em. \
     Mình nhắn bằng chữ từ tài khoản của ba mẹ, ông bà giúp em nhé.";
pub const SECRET: &str = "Dạ, mình đừng gửi mã OTP, mật khẩu, số thẻ hay số căn cước cho ai, kể cả em ạ. \
     Em không lưu lại đâu. Mình nhấn giữ tin vừa gửi rồi chọn Thu hồi (hoặc Xoá) giúp em nhé.";
pub const SECRET_GROUP: &str = "Dạ, tin vừa rồi hình như có mã hoặc số cần giữ kín ạ. \
     Mình nhấn giữ tin đó rồi chọn Thu hồi (hoặc Xoá) giúp em nhé. Em không lưu lại đâu ạ.";
pub const NOT_FOR_YOU: &str = "Dạ, mục này em chưa mở cho mình được ạ. Mình nhắn /trogiup để xem những mục mình dùng được nhé.";
pub const SORRY: &str = "Dạ, em đang trục trặc một chút, chưa làm được việc này ạ. Mình thử lại sau ít phút giúp em nhé.";

/// What a platform's own menu of commands says of each.
pub fn command(name: Name) -> &'static str {
    match name {
        Name::Start => "Chào trợ lý của lớp",
        Name::Help => "Trợ giúp: mình làm được những gì",
        Name::Guide => "Hỏi cách làm từng bước",
        Name::Confirm => "Báo việc nhà mình đã làm",
        Name::Status => "Xem nhà mình đã báo những gì",
        Name::Roster => "Cô giáo: nhà nào còn thiếu",
        Name::Proxy => "Cô giáo: nhập hộ gia đình",
        Name::Report => "Số liệu của lớp, của trường",
        Name::Launch => "Ban giám hiệu: phát động một việc",
        Name::Bind => "Cô giáo: gắn nhóm này với lớp",
        Name::Remind => "Cô giáo: nhắc nhà chưa xong",
        Name::Stop => "Thôi nhận tin nhắc riêng",
        Name::Families => "Cô giáo: ai trong nhà đã vào, đổi máy",
        Name::Erase => "Rút lại và xoá dữ liệu của mình",
    }
}

pub fn hello(school: Option<&str>) -> String {
    let of_school = school
        .map(|name| format!(" của {name}"))
        .unwrap_or_default();
    format!(
        "Dạ, em chào ba mẹ, ông bà và thầy cô ạ! Em là trợ lý tự động{of_school}. \
         Em ghi lại những việc gia đình đã làm được và chỉ cách làm từng bước. Mình bắt đầu từ đâu ạ?"
    )
}

pub fn help(teacher: bool, lead: bool) -> String {
    let mut out = String::from(
        "Dạ, em giúp được những việc này ạ:\n\
         • Báo việc đã làm: /xacnhan, hoặc nhắn “em quét mã rồi”\n\
         • Hỏi cách làm: /huongdan, hoặc nhắn câu hỏi của mình\n\
         • Xem nhà mình đã báo những gì: /trangthai\n\
         • Thôi nhận tin nhắc: /dung. Xoá dữ liệu của mình: /xoa\n\
         Lỡ báo nhầm thì nhắn “em bấm nhầm” để rút lại ạ.",
    );
    if teacher {
        out.push_str(
            "\n\nDành cho cô giáo (nhắn riêng em):\n\
             • Số liệu của lớp: /baocao\n\
             • Nhà nào còn thiếu: /danhsach\n\
             • Nhập hộ gia đình: /nhapho\n\
             • Ai trong nhà đã vào, đổi máy, mã phiếu: /giadinh\n\
             • Nhắc các nhà chưa xong: /nhac\n\
             • Gắn nhóm lớp, em chỉ từng bước: /ganlop",
        );
    }
    if lead {
        out.push_str(
            "\n\nDành cho ban giám hiệu:\n\
             • Số liệu toàn trường: /baocao\n\
             • Nhắc các nhà chưa xong: /nhac\n\
             • Phát động một việc: /phatdong",
        );
    }
    out
}
