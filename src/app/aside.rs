//! What becomes of an update that cannot be applied: it is set aside, so that the rest goes on, and can be tried again
//! when what was wrong is mended.

use std::panic::AssertUnwindSafe;

use anyhow::Context as _;
use futures_util::FutureExt as _;

use super::{App, Handled, Heard};
use crate::bots;
use crate::domain::message::Update;
use crate::domain::{Bot, Timestamp};
use crate::facts::{Facts, Turn};
use crate::feature::help;
use crate::inbox;
use crate::outbox;
use crate::render::render;

impl App {
    /// Applies an update that was set aside, now that what was wrong is mended: once, in the same transaction that
    /// takes it out. None when no such update stands aside; when it fails again it stays there with the new reason.
    pub async fn replay(
        &self,
        bot: &Bot,
        external_id: &str,
        now: Timestamp,
    ) -> anyhow::Result<Option<Handled>> {
        let mut tx = self.db.begin().await?;
        let Some(update) = inbox::take_aside(&mut tx, bot.id, external_id).await? else {
            return Ok(None);
        };
        // Redacted when it came.
        let heard = vec![Heard {
            update: update.clone(),
            secret: false,
        }];
        let work = AssertUnwindSafe(self.work_through(tx, bot, heard, now));
        let done = work.catch_unwind().await;
        let failure = match done.map_err(|_| Failure::panicked()) {
            Ok(Ok(applied)) => {
                return Ok(Some(Handled { applied, aside: 0 }));
            }
            Ok(Err(failure)) | Err(failure) => failure,
        };
        if failure.is_of_the_database() {
            return Err(failure.error);
        }
        let mut tx = self.db.begin().await?;
        let reason = format!("{:#}", failure.error);
        inbox::set_aside(&mut tx, bot.id, &update, &reason, now).await?;
        tx.commit().await?;
        Ok(Some(Handled {
            applied: 0,
            aside: 1,
        }))
    }

    pub(super) async fn set_aside(
        &self,
        bot: &Bot,
        one: &Heard,
        failure: &Failure,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let reason = format!("{:#}", failure.error);
        tracing::error!(bot = bot.id.0, update = %one.update.external_id, reason, "update set aside");
        metrics::counter!("lopso_set_aside_total").increment(1);
        let mut tx = self.db.begin().await?;
        inbox::set_aside(&mut tx, bot.id, &one.update, &reason, now).await?;
        tx.commit().await.context("cannot set an update aside")?;
        // It stands aside now; whether its author can be told must not decide whether the rest goes on.
        if let Err(error) = self.say_sorry(bot, &one.update, now).await {
            tracing::warn!(
                bot = bot.id.0,
                error = format!("{error:#}"),
                "author of a set-aside update not told"
            );
        }
        Ok(())
    }

    async fn say_sorry(&self, bot: &Bot, update: &Update, now: Timestamp) -> anyhow::Result<()> {
        let mut tx = self.db.begin().await?;
        let facts = Facts::faces(&mut tx, bot, update, now).await?;
        let turn = facts.turn(update).filter(Turn::addressed);
        let sorry = turn.map(|turn| help::sorry(&turn)).unwrap_or_default();
        let bots = bots::all(&mut tx).await?;
        let drafts = render(sorry.says, bot, facts.boards(), &bots);
        outbox::add(&mut tx, &drafts, now).await?;
        tx.commit().await?;
        self.ring();
        Ok(())
    }
}

/// Why a batch failed: the database's fault (try again later), or that of one update (set it aside).
pub(super) struct Failure {
    pub error: anyhow::Error,
    by_database: bool,
}

impl Failure {
    pub fn panicked() -> Self {
        Self {
            error: anyhow::anyhow!("panicked while deciding"),
            by_database: false,
        }
    }

    pub fn is_of_the_database(&self) -> bool {
        self.by_database
    }
}

impl From<sqlx::Error> for Failure {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "sqlx may add errors; what we do not know is the database's fault, so nothing is lost"
    )]
    fn from(error: sqlx::Error) -> Self {
        // A value the tables refuse or a row nobody can read is this update's fault; a full disk, a
        // lost connection or a deadlock is not, and no update may be lost to it.
        let by_update = match &error {
            sqlx::Error::Database(refused) => {
                refused.is_unique_violation()
                    || refused.is_check_violation()
                    || refused.is_foreign_key_violation()
                    || refused.code().is_some_and(|code| code.starts_with("22"))
            }
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::Encode(_) => {
                true
            }
            _ => false,
        };
        Self {
            error: error.into(),
            by_database: !by_update,
        }
    }
}
