//! Faces and rooms on the platforms: accounts, the chats a bot sits in, and who an account speaks for.

use std::collections::HashMap;

use serde::Serialize;

use super::Account;
use crate::db::{Row, Set, Tx, fresh_id};
use crate::domain::message::{ChatKind, ChatSeen, Choice, Say, Sender};
use crate::domain::{AccountId, BotId, ChatId, ClassId, PersonId, SchoolId, Timestamp};
use crate::vals;

/// A chat as a bot sees it, and what the school uses it for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chat {
    pub id: ChatId,
    pub external_id: String,
    pub kind: ChatKind,
    pub class: Option<(SchoolId, ClassId)>,
    pub staff_room: Option<SchoolId>,
}

impl Chat {
    pub fn school(&self) -> Option<SchoolId> {
        self.class.map(|(school, _)| school).or(self.staff_room)
    }
}

/// Accounts by their external id; those never seen before are made.
pub async fn accounts(
    tx: &mut Tx,
    bot: BotId,
    senders: &[&Sender],
    now: Timestamp,
) -> Result<HashMap<String, Account>, sqlx::Error> {
    let wanted: Vec<&str> = senders
        .iter()
        .map(|sender| sender.external_id.as_str())
        .collect();
    let mut found = select_accounts(tx, bot, &wanted).await?;
    let new: Vec<NewAccount> = senders
        .iter()
        .filter(|sender| !found.contains_key(&sender.external_id))
        .map(|sender| NewAccount {
            account_id: fresh_id(now),
            external_id: sender.external_id.clone(),
            name: sender.name.clone(),
        })
        .collect();
    if !new.is_empty() {
        insert_accounts(tx, bot, &new, now).await?;
        found = select_accounts(tx, bot, &wanted).await?;
    }
    Ok(found)
}

#[derive(Serialize)]
struct NewAccount {
    account_id: i64,
    external_id: String,
    name: String,
}

async fn select_accounts(
    tx: &mut Tx,
    bot: BotId,
    wanted: &[&str],
) -> Result<HashMap<String, Account>, sqlx::Error> {
    const SELECT: &str = "SELECT account_id, external_id, private_chat FROM account \
         WHERE bot_id = $1 AND external_id IN (SELECT value ->> 'id' FROM json_each($2))";
    let ids: Vec<ExternalId<'_>> = wanted.iter().map(|id| ExternalId { id }).collect();
    let rows = tx.rows(SELECT, vals![bot, Set(ids)]).await?;
    rows.iter().map(read_account).collect()
}

/// A JSON object rather than a bare string: `value` of a bare string keeps its quotes on one engine.
#[derive(Serialize)]
pub(crate) struct ExternalId<'a> {
    pub id: &'a str,
}

fn read_account(row: &Row) -> Result<(String, Account), sqlx::Error> {
    let external_id: String = row.get("external_id")?;
    let account = Account {
        id: row.get("account_id")?,
        external_id: external_id.clone(),
        private_chat: row.get("private_chat")?,
    };
    Ok((external_id, account))
}

async fn insert_accounts(
    tx: &mut Tx,
    bot: BotId,
    new: &[NewAccount],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    const INSERT: &str = "INSERT INTO account (account_id, bot_id, external_id, name, created_at) \
         SELECT CAST(value ->> 'account_id' AS BIGINT), $1, value ->> 'external_id', value ->> 'name', $2 \
         FROM json_each($3) WHERE true ON CONFLICT DO NOTHING";
    tx.execute(INSERT, vals![bot, now, Set(new)]).await?;
    Ok(())
}

/// Chats by their external id; those never seen before are made.
pub async fn chats(
    tx: &mut Tx,
    bot: BotId,
    seen: &[&ChatSeen],
    now: Timestamp,
) -> Result<HashMap<String, Chat>, sqlx::Error> {
    let mut found = select_chats(tx, bot, seen).await?;
    let new: Vec<NewChat> = seen
        .iter()
        .filter(|chat| !found.contains_key(&chat.external_id))
        .map(|chat| NewChat {
            chat_id: fresh_id(now),
            external_id: chat.external_id.clone(),
            kind: chat.kind.slug(),
        })
        .collect();
    if !new.is_empty() {
        const INSERT: &str = "INSERT INTO chat (chat_id, bot_id, external_id, kind) \
             SELECT CAST(value ->> 'chat_id' AS BIGINT), $1, value ->> 'external_id', value ->> 'kind' \
             FROM json_each($2) WHERE true ON CONFLICT DO NOTHING";
        tx.execute(INSERT, vals![bot, Set(&new)]).await?;
        found = select_chats(tx, bot, seen).await?;
    }
    Ok(found)
}

#[derive(Serialize)]
struct NewChat {
    chat_id: i64,
    external_id: String,
    kind: &'static str,
}

async fn select_chats(
    tx: &mut Tx,
    bot: BotId,
    seen: &[&ChatSeen],
) -> Result<HashMap<String, Chat>, sqlx::Error> {
    const SELECT: &str = "SELECT c.chat_id, c.external_id, c.kind, g.school_id, g.class_id, r.school_id AS staff_of \
         FROM chat c LEFT JOIN class_group g ON g.chat_id = c.chat_id LEFT JOIN staff_room r ON r.chat_id = c.chat_id \
         WHERE c.bot_id = $1 AND c.external_id IN (SELECT value ->> 'id' FROM json_each($2))";
    let ids: Vec<ExternalId<'_>> = seen
        .iter()
        .map(|chat| ExternalId {
            id: &chat.external_id,
        })
        .collect();
    let rows = tx.rows(SELECT, vals![bot, Set(ids)]).await?;
    rows.iter()
        .map(|row| read_chat(row).map(|chat| (chat.external_id.clone(), chat)))
        .collect()
}

fn read_chat(row: &Row) -> Result<Chat, sqlx::Error> {
    let kind: String = row.get("kind")?;
    let school: Option<SchoolId> = row.get("school_id")?;
    let class: Option<ClassId> = row.get("class_id")?;
    Ok(Chat {
        id: row.get("chat_id")?,
        external_id: row.get("external_id")?,
        kind: ChatKind::from_slug(&kind).ok_or_else(|| crate::db::unknown_word("kind", &kind))?,
        class: school.zip(class),
        staff_room: row.get("staff_of")?,
    })
}

/// Remembers where accounts can be written to privately.
pub async fn remember_private(
    tx: &mut Tx,
    pairs: &[(AccountId, ChatId)],
) -> Result<(), sqlx::Error> {
    if pairs.is_empty() {
        return Ok(());
    }
    const UPDATE: &str = "UPDATE account SET private_chat = \
         (SELECT MAX(CAST(value ->> 1 AS BIGINT)) FROM json_each($1) WHERE CAST(value ->> 0 AS BIGINT) = account_id) \
         WHERE account_id IN (SELECT CAST(value ->> 0 AS BIGINT) FROM json_each($1))";
    tx.execute(UPDATE, vals![Set(pairs)]).await?;
    Ok(())
}

/// Lets accounts speak as persons of schools.
pub async fn join(
    tx: &mut Tx,
    members: &[(AccountId, SchoolId, PersonId)],
) -> Result<(), sqlx::Error> {
    const INSERT: &str = "INSERT INTO membership (account_id, school_id, person_id) \
         SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), CAST(value ->> 2 AS BIGINT) \
         FROM json_each($1) WHERE true ON CONFLICT DO NOTHING";
    tx.execute(INSERT, vals![Set(members)]).await?;
    Ok(())
}

/// Makes a chat the group of a class.
pub async fn bind_class(
    tx: &mut Tx,
    chat: ChatId,
    school: SchoolId,
    class: ClassId,
) -> Result<(), sqlx::Error> {
    const INSERT: &str =
        "INSERT INTO class_group (chat_id, school_id, class_id) VALUES ($1, $2, $3)";
    tx.execute(INSERT, vals![chat, school, class]).await?;
    Ok(())
}

/// Makes a chat the staff room of a school.
pub async fn bind_staff_room(
    tx: &mut Tx,
    chat: ChatId,
    school: SchoolId,
) -> Result<(), sqlx::Error> {
    const INSERT: &str = "INSERT INTO staff_room (chat_id, school_id) VALUES ($1, $2)";
    tx.execute(INSERT, vals![chat, school]).await?;
    Ok(())
}

/// A class's chat group and the bot that sits in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassGroup {
    pub school: SchoolId,
    pub class: ClassId,
    pub chat: ChatId,
    pub bot: BotId,
}

/// Which person an account is in a school.
pub async fn person_of(
    tx: &mut Tx,
    account: AccountId,
    school: SchoolId,
) -> Result<Option<PersonId>, sqlx::Error> {
    const SELECT: &str =
        "SELECT person_id FROM membership WHERE account_id = $1 AND school_id = $2";
    let row = tx.row(SELECT, vals![account, school]).await?;
    row.map(|row| row.get("person_id")).transpose()
}

/// A bot's class groups: the platform's id of each and the class's title, in the order of the classes. Also
/// those in which the bot is no longer.
pub async fn bound_groups(
    tx: &mut Tx,
    channel: &str,
    bot: &str,
) -> Result<Vec<(String, String)>, sqlx::Error> {
    const SELECT: &str = "SELECT c.external_id, k.title FROM bot b JOIN chat c ON c.bot_id = b.bot_id \
         JOIN class_group g ON g.chat_id = c.chat_id \
         JOIN class k ON k.school_id = g.school_id AND k.class_id = g.class_id \
         WHERE b.channel = $1 AND b.name = $2 ORDER BY k.code, c.chat_id";
    let rows = tx.rows(SELECT, vals![channel, bot]).await?;
    rows.iter()
        .map(|row| Ok((row.get("external_id")?, row.get("title")?)))
        .collect()
}

/// No account of this bot speaks for this person any more.
pub async fn leave(
    tx: &mut Tx,
    bot: BotId,
    school: SchoolId,
    person: PersonId,
) -> Result<(), sqlx::Error> {
    const DELETE: &str = "DELETE FROM membership WHERE school_id = $2 AND person_id = $3 \
         AND account_id IN (SELECT a.account_id FROM account a WHERE a.bot_id = $1)";
    tx.execute(DELETE, vals![bot, school, person]).await?;
    Ok(())
}

/// An account's name on its platform, and its private chat with its bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Face {
    pub name: String,
    pub bot: BotId,
    pub private_chat: Option<ChatId>,
}

impl Face {
    /// A message into the private chat; None when there is none.
    pub fn post(&self, text: impl Into<String>, choices: Vec<Choice>) -> Option<Say> {
        self.private_chat
            .map(|chat| Say::post(self.bot, chat, text, choices))
    }
}

pub async fn face(tx: &mut Tx, account: AccountId) -> Result<Option<Face>, sqlx::Error> {
    const SELECT: &str = "SELECT name, bot_id, private_chat FROM account WHERE account_id = $1";
    let row = tx.row(SELECT, vals![account]).await?;
    let read = |row: Row| {
        Ok(Face {
            name: row.get("name")?,
            bot: row.get("bot_id")?,
            private_chat: row.get("private_chat")?,
        })
    };
    row.map(read).transpose()
}

/// The class whose group this chat is.
pub async fn class_of(
    tx: &mut Tx,
    chat: ChatId,
) -> Result<Option<(SchoolId, ClassId)>, sqlx::Error> {
    const SELECT: &str = "SELECT school_id, class_id FROM class_group WHERE chat_id = $1";
    let row = tx.row(SELECT, vals![chat]).await?;
    row.map(|row| Ok((row.get("school_id")?, row.get("class_id")?)))
        .transpose()
}

/// Takes from a chat what it was bound to.
pub async fn unbind(tx: &mut Tx, chat: ChatId) -> Result<(), sqlx::Error> {
    const CLASS: &str = "DELETE FROM class_group WHERE chat_id = $1";
    const STAFF: &str = "DELETE FROM staff_room WHERE chat_id = $1";
    tx.execute(CLASS, vals![chat]).await?;
    tx.execute(STAFF, vals![chat]).await?;
    Ok(())
}

/// The bot is in a chat again, or no longer; false when that was known.
pub async fn set_left(
    tx: &mut Tx,
    chat: ChatId,
    left_at: Option<Timestamp>,
) -> Result<bool, sqlx::Error> {
    const UPDATE: &str = "UPDATE chat SET left_at = $2 WHERE chat_id = $1 \
         AND (CASE WHEN left_at IS NULL THEN 0 ELSE 1 END) <> $3";
    let left = i64::from(left_at.is_some());
    Ok(tx.execute(UPDATE, vals![chat, left_at, left]).await? == 1)
}

/// A private chat through which nobody can be reached any more, until its owner writes again.
pub async fn forget_private(tx: &mut Tx, chat: ChatId) -> Result<(), sqlx::Error> {
    const UPDATE: &str = "UPDATE account SET private_chat = NULL WHERE private_chat = $1";
    tx.execute(UPDATE, vals![chat]).await?;
    Ok(())
}

/// A group goes on under another id: it keeps what it is for. A new chat rather than a new name of the old
/// one, since ids of messages begin anew there. Returns the new chat.
pub async fn move_chat(
    tx: &mut Tx,
    bot: BotId,
    from: ChatId,
    to: &str,
    now: Timestamp,
) -> Result<ChatId, sqlx::Error> {
    const CLASS: &str = "UPDATE class_group SET chat_id = $2 WHERE chat_id = $1 \
         AND NOT EXISTS (SELECT 1 FROM class_group g WHERE g.chat_id = $2)";
    const STAFF: &str = "UPDATE staff_room SET chat_id = $2 WHERE chat_id = $1 \
         AND NOT EXISTS (SELECT 1 FROM staff_room r WHERE r.chat_id = $2)";
    let seen = ChatSeen {
        external_id: to.to_owned(),
        kind: ChatKind::Group,
    };
    let known = chats(tx, bot, &[&seen], now).await?;
    let to = known
        .get(to)
        .map(|chat| chat.id)
        .ok_or(sqlx::Error::RowNotFound)?;
    if to != from {
        tx.execute(CLASS, vals![from, to]).await?;
        tx.execute(STAFF, vals![from, to]).await?;
        unbind(tx, from).await?;
    }
    Ok(to)
}

/// The groups of a class on one bot, those too in which the bot is no longer, with whether it is.
pub async fn groups_of(
    tx: &mut Tx,
    bot: BotId,
    school: SchoolId,
    class: ClassId,
) -> Result<Vec<(ChatId, bool)>, sqlx::Error> {
    const SELECT: &str = "SELECT g.chat_id, c.left_at FROM class_group g JOIN chat c ON c.chat_id = g.chat_id \
         WHERE g.school_id = $1 AND g.class_id = $2 AND c.bot_id = $3 ORDER BY g.chat_id";
    let rows = tx.rows(SELECT, vals![school, class, bot]).await?;
    let read = |row: &Row| {
        let left_at: Option<Timestamp> = row.get("left_at")?;
        Ok((row.get("chat_id")?, left_at.is_none()))
    };
    rows.iter().map(read).collect()
}

/// All class groups of a school, on every bot, in which the bot still is.
pub async fn class_groups(tx: &mut Tx, school: SchoolId) -> Result<Vec<ClassGroup>, sqlx::Error> {
    const SELECT: &str = "SELECT g.class_id, g.chat_id, c.bot_id FROM class_group g JOIN chat c ON c.chat_id = g.chat_id \
         WHERE g.school_id = $1 AND c.left_at IS NULL ORDER BY g.class_id, g.chat_id";
    let rows = tx.rows(SELECT, vals![school]).await?;
    let read = |row: &Row| {
        Ok(ClassGroup {
            school,
            class: row.get("class_id")?,
            chat: row.get("chat_id")?,
            bot: row.get("bot_id")?,
        })
    };
    rows.iter().map(read).collect()
}
