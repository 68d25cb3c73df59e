//! A district: schools with their classes and groups on one bot, every family with one guardian and her account.

use lopso::app::App;
use lopso::bots;
use lopso::db::{Db, Tx, fresh_id};
use lopso::domain::message::{ChatKind, ChatSeen, Priority, Sender, Update, What};
use lopso::domain::{
    Bot, Channel, ChildId, ClassId, PersonId, SchoolId, Tap, Task, TaskId, TaskKind, Timestamp,
    Verb,
};
use lopso::ledger::store as ledger;
use lopso::outbox::{self, Lane, Letter, Outcome};
use lopso::roster::School;
use lopso::roster::accounts::{accounts, join};
use lopso::roster::chats::{bind_class, chats};
use lopso::roster::store::{self, ChildEntry, NewClass};

/// How much there is of everything.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub schools: usize,
    /// Of a school.
    pub classes: usize,
    /// Of a class.
    pub families: usize,
    /// Of a school.
    pub tasks: usize,
}

pub struct District {
    pub bot: Bot,
    pub schools: Vec<School>,
    pub now: Timestamp,
    size: Size,
    tasks: Vec<Vec<TaskId>>,
}

/// One tap of one guardian on the board of her class.
#[derive(Debug, Clone, Copy)]
pub struct Touch {
    place: usize,
    class: usize,
    number: usize,
    task: TaskId,
}

impl District {
    pub async fn build(
        app: &App,
        size: Size,
        channel: Channel,
        name: &str,
        now: Timestamp,
    ) -> Self {
        let mut tx = app.db().begin().await.unwrap();
        let bot = bots::add(&mut tx, channel, name, now).await.unwrap();
        let mut district = Self {
            bot,
            schools: Vec::new(),
            now,
            size,
            tasks: Vec::new(),
        };
        for place in 0..size.schools {
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
        let classes: Vec<NewClass> = (0..self.size.classes)
            .map(|class| NewClass::plain(ClassId(fresh_id(now)), format!("L{class}")))
            .collect();
        store::add_classes(tx, school.id, &school.year, &classes)
            .await
            .unwrap();
        let seen: Vec<ChatSeen> = (0..self.size.classes)
            .map(|class| ChatSeen {
                external_id: group(place, class).to_string(),
                kind: ChatKind::Group,
            })
            .collect();
        let known = chats(tx, self.bot.id, &seen.iter().collect::<Vec<_>>(), now)
            .await
            .unwrap();
        for (class, NewClass { id, .. }) in classes.iter().enumerate() {
            bind_class(
                tx,
                known[&group(place, class).to_string()].id,
                school.id,
                *id,
            )
            .await
            .unwrap();
        }
        self.families(tx, &school, place, &classes).await;
        self.tasks
            .push(tasks(tx, &school, self.size.tasks, now).await);
        self.schools.push(school);
    }

    async fn families(&self, tx: &mut Tx, school: &School, place: usize, classes: &[NewClass]) {
        let now = self.now;
        let (mut children, mut persons, mut senders) = (Vec::new(), Vec::new(), Vec::new());
        for number in 0..self.size.classes * self.size.families {
            children.push(ChildEntry {
                id: ChildId(fresh_id(now)),
                code: format!("HS{number:04}"),
                name: format!("Child {number}"),
                class: classes[number / self.size.families].id,
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
    pub fn touches(&self) -> Vec<Touch> {
        let mut touches = Vec::new();
        for place in 0..self.size.schools {
            for task in &self.tasks[place] {
                // Neighbours in time are of different classes, as at a school gate.
                for family in 0..self.size.families {
                    for class in 0..self.size.classes {
                        touches.push(Touch {
                            place,
                            class,
                            number: class * self.size.families + family,
                            task: *task,
                        });
                    }
                }
            }
        }
        touches
    }

    pub fn taps(&self) -> Vec<Update> {
        let touches = self.touches();
        touches.iter().map(|touch| self.update(touch)).collect()
    }

    fn update(&self, touch: &Touch) -> Update {
        let id = format!("{}-{}-{}", touch.place, touch.number, touch.task);
        Update {
            external_id: id.clone(),
            chat: ChatSeen {
                external_id: touch.group().to_string(),
                kind: ChatKind::Group,
            },
            sender: sender(touch.place, touch.number),
            at: self.now,
            what: What::Tap {
                data: touch.data(),
                callback: id,
            },
        }
    }

    /// The boards hang in their groups already: nothing of them waits to be sent.
    pub async fn boards_hang(&self, db: &Db) {
        loop {
            let mut tx = db.begin().await.unwrap();
            let rows = outbox::take(
                &mut tx,
                self.bot.id,
                Lane::All,
                Priority::Reminder,
                100,
                self.now,
            );
            let rows = rows.await.unwrap();
            let sent = |(place, row): (usize, &Letter)| {
                let external_id = Some(format!("{}", 1 + place));
                (row.id, Outcome::Sent { external_id })
            };
            let outcomes: Vec<_> = rows.iter().enumerate().map(sent).collect();
            outbox::settle(&mut tx, &outcomes, self.now).await.unwrap();
            tx.commit().await.unwrap();
            if rows.is_empty() {
                return;
            }
        }
    }

    pub async fn acts(&self, db: &Db) -> usize {
        let mut tx = db.read().await.unwrap();
        let row = tx.row("SELECT COUNT(*) AS n FROM act", Vec::new()).await;
        let number: i64 = row.unwrap().unwrap().get("n").unwrap();
        usize::try_from(number).unwrap()
    }
}

impl Touch {
    pub fn group(&self) -> i64 {
        group(self.place, self.class)
    }

    pub fn account(&self) -> i64 {
        account(self.place, self.number)
    }

    pub fn data(&self) -> String {
        let done = Tap::Say {
            verb: Verb::Done,
            task: self.task,
            child: None,
        };
        done.write()
    }
}

const TASKS: [(TaskKind, &str, &str); 4] = [
    (TaskKind::Scan, "qr", "QR"),
    (TaskKind::Payment, "thu-2026-11", "Payment"),
    (TaskKind::Skill, "vneid", "VNeID"),
    (TaskKind::Skill, "don", "Application"),
];

async fn tasks(tx: &mut Tx, school: &School, number: usize, now: Timestamp) -> Vec<TaskId> {
    let mut ids = Vec::new();
    for (position, (kind, key, title)) in (1..).zip(TASKS.into_iter().take(number)) {
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

/// Numbers as Telegram gives them: groups below zero.
fn group(place: usize, class: usize) -> i64 {
    -1_002_000_000_000 - i64::try_from(place * 1_000 + class).unwrap()
}

fn account(place: usize, number: usize) -> i64 {
    5_000_000_000 + i64::try_from(place * 10_000 + number).unwrap()
}

fn sender(place: usize, number: usize) -> Sender {
    Sender {
        external_id: account(place, number).to_string(),
        name: format!("Guardian {number}"),
    }
}
