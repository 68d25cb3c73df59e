//! Where a platform brings what happened. It gets its 200 only after the commit; until then it keeps the update and
//! brings it again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::value::RawValue;
use subtle::ConstantTimeEq as _;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::channel::telegram::inbound::{self, Me};
use crate::domain::Bot;
use crate::intake::{LetterBox, now};

/// More than any update: a message has at most 4096 letters, and its entities.
const LARGEST_BODY: usize = 1 << 20;
/// Telegram waits about a minute for an answer; before that it hears that it should bring it again.
const PATIENCE: Duration = Duration::from_secs(25);
/// As Telegram's `setWebhook` names the header of its secret.
const SECRET: &str = "x-telegram-bot-api-secret-token";

/// The doors that are open, by the bots' names.
#[derive(Default)]
pub struct Webhooks(Mutex<HashMap<String, Door>>);

#[derive(Clone)]
struct Door {
    me: Me,
    secret: String,
    letter_box: LetterBox,
}

impl Webhooks {
    /// Under which path of ours a bot's updates are brought.
    pub fn path(username: &str) -> String {
        format!("/webhook/telegram/{username}")
    }

    /// Opens a bot's door; what it returns ends when the door is closed and all that came in is applied.
    pub fn open(&self, app: Arc<App>, bot: &Bot, me: &Me, secret: &str) -> JoinHandle<()> {
        let (letter_box, emptied) = LetterBox::open(app, bot.clone());
        let door = Door {
            me: me.clone(),
            secret: secret.to_owned(),
            letter_box,
        };
        self.doors().insert(me.username.clone(), door);
        emptied
    }

    pub fn close(&self, username: &str) {
        self.doors().remove(username);
    }

    fn find(&self, username: &str) -> Option<Door> {
        self.doors().get(username).cloned()
    }

    fn doors(&self) -> std::sync::MutexGuard<'_, HashMap<String, Door>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub fn router(doors: Arc<Webhooks>) -> Router {
    Router::new()
        .route("/webhook/telegram/{bot}", post(telegram))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(doors)
}

/// 200 after the commit; 401 without the secret; 400 for what is no update at all; 503 where it should be brought
/// again: the bot is with another program, this one is stopping, or the database is away.
async fn telegram(
    State(doors): State<Arc<Webhooks>>,
    Path(bot): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let Some(door) = doors.find(&bot) else {
        return StatusCode::SERVICE_UNAVAILABLE;
    };
    let given = headers
        .get(SECRET)
        .map_or(&[][..], |value| value.as_bytes());
    if !bool::from(given.ct_eq(door.secret.as_bytes())) {
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(raw) = serde_json::from_slice::<Box<RawValue>>(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    let read = inbound::read(&raw, &door.me, now());
    // Nothing in it that concerns us: Telegram may forget it.
    for update in read.updates {
        match tokio::time::timeout(PATIENCE, door.letter_box.put(update)).await {
            Ok(true) => {}
            Ok(false) | Err(_) => return StatusCode::SERVICE_UNAVAILABLE,
        }
    }
    StatusCode::OK
}
