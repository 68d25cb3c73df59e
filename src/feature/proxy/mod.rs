//! `/nhapho`: the teacher enters for a family without a phone, or for one she saw doing it.

pub mod texts;

use crate::db::Tx;
use crate::domain::message::Choice;
use crate::domain::{ChildId, ClassId, Evidence, Tap, Task, TaskId, TaskKind, Timestamp, Verb};
use crate::effects::Effects;
use crate::facts::Turn;
use crate::ledger::Act;
use crate::roster::store::find_children;
use crate::roster::{Child, names, permit};

/// More children than this are not listed: the teacher types a longer name.
const LISTED: usize = 6;

/// `/nhapho qr An`: which family, then what to enter. None when this person has no class.
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
        return Ok(None);
    }
    let tasks: Vec<&Task> = turn.facts.open_tasks(member.school).collect();
    let found = names::find_by_title(&tasks, asked, |task| (&task.key, &task.title));
    let Some((task, name)) = found.filter(|(_, name)| !name.is_empty()) else {
        let known: Vec<(&str, &str)> = tasks
            .iter()
            .map(|task| (task.key.as_str(), task.title.as_str()))
            .collect();
        return Ok(Some(confide(turn, texts::usage(&known), Vec::new())));
    };
    let classes: Vec<ClassId> = homerooms.iter().map(|homeroom| homeroom.class()).collect();
    let children = find_children(tx, member.school, &classes, &name).await?;
    Ok(Some(match children.as_slice() {
        [] => confide(turn, texts::not_found(&name), Vec::new()),
        [only] => confide(
            turn,
            texts::what(&only.name, &task.title),
            entries(task, only.id),
        ),
        many if many.len() > LISTED => confide(turn, texts::too_many(many.len()), Vec::new()),
        many => confide(
            turn,
            texts::which(&task.title),
            many.iter().map(|child| done_for(task, child)).collect(),
        ),
    }))
}

fn entries(task: &Task, child: ChildId) -> Vec<Choice> {
    let entry = |label: &str, verb| {
        Choice::new(
            label,
            Tap::Proxy {
                verb,
                task: task.id,
                child,
            }
            .write(),
        )
    };
    let mut choices = vec![entry(texts::DONE, Verb::Done)];
    if task.kind == TaskKind::Payment {
        choices.push(entry(texts::CASH, Verb::Cash));
    }
    choices.push(entry(texts::NO_PHONE, Verb::NoPhone));
    choices.push(entry(texts::EXEMPT, Verb::Exempt));
    choices.push(entry(texts::TAKE_BACK, Verb::Undo));
    choices
}

fn done_for(task: &Task, child: &Child) -> Choice {
    Choice::new(
        texts::done_for(&child.name),
        Tap::Proxy {
            verb: Verb::Done,
            task: task.id,
            child: child.id,
        }
        .write(),
    )
}

/// The teacher's button, checked again: the child must be in her class now, the task open.
/// None when it is not for her.
pub fn enter(
    turn: &Turn<'_>,
    verb: Verb,
    task: TaskId,
    child: ChildId,
    now: Timestamp,
) -> Option<Effects> {
    let child = turn.facts.child(child)?;
    let homeroom = turn
        .member_of(child.school)
        .and_then(|member| permit::homeroom_of(member, child.class))?;
    let task = turn
        .facts
        .task(task)
        .filter(|task| task.school == child.school && task.is_open())?;
    let allowed = match verb {
        Verb::Done | Verb::NoPhone | Verb::Exempt | Verb::Undo => true,
        Verb::Cash => task.kind == TaskKind::Payment,
        Verb::NotYet | Verb::NeedsHelp | Verb::Declined => false,
    };
    if !allowed {
        return None;
    }
    let act = Act {
        school: child.school,
        task: task.id,
        person: Some(homeroom.person()),
        child: Some(child.id),
        verb,
        evidence: Evidence::Teacher,
        at: now,
    };
    let standing = turn.facts.said_before(&act).map(|known| known.verb);
    let (text, act) = match (verb, standing) {
        (Verb::Undo, None | Some(Verb::Undo)) => (texts::NOTHING_ENTERED.to_owned(), None),
        (verb, Some(known)) if verb == known => (texts::entered_before(&child.name), None),
        (verb, Some(_) | None) => (texts::entered(verb, &child.name, &task.title), Some(act)),
    };
    // A toast would be gone before she has read the name; a message can be looked at again.
    Some(Effects {
        acts: act.into_iter().collect(),
        ..confide(turn, text, Vec::new())
    })
}

fn confide(turn: &Turn<'_>, text: String, choices: Vec<Choice>) -> Effects {
    Effects::confide(turn, text, choices, texts::SENT_PRIVATELY)
}
