//! What is due by time: reminders that waited, the house-keeping once an hour, the back-up once a day.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::app::{App, recount};
use crate::backup::Secret;
use crate::backup::daily::Daily;
use crate::bots::budget;
use crate::config;
use crate::domain::{Bot, Timestamp};
use crate::feature::confirm::PENDING_MS;
use crate::feature::{erase, remind};
use crate::intake::now;
use crate::roster::{accounts, arrivals, chats, invites, staff, store};
use crate::{inbox, ledger, outbox};

/// How late something due may be.
const TICK: Duration = Duration::from_secs(5);
/// Boards are not looked for more often than this.
const BREATH: Duration = Duration::from_millis(200);
/// Schools whose tallies are counted anew in an hour.
const SCHOOLS_AN_HOUR: usize = 20;
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
            if let Err(error) = app.watch_budgets(now()).await {
                tracing::error!(error = format!("{error:#}"), "budgets not watched");
            }
            if let Err(error) = count_anew(&app).await {
                tracing::error!(error = format!("{error:#}"), "tallies not counted anew");
            }
            tidied = Some(Instant::now());
        }
        tokio::time::sleep(TICK).await;
    }
}

/// Counts some schools anew, for whoever watches (`/metrics`): an installation of fewer than that is through in an
/// hour, a province in days. The tallies stay as they are: `lopso doctor` explains a difference.
async fn count_anew(app: &App) -> anyhow::Result<()> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let mut tx = app.db().read().await?;
    let schools = store::schools(&mut tx).await?;
    drop(tx);
    let first = NEXT.fetch_add(SCHOOLS_AN_HOUR, Ordering::Relaxed);
    for school in schools
        .iter()
        .cycle()
        .skip(first % schools.len().max(1))
        .take(SCHOOLS_AN_HOUR.min(schools.len()))
    {
        if !recount(app.db(), school).await?.is_none() {
            tracing::error!(school = school.id.0, "tallies differ from a recount");
            metrics::counter!("lopso_alarms_total", "what" => "tallies").increment(1);
        }
        metrics::counter!("lopso_recounts_total").increment(1);
    }
    Ok(())
}

/// Lets the boards of a bot that were drawn a moment ago catch up with what happened since.
pub async fn redraw_forever(app: Arc<App>, bot: Bot) {
    let mut bell = app.to_draw();
    loop {
        bell.mark_unchanged();
        let next = match app.redraw(&bot, now()).await {
            Ok(next) => next,
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), "boards not drawn");
                None
            }
        };
        let wait = next.map(|at| Duration::from_millis(u64::try_from(at.0 - now().0).unwrap_or(0)));
        let wait = wait.unwrap_or(TICK).clamp(BREATH, TICK);
        // A ring while one waits only adds boards that may be drawn later than this one.
        match next {
            Some(_) => tokio::time::sleep(wait).await,
            None => drop(tokio::time::timeout(wait, bell.changed()).await),
        }
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
    let months = budget::forget_old(&mut tx, now).await?;
    let stale = outbox::drop_stale(&mut tx, now).await?;
    let pictures = outbox::pictures::forget_old(&mut tx, now).await?;
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
        + months
        + stale
        + pictures
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
            months,
            stale,
            pictures,
            "forgot what has served its time"
        );
    }
    Ok(())
}
