//! Writes back what became of rows: whatever came meanwhile in one transaction, again until it is written.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::app::App;
use crate::domain::OutboxId;
use crate::outbox::{self, Outcome};

/// Outcomes in one transaction.
const MOST: usize = 1_000;
/// Nothing waits for the outcome of a tap's answer, so they gather this long and share one sync to disk.
const GATHER: Duration = Duration::from_millis(150);
/// A database that is away or full is asked again after this.
const PAUSE: Duration = Duration::from_secs(1);

/// Ends when everybody who sends has ended and everything is written.
pub async fn settle_all(app: Arc<App>, mut from: mpsc::UnboundedReceiver<(OutboxId, Outcome)>) {
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
        while let Err(error) = write(&app, &taken).await {
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

async fn write(app: &App, outcomes: &[(OutboxId, Outcome)]) -> Result<(), sqlx::Error> {
    let mut tx = app.db().begin().await?;
    outbox::settle(&mut tx, outcomes).await?;
    tx.commit().await
}
