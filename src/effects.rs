//! What a batch decided: acts, kept answers and things to say, written set-wise.

use crate::db::Tx;
use crate::domain::message::{Choice, Say};
use crate::domain::{AccountId, ClassId, Timestamp};
use crate::facts::Turn;
use crate::ledger;
use crate::ledger::store::Pending;
use crate::ledger::{Act, Change};
use crate::roster::chats::ClassGroup;

#[derive(Debug, Default)]
pub struct Effects {
    pub acts: Vec<Act>,
    pub pending: Vec<Pending>,
    pub says: Vec<Say>,
    /// Classes whose boards show something that was written outside of a decision.
    pub moved: Vec<ClassId>,
    /// Groups that get a fresh board.
    pub boards: Vec<ClassGroup>,
    /// Something was written that the batch had read before (who is who, tasks): it is read anew.
    pub read_anew: bool,
    /// Accounts that are nobody's any more, and are forgotten.
    pub forgets: Vec<AccountId>,
    /// Accounts that keep a post of the school's, of whose families nothing is kept.
    pub forgets_family_of: Vec<AccountId>,
}

impl Effects {
    pub fn none() -> Self {
        Self::default()
    }

    pub fn say(say: Say) -> Self {
        Self {
            says: vec![say],
            ..Self::default()
        }
    }

    /// An answer with a family's or a class's own data: it goes to the private chat, and a group that was
    /// asked in reads only `public`.
    pub fn confide(
        turn: &Turn<'_>,
        text: String,
        choices: Vec<Choice>,
        public: &'static str,
    ) -> Self {
        Self::say(Say::Confide {
            to: turn.asker(),
            text,
            choices,
            public,
        })
    }

    pub fn and_say(mut self, say: Say) -> Self {
        self.says.push(say);
        self
    }

    pub fn and_says(mut self, says: impl IntoIterator<Item = Say>) -> Self {
        self.says.extend(says);
        self
    }

    pub fn moving(mut self, classes: impl IntoIterator<Item = ClassId>) -> Self {
        self.moved.extend(classes);
        self
    }

    pub fn and_boards(mut self, groups: impl IntoIterator<Item = ClassGroup>) -> Self {
        self.boards.extend(groups);
        self
    }

    pub fn forgetting(mut self, accounts: Vec<AccountId>) -> Self {
        self.forgets.extend(accounts);
        self
    }

    pub fn and_read_anew(mut self) -> Self {
        self.read_anew = true;
        self
    }

    pub fn and(mut self, other: Effects) -> Self {
        self.extend(other);
        self
    }

    pub fn extend(&mut self, other: Effects) {
        self.acts.extend(other.acts);
        self.pending.extend(other.pending);
        self.says.extend(other.says);
        self.moved.extend(other.moved);
        self.boards.extend(other.boards);
        self.read_anew |= other.read_anew;
        self.forgets.extend(other.forgets);
        self.forgets_family_of.extend(other.forgets_family_of);
    }

    /// Writes acts, families, tallies and kept answers. What is to be said stays, to be rendered at
    /// the end of the batch.
    pub async fn write_ledger(
        &mut self,
        tx: &mut Tx,
        changes: &[Change],
        now: Timestamp,
    ) -> Result<(), sqlx::Error> {
        ledger::store::add_acts(tx, &std::mem::take(&mut self.acts), now).await?;
        ledger::store::apply(tx, changes).await?;
        ledger::store::keep_pending(tx, &std::mem::take(&mut self.pending)).await
    }
}
