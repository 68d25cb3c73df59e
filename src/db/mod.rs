//! One SQL text, two engines: a file on the school's own PC (SQLite) or a server (PostgreSQL).
//!
//! The drivers are sqlx's native ones behind four small enums; `sqlx::Any` cannot read a BOOLEAN from
//! SQLite. What keeps one text possible: `$1` binds, BIGINT everywhere, ids and times made by the
//! application, `CAST(SUM(x) AS BIGINT)`, no `now()`, no `= ANY`, sorting of Vietnamese in Rust.
//!
//! A set of rows goes into a statement as one JSON array: `FROM json_each($1)`, one `value` a row, its
//! fields by `value ->> 'name'`. SQLite has this table function; on PostgreSQL `connect` adds one of
//! the same name for text (`jsonb_array_elements`).

mod engine;
mod hold;
mod problem;
mod row;
mod sheet;
mod tx;
mod val;

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

pub use engine::{Engine, schema};
pub use hold::Hold;
pub use problem::Problem;
pub use row::{Col, Row, unknown_word};
pub use tx::Tx;
pub use val::{Set, Val};

use crate::domain::Timestamp;
use crate::vals;

/// An open database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pools: engine::Pools,
    statements: Arc<AtomicU64>,
}

impl Db {
    /// Opens `sqlite:path`, `sqlite::memory:` or `postgres://…` and brings its tables up to date.
    pub async fn open(url: &str) -> Result<Self, Problem> {
        let pools = engine::Pools::open(url).await?;
        pools.migrate().await?;
        let db = Self {
            pools,
            statements: Arc::new(AtomicU64::new(0)),
        };
        let mut tx = db.read().await.map_err(Problem::Unreadable)?;
        go_on_after_the_last_id(&mut tx)
            .await
            .map_err(Problem::Unreadable)?;
        drop(tx);
        Ok(db)
    }

    pub fn engine(&self) -> Engine {
        self.pools.engine()
    }

    /// Begins a writing transaction. On SQLite it holds the one write lock from here on.
    pub async fn begin(&self) -> Result<Tx, sqlx::Error> {
        Ok(Tx::new(
            self.pools.begin_write().await?,
            self.statements.clone(),
        ))
    }

    /// Begins a reading transaction: every statement in it sees the same moment.
    pub async fn read(&self) -> Result<Tx, sqlx::Error> {
        Ok(Tx::new(
            self.pools.begin_read().await?,
            self.statements.clone(),
        ))
    }

    /// Takes a bot (or whatever else has this id) for this program alone; None while another program has it.
    pub async fn hold(&self, id: i64) -> Result<Option<Hold>, sqlx::Error> {
        self.pools.hold(id).await
    }

    /// How many statements ran so far; the batch's promise of a constant number is tested with it.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Lets the engine count its rows anew, so that it chooses its indexes by how the tables are now. To be
    /// called after much was written at once: a server looks by itself only after a while, and until then
    /// takes a full table for an empty one.
    pub async fn count_rows(&self) -> Result<(), sqlx::Error> {
        self.pools.analyze().await
    }

    pub async fn close(&self) {
        self.pools.close().await;
    }
}

/// Ids are the order in which things were said, so a clock that was set back must not give smaller ones
/// than there are: those of this process begin after the last in the tables.
pub async fn go_on_after_the_last_id(tx: &mut Tx) -> Result<(), sqlx::Error> {
    // School by school, since the key of an act begins with it.
    const LAST: &str = "SELECT \
         (SELECT MAX((SELECT MAX(a.act_id) FROM act a WHERE a.school_id = s.school_id)) FROM school s) AS act, \
         (SELECT MAX(outbox_id) FROM outbox) AS outbox, (SELECT MAX(prompt_id) FROM prompt) AS prompt, \
         (SELECT MAX(consent_id) FROM consent) AS consent";
    if let Some(row) = tx.row(LAST, vals![]).await? {
        for column in ["act", "outbox", "prompt", "consent"] {
            let last: Option<i64> = row.get(column)?;
            let time_and_sequence = last.unwrap_or(0) & !((1 << NODE_BITS) - 1);
            LAST_ID.fetch_max(time_and_sequence | node(), Ordering::Relaxed);
        }
    }
    Ok(())
}

/// Binds for a statement: `vals![school, "text", None::<i64>]`.
#[macro_export]
macro_rules! vals {
    ($($value:expr),* $(,)?) => { vec![$($crate::db::Val::from($value)),*] };
}

/// Milliseconds of 2026-01-01 UTC, from which the time part of an id counts.
const IDS_BEGIN_MS: i64 = 1_767_225_600_000;
const NODE_BITS: u32 = 12;
const SEQUENCE_BITS: u32 = 10;

static LAST_ID: AtomicI64 = AtomicI64::new(0);
static NODE: OnceLock<i64> = OnceLock::new();

/// A new id: 41 bits of milliseconds, 10 bits of sequence, 12 bits drawn once per process so that two
/// programs at one database do not meet. A thousand ids in one millisecond borrow from the next.
pub fn fresh_id(now: Timestamp) -> i64 {
    let by_clock = ((now.0 - IDS_BEGIN_MS).max(1) << (NODE_BITS + SEQUENCE_BITS)) | node();
    let step = 1_i64 << NODE_BITS;
    let taken = LAST_ID.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| {
        Some(by_clock.max(last + step))
    });
    let last = taken.unwrap_or_else(|last| last);
    by_clock.max(last + step)
}

/// The bits of this process.
fn node() -> i64 {
    *NODE.get_or_init(|| {
        let mut bytes = [0_u8; 2];
        // Without randomness the process id still tells two programs of one machine apart.
        if getrandom::fill(&mut bytes).is_err() {
            bytes = (std::process::id() as u16).to_le_bytes();
        }
        i64::from(u16::from_le_bytes(bytes)) & ((1 << NODE_BITS) - 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_even_when_the_clock_stands_still() {
        let ids: Vec<i64> = (0..5_000)
            .map(|_| fresh_id(Timestamp(IDS_BEGIN_MS + 5)))
            .collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
