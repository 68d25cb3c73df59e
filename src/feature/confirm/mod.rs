//! A parent says that something is done, or not yet, or takes it back; we keep the act and how we know it.

pub mod texts;

use crate::domain::message::{Choice, Say};
use crate::domain::time::HOUR_MS;
use crate::domain::{
    BotId, ChatId, ChildId, ClassId, Evidence, Tap, Task, TaskId, TaskKind, Timestamp, Verb,
};
use crate::effects::Effects;
use crate::facts::{Facts, Turn};
use crate::ledger::Act;
use crate::ledger::store::Pending;
use crate::outbox::Board;
use crate::roster::Member;

/// The word with which a private chat is opened by somebody who taps and is not linked yet.
pub const BEGIN_FAMILY: &str = "giadinh";

/// How long an answer of somebody we cannot place yet is kept (design §2.8).
pub const PENDING_MS: i64 = 48 * HOUR_MS;

/// One thing a person says about themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    pub verb: Verb,
    /// None only for an undo: the last thing said.
    pub task: Option<TaskId>,
    /// The child a payment is for, when a button named it.
    pub child: Option<ChildId>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("no such task for this person or group")]
    UnknownTask,
    #[error("task {0} was withdrawn")]
    Withdrawn(TaskId),
    #[error("the child is not the person's")]
    NotOwnChild,
    #[error("nothing of this person's to take back")]
    NothingToUndo,
    #[error("staff without a child here do not confirm for themselves")]
    Staff,
    #[error("only the school may say this")]
    SchoolOnly,
}

/// What one statement came to.
enum Heard {
    Kept(Act),
    SaidBefore {
        verb: Verb,
        at: Timestamp,
        task: TaskId,
    },
    /// A question does not take back a done.
    DoneAlready,
    Pending(Pending),
    WhichChild {
        verb: Verb,
        task: TaskId,
        children: Vec<ChildId>,
    },
    Refused(Refused),
}

pub fn decide(turn: &Turn<'_>, said: &[Said], now: Timestamp) -> Effects {
    // Somebody said something aloud, not to us: it counts in the class's own group, whoever we cannot
    // place is left in peace, and a nod is all the answer.
    let only_overheard = !turn.addressed();
    if only_overheard && turn.chat.class.is_none() {
        return Effects::none();
    }
    let mut heard: Vec<Heard> = said.iter().map(|one| hear(turn, one, now)).collect();
    if only_overheard {
        heard.retain(|one| matches!(one, Heard::Kept(_)));
    }
    let mut effects = Effects {
        says: replies(turn, &heard, now),
        ..Effects::default()
    };
    for one in heard {
        match one {
            Heard::Kept(act) => effects.acts.push(act),
            Heard::Pending(pending) => effects.pending.push(pending),
            Heard::SaidBefore { .. }
            | Heard::DoneAlready
            | Heard::WhichChild { .. }
            | Heard::Refused(_) => {}
        }
    }
    effects
}

fn hear(turn: &Turn<'_>, said: &Said, now: Timestamp) -> Heard {
    match check(turn, said, now) {
        Ok(heard) => heard,
        Err(refused) => Heard::Refused(refused),
    }
}

fn check(turn: &Turn<'_>, said: &Said, now: Timestamp) -> Result<Heard, Refused> {
    if matches!(said.verb, Verb::NoPhone | Verb::Exempt) {
        return Err(Refused::SchoolOnly);
    }
    let task = task_of(turn, said)?;
    if !task.is_open() {
        return Err(Refused::Withdrawn(task.id));
    }
    if !task.kind.is_said() {
        return Err(Refused::UnknownTask);
    }
    let Some(member) = turn
        .member_of(task.school)
        .filter(|member| member.is_guardian())
    else {
        return stranger(turn, task, said.verb, now);
    };
    let child = match subject(turn, task, member, said.child)? {
        Subject::Household => None,
        Subject::Child(child) => Some(child),
        Subject::OneOf(children) => {
            return Ok(Heard::WhichChild {
                verb: said.verb,
                task: task.id,
                children,
            });
        }
    };
    let act = Act {
        school: task.school,
        task: task.id,
        person: Some(member.person),
        child,
        verb: said.verb,
        evidence: Evidence::Said,
        at: now,
    };
    standing(turn.facts, act)
}

fn task_of<'a>(turn: &Turn<'a>, said: &Said) -> Result<&'a Task, Refused> {
    let id = match said.task {
        Some(id) => id,
        None => last_said(turn).ok_or(Refused::NothingToUndo)?,
    };
    let task = turn.facts.task(id).ok_or(Refused::UnknownTask)?;
    // A button of another school's, made up or forwarded, opens nothing here.
    let ours = turn.chat.school() == Some(task.school)
        || turn.member_of(task.school).is_some()
        || turn
            .facts
            .pending(turn.account.id)
            .any(|kept| kept.task == id);
    if ours {
        Ok(task)
    } else {
        Err(Refused::UnknownTask)
    }
}

/// The task of the last answer of this person that still stands, for "em bấm nhầm". A question how to do
/// something is no answer, and what was taken back already does not stand. For somebody not linked it is
/// the last answer kept for them.
fn last_said(turn: &Turn<'_>) -> Option<TaskId> {
    let own = |act: &&Act| {
        turn.members
            .iter()
            .any(|member| act.person == Some(member.person))
    };
    // What was only seen, in the class's group perhaps, is no answer of theirs.
    let is_said = |act: &&Act| {
        let task = turn.facts.task(act.task);
        task.is_some_and(|task| task.kind.is_said())
    };
    let mut seen: Vec<(TaskId, Option<ChildId>)> = Vec::new();
    let acts = turn.facts.acts().iter().rev();
    for act in acts
        .filter(own)
        .filter(is_said)
        .filter(|act| act.evidence < Evidence::Teacher)
    {
        let subject = (act.task, act.child);
        if seen.contains(&subject) {
            continue;
        }
        if !matches!(act.verb, Verb::Undo | Verb::NeedsHelp) {
            return Some(act.task);
        }
        seen.push(subject);
    }
    let kept = turn.facts.pending(turn.account.id);
    let last = kept.filter(|kept| kept.verb != Verb::Undo).last()?;
    Some(last.task)
}

fn stranger(turn: &Turn<'_>, task: &Task, verb: Verb, now: Timestamp) -> Result<Heard, Refused> {
    if turn.member_of(task.school).is_some_and(Member::is_staff) {
        return Err(Refused::Staff);
    }
    Ok(Heard::Pending(Pending {
        account: turn.account.id,
        task: task.id,
        school: task.school,
        class: turn.chat.class.map(|(_, class)| class),
        verb,
        at: now,
        expires_at: now.plus_ms(PENDING_MS),
    }))
}

enum Subject {
    Household,
    Child(ChildId),
    OneOf(Vec<ChildId>),
}

/// Whom the act is about: the household, or the child a payment is for.
fn subject(
    turn: &Turn<'_>,
    task: &Task,
    member: &Member,
    named: Option<ChildId>,
) -> Result<Subject, Refused> {
    if named.is_some_and(|child| !member.children.contains(&child)) {
        return Err(Refused::NotOwnChild);
    }
    // What a household can do it can do for all its children, whichever of them a button named.
    if task.kind.is_household() {
        return Ok(Subject::Household);
    }
    if let Some(child) = named {
        return Ok(Subject::Child(child));
    }
    let here = turn.chat.class.map(|(_, class)| class);
    let in_class = |child: &&ChildId| {
        turn.facts
            .child(**child)
            .is_some_and(|known| Some(known.class) == here)
    };
    let mut candidates: Vec<ChildId> = member.children.iter().filter(in_class).copied().collect();
    if candidates.is_empty() {
        candidates.clone_from(&member.children);
    }
    match candidates.as_slice() {
        [only] => Ok(Subject::Child(*only)),
        _ => Ok(Subject::OneOf(candidates)),
    }
}

fn standing(facts: &Facts, act: Act) -> Result<Heard, Refused> {
    let before = facts.said_before(&act);
    match (act.verb, before) {
        (Verb::Undo, None) => Err(Refused::NothingToUndo),
        (Verb::Undo, Some(known)) if known.verb == Verb::Undo => Err(Refused::NothingToUndo),
        (Verb::NeedsHelp, Some(known)) if known.verb == Verb::Done => Ok(Heard::DoneAlready),
        // The same person saying the same again must not move the time shown in the report;
        // another guardian, or better evidence, is a new testimony and is kept.
        (verb, Some(known)) if known.verb == verb && known.evidence >= act.evidence => {
            Ok(Heard::SaidBefore {
                verb,
                at: known.at,
                task: act.task,
            })
        }
        (_, Some(_) | None) => Ok(Heard::Kept(act)),
    }
}

/// One answer for everything that was said, and one question at most.
fn replies(turn: &Turn<'_>, heard: &[Heard], now: Timestamp) -> Vec<Say> {
    let to = turn.asker();
    let who = turn.address();
    let title = |id: TaskId| turn.facts.task(id).map_or("", |task| task.title.as_str());
    let mut lines = Vec::new();
    let mut kept: Vec<(Verb, &str)> = Vec::new();
    let mut says = Vec::new();
    for one in heard {
        match one {
            Heard::Kept(act) => kept.push((act.verb, title(act.task))),
            Heard::SaidBefore { verb, at, task } => {
                lines.push(texts::already(*verb, title(*task), *at, now, who))
            }
            Heard::DoneAlready => {}
            Heard::Pending(_) => lines.push(texts::PENDING.to_owned()),
            Heard::Refused(refused) => lines.push(texts::refused(refused, who)),
            Heard::WhichChild {
                verb,
                task,
                children,
            } => {
                let choices = children.iter().filter_map(|child| {
                    let name = turn.facts.child(*child)?.given_name();
                    let tap = Tap::Say {
                        verb: *verb,
                        task: *task,
                        child: Some(*child),
                    };
                    Some(Choice::new(texts::child_choice(name), tap.write()))
                });
                says.push(Say::Confide {
                    to: to.clone(),
                    text: texts::which_child(title(*task)),
                    choices: choices.collect(),
                    public: texts::ASKED_PRIVATELY,
                });
            }
        }
    }
    if !kept.is_empty() {
        lines.insert(0, texts::kept(&kept, who));
    }
    lines.dedup();
    let only_pending = heard.iter().all(|one| matches!(one, Heard::Pending(_)));
    if only_pending && !heard.is_empty() && !turn.is_private() && to.callback.is_some() {
        // The tap is kept; where the channel can, it opens the private chat, in which they are asked who they are.
        return vec![Say::Invite {
            to,
            text: texts::PENDING.to_owned(),
            begin: BEGIN_FAMILY,
        }];
    }
    if only_pending && !heard.is_empty() && turn.is_private() {
        return vec![Say::Answer {
            to,
            text: texts::PENDING_PRIVATE.to_owned(),
            choices: vec![family_button()],
        }];
    }
    if !lines.is_empty() {
        let public = if kept.is_empty() {
            texts::SEE_PRIVATE
        } else {
            texts::KEPT_IN_GROUP
        };
        says.insert(
            0,
            Say::Acknowledge {
                to,
                private: lines.join("\n"),
                public,
            },
        );
    }
    says
}

/// It may be a statement, or not: one short question instead of a record.
pub fn ask_back(turn: &Turn<'_>, task: Option<TaskId>, now: Timestamp) -> Effects {
    let Some(task) = task
        .and_then(|id| turn.facts.task(id))
        .filter(|task| task.is_open())
    else {
        return my_tasks(turn, now);
    };
    // What comes next, "chưa ạ" perhaps, is nobody else's to read.
    Effects::say(Say::Confide {
        to: turn.asker(),
        text: texts::is_it_done(&task.title, turn.address()),
        choices: one_task(task),
        public: texts::ASKED_PRIVATELY,
    })
}

/// Rồi / Chưa / Chỉ em cách làm.
fn one_task(task: &Task) -> Vec<Choice> {
    let say = |verb| {
        Tap::Say {
            verb,
            task: task.id,
            child: None,
        }
        .write()
    };
    let mut choices = vec![
        Choice::new(texts::YES, say(Verb::Done)),
        Choice::new(texts::NOT_YET, say(Verb::NotYet)),
    ];
    if task.kind == TaskKind::Payment {
        choices.push(Choice::new(texts::CASH, say(Verb::Cash)));
    }
    choices.push(Choice::new(texts::SHOW_ME, Tap::Help(task.id).write()));
    choices
}

/// `/xacnhan`: one's own open tasks as buttons. In a group the board is what everybody can tap.
pub fn my_tasks(turn: &Turn<'_>, now: Timestamp) -> Effects {
    let Some(school) = turn.school() else {
        return Effects::confide(
            turn,
            texts::PENDING_NOTHING.to_owned(),
            vec![family_button()],
            texts::SEE_PRIVATE,
        );
    };
    let open = turn.facts.open_tasks(school);
    let tasks: Vec<&Task> = open.filter(|task| task.kind.is_said()).collect();
    if tasks.is_empty() {
        return Effects::say(Say::Acknowledge {
            to: turn.asker(),
            private: texts::NO_TASKS.to_owned(),
            public: texts::NO_TASKS,
        });
    }
    if let (false, Some((_, class))) = (turn.is_private(), turn.chat.class) {
        let fresh = board_in(turn.facts, class, turn.bot(), turn.chat.id, now);
        // Where a board cannot be rewritten a fresh one is a message more for everybody; who asked gets its words as
        // an answer.
        return match fresh {
            Some(Say::Board { text, choices, .. }) if !turn.can().edit => {
                Effects::say(Say::Answer {
                    to: turn.asker(),
                    text,
                    choices,
                })
            }
            fresh => fresh.into_iter().fold(Effects::none(), Effects::and_say),
        };
    }
    Effects::say(Say::Answer {
        to: turn.asker(),
        text: texts::WHICH_DONE.to_owned(),
        choices: done_buttons(&tasks),
    })
}

fn family_button() -> Choice {
    Choice::new(texts::FAMILY, Tap::Family.write())
}

fn done_buttons(tasks: &[&Task]) -> Vec<Choice> {
    let done = |task: &&Task| {
        let tap = Tap::Say {
            verb: Verb::Done,
            task: task.id,
            child: None,
        };
        Choice::new(texts::done_button(&task.title), tap.write())
    };
    let mut choices: Vec<Choice> = tasks.iter().map(done).collect();
    choices.push(Choice::new(texts::GUIDES, Tap::Guides.write()));
    choices
}

/// A new text for a board that hangs in a class's group, with counts and no names.
pub fn board_anew(facts: &Facts, board: &Board, now: Timestamp) -> Option<Say> {
    board_say(facts, board.class, board.bot, board.chat, now, false)
}

/// A fresh board in one class group.
pub fn board_in(
    facts: &Facts,
    class: ClassId,
    bot: BotId,
    chat: ChatId,
    now: Timestamp,
) -> Option<Say> {
    board_say(facts, class, bot, chat, now, true)
}

fn board_say(
    facts: &Facts,
    class: ClassId,
    bot: BotId,
    chat: ChatId,
    now: Timestamp,
    fresh: bool,
) -> Option<Say> {
    let known = facts.class(class)?;
    let tasks: Vec<&Task> = facts.open_tasks(known.school).collect();
    let rows: Vec<texts::BoardRow<'_>> = tasks
        .iter()
        .map(|task| {
            let counts = facts.counts(class, task.id);
            texts::BoardRow {
                title: &task.title,
                done: counts.done(),
                families: known.families - counts.exempt(),
                is_said: task.kind.is_said(),
            }
        })
        .collect();
    // What is only seen has its line and no button.
    let said: Vec<&Task> = facts
        .open_tasks(known.school)
        .filter(|task| task.kind.is_said())
        .collect();
    Some(Say::Board {
        class,
        bot,
        chat,
        text: texts::board(&known.title, &rows, now),
        choices: done_buttons(&said),
        fresh,
    })
}
