//! "tiền rồi, à quên tiền chưa", "xong 1 2, à nhầm 1 3": somebody corrects themselves in one message. What comes after
//! the correction counts; what came before it stands only where the correction changes something else.

use super::replies::{Reading, Said, Statement};
use super::words::{self, Token, Words};

/// How one begins to correct oneself: two words, and whether all that was said before is replaced ("I meant") or only
/// what is said anew ("I forgot").
static MARKS: [(Words, Words, bool); 4] = [
    (
        Words::of(&["à", "ý", "úi", "ối"]),
        Words::of(&["nhầm", "lộn"]),
        true,
    ),
    (
        Words::of(&["nói", "gõ", "viết"]),
        Words::of(&["nhầm", "lộn"]),
        true,
    ),
    (
        Words::of(&["à", "ý", "úi", "ối"]),
        Words::of(&["quên", "khoan", "không"]),
        false,
    ),
    (
        Words::of(&["ấy", "ối", "khoan", "nói"]),
        Words::of(&["chết", "đã", "lại"]),
        false,
    ),
];
/// "ý em là"
static MEANT: [Words; 3] = [
    Words::of(&["ý"]),
    Words::of(&["em", "tôi", "bà", "ông", "mình", "con"]),
    Words::of(&["là"]),
];

/// Where a message is corrected: what stands before, and after, and whether the second replaces the first.
pub struct Correction {
    pub before: String,
    pub after: String,
    pub replaces: bool,
}

/// The last correction in the midst of a message of these words; none when nothing stands before or after it.
pub fn find(text: &str, tokens: &[Token]) -> Option<Correction> {
    let (at, length, replaces) = (1..tokens.len())
        .rev()
        .find_map(|at| begins(&tokens[at..]).map(|(length, replaces)| (at, length, replaces)))?;
    let after = tokens.get(at + length)?.place.start;
    let before = tokens[at].place.start;
    let chars: Vec<char> = words::cleaned(text).chars().collect();
    Some(Correction {
        before: chars[..before].iter().collect(),
        after: chars[after..].iter().collect(),
        replaces,
    })
}

/// How many words begin a correction here, and whether it replaces what stood before.
fn begins(tokens: &[Token]) -> Option<(usize, bool)> {
    let are = |words: &[&Words]| {
        tokens.len() > words.len()
            && words.iter().enumerate().all(|(at, known)| {
                let token = &tokens[at];
                known.has(&token.word) && (at == 0 || !token.pause)
            })
    };
    let [one, other, last] = &MEANT;
    if are(&[one, other, last]) {
        return Some((MEANT.len(), true));
    }
    let mark = MARKS.iter().find(|(one, other, _)| are(&[one, other]))?;
    Some((2, mark.2))
}

/// The two readings as one; none when one of them says nothing, so that nothing was corrected.
pub fn join(before: &Reading, after: &Reading, replaces: bool) -> Option<Reading> {
    let states = |statement: &&Statement| statement.said != Said::Question;
    let corrected: Vec<&Statement> = after.statements.iter().filter(states).collect();
    if before.statements.is_empty() || corrected.is_empty() || after.unsure.is_some() {
        return None;
    }
    let mut joined = after.clone();
    // "1 3, à quên 1 2": who chooses numbers anew chose all of them.
    let numbers = |reading: &Reading| reading.why.contains(&"numbers");
    let replaces = replaces || numbers(before) && numbers(after);
    if !replaces {
        let stands = |statement: &&Statement| {
            !corrected
                .iter()
                .any(|other| other.task == statement.task || other.task.is_none())
        };
        let kept: Vec<Statement> = before.statements.iter().filter(stands).copied().collect();
        joined.statements.splice(0..0, kept);
    }
    joined.why.push("corrected");
    Some(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_correction_stands_between_two_statements() {
        let found = |text: &str| {
            find(text, &words::cut(text)).map(|found| (found.before, found.after, found.replaces))
        };
        let is = |text: &str, before: &str, after: &str, replaces: bool| {
            assert_eq!(
                found(text),
                Some((before.to_owned(), after.to_owned(), replaces)),
                "{text}"
            );
        };
        is(
            "quét rồi, à nhầm, chưa quét",
            "quét rồi, ",
            "chưa quét",
            true,
        );
        is("tien roi a quen tien chua", "tien roi ", "tien chua", false);
        is("xong 2, ý em là số 1", "xong 2, ", "số 1", true);
        // At the beginning it takes an earlier answer back; "ạ, không" is no correction.
        for text in [
            "à nhầm, em chưa quét",
            "quét rồi ạ, không thấy ảnh",
            "quét rồi, à nhầm",
            "",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
