//! How a guide is told.

use super::library::{Audience, Guide};
use super::problems::{Problem, What};

pub const LIST: &str = "Dạ, mình cần em chỉ việc nào ạ?";
pub const SENT_PRIVATELY: &str = "Dạ, em gửi hướng dẫn vào tin nhắn riêng rồi ạ.";
pub const NONE_FITS: &str =
    "Dạ, câu này em chưa có hướng dẫn ạ. Mình hỏi cô giáo nhé, hoặc chọn một mục dưới đây ạ.";
pub const NONE_FITS_GROUP: &str = "Dạ, câu này em chưa có hướng dẫn ạ. Mình hỏi cô giáo nhé.";
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
    out.push_str("\n\nVướng bước nào, mình nhờ người nhà hoặc hỏi cô giáo chỉ thêm nhé ạ.");
    out
}

/// The question is understood; its guide is still being written.
pub fn not_yet(guide: &Guide) -> String {
    let ask = match guide.audience {
        Audience::Parent => "Mình hỏi cô giáo nhé ạ.",
        Audience::Staff => "Cô hỏi đồng nghiệp nhé ạ.",
    };
    format!(
        "Dạ, mình hỏi việc “{}” phải không ạ? Hướng dẫn này em còn đang soạn. {ask}",
        guide.title
    )
}

pub fn not_this(title: &str) -> String {
    format!("Chưa đúng ý? {title}")
}

/// The line of a guide file that is a tip.
pub const TIP: &str = "Mẹo:";

pub fn problem(problem: &Problem) -> String {
    let place = match problem.line {
        Some(line) => format!("{}, dòng {line}", problem.file),
        None => problem.file.clone(),
    };
    let what = match &problem.what {
        What::Unreadable => "không đọc được. Kiểm tra đường dẫn và quyền đọc.".to_owned(),
        What::NoGuides => "thư mục chưa có hướng dẫn nào (tệp .md).".to_owned(),
        What::NoFrontMatter => "thiếu phần đầu tệp nằm giữa hai dòng +++.".to_owned(),
        What::FrontMatter => {
            "phần đầu tệp sai cú pháp. Mỗi dòng có dạng: tên = \"giá trị\".".to_owned()
        }
        What::UnknownKey {
            key,
            nearest: Some(known),
        } => format!("mục lạ “{key}”. Có phải ý là “{known}”?"),
        What::UnknownKey { key, nearest: None } => format!("mục lạ “{key}”. Xoá mục này."),
        What::MissingKey(key) => format!("thiếu mục “{key}”."),
        What::IdIsNotFileName => "mục id phải giống tên tệp (không kể .md).".to_owned(),
        What::Steps(steps) => format!("có {steps} bước; cần từ 3 đến 6 bước đánh số 1. 2. 3."),
        What::LongStep(step) => format!("bước {step} quá dài; mỗi bước tối đa 140 chữ cái."),
        What::Link => "đường dẫn phải bắt đầu bằng https://".to_owned(),
        What::SharedPhrase { phrase, other } => {
            format!("câu “{phrase}” đã có ở hướng dẫn {other}.")
        }
    };
    format!("✘ {place}: {what}")
}
