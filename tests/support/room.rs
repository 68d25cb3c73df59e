//! A class group to talk in: people speak, a tap is tapped, and what the bot says is read from its outbox.
//!
//! After every turn the room checks what must always hold: no name in a group, and at the end the
//! tallies equal a recount from the acts.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use lopso::app::{App, Handled, recount};
use lopso::bots;
use lopso::db::{Engine, fresh_id};
use lopso::domain::message::{ChatKind, ChatSeen, Choice, Payload, Sender, Update, What};
use lopso::domain::*;
use lopso::feature::guide::library::Library;
use lopso::feature::report::{Figures, figures};
use lopso::ledger::{links, store as ledger};
use lopso::outbox::{self, Letter, Outcome};
use lopso::roster::accounts::{accounts, bind_class, bind_staff_room, chats, join};
use lopso::roster::store::{self, ChildEntry};
use lopso::roster::{School, names};

use super::{TestDb, database};

/// In which manner and on which engine a conversation is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    pub engine: Engine,
    pub channel: Channel,
}

pub const TELEGRAM_SQLITE: Stage = Stage { engine: Engine::Sqlite, channel: Channel::SandboxTelegram };
pub const TELEGRAM_POSTGRES: Stage = Stage { engine: Engine::Postgres, channel: Channel::SandboxTelegram };
pub const ZALO_SQLITE: Stage = Stage { engine: Engine::Sqlite, channel: Channel::SandboxZalo };
pub const ZALO_POSTGRES: Stage = Stage { engine: Engine::Postgres, channel: Channel::SandboxZalo };

/// Plays each conversation in both manners and on both engines.
#[macro_export]
macro_rules! everywhere {
    ($(async fn $name:ident($room:ident: Room) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            async fn play(stage: $crate::support::room::Stage) {
                let Some(mut $room) = $crate::support::room::Room::open(stage).await else { return };
                { $body }
                $room.must_hold().await;
            }
            #[tokio::test]
            async fn telegram_sqlite() { play($crate::support::room::TELEGRAM_SQLITE).await; }
            #[tokio::test]
            async fn telegram_postgres() { play($crate::support::room::TELEGRAM_POSTGRES).await; }
            #[tokio::test]
            async fn zalo_sqlite() { play($crate::support::room::ZALO_SQLITE).await; }
            #[tokio::test]
            async fn zalo_postgres() { play($crate::support::room::ZALO_POSTGRES).await; }
        }
    )*};
}

/// Conversations that need a button, an edit or a reaction: Telegram's manner, both engines.
#[macro_export]
macro_rules! with_buttons {
    ($(async fn $name:ident($room:ident: Room) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            async fn play(stage: $crate::support::room::Stage) {
                let Some(mut $room) = $crate::support::room::Room::open(stage).await else { return };
                { $body }
                $room.must_hold().await;
            }
            #[tokio::test]
            async fn telegram_sqlite() { play($crate::support::room::TELEGRAM_SQLITE).await; }
            #[tokio::test]
            async fn telegram_postgres() { play($crate::support::room::TELEGRAM_POSTGRES).await; }
        }
    )*};
}

/// A message of the bot's that can be answered.
#[derive(Debug, Clone)]
struct Said {
    id: String,
    chat: String,
    text: String,
    choices: Vec<Choice>,
    /// Which outbox row it was, so that an edit finds it.
    row: OutboxId,
}

pub struct Room {
    pub stage: Stage,
    pub test: TestDb,
    pub app: App,
    pub bot: Bot,
    pub school: School,
    pub now: Timestamp,
    classes: HashMap<String, ClassId>,
    children: HashMap<String, ChildId>,
    people: HashMap<String, PersonId>,
    tasks: HashMap<String, TaskId>,
    names: Vec<String>,
    said: Vec<Said>,
    lines: Vec<String>,
    /// Lines of the last turn only.
    turn: Vec<String>,
    counter: u32,
}

/// "bot → nhóm 5A1" begins with this.
const GROUP: &str = "nhom-";

impl Room {
    /// Class 5A1 with three tasks (qr, thu-2026-11, vneid), Cô Hoa in charge, Cô Lan the principal, a staff
    /// room, and no family yet. None when the engine is not there.
    pub async fn open(stage: Stage) -> Option<Self> {
        let test = database(stage.engine).await?;
        let now = moment("thứ Hai 08:00");
        let mut tx = test.db.begin().await.unwrap();
        let bot = bots::add(&mut tx, stage.channel, "LopSoBot", now).await.unwrap();
        let school = School {
            id: SchoolId(fresh_id(now)),
            code: "thu".to_owned(),
            name: "Trường Mầm non Thử".to_owned(),
            year: "2026-2027".to_owned(),
        };
        assert!(store::add_school(&mut tx, &school, now).await.unwrap());
        tx.commit().await.unwrap();
        let library = Arc::new(Library::embedded().unwrap());
        let app = App::new(test.db.clone(), library);
        let mut room = Self {
            stage,
            test,
            app,
            bot,
            school,
            now,
            classes: HashMap::new(),
            children: HashMap::new(),
            people: HashMap::new(),
            tasks: HashMap::new(),
            names: Vec::new(),
            said: Vec::new(),
            lines: Vec::new(),
            turn: Vec::new(),
            counter: 0,
        };
        room.class("5A1").await;
        room.staff("Cô Hoa", Role::Teacher, &["5A1"]).await;
        room.staff("Cô Lan", Role::Principal, &[]).await;
        room.staff_room().await;
        room.task("qr", "Quét QR của lớp", TaskKind::Scan).await;
        room.task("thu-2026-11", "Chuyển khoản thu tháng 11", TaskKind::Payment).await;
        room.task("vneid", "Kích hoạt VNeID mức 2", TaskKind::Skill).await;
        Some(room)
    }

    pub async fn class(&mut self, code: &str) {
        let id = ClassId(fresh_id(self.now));
        let mut tx = self.test.db.begin().await.unwrap();
        store::add_classes(&mut tx, self.school.id, &self.school.year, &[(id, code.to_owned())]).await.unwrap();
        let seen = ChatSeen { external_id: format!("{GROUP}{code}"), kind: ChatKind::Group };
        let known = chats(&mut tx, self.bot.id, &[&seen], self.now).await.unwrap();
        bind_class(&mut tx, known[&seen.external_id].id, self.school.id, id).await.unwrap();
        tx.commit().await.unwrap();
        self.classes.insert(code.to_owned(), id);
    }

    async fn staff_room(&mut self) {
        let mut tx = self.test.db.begin().await.unwrap();
        let seen = ChatSeen { external_id: format!("{GROUP}hội đồng"), kind: ChatKind::Group };
        let known = chats(&mut tx, self.bot.id, &[&seen], self.now).await.unwrap();
        bind_staff_room(&mut tx, known[&seen.external_id].id, self.school.id).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn task(&mut self, key: &str, title: &str, kind: TaskKind) {
        let position = i64::try_from(self.tasks.len()).unwrap() + 1;
        let task = Task {
            id: TaskId(fresh_id(self.now)),
            school: self.school.id,
            key: key.to_owned(),
            title: title.to_owned(),
            kind,
            position,
            target_percent: Some(100),
            opened_at: self.now,
            withdrawn_at: None,
        };
        let mut tx = self.test.db.begin().await.unwrap();
        assert!(ledger::add_task(&mut tx, &task, &self.school.year).await.unwrap());
        tx.commit().await.unwrap();
        self.tasks.insert(key.to_owned(), task.id);
    }

    pub async fn staff(&mut self, name: &str, role: Role, classes: &[&str]) {
        let person = self.person(name).await;
        let mut tx = self.test.db.begin().await.unwrap();
        store::add_roles(&mut tx, self.school.id, &[(person, role)]).await.unwrap();
        let homerooms: Vec<_> = classes.iter().map(|code| (self.classes[*code], person)).collect();
        store::add_homerooms(&mut tx, self.school.id, &homerooms).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A person with an account on the room's bot.
    async fn person(&mut self, name: &str) -> PersonId {
        if let Some(id) = self.people.get(name) {
            return *id;
        }
        let id = PersonId(fresh_id(self.now));
        let mut tx = self.test.db.begin().await.unwrap();
        store::add_persons(&mut tx, self.school.id, &[(id, name.to_owned())], self.now).await.unwrap();
        let sender = Sender { external_id: name.to_owned(), name: name.to_owned() };
        let known = accounts(&mut tx, self.bot.id, &[&sender], self.now).await.unwrap();
        join(&mut tx, &[(known[name].id, self.school.id, id)]).await.unwrap();
        tx.commit().await.unwrap();
        self.people.insert(name.to_owned(), id);
        self.names.push(name.to_owned());
        id
    }

    /// Enrols a child, and links these guardians to it.
    pub async fn family(&mut self, class: &str, child: &str, guardians: &[&str]) {
        let id = ChildId(fresh_id(self.now));
        let entry =
            ChildEntry { id, code: format!("HS{id}"), name: child.to_owned(), class: self.classes[class] };
        let mut tx = self.test.db.begin().await.unwrap();
        store::put_children(&mut tx, self.school.id, &self.school.year, &[entry], self.now).await.unwrap();
        tx.commit().await.unwrap();
        self.children.insert(child.to_owned(), id);
        self.names.push(child.to_owned());
        for guardian in guardians {
            self.link(guardian, child).await;
        }
    }

    pub async fn link(&mut self, guardian: &str, child: &str) {
        let (person, child) = (self.person(guardian).await, self.children[child]);
        let mut tx = self.test.db.begin().await.unwrap();
        store::add_guardians(&mut tx, self.school.id, &[(child, person)], self.now).await.unwrap();
        links::refold(&mut tx, &[child]).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn unlink(&mut self, guardian: &str, child: &str) {
        let (person, child) = (self.people[guardian], self.children[child]);
        let mut tx = self.test.db.begin().await.unwrap();
        store::remove_guardians(&mut tx, self.school.id, &[(child, person)]).await.unwrap();
        links::refold(&mut tx, &[child]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Hangs the board in every class group.
    pub async fn hang_boards(&mut self) {
        self.app.hang_boards(&self.bot, self.school.id, self.now).await.unwrap();
        self.deliver().await;
    }

    /// Sets the clock: "thứ Năm 09:00" in the week of the test.
    pub fn at(&mut self, when: &str) -> &mut Self {
        self.now = moment(when);
        self
    }

    /// Writes in a class group without addressing anybody.
    pub async fn in_group(&mut self, class: &str, who: &str, text: &str) -> &mut Self {
        self.write(&format!("{GROUP}{class}"), ChatKind::Group, who, text, false, None).await
    }

    /// Writes in a group and mentions the bot.
    pub async fn mentioning(&mut self, class: &str, who: &str, text: &str) -> &mut Self {
        self.write(&format!("{GROUP}{class}"), ChatKind::Group, who, text, true, None).await
    }

    /// Answers the newest message of the bot in a class group.
    pub async fn replying(&mut self, class: &str, who: &str, text: &str) -> &mut Self {
        let chat = format!("{GROUP}{class}");
        let answered = self.said.iter().rfind(|said| said.chat == chat).expect("nothing to reply to").id.clone();
        self.write(&chat, ChatKind::Group, who, text, true, Some(answered)).await
    }

    pub async fn privately(&mut self, who: &str, text: &str) -> &mut Self {
        self.write(&private_chat(who), ChatKind::Private, who, text, false, None).await
    }

    /// Chooses something the bot offered in a class group: a button, or its number in a reply.
    pub async fn chooses(&mut self, class: &str, who: &str, label: &str) -> &mut Self {
        self.choose(&format!("{GROUP}{class}"), ChatKind::Group, who, label).await
    }

    /// Chooses something the bot offered privately.
    pub async fn chooses_privately(&mut self, who: &str, label: &str) -> &mut Self {
        self.choose(&private_chat(who), ChatKind::Private, who, label).await
    }

    async fn choose(&mut self, chat: &str, kind: ChatKind, who: &str, label: &str) -> &mut Self {
        let offers = |said: &&Said| said.chat == chat && said.choices.iter().any(|choice| choice.label.contains(label));
        let Some(said) = self.said.iter().rfind(offers).cloned() else {
            panic!("no {label:?} was offered in {chat}:\n{}", self.transcript());
        };
        let place = said.choices.iter().position(|choice| choice.label.contains(label)).unwrap();
        if self.bot.channel.capabilities().buttons {
            let data = said.choices[place].data.clone();
            self.lines.push(format!("{who} bấm [{}]", said.choices[place].label));
            return self.tap(chat, kind, who, &data).await;
        }
        let number = (place + 1).to_string();
        self.write(chat, kind, who, &number, true, Some(said.id)).await
    }

    /// Sends raw callback data, as somebody with a made-up client could.
    pub async fn forges(&mut self, class: &str, who: &str, data: &str) -> &mut Self {
        self.lines.push(format!("{who} gửi dữ liệu nút {data:?}"));
        self.tap(&format!("{GROUP}{class}"), ChatKind::Group, who, data).await
    }

    async fn tap(&mut self, chat: &str, kind: ChatKind, who: &str, data: &str) -> &mut Self {
        self.counter += 1;
        let callback = format!("c{} {who}", self.counter);
        let update = self.update(chat, kind, who, What::Tap { data: data.to_owned(), callback });
        self.happens(vec![update]).await;
        self
    }

    async fn write(
        &mut self,
        chat: &str,
        kind: ChatKind,
        who: &str,
        text: &str,
        addressed: bool,
        reply_to: Option<String>,
    ) -> &mut Self {
        // A bot in Zalo's manner never hears what is not for it.
        self.lines.push(format!("{who}: {}", text.chars().take(80).collect::<String>()));
        if kind == ChatKind::Group && !addressed && self.bot.channel.hears_only_mentions() {
            self.turn.clear();
            return self;
        }
        self.counter += 1;
        let message = format!("p{}", self.counter);
        let what = What::Text { text: text.to_owned(), message, addressed, reply_to };
        let update = self.update(chat, kind, who, what);
        self.happens(vec![update]).await;
        self
    }

    /// A photo or file.
    pub async fn shows_photo(&mut self, who: &str, caption: Option<&str>) -> &mut Self {
        self.counter += 1;
        let what = What::Attachment {
            caption: caption.map(str::to_owned),
            message: format!("p{}", self.counter),
            addressed: false,
        };
        self.lines.push(format!("{who} gửi ảnh"));
        let update = self.update(&private_chat(who), ChatKind::Private, who, what);
        self.happens(vec![update]).await;
        self
    }

    pub fn update(&mut self, chat: &str, kind: ChatKind, who: &str, what: What) -> Update {
        self.counter += 1;
        Update {
            external_id: format!("u{}", self.counter),
            chat: ChatSeen { external_id: chat.to_owned(), kind },
            sender: Sender { external_id: who.to_owned(), name: who.to_owned() },
            at: self.now,
            what,
        }
    }

    /// A tap on a task's "done" in a class group, as an update that can be delivered by hand.
    pub fn done_tap(&mut self, class: &str, who: &str, task: &str) -> Update {
        let data = self.data(Verb::Done, task);
        self.counter += 1;
        let callback = format!("c{} {who}", self.counter);
        self.update(&format!("{GROUP}{class}"), ChatKind::Group, who, What::Tap { data, callback })
    }

    pub fn data(&self, verb: Verb, task: &str) -> String {
        Tap::Say { verb, task: self.tasks[task], child: None }.write()
    }

    pub async fn happens(&mut self, updates: Vec<Update>) -> Handled {
        let handled = self.app.handle(&self.bot, updates, self.now).await.unwrap();
        self.deliver().await;
        handled
    }

    /// Reads the outbox as the sender would, and writes back ids as the platform would.
    pub async fn deliver(&mut self) {
        self.turn.clear();
        let mut tx = self.test.db.begin().await.unwrap();
        let letters = outbox::lease(&mut tx, self.bot.id, 1_000, self.now).await.unwrap();
        let mut outcomes = Vec::new();
        for letter in &letters {
            let line = self.hear(letter);
            self.turn.push(line.clone());
            self.lines.push(line);
            let external_id = matches!(letter.payload, Payload::Message { .. }).then(|| letter.id.to_string());
            outcomes.push((letter.id, Outcome::Sent { external_id }));
        }
        outbox::settle(&mut tx, &outcomes).await.unwrap();
        tx.commit().await.unwrap();
    }

    fn hear(&mut self, letter: &Letter) -> String {
        let place = |chat: &str| match chat.strip_prefix(GROUP) {
            Some(class) => format!("nhóm {class}"),
            None => chat.strip_prefix("riêng-").unwrap_or(chat).to_owned(),
        };
        let to = place(&letter.to);
        match &letter.payload {
            Payload::Message { text, choices, reply_to: _ } => {
                self.no_name_in_a_group(&letter.to, text, choices);
                self.said.push(Said {
                    id: letter.id.to_string(),
                    chat: letter.to.clone(),
                    text: text.clone(),
                    choices: choices.clone(),
                    row: letter.id,
                });
                let mut line = format!("  bot → {to}: {text}");
                if self.bot.channel.capabilities().buttons {
                    for choice in choices {
                        write!(line, " [{}]", choice.label).unwrap();
                    }
                }
                line
            }
            Payload::Edit { text, choices } => {
                self.no_name_in_a_group(&letter.to, text, choices);
                let edited = letter.edits.clone().expect("an edit of a message that was never sent");
                let said = self.said.iter_mut().find(|said| said.id == edited).expect("an edit of nothing");
                said.text.clone_from(text);
                said.choices.clone_from(choices);
                format!("  bot sửa bảng ở {to}: {}", counts_of(text))
            }
            Payload::Toast { callback, text, alert: _ } => {
                assert!(text.encode_utf16().count() <= 200, "a toast of more than 200: {text}");
                let who = callback.split_once(' ').map_or("", |(_, who)| who);
                format!("  bot nhắc {who}: {text}")
            }
            Payload::Reaction { emoji, .. } => format!("  bot {emoji} ở {to}"),
        }
    }

    /// No shame (design §2.1): a group never reads a name of a child or a guardian.
    fn no_name_in_a_group(&self, chat: &str, text: &str, choices: &[Choice]) {
        if !chat.starts_with(GROUP) {
            return;
        }
        for name in &self.names {
            let given = names::given(name);
            for shown in std::iter::once(text).chain(choices.iter().map(|choice| choice.label.as_str())) {
                let words: Vec<&str> = shown.split(|c: char| !c.is_alphanumeric()).collect();
                assert!(!shown.contains(name.as_str()), "{name} stands in a group: {shown}");
                let is_child = self.children.contains_key(name);
                assert!(!(is_child && words.contains(&given)), "{given} stands in a group: {shown}");
            }
        }
    }

    pub fn transcript(&self) -> String {
        self.lines.join("\n")
    }

    /// What the bot did in the last turn, one line each.
    pub fn bot_said(&self) -> String {
        self.turn.join("\n")
    }

    /// The bot's last turn says this somewhere.
    #[track_caller]
    pub fn hears(&self, words: &str) -> &Self {
        let said = self.bot_said();
        assert!(said.contains(words), "{words:?} was not said. The conversation:\n{}", self.transcript());
        self
    }

    #[track_caller]
    pub fn does_not_hear(&self, words: &str) -> &Self {
        assert!(!self.bot_said().contains(words), "{words:?} was said. The conversation:\n{}", self.transcript());
        self
    }

    /// The bot kept silent in the last turn.
    #[track_caller]
    pub fn silence(&self) -> &Self {
        assert!(self.turn.is_empty(), "the bot spoke. The conversation:\n{}", self.transcript());
        self
    }

    pub async fn figures(&self) -> Figures {
        let mut tx = self.test.db.read().await.unwrap();
        figures(&mut tx, self.school.clone(), |_| true, self.now).await.unwrap()
    }

    /// (done, families that count) of a task over the whole school.
    pub async fn count(&self, task: &str) -> (i64, i64) {
        let found = self.figures().await;
        let families = found.families();
        let task = found.tasks.iter().find(|known| known.task.key == task).expect("no such open task");
        (task.total.done(), families - task.total.exempt())
    }

    /// How many families are in this state.
    pub async fn in_state(&self, task: &str, state: State) -> i64 {
        let found = self.figures().await;
        let families = found.families();
        let task = found.tasks.iter().find(|known| known.task.key == task).expect("no such open task");
        if state == State::Unknown { task.total.unknown(families) } else { task.total.of(state) }
    }

    pub async fn one(&self, sql: &'static str) -> i64 {
        let mut tx = self.test.db.read().await.unwrap();
        tx.row(sql, Vec::new()).await.unwrap().unwrap().get("n").unwrap()
    }

    /// What must hold after every conversation.
    pub async fn must_hold(&self) {
        let difference = recount(&self.test.db, &self.school).await.unwrap();
        assert!(difference.is_none(), "{difference:?}\n{}", self.transcript());
        assert_eq!(
            self.one("SELECT COUNT(*) AS n FROM inbox WHERE body IS NOT NULL").await,
            0,
            "an update was set aside:\n{}",
            self.transcript()
        );
    }

    /// The newest board of a class, as it hangs now.
    pub fn board(&self, class: &str) -> String {
        let chat = format!("{GROUP}{class}");
        let is_board = |said: &&Said| said.chat == chat && said.text.starts_with('📋');
        counts_of(&self.said.iter().rfind(is_board).expect("no board hangs").text)
    }
}

fn private_chat(who: &str) -> String {
    format!("riêng-{who}")
}

/// "1/3 · 0/3 · 0/3": the counts of a board in its order.
fn counts_of(board: &str) -> String {
    let count = |line: &str| line.strip_suffix(" gia đình").and_then(|line| line.split(' ').next_back()).map(str::to_owned);
    board.lines().filter_map(count).collect::<Vec<_>>().join(" · ")
}

/// "thứ Năm 09:00" in the week of Monday, 16 November 2026.
fn moment(when: &str) -> Timestamp {
    const DAYS: [&str; 7] = ["thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"];
    let (day, time) = when.rsplit_once(' ').expect("a day and a time");
    let place = DAYS.iter().position(|known| *known == day).expect("a day of the week");
    let (hour, minute) = time.split_once(':').expect("hh:mm");
    let date = jiff::civil::date(2026, 11, 16 + i8::try_from(place).unwrap());
    let at = date.at(hour.parse().unwrap(), minute.parse().unwrap(), 0, 0);
    Timestamp::from_local(at).unwrap()
}
