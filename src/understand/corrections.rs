//! "tiền rồi, à quên tiền chưa", "xong 1 2, à nhầm 1 3": somebody corrects themselves in one message. What comes after
//! the correction counts; what came before it stands only where the correction changes something else.

use super::fold::fold;
use super::replies::{Reading, Said, Statement};

/// "I meant": everything before is replaced.
const REPLACED: &[&str] = &[
    "a nham",
    "y nham",
    "ui nham",
    "oi nham",
    "a lon",
    "y lon",
    "ui lon",
    "y em la",
    "y toi la",
    "y ba la",
    "y ong la",
    "y minh la",
    "noi nham",
    "go nham",
    "viet nham",
];
/// "I forgot": what is said now is changed, the rest stands.
const AMENDED: &[&str] = &[
    "a quen",
    "y quen",
    "ui quen",
    "oi quen",
    "a khoan",
    "khoan da",
    "ay chet",
    "oi chet",
    "chet cha",
    "a khong",
    "noi lai",
    "a ma khoan",
];

/// Where a message is corrected: what stands before, and after, and whether the second replaces the first.
pub struct Correction<'a> {
    pub before: &'a str,
    pub after: &'a str,
    pub replaces: bool,
}

/// The last correction in the midst of a message; none when nothing stands before or after it.
pub fn find(text: &str) -> Option<Correction<'_>> {
    let words = words(text);
    let folded: Vec<String> = words
        .iter()
        .map(|(from, to)| fold(&text[*from..*to]))
        .collect();
    let begins = |at: usize, phrase: &str| {
        let phrase: Vec<&str> = phrase.split(' ').collect();
        let here = folded.get(at..at + phrase.len());
        here.is_some_and(|here| here.iter().zip(&phrase).all(|(word, known)| word == known))
            .then_some(phrase.len())
    };
    (1..words.len()).rev().find_map(|at| {
        let length = |phrases: &[&str]| phrases.iter().find_map(|phrase| begins(at, phrase));
        let (length, replaces) = length(REPLACED)
            .map(|length| (length, true))
            .or_else(|| length(AMENDED).map(|length| (length, false)))?;
        let before = &text[..words[at].0];
        let (after, _) = words.get(at + length)?;
        Some(Correction {
            before,
            after: &text[*after..],
            replaces,
        })
    })
}

/// The bytes of each word.
fn words(text: &str) -> Vec<(usize, usize)> {
    let mut words = Vec::new();
    let mut begun = None;
    for (at, c) in text.char_indices() {
        let inside = c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c);
        match (inside, begun) {
            (true, None) => begun = Some(at),
            (false, Some(from)) => {
                words.push((from, at));
                begun = None;
            }
            _ => {}
        }
    }
    if let Some(from) = begun {
        words.push((from, text.len()));
    }
    words
}

/// The two readings as one; none when one of them says nothing, so that nothing was corrected.
pub fn join(before: &Reading, after: &Reading, replaces: bool) -> Option<Reading> {
    let states = |statement: &&Statement| statement.said != Said::Question;
    let corrected: Vec<&Statement> = after.statements.iter().filter(states).collect();
    if before.statements.is_empty() || corrected.is_empty() || after.unsure.is_some() {
        return None;
    }
    let mut joined = after.clone();
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
