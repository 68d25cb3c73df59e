//! Who is on the way in, and what we wait for from them; what people agreed to.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use crate::db::{Row, Set, Tx, fresh_id, unknown_word};
use crate::domain::{AccountId, ChildId, ClassId, PersonId, Purpose, SchoolId, Timestamp};
use crate::vals;

/// What we wait for from somebody on the way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Yes or no to the keeping of answers.
    Consent,
    /// Which class the child is in.
    Class,
    /// The child's name.
    Name,
    /// The teacher's word.
    Teacher,
    /// The teacher did not know them: nothing more for now.
    Refused,
}

impl Step {
    const ALL: [Step; 5] = [
        Step::Consent,
        Step::Class,
        Step::Name,
        Step::Teacher,
        Step::Refused,
    ];

    fn slug(self) -> &'static str {
        match self {
            Step::Consent => "consent",
            Step::Class => "class",
            Step::Name => "name",
            Step::Teacher => "teacher",
            Step::Refused => "refused",
        }
    }

    fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.slug() == slug)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    pub account: AccountId,
    pub school: SchoolId,
    pub step: Step,
    pub class: Option<ClassId>,
    /// The child of the slip that was shown.
    pub child: Option<ChildId>,
    /// They scanned the paper: that they can is shown.
    pub scanned: bool,
    pub expires_at: Timestamp,
}

/// Those of these accounts that are on the way in.
pub async fn arrivals(
    tx: &mut Tx,
    accounts: &[AccountId],
    now: Timestamp,
) -> Result<Vec<Arrival>, sqlx::Error> {
    const SELECT: &str = "SELECT account_id, school_id, step, class_id, child_id, scanned, expires_at FROM arrival \
         WHERE account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) AND expires_at > $2";
    let rows = tx.rows(SELECT, vals![Set(accounts), now]).await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Arrival, sqlx::Error> {
    let step: String = row.get("step")?;
    Ok(Arrival {
        account: row.get("account_id")?,
        school: row.get("school_id")?,
        step: Step::from_slug(&step).ok_or_else(|| unknown_word("step", &step))?,
        class: row.get("class_id")?,
        child: row.get("child_id")?,
        scanned: row.get("scanned")?,
        expires_at: row.get("expires_at")?,
    })
}

/// Writes where somebody stands on the way in; one way at a time for an account.
pub async fn put(tx: &mut Tx, arrival: &Arrival) -> Result<(), sqlx::Error> {
    const UPSERT: &str = "INSERT INTO arrival (account_id, school_id, step, class_id, child_id, scanned, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (account_id) DO UPDATE SET school_id = excluded.school_id, \
         step = excluded.step, class_id = excluded.class_id, child_id = excluded.child_id, \
         scanned = excluded.scanned, expires_at = excluded.expires_at";
    let vals = vals![
        arrival.account,
        arrival.school,
        arrival.step.slug(),
        arrival.class,
        arrival.child,
        arrival.scanned,
        arrival.expires_at
    ];
    tx.execute(UPSERT, vals).await?;
    Ok(())
}

/// Somebody is in, or does not want to.
pub async fn end(tx: &mut Tx, account: AccountId) -> Result<(), sqlx::Error> {
    const DELETE: &str = "DELETE FROM arrival WHERE account_id = $1";
    tx.execute(DELETE, vals![account]).await?;
    Ok(())
}

pub async fn forget_old(tx: &mut Tx, now: Timestamp) -> Result<u64, sqlx::Error> {
    const DELETE: &str = "DELETE FROM arrival WHERE expires_at <= $1";
    tx.execute(DELETE, vals![now]).await
}

/// An answer to a question for consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consent {
    pub account: AccountId,
    pub school: SchoolId,
    pub purpose: Purpose,
    /// Which wording was answered.
    pub version: i64,
    pub given: bool,
}

#[derive(Serialize)]
struct ConsentRow {
    id: i64,
    account: i64,
    school: SchoolId,
    purpose: &'static str,
    version: i64,
    given: i64,
}

/// Keeps answers; those before stay as the proof of their time.
pub async fn keep_consents(
    tx: &mut Tx,
    consents: &[Consent],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    const INSERT: &str = "INSERT INTO consent (consent_id, account_id, school_id, purpose, version, given, at) \
         SELECT CAST(value ->> 'id' AS BIGINT), CAST(value ->> 'account' AS BIGINT), CAST(value ->> 'school' AS BIGINT), \
         value ->> 'purpose', CAST(value ->> 'version' AS BIGINT), CAST(value ->> 'given' AS BIGINT) = 1, $1 \
         FROM json_each($2)";
    let row = |consent: &Consent| ConsentRow {
        id: fresh_id(now),
        account: consent.account.0,
        school: consent.school,
        purpose: consent.purpose.slug(),
        version: consent.version,
        given: i64::from(consent.given),
    };
    let rows: Vec<_> = consents.iter().map(row).collect();
    tx.execute(INSERT, vals![now, Set(rows)]).await?;
    Ok(())
}

/// What a person agreed to by their other accounts they agreed to: the last answers, with their time and wording.
pub async fn inherit_consents(
    tx: &mut Tx,
    school: SchoolId,
    person: PersonId,
    account: AccountId,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    const SELECT: &str = "SELECT c.purpose, c.version, c.given FROM consent c \
         JOIN membership m ON m.account_id = c.account_id AND m.school_id = c.school_id \
         WHERE m.school_id = $1 AND m.person_id = $2 ORDER BY c.consent_id";
    let mut last: HashMap<&'static str, Consent> = HashMap::new();
    for row in tx.rows(SELECT, vals![school, person]).await? {
        let word: String = row.get("purpose")?;
        let purpose = Purpose::from_slug(&word).ok_or_else(|| unknown_word("purpose", &word))?;
        let consent = Consent {
            account,
            school,
            purpose,
            version: row.get("version")?,
            given: row.get("given")?,
        };
        last.insert(purpose.slug(), consent);
    }
    let last: Vec<Consent> = last.into_values().collect();
    keep_consents(tx, &last, now).await
}

/// Those of these accounts whose last answer in a school was yes.
pub async fn consenting(
    tx: &mut Tx,
    accounts: &[AccountId],
    school: SchoolId,
    purpose: Purpose,
) -> Result<BTreeSet<AccountId>, sqlx::Error> {
    const SELECT: &str = "SELECT c.account_id FROM consent c \
         WHERE c.account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) AND c.school_id = $2 AND c.purpose = $3 \
         AND c.given AND c.consent_id = (SELECT MAX(n.consent_id) FROM consent n \
             WHERE n.account_id = c.account_id AND n.school_id = c.school_id AND n.purpose = c.purpose)";
    let rows = tx
        .rows(SELECT, vals![Set(accounts), school, purpose.slug()])
        .await?;
    rows.iter().map(|row| row.get("account_id")).collect()
}

/// What this account answered last in a school; None when it was never asked.
pub async fn consent(
    tx: &mut Tx,
    account: AccountId,
    school: SchoolId,
    purpose: Purpose,
) -> Result<Option<bool>, sqlx::Error> {
    const SELECT: &str = "SELECT given FROM consent WHERE account_id = $1 AND school_id = $2 AND purpose = $3 \
         ORDER BY consent_id DESC LIMIT 1";
    let row = tx
        .row(SELECT, vals![account, school, purpose.slug()])
        .await?;
    row.map(|row| row.get("given")).transpose()
}

/// Somebody is forgotten: where they stood on the way in and what they agreed to.
pub async fn forget(tx: &mut Tx, accounts: &[AccountId]) -> Result<(), sqlx::Error> {
    const ARRIVAL: &str = "DELETE FROM arrival \
         WHERE account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    const CONSENT: &str = "DELETE FROM consent \
         WHERE account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    tx.execute(ARRIVAL, vals![Set(accounts)]).await?;
    tx.execute(CONSENT, vals![Set(accounts)]).await?;
    Ok(())
}
