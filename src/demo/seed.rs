//! A believable month at the demo's school: 12 classes, 360 families, some quick, some slow.
//!
//! Every state comes out of acts through the ledger, like everything the bot hears itself.

use std::collections::HashMap;

use super::cast::{
    self, GROUP_4A2, GROUP_5A1, NEWCOMER, PERSONAS, ROOMS, RoomOf, SCHOOL_CODE, SCHOOL_NAME,
    STAFF_ROOM, TELEGRAM_BOT, ZALO_BOT,
};
use super::names::{CHILD_GIVEN, FAMILY, MIDDLE, TEACHERS};
use crate::app::App;
use crate::bots;
use crate::db::{Tx, fresh_id};
use crate::domain::message::{ChatKind, ChatSeen, Sender};
use crate::domain::time::{DAY_MS, HOUR_MS, school_year};
use crate::domain::{
    AccountId, Bot, Channel, ChatId, ChildId, ClassId, Evidence, PersonId, Role, SchoolId, Task,
    TaskId, TaskKind, Timestamp, Verb,
};
use crate::ledger::{Act, Change, recount, store as ledger};
use crate::roster::Account;
use crate::roster::School;
use crate::roster::accounts::{
    accounts, bind_class, bind_staff_room, chats, join, remember_private,
};
use crate::roster::store::{self, ChildEntry};

const CLASSES: [&str; 12] = [
    "NT1", "3A1", "3A2", "3A3", "4A1", "4A2", "4A3", "4A4", "5A1", "5A2", "5A3", "5A4",
];
const CHILDREN_PER_CLASS: usize = 30;
/// How long ago the campaign's tasks began, in days: QR and VNeID, and the month's collection.
const CAMPAIGN_DAYS: i64 = 30;
const COLLECTION_DAYS: i64 = 12;

/// Makes the two demo bots and, unless `empty` or done before, the school. Boards hang at the end.
pub async fn prepare(app: &App, empty: bool, now: Timestamp) -> anyhow::Result<Vec<Bot>> {
    let mut tx = app.db().begin().await?;
    let telegram = bots::add(&mut tx, Channel::SandboxTelegram, TELEGRAM_BOT, now).await?;
    let zalo = bots::add(&mut tx, Channel::SandboxZalo, ZALO_BOT, now).await?;
    let fresh = !empty
        && !store::schools(&mut tx)
            .await?
            .iter()
            .any(|school| school.code == SCHOOL_CODE);
    let school = if fresh {
        Some(school(&mut tx, &[&telegram, &zalo], now).await?)
    } else {
        None
    };
    tx.commit().await?;
    if let Some(school) = school {
        app.db().count_rows().await?;
        app.hang_boards(&telegram, school, now).await?;
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
    people_and_rooms(tx, &school, &world, bots, began).await?;
    Ok(school.id)
}

async fn tasks(tx: &mut Tx, school: &School, now: Timestamp) -> Result<Vec<Task>, sqlx::Error> {
    let month = now.local().month();
    let year = now.local().year();
    let task = |key: String, title: String, kind, position, days: i64| Task {
        id: TaskId(fresh_id(now)),
        school: school.id,
        key,
        title,
        kind,
        position,
        target_percent: Some(100),
        opened_at: now.plus_ms(-days * DAY_MS),
        withdrawn_at: None,
    };
    let tasks = vec![
        task(
            "qr".to_owned(),
            super::names::TASK_QR.to_owned(),
            TaskKind::Scan,
            1,
            CAMPAIGN_DAYS,
        ),
        task(
            format!("thu-{year}-{month:02}"),
            super::names::task_payment(month),
            TaskKind::Payment,
            2,
            COLLECTION_DAYS,
        ),
        task(
            "vneid".to_owned(),
            super::names::TASK_VNEID.to_owned(),
            TaskKind::Skill,
            3,
            CAMPAIGN_DAYS,
        ),
    ];
    for task in &tasks {
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
            let id = self.add_guardian(
                cast::persona(persona)
                    .map_or("", |persona| persona.name)
                    .to_owned(),
                now,
            );
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
        let persona_name = |id: &str| {
            cast::persona(id)
                .map_or("", |persona| persona.name)
                .to_owned()
        };
        self.teachers[class_place("5A1")].1 = persona_name("co-hoa");
        self.teachers[class_place("4A2")].1 = persona_name("co-mai");
        store::add_classes(tx, school.id, &school.year, &self.classes).await?;
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
        persons.push((self.principal, persona_name("hieu-truong")));
        persons.push((self.deputy, super::names::DEPUTY.to_owned()));
        store::add_persons(tx, school.id, &persons, now).await?;
        let mut roles: Vec<(PersonId, Role)> = self
            .teachers
            .iter()
            .map(|(id, _)| (*id, Role::Teacher))
            .collect();
        roles.push((self.principal, Role::Principal));
        roles.push((self.deputy, Role::VicePrincipal));
        store::add_roles(tx, school.id, &roles).await?;
        let homerooms: Vec<(ClassId, PersonId)> = self
            .classes
            .iter()
            .zip(&self.teachers)
            .map(|((class, _), (teacher, _))| (*class, *teacher))
            .collect();
        store::add_homerooms(tx, school.id, &homerooms).await?;
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
                TaskKind::Skill => {}
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

/// Accounts of the people of the page, their rooms, and who speaks for whom.
async fn people_and_rooms(
    tx: &mut Tx,
    school: &School,
    world: &World,
    bots: &[&Bot],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    for bot in bots {
        let senders: Vec<Sender> = PERSONAS
            .iter()
            .map(|persona| Sender {
                external_id: persona.id.to_owned(),
                name: persona.name.to_owned(),
            })
            .collect();
        let known = accounts(tx, bot.id, &senders.iter().collect::<Vec<_>>(), now).await?;
        let members: Vec<(AccountId, SchoolId, PersonId)> = world
            .cast
            .iter()
            .filter_map(|(persona, person)| {
                known
                    .get(*persona)
                    .map(|account| (account.id, school.id, *person))
            })
            .collect();
        join(tx, &members).await?;
        private_rooms(tx, bot, &known, now).await?;
        rooms(tx, school, world, bot, now).await?;
    }
    Ok(())
}

/// Everybody who is linked has written to the bot before, so that it may write to them.
async fn private_rooms(
    tx: &mut Tx,
    bot: &Bot,
    accounts: &HashMap<String, Account>,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let own = |room: &&RoomOf| {
        room.channel == bot.channel
            && room.kind == ChatKind::Private
            && !room.members.contains(&NEWCOMER)
    };
    let seen: Vec<ChatSeen> = ROOMS.iter().filter(own).map(seen).collect();
    let known = chats(tx, bot.id, &seen.iter().collect::<Vec<_>>(), now).await?;
    let pairs: Vec<(AccountId, ChatId)> = ROOMS
        .iter()
        .filter(own)
        .filter_map(|room| {
            let account = room.members.first().and_then(|who| accounts.get(*who))?;
            Some((account.id, known.get(room.chat)?.id))
        })
        .collect();
    remember_private(tx, &pairs).await
}

fn seen(room: &RoomOf) -> ChatSeen {
    ChatSeen {
        external_id: room.chat.to_owned(),
        kind: room.kind,
    }
}

async fn rooms(
    tx: &mut Tx,
    school: &School,
    world: &World,
    bot: &Bot,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let groups: Vec<ChatSeen> = ROOMS
        .iter()
        .filter(|room| room.channel == bot.channel && room.kind == ChatKind::Group)
        .map(seen)
        .collect();
    let known = chats(tx, bot.id, &groups.iter().collect::<Vec<_>>(), now).await?;
    let chat = |name: &str| known.get(name).map(|chat| chat.id);
    let class = |code: &str| world.classes[class_place(code)].0;
    for (name, code) in [(GROUP_5A1, "5A1"), (GROUP_4A2, "4A2")] {
        if let Some(chat) = chat(name) {
            bind_class(tx, chat, school.id, class(code)).await?;
        }
    }
    if let Some(chat) = chat(STAFF_ROOM) {
        bind_staff_room(tx, chat, school.id).await?;
    }
    Ok(())
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
