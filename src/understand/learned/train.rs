//! Learns the second reader from labelled replies.
//!
//! A file of replies has a line for each: the question answered (`qr`, `pay`, `vneid`, `multi` or `none`), the labels
//! with commas between them, and the text, with tabs between these three. The labels are those of `lopso replies read`.

use std::collections::BTreeSet;
use std::path::Path;

use super::super::fold::fold;
use super::super::labels;
use super::super::linear::{Model, train};
use super::super::replies::{Context, TaskKind, TaskWords};
use super::super::rules;
use super::super::tag;
use super::features::{BITS, features};
use super::{About, NOTHING, QUESTION, Reply, SAID};

const LEARNING: train::Learning = train::Learning {
    bits: BITS,
    rounds: 30,
    pace: 4.0,
    rarity: 0.0,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labelled {
    pub context: String,
    pub labels: Vec<String>,
    pub text: String,
}

/// Why a file of replies cannot be learned from.
#[derive(Debug)]
pub enum Unread {
    File(std::io::Error),
    /// The file's name and line, counted from one.
    Line(String, usize),
}

/// All labelled replies of a folder, file by file in the order of their names.
pub fn read(folder: &Path) -> Result<Vec<Labelled>, Unread> {
    let files = read_by_file(folder)?;
    Ok(files.into_iter().flat_map(|(_, replies)| replies).collect())
}

/// The same, each file with its name: one voice wrote each.
pub fn read_by_file(folder: &Path) -> Result<Vec<(String, Vec<Labelled>)>, Unread> {
    let entries = std::fs::read_dir(folder).map_err(Unread::File)?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(Unread::File)?.path();
        if path.extension().is_some_and(|end| end == "tsv") {
            files.push(path);
        }
    }
    files.sort();
    let mut all = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).map_err(Unread::File)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let mut replies = Vec::new();
        for (place, line) in text.lines().enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let labelled =
                labelled(line).ok_or_else(|| Unread::Line(name.clone().into_owned(), place + 1))?;
            replies.push(labelled);
        }
        all.push((name.into_owned(), replies));
    }
    Ok(all)
}

fn labelled(line: &str) -> Option<Labelled> {
    let mut columns = line.splitn(3, '\t');
    let (context, said, text) = (columns.next()?, columns.next()?, columns.next()?);
    let said: Vec<String> = said.split(',').map(str::to_owned).collect();
    let known =
        labels::items(context).is_some() && said.iter().all(|label| labels::is_label(label));
    (known && !text.trim().is_empty()).then(|| Labelled {
        context: context.to_owned(),
        labels: said,
        text: text.to_owned(),
    })
}

/// What the model was, or would be, learned from.
pub fn mark(replies: &[Labelled]) -> String {
    train::mark(&classes(), &examples(replies))
}

pub fn train(replies: &[Labelled]) -> Model {
    train::train(classes(), &examples(replies), &LEARNING)
}

fn classes() -> Vec<String> {
    let names = [NOTHING, QUESTION].into_iter();
    let names = names.chain(SAID.map(|(name, _)| name));
    names.map(str::to_owned).collect()
}

fn examples(replies: &[Labelled]) -> Vec<train::Example> {
    let classes = classes();
    let class = |name: &str| classes.iter().position(|known| known == name).unwrap_or(0);
    let tasks = labels::tasks();
    let mut examples: Vec<train::Example> = Vec::new();
    for labelled in replies {
        let items = labels::items(&labelled.context).unwrap_or_default();
        let context = Context {
            items,
            tasks: &tasks,
        };
        let said = labels::spelled_out(&labelled.context, &labelled.labels);
        // Each is read as it was typed, and as a phone without Vietnamese letters would have typed it.
        for text in [labelled.text.clone(), fold(&labelled.text)] {
            let tagged = tag::tag(&text, &tasks, context.many());
            let rules = rules::read(&tagged, &context);
            let reply = Reply::new(&tagged, &context, &rules);
            for task in reply.candidates() {
                let said = said_of(&tasks[task], &said);
                examples.push((features(&reply, About::Task(task)), class(said)));
            }
            let asks = if said.contains(QUESTION) {
                QUESTION
            } else {
                NOTHING
            };
            examples.push((features(&reply, About::Message), class(asks)));
        }
    }
    examples
}

/// The one class of a task among a reply's labels.
fn said_of(task: &TaskWords, labels: &BTreeSet<String>) -> &'static str {
    let names = SAID.map(|(name, _)| name);
    let cash = task.kind == TaskKind::Payment && labels.contains("cash");
    let named = |name: &&str| labels.contains(&format!("{name}:{}", task.key));
    // What is taken back is not done either; taking it back says more.
    let mut strongest_first = ["undo", "done", "not_done", "refuse"].iter();
    let said = strongest_first.find(|name| named(name)).copied();
    let said = said.or(cash.then_some("cash"));
    names
        .into_iter()
        .find(|name| Some(*name) == said)
        .unwrap_or(NOTHING)
}
