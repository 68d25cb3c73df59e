//! What `/baocao` of one school costs when the database holds one school, a hundred, three thousand: it should cost
//! the same.
//!
//! Every school has 360 families in twelve classes, three tasks, and six of ten families have answered. The first
//! is made and filled as schools are; the others are its copies with other numbers, written set-wise. Principals of
//! schools all over the database ask, one after the other, through the batch as from a platform.
//!
//! `cargo bench --bench report`; PostgreSQL joins in when `LOPSO_BENCH_POSTGRES` names a server.
//! `LOPSO_BENCH_SCHOOLS=100` leaves out what is larger.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement that cannot go on should stop, and it speaks to whoever started it"
)]

mod copies;
#[path = "../scene/mod.rs"]
mod scene;

use std::sync::Arc;
use std::time::{Duration, Instant};

use lopso::app::App;
use lopso::db::{Db, Tx, fresh_id};
use lopso::domain::message::{ChatKind, ChatSeen, Sender, Update, What};
use lopso::domain::{Channel, PersonId, Role, Timestamp};
use lopso::feature::guide::library::Library;
use lopso::installation::Key;
use lopso::roster::accounts::{accounts, join};
use lopso::roster::{staff, store};
use scene::district::{District, Size};
use scene::figures::{ms, quantile, seconds};
use scene::{drop_schema, new_schema, postgres, sqlite_url};

const SIZE: Size = Size {
    schools: 1,
    classes: 12,
    families: 30,
    tasks: 3,
};
/// Schools in the database.
const STEPS: [usize; 3] = [1, 100, 3_000];
const QUESTIONS: usize = 300;
/// Asked before, so that what is read for the first time is not counted.
const WARM_UP: usize = 20;
/// Wednesday, 25 November 2026, half past four in the afternoon in Việt Nam.
const NOW: Timestamp = Timestamp(1_795_599_000_000);
const PRINCIPAL: &str = "7000000001";

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    // `cargo test --benches` starts it too, to see that it still runs; it has nothing to measure then.
    if !std::env::args().any(|word| word == "--bench") {
        return;
    }
    let most = std::env::var("LOPSO_BENCH_SCHOOLS").ok();
    let most = most.map_or(usize::MAX, |most| most.parse().unwrap());
    println!(
        "`/baocao` of one school of 360 families, {QUESTIONS} questions (limit: p99 50 ms, however many there are):\n"
    );
    println!("| schools in the database | families | p50 | p99 | longest | copied in |");
    println!("|---|---:|---:|---:|---:|---:|");
    let scratch = tempfile::tempdir().unwrap();
    engine("SQLite", &sqlite_url(scratch.path(), "report.db"), most).await;
    if let Some(server) = postgres() {
        let url = new_schema(&server).await;
        engine("PostgreSQL", &url, most).await;
        drop_schema(&url).await;
    }
    println!();
}

async fn engine(name: &str, url: &str, most: usize) {
    let db = Db::open(url).await.unwrap();
    let library = Arc::new(Library::embedded().unwrap());
    let app = App::new(db.clone(), library, Key::new(b"key"));
    let district = District::build(&app, SIZE, Channel::SandboxTelegram, "bench", NOW).await;
    answers(&app, &district).await;
    let mut tx = db.begin().await.unwrap();
    appoint(&mut tx, &district).await;
    tx.commit().await.unwrap();
    let mut there = 1;
    let mut asked = 0;
    for schools in STEPS.into_iter().filter(|schools| *schools <= most) {
        let began = Instant::now();
        copies::add(&db, district.schools[0].id, there..schools).await;
        db.count_rows().await.unwrap();
        let copied = began.elapsed();
        there = schools;
        let mut times = Vec::with_capacity(QUESTIONS);
        for place in 0..WARM_UP + QUESTIONS {
            asked += 1;
            // A prime step: all over the schools, and none twice before it must be.
            let spent = ask(&app, &district, (place * 7_919) % schools, asked).await;
            if place >= WARM_UP {
                times.push(spent);
            }
        }
        times.sort();
        println!(
            "| {name}, {schools} | {} | {} | {} | {} | {} |",
            schools * SIZE.classes * SIZE.families,
            ms(quantile(&times, 0.5)),
            ms(quantile(&times, 0.99)),
            ms(quantile(&times, 1.0)),
            seconds(copied),
        );
    }
    assert_eq!(answered(&db).await, asked, "questions without the report");
    db.close().await;
}

/// Six of ten families answer.
async fn answers(app: &App, district: &District) {
    let taps = district.taps();
    let some = taps
        .into_iter()
        .enumerate()
        .filter(|(place, _)| place % 10 < 6);
    let some: Vec<Update> = some.map(|(_, tap)| tap).collect();
    let number = some.len();
    let handled = app.handle(&district.bot, some, NOW).await.unwrap();
    assert_eq!((handled.applied, handled.aside), (number, 0));
}

async fn appoint(tx: &mut Tx, district: &District) {
    let (school, person) = (district.schools[0].id, PersonId(fresh_id(NOW)));
    let persons = [(person, "Principal".to_owned())];
    store::add_persons(tx, school, &persons, NOW).await.unwrap();
    staff::add_roles(tx, school, &[(person, Role::Principal)])
        .await
        .unwrap();
    let sender = principal(0);
    let known = accounts(tx, district.bot.id, &[&sender], NOW)
        .await
        .unwrap();
    join(tx, &[(known[PRINCIPAL].id, school, person)])
        .await
        .unwrap();
}

/// Of the first school or one of its copies.
fn principal(school: usize) -> Sender {
    let external_id = match school {
        0 => PRINCIPAL.to_owned(),
        copy => format!("{PRINCIPAL}{}", copies::offset(copy)),
    };
    Sender {
        external_id,
        name: "Principal".to_owned(),
    }
}

async fn ask(app: &App, district: &District, school: usize, number: usize) -> Duration {
    let sender = principal(school);
    let question = Update {
        external_id: format!("question-{number}"),
        chat: ChatSeen {
            external_id: sender.external_id.clone(),
            kind: ChatKind::Private,
        },
        sender,
        at: NOW,
        what: What::Text {
            text: "/baocao".to_owned(),
            message: number.to_string(),
            addressed: true,
            reply_to: None,
        },
    };
    let began = Instant::now();
    let handled = app
        .handle(&district.bot, vec![question], NOW)
        .await
        .unwrap();
    let spent = began.elapsed();
    assert_eq!((handled.applied, handled.aside), (1, 0));
    spent
}

/// Reports written: each tells of 360 families.
async fn answered(db: &Db) -> usize {
    let mut tx = db.read().await.unwrap();
    let select = "SELECT COUNT(*) AS n FROM outbox WHERE priority = 1 AND payload LIKE '%360%'";
    let row = tx.row(select, Vec::new()).await.unwrap();
    usize::try_from(row.unwrap().get::<i64>("n").unwrap()).unwrap()
}
