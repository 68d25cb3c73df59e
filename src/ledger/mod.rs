//! What was testified, and where each family stands because of it.
//!
//! Acts are append-only. A family's state is a fold of the acts that reach it; tallies are changed by
//! the difference in the same transaction and can be counted anew at any time (`recount`).

pub mod builtin;
pub mod fold;
pub mod links;
pub mod recount;
pub mod store;
mod texts;

use crate::domain::{
    ChildId, ClassId, Evidence, PersonId, SchoolId, State, TaskId, Timestamp, Verb,
};

/// One line of testimony.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    pub school: SchoolId,
    pub task: TaskId,
    /// Who testifies; nobody for a bank line.
    pub person: Option<PersonId>,
    /// The child it is about; none for a household's own act, which reaches all children of the person.
    pub child: Option<ChildId>,
    pub verb: Verb,
    pub evidence: Evidence,
    pub at: Timestamp,
}

/// A family's state and the moment from which it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub state: State,
    pub at: Timestamp,
}

impl Standing {
    pub const UNKNOWN: Standing = Standing {
        state: State::Unknown,
        at: Timestamp(0),
    };
}

/// Families of one class in one task, by state. Unknown families are not in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    by_state: std::collections::BTreeMap<State, i64>,
}

impl Counts {
    pub fn add(&mut self, state: State, families: i64) {
        if state != State::Unknown && families != 0 {
            *self.by_state.entry(state).or_insert(0) += families;
        }
    }

    pub fn merge(&mut self, other: &Counts) {
        for (state, families) in &other.by_state {
            self.add(*state, *families);
        }
    }

    pub fn of(&self, state: State) -> i64 {
        self.by_state.get(&state).copied().unwrap_or(0)
    }

    pub fn done(&self) -> i64 {
        Evidence::ALL
            .iter()
            .map(|evidence| self.of(State::Done(*evidence)))
            .sum()
    }

    pub fn exempt(&self) -> i64 {
        self.of(State::Exempt)
    }

    /// What is left of `families` when every known state is taken away.
    pub fn unknown(&self, families: i64) -> i64 {
        families - self.by_state.values().sum::<i64>()
    }

    pub fn known(&self) -> impl Iterator<Item = (State, i64)> {
        self.by_state
            .iter()
            .filter(|(_, families)| **families != 0)
            .map(|(state, families)| (*state, *families))
    }
}

/// The change of one family in one task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    pub school: SchoolId,
    pub class: ClassId,
    pub task: TaskId,
    pub child: ChildId,
    pub from: State,
    pub to: Standing,
}
