//! Somebody asks how to do something; the bot answers with the few steps of a guide, and offers the
//! next best when it guessed wrong.

pub mod library;
pub mod problems;
pub mod search;
pub mod texts;
mod words;

use crate::domain::message::{Choice, Say};
use crate::domain::{Evidence, Tap, Task, TaskId, TaskKind, Timestamp, Verb};
use crate::effects::Effects;
use crate::facts::Turn;
use crate::ledger::Act;
use library::{Guide, Library};

/// A question in one's own words. `task` is set when it answers the prompt of a task.
pub fn ask(
    library: &Library,
    turn: &Turn<'_>,
    text: &str,
    task: Option<TaskId>,
    now: Timestamp,
) -> Effects {
    let hits = library.ask(text);
    tracing::debug!(?hits, "guide looked for");
    let mut found: Vec<&Guide> = hits.iter().filter_map(|hit| library.get(&hit.id)).collect();
    let planned = found.first().filter(|guide| !guide.is_written()).copied();
    found.retain(|guide| guide.is_written());
    let task = task.and_then(|id| turn.facts.task(id));
    if found.is_empty()
        && let Some(task) = task
    {
        found = of_task(library, task);
    }
    let help = task.map_or_else(Effects::none, |task| needs_help(turn, task, now));
    if let Some(planned) = planned {
        return Effects::say(not_yet(turn, planned, &found)).and(help);
    }
    match found.split_first() {
        Some((first, rest)) => show(turn, first, rest).and(help),
        None => Effects::say(none_fits(turn)).and(help),
    }
}

/// What is asked is understood, and its guide is not written yet.
fn not_yet(turn: &Turn<'_>, planned: &Guide, near: &[&Guide]) -> Say {
    let near = near.iter().take(2);
    Say::Answer {
        to: turn.asker(),
        text: texts::not_yet(planned),
        choices: near.map(|guide| other(guide)).collect(),
    }
}

fn other(guide: &Guide) -> Choice {
    Choice::new(
        texts::not_this(&guide.title),
        Tap::Guide(guide.id.clone()).write(),
    )
}

/// "Chỉ tôi cách làm" under a task.
pub fn help(library: &Library, turn: &Turn<'_>, task: TaskId, now: Timestamp) -> Effects {
    let Some(task) = turn
        .facts
        .task(task)
        .filter(|task| turn.school() == Some(task.school))
    else {
        return list(library, turn);
    };
    let found = of_task(library, task);
    match found.split_first() {
        Some((first, rest)) => show(turn, first, rest).and(needs_help(turn, task, now)),
        None => Effects::say(none_fits(turn)).and(needs_help(turn, task, now)),
    }
}

/// One guide by its button.
pub fn by_id(library: &Library, turn: &Turn<'_>, id: &str) -> Effects {
    match library.get(id).filter(|guide| guide.is_written()) {
        Some(guide) => show(turn, guide, &[]),
        None => list(library, turn),
    }
}

/// `/huongdan` alone: what there is.
pub fn list(library: &Library, turn: &Turn<'_>) -> Effects {
    let choice =
        |guide: &Guide| Choice::new(guide.title.clone(), Tap::Guide(guide.id.clone()).write());
    Effects::say(Say::Confide {
        to: turn.asker(),
        text: texts::LIST.to_owned(),
        choices: library.written().map(choice).collect(),
        public: texts::SENT_PRIVATELY,
    })
}

fn show(turn: &Turn<'_>, guide: &Guide, others: &[&Guide]) -> Effects {
    Effects::say(Say::Answer {
        to: turn.asker(),
        text: texts::guide(guide),
        choices: others.iter().take(2).map(|guide| other(guide)).collect(),
    })
}

fn none_fits(turn: &Turn<'_>) -> Say {
    let choices = vec![
        Choice::new(texts::BUTTON_TASKS, Tap::MyTasks.write()),
        Choice::new(texts::BUTTON_GUIDES, Tap::Guides.write()),
    ];
    let (text, choices) = if turn.is_private() {
        (texts::NONE_FITS, choices)
    } else {
        (texts::NONE_FITS_GROUP, Vec::new())
    };
    Say::Answer {
        to: turn.asker(),
        text: text.to_owned(),
        choices,
    }
}

/// The guides of a task, best first.
fn of_task<'a>(library: &'a Library, task: &Task) -> Vec<&'a Guide> {
    let group = match (task.kind, task.key.as_str()) {
        (TaskKind::Scan, _) => "qr",
        (TaskKind::Payment, _) => "bank",
        (TaskKind::Skill, "vneid") => "vneid",
        (TaskKind::Group, _) => "zalo",
        (TaskKind::Skill, _) => {
            return library
                .ask(&task.title)
                .iter()
                .filter_map(|hit| library.get(&hit.id))
                .filter(|guide| guide.is_written())
                .collect();
        }
    };
    let mut found: Vec<&Guide> = library
        .written()
        .filter(|guide| guide.group == group)
        .collect();
    found.sort_by_key(|guide| {
        FIRST
            .iter()
            .position(|id| *id == guide.id)
            .unwrap_or(FIRST.len())
    });
    found
}

/// Of each group, the guide that does the task itself, and what goes wrong with it most.
const FIRST: [&str; 7] = [
    "qr-quet-zalo",
    "qr-khong-quet-duoc",
    "bank-chuyen-khoan-qr",
    "bank-noi-dung-ck",
    "bank-tru-tien-chua-nhan",
    "vneid-kich-hoat-muc-2",
    "vneid-cai-dat",
];

/// Asking for help with a task says where the family stands, unless it is done already.
fn needs_help(turn: &Turn<'_>, task: &Task, now: Timestamp) -> Effects {
    let Some(member) = turn
        .member_of(task.school)
        .filter(|member| member.is_guardian())
    else {
        return Effects::none();
    };
    let child = match (task.kind.is_household(), member.children.as_slice()) {
        (true, _) => None,
        (false, [only]) => Some(*only),
        (false, _) => return Effects::none(),
    };
    let act = Act {
        school: task.school,
        task: task.id,
        person: Some(member.person),
        child,
        verb: Verb::NeedsHelp,
        evidence: Evidence::Said,
        at: now,
    };
    let settled = turn
        .facts
        .said_before(&act)
        .is_some_and(|known| match known.verb {
            Verb::Done | Verb::Cash | Verb::NeedsHelp | Verb::Declined => true,
            Verb::NotYet | Verb::Undo | Verb::NoPhone | Verb::Exempt => false,
        });
    if settled || !task.is_open() {
        Effects::none()
    } else {
        Effects {
            acts: vec![act],
            ..Effects::default()
        }
    }
}
