//! A class group to talk in: people speak, a tap is tapped, and what the bot says is read from its outbox.
//!
//! After every turn the room checks what must always hold: no name in a group, and at the end the
//! tallies equal a recount from the acts.

mod hearing;
mod scene;
mod stage;
mod wire;

use std::collections::HashMap;
use std::sync::Arc;

use lopso::app::{App, Handled};
use lopso::bots;
use lopso::db::fresh_id;
use lopso::domain::message::{ChatKind, ChatSeen, Choice, Sender, Update, What};
use lopso::domain::*;
use lopso::feature::guide::library::Library;
use lopso::installation::Key;
use lopso::roster::School;
use lopso::roster::chats;
use lopso::roster::store;

use super::{TestDb, database};

pub use stage::*;

/// Another school on the same bot, for what must not be reached from here.
#[derive(Debug, Clone, Copy)]
pub struct Elsewhere {
    pub school: SchoolId,
    pub task: TaskId,
    pub class: ClassId,
    pub child: ChildId,
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
    /// With what word the bot last opened somebody's private chat.
    begun: HashMap<String, String>,
    /// The platform between, where the conversation goes over HTTP.
    wire: Option<wire::Wire>,
    /// So long after `now` what was said last goes out.
    seconds_ms: i64,
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
        let bot = bots::add(&mut tx, stage.channel, "LopSoBot", now)
            .await
            .unwrap();
        let school = School {
            id: SchoolId(fresh_id(now)),
            code: "thu".to_owned(),
            name: "Trường Mầm non Thử".to_owned(),
            year: "2026-2027".to_owned(),
        };
        assert!(store::add_school(&mut tx, &school, now).await.unwrap());
        tx.commit().await.unwrap();
        let library = Arc::new(Library::embedded().unwrap());
        let app = App::new(test.db.clone(), library, Key::new(b"key"));
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
            begun: HashMap::new(),
            wire: None,
            seconds_ms: 0,
        };
        room.wire = wire::Wire::open(stage.channel, &room.test.db).await;
        room.class("5A1").await;
        room.staff("Cô Hoa", Role::Teacher, &["5A1"]).await;
        room.staff("Cô Lan", Role::Principal, &[]).await;
        room.staff_room().await;
        room.task("qr", "Quét QR của lớp", TaskKind::Scan).await;
        room.task(
            "thu-2026-11",
            "Chuyển khoản thu tháng 11",
            TaskKind::Payment,
        )
        .await;
        room.task("vneid", "Kích hoạt VNeID mức 2", TaskKind::Skill)
            .await;
        Some(room)
    }

    /// Hangs the board in every class group.
    pub async fn hang_boards(&mut self) {
        self.app
            .hang_boards(&self.bot, self.school.id, self.now)
            .await
            .unwrap();
        self.deliver().await;
    }

    /// Sets the clock: "thứ Năm 09:00" in the week of the test.
    pub fn at(&mut self, when: &str) -> &mut Self {
        self.now = moment(when);
        self
    }

    /// Lets this much time go by.
    pub fn after_ms(&mut self, later_ms: i64) -> &mut Self {
        self.now = self.now.plus_ms(later_ms);
        self
    }

    /// Writes in a class group without addressing anybody.
    pub async fn in_group(&mut self, class: &str, who: &str, text: &str) -> &mut Self {
        self.write(
            &format!("{GROUP}{class}"),
            ChatKind::Group,
            who,
            text,
            false,
            None,
        )
        .await
    }

    /// Writes in a group and mentions the bot.
    pub async fn mentioning(&mut self, class: &str, who: &str, text: &str) -> &mut Self {
        self.write(
            &format!("{GROUP}{class}"),
            ChatKind::Group,
            who,
            text,
            true,
            None,
        )
        .await
    }

    /// Answers the newest message of the bot in a class group.
    pub async fn replying(&mut self, class: &str, who: &str, text: &str) -> &mut Self {
        let chat = format!("{GROUP}{class}");
        let answered = self
            .said
            .iter()
            .rfind(|said| said.chat == chat)
            .expect("nothing to reply to")
            .id
            .clone();
        self.write(&chat, ChatKind::Group, who, text, true, Some(answered))
            .await
    }

    /// Answers the newest question or board in a class group.
    pub async fn answering(&mut self, class: &str, who: &str, text: &str) -> &mut Self {
        let chat = format!("{GROUP}{class}");
        let asks = |said: &&Said| said.chat == chat && !said.choices.is_empty();
        let answered = self
            .said
            .iter()
            .rfind(asks)
            .expect("nothing was asked")
            .id
            .clone();
        self.write(&chat, ChatKind::Group, who, text, true, Some(answered))
            .await
    }

    pub async fn privately(&mut self, who: &str, text: &str) -> &mut Self {
        self.write(
            &private_chat(who),
            ChatKind::Private,
            who,
            text,
            false,
            None,
        )
        .await
    }

    /// Chooses something the bot offered in a class group: a button, or its number in a reply.
    pub async fn chooses(&mut self, class: &str, who: &str, label: &str) -> &mut Self {
        self.choose(&format!("{GROUP}{class}"), ChatKind::Group, who, label)
            .await
    }

    /// Chooses something the bot offered privately.
    pub async fn chooses_privately(&mut self, who: &str, label: &str) -> &mut Self {
        self.choose(&private_chat(who), ChatKind::Private, who, label)
            .await
    }

    async fn choose(&mut self, chat: &str, kind: ChatKind, who: &str, label: &str) -> &mut Self {
        let offers = |said: &&Said| {
            said.chat == chat
                && said
                    .choices
                    .iter()
                    .any(|choice| choice.label.contains(label))
        };
        let Some(said) = self.said.iter().rfind(offers).cloned() else {
            panic!("no {label:?} was offered in {chat}:\n{}", self.transcript());
        };
        let place = said
            .choices
            .iter()
            .position(|choice| choice.label.contains(label))
            .unwrap();
        if self.bot.channel.capabilities().buttons {
            let data = said.choices[place].data.clone();
            self.lines
                .push(format!("{who} bấm [{}]", said.choices[place].label));
            return self.tap(chat, kind, who, &data).await;
        }
        let number = (place + 1).to_string();
        self.write(chat, kind, who, &number, true, Some(said.id))
            .await
    }

    /// Sends raw callback data, as somebody with a made-up client could.
    pub async fn forges(&mut self, class: &str, who: &str, data: &str) -> &mut Self {
        self.lines.push(format!("{who} gửi dữ liệu nút {data:?}"));
        self.tap(&format!("{GROUP}{class}"), ChatKind::Group, who, data)
            .await
    }

    pub async fn forges_privately(&mut self, who: &str, data: &str) -> &mut Self {
        self.lines.push(format!("{who} gửi dữ liệu nút {data:?}"));
        self.tap(&private_chat(who), ChatKind::Private, who, data)
            .await
    }

    async fn tap(&mut self, chat: &str, kind: ChatKind, who: &str, data: &str) -> &mut Self {
        self.counter += 1;
        let callback = format!("c{} {who}", self.counter);
        let update = self.update(
            chat,
            kind,
            who,
            What::Tap {
                data: data.to_owned(),
                callback,
            },
        );
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
        self.lines.push(format!(
            "{who}: {}",
            text.chars().take(80).collect::<String>()
        ));
        if kind == ChatKind::Group && !addressed && self.bot.channel.hears_only_mentions() {
            self.turn.clear();
            return self;
        }
        self.counter += 1;
        let message = format!("p{}", self.counter);
        let what = What::Text {
            text: text.to_owned(),
            message,
            addressed,
            reply_to,
        };
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
            chat: ChatSeen {
                external_id: chat.to_owned(),
                kind,
            },
            sender: Sender {
                external_id: who.to_owned(),
                name: who.to_owned(),
            },
            at: self.now,
            what,
        }
    }

    /// A tap on a task's "done" in a class group, as an update that can be delivered by hand.
    pub fn done_tap(&mut self, class: &str, who: &str, task: &str) -> Update {
        let data = self.data(Verb::Done, task);
        self.tap_in(class, who, &data)
    }

    /// A tap in a class group, as an update that can be delivered by hand.
    pub fn tap_in(&mut self, class: &str, who: &str, data: &str) -> Update {
        self.counter += 1;
        let what = What::Tap {
            data: data.to_owned(),
            callback: format!("c{} {who}", self.counter),
        };
        self.update(&format!("{GROUP}{class}"), ChatKind::Group, who, what)
    }

    /// A tap in a private chat, as an update that can be delivered by hand.
    pub fn private_tap(&mut self, who: &str, data: &str) -> Update {
        self.counter += 1;
        let what = What::Tap {
            data: data.to_owned(),
            callback: format!("c{} {who}", self.counter),
        };
        self.update(&private_chat(who), ChatKind::Private, who, what)
    }

    /// A private message, as an update that can be delivered by hand.
    pub fn private_text(&mut self, who: &str, text: &str) -> Update {
        self.counter += 1;
        let message = format!("p{}", self.counter);
        let what = What::Text {
            text: text.to_owned(),
            message,
            addressed: false,
            reply_to: None,
        };
        self.update(&private_chat(who), ChatKind::Private, who, what)
    }

    pub fn data(&self, verb: Verb, task: &str) -> String {
        Tap::Say {
            verb,
            task: self.tasks[task],
            child: None,
        }
        .write()
    }

    pub fn task_id(&self, key: &str) -> TaskId {
        self.tasks[key]
    }

    pub fn class_id(&self, code: &str) -> ClassId {
        self.classes[code]
    }

    /// Somebody writes privately to another bot of the installation.
    pub async fn elsewhere_privately(&mut self, who: &str, text: &str) {
        let mut tx = self.test.db.begin().await.unwrap();
        let channel = Channel::SandboxTelegram;
        let bot = bots::add(&mut tx, channel, "BotKhac", self.now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let what = What::Text {
            text: text.to_owned(),
            message: format!("xa-{text}"),
            addressed: true,
            reply_to: None,
        };
        let update = self.update(&format!("xa-{who}"), ChatKind::Private, who, what);
        let handled = self.app.handle(&bot, vec![update], self.now).await.unwrap();
        assert_eq!((handled.applied, handled.aside), (1, 0));
    }

    /// The platform counts the people in a class's group, the bot among them.
    pub async fn counts_people(&mut self, class: &str, people: i64) {
        let mut tx = self.test.db.begin().await.unwrap();
        let group = chats::class_groups(&mut tx, self.school.id).await.unwrap();
        let class = self.classes[class];
        let group = group.iter().find(|group| group.class == class).unwrap();
        chats::note_people(&mut tx, group.chat, Some(people), self.now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    pub fn person_id(&self, name: &str) -> PersonId {
        self.people[name]
    }

    /// Somebody comes into a class's group, or goes.
    pub async fn comes(&mut self, class: &str, who: &str, here: bool) -> &mut Self {
        let chat = format!("{GROUP}{class}");
        let update = self.update(&chat, ChatKind::Group, who, What::Member { here });
        self.happens(vec![update]).await;
        self
    }

    pub fn child_id(&self, name: &str) -> ChildId {
        self.children[name]
    }

    /// The scene is set: a transcript begins here.
    pub fn begins(&mut self) -> &mut Self {
        self.lines.clear();
        self
    }

    /// Somebody puts the bot into a group, or out of it.
    pub async fn puts(&mut self, who: &str, group: &str, here: bool) -> &mut Self {
        let chat = format!("{GROUP}{group}");
        let update = self.update(&chat, ChatKind::Group, who, What::Presence { here });
        self.lines.push(format!(
            "{who}: bot {}",
            if here {
                "vào nhóm"
            } else {
                "ra khỏi nhóm"
            }
        ));
        self.happens(vec![update]).await;
        self
    }

    /// Blocks the bot in the private chat.
    pub async fn blocks(&mut self, who: &str) -> &mut Self {
        let chat = format!("riêng-{who}");
        let what = What::Presence { here: false };
        let update = self.update(&chat, ChatKind::Private, who, what);
        self.lines.push(format!("{who}: chặn bot"));
        self.happens(vec![update]).await;
        self
    }

    /// The group goes on under another name of the platform's.
    pub async fn moves(&mut self, group: &str, to: &str) -> &mut Self {
        let what = What::Moved {
            to: format!("{GROUP}{to}"),
        };
        let update = self.update(&format!("{GROUP}{group}"), ChatKind::Group, group, what);
        self.happens(vec![update]).await;
        self
    }

    /// As the clock does a few seconds later: on Telegram boards are drawn no faster than their group allows. Where a
    /// new text is a new message it is days later, and a test's own affair ([`Room::lets_the_clock_strike`]).
    async fn let_boards_catch_up(&mut self) {
        if !self.bot.channel.capabilities().edit {
            return;
        }
        self.seconds_ms += self.bot.channel.capabilities().redraw_ms;
        let later = self.now.plus_ms(self.seconds_ms);
        self.app.redraw(&self.bot, later).await.unwrap();
    }

    /// What is due now is done.
    pub async fn lets_the_clock_strike(&mut self) -> &mut Self {
        self.turn.clear();
        self.app.do_what_is_due(self.now).await.unwrap();
        self.app.redraw(&self.bot, self.now).await.unwrap();
        self.deliver().await;
        self
    }

    pub async fn happens(&mut self, updates: Vec<Update>) -> Handled {
        let heard = match &mut self.wire {
            None => updates,
            Some(wire) => {
                let mut heard = Vec::new();
                for update in updates {
                    heard.extend(wire.brings(update, self.now).await);
                }
                heard
            }
        };
        let handled = self.app.handle(&self.bot, heard, self.now).await.unwrap();
        self.let_boards_catch_up().await;
        self.deliver().await;
        handled
    }
}

fn private_chat(who: &str) -> String {
    format!("riêng-{who}")
}

/// "thứ Năm 09:00" in the week of Monday, 16 November 2026.
fn moment(when: &str) -> Timestamp {
    const DAYS: [&str; 7] = [
        "thứ Hai",
        "thứ Ba",
        "thứ Tư",
        "thứ Năm",
        "thứ Sáu",
        "thứ Bảy",
        "Chủ nhật",
    ];
    let (day, time) = when.rsplit_once(' ').expect("a day and a time");
    let place = DAYS
        .iter()
        .position(|known| *known == day)
        .expect("a day of the week");
    let (hour, minute) = time.split_once(':').expect("hh:mm");
    let date = jiff::civil::date(2026, 11, 16 + i8::try_from(place).unwrap());
    let at = date.at(hour.parse().unwrap(), minute.parse().unwrap(), 0, 0);
    Timestamp::from_local(at).unwrap()
}
