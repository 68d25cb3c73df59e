//! What the benchmarks share: a district of families in a database, and the measured programs with what they cost.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a measurement that cannot go on should stop; not every benchmark uses every part"
)]

pub mod district;
pub mod figures;
pub mod process;

use std::path::Path;

/// A key for programs that are measured, so that none makes one beside somebody's data.
pub const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// The server to measure on, besides SQLite.
pub fn postgres() -> Option<String> {
    std::env::var("LOPSO_BENCH_POSTGRES").ok()
}

pub fn sqlite_url(folder: &Path, name: &str) -> String {
    format!("sqlite:{}", folder.join(name).display())
}

/// A new, empty schema on the server, as the address of a database.
pub async fn new_schema(server: &str) -> String {
    use sqlx::Connection as _;
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).unwrap();
    let schema = format!("b{:016x}", u64::from_le_bytes(bytes));
    let mut connection = sqlx::PgConnection::connect(server).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}")))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    format!("{server}?options=-c%20search_path%3D{schema}")
}

/// Frees the disk of a schema that is no longer needed.
pub async fn drop_schema(url: &str) {
    use sqlx::Connection as _;
    let (server, schema) = url.split_once("?options=-c%20search_path%3D").unwrap();
    let mut connection = sqlx::PgConnection::connect(server).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("DROP SCHEMA {schema} CASCADE")))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}
