//! Where people of a school can be written to privately.

use super::staff;
use std::collections::BTreeSet;

use super::{Member, permit};
use crate::db::{Row, Set, Tx};
use crate::domain::message::{Choice, Say};
use crate::domain::{AccountId, BotId, ChatId, ClassId, PersonId, SchoolId, Timestamp};
use crate::vals;

/// A private chat with somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    pub person: PersonId,
    /// As the school knows them.
    pub name: String,
    pub account: AccountId,
    pub bot: BotId,
    pub chat: ChatId,
}

impl Mailbox {
    pub fn post(&self, text: impl Into<String>, choices: Vec<Choice>) -> Say {
        Say::post(self.bot, self.chat, text, choices)
    }
}

/// The private chats of these persons, on every bot; none for who never wrote or has closed it.
pub async fn mailboxes(
    tx: &mut Tx,
    school: SchoolId,
    persons: &[PersonId],
) -> Result<Vec<Mailbox>, sqlx::Error> {
    const SELECT: &str = "SELECT m.person_id, p.name, a.account_id, a.bot_id, a.private_chat FROM membership m \
         JOIN account a ON a.account_id = m.account_id \
         JOIN person p ON p.school_id = m.school_id AND p.person_id = m.person_id \
         WHERE m.person_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) AND m.school_id = $2 \
         AND a.private_chat IS NOT NULL ORDER BY m.person_id, a.account_id";
    let rows = tx.rows(SELECT, vals![Set(persons), school]).await?;
    let read = |row: &Row| {
        Ok(Mailbox {
            person: row.get("person_id")?,
            name: row.get("name")?,
            account: row.get("account_id")?,
            bot: row.get("bot_id")?,
            chat: row.get("private_chat")?,
        })
    };
    rows.iter().map(read).collect()
}

/// The private chats of a class's teachers.
pub async fn teachers_of(
    tx: &mut Tx,
    school: SchoolId,
    class: ClassId,
    now: Timestamp,
) -> Result<Vec<Mailbox>, sqlx::Error> {
    on_the_staff(tx, school, now, |member| {
        permit::homeroom_of(member, class).is_some()
    })
    .await
}

/// The private chats of those who lead the school.
pub async fn leads_of(
    tx: &mut Tx,
    school: SchoolId,
    now: Timestamp,
) -> Result<Vec<Mailbox>, sqlx::Error> {
    on_the_staff(tx, school, now, |member| permit::lead(member).is_some()).await
}

/// By the permit, so that who lost the role is not told the school's affairs.
async fn on_the_staff(
    tx: &mut Tx,
    school: SchoolId,
    now: Timestamp,
    fits: impl Fn(&Member) -> bool,
) -> Result<Vec<Mailbox>, sqlx::Error> {
    let staff: Vec<PersonId> = staff::staff_now(tx, school, now)
        .await?
        .into_iter()
        .filter(fits)
        .map(|member| member.person)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    mailboxes(tx, school, &staff).await
}
