//! What is said about groups, in them or to the teacher.

use crate::domain::Timestamp;

pub const HELLO: &str = "Dạ, em chào cả nhà ạ. Em là trợ lý tự động của nhà trường. \
     Nhóm này chưa gắn với lớp nào nên em chưa làm gì ở đây. Nhờ cô giáo chủ nhiệm nhắn /ganlop giúp em ạ.";
/// Steps as one sees them on the screen, one under the other.
pub const IN_THE_GROUP: &str = "Dạ, cô thêm em vào nhóm lớp theo bốn bước này ạ:\n\n\
     1️⃣ Nhóm lớp ▸ chạm tên nhóm ở trên cùng\n\
     2️⃣ Thêm thành viên ▸ tìm tên em ▸ Thêm\n\
     3️⃣ Quản trị viên ▸ Thêm ▸ chọn tên em ▸ Xong\n\
     4️⃣ Quay lại nhóm ▸ nhắn: /ganlop\n\n\
     Em không cần quyền nào khác. Có bước 3 em mới đọc được câu trả lời trong nhóm và biết nhà nào đã vào.";
/// An Official Account is in the groups that it made itself.
pub const IN_THE_ACCOUNTS_GROUP: &str =
    "Dạ, cô mở nhóm lớp mà trang Zalo của trường đã lập, rồi nhắn trong nhóm: /ganlop giúp em ạ.";
/// `lines`: what to say in which group.
pub fn by_marker(lines: &[String]) -> String {
    format!(
        "Dạ, cô làm ba bước này giúp em ạ:\n\n\
         1️⃣ Trưởng nhóm mời em vào nhóm\n\
         2️⃣ Trong nhóm, gõ @ rồi chạm tên em trong danh sách hiện ra\n\
         3️⃣ Gõ mã của đúng nhóm ấy sau tên em, rồi gửi\n\n\
         {}\n\n\
         Mã dùng được một lần, trong một ngày. Gửi rồi mà em im thì cô làm lại bước 2 giúp em ạ.",
        lines.join("\n")
    )
}

pub fn marker_of_class(title: &str, code: &str) -> String {
    format!("Nhóm lớp {title}: {code}")
}

pub fn marker_of_staff(code: &str) -> String {
    format!("Nhóm hội đồng của trường: {code}")
}

pub fn bound_by_marker(title: &str) -> String {
    format!(
        "Dạ, nhóm lớp {title} đã gắn xong bằng mã của cô ạ. Nếu không phải cô hay người nhà trường làm việc này, \
         cô nhắn /ganlop để gắn lại nhé."
    )
}

pub const STAFF_ROOM_BY_MARKER: &str = "Dạ, nhóm hội đồng của trường đã gắn xong bằng mã em gửi thầy cô ạ. Nếu không phải người nhà trường làm việc này, \
     thầy cô nhờ trưởng nhóm ấy đưa em ra, rồi nhắn /ganlop lấy mã mới nhé.";

pub const WHICH: &str = "Dạ, nhóm này là của lớp nào ạ?";
pub const CHANGE: &str = "Đổi sang nhóm này";
pub const ANOTHER_CLASS: &str = "Dạ, nhóm này đang là nhóm của một lớp khác ạ. \
     Nếu đổi, nhờ cô chủ nhiệm lớp đó nhắn /ganlop giúp em.";
pub const ANOTHER_CLASS_AND_MARKER_SPENT: &str = "Dạ, nhóm này đang là nhóm của một lớp khác nên em chưa gắn ạ; mã vừa gửi thì đã dùng rồi. \
     Nếu đúng là nhóm này, nhờ cô chủ nhiệm lớp kia gắn lớp ấy vào nhóm khác trước, rồi cô nhắn riêng em /ganlop lấy mã mới nhé.";
pub const IS_STAFF_ROOM: &str = "Dạ, nhóm này đang là nhóm của hội đồng nhà trường ạ. Cô nhắn /ganlop trong nhóm lớp giúp em nhé.";
pub const UNKNOWN: &str = "Dạ, em chưa gắn được ạ. Cô nhắn lại /ganlop giúp em nhé.";
pub const STAFF_ROOM: &str = "Dạ, nhóm lớp thì cô chủ nhiệm nhắn /ganlop ạ. \
     Còn nhóm này có phải là nhóm hội đồng của trường mình không ạ?";
pub const YES_STAFF: &str = "Đúng, nhóm hội đồng";
pub const BOUND_STAFF: &str =
    "Dạ, từ giờ đây là nhóm hội đồng của trường ạ. Xem số liệu toàn trường thì nhắn /baocao nhé.";
pub const PUT_OUT_OF_STAFF_ROOM: &str =
    "Dạ, em vừa được đưa ra khỏi nhóm hội đồng ạ. Khi cần, cô thêm em lại vào nhóm là em làm tiếp.";

pub fn class(title: &str) -> String {
    format!("Lớp {title}")
}

pub fn not_your_class(own: &[&str]) -> String {
    format!(
        "Dạ, cô đang phụ trách lớp {} ạ. Nhóm của lớp khác, nhờ cô chủ nhiệm lớp đó nhắn /ganlop giúp em.",
        own.join(", ")
    )
}

pub fn bound(title: &str) -> String {
    format!(
        "Dạ, từ giờ đây là nhóm của lớp {title} ạ. Việc cả lớp cùng làm em treo trên bảng dưới đây, \
         ba mẹ, ông bà làm xong việc nào thì báo việc đó giúp em nhé."
    )
}

pub fn bound_at_night(title: &str, morning: Timestamp, now: Timestamp) -> String {
    format!(
        "Dạ, từ giờ đây là nhóm của lớp {title} ạ. Giờ này cả nhà đang nghỉ, nên {} ngày {} em treo bảng việc của lớp. \
         Ba mẹ, ông bà cần hỏi gì thì lúc nào nhắn em cũng được ạ.",
        morning.clock(),
        morning.day(now)
    )
}

pub fn is_already(title: &str) -> String {
    format!("Dạ, nhóm này đã là nhóm của lớp {title} rồi ạ.")
}

pub fn change_class(title: &str) -> String {
    format!(
        "Dạ, nhóm này đang là nhóm của một lớp khác cô phụ trách ạ. Cô muốn đổi sang lớp {title} không ạ?"
    )
}

pub fn second_group(title: &str) -> String {
    format!(
        "Dạ, lớp {title} đã có một nhóm rồi ạ. Cô muốn chuyển bảng của lớp sang nhóm này không ạ?"
    )
}

pub fn put_out(title: &str) -> String {
    format!(
        "Dạ, em không gửi được tin vào nhóm lớp {title} nữa ạ, có lẽ em vừa được đưa ra khỏi nhóm. \
         Nếu là bấm nhầm, cô thêm em lại vào nhóm, rồi trong nhóm gọi tên em, nhắn “trợ giúp”: em làm tiếp ngay, không cần gắn lại đâu ạ."
    )
}

/// `names`: the family's children in the class.
pub fn closed(names: &[&str]) -> String {
    format!(
        "🔒 Dạ, em không nhắn riêng được cho người nhà bé {} nữa ạ (có thể trò chuyện với em đã bị xoá hoặc bị chặn). \
         Những gì nhà đã báo vẫn còn nguyên. Em đã nhắn cách mở lại trong nhóm lớp; khi nào gặp, cô nhắc gia đình bé \
         làm theo giúp em nhé.",
        names.join(", ")
    )
}

/// No name and no number: nobody needs to know whom it is about.
pub const DOOR: &str =
    "Dạ, ba mẹ, ông bà nào lâu chưa thấy tin riêng của em thì bấm nút này để mở lại nhé ạ.";
/// Where there are no buttons.
pub const DOOR_IN_WORDS: &str = "Dạ, ba mẹ, ông bà nào lâu chưa thấy tin riêng của em thì chạm vào tên em, chọn Nhắn tin, \
     gửi “chào” giúp em nhé ạ.";
pub const OPEN: &str = "💬 Mở tin nhắn riêng";

pub const NEW_YEAR: &str = "Dạ, năm học mới rồi ạ. Cô chủ nhiệm nhắn /ganlop trong nhóm này giúp em (trên Zalo thì nhắn riêng em), \
     để em biết năm nay đây là nhóm của lớp nào nhé.";

pub fn of_last_year(class: &str) -> String {
    format!("Dạ, nhóm này là của một lớp năm học trước ạ. Năm nay em gắn cho lớp {class} cô nhé?")
}
