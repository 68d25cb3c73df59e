//! From the start of the program to its first answer, and what it holds in memory when nothing happens.
//!
//! The built program is started as a school starts it: `lopso demo` on an empty folder (it makes a school
//! of 360 families first), again on the same folder, and `lopso serve` on the same file. The first answer
//! is a parent's "/trangthai": posted to the chat page, applied, rendered, sent, and read back. Before a Telegram
//! (`benches/wire`) it is the answer to a tap that waited there when the program was started.
//!
//! `cargo bench --bench start`; PostgreSQL joins in when `LOPSO_BENCH_POSTGRES` names a server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement that cannot go on should stop, and it speaks to whoever started it"
)]

#[path = "scene/mod.rs"]
mod scene;
#[path = "wire/mod.rs"]
mod wire;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use lopso::app::App;
use lopso::db::Db;
use lopso::domain::Channel;
use lopso::feature::guide::library::Library;
use lopso::installation::Key;
use lopso::intake::now;
use scene::district::{District, Size};
use scene::figures::mib;
use scene::process::{Running, command};
use scene::{KEY, drop_schema, new_schema, postgres, sqlite_url};
use wire::{Arrivals, BOT, TOKEN, Tap, Wire};

const ROUNDS: usize = 5;
/// Nothing happens for this long before memory is read.
const IDLE: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_secs(60);
/// How often the answer is looked for, and so how exact a time is.
const LOOK: Duration = Duration::from_millis(2);

fn main() {
    // `cargo test --benches` starts it too, to see that it still runs; it has nothing to measure then.
    if !std::env::args().any(|word| word == "--bench") {
        return;
    }
    println!("| start | to the first answer | limit | idle memory | limit |");
    println!("|---|---:|---:|---:|---:|");
    let rounds: Vec<[Measured; 4]> = (0..ROUNDS).map(|_| on_sqlite()).collect();
    let names = [
        "`demo`, first time: makes the school",
        "`demo`, on kept data",
        "`serve` (SQLite), to `/readyz`",
        "`serve` (SQLite), to the answer of a tap that waited",
    ];
    for (place, name) in names.into_iter().enumerate() {
        row(name, rounds.iter().map(|round| round[place]).collect());
    }
    if let Some(server) = postgres() {
        let rounds = (0..ROUNDS).map(|_| serve(&server)).collect();
        row("`serve` (PostgreSQL), to `/readyz`", rounds);
        let rounds = (0..ROUNDS).map(|_| {
            let url = wait_on(new_schema(&server));
            let measured = waiting_tap(&url);
            wait_on(drop_schema(&url));
            measured
        });
        row(
            "`serve` (PostgreSQL), to the answer of a tap that waited",
            rounds.collect(),
        );
    }
}

#[derive(Debug, Clone, Copy)]
struct Measured {
    answer: Duration,
    /// Resident memory in KiB; none where the system does not tell.
    idle_kib: Option<u64>,
}

/// The middle of the times, the largest of the sizes.
fn row(name: &str, mut rounds: Vec<Measured>) {
    rounds.sort_by_key(|measured| measured.answer);
    let answer = rounds[rounds.len() / 2].answer.as_secs_f64();
    let idle = rounds.iter().filter_map(|measured| measured.idle_kib).max();
    println!(
        "| {name} | {answer:.3} s | 0.3 s | {} | 40 MiB |",
        mib(idle)
    );
}

fn on_sqlite() -> [Measured; 4] {
    let folder = tempfile::tempdir().unwrap();
    let first = demo(folder.path());
    let again = demo(folder.path());
    let url = format!("sqlite:{}", folder.path().join("lopso.db").display());
    let school = sqlite_url(folder.path(), "school.db");
    [first, again, serve(&url), waiting_tap(&school)]
}

fn demo(folder: &Path) -> Measured {
    let addr = free_address();
    let data = folder.display().to_string();
    let began = Instant::now();
    let mut demo = command(env!("CARGO_BIN_EXE_lopso"));
    demo.env("LOPSO_INSTALLATION_KEY", KEY);
    let program = Running::start(demo.args(["demo", "--addr", &addr, "--data", &data]));
    let page = "/phong-thu/tin?ai=me-an&phong=rieng-me-an";
    let before = wait_for(|| get(&addr, page)).matches(FROM_BOT).count();
    post(
        &addr,
        "/phong-thu/gui",
        "ai=me-an&phong=rieng-me-an&noi_dung=%2Ftrangthai",
    );
    wait_for(|| get(&addr, page).filter(|page| page.matches(FROM_BOT).count() > before));
    let answer = began.elapsed();
    sleep(IDLE);
    Measured {
        answer,
        idle_kib: program.resident_kib(),
    }
}

/// What marks a message of the bot on the page.
const FROM_BOT: &str = "data-from=\"bot\"";

fn serve(url: &str) -> Measured {
    let addr = free_address();
    let began = Instant::now();
    let program = Running::start(serve_command(url).env("LOPSO_HTTP_ADDR", &addr));
    wait_for(|| get(&addr, "/readyz"));
    let answer = began.elapsed();
    sleep(IDLE);
    Measured {
        answer,
        idle_kib: program.resident_kib(),
    }
}

/// A program that sees nothing but its database, with the key that the data belongs to.
fn serve_command(url: &str) -> Command {
    let mut serve = command(env!("CARGO_BIN_EXE_lopso"));
    serve
        .arg("serve")
        .env("LOPSO_DATABASE_URL", url)
        .env("LOPSO_INSTALLATION_KEY", KEY);
    serve
}

/// A school of 360 families whose first tap came before the program did.
fn waiting_tap(url: &str) -> Measured {
    const SIZE: Size = Size {
        schools: 1,
        classes: 12,
        families: 30,
        tasks: 3,
    };
    let district = wait_on(async {
        let db = Db::open(url).await.unwrap();
        let library = Arc::new(Library::embedded().unwrap());
        let app = App::new(db, library, Key::new(b"key"));
        let district = District::build(&app, SIZE, Channel::Telegram, BOT, now()).await;
        district.boards_hang(app.db()).await;
        app.db().close().await;
        district
    });
    let touch = district.touches()[0];
    let wire = Wire::open(&[Tap {
        group: touch.group(),
        account: touch.account(),
        data: touch.data(),
    }]);
    wire.release(Arrivals::Since(Instant::now()));
    let began = Instant::now();
    let mut serve = serve_command(url);
    serve
        .env("LOPSO_HTTP_ADDR", "127.0.0.1:0")
        .env("LOPSO_TELEGRAM_TOKEN", TOKEN)
        .env("LOPSO_TELEGRAM_API_URL", wire.url());
    let program = Running::start(&mut serve);
    let answer = wait_for(|| wire.first_answer()).duration_since(began);
    sleep(IDLE);
    Measured {
        answer,
        idle_kib: program.resident_kib(),
    }
}

fn wait_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(work)
}

fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

fn wait_for<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "the program does not answer");
        sleep(LOOK);
    }
}

fn get(addr: &str, path: &str) -> Option<String> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n");
    talk(addr, &request)
}

fn post(addr: &str, path: &str, form: &str) {
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {addr}\r\nOrigin: http://{addr}\r\nConnection: close\r\n\
         X-Requested-With: fetch\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    talk(addr, &request).expect("the message was not taken");
}

/// The whole response to a request that was served (2xx), else nothing.
fn talk(addr: &str, request: &str) -> Option<String> {
    let mut stream = TcpStream::connect(addr).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut response = String::new();
    stream.read_to_string(&mut response).ok()?;
    response.starts_with("HTTP/1.1 2").then_some(response)
}
