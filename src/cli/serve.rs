//! `lopso serve`: the loops side by side until somebody asks to stop, and then the last answers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Stop, live, open, say, texts};
use crate::app::App;
use crate::web::webhooks::Webhooks;
use crate::{clock, web};

/// How long a program that was asked to stop may still answer those who wait.
const DRAIN: Duration = Duration::from_secs(10);

pub async fn run() -> Result<(), Stop> {
    let config = open::config()?;
    let library = open::library(&config)?;
    let doors = Arc::new(Webhooks::default());
    let mut bots = open::bots(&config, &doors)?;
    let _held = open::hold(&config.database_url)?;
    let metrics = web::metrics::install();
    let db = open::database(&config.database_url).await?;
    let key = open::key(&db, &config.database_url).await?;
    bots.extend(open::zalo_oa(&db, &key, &doors)?);
    let listener = listen(&config.http_addr).await?;
    let app = App::new(db.clone(), library, key).with_reminders(config.reminders.clone());
    let app = Arc::new(
        app.with_zalo(config.limits.zalo)
            .with_public_url(config.public_url.clone()),
    );
    say(&texts::serving(&config.http_addr));
    let (stop, stopped) = watch::channel(false);
    if bots.is_empty() {
        say(texts::live::NO_PLATFORM);
    }
    let mut bots: JoinSet<()> = bots
        .into_iter()
        .map(|bot| {
            let limits = open::limits(bot.channel(), &config);
            live::live(app.clone(), bot, limits, stopped.clone())
        })
        .collect();
    let router = web::router(app.clone())
        .merge(web::pictures::router(app.clone()))
        .merge(web::webhooks::router(doors))
        .merge(web::metrics::router(app.clone(), metrics));
    let mut work = Box::pin(async {
        tokio::select! {
            ended = serve(listener, router) => ended,
            () = clock::tick_forever(app.clone()) => Ok(()),
            () = clock::back_up_forever(app.clone(), config.backup, open::passphrase()) => Ok(()),
        }
    });
    tokio::select! {
        ended = &mut work => ended?,
        () = asked_to_stop() => {}
    }
    stop.send_replace(true);
    // The pages stay open meanwhile, for a webhook that still waits for its answer.
    let all_ended = async { while bots.join_next().await.is_some() {} };
    let drained = tokio::time::timeout(DRAIN, all_ended);
    tokio::select! {
        ended = &mut work => ended?,
        done = drained => if done.is_err() {
            tracing::warn!("not everything was sent before the end; it goes out at the next start");
        },
    }
    bots.abort_all();
    // What it had in hand with the database would keep that from closing.
    drop(work);
    db.close().await;
    Ok(())
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
