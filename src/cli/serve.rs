//! `lopso serve`: the loops side by side until somebody asks to stop.

use crate::roster::staff;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;

use super::{Stop, open, say, texts};
use crate::app::App;
use crate::channel::telegram::profile::Menu;
use crate::channel::telegram::{Telegram, Trouble, private_link};
use crate::domain::{Bot, Channel};
use crate::feature::help::texts::command;
use crate::intake::{now, presence, telegram};
use crate::outbox::{self, Lane};
use crate::roster::invites::{For, Printing, issue};
use crate::roster::store;
use crate::sender::pacer::Limits;
use crate::sender::{self, Door};
use crate::understand::commands::Name;
use crate::{bots, clock, web};

pub async fn run() -> Result<(), Stop> {
    let config = open::config()?;
    let library = open::library(&config)?;
    let telegram = open::telegram()?;
    let _held = open::hold(&config.database_url)?;
    let db = open::database(&config.database_url).await?;
    let key = open::key(&db, &config.database_url).await?;
    let listener = listen(&config.http_addr).await?;
    let app = Arc::new(App::new(db.clone(), library, key).with_reminders(config.reminders.clone()));
    say(&texts::serving(&config.http_addr));
    let limits = Limits::telegram(&config.limits.telegram);
    match telegram {
        Some(telegram) => drop(tokio::spawn(on_telegram(app.clone(), telegram, limits))),
        None => say(texts::NO_PLATFORM),
    }
    let router = web::router(app.clone());
    tokio::select! {
        ended = serve(listener, router) => ended?,
        () = clock::back_up_forever(app.clone(), config.backup, open::passphrase()) => {}
        () = clock::tick_forever(app) => {}
        () = asked_to_stop() => {}
    }
    db.close().await;
    Ok(())
}

/// Until Telegram is reached for the first time it is asked again after this.
const KNOCK_AGAIN: Duration = Duration::from_secs(10);

/// A bot's own loops. When its token is refused they end, with one line to the operator, and everything
/// else goes on.
async fn on_telegram(app: Arc<App>, telegram: Telegram, limits: Limits) {
    match talk(app, telegram, limits).await {
        Ok(Trouble::Token) => say(texts::TELEGRAM_TOKEN),
        Ok(trouble) => say(&texts::telegram_ended(&trouble.to_string())),
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "telegram ended");
            say(&texts::telegram_ended(texts::SEE_LOG));
        }
    }
}

/// Returns why it ended.
async fn talk(app: Arc<App>, telegram: Telegram, limits: Limits) -> anyhow::Result<Trouble> {
    let me = loop {
        match telegram.me().await {
            Ok(me) => break me,
            Err(Trouble::Token) => return Ok(Trouble::Token),
            Err(trouble) => {
                tracing::warn!(%trouble, "telegram does not answer yet");
                tokio::time::sleep(KNOCK_AGAIN).await;
            }
        }
    };
    let mut tx = app.db().begin().await?;
    let bot = bots::add(&mut tx, Channel::Telegram, &me.username, now()).await?;
    outbox::take_back(&mut tx, bot.id).await?;
    tx.commit().await?;
    say(&texts::on_telegram(&me.username));
    invite_first_leads(&app, &bot).await?;
    // Nobody waits for an answer until the menus are filled.
    let introduced = async {
        introduce(&app, &telegram).await;
        std::future::pending::<Trouble>().await
    };
    let door = || Door::Telegram(telegram.clone());
    let send = |lane, limits| sender::send_forever(app.clone(), bot.clone(), door(), lane, limits);
    tokio::select! {
        trouble = telegram::poll_forever(app.clone(), bot.clone(), telegram.clone(), me) => Ok(trouble),
        trouble = introduced => Ok(trouble),
        () = presence::look_forever(app.clone(), bot.clone(), telegram.clone()) => Ok(Trouble::Network),
        () = send(Lane::Taps, Limits::default()) => Ok(Trouble::Network),
        () = send(Lane::Messages, limits) => Ok(Trouble::Network),
    }
}

/// Tells the operator by which code the first principal of a school comes in, as long as nobody leads it.
async fn invite_first_leads(app: &App, bot: &Bot) -> anyhow::Result<()> {
    let mut tx = app.db().begin().await?;
    for school in store::schools(&mut tx).await? {
        if staff::led_by(&mut tx, school.id).await? {
            continue;
        }
        let wanted = [For::Lead(school.id)];
        let codes = issue(
            &mut tx,
            app.key(),
            school.id,
            &wanted,
            Printing::Again,
            now(),
        )
        .await?;
        for codes in codes {
            let link = private_link(&bot.name, &codes.link);
            say(&texts::first_lead(&school.name, &link, &codes.short));
        }
    }
    Ok(tx.commit().await?)
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
    if let Err(trouble) = telegram.introduce(&texts::introduction(only)).await {
        tracing::warn!(%trouble, "name and description not set");
    }
}

pub async fn listen(addr: &str) -> Result<TcpListener, Stop> {
    TcpListener::bind(addr)
        .await
        .map_err(|error| Stop::Told(texts::port(addr, error.kind())))
}

pub async fn serve(listener: TcpListener, router: axum::Router) -> Result<(), Stop> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    Ok(axum::serve(listener, service)
        .await
        .context("web server ended")?)
}

/// Ctrl-C, or on Unix the polite kill that a service manager sends.
pub async fn asked_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let terminated = async {
            match signal(SignalKind::terminate()) {
                Ok(mut signal) => drop(signal.recv().await),
                Err(_) => std::future::pending::<()>().await,
            }
        };
        tokio::select! { () = interrupted => {}, () = terminated => {} }
    }
    #[cfg(not(unix))]
    interrupted.await;
}
