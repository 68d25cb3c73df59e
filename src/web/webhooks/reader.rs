//! Who knocks at a bot's door, and what they bring: each platform proves in its own way that it is itself.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::HeaderMap;
use serde_json::value::RawValue;
use subtle::ConstantTimeEq as _;

use crate::channel::zalo_oa::signature::{Way, signed};
use crate::channel::{telegram, zalo_bot, zalo_oa};
use crate::domain::message::Update;
use crate::domain::time::MINUTE_MS;
use crate::intake::now;

/// Telegram waits about a minute for an answer; before that it hears that it should bring it again. How long a Zalo bot
/// is waited for is not documented.
const PATIENCE: Duration = Duration::from_secs(25);
/// An Official Account's platform gives up after two seconds.
const SHORT_PATIENCE: Duration = Duration::from_millis(1_800);

/// Who understands what a platform brings to a bot.
#[derive(Clone)]
pub enum Reader {
    /// Says our secret in a header, as the platform's `setWebhook` names it.
    Telegram {
        me: telegram::inbound::Me,
        secret: String,
    },
    ZaloBot {
        me: zalo_bot::Me,
        secret: String,
    },
    /// Signs each event.
    ZaloOa(Arc<Signed>),
}

/// An Official Account's events are signed, in one of four ways until the first of them shows which.
pub struct Signed {
    oa: zalo_oa::ZaloOa,
    me: zalo_oa::Me,
    frozen: Mutex<Option<Way>>,
    /// When a refusal was last written into the log.
    told_ms: AtomicI64,
}

/// Who stands at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Knock {
    Platform,
    /// The platform only tries whether it reaches us; then it may come without the secret.
    Ping,
    Stranger,
}

impl Reader {
    /// Decided before anything of the body is read as JSON.
    pub(super) async fn knock(&self, headers: &HeaderMap, body: &[u8]) -> Knock {
        let header = |name| headers.get(name).map(axum::http::HeaderValue::as_bytes);
        let knows = |given: Option<&[u8]>, secret: &str| {
            if bool::from(given.unwrap_or_default().ct_eq(secret.as_bytes())) {
                Knock::Platform
            } else {
                Knock::Stranger
            }
        };
        match self {
            Reader::Telegram { secret, .. } => {
                knows(header("x-telegram-bot-api-secret-token"), secret)
            }
            Reader::ZaloBot { secret, .. } => match header("x-bot-api-secret-token") {
                None if tells_nothing(body) => Knock::Ping,
                given => knows(given, secret),
            },
            Reader::ZaloOa(signed) => {
                let given = headers.get("x-zevent-signature");
                let given = given.and_then(|given| given.to_str().ok());
                signed.knock(given.unwrap_or_default(), body).await
            }
        }
    }

    /// How long the platform may wait.
    pub(super) fn patience(&self) -> Duration {
        match self {
            Reader::Telegram { .. } | Reader::ZaloBot { .. } => PATIENCE,
            Reader::ZaloOa(_) => SHORT_PATIENCE,
        }
    }

    /// What the body tells; None when it is no update at all.
    pub(super) fn read(&self, body: &[u8]) -> Option<Vec<Update>> {
        let raw: &RawValue = serde_json::from_slice(body).ok()?;
        Some(match self {
            Reader::Telegram { me, .. } => telegram::inbound::read(raw, me, now()).updates,
            Reader::ZaloBot { me, .. } => {
                let update = zalo_bot::inbound::read(body, me, now());
                update.into_iter().collect()
            }
            Reader::ZaloOa(signed) => {
                let update = zalo_oa::inbound::read(body, &signed.me, now());
                update.into_iter().collect()
            }
        })
    }
}

/// There is no message in it, whatever it is.
fn tells_nothing(body: &[u8]) -> bool {
    const MESSAGE: &[u8] = b"\"message\"";
    !body.windows(MESSAGE.len()).any(|part| part == MESSAGE)
}

impl Signed {
    /// `frozen`: the way that was seen before, if one was.
    pub fn new(oa: &zalo_oa::ZaloOa, me: zalo_oa::Me, frozen: Option<Way>) -> Self {
        Self {
            oa: oa.clone(),
            me,
            frozen: Mutex::new(frozen),
            told_ms: AtomicI64::new(0),
        }
    }

    fn frozen(&self) -> std::sync::MutexGuard<'_, Option<Way>> {
        self.frozen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An event that is turned away is lost to us: the operator must be able to see why, and a stranger must not fill the
    /// log.
    fn tell_refused(&self, in_another_way: bool) {
        metrics::counter!("lopso_webhook_refused_total", "platform" => "zalo-oa").increment(1);
        let (now, last) = (now().0, self.told_ms.load(Ordering::Relaxed));
        if now - last < MINUTE_MS {
            return;
        }
        self.told_ms.store(now, Ordering::Relaxed);
        if in_another_way {
            tracing::warn!("an event is signed in another way than the first one was; turned away");
        } else {
            tracing::warn!(
                "an event's signature fits no secret of ours, or its time is not now; turned away"
            );
        }
    }

    async fn knock(&self, given: &str, body: &[u8]) -> Knock {
        let frozen = *self.frozen();
        let ways = frozen.map_or(Way::ALL.to_vec(), |way| vec![way]);
        let credentials = self.oa.credentials();
        let Some(way) = signed(credentials, &self.me.oa_id, &ways, given, body, now()) else {
            let other = signed(credentials, &self.me.oa_id, &Way::ALL, given, body, now());
            self.tell_refused(other.is_some());
            return Knock::Stranger;
        };
        if frozen.is_none() {
            let way_name = way.slug();
            tracing::info!(way_name, "the official account's events are signed so");
            *self.frozen() = Some(way);
            if let Err(trouble) = self.oa.freeze(way).await {
                tracing::warn!(%trouble, "way of signing not written");
            }
        }
        Knock::Platform
    }
}
