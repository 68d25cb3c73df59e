//! The ledger's tables: tasks, acts, families, tallies.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::{Act, Change, Counts, Standing};
use crate::db::{Row, Set, Tx, fresh_id, unknown_word};
use crate::domain::{
    AccountId, ChildId, ClassId, Evidence, PersonId, SchoolId, State, Task, TaskId, TaskKind,
    Timestamp, Verb,
};
use crate::vals;

/// The tasks of these schools in the year in force, withdrawn ones too, in the order of the board.
pub async fn tasks(tx: &mut Tx, schools: &[SchoolId]) -> Result<Vec<Task>, sqlx::Error> {
    const SELECT: &str = "SELECT t.school_id, t.task_id, t.key, t.title, t.kind, t.position, t.target_percent, \
         t.opened_at, t.withdrawn_at FROM task t JOIN school s ON s.school_id = t.school_id AND s.year = t.year \
         WHERE t.school_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) ORDER BY t.position, t.task_id";
    let rows = tx.rows(SELECT, vals![Set(schools)]).await?;
    rows.iter().map(read_task).collect()
}

fn read_task(row: &Row) -> Result<Task, sqlx::Error> {
    let kind: String = row.get("kind")?;
    Ok(Task {
        id: row.get("task_id")?,
        school: row.get("school_id")?,
        key: row.get("key")?,
        title: row.get("title")?,
        kind: TaskKind::from_slug(&kind).ok_or_else(|| unknown_word("kind", &kind))?,
        position: row.get("position")?,
        target_percent: row.get("target_percent")?,
        opened_at: row.get("opened_at")?,
        withdrawn_at: row.get("withdrawn_at")?,
    })
}

/// Adds a task in the school's year in force; false when its key is taken.
pub async fn add_task(tx: &mut Tx, task: &Task, year: &str) -> Result<bool, sqlx::Error> {
    const INSERT: &str = "INSERT INTO task (school_id, task_id, year, key, title, kind, position, target_percent, opened_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    let vals = vals![
        task.school,
        task.id,
        year,
        &task.key,
        &task.title,
        task.kind.slug(),
        task.position,
        task.target_percent,
        task.opened_at
    ];
    Ok(tx.execute(INSERT, vals).await? == 1)
}

/// Withdraws a task, or opens a withdrawn one again.
pub async fn set_withdrawn(
    tx: &mut Tx,
    school: SchoolId,
    task: TaskId,
    withdrawn_at: Option<Timestamp>,
) -> Result<(), sqlx::Error> {
    const UPDATE: &str = "UPDATE task SET withdrawn_at = $3 WHERE school_id = $1 AND task_id = $2";
    tx.execute(UPDATE, vals![school, task, withdrawn_at])
        .await?;
    Ok(())
}

const ACT: &str = "school_id, task_id, person_id, child_id, verb, evidence, at";

fn read_act(row: &Row) -> Result<Act, sqlx::Error> {
    let (verb, evidence): (String, String) = (row.get("verb")?, row.get("evidence")?);
    Ok(Act {
        school: row.get("school_id")?,
        task: row.get("task_id")?,
        person: row.get("person_id")?,
        child: row.get("child_id")?,
        verb: Verb::from_slug(&verb).ok_or_else(|| unknown_word("verb", &verb))?,
        evidence: Evidence::from_slug(&evidence)
            .ok_or_else(|| unknown_word("evidence", &evidence))?,
        at: row.get("at")?,
    })
}

/// The acts that reach these children: those that name them, and the household acts of these persons.
/// Oldest first.
pub async fn acts(
    tx: &mut Tx,
    children: &[ChildId],
    persons: &[PersonId],
) -> Result<Vec<Act>, sqlx::Error> {
    const SELECT: &str = "SELECT act_id, school_id, task_id, person_id, child_id, verb, evidence, at FROM act \
         WHERE child_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) UNION ALL \
         SELECT act_id, school_id, task_id, person_id, child_id, verb, evidence, at FROM act \
         WHERE person_id IN (SELECT CAST(value AS BIGINT) FROM json_each($2)) AND child_id IS NULL ORDER BY act_id";
    debug_assert!(SELECT.contains(ACT));
    let rows = tx.rows(SELECT, vals![Set(children), Set(persons)]).await?;
    rows.iter().map(read_act).collect()
}

/// All acts of a school, oldest first, for a recount.
pub async fn all_acts(tx: &mut Tx, school: SchoolId) -> Result<Vec<Act>, sqlx::Error> {
    const SELECT: &str = "SELECT school_id, task_id, person_id, child_id, verb, evidence, at FROM act \
         WHERE school_id = $1 ORDER BY act_id";
    let rows = tx.rows(SELECT, vals![school]).await?;
    rows.iter().map(read_act).collect()
}

#[derive(Serialize)]
struct ActRow {
    id: i64,
    school: SchoolId,
    task: TaskId,
    person: Option<PersonId>,
    child: Option<ChildId>,
    verb: &'static str,
    evidence: &'static str,
    at: Timestamp,
}

pub async fn add_acts(tx: &mut Tx, acts: &[Act], now: Timestamp) -> Result<(), sqlx::Error> {
    if acts.is_empty() {
        return Ok(());
    }
    const INSERT: &str = "INSERT INTO act (school_id, act_id, task_id, person_id, child_id, verb, evidence, at) \
         SELECT CAST(value ->> 'school' AS BIGINT), CAST(value ->> 'id' AS BIGINT), CAST(value ->> 'task' AS BIGINT), \
         CAST(value ->> 'person' AS BIGINT), CAST(value ->> 'child' AS BIGINT), value ->> 'verb', value ->> 'evidence', \
         CAST(value ->> 'at' AS BIGINT) FROM json_each($1)";
    let row = |act: &Act| ActRow {
        id: fresh_id(now),
        school: act.school,
        task: act.task,
        person: act.person,
        child: act.child,
        verb: act.verb.slug(),
        evidence: act.evidence.slug(),
        at: act.at,
    };
    tx.execute(INSERT, vals![Set(acts.iter().map(row).collect::<Vec<_>>())])
        .await?;
    Ok(())
}

/// What one person testified is another's testimony from now on, who is the same human being.
pub async fn give_acts(
    tx: &mut Tx,
    school: SchoolId,
    one: PersonId,
    into: PersonId,
) -> Result<(), sqlx::Error> {
    const UPDATE: &str = "UPDATE act SET person_id = $3 WHERE school_id = $1 AND person_id = $2";
    tx.execute(UPDATE, vals![school, one, into]).await?;
    Ok(())
}

/// How many things a person testified for their own family.
pub async fn said_by(tx: &mut Tx, school: SchoolId, person: PersonId) -> Result<i64, sqlx::Error> {
    const SELECT: &str = "SELECT COUNT(*) AS acts FROM act WHERE school_id = $1 AND person_id = $2 \
         AND evidence IN ('said', 'shown')";
    let row = tx.row(SELECT, vals![school, person]).await?;
    row.map_or(Ok(0), |row| row.get("acts"))
}

/// Deletes what a person testified for their own family; what they entered as a teacher is the school's. Returns
/// the children that were named; the caller folds them anew, with those whose guardian the person was.
pub async fn forget_acts(
    tx: &mut Tx,
    school: SchoolId,
    person: PersonId,
) -> Result<Vec<ChildId>, sqlx::Error> {
    const DELETE: &str = "DELETE FROM act WHERE school_id = $1 AND person_id = $2 \
         AND evidence IN ('said', 'shown') RETURNING child_id";
    let rows = tx.rows(DELETE, vals![school, person]).await?;
    let named = |row: &crate::db::Row| row.get::<Option<ChildId>>("child_id");
    rows.iter()
        .filter_map(|row| named(row).transpose())
        .collect()
}

/// Deletes what is kept for accounts that are not linked.
pub async fn forget_pending(tx: &mut Tx, accounts: &[AccountId]) -> Result<(), sqlx::Error> {
    const DELETE: &str = "DELETE FROM pending \
         WHERE account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    tx.execute(DELETE, vals![Set(accounts)]).await?;
    Ok(())
}

/// Where these families stand. A pair that is missing is unknown.
pub async fn families(
    tx: &mut Tx,
    children: &[ChildId],
) -> Result<HashMap<(TaskId, ChildId), Standing>, sqlx::Error> {
    // By way of the enrolment, which knows a child's school: the key of a family begins with it, and
    // without it every batch would walk through all families. A second year only repeats the row.
    const SELECT: &str = "SELECT f.task_id, f.child_id, f.state, f.evidence, f.at FROM enrolment e \
         JOIN family f ON f.school_id = e.school_id AND f.child_id = e.child_id \
         WHERE e.child_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    let rows = tx.rows(SELECT, vals![Set(children)]).await?;
    rows.iter()
        .map(|row| {
            Ok((
                (row.get("task_id")?, row.get("child_id")?),
                read_standing(row)?,
            ))
        })
        .collect()
}

fn read_standing(row: &Row) -> Result<Standing, sqlx::Error> {
    Ok(Standing {
        state: read_state(row)?,
        at: row.get("at")?,
    })
}

fn read_state(row: &Row) -> Result<State, sqlx::Error> {
    let (state, evidence): (String, Option<String>) = (row.get("state")?, row.get("evidence")?);
    State::from_columns(&state, evidence.as_deref().filter(|word| !word.is_empty()))
        .ok_or_else(|| unknown_word("state", &state))
}

#[derive(Serialize)]
struct FamilyRow {
    school: SchoolId,
    task: TaskId,
    child: ChildId,
    state: &'static str,
    evidence: Option<&'static str>,
    at: Timestamp,
}

/// Writes families and moves the tallies by the difference. A family that changed twice in a batch
/// must stand here once, with its first `from` and its last `to`.
pub async fn apply(tx: &mut Tx, changes: &[Change]) -> Result<(), sqlx::Error> {
    if changes.is_empty() {
        return Ok(());
    }
    const FAMILY: &str = "INSERT INTO family (school_id, task_id, child_id, state, evidence, at) \
         SELECT CAST(value ->> 'school' AS BIGINT), CAST(value ->> 'task' AS BIGINT), CAST(value ->> 'child' AS BIGINT), \
         value ->> 'state', value ->> 'evidence', CAST(value ->> 'at' AS BIGINT) FROM json_each($1) WHERE true \
         ON CONFLICT (school_id, child_id, task_id) \
         DO UPDATE SET state = excluded.state, evidence = excluded.evidence, at = excluded.at";
    let row = |change: &Change| {
        let (state, evidence) = change.to.state.columns();
        FamilyRow {
            school: change.school,
            task: change.task,
            child: change.child,
            state,
            evidence,
            at: change.to.at,
        }
    };
    tx.execute(
        FAMILY,
        vals![Set(changes.iter().map(row).collect::<Vec<_>>())],
    )
    .await?;
    let mut shifts = Shifts::default();
    for change in changes {
        shifts.add(change.school, change.class, change.task, change.from, -1);
        shifts.add(change.school, change.class, change.task, change.to.state, 1);
    }
    shift_tallies(tx, shifts).await
}

/// By how much tallies move. Sorted, so that two writers touch rows in one order.
#[derive(Debug, Default)]
pub struct Shifts(BTreeMap<(SchoolId, ClassId, TaskId, State), i64>);

impl Shifts {
    pub fn add(
        &mut self,
        school: SchoolId,
        class: ClassId,
        task: TaskId,
        state: State,
        families: i64,
    ) {
        if state != State::Unknown {
            *self.0.entry((school, class, task, state)).or_insert(0) += families;
        }
    }
}

#[derive(Serialize)]
struct TallyRow {
    school: SchoolId,
    class: ClassId,
    task: TaskId,
    state: &'static str,
    evidence: &'static str,
    families: i64,
}

pub async fn shift_tallies(tx: &mut Tx, shifts: Shifts) -> Result<(), sqlx::Error> {
    const TALLY: &str = "INSERT INTO tally (school_id, class_id, task_id, state, evidence, families) \
         SELECT CAST(value ->> 'school' AS BIGINT), CAST(value ->> 'class' AS BIGINT), CAST(value ->> 'task' AS BIGINT), \
         value ->> 'state', value ->> 'evidence', CAST(value ->> 'families' AS BIGINT) FROM json_each($1) WHERE true \
         ON CONFLICT (school_id, class_id, task_id, state, evidence) \
         DO UPDATE SET families = tally.families + excluded.families";
    let rows: Vec<TallyRow> = shifts
        .0
        .into_iter()
        .filter(|(_, families)| *families != 0)
        .map(|((school, class, task, state), families)| {
            let (state, evidence) = state.columns();
            TallyRow {
                school,
                class,
                task,
                state,
                evidence: evidence.unwrap_or(""),
                families,
            }
        })
        .collect();
    if !rows.is_empty() {
        tx.execute(TALLY, vals![Set(rows)]).await?;
    }
    Ok(())
}

pub type Tallies = HashMap<(ClassId, TaskId), Counts>;

fn read_tallies(rows: &[Row]) -> Result<Tallies, sqlx::Error> {
    let mut tallies = Tallies::new();
    for row in rows {
        let key = (row.get("class_id")?, row.get("task_id")?);
        tallies
            .entry(key)
            .or_default()
            .add(read_state(row)?, row.get("families")?);
    }
    Ok(tallies)
}

/// The tallies of these classes.
pub async fn tallies_of(tx: &mut Tx, classes: &[ClassId]) -> Result<Tallies, sqlx::Error> {
    // By way of the class, which knows its school: the key of a tally begins with it.
    const SELECT: &str = "SELECT t.class_id, t.task_id, t.state, t.evidence, t.families FROM class k \
         JOIN tally t ON t.school_id = k.school_id AND t.class_id = k.class_id \
         WHERE k.class_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    let rows = tx.rows(SELECT, vals![Set(classes)]).await?;
    read_tallies(&rows)
}

/// All tallies of one school.
pub async fn tallies(tx: &mut Tx, school: SchoolId) -> Result<Tallies, sqlx::Error> {
    const SELECT: &str =
        "SELECT class_id, task_id, state, evidence, families FROM tally WHERE school_id = $1";
    let rows = tx.rows(SELECT, vals![school]).await?;
    read_tallies(&rows)
}

/// Every family of a school as stored, for a recount.
pub async fn all_families(
    tx: &mut Tx,
    school: SchoolId,
) -> Result<HashMap<(TaskId, ChildId), Standing>, sqlx::Error> {
    const SELECT: &str =
        "SELECT task_id, child_id, state, evidence, at FROM family WHERE school_id = $1";
    let rows = tx.rows(SELECT, vals![school]).await?;
    rows.iter()
        .map(|row| {
            Ok((
                (row.get("task_id")?, row.get("child_id")?),
                read_standing(row)?,
            ))
        })
        .collect()
}

/// Families of one class in one task.
pub async fn class_families(
    tx: &mut Tx,
    school: SchoolId,
    class: ClassId,
    task: TaskId,
) -> Result<HashMap<ChildId, Standing>, sqlx::Error> {
    const SELECT: &str = "SELECT f.child_id, f.state, f.evidence, f.at FROM enrolment e \
         JOIN family f ON f.school_id = e.school_id AND f.child_id = e.child_id AND f.task_id = $3 \
         WHERE e.school_id = $1 AND e.class_id = $2 AND e.left_at IS NULL";
    let rows = tx.rows(SELECT, vals![school, class, task]).await?;
    rows.iter()
        .map(|row| Ok((row.get("child_id")?, read_standing(row)?)))
        .collect()
}

/// An answer kept for somebody whose family we do not know yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    pub account: AccountId,
    pub task: TaskId,
    pub school: SchoolId,
    pub class: Option<ClassId>,
    pub verb: Verb,
    pub at: Timestamp,
    pub expires_at: Timestamp,
}

#[derive(Serialize)]
struct PendingRow {
    account: i64,
    task: TaskId,
    school: SchoolId,
    class: Option<ClassId>,
    verb: &'static str,
    at: Timestamp,
    expires: Timestamp,
}

/// Keeps answers of people not linked yet; the last word of an account about a task counts.
pub async fn keep_pending(tx: &mut Tx, pending: &[Pending]) -> Result<(), sqlx::Error> {
    if pending.is_empty() {
        return Ok(());
    }
    const INSERT: &str = "INSERT INTO pending (account_id, task_id, school_id, class_id, verb, at, expires_at) \
         SELECT CAST(value ->> 'account' AS BIGINT), CAST(value ->> 'task' AS BIGINT), CAST(value ->> 'school' AS BIGINT), \
         CAST(value ->> 'class' AS BIGINT), value ->> 'verb', CAST(value ->> 'at' AS BIGINT), \
         CAST(value ->> 'expires' AS BIGINT) FROM json_each($1) WHERE true ON CONFLICT (account_id, task_id) \
         DO UPDATE SET verb = excluded.verb, at = excluded.at, expires_at = excluded.expires_at, class_id = excluded.class_id";
    let mut last: BTreeMap<(i64, TaskId), PendingRow> = BTreeMap::new();
    for kept in pending {
        let row = PendingRow {
            account: kept.account.0,
            task: kept.task,
            school: kept.school,
            class: kept.class,
            verb: kept.verb.slug(),
            at: kept.at,
            expires: kept.expires_at,
        };
        last.insert((kept.account.0, kept.task), row);
    }
    tx.execute(INSERT, vals![Set(last.into_values().collect::<Vec<_>>())])
        .await?;
    Ok(())
}

/// The answers kept for these accounts, oldest first.
pub async fn pending(
    tx: &mut Tx,
    accounts: &[AccountId],
    now: Timestamp,
) -> Result<Vec<Pending>, sqlx::Error> {
    const SELECT: &str = "SELECT account_id, school_id, task_id, class_id, verb, at, expires_at FROM pending \
         WHERE account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) AND expires_at > $2 ORDER BY at";
    let rows = tx.rows(SELECT, vals![Set(accounts), now]).await?;
    rows.iter().map(read_pending).collect()
}

fn read_pending(row: &Row) -> Result<Pending, sqlx::Error> {
    let verb: String = row.get("verb")?;
    Ok(Pending {
        account: row.get("account_id")?,
        task: row.get("task_id")?,
        school: row.get("school_id")?,
        class: row.get("class_id")?,
        verb: Verb::from_slug(&verb).ok_or_else(|| unknown_word("verb", &verb))?,
        at: row.get("at")?,
        expires_at: row.get("expires_at")?,
    })
}

/// Takes an account's kept answers out, for applying them once it is linked.
pub async fn take_pending(
    tx: &mut Tx,
    account: AccountId,
    school: SchoolId,
    now: Timestamp,
) -> Result<Vec<Pending>, sqlx::Error> {
    const SELECT: &str = "SELECT account_id, school_id, task_id, class_id, verb, at, expires_at FROM pending \
         WHERE account_id = $1 AND school_id = $2 AND expires_at > $3 ORDER BY at";
    const DELETE: &str = "DELETE FROM pending WHERE account_id = $1 AND school_id = $2";
    let rows = tx.rows(SELECT, vals![account, school, now]).await?;
    tx.execute(DELETE, vals![account, school]).await?;
    rows.iter().map(read_pending).collect()
}

pub async fn drop_expired_pending(tx: &mut Tx, now: Timestamp) -> Result<u64, sqlx::Error> {
    const DELETE: &str = "DELETE FROM pending WHERE expires_at <= $1";
    tx.execute(DELETE, vals![now]).await
}
