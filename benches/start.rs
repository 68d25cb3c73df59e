//! From the start of the program to its first answer, and what it holds in memory when nothing happens.
//!
//! The built program is started as a school starts it: `lopso demo` on an empty folder (it makes a school
//! of 360 families first), again on the same folder, and `lopso serve` on the same file. The first answer
//! is a parent's "/trangthai": posted to the chat page, applied, rendered, sent, and read back.
//!
//! `cargo bench --bench start`; PostgreSQL joins in when `LOPSO_BENCH_POSTGRES` names a server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement that cannot go on should stop, and it speaks to whoever started it"
)]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

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
    let rounds: Vec<[Measured; 3]> = (0..ROUNDS).map(|_| on_sqlite()).collect();
    let names = [
        "`demo`, first time: makes the school",
        "`demo`, on kept data",
        "`serve` (SQLite), to `/readyz`",
    ];
    for (place, name) in names.into_iter().enumerate() {
        row(name, rounds.iter().map(|round| round[place]).collect());
    }
    if let Ok(server) = std::env::var("LOPSO_BENCH_POSTGRES") {
        let rounds = (0..ROUNDS).map(|_| serve(&server)).collect();
        row("`serve` (PostgreSQL), to `/readyz`", rounds);
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
    let mib = |kib: u64| format!("{:.1} MiB", f64::from(u32::try_from(kib).unwrap()) / 1024.0);
    println!(
        "| {name} | {answer:.3} s | 0.3 s | {} | 40 MiB |",
        idle.map_or("–".to_owned(), mib)
    );
}

fn on_sqlite() -> [Measured; 3] {
    let folder = tempfile::tempdir().unwrap();
    let first = demo(folder.path());
    let again = demo(folder.path());
    let url = format!("sqlite:{}", folder.path().join("lopso.db").display());
    [first, again, serve(&url)]
}

fn demo(folder: &Path) -> Measured {
    let addr = free_address();
    let data = folder.display().to_string();
    let began = Instant::now();
    let program = Running::start(&["demo", "--addr", &addr, "--data", &data], &[], folder);
    let page = "/phong-thu/tin?ai=me-an&phong=rieng-me-an";
    let before = wait_for(|| get(&addr, page)).matches(BOT).count();
    post(
        &addr,
        "/phong-thu/gui",
        "ai=me-an&phong=rieng-me-an&noi_dung=%2Ftrangthai",
    );
    wait_for(|| get(&addr, page).filter(|page| page.matches(BOT).count() > before));
    let answer = began.elapsed();
    sleep(IDLE);
    Measured {
        answer,
        idle_kib: program.resident_kib(),
    }
}

/// What marks a message of the bot on the page.
const BOT: &str = "data-from=\"bot\"";

fn serve(url: &str) -> Measured {
    let addr = free_address();
    let began = Instant::now();
    let settings = [
        ("LOPSO_DATABASE_URL", url),
        ("LOPSO_HTTP_ADDR", addr.as_str()),
        ("LOPSO_INSTALLATION_KEY", KEY),
    ];
    // Its first daily back-up lies where it is started.
    let folder = tempfile::tempdir().unwrap();
    let program = Running::start(&["serve"], &settings, folder.path());
    wait_for(|| get(&addr, "/readyz"));
    let answer = began.elapsed();
    sleep(IDLE);
    Measured {
        answer,
        idle_kib: program.resident_kib(),
    }
}

/// So that `serve` does not make a key beside somebody's data.
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

struct Running(Child);

impl Running {
    fn start(words: &[&str], settings: &[(&str, &str)], folder: &Path) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_lopso"))
            .args(words)
            .current_dir(folder)
            .envs(settings.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }

    fn resident_kib(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
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
