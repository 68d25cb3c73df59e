//! Polling Telegram: what happened is applied and committed first, and only the next question tells
//! Telegram that it may forget it. Killed in between, the same comes again and is known by its number.

use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;
use tokio::sync::watch;

use super::now;
use crate::app::App;
use crate::channel::telegram::inbound::{self, Me};
use crate::channel::telegram::{Telegram, Trouble};
use crate::domain::Bot;

/// Pauses while Telegram or our database cannot be reached: doubling up to a minute.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Polls until asked to stop; what was taken by then is committed. An error is a token that is refused.
pub async fn poll_until(
    app: Arc<App>,
    bot: Bot,
    telegram: Telegram,
    me: Me,
    mut stop: watch::Receiver<bool>,
) -> Result<(), Trouble> {
    let (mut offset, mut pause) = (0, FIRST_PAUSE);
    while !*stop.borrow() {
        let asked = tokio::select! {
            raw = telegram.updates(offset) => raw.map_err(Stumble::Theirs),
            _ = stop.changed() => continue,
        };
        let applied = match asked {
            Ok(raw) => apply(&app, &bot, &me, &raw, offset).await,
            Err(stumble) => Err(stumble),
        };
        match applied {
            Ok(next) => {
                offset = next;
                pause = FIRST_PAUSE;
                app.room_for_taps(bot.id).await;
            }
            Err(Stumble::Theirs(Trouble::Token)) => return Err(Trouble::Token),
            Err(stumble) => {
                stumble.log(&bot);
                tokio::select! {
                    () = tokio::time::sleep(stumble.wait().unwrap_or(pause)) => {}
                    _ = stop.changed() => {}
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
    Ok(())
}

enum Stumble {
    Theirs(Trouble),
    /// Nothing was applied, as when the disk is full; the same updates come again.
    Ours(anyhow::Error),
}

impl Stumble {
    fn log(&self, bot: &Bot) {
        match self {
            Stumble::Theirs(trouble) => tracing::warn!(bot = bot.id.0, %trouble, "cannot poll"),
            Stumble::Ours(error) => {
                tracing::error!(
                    bot = bot.id.0,
                    error = format!("{error:#}"),
                    "batch not applied"
                );
            }
        }
    }

    /// What Telegram itself asks for.
    fn wait(&self) -> Option<Duration> {
        match self {
            Stumble::Theirs(Trouble::Wait(seconds)) => {
                Some(Duration::from_secs(u64::from(*seconds)))
            }
            Stumble::Theirs(_) | Stumble::Ours(_) => None,
        }
    }
}

/// Applies what came; returns from where to ask on.
async fn apply(
    app: &App,
    bot: &Bot,
    me: &Me,
    raw: &[Box<RawValue>],
    offset: i64,
) -> Result<i64, Stumble> {
    let at = now();
    let read: Vec<inbound::Read> = raw.iter().map(|raw| inbound::read(raw, me, at)).collect();
    let last = read.iter().filter_map(|read| read.id).max();
    let updates: Vec<_> = read.into_iter().flat_map(|read| read.updates).collect();
    if !updates.is_empty() {
        app.handle(bot, updates, at).await.map_err(Stumble::Ours)?;
    }
    Ok(last.map_or(offset, |last| last + 1))
}
