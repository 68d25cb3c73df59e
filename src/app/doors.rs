//! The desk's part for who comes in: people by a code or the teacher's word, groups by `/ganlop`.
//!
//! Each of these is rare, reads and writes the tables itself, and changes who is who; so the desk writes first
//! what was decided before it, and afterwards loads anew what the batch knows.

use super::Failure;
use super::desk::Desk;
use crate::db::Tx;
use crate::domain::message::{Update, What};
use crate::domain::{AccountId, Answer, ChildId, ClassId, Purpose};
use crate::facts::Facts;
use crate::feature::group::{self, Bound};
use crate::feature::join::{self, Joined};
use crate::feature::{confirm, help};
use crate::outbox;
use crate::roster::accounts;
use crate::understand::codes::Code;

impl Desk<'_> {
    pub(super) async fn by_code(
        &mut self,
        tx: &mut Tx,
        update: &Update,
        code: &Code,
    ) -> Result<(), Failure> {
        self.flush(tx).await?;
        let Some(turn) = self.facts.turn(update) else {
            return Ok(());
        };
        let joined = join::by_code(tx, self.key, &turn, code, self.now).await?;
        self.joined(tx, joined).await
    }

    pub(super) async fn family(&mut self, tx: &mut Tx, update: &Update) -> Result<(), Failure> {
        self.flush(tx).await?;
        let Some(turn) = self.facts.turn(update) else {
            return Ok(());
        };
        let effects = join::family(tx, &turn, self.now).await?;
        self.joined(tx, effects.into()).await
    }

    pub(super) async fn consent(
        &mut self,
        tx: &mut Tx,
        update: &Update,
        purpose: Purpose,
        answer: Answer,
    ) -> Result<(), Failure> {
        self.flush(tx).await?;
        let Some(turn) = self.facts.turn(update) else {
            return Ok(());
        };
        let joined = join::consent(tx, &turn, purpose, answer, self.now).await?;
        self.joined(tx, joined).await
    }

    pub(super) async fn no_reminders(
        &mut self,
        tx: &mut Tx,
        update: &Update,
    ) -> Result<(), Failure> {
        let Some(turn) = self.facts.turn(update) else {
            return Ok(());
        };
        let effects = join::no_reminders(tx, &turn, self.now).await?;
        self.accept(effects);
        Ok(())
    }

    pub(super) async fn in_class(
        &mut self,
        tx: &mut Tx,
        update: &Update,
        class: ClassId,
    ) -> Result<(), Failure> {
        let Some(turn) = self.facts.turn(update) else {
            return Ok(());
        };
        let effects = join::in_class(tx, &turn, class).await?;
        self.joined(tx, effects.into()).await
    }

    /// Words of somebody from whom the way in waits for a name; false when they are something else.
    pub(super) async fn named(
        &mut self,
        tx: &mut Tx,
        update: &Update,
        text: &str,
    ) -> Result<bool, Failure> {
        let Some(turn) = self.facts.turn(update) else {
            return Ok(false);
        };
        let Some(effects) = join::words(tx, &turn, text, self.now).await? else {
            return Ok(false);
        };
        self.joined(tx, effects.into()).await?;
        Ok(true)
    }

    pub(super) async fn admit(
        &mut self,
        tx: &mut Tx,
        update: &Update,
        account: AccountId,
        child: ChildId,
    ) -> Result<(), Failure> {
        self.flush(tx).await?;
        let Some(turn) = self.facts.turn(update) else {
            return Ok(());
        };
        match join::admit(tx, &turn, account, child, self.now).await? {
            Some(joined) => self.joined(tx, joined).await,
            None => self.or_not_for_you(update, None),
        }
    }

    pub(super) async fn refuse(
        &mut self,
        tx: &mut Tx,
        update: &Update,
        account: AccountId,
        class: ClassId,
    ) -> Result<(), Failure> {
        self.flush(tx).await?;
        let Some(turn) = self.facts.turn(update) else {
            return Ok(());
        };
        match join::refuse(tx, &turn, account, class, self.now).await? {
            Some(effects) => self.joined(tx, effects.into()).await,
            None => self.or_not_for_you(update, None),
        }
    }

    pub(super) async fn not_mine(
        &mut self,
        tx: &mut Tx,
        update: &Update,
        child: ChildId,
    ) -> Result<(), Failure> {
        self.flush(tx).await?;
        let Some(turn) = self.facts.turn(update) else {
            return Ok(());
        };
        let joined = join::not_mine(tx, &turn, child, self.now).await?;
        self.joined(tx, joined).await
    }

    async fn joined(&mut self, tx: &mut Tx, joined: Joined) -> Result<(), Failure> {
        self.reload(tx).await?;
        self.facts.touch(joined.classes);
        self.accept(joined.effects);
        Ok(())
    }

    /// Everything the batch knows, as the tables have it after what was decided so far.
    async fn reload(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        self.flush(tx).await?;
        let touched = self.facts.take_touched();
        self.facts = Facts::load(tx, self.bot, self.updates, self.now).await?;
        self.facts.touch(touched);
        Ok(())
    }

    pub(super) async fn bind_group(
        &mut self,
        tx: &mut Tx,
        update: &Update,
        wish: Wish<'_>,
    ) -> Result<(), Failure> {
        self.flush(tx).await?;
        let Some(turn) = self.facts.turn(update) else {
            return Ok(());
        };
        let bound = match wish {
            Wish::Asked(words) => group::ask(tx, &turn, words).await?,
            Wish::Class { class, instead } => group::bind(tx, &turn, class, instead).await?,
            Wish::Staff => group::bind_staff(tx, &turn).await?,
        };
        match bound {
            Some(bound) => self.bound(tx, update, bound).await,
            None => {
                self.decide(update, |_, turn| help::not_for_you(turn));
                Ok(())
            }
        }
    }

    /// What happened to the chat itself; false when nothing did.
    pub(super) async fn happened(&mut self, tx: &mut Tx, update: &Update) -> Result<bool, Failure> {
        match &update.what {
            What::Presence { here } => {
                let Some(turn) = self.facts.turn(update) else {
                    return Ok(true);
                };
                let bound = group::presence(tx, &turn, *here, self.now).await?;
                self.bound(tx, update, bound).await?;
                Ok(true)
            }
            What::Moved { to } => {
                self.moved(tx, update, to).await?;
                Ok(true)
            }
            What::Text { .. } | What::Tap { .. } | What::Attachment { .. } => Ok(false),
        }
    }

    async fn bound(&mut self, tx: &mut Tx, update: &Update, bound: Bound) -> Result<(), Failure> {
        let (effects, class) = match bound {
            Bound::Said(effects) => (effects, None),
            Bound::Class(effects, class) => (effects, Some(class)),
        };
        self.reload(tx).await?;
        self.accept(effects);
        if let (Some(class), Some(turn)) = (class, self.facts.turn(update)) {
            let board = confirm::board_in(&self.facts, class, turn.bot(), turn.chat.id, self.now);
            self.say(board);
        }
        Ok(())
    }

    /// The class keeps its group when the platform gives it another id; its board is hung there anew.
    async fn moved(&mut self, tx: &mut Tx, update: &Update, to: &str) -> Result<(), Failure> {
        let Some(from) = self.facts.turn(update).map(|turn| turn.chat.id) else {
            return Ok(());
        };
        let chat = accounts::move_chat(tx, self.bot.id, from, to, self.now).await?;
        outbox::follow(tx, from, chat).await?;
        self.reload(tx).await?;
        if let Some((school, class)) = accounts::class_of(tx, chat).await?
            && !outbox::boards(tx, &[class])
                .await?
                .iter()
                .any(|board| board.chat == chat)
        {
            // The batch knows the class by its old chat only, so the board is drawn from the school's own facts.
            let mut facts = Facts::of_school(tx, self.bot, school).await?;
            facts.load_school(tx, school).await?;
            self.say(confirm::board_in(
                &facts,
                class,
                self.bot.id,
                chat,
                self.now,
            ));
        }
        Ok(())
    }
}

/// What a group should become.
pub(super) enum Wish<'a> {
    Asked(&'a str),
    Class { class: ClassId, instead: bool },
    Staff,
}
