//! Who is measured: ours on either engine, and the peers; how each is made ready, started and looked at afterwards.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use lopso::app::{App, recount};
use lopso::db::Db;
use lopso::domain::Channel;
use lopso::feature::guide::library::Library;
use lopso::installation::Key;
use lopso::intake::now;

use super::peer;
use super::scene::district::{District, Size};
use super::scene::process::{command, spent_by_postgres};
use super::scene::{KEY, drop_schema, new_schema, postgres, sqlite_url};
use super::wire::{BOT, TOKEN, Tap, Wire};

/// 200 groups of 30 parents.
const SIZE: Size = Size {
    schools: 10,
    classes: 20,
    families: 30,
    tasks: 4,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contender {
    Sqlite,
    Postgres { server: String },
    Teloxide { program: PathBuf },
    Grammy { script: PathBuf },
}

/// A contender on a filled database, ready to be started.
pub struct Ready {
    pub taps: Vec<Tap>,
    database: String,
    district: Option<District>,
    folder: tempfile::TempDir,
}

/// What stands in the database at the end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kept {
    /// Confirmations, each guardian and task counted once.
    pub acts: usize,
    /// Those that stand there a second time.
    pub double: usize,
    /// The counts shown to teachers agree with the confirmations.
    pub agrees: bool,
}

impl Contender {
    /// Those that can be started here.
    pub fn all() -> Vec<Self> {
        let set = |name: &str| std::env::var(name).ok().map(PathBuf::from);
        let mut all = vec![Contender::Sqlite];
        all.extend(postgres().map(|server| Contender::Postgres { server }));
        all.extend(set("LOPSO_BENCH_TELOXIDE").map(|program| Contender::Teloxide { program }));
        all.extend(set("LOPSO_BENCH_GRAMMY").map(|script| Contender::Grammy { script }));
        all
    }

    pub fn name(&self) -> &'static str {
        match self {
            Contender::Sqlite => "`lopso serve`, SQLite",
            Contender::Postgres { .. } => "`lopso serve`, PostgreSQL",
            Contender::Teloxide { .. } => "teloxide + sqlx, SQLite",
            Contender::Grammy { .. } => "grammY + better-sqlite3",
        }
    }

    pub fn is_ours(&self) -> bool {
        match self {
            Contender::Sqlite | Contender::Postgres { .. } => true,
            Contender::Teloxide { .. } | Contender::Grammy { .. } => false,
        }
    }

    /// With this many taps, each of another guardian or about another task, from all groups at once.
    pub async fn prepare(&self, taps: usize) -> Ready {
        let folder = tempfile::tempdir().unwrap();
        match self {
            Contender::Sqlite | Contender::Postgres { .. } => {
                let database = match self {
                    Contender::Postgres { server } => new_schema(server).await,
                    Contender::Sqlite | Contender::Teloxide { .. } | Contender::Grammy { .. } => {
                        sqlite_url(folder.path(), "lopso.db")
                    }
                };
                let (app, district) = settle(&database, SIZE).await;
                district.boards_hang(app.db()).await;
                app.db().close().await;
                let mut all = district.touches();
                shuffle(&mut all);
                let tap = |touch: &super::scene::district::Touch| Tap {
                    group: touch.group(),
                    account: touch.account(),
                    data: touch.data(),
                };
                Ready {
                    taps: all.iter().take(taps).map(tap).collect(),
                    database,
                    district: Some(district),
                    folder,
                }
            }
            Contender::Teloxide { .. } | Contender::Grammy { .. } => {
                let database = folder.path().join("peer.db").display().to_string();
                let mut all = peer::fill(&database, SIZE).await;
                shuffle(&mut all);
                all.truncate(taps);
                Ready {
                    taps: all,
                    database,
                    district: None,
                    folder,
                }
            }
        }
    }

    pub fn command(&self, ready: &Ready, wire: &Wire) -> Command {
        match self {
            Contender::Sqlite | Contender::Postgres { .. } => {
                ours(&ready.database, ready.folder.path(), wire)
            }
            Contender::Teloxide { program } => theirs(command(program), ready, wire),
            Contender::Grammy { script } => {
                let mut node = command("node");
                node.arg(script).env("NODE_ENV", "production");
                theirs(node, ready, wire)
            }
        }
    }

    /// What its database server has spent, where there is one.
    pub async fn spent_by_server(&self) -> Option<Duration> {
        match self {
            Contender::Postgres { server } => spent_by_postgres(server).await,
            Contender::Sqlite | Contender::Teloxide { .. } | Contender::Grammy { .. } => None,
        }
    }

    /// Counts what was kept, and throws the database away.
    pub async fn count(&self, ready: Ready) -> Kept {
        let Some(district) = &ready.district else {
            return peer::count(&ready.database).await;
        };
        let db = Db::open(&ready.database).await.unwrap();
        let mut agrees = true;
        for school in &district.schools {
            agrees &= recount(&db, school).await.unwrap().is_none();
        }
        let mut tx = db.read().await.unwrap();
        let rows = tx.rows("SELECT person_id, task_id FROM act", Vec::new());
        let rows = rows.await.unwrap();
        let voices: HashSet<(i64, i64)> = rows
            .iter()
            .map(|row| (row.get("person_id").unwrap(), row.get("task_id").unwrap()))
            .collect();
        drop(tx);
        db.close().await;
        if let Contender::Postgres { .. } = self {
            drop_schema(&ready.database).await;
        }
        Kept {
            acts: voices.len(),
            double: rows.len() - voices.len(),
            agrees,
        }
    }
}

impl Ready {
    /// Without taps, for a database that somebody else filled.
    pub fn with(database: String, folder: tempfile::TempDir) -> Self {
        Self {
            taps: Vec::new(),
            database,
            district: None,
            folder,
        }
    }
}

/// Our district in an empty database, on the bot that the server will say it is.
async fn settle(database: &str, size: Size) -> (App, District) {
    let db = Db::open(database).await.unwrap();
    let app = App::new(db, Arc::new(Library::embedded().unwrap()), Key::new(b"key"));
    let district = District::build(&app, size, Channel::Telegram, BOT, now()).await;
    (app, district)
}

fn ours(database: &str, folder: &Path, wire: &Wire) -> Command {
    // Another build of the program can be measured in place of this one.
    let program = std::env::var("LOPSO_BENCH_PROGRAM").ok();
    let mut lopso = command(program.as_deref().unwrap_or(env!("CARGO_BIN_EXE_lopso")));
    lopso
        .arg("serve")
        .current_dir(folder)
        .env("LOPSO_TELEGRAM_TOKEN", TOKEN)
        .env("LOPSO_TELEGRAM_API_URL", wire.url())
        .env("LOPSO_DATABASE_URL", database)
        .env("LOPSO_HTTP_ADDR", "127.0.0.1:0")
        .env("LOPSO_INSTALLATION_KEY", KEY);
    lopso
}

fn theirs(mut program: Command, ready: &Ready, wire: &Wire) -> Command {
    program
        .current_dir(ready.folder.path())
        .env("BOT_TOKEN", TOKEN)
        .env("BOT_API_URL", wire.url())
        .env("BOT_DATABASE", &ready.database);
    program
}

/// Always the same mixture, whatever there is to mix.
fn shuffle<T>(all: &mut [T]) {
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    for last in (1..all.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let other = usize::try_from(state % (last as u64 + 1)).unwrap();
        all.swap(last, other);
    }
}
