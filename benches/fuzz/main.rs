//! Messages spoilt at random, for as long as one likes: reading must not stop, must not depend on how letters are
//! composed, and what was taken out of a message must stay out. `bash scripts/fuzz.sh [seconds] [seed]`.
//!
//! It starts from real sentences (tests/eval and config), since random letters alone never come near to a rule.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement that cannot go on should stop, and it speaks to whoever started it"
)]

use std::time::{Duration, Instant};

use lopso::feature::guide::library::Library;
use lopso::understand::fold::{clean, fold};
use lopso::understand::labels::labels;
use lopso::understand::learned::train;
use lopso::understand::linear::train::Dice;
use lopso::understand::redact::redact;
use unicode_normalization::UnicodeNormalization as _;

const CONTEXTS: [&str; 5] = ["qr", "pay", "vneid", "multi", "none"];
/// Marks, joiners, other scripts, look-alikes, digits of other scripts, and what ends a line.
const STRANGE: &[&str] = &[
    "\u{301}",
    "\u{300}",
    "\u{303}",
    "\u{309}",
    "\u{323}",
    "\u{302}",
    "\u{306}",
    "\u{31B}",
    "\u{200B}",
    "\u{200D}",
    "\u{FE0F}",
    "\u{202E}",
    "\0",
    "\n",
    "\r\n",
    "\t",
    "\u{A0}",
    "🙏",
    "👍🏽",
    "👨‍👩‍👧",
    "đ",
    "Đ",
    "ß",
    "ﬁ",
    "İ",
    "ı",
    "１２３",
    "٣",
    "૭",
    "ạ",
    "ơ",
    "Ế",
    "?",
    "??",
    "\"",
    "“",
    "/",
    "@",
    "#",
    "=",
    "1",
    "0912345678",
    "001199012345",
    "otp",
    "mk:",
    "ck",
    "k",
    "😀",
    "한국",
    "中文",
    "اللغة",
    "e\u{302}\u{301}",
    "\u{1F9}",
];

fn main() {
    // `cargo test --benches` starts it too, to see that it still runs; then a moment is enough.
    let words: Vec<u64> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    let measured = std::env::args().any(|word| word == "--bench");
    let seconds = words.first().copied().unwrap_or(u64::from(measured) * 600);
    let seed = words.get(1).copied().unwrap_or(1);
    let library =
        Library::embedded().unwrap_or_else(|_| panic!("the shipped guides are not whole"));
    let replies = train::read("config/replies".as_ref()).unwrap();
    let sentences: Vec<String> = replies.into_iter().map(|reply| reply.text).collect();
    let mut dice = Dice(seed);
    let (began, mut read) = (Instant::now(), 0_u64);
    while read == 0 || began.elapsed() < Duration::from_secs(seconds) {
        let text = spoilt(&sentences, &mut dice);
        check(&text, &library);
        read += 1;
    }
    println!("{read} messages in {seconds} s, seed {seed}: nothing wrong.");
}

/// One sentence with one to six accidents.
fn spoilt(sentences: &[String], dice: &mut Dice) -> String {
    let mut chars: Vec<char> = sentences[dice.below(sentences.len())].chars().collect();
    for _ in 0..=dice.below(6) {
        let at = dice.below(chars.len() + 1);
        match dice.below(8) {
            0 => drop(chars.drain(at..(at + dice.below(9)).min(chars.len()))),
            1 => chars = String::from_iter(chars).nfd().collect(),
            2 => chars = fold(&String::from_iter(chars)).chars().collect(),
            3 => {
                let twice: Vec<char> = chars[at..(at + 5).min(chars.len())].to_vec();
                chars.splice(at..at, twice);
            }
            4 => {
                let other = &sentences[dice.below(sentences.len())];
                chars.splice(at..at, other.chars());
            }
            5 => chars = String::from_iter(chars).to_uppercase().chars().collect(),
            6 => {
                let any = u32::try_from(dice.below(0x11_0000)).unwrap();
                chars.splice(at..at, char::from_u32(any));
            }
            _ => drop(chars.splice(at..at, STRANGE[dice.below(STRANGE.len())].chars())),
        }
    }
    chars.truncate(3_000);
    String::from_iter(chars)
}

fn check(text: &str, library: &Library) {
    let cleaned = clean(text);
    assert_eq!(clean(&cleaned), cleaned, "cleaned twice: {text:?}");
    assert!(!cleaned.contains('\0'), "a NUL stays: {text:?}");
    let taken_out = redact(&cleaned).text;
    assert_eq!(
        redact(&taken_out).text,
        taken_out,
        "taken out twice: {text:?}"
    );
    let (composed, decomposed): (String, String) = (text.nfc().collect(), text.nfd().collect());
    for context in CONTEXTS {
        let read = labels(&composed, context);
        assert!(!read.is_empty());
        assert_eq!(read, labels(&decomposed, context), "{context}: {text:?}");
    }
    assert_eq!(library.ask(&composed), library.ask(&decomposed), "{text:?}");
}
