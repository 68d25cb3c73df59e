//! A Zalo Bot Platform of our own for the tests: it keeps chats and messages, and refuses what the real one would.
//!
//! What breaks the documentation's rules is answered with code 400 and kept in [`ZaloBotApi::violations`], so a test
//! can end by asking that there were none. Where nobody knows what the platform does, [`Habits`] has a switch.

#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop; not every test file uses every helper"
)]

mod addresses;
mod answer;
mod habits;
mod markup;
mod people;
mod photos;
mod plan;
mod polling;
mod rules;
mod sending;
mod state;
mod weather;
mod webhook;

pub use habits::Habits;
pub use photos::{Fetch, Photo};
pub use sending::{SentMessage, Style};
pub use webhook::Delivery;

use super::server::HttpServer;
use serde_json::Value;
use state::State;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// How long the server waits for the program's own pages: its webhook and its photos.
const PATIENCE: Duration = Duration::from_secs(5);

/// A running server; it ends when dropped.
pub struct ZaloBotApi {
    server: HttpServer,
    inside: Arc<Inside>,
}

struct Inside {
    token: String,
    state: Mutex<State>,
    /// Rings whenever an open getUpdates should look again.
    news: Notify,
    /// Rings whenever there is an update to be posted to the webhook.
    mail: Notify,
    client: reqwest::Client,
}

/// What should go wrong once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Failure {
    /// Refused with an HTTP status that says so too, nothing applied.
    Status {
        http: u16,
        error_code: u16,
        description: &'static str,
    },
    /// Refused inside HTTP 200, nothing applied.
    OkFalse {
        error_code: u16,
        description: &'static str,
    },
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
    /// The work is done; the gateway writes the `Server` header twice, which is harmless to all but strict clients.
    TwoServers,
}

impl Failure {
    /// The code that the answer carries, if it is one that refuses.
    fn error_code(self) -> Option<u16> {
        match self {
            Self::Status { error_code, .. } | Self::OkFalse { error_code, .. } => Some(error_code),
            Self::Html502
            | Self::Reset
            | Self::ResetAfterApplied
            | Self::TruncatedJson
            | Self::Slow(_)
            | Self::TwoServers => None,
        }
    }
}

/// One request as it came in, whatever became of it.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: String,
    pub params: Value,
    pub at: Instant,
    /// 0 while there is no answer, and for good when the connection was cut.
    pub status: u16,
    /// Why the call was not granted, as a number, which HTTP 200 does not tell.
    pub error_code: Option<u16>,
    /// What was made to go wrong with it.
    pub failure: Option<Failure>,
}

impl ZaloBotApi {
    pub fn start(token: &str) -> Self {
        let client = reqwest::Client::builder()
            .user_agent("Java/17")
            .timeout(PATIENCE)
            .no_proxy()
            // A redirect could lead away from this machine; here it counts as a failure.
            .redirect(reqwest::redirect::Policy::none())
            // A connection that the program closed meanwhile would look like a failure of its page.
            .pool_max_idle_per_host(0)
            .build()
            .unwrap();
        let inside = Arc::new(Inside {
            token: token.to_owned(),
            state: Mutex::new(State::of_bot(token)),
            news: Notify::new(),
            mail: Notify::new(),
            client,
        });
        let server = HttpServer::start(Arc::clone(&inside));
        let poster = Arc::clone(&inside);
        server.spawn(async move { poster.post_forever().await });
        Self { server, inside }
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The bot's name, by which groups mention it.
    pub fn display_name(&self) -> String {
        self.state().bot.display_name.clone()
    }

    /// Changes what the platform does where it may do one thing or the other.
    pub fn habits(&self, change: impl FnOnce(&mut Habits)) {
        change(&mut self.state().habits);
    }

    /// However long the bot would wait for an update: a poll ends after this time.
    pub fn poll_patience(&self, longest: Duration) {
        self.habits(|habits| habits.poll_patience = longest);
    }

    /// How long an update waits for the next poll before it is lost.
    pub fn buffer(&self, time: Duration) {
        self.habits(|habits| habits.buffer = time);
    }

    /// A webhook may be plain HTTP on this machine.
    pub fn allow_http_webhook(&self) {
        self.habits(|habits| habits.http_webhook = true);
    }

    /// The next call of this method fails so; several wait in line.
    #[track_caller]
    pub fn fail_next(&self, method: &str, failure: Failure) {
        assert!(rules::is_method(method), "{method} is no method");
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
        for method in methods {
            assert!(rules::is_method(method), "{method} is no method");
        }
        let methods = methods.iter().map(|&method| method.to_owned()).collect();
        let mishaps = &mut self.state().mishaps;
        mishaps.at_random(methods, percent, seed, weather::any_failure);
    }

    /// Every request so far with the right token and a known method, getUpdates included.
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// What broke the documentation's rules, each with its method.
    pub fn violations(&self) -> Vec<String> {
        self.state().violations.clone()
    }

    /// What was refused because the world is not as the bot believed, each with its method.
    pub fn refused(&self) -> Vec<String> {
        self.state().refused.clone()
    }

    /// What the bot sent to a chat, oldest first.
    pub fn messages(&self, chat: &str) -> Vec<SentMessage> {
        let state = self.state();
        let chat = state.chats.get(chat);
        chat.map_or_else(Vec::new, |chat| chat.messages.clone())
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
