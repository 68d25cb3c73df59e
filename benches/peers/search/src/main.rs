//! The guides found by plain means, beside ours, on the same labelled questions: BM25 with folded accents, and tantivy
//! with its default tokenizer and scoring. All three know the same: each guide's title and the same ways to ask for it.
//!
//! A peer has no "no guide". It is given one: the best score must reach a bar, set so that as many lines of the tuning
//! part's chatter stay silent as with ours.

use std::collections::HashMap;

use lopso::feature::guide::library::Library;
use lopso::feature::guide::search::phrases_in;
use lopso::understand::fold::fold;
use serde_json::Value;
use tantivy::collector::TopDocs;
use tantivy::query::QueryParser;
use tantivy::schema::{STORED, STRING, Schema, TEXT, Value as _};
use tantivy::{Index, IndexReader, TantivyDocument, doc};

/// Where the project's root is, from this file.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../..");

/// One way to find guides: ids with their scores, best first, at most three.
trait Finder {
    fn name(&self) -> &'static str;
    fn find(&self, question: &str) -> Vec<(String, f64)>;
}

fn main() {
    let part = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "tuning".to_owned());
    let library =
        Library::embedded().unwrap_or_else(|_| panic!("the shipped guides are not whole"));
    let texts: Vec<(String, Vec<String>)> = library
        .guides()
        .iter()
        .map(|guide| {
            let file = std::fs::read_to_string(format!("{ROOT}/config/phrases/{}.txt", guide.id));
            let phrases = file.expect("a guide without its phrases");
            let phrases = phrases_in(&phrases).map(str::to_owned);
            (
                guide.id.clone(),
                [guide.title.clone()].into_iter().chain(phrases).collect(),
            )
        })
        .collect();
    let ours = Ours(library);
    let peers: [Box<dyn Finder>; 2] = [
        Box::new(Bm25::build(&texts)),
        Box::new(Tantivy::build(&texts)),
    ];
    let (tuning, questions) = (rows("chatter-tuning"), rows(&format!("questions-{part}")));
    let chatter = rows(&format!("chatter-{part}"));
    let silent_of_ours = tuning
        .iter()
        .filter(|row| ours.find(text(row)).is_empty())
        .count();

    println!("### Beside plain means, {part}\n");
    println!("| | guide first | errors × ours | among three | errors × ours | chatter silent |");
    println!("|---|---|---|---|---|---|");
    let base = tell(&ours, 0.0, &questions, &chatter, None);
    for peer in &peers {
        tell(peer.as_ref(), 0.0, &questions, &chatter, Some(base));
        let mut best: Vec<f64> = tuning
            .iter()
            .map(|row| {
                peer.find(text(row))
                    .first()
                    .map_or(0.0, |(_, score)| *score)
            })
            .collect();
        best.sort_by(f64::total_cmp);
        let bar = best[silent_of_ours.saturating_sub(1)];
        tell(peer.as_ref(), bar, &questions, &chatter, Some(base));
    }
}

/// One line of the table; gives the numbers of errors, first and among three.
fn tell(
    finder: &dyn Finder,
    bar: f64,
    questions: &[Value],
    chatter: &[Value],
    base: Option<(usize, usize)>,
) -> (usize, usize) {
    let found = |row: &Value| -> Vec<String> {
        let hits = finder.find(text(row));
        let enough = hits.first().is_some_and(|(_, score)| *score > bar);
        hits.into_iter()
            .map(|(id, _)| id)
            .filter(|_| enough)
            .collect()
    };
    let is_good = |row: &Value, id: &str| {
        let mut also = row["also"].as_array().into_iter().flatten();
        row["topic"] == id || also.any(|other| other == id)
    };
    let (mut first, mut three) = (0, 0);
    for row in questions {
        let found = found(row);
        first += usize::from(found.first().is_some_and(|id| is_good(row, id)));
        three += usize::from(found.iter().any(|id| is_good(row, id)));
    }
    let silent = chatter.iter().filter(|row| found(row).is_empty()).count();
    let all = questions.len();
    let errors = (all - first, all - three);
    let times = |errors: usize, ours: Option<usize>| match ours {
        None => "1".to_owned(),
        Some(ours) => format!("{:.1}", errors as f64 / ours.max(1) as f64),
    };
    println!(
        "| {}{} | {first} of {all} | {} | {three} of {all} | {} | {silent} of {} |",
        finder.name(),
        if bar > 0.0 { ", silent like ours" } else { "" },
        times(errors.0, base.map(|base| base.0)),
        times(errors.1, base.map(|base| base.1)),
        chatter.len(),
    );
    errors
}

fn rows(name: &str) -> Vec<Value> {
    let file = std::fs::read_to_string(format!("{ROOT}/tests/eval/{name}.jsonl"));
    let file = file.expect("no such part");
    file.lines()
        .map(|line| serde_json::from_str(line).expect("not JSON"))
        .collect()
}

fn text(row: &Value) -> &str {
    row["text"].as_str().expect("a row without text")
}

struct Ours(Library);

impl Finder for Ours {
    fn name(&self) -> &'static str {
        "Lớp Số"
    }

    fn find(&self, question: &str) -> Vec<(String, f64)> {
        let hits = self.0.ask(question).into_iter();
        // What it finds has passed its own bar.
        hits.map(|hit| (hit.id, hit.score.max(f64::MIN_POSITIVE)))
            .collect()
    }
}

/// Okapi BM25 (Robertson and Zaragoza 2009) with its usual constants; a document is a guide with all its phrases.
struct Bm25 {
    documents: Vec<(String, HashMap<String, f64>, f64)>,
    found_in: HashMap<String, f64>,
    average: f64,
}

impl Bm25 {
    fn build(texts: &[(String, Vec<String>)]) -> Self {
        let mut found_in: HashMap<String, f64> = HashMap::new();
        let mut documents = Vec::new();
        for (id, texts) in texts {
            let mut times: HashMap<String, f64> = HashMap::new();
            let mut length = 0.0;
            for word in texts.iter().flat_map(|text| words(text)) {
                *times.entry(word).or_default() += 1.0;
                length += 1.0;
            }
            for word in times.keys() {
                *found_in.entry(word.clone()).or_default() += 1.0;
            }
            documents.push((id.clone(), times, length));
        }
        let all: f64 = documents.iter().map(|(_, _, length)| length).sum();
        let average = all / documents.len() as f64;
        Self {
            documents,
            found_in,
            average,
        }
    }
}

fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let words = folded.split(|c: char| !c.is_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

impl Finder for Bm25 {
    fn name(&self) -> &'static str {
        "BM25, accents folded"
    }

    fn find(&self, question: &str) -> Vec<(String, f64)> {
        let (k1, b) = (1.2, 0.75);
        let count = self.documents.len() as f64;
        let words = words(question);
        let mut scored: Vec<(String, f64)> = self
            .documents
            .iter()
            .map(|(id, times, length)| {
                let score = words.iter().map(|word| {
                    let n = self.found_in.get(word).copied().unwrap_or(0.0);
                    let idf = ((count - n + 0.5) / (n + 0.5) + 1.0).ln();
                    let f = times.get(word).copied().unwrap_or(0.0);
                    idf * f * (k1 + 1.0) / (f + k1 * (1.0 - b + b * length / self.average))
                });
                (id.clone(), score.sum::<f64>())
            })
            .collect();
        scored.sort_by(|one, other| other.1.total_cmp(&one.1));
        scored.truncate(3);
        scored.retain(|(_, score)| *score > 0.0);
        scored
    }
}

struct Tantivy {
    reader: IndexReader,
    parser: QueryParser,
    id: tantivy::schema::Field,
}

impl Tantivy {
    fn build(texts: &[(String, Vec<String>)]) -> Self {
        let mut schema = Schema::builder();
        let id = schema.add_text_field("id", STRING | STORED);
        let body = schema.add_text_field("body", TEXT);
        let index = Index::create_in_ram(schema.build());
        let mut writer = index.writer(50_000_000).expect("no writer");
        for (guide, texts) in texts {
            writer
                .add_document(doc!(id => guide.as_str(), body => texts.join("\n")))
                .expect("a guide is refused");
        }
        writer.commit().expect("not committed");
        let parser = QueryParser::for_index(&index, vec![body]);
        Self {
            reader: index.reader().expect("no reader"),
            parser,
            id,
        }
    }
}

impl Finder for Tantivy {
    fn name(&self) -> &'static str {
        "tantivy, default"
    }

    fn find(&self, question: &str) -> Vec<(String, f64)> {
        let searcher = self.reader.searcher();
        // Marks of its query language are no part of a question.
        let plain: String = question
            .chars()
            .map(|c| if c.is_alphanumeric() { c } else { ' ' })
            .collect();
        let (query, _) = self.parser.parse_query_lenient(&plain);
        let hits = searcher
            .search(&query, &TopDocs::with_limit(3))
            .expect("not searched");
        hits.into_iter()
            .map(|(score, address)| {
                let found: TantivyDocument = searcher.doc(address).expect("no document");
                let id = found.get_first(self.id).and_then(|value| value.as_str());
                (id.unwrap_or_default().to_owned(), f64::from(score))
            })
            .collect()
    }
}
