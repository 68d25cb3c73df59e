//! A small school in which everything can happen to the ledger that can happen to it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use lopso::app::{App, recount};
use lopso::bots;
use lopso::db::{Db, fresh_id};
use lopso::domain::message::{ChatKind, ChatSeen, Priority, Sender, Update, What};
use lopso::domain::*;
use lopso::feature::guide::library::Library;
use lopso::feature::report::figures;
use lopso::installation::Key;
use lopso::ledger::links::{self, Move};
use lopso::ledger::{Act, store as ledger};
use lopso::outbox::{self, Outcome};
use lopso::roster::accounts::{accounts, join};
use lopso::roster::chats::{bind_class, chats};
use lopso::roster::import::ChildRow;
use lopso::roster::invites::{For, Printing, issue};
use lopso::roster::staff;
use lopso::roster::store::{self, ChildEntry, NewClass};
use lopso::roster::{School, apply};
use lopso::vals;

use crate::steps::{CHILDREN, GUARDIANS, Step, TASKS, TEACHER, TapStep};

/// A writer: a connection of its own, and a bot of its own.
pub struct Hand {
    pub db: Db,
    pub bot: Bot,
    app: App,
}

impl Hand {
    pub fn new(db: Db, bot: Bot) -> Self {
        let library = Arc::new(Library::embedded().expect("the shipped guides are whole"));
        Self {
            app: App::new(db.clone(), library, Key::new(b"key")),
            db,
            bot,
        }
    }

    /// Sends what waits, as the sender of this bot does beside everything else.
    pub async fn send(&self, now: Timestamp) -> Result<usize, sqlx::Error> {
        let mut tx = self.db.begin().await?;
        let letters = outbox::take(
            &mut tx,
            self.bot.id,
            outbox::Lane::All,
            Priority::Reminder,
            50,
            now,
        )
        .await?;
        tx.commit().await?;
        let sent = |letter: &outbox::Letter| {
            (
                letter.id,
                Outcome::Sent {
                    external_id: Some(letter.id.to_string()),
                },
            )
        };
        let mut tx = self.db.begin().await?;
        let outcomes: Vec<_> = letters.iter().map(sent).collect();
        outbox::settle(&mut tx, &outcomes, now).await?;
        tx.commit().await?;
        Ok(letters.len())
    }
}

pub struct World {
    school: School,
    classes: Vec<String>,
    children: Vec<(ChildId, String)>,
    /// Guardians, then the teacher.
    people: Vec<PersonId>,
    tasks: Vec<Task>,
    clock: AtomicI64,
}

/// A Thursday in November 2026, 9:00.
const BEGIN: Timestamp = Timestamp(1_795_053_600_000);

/// When everything of the play is due.
pub const LATER: Timestamp = Timestamp(BEGIN.0 + 3_600_000);

fn name(place: usize) -> String {
    format!("Bé Số {}", ["Một", "Hai", "Ba", "Bốn", "Năm", "Sáu"][place])
}

impl World {
    /// A new school: three classes with a group each, six children in the first two, four guardians
    /// of whom three have a child, and a teacher. Everybody is known to all the bots.
    pub async fn open(db: &Db, bots: usize) -> (Self, Vec<Hand>) {
        let id = fresh_id(BEGIN);
        let school = School {
            id: SchoolId(id),
            code: format!("thu-{id}"),
            name: "Trường Mầm non Thử".to_owned(),
            year: "2026-2027".to_owned(),
        };
        let kinds = [
            ("qr", TaskKind::Scan),
            ("vneid", TaskKind::Skill),
            ("thu-2026-11", TaskKind::Payment),
            ("nhom", TaskKind::Group),
        ];
        let task = |(place, (key, kind)): (usize, (&str, TaskKind))| Task {
            id: TaskId(fresh_id(BEGIN)),
            school: school.id,
            key: key.to_owned(),
            title: key.to_owned(),
            kind,
            position: i64::try_from(place).unwrap() + 1,
            target_percent: None,
            opened_at: BEGIN,
            withdrawn_at: None,
        };
        let world = Self {
            classes: ["5A1", "5A2", "4B"].map(str::to_owned).to_vec(),
            children: (0..CHILDREN)
                .map(|place| (ChildId(fresh_id(BEGIN)), format!("HS{place}")))
                .collect(),
            people: (0..=GUARDIANS).map(|_| PersonId(fresh_id(BEGIN))).collect(),
            tasks: kinds.into_iter().enumerate().map(task).collect(),
            clock: AtomicI64::new(BEGIN.0),
            school,
        };
        let classes = world.enrol(db).await;
        let mut hands = Vec::new();
        for place in 0..bots {
            let bot = world.meet(db, place, &classes).await;
            let hand = Hand::new(db.clone(), bot);
            hand.app
                .hang_boards(&hand.bot, world.school.id, BEGIN)
                .await
                .unwrap();
            hands.push(hand);
        }
        (world, hands)
    }

    async fn enrol(&self, db: &Db) -> Vec<ClassId> {
        let (school, year) = (self.school.id, self.school.year.as_str());
        let mut tx = db.begin().await.unwrap();
        assert!(
            store::add_school(&mut tx, &self.school, BEGIN)
                .await
                .unwrap()
        );
        let classes: Vec<_> = self
            .classes
            .iter()
            .map(|code| NewClass::plain(ClassId(fresh_id(BEGIN)), code.as_str()))
            .collect();
        store::add_classes(&mut tx, school, year, &classes)
            .await
            .unwrap();
        let entry = |(place, (id, code)): (usize, &(ChildId, String))| ChildEntry {
            id: *id,
            code: code.clone(),
            name: name(place),
            class: classes[place % 2].id,
        };
        let entries: Vec<_> = self.children.iter().enumerate().map(entry).collect();
        store::put_children(&mut tx, school, year, &entries, BEGIN)
            .await
            .unwrap();
        let people: Vec<_> = self
            .people
            .iter()
            .enumerate()
            .map(|(place, id)| (*id, format!("Người {place}")))
            .collect();
        store::add_persons(&mut tx, school, &people, BEGIN)
            .await
            .unwrap();
        staff::add_roles(&mut tx, school, &[(self.people[TEACHER], Role::Teacher)])
            .await
            .unwrap();
        let homerooms: Vec<_> = classes
            .iter()
            .map(|class| (class.id, self.people[TEACHER]))
            .collect();
        staff::add_homerooms(&mut tx, school, &homerooms)
            .await
            .unwrap();
        let pairs = [(0, 0), (1, 0), (1, 1), (2, 2)]
            .map(|(guardian, child)| (self.children[child].0, self.people[guardian]));
        store::add_guardians(&mut tx, school, &pairs, BEGIN)
            .await
            .unwrap();
        for task in &self.tasks {
            assert!(ledger::add_task(&mut tx, task, year).await.unwrap());
        }
        tx.commit().await.unwrap();
        classes.into_iter().map(|class| class.id).collect()
    }

    async fn meet(&self, db: &Db, place: usize, classes: &[ClassId]) -> Bot {
        let mut tx = db.begin().await.unwrap();
        let bot = bots::add(
            &mut tx,
            Channel::SandboxTelegram,
            &format!("Bot{place}"),
            BEGIN,
        )
        .await
        .unwrap();
        let senders: Vec<Sender> = (0..self.people.len()).map(|who| self.sender(who)).collect();
        let known = accounts(&mut tx, bot.id, &senders.iter().collect::<Vec<_>>(), BEGIN)
            .await
            .unwrap();
        let members: Vec<_> = senders
            .iter()
            .zip(&self.people)
            .map(|(sender, person)| (known[&sender.external_id].id, self.school.id, *person))
            .collect();
        join(&mut tx, &members).await.unwrap();
        for class in classes {
            let seen = ChatSeen {
                external_id: format!("nhom-{class}"),
                kind: ChatKind::Group,
            };
            let known = chats(&mut tx, bot.id, &[&seen], BEGIN).await.unwrap();
            bind_class(&mut tx, known[&seen.external_id].id, self.school.id, *class)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        bot
    }

    fn sender(&self, who: usize) -> Sender {
        Sender {
            external_id: format!("{}-{who}", self.school.id),
            name: format!("Người {who}"),
        }
    }

    /// Every turn happens a second after the one before.
    fn now(&self) -> Timestamp {
        Timestamp(self.clock.fetch_add(1_000, Ordering::Relaxed))
    }

    pub async fn play(&self, hand: &Hand, step: &Step) {
        let now = self.now();
        match step {
            Step::Taps(taps) => self.taps(hand, taps, now).await,
            Step::Testimony {
                guardian,
                verb,
                bank,
                task,
                child,
            } => {
                self.testify(hand, *guardian, *verb, *bank, *task, *child, now)
                    .await;
            }
            Step::Move { child, class } => self.import(hand, *child, *class, now).await,
            Step::Leave { child } => self.leave(hand, *child, now).await,
            Step::Link { guardian, child } => self.link(hand, *guardian, *child, true, now).await,
            Step::Unlink { guardian, child } => {
                self.link(hand, *guardian, *child, false, now).await
            }
            Step::Seen {
                guardian,
                class,
                here,
            } => {
                let mut update = self.private(*guardian, What::Member { here: *here }, now);
                update.chat = ChatSeen {
                    external_id: format!("nhom-{}", self.class_ids(hand).await[*class]),
                    kind: ChatKind::Group,
                };
                self.bring(hand, &[update], now).await;
            }
            Step::Slip {
                guardian,
                child,
                scanned,
            } => self.slip(hand, *guardian, *child, *scanned, now).await,
            Step::Erase { guardian } => {
                let tap = self.tap(*guardian, &Tap::Erase, now);
                self.bring(hand, &[tap], now).await;
            }
        }
    }

    async fn class_ids(&self, hand: &Hand) -> Vec<ClassId> {
        let mut tx = hand.db.read().await.unwrap();
        let known = store::classes(&mut tx, &[self.school.id]).await.unwrap();
        let id = |code: &String| known.iter().find(|class| class.code == *code).unwrap().id;
        self.classes.iter().map(id).collect()
    }

    /// Scans a slip, or opens its link, and says yes to whatever is asked.
    async fn slip(
        &self,
        hand: &Hand,
        guardian: usize,
        child: usize,
        scanned: bool,
        now: Timestamp,
    ) {
        let (key, child) = (Key::new(b"key"), For::Child(self.children[child].0));
        let mut tx = hand.db.begin().await.unwrap();
        tx.lock_schools(&[self.school.id]).await.unwrap();
        let codes = issue(
            &mut tx,
            &key,
            self.school.id,
            &[child],
            Printing::Again,
            now,
        )
        .await;
        tx.commit().await.unwrap();
        let codes = codes.unwrap().remove(0);
        let code = if scanned { codes.scan } else { codes.link };
        let start = What::Text {
            text: format!("/start {code}"),
            message: "1".to_owned(),
            addressed: true,
            reply_to: None,
        };
        let yes = Tap::Consent {
            purpose: Purpose::Record,
            answer: Answer::Yes,
        };
        let updates = [
            self.private(guardian, start, now),
            self.tap(guardian, &yes, now),
        ];
        self.bring(hand, &updates, now).await;
    }

    async fn taps(&self, hand: &Hand, taps: &[TapStep], now: Timestamp) {
        let updates: Vec<Update> = taps.iter().map(|tap| self.update(tap, now)).collect();
        self.bring(hand, &updates, now).await;
    }

    /// Has them applied, each exactly once.
    async fn bring(&self, hand: &Hand, updates: &[Update], now: Timestamp) {
        let number = updates.len();
        for _ in 0..5 {
            match hand.app.handle(&hand.bot, updates.to_vec(), now).await {
                Ok(handled) => {
                    // That somebody forgotten came or went is nothing to anybody.
                    let told = |update: &Update| !matches!(update.what, What::Member { .. });
                    let least = updates.iter().filter(|update| told(update)).count();
                    assert!((least..=number).contains(&handled.applied) && handled.aside == 0);
                    return;
                }
                // Two who waited for each other: the letter box brings the same updates again.
                Err(error) if format!("{error:#}").contains("deadlock detected") => {
                    eprintln!("deadlock while answering");
                }
                Err(error) => panic!("a batch was not applied: {error:#}"),
            }
        }
        panic!("a batch was never applied");
    }

    fn update(&self, tap: &TapStep, now: Timestamp) -> Update {
        let (task, child) = (
            self.tasks[tap.task].id,
            tap.child.map(|child| self.children[child].0),
        );
        let data = match (tap.who, child) {
            (TEACHER, Some(child)) => Tap::Proxy {
                verb: tap.verb,
                task,
                child,
            },
            _ => Tap::Say {
                verb: tap.verb,
                task,
                child,
            },
        };
        self.tap(tap.who, &data, now)
    }

    fn tap(&self, who: usize, tap: &Tap, now: Timestamp) -> Update {
        let what = What::Tap {
            data: tap.write(),
            callback: format!("{} {}", fresh_id(now), self.sender(who).external_id),
        };
        self.private(who, what, now)
    }

    fn private(&self, who: usize, what: What, now: Timestamp) -> Update {
        let sender = self.sender(who);
        Update {
            chat: ChatSeen {
                external_id: format!("rieng-{}", sender.external_id),
                kind: ChatKind::Private,
            },
            what,
            external_id: fresh_id(now).to_string(),
            sender,
            at: now,
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one testimony")]
    async fn testify(
        &self,
        hand: &Hand,
        guardian: usize,
        verb: Verb,
        bank: bool,
        task: usize,
        child: usize,
        now: Timestamp,
    ) {
        let (task, child, person) = (
            &self.tasks[task],
            self.children[child].0,
            self.people[guardian],
        );
        let household = !bank && task.kind.is_household();
        let act = Act {
            school: self.school.id,
            task: task.id,
            person: (!bank).then_some(person),
            child: (!household).then_some(child),
            verb,
            evidence: if bank {
                Evidence::Bank
            } else {
                Evidence::Shown
            },
            at: now,
        };
        let mut tx = hand.db.begin().await.unwrap();
        tx.lock_schools(&[self.school.id]).await.unwrap();
        let own = store::guardians(&mut tx, self.school.id)
            .await
            .unwrap()
            .remove(&person)
            .unwrap_or_default();
        let reached = if household { own } else { vec![child] };
        ledger::add_acts(&mut tx, &[act], now).await.unwrap();
        links::refold(&mut tx, &reached).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn import(&self, hand: &Hand, child: usize, class: usize, now: Timestamp) {
        let row = ChildRow {
            sheet: String::new(),
            row: 2,
            class: self.classes[class].clone(),
            class_title: self.classes[class].clone(),
            code: self.children[child].1.clone(),
            name: name(child),
        };
        let mut tx = hand.db.begin().await.unwrap();
        apply::roster(&mut tx, &self.school, &[row], &Key::new(b"key"), false, now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    async fn leave(&self, hand: &Hand, child: usize, now: Timestamp) {
        const CLASS: &str =
            "SELECT class_id FROM enrolment WHERE child_id = $1 AND left_at IS NULL";
        const LEAVE: &str = "UPDATE enrolment SET left_at = $2 WHERE child_id = $1";
        let child = self.children[child].0;
        let mut tx = hand.db.begin().await.unwrap();
        tx.lock_schools(&[self.school.id]).await.unwrap();
        if let Some(row) = tx.row(CLASS, vals![child]).await.unwrap() {
            let from: Option<ClassId> = row.get("class_id").unwrap();
            tx.execute(LEAVE, vals![child, now]).await.unwrap();
            links::moved(
                &mut tx,
                self.school.id,
                &[Move {
                    child,
                    from,
                    to: None,
                }],
                now,
            )
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
    }

    async fn link(&self, hand: &Hand, guardian: usize, child: usize, add: bool, now: Timestamp) {
        let pair = [(self.children[child].0, self.people[guardian])];
        let mut tx = hand.db.begin().await.unwrap();
        tx.lock_schools(&[self.school.id]).await.unwrap();
        // Whoever asked to be forgotten is nobody's guardian.
        if add
            && store::is_known(&mut tx, self.school.id, pair[0].1)
                .await
                .unwrap()
        {
            store::add_guardians(&mut tx, self.school.id, &pair, now)
                .await
                .unwrap();
        } else if !add {
            store::remove_guardians(&mut tx, self.school.id, &pair)
                .await
                .unwrap();
        }
        links::refold(&mut tx, &[pair[0].0]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// What must hold: nothing differs from a recount, the figures add up, and they equal what the
    /// families' own rows say when counted by the database.
    pub async fn check(&self, db: &Db) -> Result<(), String> {
        let difference = recount(db, &self.school).await.unwrap();
        if !difference.is_none() {
            return Err(format!("{difference:?}"));
        }
        let counted = self.count_rows(db).await;
        let mut tx = db.read().await.unwrap();
        let found = figures(&mut tx, self.school.clone(), |_| true, self.now())
            .await
            .unwrap();
        assert_eq!(found.tasks.len(), TASKS);
        for task in &found.tasks {
            let mut whole = 0;
            for (class, counts) in found.classes.iter().zip(&task.by_class) {
                let known: i64 = counts.known().map(|(_, families)| families).sum();
                let unknown = counts.unknown(class.families);
                if unknown < 0
                    || counts.known().any(|(_, families)| families < 0)
                    || known + unknown != class.families
                {
                    return Err(format!(
                        "{} in {} does not add up: {counts:?} of {}",
                        task.task.key, class.code, class.families
                    ));
                }
                for (state, families) in counts.known() {
                    let rows = counted
                        .get(&(class.id, task.task.id, state))
                        .copied()
                        .unwrap_or(0);
                    if rows != families {
                        return Err(format!(
                            "{} in {}: {families} {state:?}, but {rows} rows",
                            task.task.key, class.code
                        ));
                    }
                }
                let by_evidence: i64 = Evidence::ALL
                    .iter()
                    .map(|evidence| counts.of(State::Done(*evidence)))
                    .sum();
                assert_eq!(by_evidence, counts.done());
                whole += counts.done();
            }
            assert_eq!(whole, task.total.done());
        }
        let in_figures: i64 = found
            .tasks
            .iter()
            .flat_map(|task| task.total.known())
            .map(|(_, families)| families)
            .sum();
        let in_rows: i64 = counted.values().sum();
        if in_figures == in_rows {
            Ok(())
        } else {
            Err(format!(
                "{in_figures} families in the figures, {in_rows} in rows"
            ))
        }
    }

    async fn count_rows(&self, db: &Db) -> BTreeMap<(ClassId, TaskId, State), i64> {
        const SELECT: &str = "SELECT e.class_id, f.task_id, f.state, f.evidence, COUNT(*) AS families FROM family f \
             JOIN enrolment e ON e.school_id = f.school_id AND e.child_id = f.child_id AND e.left_at IS NULL \
             WHERE f.school_id = $1 AND f.state <> 'unknown' GROUP BY e.class_id, f.task_id, f.state, f.evidence";
        let mut tx = db.read().await.unwrap();
        let rows = tx.rows(SELECT, vals![self.school.id]).await.unwrap();
        rows.iter()
            .map(|row| {
                let (word, evidence): (String, Option<String>) =
                    (row.get("state").unwrap(), row.get("evidence").unwrap());
                let state = State::from_columns(&word, evidence.as_deref()).unwrap();
                (
                    (
                        row.get("class_id").unwrap(),
                        row.get("task_id").unwrap(),
                        state,
                    ),
                    row.get("families").unwrap(),
                )
            })
            .collect()
    }
}
