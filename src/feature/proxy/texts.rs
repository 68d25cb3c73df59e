//! What a teacher reads when she enters for a family.

use crate::domain::Verb;

pub const SENT_PRIVATELY: &str = "Dạ, em gửi vào tin nhắn riêng cho cô rồi ạ.";
pub const DONE: &str = "✅ Cô thấy nhà đã làm";
pub const CASH: &str = "💵 Nhà nộp tiền mặt";
pub const NO_PHONE: &str = "📵 Nhà chưa có điện thoại";
pub const EXEMPT: &str = "➖ Được miễn việc này";
pub const TAKE_BACK: &str = "↩️ Rút lại điều đã nhập";
pub const NOTHING_ENTERED: &str =
    "Dạ, nhà trường chưa nhập gì cho bé ở việc này nên không có gì phải rút ạ.";

pub fn which(title: &str) -> String {
    format!("Dạ, có mấy bé hợp tên này ạ. Việc “{title}”, cô thấy nhà bé nào đã làm xong ạ?")
}

/// `tasks`: short name and title of each.
pub fn usage(tasks: &[(&str, &str)]) -> String {
    let example = tasks.first().map_or("qr", |(key, _)| key);
    let mut out = format!(
        "Dạ, cô nhắn tên việc và tên bé giúp em, ví dụ: /nhapho {example} An\nCác việc đang có:"
    );
    for (key, title) in tasks {
        out.push_str(&format!("\n• {key} – {title}"));
    }
    out
}

pub fn not_found(name: &str) -> String {
    format!("Dạ, lớp cô chưa có bé nào tên “{name}” ạ. Cô thử nhắn cả họ tên giúp em nhé.")
}

pub fn too_many(found: usize) -> String {
    format!("Dạ, có {found} bé hợp với tên này ạ. Cô nhắn cả họ tên giúp em nhé.")
}

pub fn what(child: &str, title: &str) -> String {
    format!("Dạ, nhập hộ nhà bé {child}, việc “{title}”. Cô chọn giúp em ạ:")
}

pub fn done_for(child: &str) -> String {
    format!("✅ {child}")
}

pub fn entered(verb: Verb, child: &str, title: &str) -> String {
    let what = match verb {
        Verb::Done => "đã làm (cô ghi hộ)",
        Verb::Cash => "nộp tiền mặt",
        Verb::NoPhone => "chưa có điện thoại",
        Verb::Exempt => "được miễn",
        Verb::Undo => {
            return format!("Dạ, em đã rút điều cô nhập cho nhà bé {child}, việc “{title}” ạ.");
        }
        Verb::NotYet | Verb::NeedsHelp | Verb::Declined => "đã ghi",
    };
    format!(
        "Dạ, em đã ghi việc “{title}” của nhà bé {child}: {what} ạ. Nếu nhầm, cô nhắn lại /nhapho rồi chọn “Rút lại” nhé."
    )
}

pub fn entered_before(child: &str) -> String {
    format!("Dạ, nhà bé {child} cô đã nhập như vậy rồi ạ.")
}
