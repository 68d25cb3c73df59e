//! What came in: every update once, and those that could not be applied set aside with a reason.

use std::collections::HashSet;

use crate::db::{Row, Set, Tx};
use crate::domain::message::Update;
use crate::domain::{BotId, Timestamp, time::DAY_MS};
use crate::roster::accounts::ExternalId;
use crate::vals;

/// How long an applied update is remembered against being counted twice, and a set-aside one is kept.
/// Telegram keeps an unconfirmed update for 24 hours; a week covers a PC that was off over a holiday.
pub const REMEMBERED_MS: i64 = 7 * DAY_MS;

/// Writes the updates down; returns those that were not there yet, in the order they came.
pub async fn first_time(
    tx: &mut Tx,
    bot: BotId,
    updates: Vec<Update>,
    now: Timestamp,
) -> Result<Vec<Update>, sqlx::Error> {
    const INSERT: &str = "INSERT INTO inbox (bot_id, external_id, received_at) \
         SELECT $1, value ->> 'id', $2 FROM json_each($3) WHERE true ON CONFLICT DO NOTHING RETURNING external_id";
    let ids: Vec<ExternalId<'_>> = updates
        .iter()
        .map(|update| ExternalId {
            id: &update.external_id,
        })
        .collect();
    let rows = tx.rows(INSERT, vals![bot, now, Set(ids)]).await?;
    let mut new: HashSet<String> = rows
        .iter()
        .map(|row| row.get("external_id"))
        .collect::<Result<_, _>>()?;
    // `remove` rather than `contains`: the same update twice in one batch is one update.
    Ok(updates
        .into_iter()
        .filter(|update| new.remove(&update.external_id))
        .collect())
}

/// Keeps an update that cannot be applied, with the reason, for `lopso doctor`.
pub async fn set_aside(
    tx: &mut Tx,
    bot: BotId,
    update: &Update,
    reason: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    const INSERT: &str = "INSERT INTO inbox (bot_id, external_id, received_at, body, reason) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (bot_id, external_id) DO UPDATE SET body = excluded.body, reason = excluded.reason";
    let body = serde_json::to_string(update).unwrap_or_default();
    tx.execute(INSERT, vals![bot, &update.external_id, now, body, reason])
        .await?;
    Ok(())
}

/// An update that could not be applied, by the bot it came to and the platform's id of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    pub bot: BotId,
    pub external_id: String,
    pub received_at: Timestamp,
    /// Why, for the operator: without words of people.
    pub reason: String,
}

/// Those that stand aside, oldest first.
pub async fn all_aside(tx: &mut Tx, most: i64) -> Result<Vec<Aside>, sqlx::Error> {
    const SELECT: &str = "SELECT bot_id, external_id, received_at, reason FROM inbox \
         WHERE body IS NOT NULL ORDER BY received_at LIMIT $1";
    let read = |row: &Row| {
        let reason: Option<String> = row.get("reason")?;
        Ok(Aside {
            bot: row.get("bot_id")?,
            external_id: row.get("external_id")?,
            received_at: row.get("received_at")?,
            reason: reason.unwrap_or_default(),
        })
    };
    tx.rows(SELECT, vals![most])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Takes an update that stands aside out of the inbox, to be applied as if it came now; None when there is none.
pub async fn take_aside(
    tx: &mut Tx,
    bot: BotId,
    external_id: &str,
) -> Result<Option<Update>, sqlx::Error> {
    const TAKE: &str = "DELETE FROM inbox WHERE bot_id = $1 AND external_id = $2 AND body IS NOT NULL RETURNING body";
    let Some(row) = tx.row(TAKE, vals![bot, external_id]).await? else {
        return Ok(None);
    };
    let body: String = row.get("body")?;
    Ok(serde_json::from_str(&body).ok())
}

/// How many updates stand aside, and since when the oldest does.
pub async fn aside(tx: &mut Tx) -> Result<(i64, Option<Timestamp>), sqlx::Error> {
    const SELECT: &str =
        "SELECT COUNT(*) AS updates, MIN(received_at) AS oldest FROM inbox WHERE body IS NOT NULL";
    let Some(row) = tx.row(SELECT, vals![]).await? else {
        return Ok((0, None));
    };
    Ok((row.get("updates")?, row.get("oldest")?))
}

pub async fn forget_old(tx: &mut Tx, now: Timestamp) -> Result<u64, sqlx::Error> {
    const DELETE: &str = "DELETE FROM inbox WHERE received_at < $1";
    tx.execute(DELETE, vals![now.plus_ms(-REMEMBERED_MS)]).await
}

/// Somebody is forgotten: of what they wrote and could not be applied no words stay.
pub async fn forget(tx: &mut Tx, bot: BotId, sender: &str) -> Result<(), sqlx::Error> {
    const SELECT: &str =
        "SELECT external_id, body FROM inbox WHERE bot_id = $1 AND body IS NOT NULL";
    const UPDATE: &str =
        "UPDATE inbox SET body = NULL, reason = NULL WHERE bot_id = $1 AND external_id = $2";
    for row in tx.rows(SELECT, vals![bot]).await? {
        let (id, body): (String, String) = (row.get("external_id")?, row.get("body")?);
        let theirs = serde_json::from_str::<Update>(&body)
            .is_ok_and(|update| update.sender.external_id == sender);
        if theirs {
            tx.execute(UPDATE, vals![bot, id]).await?;
        }
    }
    Ok(())
}
