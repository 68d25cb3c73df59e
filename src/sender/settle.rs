//! Writes back what became of rows: whatever came meanwhile in one transaction, again until it is written.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::app::App;
use crate::bots::budget;
use crate::domain::{Bot, OutboxId};
use crate::intake::now;
use crate::outbox::{self, Outcome};

/// Outcomes in one transaction.
const MOST: usize = 1_000;
/// Nothing waits for the outcome of a tap's answer, so they gather this long and share one sync to disk.
const GATHER: Duration = Duration::from_millis(150);
/// A database that is away or full is asked again after this.
const PAUSE: Duration = Duration::from_secs(1);

/// Ends when everybody who sends has ended and everything is written.
pub async fn settle_all(
    app: Arc<App>,
    bot: Bot,
    mut from: mpsc::UnboundedReceiver<(OutboxId, Outcome)>,
) {
    let mut taken = Vec::with_capacity(MOST);
    while from.recv_many(&mut taken, MOST).await > 0 {
        let nobody_waits = taken
            .iter()
            .all(|(_, outcome)| *outcome == Outcome::Answered);
        if nobody_waits && !from.is_closed() {
            tokio::time::sleep(GATHER).await;
            while taken.len() < MOST
                && let Ok(more) = from.try_recv()
            {
                taken.push(more);
            }
        }
        while let Err(error) = write(&app, &bot, &taken).await {
            tracing::error!(rows = taken.len(), %error, "outcomes not written yet");
            tokio::time::sleep(PAUSE).await;
        }
        // What stood behind them in their chats may go now.
        if taken
            .iter()
            .any(|(_, outcome)| *outcome != Outcome::Answered)
        {
            app.ring();
        }
        taken.clear();
    }
}

async fn write(app: &App, bot: &Bot, outcomes: &[(OutboxId, Outcome)]) -> Result<(), sqlx::Error> {
    let mut tx = app.db().begin().await?;
    outbox::settle(&mut tx, outcomes, now()).await?;
    if bot.channel.is_counted_by_month() {
        let unsent = |(_, outcome): &&(OutboxId, Outcome)| matches!(outcome, Outcome::Later { .. });
        let unsent = i64::try_from(outcomes.iter().filter(unsent).count()).unwrap_or(0);
        if unsent > 0 {
            budget::note(&mut tx, bot.id, 0, -unsent, now()).await?;
        }
    }
    tx.commit().await
}
