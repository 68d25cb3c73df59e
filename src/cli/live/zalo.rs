//! A bot on Zalo: how it takes in what happens.

use std::time::Duration;

use super::{End, Life, Way, on_a_thread_of_its_own};
use crate::channel::Trouble;
use crate::channel::zalo_bot::{Me, ZaloBot};
use crate::cli::{say, texts};
use crate::domain::{Bot, Channel};
use crate::installation::{Key, hex};
use crate::intake::zalo;
use crate::web::webhooks::{Reader, Webhooks};

/// Zalo takes only so many `setWebhook` a day: one that was refused is tried again after these minutes, then every hour.
const REFUSED_PAUSES_MIN: [u64; 3] = [1, 5, 15];

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
            let mut told = false;
            while let Some(host) = brought_elsewhere(zalo).await {
                if !told {
                    say(&texts::zalo::brought_elsewhere(&bot.called, &host));
                    told = true;
                }
                tokio::select! {
                    () = tokio::time::sleep(super::KNOCK_AGAIN) => {}
                    _ = stop.changed() => return Ok(()),
                }
            }
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
            let mut refused = REFUSED_PAUSES_MIN.iter();
            while let Err(trouble) = be_brought(zalo, bot, &url, secret).await {
                if trouble == Trouble::Token {
                    return Err(trouble.into());
                }
                if trouble == Trouble::Refused {
                    say(&texts::zalo::webhook_refused(&bot.called));
                }
                tracing::warn!(%trouble, "webhook not set");
                let pause = if matches!(trouble, Trouble::Refused | Trouble::Quota) {
                    Duration::from_mins(refused.next().copied().unwrap_or(60))
                } else {
                    super::KNOCK_AGAIN
                };
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
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

/// The host to which Zalo brings what happens: then asking gets nothing. It may be the school's own server, which a
/// trial on another machine must not cut off, and what Zalo could not bring is lost; so only the operator removes it
/// (`lopso doctor --remove-webhook`).
async fn brought_elsewhere(zalo: &ZaloBot) -> Option<String> {
    match zalo.brought_to().await {
        Ok(url) => url.map(|url| host(&url)),
        Err(trouble) => {
            tracing::warn!(%trouble, "webhook not looked at");
            None
        }
    }
}

/// Of the address only its host is shown: the rest holds a mark of the secret.
fn host(url: &str) -> String {
    let url = reqwest::Url::parse(url).ok();
    let host = url.as_ref().and_then(|url| url.host_str());
    host.unwrap_or("?").to_owned()
}
