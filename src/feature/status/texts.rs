//! What a family reads about itself.

use crate::domain::{Evidence, State};

pub const SENT_PRIVATELY: &str = "Dạ, em trả lời ba mẹ trong tin nhắn riêng rồi ạ.";
pub const REPORT_DONE: &str = "✅ Báo việc đã làm";
pub const STRANGER: &str =
    "Dạ, em chưa biết đây là gia đình của bé nào. Ba mẹ nhờ cô giáo chủ nhiệm kết nối giúp ạ.";
pub const STAFF: &str =
    "Dạ, cô xem số liệu của lớp bằng /baocao và nhà nào còn thiếu bằng /danhsach ạ.";

pub fn child(given_name: &str, class: &str, states: &[(&str, State)]) -> String {
    let mut out = format!("👧 Bé {given_name}, lớp {class}");
    for (title, state) in states {
        let (mark, words) = state_words(*state);
        out.push_str(&format!("\n{mark} {title}: {words}"));
    }
    out
}

fn state_words(state: State) -> (&'static str, &'static str) {
    match state {
        State::Done(Evidence::Said) => ("✅", "nhà mình đã báo xong"),
        State::Done(Evidence::Shown) => ("✅", "xong, em đã thấy"),
        State::Done(Evidence::Teacher) => ("✅", "cô giáo đã ghi giúp"),
        State::Done(Evidence::Bank) => ("✅", "ngân hàng đã báo nhận"),
        State::Cash => ("💵", "nhà mình báo đã nộp tiền mặt"),
        State::NotYet => ("⏳", "chưa, làm lúc nào tiện ạ"),
        State::NeedsHelp => ("🙋", "đang cần chỉ cách làm"),
        State::Declined => ("➖", "nhà mình chưa muốn làm"),
        State::NoPhone => ("➖", "nhà chưa có điện thoại phù hợp"),
        State::Exempt => ("➖", "được miễn"),
        State::Unknown => ("⬜", "em chưa nghe nhà mình báo"),
    }
}
