//! What a message wants from us, decided from its words and from the question it answers.

use crate::domain::message::{Choice, What};
use crate::domain::{Tap, Task, TaskId, TaskKind, Verb};

use super::codes::{self, Code};
use super::commands::{self, Command};
use super::replies::{self, Context, Said, TaskWords};
use super::{fold, redact};

/// A longer text is a story, not an answer: nothing is recorded from it.
const LONGEST_ANSWER: usize = 1_000;
/// So much of a story is searched for a question.
const LONGEST_QUESTION: usize = 400;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    Command(Command),
    /// One or several choices of ours, by button or by number.
    Chosen(Vec<Tap>),
    /// Clear statements. `asks` when the same message also wants help.
    Said {
        statements: Vec<Statement>,
        asks: Option<Question>,
    },
    /// It looks like a statement, but a person would ask back.
    Unsure(Option<TaskId>),
    Asked(Question),
    /// The answer to a question that is too old, or to none.
    TooLate,
    /// A number or button that the question does not have.
    NoSuchChoice,
    /// A photo, file, sticker or voice message meant for the bot.
    Attachment,
    /// Something that the platform does not let the bot read.
    Unreadable,
    /// Meant for the bot, and nothing in it to read.
    Empty,
    /// One of our own codes, from a slip or an invitation.
    Code(Code),
    /// Not for the bot.
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    pub verb: Verb,
    /// None for "I take it back" without saying what.
    pub task: Option<TaskId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub text: String,
    /// The task whose prompt it answers, when there is one.
    pub task: Option<TaskId>,
}

/// What surrounds the words.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    pub what: &'a What,
    /// Meant for the bot: private, mentioned, replied to, or a button.
    pub addressed: bool,
    pub our_name: &'a str,
    /// The choices of the question answered, with whether it can still be answered.
    pub prompt: Option<(&'a [Choice], bool)>,
    /// The tasks open for the school it is about.
    pub tasks: &'a [&'a Task],
}

/// Takes identity numbers, codes and passwords out of a message before anything else happens to it.
/// True when something was found that its author should delete.
pub fn redact(what: &mut What) -> bool {
    let text = match what {
        What::Text { text, .. } => Some(text),
        What::Attachment { caption, .. } => caption.as_mut(),
        What::Tap { .. }
        | What::Unreadable
        | What::Presence { .. }
        | What::Member { .. }
        | What::Moved { .. } => None,
    };
    let Some(text) = text else { return false };
    let redacted = redact::redact(&fold::clean(text));
    *text = redacted.text;
    redacted.found.iter().any(|secret| match secret {
        redact::Secret::NationalId
        | redact::Secret::Otp
        | redact::Secret::Password
        | redact::Secret::CardOrAccount => true,
        // Phone numbers are taken out too, but people send them on purpose.
        redact::Secret::Phone => false,
    })
}

pub fn understand(around: &Around<'_>) -> Intent {
    match around.what {
        What::Tap { data, .. } => {
            Tap::read(data).map_or(Intent::NoSuchChoice, |tap| Intent::Chosen(vec![tap]))
        }
        What::Attachment { .. } if around.addressed => Intent::Attachment,
        What::Unreadable => Intent::Unreadable,
        What::Attachment { .. }
        | What::Presence { .. }
        | What::Member { .. }
        | What::Moved { .. } => Intent::Nothing,
        What::Text { text, .. } => words(text, around),
    }
}

fn words(text: &str, around: &Around<'_>) -> Intent {
    if text.is_empty() {
        return if around.addressed {
            Intent::Empty
        } else {
            Intent::Nothing
        };
    }
    if let Some(command) = commands::read(text, around.our_name, around.addressed) {
        return Intent::Command(command);
    }
    if around.addressed
        && let Some(code) = codes::find(text)
    {
        return Intent::Code(code);
    }
    if text.chars().count() > LONGEST_ANSWER {
        let text = text.chars().take(LONGEST_QUESTION).collect();
        return if around.addressed {
            Intent::Asked(Question { text, task: None })
        } else {
            Intent::Nothing
        };
    }
    if around.addressed
        && let Some(intent) = numbers(text, around)
    {
        return intent;
    }
    statements(text, around)
}

/// "1", "1 3", "1, 2 và 3": choices by their number.
fn numbers(text: &str, around: &Around<'_>) -> Option<Intent> {
    let folded = fold::fold(text);
    let words: Vec<&str> = folded
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '.' | '+' | '&' | '-'))
        .filter(|word| !word.is_empty() && !matches!(*word, "va" | "a" | "nhe" | "so"))
        .collect();
    // Longer numbers are amounts, dates and telephones.
    let number = |word: &&str| word.parse().ok().filter(|_| word.len() <= 2);
    let picks: Vec<usize> = words.iter().map(number).collect::<Option<_>>()?;
    if picks.is_empty() {
        return None;
    }
    let Some((choices, true)) = around.prompt else {
        return Some(Intent::TooLate);
    };
    let chosen = |pick: &usize| pick.checked_sub(1).and_then(|place| choices.get(place));
    let taps: Option<Vec<Tap>> = picks
        .iter()
        .map(|pick| chosen(pick).and_then(|choice| Tap::read(&choice.data)))
        .collect();
    Some(taps.map_or(Intent::NoSuchChoice, Intent::Chosen))
}

fn statements(text: &str, around: &Around<'_>) -> Intent {
    let words: Vec<TaskWords> = around.tasks.iter().map(|task| task_words(task)).collect();
    let asked = asked_for(around);
    let items: Vec<usize> = asked
        .iter()
        .filter_map(|id| around.tasks.iter().position(|task| task.id == *id))
        .collect();
    let explained = replies::explain(
        text,
        &Context {
            items: &items,
            tasks: &words,
        },
    );
    let reading = &explained.reading;
    tracing::debug!(rules = ?explained.rules.why, scores = ?explained.scores(), "reply read");
    let task_at = |place: Option<usize>| {
        place
            .and_then(|place| around.tasks.get(place))
            .map(|task| task.id)
    };

    let answers = matches!(
        around.what,
        What::Text {
            reply_to: Some(_),
            ..
        }
    );
    let mut said = Vec::new();
    let mut asks = None;
    for statement in &reading.statements {
        let task = task_at(statement.task);
        match verb(statement.said) {
            None => {
                asks = Some(Question {
                    text: text.to_owned(),
                    task,
                })
            }
            // "Em bấm nhầm" takes back what was said last, whatever was asked since; unless a message is answered, or
            // the task is named.
            Some(Verb::Undo) if !answers && !explained.names(statement.task) => {
                said.push(Statement {
                    verb: Verb::Undo,
                    task: None,
                });
            }
            Some(verb) => said.push(Statement {
                verb,
                task: task.or_else(|| only_payment(verb, around.tasks)),
            }),
        }
    }
    if !around.addressed {
        let clear = reading.unsure.is_none()
            && asks.is_none()
            && said.iter().all(|statement| statement.task.is_some());
        return if clear && !said.is_empty() {
            Intent::Said {
                statements: said,
                asks: None,
            }
        } else {
            Intent::Nothing
        };
    }
    let vague = said
        .iter()
        .any(|statement| statement.task.is_none() && statement.verb != Verb::Undo);
    let doubted = said.is_empty() && reading.unsure.is_some() && asks.is_none();
    if vague || doubted {
        let about = reading.unsure.and_then(|unsure| task_at(unsure.task));
        let only_asked = || {
            if asked.len() == 1 {
                asked.first().copied()
            } else {
                None
            }
        };
        return Intent::Unsure(about.or_else(only_asked));
    }
    match (said.is_empty(), asks) {
        (false, asks) => Intent::Said {
            statements: said,
            asks,
        },
        (true, Some(question)) => Intent::Asked(question),
        // "chị dâu em quét mã rồi": and one's own family?
        (true, None) if let Some(task) = explained.told_of_others() => {
            Intent::Unsure(task_at(Some(task)))
        }
        // "Xác nhận" alone is a yes to something; to what is asked back.
        (true, None) if confirms(text) => {
            Intent::Unsure(asked.first().copied().filter(|_| asked.len() == 1))
        }
        (true, None) => Intent::Asked(Question {
            text: text.to_owned(),
            task: None,
        }),
    }
}

fn confirms(text: &str) -> bool {
    let folded = fold::fold(text);
    let words = folded.split(|c: char| !c.is_alphanumeric());
    let courtesy = ["", "da", "vang", "a", "nhe", "em", "con", "toi", "nha"];
    let said: Vec<&str> = words.filter(|word| !courtesy.contains(word)).collect();
    said == ["xac", "nhan"]
}

/// The tasks that the question answered asks about, in the order of its numbers.
fn asked_for(around: &Around<'_>) -> Vec<TaskId> {
    let Some((choices, true)) = around.prompt else {
        return Vec::new();
    };
    let task = |choice: &Choice| match Tap::read(&choice.data) {
        Some(Tap::Say {
            verb: Verb::Done,
            task,
            ..
        }) => Some(task),
        _ => None,
    };
    choices.iter().filter_map(task).collect()
}

/// Cash can only be about a collection; when just one is open, it is that one.
fn only_payment(verb: Verb, tasks: &[&Task]) -> Option<TaskId> {
    let mut payments = tasks.iter().filter(|task| task.kind == TaskKind::Payment);
    match (verb, payments.next(), payments.next()) {
        (Verb::Cash, Some(task), None) => Some(task.id),
        _ => None,
    }
}

fn verb(said: Said) -> Option<Verb> {
    match said {
        Said::Done => Some(Verb::Done),
        Said::NotDone => Some(Verb::NotYet),
        Said::Undo => Some(Verb::Undo),
        Said::Refuse => Some(Verb::Declined),
        Said::Cash => Some(Verb::Cash),
        Said::Question => None,
    }
}

/// The words by which people speak of a task.
fn task_words(task: &Task) -> TaskWords {
    match (task.kind, task.key.as_str()) {
        (TaskKind::Scan, _) => TaskWords::builtin_qr(),
        (TaskKind::Payment, key) => TaskWords::builtin_payment(key),
        (TaskKind::Skill, "vneid") => TaskWords::builtin_vneid(),
        (TaskKind::Skill | TaskKind::Group, key) => TaskWords::own(key, &task.title),
    }
}
