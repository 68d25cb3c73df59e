//! Everything the server remembers, and how an update finds its way into the queue.

use super::super::server::mishaps::Mishaps;
use super::chats::{Chat, Place};
use super::rates::Rates;
use super::{Call, Failure, USERNAME};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// What Telegram does not send unless it is asked for.
const ONLY_WHEN_ASKED: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

pub struct State {
    pub bot_id: i64,
    pub hears_all: bool,
    pub chats: BTreeMap<i64, Chat>,
    pub updates: VecDeque<Value>,
    pub withheld: Vec<Value>,
    pub next_update: i64,
    /// The kinds of update the bot asked for last; none means the usual ones.
    pub allowed: Vec<String>,
    /// The getUpdates that is open, and how many there were.
    pub poll: Option<u64>,
    pub polls: u64,
    pub webhook: Option<Webhook>,
    pub taps: BTreeMap<String, Tap>,
    pub toasts: BTreeMap<i64, Vec<String>>,
    /// With what word a tap opened somebody's private chat last.
    pub begun: BTreeMap<i64, String>,
    pub files: Vec<String>,
    pub profile: Vec<(String, Value)>,
    pub calls: Vec<Call>,
    pub violations: Vec<String>,
    /// What is to go wrong, and what fails by itself.
    pub mishaps: Mishaps<String, Failure>,
    /// How long a request and its answer are on the way together.
    pub way: Duration,
    pub rates: Rates,
}

pub struct Webhook {
    pub url: String,
    pub secret: Option<String>,
    pub most_connections: i64,
}

pub struct Tap {
    pub user_id: i64,
    pub answered: bool,
}

/// Why a call is not granted.
#[derive(Debug)]
pub struct Refusal {
    pub status: u16,
    pub description: String,
    pub parameters: Option<Value>,
    /// Whether the documentation forbids it, so that no honest bot would have asked.
    pub violation: bool,
}

impl Refusal {
    /// The world is not as the bot believed.
    pub fn bad(why: impl AsRef<str>) -> Self {
        Self {
            status: 400,
            description: format!("Bad Request: {}", why.as_ref()),
            parameters: None,
            violation: false,
        }
    }

    /// The bot broke a rule it could have read.
    pub fn violation(why: impl AsRef<str>) -> Self {
        Self {
            violation: true,
            ..Self::bad(why)
        }
    }

    pub fn with_status(status: u16, description: impl Into<String>) -> Self {
        Self {
            status,
            description: description.into(),
            parameters: None,
            violation: false,
        }
    }

    pub fn and(self, parameters: Value) -> Self {
        Self {
            parameters: Some(parameters),
            ..self
        }
    }
}

impl State {
    pub fn of_bot(token: &str) -> Self {
        let id = token.split(':').next().and_then(|id| id.parse().ok());
        Self {
            bot_id: id.unwrap_or(7_000_000_001),
            hears_all: true,
            chats: BTreeMap::new(),
            updates: VecDeque::new(),
            withheld: Vec::new(),
            next_update: 860_000_001,
            allowed: Vec::new(),
            poll: None,
            polls: 0,
            webhook: None,
            taps: BTreeMap::new(),
            toasts: BTreeMap::new(),
            begun: BTreeMap::new(),
            files: Vec::new(),
            profile: Vec::new(),
            calls: Vec::new(),
            violations: Vec::new(),
            mishaps: Mishaps::default(),
            way: Duration::ZERO,
            rates: Rates::default(),
        }
    }

    pub fn bot(&self) -> Value {
        json!({
            "id": self.bot_id,
            "is_bot": true,
            "first_name": "Bot under test",
            "username": USERNAME,
        })
    }

    pub fn me(&self) -> Value {
        let mut me = self.bot();
        me["can_join_groups"] = true.into();
        me["can_read_all_group_messages"] = self.hears_all.into();
        for ability in [
            "supports_inline_queries",
            "supports_guest_queries",
            "can_connect_to_business",
            "has_main_web_app",
            "has_topics_enabled",
            "allows_users_to_create_topics",
            "can_manage_bots",
            "supports_join_request_queries",
        ] {
            me[ability] = false.into();
        }
        me
    }

    pub fn user(&self, user_id: i64) -> Value {
        if user_id == self.bot_id {
            return self.bot();
        }
        let name = match self.chats.get(&user_id).map(|chat| &chat.place) {
            Some(Place::Private { name, .. }) => name.as_str(),
            Some(Place::Group { .. }) | None => "Unknown",
        };
        user(user_id, name)
    }

    /// Puts an update into the queue, unless the bot does not want it. The number is used up either way.
    pub fn deliver(&mut self, kind: &str, content: Value) -> i64 {
        let update_id = self.next_update;
        self.next_update += 1;
        let mut update = json!({"update_id": update_id});
        update[kind] = content;
        let wanted = match self.allowed.as_slice() {
            [] => !ONLY_WHEN_ASKED.contains(&kind),
            allowed => allowed.iter().any(|each| each == kind),
        };
        if wanted && self.may_hear(&update[kind], kind) {
            self.updates.push_back(update);
        } else {
            self.withheld.push(update);
        }
        update_id
    }

    /// Privacy mode: of a group's talk the bot gets what is meant for it, and what happens to the group.
    fn may_hear(&self, content: &Value, kind: &str) -> bool {
        let chat = content["chat"]["id"].as_i64().unwrap_or(0);
        let administrator = self
            .chats
            .get(&chat)
            .is_some_and(|chat| chat.bot_status() == "administrator");
        let talk = matches!(kind, "message" | "edited_message")
            && (content.get("text").is_some() || content.get("photo").is_some());
        if self.hears_all || administrator || chat >= 0 || !talk {
            return true;
        }
        let text: Vec<u16> = content["text"]
            .as_str()
            .unwrap_or("")
            .encode_utf16()
            .collect();
        let name = format!("@{USERNAME}");
        let none = Vec::new();
        let called = content["entities"]
            .as_array()
            .unwrap_or(&none)
            .iter()
            .any(|entity| {
                let begin = entity["offset"].as_u64().unwrap_or(0) as usize;
                let end = begin + entity["length"].as_u64().unwrap_or(0) as usize;
                let words = String::from_utf16_lossy(text.get(begin..end).unwrap_or_default());
                match entity["type"].as_str() {
                    Some("bot_command") => !words.contains('@') || words.ends_with(&name),
                    Some("mention") => words == name,
                    Some(_) | None => false,
                }
            });
        called || content["reply_to_message"]["from"]["id"] == self.bot_id
    }
}

/// Somebody who uses Telegram.
pub fn user(user_id: i64, name: &str) -> Value {
    json!({"id": user_id, "is_bot": false, "first_name": name, "language_code": "vi"})
}

/// Seconds since 1970, as Telegram dates everything.
pub fn now_s() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
