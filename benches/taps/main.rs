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

mod district;
mod usual_way;

use std::sync::Arc;
use std::time::{Duration, Instant};

use district::District;
use lopso::app::{App, BATCH, recount};
use lopso::db::Db;
use lopso::domain::message::Update;
use lopso::feature::guide::library::Library;
use lopso::installation::Key;

/// Each way is measured on a fresh database this many times; the middle one is told.
const ROUNDS: usize = 3;
/// Taps in a run that commits each one by itself: enough to be steady, few enough to wait for.
const ONE_BY_ONE: usize = 1_500;

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
    let sqlite = |name: String| format!("sqlite:{}", scratch.path().join(name).display());
    row("SQLite (WAL, FULL)", sqlite).await;
    if let Ok(server) = std::env::var("LOPSO_BENCH_POSTGRES") {
        let schema = |name: String| format!("{server}?options=-c%20search_path%3D{name}");
        make_schemas(&server).await;
        row("PostgreSQL (fsync on)", schema).await;
    }
}

async fn row(engine: &str, url: impl Fn(String) -> String) {
    let mut rates: Vec<[f64; 3]> = Vec::new();
    for round in 0..ROUNDS {
        let usual = usual_way(&url(format!("usual_{round}"))).await;
        let single = batches(&url(format!("single_{round}")), 1).await;
        let full = batches(&url(format!("full_{round}")), BATCH).await;
        rates.push([usual, single, full]);
    }
    let middle = |way: usize| {
        let mut of: Vec<f64> = rates.iter().map(|round| round[way]).collect();
        of.sort_by(f64::total_cmp);
        of[ROUNDS / 2]
    };
    let [usual, single, full] = [middle(0), middle(1), middle(2)];
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
    let district = District::build(&app).await;
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
    let district = District::build(&app).await;
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

fn per_second(number: usize, spent: Duration) -> f64 {
    f64::from(u32::try_from(number).unwrap()) / spent.as_secs_f64()
}

async fn make_schemas(server: &str) {
    use sqlx::Connection as _;
    let mut connection = sqlx::PgConnection::connect(server).await.unwrap();
    for round in 0..ROUNDS {
        for way in ["usual", "single", "full"] {
            let make = format!("CREATE SCHEMA {way}_{round}");
            sqlx::query(sqlx::AssertSqlSafe(make))
                .execute(&mut connection)
                .await
                .unwrap();
        }
    }
    connection.close().await.unwrap();
}
