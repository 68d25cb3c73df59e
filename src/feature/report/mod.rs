//! Where the school stands: counts with their evidence, their denominator and their time; no names.

pub mod plan;
pub mod texts;

use crate::db::Tx;
use crate::domain::message::Say;
use crate::domain::{SchoolId, Task, Timestamp};
use crate::effects::Effects;
use crate::facts::Turn;
use crate::ledger::{self, Counts};
use crate::roster::import::class_code;
use crate::roster::{self, Class, School, permit, store};

/// The figures of one school at one moment, of all classes or of some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    pub school: School,
    pub as_of: Timestamp,
    pub classes: Vec<Class>,
    pub tasks: Vec<TaskFigures>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskFigures {
    pub task: Task,
    /// In the order of `Figures::classes`.
    pub by_class: Vec<Counts>,
    pub total: Counts,
}

impl Figures {
    /// Families of all these classes, the exempt included.
    pub fn families(&self) -> i64 {
        self.classes.iter().map(|class| class.families).sum()
    }
}

/// Reads the figures of a school's open tasks. `of` picks the classes.
pub async fn figures(
    tx: &mut Tx,
    school: School,
    of: impl Fn(&Class) -> bool,
    now: Timestamp,
) -> Result<Figures, sqlx::Error> {
    let classes: Vec<Class> = roster::store::classes(tx, &[school.id])
        .await?
        .into_iter()
        .filter(of)
        .collect();
    let tallies = ledger::store::tallies(tx, school.id).await?;
    let tasks = ledger::store::tasks(tx, &[school.id]).await?;
    let figures = |task: Task| {
        let counts = |class: &Class| {
            tallies
                .get(&(class.id, task.id))
                .cloned()
                .unwrap_or_default()
        };
        let by_class: Vec<Counts> = classes.iter().map(counts).collect();
        let mut total = Counts::default();
        by_class.iter().for_each(|counts| total.merge(counts));
        TaskFigures {
            task,
            by_class,
            total,
        }
    };
    let tasks = tasks
        .into_iter()
        .filter(Task::is_open)
        .map(figures)
        .collect();
    Ok(Figures {
        school,
        as_of: now,
        classes,
        tasks,
    })
}

/// `/baocao`: the whole school for its leads, the own class for a teacher.
pub async fn answer(
    tx: &mut Tx,
    turn: &Turn<'_>,
    asked: &str,
    now: Timestamp,
) -> Result<Option<Effects>, sqlx::Error> {
    let Some(viewer) = turn.member().and_then(permit::viewer) else {
        return Ok(None);
    };
    let Some(school) = turn.school().and_then(|id| turn.facts.school(id)).cloned() else {
        return Ok(None);
    };
    let wanted = asked_class(tx, school.id, asked).await?;
    let of = |class: &Class| {
        viewer.may_see(class.id) && wanted.as_deref().is_none_or(|code| code == class.code)
    };
    let found = figures(tx, school, of, now).await?;
    let text = if found.classes.is_empty() {
        texts::NO_SUCH_CLASS.to_owned()
    } else {
        texts::summary(&found)
    };
    Ok(Some(Effects::say(Say::Confide {
        to: turn.asker(),
        text,
        choices: Vec::new(),
        public: texts::SENT_PRIVATELY,
    })))
}

/// The class in "/baocao lớp Chồi 2" or "/baocao của 5A1": one of the school's, else a word with a digit
/// and a letter, which is a class that the school does not have.
async fn asked_class(
    tx: &mut Tx,
    school: SchoolId,
    asked: &str,
) -> Result<Option<String>, sqlx::Error> {
    let known = store::classes(tx, &[school]).await?;
    let whole = class_code(asked).filter(|code| known.iter().any(|class| class.code == *code));
    let code = |word: &&str| {
        word.chars().any(|c| c.is_ascii_digit()) && word.chars().any(char::is_alphabetic)
    };
    let word = || {
        asked
            .split_whitespace()
            .find(code)
            .map(|word| class_code(word).unwrap_or_else(|| word.to_uppercase()))
    };
    Ok(whole.or_else(word))
}
