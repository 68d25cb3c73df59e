//! What people do meanwhile: one thing after the other, at moments and of kinds that dice decide, written down in
//! the order in which Telegram numbers it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use lopso::domain::{Tap, TaskId, Verb};

use crate::model::Word;
use crate::scene::{TASKS, class_of, everybody, group, name, user};
use crate::support::platforms::bot_api::BotApi;
use crate::support::platforms::server::dice::Dice;

/// Between two things that happen: twenty in a second.
const PAUSE_MS: u64 = 50;
/// Parents who do a fifth of everything, so that there is an order to keep in their chats.
const BUSY: usize = 12;
/// The server names a tap by this and the number of its update.
const TAPS_BEGIN: i64 = 4_000_000_000_000_000_000;
/// When all tap at once, as at the end of a lesson.
const CROWD: usize = 40;

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Event {
    /// Telegram's number of it.
    pub update: i64,
    pub parent: usize,
    pub word: Word,
    /// Telegram's name of a tap.
    pub tap: Option<String>,
}

/// People at work, until asked to stop.
pub struct Load {
    stop: Arc<AtomicBool>,
    crowd: Arc<AtomicBool>,
    work: JoinHandle<Vec<Event>>,
}

impl Load {
    pub fn begin(api: Arc<BotApi>, tasks: Vec<TaskId>, seed: u64) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let crowd = Arc::new(AtomicBool::new(false));
        let (stopped, called) = (Arc::clone(&stop), Arc::clone(&crowd));
        let work = std::thread::spawn(move || {
            let mut people = People {
                api,
                tasks,
                dice: Dice::new(seed),
                events: Vec::new(),
            };
            while !stopped.load(Ordering::Relaxed) {
                let pause = people.dice.roll() % (2 * PAUSE_MS);
                std::thread::sleep(Duration::from_millis(pause));
                if called.swap(false, Ordering::Relaxed) {
                    (0..CROWD).for_each(|_| people.tap());
                }
                people.act();
            }
            people.events
        });
        Self { stop, crowd, work }
    }

    /// Many tap at this very moment.
    pub fn crowd(&self) {
        self.crowd.store(true, Ordering::Relaxed);
    }

    pub fn end(self) -> Vec<Event> {
        self.stop.store(true, Ordering::Relaxed);
        self.work.join().unwrap()
    }
}

struct People {
    api: Arc<BotApi>,
    tasks: Vec<TaskId>,
    dice: Dice,
    events: Vec<Event>,
}

impl People {
    fn somebody(&mut self) -> usize {
        let all = everybody().len();
        if self.dice.percent(20) {
            self.dice.below(BUSY) * all / BUSY
        } else {
            self.dice.below(all)
        }
    }

    fn act(&mut self) {
        if self.dice.percent(60) {
            self.tap();
        } else {
            self.write();
        }
    }

    /// "Done" on the board itself; the other two with the data that a private question of the bot's would carry.
    fn tap(&mut self) {
        let parent = self.somebody();
        let task = self.dice.below(TASKS);
        let verb = match self.dice.below(10) {
            0..5 => Verb::Done,
            5..7 => Verb::NotYet,
            _ => Verb::Undo,
        };
        let data = Tap::Say {
            verb,
            task: self.tasks[task],
            child: None,
        };
        let (chat, who, name) = (group(class_of(parent)), user(parent), name(parent));
        let data = data.write();
        let update = if verb == Verb::Done {
            let board = self.api.messages(chat)[0].message_id;
            let tapped = self.api.person_taps(chat, who, &name, board, &data);
            tapped.unwrap()
        } else {
            let tap = self.api.person_forges(chat, who, &name, &data);
            tap.parse::<i64>().unwrap() - TAPS_BEGIN
        };
        self.events.push(Event {
            update,
            parent,
            word: Word::Tap(verb, task),
            tap: Some((TAPS_BEGIN + update).to_string()),
        });
    }

    fn write(&mut self) {
        let parent = self.somebody();
        let (text, word) = match self.dice.below(10) {
            0..3 => ("/trangthai", Word::Status),
            3 => ("/xacnhan", Word::Menu),
            4 => ("nhà em quét mã qr rồi ạ", Word::Say(Verb::Done, 0)),
            5 => (
                "em chuyển khoản tiền tháng 11 rồi ạ",
                Word::Say(Verb::Done, 1),
            ),
            6 => ("em chưa quét được mã qr", Word::Say(Verb::NotYet, 0)),
            7 => ("em kích hoạt vneid rồi ạ", Word::Say(Verb::Done, 2)),
            8 => ("em bấm nhầm", Word::Mistake),
            _ => ("xe đưa đón mấy giờ về", Word::Question),
        };
        let update = self
            .api
            .person_writes(user(parent), user(parent), &name(parent), text);
        self.events.push(Event {
            update,
            parent,
            word,
            tap: None,
        });
    }
}
