//! `lopso serve`: the loops side by side until somebody asks to stop.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use tokio::net::TcpListener;

use super::{Stop, open, say, texts};
use crate::app::App;
use crate::{clock, web};

pub async fn run() -> Result<(), Stop> {
    let config = open::config()?;
    let library = open::library(&config)?;
    let _held = open::hold(&config.database_url)?;
    let db = open::database(&config.database_url).await?;
    open::key(&db, &config.database_url).await?;
    let listener = listen(&config.http_addr).await?;
    let app = Arc::new(App::new(db.clone(), library));
    say(&texts::serving(&config.http_addr));
    let router = web::router(app.clone());
    tokio::select! {
        ended = serve(listener, router) => ended?,
        () = clock::tick_forever(app) => {}
        () = asked_to_stop() => {}
    }
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
