//! Where a platform brings what happened. It gets its 200 only after the commit; until then it keeps the update and
//! brings it again.

mod reader;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::domain::{Bot, Channel};
use crate::intake::LetterBox;
use reader::Knock;
pub use reader::{Reader, Signed};

/// More than any update: a message has at most 4096 letters, and its entities.
const LARGEST_BODY: usize = 1 << 20;
/// The doors that are open, by the paths under which they are found.
#[derive(Default)]
pub struct Webhooks(Mutex<HashMap<String, Door>>);

#[derive(Clone)]
struct Door {
    reader: Reader,
    letter_box: LetterBox,
}

impl Webhooks {
    /// Under which path of ours a bot's updates are brought.
    pub fn path(channel: Channel, name: &str) -> String {
        let platform = match channel {
            Channel::ZaloBot => "zalo",
            Channel::Telegram
            | Channel::ZaloOa
            | Channel::SandboxTelegram
            | Channel::SandboxZalo => channel.slug(),
        };
        format!("/webhook/{platform}/{name}")
    }

    /// Opens a bot's door; what it returns ends when the door is closed and all that came in is applied.
    pub fn open(&self, app: Arc<App>, bot: &Bot, reader: Reader) -> JoinHandle<()> {
        let (letter_box, emptied) = LetterBox::open(app, bot.clone());
        let door = Door { reader, letter_box };
        let path = Self::path(bot.channel, &bot.name);
        self.doors().insert(path, door);
        emptied
    }

    pub fn close(&self, bot: &Bot) {
        self.doors().remove(&Self::path(bot.channel, &bot.name));
    }

    fn find(&self, path: &str) -> Option<Door> {
        self.doors().get(path).cloned()
    }

    fn doors(&self) -> std::sync::MutexGuard<'_, HashMap<String, Door>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub fn router(doors: Arc<Webhooks>) -> Router {
    Router::new()
        .route("/webhook/{platform}/{bot}", post(bring))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(doors)
}

/// 200 after the commit; 401 without the secret; 400 for what is no update at all; 503 where it should be brought
/// again: the bot is with another program, this one is stopping, or the database is away.
async fn bring(
    State(doors): State<Arc<Webhooks>>,
    Path((platform, bot)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let Some(door) = doors.find(&format!("/webhook/{platform}/{bot}")) else {
        return StatusCode::SERVICE_UNAVAILABLE;
    };
    match door.reader.knock(&headers, &body).await {
        Knock::Platform => {}
        Knock::Ping => return StatusCode::OK,
        Knock::Stranger => return StatusCode::UNAUTHORIZED,
    }
    let Some(updates) = door.reader.read(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    // Nothing in it that concerns us: the platform may forget it.
    for update in updates {
        match tokio::time::timeout(door.reader.patience(), door.letter_box.put(update)).await {
            Ok(true) => {}
            Ok(false) | Err(_) => return StatusCode::SERVICE_UNAVAILABLE,
        }
    }
    StatusCode::OK
}
