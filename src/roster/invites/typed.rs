//! Codes that are typed once and soon: what a slip's page showed, and the markers of groups.

use super::{Invite, mark, read};
use crate::db::{Row, Tx};
use crate::domain::time::{DAY_MS, MINUTE_MS};
use crate::domain::{ClassId, SchoolId, Timestamp};
use crate::installation::Key;
use crate::understand::codes::{Code, write_short};
use crate::vals;

/// The code on a slip's page is typed at once.
pub const PAGE_LIVES_MS: i64 = 30 * MINUTE_MS;
/// Codes of one slip's page that may wait to be typed at the same time: for three guardians and some second taps.
pub const PAGE_CODES: i64 = 10;

/// The invite behind a code that a slip's page showed; the code is used up by it.
pub(super) async fn of_page(
    tx: &mut Tx,
    mark: &str,
    now: Timestamp,
) -> Result<Option<Invite>, sqlx::Error> {
    const TAKE: &str = "DELETE FROM page_code WHERE code_mark = $1 AND expires_at > $2 \
         AND kind NOT IN ('group', 'room') RETURNING school_id, kind, subject, issue, scanned";
    // Issued anew since, the slip is worthless and so is its page.
    const SELECT: &str = "SELECT school_id, kind, subject, issue, expires_at, used_by FROM invite \
         WHERE school_id = $1 AND kind = $2 AND subject = $3 AND issue = $4";
    let Some(code) = tx.row(TAKE, vals![mark, now]).await? else {
        return Ok(None);
    };
    let (kind, scanned): (String, bool) = (code.get("kind")?, code.get("scanned")?);
    let (school, subject): (SchoolId, i64) = (code.get("school_id")?, code.get("subject")?);
    let issue: i64 = code.get("issue")?;
    let row = tx.row(SELECT, vals![school, kind, subject, issue]).await?;
    let with = |row: Row| {
        Ok(Invite {
            scanned,
            ..read(&row)?
        })
    };
    row.map(with).transpose()
}

/// How many codes of an invite's page still wait to be typed.
pub async fn page_codes(tx: &mut Tx, invite: &Invite, now: Timestamp) -> Result<i64, sqlx::Error> {
    const SELECT: &str = "SELECT COUNT(*) AS codes FROM page_code \
         WHERE school_id = $1 AND kind = $2 AND subject = $3 AND expires_at > $4";
    let (kind, subject) = invite.to.columns();
    let row = tx
        .row(SELECT, vals![invite.school, kind, subject, now])
        .await?;
    row.map_or(Ok(0), |row| row.get("codes"))
}

/// A code to be typed, for who opened the page of this invite's slip and tapped there. Good once.
pub async fn page_code(
    tx: &mut Tx,
    key: &Key,
    invite: &Invite,
    now: Timestamp,
) -> Result<String, sqlx::Error> {
    let (kind, subject) = invite.to.columns();
    let typed = Typed {
        school: invite.school,
        kind,
        subject,
        issue: invite.issue,
        scanned: invite.scanned,
        until: now.plus_ms(PAGE_LIVES_MS),
    };
    typed_once(tx, key, &typed).await
}

/// A code that is typed once, and what it stands for.
struct Typed {
    school: SchoolId,
    kind: &'static str,
    subject: i64,
    issue: i64,
    scanned: bool,
    until: Timestamp,
}

async fn typed_once(tx: &mut Tx, key: &Key, typed: &Typed) -> Result<String, sqlx::Error> {
    const INSERT: &str = "INSERT INTO page_code (code_mark, school_id, kind, subject, issue, scanned, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (code_mark) DO NOTHING";
    const TAKEN: &str = "SELECT COUNT(*) AS n FROM invite WHERE code_mark = $1";
    loop {
        let mut random = [0_u8; 8];
        getrandom::fill(&mut random).map_err(|error| sqlx::Error::Io(error.into()))?;
        let Some(code) = write_short(u64::from_be_bytes(random)) else {
            continue;
        };
        let mark = mark(key, &code);
        let taken = tx.row(TAKEN, vals![&mark]).await?;
        if taken.map_or(Ok(0), |row| row.get::<i64>("n"))? > 0 {
            continue;
        }
        let vals = vals![
            &mark,
            typed.school,
            typed.kind,
            typed.subject,
            typed.issue,
            typed.scanned,
            typed.until
        ];
        if tx.execute(INSERT, vals).await? == 1 {
            return Ok(code);
        }
    }
}

/// What a group becomes in which its marker is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marks {
    Group(ClassId),
    StaffRoom,
}

/// A marker for a group: said there once, whoever says it, the group is the class's or the staff's. For platforms on
/// which nobody can tell whether who speaks in a group is the teacher who wrote privately.
pub async fn marker(
    tx: &mut Tx,
    key: &Key,
    school: SchoolId,
    marks: Marks,
    now: Timestamp,
) -> Result<String, sqlx::Error> {
    let (kind, subject) = match marks {
        Marks::Group(class) => ("group", class.0),
        Marks::StaffRoom => ("room", school.0),
    };
    let typed = Typed {
        school,
        kind,
        subject,
        issue: 0,
        scanned: false,
        until: now.plus_ms(DAY_MS),
    };
    typed_once(tx, key, &typed).await
}

/// What this code marks; it is used up by it. None for a code that marks nothing.
pub async fn take_marker(
    tx: &mut Tx,
    key: &Key,
    code: &Code,
    now: Timestamp,
) -> Result<Option<(SchoolId, Marks)>, sqlx::Error> {
    const TAKE: &str = "DELETE FROM page_code WHERE code_mark = $1 AND expires_at > $2 \
         AND kind IN ('group', 'room') RETURNING school_id, kind, subject";
    let Code::Short(code) = code else {
        return Ok(None);
    };
    let taken = tx.row(TAKE, vals![mark(key, code), now]).await?;
    let Some(row) = taken else {
        return Ok(None);
    };
    let (kind, subject): (String, i64) = (row.get("kind")?, row.get("subject")?);
    let marks = if kind == "group" {
        Marks::Group(ClassId(subject))
    } else {
        Marks::StaffRoom
    };
    Ok(Some((row.get("school_id")?, marks)))
}
