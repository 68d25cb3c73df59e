//! A Zalo of our own for the tests: the OpenAPI of one Official Account with GMF groups, its OAuth host and its
//! webhooks. It keeps groups, people and tokens, and refuses what the real one would refuse.
//!
//! Whatever breaks a documented rule is answered with an error, as Zalo does inside of HTTP 200, and kept in
//! [`ZaloOaApi::violations`], so a test can end by asking that there were none.

#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop; not every test file uses every helper"
)]

mod answer;
mod controls;
mod endpoint;
mod events;
mod groups;
mod message;
mod oauth;
mod params;
mod people;
mod private;
mod rates;
mod state;
mod uploads;
mod weather;
mod webhook;

pub use super::server::forms::File;
pub use events::{GroupIdAt, Media};
pub use message::{Attachment, Button, Link, SentMessage};
pub use oauth::Refresh;
pub use webhook::{Delivery, SignedBy, SignedWith};

use super::server::HttpServer;
use serde_json::Value;
use state::State;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// A running server; it ends when dropped.
pub struct ZaloOaApi {
    server: HttpServer,
    inside: Arc<Inside>,
}

struct Inside {
    state: Mutex<State>,
    /// To the one who carries events to the webhook.
    post: mpsc::UnboundedSender<webhook::Parcel>,
}

/// Who the server is: one app that acts for one Official Account.
struct Names {
    app_id: String,
    app_secret: String,
    oa_id: String,
    oa_secret: String,
}

/// What should go wrong once.
#[derive(Debug, Clone, Copy)]
pub enum Failure {
    /// Refused inside of HTTP 200, nothing applied.
    Error { code: i64, message: &'static str },
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

/// One request to an endpoint that exists, whatever became of it.
#[derive(Debug, Clone)]
pub struct Call {
    pub path: &'static str,
    /// The body, the form or the query; null if it could not be read.
    pub params: Value,
    pub at: Instant,
    /// Whether what it asked for was done, even if the caller never heard.
    pub applied: bool,
    /// The number in the answer's `error`; none while there is no answer, or when it had no such number.
    pub error: Option<i64>,
    /// What was made to go wrong with it.
    pub failure: Option<Failure>,
}

impl ZaloOaApi {
    /// The account begins with one living access token, as after the console's API Explorer; a refresh token is got by
    /// [`ZaloOaApi::consent`].
    pub fn start(app_id: &str, app_secret: &str, oa_id: &str, oa_secret: &str) -> Self {
        let names = Names {
            app_id: app_id.to_owned(),
            app_secret: app_secret.to_owned(),
            oa_id: oa_id.to_owned(),
            oa_secret: oa_secret.to_owned(),
        };
        let (post, parcels) = mpsc::unbounded_channel();
        let inside = Arc::new(Inside {
            state: Mutex::new(State::of(names)),
            post,
        });
        let server = HttpServer::start(Arc::clone(&inside));
        server.spawn(webhook::carry_forever(Arc::clone(&inside), parcels));
        Self { server, inside }
    }

    /// Stands for `https://openapi.zalo.me`.
    pub fn api_url(&self) -> String {
        self.server.url()
    }

    /// Stands for `https://oauth.zaloapp.com`.
    pub fn oauth_url(&self) -> String {
        self.api_url()
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
