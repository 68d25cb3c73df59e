//! The scene: a school of ten classes, each with its group and thirty guardians who are linked already, and three
//! tasks on the boards.

use lopso::app::App;
use lopso::bots;
use lopso::db::{Db, Tx, fresh_id};
use lopso::domain::message::{ChatKind, ChatSeen, Sender};
use lopso::domain::{
    Bot, Channel, ChildId, ClassId, PersonId, SchoolId, Task, TaskId, TaskKind, Timestamp,
};
use lopso::feature::guide::library::Library;
use lopso::installation::Key;
use lopso::ledger::store as ledger;
use lopso::roster::School;
use lopso::roster::accounts::{accounts, join};
use lopso::roster::chats::{bind_class, chats};
use lopso::roster::store::{self, ChildEntry, NewClass};

use crate::support::platforms::bot_api::{BotApi, USERNAME};

pub const GROUPS: usize = 10;
pub const PARENTS: usize = 30;
/// In a class; six of them have two guardians.
pub const CHILDREN: usize = 24;
pub const TASKS: usize = 3;
/// As a school's first three are called.
pub const TITLES: [&str; TASKS] = [
    "Quét QR của lớp",
    "Chuyển khoản thu tháng 11",
    "Kích hoạt VNeID mức 2",
];
const KEYS: [(&str, TaskKind); TASKS] = [
    ("qr", TaskKind::Scan),
    ("thu-2026-11", TaskKind::Payment),
    ("vneid", TaskKind::Skill),
];

/// Parents are counted from 0 on through all classes.
pub struct Scene {
    pub school: School,
    pub tasks: Vec<TaskId>,
    /// Who each parent is to the ledger.
    pub persons: Vec<PersonId>,
    pub children: Vec<ChildId>,
}

pub fn everybody() -> std::ops::Range<usize> {
    0..GROUPS * PARENTS
}

pub fn class_of(parent: usize) -> usize {
    parent / PARENTS
}

/// The child of this parent, counted through all classes.
pub fn child_of(parent: usize) -> usize {
    class_of(parent) * CHILDREN + parent % PARENTS % CHILDREN
}

/// As Telegram numbers them.
pub fn group(class: usize) -> i64 {
    -1_000_000_000_100 - i64::try_from(class).unwrap()
}

pub fn user(parent: usize) -> i64 {
    10_000 + i64::try_from(parent).unwrap()
}

pub fn name(parent: usize) -> String {
    format!("Phuhuynh{parent:03}")
}

impl Scene {
    pub async fn build(db: &Db, api: &BotApi) -> Self {
        let now = Timestamp(jiff::Timestamp::now().as_millisecond());
        let library = std::sync::Arc::new(Library::embedded().unwrap());
        let app = App::new(db.clone(), library, Key::new(b"only for the boards"));
        let mut tx = db.begin().await.unwrap();
        let bot = bots::add(&mut tx, Channel::Telegram, USERNAME, now)
            .await
            .unwrap();
        let scene = Self::school(&mut tx, &bot, now).await;
        tx.commit().await.unwrap();
        app.hang_boards(&bot, scene.school.id, now).await.unwrap();
        for class in 0..GROUPS {
            api.group(group(class), &format!("L{class}"));
        }
        for parent in everybody() {
            api.private_chat(user(parent), &name(parent));
        }
        scene
    }

    async fn school(tx: &mut Tx, bot: &Bot, now: Timestamp) -> Self {
        let school = School {
            id: SchoolId(fresh_id(now)),
            code: "hoa-sen".to_owned(),
            name: "Hoa Sen".to_owned(),
            year: "2026-2027".to_owned(),
        };
        store::add_school(tx, &school, now).await.unwrap();
        let classes: Vec<NewClass> = (0..GROUPS)
            .map(|class| NewClass::plain(ClassId(fresh_id(now)), format!("L{class}")))
            .collect();
        store::add_classes(tx, school.id, &school.year, &classes)
            .await
            .unwrap();
        let seen = |class| ChatSeen {
            external_id: group(class).to_string(),
            kind: ChatKind::Group,
        };
        let seen: Vec<ChatSeen> = (0..GROUPS).map(seen).collect();
        let known = chats(tx, bot.id, &seen.iter().collect::<Vec<_>>(), now)
            .await
            .unwrap();
        for (chat, class) in seen.iter().zip(&classes) {
            bind_class(tx, known[&chat.external_id].id, school.id, class.id)
                .await
                .unwrap();
        }
        let tasks = tasks(tx, &school, now).await;
        let (persons, children) = families(tx, bot, &school, &classes, now).await;
        Self {
            school,
            tasks,
            persons,
            children,
        }
    }
}

async fn tasks(tx: &mut Tx, school: &School, now: Timestamp) -> Vec<TaskId> {
    let mut ids = Vec::new();
    for (position, ((key, kind), title)) in (1..).zip(KEYS.into_iter().zip(TITLES)) {
        let task = Task {
            id: TaskId(fresh_id(now)),
            school: school.id,
            key: key.to_owned(),
            title: title.to_owned(),
            kind,
            position,
            target_percent: None,
            opened_at: now,
            withdrawn_at: None,
        };
        ledger::add_task(tx, &task, &school.year).await.unwrap();
        ids.push(task.id);
    }
    ids
}

async fn families(
    tx: &mut Tx,
    bot: &Bot,
    school: &School,
    classes: &[NewClass],
    now: Timestamp,
) -> (Vec<PersonId>, Vec<ChildId>) {
    let child = |number: usize| ChildEntry {
        id: ChildId(fresh_id(now)),
        code: format!("HS{number:04}"),
        name: format!("Bé {number}"),
        class: classes[number / CHILDREN].id,
    };
    let children: Vec<ChildEntry> = (0..GROUPS * CHILDREN).map(child).collect();
    let persons: Vec<(PersonId, String)> = everybody()
        .map(|parent| (PersonId(fresh_id(now)), name(parent)))
        .collect();
    let links: Vec<(ChildId, PersonId)> = everybody()
        .map(|parent| (children[child_of(parent)].id, persons[parent].0))
        .collect();
    let sender = |parent: usize| Sender {
        external_id: user(parent).to_string(),
        name: name(parent),
    };
    let senders: Vec<Sender> = everybody().map(sender).collect();
    store::put_children(tx, school.id, &school.year, &children, now)
        .await
        .unwrap();
    store::add_persons(tx, school.id, &persons, now)
        .await
        .unwrap();
    store::add_guardians(tx, school.id, &links, now)
        .await
        .unwrap();
    let known = accounts(tx, bot.id, &senders.iter().collect::<Vec<_>>(), now)
        .await
        .unwrap();
    let members: Vec<_> = senders
        .iter()
        .zip(&persons)
        .map(|(sender, (person, _))| (known[&sender.external_id].id, school.id, *person))
        .collect();
    join(tx, &members).await.unwrap();
    (
        persons.into_iter().map(|(person, _)| person).collect(),
        children.into_iter().map(|child| child.id).collect(),
    )
}
