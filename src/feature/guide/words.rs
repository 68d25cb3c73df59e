//! Words of chat Vietnamese, without accents: what everybody says, and shorthand written out.
//! A teacher may add a line; each stands for what parents really type.

use crate::understand::fold::fold;

/// So much of a question is read, in letters: the question stands at one end of a story.
pub const LONGEST: usize = 600;

/// Words of every message: forms of address, particles, little words.
pub const COMMON: &[&str] = &[
    "a", "ai", "anh", "ba", "bac", "ban", "be", "bi", "biet", "boi", "bo", "cac", "cai", "can",
    "cham", "chau", "chi", "cho", "chu", "co", "con", "cu", "cua", "cung", "da", "dang", "day",
    "dau", "de", "den", "di", "do", "duoc", "em", "gi", "giup", "ha", "hay", "ho", "hoi", "hom",
    "i", "khi", "khong", "la", "lai", "lam", "len", "ma", "mai", "may", "me", "minh", "moi", "mot",
    "nao", "nay", "nen", "neu", "nguoi", "nha", "nhe", "nhi", "nhu", "no", "o", "oi", "ong",
    "phai", "qua", "ra", "roi", "sao", "sau", "thay", "the", "thi", "thoi", "toi", "trong", "tu",
    "va", "vao", "vay", "ve", "voi", "vua", "xin", "y", "u", "gio", "bay", "nua", "chua", "het",
    "mng", "moi",
];

/// Shorthand and its words.
pub const SHORT: &[(&str, &str)] = &[
    ("ck", "chuyenkhoan"),
    ("stk", "so tai khoan"),
    ("tk", "tai khoan"),
    ("nd", "noidung"),
    ("dc", "duoc"),
    ("dk", "duoc"),
    ("ko", "khong"),
    ("k", "khong"),
    ("kh", "khong"),
    ("hong", "khong"),
    ("hok", "khong"),
    ("hk", "khong"),
    ("j", "gi"),
    ("z", "gi"),
    ("ntn", "nhu the nao"),
    ("lm", "lam"),
    ("r", "roi"),
    ("vs", "voi"),
    ("mn", "moi nguoi"),
    ("dt", "dien thoai"),
    ("app", "ung dung"),
    ("ap", "ung dung"),
    ("zl", "zalo"),
    ("dalo", "zalo"),
    ("jalo", "zalo"),
    ("vnid", "vneid"),
    ("vnied", "vneid"),
    ("vneiid", "vneid"),
    ("vned", "vneid"),
    ("m2", "muc 2"),
    ("ca", "cong an"),
    ("nh", "ngan hang"),
    ("qet", "quet"),
    ("quyet", "quet"),
    ("kuet", "quet"),
    ("soi", "quet"),
    ("scan", "quet"),
    ("nop", "dong"),
    ("vietqr", "qr"),
    ("hai", "2"),
];

/// What is dictated letter by letter, or in several words.
pub const SPELLED: &[(&[&str], &str)] = &[
    (&["ve", "en", "ai", "di"], "vneid"),
    (&["vi", "en", "ai", "di"], "vneid"),
    (&["ve", "ne", "id"], "vneid"),
    (&["vn", "eid"], "vneid"),
    (&["v", "n", "e", "i", "d"], "vneid"),
    (&["za", "lo"], "zalo"),
    (&["da", "lo"], "zalo"),
    (&["da", "no"], "zalo"),
    (&["gia", "lo"], "zalo"),
    (&["ja", "lo"], "zalo"),
    (&["o", "te", "pe"], "otp"),
    (&["o", "tp"], "otp"),
    (&["cu", "a"], "qr"),
    (&["kiu", "a"], "qr"),
    (&["q", "r"], "qr"),
    (&["dinh", "danh"], "dinhdanh"),
    (&["lua", "dao"], "luadao"),
    (&["chuyen", "tien"], "chuyenkhoan"),
    (&["chuyen", "khoan"], "chuyenkhoan"),
    (&["noi", "dung"], "noidung"),
    (&["loi", "nhan"], "noidung"),
    (&["ghi", "chu"], "noidung"),
    (&["dien", "giai"], "noidung"),
    (&["kich", "hoat"], "kichhoat"),
];

/// Turns of speech by which people ask or say that they are stuck.
const ASKING: &[&str] = &[
    "lam sao",
    "the nao",
    "nhu nao",
    "nao",
    "kieu gi",
    "gi",
    "dau",
    "sao",
    "cach",
    "huong dan",
    "chi em",
    "chi giup",
    "giup",
    "khong",
    "hay la",
    "co phai",
    "bao loi",
    "loi",
    "xin",
    "can",
    "muon",
    "chua",
    "hoi",
    "voi",
    "rang",
    "ri",
    "lao",
    "roi ha",
    "cho toi",
    "mat",
];

/// The beginning of a text, at most `LONGEST` characters.
pub fn within(text: &str) -> &str {
    text.char_indices()
        .nth(LONGEST)
        .map_or(text, |(end, _)| &text[..end])
}

pub fn is_common(word: &str) -> bool {
    COMMON.contains(&word)
}

/// Somebody asks, or says that they are stuck.
pub fn asks(words: &[String]) -> bool {
    let sentence = format!(" {} ", words.join(" "));
    ASKING
        .iter()
        .any(|turn| sentence.contains(&format!(" {turn} ")))
}

/// Folded words with chat shorthand written out.
pub fn normal(text: &str) -> Vec<String> {
    let folded = fold(text);
    let raw: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let mut out: Vec<String> = Vec::new();
    let mut rest = raw.as_slice();
    while let Some((first, after)) = rest.split_first() {
        if let Some((said, meant)) = SPELLED.iter().find(|(said, _)| rest.starts_with(said)) {
            out.push((*meant).to_owned());
            rest = &rest[said.len()..];
            continue;
        }
        match SHORT.iter().find(|(short, _)| short == first) {
            Some((_, long)) => out.extend(long.split(' ').map(str::to_owned)),
            None => out.push((*first).to_owned()),
        }
        rest = after;
    }
    out
}

/// The northern ear: l and n, ch and tr, s and x, d and gi and r sound alike.
pub fn sound(word: &str) -> String {
    for (spelled, heard) in [
        ("tr", "ch"),
        ("gi", "d"),
        ("l", "n"),
        ("x", "s"),
        ("r", "d"),
    ] {
        if let Some(rest) = word.strip_prefix(spelled).filter(|rest| !rest.is_empty()) {
            return format!("{heard}{rest}");
        }
    }
    word.to_owned()
}
