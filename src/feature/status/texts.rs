//! What a family reads about itself.

use crate::domain::{Evidence, State};

pub const SENT_PRIVATELY: &str = "Dạ, em trả lời trong tin nhắn riêng rồi ạ.";
pub const REPORT_DONE: &str = "✅ Báo việc đã làm";
pub const STRANGER: &str = "Dạ, em chưa biết mình là người nhà của bé nào ạ. \
     Mình bấm nút này, hoặc quét mã trên tờ phiếu cô giáo phát nhé.";
pub const FAMILY: &str = "👪 Em là người nhà của bé";
pub const STAFF: &str =
    "Dạ, mục này dành cho gia đình ạ. Cô nhắn /trogiup để xem các mục của cô nhé.";

pub fn child(given_name: &str, class: &str, states: &[(&str, State)]) -> String {
    let mut out = format!("🧒 Bé {given_name}, lớp {class}");
    for (title, state) in states {
        let (mark, words) = state_words(*state);
        out.push_str(&format!("\n{mark} {title}: {words}"));
    }
    out
}

fn state_words(state: State) -> (&'static str, &'static str) {
    match state {
        State::Done(Evidence::Said) => ("✅", "nhà mình đã báo xong"),
        State::Done(Evidence::Shown) => {
            ("✅", "đã xong, em ghi lúc nhà mình quét mã hoặc vào nhóm")
        }
        State::Done(Evidence::Teacher) => ("✅", "cô giáo đã ghi giúp"),
        State::Done(Evidence::Bank) => ("✅", "ngân hàng báo đã nhận tiền"),
        State::Cash => ("💵", "nhà mình báo đã nộp tiền mặt"),
        State::NotYet => ("⏳", "chưa xong, lúc nào tiện thì làm ạ"),
        State::NeedsHelp => ("🙋", "nhà mình cần chỉ cách làm, nhắn /huongdan ạ"),
        State::Declined => ("➖", "nhà mình chưa muốn làm"),
        State::NoPhone => ("➖", "nhà chưa có điện thoại phù hợp"),
        State::Exempt => ("➖", "được miễn"),
        State::Unknown => ("⬜", "chưa thấy nhà mình báo"),
    }
}
