//! Polling Zalo, for trying out: it hands over one message at a time and forgets it at once, and what is sent while
//! nobody asks is lost. So what came is applied until it is, before it is asked for more.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::{PAUSE, now};
use crate::app::App;
use crate::channel::zalo_bot::{Me, Trouble, ZaloBot, inbound};
use crate::domain::Bot;
use crate::domain::message::Update;

/// Pauses while Zalo cannot be reached: doubling up to half a minute, since every second without a poll loses what is
/// said in it.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A month's messages that are used up do not come back sooner.
const OVER_QUOTA: Duration = Duration::from_secs(600);

/// Polls until asked to stop; what was taken by then is committed. An error is a token that is refused.
pub async fn poll_until(
    app: Arc<App>,
    bot: Bot,
    zalo: ZaloBot,
    me: Me,
    mut stop: watch::Receiver<bool>,
) -> Result<(), Trouble> {
    let mut pause = FIRST_PAUSE;
    while !*stop.borrow() {
        // What Zalo says into a poll that is broken off is lost, as is all that is said while the program is off.
        let asked = tokio::select! {
            asked = zalo.update() => asked,
            _ = stop.changed() => return Ok(()),
        };
        let wait = match asked {
            Ok(brought) => {
                let update =
                    brought.and_then(|raw| inbound::read(raw.get().as_bytes(), &me, now()));
                if let Some(update) = update {
                    apply(&app, &bot, update).await;
                }
                pause = FIRST_PAUSE;
                continue;
            }
            Err(Trouble::Token) => return Err(Trouble::Token),
            Err(Trouble::Quota) => OVER_QUOTA,
            Err(trouble) => {
                tracing::warn!(bot = bot.id.0, %trouble, "cannot poll");
                pause
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = stop.changed() => {}
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    Ok(())
}

/// Nobody brings it a second time.
async fn apply(app: &App, bot: &Bot, update: Update) {
    while let Err(error) = app.handle(bot, vec![update.clone()], now()).await {
        tracing::error!(
            bot = bot.id.0,
            error = format!("{error:#}"),
            "update not applied"
        );
        tokio::time::sleep(PAUSE).await;
    }
}
