//! Faces on the platforms: accounts, and who an account speaks for.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::Account;
use crate::db::{Row, Set, Tx, fresh_id};
use crate::domain::message::{Choice, Say, Sender};
use crate::domain::{AccountId, BotId, ChatId, PersonId, SchoolId, Timestamp};
use crate::vals;

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

/// Those of these senders whose account stands for a person of a school.
pub async fn linked(
    tx: &mut Tx,
    bot: BotId,
    senders: &[&str],
) -> Result<HashSet<String>, sqlx::Error> {
    const SELECT: &str = "SELECT a.external_id FROM account a WHERE a.bot_id = $1 \
         AND a.external_id IN (SELECT value ->> 'id' FROM json_each($2)) \
         AND EXISTS (SELECT 1 FROM membership m WHERE m.account_id = a.account_id)";
    let ids: Vec<ExternalId<'_>> = senders.iter().map(|id| ExternalId { id }).collect();
    let rows = tx.rows(SELECT, vals![bot, Set(ids)]).await?;
    rows.iter().map(|row| row.get("external_id")).collect()
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

/// The accounts of one person speak for another from now on.
pub async fn become_one(
    tx: &mut Tx,
    school: SchoolId,
    one: PersonId,
    into: PersonId,
) -> Result<(), sqlx::Error> {
    const UPDATE: &str =
        "UPDATE membership SET person_id = $3 WHERE school_id = $1 AND person_id = $2";
    tx.execute(UPDATE, vals![school, one, into]).await?;
    Ok(())
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

/// No account of this bot speaks for this person any more. Returns those that did and now speak for nobody.
pub async fn leave(
    tx: &mut Tx,
    bot: BotId,
    school: SchoolId,
    person: PersonId,
) -> Result<Vec<AccountId>, sqlx::Error> {
    const DELETE: &str = "DELETE FROM membership WHERE school_id = $2 AND person_id = $3 \
         AND account_id IN (SELECT a.account_id FROM account a WHERE a.bot_id = $1) RETURNING account_id";
    const STILL: &str = "SELECT DISTINCT account_id FROM membership \
         WHERE account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    let ids = |rows: &[Row]| -> Result<Vec<AccountId>, sqlx::Error> {
        rows.iter().map(|row| row.get("account_id")).collect()
    };
    let mut left = ids(&tx.rows(DELETE, vals![bot, school, person]).await?)?;
    let still = ids(&tx.rows(STILL, vals![Set(&left)]).await?)?;
    left.retain(|account| !still.contains(account));
    Ok(left)
}

/// The bot and the platform's id of each of these accounts.
pub async fn names(
    tx: &mut Tx,
    accounts: &[AccountId],
) -> Result<Vec<(BotId, String)>, sqlx::Error> {
    const SELECT: &str = "SELECT bot_id, external_id FROM account \
         WHERE account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    let rows = tx.rows(SELECT, vals![Set(accounts)]).await?;
    rows.iter()
        .map(|row| Ok((row.get("bot_id")?, row.get("external_id")?)))
        .collect()
}

/// An account by the names of its bot and of itself on the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedAccount {
    pub id: AccountId,
    pub channel: String,
    pub bot: String,
    pub external_id: String,
}

fn read_named(row: &Row) -> Result<NamedAccount, sqlx::Error> {
    Ok(NamedAccount {
        id: row.get("account_id")?,
        channel: row.get("channel")?,
        bot: row.get("name")?,
        external_id: row.get("external_id")?,
    })
}

/// These accounts by their names.
pub async fn named(tx: &mut Tx, accounts: &[AccountId]) -> Result<Vec<NamedAccount>, sqlx::Error> {
    const SELECT: &str = "SELECT a.account_id, b.channel, b.name, a.external_id FROM account a \
         JOIN bot b ON b.bot_id = a.bot_id \
         WHERE a.account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) ORDER BY a.account_id";
    let rows = tx.rows(SELECT, vals![Set(accounts)]).await?;
    rows.iter().map(read_named).collect()
}

/// All accounts, page by page: those that come after this one.
pub async fn after(
    tx: &mut Tx,
    account: AccountId,
    most: i64,
) -> Result<Vec<NamedAccount>, sqlx::Error> {
    const SELECT: &str = "SELECT a.account_id, b.channel, b.name, a.external_id FROM account a \
         JOIN bot b ON b.bot_id = a.bot_id WHERE a.account_id > $1 ORDER BY a.account_id LIMIT $2";
    let rows = tx.rows(SELECT, vals![account, most]).await?;
    rows.iter().map(read_named).collect()
}

/// No account speaks for this person any more.
pub async fn nobody(tx: &mut Tx, school: SchoolId, person: PersonId) -> Result<(), sqlx::Error> {
    const DELETE: &str = "DELETE FROM membership WHERE school_id = $1 AND person_id = $2";
    tx.execute(DELETE, vals![school, person]).await?;
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

/// A private chat through which nobody can be reached any more, until its owner writes again.
pub async fn forget_private(tx: &mut Tx, chat: ChatId) -> Result<(), sqlx::Error> {
    const UPDATE: &str = "UPDATE account SET private_chat = NULL WHERE private_chat = $1";
    tx.execute(UPDATE, vals![chat]).await?;
    Ok(())
}

/// One human being: all their accounts, and who these are in each school.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Human {
    pub accounts: Vec<AccountId>,
    pub persons: Vec<(SchoolId, PersonId)>,
}

/// Who this account's owner is by another bot of the same platform: where the platform gives somebody one id for all
/// bots, a mother with children in two classes is one person, and is not asked twice.
pub async fn person_elsewhere(
    tx: &mut Tx,
    account: AccountId,
    school: SchoolId,
) -> Result<Option<PersonId>, sqlx::Error> {
    const SELECT: &str = "SELECT m.person_id FROM account a JOIN bot b ON b.bot_id = a.bot_id \
         JOIN bot c ON c.channel = b.channel JOIN account o ON o.bot_id = c.bot_id AND o.external_id = a.external_id \
         JOIN membership m ON m.account_id = o.account_id AND m.school_id = $2 \
         WHERE a.account_id = $1 AND o.account_id <> $1 ORDER BY o.account_id LIMIT 1";
    let row = tx.row(SELECT, vals![account, school]).await?;
    row.map(|row| row.get("person_id")).transpose()
}

/// How many people a bot knows: those it met, as far as they were not forgotten.
pub async fn people_of(tx: &mut Tx, bot: BotId) -> Result<i64, sqlx::Error> {
    const SELECT: &str = "SELECT COUNT(*) AS n FROM account WHERE bot_id = $1";
    let row = tx.row(SELECT, vals![bot]).await?;
    row.map_or(Ok(0), |row| row.get("n"))
}

/// Everything that hangs together with an account: a Zalo and a Telegram account of one person, and the same
/// account in two schools.
pub async fn human(tx: &mut Tx, account: AccountId) -> Result<Human, sqlx::Error> {
    const BY_ACCOUNT: &str = "SELECT school_id, person_id FROM membership \
         WHERE account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) ORDER BY school_id, person_id";
    const BY_PERSON: &str = "SELECT DISTINCT account_id FROM membership \
         WHERE person_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) ORDER BY account_id";
    let mut human = Human {
        accounts: vec![account],
        persons: Vec::new(),
    };
    loop {
        let rows = tx.rows(BY_ACCOUNT, vals![Set(&human.accounts)]).await?;
        human.persons = rows
            .iter()
            .map(|row| Ok((row.get("school_id")?, row.get("person_id")?)))
            .collect::<Result<_, sqlx::Error>>()?;
        let persons: Vec<PersonId> = human.persons.iter().map(|(_, person)| *person).collect();
        let rows = tx.rows(BY_PERSON, vals![Set(persons)]).await?;
        let accounts: Vec<AccountId> = rows
            .iter()
            .map(|row| row.get("account_id"))
            .collect::<Result<_, _>>()?;
        if accounts.len() <= human.accounts.len() {
            return Ok(human);
        }
        human.accounts = accounts;
    }
}

/// Accounts are forgotten. What other tables keep of them must be gone before.
pub async fn forget(tx: &mut Tx, accounts: &[AccountId]) -> Result<(), sqlx::Error> {
    const MEMBERS: &str = "DELETE FROM membership \
         WHERE account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    const ACCOUNTS: &str =
        "DELETE FROM account WHERE account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    tx.execute(MEMBERS, vals![Set(accounts)]).await?;
    tx.execute(ACCOUNTS, vals![Set(accounts)]).await?;
    Ok(())
}

/// Accounts that only passed by, who wrote in a group perhaps, and were linked to nobody two days later: whatever
/// names them keeps them.
pub async fn forget_strangers(tx: &mut Tx, before: Timestamp) -> Result<u64, sqlx::Error> {
    const DELETE: &str = "DELETE FROM account WHERE created_at < $1 \
         AND NOT EXISTS (SELECT 1 FROM membership t WHERE t.account_id = account.account_id) \
         AND NOT EXISTS (SELECT 1 FROM pending t WHERE t.account_id = account.account_id) \
         AND NOT EXISTS (SELECT 1 FROM arrival t WHERE t.account_id = account.account_id) \
         AND NOT EXISTS (SELECT 1 FROM consent t WHERE t.account_id = account.account_id) \
         AND NOT EXISTS (SELECT 1 FROM wrong_code t WHERE t.account_id = account.account_id) \
         AND NOT EXISTS (SELECT 1 FROM erasure t WHERE t.account_id = account.account_id) \
         AND NOT EXISTS (SELECT 1 FROM reminder t WHERE t.account_id = account.account_id) \
         AND NOT EXISTS (SELECT 1 FROM due t WHERE t.account_id = account.account_id) \
         AND NOT EXISTS (SELECT 1 FROM due t WHERE t.asked_by = account.account_id) \
         AND NOT EXISTS (SELECT 1 FROM group_check t WHERE t.account_id = account.account_id) \
         AND NOT EXISTS (SELECT 1 FROM invite t WHERE t.used_by = account.account_id)";
    tx.execute(DELETE, vals![before]).await
}
