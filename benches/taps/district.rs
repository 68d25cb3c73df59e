//! The scene: ten schools of twelve classes on one bot, every family with one guardian and her account.

use lopso::app::App;
use lopso::bots;
use lopso::db::{Db, Tx, fresh_id};
use lopso::domain::message::{ChatKind, ChatSeen, Sender, Update, What};
use lopso::domain::{
    Bot, Channel, ChildId, ClassId, PersonId, SchoolId, Tap, Task, TaskId, TaskKind, Timestamp,
    Verb,
};
use lopso::ledger::store as ledger;
use lopso::roster::School;
use lopso::roster::accounts::{accounts, join};
use lopso::roster::chats::{bind_class, chats};
use lopso::roster::store::{self, ChildEntry, NewClass};

pub const SCHOOLS: usize = 10;
pub const TASKS: usize = 3;
const CLASSES: usize = 12;
const FAMILIES: usize = 30;

pub struct District {
    pub bot: Bot,
    pub schools: Vec<School>,
    pub now: Timestamp,
    tasks: Vec<[TaskId; TASKS]>,
}

impl District {
    pub async fn build(app: &App) -> Self {
        // Wednesday, 25 November 2026, half past four in the afternoon in Việt Nam.
        let now = Timestamp(1_795_599_000_000);
        let mut tx = app.db().begin().await.unwrap();
        let bot = bots::add(&mut tx, Channel::SandboxTelegram, "bench", now)
            .await
            .unwrap();
        let mut district = Self {
            bot,
            schools: Vec::new(),
            now,
            tasks: Vec::new(),
        };
        for place in 0..SCHOOLS {
            district.school(&mut tx, place).await;
        }
        tx.commit().await.unwrap();
        for school in &district.schools {
            app.hang_boards(&district.bot, school.id, now)
                .await
                .unwrap();
        }
        // As an import does after it has written a list.
        app.db().count_rows().await.unwrap();
        district
    }

    async fn school(&mut self, tx: &mut Tx, place: usize) {
        let now = self.now;
        let school = School {
            id: SchoolId(fresh_id(now)),
            code: format!("truong-{place}"),
            name: format!("School {place}"),
            year: "2026-2027".to_owned(),
        };
        store::add_school(tx, &school, now).await.unwrap();
        let classes: Vec<NewClass> = (0..CLASSES)
            .map(|class| NewClass::plain(ClassId(fresh_id(now)), format!("L{class}")))
            .collect();
        store::add_classes(tx, school.id, &school.year, &classes)
            .await
            .unwrap();
        let seen: Vec<ChatSeen> = (0..CLASSES)
            .map(|class| ChatSeen {
                external_id: group(place, class),
                kind: ChatKind::Group,
            })
            .collect();
        let known = chats(tx, self.bot.id, &seen.iter().collect::<Vec<_>>(), now)
            .await
            .unwrap();
        for (class, NewClass { id, .. }) in classes.iter().enumerate() {
            bind_class(tx, known[&group(place, class)].id, school.id, *id)
                .await
                .unwrap();
        }
        self.families(tx, &school, place, &classes).await;
        self.tasks.push(tasks(tx, &school, now).await);
        self.schools.push(school);
    }

    async fn families(&self, tx: &mut Tx, school: &School, place: usize, classes: &[NewClass]) {
        let now = self.now;
        let (mut children, mut persons, mut senders) = (Vec::new(), Vec::new(), Vec::new());
        for number in 0..CLASSES * FAMILIES {
            children.push(ChildEntry {
                id: ChildId(fresh_id(now)),
                code: format!("HS{number:04}"),
                name: format!("Child {number}"),
                class: classes[number / FAMILIES].id,
            });
            persons.push((PersonId(fresh_id(now)), format!("Guardian {number}")));
            senders.push(sender(place, number));
        }
        let links: Vec<(ChildId, PersonId)> = children
            .iter()
            .zip(&persons)
            .map(|(child, (person, _))| (child.id, *person))
            .collect();
        store::put_children(tx, school.id, &school.year, &children, now)
            .await
            .unwrap();
        store::add_persons(tx, school.id, &persons, now)
            .await
            .unwrap();
        store::add_guardians(tx, school.id, &links, now)
            .await
            .unwrap();
        let known = accounts(tx, self.bot.id, &senders.iter().collect::<Vec<_>>(), now)
            .await
            .unwrap();
        let members: Vec<_> = senders
            .iter()
            .zip(&persons)
            .map(|(sender, (person, _))| (known[&sender.external_id].id, school.id, *person))
            .collect();
        join(tx, &members).await.unwrap();
    }

    /// Every family taps every task once: at one moment the parents of all classes of a school.
    pub fn taps(&self) -> Vec<Update> {
        let mut taps = Vec::new();
        for place in 0..SCHOOLS {
            for task in self.tasks[place] {
                // Neighbours in time are of different classes, as at a school gate.
                for family in 0..FAMILIES {
                    for class in 0..CLASSES {
                        taps.push(self.tap(place, class, class * FAMILIES + family, task));
                    }
                }
            }
        }
        taps
    }

    fn tap(&self, place: usize, class: usize, number: usize, task: TaskId) -> Update {
        let data = Tap::Say {
            verb: Verb::Done,
            task,
            child: None,
        };
        let id = format!("{place}-{number}-{task}");
        Update {
            external_id: id.clone(),
            chat: ChatSeen {
                external_id: group(place, class),
                kind: ChatKind::Group,
            },
            sender: sender(place, number),
            at: self.now,
            what: What::Tap {
                data: data.write(),
                callback: id,
            },
        }
    }

    pub async fn acts(&self, db: &Db) -> usize {
        let mut tx = db.read().await.unwrap();
        let row = tx.row("SELECT COUNT(*) AS n FROM act", Vec::new()).await;
        let number: i64 = row.unwrap().unwrap().get("n").unwrap();
        usize::try_from(number).unwrap()
    }
}

async fn tasks(tx: &mut Tx, school: &School, now: Timestamp) -> [TaskId; TASKS] {
    let kinds = [TaskKind::Scan, TaskKind::Payment, TaskKind::Skill];
    let mut ids = [TaskId(0); TASKS];
    for (place, kind) in kinds.into_iter().enumerate() {
        let task = Task {
            id: TaskId(fresh_id(now)),
            school: school.id,
            key: ["qr", "thu-2026-11", "vneid"][place].to_owned(),
            title: ["QR", "Payment", "VNeID"][place].to_owned(),
            kind,
            position: i64::try_from(place).unwrap() + 1,
            target_percent: None,
            opened_at: now,
            withdrawn_at: None,
        };
        ledger::add_task(tx, &task, &school.year).await.unwrap();
        ids[place] = task.id;
    }
    ids
}

fn group(place: usize, class: usize) -> String {
    format!("group-{place}-{class}")
}

fn sender(place: usize, number: usize) -> Sender {
    Sender {
        external_id: format!("account-{place}-{number}"),
        name: format!("Guardian {number}"),
    }
}
