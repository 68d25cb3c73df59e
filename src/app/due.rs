//! What the clock brings: what had to wait is decided when it is due, through the same desk as an update.

use std::collections::BTreeSet;

use super::desk::Desk;
use super::{App, Failure};
use crate::bots;
use crate::domain::time::MINUTE_MS;
use crate::domain::{Bot, ChatId, SchoolId, Timestamp};
use crate::facts::Facts;
use crate::feature::budget;
use crate::feature::remind::{self, store};
use crate::outbox::{self, Moved};
use crate::render::render;

/// What could not be done when it was due is tried again after this.
const AGAIN_MS: i64 = 10 * MINUTE_MS;
/// Boards drawn in one transaction.
const BOARDS: i64 = 100;

impl App {
    /// Does what has become due; returns how many things were done. One that fails is tried again later and
    /// stops no other. In the quiet of night and holidays nothing is done: a computer that was off at half past
    /// six and is switched on at ten in the evening lets the morning's reminders wait for the next one.
    pub async fn do_what_is_due(&self, now: Timestamp) -> anyhow::Result<usize> {
        if self.is_quiet(now) {
            return Ok(0);
        }
        let mut tx = self.db.read().await?;
        let due = store::due_now(&mut tx, now).await?;
        drop(tx);
        let mut done = 0;
        for id in due {
            match self.one_due(id, now).await {
                Ok(()) => done += 1,
                Err(failure) => {
                    tracing::error!(
                        due = id,
                        error = format!("{:#}", failure.error),
                        "due, not done"
                    );
                    let mut tx = self.db.begin().await?;
                    store::postpone(&mut tx, id, now.plus_ms(AGAIN_MS)).await?;
                    tx.commit().await?;
                }
            }
        }
        if done > 0 {
            self.ring();
        }
        Ok(done)
    }

    /// Tells schools whose bots' messages run out. What is said is written with that it was said.
    pub async fn watch_budgets(&self, now: Timestamp) -> anyhow::Result<()> {
        let mut tx = self.db.begin().await?;
        let bots = bots::all(&mut tx).await?;
        let mut says = Vec::new();
        for bot in bots.iter().filter(|bot| bot.channel.is_counted_by_month()) {
            says.extend(budget::watch(&mut tx, bot, &self.zalo, now).await?.says);
        }
        let Some(bot) = bots.first() else {
            return Ok(());
        };
        let drafts = render(says, bot, &[], &bots);
        outbox::add(&mut tx, &drafts, now).await?;
        tx.commit().await?;
        if !drafts.is_empty() {
            self.ring();
        }
        Ok(())
    }

    /// Gives the boards of a bot that wait for it their new text, as far as their groups may be written to again.
    /// Returns when the next one may, if there is one.
    pub async fn redraw(&self, bot: &Bot, now: Timestamp) -> anyhow::Result<Option<Timestamp>> {
        let can = bot.channel.capabilities();
        let pause_ms = can.redraw_ms;
        // Where nothing can be rewritten it is a message to a whole group, and not for the night.
        if !can.edit && self.is_quiet(now) {
            return Ok(Some(self.reminders.calendar.next_allowed(now)));
        }
        loop {
            let mut tx = self.db.begin().await?;
            let moved = outbox::moved(&mut tx, bot.id, BOARDS).await?;
            let may = |board: &Moved| board.drawn_at.map_or(now, |at| at.plus_ms(pause_ms));
            let due: Vec<Moved> = moved
                .iter()
                .copied()
                .filter(|board| may(board) <= now)
                .collect();
            if due.is_empty() {
                return Ok(moved.iter().map(may).min());
            }
            let schools: BTreeSet<SchoolId> = due.iter().map(|board| board.school).collect();
            let schools: Vec<SchoolId> = schools.into_iter().collect();
            let facts = Facts::of_schools(&mut tx, bot, &schools).await?;
            let mut desk = Desk::open(bot, self, &[], facts, now);
            desk.touch(due.iter().map(|board| board.class));
            desk.close(&mut tx, false)
                .await
                .map_err(|failure| failure.error)?;
            // Whatever could be drawn: none of them is looked at again before something moves, except what was held
            // back just now because its group had its boards of the week.
            let waits = outbox::moved(&mut tx, bot.id, i64::MAX).await?;
            let held_back = |board: &&Moved| {
                let mut waits = waits.iter();
                waits.any(|one| one.chat == board.chat && one.drawn_at == Some(now))
            };
            let done = due.iter().filter(|board| !held_back(board));
            let chats: Vec<ChatId> = done.map(|board| board.chat).collect();
            outbox::note_drawn(&mut tx, &chats, now).await?;
            tx.commit().await?;
            self.ring();
        }
    }

    async fn one_due(&self, id: i64, now: Timestamp) -> Result<(), Failure> {
        let mut tx = self.db.begin().await?;
        let bots = bots::all(&mut tx).await?;
        let (Some(due), Some(bot)) = (store::take(&mut tx, id).await?, bots.first()) else {
            return Ok(());
        };
        let facts = Facts::of_school(&mut tx, bot, due.school).await?;
        let mut desk = Desk::open(bot, self, &[], facts, now);
        let effects = remind::due(&mut tx, &due, &self.reminders, now).await?;
        desk.settle(&mut tx, effects).await?;
        desk.close(&mut tx, false).await?;
        tx.commit().await?;
        Ok(())
    }
}
