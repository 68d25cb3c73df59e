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
use crate::domain::{ClassId, SchoolId, State, Tap, Task, TaskId, TaskKind, Timestamp, Verb};
use crate::effects::Effects;
use crate::facts::{Facts, Turn};
use crate::roster::permit::{self, Homeroom, Lead};
use crate::roster::{self, accounts};
use plan::{Letter, Plan};
use store::{Due, What};

/// Whose families are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Class(Homeroom),
    School(Lead),
}

impl Scope {
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

    fn tap(self, task: TaskId) -> Tap {
        match self {
            Scope::Class(homeroom) => Tap::Remind {
                task,
                class: homeroom.class(),
            },
            Scope::School(_) => Tap::RemindAll(task),
        }
    }
}

/// `/nhac [task]`. None when this person has no class and leads no school.
pub async fn ask(
    tx: &mut Tx,
    turn: &Turn<'_>,
    asked: &str,
    rules: &Reminders,
    now: Timestamp,
) -> Result<Option<Effects>, sqlx::Error> {
    let scopes = scopes(turn);
    let Some(school) = scopes.first().map(|scope| scope.school()) else {
        return Ok(None);
    };
    let tasks: Vec<&Task> = turn.facts.open_tasks(school).collect();
    let wanted = roster::names::find_by_title(&tasks, asked, |task| (&task.key, &task.title));
    let wanted = wanted.map(|(task, _)| task);
    if let ([scope], Some(task)) = (scopes.as_slice(), wanted) {
        return preview(tx, turn, *scope, task, rules, now).await.map(Some);
    }
    let title = |scope: &Scope| {
        let class = scope.class().and_then(|class| turn.facts.class(class));
        class.map(|class| class.title.clone())
    };
    let shown = tasks
        .iter()
        .filter(|task| wanted.is_none_or(|only| only.id == task.id));
    let choices = shown.flat_map(|task| {
        let choice = |scope: &Scope| {
            let label = texts::choice(&task.title, title(scope).filter(|_| scopes.len() > 1));
            Choice::new(label, ask_first(*scope, task.id).write())
        };
        scopes.iter().map(choice).collect::<Vec<_>>()
    });
    Ok(Some(confide(
        turn,
        texts::WHICH.to_owned(),
        choices.collect(),
    )))
}

fn ask_first(scope: Scope, task: TaskId) -> Tap {
    match scope {
        Scope::Class(homeroom) => Tap::RemindFirst {
            task,
            class: Some(homeroom.class()),
        },
        Scope::School(_) => Tap::RemindFirst { task, class: None },
    }
}

/// A teacher's own classes; for who leads and has none, the school.
fn scopes(turn: &Turn<'_>) -> Vec<Scope> {
    let Some(member) = turn.member() else {
        return Vec::new();
    };
    let own: Vec<Scope> = permit::homerooms(member)
        .into_iter()
        .map(Scope::Class)
        .collect();
    if own.is_empty() {
        return permit::lead(member)
            .map(Scope::School)
            .into_iter()
            .collect();
    }
    own
}

/// A button, checked again: the class must be the teacher's own, or the school led by her, and the task theirs.
pub fn permitted(turn: &Turn<'_>, task: TaskId, class: Option<ClassId>) -> Option<(Scope, Task)> {
    let task = turn.facts.task(task).filter(|task| task.is_open())?;
    let member = turn.member_of(task.school)?;
    let scope = match class {
        Some(class) => Scope::Class(permit::homeroom_of(member, class)?),
        None => Scope::School(permit::lead(member)?),
    };
    Some((scope, task.clone()))
}

/// How many would be written to, how many not and why.
pub async fn preview(
    tx: &mut Tx,
    turn: &Turn<'_>,
    scope: Scope,
    task: &Task,
    rules: &Reminders,
    now: Timestamp,
) -> Result<Effects, sqlx::Error> {
    let at = rules.calendar.next_allowed(now);
    let plan = Plan::of(tx, scope.school(), scope.class(), task, rules, at).await?;
    let whose = class_title(turn.facts, scope.class());
    let text = texts::preview(&task.title, whose, &plan, (at > now).then_some(at), now);
    let send = Choice::new(texts::send(plan.letters.len()), scope.tap(task.id).write());
    let choices = if plan.missing() == 0 {
        Vec::new()
    } else {
        vec![send]
    };
    Ok(confide(turn, text, choices))
}

/// Sends now, or lets it wait for the morning. Returns the classes whose groups get a fresh board.
pub async fn send(
    tx: &mut Tx,
    turn: &Turn<'_>,
    scope: Scope,
    task: &Task,
    rules: &Reminders,
    now: Timestamp,
) -> Result<(Effects, Vec<ClassId>), sqlx::Error> {
    let at = rules.calendar.next_allowed(now);
    if at > now {
        let due = Due {
            school: scope.school(),
            task: task.id,
            what: What::Wave(scope.class()),
            asked_by: Some(turn.account.id),
        };
        store::wait(tx, &due, at, now).await?;
        return Ok((confide(turn, texts::waits(at, now), Vec::new()), Vec::new()));
    }
    let (effects, classes, plan) = wave(
        tx,
        turn.facts,
        scope.school(),
        scope.class(),
        task,
        rules,
        now,
    )
    .await?;
    let told = confide(turn, texts::sent(&task.title, &plan), Vec::new());
    Ok((told.and(effects), classes))
}

/// The reminders themselves, and a line to each group that has not read one for a day.
async fn wave(
    tx: &mut Tx,
    facts: &Facts,
    school: SchoolId,
    class: Option<ClassId>,
    task: &Task,
    rules: &Reminders,
    now: Timestamp,
) -> Result<(Effects, Vec<ClassId>, Plan), sqlx::Error> {
    let plan = Plan::of(tx, school, class, task, rules, now).await?;
    store::note(tx, school, task.id, &plan.letters, now).await?;
    let says = plan.letters.iter().map(|letter| private(letter, task));
    let mut effects = says.fold(Effects::none(), Effects::and_say);
    let classes: Vec<ClassId> = plan
        .by_class
        .iter()
        .filter(|(_, missing)| **missing > 0)
        .map(|(class, _)| *class)
        .collect();
    let classes = store::note_groups(tx, school, &classes, task.id, now).await?;
    for group in accounts::class_groups(tx, school).await? {
        if !classes.contains(&group.class) {
            continue;
        }
        let counts = facts.counts(group.class, task.id);
        let families = facts.class(group.class).map_or(0, |class| class.families) - counts.exempt();
        effects = effects.and_say(Say::Post {
            bot: group.bot,
            chat: group.chat,
            text: texts::in_group(&task.title, counts.done(), families),
            choices: Vec::new(),
            priority: Priority::Board,
        });
    }
    Ok((effects, classes, plan))
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
pub async fn later(
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
        private: texts::tomorrow(at, now),
        public: texts::SENT_PRIVATELY,
    })))
}

/// What became due: it is decided and counted now, not when it was asked for.
pub async fn due(
    tx: &mut Tx,
    facts: &Facts,
    due: &Due,
    rules: &Reminders,
    now: Timestamp,
) -> Result<(Effects, Vec<ClassId>), sqlx::Error> {
    let Some(task) = facts.task(due.task).filter(|task| task.is_open()) else {
        return Ok((Effects::none(), Vec::new()));
    };
    match due.what {
        What::Again(account) => {
            let plan = Plan::again(tx, due.school, account, task).await?;
            store::note(tx, due.school, task.id, &plan.letters, now).await?;
            let says = plan.letters.iter().map(|letter| private(letter, task));
            Ok((says.fold(Effects::none(), Effects::and_say), Vec::new()))
        }
        What::Wave(class) => {
            // Who asked may have left the school since.
            if !store::may_still(tx, due.school, class, due.asked_by).await? {
                return Ok((Effects::none(), Vec::new()));
            }
            let (mut effects, classes, plan) =
                wave(tx, facts, due.school, class, task, rules, now).await?;
            if let Some(account) = due.asked_by
                && let Some(face) = accounts::face(tx, account).await?
                && let Some(chat) = face.private_chat
            {
                effects = effects.and_say(Say::Post {
                    bot: face.bot,
                    chat,
                    text: texts::sent(&task.title, &plan),
                    choices: Vec::new(),
                    priority: Priority::Reply,
                });
            }
            Ok((effects, classes))
        }
    }
}

/// Whether a family in this state is still missing: who said no, pays in cash, or has no phone is left alone.
pub fn is_missing(state: State) -> bool {
    match state {
        State::Unknown | State::NotYet | State::NeedsHelp => true,
        State::NoPhone | State::Declined | State::Cash | State::Done(_) | State::Exempt => false,
    }
}

fn class_title(facts: &Facts, class: Option<ClassId>) -> Option<&str> {
    facts.class(class?).map(|class| class.title.as_str())
}

fn confide(turn: &Turn<'_>, text: String, choices: Vec<Choice>) -> Effects {
    Effects::confide(turn, text, choices, texts::SENT_PRIVATELY)
}
