//! A Telegram of our own for the tests: it keeps chats and messages, and refuses what the real one would refuse.
//!
//! Parameters are judged by an extract of the documentation (`tests/data/telegram-methods.json`); whatever breaks it
//! is answered with 400 and kept in [`BotApi::violations`], so a test can end by asking that there were none.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop; not every test file uses every helper"
)]

mod answer;
mod chats;
mod html;
mod methods;
mod params;
mod people;
mod polling;
mod rates;
mod rules;
mod sending;
mod state;
mod weather;

pub use super::server::forms::File;

use super::server::HttpServer;
use serde_json::Value;
use state::State;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// The bot's name, by which groups mention it.
pub const USERNAME: &str = "lopso_test_bot";

/// A running server; it ends when dropped.
pub struct BotApi {
    server: HttpServer,
    inside: Arc<Inside>,
}

struct Inside {
    token: String,
    state: Mutex<State>,
    /// Rings whenever an open getUpdates should look again.
    news: Notify,
}

/// What should go wrong once.
#[derive(Debug, Clone, Copy)]
pub enum Failure {
    /// Refused with this status and description, nothing applied. "retry after N" also fills `retry_after`.
    Status(u16, &'static str),
    /// A gateway's page where JSON should be, nothing applied.
    Html502,
    /// The connection is cut, nothing applied.
    Reset,
    /// The work is done, then the connection is cut.
    ResetAfterApplied,
    /// The work is done; the JSON of the answer ends in its middle.
    TruncatedJson,
    /// The work is done at once, the answer comes late.
    Slow(Duration),
}

/// One request as it came in, whatever became of it.
#[derive(Debug, Clone)]
pub struct Call {
    /// As the documentation writes it.
    pub method: String,
    pub params: Value,
    /// The text or caption as people read it, if it could be read.
    pub plain: Option<String>,
    pub at: Instant,
    /// 0 while there is no answer, and for good when the connection was cut.
    pub status: u16,
    /// What was made to go wrong with it.
    pub failure: Option<Failure>,
}

/// A message of the bot, as it stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct SentMessage {
    pub message_id: i64,
    /// Text or caption without tags.
    pub text: String,
    /// Rows of label and data, or address.
    pub buttons: Vec<Vec<(String, String)>>,
    /// How many times its words or buttons were changed.
    pub edited: usize,
    pub reactions: Vec<String>,
    pub reply_to: Option<i64>,
    pub file: Option<File>,
}

impl BotApi {
    /// Privacy mode is off at first, so that the bot hears all that is said in groups; see [`BotApi::hears_all`].
    pub fn start(token: &str) -> Self {
        let inside = Arc::new(Inside {
            token: token.to_owned(),
            state: Mutex::new(State::of_bot(token)),
            news: Notify::new(),
        });
        let server = HttpServer::start(Arc::clone(&inside));
        Self { server, inside }
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    /// `can_read_all_group_messages`: without it a group's plain talk does not reach a bot that is no administrator.
    pub fn hears_all(&self, yes: bool) {
        self.state().hears_all = yes;
    }

    /// Counts sends and edits in sliding windows from now on; before, anything goes.
    pub fn limits(
        &self,
        per_second: usize,
        per_chat_per_second: usize,
        per_group_per_minute: usize,
    ) {
        self.state().rates.limits = Some(rates::Limits {
            per_second,
            per_chat_per_second,
            per_group_per_minute,
        });
    }

    /// The next call of this method fails so; several wait in line.
    #[track_caller]
    pub fn fail_next(&self, method: &str, failure: Failure) {
        let method = rules::method_named(method).expect("a method that this server knows");
        self.state().mishaps.order(method.to_owned(), failure);
    }

    /// From now on every call but getUpdates takes so long, half of it before the work is done and half after, as from
    /// another continent.
    pub fn far_away(&self, way: Duration) {
        self.state().way = way;
    }

    /// From now on calls of these methods fail in every way there is, this often in a hundred; the same seed fails the
    /// same calls. With 0 the sky is clear again.
    #[track_caller]
    pub fn fail_randomly(&self, methods: &[&str], percent: usize, seed: u64) {
        let known =
            |name: &&str| rules::method_named(name).expect("a method that this server knows");
        let methods = methods.iter().map(known).map(str::to_owned).collect();
        let mishaps = &mut self.state().mishaps;
        mishaps.at_random(methods, percent, seed, weather::any_failure);
    }

    /// Every request so far with the right token, getUpdates included.
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// What broke the documentation's rules, each with its method.
    pub fn violations(&self) -> Vec<String> {
        self.state().violations.clone()
    }

    /// How many sends and edits were refused for coming too fast.
    pub fn floods(&self) -> usize {
        self.state().rates.floods
    }

    /// What the bot sent to a chat and did not delete, oldest first.
    pub fn messages(&self, chat_id: i64) -> Vec<SentMessage> {
        let state = self.state();
        let Some(chat) = state.chats.get(&chat_id) else {
            return Vec::new();
        };
        let own = chat.messages.values().filter(|message| message.own);
        own.map(chats::Message::shown).collect()
    }

    /// What the bot put on a message, also on one of somebody else.
    pub fn reactions(&self, chat_id: i64, message_id: i64) -> Vec<String> {
        let state = self.state();
        let message = state
            .chats
            .get(&chat_id)
            .and_then(|chat| chat.messages.get(&message_id));
        message.map_or_else(Vec::new, |message| message.reactions.clone())
    }

    /// The words of the bot's answers to this person's taps.
    pub fn toasts(&self, user_id: i64) -> Vec<String> {
        let state = self.state();
        state.toasts.get(&user_id).cloned().unwrap_or_default()
    }

    /// With what word a tap opened this person's private chat last; they send it as `/start word`.
    pub fn begun(&self, user_id: i64) -> Option<String> {
        self.state().begun.get(&user_id).cloned()
    }

    /// Taps whose button still shows that it is waiting.
    pub fn unanswered_taps(&self) -> Vec<String> {
        let state = self.state();
        let waiting = state.taps.iter().filter(|(_, tap)| !tap.answered);
        waiting.map(|(id, _)| id.clone()).collect()
    }

    /// Updates not yet confirmed; with a webhook set, what should be posted to it.
    pub fn pending(&self) -> Vec<Value> {
        self.state().updates.iter().cloned().collect()
    }

    /// Updates that the bot did not want (`allowed_updates`) or may not hear (privacy mode).
    pub fn withheld(&self) -> Vec<Value> {
        self.state().withheld.clone()
    }

    /// Address and secret of the webhook, if one is set.
    pub fn webhook(&self) -> Option<(String, Option<String>)> {
        let state = self.state();
        let webhook = state.webhook.as_ref()?;
        Some((webhook.url.clone(), webhook.secret.clone()))
    }

    /// What the bot said of itself: the method's name with its parameters, later ones first.
    pub fn profile(&self) -> Vec<(String, Value)> {
        self.state().profile.iter().rev().cloned().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inside.state()
    }
}

impl Inside {
    fn state(&self) -> MutexGuard<'_, State> {
        // A test that failed in one thread must not hide the reason in another.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
