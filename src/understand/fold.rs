//! The same word however it was typed: with or without accents, composed or decomposed, in capitals,
//! with invisible characters between the letters.
//!
//! Folding is for finding and comparing. What people wrote is kept beside it, because an accent is
//! evidence too: "chưa" is a no, "chừa" is not.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Characters that take no place on the screen and only confuse a comparison: zero-width spaces and
/// joiners, direction marks, soft hyphen, byte-order mark, variation selectors.
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}'
            | '\u{034F}'
            | '\u{061C}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
    )
}

/// Composed (NFC) text without invisible and control characters; runs of white space become one space.
/// This is the form in which a message is read and, where it must be kept, stored.
/// A NUL never survives: PostgreSQL refuses it in text.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // What cannot be seen goes first: it may stand between a letter and its mark.
    for c in text.chars().filter(|c| !is_invisible(*c)).nfc() {
        if c.is_whitespace() || c.is_control() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Lower case without accents, `đ` as `d`: "Đã Quét" and "da quet" fold to the same.
pub fn fold(text: &str) -> String {
    text.nfd()
        .filter(|c| !is_combining_mark(*c) && !is_invisible(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect()
}

/// Whether anything is typed with Vietnamese letters.
pub fn has_marks(text: &str) -> bool {
    text.nfd()
        .any(|c| is_combining_mark(c) || matches!(c, 'đ' | 'Đ'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_form_do_not_matter() {
        for text in [
            "Đã Quét",
            "đã quét",
            "DA QUET",
            "\u{111}a\u{303} que\u{301}t",
            "đã\u{200B} quét",
        ] {
            assert_eq!(fold(text), "da quet", "{text:?}");
        }
    }

    #[test]
    fn cleaning_keeps_the_accents_and_drops_what_cannot_be_seen() {
        assert_eq!(
            clean("  que\u{301}t\u{0000}\u{202E} rồi\n\n ạ "),
            "quét rồi ạ"
        );
        assert_eq!(clean("\u{200B}\u{FEFF}"), "");
        assert_eq!(clean("đu\u{FE0F}\u{31B}ợc"), "được");
    }
}
