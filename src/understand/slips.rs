//! Slips of the finger: "qét", "chuyn", "thnah". A word that is no Vietnamese syllable and stands one slip away from a
//! word that matters is read as that word. A word that could be said aloud is left as it is, however rare.

/// Beginnings and ends of syllables as quốc ngữ spells them, without their marks.
const BEGINNINGS: &[&str] = &[
    "ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr", "b", "c", "d", "g", "h",
    "k", "l", "m", "n", "p", "r", "s", "t", "v", "x", "",
];
const ENDS: &[&str] = &[
    "a", "ac", "ach", "ai", "am", "an", "ang", "anh", "ao", "ap", "at", "au", "ay", "e", "ec",
    "ech", "em", "en", "eng", "enh", "eo", "ep", "et", "eu", "i", "ia", "ich", "iec", "iem", "ien",
    "ieng", "iep", "iet", "ieu", "im", "in", "inh", "ip", "it", "iu", "o", "oa", "oac", "oach",
    "oai", "oam", "oan", "oang", "oanh", "oao", "oap", "oat", "oay", "oc", "oe", "oen", "oeo",
    "oet", "oi", "om", "on", "ong", "op", "ot", "u", "ua", "uan", "uang", "uat", "uay", "uc", "ue",
    "uech", "uen", "uenh", "uet", "ui", "um", "un", "ung", "uo", "uoc", "uoi", "uom", "uon",
    "uong", "uop", "uot", "uou", "up", "ut", "uu", "uy", "uya", "uych", "uyen", "uyet", "uynh",
    "uyt", "uyu", "y", "ych", "yem", "yen", "yet", "yeu", "ynh", "yt",
];

/// Words that decide what an answer says, without marks. Only words of four letters and more: of shorter ones too many
/// stand beside each other.
const WORDS: &[&str] = &[
    "chua", "xong", "quet", "duoc", "khong", "chuyen", "khoan", "kich", "hoat", "thanh", "cong",
    "tien", "nham", "dang", "dinh", "danh", "nhan", "thang", "toan",
];

/// Whether it could be a Vietnamese word, by its letters without marks.
pub fn is_syllable(plain: &str) -> bool {
    BEGINNINGS.iter().any(|beginning| {
        plain
            .strip_prefix(beginning)
            .is_some_and(|end| ENDS.contains(&end))
    })
}

/// The word that was meant; none when it may be a word itself, or when two words are as near.
pub fn meant(plain: &str) -> Option<&'static str> {
    let letters = plain.chars().all(|c| c.is_ascii_lowercase());
    if !letters || plain.len() < 3 || is_syllable(plain) {
        return None;
    }
    let mut near = WORDS.iter().filter(|word| one_slip(plain, word));
    let first = near.next()?;
    near.next().is_none().then_some(first)
}

/// One letter missing, too many, wrong, or two letters swapped. The first letter is right: people notice that one.
fn one_slip(typed: &str, word: &str) -> bool {
    let (typed, word) = (typed.as_bytes(), word.as_bytes());
    if typed.first() != word.first() {
        return false;
    }
    let same = typed
        .iter()
        .zip(word)
        .take_while(|(one, other)| one == other)
        .count();
    let (typed, word) = (&typed[same..], &word[same..]);
    match typed.len().cmp(&word.len()) {
        std::cmp::Ordering::Less => word.get(1..) == Some(typed),
        std::cmp::Ordering::Greater => typed.get(1..) == Some(word),
        std::cmp::Ordering::Equal => {
            typed.get(1..) == word.get(1..)
                || (typed.len() > 1
                    && typed[0] == word[1]
                    && typed[1] == word[0]
                    && typed[2..] == word[2..])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_slips() {
        for word in [
            "chuyen", "nghieng", "giuong", "quyet", "uong", "yeu", "gio", "khuyu", "oai", "gi",
        ] {
            assert!(is_syllable(word), "{word}");
        }
        for slip in ["qet", "xog", "chwa", "thnh", "vneid", "zalo", "ck", "khonh"] {
            assert!(!is_syllable(slip), "{slip}");
        }
    }

    #[test]
    fn a_slip_is_the_word_beside_it_and_a_word_is_itself() {
        for (typed, word) in [
            ("qet", Some("quet")),
            ("quwt", Some("quet")),
            ("quyt", None),
            ("chuyn", Some("chuyen")),
            ("chuyern", Some("chuyen")),
            ("kohng", Some("khong")),
            ("khonng", Some("khong")),
            ("duco", Some("duoc")),
            ("thnah", Some("thanh")),
            ("hoaat", Some("hoat")),
            ("xonf", Some("xong")),
            ("toan", None),
            ("zalo", None),
            ("otp", None),
            ("ck", None),
        ] {
            assert_eq!(meant(typed), word, "{typed}");
        }
    }
}
