//! A believable month at the demo's school: 12 classes, 360 families, some quick, some slow.
//!
//! Every state comes out of acts through the ledger, like everything the bot hears itself.

use crate::roster::staff;
use std::collections::HashMap;

use super::cast::{SCHOOL_CODE, SCHOOL_NAME, TELEGRAM_BOT, ZALO_BOT, persona_name};
use super::names::{CHILD_GIVEN, FAMILY, MIDDLE, TEACHERS};
use super::parts::{self, Parts};
use crate::app::App;
use crate::bots;
use crate::db::{Tx, fresh_id};
use crate::domain::time::{DAY_MS, HOUR_MS, school_year};
use crate::domain::{
    Bot, Channel, ChildId, ClassId, Evidence, PersonId, Role, SchoolId, Task, TaskId, TaskKind,
    Timestamp, Verb,
};
use crate::ledger::{Act, Change, builtin, recount, store as ledger};
use crate::roster::School;
use crate::roster::store::{self, ChildEntry, NewClass};

const CLASSES: [&str; 12] = [
    "NT1", "3A1", "3A2", "3A3", "4A1", "4A2", "4A3", "4A4", "5A1", "5A2", "5A3", "5A4",
];
const CHILDREN_PER_CLASS: usize = 30;
/// How long ago the campaign's tasks began, in days: QR and VNeID, and the month's collection.
const CAMPAIGN_DAYS: i64 = 30;
const COLLECTION_DAYS: i64 = 12;

/// Makes the two demo bots and, unless `empty` or a school stands there already, the made-up school. A
/// school whose own list was imported is taken in instead. Boards hang at the end.
pub async fn prepare(app: &App, empty: bool, now: Timestamp) -> anyhow::Result<Vec<Bot>> {
    let mut tx = app.db().begin().await?;
    let telegram = bots::add(&mut tx, Channel::SandboxTelegram, TELEGRAM_BOT, now).await?;
    let zalo = bots::add(&mut tx, Channel::SandboxZalo, ZALO_BOT, now).await?;
    let fresh = !empty && store::schools(&mut tx).await?.is_empty();
    let school = if fresh {
        Some(school(&mut tx, &[&telegram, &zalo], now).await?)
    } else {
        None
    };
    tx.commit().await?;
    if let Some(school) = school {
        app.db().count_rows().await?;
        app.hang_boards(&telegram, school, now).await?;
    } else {
        parts::adopt(app, &[&telegram, &zalo], now).await?;
    }
    Ok(vec![telegram, zalo])
}

async fn school(tx: &mut Tx, bots: &[&Bot], now: Timestamp) -> Result<SchoolId, sqlx::Error> {
    let school = School {
        id: SchoolId(fresh_id(now)),
        code: SCHOOL_CODE.to_owned(),
        name: SCHOOL_NAME.to_owned(),
        year: school_year(now),
    };
    let began = now.plus_ms(-CAMPAIGN_DAYS * DAY_MS);
    store::add_school(tx, &school, began).await?;
    let mut world = World::imagine(&school, began);
    world.write(tx, &school, began).await?;
    let tasks = tasks(tx, &school, now).await?;
    let acts = world.month(&school, &tasks, now);
    // Acts are numbered in the order in which they happened.
    ledger::add_acts(tx, &acts, now).await?;
    fold_all(tx, &school).await?;
    let class = |code| world.classes[class_place(code)].0;
    let parts = Parts {
        people: world.cast.clone(),
        groups: Some((class("5A1"), class("4A2"))),
    };
    parts::give(tx, school.id, &parts, bots, began).await?;
    Ok(school.id)
}

async fn tasks(tx: &mut Tx, school: &School, now: Timestamp) -> Result<Vec<Task>, sqlx::Error> {
    let mut tasks = builtin::tasks(school, now);
    for task in &mut tasks {
        let days = match task.kind {
            TaskKind::Scan | TaskKind::Skill | TaskKind::Group => CAMPAIGN_DAYS,
            TaskKind::Payment => COLLECTION_DAYS,
        };
        task.opened_at = now.plus_ms(-days * DAY_MS);
        ledger::add_task(tx, task, &school.year).await?;
    }
    Ok(tasks)
}

async fn fold_all(tx: &mut Tx, school: &School) -> Result<(), sqlx::Error> {
    let counted = recount::count(tx, school).await?;
    let mut changes: Vec<Change> = counted
        .into_iter()
        .map(|((task, child), (class, to))| Change {
            school: school.id,
            class,
            task,
            child,
            from: crate::domain::State::Unknown,
            to,
        })
        .collect();
    changes.sort_by_key(|change| (change.child, change.task));
    ledger::apply(tx, &changes).await
}

struct ChildOf {
    id: ChildId,
    class: usize,
    name: String,
    guardians: Vec<PersonId>,
}

/// The school before it is written.
struct World {
    dice: Dice,
    classes: Vec<(ClassId, String)>,
    children: Vec<ChildOf>,
    guardians: Vec<(PersonId, String)>,
    teachers: Vec<(PersonId, String)>,
    principal: PersonId,
    deputy: PersonId,
    /// The persons whom one can be on the page.
    cast: HashMap<&'static str, PersonId>,
}

impl World {
    fn imagine(school: &School, now: Timestamp) -> Self {
        let classes = CLASSES
            .iter()
            .map(|code| (ClassId(fresh_id(now)), (*code).to_owned()))
            .collect();
        let person = || PersonId(fresh_id(now));
        let mut world = Self {
            dice: Dice(
                school
                    .code
                    .bytes()
                    .fold(7, |seed, byte| seed * 31 + u64::from(byte)),
            ),
            classes,
            children: Vec::new(),
            guardians: Vec::new(),
            teachers: TEACHERS
                .iter()
                .map(|name| (person(), (*name).to_owned()))
                .collect(),
            principal: person(),
            deputy: person(),
            cast: HashMap::new(),
        };
        for class in 0..CLASSES.len() {
            for _ in 0..CHILDREN_PER_CLASS {
                world.add_child(class, now);
            }
        }
        world.give_parts(now);
        world
    }

    fn add_child(&mut self, class: usize, now: Timestamp) {
        let name = [FAMILY, MIDDLE, CHILD_GIVEN]
            .map(|words| self.dice.pick(words))
            .join(" ");
        let given = name.rsplit(' ').next().unwrap_or_default().to_owned();
        // Now and then a little brother or sister of somebody in an earlier class.
        let sibling = self.dice.below(20) == 0 && class > 0;
        let guardians = if sibling {
            self.guardians_of_an_earlier_child(class)
        } else {
            None
        };
        let guardians = guardians.unwrap_or_else(|| {
            let mut both = vec![self.add_guardian(super::names::mother(&given), now)];
            if self.dice.below(100) < 55 {
                both.push(self.add_guardian(super::names::father(&given), now));
            }
            both
        });
        self.children.push(ChildOf {
            id: ChildId(fresh_id(now)),
            class,
            name,
            guardians,
        });
    }

    fn guardians_of_an_earlier_child(&mut self, class: usize) -> Option<Vec<PersonId>> {
        let earlier = self
            .children
            .iter()
            .filter(|child| child.class < class)
            .count();
        let place = self.dice.below(earlier.max(1));
        self.children
            .get(place)
            .map(|child| child.guardians.clone())
    }

    fn add_guardian(&mut self, name: String, now: Timestamp) -> PersonId {
        let id = PersonId(fresh_id(now));
        self.guardians.push((id, name));
        id
    }

    /// The people of the page get their children, in the first places of the two classes.
    fn give_parts(&mut self, now: Timestamp) {
        let (a, b) = (class_place("5A1"), class_place("4A2"));
        for (persona, places) in super::names::PARTS {
            let id = self.add_guardian(persona_name(persona).to_owned(), now);
            for (class, nth, name) in places {
                let class = if *class == "5A1" { a } else { b };
                if let Some(child) = self
                    .children
                    .iter_mut()
                    .filter(|child| child.class == class)
                    .nth(*nth)
                {
                    (*name).clone_into(&mut child.name);
                    child.guardians = vec![id];
                }
            }
            self.cast.insert(persona, id);
        }
        self.cast.insert("hieu-truong", self.principal);
        self.cast.insert("co-hoa", self.teachers[a].0);
        self.cast.insert("co-mai", self.teachers[b].0);
    }

    async fn write(
        &mut self,
        tx: &mut Tx,
        school: &School,
        now: Timestamp,
    ) -> Result<(), sqlx::Error> {
        self.teachers[class_place("5A1")].1 = persona_name("co-hoa").to_owned();
        self.teachers[class_place("4A2")].1 = persona_name("co-mai").to_owned();
        let classes: Vec<NewClass> = self
            .classes
            .iter()
            .map(|(id, code)| NewClass::plain(*id, code.as_str()))
            .collect();
        store::add_classes(tx, school.id, &school.year, &classes).await?;
        let entries: Vec<ChildEntry> = self
            .children
            .iter()
            .enumerate()
            .map(|(place, child)| ChildEntry {
                id: child.id,
                code: format!("HS{:04}", place + 1),
                name: child.name.clone(),
                class: self.classes[child.class].0,
            })
            .collect();
        store::put_children(tx, school.id, &school.year, &entries, now).await?;
        let mut persons = self.guardians.clone();
        persons.extend(self.teachers.iter().cloned());
        persons.push((self.principal, persona_name("hieu-truong").to_owned()));
        persons.push((self.deputy, super::names::DEPUTY.to_owned()));
        store::add_persons(tx, school.id, &persons, now).await?;
        let mut roles: Vec<(PersonId, Role)> = self
            .teachers
            .iter()
            .map(|(id, _)| (*id, Role::Teacher))
            .collect();
        roles.push((self.principal, Role::Principal));
        roles.push((self.deputy, Role::VicePrincipal));
        staff::add_roles(tx, school.id, &roles).await?;
        let homerooms: Vec<(ClassId, PersonId)> = self
            .classes
            .iter()
            .zip(&self.teachers)
            .map(|((class, _), (teacher, _))| (*class, *teacher))
            .collect();
        staff::add_homerooms(tx, school.id, &homerooms).await?;
        let links: Vec<(ChildId, PersonId)> = self
            .children
            .iter()
            .flat_map(|child| child.guardians.iter().map(|guardian| (child.id, *guardian)))
            .collect();
        store::add_guardians(tx, school.id, &links, now).await
    }

    /// What was said, seen, entered and reported by the bank in the month before `now`.
    fn month(&mut self, school: &School, tasks: &[Task], now: Timestamp) -> Vec<Act> {
        let mut acts = Vec::new();
        let quick: Vec<usize> = CLASSES.iter().map(|_| 35 + self.dice.below(50)).collect();
        let mut spoken: Vec<(PersonId, TaskId)> = Vec::new();
        for place in 0..self.children.len() {
            let (child, class) = (self.children[place].id, self.children[place].class);
            let guardian = self.children[place].guardians[0];
            if self.cast.values().any(|person| *person == guardian) {
                continue;
            }
            for task in tasks {
                if task.kind.is_household() && spoken.contains(&(guardian, task.id)) {
                    continue;
                }
                spoken.push((guardian, task.id));
                let teacher = self.teachers[class].0;
                self.one_family(
                    &mut acts,
                    school,
                    task,
                    Family {
                        child,
                        guardian,
                        teacher,
                        quick: quick[class],
                    },
                    now,
                );
            }
        }
        self.cast_says(&mut acts, school, tasks, now);
        acts.sort_by_key(|act| act.at);
        acts
    }

    fn one_family(
        &mut self,
        acts: &mut Vec<Act>,
        school: &School,
        task: &Task,
        family: Family,
        now: Timestamp,
    ) {
        let age_ms = now.0 - task.opened_at.0;
        let at = self.dice.daytime(task.opened_at, age_ms);
        let own = if task.kind.is_household() {
            None
        } else {
            Some(family.child)
        };
        let act = |person: Option<PersonId>, child, verb, evidence, at| Act {
            school: school.id,
            task: task.id,
            person,
            child,
            verb,
            evidence,
            at,
        };
        let (guardian, by_teacher) = (Some(family.guardian), Some(family.teacher));
        // VNeID needs a visit to the police station, so fewer have it.
        let chance = if task.key == "vneid" {
            family.quick * 6 / 10
        } else {
            family.quick
        };
        let roll = self.dice.below(100);
        if task.kind == TaskKind::Group {
            // Nearly everybody is in the class's group, and nobody says so: they are met there.
            if roll < 80 + chance / 5 {
                acts.push(act(guardian, own, Verb::Done, Evidence::Shown, at));
            }
            return;
        }
        if roll < chance {
            let shown = task.kind == TaskKind::Scan && self.dice.below(100) < 60;
            let evidence = if shown {
                Evidence::Shown
            } else {
                Evidence::Said
            };
            acts.push(act(guardian, own, Verb::Done, evidence, at));
            if task.kind == TaskKind::Payment && self.dice.below(100) < 70 {
                let later = at.plus_ms(HOUR_MS).0.min(now.0);
                acts.push(act(
                    None,
                    Some(family.child),
                    Verb::Done,
                    Evidence::Bank,
                    Timestamp(later),
                ));
            }
            return;
        }
        match self.dice.below(100) {
            0..8 => acts.push(act(
                by_teacher,
                Some(family.child),
                Verb::Done,
                Evidence::Teacher,
                at,
            )),
            8..13 => acts.push(act(
                by_teacher,
                Some(family.child),
                Verb::NoPhone,
                Evidence::Teacher,
                at,
            )),
            13..30 => acts.push(act(guardian, own, Verb::NotYet, Evidence::Said, at)),
            30..38 => acts.push(act(guardian, own, Verb::NeedsHelp, Evidence::Said, at)),
            38..44 if task.kind == TaskKind::Payment => {
                acts.push(act(guardian, own, Verb::Cash, Evidence::Said, at))
            }
            44..47 if task.kind != TaskKind::Scan => {
                acts.push(act(guardian, own, Verb::Declined, Evidence::Said, at))
            }
            _ => {}
        }
    }

    /// Ba Nam has told two things, Mẹ Cúc one; the others are for the visitor to play.
    fn cast_says(&self, acts: &mut Vec<Act>, school: &School, tasks: &[Task], now: Timestamp) {
        let yesterday = now.plus_ms(-DAY_MS);
        let mut say = |persona: &str, task: &Task, evidence| {
            let Some(person) = self.cast.get(persona) else {
                return;
            };
            let own = self
                .children
                .iter()
                .find(|child| child.guardians.contains(person))
                .map(|child| child.id);
            let child = if task.kind.is_household() { None } else { own };
            acts.push(Act {
                school: school.id,
                task: task.id,
                person: Some(*person),
                child,
                verb: Verb::Done,
                evidence,
                at: yesterday,
            });
        };
        for task in tasks {
            match task.kind {
                TaskKind::Scan => {
                    say("ba-nam", task, Evidence::Shown);
                    say("me-cuc", task, Evidence::Said);
                }
                TaskKind::Payment => say("ba-nam", task, Evidence::Said),
                TaskKind::Skill | TaskKind::Group => {}
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Family {
    child: ChildId,
    guardian: PersonId,
    teacher: PersonId,
    /// Percent of this class that does things soon.
    quick: usize,
}

fn class_place(code: &str) -> usize {
    CLASSES.iter().position(|known| *known == code).unwrap_or(0)
}

/// A small generator of numbers (xorshift64*), so that every demo tells the same story.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap_or(1);
        usize::try_from((self.next() >> 16) % end).unwrap_or(0)
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    /// A moment within `age_ms` after `from`, between half past six and half past eight in the evening.
    fn daytime(&mut self, from: Timestamp, age_ms: i64) -> Timestamp {
        const MORNING: i64 = 13 * HOUR_MS / 2;
        const DAY: usize = 14 * 60;
        let days = usize::try_from(age_ms / DAY_MS).unwrap_or(1).max(1);
        let day = i64::try_from(self.below(days)).unwrap_or(0);
        let minute = i64::try_from(self.below(DAY)).unwrap_or(0);
        let midnight = from.0 - (from.0 + 7 * HOUR_MS).rem_euclid(DAY_MS);
        let at = midnight + day * DAY_MS + MORNING + minute * 60_000;
        Timestamp(at.clamp(from.0, from.0 + age_ms))
    }
}
