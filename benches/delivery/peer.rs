//! The peers' own small database: the same district, filled before and counted after.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection as _, Row as _};

use super::contender::Kept;
use super::scene::district::Size;
use super::wire::Tap;

const SCHEMA: &str = include_str!("../peers/schema.sql");

async fn open(file: &str) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(Path::new(file))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    SqliteConnection::connect_with(&options).await.unwrap()
}

/// Returns one tap for each guardian and task.
pub async fn fill(file: &str, size: Size) -> Vec<Tap> {
    let mut db = open(file).await;
    sqlx::raw_sql(SCHEMA).execute(&mut db).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    let mut taps = Vec::new();
    for class in 0..size.schools * size.classes {
        for place in 0..size.families {
            let number = i64::try_from(class * size.families + place).unwrap();
            let class = i64::try_from(class).unwrap();
            let (account, person, child) = (5_000_000_000 + number, 1 + number, 100_001 + number);
            for (insert, one, other) in [
                (
                    "INSERT INTO account (telegram_id, person_id) VALUES (?1, ?2)",
                    account,
                    person,
                ),
                (
                    "INSERT INTO child (child_id, class_id, name) VALUES (?1, ?2, 'Child')",
                    child,
                    class,
                ),
                (
                    "INSERT INTO guardian (person_id, child_id) VALUES (?1, ?2)",
                    person,
                    child,
                ),
            ] {
                let insert = sqlx::query(insert).bind(one).bind(other);
                insert.execute(&mut *tx).await.unwrap();
            }
            taps.extend((1..=size.tasks).map(|task| Tap {
                group: -1_002_000_000_000 - class,
                account,
                data: format!("done:{task}"),
            }));
        }
    }
    tx.commit().await.unwrap();
    db.close().await.unwrap();
    taps
}

pub async fn count(file: &str) -> Kept {
    let mut db = open(file).await;
    let mut numbers = Vec::new();
    for select in [
        "SELECT COUNT(*) FROM act",
        "SELECT COUNT(*) FROM (SELECT DISTINCT person_id, task_id FROM act)",
        "SELECT COUNT(*) FROM family WHERE state = 'done'",
        "SELECT COALESCE(SUM(families), 0) FROM tally WHERE state = 'done'",
    ] {
        let row = sqlx::query(select).fetch_one(&mut db).await.unwrap();
        numbers.push(usize::try_from(row.get::<i64, _>(0)).unwrap());
    }
    db.close().await.unwrap();
    let [acts, voices, families, tallied] = numbers.try_into().unwrap();
    Kept {
        acts: voices,
        double: acts - voices,
        agrees: families == voices && tallied == voices,
    }
}
