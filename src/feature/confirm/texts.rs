//! What the bot says when somebody confirms, and the words on the board.

use super::Refused;
use crate::domain::{Timestamp, Verb};
use crate::roster::names::Address;

pub const YES: &str = "✅ Rồi ạ";
pub const NOT_YET: &str = "Chưa ạ";
pub const CASH: &str = "Đã nộp tiền mặt";
pub const SHOW_ME: &str = "❓ Chỉ tôi cách làm";
pub const GUIDES: &str = "❓ Hướng dẫn";
pub const KEPT_IN_GROUP: &str = "Dạ, đã ghi nhận ạ.";
pub const SEE_PRIVATE: &str = "Dạ, câu này em trả lời riêng ạ. Mình bấm vào tên em, chọn nhắn tin, rồi nhắn “trạng thái” giúp em nhé.";
pub const ASKED_PRIVATELY: &str = "Dạ, em hỏi thêm một câu trong tin nhắn riêng ạ.";
pub const NO_TASKS: &str = "Dạ, lúc này nhà trường chưa có việc nào cần báo ạ. Mình muốn hỏi cách làm thì nhắn /huongdan nhé.";
pub const WHICH_DONE: &str = "Dạ, nhà mình đã làm được việc nào rồi ạ?";

/// "Quét QR của lớp" in the middle of a sentence.
pub fn in_sentence(title: &str) -> String {
    let mut chars = title.chars();
    let first = chars
        .next()
        .map(|c| c.to_lowercase().to_string())
        .unwrap_or_default();
    // "VNeID mức 2" keeps its capitals: only a word that goes on in small letters is a sentence word.
    if chars.clone().next().is_some_and(char::is_uppercase) {
        title.to_owned()
    } else {
        first + chars.as_str()
    }
}

pub fn done_button(title: &str) -> String {
    format!("✅ Đã {}", in_sentence(title))
}

pub fn kept(said: &[(Verb, &str)], who: Address) -> String {
    let Address { you, me } = who;
    let done = titles(said, |verb| verb == Verb::Done);
    let not_yet = titles(said, |verb| matches!(verb, Verb::NotYet | Verb::NeedsHelp));
    let undone = titles(said, |verb| verb == Verb::Undo);
    let cash = said.iter().any(|(verb, _)| *verb == Verb::Cash);
    let declined = titles(said, |verb| verb == Verb::Declined);
    let mut parts = Vec::new();
    if !done.is_empty() {
        parts.push(format!(
            "Dạ, {me} ghi nhận nhà mình đã {} rồi ạ. Cảm ơn {you} nhiều!",
            done.join(", ")
        ));
    }
    if cash {
        parts.push(format!(
            "Dạ, {me} ghi nhà mình báo đã nộp tiền mặt ạ. {} giữ phiếu thu giúp {me} nhé.",
            who.you_first()
        ));
    }
    if !not_yet.is_empty() {
        parts.push(format!(
            "Dạ vâng ạ. Khi nào xong việc {}, {you} báo {me} nhé. Cần {me} chỉ cách làm thì nhắn /huongdan ạ.",
            not_yet.join(", ")
        ));
    }
    if !undone.is_empty() {
        parts.push(format!(
            "Dạ, {me} đã rút lại câu trả lời về việc {} ạ. Khi nào xong {you} báo lại {me} nhé.",
            undone.join(", ")
        ));
    }
    if !declined.is_empty() {
        parts.push(format!(
            "Dạ, {me} ghi nhà mình chưa muốn {} ạ. Khi nào đổi ý, {you} nhắn {me} nhé.",
            declined.join(", ")
        ));
    }
    parts.join("\n")
}

fn titles(said: &[(Verb, &str)], wanted: impl Fn(Verb) -> bool) -> Vec<String> {
    said.iter()
        .filter(|(verb, _)| wanted(*verb))
        .map(|(_, title)| in_sentence(title))
        .collect()
}

pub fn already(verb: Verb, title: &str, at: Timestamp, now: Timestamp, who: Address) -> String {
    let Address { you, me } = who;
    let title = in_sentence(title);
    let when = if at.same_day_as(now) {
        format!("lúc {}", at.clock())
    } else {
        format!("ngày {}", at.day(now))
    };
    match verb {
        Verb::Done => format!("Dạ, việc {title} nhà mình đã báo {when} rồi, không cần báo lại ạ."),
        Verb::NotYet | Verb::NeedsHelp => {
            format!("Dạ, {me} nhớ ạ. Khi nào xong việc {title}, {you} báo {me} nhé.")
        }
        Verb::Cash | Verb::Declined | Verb::Undo | Verb::NoPhone | Verb::Exempt => {
            format!("Dạ, việc {title} {me} đã ghi {when} rồi ạ.")
        }
    }
}

/// In a toast: at most 200 characters.
pub const PENDING: &str = "Dạ, em chưa biết mình là người nhà của bé nào nên chưa tính được, \
     em giữ câu trả lời 48 giờ ạ. Mình nhắn riêng cho em chữ /batdau, rồi bấm “Em là người nhà của bé” nhé.";
pub const PENDING_PRIVATE: &str = "Dạ, em chưa biết mình là người nhà của bé nào nên chưa tính được, \
     em giữ câu trả lời 48 giờ ạ. Mình bấm nút này, hoặc quét mã trên tờ phiếu cô giáo phát nhé.";
pub const PENDING_NOTHING: &str = "Dạ, em chưa biết mình là người nhà của bé nào ạ. \
     Mình bấm nút này, hoặc quét mã trên tờ phiếu cô giáo phát nhé.";
pub const FAMILY: &str = "👪 Em là người nhà của bé";

pub fn refused(why: &Refused, who: Address) -> String {
    let Address { you, me } = who;
    match why {
        Refused::UnknownTask => {
            "Dạ, việc này không có ở lớp mình ạ. Nhắn /xacnhan để xem các việc đang có nhé."
                .to_owned()
        }
        Refused::Withdrawn(_) => format!(
            "Dạ, việc này nhà trường không hỏi trên bảng nữa ạ. {} nhắn /xacnhan để xem các việc đang có nhé.",
            who.you_first()
        ),
        Refused::NotOwnChild => format!(
            "Dạ, bé này không có trong danh sách của {you} ạ. Nhắn /trangthai để xem giúp {me}."
        ),
        Refused::NothingToUndo => format!(
            "Dạ, {me} chưa ghi câu trả lời nào nên không có gì phải rút lại ạ. {} yên tâm.",
            who.you_first()
        ),
        Refused::Staff => {
            "Dạ, phần này để gia đình tự báo ạ. Cô chủ nhiệm muốn ghi giúp nhà nào thì nhắn /nhapho nhé."
                .to_owned()
        }
        Refused::SchoolOnly => {
            "Dạ, mục này do nhà trường ghi ạ. Nhờ cô giáo chủ nhiệm giúp ạ.".to_owned()
        }
    }
}

pub fn which_child(title: &str) -> String {
    format!("Dạ, {} là cho bé nào ạ?", in_sentence(title))
}

pub fn child_choice(given_name: &str) -> String {
    format!("Bé {given_name}")
}

pub fn is_it_done(title: &str, who: Address) -> String {
    format!(
        "Dạ, {} hỏi lại cho chắc: nhà mình đã {} chưa ạ?",
        who.me,
        in_sentence(title)
    )
}

pub struct BoardRow<'a> {
    pub title: &'a str,
    pub done: i64,
    /// Families that count: those of the class without the exempt.
    pub families: i64,
    /// People report it themselves; else it is only seen.
    pub is_said: bool,
}

/// Squares of a progress bar.
const BAR: i64 = 10;

pub fn board(class: &str, rows: &[BoardRow<'_>], now: Timestamp) -> String {
    let mut out = format!("📋 Lớp {class} – việc cả lớp cùng làm\n");
    // The numbers are those by which it can be answered, so that what is only seen has none.
    for (place, row) in rows.iter().filter(|row| row.is_said).enumerate() {
        out.push_str(&format!(
            "\n{}. {}\n{} {}/{} gia đình đã xong\n",
            place + 1,
            row.title,
            bar(row.done, row.families),
            row.done,
            row.families
        ));
    }
    for row in rows.iter().filter(|row| !row.is_said) {
        out.push_str(&format!(
            "\n👥 {}: em đã gặp {}/{} gia đình\n",
            row.title, row.done, row.families
        ));
    }
    out.push_str(&format!(
        "\nCập nhật {} ngày {}. Ba mẹ, ông bà làm xong việc nào thì báo việc đó nhé!",
        now.clock(),
        now.day(now)
    ));
    out
}

/// Full only when everybody is done, so that the last family is never rounded away.
fn bar(done: i64, families: i64) -> String {
    let full = if families > 0 {
        (done * BAR / families).clamp(0, BAR)
    } else {
        0
    };
    (0..BAR)
        .map(|square| if square < full { '▓' } else { '░' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_fits_into_a_sentence() {
        assert_eq!(in_sentence("Quét QR của lớp"), "quét QR của lớp");
        assert_eq!(in_sentence("VNeID mức 2"), "VNeID mức 2");
        assert_eq!(in_sentence("Đọc thư của trường"), "đọc thư của trường");
    }

    #[test]
    fn the_bar_is_full_only_when_all_are_done() {
        assert_eq!(bar(29, 30), "▓▓▓▓▓▓▓▓▓░");
        assert_eq!(bar(30, 30), "▓▓▓▓▓▓▓▓▓▓");
        assert_eq!(bar(0, 0), "░░░░░░░░░░");
    }
}
