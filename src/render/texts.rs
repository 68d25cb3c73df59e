//! The few words that depend on the channel alone.

use crate::domain::message::Choice;

pub const NOD: &str = "👍";

/// A toast is gone after some three seconds, in which people read about fifteen words; a longer one
/// stays until it is closed.
pub const GLANCE: usize = 80;

/// To a parent and to a teacher alike: the render does not know whom it speaks to.
pub const WRITE_ME_FIRST: &str = "Dạ, việc này em chỉ trả lời riêng ạ. Mình bấm vào tên em, chọn nhắn tin, rồi nhắn “trợ giúp” để em gửi nhé.";

/// The choices as numbers, for a channel without buttons.
pub fn numbered(text: &str, choices: &[Choice]) -> String {
    let mut out = text.to_owned();
    out.push_str("\n\nMình trả lời tin này bằng một số:");
    for (place, choice) in choices.iter().enumerate() {
        out.push_str(&format!("\n{}. {}", place + 1, choice.label));
    }
    out
}

/// A channel that takes no files.
pub fn no_files(name: &str) -> String {
    format!("Dạ, ở đây em chưa gửi được tệp {name} ạ. Thầy cô mở trên máy của trường giúp em nhé.")
}
