//! A roster or staff file beside what stands in the tables: what is new, what changed, what is missing.
//! A child or colleague missing in the file is reported and never removed.

use super::staff;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::import::{ChildRow, StaffRow};
use super::store::{self, ChildEntry, Enrolled, NewClass};
use super::{Class, School};
use crate::db::{Tx, fresh_id};
use crate::domain::{ChildId, ClassId, PersonId, Role, SchoolId, Timestamp};
use crate::installation::{Key, hex};
use crate::ledger::links::{Move, moved};

/// What importing a roster would do, or did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct RosterPlan {
    pub new_classes: Vec<String>,
    /// Name and class.
    pub new: Vec<(String, String)>,
    /// Old name, new name, class.
    pub renamed: Vec<(String, String, String)>,
    /// Name, old class (none for a child that comes back), new class.
    pub moved: Vec<(String, Option<String>, String)>,
    /// Enrolled, but not in the file: name and class.
    pub missing: Vec<(String, String)>,
    pub unchanged: usize,
}

impl RosterPlan {
    pub fn changes_nothing(&self) -> bool {
        self.new_classes.is_empty()
            && self.new.is_empty()
            && self.renamed.is_empty()
            && self.moved.is_empty()
    }
}

/// A 12-digit personal number in the code column is kept only as a keyed hash (design §2.11): with the
/// installation's key, since a number space this small could be tried through otherwise. It is known with
/// points or dashes in it, and with the zeros that a spreadsheet drops at its beginning (the codes of the
/// first provinces begin with up to three); a school's own code of as many digits loses nothing by it.
pub fn kept_code(code: &str, key: &Key) -> String {
    let Some(number) = personal_number(code) else {
        return code.to_owned();
    };
    format!("h:{}", hex(&key.hash(&[number.as_bytes()])[..16]))
}

fn personal_number(code: &str) -> Option<String> {
    let digits: String = code.chars().filter(|c| !"-._/".contains(*c)).collect();
    let fits = (9..=12).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| format!("{digits:0>12}"))
}

/// Compares and, unless `dry_run`, writes: children, classes, and the tallies of those who moved.
pub async fn roster(
    tx: &mut Tx,
    school: &School,
    rows: &[ChildRow],
    key: &Key,
    dry_run: bool,
    now: Timestamp,
) -> Result<RosterPlan, sqlx::Error> {
    tx.lock_schools(&[school.id]).await?;
    let enrolled = store::roll(tx, school.id, &school.year).await?;
    let known = store::classes(tx, &[school.id]).await?;
    let draft = compare(&enrolled, &known, rows, key, now);
    if !dry_run {
        write(tx, school, &draft, now).await?;
    }
    Ok(draft.plan)
}

/// The roster of the next school year: children move up into its classes, who is not in it has left, and what was
/// reported stays under the year before. The caller opens the year's tasks.
pub async fn next_year(
    tx: &mut Tx,
    school: &School,
    year: &str,
    rows: &[ChildRow],
    key: &Key,
    dry_run: bool,
    now: Timestamp,
) -> Result<RosterPlan, sqlx::Error> {
    tx.lock_schools(&[school.id]).await?;
    let before = store::roll(tx, school.id, &school.year).await?;
    let old = store::classes(tx, &[school.id]).await?;
    let enrolled = store::roll(tx, school.id, year).await?;
    let mut draft = compare(&enrolled, &[], rows, key, now);
    let class_before = |id: ChildId| {
        let child = before.iter().find(|child| child.id == id)?;
        old.iter().find(|class| Some(class.id) == child.class)
    };
    // In nobody's class yet, all of them would seem to come back: what counts is where they were.
    let moved = draft.moves.iter().zip(&draft.plan.moved);
    draft.plan.moved = moved
        .map(|(moved, (name, _, to))| {
            let from = class_before(moved.child).map(|class| class.title.clone());
            (name.clone(), from, to.clone())
        })
        .collect();
    let stays: BTreeSet<ChildId> = draft.moves.iter().map(|moved| moved.child).collect();
    let missing = before
        .iter()
        .filter(|child| child.class.is_some() && !stays.contains(&child.id));
    draft.plan.missing = missing
        .map(|child| {
            let class = class_before(child.id);
            let title = class.map_or(String::new(), |class| class.title.clone());
            (child.name.clone(), title)
        })
        .collect();
    if !dry_run {
        store::set_year(tx, school.id, year).await?;
        let school = School {
            year: year.to_owned(),
            ..school.clone()
        };
        write(tx, &school, &draft, now).await?;
    }
    Ok(draft.plan)
}

#[derive(Default)]
struct Draft {
    plan: RosterPlan,
    classes: Vec<NewClass>,
    entries: Vec<ChildEntry>,
    moves: Vec<Move>,
}

fn compare(
    enrolled: &[Enrolled],
    known: &[Class],
    rows: &[ChildRow],
    key: &Key,
    now: Timestamp,
) -> Draft {
    let mut draft = Draft::default();
    let mut classes: BTreeMap<String, ClassId> = known
        .iter()
        .map(|class| (class.code.clone(), class.id))
        .collect();
    let titles: HashMap<&str, &str> = rows
        .iter()
        .rev()
        .map(|row| (row.class.as_str(), row.class_title.as_str()))
        .chain(
            known
                .iter()
                .map(|class| (class.code.as_str(), class.title.as_str())),
        )
        .collect();
    let title = |code: &str| titles.get(code).copied().unwrap_or_default().to_owned();
    let title_of = |id: ClassId| {
        let class = known.iter().find(|class| class.id == id);
        class.map_or(String::new(), |class| class.title.clone())
    };
    let by_code: HashMap<&str, &Enrolled> = enrolled
        .iter()
        .map(|child| (child.code.as_str(), child))
        .collect();
    let mut seen: BTreeSet<ChildId> = BTreeSet::new();
    for row in rows {
        let class = *classes.entry(row.class.clone()).or_insert_with(|| {
            let id = ClassId(fresh_id(now));
            draft.plan.new_classes.push(title(&row.class));
            draft.classes.push(NewClass {
                id,
                code: row.class.clone(),
                title: title(&row.class),
            });
            id
        });
        let code = kept_code(&row.code, key);
        let Some(before) = by_code.get(code.as_str()) else {
            draft.plan.new.push((row.name.clone(), title(&row.class)));
            draft.entries.push(ChildEntry {
                id: ChildId(fresh_id(now)),
                code,
                name: row.name.clone(),
                class,
            });
            continue;
        };
        seen.insert(before.id);
        let (renamed, moved) = (before.name != row.name, before.class != Some(class));
        if renamed {
            draft
                .plan
                .renamed
                .push((before.name.clone(), row.name.clone(), title(&row.class)));
        }
        if moved {
            draft.plan.moved.push((
                row.name.clone(),
                before.class.map(title_of),
                title(&row.class),
            ));
            draft.moves.push(Move {
                child: before.id,
                from: before.class,
                to: Some(class),
            });
        }
        if renamed || moved {
            draft.entries.push(ChildEntry {
                id: before.id,
                code,
                name: row.name.clone(),
                class,
            });
        } else {
            draft.plan.unchanged += 1;
        }
    }
    let missing = |child: &&Enrolled| !seen.contains(&child.id);
    draft.plan.missing = enrolled
        .iter()
        .filter(missing)
        .filter_map(|child| {
            child
                .class
                .map(|class| (child.name.clone(), title_of(class)))
        })
        .collect();
    draft
}

/// Rows of a statement; a national file of a million children would not fit into one bind.
const CHUNK: usize = 2_000;

async fn write(
    tx: &mut Tx,
    school: &School,
    draft: &Draft,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    store::add_classes(tx, school.id, &school.year, &draft.classes).await?;
    for entries in draft.entries.chunks(CHUNK) {
        store::put_children(tx, school.id, &school.year, entries, now).await?;
    }
    for moves in draft.moves.chunks(CHUNK) {
        moved(tx, school.id, moves, now).await?;
    }
    Ok(())
}

/// What importing staff would do, or did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct StaffPlan {
    pub new: Vec<String>,
    /// Whose roles or classes changed.
    pub changed: Vec<String>,
    /// On the staff, but not in the file.
    pub missing: Vec<String>,
    /// Those missing have left.
    pub removes: bool,
    pub unchanged: usize,
    /// Classes named in the file that the roster does not have: row and class.
    pub unknown_classes: Vec<(u32, String)>,
}

impl StaffPlan {
    pub fn changes_nothing(&self) -> bool {
        self.new.is_empty() && self.changed.is_empty() && !self.removes
    }
}

/// Somebody on the staff: all roles and classes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Post {
    roles: BTreeSet<Role>,
    classes: BTreeSet<ClassId>,
}

/// What becomes of colleagues who are not in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The file may be a part of the list.
    Stay,
    /// The file is the whole list: they lose roles and classes, and with them every right, at once.
    HaveLeft,
}

/// Compares and, unless `dry_run` or a class is unknown, writes. People are recognised by their name,
/// since staff lists have no code. For somebody in the file the file decides roles and classes, so
/// that a teacher who changed class does not keep seeing the old one.
pub async fn staff(
    tx: &mut Tx,
    school: &School,
    rows: &[StaffRow],
    missing: Missing,
    dry_run: bool,
    now: Timestamp,
) -> Result<StaffPlan, sqlx::Error> {
    tx.lock_schools(&[school.id]).await?;
    let classes: HashMap<String, ClassId> = store::classes(tx, &[school.id])
        .await?
        .into_iter()
        .map(|class| (class.code, class.id))
        .collect();
    let mut plan = StaffPlan::default();
    let mut wanted: BTreeMap<&str, Post> = BTreeMap::new();
    for row in rows {
        let post = wanted.entry(&row.name).or_default();
        post.roles.insert(row.role);
        for code in &row.classes {
            match classes.get(code) {
                Some(id) => drop(post.classes.insert(*id)),
                None => plan.unknown_classes.push((row.row, code.clone())),
            }
        }
    }
    let before = posts(tx, school.id).await?;
    let mut changes: Vec<(PersonId, &str, &Post, bool)> = Vec::new();
    for (name, post) in &wanted {
        match before.iter().find(|(_, known, _)| known == name) {
            None => {
                plan.new.push((*name).to_owned());
                changes.push((PersonId(fresh_id(now)), name, post, true));
            }
            Some((_, _, known)) if known == post => plan.unchanged += 1,
            Some((person, _, _)) => {
                plan.changed.push((*name).to_owned());
                changes.push((*person, name, post, false));
            }
        }
    }
    let not_in_the_file = before
        .iter()
        .filter(|(_, name, _)| !wanted.contains_key(name.as_str()));
    let (gone, names): (Vec<PersonId>, Vec<String>) = not_in_the_file
        .map(|(person, name, _)| (*person, name.clone()))
        .unzip();
    plan.missing = names;
    plan.removes = missing == Missing::HaveLeft && !gone.is_empty();
    if !dry_run && plan.unknown_classes.is_empty() {
        write_staff(tx, school.id, &changes, now).await?;
        if plan.removes {
            staff::leave(tx, school.id, &gone).await?;
        }
    }
    Ok(plan)
}

async fn posts(
    tx: &mut Tx,
    school: SchoolId,
) -> Result<Vec<(PersonId, String, Post)>, sqlx::Error> {
    let staff = staff::staff_members(tx, school).await?;
    Ok(staff
        .into_iter()
        .map(|member| {
            let post = Post {
                roles: member.roles.into_iter().collect(),
                classes: member.homerooms.into_iter().collect(),
            };
            (member.person, member.name, post)
        })
        .collect())
}

async fn write_staff(
    tx: &mut Tx,
    school: SchoolId,
    changes: &[(PersonId, &str, &Post, bool)],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let new: Vec<(PersonId, String)> = changes
        .iter()
        .filter(|change| change.3)
        .map(|(person, name, _, _)| (*person, (*name).to_owned()))
        .collect();
    store::add_persons(tx, school, &new, now).await?;
    let everybody: Vec<PersonId> = changes.iter().map(|change| change.0).collect();
    staff::clear_posts(tx, school, &everybody).await?;
    let roles: Vec<(PersonId, Role)> = changes
        .iter()
        .flat_map(|(person, _, post, _)| post.roles.iter().map(|role| (*person, *role)))
        .collect();
    let classes: Vec<(ClassId, PersonId)> = changes
        .iter()
        .flat_map(|(person, _, post, _)| post.classes.iter().map(|class| (*class, *person)))
        .collect();
    staff::add_roles(tx, school, &roles).await?;
    staff::add_homerooms(tx, school, &classes).await
}

#[cfg(test)]
mod tests {
    use super::{Key, kept_code};

    #[test]
    fn a_personal_number_is_never_kept_in_plain() {
        let key = &Key::new(b"key");
        let kept = kept_code("012345678901", key);
        assert!(kept.starts_with("h:") && !kept.contains("012345678901"));
        assert_eq!(kept, kept_code("012345678901", key));
        assert_ne!(kept, kept_code("012345678901", &Key::new(b"another")));
        assert_eq!(kept_code("HS0001", key), "HS0001");
    }
}
