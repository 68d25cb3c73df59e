//! How well families are understood: our own labelled sentences (tests/eval), by style and topic, with what is mixed
//! up most, and how long it takes. `bash scripts/eval.sh`.
//!
//! `tuning` is looked at while working; `final` only when a piece of work ends, so that it stays unseen.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement that cannot go on should stop, and it speaks to whoever started it"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use lopso::feature::guide::library::Library;
use lopso::understand::labels::{labels, spelled_out};
use serde_json::Value;

/// How many lines of a list of mistakes are told.
const MOST: usize = 12;

fn main() {
    // `cargo test --benches` starts it too, to see that it still runs; it has nothing to measure then.
    if !std::env::args().any(|word| word == "--bench") {
        return;
    }
    let wanted: Vec<String> = std::env::args()
        .filter(|word| !word.starts_with('-'))
        .skip(1)
        .collect();
    let began = Instant::now();
    let library =
        Library::embedded().unwrap_or_else(|_| panic!("the shipped guides are not whole"));
    println!(
        "Guides and model opened in {:.1} ms.\n",
        began.elapsed().as_secs_f64() * 1e3
    );
    for part in ["tuning", "final"] {
        if wanted.is_empty() && part == "tuning" || wanted.iter().any(|word| word == part) {
            questions(&library, part);
            chatter(&library, part);
            replies(part);
        }
    }
}

fn rows(name: &str) -> Vec<Value> {
    let path = format!("{}/tests/eval/{name}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn text(row: &Value) -> &str {
    row["text"].as_str().unwrap()
}

/// Right ones of so many, with Wilson's interval of 95 %.
#[derive(Default, Clone, Copy)]
struct Score {
    right: u32,
    all: u32,
}

impl Score {
    fn count(&mut self, right: bool) {
        self.right += u32::from(right);
        self.all += 1;
    }

    fn told(self) -> String {
        if self.all == 0 {
            return "–".to_owned();
        }
        let (n, p) = (
            f64::from(self.all),
            f64::from(self.right) / f64::from(self.all),
        );
        let z = 1.96_f64;
        let middle = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
        let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        format!(
            "{} of {} = {:.1} % ({:.1}–{:.1})",
            self.right,
            self.all,
            p * 100.0,
            (middle - half).max(0.0) * 100.0,
            (middle + half).min(1.0) * 100.0
        )
    }
}

fn most_often(mixed: BTreeMap<String, u32>) {
    let mut mixed: Vec<_> = mixed.into_iter().collect();
    mixed.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
    for (what, times) in mixed.into_iter().take(MOST) {
        println!("- {times} × {what}");
    }
    println!();
}

fn questions(library: &Library, part: &str) {
    let rows = rows(&format!("questions-{part}"));
    let (mut first, mut three) = (Score::default(), Score::default());
    let mut by_style: BTreeMap<String, Score> = BTreeMap::new();
    let mut mixed: BTreeMap<String, u32> = BTreeMap::new();
    let began = Instant::now();
    let answers: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            library
                .ask(text(row))
                .into_iter()
                .map(|hit| hit.id)
                .collect()
        })
        .collect();
    let each_us =
        began.elapsed().as_secs_f64() * 1e6 / f64::from(u32::try_from(rows.len()).unwrap());
    for (row, answers) in rows.iter().zip(&answers) {
        let topic = row["topic"].as_str().unwrap();
        let also = row["also"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let good: BTreeSet<&str> = also.chain([topic]).collect();
        let is_first = answers.first().is_some_and(|id| good.contains(id.as_str()));
        first.count(is_first);
        three.count(answers.iter().any(|id| good.contains(id.as_str())));
        by_style
            .entry(row["style"].as_str().unwrap().to_owned())
            .or_default()
            .count(is_first);
        if !is_first {
            let found = answers.first().map_or("no guide", String::as_str);
            *mixed.entry(format!("{topic} → {found}")).or_default() += 1;
        }
    }
    println!("### Questions, {part}: {each_us:.0} µs each\n");
    println!("| | guide first |\n|---|---|\n| all | {} |", first.told());
    for (style, score) in by_style {
        println!("| {style} | {} |", score.told());
    }
    println!("\nAmong three: {}.\n", three.told());
    most_often(mixed);
}

fn chatter(library: &Library, part: &str) {
    let mut silent = Score::default();
    let mut by_kind: BTreeMap<String, Score> = BTreeMap::new();
    let mut mixed: BTreeMap<String, u32> = BTreeMap::new();
    for row in rows(&format!("chatter-{part}")) {
        let hits = library.ask(text(&row));
        silent.count(hits.is_empty());
        by_kind
            .entry(row["kind"].as_str().unwrap().to_owned())
            .or_default()
            .count(hits.is_empty());
        if let Some(hit) = hits.first() {
            *mixed
                .entry(format!("{} → {}", row["kind"].as_str().unwrap(), hit.id))
                .or_default() += 1;
        }
    }
    println!(
        "### Chatter, {part}\n\n| | silent |\n|---|---|\n| all | {} |",
        silent.told()
    );
    for (kind, score) in by_kind {
        println!("| {kind} | {} |", score.told());
    }
    println!();
    most_often(mixed);
}

fn replies(part: &str) {
    let rows = rows(&format!("replies-{part}"));
    let is_done = |labels: &BTreeSet<String>| -> BTreeSet<String> {
        labels
            .iter()
            .filter(|label| label.starts_with("done"))
            .cloned()
            .collect()
    };
    let (mut exact, mut clear, mut wrong) = (Score::default(), Score::default(), Score::default());
    let mut by_context: BTreeMap<String, Score> = BTreeMap::new();
    let mut mixed: BTreeMap<String, u32> = BTreeMap::new();
    for row in rows.iter().filter(|row| row["ambiguous"] != true) {
        let context = row["context"].as_str().unwrap();
        let label = |label: &Value| label.as_str().unwrap().to_owned();
        let wanted: Vec<String> = match row["label"].as_array() {
            Some(labels) => labels.iter().map(label).collect(),
            None => vec![label(&row["label"])],
        };
        let wanted = spelled_out(context, &wanted);
        let found = spelled_out(context, &labels(text(row), context));
        exact.count(wanted == found);
        by_context
            .entry(context.to_owned())
            .or_default()
            .count(wanted == found);
        wrong.count(!is_done(&found).is_subset(&is_done(&wanted)));
        if !is_done(&wanted).is_empty() {
            clear.count(is_done(&found) == is_done(&wanted));
        }
        if wanted != found {
            let kinds = |labels: &BTreeSet<String>| -> String {
                let kinds: BTreeSet<&str> = labels
                    .iter()
                    .filter_map(|label| label.split(':').next())
                    .collect();
                let kinds: Vec<&str> = kinds.into_iter().collect();
                if kinds.is_empty() {
                    "other".to_owned()
                } else {
                    kinds.join("+")
                }
            };
            *mixed
                .entry(format!("{} → {}", kinds(&wanted), kinds(&found)))
                .or_default() += 1;
        }
    }
    let began = Instant::now();
    for row in &rows {
        std::hint::black_box(labels(text(row), row["context"].as_str().unwrap()));
    }
    let each_us =
        began.elapsed().as_secs_f64() * 1e6 / f64::from(u32::try_from(rows.len()).unwrap());
    println!("### Replies, {part}: {each_us:.0} µs each\n\n| | |\n|---|---|");
    println!("| all labels exactly right | {} |", exact.told());
    println!("| clear \"done\" recognised | {} |", clear.told());
    println!("| a \"done\" that nobody said | {} |", wrong.told());
    for (context, score) in by_context {
        println!("| {context}: exactly right | {} |", score.told());
    }
    println!();
    most_often(mixed);
}
