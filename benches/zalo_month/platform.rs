//! Zalo's side of a bot: whom its plan serves, what it counts and would refuse, and what groups and people got.
//!
//! It counts by itself, both directions, and knows nothing of what the program counts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use lopso::domain::Timestamp;
use lopso::domain::message::{ChatKind, Payload, Priority};
use lopso::domain::time::{DAY_MS, MINUTE_MS};
use lopso::outbox::Letter;

/// The free plan (2026-10).
pub const MESSAGES: u32 = 3_000;
pub const PEOPLE: usize = 50;
pub const GROUPS: usize = 3;

/// What begins a board; a reminder's line in the group has none.
const BOARD_MARK: char = '📋';
/// An answer that left later than this had to wait.
const AT_ONCE_MS: i64 = 10 * MINUTE_MS;

#[derive(Default)]
pub struct Platform {
    people: BTreeSet<String>,
    pub groups: BTreeSet<String>,
    pub received: u32,
    pub sent: u32,
    /// Sends after the month's last message: must stay none.
    pub refused: u32,
    /// Messages of somebody for whom the plan has no place.
    pub without_place: u32,
    /// Messages that were not brought, since the month is used up.
    pub over_month: u32,
    pub boards: u32,
    pub reminders: u32,
    /// Boards and reminders' lines that a group got at night or on a holiday.
    pub in_the_quiet: u32,
    /// Answers that left late.
    pub late: u32,
    boards_of: HashMap<String, Vec<Timestamp>>,
    /// Boards and reminders' lines together.
    posts_of: HashMap<String, Vec<Timestamp>>,
    /// When the school was told first of so many percent, by the bot's name.
    pub told: BTreeMap<(u32, String), Timestamp>,
}

impl Platform {
    /// Whether a message of this person is brought to the program. Who is served once stays so.
    pub fn brings(&mut self, account: &str) -> bool {
        if !self.people.contains(account) {
            if self.people.len() == PEOPLE {
                self.without_place += 1;
                return false;
            }
            self.people.insert(account.to_owned());
        }
        if self.used() == MESSAGES {
            self.over_month += 1;
            return false;
        }
        self.received += 1;
        true
    }

    /// Whether a message of the bot's goes out.
    pub fn takes(&mut self, letter: &Letter, quiet: bool, now: Timestamp) -> bool {
        if self.used() == MESSAGES {
            self.refused += 1;
            return false;
        }
        self.sent += 1;
        let Payload::Message { text, .. } = &letter.payload else {
            panic!("a bot of Zalo sends nothing but messages");
        };
        if letter.priority == Priority::Board.order() {
            if text.starts_with(BOARD_MARK) {
                self.boards += 1;
                let boards = self.boards_of.entry(letter.to.clone());
                boards.or_default().push(now);
            }
            assert_eq!(letter.kind, ChatKind::Group);
            self.in_the_quiet += u32::from(quiet);
            let posts = self.posts_of.entry(letter.to.clone());
            posts.or_default().push(now);
        } else if letter.priority == Priority::Reminder.order() {
            self.reminders += 1;
        } else if now.0 - letter.written_at.0 > AT_ONCE_MS {
            self.late += 1;
        }
        if let Some((bot, percent)) = warning(text) {
            self.told.entry((percent, bot.to_owned())).or_insert(now);
        }
        true
    }

    pub fn used(&self) -> u32 {
        self.received + self.sent
    }

    pub fn people(&self) -> usize {
        self.people.len()
    }

    pub fn serves(&self, account: &str) -> bool {
        self.people.contains(account)
    }

    /// The most boards that one of its groups got in any seven days.
    pub fn boards_a_week(&self) -> usize {
        most_in_a_week(&self.boards_of)
    }

    /// The same, with the lines that a reminder writes into the group.
    pub fn posts_a_week(&self) -> usize {
        most_in_a_week(&self.posts_of)
    }

    pub fn new_month(&mut self) {
        (self.received, self.sent) = (0, 0);
    }
}

fn most_in_a_week(of: &HashMap<String, Vec<Timestamp>>) -> usize {
    let week = |times: &Vec<Timestamp>| {
        let within = |at: &Timestamp| {
            let until = at.plus_ms(7 * DAY_MS);
            times
                .iter()
                .filter(|time| *at <= **time && **time < until)
                .count()
        };
        times.iter().map(within).max()
    };
    of.values().filter_map(week).max().unwrap_or(0)
}

/// Of which bot, and at how many percent, the school reads that a month runs out.
fn warning(text: &str) -> Option<(&str, u32)> {
    let (_, rest) = text.split_once("bot @")?;
    let (bot, rest) = rest.split_once(" đã dùng ")?;
    let (_, rest) = rest.split_once("đến mức ")?;
    let (percent, _) = rest.split_once(" %")?;
    Some((bot, percent.parse().ok()?))
}
