//! How a guide is told.

use super::library::Guide;

pub const LIST: &str = "Dạ, ba mẹ cần em chỉ việc nào ạ?";
pub const SENT_PRIVATELY: &str = "Dạ, em gửi hướng dẫn vào tin nhắn riêng rồi ạ.";
pub const NONE_FITS: &str =
    "Dạ, câu này em chưa có hướng dẫn ạ. Ba mẹ hỏi cô giáo giúp em, hoặc chọn một mục dưới đây nhé.";
pub const NONE_FITS_GROUP: &str = "Dạ, câu này em chưa có hướng dẫn ạ. Ba mẹ hỏi cô giáo giúp em nhé.";
pub const BUTTON_TASKS: &str = "✅ Báo việc đã làm";
pub const BUTTON_GUIDES: &str = "❓ Xem các hướng dẫn";

pub fn guide(guide: &Guide) -> String {
    let mut out = format!("📖 {}\n", guide.title);
    for (place, step) in guide.steps.iter().enumerate() {
        out.push_str(&format!("\n{}. {step}", place + 1));
    }
    if let Some(tip) = &guide.tip {
        out.push_str(&format!("\n\n💡 {tip}"));
    }
    if let Some(link) = &guide.link {
        out.push_str(&format!("\n\n🔗 {link}"));
    }
    out.push_str("\n\nLàm đến bước nào vướng, ba mẹ nhắn em biết nhé ạ.");
    out
}

pub fn not_this(title: &str) -> String {
    format!("Chưa đúng ý? {title}")
}
