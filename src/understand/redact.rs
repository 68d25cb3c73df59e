//! Takes out what a parent should never have sent: identity numbers, codes, passwords, cards, phone numbers.
//! It runs before anything is stored or logged. When a number may be either, it is taken out.

use super::fold::fold;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Secret {
    NationalId,
    Phone,
    Otp,
    Password,
    CardOrAccount,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redacted {
    /// The text with words in brackets where the secrets were.
    pub text: String,
    pub found: Vec<Secret>,
}

impl Secret {
    fn mark(self) -> &'static str {
        match self {
            Self::NationalId => "[số định danh]",
            Self::Phone => "[số điện thoại]",
            Self::Otp => "[mã xác thực]",
            Self::Password => "[mật khẩu]",
            Self::CardOrAccount => "[số tài khoản]",
        }
    }
}

// Words before a number that say what it is, folded. Each is looked for as whole words.
const OTP_WORDS: &[&str] = &[
    "otp",
    "ma otp",
    "ma xac nhan",
    "ma xac thuc",
    "ma la",
    "ma kich hoat",
    "ma dang nhap",
    "smart otp",
    "ma bao mat",
    "ma pin",
    "pin",
    "ma code",
    "code",
    "passcode",
];
/// Words that make the whole message one about a code, wherever the number stands.
const OTP_MESSAGE: &[&str] = &[
    "otp",
    "smart otp",
    "ma xac nhan",
    "ma xac thuc",
    "ma kich hoat",
    "ma dang nhap",
    "ma bao mat",
    "passcode",
];
const PASSWORD_WORDS: &[&str] = &[
    "mat khau",
    "mat khau la",
    "mk",
    "pass",
    "password",
    "matkhau",
    "mk la",
    "pass la",
    "mat ma",
];
const ID_WORDS: &[&str] = &[
    "cmnd",
    "cmt",
    "chung minh",
    "chung minh nhan dan",
    "chung minh thu",
    "can cuoc",
    "cccd",
    "dinh danh",
    "so dinh danh",
];
const ACCOUNT_WORDS: &[&str] = &[
    "stk",
    "so tk",
    "so tai khoan",
    "tai khoan",
    "so the",
    "tk",
    "the",
    "account",
];
/// Small words between a password's name and the password.
const LINKS: &[&str] = &[
    "la", "cua", "em", "toi", "con", "chau", "minh", "moi", "cu", "day", "zalo", "vneid", "wifi",
    "app", "nay", "=",
];
/// After these a password is spoken of and not told.
const NO_PASSWORD: &[&str] = &[
    "gi", "nao", "the", "sao", "khong", "ko", "k", "roi", "o", "bi", "duoc", "dc", "quen", "sai",
    "dung", "chua", "a", "thi", "ma", "nhe", "nha", "co", "de", "va", "phai", "ra", "hay", "mai",
    "vao", "lai", "dau", "yeu", "manh", "kho", "thay", "hai", "voi", "khi", "nhu", "ngan", "bao",
    "qua", "bang", "dang", "dien", "mang", "ngan", "giup", "ho", "kieu", "tren", "cho", "nen",
    "xong", "hang", "tai", "may", "can", "nua", "ay", "do", "cap", "1", "2", "minh", "khac", "dat",
    "cap1",
];

/// Digits as they stand in the text, with what groups them.
struct Run {
    start: usize,
    end: usize,
    digits: String,
    /// Written in groups of three with a dot or comma, as money is.
    money: bool,
    plus: bool,
}

pub fn redact(text: &str) -> Redacted {
    let mut redacted = once(text);
    // What was cut may uncover what stood beside it; a few rounds leave nothing.
    for _ in 0..MOST_ROUNDS {
        let again = once(&redacted.text);
        if again.found.is_empty() {
            break;
        }
        redacted.text = again.text;
        redacted.found.extend(again.found);
    }
    redacted.found.sort_unstable();
    redacted.found.dedup();
    redacted
}

const MOST_ROUNDS: usize = 8;

fn once(text: &str) -> Redacted {
    let chars: Vec<char> = text.chars().collect();
    let mut cuts: Vec<(usize, usize, Secret)> = passwords(&chars);
    let all = words_before(&chars, chars.len(), chars.len());
    let otp_message = OTP_MESSAGE
        .iter()
        .any(|word| all.contains(&format!(" {word} ")));
    for run in runs(&chars) {
        let inside = cuts
            .iter()
            .any(|(start, end, _)| run.start < *end && *start < run.end);
        if let Some(secret) = classify(&run, &chars, otp_message)
            && !inside
        {
            cuts.push((run.start, run.end, secret));
        }
    }
    // Our own codes were recognised first: what looks like a secret inside of one is none.
    let ours = super::codes::spans(&chars);
    cuts.retain(|(start, end, _)| !ours.iter().any(|own| *start < own.end && own.start < *end));
    cuts.sort_unstable_by_key(|(start, ..)| *start);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end, secret) in &cuts {
        out.extend(chars.get(at..*start).into_iter().flatten());
        out.push_str(secret.mark());
        at = *end;
    }
    out.extend(chars.get(at..).into_iter().flatten());
    let mut found: Vec<Secret> = cuts.into_iter().map(|(.., secret)| secret).collect();
    found.sort_unstable();
    found.dedup();
    Redacted { text: out, found }
}

/// The value of an ASCII, fullwidth or Arabic digit.
fn digit(c: char) -> Option<char> {
    let value = match c {
        '0'..='9' => u32::from(c) - u32::from('0'),
        '０'..='９' => u32::from(c) - u32::from('０'),
        '\u{0660}'..='\u{0669}' => u32::from(c) - 0x0660,
        '\u{06F0}'..='\u{06F9}' => u32::from(c) - 0x06F0,
        _ => return None,
    };
    char::from_digit(value, 10)
}

/// All runs of digits, joined over single separators; a run that touches a letter is a code or a price.
fn runs(chars: &[char]) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        if digit(*c).is_none() {
            at += 1;
            continue;
        }
        let end = end_of_run(chars, at);
        let letter = |place: Option<usize>| {
            place
                .and_then(|place| chars.get(place))
                .is_some_and(|c| c.is_alphanumeric())
        };
        let touches = letter(at.checked_sub(1)) || letter(Some(end));
        let run = read_run(chars, at, end);
        // Twelve digits glued to a word are still an identity number.
        if !touches || run.digits.len() >= 9 {
            runs.push(run);
        }
        at = end;
    }
    runs
}

/// Where the digits end, with at most two separators between two groups ("0912 - 345 - 678" has three).
fn end_of_run(chars: &[char], start: usize) -> usize {
    let mut end = start;
    let mut at = start;
    while at < chars.len() {
        if chars.get(at).copied().and_then(digit).is_some() {
            at += 1;
            end = at;
            continue;
        }
        let gap = chars[at..]
            .iter()
            .take(3)
            .take_while(|c| matches!(c, ' ' | '.' | '-' | '\u{00A0}' | '·' | '_'))
            .count();
        if gap == 0 || chars.get(at + gap).copied().and_then(digit).is_none() {
            break;
        }
        at += gap;
    }
    end
}

fn read_run(chars: &[char], start: usize, end: usize) -> Run {
    let text = &chars[start..end];
    let groups: Vec<usize> = text
        .split(|c| digit(*c).is_none())
        .map(<[char]>::len)
        .filter(|length| *length > 0)
        .collect();
    let dotted = text.iter().all(|c| digit(*c).is_some() || *c == '.');
    let money = groups.len() > 1
        && dotted
        && groups.iter().skip(1).all(|length| *length == 3)
        && groups.first().is_some_and(|first| *first <= 3)
        && text.first() != Some(&'0');
    let plus = start.checked_sub(1).and_then(|before| chars.get(before)) == Some(&'+');
    Run {
        start: if plus { start - 1 } else { start },
        end,
        digits: text.iter().filter_map(|c| digit(*c)).collect(),
        money,
        plus,
    }
}

fn classify(run: &Run, chars: &[char], otp_message: bool) -> Option<Secret> {
    let before = words_before(chars, run.start, NEAR);
    let said = |words: &[&str]| {
        words
            .iter()
            .any(|word| before.contains(&format!(" {word} ")))
    };
    let length = run.digits.len();
    let national = length == 12 && run.digits.starts_with('0');
    if run.money && length <= 10 && !said(ID_WORDS) && !said(OTP_WORDS) {
        return None;
    }
    if is_phone(run) && !said(ACCOUNT_WORDS) {
        return Some(Secret::Phone);
    }
    if national || (length == 12 && !said(ACCOUNT_WORDS)) || (length == 9 && said(ID_WORDS)) {
        return Some(Secret::NationalId);
    }
    if (4..=8).contains(&length) && said(OTP_WORDS) {
        return Some(Secret::Otp);
    }
    // "482913 là mã otp", "Ma OTP cua quy khach de dang nhap VNeID la 482913": a message about a code.
    if otp_message && (4..=8).contains(&length) && !run.money && !is_date(run) && !is_year(run) {
        return Some(Secret::Otp);
    }
    // Several short numbers in a row ("1 2 3 4 5 6 7 8 9") are choices; a date is short of digits too.
    let groups_of_one = run.end - run.start >= 2 * length.max(1) - 1 && length > 1;
    if groups_of_one && !said(ACCOUNT_WORDS) && !said(ID_WORDS) {
        return None;
    }
    let date = is_date(run);
    ((9..=19).contains(&length) || (length == 8 && !date && said(ACCOUNT_WORDS)))
        .then_some(Secret::CardOrAccount)
}

/// "24 11 2026", "24.11.2026"
fn is_date(run: &Run) -> bool {
    run.digits.len() == 8
        && (run.digits.ends_with("2024")
            || run
                .digits
                .get(4..)
                .is_some_and(|year| year.starts_with("20") || year.starts_with("19")))
}

fn is_year(run: &Run) -> bool {
    run.digits.len() == 4 && (run.digits.starts_with("19") || run.digits.starts_with("20"))
}

fn is_phone(run: &Run) -> bool {
    let digits = run.digits.as_str();
    let mobile = |rest: &str| rest.starts_with(['3', '5', '7', '8', '9', '2']);
    match digits.len() {
        10 | 11 if digits.starts_with('0') => mobile(&digits[1..]) || digits.starts_with("01"),
        11 | 12 if digits.starts_with("84") => {
            mobile(&digits[2..]) && (run.plus || digits.len() == 11)
        }
        13 if digits.starts_with("0084") => true,
        _ => run.plus && (9..=15).contains(&digits.len()),
    }
}

/// How many characters before a number its name may stand.
const NEAR: usize = 30;

/// The folded words of the characters before, each between spaces.
fn words_before(chars: &[char], end: usize, most: usize) -> String {
    let start = end.saturating_sub(most);
    let text: String = chars.get(start..end).unwrap_or_default().iter().collect();
    let words: String = fold(&text)
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    format!(
        " {} ",
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    )
}

/// The word after "mật khẩu là", "mk:", "pass" when it looks like a password.
fn passwords(chars: &[char]) -> Vec<(usize, usize, Secret)> {
    let words = words(chars);
    let mut cuts = Vec::new();
    for at in 0..words.len() {
        let Some(length) = PASSWORD_WORDS
            .iter()
            .map(|name| name.split(' ').collect::<Vec<_>>())
            .filter(|name| {
                name.iter().enumerate().all(|(step, part)| {
                    words
                        .get(at + step)
                        .is_some_and(|word| word.folded == *part)
                })
            })
            .map(|name| name.len())
            .max()
        else {
            continue;
        };
        let mut next = at + length;
        let told = |word: &Piece| word.told || word.folded == "la";
        let mut named = words.get(next - 1).is_some_and(told);
        while let Some(word) = words
            .get(next)
            .filter(|word| LINKS.contains(&word.folded.as_str()) && next < at + length + 4)
        {
            named |= told(word);
            next += 1;
        }
        if let Some(word) = words.get(next).filter(|word| looks_secret(word, named)) {
            cuts.push((word.start, word.end, Secret::Password));
        }
    }
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

struct Piece {
    start: usize,
    end: usize,
    folded: String,
    /// A colon or "=" stands at its end or after it.
    told: bool,
    digits: bool,
    mixed: bool,
}

fn looks_secret(word: &Piece, named: bool) -> bool {
    let long = word.end - word.start >= 4;
    let bracket = word.folded.starts_with('[');
    !bracket
        && ((long && (word.digits || word.mixed))
            || (named && long && !NO_PASSWORD.contains(&word.folded.as_str())))
}

fn words(chars: &[char]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if chars[at].is_whitespace() {
            at += 1;
            continue;
        }
        let length = chars[at..]
            .iter()
            .position(|c| c.is_whitespace() || (matches!(c, ':' | '=') && *c != chars[at]))
            .unwrap_or(chars.len() - at)
            .max(1);
        let mut end = at + length;
        let after = end + chars[end..].iter().take_while(|c| **c == ' ').count();
        let told = matches!(chars.get(after), Some(':' | '='));
        let text = &chars[at..end];
        let trimmed = text
            .iter()
            .rev()
            .take_while(|c| matches!(c, ',' | '.' | ';' | '?' | '!'))
            .count();
        end -= if trimmed < length { trimmed } else { 0 };
        let text: String = chars[at..end].iter().collect();
        let digits = text.chars().any(|c| digit(c).is_some());
        let mixed = text.chars().skip(1).any(char::is_uppercase)
            && text.chars().any(char::is_lowercase)
            || text.contains(['@', '#', '$', '!', '*']);
        if !matches!(text.as_str(), ":" | "=") {
            pieces.push(Piece {
                start: at,
                end,
                folded: fold(&text),
                told,
                digits,
                mixed,
            });
        }
        at += length;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, wanted: &str, found: &[Secret]) {
        let redacted = redact(text);
        assert_eq!(
            (redacted.text.as_str(), redacted.found.as_slice()),
            (wanted, found),
            "{text:?}"
        );
    }

    #[test]
    fn secrets_are_taken_out() {
        check(
            "cccd em 001199012345 ạ",
            "cccd em [số định danh] ạ",
            &[Secret::NationalId],
        );
        check(
            "số của cháu 001 199 012 345",
            "số của cháu [số định danh]",
            &[Secret::NationalId],
        );
        check("001.199.012.345", "[số định danh]", &[Secret::NationalId]);
        check(
            "cmnd 123456789 nhé",
            "cmnd [số định danh] nhé",
            &[Secret::NationalId],
        );
        check(
            "gọi em 0912 345 678",
            "gọi em [số điện thoại]",
            &[Secret::Phone],
        );
        check("+84 912.345.678 ạ", "[số điện thoại] ạ", &[Secret::Phone]);
        check(
            "mã otp là 123456 cô ơi",
            "mã otp là [mã xác thực] cô ơi",
            &[Secret::Otp],
        );
        check(
            "Mã xác nhận: 4821",
            "Mã xác nhận: [mã xác thực]",
            &[Secret::Otp],
        );
        check(
            "482913 là mã otp của em",
            "[mã xác thực] là mã otp của em",
            &[Secret::Otp],
        );
        check(
            "Ma OTP cua quy khach de dang nhap ung dung VNeID la 482913. Khong cung cap cho ai",
            "Ma OTP cua quy khach de dang nhap ung dung VNeID la [mã xác thực]. Khong cung cap cho ai",
            &[Secret::Otp],
        );
        check(
            "mật khẩu là hoasen123",
            "mật khẩu là [mật khẩu]",
            &[Secret::Password],
        );
        check("mk: Hoahong ạ", "mk: [mật khẩu] ạ", &[Secret::Password]);
        check(
            "thẻ 4111 1111 1111 1111",
            "thẻ [số tài khoản]",
            &[Secret::CardOrAccount],
        );
        check(
            "stk 19033344455566",
            "stk [số tài khoản]",
            &[Secret::CardOrAccount],
        );
        check(
            "cccd ００１１９９０１２３４５",
            "cccd [số định danh]",
            &[Secret::NationalId],
        );
    }

    #[test]
    fn ordinary_numbers_stay() {
        for text in [
            "em ck 780k rồi",
            "1.200.000đ",
            "780.000",
            "hạn 24/11/2026",
            "1 2 3",
            "1, 2, 3",
            "lớp 5A1",
            "năm 2026",
            "mã LS7HA7K2",
            "HA7K2M",
            "7h30 mai",
            "mật khẩu là gì cô",
            "em quên mật khẩu rồi",
            "mức 2 ạ",
            "tháng 11 năm 2026",
            "10.500.000 đồng",
            "quên mk thì làm sao",
            "24.11.2026",
        ] {
            check(text, text, &[]);
        }
    }

    #[test]
    fn a_second_time_changes_nothing() {
        let pieces = [
            "0",
            "12",
            "0912",
            "345678",
            " ",
            ".",
            "mật khẩu",
            "mk",
            "otp",
            "là",
            ":",
            "+84",
            "ạ",
            "[",
            "]",
            "k",
            "５",
            "Ab1",
            "stk",
            "\u{0301}",
            "/",
        ];
        let mut seed: u32 = 7;
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..9 {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                text.push_str(pieces[(seed >> 16) as usize % pieces.len()]);
            }
            let once = redact(&text);
            let twice = redact(&once.text);
            assert_eq!(once.text, twice.text, "{text:?}");
            assert!(twice.found.is_empty(), "{text:?}");
        }
    }
}
