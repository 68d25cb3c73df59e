//! What people read on their way in. A change of what is agreed to needs a new `CONSENT_VERSION`.

use crate::domain::Timestamp;

pub const SENT_PRIVATELY: &str = "Dạ, em trả lời mình ở tin nhắn riêng rồi ạ.";

// The code.
pub const NOT_IN_A_GROUP: &str =
    "Dạ, mã trên phiếu là của riêng nhà mình ạ. Mình nhắn riêng cho em, đừng gửi vào nhóm nhé.";
pub const MISTYPED: &str = "Dạ, mã này hình như gõ nhầm một chữ ạ. Mình so lại từng chữ trên phiếu rồi nhắn lại giúp em nhé.";
pub const WRONG: &str = "Dạ, em chưa thấy mã này ạ. Mình xem lại tờ phiếu giúp em, hoặc nhờ cô giáo phát phiếu mới nhé.";
pub const LOCKED: &str = "Dạ, hôm nay mình đã thử nhiều mã chưa đúng, em xin phép mai mới nhận mã tiếp ạ. \
     Mình nhờ cô giáo chủ nhiệm giúp cho nhanh nhé.";
/// In this school nobody's typed code is taken now, or we do not know which school it is of: nobody's fault.
pub const ONLY_SCAN: &str = "Dạ, mã gõ tay lúc này em chưa nhận được ạ. Mình quét ô vuông đen trắng trên phiếu, \
     hoặc bấm một nút trên bảng trong nhóm lớp rồi nhắn lại mã giúp em nhé.";
pub const EXPIRED: &str =
    "Dạ, mã này đã hết hạn rồi ạ. Mình nhờ cô giáo hoặc nhà trường in cho mã mới nhé.";
pub const ANOTHER_CLASS: &str = "Dạ, mã này là của lớp khác với nhóm mình vừa bấm ạ. Mình quét ô vuông đen trắng trên phiếu giúp em, hoặc nhờ cô giáo xem lại nhé.";
pub const GONE: &str = "Dạ, bé trên phiếu này không còn trong danh sách lớp ạ. Mình hỏi lại cô giáo chủ nhiệm giúp em nhé.";
pub const FULL: &str = "Dạ, phiếu này đã có ba người trong nhà dùng rồi ạ. Còn người nhà nữa thì mình nhờ cô giáo chủ nhiệm giúp nhé.";
pub const USED: &str =
    "Dạ, mã này đã có người dùng rồi ạ. Thầy cô nhờ nhà trường in cho mã mới nhé.";
pub const KNOWN: &str = "Dạ, em nhận ra nhà mình rồi ạ, mình không cần làm lại đâu.";
pub const KNOWN_STAFF: &str =
    "Dạ, em nhận ra thầy cô rồi ạ. Thầy cô nhắn /trogiup để xem em giúp được gì nhé.";
pub const NO_LONGER_STAFF: &str = "Dạ, tên trên mã này không còn trong danh sách của trường ạ. Thầy cô hỏi lại nhà trường giúp em nhé.";
pub const SOMEBODY_ELSE: &str = "Dạ, mã này là của một thầy cô khác ạ. \
     Thầy cô nhờ nhà trường xem lại giúp em nhé.";
pub const NEEDS_SLIP: &str = "Dạ, mình quét mã trên tờ phiếu cô giáo phát, hoặc bấm một nút trên bảng trong nhóm lớp, là em biết bé học ở đâu ạ.";
pub const TOO_LATE: &str =
    "Dạ, câu hỏi này lâu quá rồi ạ. Mình quét lại mã trên phiếu, hoặc nhắn /batdau để làm lại nhé.";

// A new phone.
pub const MOVED: &str = "Dạ, em nhận ra mình ở máy mới rồi ạ. Những việc nhà mình đã báo vẫn còn nguyên, máy cũ em không dùng nữa ạ.";
pub const HERE_TOO: &str = "Dạ, em nhận ra mình rồi ạ. Những việc nhà mình đã báo vẫn còn nguyên; mình nhắn ở đây hay ở chỗ cũ đều được.";
pub const NOT_FOR_STAFF: &str = "Dạ, mã này dành cho gia đình đổi máy ạ. Thầy cô đổi máy thì nhờ nhà trường cấp mã mới giúp em nhé.";
pub const COLLEAGUE: &str = "Dạ, đây cũng là thầy cô của trường ạ. Thầy cô đổi máy thì nhờ nhà trường cấp mã mới, em không cấp ở đây được.";
pub const MOVE_USED: &str =
    "Dạ, mã đổi máy này đã dùng rồi ạ. Mình nhờ cô giáo cho mã mới giúp em nhé.";
pub const MOVE_GONE: &str =
    "Dạ, em không còn giữ tên này nữa ạ. Mình quét mã trên phiếu của bé để vào lại nhé.";

// Consent.
pub const AGREE: &str = "✅ Đồng ý";
pub const DISAGREE: &str = "Không đồng ý";
pub const NOT_NOW: &str = "Để sau";
pub const LATER: &str =
    "Dạ vâng ạ. Lúc nào tiện, mình quét lại mã trên phiếu hoặc nhắn /batdau nhé.";
pub const RESPECTED: &str = "Dạ, em tôn trọng ý mình và không ghi gì cả ạ. \
     Mình vẫn hỏi em cách làm lúc nào cũng được. Đổi ý thì nhắn /batdau nhé.";

pub fn may_i_record(school: &str, class: Option<&str>) -> String {
    let of_class = class
        .map(|class| format!("lớp {class}, "))
        .unwrap_or_default();
    format!(
        "Dạ, em chào ba mẹ, ông bà ạ. Em là trợ lý tự động của {of_class}{school}.\n\n\
         Em xin ghi tên mình đang hiện ở đây, những việc nhà mình báo đã làm và việc nhà mình có trong nhóm lớp, \
         để cô giáo khỏi hỏi lại từng nhà. \
         Chỉ cô chủ nhiệm và nhà trường xem. Em không bao giờ hỏi mật khẩu, mã OTP hay căn cước. \
         Đổi ý lúc nào cũng được ạ.\n\n\
         Mình đồng ý không ạ?"
    )
}

// The child.
pub const WHICH_CLASS: &str = "Dạ, bé nhà mình học lớp nào ạ?";

pub fn class(title: &str) -> String {
    format!("Lớp {title}")
}

pub fn which_name(class: &str) -> String {
    format!(
        "Dạ, mình nhắn giúp em tên của bé ạ (ví dụ: An). Em chuyển cô giáo chủ nhiệm lớp {class} xem và xác nhận."
    )
}

pub const ASKED_TEACHER: &str = "Dạ, em chuyển cô giáo chủ nhiệm rồi ạ. Cô xác nhận xong em nhắn mình ngay, \
     việc mình đã bấm em vẫn giữ, không cần bấm lại đâu ạ.";
pub const WAITING: &str = "Dạ, em đang chờ cô giáo chủ nhiệm xác nhận ạ. Xong em nhắn mình ngay.";
pub const NO_TEACHER: &str = "Dạ, em chưa nhắn được cho cô giáo chủ nhiệm ạ. \
     Mình nhờ cô phát tờ phiếu có mã của bé, quét mã trên phiếu là xong ạ.";
pub const REFUSED: &str = "Dạ, cô giáo chưa nhận ra nhà mình qua tên này ạ. \
     Mình nhờ cô phát tờ phiếu có mã của bé, quét mã trên phiếu là xong ạ.";

/// Around a child's name. "Châu" is a name and "cháu" is not, so accents count.
pub const BEFORE_A_NAME: [&str; 13] = [
    "", "bé", "be", "con", "cháu", "tên", "ten", "là", "em", "dạ", "vâng", "của", "ạ",
];
pub const AFTER_A_NAME: [&str; 6] = ["", "ạ", "nhé", "nha", "cô", "ơi"];

// In.
pub const TASKS: &str = "✅ Báo việc đã làm";
pub const GUIDES: &str = "❓ Hỏi cách làm";
pub const NOT_MINE: &str = "Không phải con tôi";
pub const SOMEBODY: &str = "Người nhà";

pub fn linked(child: &str, class: &str, counted: bool) -> String {
    format!(
        "Dạ, em cảm ơn ạ. Em ghi mình là người nhà của bé {child}, lớp {class} rồi ạ.{}",
        kept(counted)
    )
}

pub fn teacher_agreed(child: &str, class: &str, counted: bool) -> String {
    format!(
        "Dạ, cô giáo xác nhận rồi ạ. Em ghi mình là người nhà của bé {child}, lớp {class}.{}",
        kept(counted)
    )
}

fn kept(counted: bool) -> &'static str {
    if counted {
        " Câu trả lời lúc trước em cũng tính luôn rồi ạ."
    } else {
        ""
    }
}

pub const MAY_I_REMIND: &str = "Dạ, khi nhà mình còn việc chưa xong, em nhắn riêng để nhắc nhẹ nhé? \
     Nhiều nhất ba tin một tuần, không nhắn ban đêm. Không muốn nữa thì nhắn /dung ạ.";
pub const AGREE_REMIND: &str = "🔔 Đồng ý";
pub const DISAGREE_REMIND: &str = "Không cần ạ";
pub const WILL_REMIND: &str = "Dạ, em cảm ơn. Em sẽ nhắc nhẹ thôi ạ.";
pub const WONT_REMIND: &str =
    "Dạ vâng, em không nhắn nhắc nữa ạ. Cần em thì mình nhắn /trogiup nhé.";

pub const UNLINKED: &str =
    "Dạ, em gỡ mình khỏi bé này rồi ạ. Mình quét đúng tờ phiếu của bé nhà mình giúp em nhé.";
pub const NOT_LINKED: &str = "Dạ, mình không được ghi là người nhà của bé này ạ, không cần gỡ đâu.";

// For the teacher.
pub const REFUSE: &str = "Từ chối";
pub const SETTLED: &str = "Dạ, việc này đã xong rồi ạ, cô không cần làm gì nữa.";
pub const FULL_FOR_TEACHER: &str = "Dạ, bé này đã có ba người nhà rồi ạ. Có ai ghi nhầm thì cô nhờ họ bấm “Không phải con tôi” nhé.";
pub const REFUSED_FOR_TEACHER: &str =
    "Dạ, em đã nhắn gia đình xin cô tờ phiếu có mã. Em không ghi gì vào sổ ạ.";

pub fn asks_in(who: &str, child: &str, class: &str, found: usize) -> String {
    let none = if found == 0 {
        "\nEm chưa thấy bé nào tên này trong lớp. Cô phát giúp nhà mình tờ phiếu có mã nhé."
    } else {
        ""
    };
    format!(
        "🔔 {who} xin được ghi là người nhà của bé {child}, lớp {class}. Có đúng không cô?{none}"
    )
}

pub fn admit(child: &str) -> String {
    format!("Đồng ý: bé {child}")
}

pub fn admitted(who: &str, child: &str) -> String {
    format!("Dạ, em ghi {who} là người nhà của bé {child} rồi ạ.")
}

pub fn unlinked_for_teacher(child: &str, class: &str) -> String {
    format!(
        "Dạ, có một người vừa báo không phải người nhà của bé {child}, lớp {class}, em đã gỡ rồi ạ."
    )
}

pub fn welcome_staff(name: &str, leads: bool, classes: &[&str]) -> String {
    let mut out = format!("Dạ, em chào {name} ạ. Em là trợ lý tự động của trường.");
    if !classes.is_empty() {
        out.push_str(&format!(
            "\nThầy cô phụ trách lớp {}. Bước tiếp theo: nhắn /ganlop ở đây, em chỉ cách thêm em vào nhóm lớp ạ.",
            classes.join(", ")
        ));
    }
    if leads {
        out.push_str(
            "\nSố liệu toàn trường có trong /baocao, phát động một việc thì nhắn /phatdong ạ.",
        );
    }
    out.push_str("\nEm giúp được gì thêm thì thầy cô nhắn /trogiup nhé.");
    out
}

// `/giadinh`.
pub const WHICH_CHILD: &str = "Dạ, cô muốn xem bé nào ạ?";
pub const SLIP: &str = "🧾 Mã phiếu của bé";
pub const NO_PHONE: &str = "📵 Nhà không dùng điện thoại";
pub const HAS_PHONE: &str = "📱 Nhà đã có điện thoại";
pub const HOW_TO_ASK: &str = "Cô nhắn /giadinh kèm tên bé (ví dụ: /giadinh An) để xem người nhà của bé, cấp mã đổi máy hay lấy lại mã phiếu ạ.";

pub fn no_such_child(name: &str) -> String {
    format!("Dạ, em chưa thấy bé nào tên “{name}” trong lớp của cô ạ. Cô nhắn lại tên giúp em nhé.")
}

pub fn too_many(found: usize) -> String {
    format!("Dạ, có {found} bé trùng tên này ạ. Cô nhắn cả họ tên giúp em nhé.")
}

/// `people`: how many the platform counts in the class's group; `outside`: whose family is not in.
pub fn overview(
    class: &str,
    families: usize,
    outside: &[&str],
    people: Option<(i64, Timestamp)>,
) -> String {
    let mut out = format!(
        "👪 Lớp {class}: {}/{families} gia đình đã vào.",
        families - outside.len()
    );
    if let Some((people, at)) = people {
        out.push_str(&format!(
            "\nNhóm có {people} người (lúc {}), {} gia đình đã liên kết.",
            at.clock(),
            families - outside.len()
        ));
    }
    if !outside.is_empty() {
        out.push_str("\nChưa vào: ");
        out.push_str(&outside.join(", "));
        out.push('.');
    }
    out
}

pub fn family(child: &str, guardians: &[&str]) -> String {
    if guardians.is_empty() {
        return format!("👪 Bé {child}: chưa có ai trong nhà vào ạ.");
    }
    format!("👪 Người nhà của bé {child}: {}.", guardians.join(", "))
}

pub fn new_phone(guardian: &str) -> String {
    format!("🔄 {guardian} đổi máy")
}

pub fn remove(guardian: &str) -> String {
    format!("Gỡ {guardian}")
}

pub fn slip_code(child: &str, code: &str) -> String {
    format!(
        "Dạ, mã phiếu của bé {child}: {code}\nCô đưa riêng cho gia đình, đừng gửi vào nhóm ạ. Gia đình nhắn riêng mã này cho em là vào được."
    )
}

pub fn new_phone_code(guardian: &str, code: &str, until: Timestamp, now: Timestamp) -> String {
    format!(
        "Dạ, mã đổi máy của {guardian}: {code}\nCô đưa riêng mã này ạ. {guardian} dùng máy mới nhắn mã cho em, mọi việc đã báo vẫn còn nguyên. \
         Mã dùng một lần, đến hết ngày {}.",
        until.day(now)
    )
}

pub fn removed(guardian: &str, child: &str) -> String {
    format!(
        "Dạ, em gỡ {guardian} khỏi bé {child} rồi ạ. Việc người ấy báo riêng cho bé này em cũng rút lại."
    )
}

pub fn no_phone(child: &str) -> String {
    format!(
        "Dạ, em ghi nhà bé {child} không dùng điện thoại ạ. Nhà vẫn có trong sĩ số, và em không nhắc những việc cần điện thoại nữa. \
         Nhà làm được việc nào, cô nhập hộ bằng /nhapho nhé."
    )
}

pub fn has_phone(child: &str) -> String {
    format!("Dạ, em ghi nhà bé {child} đã có điện thoại dùng được ạ.")
}
