//! What the server keeps: the taps with their times, and how often it was asked for what.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::limits::Limits;
use super::{BOT, Sent, Told};

/// A parent touches a button of the board in a group.
#[derive(Debug, Clone)]
pub struct Tap {
    pub group: i64,
    pub account: i64,
    pub data: String,
}

/// When taps can be had.
#[derive(Debug, Clone, Copy)]
pub enum Arrivals {
    Not,
    /// All of them, from this moment on.
    Since(Instant),
    /// One after the other, whether those before are answered or not.
    Every {
        from: Instant,
        gap: Duration,
    },
}

/// Telegram's numbers look like these.
const FIRST_UPDATE: i64 = 600_000_000;
const FIRST_CALLBACK: i64 = 4_000_000_000_000_000_000;

pub(super) struct State {
    pub arrivals: Arrivals,
    pub polls: usize,
    pub answered: usize,
    limits: Limits,
    updates: Vec<Waiting>,
    /// Below this everything was received.
    kept: usize,
    odd: usize,
    calls: HashMap<String, usize>,
    messages: HashMap<i64, usize>,
    first_message: Option<Instant>,
    last_message: Option<Instant>,
    message_id: i64,
    edits: usize,
}

struct Waiting {
    json: String,
    handed: Option<Instant>,
    answered: Option<Instant>,
}

impl State {
    pub fn new(taps: &[Tap]) -> Self {
        let updates = taps.iter().enumerate().map(|(place, tap)| Waiting {
            json: update(place, tap),
            handed: None,
            answered: None,
        });
        Self {
            arrivals: Arrivals::Not,
            polls: 0,
            answered: 0,
            limits: Limits::default(),
            updates: updates.collect(),
            kept: 0,
            odd: 0,
            calls: HashMap::new(),
            messages: HashMap::new(),
            first_message: None,
            last_message: None,
            message_id: 1_000,
            edits: 0,
        }
    }

    pub fn count(&mut self, method: &str) {
        match self.calls.get_mut(method) {
            Some(number) => *number += 1,
            None => drop(self.calls.insert(method.to_owned(), 1)),
        }
    }

    /// What is below the offset was received; a negative one keeps that many of the newest that can be had.
    pub fn received(&mut self, offset: i64, now: Instant) {
        let there = self.there(now);
        let below = if offset < 0 {
            there.saturating_sub(usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX))
        } else {
            usize::try_from(offset.saturating_sub(FIRST_UPDATE))
                .unwrap_or(0)
                .min(there)
        };
        self.kept = self.kept.max(below);
    }

    /// How many taps could be had by now.
    fn there(&self, now: Instant) -> usize {
        let all = self.updates.len();
        match self.arrivals {
            Arrivals::Not => 0,
            Arrivals::Since(from) => all * usize::from(now >= from),
            Arrivals::Every { from, gap } => match now.checked_duration_since(from) {
                None => 0,
                Some(since) => usize::try_from(since.as_nanos() / gap.as_nanos() + 1)
                    .map_or(all, |n| n.min(all)),
            },
        }
    }

    fn had_at(&self, place: usize) -> Option<Instant> {
        match self.arrivals {
            Arrivals::Not => None,
            Arrivals::Since(from) => Some(from),
            Arrivals::Every { from, gap } => Some(from + gap * u32::try_from(place).ok()?),
        }
    }

    /// Writes what can be had now, or says when there will be something.
    pub fn hand_out(
        &mut self,
        most: usize,
        now: Instant,
        into: &mut Vec<u8>,
    ) -> Result<(), Option<Instant>> {
        let until = self.there(now).min(self.kept + most);
        if until == self.kept {
            return Err(self
                .had_at(self.kept)
                .filter(|_| self.kept < self.updates.len()));
        }
        into.extend_from_slice(b"{\"ok\":true,\"result\":[");
        for (place, waiting) in self.updates[self.kept..until].iter_mut().enumerate() {
            if place > 0 {
                into.push(b',');
            }
            into.extend_from_slice(waiting.json.as_bytes());
            waiting.handed.get_or_insert(now);
        }
        into.extend_from_slice(b"]}");
        Ok(())
    }

    /// Telegram refuses a second answer to a tap, and one to a tap it never sent.
    pub fn answer(&mut self, callback: Option<i64>, now: Instant) -> bool {
        let place = callback.and_then(|id| usize::try_from(id - FIRST_CALLBACK).ok());
        let tap = place.and_then(|place| self.updates.get_mut(place));
        match tap {
            Some(tap) if tap.handed.is_some() && tap.answered.is_none() => {
                tap.answered = Some(now);
                self.answered += 1;
                true
            }
            Some(_) | None => {
                self.odd += 1;
                false
            }
        }
    }

    /// The number of a new message, or the seconds to wait.
    pub fn message(&mut self, chat: i64, now: Instant) -> Result<i64, u64> {
        self.limits.admit(chat, now)?;
        *self.messages.entry(chat).or_default() += 1;
        self.first_message.get_or_insert(now);
        self.last_message = Some(now);
        self.message_id += 1;
        Ok(self.message_id)
    }

    pub fn edit(&mut self, chat: i64, now: Instant) -> Result<(), u64> {
        self.limits.admit(chat, now)?;
        self.edits += 1;
        Ok(())
    }

    pub fn calls(&self) -> Vec<(String, usize)> {
        let mut calls: Vec<_> = self.calls.clone().into_iter().collect();
        calls.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
        calls
    }

    pub fn first_answer(&self) -> Option<Instant> {
        self.updates.iter().filter_map(|tap| tap.answered).min()
    }

    pub fn sent(&self) -> Sent {
        let ends = self.first_message.zip(self.last_message);
        Sent {
            number: self.messages.values().sum(),
            chats: self.messages.len(),
            most_in_a_chat: self.messages.values().copied().max().unwrap_or(0),
            span: ends.map_or(Duration::ZERO, |(first, last)| last - first),
            floods: self.limits.floods,
        }
    }

    pub fn told(&self) -> Told {
        let first = self.updates.iter().filter_map(|tap| tap.handed).min();
        let last = self.updates.iter().filter_map(|tap| tap.answered).max();
        let latency = |(place, tap): (usize, &Waiting)| {
            Some(tap.answered?.saturating_duration_since(self.had_at(place)?))
        };
        let mut latencies: Vec<Duration> = self
            .updates
            .iter()
            .enumerate()
            .filter_map(latency)
            .collect();
        latencies.sort();
        Told {
            span: first
                .zip(last)
                .map_or(Duration::ZERO, |(first, last)| last - first),
            answered: self.answered,
            odd: self.odd,
            floods: self.limits.floods,
            messages: self.messages.values().sum(),
            edits: self.edits,
            polls: self.polls,
            latencies,
        }
    }
}

/// As Telegram sends it, the board under the button included: 1.2 kB that every bot has to read.
fn update(place: usize, tap: &Tap) -> String {
    let number = i64::try_from(place).unwrap();
    let Tap {
        group,
        account,
        data,
    } = tap;
    let button =
        |label: &str, data: &str| serde_json::json!([{ "text": label, "callback_data": data }]);
    let keyboard: Vec<_> = ["Scanned the code", "Paid", "VNeID", "Application"]
        .iter()
        .map(|label| button(label, data))
        .chain([button("How do I do that?", "help")])
        .collect();
    let board = "Class 5A1, what families have done:\nScanned the code 12/30 (40 %)\nPaid 7/30 (23 %)\n\
         VNeID 21/30 (70 %)\nApplication 3/30 (10 %)\nas of 16:30, 25/11/2026. Tap what you have done.";
    serde_json::json!({
        "update_id": FIRST_UPDATE + number,
        "callback_query": {
            "id": (FIRST_CALLBACK + number).to_string(),
            "from": { "id": account, "is_bot": false, "first_name": "Guardian", "last_name": account.to_string(), "language_code": "vi" },
            "message": {
                "message_id": 77,
                "from": { "id": 4242, "is_bot": true, "first_name": "Bench", "username": BOT },
                "chat": { "id": group, "type": "supergroup", "title": "Class" },
                "date": 1_795_590_000,
                "text": board,
                "reply_markup": { "inline_keyboard": keyboard },
            },
            "chat_instance": "-3411111111111111111",
            "data": data,
        },
    })
    .to_string()
}

impl From<Instant> for Arrivals {
    fn from(since: Instant) -> Self {
        Arrivals::Since(since)
    }
}
