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
use crate::channel::zalo_oa::signature::{Way, signed};
use crate::channel::{telegram, zalo_bot, zalo_oa};
use crate::domain::message::Update;
use crate::domain::{Bot, Channel};
use crate::intake::{LetterBox, now};

/// More than any update: a message has at most 4096 letters, and its entities.
const LARGEST_BODY: usize = 1 << 20;
/// Telegram waits about a minute for an answer; before that it hears that it should bring it again. How long Zalo
/// waits is not documented.
const PATIENCE: Duration = Duration::from_secs(25);

/// The doors that are open, by the paths under which they are found.
#[derive(Default)]
pub struct Webhooks(Mutex<HashMap<String, Door>>);

#[derive(Clone)]
struct Door {
    reader: Reader,
    secret: String,
    letter_box: LetterBox,
}

/// Who understands what a platform brings to a bot.
#[derive(Clone)]
pub enum Reader {
    Telegram(telegram::inbound::Me),
    ZaloBot(zalo_bot::Me),
    ZaloOa(Arc<OaReader>),
}

/// An Official Account's events are signed, in one of four ways until the first of them shows which.
pub struct OaReader {
    oa: zalo_oa::ZaloOa,
    me: zalo_oa::Me,
    frozen: Mutex<Option<Way>>,
}

impl OaReader {
    pub fn new(oa: &zalo_oa::ZaloOa, me: zalo_oa::Me, frozen: Option<Way>) -> Self {
        Self {
            oa: oa.clone(),
            me,
            frozen: Mutex::new(frozen),
        }
    }

    /// Whether the body is Zalo's own.
    async fn is_signed(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let header = headers.get("x-zevent-signature");
        let header = header.and_then(|header| header.to_str().ok());
        let frozen = *self.frozen.lock().unwrap_or_else(PoisonError::into_inner);
        let ways = frozen.map_or(Way::ALL.to_vec(), |way| vec![way]);
        let credentials = self.oa.credentials();
        let header = header.unwrap_or_default();
        let way = signed(credentials, &self.me.oa_id, &ways, header, body, now());
        let Some(way) = way else {
            return false;
        };
        if frozen.is_none() {
            tracing::info!(
                way = way.slug(),
                "the official account's events are signed so"
            );
            *self.frozen.lock().unwrap_or_else(PoisonError::into_inner) = Some(way);
            if let Err(trouble) = self.oa.freeze(way).await {
                tracing::warn!(%trouble, "way of signing not written");
            }
        }
        true
    }
}

impl Reader {
    /// The header in which the platform says our secret, as its `setWebhook` names it.
    fn header(&self) -> &'static str {
        match self {
            Reader::Telegram(_) => "x-telegram-bot-api-secret-token",
            Reader::ZaloBot(_) => "x-bot-api-secret-token",
            Reader::ZaloOa(_) => "x-zevent-signature",
        }
    }

    /// How long the platform may wait. An Official Account's gives up after two seconds.
    fn patience(&self) -> Duration {
        match self {
            Reader::Telegram(_) | Reader::ZaloBot(_) => PATIENCE,
            Reader::ZaloOa(_) => Duration::from_millis(1_800),
        }
    }

    /// What the body tells; None when it is no update at all.
    fn read(&self, body: &[u8]) -> Option<Vec<Update>> {
        let raw: Box<RawValue> = serde_json::from_slice(body).ok()?;
        Some(match self {
            Reader::Telegram(me) => telegram::inbound::read(&raw, me, now()).updates,
            Reader::ZaloBot(me) => {
                let update = zalo_bot::inbound::read(body, me, now());
                update.into_iter().collect()
            }
            Reader::ZaloOa(reader) => {
                let update = zalo_oa::inbound::read(body, &reader.me, now());
                update.into_iter().collect()
            }
        })
    }

    /// The platform only tries whether it reaches us; so it may come without the secret.
    fn is_ping(&self, body: &[u8]) -> bool {
        const MESSAGE: &[u8] = b"\"message\"";
        let tells = body.windows(MESSAGE.len()).any(|part| part == MESSAGE);
        match self {
            Reader::Telegram(_) | Reader::ZaloOa(_) => false,
            Reader::ZaloBot(_) => !tells,
        }
    }
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
    pub fn open(&self, app: Arc<App>, bot: &Bot, reader: Reader, secret: &str) -> JoinHandle<()> {
        let (letter_box, emptied) = LetterBox::open(app, bot.clone());
        let door = Door {
            reader,
            secret: secret.to_owned(),
            letter_box,
        };
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
    let given = headers.get(door.reader.header());
    if given.is_none() && door.reader.is_ping(&body) {
        return StatusCode::OK;
    }
    let is_known = match &door.reader {
        Reader::ZaloOa(reader) => reader.is_signed(&headers, &body).await,
        Reader::Telegram(_) | Reader::ZaloBot(_) => {
            let given = given.map_or(&[][..], |value| value.as_bytes());
            given.ct_eq(door.secret.as_bytes()).into()
        }
    };
    if !is_known {
        return StatusCode::UNAUTHORIZED;
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
