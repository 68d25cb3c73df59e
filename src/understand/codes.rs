//! Our own codes: the long one in a slip's link and the short one a person types. Unlike a one-time code
//! of a bank they begin with a prefix and mix letters with digits, so that redaction leaves them whole.

/// A link's code: this prefix and 26 characters of 5 bits, 130 bits in all.
pub const LINK_PREFIX: &str = "ls-";
const LINK_LENGTH: usize = 26;
/// Crockford's base 32: nothing that is mistaken for something else, and all allowed in Telegram's
/// `start` parameter (A–Z, a–z, 0–9, `_`, `-`, at most 64).
const LINK_ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A short code: this letter, six characters, and one that checks them.
const SHORT_PREFIX: char = 'K';
const SHORT_LENGTH: usize = 6;
/// No 0/O, 1/I/L, 2/Z, 5/S, 8/B, 6/G mix-up and no U beside V. A prime number of characters, so that the
/// check character finds every single slip and every two characters that changed places.
const SHORT_ALPHABET: &[u8; 23] = b"ACDEFHJKMNPQRTVWXY34679";

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    Link(String),
    Short(String),
    /// Meant as a short code, with a slip in it.
    Mistyped,
}

/// The code somebody sends, alone or in a sentence ("gửi mã KA7C-M9QR cho bot").
pub fn find(text: &str) -> Option<Code> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    if let Some(link) = words
        .iter()
        .map(|word| bare(word))
        .find(|word| is_link(word))
    {
        return Some(Code::Link(link.to_ascii_lowercase()));
    }
    let pairs = words.windows(2).map(|pair| pair.concat());
    let mut candidates = words.iter().map(|word| (*word).to_owned()).chain(pairs);
    if let Some(short) = candidates.find_map(|word| short(&word)) {
        return Some(Code::Short(short));
    }
    let all = normal(text);
    (words.len() <= 2 && has_shape(&all)).then_some(Code::Mistyped)
}

/// Where our codes stand in these characters, as ranges. Only those that check: what merely looks like one
/// may be somebody's secret.
pub fn spans(chars: &[char]) -> Vec<std::ops::Range<usize>> {
    let mut spans = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let word = |c: &char| !c.is_whitespace();
        let length = chars[at..].iter().take_while(|c| word(c)).count();
        let text: String = chars[at..at + length].iter().collect();
        let bare = text.trim_matches(|c: char| !c.is_alphanumeric());
        if length > 0 && (is_link(bare) || short(&text).is_some()) {
            spans.push(at..at + length);
        }
        at += length.max(1);
    }
    spans
}

fn is_link(word: &str) -> bool {
    let rest = word
        .get(..LINK_PREFIX.len())
        .filter(|start| start.eq_ignore_ascii_case(LINK_PREFIX));
    let rest = rest
        .and_then(|_| word.get(LINK_PREFIX.len()..))
        .unwrap_or_default();
    rest.len() == LINK_LENGTH
        && rest
            .bytes()
            .all(|byte| LINK_ALPHABET.contains(&byte.to_ascii_lowercase()))
}

/// In capitals, without what people write between the groups.
fn normal(word: &str) -> String {
    word.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// A short code that checks, in its normal form.
fn short(word: &str) -> Option<String> {
    let code = normal(word);
    let rest = code.strip_prefix(SHORT_PREFIX)?;
    let (body, check) = rest.split_at_checked(SHORT_LENGTH)?;
    (check.len() == 1 && check_character(body)? == check.chars().next()?).then_some(code)
}

/// Eight characters from K on with both letters and digits.
fn has_shape(code: &str) -> bool {
    let digits = code.chars().filter(char::is_ascii_digit).count();
    code.len() == SHORT_LENGTH + 2 && code.starts_with(SHORT_PREFIX) && (1..=6).contains(&digits)
}

fn check_character(body: &str) -> Option<char> {
    let mut sum = 0;
    for (place, byte) in body.bytes().enumerate() {
        let value = SHORT_ALPHABET.iter().position(|known| *known == byte)?;
        sum += (place + 1) * value;
    }
    SHORT_ALPHABET
        .get(sum % SHORT_ALPHABET.len())
        .map(|byte| char::from(*byte))
}

/// Writes 130 bits as a link's code.
pub fn write_link(bits: &[u8; 32]) -> String {
    let mut code = LINK_PREFIX.to_owned();
    let symbol = |place: usize| {
        let bit = place * 5;
        let two = u16::from(bits[bit / 8]) << 8 | u16::from(bits[(bit / 8 + 1) % bits.len()]);
        usize::from(two >> (11 - bit % 8) & 31)
    };
    code.extend((0..LINK_LENGTH).map(|place| char::from(LINK_ALPHABET[symbol(place)])));
    code
}

/// Writes a number as a short code; None where it would be letters or digits only, or read like a number.
pub fn write_short(number: u64) -> Option<String> {
    let base = SHORT_ALPHABET.len() as u64;
    let mut rest = number;
    let mut body = String::new();
    for _ in 0..SHORT_LENGTH {
        body.push(char::from(
            SHORT_ALPHABET[usize::try_from(rest % base).unwrap_or(0)],
        ));
        rest /= base;
    }
    let digits = body.chars().filter(char::is_ascii_digit).count();
    let check = check_character(&body)?;
    (1..=3)
        .contains(&digits)
        .then(|| format!("{SHORT_PREFIX}{body}{check}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some_short() -> String {
        (0..)
            .find_map(|number| write_short(7_654_321 + number))
            .unwrap()
    }

    #[test]
    fn a_link_is_found_as_it_was_written() {
        let link = write_link(&[0xA7; 32]);
        assert_eq!(link.len(), 29);
        assert_eq!(find(&link), Some(Code::Link(link.clone())));
        assert_eq!(find(&format!("({link}).")), Some(Code::Link(link.clone())));
        assert_eq!(find(&link[..28]), None);
    }

    #[test]
    fn every_bit_of_a_link_counts() {
        let plain = write_link(&[0; 32]);
        for bit in 0..130 {
            let mut bits = [0_u8; 32];
            bits[bit / 8] = 0x80 >> (bit % 8);
            assert_ne!(write_link(&bits), plain, "bit {bit}");
        }
    }

    #[test]
    fn a_short_code_is_read_however_it_was_typed() {
        let code = some_short();
        let (one, two) = code.split_at(4);
        for text in [
            code.clone(),
            code.to_lowercase(),
            format!("{one}-{two}"),
            format!("{one} {two}"),
            format!("gửi mã {code} cho bot ạ"),
            format!("Mã: {code}."),
        ] {
            assert_eq!(find(&text), Some(Code::Short(code.clone())), "{text}");
        }
    }

    #[test]
    fn one_wrong_character_or_two_that_changed_places_are_noticed() {
        let code = some_short();
        let chars: Vec<char> = code.chars().collect();
        for place in 1..chars.len() {
            for other in SHORT_ALPHABET.iter().map(|byte| char::from(*byte)) {
                let mut wrong = chars.clone();
                wrong[place] = other;
                let wrong: String = wrong.into_iter().collect();
                let is_code = matches!(find(&wrong), Some(Code::Short(_)));
                assert_eq!(is_code, wrong == code, "{wrong}");
            }
            if place > 1 && place < 7 {
                let mut swapped = chars.clone();
                swapped.swap(place - 1, place);
                let swapped: String = swapped.into_iter().collect();
                let is_code = matches!(find(&swapped), Some(Code::Short(_)));
                assert_eq!(is_code, swapped == code, "{swapped}");
            }
        }
    }

    #[test]
    fn what_people_write_is_no_code() {
        for text in [
            "",
            "em quét rồi ạ",
            "KHANH AN",
            "không ạ",
            "K12345678",
            "Kimngan1",
            "482913",
        ] {
            assert!(
                !matches!(find(text), Some(Code::Short(_) | Code::Link(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn a_slip_in_a_code_is_told_apart_from_a_word() {
        let code = some_short();
        let last = code.chars().last().unwrap();
        let wrong = code.replace(last, if last == 'A' { "C" } else { "A" });
        assert_eq!(find(&wrong), Some(Code::Mistyped));
        assert_eq!(find("chưa ạ"), None);
    }
}
