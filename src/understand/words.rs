//! A message cut into words, each kept in three shapes: as heard without any mark, with its vowels but
//! without its tone, and its tone alone.
//!
//! A phone without Vietnamese typing drops marks, it never invents them. So a word that lacks marks may be
//! any word with the same letters, and a word that has marks is only the word with those marks: "chua" may
//! be "chưa", "chừa" may not.

use std::ops::Range;
use std::sync::OnceLock;

use unicode_normalization::char::decompose_canonical;

use super::fold;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Word {
    /// Letters without any mark: "duoc".
    pub plain: String,
    /// Letters with their vowel marks and without the tone: "đươc".
    shaped: String,
    /// One tone for the word, wherever it was put: "hoà" and "hòa" are one word.
    tone: Option<char>,
}

impl Word {
    /// Reads one lower- or upper-case word. A letter drawn out ("rồiiii") counts once.
    pub fn read(text: &str) -> Self {
        let mut word = Self::default();
        let mut last = None;
        for c in text.chars().flat_map(char::to_lowercase) {
            let repeated = last == Some(c) && c.is_alphabetic();
            last = Some(c);
            if !repeated {
                word.push(c);
            }
        }
        word
    }

    fn push(&mut self, c: char) {
        if c.is_ascii() {
            self.plain.push(c);
            self.shaped.push(c);
            return;
        }
        let (mut base, mut shape) = ('\0', None);
        decompose_canonical(c, |part| match part {
            '\u{0300}' | '\u{0301}' | '\u{0303}' | '\u{0309}' | '\u{0323}' => {
                self.tone = Some(part)
            }
            '\u{0302}' | '\u{0306}' | '\u{031B}' => shape = Some(part),
            _ => base = part,
        });
        if base == '\0' {
            return;
        }
        self.plain.push(if base == 'đ' { 'd' } else { base });
        self.shaped.push(
            shape
                .and_then(|mark| unicode_normalization::char::compose(base, mark))
                .unwrap_or(base),
        );
    }

    /// What a keyboard left as letters that were meant as marks, by Telex: "rooif" for "rồi", "ddax" for "đã". None for
    /// a word that has marks already, or no such letters.
    pub fn from_telex(text: &str) -> Option<Self> {
        if !text.is_ascii() || text.len() < 3 {
            return None;
        }
        let mut out = String::new();
        let (mut tone, mut changed) = (None, false);
        for c in text.chars().map(|c| c.to_ascii_lowercase()) {
            let shaped = match (out.chars().last(), c) {
                (Some('a'), 'a') => Some('â'),
                (Some('e'), 'e') => Some('ê'),
                (Some('o'), 'o') => Some('ô'),
                (Some('d'), 'd') => Some('đ'),
                (Some('a'), 'w') => Some('ă'),
                (Some('o'), 'w') => Some('ơ'),
                (Some('u'), 'w') => Some('ư'),
                _ => None,
            };
            // A mark typed after the word's end belongs to the vowel before: "chuaw", "rooif".
            let late = match c {
                's' => Some('\u{301}'),
                'f' => Some('\u{300}'),
                'r' => Some('\u{309}'),
                'x' => Some('\u{303}'),
                'j' => Some('\u{323}'),
                _ => None,
            };
            if let Some(shaped) = shaped {
                out.pop();
                out.push(shaped);
                changed = true;
            } else if late.is_some() && out.chars().any(is_vowel) {
                tone = late;
                changed = true;
            } else {
                out.push(c);
            }
        }
        let mut word = Self::read(&out);
        word.tone = tone;
        changed.then_some(word)
    }

    /// The same by VNI, where digits are the marks: "ro62i" for "rồi", "d9a4" for "đã". None without such digits.
    pub fn from_vni(text: &str) -> Option<Self> {
        let begins = text.starts_with(|c: char| c.is_ascii_alphabetic());
        if !begins || !text.is_ascii() || !text.contains(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let mut out = String::new();
        let mut tone = None;
        for c in text.chars().map(|c| c.to_ascii_lowercase()) {
            let shape = match c {
                '1' => Err('\u{301}'),
                '2' => Err('\u{300}'),
                '3' => Err('\u{309}'),
                '4' => Err('\u{303}'),
                '5' => Err('\u{323}'),
                '6' => Ok(["aâ", "eê", "oô"].as_slice()),
                '7' => Ok(["oơ", "uư"].as_slice()),
                '8' => Ok(["aă"].as_slice()),
                '9' => Ok(["dđ"].as_slice()),
                _ => {
                    out.push(c);
                    continue;
                }
            };
            match shape {
                Err(mark) => tone = Some(mark),
                // The mark belongs to the nearest letter before it that can bear it: "chu7a", "chua7".
                Ok(pairs) => {
                    let bears = |letter: char| pairs.iter().find(|pair| pair.starts_with(letter));
                    let (at, letter, pair) = out
                        .char_indices()
                        .rev()
                        .find_map(|(at, letter)| Some((at, letter, bears(letter)?)))?;
                    let shaped = pair.chars().nth(1)?;
                    out.replace_range(at..at + letter.len_utf8(), shaped.encode_utf8(&mut [0; 4]));
                }
            }
        }
        let mut word = Self::read(&out);
        word.tone = tone;
        Some(word)
    }

    pub fn has_marks(&self) -> bool {
        self.tone.is_some() || self.shaped != self.plain
    }

    /// The same word with the same marks.
    pub fn is(&self, other: &Self) -> bool {
        self.shaped == other.shaped && self.tone == other.tone
    }

    /// What was typed can be that word: every mark it has, the word has too.
    pub fn can_be(&self, word: &Self) -> bool {
        self.plain == word.plain
            && (self.tone.is_none() || self.tone == word.tone)
            && self
                .shaped
                .chars()
                .zip(self.plain.chars())
                .zip(word.shaped.chars())
                .all(|((typed, plain), meant)| typed == meant || typed == plain)
    }

    /// The same word begun as a neighbour's tongue begins it: l/n, s/x, ch/tr, d/gi/r.
    /// Only for words with marks, since without them too many words look alike.
    pub fn in_other_accents(&self) -> Vec<Self> {
        if !self.has_marks() {
            return Vec::new();
        }
        const TURNS: [(&str, &str); 10] = [
            ("n", "l"),
            ("l", "n"),
            ("x", "s"),
            ("s", "x"),
            ("tr", "ch"),
            ("ch", "tr"),
            ("d", "r"),
            ("gi", "r"),
            ("r", "d"),
            ("gi", "d"),
        ];
        TURNS
            .iter()
            .filter_map(|(from, to)| self.begun_with(from, to))
            .collect()
    }

    fn begun_with(&self, from: &str, to: &str) -> Option<Self> {
        // "nh", "ng" and "th" are sounds of their own.
        let rest = self.shaped.strip_prefix(from)?;
        if rest.starts_with(['h', 'g']) || (from == "s" && rest.is_empty()) {
            return None;
        }
        let plain = self.plain.strip_prefix(from)?;
        Some(Self {
            plain: format!("{to}{plain}"),
            shaped: format!("{to}{rest}"),
            tone: self.tone,
        })
    }
}

/// A list of words, read when it is first asked.
pub struct Words {
    texts: &'static [&'static str],
    read: OnceLock<Vec<Word>>,
}

impl Words {
    pub const fn of(texts: &'static [&'static str]) -> Self {
        Self {
            texts,
            read: OnceLock::new(),
        }
    }

    /// The place of the first that this word can be.
    pub fn place(&self, word: &Word) -> Option<usize> {
        let read = self
            .read
            .get_or_init(|| self.texts.iter().map(|text| Word::read(text)).collect());
        read.iter().position(|known| word.can_be(known))
    }

    pub fn has(&self, word: &Word) -> bool {
        self.place(word).is_some()
    }
}

fn is_vowel(c: char) -> bool {
    matches!(
        c,
        'a' | 'ă' | 'â' | 'e' | 'ê' | 'i' | 'o' | 'ô' | 'ơ' | 'u' | 'ư' | 'y'
    )
}

#[derive(Debug, Clone, Default)]
pub struct Token {
    /// Where it stands, in characters of the cleaned message.
    pub place: Range<usize>,
    pub word: Word,
    /// The word that was meant when a keyboard left its marks as letters or digits.
    pub telex: Option<Word>,
    pub capital: bool,
    /// For words of digits only.
    pub number: Option<u32>,
    /// It begins with a digit: an amount, a time, a date, a class.
    pub numeric: bool,
    /// A comma, a stop, an emoji stands before it.
    pub pause: bool,
    /// A question mark stands after it.
    pub asked: bool,
    /// It stands between quotation marks.
    pub quoted: bool,
}

/// Longer texts are stories; what matters of an answer stands in its first words.
const MOST_TOKENS: usize = 120;

/// The message as it is cut: composed, without what cannot be seen. A line end is a pause, and cleaning alone would make
/// it a space.
pub fn cleaned(text: &str) -> String {
    fold::clean(&text.replace(['\n', '\r'], " . "))
}

pub fn cut(text: &str) -> Vec<Token> {
    let chars: Vec<char> = cleaned(text).chars().collect();
    let mut tokens: Vec<Token> = Vec::new();
    let (mut at, mut pause, mut quoted) = (0, false, false);
    while let Some(c) = chars.get(at) {
        if tokens.len() >= MOST_TOKENS {
            break;
        }
        if c.is_alphanumeric() {
            let end = end_of_word(&chars, at);
            let known = tokens.len();
            add(&mut tokens, &chars, at..end, pause);
            for token in tokens.iter_mut().skip(known) {
                token.quoted = quoted;
            }
            pause = false;
            at = end;
            continue;
        }
        quoted = match c {
            '“' | '«' => true,
            '”' | '»' => false,
            '"' => !quoted,
            _ => quoted,
        };
        // "1 ✔ 2 ✖": the mark is said of what stands before it.
        let mark = match c {
            '✔' | '✅' | '☑' | '✓' => Some("ok"),
            '✖' | '❌' | '✗' | '✘' | '❎' => Some("chưa"),
            _ => None,
        };
        if let Some(word) = mark
            && !tokens.is_empty()
        {
            push(&mut tokens, &chars, at..at + 1, false);
            if let Some(token) = tokens.last_mut() {
                token.word = Word::read(word);
                token.telex = None;
                token.quoted = quoted;
            }
        }
        if *c == '?'
            && let Some(token) = tokens.last_mut()
        {
            token.asked = true;
        }
        pause |= !c.is_whitespace()
            && !matches!(
                c,
                '"' | '\'' | '’' | '“' | '”' | '(' | ')' | '/' | '+' | '&' | '*' | '@' | '#'
            );
        at += 1;
    }
    tokens
}

/// A word ends where letters and digits end; "1.200.000", "12/9" and "7:30" stay whole.
fn end_of_word(chars: &[char], from: usize) -> usize {
    let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    let mut at = from;
    while let Some(c) = chars.get(at) {
        let thousands = matches!(c, '.' | ',')
            && at > from
            && digit(at - 1)
            && (1..=3).all(|step| digit(at + step))
            && !digit(at + 4);
        let inside = matches!(c, '/' | ':') && at > from && digit(at - 1) && digit(at + 1);
        if !c.is_alphanumeric()
            && !thousands
            && !inside
            && !unicode_normalization::char::is_combining_mark(*c)
        {
            break;
        }
        at += 1;
    }
    at
}

fn add(tokens: &mut Vec<Token>, message: &[char], place: Range<usize>, pause: bool) {
    let chars = &message[place.clone()];
    let digits = chars.iter().take_while(|c| c.is_ascii_digit()).count();
    let letters = chars.iter().take_while(|c| c.is_alphabetic()).count();
    let all = chars.len();
    // "1r", "2xong", "3chưa": a number and a word. "780k", "5A1" and "7h30" are one.
    let number_first = (1..=2).contains(&digits)
        && chars[digits..].iter().all(|c| c.is_alphabetic())
        && all > digits
        && {
            let rest: String = chars[digits..].iter().collect();
            matches!(
                fold::fold(&rest).as_str(),
                "r" | "roi" | "xong" | "xog" | "ok" | "oke" | "chua" | "chx" | "va" | "voi" | "da"
            )
        };
    // "1vs2", "2va3": two numbers and a word between them.
    let last_digits = chars
        .iter()
        .rev()
        .take_while(|c| c.is_ascii_digit())
        .count();
    let between = || -> String { chars[1..all - 1].iter().collect() };
    if digits == 1
        && last_digits == 1
        && all > 2
        && matches!(fold::fold(&between()).as_str(), "v" | "vs" | "va" | "voi")
    {
        let (start, end) = (place.start, place.end);
        push(tokens, message, start..start + 1, pause);
        push(tokens, message, start + 1..end - 1, false);
        push(tokens, message, end - 1..end, false);
        return;
    }
    // "mức2", "số1": a word and a number.
    let word_first = letters >= 2
        && all > letters
        && all - letters <= 2
        && chars[letters..].iter().all(char::is_ascii_digit);
    let split = if number_first {
        digits
    } else if word_first {
        letters
    } else {
        all
    };
    let middle = place.start + split;
    push(tokens, message, place.start..middle, pause);
    if split < all {
        push(tokens, message, middle..place.end, false);
    }
}

fn push(tokens: &mut Vec<Token>, message: &[char], place: Range<usize>, pause: bool) {
    let chars = &message[place.clone()];
    let text: String = chars.iter().collect();
    tokens.push(Token {
        place,
        word: Word::read(&text),
        telex: Word::from_telex(&text).or_else(|| Word::from_vni(&text)),
        capital: chars.first().is_some_and(|c| c.is_uppercase()),
        number: text.parse().ok(),
        numeric: chars.first().is_some_and(char::is_ascii_digit),
        pause,
        asked: false,
        quoted: false,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Vec<String> {
        cut(text)
            .into_iter()
            .map(|token| token.word.plain)
            .collect()
    }

    #[test]
    fn words_numbers_and_amounts() {
        assert_eq!(
            plain("Rồiiii ạ, 1.200.000đ 12/9"),
            ["roi", "a", "1.200.000d", "12/9"]
        );
        assert_eq!(
            plain("1,2,3 2xong mức2 5A1 780k"),
            ["1", "2", "3", "2", "xong", "muc", "2", "5a1", "780k"]
        );
        assert!(cut("quét chưa? rồi")[1].asked);
    }

    #[test]
    fn marks_left_as_digits_are_marks() {
        for (typed, meant) in [
            ("ro62i", "rồi"),
            ("d9a4", "đã"),
            ("chu7a", "chưa"),
            ("chuye63n", "chuyển"),
            ("d9u7o75c", "được"),
            ("que1t", "quét"),
            ("tie62n", "tiền"),
        ] {
            let read = Word::from_vni(typed).unwrap_or_default();
            assert!(read.is(&Word::read(meant)), "{typed}: {read:?}");
        }
        assert!(Word::from_vni("780k").is_none() && Word::from_vni("roi").is_none());
    }

    #[test]
    fn a_mark_is_evidence_and_its_absence_is_not() {
        let meant = Word::read("chưa");
        for (typed, may) in [
            ("chưa", true),
            ("chua", true),
            ("chưà", false),
            ("chừa", false),
            ("chua\u{309}", false),
        ] {
            assert_eq!(
                Word::read(&fold::clean(typed)).can_be(&meant),
                may,
                "{typed}"
            );
        }
        assert!(Word::read("hoà").is(&Word::read("hòa")));
        assert!(
            Word::read("dồi")
                .in_other_accents()
                .iter()
                .any(|word| word.is(&Word::read("rồi")))
        );
        assert!(Word::read("doi").in_other_accents().is_empty());
    }
}
