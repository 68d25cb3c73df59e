//! The queue of what waits: taken in its order, and written back as what became of each row.
//!
//! A row is `waiting`, then `sending` (on its way, and nobody knows yet), then one of: gone (the answer to a tap that
//! arrived), `sent`, `dropped` (something newer stands in its place), `failed` (given up, staff are told), `unknown`
//! (the answer to a tap that left, and nobody said whether it arrived), `expired` (the answer to a tap that came too
//! late for it). Only who holds the bot (`Db::hold`) takes its rows, so a row needs no time after which another may.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::db::{Row, Set, Tx, unknown_word};
use crate::domain::message::{ChatKind, Payload, Priority};
use crate::domain::time::{DAY_MS, SECOND_MS};
use crate::domain::{BotId, Channel, ChatId, OutboxId, Timestamp};
use crate::vals;

/// After so many tries a text is given up and shown to staff: an unknown outcome is repeated three times.
pub const ATTEMPTS: i64 = 4;
/// Whoever tapped looks at the button no longer than this, and Telegram soon after calls the query "too old"
/// (its documentation gives no figure). An answer that could not leave by then stays unsaid: the board shows what
/// the tap did.
pub const TAP_LIVES_MS: i64 = 15 * SECOND_MS;

/// Which rows are taken. Answers to taps have a lane of their own: the platform does not count them among messages,
/// and drops them after seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    All,
    Taps,
    /// Answers to what somebody just wrote.
    Replies,
    Messages,
}

impl Lane {
    /// The first and the last priority in it, down to this one.
    fn priorities(self, least: Priority) -> (i64, i64) {
        let (tap, reply, last) = (
            Priority::Tap.order(),
            Priority::Reply.order(),
            least.order(),
        );
        match self {
            Lane::All => (tap, last),
            Lane::Taps => (tap, tap),
            Lane::Replies => (reply, reply),
            Lane::Messages => (tap + 1, last),
        }
    }
}

/// A row taken for sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub id: OutboxId,
    pub chat: ChatId,
    pub kind: ChatKind,
    /// The bot as the platform names it.
    pub bot: String,
    /// The chat as the platform names it.
    pub to: String,
    pub payload: Payload,
    /// The platform's id of the message to rewrite; missing when that one was never sent.
    pub edits: Option<String>,
    /// Tries so far, this one among them.
    pub attempts: i64,
    pub priority: i64,
    pub written_at: Timestamp,
}

impl Letter {
    /// The answer to a tap, which waits for nothing.
    pub fn is_tap(&self) -> bool {
        self.priority == Priority::Tap.order()
    }

    pub fn is_reply(&self) -> bool {
        self.priority == Priority::Reply.order()
    }
}

/// Takes up to `most` due rows of a bot: by priority, then in the order they were written. In one chat nothing
/// overtakes what is on its way or waits for another try (the answers to taps have a lane of their own). A new text
/// for a message waits until that message was sent and has its id. A row that nobody can read is given up, so that
/// those behind it go out. Nothing of a lower priority than `least` is taken: reminders not at night.
pub async fn take(
    tx: &mut Tx,
    bot: BotId,
    lane: Lane,
    least: Priority,
    most: i64,
    now: Timestamp,
) -> Result<Vec<Letter>, sqlx::Error> {
    const TAKE: &str = "UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE outbox_id IN \
         (SELECT o.outbox_id FROM outbox o WHERE o.bot_id = $1 AND o.state = 'waiting' AND o.due_at <= $2 \
         AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.outbox_id = o.edits AND e.state IN ('waiting', 'sending')) \
         AND NOT EXISTS (SELECT 1 FROM outbox w WHERE w.chat_id = o.chat_id AND w.bot_id = o.bot_id \
             AND w.state IN ('waiting', 'sending') AND w.outbox_id < o.outbox_id AND w.priority <= o.priority \
             AND w.priority > 0 AND (w.state = 'sending' OR w.due_at > $2)) \
         AND o.priority >= $4 AND o.priority <= $5 ORDER BY o.priority, o.outbox_id LIMIT $3) RETURNING outbox_id";
    const LETTERS: &str = "SELECT o.outbox_id, o.chat_id, c.external_id AS chat_name, c.kind, o.payload, e.external_id AS edits_name, \
         o.attempts, o.priority, COALESCE(o.written_at, o.due_at) AS written_at, b.name AS bot_name \
         FROM outbox o JOIN chat c ON c.chat_id = o.chat_id \
         JOIN bot b ON b.bot_id = o.bot_id LEFT JOIN outbox e ON e.outbox_id = o.edits \
         WHERE o.outbox_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) ORDER BY o.priority, o.outbox_id";
    let (first, last) = lane.priorities(least);
    let rows = tx.rows(TAKE, vals![bot, now, most, first, last]).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<OutboxId> = rows
        .iter()
        .map(|row| row.get("outbox_id"))
        .collect::<Result<_, _>>()?;
    let (mut letters, mut unreadable) = (Vec::new(), Vec::new());
    for row in tx.rows(LETTERS, vals![Set(ids)]).await? {
        match read_letter(&row) {
            Ok(letter) => letters.push(letter),
            Err(error) => {
                let id: OutboxId = row.get("outbox_id")?;
                tracing::error!(outbox = id.0, %error, "outbox row given up");
                unreadable.push((id, Outcome::Failed));
            }
        }
    }
    settle(tx, &unreadable, now).await?;
    Ok(letters)
}

fn read_letter(row: &Row) -> Result<Letter, sqlx::Error> {
    let (payload, kind): (String, String) = (row.get("payload")?, row.get("kind")?);
    Ok(Letter {
        id: row.get("outbox_id")?,
        chat: row.get("chat_id")?,
        kind: ChatKind::from_slug(&kind).ok_or_else(|| unknown_word("kind", &kind))?,
        bot: row.get("bot_name")?,
        to: row.get("chat_name")?,
        payload: serde_json::from_str(&payload)
            .map_err(|_| unknown_word("payload", "not a payload"))?,
        edits: row.get("edits_name")?,
        attempts: row.get("attempts")?,
        priority: row.get("priority")?,
        written_at: row.get("written_at")?,
    })
}

/// What a program found that takes a bot over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Texts that were on their way: they go out (perhaps again).
    pub texts: u64,
    /// Answers to taps that were on their way: at most once, so never again.
    pub unknown: u64,
    /// Answers to taps that waited too long.
    pub expired: u64,
}

/// Takes back what the program that held this bot before had on its way when it ended. To be called by the new
/// holder before it sends anything.
pub async fn take_back(tx: &mut Tx, bot: BotId, now: Timestamp) -> Result<Recovered, sqlx::Error> {
    // No try is used up: most of them were only in the sender's hand, and never left.
    const TEXTS: &str = "UPDATE outbox SET state = 'waiting', attempts = attempts - 1 WHERE bot_id = $1 AND state = 'sending' AND priority > 0";
    const UNKNOWN: &str = "UPDATE outbox SET state = 'unknown', payload = '' \
         WHERE bot_id = $1 AND state = 'sending' AND priority = 0";
    const EXPIRED: &str = "UPDATE outbox SET state = 'expired', payload = '' \
         WHERE bot_id = $1 AND state = 'waiting' AND priority = 0 AND COALESCE(written_at, due_at) < $2";
    Ok(Recovered {
        texts: tx.execute(TEXTS, vals![bot]).await?,
        unknown: tx.execute(UNKNOWN, vals![bot]).await?,
        expired: tx
            .execute(EXPIRED, vals![bot, now.plus_ms(-TAP_LIVES_MS)])
            .await?,
    })
}

/// How sending one row ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The platform's id of the message, where it gives one.
    Sent { external_id: Option<String> },
    /// The answer to a tap arrived: nothing of it is needed any more.
    Answered,
    /// Nobody knows whether it was sent: again at this time.
    Again { at: Timestamp },
    /// Certainly not sent: at this time, and it counts as no try.
    Later { at: Timestamp },
    /// The answer to a tap left, and nobody said whether it arrived.
    Unknown,
    /// The answer to a tap came too late for it.
    Expired,
    /// Never: staff are told.
    Failed,
}

impl Outcome {
    /// For who counts what became of calls.
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::Again { .. } => "again",
            Outcome::Later { .. } => "later",
            Outcome::Sent { .. }
            | Outcome::Answered
            | Outcome::Unknown
            | Outcome::Expired
            | Outcome::Failed => self.slug(),
        }
    }

    /// As it stands in the table.
    fn slug(&self) -> &'static str {
        match self {
            Outcome::Sent { .. } => "sent",
            Outcome::Answered => "answered",
            Outcome::Again { .. } | Outcome::Later { .. } => "waiting",
            Outcome::Unknown => "unknown",
            Outcome::Expired => "expired",
            Outcome::Failed => "failed",
        }
    }
}

#[derive(Serialize)]
struct SentRow {
    id: OutboxId,
    state: &'static str,
    due: Option<Timestamp>,
    external: Option<String>,
    /// Tries that were none.
    untried: i64,
}

/// Writes back what became of rows on their way. The text of a message that was sent or given up is dropped, for it
/// may hold names; what remains of a sent one is its id on the platform, for edits and replies.
///
/// Of what was sent `due_at` becomes when that was, one millisecond apart in the order of `outcomes`: an answer may go
/// before a reminder that was written earlier, and the newest question is the one that stands lowest in the chat.
pub async fn settle(
    tx: &mut Tx,
    outcomes: &[(OutboxId, Outcome)],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    const UPDATE: &str = "UPDATE outbox SET state = value ->> 'state', external_id = value ->> 'external', \
         due_at = COALESCE(CAST(value ->> 'due' AS BIGINT), due_at), \
         payload = CASE WHEN value ->> 'state' = 'waiting' THEN payload ELSE '' END, \
         attempts = attempts - CAST(value ->> 'untried' AS BIGINT) \
         FROM json_each($1) WHERE outbox_id = CAST(value ->> 'id' AS BIGINT)";
    const DELETE: &str =
        "DELETE FROM outbox WHERE outbox_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    let (mut done, mut rows) = (Vec::new(), Vec::new());
    for ((id, outcome), place_ms) in outcomes.iter().zip(0_i64..) {
        let (due, external) = match outcome {
            Outcome::Answered => {
                done.push(*id);
                continue;
            }
            Outcome::Sent { external_id } => (Some(now.plus_ms(place_ms)), external_id.clone()),
            Outcome::Again { at } | Outcome::Later { at } => (Some(*at), None),
            Outcome::Unknown | Outcome::Expired | Outcome::Failed => (None, None),
        };
        rows.push(SentRow {
            id: *id,
            state: outcome.slug(),
            due,
            external,
            untried: i64::from(matches!(outcome, Outcome::Later { .. })),
        });
    }
    if !rows.is_empty() {
        tx.execute(UPDATE, vals![Set(rows)]).await?;
    }
    if !done.is_empty() {
        tx.execute(DELETE, vals![Set(done)]).await?;
    }
    Ok(())
}

/// How many rows of one priority wait or are on their way, and since when the oldest does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    pub priority: i64,
    pub rows: i64,
    pub oldest: Timestamp,
}

/// By priority; none for those of which nothing waits.
pub async fn depths(tx: &mut Tx) -> Result<Vec<Depth>, sqlx::Error> {
    // State by state, since each has an index of its own.
    const WAITING: &str = "SELECT priority, COUNT(*) AS n, MIN(COALESCE(written_at, due_at)) AS oldest FROM outbox \
         WHERE state = 'waiting' AND bot_id IN (SELECT bot_id FROM bot) GROUP BY priority";
    const SENDING: &str = "SELECT priority, COUNT(*) AS n, MIN(COALESCE(written_at, due_at)) AS oldest FROM outbox \
         WHERE state = 'sending' AND bot_id IN (SELECT bot_id FROM bot) GROUP BY priority";
    let mut depths: BTreeMap<i64, Depth> = BTreeMap::new();
    let mut rows = tx.rows(WAITING, vals![]).await?;
    rows.extend(tx.rows(SENDING, vals![]).await?);
    for row in rows {
        let (priority, n): (i64, i64) = (row.get("priority")?, row.get("n")?);
        let oldest = row.get("oldest")?;
        let depth = depths.entry(priority).or_insert(Depth {
            priority,
            rows: 0,
            oldest,
        });
        depth.rows += n;
        depth.oldest = depth.oldest.min(oldest);
    }
    Ok(depths.into_values().collect())
}

/// Rows that did not arrive, as far as anybody knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lost {
    pub failed: i64,
    pub unknown: i64,
    pub expired: i64,
}

/// What the last days left behind ([`forget_old`]).
pub async fn lost(tx: &mut Tx) -> Result<Lost, sqlx::Error> {
    const SELECT: &str = "SELECT state, COUNT(*) AS n FROM outbox \
         WHERE state IN ('failed', 'unknown', 'expired') GROUP BY state";
    let mut lost = Lost::default();
    for row in tx.rows(SELECT, vals![]).await? {
        let (state, n): (String, i64) = (row.get("state")?, row.get("n")?);
        match state.as_str() {
            "failed" => lost.failed = n,
            "unknown" => lost.unknown = n,
            "expired" => lost.expired = n,
            other => return Err(unknown_word("state", other)),
        }
    }
    Ok(lost)
}

/// Where a month's messages can be used up: what waited so long that it is worth nothing any more, an answer after a
/// day, a reminder after two. Boards become one with the next ([`super::add`]).
pub async fn drop_stale(tx: &mut Tx, now: Timestamp) -> Result<u64, sqlx::Error> {
    const UPDATE: &str = "UPDATE outbox SET state = 'dropped', payload = '' WHERE state = 'waiting' AND priority = $1 \
         AND COALESCE(written_at, due_at) < $2 AND bot_id IN (SELECT bot_id FROM bot WHERE channel = $3)";
    let mut dropped = 0;
    let counted = |channel: &Channel| channel.is_counted_by_month();
    for channel in Channel::ALL.into_iter().filter(counted) {
        for (priority, days) in [(Priority::Reply, 1), (Priority::Reminder, 2)] {
            let before = now.plus_ms(-days * DAY_MS);
            let vals = vals![priority.order(), before, channel.slug()];
            dropped += tx.execute(UPDATE, vals).await?;
        }
    }
    Ok(dropped)
}

/// Forgets what nobody can answer or rewrite any more. A board and its message stay.
pub async fn forget_old(tx: &mut Tx, now: Timestamp) -> Result<u64, sqlx::Error> {
    const PROMPTS: &str = "DELETE FROM prompt WHERE expires_at < $1 \
         AND NOT EXISTS (SELECT 1 FROM board b WHERE b.outbox_id = prompt.outbox_id)";
    const ROWS: &str = "DELETE FROM outbox WHERE state IN ('sent', 'dropped', 'failed', 'unknown', 'expired') AND due_at < $1 \
         AND NOT EXISTS (SELECT 1 FROM board b WHERE b.outbox_id = outbox.outbox_id) \
         AND NOT EXISTS (SELECT 1 FROM prompt p WHERE p.outbox_id = outbox.outbox_id)";
    // An expired prompt is kept as long again, so that a late answer still gets "this one is old".
    let old = now.plus_ms(-super::PROMPT_LIVES_MS);
    let prompts = tx.execute(PROMPTS, vals![old]).await?;
    Ok(prompts + tx.execute(ROWS, vals![old]).await?)
}
