//! The kindergarten in the database: twelve classes of thirty families on so many bots, and who speaks for each.

use lopso::app::App;
use lopso::bots;
use lopso::db::{Tx, fresh_id};
use lopso::domain::message::{ChatKind, ChatSeen, Sender};
use lopso::domain::{
    Bot, Channel, ChildId, ClassId, PersonId, Role, SchoolId, Task, TaskId, TaskKind, Timestamp,
};
use lopso::installation::Key;
use lopso::ledger::store as ledger;
use lopso::roster::School;
use lopso::roster::accounts::{accounts, join};
use lopso::roster::chats::{bind_class, chats};
use lopso::roster::invites::{For, Printing, issue};
use lopso::roster::staff;
use lopso::roster::store::{self, ChildEntry, NewClass};

use crate::words::GIVEN;

pub const CLASSES: usize = 12;
pub const FAMILIES: usize = 30;
/// In one family of so many a second guardian comes in too.
const SECOND_IN: usize = 5;
/// In one class of so many a child writes from an account of its own, which the platform lets nobody read.
const CHILD_IN: usize = 3;

const TASKS: [(&str, &str, TaskKind); 3] = [
    ("qr", "Quét QR của lớp", TaskKind::Scan),
    (
        "thu-2026-11",
        "Chuyển khoản thu tháng 11",
        TaskKind::Payment,
    ),
    ("vneid", "Kích hoạt VNeID mức 2", TaskKind::Skill),
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Principal,
    Teacher,
    /// With what stands on the slip; `first` of the family, or one more.
    Guardian {
        code: String,
        first: bool,
    },
    /// A child's account.
    Child,
}

/// Somebody with an account on Zalo.
pub struct Person {
    pub account: String,
    pub name: String,
    pub part: Part,
    pub class: usize,
    /// Counted over the school; of a guardian.
    pub family: usize,
}

pub struct Kindergarten {
    pub school: School,
    pub bots: Vec<Bot>,
    /// The staff first.
    pub people: Vec<Person>,
}

impl Kindergarten {
    pub async fn build(app: &App, number_of_bots: usize, now: Timestamp) -> Self {
        let mut tx = app.db().begin().await.unwrap();
        let mut bots = Vec::new();
        for number in 1..=number_of_bots {
            let name = format!("bot.lopso{number}");
            let bot = bots::add(&mut tx, Channel::ZaloBot, &name, now).await;
            bots.push(bot.unwrap());
        }
        let school = School {
            id: SchoolId(fresh_id(now)),
            code: "hoa-sen".to_owned(),
            name: "Trường Mầm non Hoa Sen".to_owned(),
            year: "2026-2027".to_owned(),
        };
        assert!(store::add_school(&mut tx, &school, now).await.unwrap());
        let mut kindergarten = Self {
            school,
            bots,
            people: Vec::new(),
        };
        let classes = kindergarten.classes(&mut tx, now).await;
        kindergarten.staff(&mut tx, &classes, now).await;
        kindergarten.tasks(&mut tx, now).await;
        kindergarten.families(&mut tx, &classes, now).await;
        tx.commit().await.unwrap();
        // As an import does after it has written a list.
        app.db().count_rows().await.unwrap();
        kindergarten
    }

    /// Neighbouring classes share a bot.
    pub fn bot_of(&self, class: usize) -> usize {
        class * self.bots.len() / CLASSES
    }

    async fn classes(&self, tx: &mut Tx, now: Timestamp) -> Vec<ClassId> {
        let classes: Vec<NewClass> = (0..CLASSES)
            .map(|class| NewClass::plain(ClassId(fresh_id(now)), title(class)))
            .collect();
        let (school, year) = (self.school.id, &self.school.year);
        store::add_classes(tx, school, year, &classes)
            .await
            .unwrap();
        for (class, NewClass { id, .. }) in classes.iter().enumerate() {
            let seen = ChatSeen {
                external_id: group(class),
                kind: ChatKind::Group,
            };
            let bot = &self.bots[self.bot_of(class)];
            let known = chats(tx, bot.id, &[&seen], now).await.unwrap();
            let chat = known[&seen.external_id].id;
            bind_class(tx, chat, school, *id).await.unwrap();
        }
        classes.iter().map(|class| class.id).collect()
    }

    async fn staff(&mut self, tx: &mut Tx, classes: &[ClassId], now: Timestamp) {
        let principal = self.colleague(tx, "Cô Lan", Part::Principal, 0, now).await;
        let mut roles = vec![(principal, Role::Principal)];
        let mut homerooms = Vec::new();
        for (class, id) in classes.iter().enumerate() {
            let name = format!("Cô Hoa {}", title(class));
            let teacher = self.colleague(tx, &name, Part::Teacher, class, now).await;
            roles.push((teacher, Role::Teacher));
            homerooms.push((*id, teacher));
        }
        let school = self.school.id;
        staff::add_roles(tx, school, &roles).await.unwrap();
        staff::add_homerooms(tx, school, &homerooms).await.unwrap();
    }

    /// Somebody on the staff, who has come in already.
    async fn colleague(
        &mut self,
        tx: &mut Tx,
        name: &str,
        part: Part,
        class: usize,
        now: Timestamp,
    ) -> PersonId {
        let id = PersonId(fresh_id(now));
        let school = self.school.id;
        let known_as = [(id, name.to_owned())];
        store::add_persons(tx, school, &known_as, now)
            .await
            .unwrap();
        let account = self.add(name.to_owned(), part, class, 0);
        let sender = Sender {
            external_id: account.clone(),
            name: name.to_owned(),
        };
        let bot = self.bots[self.bot_of(class)].id;
        let known = accounts(tx, bot, &[&sender], now).await.unwrap();
        join(tx, &[(known[&account].id, school, id)]).await.unwrap();
        id
    }

    async fn tasks(&self, tx: &mut Tx, now: Timestamp) {
        for (position, (key, title, kind)) in (1..).zip(TASKS) {
            let task = Task {
                id: TaskId(fresh_id(now)),
                school: self.school.id,
                key: key.to_owned(),
                title: title.to_owned(),
                kind,
                position,
                target_percent: Some(100),
                opened_at: now,
                withdrawn_at: None,
            };
            let added = ledger::add_task(tx, &task, &self.school.year).await;
            assert!(added.unwrap());
        }
    }

    /// On the roster, each with its slip; who comes in does so by talking.
    async fn families(&mut self, tx: &mut Tx, classes: &[ClassId], now: Timestamp) {
        let child = |number: usize| ChildEntry {
            id: ChildId(fresh_id(now)),
            code: format!("HS{number:04}"),
            name: format!(
                "Nguyễn {} {}",
                GIVEN[number % 7],
                GIVEN[number % GIVEN.len()]
            ),
            class: classes[number / FAMILIES],
        };
        let children: Vec<ChildEntry> = (0..CLASSES * FAMILIES).map(child).collect();
        let (school, year) = (self.school.id, self.school.year.clone());
        store::put_children(tx, school, &year, &children, now)
            .await
            .unwrap();
        let slips: Vec<For> = children.iter().map(|child| For::Child(child.id)).collect();
        let key = Key::new(crate::KEY);
        let slips = issue(tx, &key, school, &slips, Printing::Again, now).await;
        for (number, slip) in slips.unwrap().into_iter().enumerate() {
            let class = number / FAMILIES;
            let given = GIVEN[number % GIVEN.len()];
            let mut guardian = |whose: &str, first: bool| {
                let code = slip.short.clone();
                let part = Part::Guardian { code, first };
                self.add(format!("{whose} {given}"), part, class, number);
            };
            guardian("Mẹ", true);
            if number.is_multiple_of(SECOND_IN) {
                guardian("Ba", false);
            }
        }
        for class in (0..CLASSES).step_by(CHILD_IN) {
            self.add("Bé An".to_owned(), Part::Child, class, 0);
        }
    }

    /// Returns the account.
    fn add(&mut self, name: String, part: Part, class: usize, family: usize) -> String {
        let account = format!("{:020x}", 0xa000 + self.people.len());
        self.people.push(Person {
            account: account.clone(),
            name,
            part,
            class,
            family,
        });
        account
    }
}

pub fn group(class: usize) -> String {
    format!("zgr-{:020x}", 0xb000 + class)
}

pub fn title(class: usize) -> String {
    format!("{}A{}", 3 + class / 4, 1 + class % 4)
}
