//! Counting everything anew from the acts, to prove the tallies or to find where they went wrong.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::store::{all_acts, all_families, tallies, tasks};
use super::{Act, Standing, fold};
use crate::db::Tx;
use crate::domain::{ChildId, ClassId, State, TaskId};
use crate::roster::{School, store};

/// What does not agree. Empty when all is well.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Families whose stored state is not the fold of their acts: stored, counted.
    pub families: Vec<(TaskId, ChildId, State, State)>,
    /// Tallies that are not the number of families: stored, counted.
    pub tallies: Vec<(ClassId, TaskId, State, i64, i64)>,
}

impl Difference {
    pub fn is_none(&self) -> bool {
        self.families.is_empty() && self.tallies.is_empty()
    }
}

/// Where every enrolled family stands by its acts alone.
pub async fn count(
    tx: &mut Tx,
    school: &School,
) -> Result<HashMap<(TaskId, ChildId), (ClassId, Standing)>, sqlx::Error> {
    let acts = all_acts(tx, school.id).await?;
    let guardians = store::guardians(tx, school.id).await?;
    let known: HashSet<TaskId> = tasks(tx, &[school.id])
        .await?
        .into_iter()
        .map(|task| task.id)
        .collect();
    let mut reaching: HashMap<(TaskId, ChildId), Vec<&Act>> = HashMap::new();
    for act in acts.iter().filter(|act| known.contains(&act.task)) {
        let own = act.child.map(|child| vec![child]);
        let household = || {
            act.person
                .and_then(|person| guardians.get(&person).cloned())
                .unwrap_or_default()
        };
        for child in own.unwrap_or_else(household) {
            reaching.entry((act.task, child)).or_default().push(act);
        }
    }
    let classes: HashMap<ChildId, ClassId> = store::roll(tx, school.id, &school.year)
        .await?
        .into_iter()
        .filter_map(|child| child.class.map(|class| (child.id, class)))
        .collect();
    let standing = |((task, child), acts): ((TaskId, ChildId), Vec<&Act>)| {
        classes
            .get(&child)
            .map(|class| ((task, child), (*class, fold::fold(acts))))
    };
    Ok(reaching.into_iter().filter_map(standing).collect())
}

/// Compares stored families and tallies with a count from the acts.
pub async fn check(tx: &mut Tx, school: &School) -> Result<Difference, sqlx::Error> {
    let counted = count(tx, school).await?;
    let stored = all_families(tx, school.id).await?;
    let mut difference = Difference::default();
    let mut expected: BTreeMap<(ClassId, TaskId, State), i64> = BTreeMap::new();
    for ((task, child), (class, standing)) in &counted {
        let kept = stored
            .get(&(*task, *child))
            .map_or(State::Unknown, |kept| kept.state);
        if kept != standing.state {
            difference
                .families
                .push((*task, *child, kept, standing.state));
        }
        if standing.state != State::Unknown {
            *expected.entry((*class, *task, standing.state)).or_insert(0) += 1;
        }
    }
    // Tallies of earlier years stay as they were; this year's tasks are counted.
    let known: HashSet<TaskId> = tasks(tx, &[school.id])
        .await?
        .into_iter()
        .map(|task| task.id)
        .collect();
    let mut kept: BTreeMap<(ClassId, TaskId, State), i64> = BTreeMap::new();
    for ((class, task), counts) in tallies(tx, school.id)
        .await?
        .into_iter()
        .filter(|((_, task), _)| known.contains(task))
    {
        kept.extend(
            counts
                .known()
                .map(|(state, families)| ((class, task, state), families)),
        );
    }
    let keys: HashSet<_> = expected.keys().chain(kept.keys()).copied().collect();
    for key @ (class, task, state) in keys {
        let (is, should) = (
            kept.get(&key).copied().unwrap_or(0),
            expected.get(&key).copied().unwrap_or(0),
        );
        if is != should {
            difference.tallies.push((class, task, state, is, should));
        }
    }
    difference.families.sort();
    difference.tallies.sort();
    Ok(difference)
}
