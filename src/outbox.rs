//! What goes out: rows written with the decision, sent later, each once where the platform allows.

use std::collections::HashMap;

use serde::Serialize;

use crate::db::{Row, Set, Tx, fresh_id, unknown_word};
use crate::domain::message::{ChatKind, Choice, Payload, Priority};
use crate::domain::time::{DAY_MS, MINUTE_MS};
use crate::domain::{
    AccountId, BotId, ChatId, ChildId, ClassId, OutboxId, PromptId, SchoolId, TaskId, Timestamp,
};
use crate::roster::accounts::ExternalId;
use crate::vals;

/// How long a numbered question stays answerable.
pub const PROMPT_LIVES_MS: i64 = 7 * DAY_MS;
/// How long a sender may hold a row before another may take it.
pub const LEASE_MS: i64 = MINUTE_MS;
/// After so many failures a text is given up and shown to staff (design: repeated three times).
pub const ATTEMPTS: i64 = 4;

/// A message to be written down for sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub bot: BotId,
    pub chat: ChatId,
    pub priority: Priority,
    pub payload: Payload,
    /// The message that is rewritten, for `Payload::Edit`.
    pub edits: Option<OutboxId>,
    /// This message is the board of its chat from now on.
    pub is_board: bool,
    /// Whom its choices are offered to; nobody in particular for a board.
    pub asks: Option<AccountId>,
    /// The task a reminder is about.
    pub about: Option<TaskId>,
}

#[derive(Serialize)]
struct NewRow {
    id: i64,
    bot: BotId,
    chat: ChatId,
    priority: i64,
    payload: String,
    edits: Option<OutboxId>,
    about: Option<TaskId>,
}

#[derive(Serialize)]
struct NewPrompt {
    id: i64,
    chat: ChatId,
    account: Option<AccountId>,
    outbox: i64,
    choices: String,
}

/// Writes the rows of a batch with their prompts and boards, in order.
pub async fn add(tx: &mut Tx, drafts: &[Draft], now: Timestamp) -> Result<(), sqlx::Error> {
    if drafts.is_empty() {
        return Ok(());
    }
    let (mut rows, mut prompts, mut boards) = (Vec::new(), Vec::new(), HashMap::new());
    let mut edited = Vec::new();
    for draft in drafts {
        let id = fresh_id(now);
        if let Payload::Message { choices, .. } = &draft.payload
            && !choices.is_empty()
        {
            let choices = serde_json::to_string(choices).unwrap_or_default();
            prompts.push(NewPrompt {
                id: fresh_id(now),
                chat: draft.chat,
                account: draft.asks,
                outbox: id,
                choices,
            });
        }
        if draft.is_board {
            boards.insert(draft.chat, id);
        }
        edited.extend(draft.edits);
        rows.push(NewRow {
            id,
            bot: draft.bot,
            chat: draft.chat,
            priority: draft.priority.order(),
            payload: serde_json::to_string(&draft.payload).unwrap_or_default(),
            edits: draft.edits,
            about: draft.about,
        });
    }
    drop_superseded(tx, &edited).await?;
    insert_rows(tx, &rows, now).await?;
    insert_prompts(tx, &prompts, now).await?;
    hang_boards(tx, &boards.into_iter().collect::<Vec<_>>(), now).await
}

/// An edit that is still waiting is worth nothing once a newer text for the same message is written.
async fn drop_superseded(tx: &mut Tx, edited: &[OutboxId]) -> Result<(), sqlx::Error> {
    if edited.is_empty() {
        return Ok(());
    }
    const UPDATE: &str = "UPDATE outbox SET state = 'dropped', payload = '' WHERE state = 'waiting' \
         AND edits IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    tx.execute(UPDATE, vals![Set(edited)]).await?;
    Ok(())
}

/// Families that answered are not reminded any more: reminders of these tasks that wait for a guardian of these
/// children are dropped.
pub async fn drop_answered(tx: &mut Tx, answered: &[(ChildId, TaskId)]) -> Result<(), sqlx::Error> {
    if answered.is_empty() {
        return Ok(());
    }
    const UPDATE: &str = "UPDATE outbox SET state = 'dropped', payload = '' WHERE state = 'waiting' AND outbox_id IN \
         (SELECT o.outbox_id FROM json_each($1) JOIN guardian g ON g.child_id = CAST(value ->> 0 AS BIGINT) \
         JOIN membership m ON m.school_id = g.school_id AND m.person_id = g.person_id \
         JOIN account a ON a.account_id = m.account_id JOIN outbox o ON o.chat_id = a.private_chat \
             AND o.state = 'waiting' AND o.about = CAST(value ->> 1 AS BIGINT))";
    tx.execute(UPDATE, vals![Set(answered)]).await?;
    Ok(())
}

async fn insert_rows(tx: &mut Tx, rows: &[NewRow], now: Timestamp) -> Result<(), sqlx::Error> {
    const INSERT: &str = "INSERT INTO outbox (outbox_id, bot_id, chat_id, priority, payload, edits, about, due_at, state, attempts) \
         SELECT CAST(value ->> 'id' AS BIGINT), CAST(value ->> 'bot' AS BIGINT), CAST(value ->> 'chat' AS BIGINT), \
         CAST(value ->> 'priority' AS BIGINT), value ->> 'payload', CAST(value ->> 'edits' AS BIGINT), \
         CAST(value ->> 'about' AS BIGINT), $1, 'waiting', 0 \
         FROM json_each($2)";
    tx.execute(INSERT, vals![now, Set(rows)]).await?;
    Ok(())
}

async fn insert_prompts(
    tx: &mut Tx,
    prompts: &[NewPrompt],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    if prompts.is_empty() {
        return Ok(());
    }
    const INSERT: &str = "INSERT INTO prompt (prompt_id, chat_id, account_id, outbox_id, choices, opened_at, expires_at) \
         SELECT CAST(value ->> 'id' AS BIGINT), CAST(value ->> 'chat' AS BIGINT), CAST(value ->> 'account' AS BIGINT), CAST(value ->> 'outbox' AS BIGINT), \
         value ->> 'choices', $1, $2 FROM json_each($3)";
    tx.execute(
        INSERT,
        vals![now, now.plus_ms(PROMPT_LIVES_MS), Set(prompts)],
    )
    .await?;
    Ok(())
}

async fn hang_boards(
    tx: &mut Tx,
    boards: &[(ChatId, i64)],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    if boards.is_empty() {
        return Ok(());
    }
    const UPSERT: &str = "INSERT INTO board (chat_id, outbox_id, posted_at) \
         SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), $1 FROM json_each($2) WHERE true \
         ON CONFLICT (chat_id) DO UPDATE SET outbox_id = excluded.outbox_id, posted_at = excluded.posted_at";
    tx.execute(UPSERT, vals![now, Set(boards)]).await?;
    Ok(())
}

/// A question of ours that can still, or no longer, be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    pub id: PromptId,
    pub chat: ChatId,
    /// Whom it was asked; nobody in particular for a board.
    pub asked: Option<AccountId>,
    /// The platform's id of the message, once it was sent.
    pub message: Option<String>,
    pub choices: Vec<Choice>,
    pub opened_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Of each of these chats the newest prompt for all and the newest for each of these accounts, as far as
/// they were sent (nobody answers what they cannot see), and those whose messages are answered.
pub async fn prompts(
    tx: &mut Tx,
    chats: &[ChatId],
    accounts: &[AccountId],
    messages: &[&str],
) -> Result<Vec<Prompt>, sqlx::Error> {
    const LATEST: &str = "SELECT p.prompt_id, p.chat_id, p.account_id, p.choices, p.opened_at, p.expires_at, o.external_id \
         FROM prompt p JOIN outbox o ON o.outbox_id = p.outbox_id \
         WHERE p.chat_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) \
         AND (p.account_id IS NULL OR p.account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($2))) \
         AND p.prompt_id = (SELECT MAX(n.prompt_id) FROM prompt n JOIN outbox m ON m.outbox_id = n.outbox_id \
             WHERE n.chat_id = p.chat_id AND COALESCE(n.account_id, 0) = COALESCE(p.account_id, 0) AND m.state = 'sent')";
    const ANSWERED: &str = "SELECT p.prompt_id, p.chat_id, p.account_id, p.choices, p.opened_at, p.expires_at, o.external_id \
         FROM outbox o JOIN prompt p ON p.outbox_id = o.outbox_id \
         WHERE o.chat_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) \
         AND o.external_id IN (SELECT value ->> 'id' FROM json_each($2))";
    let mut rows = tx.rows(LATEST, vals![Set(chats), Set(accounts)]).await?;
    if !messages.is_empty() {
        let ids: Vec<ExternalId<'_>> = messages.iter().map(|id| ExternalId { id }).collect();
        rows.extend(tx.rows(ANSWERED, vals![Set(chats), Set(ids)]).await?);
    }
    rows.iter().map(read_prompt).collect()
}

fn read_prompt(row: &Row) -> Result<Prompt, sqlx::Error> {
    let choices: String = row.get("choices")?;
    Ok(Prompt {
        id: row.get("prompt_id")?,
        chat: row.get("chat_id")?,
        asked: row.get("account_id")?,
        message: row.get("external_id")?,
        choices: serde_json::from_str(&choices)
            .map_err(|_| unknown_word("choices", "not a list of choices"))?,
        opened_at: row.get("opened_at")?,
        expires_at: row.get("expires_at")?,
    })
}

/// The board that hangs in a class group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    pub school: SchoolId,
    pub class: ClassId,
    pub chat: ChatId,
    pub bot: BotId,
    pub message: OutboxId,
}

/// The boards of these classes, on whichever bot they hang.
pub async fn boards(tx: &mut Tx, classes: &[ClassId]) -> Result<Vec<Board>, sqlx::Error> {
    // By way of the class, which knows its school: the index of the groups begins with it.
    const SELECT: &str = "SELECT g.school_id, g.class_id, b.chat_id, c.bot_id, b.outbox_id FROM class k \
         JOIN class_group g ON g.school_id = k.school_id AND g.class_id = k.class_id \
         JOIN board b ON b.chat_id = g.chat_id JOIN chat c ON c.chat_id = g.chat_id AND c.left_at IS NULL \
         WHERE k.class_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) ORDER BY b.chat_id";
    let rows = tx.rows(SELECT, vals![Set(classes)]).await?;
    let read = |row: &Row| {
        Ok(Board {
            school: row.get("school_id")?,
            class: row.get("class_id")?,
            chat: row.get("chat_id")?,
            bot: row.get("bot_id")?,
            message: row.get("outbox_id")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Which rows a sender takes. Answers to taps have a lane of their own where messages are paced: the
/// platform does not count them, and drops them after seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    All,
    Taps,
    Messages,
}

impl Lane {
    /// The first and the last priority in it; in the quiet of night and holidays reminders wait.
    fn priorities(self, quiet: bool) -> (i64, i64) {
        let last = if quiet {
            Priority::Board
        } else {
            Priority::Reminder
        };
        let (tap, last) = (Priority::Tap.order(), last.order());
        match self {
            Lane::All => (tap, last),
            Lane::Taps => (tap, tap),
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
    pub attempts: i64,
    /// The answer to a tap, which waits for nothing.
    pub is_tap: bool,
}

/// Takes up to `most` due rows of a bot for sending: by priority, then in the order they were written.
/// A row whose lease ran out (the program was killed while sending) is taken again. In one chat nothing
/// overtakes what is being sent or waits for another try (the answers to taps have a lane of their own).
/// A new text for a message waits until that message was sent and has its id. A row that nobody can read
/// is given up, so that those behind it go out. When it is `quiet` nobody is reminded.
pub async fn lease(
    tx: &mut Tx,
    bot: BotId,
    lane: Lane,
    quiet: bool,
    most: i64,
    now: Timestamp,
) -> Result<Vec<Letter>, sqlx::Error> {
    const LEASE: &str = "UPDATE outbox SET state = 'leased', attempts = attempts + 1, lease_until = $3 WHERE outbox_id IN \
         (SELECT o.outbox_id FROM outbox o WHERE o.bot_id = $1 AND ((o.state = 'waiting' AND o.due_at <= $2) \
         OR (o.state = 'leased' AND o.lease_until <= $2)) \
         AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.outbox_id = o.edits AND e.state IN ('waiting', 'leased')) \
         AND NOT EXISTS (SELECT 1 FROM outbox w WHERE w.chat_id = o.chat_id AND w.bot_id = o.bot_id \
             AND w.state IN ('waiting', 'leased') AND w.outbox_id < o.outbox_id AND w.priority <= o.priority \
             AND w.priority > 0 AND ((w.state = 'waiting' AND w.due_at > $2) OR (w.state = 'leased' AND w.lease_until > $2))) \
         AND o.priority >= $5 AND o.priority <= $6 ORDER BY o.priority, o.outbox_id LIMIT $4) RETURNING outbox_id";
    const LETTERS: &str = "SELECT o.outbox_id, o.chat_id, c.external_id AS chat_name, c.kind, o.payload, e.external_id AS edits_name, \
         o.attempts, o.priority, b.name AS bot_name FROM outbox o JOIN chat c ON c.chat_id = o.chat_id \
         JOIN bot b ON b.bot_id = o.bot_id LEFT JOIN outbox e ON e.outbox_id = o.edits \
         WHERE o.outbox_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) ORDER BY o.priority, o.outbox_id";
    let (first, last) = lane.priorities(quiet);
    let rows = tx
        .rows(
            LEASE,
            vals![bot, now, now.plus_ms(LEASE_MS), most, first, last],
        )
        .await?;
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
    settle(tx, &unreadable).await?;
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
        is_tap: row.get::<i64>("priority")? == Priority::Tap.order(),
    })
}

/// Takes back what a sender of this bot had in hand when it was killed. For a program that just started and
/// is the only one to send for the bot; without it these rows, and those behind them in their chats, would
/// wait for the lease to run out.
pub async fn take_back(tx: &mut Tx, bot: BotId) -> Result<u64, sqlx::Error> {
    const UPDATE: &str = "UPDATE outbox SET state = 'waiting', lease_until = NULL WHERE bot_id = $1 AND state = 'leased'";
    tx.execute(UPDATE, vals![bot]).await
}

/// A group goes on as another chat: what waits for it goes there, except what speaks of messages that are
/// not there. Its board must be hung anew.
pub async fn follow(tx: &mut Tx, from: ChatId, to: ChatId) -> Result<(), sqlx::Error> {
    const DROP: &str = "UPDATE outbox SET state = 'dropped', payload = '' WHERE chat_id = $1 AND state = 'waiting' \
         AND (edits IS NOT NULL OR priority = 0)";
    const MOVE: &str =
        "UPDATE outbox SET chat_id = $2 WHERE chat_id = $1 AND state IN ('waiting', 'leased')";
    tx.execute(DROP, vals![from]).await?;
    tx.execute(MOVE, vals![from, to]).await?;
    take_down_board(tx, from).await
}

/// Accounts are forgotten: what waits for them or was sent to them privately, and what they were asked. What is
/// just being sent ends with its sending.
pub async fn forget(tx: &mut Tx, accounts: &[AccountId]) -> Result<(), sqlx::Error> {
    const CHATS: &str = "SELECT private_chat FROM account WHERE private_chat IS NOT NULL \
         AND account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    const PROMPTS: &str =
        "DELETE FROM prompt WHERE chat_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    const ASKED: &str = "DELETE FROM prompt \
         WHERE account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    const ROWS: &str = "DELETE FROM outbox WHERE state <> 'leased' \
         AND chat_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    let rows = tx.rows(CHATS, vals![Set(accounts)]).await?;
    let chats: Vec<ChatId> = rows
        .iter()
        .map(|row| row.get("private_chat"))
        .collect::<Result<_, _>>()?;
    tx.execute(PROMPTS, vals![Set(&chats)]).await?;
    tx.execute(ASKED, vals![Set(accounts)]).await?;
    tx.execute(ROWS, vals![Set(&chats)]).await?;
    Ok(())
}

/// The chat's board is no longer the class's.
pub async fn take_down_board(tx: &mut Tx, chat: ChatId) -> Result<(), sqlx::Error> {
    const DELETE: &str = "DELETE FROM board WHERE chat_id = $1";
    tx.execute(DELETE, vals![chat]).await?;
    Ok(())
}

/// How sending one row ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The platform's id of the message, where it gives one.
    Sent { external_id: Option<String> },
    /// Not sent, or not known: again at this time.
    Again { at: Timestamp },
    /// Not tried: something before it in its chat must go first.
    Later { at: Timestamp },
    /// Never: staff are told.
    Failed,
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

/// Writes back what became of leased rows. The text of a message that was sent or given up is dropped, for
/// it may hold names; what remains of a sent one is its id on the platform, for edits and replies.
pub async fn settle(tx: &mut Tx, outcomes: &[(OutboxId, Outcome)]) -> Result<(), sqlx::Error> {
    if outcomes.is_empty() {
        return Ok(());
    }
    const UPDATE: &str = "UPDATE outbox SET state = value ->> 'state', external_id = value ->> 'external', \
         due_at = COALESCE(CAST(value ->> 'due' AS BIGINT), due_at), \
         payload = CASE WHEN value ->> 'state' = 'waiting' THEN payload ELSE '' END, \
         attempts = attempts - CAST(value ->> 'untried' AS BIGINT), lease_until = NULL \
         FROM json_each($1) WHERE outbox_id = CAST(value ->> 'id' AS BIGINT)";
    let row = |(id, outcome): &(OutboxId, Outcome)| {
        let (state, due, external) = match outcome {
            Outcome::Sent { external_id } => ("sent", None, external_id.clone()),
            Outcome::Again { at } | Outcome::Later { at } => ("waiting", Some(*at), None),
            Outcome::Failed => ("failed", None, None),
        };
        SentRow {
            id: *id,
            state,
            due,
            external,
            untried: i64::from(matches!(outcome, Outcome::Later { .. })),
        }
    };
    tx.execute(
        UPDATE,
        vals![Set(outcomes.iter().map(row).collect::<Vec<_>>())],
    )
    .await?;
    Ok(())
}

/// How many rows wait, and how many were given up.
pub async fn depth(tx: &mut Tx) -> Result<(i64, i64), sqlx::Error> {
    const SELECT: &str = "SELECT CAST(COALESCE(SUM(CASE WHEN state IN ('waiting', 'leased') THEN 1 ELSE 0 END), 0) AS BIGINT) AS waiting, \
         CAST(COALESCE(SUM(CASE WHEN state = 'failed' THEN 1 ELSE 0 END), 0) AS BIGINT) AS failed FROM outbox";
    let Some(row) = tx.row(SELECT, vals![]).await? else {
        return Ok((0, 0));
    };
    Ok((row.get("waiting")?, row.get("failed")?))
}

/// Forgets what nobody can answer or rewrite any more. A board and its message stay.
pub async fn forget_old(tx: &mut Tx, now: Timestamp) -> Result<u64, sqlx::Error> {
    const PROMPTS: &str = "DELETE FROM prompt WHERE expires_at < $1 \
         AND NOT EXISTS (SELECT 1 FROM board b WHERE b.outbox_id = prompt.outbox_id)";
    const ROWS: &str = "DELETE FROM outbox WHERE state IN ('sent', 'dropped', 'failed') AND due_at < $1 \
         AND NOT EXISTS (SELECT 1 FROM board b WHERE b.outbox_id = outbox.outbox_id) \
         AND NOT EXISTS (SELECT 1 FROM prompt p WHERE p.outbox_id = outbox.outbox_id)";
    // An expired prompt is kept as long again, so that a late answer still gets "this one is old".
    let old = now.plus_ms(-PROMPT_LIVES_MS);
    let prompts = tx.execute(PROMPTS, vals![old]).await?;
    Ok(prompts + tx.execute(ROWS, vals![old]).await?)
}
