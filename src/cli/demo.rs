//! `lopso demo`: a ready-made school on this machine, with a chat page instead of a platform.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use tokio::sync::watch;

use super::{Stop, open, say, serve, texts};
use crate::app::App;
use crate::channel::sandbox::Sandbox;
use crate::config::Config;
use crate::demo::seed;
use crate::domain::{Bot, Channel};
use crate::intake::{LetterBox, now};
use crate::outbox::{self, Recovered};
use crate::sender::pacer::Limits;
use crate::sender::{self, Door};
use crate::{clock, web};

pub async fn run(
    empty: bool,
    addr: SocketAddr,
    data: Option<PathBuf>,
    open_to_others: bool,
) -> Result<(), Stop> {
    if !addr.ip().is_loopback() && !open_to_others {
        return Err(Stop::Told(texts::demo_not_open(&addr)));
    }
    let keep = data.is_some();
    let folder = data
        .unwrap_or_else(|| std::env::temp_dir().join(format!("lopso-demo-{}", std::process::id())));
    let result = play(empty, addr, &folder, open_to_others).await;
    if !keep {
        // Only what the demo made itself, and only when nobody asked to keep it.
        let _ = std::fs::remove_dir_all(&folder);
    }
    result
}

async fn play(
    empty: bool,
    addr: SocketAddr,
    folder: &Path,
    open_to_others: bool,
) -> Result<(), Stop> {
    let url = format!("sqlite:{}", folder.join("lopso.db").display());
    let config = Config {
        database_url: url.clone(),
        ..open::config()?
    };
    let library = open::library(&config)?;
    let listener = serve::listen(&addr.to_string()).await?;
    let _held = open::hold(&url)?;
    let db = open::database(&url).await?;
    let key = open::demo_key(&db, &url).await?;
    let app = Arc::new(App::new(db.clone(), library, key).with_reminders(config.reminders));
    let bots = seed::prepare(&app, empty, now())
        .await
        .context("cannot prepare the demo's school")?;
    let sandbox = Sandbox::open(db.clone()).await?;
    let boxes: HashMap<Channel, (Bot, LetterBox)> = bots
        .iter()
        .map(|bot| {
            (
                bot.channel,
                (bot.clone(), LetterBox::open(app.clone(), bot.clone()).0),
            )
        })
        .collect();
    let mut tx = db.begin().await?;
    for bot in &bots {
        outbox::take_back(&mut tx, bot.id, now()).await?;
    }
    tx.commit().await?;
    let after = Recovered::default();
    let (_stop, stopped) = watch::channel(false);
    for bot in bots {
        let door = Door::Sandbox(sandbox.clone());
        let stopped = stopped.clone();
        tokio::spawn(sender::send_until(
            app.clone(),
            bot,
            door,
            Limits::default(),
            after,
            stopped,
        ));
    }
    let state = web::demo::DemoState {
        app: app.clone(),
        sandbox,
        boxes,
        open: open_to_others,
    };
    let router = web::router(app.clone()).merge(web::demo::router(state));
    say(&texts::demo(&addr, folder, empty));
    tokio::select! {
        ended = serve::serve(listener, router) => ended?,
        () = clock::tick_forever(app) => {}
        () = serve::asked_to_stop() => {}
    }
    db.close().await;
    Ok(())
}
