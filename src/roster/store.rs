//! Reading the roster set-wise, and the few rows that are written outside an import.

use super::staff;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::{Child, Class, Member, School};
use crate::db::{Row, Set, Tx};
use crate::domain::{AccountId, ChildId, ClassId, PersonId, SchoolId, Timestamp};
use crate::understand::fold::fold;
use crate::vals;

const SCHOOL: &str = "SELECT school_id, code, name, year FROM school";

fn read_school(row: &Row) -> Result<School, sqlx::Error> {
    Ok(School {
        id: row.get("school_id")?,
        code: row.get("code")?,
        name: row.get("name")?,
        year: row.get("year")?,
    })
}

pub async fn schools(tx: &mut Tx) -> Result<Vec<School>, sqlx::Error> {
    let mut schools: Vec<School> = tx
        .rows(SCHOOL, vals![])
        .await?
        .iter()
        .map(read_school)
        .collect::<Result<_, _>>()?;
    schools.sort_by(|one, other| one.code.cmp(&other.code));
    Ok(schools)
}

pub async fn schools_by_id(
    tx: &mut Tx,
    ids: &[SchoolId],
) -> Result<HashMap<SchoolId, School>, sqlx::Error> {
    const SELECT: &str = "SELECT school_id, code, name, year FROM school \
         WHERE school_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    let rows = tx.rows(SELECT, vals![Set(ids)]).await?;
    rows.iter()
        .map(|row| read_school(row).map(|school| (school.id, school)))
        .collect()
}

/// Since when there has been a school.
pub async fn first_school_at(tx: &mut Tx) -> Result<Option<Timestamp>, sqlx::Error> {
    const SELECT: &str = "SELECT MIN(created_at) AS at FROM school";
    let row = tx.row(SELECT, vals![]).await?;
    row.map_or(Ok(None), |row| row.get("at"))
}

/// Adds a school; false when its code is taken.
pub async fn add_school(tx: &mut Tx, school: &School, now: Timestamp) -> Result<bool, sqlx::Error> {
    const INSERT: &str = "INSERT INTO school (school_id, code, name, year, created_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT DO NOTHING";
    let added = tx
        .execute(
            INSERT,
            vals![school.id, &school.code, &school.name, &school.year, now],
        )
        .await?;
    Ok(added == 1)
}

/// The schools in which these accounts are somebody, or may become somebody, to be locked before it is read who they
/// are; none where nobody else writes meanwhile.
pub async fn schools_to_lock(
    tx: &mut Tx,
    accounts: &[AccountId],
) -> Result<Vec<SchoolId>, sqlx::Error> {
    const SELECT: &str = "SELECT school_id FROM membership \
         WHERE account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) UNION SELECT school_id FROM pending \
         WHERE account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) UNION SELECT school_id FROM arrival \
         WHERE account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    if !tx.has_company() {
        return Ok(Vec::new());
    }
    let rows = tx.rows(SELECT, vals![Set(accounts)]).await?;
    rows.iter().map(|row| row.get("school_id")).collect()
}

/// Who these accounts are, with roles, classes in charge now and children of the school year in force.
pub async fn members(
    tx: &mut Tx,
    accounts: &[AccountId],
    now: Timestamp,
) -> Result<HashMap<AccountId, Vec<Member>>, sqlx::Error> {
    // A row for each child, and one where there is none. A person is of one school; naming it here too would lead
    // through all its guardians.
    const SELECT: &str = "SELECT m.account_id, m.school_id, m.person_id, p.name, e.child_id FROM membership m \
         JOIN school s ON s.school_id = m.school_id \
         JOIN person p ON p.school_id = m.school_id AND p.person_id = m.person_id \
         LEFT JOIN guardian g ON g.person_id = m.person_id \
         LEFT JOIN enrolment e ON e.school_id = g.school_id AND e.year = s.year AND e.child_id = g.child_id \
             AND e.left_at IS NULL \
         WHERE m.account_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) \
         ORDER BY m.account_id, m.school_id, e.child_id";
    let mut persons: Vec<(AccountId, Member)> = Vec::with_capacity(accounts.len());
    for row in tx.rows(SELECT, vals![Set(accounts)]).await? {
        let (account, school) = (row.get("account_id")?, row.get("school_id")?);
        let child: Option<ChildId> = row.get("child_id")?;
        if let Some((last, member)) = persons.last_mut()
            && (*last, member.school) == (account, school)
        {
            member.children.extend(child);
            continue;
        }
        let member = Member {
            school,
            person: row.get("person_id")?,
            name: row.get("name")?,
            roles: Vec::new(),
            homerooms: Vec::new(),
            children: child.into_iter().collect(),
        };
        persons.push((account, member));
    }
    let ids: Vec<PersonId> = persons.iter().map(|(_, member)| member.person).collect();
    let (roles, homerooms) = staff::posts(tx, &ids).await?;
    let staff: Vec<PersonId> = roles.keys().copied().collect();
    let mut standing_in = staff::substitutes(tx, &staff, now).await?;
    let mut members: HashMap<AccountId, Vec<Member>> = HashMap::new();
    for (account, mut member) in persons {
        member.roles = roles.get(&member.person).cloned().unwrap_or_default();
        member.homerooms = homerooms.get(&member.person).cloned().unwrap_or_default();
        member.take_charge(standing_in.remove(&member.person).unwrap_or_default());
        members.entry(account).or_default().push(member);
    }
    Ok(members)
}

async fn children_of(
    tx: &mut Tx,
    persons: &[PersonId],
) -> Result<HashMap<PersonId, Vec<ChildId>>, sqlx::Error> {
    const SELECT: &str = "SELECT g.person_id, g.child_id FROM guardian g \
         JOIN school s ON s.school_id = g.school_id \
         JOIN enrolment e ON e.school_id = g.school_id AND e.year = s.year AND e.child_id = g.child_id \
         WHERE g.person_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) AND e.left_at IS NULL \
         ORDER BY g.child_id";
    let mut by_person: HashMap<PersonId, Vec<ChildId>> = HashMap::new();
    for row in tx.rows(SELECT, vals![Set(persons)]).await? {
        by_person
            .entry(row.get("person_id")?)
            .or_default()
            .push(row.get("child_id")?);
    }
    Ok(by_person)
}

/// Children now enrolled, with all their guardians.
pub async fn children(
    tx: &mut Tx,
    ids: &[ChildId],
) -> Result<HashMap<ChildId, Child>, sqlx::Error> {
    // A row for each guardian, and one where there is none.
    const SELECT: &str = "SELECT c.child_id, c.school_id, e.class_id, c.name, g.person_id FROM enrolment e \
         JOIN school s ON s.school_id = e.school_id AND s.year = e.year \
         JOIN child c ON c.school_id = e.school_id AND c.child_id = e.child_id \
         LEFT JOIN guardian g ON g.school_id = e.school_id AND g.child_id = e.child_id \
         WHERE e.child_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) AND e.left_at IS NULL \
         ORDER BY g.person_id";
    let mut children: HashMap<ChildId, Child> = HashMap::with_capacity(ids.len());
    for row in tx.rows(SELECT, vals![Set(ids)]).await? {
        let guardian: Option<PersonId> = row.get("person_id")?;
        match children.entry(row.get("child_id")?) {
            Entry::Occupied(known) => known.into_mut().guardians.extend(guardian),
            Entry::Vacant(new) => new.insert(read_child(&row)?).guardians.extend(guardian),
        }
    }
    Ok(children)
}

fn read_child(row: &Row) -> Result<Child, sqlx::Error> {
    Ok(Child {
        id: row.get("child_id")?,
        school: row.get("school_id")?,
        class: row.get("class_id")?,
        name: row.get("name")?,
        guardians: Vec::new(),
    })
}

/// The children of one class, in the order of a Vietnamese register.
pub async fn class_children(
    tx: &mut Tx,
    school: SchoolId,
    class: ClassId,
) -> Result<Vec<Child>, sqlx::Error> {
    const SELECT: &str = "SELECT c.child_id, c.school_id, e.class_id, c.name FROM enrolment e \
         JOIN child c ON c.school_id = e.school_id AND c.child_id = e.child_id \
         WHERE e.school_id = $1 AND e.class_id = $2 AND e.left_at IS NULL";
    let rows = tx.rows(SELECT, vals![school, class]).await?;
    let mut children: Vec<Child> = rows.iter().map(read_child).collect::<Result<_, _>>()?;
    children.sort_by_cached_key(|child| super::names::sort_key(&child.name));
    Ok(children)
}

/// The children of these classes whom somebody means who writes this name: "An" is not "Khánh An" and "Lan"
/// as long as there is somebody called An.
pub async fn find_children(
    tx: &mut Tx,
    school: SchoolId,
    classes: &[ClassId],
    name: &str,
) -> Result<Vec<Child>, sqlx::Error> {
    let wanted = fold(name);
    let mut all = Vec::new();
    for class in classes {
        all.extend(class_children(tx, school, *class).await?);
    }
    let whole = |child: &Child| fold(&child.name) == wanted;
    let given = |child: &Child| fold(child.given_name()) == wanted;
    let part = |child: &Child| fold(&child.name).contains(&wanted);
    // The strictest reading that finds somebody.
    for fits in [&whole as &dyn Fn(&Child) -> bool, &given, &part] {
        let found: Vec<Child> = all.iter().filter(|child| fits(child)).cloned().collect();
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// A person's children now enrolled.
pub async fn guardians_children(
    tx: &mut Tx,
    person: PersonId,
) -> Result<Vec<ChildId>, sqlx::Error> {
    Ok(children_of(tx, &[person])
        .await?
        .remove(&person)
        .unwrap_or_default())
}

/// Classes of the school year in force with their number of families.
pub async fn classes(tx: &mut Tx, schools: &[SchoolId]) -> Result<Vec<Class>, sqlx::Error> {
    const SELECT: &str = "SELECT c.class_id, c.school_id, c.code, c.title, \
         (SELECT COUNT(*) FROM enrolment e WHERE e.school_id = c.school_id AND e.class_id = c.class_id AND e.left_at IS NULL) AS families \
         FROM class c JOIN school s ON s.school_id = c.school_id AND s.year = c.year \
         WHERE c.school_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) ORDER BY c.code, c.class_id";
    let rows = tx.rows(SELECT, vals![Set(schools)]).await?;
    rows.iter().map(read_class).collect()
}

/// These classes with their number of families.
pub async fn classes_by_id(tx: &mut Tx, ids: &[ClassId]) -> Result<Vec<Class>, sqlx::Error> {
    const SELECT: &str = "SELECT c.class_id, c.school_id, c.code, c.title, \
         (SELECT COUNT(*) FROM enrolment e WHERE e.school_id = c.school_id AND e.class_id = c.class_id AND e.left_at IS NULL) AS families \
         FROM class c WHERE c.class_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    let rows = tx.rows(SELECT, vals![Set(ids)]).await?;
    rows.iter().map(read_class).collect()
}

fn read_class(row: &Row) -> Result<Class, sqlx::Error> {
    Ok(Class {
        id: row.get("class_id")?,
        school: row.get("school_id")?,
        code: row.get("code")?,
        title: row.get("title")?,
        families: row.get("families")?,
    })
}

/// Adds people; those who stand there already stay as they are.
pub async fn add_persons(
    tx: &mut Tx,
    school: SchoolId,
    persons: &[(PersonId, String)],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    const INSERT: &str = "INSERT INTO person (school_id, person_id, name, created_at) \
         SELECT $1, CAST(value ->> 0 AS BIGINT), value ->> 1, $2 FROM json_each($3) WHERE true ON CONFLICT DO NOTHING";
    tx.execute(INSERT, vals![school, now, Set(persons)]).await?;
    Ok(())
}

pub async fn rename_person(
    tx: &mut Tx,
    school: SchoolId,
    person: PersonId,
    name: &str,
) -> Result<(), sqlx::Error> {
    const UPDATE: &str = "UPDATE person SET name = $3 WHERE school_id = $1 AND person_id = $2";
    tx.execute(UPDATE, vals![school, person, name]).await?;
    Ok(())
}

/// Whether there is such a person.
pub async fn is_known(
    tx: &mut Tx,
    school: SchoolId,
    person: PersonId,
) -> Result<bool, sqlx::Error> {
    const SELECT: &str = "SELECT person_id FROM person WHERE school_id = $1 AND person_id = $2";
    Ok(tx.row(SELECT, vals![school, person]).await?.is_some())
}

/// The names of these persons of a school, in the order in which they came in.
pub async fn names(
    tx: &mut Tx,
    school: SchoolId,
    persons: &[PersonId],
) -> Result<Vec<(PersonId, String)>, sqlx::Error> {
    const SELECT: &str = "SELECT person_id, name FROM person WHERE school_id = $1 \
         AND person_id IN (SELECT CAST(value AS BIGINT) FROM json_each($2)) ORDER BY person_id";
    let rows = tx.rows(SELECT, vals![school, Set(persons)]).await?;
    rows.iter()
        .map(|row| Ok((row.get("person_id")?, row.get("name")?)))
        .collect()
}

/// Two persons are one human being: the children of one are the other's too, and the one is no more. Accounts and
/// posts must have gone over before, and the caller folds the children anew.
pub async fn merge_person(
    tx: &mut Tx,
    school: SchoolId,
    one: PersonId,
    into: PersonId,
) -> Result<(), sqlx::Error> {
    const LINKS: &str = "INSERT INTO guardian (school_id, child_id, person_id, linked_at) \
         SELECT school_id, child_id, $3, linked_at FROM guardian WHERE school_id = $1 AND person_id = $2 \
         ON CONFLICT DO NOTHING";
    tx.execute(LINKS, vals![school, one, into]).await?;
    forget_person(tx, school, one).await
}

/// A person is forgotten, with all links to children. Accounts and posts must be gone before.
pub async fn forget_person(
    tx: &mut Tx,
    school: SchoolId,
    person: PersonId,
) -> Result<(), sqlx::Error> {
    const DELETE: &str = "DELETE FROM person WHERE school_id = $1 AND person_id = $2";
    forget_guardian(tx, school, person).await?;
    tx.execute(DELETE, vals![school, person]).await?;
    Ok(())
}

/// A person is no child's guardian any more. The caller folds the children anew.
pub async fn forget_guardian(
    tx: &mut Tx,
    school: SchoolId,
    person: PersonId,
) -> Result<(), sqlx::Error> {
    const DELETE: &str = "DELETE FROM guardian WHERE school_id = $1 AND person_id = $2";
    tx.execute(DELETE, vals![school, person]).await?;
    Ok(())
}

/// Links guardians to children. The caller folds the families of the children anew (`ledger::links`).
pub async fn add_guardians(
    tx: &mut Tx,
    school: SchoolId,
    pairs: &[(ChildId, PersonId)],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    const INSERT: &str = "INSERT INTO guardian (school_id, child_id, person_id, linked_at) \
         SELECT $1, CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), $2 FROM json_each($3) WHERE true \
         ON CONFLICT DO NOTHING";
    tx.execute(INSERT, vals![school, now, Set(pairs)]).await?;
    Ok(())
}

pub async fn remove_guardians(
    tx: &mut Tx,
    school: SchoolId,
    pairs: &[(ChildId, PersonId)],
) -> Result<(), sqlx::Error> {
    const DELETE: &str = "DELETE FROM guardian WHERE school_id = $1 AND EXISTS (SELECT 1 FROM json_each($2) \
         WHERE CAST(value ->> 0 AS BIGINT) = child_id AND CAST(value ->> 1 AS BIGINT) = person_id)";
    tx.execute(DELETE, vals![school, Set(pairs)]).await?;
    Ok(())
}

/// A class to be written.
#[derive(Debug, Clone, serde::Serialize)]
pub struct NewClass {
    pub id: ClassId,
    pub code: String,
    pub title: String,
}

impl NewClass {
    /// One that is written as its code.
    pub fn plain(id: ClassId, code: impl Into<String>) -> Self {
        let code = code.into();
        Self {
            id,
            title: code.clone(),
            code,
        }
    }
}

pub async fn add_classes(
    tx: &mut Tx,
    school: SchoolId,
    year: &str,
    classes: &[NewClass],
) -> Result<(), sqlx::Error> {
    const INSERT: &str = "INSERT INTO class (school_id, class_id, year, code, title) \
         SELECT $1, CAST(value ->> 'id' AS BIGINT), $2, value ->> 'code', value ->> 'title' FROM json_each($3) WHERE true";
    tx.execute(INSERT, vals![school, year, Set(classes)])
        .await?;
    Ok(())
}

/// A child to be written: a new one, or one whose name was corrected.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ChildEntry {
    pub id: ChildId,
    pub code: String,
    pub name: String,
    pub class: ClassId,
}

/// Writes children and their class of the year; a child that stands there gets the new name and class.
pub async fn put_children(
    tx: &mut Tx,
    school: SchoolId,
    year: &str,
    children: &[ChildEntry],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    const CHILD: &str = "INSERT INTO child (school_id, child_id, code, name, created_at) \
         SELECT $1, CAST(value ->> 'id' AS BIGINT), value ->> 'code', value ->> 'name', $2 FROM json_each($3) WHERE true \
         ON CONFLICT (school_id, child_id) DO UPDATE SET name = excluded.name";
    const ENROLMENT: &str = "INSERT INTO enrolment (school_id, year, child_id, class_id) \
         SELECT $1, $2, CAST(value ->> 'id' AS BIGINT), CAST(value ->> 'class' AS BIGINT) FROM json_each($3) WHERE true \
         ON CONFLICT (school_id, year, child_id) DO UPDATE SET class_id = excluded.class_id, left_at = NULL";
    tx.execute(CHILD, vals![school, now, Set(children)]).await?;
    tx.execute(ENROLMENT, vals![school, year, Set(children)])
        .await?;
    Ok(())
}

/// A child as the roster holds it, for comparing with a new file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    pub id: ChildId,
    pub code: String,
    pub name: String,
    /// None when the child is not enrolled in the year asked for.
    pub class: Option<ClassId>,
}

/// A school's new year is in force.
pub async fn set_year(tx: &mut Tx, school: SchoolId, year: &str) -> Result<(), sqlx::Error> {
    const UPDATE: &str = "UPDATE school SET year = $2 WHERE school_id = $1";
    tx.execute(UPDATE, vals![school, year]).await?;
    Ok(())
}

/// Every child the school ever had, with its class of the year.
pub async fn roll(tx: &mut Tx, school: SchoolId, year: &str) -> Result<Vec<Enrolled>, sqlx::Error> {
    const SELECT: &str = "SELECT c.child_id, c.code, c.name, e.class_id FROM child c \
         LEFT JOIN enrolment e ON e.school_id = c.school_id AND e.child_id = c.child_id AND e.year = $2 AND e.left_at IS NULL \
         WHERE c.school_id = $1 ORDER BY c.child_id";
    let rows = tx.rows(SELECT, vals![school, year]).await?;
    let read = |row: &Row| {
        Ok(Enrolled {
            id: row.get("child_id")?,
            code: row.get("code")?,
            name: row.get("name")?,
            class: row.get("class_id")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Links between children and guardians of a whole school, for a recount.
pub async fn guardians(
    tx: &mut Tx,
    school: SchoolId,
) -> Result<HashMap<PersonId, Vec<ChildId>>, sqlx::Error> {
    const SELECT: &str = "SELECT child_id, person_id FROM guardian WHERE school_id = $1";
    let mut by_person: HashMap<PersonId, Vec<ChildId>> = HashMap::new();
    for row in tx.rows(SELECT, vals![school]).await? {
        by_person
            .entry(row.get("person_id")?)
            .or_default()
            .push(row.get("child_id")?);
    }
    Ok(by_person)
}
