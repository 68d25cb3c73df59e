//! What goes out: rows written with the decision, sent later, each once where the platform allows.

pub mod pictures;
mod queue;

use std::collections::HashMap;

use serde::Serialize;

use crate::db::{Row, Set, Tx, fresh_id, unknown_word};
use crate::domain::message::{Choice, Payload, Priority};
use crate::domain::time::DAY_MS;
use crate::domain::{
    AccountId, BotId, ChatId, ChildId, ClassId, OutboxId, PromptId, SchoolId, TaskId, Timestamp,
};
use crate::roster::accounts::ExternalId;
use crate::vals;

pub use queue::{
    ATTEMPTS, Depth, Lane, Letter, Lost, Outcome, Recovered, TAP_LIVES_MS, depths, drop_stale,
    forget_old, lost, settle, take, take_back,
};

/// How long a numbered question stays answerable.
pub const PROMPT_LIVES_MS: i64 = 7 * DAY_MS;
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
    add_with(tx, drafts, |_| false, now).await.map(drop)
}

/// The same, where the caller has a sender at hand: rows that are `at_hand` are written as on their way, to be
/// handed over after the commit without being looked for. Returns the id of each row.
pub async fn add_with(
    tx: &mut Tx,
    drafts: &[Draft],
    at_hand: impl Fn(&Draft) -> bool,
    now: Timestamp,
) -> Result<Vec<OutboxId>, sqlx::Error> {
    if drafts.is_empty() {
        return Ok(Vec::new());
    }
    let (mut rows, mut prompts, mut boards) = (Vec::new(), Vec::new(), HashMap::new());
    let (mut ids, mut handed, mut edited) = (Vec::new(), Vec::new(), Vec::new());
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
        ids.push(OutboxId(id));
        if at_hand(draft) {
            handed.push((id, draft.bot, draft.chat, draft.priority.order()));
            continue;
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
    drop_unhung(tx, &boards.keys().copied().collect::<Vec<_>>()).await?;
    insert_rows(tx, &rows, now).await?;
    insert_handed(tx, &handed, now).await?;
    insert_prompts(tx, &prompts, now).await?;
    hang_boards(tx, &boards.into_iter().collect::<Vec<_>>(), now).await?;
    Ok(ids)
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

/// A board that still waits is worth nothing once a fresh one is hung in its chat: the two become one.
async fn drop_unhung(tx: &mut Tx, chats: &[ChatId]) -> Result<(), sqlx::Error> {
    if chats.is_empty() {
        return Ok(());
    }
    const UPDATE: &str = "UPDATE outbox SET state = 'dropped', payload = '' WHERE state = 'waiting' AND outbox_id IN \
         (SELECT b.outbox_id FROM board b WHERE b.chat_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)))";
    const EDITS: &str = "UPDATE outbox SET state = 'dropped', payload = '' WHERE state = 'waiting' AND edits IN \
         (SELECT b.outbox_id FROM board b WHERE b.chat_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)))";
    tx.execute(UPDATE, vals![Set(chats)]).await?;
    tx.execute(EDITS, vals![Set(chats)]).await?;
    Ok(())
}

/// Families that answered are not reminded any more: reminders of these tasks that wait for a guardian of these
/// children are dropped.
pub async fn drop_answered(tx: &mut Tx, answered: &[(ChildId, TaskId)]) -> Result<(), sqlx::Error> {
    if answered.is_empty() {
        return Ok(());
    }
    // Most of the time no reminder waits at all, which is seen at once.
    const UPDATE: &str = "UPDATE outbox SET state = 'dropped', payload = '' WHERE state = 'waiting' AND outbox_id IN \
         (SELECT o.outbox_id FROM json_each($1) JOIN guardian g ON g.child_id = CAST(value ->> 0 AS BIGINT) \
         JOIN membership m ON m.school_id = g.school_id AND m.person_id = g.person_id \
         JOIN account a ON a.account_id = m.account_id JOIN outbox o ON o.chat_id = a.private_chat \
             AND o.priority > 0 AND o.state = 'waiting' AND o.about = CAST(value ->> 1 AS BIGINT) \
         WHERE EXISTS (SELECT 1 FROM outbox r WHERE r.about IS NOT NULL AND r.state = 'waiting'))";
    tx.execute(UPDATE, vals![Set(answered)]).await?;
    Ok(())
}

async fn insert_rows(tx: &mut Tx, rows: &[NewRow], now: Timestamp) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    const INSERT: &str = "INSERT INTO outbox (outbox_id, bot_id, chat_id, priority, payload, edits, about, due_at, written_at, state, attempts) \
         SELECT CAST(value ->> 'id' AS BIGINT), CAST(value ->> 'bot' AS BIGINT), CAST(value ->> 'chat' AS BIGINT), \
         CAST(value ->> 'priority' AS BIGINT), value ->> 'payload', CAST(value ->> 'edits' AS BIGINT), \
         CAST(value ->> 'about' AS BIGINT), $1, $1, 'waiting', 0 FROM json_each($2)";
    tx.execute(INSERT, vals![now, Set(rows)]).await?;
    Ok(())
}

/// Rows on their way from the beginning. Their words are handed over in memory and never read from here.
async fn insert_handed(
    tx: &mut Tx,
    rows: &[(i64, BotId, ChatId, i64)],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    const INSERT: &str = "INSERT INTO outbox (outbox_id, bot_id, chat_id, priority, payload, due_at, written_at, state, attempts) \
         SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), CAST(value ->> 2 AS BIGINT), \
         CAST(value ->> 3 AS BIGINT), '', $1, $1, 'sending', 1 FROM json_each($2)";
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
    const UPSERT: &str = "INSERT INTO board (chat_id, outbox_id, posted_at, drawn_at) \
         SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), $1, $1 FROM json_each($2) WHERE true \
         ON CONFLICT (chat_id) DO UPDATE SET outbox_id = excluded.outbox_id, posted_at = excluded.posted_at, \
         drawn_at = excluded.drawn_at, moved_at = NULL";
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
    /// When its message was sent, or is to be.
    pub shown_at: Timestamp,
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
    const LATEST: &str = "SELECT p.prompt_id, p.chat_id, p.account_id, p.choices, p.expires_at, o.external_id, o.due_at \
         FROM prompt p JOIN outbox o ON o.outbox_id = p.outbox_id \
         WHERE p.chat_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) \
         AND (p.account_id IS NULL OR p.account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($2))) \
         AND p.prompt_id = (SELECT n.prompt_id FROM prompt n JOIN outbox m ON m.outbox_id = n.outbox_id \
             WHERE n.chat_id = p.chat_id AND COALESCE(n.account_id, 0) = COALESCE(p.account_id, 0) AND m.state = 'sent' \
             ORDER BY m.due_at DESC, n.prompt_id DESC LIMIT 1)";
    const ANSWERED: &str = "SELECT p.prompt_id, p.chat_id, p.account_id, p.choices, p.expires_at, o.external_id, o.due_at \
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
        shown_at: row.get("due_at")?,
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
    /// When it last got a text.
    pub drawn_at: Option<Timestamp>,
    /// It waits for a new text.
    pub moved: bool,
}

/// The boards of these classes, on whichever bot they hang.
pub async fn boards(tx: &mut Tx, classes: &[ClassId]) -> Result<Vec<Board>, sqlx::Error> {
    // By way of the class, which knows its school: the index of the groups begins with it.
    const SELECT: &str = "SELECT g.school_id, g.class_id, b.chat_id, c.bot_id, b.outbox_id, b.drawn_at, b.moved_at FROM class k \
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
            drawn_at: row.get("drawn_at")?,
            moved: row.get::<Option<Timestamp>>("moved_at")?.is_some(),
        })
    };
    rows.iter().map(read).collect()
}

/// These boards get a new text now.
pub async fn note_drawn(tx: &mut Tx, chats: &[ChatId], now: Timestamp) -> Result<(), sqlx::Error> {
    const UPDATE: &str = "UPDATE board SET drawn_at = $2, moved_at = NULL \
         WHERE chat_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    if !chats.is_empty() {
        tx.execute(UPDATE, vals![Set(chats), now]).await?;
    }
    Ok(())
}

/// These boards show less than there is, and are to get a new text as soon as their group may be written to again.
pub async fn note_moved(tx: &mut Tx, chats: &[ChatId], now: Timestamp) -> Result<(), sqlx::Error> {
    const UPDATE: &str = "UPDATE board SET moved_at = $2 WHERE moved_at IS NULL \
         AND chat_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    if !chats.is_empty() {
        tx.execute(UPDATE, vals![Set(chats), now]).await?;
    }
    Ok(())
}

/// Those of these chats that got so many boards in the last seven days, or will once what waits is sent. A board is what
/// asks nobody in particular; other posts with its priority are none.
pub async fn full_weeks(
    tx: &mut Tx,
    chats: &[ChatId],
    most: i64,
    now: Timestamp,
) -> Result<Vec<ChatId>, sqlx::Error> {
    const SELECT: &str = "SELECT o.chat_id FROM outbox o WHERE o.chat_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) \
         AND o.priority = $2 AND o.priority > 0 AND o.state IN ('waiting', 'sending', 'sent') AND o.edits IS NULL \
         AND EXISTS (SELECT 1 FROM prompt p WHERE p.outbox_id = o.outbox_id AND p.account_id IS NULL) \
         AND (o.state <> 'sent' OR o.due_at > $3) GROUP BY o.chat_id HAVING COUNT(*) >= $4";
    let since = now.plus_ms(-7 * DAY_MS);
    let vals = vals![Set(chats), Priority::Board.order(), since, most];
    let rows = tx.rows(SELECT, vals).await?;
    rows.iter().map(|row| row.get("chat_id")).collect()
}

/// Those of these chats in which a board hangs.
pub async fn hung(tx: &mut Tx, chats: &[ChatId]) -> Result<Vec<ChatId>, sqlx::Error> {
    const SELECT: &str = "SELECT b.chat_id FROM board b \
         WHERE b.chat_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    let rows = tx.rows(SELECT, vals![Set(chats)]).await?;
    rows.iter().map(|row| row.get("chat_id")).collect()
}

/// A board that waits for its new text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    pub school: SchoolId,
    pub class: ClassId,
    pub chat: ChatId,
    pub drawn_at: Option<Timestamp>,
}

/// The boards of a bot that wait for a new text, those first that waited longest.
pub async fn moved(tx: &mut Tx, bot: BotId, most: i64) -> Result<Vec<Moved>, sqlx::Error> {
    const SELECT: &str = "SELECT g.school_id, g.class_id, b.chat_id, b.drawn_at FROM board b \
         JOIN chat c ON c.chat_id = b.chat_id AND c.left_at IS NULL JOIN class_group g ON g.chat_id = b.chat_id \
         WHERE b.moved_at IS NOT NULL AND c.bot_id = $1 ORDER BY b.drawn_at, b.chat_id LIMIT $2";
    let read = |row: &Row| {
        Ok(Moved {
            school: row.get("school_id")?,
            class: row.get("class_id")?,
            chat: row.get("chat_id")?,
            drawn_at: row.get("drawn_at")?,
        })
    };
    tx.rows(SELECT, vals![bot, most])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// A group goes on as another chat: what waits for it goes there, except what speaks of messages that are
/// not there. Its board must be hung anew.
pub async fn follow(tx: &mut Tx, from: ChatId, to: ChatId) -> Result<(), sqlx::Error> {
    const DROP: &str = "UPDATE outbox SET state = 'dropped', payload = '' WHERE chat_id = $1 AND state = 'waiting' \
         AND priority > 0 AND edits IS NOT NULL";
    const MOVE: &str = "UPDATE outbox SET chat_id = $2 WHERE chat_id = $1 AND priority > 0 AND state IN ('waiting', 'sending')";
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
    const ROWS: &str = "DELETE FROM outbox WHERE state <> 'sending' AND priority > 0 \
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

/// The chat's board is no longer the class's; one that waits for the morning does not come any more.
pub async fn take_down_board(tx: &mut Tx, chat: ChatId) -> Result<(), sqlx::Error> {
    const DELETE: &str = "DELETE FROM board WHERE chat_id = $1";
    drop_unhung(tx, &[chat]).await?;
    tx.execute(DELETE, vals![chat]).await?;
    Ok(())
}
