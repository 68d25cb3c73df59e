//! Requests to delete: what the operator sees of them, and what proves that they were done.

use serde::Serialize;

use crate::db::{Row, Set, Tx, fresh_id};
use crate::domain::time::{DAY_MS, HOUR_MS};
use crate::domain::{AccountId, Timestamp};
use crate::installation::{Key, hex};
use crate::roster::accounts;
use crate::vals;

/// A request must be done within this (decree 356/2025: 20 days; design: 15 at the latest).
pub const DEADLINE_MS: i64 = 15 * DAY_MS;
/// The proof that a request was done is kept for a year.
const PROOF_MS: i64 = 365 * DAY_MS;

/// Somebody asks; asked twice it is one request.
pub async fn open(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<(), sqlx::Error> {
    const UPDATE: &str = "UPDATE erasure SET asked_at = $2 WHERE account_id = $1";
    const INSERT: &str = "INSERT INTO erasure (receipt, account_id, asked_at) VALUES ($1, $2, $3)";
    if tx.execute(UPDATE, vals![account, now]).await? == 0 {
        tx.execute(INSERT, vals![receipt(now), account, now])
            .await?;
    }
    Ok(())
}

/// They thought better of it.
pub async fn withdraw(tx: &mut Tx, account: AccountId) -> Result<(), sqlx::Error> {
    const DELETE: &str = "DELETE FROM erasure WHERE account_id = $1";
    tx.execute(DELETE, vals![account]).await?;
    Ok(())
}

/// Who is asked whether to delete answers within this.
const ASKED_MS: i64 = HOUR_MS;

/// It is done, for all accounts of the person. Returns the receipt, which names nobody; None when this account has
/// not asked within the hour.
pub async fn done(
    tx: &mut Tx,
    accounts: &[AccountId],
    account: AccountId,
    now: Timestamp,
) -> Result<Option<String>, sqlx::Error> {
    const UPDATE: &str = "UPDATE erasure SET account_id = NULL, done_at = $2 \
         WHERE account_id = $1 AND asked_at > $3 RETURNING receipt";
    // What they asked for by another account of theirs is done with it.
    const OTHERS: &str = "DELETE FROM erasure \
         WHERE account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    let lately = now.plus_ms(-ASKED_MS);
    let Some(row) = tx.row(UPDATE, vals![account, now, lately]).await? else {
        return Ok(None);
    };
    tx.execute(OTHERS, vals![Set(accounts)]).await?;
    row.get("receipt").map(Some)
}

/// "BN-" and ten characters to be read aloud, of the moment's own number (an id without the bits of its process).
/// Unlike our other codes, so that nobody takes it for one.
fn receipt(now: Timestamp) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let number = fresh_id(now) >> 12;
    let letter = |place: i64| {
        let value = usize::try_from(number >> (place * 5) & 31).unwrap_or(0);
        char::from(LETTERS[value])
    };
    let letters: String = (0..10).rev().map(letter).collect();
    format!("BN-{letters}")
}

/// What the operator sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    pub done: i64,
    /// Asked for and not confirmed by the person.
    pub open: i64,
    pub oldest: Option<Timestamp>,
}

pub async fn clock(tx: &mut Tx) -> Result<Clock, sqlx::Error> {
    const DONE: &str = "SELECT COUNT(*) AS n FROM erasure WHERE done_at > 0";
    const OPEN: &str =
        "SELECT COUNT(*) AS n, MIN(asked_at) AS oldest FROM erasure WHERE done_at IS NULL";
    let done = tx.row(DONE, vals![]).await?;
    let open = tx.row(OPEN, vals![]).await?;
    Ok(Clock {
        done: done.map_or(Ok(0), |row| row.get("n"))?,
        open: open.as_ref().map_or(Ok(0), |row| row.get("n"))?,
        oldest: open.map_or(Ok(None), |row| row.get("oldest"))?,
    })
}

/// How long it is remembered who was deleted: fourteen days that a daily back-up lives, and a summer in which a PC is
/// off and keeps its last one.
pub const TOMBSTONE_MS: i64 = 90 * DAY_MS;

/// Somebody was deleted at their own wish, so that a back-up from before does not bring them back.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Tombstone {
    /// The account, in a form in which only who has the installation's key knows it again.
    pub mark: String,
    pub at: Timestamp,
}

/// By which mark an account is known again. The names are those of the platform: the ids of a restored database need
/// not be the same.
pub fn mark(key: &Key, channel: &str, bot: &str, external_id: &str) -> String {
    let name = format!("{channel}\n{bot}\n{external_id}");
    hex(&key.hash(&[b"lopso tombstone, account ", name.as_bytes()]))
}

/// Writes down that these accounts were deleted, as long as they are still there to be named.
pub async fn bury(
    tx: &mut Tx,
    key: &Key,
    gone: &[AccountId],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let named = accounts::named(tx, gone).await?;
    let tombstones: Vec<Tombstone> = named
        .iter()
        .map(|account| Tombstone {
            mark: mark(key, &account.channel, &account.bot, &account.external_id),
            at: now,
        })
        .collect();
    bury_again(tx, &tombstones).await
}

/// Writes down what another list knew.
pub async fn bury_again(tx: &mut Tx, tombstones: &[Tombstone]) -> Result<(), sqlx::Error> {
    const INSERT: &str = "INSERT INTO tombstone (mark, at) \
         SELECT value ->> 'mark', CAST(value ->> 'at' AS BIGINT) FROM json_each($1) WHERE true ON CONFLICT DO NOTHING";
    tx.execute(INSERT, vals![Set(tombstones)]).await?;
    Ok(())
}

/// Who was deleted since this moment.
pub async fn tombstones(tx: &mut Tx, since: Timestamp) -> Result<Vec<Tombstone>, sqlx::Error> {
    const SELECT: &str = "SELECT mark, at FROM tombstone WHERE at > $1 ORDER BY at, mark";
    let read = |row: &Row| {
        Ok(Tombstone {
            mark: row.get("mark")?,
            at: row.get("at")?,
        })
    };
    tx.rows(SELECT, vals![since])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Forgets proofs that nobody asks for any more, requests that their people let lie, and tombstones for which no
/// back-up is left.
pub async fn forget_old(tx: &mut Tx, now: Timestamp) -> Result<u64, sqlx::Error> {
    const DONE: &str = "DELETE FROM erasure WHERE done_at < $1";
    const OPEN: &str = "DELETE FROM erasure WHERE done_at IS NULL AND asked_at < $1";
    const BURIED: &str = "DELETE FROM tombstone WHERE at < $1";
    let done = tx.execute(DONE, vals![now.plus_ms(-PROOF_MS)]).await?;
    let open = tx.execute(OPEN, vals![now.plus_ms(-DEADLINE_MS)]).await?;
    let buried = tx
        .execute(BURIED, vals![now.plus_ms(-TOMBSTONE_MS)])
        .await?;
    Ok(done + open + buried)
}
