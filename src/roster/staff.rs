//! The staff: who has which role and is in charge of which class.

use std::collections::HashMap;

use super::{Member, store};
use crate::db::{Set, Tx, unknown_word};
use crate::domain::{ClassId, PersonId, Role, SchoolId, Timestamp};
use crate::vals;

/// Staff with their roles and classes.
pub async fn staff(tx: &mut Tx, school: SchoolId) -> Result<Vec<(PersonId, String)>, sqlx::Error> {
    const SELECT: &str = "SELECT DISTINCT p.person_id, p.name FROM staff_role r \
         JOIN person p ON p.school_id = r.school_id AND p.person_id = r.person_id WHERE r.school_id = $1 ORDER BY p.person_id";
    let rows = tx.rows(SELECT, vals![school]).await?;
    rows.iter()
        .map(|row| Ok((row.get("person_id")?, row.get("name")?)))
        .collect()
}

/// The whole staff with roles and classes, those included that somebody is in charge of for now only.
pub async fn staff_now(
    tx: &mut Tx,
    school: SchoolId,
    now: Timestamp,
) -> Result<Vec<Member>, sqlx::Error> {
    let mut staff = staff_members(tx, school).await?;
    let ids: Vec<PersonId> = staff.iter().map(|member| member.person).collect();
    let mut standing_in = substitutes(tx, &ids, now).await?;
    for member in &mut staff {
        let classes = standing_in.remove(&member.person).unwrap_or_default();
        member.take_charge(classes);
    }
    Ok(staff)
}

/// The classes these people are in charge of at this moment without being on the list for them.
pub async fn substitutes(
    tx: &mut Tx,
    persons: &[PersonId],
    now: Timestamp,
) -> Result<HashMap<PersonId, Vec<ClassId>>, sqlx::Error> {
    const SELECT: &str = "SELECT t.person_id, t.class_id FROM substitute t \
         JOIN class c ON c.school_id = t.school_id AND c.class_id = t.class_id \
         JOIN school s ON s.school_id = t.school_id AND s.year = c.year \
         WHERE t.person_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) \
         AND t.from_at <= $2 AND t.until_at > $2 ORDER BY t.class_id";
    let mut by_person: HashMap<PersonId, Vec<ClassId>> = HashMap::new();
    if persons.is_empty() {
        return Ok(by_person);
    }
    for row in tx.rows(SELECT, vals![Set(persons), now]).await? {
        by_person
            .entry(row.get("person_id")?)
            .or_default()
            .push(row.get("class_id")?);
    }
    Ok(by_person)
}

/// Somebody is in charge of a class from one moment to another; said again, the last word counts.
pub async fn stand_in(
    tx: &mut Tx,
    school: SchoolId,
    class: ClassId,
    person: PersonId,
    (from, until): (Timestamp, Timestamp),
) -> Result<(), sqlx::Error> {
    const UPSERT: &str = "INSERT INTO substitute (school_id, class_id, person_id, from_at, until_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (school_id, class_id, person_id) \
         DO UPDATE SET from_at = excluded.from_at, until_at = excluded.until_at";
    tx.execute(UPSERT, vals![school, class, person, from, until])
        .await?;
    Ok(())
}

/// Forgets who stood in for whom when it is over.
pub async fn forget_substitutes(tx: &mut Tx, now: Timestamp) -> Result<u64, sqlx::Error> {
    const DELETE: &str = "DELETE FROM substitute WHERE until_at <= $1";
    tx.execute(DELETE, vals![now]).await
}

/// The whole staff with roles and classes, as the list has them.
pub async fn staff_members(tx: &mut Tx, school: SchoolId) -> Result<Vec<Member>, sqlx::Error> {
    let staff = staff(tx, school).await?;
    let ids: Vec<PersonId> = staff.iter().map(|(person, _)| *person).collect();
    let (mut roles, mut classes) = posts(tx, &ids).await?;
    let member = |(person, name)| Member {
        school,
        person,
        name,
        roles: roles.remove(&person).unwrap_or_default(),
        homerooms: classes.remove(&person).unwrap_or_default(),
        children: Vec::new(),
    };
    Ok(staff.into_iter().map(member).collect())
}

type RolesAndClasses = (
    HashMap<PersonId, Vec<Role>>,
    HashMap<PersonId, Vec<ClassId>>,
);

/// Roles, and classes of the year in force, of these people.
pub async fn posts(tx: &mut Tx, persons: &[PersonId]) -> Result<RolesAndClasses, sqlx::Error> {
    let roles = roles(tx, persons).await?;
    let staff: Vec<PersonId> = roles.keys().copied().collect();
    Ok((roles, homerooms(tx, &staff).await?))
}

async fn roles(
    tx: &mut Tx,
    persons: &[PersonId],
) -> Result<HashMap<PersonId, Vec<Role>>, sqlx::Error> {
    const SELECT: &str = "SELECT r.person_id, r.role FROM staff_role r \
         WHERE r.person_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) ORDER BY r.role";
    let mut by_person: HashMap<PersonId, Vec<Role>> = HashMap::new();
    for row in tx.rows(SELECT, vals![Set(persons)]).await? {
        let word: String = row.get("role")?;
        let role = Role::from_slug(&word).ok_or_else(|| unknown_word("role", &word))?;
        by_person
            .entry(row.get("person_id")?)
            .or_default()
            .push(role);
    }
    Ok(by_person)
}

async fn homerooms(
    tx: &mut Tx,
    persons: &[PersonId],
) -> Result<HashMap<PersonId, Vec<ClassId>>, sqlx::Error> {
    const SELECT: &str = "SELECT h.person_id, h.class_id FROM homeroom h \
         JOIN class c ON c.school_id = h.school_id AND c.class_id = h.class_id \
         JOIN school s ON s.school_id = h.school_id AND s.year = c.year \
         WHERE h.person_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) ORDER BY h.class_id";
    let mut by_person: HashMap<PersonId, Vec<ClassId>> = HashMap::new();
    if persons.is_empty() {
        return Ok(by_person);
    }
    for row in tx.rows(SELECT, vals![Set(persons)]).await? {
        by_person
            .entry(row.get("person_id")?)
            .or_default()
            .push(row.get("class_id")?);
    }
    Ok(by_person)
}

/// Whether somebody who leads the school has come in.
pub async fn led_by(tx: &mut Tx, school: SchoolId) -> Result<bool, sqlx::Error> {
    const SELECT: &str = "SELECT COUNT(*) AS leads FROM staff_role r \
         JOIN membership m ON m.school_id = r.school_id AND m.person_id = r.person_id \
         WHERE r.school_id = $1 AND r.role IN (SELECT value ->> 'role' FROM json_each($2))";
    #[derive(serde::Serialize)]
    struct Slug {
        role: &'static str,
    }
    let leading = [Role::Principal, Role::VicePrincipal].map(|role| Slug { role: role.slug() });
    let row = tx.row(SELECT, vals![school, Set(&leading[..])]).await?;
    row.map_or(Ok(false), |row| Ok(row.get::<i64>("leads")? > 0))
}

/// Gives a colleague's roles, classes and name to another person, who is the same human being.
pub async fn hand_over(tx: &mut Tx, colleague: &Member, to: PersonId) -> Result<(), sqlx::Error> {
    let school = colleague.school;
    let roles: Vec<(PersonId, Role)> = colleague.roles.iter().map(|role| (to, *role)).collect();
    let classes: Vec<(ClassId, PersonId)> = colleague
        .homerooms
        .iter()
        .map(|class| (*class, to))
        .collect();
    const FOR_NOW: &str = "INSERT INTO substitute (school_id, class_id, person_id, from_at, until_at) \
         SELECT school_id, class_id, $3, from_at, until_at FROM substitute WHERE school_id = $1 AND person_id = $2 \
         ON CONFLICT DO NOTHING";
    tx.execute(FOR_NOW, vals![school, colleague.person, to])
        .await?;
    leave(tx, school, &[colleague.person]).await?;
    clear_posts(tx, school, &[to]).await?;
    add_roles(tx, school, &roles).await?;
    add_homerooms(tx, school, &classes).await?;
    store::rename_person(tx, school, to, &colleague.name).await
}

pub async fn add_roles(
    tx: &mut Tx,
    school: SchoolId,
    roles: &[(PersonId, Role)],
) -> Result<(), sqlx::Error> {
    const INSERT: &str = "INSERT INTO staff_role (school_id, person_id, role) \
         SELECT $1, CAST(value ->> 0 AS BIGINT), value ->> 1 FROM json_each($2) WHERE true ON CONFLICT DO NOTHING";
    let rows: Vec<(PersonId, &str)> = roles
        .iter()
        .map(|(person, role)| (*person, role.slug()))
        .collect();
    tx.execute(INSERT, vals![school, Set(rows)]).await?;
    Ok(())
}

pub async fn add_homerooms(
    tx: &mut Tx,
    school: SchoolId,
    pairs: &[(ClassId, PersonId)],
) -> Result<(), sqlx::Error> {
    const INSERT: &str = "INSERT INTO homeroom (school_id, class_id, person_id) \
         SELECT $1, CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT) FROM json_each($2) WHERE true \
         ON CONFLICT DO NOTHING";
    tx.execute(INSERT, vals![school, Set(pairs)]).await?;
    Ok(())
}

/// Takes roles and classes from these people, before new ones are given.
pub async fn clear_posts(
    tx: &mut Tx,
    school: SchoolId,
    persons: &[PersonId],
) -> Result<(), sqlx::Error> {
    const ROLES: &str = "DELETE FROM staff_role WHERE school_id = $1 \
         AND person_id IN (SELECT CAST(value AS BIGINT) FROM json_each($2))";
    const CLASSES: &str = "DELETE FROM homeroom WHERE school_id = $1 \
         AND person_id IN (SELECT CAST(value AS BIGINT) FROM json_each($2))";
    tx.execute(ROLES, vals![school, Set(persons)]).await?;
    tx.execute(CLASSES, vals![school, Set(persons)]).await?;
    Ok(())
}

/// These people have left: posts and substitutions end at once.
pub async fn leave(tx: &mut Tx, school: SchoolId, persons: &[PersonId]) -> Result<(), sqlx::Error> {
    const FOR_NOW: &str = "DELETE FROM substitute WHERE school_id = $1 \
         AND person_id IN (SELECT CAST(value AS BIGINT) FROM json_each($2))";
    tx.execute(FOR_NOW, vals![school, Set(persons)]).await?;
    clear_posts(tx, school, persons).await
}
