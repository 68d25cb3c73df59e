//! The bots of this installation, and what a platform lets each send in a month.

pub mod budget;
pub mod tokens;

use crate::db::{Row, Tx, fresh_id, unknown_word};
use crate::domain::{Bot, BotId, Channel, Timestamp};
use crate::vals;

pub async fn all(tx: &mut Tx) -> Result<Vec<Bot>, sqlx::Error> {
    const SELECT: &str = "SELECT bot_id, channel, name, called FROM bot ORDER BY bot_id";
    tx.rows(SELECT, vals![]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Bot, sqlx::Error> {
    let channel: String = row.get("channel")?;
    let name: String = row.get("name")?;
    let called: Option<String> = row.get("called")?;
    Ok(Bot {
        id: row.get("bot_id")?,
        channel: Channel::from_slug(&channel).ok_or_else(|| unknown_word("channel", &channel))?,
        called: called.unwrap_or_else(|| name.clone()),
        name,
    })
}

/// Adds a bot, or finds the one of the same name on the same channel.
pub async fn add(
    tx: &mut Tx,
    channel: Channel,
    name: &str,
    now: Timestamp,
) -> Result<Bot, sqlx::Error> {
    const INSERT: &str =
        "INSERT INTO bot (bot_id, channel, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    const SELECT: &str =
        "SELECT bot_id, channel, name, called FROM bot WHERE channel = $1 AND name = $2";
    let id = BotId(fresh_id(now));
    tx.execute(INSERT, vals![id, channel.slug(), name]).await?;
    let row = tx.row(SELECT, vals![channel.slug(), name]).await?;
    row.as_ref()
        .map(read)
        .unwrap_or(Err(sqlx::Error::RowNotFound))
}

/// People mention the bot by another name than the platform knows it by, or by a new one.
pub async fn call(tx: &mut Tx, bot: BotId, called: &str) -> Result<(), sqlx::Error> {
    const UPDATE: &str = "UPDATE bot SET called = $2 WHERE bot_id = $1";
    tx.execute(UPDATE, vals![bot, called]).await?;
    Ok(())
}
