//! Labels of replies as our labelled sentences spell them ("done:pay", "other"), and the questions that these sentences
//! answer: of the class's QR code, of the month's payment, of VNeID, of all three, or none.

use std::collections::BTreeSet;

use super::learned;
use super::linear::Model;
use super::replies::{Context, Explained, Reading, Said, Statement, TaskWords, explain_by};

const KEYS: [&str; 3] = ["qr", "pay", "vneid"];
/// Nothing may be recorded.
const OTHER: &str = "other";

/// The tasks of the labelled sentences.
pub fn tasks() -> [TaskWords; 3] {
    [
        TaskWords::builtin_qr(),
        TaskWords::builtin_payment("pay"),
        TaskWords::builtin_vneid(),
    ]
}

/// The tasks that a question asks about; none for a question that does not exist.
pub fn items(context: &str) -> Option<&'static [usize]> {
    Some(match context {
        "qr" => &[0],
        "pay" => &[1],
        "vneid" => &[2],
        "multi" => &[0, 1, 2],
        "none" => &[],
        _ => return None,
    })
}

pub fn is_label(label: &str) -> bool {
    let (said, task) = label
        .split_once(':')
        .map_or((label, None), |(said, task)| (said, Some(task)));
    match said {
        "done" | "not_done" | "undo" | "refuse" => task.is_none_or(|task| KEYS.contains(&task)),
        "cash" | "question" | OTHER => task.is_none(),
        _ => false,
    }
}

/// Labels with their tasks, so that two ways to say the same are equal: "done" to a question about one task is
/// "done" of this task, and to a question about three of all of them. What was answered to no question and names no
/// task cannot be recorded, as "other", which is the empty set.
pub fn spelled_out(context: &str, labels: &[String]) -> BTreeSet<String> {
    let asked = items(context).unwrap_or_default();
    let of_a_task = |label: &str| matches!(label, "done" | "not_done" | "undo" | "refuse");
    labels
        .iter()
        .filter(|label| *label != OTHER)
        .flat_map(|label| {
            if of_a_task(label) && (!asked.is_empty() || label != "undo") {
                let keys = asked.iter().filter_map(|task| KEYS.get(*task));
                keys.map(|key| format!("{label}:{key}")).collect()
            } else {
                vec![label.clone()]
            }
        })
        .collect()
}

/// What is read, as labels.
pub fn labels(text: &str, context: &str) -> Vec<String> {
    labels_of(&explained(text, context).reading, context)
}

pub fn explained(text: &str, context: &str) -> Explained {
    explained_by(learned::shipped(), text, context)
}

/// As a second reader who learned from other replies would read it.
pub fn explained_by(model: Option<&Model>, text: &str, context: &str) -> Explained {
    let context = Context {
        items: items(context).unwrap_or_default(),
        tasks: &tasks(),
    };
    explain_by(model, text, &context)
}

pub fn labels_of(reading: &Reading, context: &str) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for statement in &reading.statements {
        let label = label(statement, context);
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    if labels.is_empty() {
        labels.push(OTHER.to_owned());
    }
    labels
}

fn label(statement: &Statement, context: &str) -> String {
    let word = match statement.said {
        Said::Done => "done",
        Said::NotDone => "not_done",
        Said::Undo => "undo",
        Said::Refuse => "refuse",
        Said::Cash => return "cash".to_owned(),
        Said::Question => return "question".to_owned(),
    };
    let key = statement.task.and_then(|task| KEYS.get(task));
    match key {
        Some(key) if *key != context => format!("{word}:{key}"),
        _ => word.to_owned(),
    }
}
