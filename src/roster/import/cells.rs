//! What a name, a child's code and a class look like in a real list, and what only looks like one.

use crate::understand::fold::{clean, fold};

use super::{Why, encoding};

const NAME_CHARS: usize = 80;
const CODE_CHARS: usize = 32;
const CLASS_CHARS: usize = 20;
const SHOWN_CHARS: usize = 30;
/// From this many digits on a number may be a phone, an identity card or a personal number.
const PRIVATE_DIGITS: usize = 9;

/// Words that people write where there is nothing to write.
const NOTHING: [&str; 6] = ["chua co", "khong", "khong co", "none", "null", "nan"];

/// "-", "..." and "chua co" are empty cells to a reader.
pub fn is_blank(cell: &str) -> bool {
    let folded = fold(&clean(cell));
    !folded.contains(['#', '=', '\u{FFFD}'])
        && (!folded.chars().any(char::is_alphanumeric) || NOTHING.contains(&folded.as_str()))
}

/// The part of a bad cell that may be shown: short, and without long numbers.
pub fn shown(cell: &str) -> String {
    let mut out = String::new();
    let text: Vec<char> = clean(cell).chars().collect();
    let mut at = 0;
    while at < text.len() {
        let run = number_len(&text[at..]);
        let digits = text[at..at + run]
            .iter()
            .filter(|c| c.is_ascii_digit())
            .count();
        if digits >= PRIVATE_DIGITS {
            out.push_str(&"*".repeat(digits.min(12)));
        } else {
            out.extend(&text[at..at + run.max(1)]);
        }
        at += run.max(1);
    }
    match out.char_indices().nth(SHOWN_CHARS) {
        Some((cut, _)) => format!("{}\u{2026}", &out[..cut]),
        None => out,
    }
}

/// Digits, also with a single space, dot or dash between them, as people write long numbers.
fn number_len(text: &[char]) -> usize {
    let mut len = 0;
    for (at, c) in text.iter().enumerate() {
        if c.is_ascii_digit() {
            len = at + 1;
        } else if len == 0 || at != len || !matches!(c, ' ' | '.' | '-') {
            break;
        }
    }
    len
}

pub fn name(cell: &str) -> Result<String, Why> {
    check_cell(cell)?;
    let name = clean(cell);
    if is_blank(&name) {
        return Err(Why::MissingName);
    }
    if name.chars().count() > NAME_CHARS {
        return Err(Why::NameTooLong);
    }
    check_letters(&name)?;
    if name.chars().any(|c| c.is_numeric()) {
        return Err(Why::NameHasDigits);
    }
    if name
        .chars()
        .any(|c| !c.is_alphabetic() && !" '\u{2019}-.()".contains(c))
    {
        return Err(Why::NameHasSymbols);
    }
    if name.chars().filter(|c| c.is_alphabetic()).count() < 2 {
        return Err(Why::NameUnreadable);
    }
    Ok(name)
}

/// What no cell of ours may hold, whichever column it stands in.
fn check_cell(cell: &str) -> Result<(), Why> {
    let cell = cell.trim();
    if cell.contains('\u{FFFD}') {
        return Err(Why::BrokenEncoding);
    }
    if is_error(cell) {
        return Err(Why::CellIsError);
    }
    if cell.starts_with('=') && !cell.starts_with("=\"") {
        return Err(Why::CellIsFormula);
    }
    if is_date(cell) {
        return Err(Why::CellIsDate);
    }
    Ok(())
}

fn check_letters(text: &str) -> Result<(), Why> {
    // A program that did not know a letter wrote "?" for it.
    let lost = |pair: &[char]| pair[0].is_alphabetic() && pair[1] == '?';
    let letters: Vec<char> = text.chars().collect();
    if encoding::is_mojibake(text) || letters.windows(2).any(lost) {
        return Err(Why::BrokenEncoding);
    }
    encoding::legacy_font(text).map_or(Ok(()), |font| Err(Why::LegacyFont(font)))
}

fn is_error(cell: &str) -> bool {
    const ERRORS: [&str; 9] = [
        "#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#DATA!",
    ];
    ERRORS.iter().any(|error| cell.eq_ignore_ascii_case(error)) || cell.starts_with("Err:5")
}

/// The form in which a date cell arrives from the workbook: `2026-01-05`.
fn is_date(cell: &str) -> bool {
    let parts: Vec<&str> = cell.get(..10).unwrap_or_default().split('-').collect();
    parts.len() == 3
        && parts.iter().map(|p| p.len()).eq([4, 2, 2])
        && parts.iter().all(|p| p.bytes().all(|b| b.is_ascii_digit()))
}

pub fn code(cell: &str) -> Result<String, Why> {
    check_cell(cell)?;
    let text = clean(cell);
    // Excel's own ways to keep a leading zero in text: ="00123" and '00123.
    let text = text
        .strip_prefix("=\"")
        .and_then(|t| t.strip_suffix('"'))
        .unwrap_or(&text);
    let text = text.trim_start_matches('\'');
    if is_blank(text) {
        return Err(Why::MissingCode);
    }
    if is_scientific(text) {
        return Err(Why::CodeScientific);
    }
    let code: String = without_fraction(text)
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let code = code.to_uppercase();
    if code.chars().count() > CODE_CHARS {
        return Err(Why::CodeTooLong);
    }
    if !code
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-._/".contains(c))
    {
        return Err(Why::CodeUnreadable);
    }
    // Every personal number begins with a zero and has twelve digits. Eleven digits are one whose
    // zero the spreadsheet dropped; taken as it is, it would be stored where the number must not be.
    if code.len() == 11 && code.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Why::CodeLostZero);
    }
    Ok(code)
}

/// "12345.0" is how some programs export the number 12345.
fn without_fraction(text: &str) -> &str {
    match text.split_once('.') {
        Some((whole, zeros))
            if !whole.is_empty()
                && whole.bytes().all(|b| b.is_ascii_digit())
                && !zeros.is_empty()
                && zeros.bytes().all(|b| b == b'0') =>
        {
            whole
        }
        Some(_) | None => text,
    }
}

/// "1.23E+11" or "1E+11", but not "5E12", which may be the twelfth child of class 5E.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    let marked = mantissa.len() > whole.len() || exponent.starts_with('+');
    digits(whole) && digits(fraction) && digits(exponent.trim_start_matches('+')) && marked
}

pub fn class(cell: &str) -> Result<String, Why> {
    check_cell(cell)?;
    if is_blank(cell) {
        return Err(Why::MissingClass);
    }
    check_letters(cell)?;
    if cell.contains([';', ',', '+', '&']) {
        return Err(Why::SeveralClasses);
    }
    class_code(cell).ok_or(Why::ClassUnreadable)
}

/// One code for one class however it is written: "lop 5A1", "5 tuoi A1" and "5a1" are 5A1.
/// Accents go, because the same class is typed with and without them in one and the same file.
pub fn class_code(text: &str) -> Option<String> {
    let folded = fold(&clean(text));
    if !folded
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || " .-_/():".contains(c))
    {
        return None;
    }
    let words: Vec<&str> = folded
        .split([' ', '_', '(', ')', ':'])
        .filter(|w| !w.is_empty())
        .collect();
    class_from_words(&words)
}

/// The class as its school writes it: "Lớp Chồi 2" is Chồi 2. Where nothing but the code was written, that.
pub fn class_title(text: &str, code: &str) -> String {
    let text = clean(text);
    let mut rest = text.as_str();
    while let Some((first, after)) = rest.split_once(' ') {
        if !matches!(fold(first).as_str(), "lop" | "nhom") {
            break;
        }
        rest = after.trim_start();
    }
    if rest.eq_ignore_ascii_case(code) || class_code(rest).as_deref() != Some(code) {
        return code.to_owned();
    }
    rest.to_owned()
}

pub fn class_from_words(words: &[&str]) -> Option<String> {
    let words = without_lead(words);
    let mut code = String::new();
    for (at, word) in words.iter().enumerate() {
        let age_follows = words.get(at + 1) == Some(&"tuoi");
        match *word {
            "tuoi" | "-" | "." | "/" if at > 0 => {}
            // "5-6 tuoi" is the year of the five-year-olds.
            age if age_follows => code.push_str(age.split('-').next().unwrap_or(age)),
            other => code.push_str(&other.replace("tuoi", "")),
        }
    }
    let code = join_parts(&code).to_uppercase();
    let fits = code.len() <= CLASS_CHARS && code.bytes().any(|b| b.is_ascii_alphanumeric());
    fits.then_some(code)
}

/// "lop", "nhom lop", and "mau giao" before an age say nothing that the rest does not say.
fn without_lead<'a, 'b>(words: &'b [&'a str]) -> &'b [&'a str] {
    let age = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    match words {
        ["lop" | "nhom", rest @ ..] if !rest.is_empty() => without_lead(rest),
        ["mau", "giao", rest @ ..] | ["mg", rest @ ..] if rest.first().is_some_and(|w| age(w)) => {
            rest
        }
        rest => rest,
    }
}

/// A point stays only between two digits, where it tells 5.1 from 51; "5-1" and "5/1" mean the same.
fn join_parts(code: &str) -> String {
    let chars: Vec<char> = code.chars().collect();
    let digit = |at: Option<usize>| {
        at.and_then(|at| chars.get(at))
            .is_some_and(char::is_ascii_digit)
    };
    let mut out = String::new();
    for (at, c) in chars.iter().enumerate() {
        if c.is_ascii_alphanumeric() {
            out.push(*c);
        } else if digit(at.checked_sub(1)) && digit(Some(at + 1)) {
            out.push('.');
        }
    }
    out
}

/// The class that a sheet's name or a title speaks of, only where there is no doubt.
pub fn evident_class(text: &str) -> Option<String> {
    let folded = fold(&clean(text)).replace([':', '(', ')', '_', ',', '\u{2013}'], " ");
    let words: Vec<&str> = folded.split_whitespace().collect();
    let named = words
        .iter()
        .rposition(|w| *w == "lop")
        .and_then(|at| after_lop(&words, at));
    named.or_else(|| short_class(&words))
}

/// "… LOP 5A1 NAM HOC 2026-2027": what stands between the word and the next phrase.
fn after_lop(words: &[&str], at: usize) -> Option<String> {
    const STOP: [&str; 13] = [
        "nam", "nh", "truong", "hoc", "thang", "ky", "-", "gvcn", "giao", "si", "co", "do", "dau",
    ];
    const PLURAL: [&str; 4] = ["cac", "theo", "tung", "moi"];
    if at > 0 && PLURAL.contains(&words[at - 1]) {
        return None;
    }
    let rest = &words[at + 1..];
    // The second half of "mau giao" is no phrase of its own.
    let stop = |i: usize| STOP.contains(&rest[i]) && !(i > 0 && rest[i - 1] == "mau");
    let end = (0..rest.len()).find(|i| stop(*i)).unwrap_or(rest.len());
    if end == 0 || end > 6 {
        return None;
    }
    class_code(&rest[..end].join(" ")).filter(|code| code.bytes().any(|b| b.is_ascii_alphabetic()))
}

/// A sheet called just "5A1", "5 tuoi A", "Mam 1" or "NT D2".
fn short_class(words: &[&str]) -> Option<String> {
    const LEADS: [&str; 7] = ["mam", "choi", "la", "nt", "nha", "mg", "mau"];
    let first = words.first()?;
    if words.len() > 4 {
        return None;
    }
    let code = class_from_words(words)?;
    let by_age = code.starts_with(|c: char| ('1'..='6').contains(&c))
        && code.len() <= 5
        && code.chars().nth(1).is_some_and(|c| c.is_ascii_alphabetic());
    let by_name = LEADS.contains(first) && (words.len() > 1 || LEADS[..3].contains(first));
    let glued = LEADS[..4].iter().any(|lead| {
        let tail = first.strip_prefix(lead).unwrap_or_default();
        words.len() == 1
            && !tail.is_empty()
            && tail.len() <= 2
            && tail.bytes().all(|b| b.is_ascii_digit())
    });
    (by_age || by_name || glued).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_class_has_one_code() {
        for text in [
            "5A1",
            " 5a1 ",
            "Lớp 5A1",
            "LỚP: 5 A1",
            "5 Tuổi A1",
            "Mẫu giáo 5 tuổi A1",
            "5-6 tuổi A1",
            "lop 5 tuổi A1",
        ] {
            assert_eq!(class_code(text).as_deref(), Some("5A1"), "{text}");
        }
        assert_eq!(class_code("Lá 1").as_deref(), Some("LA1"));
        assert_eq!(class_code("Lớp 5/1").as_deref(), Some("5.1"));
        assert_eq!(class_code("Lớp Đô Rê Mí").as_deref(), Some("DOREMI"));
        for (text, title) in [
            ("Lớp Lá 1", "Lá 1"),
            ("nhóm lớp  5a1", "5A1"),
            ("5 tuổi A1", "5 tuổi A1"),
            ("Đô Rê Mí", "Đô Rê Mí"),
        ] {
            let code = class_code(text).unwrap();
            assert_eq!(class_title(text, &code), title);
        }
        assert_eq!(class_title("Danh sách trẻ", "LA1"), "LA1");
        assert_eq!(class_code("5A1*"), None);
        assert_eq!(class_code("một cái tên lớp dài quá sức tưởng tượng"), None);
    }

    #[test]
    fn a_title_names_the_class_only_without_doubt() {
        for (text, class) in [
            ("DANH SÁCH TRẺ LỚP 5A1 NĂM HỌC 2026-2027", Some("5A1")),
            ("Danh sách trẻ lớp mẫu giáo 5 tuổi A1", Some("5A1")),
            ("Lớp Hoa Hồng", Some("HOAHONG")),
            ("5 Tuổi A1", Some("5A1")),
            ("Mầm 1", Some("MAM1")),
            ("NT D2", Some("NTD2")),
            ("la2", Some("LA2")),
            ("Sheet1", None),
            ("Trang tính 1", None),
            ("Danh sách", None),
            ("DANH SÁCH LỚP", None),
            ("Danh sách trẻ các lớp 5 tuổi", None),
            ("Danh sách trẻ lớp 5 tuổi", None),
            ("Năm học 2026-2027", None),
            ("Lan", None),
        ] {
            assert_eq!(evident_class(text).as_deref(), class, "{text}");
        }
    }

    #[test]
    fn codes_keep_their_zeros_and_lose_their_decoration() {
        for (cell, want) in [
            ("00123", "00123"),
            ("'00123", "00123"),
            ("=\"00123\"", "00123"),
            ("12345.0", "12345"),
            (" hs-01 ", "HS-01"),
            ("5E12", "5E12"),
            ("000 000 000 001", "000000000001"),
        ] {
            assert_eq!(code(cell).as_deref(), Ok(want), "{cell}");
        }
    }

    #[test]
    fn codes_that_are_none() {
        for (cell, why) in [
            ("", Why::MissingCode),
            (" - ", Why::MissingCode),
            ("chưa có", Why::MissingCode),
            ("1.23E+11", Why::CodeScientific),
            ("1,23457E+11", Why::CodeScientific),
            ("1E+11", Why::CodeScientific),
            ("12345678901", Why::CodeLostZero),
            ("A23456789012345678901234567890123", Why::CodeTooLong),
            ("mã@1", Why::CodeUnreadable),
            ("=A1&B1", Why::CellIsFormula),
            ("#N/A", Why::CellIsError),
            ("2026-01-05", Why::CellIsDate),
            ("A\u{FFFD}1", Why::BrokenEncoding),
        ] {
            assert_eq!(code(cell), Err(why), "{cell}");
        }
    }

    #[test]
    fn names_as_people_have_them() {
        for (cell, want) in [
            ("  Lê   Thị\u{00A0}Mơ ", "Lê Thị Mơ"),
            ("Nguye\u{302}\u{303}n Văn An", "Nguyễn Văn An"),
            ("H'Hen Niê", "H'Hen Niê"),
            ("Trần An (Bi)", "Trần An (Bi)"),
            ("VŨ HOÀ", "VŨ HOÀ"),
            ("Tuân Quý Huệ Thuở Ngoãn", "Tuân Quý Huệ Thuở Ngoãn"),
        ] {
            assert_eq!(name(cell).as_deref(), Ok(want), "{cell}");
        }
    }

    #[test]
    fn names_that_are_none() {
        let long = "An ".repeat(40);
        for (cell, why) in [
            ("...", Why::MissingName),
            ("Bé 01", Why::NameHasDigits),
            ("An <b>", Why::NameHasSymbols),
            (long.as_str(), Why::NameTooLong),
            ("(A)", Why::NameUnreadable),
            ("=B2", Why::CellIsFormula),
            ("#REF!", Why::CellIsError),
            ("Nguy\u{FFFD}n An", Why::BrokenEncoding),
            ("Nguy?n V?n An", Why::BrokenEncoding),
            ("L? Hoa", Why::BrokenEncoding),
            ("Nguyá»…n An", Why::BrokenEncoding),
            (
                "NguyÔn V¨n An",
                Why::LegacyFont(super::super::LegacyFont::Tcvn3),
            ),
            (
                "Nguyeãn Vaên An",
                Why::LegacyFont(super::super::LegacyFont::Vni),
            ),
        ] {
            assert_eq!(name(cell), Err(why), "{cell}");
        }
    }

    #[test]
    fn a_long_number_is_never_shown() {
        assert_eq!(shown("001 219 000 123"), "************");
        assert_eq!(shown("An 0912345678 x"), "An ********** x");
        assert_eq!(shown("lớp 5A1, 12345"), "lớp 5A1, 12345");
        assert_eq!(shown(&"đ".repeat(40)), format!("{}…", "đ".repeat(30)));
    }
}
