//! Chats: which is a class's group or the staff room, and who is seen in it.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::accounts::ExternalId;
use crate::db::{Row, Set, Tx, fresh_id};
use crate::domain::message::{ChatKind, ChatSeen};
use crate::domain::time::{DAY_MS, HOUR_MS};
use crate::domain::{AccountId, BotId, ChatId, ClassId, SchoolId, Timestamp};
use crate::vals;

/// A chat as a bot sees it, and what the school uses it for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chat {
    pub id: ChatId,
    pub external_id: String,
    pub kind: ChatKind,
    pub class: Option<(SchoolId, ClassId)>,
    /// The class of an earlier school year whose group it was.
    pub past: Option<(SchoolId, ClassId)>,
    pub staff_room: Option<SchoolId>,
    /// As far as the bot knows it is not in there any more.
    pub is_left: bool,
}

impl Chat {
    pub fn school(&self) -> Option<SchoolId> {
        let class = self.class.or(self.past);
        class.map(|(school, _)| school).or(self.staff_room)
    }
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
    const SELECT: &str = "SELECT c.chat_id, c.external_id, c.kind, c.left_at, g.school_id, g.class_id, r.school_id AS staff_of, \
         CAST(CASE WHEN k.year = s.year THEN 1 ELSE 0 END AS BIGINT) AS in_force FROM chat c \
         LEFT JOIN class_group g ON g.chat_id = c.chat_id LEFT JOIN staff_room r ON r.chat_id = c.chat_id \
         LEFT JOIN class k ON k.school_id = g.school_id AND k.class_id = g.class_id \
         LEFT JOIN school s ON s.school_id = g.school_id \
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
    let bound = school.zip(class);
    let in_force = row.get::<i64>("in_force")? == 1;
    Ok(Chat {
        id: row.get("chat_id")?,
        external_id: row.get("external_id")?,
        kind: ChatKind::from_slug(&kind).ok_or_else(|| crate::db::unknown_word("kind", &kind))?,
        class: bound.filter(|_| in_force),
        past: bound.filter(|_| !in_force),
        staff_room: row.get("staff_of")?,
        is_left: row.get::<Option<Timestamp>>("left_at")?.is_some(),
    })
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
         JOIN school s ON s.school_id = k.school_id AND s.year = k.year \
         WHERE b.channel = $1 AND b.name = $2 ORDER BY k.code, c.chat_id";
    let rows = tx.rows(SELECT, vals![channel, bot]).await?;
    rows.iter()
        .map(|row| Ok((row.get("external_id")?, row.get("title")?)))
        .collect()
}

/// The classes of this school year whose groups a bot has: the title of each and how many families it has, in the
/// order of the classes.
pub async fn bound_families(tx: &mut Tx, bot: BotId) -> Result<Vec<(String, i64)>, sqlx::Error> {
    const SELECT: &str = "SELECT k.title, COUNT(e.child_id) AS families FROM chat c \
         JOIN class_group g ON g.chat_id = c.chat_id \
         JOIN class k ON k.school_id = g.school_id AND k.class_id = g.class_id \
         JOIN school s ON s.school_id = k.school_id AND s.year = k.year \
         LEFT JOIN enrolment e ON e.school_id = k.school_id AND e.class_id = k.class_id AND e.left_at IS NULL \
         WHERE c.bot_id = $1 AND c.left_at IS NULL GROUP BY k.school_id, k.class_id, k.title, k.code ORDER BY k.code";
    let rows = tx.rows(SELECT, vals![bot]).await?;
    rows.iter()
        .map(|row| Ok((row.get("title")?, row.get("families")?)))
        .collect()
}

/// A group as its platform and as we know it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    pub external_id: String,
    pub id: ChatId,
}

/// A bot's class groups of this school year in which it is, each with the platform's ids of the guardians of the class
/// who are linked on this bot.
pub async fn groups_with_guardians(
    tx: &mut Tx,
    bot: BotId,
) -> Result<BTreeMap<Group, Vec<String>>, sqlx::Error> {
    const SELECT: &str = "SELECT DISTINCT c.external_id, c.chat_id, a.external_id AS account FROM chat c \
         JOIN class_group g ON g.chat_id = c.chat_id \
         JOIN class k ON k.school_id = g.school_id AND k.class_id = g.class_id \
         JOIN school s ON s.school_id = k.school_id AND s.year = k.year \
         LEFT JOIN enrolment e ON e.school_id = k.school_id AND e.class_id = k.class_id AND e.left_at IS NULL \
         LEFT JOIN guardian h ON h.school_id = e.school_id AND h.child_id = e.child_id \
         LEFT JOIN membership m ON m.school_id = h.school_id AND m.person_id = h.person_id \
         LEFT JOIN account a ON a.account_id = m.account_id AND a.bot_id = $1 \
         WHERE c.bot_id = $1 AND c.left_at IS NULL";
    let mut groups: BTreeMap<Group, Vec<String>> = BTreeMap::new();
    for row in tx.rows(SELECT, vals![bot]).await? {
        let group = Group {
            external_id: row.get("external_id")?,
            id: row.get("chat_id")?,
        };
        let accounts = groups.entry(group).or_default();
        accounts.extend(row.get::<Option<String>>("account")?);
    }
    Ok(groups)
}

/// The schools of whose classes a bot has groups.
pub async fn schools_of(tx: &mut Tx, bot: BotId) -> Result<Vec<SchoolId>, sqlx::Error> {
    const SELECT: &str = "SELECT DISTINCT g.school_id FROM chat c JOIN class_group g ON g.chat_id = c.chat_id \
         WHERE c.bot_id = $1 ORDER BY g.school_id";
    let rows = tx.rows(SELECT, vals![bot]).await?;
    rows.iter().map(|row| row.get("school_id")).collect()
}

/// The class of this school year whose group this chat is.
pub async fn class_of(
    tx: &mut Tx,
    chat: ChatId,
) -> Result<Option<(SchoolId, ClassId)>, sqlx::Error> {
    const SELECT: &str = "SELECT g.school_id, g.class_id FROM class_group g \
         JOIN class k ON k.school_id = g.school_id AND k.class_id = g.class_id \
         JOIN school s ON s.school_id = g.school_id AND s.year = k.year WHERE g.chat_id = $1";
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

/// The group may be shown the way into the private chat now: once a day, so that it does not nag. False when it was
/// shown it within the last day.
pub async fn may_show_door(tx: &mut Tx, chat: ChatId, now: Timestamp) -> Result<bool, sqlx::Error> {
    const UPDATE: &str = "UPDATE class_group SET door_at = $2 WHERE chat_id = $1 AND (door_at IS NULL OR door_at < $3)";
    Ok(tx
        .execute(UPDATE, vals![chat, now, now.plus_ms(-DAY_MS)])
        .await?
        == 1)
}

/// All class groups of a school, on every bot, in which the bot still is.
pub async fn class_groups(tx: &mut Tx, school: SchoolId) -> Result<Vec<ClassGroup>, sqlx::Error> {
    const SELECT: &str = "SELECT g.class_id, g.chat_id, c.bot_id FROM class_group g JOIN chat c ON c.chat_id = g.chat_id \
         JOIN class k ON k.school_id = g.school_id AND k.class_id = g.class_id \
         JOIN school s ON s.school_id = g.school_id AND s.year = k.year \
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

/// A linked guardian to be looked for in the class's group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    pub chat: ChatId,
    pub account: AccountId,
    /// The platform's ids of both.
    pub chat_name: String,
    pub account_name: String,
}

/// Guardians of a class, linked by this bot, who were not looked for in its group for a day; those never looked
/// for come first.
pub async fn to_look_for(
    tx: &mut Tx,
    bot: BotId,
    most: i64,
    now: Timestamp,
) -> Result<Vec<Missed>, sqlx::Error> {
    const SELECT: &str = "SELECT DISTINCT c.chat_id, a.account_id, c.external_id AS chat_name, a.external_id AS account_name, \
         COALESCE(k.at, 0) AS looked_at FROM chat c JOIN class_group g ON g.chat_id = c.chat_id \
         JOIN class y ON y.school_id = g.school_id AND y.class_id = g.class_id \
         JOIN school s ON s.school_id = g.school_id AND s.year = y.year \
         JOIN enrolment e ON e.school_id = g.school_id AND e.class_id = g.class_id AND e.left_at IS NULL \
         JOIN guardian u ON u.school_id = e.school_id AND u.child_id = e.child_id \
         JOIN membership m ON m.school_id = u.school_id AND m.person_id = u.person_id \
         JOIN account a ON a.account_id = m.account_id AND a.bot_id = c.bot_id \
         LEFT JOIN group_check k ON k.chat_id = c.chat_id AND k.account_id = a.account_id \
         WHERE c.bot_id = $1 AND c.left_at IS NULL AND (k.at IS NULL OR k.at < $2) \
         ORDER BY looked_at, a.account_id LIMIT $3";
    let vals = vals![bot, now.plus_ms(-DAY_MS), most];
    let read = |row: &Row| {
        Ok(Missed {
            chat: row.get("chat_id")?,
            account: row.get("account_id")?,
            chat_name: row.get("chat_name")?,
            account_name: row.get("account_name")?,
        })
    };
    tx.rows(SELECT, vals).await?.iter().map(read).collect()
}

/// They were looked for now.
pub async fn note_looked(
    tx: &mut Tx,
    looked: &[(ChatId, AccountId)],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    const UPSERT: &str = "INSERT INTO group_check (chat_id, account_id, at) \
         SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), $1 FROM json_each($2) WHERE true \
         ON CONFLICT (chat_id, account_id) DO UPDATE SET at = excluded.at";
    tx.execute(UPSERT, vals![now, Set(looked)]).await?;
    Ok(())
}

/// A bot's class groups whose people were not counted for an hour.
pub async fn to_count(
    tx: &mut Tx,
    bot: BotId,
    most: i64,
    now: Timestamp,
) -> Result<Vec<(ChatId, String)>, sqlx::Error> {
    const SELECT: &str = "SELECT c.chat_id, c.external_id FROM chat c JOIN class_group g ON g.chat_id = c.chat_id \
         WHERE c.bot_id = $1 AND c.left_at IS NULL AND (c.counted_at IS NULL OR c.counted_at < $2) \
         ORDER BY c.counted_at, c.chat_id LIMIT $3";
    let rows = tx
        .rows(SELECT, vals![bot, now.plus_ms(-HOUR_MS), most])
        .await?;
    rows.iter()
        .map(|row| Ok((row.get("chat_id")?, row.get("external_id")?)))
        .collect()
}

/// So many people the platform counts in a chat, ourselves among them; none when it does not say.
pub async fn note_people(
    tx: &mut Tx,
    chat: ChatId,
    people: Option<i64>,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    const UPDATE: &str = "UPDATE chat SET people = $2, counted_at = $3 WHERE chat_id = $1";
    tx.execute(UPDATE, vals![chat, people, now]).await?;
    Ok(())
}

/// How many people the platforms count in a class's groups, our bots not among them, and since when that is known;
/// none when no group was counted.
pub async fn people_of(
    tx: &mut Tx,
    school: SchoolId,
    class: ClassId,
) -> Result<Option<(i64, Timestamp)>, sqlx::Error> {
    const SELECT: &str = "SELECT CAST(SUM(c.people - 1) AS BIGINT) AS people, MIN(c.counted_at) AS counted_at FROM class_group g JOIN chat c ON c.chat_id = g.chat_id \
         WHERE g.school_id = $1 AND g.class_id = $2 AND c.left_at IS NULL AND c.people IS NOT NULL";
    let row = tx.row(SELECT, vals![school, class]).await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let (people, at): (Option<i64>, Option<Timestamp>) =
        (row.get("people")?, row.get("counted_at")?);
    Ok(people.zip(at))
}

/// Private chats of nobody: whoever it was is forgotten, and nothing is on its way to them any more.
pub async fn forget_empty(tx: &mut Tx) -> Result<u64, sqlx::Error> {
    const DELETE: &str = "DELETE FROM chat WHERE kind = 'private' \
         AND NOT EXISTS (SELECT 1 FROM account a WHERE a.private_chat = chat.chat_id) \
         AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.chat_id = chat.chat_id AND o.priority > 0 \
             AND o.state IN ('waiting', 'sending')) \
         AND NOT EXISTS (SELECT 1 FROM board b WHERE b.chat_id = chat.chat_id) \
         AND NOT EXISTS (SELECT 1 FROM group_check k WHERE k.chat_id = chat.chat_id)";
    tx.execute(DELETE, vals![]).await
}

/// Accounts are forgotten: that they were looked for.
pub async fn forget(tx: &mut Tx, accounts: &[AccountId]) -> Result<(), sqlx::Error> {
    const DELETE: &str = "DELETE FROM group_check \
         WHERE account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    tx.execute(DELETE, vals![Set(accounts)]).await?;
    Ok(())
}

/// Groups that were a class's in an earlier year and are nobody's yet in this one.
pub async fn past_groups(
    tx: &mut Tx,
    school: SchoolId,
) -> Result<Vec<(BotId, ChatId)>, sqlx::Error> {
    const SELECT: &str = "SELECT c.bot_id, c.chat_id FROM class_group g JOIN chat c ON c.chat_id = g.chat_id \
         JOIN class k ON k.school_id = g.school_id AND k.class_id = g.class_id \
         JOIN school s ON s.school_id = g.school_id AND s.year <> k.year \
         WHERE g.school_id = $1 AND c.left_at IS NULL ORDER BY c.chat_id";
    let rows = tx.rows(SELECT, vals![school]).await?;
    rows.iter()
        .map(|row| Ok((row.get("bot_id")?, row.get("chat_id")?)))
        .collect()
}
