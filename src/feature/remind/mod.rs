//! `/nhac`: the teacher has the families reminded that are still missing. First she sees how many would be
//! written to, how many not and why; one tap sends. The group reads counts and the board; each family is
//! written to privately, within the budget of messages (design §2.7), never at night or on a holiday.

mod plan;
pub mod store;
pub mod texts;

use crate::config::Reminders;
use crate::db::Tx;
use crate::domain::message::{Choice, Priority, Say};
use crate::domain::time::DAY_MS;
use crate::domain::{AccountId, ClassId, SchoolId, Tap, Task, TaskId, TaskKind, Timestamp, Verb};
use crate::effects::Effects;
use crate::facts::Turn;
use crate::ledger;
use crate::roster::accounts::face;
use crate::roster::chats::{ClassGroup, class_groups};
use crate::roster::permit::{self, Homeroom, Lead};
use crate::roster::{self, Member, names};
use plan::{Letter, Plan};
use store::{Due, What};

/// What somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish<'a> {
    /// `/nhac [task]`.
    Ask(&'a str),
    /// Whom would it reach? Of a class, or of the whole school.
    Preview {
        task: TaskId,
        class: Option<ClassId>,
    },
    Send {
        task: TaskId,
        class: Option<ClassId>,
    },
    /// A family: "tomorrow".
    Later(TaskId),
}

/// None when this is not theirs to say.
pub async fn decide(
    tx: &mut Tx,
    turn: &Turn<'_>,
    wish: Wish<'_>,
    rules: &Reminders,
    now: Timestamp,
) -> Result<Option<Effects>, sqlx::Error> {
    match wish {
        Wish::Ask(words) => ask(tx, turn, words, rules, now).await,
        Wish::Preview { task, class } => match permitted(turn, task, class) {
            Some((scope, task)) => preview(tx, turn, scope, task, rules, now).await.map(Some),
            None => Ok(None),
        },
        Wish::Send { task, class } => match permitted(turn, task, class) {
            Some((scope, task)) => send(tx, turn, scope, task, rules, now).await.map(Some),
            None => Ok(None),
        },
        Wish::Later(task) => later(tx, turn, task, rules, now).await,
    }
}

/// Whose families are meant, by somebody who may have them reminded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Class(Homeroom),
    School(Lead),
}

impl Scope {
    /// A class of the teacher's own, or the school she leads.
    fn of(member: &Member, class: Option<ClassId>) -> Option<Self> {
        match class {
            Some(class) => permit::homeroom_of(member, class).map(Scope::Class),
            None => permit::lead(member).map(Scope::School),
        }
    }

    /// A teacher's own classes; for who leads and has none, the school.
    fn all_of(member: &Member) -> Vec<Self> {
        let own = permit::homerooms(member);
        if own.is_empty() {
            return Scope::of(member, None).into_iter().collect();
        }
        own.into_iter().map(Scope::Class).collect()
    }

    fn school(self) -> SchoolId {
        match self {
            Scope::Class(homeroom) => homeroom.school(),
            Scope::School(lead) => lead.school(),
        }
    }

    fn class(self) -> Option<ClassId> {
        match self {
            Scope::Class(homeroom) => Some(homeroom.class()),
            Scope::School(_) => None,
        }
    }
}

async fn ask(
    tx: &mut Tx,
    turn: &Turn<'_>,
    asked: &str,
    rules: &Reminders,
    now: Timestamp,
) -> Result<Option<Effects>, sqlx::Error> {
    let scopes = turn.member().map(Scope::all_of).unwrap_or_default();
    let Some(school) = scopes.first().map(|scope| scope.school()) else {
        return Ok(None);
    };
    let tasks: Vec<&Task> = turn.facts.open_tasks(school).collect();
    let wanted = names::find_by_title(&tasks, asked, |task| (&task.key, &task.title));
    let wanted = wanted.map(|(task, _)| task);
    if let ([scope], Some(task)) = (scopes.as_slice(), wanted) {
        return preview(tx, turn, *scope, task, rules, now).await.map(Some);
    }
    let title = |scope: &Scope| {
        let class = turn.facts.class(scope.class()?)?;
        (scopes.len() > 1).then_some(class.title.as_str())
    };
    let shown = tasks
        .iter()
        .filter(|task| wanted.is_none_or(|only| only.id == task.id));
    let choices = shown.flat_map(|task| {
        let choice = |scope: &Scope| {
            let tap = Tap::RemindFirst {
                task: task.id,
                class: scope.class(),
            };
            Choice::new(texts::choice(&task.title, title(scope)), tap.write())
        };
        scopes.iter().map(choice).collect::<Vec<_>>()
    });
    Ok(Some(confide(
        turn,
        texts::WHICH.to_owned(),
        choices.collect(),
    )))
}

/// A button, checked again: the class must be the teacher's own, or the school led by her, and the task theirs.
fn permitted<'a>(
    turn: &Turn<'a>,
    task: TaskId,
    class: Option<ClassId>,
) -> Option<(Scope, &'a Task)> {
    let task = turn.facts.task(task).filter(|task| task.is_open())?;
    let scope = Scope::of(turn.member_of(task.school)?, class)?;
    Some((scope, task))
}

/// How many would be written to, how many not and why.
async fn preview(
    tx: &mut Tx,
    turn: &Turn<'_>,
    scope: Scope,
    task: &Task,
    rules: &Reminders,
    now: Timestamp,
) -> Result<Effects, sqlx::Error> {
    let at = rules.calendar.next_allowed(now);
    let plan = Plan::of(tx, scope.school(), scope.class(), task, rules, at).await?;
    let class = scope.class().and_then(|class| turn.facts.class(class));
    let whose = class.map(|class| class.title.as_str());
    let text = texts::preview(&task.title, whose, &plan, (at > now).then_some(at), now);
    let send = Tap::Remind {
        task: task.id,
        class: scope.class(),
    };
    let send = Choice::new(texts::send(plan.letters.len()), send.write());
    let choices = if plan.missing() == 0 {
        Vec::new()
    } else {
        vec![send]
    };
    Ok(confide(turn, text, choices))
}

/// Sends now, or lets it wait for the morning.
async fn send(
    tx: &mut Tx,
    turn: &Turn<'_>,
    scope: Scope,
    task: &Task,
    rules: &Reminders,
    now: Timestamp,
) -> Result<Effects, sqlx::Error> {
    let at = rules.calendar.next_allowed(now);
    if at > now {
        let due = Due {
            school: scope.school(),
            task: task.id,
            what: What::Wave(scope.class()),
            asked_by: Some(turn.account.id),
        };
        store::wait(tx, &due, at, now).await?;
        return Ok(confide(turn, texts::waits(at, now), Vec::new()));
    }
    let (effects, plan) = wave(tx, scope.school(), scope.class(), task, rules, now).await?;
    let told = confide(turn, texts::sent(&task.title, &plan), Vec::new());
    Ok(told.and(effects))
}

/// The reminders themselves, and a line with a fresh board to each group that has not read one for a day.
async fn wave(
    tx: &mut Tx,
    school: SchoolId,
    class: Option<ClassId>,
    task: &Task,
    rules: &Reminders,
    now: Timestamp,
) -> Result<(Effects, Plan), sqlx::Error> {
    let plan = Plan::of(tx, school, class, task, rules, now).await?;
    store::note(tx, school, task.id, &plan.letters, now).await?;
    let letters = plan.letters.iter().map(|letter| private(letter, task));
    let missing: Vec<ClassId> = plan.by_class.keys().copied().collect();
    let classes = store::note_groups(tx, school, &missing, task.id, now).await?;
    let known = roster::store::classes_by_id(tx, &classes).await?;
    let tallies = ledger::store::tallies_of(tx, &classes).await?;
    let mut groups = class_groups(tx, school).await?;
    groups.retain(|group| classes.contains(&group.class));
    let line = |group: &ClassGroup| {
        let class = known.iter().find(|class| class.id == group.class)?;
        let counts = tallies.get(&(class.id, task.id)).cloned();
        let counts = counts.unwrap_or_default();
        let families = class.families - counts.exempt();
        Some(Say::Post {
            bot: group.bot,
            chat: group.chat,
            text: texts::in_group(&task.title, counts.done(), families),
            choices: Vec::new(),
            priority: Priority::Board,
        })
    };
    let effects = Effects::none()
        .and_says(letters)
        .and_says(groups.iter().filter_map(line))
        .and_boards(groups.iter().copied());
    Ok((effects, plan))
}

fn private(letter: &Letter, task: &Task) -> Say {
    let names: Vec<&str> = letter
        .children
        .iter()
        .map(|child| child.given_name())
        .collect();
    let only = match letter.children.as_slice() {
        [only] if task.kind == TaskKind::Payment => Some(only.id),
        _ => None,
    };
    let say = |verb| {
        let tap = Tap::Say {
            verb,
            task: task.id,
            child: only,
        };
        tap.write()
    };
    Say::Remind {
        bot: letter.to.bot,
        chat: letter.to.chat,
        about: task.id,
        text: texts::private(&letter.to.name, &task.title, &names),
        choices: vec![
            Choice::new(texts::DONE, say(Verb::Done)),
            Choice::new(texts::HOW, Tap::Help(task.id).write()),
            Choice::new(texts::TOMORROW, Tap::Later(task.id).write()),
            Choice::new(texts::NOT_THIS, say(Verb::Declined)),
        ],
    }
}

/// "Để mai": once more, a day later, if it is still open then.
async fn later(
    tx: &mut Tx,
    turn: &Turn<'_>,
    task: TaskId,
    rules: &Reminders,
    now: Timestamp,
) -> Result<Option<Effects>, sqlx::Error> {
    let known = turn.facts.task(task).filter(|task| task.is_open());
    let guardian = known
        .and_then(|task| turn.member_of(task.school))
        .filter(|member| member.is_guardian());
    let Some(member) = guardian else {
        return Ok(None);
    };
    let at = rules.calendar.next_allowed(now.plus_ms(DAY_MS));
    let due = Due {
        school: member.school,
        task,
        what: What::Again(turn.account.id),
        asked_by: None,
    };
    store::wait(tx, &due, at, now).await?;
    Ok(Some(Effects::say(Say::Acknowledge {
        to: turn.asker(),
        private: texts::tomorrow(at, now, turn.address()),
        public: texts::SENT_PRIVATELY,
    })))
}

/// What became due: it is decided and counted now, not when it was asked for.
pub async fn due(
    tx: &mut Tx,
    due: &Due,
    rules: &Reminders,
    now: Timestamp,
) -> Result<Effects, sqlx::Error> {
    let tasks = ledger::store::tasks(tx, &[due.school]).await?;
    let task = tasks.iter().find(|task| task.id == due.task);
    let Some(task) = task.filter(|task| task.is_open()) else {
        return Ok(Effects::none());
    };
    match (due.what, due.asked_by) {
        (What::Again(account), _) => {
            let plan = Plan::again(tx, due.school, account, task).await?;
            store::note(tx, due.school, task.id, &plan.letters, now).await?;
            let letters = plan.letters.iter().map(|letter| private(letter, task));
            Ok(Effects::none().and_says(letters))
        }
        (What::Wave(class), Some(asked_by)) => {
            if !may_still(tx, due.school, class, asked_by, now).await? {
                return Ok(Effects::none());
            }
            let (effects, plan) = wave(tx, due.school, class, task, rules, now).await?;
            let told = face(tx, asked_by)
                .await?
                .and_then(|face| face.post(texts::sent(&task.title, &plan), Vec::new()));
            Ok(effects.and_says(told))
        }
        (What::Wave(_), None) => Ok(Effects::none()),
    }
}

/// Who asked may have left the school, or the class, since.
async fn may_still(
    tx: &mut Tx,
    school: SchoolId,
    class: Option<ClassId>,
    asked_by: AccountId,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let members = roster::store::members(tx, &[asked_by], now).await?;
    let mut theirs = members.values().flatten();
    Ok(theirs.any(|member| member.school == school && Scope::of(member, class).is_some()))
}

fn confide(turn: &Turn<'_>, text: String, choices: Vec<Choice>) -> Effects {
    Effects::confide(turn, text, choices, texts::SENT_PRIVATELY)
}
