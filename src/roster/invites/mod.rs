//! Invites: the code on a family's slip, a colleague's code, and that of a school's first principal.
//!
//! Codes are derived by keyed hash from whom they are for and the number of their issue, so that printing
//! again gives the same slips and the database alone gives none (design §5). The printed QR says another code
//! than the link that may be passed on, so that only the paper proves a scan.

mod guesses;
mod typed;

use serde::Serialize;

use crate::db::{Row, Set, Tx, unknown_word};
use crate::domain::time::DAY_MS;
use crate::domain::{AccountId, ChildId, ClassId, PersonId, SchoolId, Timestamp};
use crate::installation::{Key, hex};
use crate::understand::codes::{Code, write_link, write_short};
use crate::vals;

pub use guesses::{Guessing, TRIES, guessing, note_wrong_code};
pub use typed::{Marks, PAGE_CODES, PAGE_LIVES_MS, marker, page_code, page_codes, take_marker};

/// Guardians that one child's slip lets in (design §5).
pub const GUARDIANS: usize = 3;
/// A slip lies in a bag for a while, but not for a school year.
pub const CHILD_LIVES_MS: i64 = 120 * DAY_MS;
/// A poster hangs at the class's door for a school year.
const CLASS_LIVES_MS: i64 = 300 * DAY_MS;
/// A colleague is told to come in within the month.
pub const STAFF_LIVES_MS: i64 = 30 * DAY_MS;
/// A new phone is at hand when its code is asked for.
pub const MOVE_LIVES_MS: i64 = 3 * DAY_MS;
/// Whom an invite is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum For {
    Child(ChildId),
    /// The poster at a class's door: the same way in, without a child.
    Class(ClassId),
    Staff(PersonId),
    /// Somebody known who has a new phone or account.
    Move(PersonId),
    /// Whoever becomes the first to lead the school.
    Lead(SchoolId),
}

impl For {
    fn columns(self) -> (&'static str, i64) {
        match self {
            For::Child(child) => ("child", child.0),
            For::Class(class) => ("class", class.0),
            For::Move(person) => ("move", person.0),
            For::Staff(person) => ("staff", person.0),
            For::Lead(school) => ("lead", school.0),
        }
    }

    fn from_columns(kind: &str, subject: i64) -> Option<Self> {
        match kind {
            "child" => Some(For::Child(ChildId(subject))),
            "class" => Some(For::Class(ClassId(subject))),
            "move" => Some(For::Move(PersonId(subject))),
            "staff" => Some(For::Staff(PersonId(subject))),
            "lead" => Some(For::Lead(SchoolId(subject))),
            _ => None,
        }
    }

    fn lives_ms(self) -> i64 {
        match self {
            For::Child(_) => CHILD_LIVES_MS,
            For::Class(_) => CLASS_LIVES_MS,
            For::Move(_) => MOVE_LIVES_MS,
            For::Staff(_) | For::Lead(_) => STAFF_LIVES_MS,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    pub school: SchoolId,
    pub to: For,
    pub issue: i64,
    pub expires_at: Timestamp,
    pub used_by: Option<AccountId>,
    /// The code that was shown stood only in the printed QR.
    pub scanned: bool,
}

impl Invite {
    /// The first principal's code lets one in, and is asked for again only when nobody leads any more; a new
    /// phone's is good once. A colleague's stays hers: a new one would take her post from the account that has it.
    fn is_spent(&self) -> bool {
        matches!(self.to, For::Lead(_) | For::Move(_)) && self.used_by.is_some()
    }
}

/// The codes of an invite, to be printed and not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes {
    pub link: String,
    /// For the printed QR alone.
    pub scan: String,
    pub short: String,
}

/// The codes of these issues.
fn codes(key: &Key, school: SchoolId, to: For, issue: i64) -> Codes {
    let (kind, subject) = to.columns();
    let whom = format!("{kind} {school} {subject} {issue}");
    let link = write_link(&key.hash(&[b"invite link ", whom.as_bytes()]));
    let scan = write_link(&key.hash(&[b"invite scan ", whom.as_bytes()]));
    // About one number in four has too many digits or none; the next is taken then.
    let short = (0_u32..).find_map(|turn| {
        let hash = key.hash(&[b"invite code ", whom.as_bytes(), &turn.to_be_bytes()]);
        let number = hash
            .iter()
            .take(8)
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        write_short(number)
    });
    Codes {
        link,
        scan,
        short: short.unwrap_or_default(),
    }
}

/// By its mark a code is known again.
fn mark(key: &Key, code: &str) -> String {
    hex(&key.hash(&[b"invite mark ", code.as_bytes()]))
}

const COLUMNS: &str = "school_id, kind, subject, issue, expires_at, used_by";

fn read(row: &Row) -> Result<Invite, sqlx::Error> {
    let (kind, subject): (String, i64) = (row.get("kind")?, row.get("subject")?);
    Ok(Invite {
        school: row.get("school_id")?,
        to: For::from_columns(&kind, subject).ok_or_else(|| unknown_word("kind", &kind))?,
        issue: row.get("issue")?,
        expires_at: row.get("expires_at")?,
        used_by: row.get("used_by")?,
        scanned: false,
    })
}

/// The invite that a code belongs to; None for a code that is none. A short one is looked for in this school alone,
/// since in all of them together it would be guessed; what a page showed is good everywhere, for its minutes.
pub async fn find(
    tx: &mut Tx,
    key: &Key,
    code: &Code,
    school: Option<SchoolId>,
    now: Timestamp,
) -> Result<Option<Invite>, sqlx::Error> {
    const LINK: &str = "SELECT school_id, kind, subject, issue, expires_at, used_by FROM invite WHERE link_mark = $1";
    const SCAN: &str = "SELECT school_id, kind, subject, issue, expires_at, used_by FROM invite WHERE scan_mark = $1";
    const SHORT: &str = "SELECT school_id, kind, subject, issue, expires_at, used_by FROM invite WHERE code_mark = $1 AND school_id = $2";
    debug_assert!(LINK.contains(COLUMNS) && SCAN.contains(COLUMNS) && SHORT.contains(COLUMNS));
    match code {
        Code::Link(link) => {
            let mark = mark(key, link);
            match tx.row(LINK, vals![&mark]).await? {
                Some(row) => read(&row).map(Some),
                None => {
                    let row = tx.row(SCAN, vals![&mark]).await?;
                    let scanned = |row: Row| {
                        Ok(Invite {
                            scanned: true,
                            ..read(&row)?
                        })
                    };
                    row.map(scanned).transpose()
                }
            }
        }
        Code::Short(short) => {
            let mark = mark(key, short);
            match tx.row(SHORT, vals![&mark, school]).await? {
                Some(row) => read(&row).map(Some),
                None => typed::of_page(tx, &mark, now).await,
            }
        }
        Code::Mistyped => Ok(None),
    }
}

/// Whether invites that are still good are printed again or made worthless by new ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Printing {
    Again,
    Anew,
}

#[derive(Serialize)]
struct NewRow {
    kind: &'static str,
    subject: i64,
    issue: i64,
    link: String,
    scan: String,
    code: String,
    expires: Timestamp,
}

/// The codes of these invites, in their order. Those that were never given out, or have run out, are issued;
/// a colleague's that was used stays as it is until it is issued anew.
pub async fn issue(
    tx: &mut Tx,
    key: &Key,
    school: SchoolId,
    wanted: &[For],
    printing: Printing,
    now: Timestamp,
) -> Result<Vec<Codes>, sqlx::Error> {
    let known = of_school(tx, school).await?;
    let mut taken = short_marks(tx, school).await?;
    let (mut out, mut rows) = (Vec::with_capacity(wanted.len()), Vec::new());
    let mut kept = Vec::new();
    for to in wanted {
        let before = known.iter().find(|invite| invite.to == *to);
        let is_good = |known: &&Invite| known.expires_at > now && !known.is_spent();
        if let Some(before) = before.filter(|known| printing == Printing::Again && is_good(known)) {
            let same = codes(key, school, *to, before.issue);
            // The paper that is printed now is as good as new; invites of an earlier version know no scan yet.
            let expires = now.plus_ms(to.lives_ms());
            kept.push(Kept::of(*to, mark(key, &same.scan), expires));
            out.push(same);
            continue;
        }
        let mut issue = before.map_or(0, |before| before.issue) + 1;
        let mut made = codes(key, school, *to, issue);
        // A school's slips never carry the same short code; the chance of it is some 0.04 % a school.
        while !taken.insert(mark(key, &made.short)) {
            issue += 1;
            made = codes(key, school, *to, issue);
        }
        let (kind, subject) = to.columns();
        rows.push(NewRow {
            kind,
            subject,
            issue,
            link: mark(key, &made.link),
            scan: mark(key, &made.scan),
            code: mark(key, &made.short),
            expires: now.plus_ms(to.lives_ms()),
        });
        out.push(made);
    }
    put(tx, school, &rows, now).await?;
    keep_good(tx, school, &kept).await?;
    Ok(out)
}

#[derive(Serialize)]
struct Kept {
    kind: &'static str,
    subject: i64,
    scan: String,
    expires: Timestamp,
}

impl Kept {
    fn of(to: For, scan: String, expires: Timestamp) -> Self {
        let (kind, subject) = to.columns();
        Self {
            kind,
            subject,
            scan,
            expires,
        }
    }
}

async fn keep_good(tx: &mut Tx, school: SchoolId, kept: &[Kept]) -> Result<(), sqlx::Error> {
    const UPDATE: &str = "UPDATE invite SET scan_mark = value ->> 'scan', expires_at = CAST(value ->> 'expires' AS BIGINT) \
         FROM json_each($2) \
         WHERE school_id = $1 AND kind = value ->> 'kind' AND subject = CAST(value ->> 'subject' AS BIGINT)";
    if kept.is_empty() {
        return Ok(());
    }
    tx.execute(UPDATE, vals![school, Set(kept)]).await?;
    Ok(())
}

async fn put(
    tx: &mut Tx,
    school: SchoolId,
    rows: &[NewRow],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    const UPSERT: &str = "INSERT INTO invite (school_id, kind, subject, issue, link_mark, scan_mark, code_mark, issued_at, expires_at) \
         SELECT $1, value ->> 'kind', CAST(value ->> 'subject' AS BIGINT), CAST(value ->> 'issue' AS BIGINT), \
         value ->> 'link', value ->> 'scan', value ->> 'code', $2, CAST(value ->> 'expires' AS BIGINT) FROM json_each($3) WHERE true \
         ON CONFLICT (school_id, kind, subject) DO UPDATE SET issue = excluded.issue, link_mark = excluded.link_mark, \
         scan_mark = excluded.scan_mark, code_mark = excluded.code_mark, issued_at = excluded.issued_at, expires_at = excluded.expires_at, used_by = NULL";
    if rows.is_empty() {
        return Ok(());
    }
    tx.execute(UPSERT, vals![school, now, Set(rows)]).await?;
    Ok(())
}

async fn of_school(tx: &mut Tx, school: SchoolId) -> Result<Vec<Invite>, sqlx::Error> {
    const SELECT: &str = "SELECT school_id, kind, subject, issue, expires_at, used_by FROM invite WHERE school_id = $1";
    tx.rows(SELECT, vals![school])
        .await?
        .iter()
        .map(read)
        .collect()
}

async fn short_marks(
    tx: &mut Tx,
    school: SchoolId,
) -> Result<std::collections::HashSet<String>, sqlx::Error> {
    const SELECT: &str = "SELECT code_mark FROM invite WHERE school_id = $1";
    let rows = tx.rows(SELECT, vals![school]).await?;
    rows.iter().map(|row| row.get("code_mark")).collect()
}

/// Marks an invite that is for one person as used; false when somebody else was first.
pub async fn use_up(tx: &mut Tx, invite: &Invite, account: AccountId) -> Result<bool, sqlx::Error> {
    const UPDATE: &str = "UPDATE invite SET used_by = $5 WHERE school_id = $1 AND kind = $2 AND subject = $3 \
         AND issue = $4 AND used_by IS NULL";
    let (kind, subject) = invite.to.columns();
    let vals = vals![invite.school, kind, subject, invite.issue, account];
    Ok(tx.execute(UPDATE, vals).await? == 1)
}

/// Forgets wrong codes after a day, and what slips' pages showed and nobody typed.
pub async fn forget_old(tx: &mut Tx, now: Timestamp) -> Result<u64, sqlx::Error> {
    const WRONG: &str = "DELETE FROM wrong_code WHERE at <= $1";
    const PAGE: &str = "DELETE FROM page_code WHERE expires_at <= $1";
    let wrong = tx.execute(WRONG, vals![now.plus_ms(-DAY_MS)]).await?;
    Ok(wrong + tx.execute(PAGE, vals![now]).await?)
}

/// Somebody is forgotten: which codes they used and tried. A code that was theirs alone lets nobody else in after
/// them.
pub async fn forget(tx: &mut Tx, accounts: &[AccountId]) -> Result<(), sqlx::Error> {
    const USED: &str = "UPDATE invite SET used_by = NULL, expires_at = 0 \
         WHERE used_by IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    const TRIED: &str = "DELETE FROM wrong_code \
         WHERE account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    tx.execute(USED, vals![Set(accounts)]).await?;
    tx.execute(TRIED, vals![Set(accounts)]).await?;
    Ok(())
}
