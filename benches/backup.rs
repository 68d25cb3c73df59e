//! How long a back-up and a restore take, how large the file is, and what they hold in memory at most.
//!
//! The built program does it as an operator would: the demo's school of 360 families, and a province of 278 such
//! schools with a million acts.
//!
//! `cargo bench --bench backup`; PostgreSQL joins in when `LOPSO_BENCH_POSTGRES` names a server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement that cannot go on should stop, and it speaks to whoever started it"
)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use lopso::db::{Db, Tx};
use lopso::domain::Timestamp;
use lopso::vals;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// How often memory is looked at.
const LOOK: Duration = Duration::from_millis(2);

fn main() {
    // `cargo test --benches` starts it too, to see that it still runs; it has nothing to measure then.
    if !std::env::args().any(|word| word == "--bench") {
        return;
    }
    println!(
        "| database | rows | file | back-up | memory | restore to SQLite | memory | to PostgreSQL | memory |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let sqlite = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    for (name, schools, file) in [
        ("360 families, 3,600 acts", 1, "school"),
        ("100,080 families, 1,000,800 acts", 278, "province"),
    ] {
        let url = sqlite(file);
        let rows = runtime.block_on(fill(&url, schools));
        measure(
            &format!("SQLite, {name}"),
            rows,
            &url,
            folder.path(),
            &runtime,
        );
        if let Some(url) = runtime.block_on(postgres()) {
            let rows = runtime.block_on(fill(&url, schools));
            measure(
                &format!("PostgreSQL, {name}"),
                rows,
                &url,
                folder.path(),
                &runtime,
            );
        }
    }
}

fn measure(name: &str, rows: i64, url: &str, folder: &Path, runtime: &tokio::runtime::Runtime) {
    let file = folder.join("measured.backup");
    let file = file.to_str().unwrap();
    let backup = Measured::of(&["backup", "--force", file], url, folder);
    let size_kib = std::fs::metadata(file).unwrap().len() / 1_024;
    let to = folder.join("restored.db");
    let sqlite = Measured::of(
        &["restore", file],
        &format!("sqlite:{}", to.display()),
        folder,
    );
    std::fs::remove_file(to).unwrap();
    let postgres = runtime.block_on(postgres());
    let postgres = postgres.map(|url| Measured::of(&["restore", file], &url, folder).cells());
    println!(
        "| {name} | {rows} | {} | {} | {} | {} |",
        mib(size_kib),
        backup.cells(),
        sqlite.cells(),
        postgres.unwrap_or_else(|| "– | –".to_owned())
    );
}

fn mib(kib: u64) -> String {
    format!("{:.1} MiB", f64::from(u32::try_from(kib).unwrap()) / 1024.0)
}

struct Measured {
    took: Duration,
    /// The most that was resident, in KiB; none where the system does not tell.
    peak_kib: Option<u64>,
}

impl Measured {
    fn of(words: &[&str], url: &str, folder: &Path) -> Self {
        let began = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_lopso"))
            .args(words)
            .current_dir(folder)
            .env("LOPSO_DATABASE_URL", url)
            .env("LOPSO_INSTALLATION_KEY", KEY)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut peak_kib = None;
        let ended = loop {
            peak_kib = peak(child.id()).max(peak_kib);
            if let Some(ended) = child.try_wait().unwrap() {
                break ended;
            }
            sleep(LOOK);
        };
        assert!(ended.success(), "{words:?} failed");
        let took = began.elapsed();
        Self { took, peak_kib }
    }

    fn cells(&self) -> String {
        let peak = self.peak_kib.map_or_else(|| "–".to_owned(), mib);
        format!("{:.2} s | {peak}", self.took.as_secs_f64())
    }
}

/// The highest the system has seen so far.
fn peak(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// A schema of its own on the server.
async fn postgres() -> Option<String> {
    let server = std::env::var("LOPSO_BENCH_POSTGRES").ok()?;
    let schema = format!("bench{}", lopso::db::fresh_id(Timestamp(1_795_500_000_000)));
    let mut connection = sqlx::PgConnection::connect(&server).await.unwrap();
    let create = format!("CREATE SCHEMA {schema}");
    connection.execute(AssertSqlSafe(create)).await.unwrap();
    let joint = if server.contains('?') { '&' } else { '?' };
    Some(format!(
        "{server}{joint}options=-c%20search_path%3D{schema}"
    ))
}

const FAMILIES: i64 = 360;
const ACTS: i64 = 10;

/// So many schools with eighteen classes of twenty families, one guardian each, who has said something about ten
/// tasks. `$1` are the numbers of the schools, `$2` those of what each of them has.
const STEPS: [(&str, i64); 11] = [
    (
        "INSERT INTO school (school_id, code, name, year, created_at) \
      SELECT CAST(s.value AS BIGINT), 's' || CAST(s.value AS TEXT), 'Trường Mầm non', '2026-2027', 0 \
      FROM json_each($1) s CROSS JOIN json_each($2) n",
        1,
    ),
    (
        "INSERT INTO class (school_id, class_id, year, code, title) \
      SELECT CAST(s.value AS BIGINT), CAST(s.value AS BIGINT) * 1000 + CAST(n.value AS BIGINT), '2026-2027', \
      'K' || CAST(n.value AS TEXT), 'Chồi' FROM json_each($1) s CROSS JOIN json_each($2) n",
        18,
    ),
    (
        "INSERT INTO task (school_id, task_id, year, key, title, kind, position, opened_at) \
      SELECT CAST(s.value AS BIGINT), CAST(s.value AS BIGINT) * 1000 + CAST(n.value AS BIGINT), '2026-2027', \
      'v' || CAST(n.value AS TEXT), 'Một việc của lớp', 'skill', CAST(n.value AS BIGINT), 0 \
      FROM json_each($1) s CROSS JOIN json_each($2) n",
        ACTS,
    ),
    (
        "INSERT INTO child (school_id, child_id, code, name, created_at) \
      SELECT CAST(s.value AS BIGINT), CAST(s.value AS BIGINT) * 1000 + CAST(n.value AS BIGINT), \
      'HS' || CAST(n.value AS TEXT), 'Nguyễn Hoài An ' || CAST(n.value AS TEXT), 0 \
      FROM json_each($1) s CROSS JOIN json_each($2) n",
        FAMILIES,
    ),
    (
        "INSERT INTO enrolment (school_id, year, child_id, class_id) \
      SELECT school_id, '2026-2027', child_id, school_id * 1000 + 1 + (child_id % 1000) % 18 FROM child \
      WHERE school_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) AND $2 <> ''",
        1,
    ),
    (
        "INSERT INTO person (school_id, person_id, name, created_at) \
      SELECT school_id, child_id, 'Mẹ của ' || name, 0 FROM child \
      WHERE school_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) AND $2 <> ''",
        1,
    ),
    (
        "INSERT INTO guardian (school_id, child_id, person_id, linked_at) SELECT school_id, child_id, child_id, 0 FROM child \
      WHERE school_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) AND $2 <> ''",
        1,
    ),
    (
        "INSERT INTO act (school_id, act_id, task_id, person_id, child_id, verb, evidence, at) \
      SELECT c.school_id, c.child_id * 1000 + CAST(n.value AS BIGINT), c.school_id * 1000 + CAST(n.value AS BIGINT), \
      c.child_id, NULL, 'done', 'said', 1795500000000 + c.child_id FROM child c CROSS JOIN json_each($2) n \
      WHERE c.school_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))",
        ACTS,
    ),
    (
        "INSERT INTO family (school_id, task_id, child_id, state, evidence, at) \
      SELECT c.school_id, c.school_id * 1000 + CAST(n.value AS BIGINT), c.child_id, 'done', 'said', \
      1795500000000 + c.child_id FROM child c CROSS JOIN json_each($2) n \
      WHERE c.school_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))",
        ACTS,
    ),
    (
        "INSERT INTO tally (school_id, class_id, task_id, state, evidence, families) \
      SELECT f.school_id, e.class_id, f.task_id, 'done', 'said', COUNT(*) FROM family f \
      JOIN enrolment e ON e.school_id = f.school_id AND e.child_id = f.child_id \
      WHERE f.school_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) AND $2 <> '' \
      GROUP BY f.school_id, e.class_id, f.task_id",
        1,
    ),
    (
        "INSERT INTO tombstone (mark, at) SELECT 'x' || CAST(s.value AS TEXT), 0 \
      FROM json_each($1) s CROSS JOIN json_each($2) n",
        1,
    ),
];

/// Returns how many rows there are.
async fn fill(url: &str, schools: i64) -> i64 {
    let db = Db::open(url).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    let numbers = |until: i64| serde_json::to_string(&(1..=until).collect::<Vec<_>>()).unwrap();
    let mut rows = 0;
    for (sql, each) in STEPS {
        rows += step(&mut tx, sql, numbers(schools), numbers(each)).await;
    }
    tx.commit().await.unwrap();
    db.count_rows().await.unwrap();
    db.close().await;
    rows
}

async fn step(tx: &mut Tx, sql: &'static str, schools: String, each: String) -> i64 {
    let written = tx.execute(sql, vals![schools, each]).await.unwrap();
    i64::try_from(written).unwrap()
}
