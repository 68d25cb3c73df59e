//! After a restore: the boards in the groups show what was said until yesterday, so they are drawn anew.

use std::collections::BTreeSet;

use super::App;
use super::desk::Desk;
use crate::bots;
use crate::db::Tx;
use crate::domain::{ChatId, ClassId, SchoolId, Timestamp};
use crate::facts::Facts;
use crate::roster::chats::class_groups;
use crate::roster::store;
use crate::vals;

impl App {
    /// Gives every board of every school a new text, and hangs a fresh one where the old was not sent yet. Returns
    /// how many.
    pub async fn draw_boards_anew(&self, tx: &mut Tx, now: Timestamp) -> anyhow::Result<usize> {
        let bots = bots::all(tx).await?;
        let Some(bot) = bots.first() else {
            return Ok(0);
        };
        let mut boards = 0;
        for school in store::schools(tx).await? {
            let facts = Facts::of_school(tx, bot, school.id).await?;
            let mut desk = Desk::open(bot, self, &[], facts, now);
            let (sent, unsent) = hanging(tx, school.id).await?;
            boards += sent.len() + unsent.len();
            desk.facts.touch(sent);
            let mut groups = class_groups(tx, school.id).await?;
            groups.retain(|group| unsent.contains(&group.chat));
            desk.hang(tx, &groups)
                .await
                .map_err(|failure| failure.error)?;
            desk.close(tx, false)
                .await
                .map_err(|failure| failure.error)?;
        }
        Ok(boards)
    }
}

/// The classes whose board can be rewritten, and the chats whose board was never sent.
async fn hanging(
    tx: &mut Tx,
    school: SchoolId,
) -> Result<(BTreeSet<ClassId>, BTreeSet<ChatId>), sqlx::Error> {
    const SELECT: &str = "SELECT g.class_id, g.chat_id, o.state FROM class_group g \
         JOIN board b ON b.chat_id = g.chat_id LEFT JOIN outbox o ON o.outbox_id = b.outbox_id WHERE g.school_id = $1";
    let (mut sent, mut unsent) = (BTreeSet::new(), BTreeSet::new());
    for row in tx.rows(SELECT, vals![school]).await? {
        let state: Option<String> = row.get("state")?;
        if state.as_deref() == Some("sent") {
            sent.insert(row.get("class_id")?);
        } else {
            unsent.insert(row.get("chat_id")?);
        }
    }
    Ok((sent, unsent))
}
