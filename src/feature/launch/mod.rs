//! `/phatdong`: the principal asks the families for something; every class group gets a fresh board.

pub mod texts;

use crate::bots;
use crate::db::{Tx, fresh_id};
use crate::domain::calendar::Calendar;
use crate::domain::channel::BOARDS_A_WEEK;
use crate::domain::message::Choice;
use crate::domain::{Channel, ChatId, Tap, Task, TaskId, TaskKind, Timestamp};
use crate::effects::Effects;
use crate::facts::{Facts, Turn};
use crate::ledger::store::{add_task, set_withdrawn};
use crate::outbox;
use crate::roster::chats::{ClassGroup, class_groups};
use crate::roster::names;
use crate::roster::permit::{self, Lead};
use crate::understand::fold::{clean, fold};

/// Titles stand on buttons, which phones cut at about this many letters.
const LONGEST_TITLE: usize = 40;

/// What somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish<'a> {
    /// `/phatdong [title]`.
    Ask(&'a str),
    Withdraw(TaskId),
}

/// None when this is not theirs to say.
pub async fn decide(
    tx: &mut Tx,
    turn: &Turn<'_>,
    wish: Wish<'_>,
    calendar: &Calendar,
    now: Timestamp,
) -> Result<Option<Effects>, sqlx::Error> {
    match wish {
        Wish::Ask(words) => match turn.member().and_then(permit::lead) {
            Some(lead) => {
                let effects = ask(tx, turn, lead, &clean(words), calendar, now).await?;
                Ok(Some(effects))
            }
            None => Ok(None),
        },
        Wish::Withdraw(task) => match lead_of(turn, task) {
            Some(lead) => withdraw(tx, turn, lead, task, now).await.map(Some),
            None => Ok(None),
        },
    }
}

/// A button names its task, and the task its school: somebody may lead one school and have a child in another.
fn lead_of(turn: &Turn<'_>, task: TaskId) -> Option<Lead> {
    let school = turn.facts.task(task).map(|task| task.school);
    let there = school.and_then(|school| turn.member_of(school));
    there.or_else(|| turn.member()).and_then(permit::lead)
}

/// A task that stands already is asked for again, another one is the school's own; a fresh board everywhere.
async fn ask(
    tx: &mut Tx,
    turn: &Turn<'_>,
    lead: Lead,
    title: &str,
    calendar: &Calendar,
    now: Timestamp,
) -> Result<Effects, sqlx::Error> {
    let tasks: Vec<&Task> = turn.facts.tasks_of(lead.school()).collect();
    let known = names::find_by_title(&tasks, title, |task| (&task.key, &task.title));
    let known = known.filter(|(_, rest)| rest.is_empty());
    let task = match known {
        _ if title.is_empty() => return Ok(usage(turn, lead)),
        Some((task, _)) => {
            set_withdrawn(tx, lead.school(), task.id, None).await?;
            task.clone()
        }
        None if title.chars().count() > LONGEST_TITLE => {
            return Ok(reply(turn, texts::too_long(LONGEST_TITLE), Vec::new()));
        }
        None => {
            let task = new_task(turn.facts, lead, title.to_owned(), now);
            let school = turn.facts.school(lead.school());
            let year = school.map_or("", |school| school.year.as_str());
            if !add_task(tx, &task, year).await? {
                return Ok(usage(turn, lead));
            }
            task
        }
    };
    let groups = class_groups(tx, lead.school()).await?;
    let withdraw = Choice::new(texts::WITHDRAW, Tap::Withdraw(task.id).write());
    let bots = bots::all(tx).await?;
    let on = |fits: fn(Channel) -> bool| -> Vec<ChatId> {
        let fits = |group: &&ClassGroup| {
            let mut bots = bots.iter();
            bots.any(|bot| bot.id == group.bot && fits(bot.channel))
        };
        groups.iter().filter(fits).map(|group| group.chat).collect()
    };
    let unwritten = on(|channel| !channel.capabilities().edit);
    let full = outbox::full_weeks(tx, &unwritten, BOARDS_A_WEEK, now).await?;
    let morning = calendar.next_allowed(now);
    let mut asleep = on(Channel::rings_with_boards);
    asleep.retain(|chat| morning > now && !full.contains(chat));
    let boards = texts::Boards {
        sent: groups.len() - full.len() - asleep.len(),
        in_the_morning: asleep.len(),
        morning,
        another_day: full.len(),
    };
    Ok(reply(
        turn,
        texts::opened(&task.title, &boards, now),
        vec![withdraw],
    )
    .and_boards(groups)
    .and_read_anew())
}

fn usage(turn: &Turn<'_>, lead: Lead) -> Effects {
    let titles: Vec<&str> = turn
        .facts
        .open_tasks(lead.school())
        .map(|task| task.title.as_str())
        .collect();
    reply(turn, texts::usage(&titles), Vec::new())
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

/// "Rút lại việc này": checked again, the task must be of the lead's own school.
async fn withdraw(
    tx: &mut Tx,
    turn: &Turn<'_>,
    lead: Lead,
    task: TaskId,
    now: Timestamp,
) -> Result<Effects, sqlx::Error> {
    let known = turn.facts.task(task);
    let Some(known) = known.filter(|task| task.school == lead.school()) else {
        return Ok(reply(turn, texts::UNKNOWN.to_owned(), Vec::new()));
    };
    if known.is_open() {
        set_withdrawn(tx, lead.school(), task, Some(now)).await?;
    }
    let classes = class_groups(tx, lead.school()).await?;
    Ok(reply(turn, texts::withdrawn(&known.title), Vec::new())
        .moving(classes.into_iter().map(|group| group.class))
        .and_read_anew())
}

fn reply(turn: &Turn<'_>, text: String, choices: Vec<Choice>) -> Effects {
    Effects::confide(turn, text, choices, texts::SENT_PRIVATELY)
}
