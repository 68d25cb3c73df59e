//! Taps per second through the batch, durable, on each engine, beside the same job done in the usual
//! way: one transaction a tap, one statement after the other, with the same drivers and settings.
//!
//! The scene is pick-up time in a district: families of ten schools tap "done" on the boards of their
//! groups. Each run counts at the end what must stand there, so a fast run that lost a tap fails.
//!
//! `cargo bench --bench taps`; PostgreSQL joins in when `LOPSO_BENCH_POSTGRES` names a server.
//! `scripts/bench.sh` brings one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement that cannot go on should stop, and it speaks to whoever started it"
)]

#[path = "../scene/mod.rs"]
mod scene;
mod usual_way;

use std::sync::Arc;
use std::time::Instant;

use lopso::app::{App, BATCH, recount};
use lopso::db::Db;
use lopso::domain::message::Update;
use lopso::domain::{Channel, Timestamp};
use lopso::feature::guide::library::Library;
use lopso::installation::Key;
use scene::district::{District, Size};
use scene::figures::{middle, per_second};
use scene::{new_schema, postgres, sqlite_url};

/// Each way is measured on a fresh database this many times; the middle one is told.
const ROUNDS: usize = 3;
/// Taps in a run that commits each one by itself: enough to be steady, few enough to wait for.
const ONE_BY_ONE: usize = 1_500;
const SIZE: Size = Size {
    schools: 10,
    classes: 12,
    families: 30,
    tasks: 3,
};
/// Wednesday, 25 November 2026, half past four in the afternoon in Việt Nam.
const NOW: Timestamp = Timestamp(1_795_599_000_000);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    // `cargo test --benches` starts it too, to see that it still runs; it has nothing to measure then.
    if !std::env::args().any(|word| word == "--bench") {
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    println!(
        "| taps/s, durable | one transaction a tap, usual way | `App::handle`, one at a time | `App::handle`, {BATCH} at a time | to the usual way |"
    );
    println!("|---|---:|---:|---:|---:|");
    let sqlite = async |name: String| sqlite_url(scratch.path(), &name);
    row("SQLite (WAL, FULL)", sqlite).await;
    if let Some(server) = postgres() {
        row("PostgreSQL (fsync on)", async |_: String| {
            new_schema(&server).await
        })
        .await;
    }
}

async fn row(engine: &str, url: impl AsyncFn(String) -> String) {
    let mut rates: Vec<[f64; 3]> = Vec::new();
    for round in 0..ROUNDS {
        let usual = usual_way(&url(format!("usual_{round}")).await).await;
        let single = batches(&url(format!("single_{round}")).await, 1).await;
        let full = batches(&url(format!("full_{round}")).await, BATCH).await;
        rates.push([usual, single, full]);
    }
    let of = |way: usize| middle(rates.iter().map(|round| round[way]).collect());
    let [usual, single, full] = [of(0), of(1), of(2)];
    println!(
        "| {engine} | {usual:.0} | {single:.0} | {full:.0} | {:.1} × |",
        full / usual
    );
}

/// Through the program's own door, `size` updates a transaction.
async fn batches(url: &str, size: usize) -> f64 {
    let db = Db::open(url).await.unwrap();
    let app = App::new(
        db.clone(),
        Arc::new(Library::embedded().unwrap()),
        Key::new(b"key"),
    );
    let district = District::build(&app, SIZE, Channel::SandboxTelegram, "bench", NOW).await;
    let mut taps = district.taps();
    if size == 1 {
        taps.truncate(ONE_BY_ONE);
    }
    let number = taps.len();
    let mut rest = taps.into_iter();
    let began = Instant::now();
    loop {
        let batch: Vec<Update> = rest.by_ref().take(size).collect();
        if batch.is_empty() {
            break;
        }
        let handled = app
            .handle(&district.bot, batch, district.now)
            .await
            .unwrap();
        assert_eq!(handled.aside, 0);
    }
    let spent = began.elapsed();
    for school in &district.schools {
        assert!(recount(&db, school).await.unwrap().is_none());
    }
    assert_eq!(district.acts(&db).await, number);
    db.close().await;
    per_second(number, spent)
}

async fn usual_way(url: &str) -> f64 {
    let db = Db::open(url).await.unwrap();
    let app = App::new(
        db.clone(),
        Arc::new(Library::embedded().unwrap()),
        Key::new(b"key"),
    );
    let district = District::build(&app, SIZE, Channel::SandboxTelegram, "bench", NOW).await;
    let mut taps = district.taps();
    taps.truncate(ONE_BY_ONE);
    let began = Instant::now();
    for tap in &taps {
        usual_way::apply(&db, &district, tap).await.unwrap();
    }
    let spent = began.elapsed();
    assert_eq!(district.acts(&db).await, taps.len());
    db.close().await;
    per_second(taps.len(), spent)
}
