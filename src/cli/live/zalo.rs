//! A bot on Zalo: how it takes in what happens.

use super::{End, Life, Way, on_a_thread_of_its_own};
use crate::channel::Trouble;
use crate::channel::zalo_bot::{Me, ZaloBot};
use crate::cli::{say, texts};
use crate::domain::{Bot, Channel};
use crate::installation::{Key, hex};
use crate::intake::zalo;
use crate::web::webhooks::{Reader, Webhooks};

/// Until asked to stop.
pub(super) async fn take_in(
    life: &Life,
    zalo: &ZaloBot,
    bot: &Bot,
    me: &Me,
    way: &Way,
) -> Result<(), End> {
    let (app, mut stop) = (life.app.clone(), life.stop.clone());
    if !me.can_join_groups {
        say(&texts::zalo::no_groups(&bot.called));
    }
    match way {
        Way::Polling => {
            stop_being_brought(zalo, bot).await;
            say(texts::zalo::POLLING);
            let polled = zalo::poll_until(app, bot.clone(), zalo.clone(), me.clone(), stop);
            on_a_thread_of_its_own(polled).await
        }
        Way::Webhook {
            public_url,
            secret,
            doors,
        } => {
            let emptied = doors.open(
                app,
                bot,
                Reader::ZaloBot {
                    me: me.clone(),
                    secret: secret.clone(),
                },
            );
            let url = address(life.app.key(), public_url, &bot.name, secret);
            while let Err(trouble) = be_brought(zalo, bot, &url, secret).await {
                if trouble == Trouble::Token {
                    return Err(trouble.into());
                }
                if trouble == Trouble::Refused {
                    say(&texts::zalo::webhook_refused(&bot.called));
                }
                tracing::warn!(%trouble, "webhook not set");
                tokio::select! {
                    () = tokio::time::sleep(super::KNOCK_AGAIN) => {}
                    _ = stop.changed() => break,
                }
            }
            let _ = stop.wait_for(|stop| *stop).await;
            doors.close(bot);
            let _ = emptied.await;
            Ok(())
        }
    }
}

/// Where a bot's messages are brought. Another secret is another address, so that Zalo is told of it; it must not be
/// told at every start, for it takes only so many a day.
pub fn address(key: &Key, public_url: &str, name: &str, secret: &str) -> String {
    let mark = hex(&key.hash(&[b"zalo webhook ", secret.as_bytes()])[..4]);
    let path = Webhooks::path(Channel::ZaloBot, name);
    format!("{public_url}{path}?k={mark}")
}

async fn be_brought(zalo: &ZaloBot, bot: &Bot, url: &str, secret: &str) -> Result<(), Trouble> {
    if zalo.brought_to().await?.as_deref() == Some(url) {
        return Ok(());
    }
    let verified = zalo.bring_to(url, secret).await?;
    if verified.ok {
        say(&texts::zalo::webhook_set(&bot.called));
    } else {
        // Zalo keeps the address all the same, and what happens is lost until it reaches us.
        say(&texts::zalo::webhook_not_reached(
            &bot.called,
            &verified.outcome,
        ));
    }
    Ok(())
}

/// A webhook of our own from before keeps polling from working: it goes. Another program's stays, and
/// `lopso doctor` explains it.
async fn stop_being_brought(zalo: &ZaloBot, bot: &Bot) {
    let ours = Webhooks::path(bot.channel, &bot.name);
    match zalo.brought_to().await {
        Ok(Some(url)) if url.contains(&ours) => match zalo.remove_webhook().await {
            Ok(()) => say(texts::zalo::WEBHOOK_GONE),
            Err(trouble) => tracing::warn!(%trouble, "own webhook not removed"),
        },
        Ok(Some(_)) => say(&texts::zalo::another_webhook(&bot.called)),
        Ok(None) => {}
        Err(trouble) => tracing::warn!(%trouble, "webhook not looked at"),
    }
}
