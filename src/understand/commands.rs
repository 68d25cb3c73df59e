//! Commands, however they were typed: `/baocao`, `/báo cáo`, "Báo cáo lớp 5A1".
//!
//! A slash makes a command in every chat. Without a slash the whole message must be the command and its
//! arguments, and meant for the bot: "báo cáo cô là nhà em quét rồi" is an answer, not a report.

use super::fold::{clean, fold};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Name {
    Start,
    Help,
    Guide,
    Confirm,
    Status,
    Roster,
    Proxy,
    Report,
    Launch,
    Bind,
    Stop,
    Remind,
    Families,
    Erase,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    pub name: Name,
    /// What follows the command, cleaned, with its accents.
    pub args: String,
}

impl Name {
    pub const ALL: [Self; 14] = [
        Self::Start,
        Self::Help,
        Self::Guide,
        Self::Confirm,
        Self::Status,
        Self::Roster,
        Self::Proxy,
        Self::Report,
        Self::Launch,
        Self::Bind,
        Self::Stop,
        Self::Remind,
        Self::Families,
        Self::Erase,
    ];

    pub fn slug(self) -> &'static str {
        match self {
            Self::Start => "batdau",
            Self::Help => "trogiup",
            Self::Guide => "huongdan",
            Self::Confirm => "xacnhan",
            Self::Status => "trangthai",
            Self::Roster => "danhsach",
            Self::Proxy => "nhapho",
            Self::Report => "baocao",
            Self::Launch => "phatdong",
            Self::Bind => "ganlop",
            Self::Stop => "dung",
            Self::Remind => "nhac",
            Self::Families => "giadinh",
            Self::Erase => "xoa",
        }
    }

    /// The words of the command, folded. The slug written apart stands first.
    fn spoken(self) -> &'static [&'static str] {
        match self {
            Self::Start => &["bat dau", "start"],
            Self::Help => &["tro giup", "help"],
            Self::Guide => &["huong dan", "hoi"],
            Self::Confirm => &["xac nhan"],
            Self::Status => &["trang thai"],
            Self::Roster => &["danh sach"],
            Self::Proxy => &["nhap ho"],
            Self::Report => &["bao cao"],
            Self::Launch => &["phat dong"],
            Self::Bind => &["gan lop"],
            Self::Stop => &["dung nhac", "stop"],
            Self::Remind => &["nhac viec"],
            Self::Families => &["gia dinh"],
            Self::Erase => &["xoa", "xoa du lieu", "xoa het"],
        }
    }

    /// Whether words without a slash before them may be this command's arguments.
    /// A free argument ("hỏi cô cái này") is too much like talk: such commands need the slash.
    fn takes(self, args: &[&str]) -> bool {
        let all = |allowed: &[&str]| args.iter().all(|word| allowed.contains(word));
        match self {
            Self::Start | Self::Help | Self::Guide | Self::Confirm | Self::Stop | Self::Erase => {
                args.is_empty()
            }
            // "Gia đình" begins what families say of themselves.
            Self::Families => false,
            Self::Status => all(&["lop", "toi", "em", "nha", "cua"]) || is_class(args),
            Self::Roster => all(TASKS) || is_class(args),
            Self::Report => all(REPORTS) || all(TASKS) || is_class(args),
            Self::Proxy => args.is_empty(),
            Self::Launch | Self::Remind => all(TASKS),
            Self::Bind => is_class(args) || args.is_empty(),
        }
    }
}

const REPORTS: &[&str] = &[
    "lop", "tuan", "thang", "ngay", "hom", "nay", "truoc", "excel", "word", "anh", "truong",
    "toan", "pdf", "qua",
];
const TASKS: &[&str] = &[
    "qr", "ma", "lop", "vneid", "muc", "2", "dinh", "danh", "tien", "thang", "khoan", "thu",
    "chua", "xong", "dot",
];

/// "lớp 5A1", "4 tuổi B", "mầm 2": few words, one of them with a digit or a single letter.
fn is_class(args: &[&str]) -> bool {
    let small = args.len() <= 4;
    let word = |word: &&str| {
        matches!(
            *word,
            "lop" | "tuoi" | "mam" | "choi" | "la" | "mau" | "giao" | "nha" | "tre"
        ) || code(word)
    };
    let opens = args
        .first()
        .is_some_and(|first| *first == "lop" || first.chars().any(|c| c.is_ascii_digit()));
    small && opens && args.iter().all(word) && args.iter().any(|word| code(word))
}

/// "5a1", "b", "3"
fn code(word: &str) -> bool {
    word.chars().count() == 1
        || (word.chars().count() <= 4
            && word.chars().any(|c| c.is_ascii_digit())
            && word.chars().all(char::is_alphanumeric))
}

/// Reads a command, or None when the text is no command of ours.
pub fn read(text: &str, our_name: &str, addressed: bool) -> Option<Command> {
    let text = clean(text);
    match text.strip_prefix('/').or_else(|| text.strip_prefix('／')) {
        Some(rest) => with_slash(rest.trim_start(), our_name),
        None if addressed => without_slash(&without_mention(&text, our_name)),
        None => None,
    }
}

fn with_slash(text: &str, our_name: &str) -> Option<Command> {
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    let (word, bot) = first
        .split_once('@')
        .map_or((first, None), |(word, bot)| (word, Some(bot)));
    if bot.is_some_and(|bot| fold(bot) != fold(our_name.trim_start_matches('@'))) {
        return None;
    }
    let slug = fold(word).replace(['_', '-'], "");
    let found = Name::ALL
        .into_iter()
        .find(|name| slug == name.slug() || name.spoken().contains(&slug.as_str()));
    if let Some(name) = found {
        return Some(Command {
            name,
            args: rest.trim().to_owned(),
        });
    }
    // "/báo cáo@HoaSenBot tuần": written as two words, the name may stand on the second.
    let (second, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let (second, bot) = second
        .split_once('@')
        .map_or((second, None), |(word, bot)| (word, Some(bot)));
    if bot.is_some_and(|bot| fold(bot) != fold(our_name.trim_start_matches('@'))) {
        return None;
    }
    let spoken = format!("{slug} {}", fold(second));
    let name = Name::ALL
        .into_iter()
        .find(|name| name.spoken().contains(&spoken.as_str()))?;
    Some(Command {
        name,
        args: rest.trim().to_owned(),
    })
}

/// "@HoaSenBot báo cáo" is meant for us; the mention is no part of the command.
fn without_mention(text: &str, our_name: &str) -> String {
    let name = fold(our_name.trim_start_matches('@'));
    let mention = |word: &&str| {
        !name.is_empty()
            && word
                .strip_prefix('@')
                .is_some_and(|word| fold(word.trim_end_matches([',', ':'])) == name)
    };
    text.split(' ')
        .filter(|word| !mention(word))
        .collect::<Vec<_>>()
        .join(" ")
}

fn without_slash(text: &str) -> Option<Command> {
    let folded = fold(text);
    let words: Vec<&str> = folded
        .split(' ')
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .collect();
    let originals: Vec<&str> = text.split(' ').collect();
    let courtesy = |word: &&str| matches!(*word, "a" | "nhe" | "nha" | "" | "giup" | "voi" | "di");
    let end = words.iter().rposition(|word| !courtesy(word))? + 1;
    Name::ALL.into_iter().find_map(|name| {
        let slug = [name.slug()];
        name.spoken()
            .iter()
            .copied()
            .chain(slug)
            .find_map(|spoken| {
                let length = spoken.split(' ').count();
                let begins =
                    words.len() >= length && spoken.split(' ').eq(words[..length].iter().copied());
                let args = words.get(length..end.max(length))?;
                if !begins || !name.takes(args) || (args.is_empty() && too_common(name, spoken)) {
                    return None;
                }
                let args = originals.get(length..end.max(length))?.join(" ");
                Some(Command {
                    name,
                    args: args
                        .trim_matches(|c: char| c.is_ascii_punctuation())
                        .to_owned(),
                })
            })
    })
}

/// "hỏi" alone is half a sentence; "xác nhận" alone is how people say "done" to a prompt.
fn too_common(name: Name, spoken: &str) -> bool {
    // Without their accents "dừng" is also "đúng" and "dùng", "nhắc" also "nhạc".
    spoken == "hoi" || matches!(spoken, "dung" | "nhac") || name == Name::Confirm
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, addressed: bool, wanted: Option<(Name, &str)>) {
        let read = read(text, "HoaSenBot", addressed);
        assert_eq!(
            read.as_ref()
                .map(|command| (command.name, command.args.as_str())),
            wanted,
            "{text:?}"
        );
    }

    #[test]
    fn a_slash_makes_a_command_everywhere() {
        check("/baocao", false, Some((Name::Report, "")));
        check(
            "/baocao@HoaSenBot tuần",
            false,
            Some((Name::Report, "tuần")),
        );
        check("/baocao@KhacBot tuần", true, None);
        check("/báo cáo lớp 5A1", false, Some((Name::Report, "lớp 5A1")));
        check("/Bao Cao@hoasenbot", false, Some((Name::Report, "")));
        check("/start ABC123", false, Some((Name::Start, "ABC123")));
        check(
            "/hoi cách đổi mật khẩu",
            false,
            Some((Name::Guide, "cách đổi mật khẩu")),
        );
        check("/help", false, Some((Name::Help, "")));
        check("/la gi", true, None);
        check("/", true, None);
    }

    #[test]
    fn plain_words_are_a_command_only_as_a_whole_and_for_us() {
        check("Báo cáo", true, Some((Name::Report, "")));
        check("bao cao", true, Some((Name::Report, "")));
        check("báo cáo lớp 5A1 ạ", true, Some((Name::Report, "lớp 5A1")));
        check(
            "@HoaSenBot báo cáo tuần này",
            true,
            Some((Name::Report, "tuần này")),
        );
        check("Báo cáo", false, None);
        check("báo cáo cô là nhà em quét rồi", true, None);
        check("xác nhận đã quét", true, None);
        check("hỏi cô cái này", true, None);
        check("trợ giúp", true, Some((Name::Help, "")));
        check("hướng dẫn em với", true, None);
        check("danh sách qr", true, Some((Name::Roster, "qr")));
        check("bắt đầu làm rồi ạ", true, None);
    }

    #[test]
    fn every_slug_reads_as_its_command() {
        for name in Name::ALL {
            check(&format!("/{}", name.slug()), false, Some((name, "")));
        }
    }
}
