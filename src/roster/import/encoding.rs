//! A csv file does not say in which letters it was written; we find out, and when the letters belong
//! to an old font we say so instead of taking nonsense for names.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252, WINDOWS_1258};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Before Unicode, a font drew Vietnamese letters in the places of others. Such text cannot be told
/// from its letters alone: it needs the font.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegacyFont {
    /// TCVN3 (ABC), fonts ".VnTime".
    Tcvn3,
    /// VNI, fonts "VNI-Times".
    Vni,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncodingProblem {
    #[error("text in the legacy encoding {0:?}")]
    Legacy(LegacyFont),
    #[error("unknown text encoding")]
    Unknown,
}

/// The text of a csv file, composed (NFC).
pub fn decode(bytes: &[u8]) -> Result<String, EncodingProblem> {
    if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        return Ok(composed(&String::from_utf8_lossy(rest)));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        return Ok(composed(&UTF_16LE.decode_without_bom_handling(rest).0));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        return Ok(composed(&UTF_16BE.decode_without_bom_handling(rest).0));
    }
    match zeros(bytes) {
        Zeros::None => {}
        Zeros::Odd => return Ok(composed(&UTF_16LE.decode_without_bom_handling(bytes).0)),
        Zeros::Even => return Ok(composed(&UTF_16BE.decode_without_bom_handling(bytes).0)),
        Zeros::Mixed => return Err(EncodingProblem::Unknown),
    }
    match str::from_utf8(bytes) {
        Ok(text) => Ok(composed(text)),
        Err(_) if mostly_utf8(bytes) => Ok(composed(&String::from_utf8_lossy(bytes))),
        Err(_) => decode_one_byte(bytes),
    }
}

fn composed(text: &str) -> String {
    text.nfc().collect()
}

enum Zeros {
    None,
    Even,
    Odd,
    Mixed,
}

/// UTF-16 without its mark shows itself by zero bytes: every comma and line end brings one, always on
/// the same side. No other text has any.
fn zeros(bytes: &[u8]) -> Zeros {
    let sample = &bytes[..bytes.len().min(8192)];
    let count = |side: usize| {
        sample
            .iter()
            .skip(side)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let (even, odd) = (count(0), count(1));
    let enough = sample.len() / 10;
    match (even, odd) {
        (0, 0) => Zeros::None,
        (0, odd) if odd >= enough && bytes.len().is_multiple_of(2) => Zeros::Odd,
        (even, 0) if even >= enough && bytes.len().is_multiple_of(2) => Zeros::Even,
        _ => Zeros::Mixed,
    }
}

/// A few broken letters in a UTF-8 file: better to point at their rows than to guess at the whole.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > bad.saturating_mul(10)
}

fn decode_one_byte(bytes: &[u8]) -> Result<String, EncodingProblem> {
    let text = composed(&WINDOWS_1258.decode_without_bom_handling(bytes).0);
    let strange = text.chars().filter(|c| {
        is_foreign(*c) || is_combining_mark(*c) || c.is_control() && !c.is_whitespace()
    });
    // A stray sign in a remark is no reason to refuse; a strange letter in every second name is.
    let accents = text
        .chars()
        .filter(|c| c.is_alphabetic() && !c.is_ascii())
        .count();
    if strange.count().saturating_mul(20) <= accents {
        return Ok(text);
    }
    let text = WINDOWS_1252.decode_without_bom_handling(bytes).0;
    Err(legacy_of_many(&text).map_or(EncodingProblem::Unknown, EncodingProblem::Legacy))
}

/// Over a whole file the more frequent of the two decides.
fn legacy_of_many(text: &str) -> Option<LegacyFont> {
    let (mut tcvn3, mut vni) = (0, 0);
    for word in text.split(|c: char| c.is_ascii_punctuation() || c.is_whitespace()) {
        match legacy_font(word) {
            Some(LegacyFont::Tcvn3) => tcvn3 += 1,
            Some(LegacyFont::Vni) => vni += 1,
            None => {}
        }
    }
    match (tcvn3, vni) {
        (0, 0) => None,
        (tcvn3, vni) if tcvn3 >= vni => Some(LegacyFont::Tcvn3),
        _ => Some(LegacyFont::Vni),
    }
}

/// Letters and signs of the Latin-1 block that no Vietnamese word has. Both old families of fonts
/// are full of them.
fn is_foreign(c: char) -> bool {
    const VIETNAMESE: &str = "\u{C0}\u{C1}\u{C2}\u{C3}\u{C8}\u{C9}\u{CA}\u{CC}\u{CD}\u{D2}\u{D3}\u{D4}\u{D5}\u{D9}\u{DA}\u{DD}\
                              \u{E0}\u{E1}\u{E2}\u{E3}\u{E8}\u{E9}\u{EA}\u{EC}\u{ED}\u{F2}\u{F3}\u{F4}\u{F5}\u{F9}\u{FA}\u{FD}";
    // A no-break space, a degree or a middle dot is punctuation in any file.
    ('\u{A1}'..='\u{FF}').contains(&c) && !VIETNAMESE.contains(c)
}

/// The old font in which a name was typed, if its letters give it away.
pub fn legacy_font(text: &str) -> Option<LegacyFont> {
    let letters: Vec<char> = text.nfc().collect();
    if letters.windows(2).any(|pair| is_vni_pair(pair[0], pair[1])) {
        return Some(LegacyFont::Vni);
    }
    // TCVN3 draws small letters in the places of capitals: a capital with an accent in mid-word.
    let mid_word =
        |pair: &[char]| pair[0].is_lowercase() && !pair[1].is_ascii() && pair[1].is_uppercase();
    let strange = letters.iter().any(|c| is_foreign(*c)) || letters.windows(2).any(mid_word);
    strange.then(|| {
        if letters.contains(&'\u{F1}') {
            LegacyFont::Vni
        } else {
            LegacyFont::Tcvn3
        }
    })
}

/// VNI writes the accent as a letter of its own behind the vowel. After "a" and "e" no Vietnamese
/// word has another accented vowel, after the others only the signs that are foreign anyway.
fn is_vni_pair(vowel: char, mark: char) -> bool {
    const MARKS: &str = "\u{E0}\u{E1}\u{E2}\u{E3}\u{E8}\u{E9}\u{EA}\u{F9}\u{FA}\u{F5}";
    const FOREIGN: &str = "\u{E4}\u{E5}\u{EB}\u{EF}\u{F8}\u{FB}\u{FC}";
    let lower = |c: char| c.to_lowercase().next().unwrap_or(c);
    match (lower(vowel), lower(mark)) {
        ('a' | 'e', mark) if MARKS.contains(mark) => true,
        ('o', '\u{E2}') => true,
        ('a' | 'e' | 'o' | 'u' | 'y' | 'i' | '\u{F4}' | '\u{F6}', mark) => FOREIGN.contains(mark),
        _ => false,
    }
}

/// UTF-8 that some program took for Western letters and saved so: a-acute with a sign behind it.
pub fn is_mojibake(text: &str) -> bool {
    const TRACES: [&str; 5] = [
        "\u{E1}\u{BB}",
        "\u{E1}\u{BA}",
        "\u{C4}\u{2018}",
        "\u{C6}\u{B0}",
        "\u{C6}\u{A1}",
    ];
    TRACES.iter().any(|trace| text.contains(trace))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Họ và tên,Lớp\r\nNguyễn Thị Ửng,5A1\r\nĐặng Quỳnh Như,5A2\r\n";

    /// What Windows writes in code page 1258: the tone behind its vowel as a byte of its own.
    fn in_1258(text: &str) -> Vec<u8> {
        let split = text.nfd().collect::<String>();
        // Breve, circumflex and horn stay with their letter in that page; only the tones are apart.
        let mut units = String::new();
        for c in split.chars() {
            let joined = units
                .chars()
                .last()
                .and_then(|last| unicode_normalization::char::compose(last, c));
            match joined {
                Some(letter) if matches!(c, '\u{302}' | '\u{306}' | '\u{31B}') => {
                    units.pop();
                    units.push(letter);
                }
                // The dot below sorts before the circumflex, which belongs to the vowel.
                _ if matches!(c, '\u{302}' | '\u{306}') && units.ends_with('\u{323}') => {
                    units.pop();
                    let vowel = units.pop().unwrap();
                    units.push(unicode_normalization::char::compose(vowel, c).unwrap());
                    units.push('\u{323}');
                }
                _ => units.push(c),
            }
        }
        let (bytes, _, lost) = WINDOWS_1258.encode(&units);
        assert!(!lost, "{units}");
        bytes.into_owned()
    }

    fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn every_way_to_write_the_same_text_reads_the_same() {
        let with = |mark: &[u8], body: Vec<u8>| [mark, &body].concat();
        for (how, bytes) in [
            ("utf-8", TEXT.as_bytes().to_vec()),
            (
                "utf-8 decomposed",
                TEXT.nfd().collect::<String>().into_bytes(),
            ),
            (
                "utf-8 with mark",
                with(b"\xEF\xBB\xBF", TEXT.as_bytes().to_vec()),
            ),
            (
                "utf-16 le",
                with(b"\xFF\xFE", utf16(TEXT, u16::to_le_bytes)),
            ),
            (
                "utf-16 be",
                with(b"\xFE\xFF", utf16(TEXT, u16::to_be_bytes)),
            ),
            ("utf-16 le, no mark", utf16(TEXT, u16::to_le_bytes)),
            ("utf-16 be, no mark", utf16(TEXT, u16::to_be_bytes)),
            ("windows-1258", in_1258(TEXT)),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Ok(TEXT), "{how}");
        }
    }

    #[test]
    fn old_fonts_are_named_and_not_read() {
        let tcvn3 = WINDOWS_1252
            .encode("Hä vµ tªn,Líp\nNguyÔn V¨n An,5A1\nTrÇn ThÞ B×nh,5A1\n§ç Hång,5A1")
            .0;
        assert_eq!(
            decode(&tcvn3),
            Err(EncodingProblem::Legacy(LegacyFont::Tcvn3))
        );
        let vni = WINDOWS_1252
            .encode("Hoï vaø teân,Lôùp\nNguyeãn Vaên An,5A1\nTraàn Thò Bình,5A1\nÑoã Hoàng,5A1")
            .0;
        assert_eq!(decode(&vni), Err(EncodingProblem::Legacy(LegacyFont::Vni)));
    }

    #[test]
    fn correct_vietnamese_is_never_taken_for_an_old_font() {
        for word in "Nguyễn Thị Hòa Quỳnh Uyên Thúy Huệ Hoàng Loan Tuấn Đặng Ý Nhi Khuê Ngoan Giáo Thuỳ Hoài Xoè Ái Êban Niê Oanh Quế Thoại LƯƠNG VŨ ĐỖ ƯỚC Aê".split(' ').filter(|w| *w != "Aê") {
            assert_eq!(legacy_font(word), None, "{word}");
            assert!(!is_mojibake(word), "{word}");
        }
    }

    #[test]
    fn a_few_broken_letters_leave_their_trace() {
        let mut bytes = TEXT.repeat(5).into_bytes();
        bytes.extend_from_slice(b"Nguy\xFFn,5A1\n");
        assert!(decode(&bytes).unwrap().ends_with("Nguy\u{FFFD}n,5A1\n"));
    }

    #[test]
    fn a_picture_is_no_text() {
        assert_eq!(
            decode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01"),
            Err(EncodingProblem::Unknown)
        );
    }
}
