//! The desk's part for reminders: asked for by a person, or become due by the clock.

use super::desk::Desk;
use super::{App, Failure};
use crate::bots;
use crate::db::Tx;
use crate::domain::message::Update;
use crate::domain::time::MINUTE_MS;
use crate::domain::{ClassId, SchoolId, TaskId, Timestamp};
use crate::facts::Facts;
use crate::feature::confirm;
use crate::feature::remind::{self, store};
use crate::roster::accounts::class_groups;

/// What could not be done when it was due is tried again after this.
const AGAIN_MS: i64 = 10 * MINUTE_MS;

impl Desk<'_> {
    pub(super) async fn ask_whom(
        &mut self,
        tx: &mut Tx,
        update: &Update,
        asked: &str,
    ) -> Result<(), Failure> {
        self.flush(tx).await?;
        let Some(turn) = self.facts.turn(update) else {
            return Ok(());
        };
        let answer = remind::ask(tx, &turn, asked, self.reminders, self.now).await?;
        self.or_not_for_you(update, answer)
    }

    pub(super) async fn whom_to_remind(
        &mut self,
        tx: &mut Tx,
        update: &Update,
        task: TaskId,
        class: Option<ClassId>,
    ) -> Result<(), Failure> {
        self.flush(tx).await?;
        let Some(turn) = self.facts.turn(update) else {
            return Ok(());
        };
        let Some((scope, task)) = remind::permitted(&turn, task, class) else {
            return self.or_not_for_you(update, None);
        };
        let answer = remind::preview(tx, &turn, scope, &task, self.reminders, self.now).await?;
        self.accept(answer);
        Ok(())
    }

    pub(super) async fn remind(
        &mut self,
        tx: &mut Tx,
        update: &Update,
        task: TaskId,
        class: Option<ClassId>,
    ) -> Result<(), Failure> {
        self.flush(tx).await?;
        let Some(turn) = self.facts.turn(update) else {
            return Ok(());
        };
        let Some((scope, task)) = remind::permitted(&turn, task, class) else {
            return self.or_not_for_you(update, None);
        };
        self.facts.load_school(tx, task.school).await?;
        let Some(turn) = self.facts.turn(update) else {
            return Ok(());
        };
        let sent = remind::send(tx, &turn, scope, &task, self.reminders, self.now).await?;
        let (effects, classes) = sent;
        self.accept(effects);
        self.post_boards_of(tx, task.school, &classes).await
    }

    pub(super) async fn remind_later(
        &mut self,
        tx: &mut Tx,
        update: &Update,
        task: TaskId,
    ) -> Result<(), Failure> {
        let Some(turn) = self.facts.turn(update) else {
            return Ok(());
        };
        let answer = remind::later(tx, &turn, task, self.reminders, self.now).await?;
        self.or_not_for_you(update, answer)
    }

    /// A fresh board under the line that a reminder wrote into a class's groups.
    async fn post_boards_of(
        &mut self,
        tx: &mut Tx,
        school: SchoolId,
        classes: &[ClassId],
    ) -> Result<(), Failure> {
        let groups = class_groups(tx, school).await?;
        for group in groups.iter().filter(|group| classes.contains(&group.class)) {
            let board =
                confirm::board_in(&self.facts, group.class, group.bot, group.chat, self.now);
            self.say(board);
        }
        Ok(())
    }
}

impl App {
    /// Does what has become due; returns how many things were done. One that fails is tried again later and
    /// stops no other.
    pub async fn do_what_is_due(&self, now: Timestamp) -> anyhow::Result<usize> {
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
            self.to_send.send_replace(());
        }
        Ok(done)
    }

    async fn one_due(&self, id: i64, now: Timestamp) -> Result<(), Failure> {
        let mut tx = self.db.begin().await?;
        let bots = bots::all(&mut tx).await?;
        let (Some(due), Some(bot)) = (store::take(&mut tx, id).await?, bots.first()) else {
            return Ok(());
        };
        let mut facts = Facts::of_school(&mut tx, bot, due.school).await?;
        facts.load_school(&mut tx, due.school).await?;
        let mut desk = Desk::open(bot, self, &[], facts, now);
        let decided = remind::due(&mut tx, &desk.facts, &due, &self.reminders, now).await?;
        let (effects, classes) = decided;
        desk.accept(effects);
        desk.post_boards_of(&mut tx, due.school, &classes).await?;
        desk.close(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }
}
