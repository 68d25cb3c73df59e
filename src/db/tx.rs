//! A transaction on either engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Postgres, Row as _, Sqlite, Transaction};

use super::{Row, Val, sheet};
use crate::domain::SchoolId;
use crate::vals;

/// Dropping it without `commit` rolls it back.
pub struct Tx {
    inner: Inner,
    statements: Arc<AtomicU64>,
}

pub(super) enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Binds the values in order; the same lines for two types that share no trait for it.
macro_rules! bound {
    ($query:expr, $vals:expr) => {{
        let mut query = $query;
        for val in $vals {
            query = match val {
                Val::Int(value) => query.bind(value),
                Val::Text(value) => query.bind(value),
                Val::Bool(value) => query.bind(value),
            };
        }
        query
    }};
}

fn sqlite_query(sql: &'static str, vals: Vec<Val>) -> Query<'static, Sqlite, SqliteArguments> {
    bound!(sqlx::query::<Sqlite>(sql), vals)
}

fn postgres_query(sql: &'static str, vals: Vec<Val>) -> Query<'static, Postgres, PgArguments> {
    bound!(sqlx::query::<Postgres>(sql), vals)
}

impl Tx {
    pub(super) fn new(inner: Inner, statements: Arc<AtomicU64>) -> Self {
        Self { inner, statements }
    }

    /// Runs a statement; returns how many rows it changed.
    pub async fn execute(&mut self, sql: &'static str, vals: Vec<Val>) -> Result<u64, sqlx::Error> {
        self.count(sql, &vals)?;
        match &mut self.inner {
            Inner::Sqlite(tx) => Ok(sqlite_query(sql, vals)
                .execute(&mut **tx)
                .await?
                .rows_affected()),
            Inner::Postgres(tx) => Ok(postgres_query(sql, vals)
                .execute(&mut **tx)
                .await?
                .rows_affected()),
        }
    }

    pub async fn rows(
        &mut self,
        sql: &'static str,
        vals: Vec<Val>,
    ) -> Result<Vec<Row>, sqlx::Error> {
        self.count(sql, &vals)?;
        match &mut self.inner {
            Inner::Sqlite(tx) => {
                if let Some(sheet) = sheet::of(sql) {
                    let row = sqlite_query(&sheet.sql, vals).fetch_one(&mut **tx).await?;
                    let lines = sheet.lines(row.try_get("sheet")?)?;
                    return Ok(lines.into_iter().map(Row::Line).collect());
                }
                let rows = sqlite_query(sql, vals).fetch_all(&mut **tx).await?;
                if let Some(row) = rows.first() {
                    sheet::learn(sql, row);
                }
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
            Inner::Postgres(tx) => Ok(postgres_query(sql, vals)
                .fetch_all(&mut **tx)
                .await?
                .into_iter()
                .map(Row::Postgres)
                .collect()),
        }
    }

    pub async fn row(
        &mut self,
        sql: &'static str,
        vals: Vec<Val>,
    ) -> Result<Option<Row>, sqlx::Error> {
        Ok(self.rows(sql, vals).await?.into_iter().next())
    }

    /// The rows as they come, for tables that do not fit into memory.
    pub fn stream(
        &mut self,
        sql: &'static str,
    ) -> Result<BoxStream<'_, Result<Row, sqlx::Error>>, sqlx::Error> {
        self.count(sql, &[])?;
        Ok(match &mut self.inner {
            Inner::Sqlite(tx) => sqlx::query::<Sqlite>(sql)
                .fetch(&mut **tx)
                .map(|row| row.map(Row::Sqlite))
                .boxed(),
            Inner::Postgres(tx) => sqlx::query::<Postgres>(sql)
                .fetch(&mut **tx)
                .map(|row| row.map(Row::Postgres))
                .boxed(),
        })
    }

    pub async fn commit(self) -> Result<(), sqlx::Error> {
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await,
            Inner::Postgres(tx) => tx.commit().await,
        }
    }

    /// Whether others write at the same time, so that schools must be locked before they are read
    /// ([`Tx::lock_schools`]).
    pub fn has_company(&self) -> bool {
        matches!(self.inner, Inner::Postgres(_))
    }

    /// Locks the schools that this transaction will write, always in the order of their ids, so that
    /// two bots and an import at the same family take turns and never wait for each other in a ring.
    /// On SQLite the transaction already holds the only write lock.
    pub async fn lock_schools(&mut self, schools: &[SchoolId]) -> Result<(), sqlx::Error> {
        if schools.is_empty() || !self.has_company() {
            return Ok(());
        }
        const LOCK: &str = "SELECT school_id FROM school \
             WHERE school_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) ORDER BY school_id FOR UPDATE";
        self.rows(LOCK, vals![super::Set(schools)]).await?;
        Ok(())
    }

    /// SQLite takes a missing bind as NULL without a word, so the number of binds is checked here.
    fn count(&self, sql: &'static str, vals: &[Val]) -> Result<(), sqlx::Error> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        let wanted = highest_bind(sql);
        if wanted == vals.len() {
            return Ok(());
        }
        Err(sqlx::Error::Protocol(format!(
            "{wanted} binds in the statement, {} given: {sql}",
            vals.len()
        )))
    }
}

/// The highest `$n` in a statement; ours have no `$` inside literals.
fn highest_bind(sql: &str) -> usize {
    sql.split('$')
        .skip(1)
        .map(|rest| rest.bytes().take_while(u8::is_ascii_digit).fold(0, digit))
        .max()
        .unwrap_or(0)
}

fn digit(number: usize, byte: u8) -> usize {
    number * 10 + usize::from(byte - b'0')
}

#[cfg(test)]
mod tests {
    use super::highest_bind;

    #[test]
    fn binds_are_counted_by_their_highest_number() {
        assert_eq!(highest_bind("SELECT 1"), 0);
        assert_eq!(highest_bind("SELECT $2, $1, $1"), 2);
        assert_eq!(highest_bind("VALUES ($10, $9)"), 10);
    }
}
