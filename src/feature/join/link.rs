//! The link itself: an account becomes a guardian of a child, or stops being one, and the ledger follows.

use std::collections::BTreeMap;

use crate::db::{Tx, fresh_id};
use crate::domain::{
    AccountId, ChildId, ClassId, Evidence, PersonId, SchoolId, Task, TaskId, TaskKind, Timestamp,
    Verb,
};
use crate::ledger::store::{Pending, acts, add_acts, keep_pending, take_pending, tasks};
use crate::ledger::{Act, links};
use crate::roster::arrivals::{self, Step};
use crate::roster::{Child, accounts, store};
use crate::understand::fold::clean;

use super::texts;

/// A name on a platform may be a story; this much of it is kept.
const LONGEST_NAME: usize = 60;

pub struct Linked {
    /// Something they answered before was counted now.
    pub counted: bool,
    /// The classes whose boards show it.
    pub classes: Vec<ClassId>,
}

/// Makes an account a guardian of a child, applies what they answered before and what their coming in shows
/// (`scanned`: they scanned the paper; what they tapped in the class's group: they are in it), and ends the way in.
pub async fn link(
    tx: &mut Tx,
    account: AccountId,
    name: &str,
    child: &Child,
    scanned: bool,
    now: Timestamp,
) -> Result<Linked, sqlx::Error> {
    let school = child.school;
    let person = match accounts::person_of(tx, account, school).await? {
        Some(person) => person,
        None => {
            let person = match accounts::person_elsewhere(tx, account, school).await? {
                Some(person) => person,
                None => {
                    let person = PersonId(fresh_id(now));
                    store::add_persons(tx, school, &[(person, shown(name))], now).await?;
                    person
                }
            };
            accounts::join(tx, &[(account, school, person)]).await?;
            person
        }
    };
    store::add_guardians(tx, school, &[(child.id, person)], now).await?;
    end_arrival(tx, account, child, now).await?;
    let open = tasks(tx, &[school]).await?;
    let kept = take_pending(tx, account, school, now).await?;
    // A payment tapped in another class's group is for the child who is there: it waits for that child's slip.
    let (kept, for_another): (Vec<Pending>, Vec<Pending>) = kept
        .into_iter()
        .partition(|kept| is_for(kept, child, &open));
    keep_pending(tx, &for_another).await?;
    let act = |kept: &Pending| {
        let task = open
            .iter()
            .find(|task| task.id == kept.task && task.is_open())?;
        Some(Act {
            school,
            task: task.id,
            person: Some(person),
            child: (!task.kind.is_household()).then_some(child.id),
            verb: kept.verb,
            evidence: Evidence::Said,
            at: kept.at,
        })
    };
    let acts: Vec<Act> = kept
        .iter()
        .filter(|kept| kept.verb != Verb::Undo)
        .filter_map(act)
        .collect();
    add_acts(tx, &acts, now).await?;
    if scanned {
        show_scan(tx, school, person, now).await?;
    }
    if kept.iter().any(|kept| kept.class == Some(child.class)) {
        let shown = open.iter().filter(|task| task.kind == TaskKind::Group);
        let act = |task: &Task| Act {
            school,
            task: task.id,
            person: Some(person),
            child: Some(child.id),
            verb: Verb::Done,
            evidence: Evidence::Shown,
            at: now,
        };
        add_acts(tx, &shown.map(act).collect::<Vec<_>>(), now).await?;
    }
    let classes = refold(tx, school, person).await?;
    Ok(Linked {
        counted: !acts.is_empty(),
        classes,
    })
}

fn is_for(kept: &Pending, child: &Child, tasks: &[Task]) -> bool {
    let task = tasks.iter().find(|task| task.id == kept.task);
    task.is_none_or(|task| task.kind.is_household())
        || kept.class.is_none_or(|class| class == child.class)
}

/// They are in; only who waits for the word of another class's teacher, about another child, goes on waiting.
async fn end_arrival(
    tx: &mut Tx,
    account: AccountId,
    child: &Child,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let waiting = arrivals::arrivals(tx, &[account], now).await?;
    let elsewhere = waiting.iter().any(|arrival| {
        arrival.step == Step::Teacher && arrival.class.is_some_and(|class| class != child.class)
    });
    if elsewhere {
        return Ok(());
    }
    arrivals::end(tx, account).await
}

/// Takes a person's own link to a child away, and takes back what they said of that child alone: a payment
/// is the child's and would stay without its payer.
pub async fn unlink(
    tx: &mut Tx,
    person: PersonId,
    child: &Child,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let mut said: BTreeMap<TaskId, Act> = BTreeMap::new();
    for act in acts(tx, &[child.id], &[]).await? {
        let own = act.person == Some(person) && act.evidence < Evidence::Teacher;
        if own && act.child == Some(child.id) {
            said.insert(act.task, act);
        }
    }
    let undone: Vec<Act> = said
        .into_values()
        .filter(|act| act.verb != Verb::Undo)
        .map(|act| Act {
            verb: Verb::Undo,
            evidence: Evidence::Said,
            at: now,
            ..act
        })
        .collect();
    add_acts(tx, &undone, now).await?;
    store::remove_guardians(tx, child.school, &[(child.id, person)]).await?;
    links::refold(tx, &[child.id]).await
}

/// Who scanned the paper can scan. Nothing is added when that is shown already.
pub(super) async fn show_scan(
    tx: &mut Tx,
    school: SchoolId,
    person: PersonId,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let said = acts(tx, &[], &[person]).await?;
    let is_shown = |task: &Task| {
        let last = said.iter().rfind(|act| act.task == task.id);
        last.is_some_and(|act| act.verb == Verb::Done && act.evidence >= Evidence::Shown)
    };
    let open = tasks(tx, &[school]).await?;
    let to_show = open
        .iter()
        .filter(|task| task.kind == TaskKind::Scan && task.is_open() && !is_shown(task));
    let act = |task: &Task| Act {
        school,
        task: task.id,
        person: Some(person),
        child: None,
        verb: Verb::Done,
        evidence: Evidence::Shown,
        at: now,
    };
    add_acts(tx, &to_show.map(act).collect::<Vec<_>>(), now).await
}

/// What a household did reaches all its children, those linked before too. Returns the classes they are in.
pub(super) async fn refold(
    tx: &mut Tx,
    school: SchoolId,
    person: PersonId,
) -> Result<Vec<ClassId>, sqlx::Error> {
    let children: Vec<ChildId> = store::guardians_children(tx, person).await?;
    links::refold(tx, &children).await?;
    let known = store::children(tx, &children).await?;
    Ok(known
        .values()
        .filter(|child| child.school == school)
        .map(|child| child.class)
        .collect())
}

/// The name they show on the platform, in one line.
pub(super) fn shown(name: &str) -> String {
    let name: String = clean(name).chars().take(LONGEST_NAME).collect();
    if name.is_empty() {
        texts::SOMEBODY.to_owned()
    } else {
        name
    }
}
