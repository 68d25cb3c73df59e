//! A month goes by: what is said is brought to the program as Zalo would, the outbox is emptied as the sender does,
//! and once an hour the clock strikes.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use lopso::app::App;
use lopso::bots::budget;
use lopso::clock::tidy_up;
use lopso::db::Db;
use lopso::domain::message::{ChatKind, ChatSeen, Payload, Priority, Sender, Update, What};
use lopso::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use lopso::domain::{BotId, OutboxId, Timestamp};
use lopso::feature::guide::library::Library;
use lopso::installation::Key;
use lopso::outbox::{self, Lane, Letter, Outcome};
use lopso::sender::take;
use lopso::vals;

use crate::platform::Platform;
use crate::school::{Kindergarten, Part, group};
use crate::script::{
    self, BOARDS_AT, DAYS, DAYS_AFTER, Dice, Line, Place, SLOTS_A_DAY, SLOTS_AN_HOUR, Words,
};
use crate::words;

/// As many rows as the sender takes at a time.
const HAND: i64 = 16;
const SLOT_MS: i64 = 5 * MINUTE_MS;
const END: u64 = DAYS * SLOTS_A_DAY;
const SEED: u64 = 20_261_101;

pub struct Month {
    app: App,
    pub kindergarten: Kindergarten,
    pub platforms: Vec<Platform>,
    by_account: HashMap<String, usize>,
    /// What will be said, by its slot, in the order in which it was meant.
    to_come: BTreeMap<(u64, u64), Line>,
    dice: Dice,
    counter: u64,
    /// Rows of the outbox that were given up, with what they were.
    dropped: HashMap<OutboxId, Dropped>,
    pub faults: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dropped {
    StaleAnswer,
    /// A newer board stood in its place.
    Board,
    StaleReminder,
    /// Its family answered before it left.
    AnsweredReminder,
}

/// What waited at a moment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Waiting {
    pub answers: i64,
    /// Boards, and reminders' lines for groups.
    pub boards: i64,
    /// Boards that hang with old counts until their group's week has room.
    pub old_boards: i64,
    pub reminders: i64,
}

/// How it stood when November ended, and what went out after that.
pub struct Ended {
    pub used: Vec<(u32, u32)>,
    pub waiting: Waiting,
    /// In the first minutes of December.
    pub on_the_first: u32,
    pub acts: i64,
    pub reminders: u32,
    pub boards: u32,
    /// By what the program says of its plan.
    pub classes_without_room: usize,
}

impl Month {
    pub async fn begin(folder: &Path, bots: usize, talk: u64) -> Self {
        let file = folder.join(format!("{bots}-{talk}.db"));
        let db = Db::open(&format!("sqlite:{}", file.display())).await;
        let library = Arc::new(Library::embedded().unwrap());
        let app = App::new(db.unwrap(), library, Key::new(crate::KEY));
        let kindergarten = Kindergarten::build(&app, bots, moment(0)).await;
        let mut platforms: Vec<Platform> = (0..bots).map(|_| Platform::default()).collect();
        for class in 0..crate::school::CLASSES {
            let groups = &mut platforms[kindergarten.bot_of(class)].groups;
            groups.insert(group(class));
            assert!(groups.len() <= crate::platform::GROUPS);
        }
        let accounts = kindergarten.people.iter().enumerate();
        let by_account = accounts.map(|(who, person)| (person.account.clone(), who));
        let mut month = Self {
            by_account: by_account.collect(),
            app,
            platforms,
            to_come: BTreeMap::new(),
            dice: Dice(SEED),
            counter: 0,
            dropped: HashMap::new(),
            faults: Vec::new(),
            kindergarten,
        };
        let lines = script::month(&month.kindergarten, talk, &mut Dice(SEED));
        for (at, line) in lines {
            month.means(at, line);
        }
        month
    }

    pub async fn play(&mut self) -> Ended {
        for slot in 0..END {
            self.slot(slot).await;
        }
        let used = self.platforms.iter();
        let used = used.map(|platform| (platform.received, platform.sent));
        let ended = Ended {
            used: used.collect(),
            waiting: self.waiting().await,
            acts: self.one("SELECT COUNT(*) AS n FROM act").await,
            reminders: self.sum(|platform| platform.reminders),
            boards: self.sum(|platform| platform.boards),
            on_the_first: 0,
            classes_without_room: self.classes_without_room(),
        };
        self.counts_agree(END - 1).await;
        self.to_come.clear();
        for (at, line) in script::days_after(&self.kindergarten, &mut Dice(SEED)) {
            self.means(at, line);
        }
        for platform in &mut self.platforms {
            platform.new_month();
        }
        // Before anybody is awake.
        self.slot(END).await;
        let on_the_first = self.sum(|platform| platform.sent);
        for slot in END + 1..END + DAYS_AFTER * SLOTS_A_DAY {
            self.slot(slot).await;
        }
        self.counts_agree(END + DAYS_AFTER * SLOTS_A_DAY - 1).await;
        self.app.db().close().await;
        Ended {
            on_the_first,
            ..ended
        }
    }

    pub fn sum(&self, of: impl Fn(&Platform) -> u32) -> u32 {
        self.platforms.iter().map(of).sum()
    }

    pub fn dropped(&self, what: Dropped) -> usize {
        self.dropped
            .values()
            .filter(|known| **known == what)
            .count()
    }

    async fn slot(&mut self, slot: u64) {
        let now = moment(slot);
        if slot == BOARDS_AT {
            let (bot, school) = (&self.kindergarten.bots[0], self.kindergarten.school.id);
            self.app.hang_boards(bot, school, now).await.unwrap();
            self.send_all(slot).await;
        }
        if slot.is_multiple_of(SLOTS_AN_HOUR) {
            self.strikes(slot).await;
        }
        let mut brought: BTreeMap<usize, Vec<Update>> = BTreeMap::new();
        while let Some(entry) = self.to_come.first_entry()
            && entry.key().0 <= slot
        {
            let line = entry.remove();
            let bot = self
                .kindergarten
                .bot_of(self.kindergarten.people[line.who].class);
            let account = &self.kindergarten.people[line.who].account;
            if self.platforms[bot].brings(account) {
                let update = self.update(line, now);
                brought.entry(bot).or_default().push(update);
            }
        }
        let any = !brought.is_empty();
        for (bot, updates) in brought {
            let bot = &self.kindergarten.bots[bot];
            let handled = self.app.handle(bot, updates, now).await.unwrap();
            if handled.aside > 0 {
                self.faults
                    .push(format!("an update was set aside at {}", now.rfc3339()));
            }
        }
        if any {
            self.send_all(slot).await;
        }
    }

    /// What the clock brings, each hour.
    async fn strikes(&mut self, slot: u64) {
        let now = moment(slot);
        self.app.do_what_is_due(now).await.unwrap();
        for bot in &self.kindergarten.bots {
            self.app.redraw(bot, now).await.unwrap();
        }
        tidy_up(&self.app, now).await.unwrap();
        self.note_dropped(now).await;
        self.app.watch_budgets(now).await.unwrap();
        self.send_all(slot).await;
    }

    /// Empties the outbox of every bot as far as it may send.
    async fn send_all(&mut self, slot: u64) {
        const SELECT: &str = "SELECT DISTINCT bot_id FROM outbox WHERE state = 'waiting'";
        let mut tx = self.app.db().read().await.unwrap();
        let rows = tx.rows(SELECT, vals![]).await.unwrap();
        drop(tx);
        let with_rows = rows.iter().map(|row| row.get("bot_id").unwrap());
        let with_rows: Vec<BotId> = with_rows.collect();
        for bot in 0..self.platforms.len() {
            if with_rows.contains(&self.kindergarten.bots[bot].id) {
                self.send(bot, slot).await;
            }
        }
    }

    async fn send(&mut self, bot: usize, slot: u64) {
        let now = moment(slot);
        let quiet = self.app.is_quiet(now);
        let mut outcomes = Vec::new();
        loop {
            let known = &self.kindergarten.bots[bot];
            let mut tx = self.app.db().begin().await.unwrap();
            self.settle(&mut tx, bot, &outcomes, now).await;
            let taps = take(&mut tx, &self.app, known, Lane::Taps, quiet, HAND, now).await;
            let letters = take(&mut tx, &self.app, known, Lane::Messages, quiet, HAND, now).await;
            tx.commit().await.unwrap();
            let letters = letters.unwrap();
            if !taps.unwrap().is_empty() {
                let fault = format!("a text left as the answer to a tap at {}", now.rfc3339());
                self.faults.push(fault);
            }
            if letters.is_empty() {
                return;
            }
            outcomes.clear();
            for letter in &letters {
                let outcome = self.delivered(bot, letter, slot);
                outcomes.push((letter.id, outcome));
            }
        }
    }

    /// As `sender::settle` writes back.
    async fn settle(
        &self,
        tx: &mut lopso::db::Tx,
        bot: usize,
        outcomes: &[(OutboxId, Outcome)],
        now: Timestamp,
    ) {
        outbox::settle(tx, outcomes, now).await.unwrap();
        let later = |(_, outcome): &&(OutboxId, Outcome)| matches!(outcome, Outcome::Later { .. });
        let unsent = i64::try_from(outcomes.iter().filter(later).count()).unwrap();
        if unsent > 0 {
            let bot = self.kindergarten.bots[bot].id;
            budget::note(tx, bot, 0, -unsent, now).await.unwrap();
        }
    }

    fn delivered(&mut self, bot: usize, letter: &Letter, slot: u64) -> Outcome {
        let now = moment(slot);
        let quiet = self.app.is_quiet(now);
        if !self.platforms[bot].takes(letter, quiet, now) {
            let at = now.plus_ms(HOUR_MS);
            return Outcome::Later { at };
        }
        self.hears(letter, slot);
        self.counter += 1;
        let external_id = Some(format!("z{}", self.counter));
        Outcome::Sent { external_id }
    }

    /// Whoever reads it privately may answer, after a while.
    fn hears(&mut self, letter: &Letter, slot: u64) {
        let Some(&who) = self.by_account.get(&letter.to) else {
            return;
        };
        let Payload::Message { text, choices, .. } = &letter.payload else {
            return;
        };
        let offers = |label: &str| choices.iter().any(|choice| choice.label.contains(label));
        let dice = &mut self.dice;
        let (answer, after) = if choices.is_empty() {
            return;
        } else if offers(words::AGREE) || text.starts_with(words::PREVIEW_MARK) {
            ("1", 1)
        } else if letter.priority == Priority::Reminder.order() && offers(words::DONE) {
            if !dice.chance(60) {
                return;
            }
            let answer = match dice.below(100) {
                ..50 => "1",
                50..65 => "2",
                65..80 => "3",
                80.. => dice.one_of(words::TO_A_REMINDER),
            };
            (answer, 1 + dice.below(4 * SLOTS_AN_HOUR))
        } else if self.kindergarten.people[who].part == Part::Principal
            || self.kindergarten.people[who].part == Part::Teacher
            || !dice.chance(25)
        {
            return;
        } else {
            ("1", 1 + dice.below(3))
        };
        self.means(slot + after, Line::privately(who, answer));
    }

    fn means(&mut self, at: u64, line: Line) {
        self.counter += 1;
        self.to_come.insert((at, self.counter), line);
    }

    fn update(&mut self, line: Line, now: Timestamp) -> Update {
        self.counter += 1;
        let person = &self.kindergarten.people[line.who];
        let (chat, kind) = match line.place {
            Place::Private => (person.account.clone(), ChatKind::Private),
            Place::Group => (group(person.class), ChatKind::Group),
        };
        let message = format!("p{}", self.counter);
        let external_id = match line.words {
            // As `channel::zalo_bot` names it.
            Words::Unreadable => format!("unreadable:{chat}:{}", now.local().date()),
            Words::Text(_) | Words::Photo => format!("{chat}:{message}"),
        };
        let addressed = true;
        let what = match line.words {
            Words::Text(text) => What::Text {
                text,
                message,
                addressed,
                reply_to: None,
            },
            Words::Photo => What::Attachment {
                caption: None,
                message,
                addressed,
            },
            Words::Unreadable => What::Unreadable,
        };
        Update {
            external_id,
            chat: ChatSeen {
                external_id: chat,
                kind,
            },
            sender: Sender {
                external_id: person.account.clone(),
                name: person.name.clone(),
            },
            at: now,
            what,
        }
    }

    /// What the program counted is what the platform counted.
    async fn counts_agree(&mut self, slot: u64) {
        let mut tx = self.app.db().read().await.unwrap();
        for (bot, platform) in self.kindergarten.bots.iter().zip(&self.platforms) {
            let spent = budget::spent(&mut tx, bot.id, moment(slot)).await.unwrap();
            let counted = (i64::from(platform.received), i64::from(platform.sent));
            if (spent.received, spent.sent) != counted {
                self.faults.push(format!(
                    "{} counts {} in and {} out, the platform {} and {}",
                    bot.called, spent.received, spent.sent, counted.0, counted.1
                ));
            }
        }
    }

    fn classes_without_room(&self) -> usize {
        let of_bot = |bot: usize| {
            let own = (0..crate::school::CLASSES)
                .filter(|class| self.kindergarten.bot_of(*class) == bot)
                .map(|class| (crate::school::title(class), crate::school::FAMILIES as i64));
            budget::without_room(self.app.zalo(), &own.collect::<Vec<_>>()).len()
        };
        (0..self.platforms.len()).map(of_bot).sum()
    }

    async fn waiting(&self) -> Waiting {
        let mut waiting = Waiting::default();
        let mut tx = self.app.db().read().await.unwrap();
        for depth in outbox::depths(&mut tx).await.unwrap() {
            if depth.priority == Priority::Reply.order() {
                waiting.answers = depth.rows;
            } else if depth.priority == Priority::Board.order() {
                waiting.boards = depth.rows;
            } else if depth.priority == Priority::Reminder.order() {
                waiting.reminders = depth.rows;
            }
        }
        drop(tx);
        waiting.old_boards = self
            .one("SELECT COUNT(*) AS n FROM board WHERE moved_at IS NOT NULL")
            .await;
        waiting
    }

    async fn one(&self, sql: &'static str) -> i64 {
        let mut tx = self.app.db().read().await.unwrap();
        let row = tx.row(sql, vals![]).await.unwrap();
        row.unwrap().get("n").unwrap()
    }

    async fn note_dropped(&mut self, now: Timestamp) {
        const SELECT: &str =
            "SELECT outbox_id, priority, written_at FROM outbox WHERE state = 'dropped'";
        let mut tx = self.app.db().read().await.unwrap();
        for row in tx.rows(SELECT, vals![]).await.unwrap() {
            let id: OutboxId = row.get("outbox_id").unwrap();
            let priority: i64 = row.get("priority").unwrap();
            let written_at: Timestamp = row.get("written_at").unwrap();
            let what = if priority == Priority::Reply.order() {
                Dropped::StaleAnswer
            } else if priority == Priority::Board.order() {
                Dropped::Board
            } else if written_at < now.plus_ms(-2 * DAY_MS) {
                Dropped::StaleReminder
            } else {
                Dropped::AnsweredReminder
            };
            self.dropped.entry(id).or_insert(what);
        }
    }
}

/// The beginning of a slot.
pub fn moment(slot: u64) -> Timestamp {
    let first = jiff::civil::date(2026, 11, 1).at(0, 0, 0, 0);
    let passed_ms = i64::try_from(slot).unwrap() * SLOT_MS;
    Timestamp::from_local(first).unwrap().plus_ms(passed_ms)
}
