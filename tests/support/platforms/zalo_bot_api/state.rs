//! Everything the server remembers, and the ways in which a call can be refused.

use super::super::server::dice::Dice;
use super::super::server::mishaps::Mishaps;
use super::habits::Habits;
use super::plan::Plan;
use super::polling::Waiting;
use super::sending::SentMessage;
use super::webhook::{Delivery, Webhook};
use super::{Call, Failure};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

pub type Values = Map<String, Value>;

/// What a method answers; some are granted without a result.
pub type Outcome = Result<Option<Value>, Refusal>;

pub struct State {
    pub bot: Bot,
    pub habits: Habits,
    pub plan: Plan,
    /// What the bot knows: people who wrote to it, groups it is in or was in.
    pub chats: BTreeMap<String, Chat>,
    /// Makes the ids of messages.
    pub ids: Dice,
    pub messages: u32,
    /// Updates on their way to a poll, and whether one is open.
    pub waiting: VecDeque<Waiting>,
    pub poll_is_open: bool,
    pub webhook: Option<Webhook>,
    pub webhook_tests: usize,
    /// Updates on their way to the webhook.
    pub outgoing: VecDeque<Value>,
    pub deliveries: Vec<Delivery>,
    pub pings: Vec<Option<u16>>,
    pub lost: Vec<Value>,
    pub unheard: usize,
    pub black_photos: Vec<String>,
    pub calls: Vec<Call>,
    pub violations: Vec<String>,
    pub refused: Vec<String>,
    /// What is to go wrong, and what fails by itself.
    pub mishaps: Mishaps<String, Failure>,
    /// How long a request and its answer are on the way together.
    pub way: Duration,
}

pub struct Bot {
    pub id: String,
    pub account_name: String,
    pub display_name: String,
}

#[derive(Default)]
pub struct Chat {
    /// The bot was in this group and is no longer.
    pub removed: bool,
    pub messages: Vec<SentMessage>,
}

/// Why a call is not granted.
#[derive(Debug)]
pub struct Refusal {
    pub http: u16,
    pub error_code: u16,
    pub description: String,
    pub blame: Blame,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Blame {
    /// The documentation forbids it, so no honest bot would have asked.
    Bot,
    /// The world is not as the bot believed.
    World,
    /// It is no failure at all, like a poll that ends with nothing new.
    Nobody,
}

impl Refusal {
    pub fn violation(why: impl AsRef<str>) -> Self {
        Self {
            blame: Blame::Bot,
            ..Self::with_code(400, format!("Bad Request: {}", why.as_ref()))
        }
    }

    pub fn with_code(error_code: u16, description: impl Into<String>) -> Self {
        Self {
            http: 200,
            error_code,
            description: description.into(),
            blame: Blame::World,
        }
    }
}

impl State {
    pub fn of_bot(token: &str) -> Self {
        Self {
            bot: Bot::with_token(token),
            habits: Habits::default(),
            plan: Plan::default(),
            chats: BTreeMap::new(),
            ids: Dice::new(1),
            messages: 0,
            waiting: VecDeque::new(),
            poll_is_open: false,
            webhook: None,
            webhook_tests: 0,
            outgoing: VecDeque::new(),
            deliveries: Vec::new(),
            pings: Vec::new(),
            lost: Vec::new(),
            unheard: 0,
            black_photos: Vec::new(),
            calls: Vec::new(),
            violations: Vec::new(),
            refused: Vec::new(),
            mishaps: Mishaps::default(),
            way: Duration::ZERO,
        }
    }

    pub fn me(&self) -> Value {
        json!({
            "id": self.bot.id,
            "account_name": self.bot.account_name,
            "display_name": self.bot.display_name,
            "account_type": "BASIC",
            "can_join_groups": self.habits.can_join_groups,
        })
    }

    /// 20 hexadecimal digits that never come twice.
    pub fn next_message_id(&mut self) -> String {
        self.messages += 1;
        format!("{:012x}{:08x}", self.ids.roll() >> 16, self.messages)
    }
}

impl Bot {
    /// Every token has a bot of its own, always the same.
    fn with_token(token: &str) -> Self {
        let seed = token.bytes().fold(0_u64, |seed, byte| {
            seed.wrapping_mul(31).wrapping_add(byte.into())
        });
        let mut dice = Dice::new(seed);
        // Longer than what fits into a JSON number, so nobody may take it for one.
        let id = 1_000_000_000_000_000_000 + dice.roll() % 8_000_000_000_000_000_000;
        Self {
            id: id.to_string(),
            account_name: format!("bot.{:08X}", dice.roll() >> 32),
            display_name: "Bot Lớp Số".to_owned(),
        }
    }
}

pub fn is_group(chat: &str) -> bool {
    chat.starts_with("zgr-")
}

/// Milliseconds since 1970, as Zalo dates everything.
pub fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
