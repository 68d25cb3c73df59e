//! What must follow when the roster changes under the ledger: a guardian linked or removed, a child
//! moved to another class or gone. Each keeps the tallies equal to a recount in its own transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::store::{Shifts, acts, add_acts, apply, families, shift_tallies, tasks};
use super::{Act, Change, Standing, fold};
use crate::db::Tx;
use crate::domain::{
    ChildId, ClassId, Evidence, PersonId, SchoolId, State, TaskId, TaskKind, Timestamp, Verb,
};
use crate::roster::{Child, store};

/// Does this act reach this child's family?
pub fn reaches(act: &Act, child: ChildId, guardians: &[PersonId]) -> bool {
    match act.child {
        Some(named) => named == child,
        None => act.person.is_some_and(|person| guardians.contains(&person)),
    }
}

/// Every act about one of these children or of one of their guardians.
async fn acts_reaching(
    tx: &mut Tx,
    children: &HashMap<ChildId, Child>,
) -> Result<Vec<Act>, sqlx::Error> {
    let ids: Vec<_> = children.keys().copied().collect();
    let guardians: Vec<_> = children
        .values()
        .flat_map(|child| child.guardians.iter().copied())
        .collect();
    acts(tx, &ids, &guardians).await
}

/// Folds the families of these children anew, after their guardians changed.
pub async fn refold(tx: &mut Tx, ids: &[ChildId]) -> Result<(), sqlx::Error> {
    let children = store::children(tx, ids).await?;
    let acts = acts_reaching(tx, &children).await?;
    let before = families(tx, ids).await?;
    let schools: BTreeSet<SchoolId> = children.values().map(|child| child.school).collect();
    let schools: Vec<SchoolId> = schools.into_iter().collect();
    // What was counted in an earlier year, in other classes, stays as it was.
    let in_force: BTreeSet<TaskId> = tasks(tx, &schools)
        .await?
        .iter()
        .map(|task| task.id)
        .collect();
    let mut changes = Vec::new();
    for child in children.values() {
        changes.extend(changes_of(child, &acts, &before));
    }
    changes.retain(|change| in_force.contains(&change.task));
    changes.sort_by_key(|change| (change.school, change.child, change.task));
    apply(tx, &changes).await
}

fn changes_of(
    child: &Child,
    acts: &[Act],
    before: &HashMap<(TaskId, ChildId), Standing>,
) -> Vec<Change> {
    let mut by_task: HashMap<TaskId, Vec<&Act>> = HashMap::new();
    for act in acts
        .iter()
        .filter(|act| reaches(act, child.id, &child.guardians))
    {
        by_task.entry(act.task).or_default().push(act);
    }
    // A family whose every act lost its link must fall back to unknown, so its old tasks count too.
    for (task, _) in before.keys().filter(|(_, id)| *id == child.id) {
        by_task.entry(*task).or_default();
    }
    let change = |(task, acts): (TaskId, Vec<&Act>)| {
        let from = before
            .get(&(task, child.id))
            .copied()
            .unwrap_or(Standing::UNKNOWN);
        let to = fold::fold(acts);
        (from != to).then_some(Change {
            school: child.school,
            class: child.class,
            task,
            child: child.id,
            from: from.state,
            to,
        })
    };
    by_task.into_iter().filter_map(change).collect()
}

/// Where a child was counted and where it is counted now; None means in no class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    pub child: ChildId,
    pub from: Option<ClassId>,
    pub to: Option<ClassId>,
}

/// Carries the families of moved children from the old class's tallies to the new one's. A child that
/// was in no class stood in no tally, and its family may have spoken meanwhile: it is folded anew.
pub async fn moved(
    tx: &mut Tx,
    school: SchoolId,
    moves: &[Move],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let ids: Vec<ChildId> = moves.iter().map(|moved| moved.child).collect();
    let by_child: HashMap<ChildId, &Move> =
        moves.iter().map(|moved| (moved.child, moved)).collect();
    let mut shifts = Shifts::default();
    for ((task, child), standing) in families(tx, &ids).await? {
        let Some(Move {
            from: Some(from),
            to,
            ..
        }) = by_child.get(&child)
        else {
            continue;
        };
        shifts.add(school, *from, task, standing.state, -1);
        if let Some(class) = to {
            shifts.add(school, *class, task, standing.state, 1);
        }
    }
    shift_tallies(tx, shifts).await?;
    let back: Vec<ChildId> = moves
        .iter()
        .filter(|moved| moved.from.is_none())
        .map(|moved| moved.child)
        .collect();
    come_back(tx, school, &back).await?;
    leave_groups(tx, school, moves, now).await
}

/// Whoever was seen in the group of the class before has yet to be seen in that of the new one.
async fn leave_groups(
    tx: &mut Tx,
    school: SchoolId,
    moves: &[Move],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let tasks = tasks(tx, &[school]).await?;
    let is_group = |id: TaskId| {
        let task = tasks.iter().find(|task| task.id == id);
        task.is_some_and(|task| task.kind == TaskKind::Group)
    };
    let moved: Vec<ChildId> = moves.iter().map(|moved| moved.child).collect();
    let mut last: BTreeMap<(TaskId, Option<ChildId>, Option<PersonId>), Act> = BTreeMap::new();
    for act in acts(tx, &moved, &[]).await? {
        if is_group(act.task) && act.evidence == Evidence::Shown {
            last.insert((act.task, act.child, act.person), act);
        }
    }
    let seen = last.into_values().filter(|act| act.verb == Verb::Done);
    let undone: Vec<Act> = seen
        .map(|act| Act {
            verb: Verb::Undo,
            at: now,
            ..act
        })
        .collect();
    if undone.is_empty() {
        return Ok(());
    }
    add_acts(tx, &undone, now).await?;
    refold(tx, &moved).await
}

/// Counts children that are in a class again, in the tasks of this year: where their families stand
/// by now, not where they stood when they left. Earlier years stay as they were.
async fn come_back(tx: &mut Tx, school: SchoolId, ids: &[ChildId]) -> Result<(), sqlx::Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let children = store::children(tx, ids).await?;
    let acts = acts_reaching(tx, &children).await?;
    let stored = families(tx, ids).await?;
    let mut changes = Vec::new();
    for task in tasks(tx, &[school]).await? {
        for child in children.values() {
            let reaching =
                |act: &&Act| act.task == task.id && reaches(act, child.id, &child.guardians);
            let to = fold::fold(acts.iter().filter(reaching));
            if to == Standing::UNKNOWN && !stored.contains_key(&(task.id, child.id)) {
                continue;
            }
            let (school, class) = (child.school, child.class);
            changes.push(Change {
                school,
                class,
                task: task.id,
                child: child.id,
                from: State::Unknown,
                to,
            });
        }
    }
    changes.sort_by_key(|change| (change.school, change.child, change.task));
    apply(tx, &changes).await
}
