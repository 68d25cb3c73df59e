//! Who tries codes that are none: after a few nobody listens for a day.

use crate::db::{Row, Tx};
use crate::domain::time::DAY_MS;
use crate::domain::{AccountId, SchoolId, Timestamp};
use crate::vals;

/// Wrong codes of one account after which it is not listened to for a day.
pub const TRIES: i64 = 5;
/// Wrong codes in a school, of all accounts together, after which no short code is taken for a day. Some 110 million
/// short codes can be written and a school of 360 families gives out 360, so that this many guesses, day after day,
/// find one in about seventeen years. Slips of the pen are not counted: the check character finds them.
const TRIES_IN_SCHOOL: i64 = 50;

/// Who has tried too many wrong codes in the last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guessing {
    /// This account.
    Account,
    /// All accounts of a school together.
    School,
}

/// Whether codes are not listened to for now, and because of whom.
pub async fn guessing(
    tx: &mut Tx,
    account: AccountId,
    school: Option<SchoolId>,
    now: Timestamp,
) -> Result<Option<Guessing>, sqlx::Error> {
    const OWN: &str = "SELECT COUNT(*) AS wrong FROM wrong_code WHERE account_id = $1 AND at > $2";
    const ALL: &str = "SELECT COUNT(*) AS wrong FROM wrong_code WHERE school_id = $1 AND at > $2";
    let day_ago = now.plus_ms(-DAY_MS);
    let wrong = |row: Option<Row>| row.map_or(Ok(0), |row| row.get::<i64>("wrong"));
    let own = wrong(tx.row(OWN, vals![account, day_ago]).await?)?;
    let all = wrong(tx.row(ALL, vals![school, day_ago]).await?)?;
    Ok(if own >= TRIES {
        Some(Guessing::Account)
    } else {
        (all >= TRIES_IN_SCHOOL).then_some(Guessing::School)
    })
}

pub async fn note_wrong_code(
    tx: &mut Tx,
    account: AccountId,
    school: Option<SchoolId>,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    const INSERT: &str = "INSERT INTO wrong_code (account_id, school_id, at) VALUES ($1, $2, $3)";
    tx.execute(INSERT, vals![account, school, now]).await?;
    Ok(())
}
