//! What the bot says when somebody confirms, and the words on the board.

use super::Refused;
use crate::domain::{Timestamp, Verb};

pub const YES: &str = "✅ Rồi ạ";
pub const NOT_YET: &str = "Chưa ạ";
pub const CASH: &str = "Đã nộp tiền mặt";
pub const SHOW_ME: &str = "❓ Chỉ tôi cách làm";
pub const GUIDES: &str = "❓ Hướng dẫn";
pub const KEPT_IN_GROUP: &str = "Dạ, đã ghi nhận ạ.";
pub const SEE_PRIVATE: &str = "Dạ, ba mẹ nhắn riêng cho em để em trả lời kỹ hơn nhé ạ.";
pub const ASKED_PRIVATELY: &str = "Dạ, em hỏi thêm một câu trong tin nhắn riêng ạ.";
pub const NO_TASKS: &str = "Dạ, hiện trường chưa có việc nào cần xác nhận ạ.";
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

pub fn kept(said: &[(Verb, &str)], who: &str) -> String {
    let done = titles(said, |verb| verb == Verb::Done);
    let not_yet = titles(said, |verb| matches!(verb, Verb::NotYet | Verb::NeedsHelp));
    let undone = titles(said, |verb| verb == Verb::Undo);
    let cash = said.iter().any(|(verb, _)| *verb == Verb::Cash);
    let declined = titles(said, |verb| verb == Verb::Declined);
    let mut parts = Vec::new();
    if !done.is_empty() {
        parts.push(format!(
            "Dạ, em ghi nhận nhà mình đã {} rồi ạ. Cảm ơn {who} nhiều!",
            done.join(", ")
        ));
    }
    if cash {
        parts.push("Dạ, em ghi nhà mình đã nộp tiền mặt ạ. Kế toán sẽ đối chiếu giúp.".to_owned());
    }
    if !not_yet.is_empty() {
        parts.push(format!(
            "Dạ vâng ạ, {} thì khi nào xong {who} báo em nhé.",
            not_yet.join(", ")
        ));
    }
    if !undone.is_empty() {
        parts.push(format!(
            "Dạ, em đã rút lại câu trả lời về việc {} ạ. Khi nào xong {who} báo lại em nhé.",
            undone.join(", ")
        ));
    }
    if !declined.is_empty() {
        parts.push(format!(
            "Dạ, em ghi nhà mình chưa muốn {} ạ. {} đổi ý lúc nào cũng được.",
            declined.join(", "),
            capital(who)
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

fn capital(who: &str) -> String {
    let mut chars = who.chars();
    chars
        .next()
        .map(|c| c.to_uppercase().to_string())
        .unwrap_or_default()
        + chars.as_str()
}

pub fn already(verb: Verb, title: &str, at: Timestamp, now: Timestamp) -> String {
    let when = if at.same_day_as(now) {
        format!("lúc {}", at.clock())
    } else {
        format!("ngày {}", at.day(now))
    };
    match verb {
        Verb::Done => format!(
            "Dạ, nhà mình đã xác nhận {} {when} rồi ạ.",
            in_sentence(title)
        ),
        Verb::NotYet | Verb::NeedsHelp => {
            format!(
                "Dạ, em nhớ ạ. Việc {} khi nào xong ba mẹ báo em nhé.",
                in_sentence(title)
            )
        }
        Verb::Cash | Verb::Declined | Verb::Undo | Verb::NoPhone | Verb::Exempt => {
            format!("Dạ, em đã ghi {when} rồi ạ.")
        }
    }
}

pub fn pending() -> String {
    "Dạ, em chưa biết đây là gia đình của bé nào nên giữ câu trả lời này 48 giờ. \
     Ba mẹ nhờ cô giáo chủ nhiệm kết nối giúp ạ."
        .to_owned()
}

pub fn pending_nothing() -> String {
    "Dạ, em chưa biết đây là gia đình của bé nào. Ba mẹ nhờ cô giáo chủ nhiệm kết nối giúp ạ."
        .to_owned()
}

pub fn refused(why: &Refused, who: &str) -> String {
    match why {
        Refused::UnknownTask => {
            "Dạ, việc này không có ở lớp mình ạ. Nhắn /xacnhan để xem các việc đang có.".to_owned()
        }
        Refused::Withdrawn(_) => {
            format!("Dạ, nhà trường đã rút việc này rồi, {who} không cần làm nữa ạ.")
        }
        Refused::NotOwnChild => format!(
            "Dạ, bé này không có trong danh sách của {who} ạ. Nhắn /trangthai để xem giúp em."
        ),
        Refused::NothingToUndo => format!(
            "Dạ, em chưa ghi câu trả lời nào nên không có gì phải rút lại ạ. {} yên tâm.",
            capital(who)
        ),
        Refused::Staff => {
            "Dạ, nút này dành cho phụ huynh ạ. Cô nhập hộ gia đình bằng lệnh /nhapho nhé."
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

pub fn is_it_done(title: &str) -> String {
    format!(
        "Dạ, em hỏi lại cho chắc: nhà mình đã {} rồi phải không ạ?",
        in_sentence(title)
    )
}

pub struct BoardRow<'a> {
    pub title: &'a str,
    pub done: i64,
    /// Families that count: those of the class without the exempt.
    pub families: i64,
}

/// Squares of a progress bar.
const BAR: i64 = 10;

pub fn board(class: &str, rows: &[BoardRow<'_>], now: Timestamp) -> String {
    let mut out = format!("📋 Lớp {class} – cùng học số\n");
    for (place, row) in rows.iter().enumerate() {
        out.push_str(&format!(
            "\n{}. {}\n{} {}/{} gia đình\n",
            place + 1,
            row.title,
            bar(row.done, row.families),
            row.done,
            row.families
        ));
    }
    out.push_str(&format!(
        "\nCập nhật {} ngày {}. Ba mẹ làm xong việc nào thì bấm việc đó nhé ạ!",
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
