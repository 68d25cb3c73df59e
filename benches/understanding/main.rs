//! How well families are understood: our own labelled sentences (tests/eval), by style and topic, with what is mixed
//! up most, and how long it takes. `bash scripts/eval.sh`.
//!
//! `tuning` is looked at while working; `final` only when a piece of work ends, so that it stays unseen.
//! `voices` learns the second reader anew without one file of config/replies after the other, and reads that file: what
//! to expect of a voice that was never heard. `mistakes` tells those of `tuning` and `voices` word for word.

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
use lopso::understand::labels::{self, labels, spelled_out};
use lopso::understand::learned::train;
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
    if wanted.iter().any(|word| word == "voices") {
        voices();
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

/// A labelled reply, and the labels that were read.
struct Read {
    context: String,
    text: String,
    wanted: BTreeSet<String>,
    found: BTreeSet<String>,
}

impl Read {
    fn new(context: &str, text: &str, wanted: &[String], found: &[String]) -> Self {
        Self {
            context: context.to_owned(),
            text: text.to_owned(),
            wanted: spelled_out(context, wanted),
            found: spelled_out(context, found),
        }
    }

    fn is_exact(&self) -> bool {
        self.wanted == self.found
    }

    fn is_wrong_done(&self) -> bool {
        !done(&self.found).is_subset(&done(&self.wanted))
    }
}

fn done(labels: &BTreeSet<String>) -> BTreeSet<&str> {
    let labels = labels.iter().map(String::as_str);
    labels.filter(|label| label.starts_with("done")).collect()
}

/// Labels without their tasks, as one word.
fn kinds(labels: &BTreeSet<String>) -> String {
    let kinds = labels.iter().filter_map(|label| label.split(':').next());
    let kinds: BTreeSet<&str> = kinds.collect();
    if kinds.is_empty() {
        return "other".to_owned();
    }
    kinds.into_iter().collect::<Vec<_>>().join("+")
}

fn replies(part: &str) {
    let rows = rows(&format!("replies-{part}"));
    let context = |row: &Value| row["context"].as_str().unwrap().to_owned();
    let label = |label: &Value| label.as_str().unwrap().to_owned();
    // The first sentence opens the word lists and the model.
    std::hint::black_box(labels("dạ", "qr"));
    let began = Instant::now();
    let found: Vec<Vec<String>> = rows
        .iter()
        .map(|row| labels(text(row), &context(row)))
        .collect();
    let each_us =
        began.elapsed().as_secs_f64() * 1e6 / f64::from(u32::try_from(rows.len()).unwrap());
    let clear = rows.iter().zip(found);
    let clear = clear.filter(|(row, _)| row["ambiguous"] != true);
    let read = clear.map(|(row, found)| {
        let wanted: Vec<String> = match row["label"].as_array() {
            Some(labels) => labels.iter().map(label).collect(),
            None => vec![label(&row["label"])],
        };
        Read::new(&context(row), text(row), &wanted, &found)
    });
    println!("### Replies, {part}: {each_us:.0} µs each\n");
    tell(&read.collect::<Vec<_>>(), part == "tuning");
}

/// Each voice of those the second reader learns from, read by one who learned from all the others alone.
fn voices() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/replies");
    let files = train::read_by_file(&folder).unwrap();
    let mut all = Vec::new();
    println!("### Replies, each voice by a reader who never saw it\n");
    println!("| voice | exactly right | a \"done\" that nobody said |\n|---|---|---|");
    for (name, replies) in &files {
        let others = files.iter().filter(|(other, _)| other != name);
        let others: Vec<_> = others.flat_map(|(_, replies)| replies.clone()).collect();
        let model = train::train(&others);
        let (mut exact, mut wrong) = (Score::default(), Score::default());
        for reply in replies {
            let found = labels::explained_by(Some(&model), &reply.text, &reply.context);
            let found = labels::labels_of(&found.reading, &reply.context);
            let read = Read::new(&reply.context, &reply.text, &reply.labels, &found);
            exact.count(read.is_exact());
            wrong.count(read.is_wrong_done());
            all.push(read);
        }
        println!("| {name} | {} | {} |", exact.told(), wrong.told());
    }
    println!();
    tell(&all, true);
}

/// The tables of replies; and the mistakes word for word when they may be seen and somebody asked for them.
fn tell(replies: &[Read], may_be_seen: bool) {
    let (mut exact, mut clear, mut wrong) = (Score::default(), Score::default(), Score::default());
    let mut by_context: BTreeMap<&str, Score> = BTreeMap::new();
    let mut mixed: BTreeMap<String, u32> = BTreeMap::new();
    for read in replies {
        exact.count(read.is_exact());
        let its = by_context.entry(&read.context).or_default();
        its.count(read.is_exact());
        wrong.count(read.is_wrong_done());
        if !done(&read.wanted).is_empty() {
            clear.count(done(&read.found) == done(&read.wanted));
        }
        if !read.is_exact() {
            let mix = format!("{} → {}", kinds(&read.wanted), kinds(&read.found));
            *mixed.entry(mix).or_default() += 1;
        }
    }
    println!("| | |\n|---|---|");
    println!("| all labels exactly right | {} |", exact.told());
    println!("| clear \"done\" recognised | {} |", clear.told());
    println!("| a \"done\" that nobody said | {} |", wrong.told());
    for (context, score) in by_context {
        println!("| {context}: exactly right | {} |", score.told());
    }
    println!();
    most_often(mixed);
    if may_be_seen && std::env::args().any(|word| word == "mistakes") {
        for read in replies.iter().filter(|read| !read.is_exact()) {
            let bad = if read.is_wrong_done() { "!" } else { " " };
            let (context, text) = (&read.context, &read.text);
            println!(
                "{bad} {context}\t{:?} → {:?}\t{text}",
                read.wanted, read.found
            );
        }
        println!();
    }
}
