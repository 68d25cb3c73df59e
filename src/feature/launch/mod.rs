//! `/phatdong`: the principal asks the families for something; every class group gets a fresh board.

pub mod texts;

use crate::db::{Tx, fresh_id};
use crate::domain::message::Choice;
use crate::domain::{Tap, Task, TaskId, TaskKind, Timestamp};
use crate::effects::Effects;
use crate::facts::{Facts, Turn};
use crate::ledger::store::{add_task, set_withdrawn};
use crate::roster::names;
use crate::roster::permit::{self, Lead};
use crate::understand::fold::{clean, fold};

/// Titles stand on buttons, which phones cut at about this many letters.
const LONGEST_TITLE: usize = 40;

/// What `/phatdong …` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Nothing named: tell what there is.
    Usage,
    /// A task that stands already: hang fresh boards.
    Again(TaskId),
    /// A task of the school's own.
    New(String),
    TooLong,
}

pub fn lead(turn: &Turn<'_>) -> Option<Lead> {
    turn.member().and_then(permit::lead)
}

/// A button names its task, and the task its school: somebody may lead one school and have a child in another.
pub fn lead_of(turn: &Turn<'_>, task: TaskId) -> Option<Lead> {
    let school = turn.facts.task(task).map(|task| task.school);
    let there = school.and_then(|school| turn.member_of(school));
    there.or_else(|| turn.member()).and_then(permit::lead)
}

pub fn wish(turn: &Turn<'_>, lead: Lead, asked: &str) -> Wish {
    let title = clean(asked);
    let tasks: Vec<&Task> = turn.facts.tasks_of(lead.school()).collect();
    if title.is_empty() {
        Wish::Usage
    } else if let Some((task, _)) =
        names::find_by_title(&tasks, &title, |task| (&task.key, &task.title))
            .filter(|(_, rest)| rest.is_empty())
    {
        Wish::Again(task.id)
    } else if title.chars().count() > LONGEST_TITLE {
        Wish::TooLong
    } else {
        Wish::New(title)
    }
}

pub fn usage(turn: &Turn<'_>, lead: Lead) -> Effects {
    let titles: Vec<&str> = turn
        .facts
        .open_tasks(lead.school())
        .map(|task| task.title.as_str())
        .collect();
    reply(turn, texts::usage(&titles), Vec::new())
}

pub fn too_long(turn: &Turn<'_>) -> Effects {
    reply(turn, texts::too_long(LONGEST_TITLE), Vec::new())
}

/// Writes the task (a new one, or a withdrawn one opened again); the boards follow when the batch
/// knows it. Returns the task's id.
pub async fn open(
    tx: &mut Tx,
    facts: &Facts,
    lead: Lead,
    wish: Wish,
    now: Timestamp,
) -> Result<Option<TaskId>, sqlx::Error> {
    match wish {
        Wish::Usage | Wish::TooLong => Ok(None),
        Wish::Again(id) => {
            set_withdrawn(tx, lead.school(), id, None).await?;
            Ok(Some(id))
        }
        Wish::New(title) => {
            let task = new_task(facts, lead, title, now);
            let year = facts
                .school(lead.school())
                .map_or("", |school| school.year.as_str());
            let added = add_task(tx, &task, year).await?;
            Ok(added.then_some(task.id))
        }
    }
}

fn new_task(facts: &Facts, lead: Lead, title: String, now: Timestamp) -> Task {
    let last = facts
        .tasks_of(lead.school())
        .map(|task| task.position)
        .max()
        .unwrap_or(0);
    Task {
        id: TaskId(fresh_id(now)),
        school: lead.school(),
        key: fold(&title)
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join("-"),
        title,
        kind: TaskKind::Skill,
        position: last + 1,
        target_percent: None,
        opened_at: now,
        withdrawn_at: None,
    }
}

/// The answer to the principal, once the boards are on their way to `groups` class groups.
pub fn opened(turn: &Turn<'_>, task: TaskId, groups: usize) -> Effects {
    let title = turn.facts.task(task).map_or("", |task| task.title.as_str());
    let withdraw = Choice::new(texts::WITHDRAW, Tap::Withdraw(task).write());
    reply(turn, texts::opened(title, groups), vec![withdraw])
}

/// "Rút lại việc này": checked again, the task must be of the lead's own school.
pub async fn withdraw(
    tx: &mut Tx,
    turn: &Turn<'_>,
    lead: Lead,
    task: TaskId,
    now: Timestamp,
) -> Result<Effects, sqlx::Error> {
    let Some(known) = turn
        .facts
        .task(task)
        .filter(|task| task.school == lead.school())
    else {
        return Ok(reply(turn, texts::UNKNOWN.to_owned(), Vec::new()));
    };
    if known.is_open() {
        set_withdrawn(tx, lead.school(), task, Some(now)).await?;
    }
    Ok(reply(turn, texts::withdrawn(&known.title), Vec::new()))
}

fn reply(turn: &Turn<'_>, text: String, choices: Vec<Choice>) -> Effects {
    Effects::confide(turn, text, choices, texts::SENT_PRIVATELY)
}
