//! `/danhsach`: the teacher sees, privately and by name, whose family a task still waits for.

pub mod texts;

use crate::db::Tx;
use crate::domain::message::Choice;
use crate::domain::{ClassId, State, Tap, Task, TaskId};
use crate::effects::Effects;
use crate::facts::Turn;
use crate::ledger::{self, Standing};
use crate::roster::permit::{self, Homeroom};
use crate::roster::{self, Child};

/// `/danhsach [task]`. Without a task: which one? None when this person may not see names.
pub async fn ask(
    tx: &mut Tx,
    turn: &Turn<'_>,
    asked: &str,
) -> Result<Option<Effects>, sqlx::Error> {
    let Some(member) = turn.member() else {
        return Ok(None);
    };
    let homerooms = permit::homerooms(member);
    if homerooms.is_empty() {
        let lead = permit::lead(member);
        return Ok(lead.map(|_| confide(turn, texts::LEAD.to_owned(), Vec::new())));
    }
    let tasks: Vec<&Task> = turn.facts.open_tasks(member.school).collect();
    let wanted = roster::names::find_by_title(&tasks, asked, |task| (&task.key, &task.title))
        .map(|(task, _)| task);
    if let ([homeroom], Some(task)) = (homerooms.as_slice(), wanted) {
        return list(tx, turn, *homeroom, task.id).await.map(Some);
    }
    let class_code = |class: ClassId| {
        turn.facts
            .class(class)
            .map_or("", |class| class.title.as_str())
    };
    let choice = |homeroom: &Homeroom, task: &&Task| {
        let tap = Tap::Missing {
            task: task.id,
            class: homeroom.class(),
        };
        Choice::new(
            texts::choice(
                &task.title,
                class_code(homeroom.class()),
                homerooms.len() > 1,
            ),
            tap.write(),
        )
    };
    let shown: Vec<&Task> = tasks
        .iter()
        .filter(|task| wanted.is_none_or(|only| only.id == task.id))
        .copied()
        .collect();
    let choices = homerooms
        .iter()
        .flat_map(|homeroom| shown.iter().map(|task| choice(homeroom, task)))
        .collect();
    Ok(Some(confide(turn, texts::WHICH.to_owned(), choices)))
}

/// A teacher's button, checked again: the class must be hers.
pub async fn show(
    tx: &mut Tx,
    turn: &Turn<'_>,
    task: TaskId,
    class: ClassId,
) -> Result<Option<Effects>, sqlx::Error> {
    // The class names the school: somebody may teach in one and have a child in another.
    let homeroom = turn
        .members
        .iter()
        .find_map(|member| permit::homeroom_of(member, class));
    let known = turn.facts.task(task);
    match (homeroom, known) {
        (Some(homeroom), Some(known)) if known.school == homeroom.school() => {
            list(tx, turn, homeroom, task).await.map(Some)
        }
        (_, _) => Ok(None),
    }
}

async fn list(
    tx: &mut Tx,
    turn: &Turn<'_>,
    homeroom: Homeroom,
    task: TaskId,
) -> Result<Effects, sqlx::Error> {
    let children = roster::store::class_children(tx, homeroom.school(), homeroom.class()).await?;
    let standings =
        ledger::store::class_families(tx, homeroom.school(), homeroom.class(), task).await?;
    let state = |child: &Child| {
        standings
            .get(&child.id)
            .copied()
            .unwrap_or(Standing::UNKNOWN)
            .state
    };
    let mut lists = texts::Lists::default();
    for child in &children {
        match state(child) {
            State::Unknown => lists.silent.push(&child.name),
            State::NotYet => lists.not_yet.push(&child.name),
            State::NeedsHelp => lists.needs_help.push(&child.name),
            State::Declined => lists.declined.push(&child.name),
            State::Cash => lists.cash.push(&child.name),
            State::NoPhone => lists.no_phone.push(&child.name),
            State::Done(_) => lists.done += 1,
            State::Exempt => lists.exempt += 1,
        }
    }
    let title = turn.facts.task(task).map_or("", |task| task.title.as_str());
    let class = turn
        .facts
        .class(homeroom.class())
        .map_or("", |class| class.title.as_str());
    Ok(confide(
        turn,
        texts::list(class, title, &lists, children.len()),
        Vec::new(),
    ))
}

fn confide(turn: &Turn<'_>, text: String, choices: Vec<Choice>) -> Effects {
    Effects::confide(turn, text, choices, texts::SENT_PRIVATELY)
}
