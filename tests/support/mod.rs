//! What the tests share: a database of their own on either engine, and a class to talk in.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop; not every test file uses every helper"
)]

#[path = "platforms/mod.rs"]
pub mod platforms;
pub mod room;

use std::path::PathBuf;

use lopso::db::{Db, Engine};

/// A database for one test. SQLite in a folder that goes away with it; PostgreSQL in a schema of its own.
pub struct TestDb {
    pub db: Db,
    pub url: String,
    _folder: Option<tempfile::TempDir>,
}

/// None when the tests run without a PostgreSQL (plain `cargo test`); `scripts/test.sh` brings one.
pub async fn database(engine: Engine) -> Option<TestDb> {
    match engine {
        Engine::Sqlite => {
            let folder = tempfile::tempdir().unwrap();
            let url = format!("sqlite:{}", folder.path().join("test.db").display());
            Some(TestDb {
                db: Db::open(&url).await.unwrap(),
                url,
                _folder: Some(folder),
            })
        }
        Engine::Postgres => {
            let url = postgres_schema().await?;
            Some(TestDb {
                db: Db::open(&url).await.unwrap(),
                url,
                _folder: None,
            })
        }
    }
}

async fn postgres_schema() -> Option<String> {
    use sqlx::Connection as _;
    let Ok(server) = std::env::var("LOPSO_TEST_POSTGRES") else {
        eprintln!("skipped: LOPSO_TEST_POSTGRES is not set");
        return None;
    };
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).unwrap();
    let schema = format!("t{:016x}", u64::from_le_bytes(bytes));
    let mut connection = sqlx::PgConnection::connect(&server).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}")))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    Some(format!("{server}?options=-c%20search_path%3D{schema}"))
}

pub fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}
