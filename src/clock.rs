//! What is due by time: reminders that waited, the house-keeping once an hour, the back-up once a day.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::app::App;
use crate::backup::Secret;
use crate::backup::daily::Daily;
use crate::config;
use crate::domain::Timestamp;
use crate::feature::confirm::PENDING_MS;
use crate::feature::{erase, remind};
use crate::intake::now;
use crate::roster::{accounts, arrivals, chats, invites, staff};
use crate::{inbox, ledger, outbox};

/// How late something due may be.
const TICK: Duration = Duration::from_secs(5);
const TIDY_UP_EVERY: Duration = Duration::from_secs(3600);

pub async fn tick_forever(app: Arc<App>) {
    let mut tidied: Option<Instant> = None;
    loop {
        if let Err(error) = app.do_what_is_due(now()).await {
            tracing::error!(error = format!("{error:#}"), "what is due not done");
        }
        if tidied.is_none_or(|at| at.elapsed() >= TIDY_UP_EVERY) {
            if let Err(error) = tidy_up(&app, now()).await {
                tracing::error!(error = format!("{error:#}"), "house-keeping failed");
            }
            tidied = Some(Instant::now());
        }
        tokio::time::sleep(TICK).await;
    }
}

/// How often it is asked whether a back-up is due, and after which pause again when it failed: a full disk does not
/// empty itself within minutes.
const LOOK_EVERY: Duration = Duration::from_secs(60);
const AFTER_FAILURE: Duration = Duration::from_secs(3600);

/// Makes the daily back-up, and writes deletions down beside it within seconds. When it cannot, everything else goes
/// on. Never ends, also where it is turned off.
pub async fn back_up_forever(app: Arc<App>, config: config::Backup, passphrase: Option<String>) {
    let secret = Secret {
        key: app.key().clone(),
        passphrase,
    };
    let Some(daily) = Daily::new(&config, secret) else {
        return std::future::pending().await;
    };
    let mut next = Instant::now();
    loop {
        if Instant::now() >= next {
            next = Instant::now() + LOOK_EVERY;
            match daily.look(app.db(), now()).await {
                Ok(Some(path)) => tracing::info!(?path, "backed up"),
                Ok(None) => {}
                Err(problem) => {
                    tracing::error!(%problem, "not backed up");
                    next = Instant::now() + AFTER_FAILURE;
                }
            }
        }
        if let Err(problem) = daily.list_deleted_lately(app.db(), now()).await {
            tracing::error!(%problem, "deletions not written down beside the back-ups");
        }
        tokio::time::sleep(TICK).await;
    }
}

/// Forgets what has served its time: answers of people who were never linked (48 h), keys of applied
/// updates and set-aside ones (a week), sent messages nobody can answer any more, accounts that only passed by.
pub async fn tidy_up(app: &App, now: Timestamp) -> anyhow::Result<()> {
    let mut tx = app.db().begin().await?;
    let pending = ledger::store::drop_expired_pending(&mut tx, now).await?;
    let updates = inbox::forget_old(&mut tx, now).await?;
    let messages = outbox::forget_old(&mut tx, now).await?;
    let reminders = remind::store::forget_old(&mut tx, now).await?;
    let arrivals = arrivals::forget_old(&mut tx, now).await?;
    let codes = invites::forget_old(&mut tx, now).await?;
    let strangers = accounts::forget_strangers(&mut tx, now.plus_ms(-PENDING_MS)).await?;
    let substitutes = staff::forget_substitutes(&mut tx, now).await?;
    let requests = erase::store::forget_old(&mut tx, now).await?;
    let chats = chats::forget_empty(&mut tx).await?;
    tx.commit().await?;
    if pending
        + updates
        + messages
        + arrivals
        + codes
        + reminders
        + strangers
        + substitutes
        + requests
        + chats
        > 0
    {
        tracing::info!(
            pending,
            updates,
            messages,
            arrivals,
            codes,
            reminders,
            strangers,
            substitutes,
            requests,
            chats,
            "forgot what has served its time"
        );
    }
    Ok(())
}
