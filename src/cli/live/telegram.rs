//! A bot on Telegram: how it takes in what happens, what its menus offer, and who is looked for in its groups.

use super::{End, KNOCK_AGAIN, Life, Way, on_a_thread_of_its_own};
use crate::app::App;
use crate::channel::Trouble;
use crate::channel::telegram::Telegram;
use crate::channel::telegram::inbound::Me;
use crate::channel::telegram::profile::Menu;
use crate::cli::{say, texts};
use crate::domain::{Bot, Channel};
use crate::feature::help::texts::command;
use crate::intake::{presence, telegram};
use crate::roster::store;
use crate::understand::commands::Name;
use crate::web::webhooks::{Reader, Webhooks};

use std::sync::Arc;

/// Until asked to stop.
pub(super) async fn take_in(
    life: &Life,
    telegram: &Telegram,
    bot: &Bot,
    me: &Me,
    way: &Way,
) -> Result<(), End> {
    let (app, mut stop) = (life.app.clone(), life.stop.clone());
    match way {
        Way::Polling => {
            stop_being_brought(telegram, me).await;
            let (bot, telegram, me) = (bot.clone(), telegram.clone(), me.clone());
            let polled = telegram::poll_until(app, bot, telegram, me, stop);
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
                Reader::Telegram {
                    me: me.clone(),
                    secret: secret.clone(),
                },
            );
            let url = format!("{public_url}{}", Webhooks::path(bot.channel, &bot.name));
            while let Err(trouble) = telegram.bring_to(&url, secret).await {
                if trouble == Trouble::Token {
                    return Err(trouble.into());
                }
                if trouble == Trouble::Refused {
                    say(texts::telegram::WEBHOOK_REFUSED);
                }
                tracing::warn!(%trouble, "webhook not set");
                tokio::select! {
                    () = tokio::time::sleep(KNOCK_AGAIN) => {}
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

/// A webhook of our own from before keeps polling from working: it goes. Another program's stays, and
/// `lopso doctor` explains it.
async fn stop_being_brought(telegram: &Telegram, me: &Me) {
    let ours = Webhooks::path(Channel::Telegram, &me.username);
    match telegram.brought_to().await {
        Ok(Some(url)) if url.ends_with(&ours) => match telegram.remove_webhook().await {
            Ok(()) => say(texts::telegram::WEBHOOK_GONE),
            Err(trouble) => tracing::warn!(%trouble, "own webhook not removed"),
        },
        Ok(_) => {}
        Err(trouble) => tracing::warn!(%trouble, "webhook not looked at"),
    }
}

/// What goes on beside taking in and sending; never ends.
pub(super) async fn beside(app: &Arc<App>, telegram: &Telegram, bot: &Bot) {
    // Nobody waits for an answer until the menus are filled.
    let introduced = introduce(app, telegram);
    let look = presence::look_forever(app.clone(), bot.clone(), telegram.clone());
    tokio::join!(introduced, look);
}

/// What the platform's own menu offers: to families everywhere, to teachers in their groups, and all in private.
const MENUS: [(Menu, &[Name]); 3] = [
    (Menu::Group, &[Name::Confirm, Name::Guide, Name::Help]),
    (
        Menu::Administrators,
        &[
            Name::Bind,
            Name::Remind,
            Name::Roster,
            Name::Report,
            Name::Confirm,
            Name::Guide,
            Name::Help,
        ],
    ),
    (
        Menu::Private,
        &[
            Name::Confirm,
            Name::Guide,
            Name::Help,
            Name::Status,
            Name::Start,
            Name::Roster,
            Name::Proxy,
            Name::Families,
            Name::Remind,
            Name::Report,
            Name::Launch,
            Name::Stop,
            Name::Erase,
        ],
    ),
];

/// A family finds what it can ask for, and who the bot is. Without it the bot works as well.
async fn introduce(app: &App, telegram: &Telegram) {
    for (menu, names) in MENUS {
        let told = |name: &Name| (name.slug(), command(*name));
        let names: Vec<_> = names.iter().map(told).collect();
        if let Err(trouble) = telegram.offer(menu, &names).await {
            tracing::warn!(%trouble, "menu of commands not set");
        }
    }
    let schools = match app.db().read().await {
        Ok(mut tx) => store::schools(&mut tx).await.unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    let only = match schools.as_slice() {
        [only] => Some(only.name.as_str()),
        _ => None,
    };
    if let Err(trouble) = telegram
        .introduce(&texts::telegram::introduction(only))
        .await
    {
        tracing::warn!(%trouble, "name and description not set");
    }
}
