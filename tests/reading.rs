//! What must hold of every message, not only of those we thought of: reading never stops, and the same words read the
//! same however they are typed and however politely they are said.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Arc, Mutex};

use lopso::domain::message::What;
use lopso::feature::guide::library::Library;
use lopso::understand::fold::fold;
use lopso::understand::intent::{Around, understand};
use lopso::understand::labels::{labels, spelled_out};
use lopso::understand::redact::redact;
use proptest::prelude::*;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

const CONTEXTS: [&str; 5] = ["qr", "pay", "vneid", "multi", "none"];

fn read(context: &str, text: &str) -> BTreeSet<String> {
    spelled_out(context, &labels(text, context))
}

/// Every labelled reply that we have, with the question it answers.
fn replies() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for name in ["replies", "replies-tuning"] {
        let path = format!("{}/tests/eval/{name}.jsonl", env!("CARGO_MANIFEST_DIR"));
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let row: Value = serde_json::from_str(line).unwrap();
            let word = |key: &str| row[key].as_str().unwrap().to_owned();
            all.push((word("context"), word("text")));
        }
    }
    let folder = format!("{}/config/replies", env!("CARGO_MANIFEST_DIR"));
    for reply in lopso::understand::learned::train::read(folder.as_ref()).unwrap() {
        all.push((reply.context, reply.text));
    }
    all
}

/// Syllables of chat, so that random messages are near to real ones.
const SYLLABLES: &[&str] = &[
    "em", "rồi", "chưa", "xong", "quét", "mã", "tiền", "chuyển", "ck", "ko", "không", "đâu", "mai",
    "tối", "đã", "nhầm", "vneid", "mức", "2", "1", "3", "hết", "cả", "nếu", "thì", "lỗi", "?", ",",
    ".", "được", "mà", "nhưng", "à", "bố", "cháu", "nhà", "bên", "mặt", "thôi", "để", "otp", "🙏",
];

fn message() -> impl Strategy<Value = String> {
    let words = prop::collection::vec(prop::sample::select(SYLLABLES), 0..14);
    prop_oneof![
        ".{0,200}",
        "\\PC{0,80}",
        words.prop_map(|words| words.join(" ")),
        prop::collection::vec(any::<char>(), 0..60).prop_map(String::from_iter),
    ]
}

proptest! {
    #[test]
    fn reading_never_stops_and_composed_and_decomposed_read_the_same(text in message()) {
        let library = library();
        let decomposed: String = text.nfd().collect();
        let composed: String = text.nfc().collect();
        for context in CONTEXTS {
            prop_assert_eq!(read(context, &composed), read(context, &decomposed));
        }
        prop_assert_eq!(library.ask(&composed), library.ask(&decomposed));
        let once = redact(&text);
        prop_assert_eq!(&redact(&once.text).text, &once.text);
    }
}

fn library() -> &'static Library {
    static LIBRARY: std::sync::OnceLock<Library> = std::sync::OnceLock::new();
    LIBRARY
        .get_or_init(|| Library::embedded().unwrap_or_else(|_| panic!("the guides are not whole")))
}

/// The tasks of which a reading says this.
fn of<'a>(reading: &'a BTreeSet<String>, said: &str) -> BTreeSet<&'a str> {
    let of = |label: &'a String| label.strip_prefix(said)?.strip_prefix(':');
    reading.iter().filter_map(of).collect()
}

#[test]
fn accents_come_and_go_and_not_done_never_becomes_done() {
    let mut wrong = Vec::new();
    for (context, text) in replies() {
        let (with, without) = (read(&context, &text), read(&context, &fold(&text)));
        for (one, other) in [(&with, &without), (&without, &with)] {
            let not_done = of(one, "not_done");
            if of(other, "done").intersection(&not_done).next().is_some() {
                wrong.push(format!(
                    "{context}: {text}: {with:?} with accents, {without:?} without"
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of them:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// "mẹ Na", "nhà cái Thắm", "bà Lien"
fn names_a_family(text: &str) -> bool {
    let capital = |word: &&str| word.starts_with(char::is_uppercase);
    text.split_whitespace().skip(1).any(|word| capital(&word))
        && [
            "mẹ", "bố", "nhà", "bà", "ông", "me", "bo", "nha", "ba", "ong",
        ]
        .iter()
        .any(|kin| {
            text.to_lowercase()
                .split_whitespace()
                .any(|word| word == *kin)
        })
}

#[test]
fn politeness_changes_nothing() {
    let mut wrong = Vec::new();
    for (context, text) in replies() {
        // "mẹ Na quét rồi đấy" is told of another family and "mẹ Na quét rồi ạ" is a report of one's own.
        if context == "none" || names_a_family(&text) {
            continue;
        }
        let plain = read(&context, &text);
        for polite in [" ạ", " nhé", " nha", " ạ nhé"] {
            let said = format!("{text}{polite}");
            let found = read(&context, &said);
            if found != plain {
                wrong.push(format!("{context}: {said}: {found:?} instead of {plain:?}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of them:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// A log kept in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_finest_log_has_rules_and_scores_and_none_of_the_words() {
    let words = "Thắm nhà bà Xoan quét mã lớp rồi, ngoằng cái lên ảnh cháu Bống, 0912345678";
    let what = What::Text {
        text: words.to_owned(),
        message: "1".to_owned(),
        addressed: true,
        reply_to: None,
    };
    let around = Around {
        what: &what,
        addressed: true,
        our_name: "lopso_bot",
        prompt: None,
        tasks: &[],
    };
    let log = Log::default();
    let kept = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || kept.clone())
        .with_ansi(false)
        .finish();
    tracing::subscriber::with_default(subscriber, || understand(&around));
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("reply read") && log.contains("scores"),
        "{log}"
    );
    for word in words
        .split([' ', ','])
        .filter(|word| word.chars().count() > 3)
    {
        assert!(!log.contains(word), "{word} is in the log: {log}");
    }
}
