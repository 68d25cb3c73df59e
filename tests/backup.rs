//! A back-up holds everything of one moment, opens for nobody else, comes back whole on either engine or not at all,
//! and nobody who was deleted comes back with it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
// Two worlds are shared with the tests of the ledger, which use more of them.
#![allow(dead_code)]

#[path = "backup/broken.rs"]
mod broken;
#[path = "backup/commands.rs"]
mod commands;
#[path = "backup/daily.rs"]
mod daily;
#[path = "backup/deleted.rs"]
mod deleted;
#[path = "backup/moving.rs"]
mod moving;
#[path = "support/program.rs"]
mod program;
#[path = "ledger/steps.rs"]
mod steps;
#[path = "support/mod.rs"]
mod support;
#[path = "backup/waiting.rs"]
mod waiting;
#[path = "ledger/world.rs"]
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lopso::app::recount;
use lopso::backup::tables::{Kind, TABLES};
use lopso::backup::{self, Problem, Restored, Secret, Target, Wish, Written};
use lopso::db::Db;
use lopso::domain::Timestamp;
use lopso::feature::guide::library::Library;
use lopso::installation::Key;
use lopso::roster::store;

/// The key of `Room` and `World`.
fn secret() -> Secret {
    Secret {
        key: Key::new(b"key"),
        passphrase: None,
    }
}

/// A folder for back-ups that goes away with the test.
struct Drawer(tempfile::TempDir);

impl Drawer {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn files(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> = names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

async fn back_up(db: &Db, path: &Path, now: Timestamp) -> Written {
    let target = Target { path, force: false };
    backup::write(db, target, &secret(), now).await.unwrap()
}

async fn bring_back(
    file: &Path,
    to: &Db,
    secret: &Secret,
    moved: bool,
    now: Timestamp,
) -> Result<Restored, Problem> {
    let list = backup::tombstones::beside(file);
    let wish = Wish {
        file,
        tombstones: &[list],
        moved,
        library: Arc::new(Library::embedded().unwrap()),
        now,
    };
    backup::restore(to, secret, &wish).await
}

/// All rows of a table, each as text, so that the two engines can be compared.
async fn rows(db: &Db, name: &str) -> BTreeSet<String> {
    let table = TABLES.iter().find(|table| table.name == name).unwrap();
    let mut tx = db.read().await.unwrap();
    let rows = tx.rows(table.select, Vec::new()).await.unwrap();
    let text = |row: &lopso::db::Row| {
        let cells = table.columns.iter().map(|column| match column.kind {
            Kind::Int => format!("{:?}", row.get::<Option<i64>>(column.name).unwrap()),
            Kind::Text => format!("{:?}", row.get::<Option<String>>(column.name).unwrap()),
            Kind::Bool => format!("{:?}", row.get::<Option<bool>>(column.name).unwrap()),
        });
        cells.collect::<Vec<_>>().join(" | ")
    };
    rows.iter().map(text).collect()
}

async fn everything(db: &Db) -> BTreeMap<&'static str, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    for table in TABLES {
        all.insert(table.name, rows(db, table.name).await);
    }
    all
}

async fn number(db: &Db, sql: &'static str) -> i64 {
    let mut tx = db.read().await.unwrap();
    let row = tx.row(sql, Vec::new()).await.unwrap().unwrap();
    row.get("n").unwrap()
}

async fn is_counted(db: &Db) {
    let mut tx = db.read().await.unwrap();
    let schools = store::schools(&mut tx).await.unwrap();
    drop(tx);
    for school in schools {
        let difference = recount(db, &school).await.unwrap();
        assert!(difference.is_none(), "{}: {difference:?}", school.name);
    }
}
