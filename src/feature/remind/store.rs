//! What was sent to whom, and what waits for its time.

use serde::Serialize;

use super::plan::Letter;
use crate::db::{Row, Set, Tx, fresh_id};
use crate::domain::time::DAY_MS;
use crate::domain::{AccountId, ChildId, ClassId, SchoolId, TaskId, Timestamp};
use crate::vals;

/// A reminder that a family got.
pub struct Sent {
    pub task: TaskId,
    pub child: ChildId,
    pub at: Timestamp,
}

/// The reminders of these children since then, one a guardian's message.
pub async fn sent_since(
    tx: &mut Tx,
    children: &[ChildId],
    since: Timestamp,
) -> Result<Vec<Sent>, sqlx::Error> {
    const SELECT: &str = "SELECT task_id, child_id, at FROM reminder \
         WHERE child_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) AND at > $2";
    let rows = tx.rows(SELECT, vals![Set(children), since]).await?;
    let read = |row: &Row| {
        Ok(Sent {
            task: row.get("task_id")?,
            child: row.get("child_id")?,
            at: row.get("at")?,
        })
    };
    rows.iter().map(read).collect()
}

#[derive(Serialize)]
struct NewReminder {
    id: i64,
    child: ChildId,
    account: i64,
}

/// Notes letters as sent, each for every child it is about.
pub async fn note(
    tx: &mut Tx,
    school: SchoolId,
    task: TaskId,
    letters: &[Letter],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    const INSERT: &str = "INSERT INTO reminder (school_id, reminder_id, task_id, child_id, account_id, at) \
         SELECT $1, CAST(value ->> 'id' AS BIGINT), $2, CAST(value ->> 'child' AS BIGINT), \
         CAST(value ->> 'account' AS BIGINT), $3 FROM json_each($4)";
    let row = |letter: &Letter, child: ChildId| NewReminder {
        id: fresh_id(now),
        child,
        account: letter.to.account.0,
    };
    let rows: Vec<NewReminder> = letters
        .iter()
        .flat_map(|letter| {
            letter
                .children
                .iter()
                .map(|child| row(letter, child.id))
                .collect::<Vec<_>>()
        })
        .collect();
    if !rows.is_empty() {
        tx.execute(INSERT, vals![school, task, now, Set(rows)])
            .await?;
    }
    Ok(())
}

/// Those of these classes whose groups have not read of this task for a day; from now on they have.
pub async fn note_groups(
    tx: &mut Tx,
    school: SchoolId,
    classes: &[ClassId],
    task: TaskId,
    now: Timestamp,
) -> Result<Vec<ClassId>, sqlx::Error> {
    const UPSERT: &str = "INSERT INTO group_reminder (school_id, class_id, task_id, at) \
         SELECT $1, CAST(value AS BIGINT), $2, $3 FROM json_each($4) WHERE true \
         ON CONFLICT (school_id, class_id, task_id) DO UPDATE SET at = excluded.at \
         WHERE group_reminder.at <= $5 RETURNING class_id";
    let day_ago = now.plus_ms(-DAY_MS);
    let rows = tx
        .rows(UPSERT, vals![school, task, now, Set(classes), day_ago])
        .await?;
    rows.iter().map(|row| row.get("class_id")).collect()
}

/// Something that must wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub school: SchoolId,
    pub task: TaskId,
    pub what: What,
    /// Who is told what became of it.
    pub asked_by: Option<AccountId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// To a class's families, or to all of the school.
    Wave(Option<ClassId>),
    /// To one guardian, who asked for it.
    Again(AccountId),
}

impl What {
    fn columns(self) -> (Option<ClassId>, Option<AccountId>) {
        match self {
            What::Wave(class) => (class, None),
            What::Again(account) => (None, Some(account)),
        }
    }
}

/// Lets something wait until then; asked for twice it waits once.
pub async fn wait(
    tx: &mut Tx,
    due: &Due,
    at: Timestamp,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    const INSERT: &str = "INSERT INTO due (due_id, school_id, due_at, task_id, class_id, account_id, asked_by) \
         SELECT $1, $2, $3, $4, $5, $6, $7 WHERE NOT EXISTS (SELECT 1 FROM due d WHERE d.school_id = $2 AND d.task_id = $4 \
         AND COALESCE(d.class_id, 0) = COALESCE($5, 0) AND COALESCE(d.account_id, 0) = COALESCE($6, 0))";
    let (class, account) = due.what.columns();
    let vals = vals![
        fresh_id(now),
        due.school,
        at,
        due.task,
        class,
        account,
        due.asked_by
    ];
    tx.execute(INSERT, vals).await?;
    Ok(())
}

/// The ids of what is due now, oldest first.
pub async fn due_now(tx: &mut Tx, now: Timestamp) -> Result<Vec<i64>, sqlx::Error> {
    const SELECT: &str = "SELECT due_id FROM due WHERE due_at <= $1 ORDER BY due_at, due_id";
    let rows = tx.rows(SELECT, vals![now]).await?;
    rows.iter().map(|row| row.get("due_id")).collect()
}

/// Takes one out; None when another was faster.
pub async fn take(tx: &mut Tx, id: i64) -> Result<Option<Due>, sqlx::Error> {
    const TAKE: &str = "DELETE FROM due WHERE due_id = $1 RETURNING school_id, task_id, class_id, account_id, asked_by";
    let row = tx.row(TAKE, vals![id]).await?;
    let read = |row: Row| {
        let account: Option<AccountId> = row.get("account_id")?;
        let class: Option<ClassId> = row.get("class_id")?;
        Ok(Due {
            school: row.get("school_id")?,
            task: row.get("task_id")?,
            what: account.map_or(What::Wave(class), What::Again),
            asked_by: row.get("asked_by")?,
        })
    };
    row.map(read).transpose()
}

/// Tries it again later: it could not be done now.
pub async fn postpone(tx: &mut Tx, id: i64, at: Timestamp) -> Result<(), sqlx::Error> {
    const UPDATE: &str = "UPDATE due SET due_at = $2 WHERE due_id = $1";
    tx.execute(UPDATE, vals![id, at]).await?;
    Ok(())
}

/// Forgets reminders that no budget counts any more.
pub async fn forget_old(tx: &mut Tx, now: Timestamp) -> Result<u64, sqlx::Error> {
    const DELETE: &str = "DELETE FROM reminder WHERE at < $1";
    tx.execute(DELETE, vals![now.plus_ms(-30 * DAY_MS)]).await
}

/// Accounts are no family's any more: what was sent to them, and what they wanted to be told tomorrow.
pub async fn forget_family(tx: &mut Tx, accounts: &[AccountId]) -> Result<(), sqlx::Error> {
    const SENT: &str = "DELETE FROM reminder \
         WHERE account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    const AGAIN: &str = "DELETE FROM due \
         WHERE account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    tx.execute(SENT, vals![Set(accounts)]).await?;
    tx.execute(AGAIN, vals![Set(accounts)]).await?;
    Ok(())
}

/// Accounts are forgotten: what they let wait as teachers, too.
pub async fn forget(tx: &mut Tx, accounts: &[AccountId]) -> Result<(), sqlx::Error> {
    const ASKED: &str = "DELETE FROM due \
         WHERE asked_by IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    tx.execute(ASKED, vals![Set(accounts)]).await?;
    Ok(())
}
