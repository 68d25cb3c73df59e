//! The few words that depend on the channel alone.

use crate::domain::message::{ChatKind, Choice};

pub const NOD: &str = "👍";

/// A toast is gone after some three seconds, in which people read about fifteen words; a longer one
/// stays until it is closed.
pub const GLANCE: usize = 80;

/// To a parent and to a teacher alike: the render does not know whom it speaks to.
pub const WRITE_ME_FIRST: &str = "Dạ, việc này em chỉ trả lời riêng ạ. Mình chạm vào tên em, chọn Nhắn tin, rồi gửi lại câu vừa hỏi, hoặc nhắn “trợ giúp” nhé.";

/// The choices as numbers, for a channel without buttons. In a group a bare number is not heard: it must answer this
/// message, and how that is done stands there in words for thumbs.
pub fn numbered(text: &str, choices: &[Choice], place: ChatKind) -> String {
    let how = match place {
        ChatKind::Private => "Mình nhắn cho em một số:",
        ChatKind::Group => "Mình nhấn giữ tin này, chọn Trả lời, rồi gửi một số:",
    };
    let mut out = format!("{text}\n\n{how}");
    for (place, choice) in choices.iter().enumerate() {
        out.push_str(&format!("\n{}. {}", place + 1, choice.label));
    }
    out
}

/// A channel that takes no files.
pub fn no_files(name: &str) -> String {
    format!("Dạ, ở đây em chưa gửi được tệp {name} ạ. Thầy cô mở trên máy của trường giúp em nhé.")
}
