//! Who means to say what, when and where in November; the same each time it is asked.

use crate::school::{Kindergarten, Part, Person};
use crate::words::{self, DEEDS};

/// Five minutes: nobody's answer is read, and answered again, sooner.
pub const SLOTS_AN_HOUR: u64 = 12;
pub const SLOTS_A_DAY: u64 = 24 * SLOTS_AN_HOUR;
pub const DAYS: u64 = 30;
/// And so long it is looked at what becomes of that which waited.
pub const DAYS_AFTER: u64 = 8;
/// When boards are hung, in the morning of Monday the 2nd.
pub const BOARDS_AT: u64 = SLOTS_A_DAY + 8 * SLOTS_AN_HOUR;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Private,
    /// In the class's group, with a mention.
    Group,
}

#[derive(Debug, Clone)]
pub enum Words {
    Text(String),
    Photo,
    /// The platform tells that something was said, not what.
    Unreadable,
}

#[derive(Debug, Clone)]
pub struct Line {
    pub who: usize,
    pub place: Place,
    pub words: Words,
}

impl Line {
    pub fn privately(who: usize, text: &str) -> Self {
        Self {
            who,
            place: Place::Private,
            words: Words::Text(text.to_owned()),
        }
    }
}

/// SplitMix64: small, and the same everywhere.
pub struct Dice(pub u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub fn one_of(&mut self, words: &[&'static str]) -> &'static str {
        let place = usize::try_from(self.roll()).unwrap_or(0) % words.len();
        words[place]
    }

    /// A moment of this day, at the hours at which people write: on the way to work, at noon, in the evening; now and
    /// then at night.
    fn slot_on(&mut self, day: u64) -> u64 {
        const HOURS: [u64; 16] = [6, 7, 7, 8, 11, 12, 16, 16, 17, 18, 19, 19, 20, 20, 20, 21];
        let hour = if self.chance(3) {
            22
        } else {
            HOURS[usize::try_from(self.below(16)).unwrap_or(0)]
        };
        slot(day, hour) + self.below(SLOTS_AN_HOUR)
    }

    fn slot_between(&mut self, (first, last): (u64, u64)) -> u64 {
        let day = first + self.below(last - first + 1);
        self.slot_on(day)
    }
}

/// `day` of the month, from 1.
fn slot(day: u64, hour: u64) -> u64 {
    (day - 1) * SLOTS_A_DAY + hour * SLOTS_AN_HOUR
}

/// What is said of one's own accord, with its moment; `talk` times as much as in an ordinary month.
pub fn month(kindergarten: &Kindergarten, talk: u64, dice: &mut Dice) -> Vec<(u64, Line)> {
    let mut lines = Vec::new();
    for (who, person) in kindergarten.people.iter().enumerate() {
        let mut script = Script {
            who,
            talk,
            dice,
            lines: &mut lines,
        };
        script.of(person);
    }
    lines
}

/// What a part of the families still tells in the days after.
pub fn days_after(kindergarten: &Kindergarten, dice: &mut Dice) -> Vec<(u64, Line)> {
    let mut lines = Vec::new();
    for (who, person) in kindergarten.people.iter().enumerate() {
        if matches!(person.part, Part::Guardian { .. }) && dice.chance(30) {
            let at = dice.slot_between((DAYS + 1, DAYS + DAYS_AFTER));
            let deed = &DEEDS[usize::try_from(dice.below(4)).unwrap_or(0)];
            lines.push((at, Line::privately(who, dice.one_of(deed.done))));
        }
    }
    lines
}

struct Script<'a> {
    who: usize,
    talk: u64,
    dice: &'a mut Dice,
    lines: &'a mut Vec<(u64, Line)>,
}

impl Script<'_> {
    fn of(&mut self, person: &Person) {
        match &person.part {
            Part::Principal => self.principal(),
            Part::Teacher => self.teacher(),
            Part::Guardian { code, first } => self.guardian(code, *first),
            Part::Child => self.child(),
        }
    }

    fn says(&mut self, at: u64, text: &str) {
        self.lines.push((at, Line::privately(self.who, text)));
    }

    fn says_in(&mut self, place: Place, at: u64, text: &str) {
        let words = Words::Text(text.to_owned());
        let who = self.who;
        self.lines.push((at, Line { who, place, words }));
    }

    fn principal(&mut self) {
        self.says(slot(1, 19), words::HELP);
        self.says(slot(12, 8), words::LAUNCH);
        for day in [9, 16, 23, 30] {
            for time in 0..self.talk {
                self.says(slot(day, 8 + time), words::REPORT);
            }
        }
    }

    fn teacher(&mut self) {
        let begins = slot(1, 19) + self.dice.below(6);
        self.says(begins, words::HELP);
        for day in [6, 13, 20, 27] {
            for time in 0..self.talk {
                self.says(slot(day, 11 + 2 * time), words::REPORT);
            }
        }
        // Two or three times in an ordinary month, now and then after nine in the evening.
        let rounds = self.talk * (2 + u64::from(self.dice.chance(50)));
        for (round, task) in (0..rounds).zip(words::REMIND.into_iter().cycle()) {
            let day = 9 + round * 20 / rounds + self.dice.below(2);
            let hour = if self.dice.chance(10) { 21 } else { 16 };
            let at = slot(day, hour) + 6 + self.dice.below(6);
            self.says(at, task);
        }
    }

    fn guardian(&mut self, code: &str, first: bool) {
        // Half of them in the first two days.
        let day = 2 + self.dice.below(4).min(self.dice.below(7));
        let joins = self.dice.slot_on(day).max(BOARDS_AT + SLOTS_AN_HOUR);
        self.says(joins, code);
        let from = day + 1;
        for _ in 0..self.talk {
            for deed in &DEEDS {
                if first || self.dice.chance(30) {
                    self.deed(deed, from);
                }
            }
            for _ in 0..self.dice.below(5) {
                let at = self.dice.slot_between((from, DAYS));
                let question = self.dice.one_of(words::QUESTIONS);
                let place = self.place(10);
                self.says_in(place, at, question);
                if self.dice.chance(40) {
                    let thanks = self.dice.one_of(words::COURTESY);
                    self.says_in(place, at + 2, thanks);
                }
            }
            if self.dice.chance(30) {
                let at = self.dice.slot_between((from, DAYS));
                self.says(at, words::STATUS);
            }
            if self.dice.chance(30) {
                let at = self.dice.slot_between((from, DAYS));
                let (who, place) = (self.who, Place::Private);
                let words = Words::Photo;
                self.lines.push((at, Line { who, place, words }));
            }
        }
    }

    fn deed(&mut self, deed: &words::Deed, from: u64) {
        if !self.dice.chance(deed.percent) {
            return;
        }
        let days = (deed.days.0.max(from), deed.days.1);
        let place = self.place(30);
        let at = self.dice.slot_between(days);
        if self.dice.chance(20) {
            let before = self.dice.slot_between((days.0, days.0 + 1));
            let not_yet = self.dice.one_of(words::NOT_YET);
            self.says_in(place, before.min(at), not_yet);
        }
        let done = self.dice.one_of(deed.done);
        self.says_in(place, at, done);
        // Thanks for the answer.
        if place == Place::Private && self.dice.chance(40) {
            let thanks = self.dice.one_of(words::COURTESY);
            self.says(at + 1, thanks);
        }
    }

    fn place(&mut self, percent_in_group: u64) -> Place {
        if self.dice.chance(percent_in_group) {
            Place::Group
        } else {
            Place::Private
        }
    }

    /// Stickers and the like, two on a day.
    fn child(&mut self) {
        for day in [4, 11, 18, 25] {
            for time in 0..2 {
                let (who, place, words) = (self.who, Place::Private, Words::Unreadable);
                let at = slot(day, 17) + 3 * time;
                self.lines.push((at, Line { who, place, words }));
            }
        }
    }
}
