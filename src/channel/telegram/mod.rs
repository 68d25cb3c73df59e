//! Telegram: its updates as ours, our rows as its calls. The only place that knows teloxide, which sends;
//! what comes in is read by `inbound`, since teloxide loses the text of a message with a newer entity.

mod html;
pub mod inbound;
mod members;
pub mod profile;

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::Url;
use serde::Deserialize;
use serde_json::value::RawValue;
use teloxide::payloads::{
    AnswerCallbackQuerySetters as _, EditMessageTextSetters as _, SendMessageSetters as _,
    SetMessageReactionSetters as _,
};
use teloxide::requests::Requester as _;
use teloxide::types::{
    CallbackQueryId, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, LinkPreviewOptions,
    MessageId, ReactionType, ReplyParameters,
};
use teloxide::{ApiError, RequestError};

use crate::domain::message::{Choice, Payload, Show};
use crate::outbox::Letter;
use crate::understand::fold::fold;
use html::Html;
use inbound::Me;

/// How long a poll waits for something to happen. Telegram's own advice is long polling; routers in
/// schools drop silent connections after about a minute.
const POLL_S: u64 = 25;
/// A poll's answer comes this much later than its wait at the latest.
const PATIENCE: Duration = Duration::from_secs(15);
/// What we read; Telegram keeps everything else to itself.
const KINDS: [&str; 5] = [
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    // Who comes and goes, where the bot is an administrator.
    "chat_member",
];

/// A bot on Telegram.
#[derive(Clone)]
pub struct Telegram {
    bot: teloxide::Bot,
    http: reqwest::Client,
    /// With the token in it: never logged.
    base: String,
}

/// Why Telegram did not do what was asked, as far as it changes what we do next. Without words of
/// messages and without the address, which holds the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error("the token is not valid")]
    Token,
    #[error("another program polls or has set a webhook for this bot")]
    Conflict,
    #[error("asked to wait {0} s")]
    Wait(u32),
    #[error("the chat cannot be written to")]
    Closed,
    #[error("the group has moved to {0}")]
    Moved(i64),
    #[error("Telegram refused")]
    Refused,
    #[error("Telegram cannot be reached")]
    Network,
}

/// What became of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    /// With the message's id where there is one.
    Sent(Option<String>),
    /// It stands there already, or it is too late for it: nothing more to do.
    Pointless,
}

impl Telegram {
    /// `api` is the address of the Bot API, without the token; `proxy` is what stands between, where a
    /// network does not let Telegram through: `http`, `https`, `socks5` or `socks5h`.
    pub fn new(token: &str, api: Url, proxy: Option<Url>) -> Result<Self, Trouble> {
        let mut client = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(POLL_S) + PATIENCE);
        if let Some(proxy) = proxy {
            client = client.proxy(reqwest::Proxy::all(proxy).map_err(|_| Trouble::Network)?);
        }
        let http = client.build().map_err(|_| Trouble::Network)?;
        let base = format!("{}/bot{token}", api.as_str().trim_end_matches('/'));
        let bot = teloxide::Bot::with_client(token, http.clone()).set_api_url(api);
        Ok(Self { bot, http, base })
    }

    pub async fn me(&self) -> Result<Me, Trouble> {
        #[derive(Deserialize)]
        struct User {
            id: i64,
            username: String,
        }
        let user: User = self.call("getMe", &serde_json::json!({})).await?;
        Ok(Me {
            id: user.id,
            username: user.username,
        })
    }

    /// What happened from `offset` on; everything before it is forgotten by Telegram. Waits for something
    /// to happen.
    pub async fn updates(&self, offset: i64) -> Result<Vec<Box<RawValue>>, Trouble> {
        let wanted = serde_json::json!({
            "offset": offset, "limit": crate::app::BATCH, "timeout": POLL_S, "allowed_updates": KINDS,
        });
        self.call("getUpdates", &wanted).await
    }

    pub(super) async fn call<T: for<'de> Deserialize<'de>>(
        &self,
        method: &str,
        parameters: &serde_json::Value,
    ) -> Result<T, Trouble> {
        #[derive(Deserialize)]
        struct Answer<T> {
            result: Option<T>,
            error_code: Option<u16>,
            parameters: Option<More>,
        }
        #[derive(Deserialize)]
        struct More {
            retry_after: Option<u32>,
        }
        let url = format!("{}/{method}", self.base);
        let response = self.http.post(url).json(parameters).send().await;
        let body = match response {
            Ok(response) => response.bytes().await,
            Err(error) => Err(error),
        };
        let body = body.map_err(|_| Trouble::Network)?;
        // A gateway in between answers in HTML: as good as no answer.
        let answer: Answer<T> = serde_json::from_slice(&body).map_err(|_| Trouble::Network)?;
        let wait = answer.parameters.and_then(|more| more.retry_after);
        match (answer.result, answer.error_code, wait) {
            (Some(result), ..) => Ok(result),
            (None, _, Some(seconds)) => Err(Trouble::Wait(seconds)),
            (None, Some(401 | 404), _) => Err(Trouble::Token),
            (None, Some(409), _) => Err(Trouble::Conflict),
            (None, Some(500..), _) => Err(Trouble::Network),
            (None, Some(_) | None, _) => Err(Trouble::Refused),
        }
    }

    /// Sends one row.
    pub async fn deliver(&self, letter: &Letter) -> Result<Delivered, Trouble> {
        let done = match &letter.payload {
            Payload::Message {
                text,
                choices,
                reply_to,
            } => {
                self.message(letter, text, choices, reply_to.as_deref())
                    .await
            }
            Payload::Edit { text, choices } => self.edit(letter, text, choices).await,
            Payload::Toast {
                callback,
                text,
                alert,
                begin,
            } => {
                self.toast(letter, callback, text, *alert, begin.as_deref())
                    .await
            }
            Payload::Reaction { message, emoji } => self.react(letter, message, emoji).await,
            Payload::File {
                show,
                name,
                content,
                caption,
            } => self.file(letter, *show, name, content, caption).await,
        };
        match done {
            Err(Problem::Theirs(RequestError::Api(ref refused))) if is_pointless(refused) => {
                Ok(Delivered::Pointless)
            }
            Err(Problem::Theirs(error)) => Err(trouble(&error)),
            Err(Problem::Ours) => Err(Trouble::Refused),
            Ok(id) => Ok(Delivered::Sent(id)),
        }
    }

    async fn message(
        &self,
        letter: &Letter,
        text: &str,
        choices: &[Choice],
        reply_to: Option<&str>,
    ) -> Result<Option<String>, Problem> {
        let words = Html::of_message(text);
        let mut request =
            html::send(&self.bot, chat(letter)?, words).link_preview_options(NO_PREVIEW);
        if !choices.is_empty() {
            request = request.reply_markup(keyboard(choices));
        }
        if let Some(answered) = reply_to.and_then(|id| id.parse().ok()) {
            // Somebody may have deleted it meanwhile; the answer is said all the same.
            let quote = ReplyParameters::new(MessageId(answered)).allow_sending_without_reply();
            request = request.reply_parameters(quote);
        }
        let sent = request.await?;
        Ok(Some(sent.id.0.to_string()))
    }

    async fn edit(
        &self,
        letter: &Letter,
        text: &str,
        choices: &[Choice],
    ) -> Result<Option<String>, Problem> {
        let message = message_id(letter.edits.as_deref())?;
        html::edit(&self.bot, chat(letter)?, message, Html::of_message(text))
            .link_preview_options(NO_PREVIEW)
            .reply_markup(keyboard(choices))
            .await?;
        Ok(None)
    }

    async fn toast(
        &self,
        letter: &Letter,
        callback: &str,
        text: &str,
        alert: bool,
        begin: Option<&str>,
    ) -> Result<Option<String>, Problem> {
        let mut request = self
            .bot
            .answer_callback_query(CallbackQueryId(callback.to_owned()))
            .show_alert(alert);
        if !text.is_empty() {
            request = request.text(text);
        }
        if let Some(begin) = begin {
            let link = private_link(&letter.bot, begin);
            request = request.url(link.parse().map_err(|_| Problem::Ours)?);
        }
        request.await?;
        Ok(None)
    }

    async fn file(
        &self,
        letter: &Letter,
        show: Show,
        name: &str,
        content: &str,
        caption: &str,
    ) -> Result<Option<String>, Problem> {
        let bytes = BASE64_STANDARD.decode(content).map_err(|_| Problem::Ours)?;
        let file = InputFile::memory(bytes).file_name(file_name(name));
        let caption = Html::of_message(caption);
        let sent = match show {
            Show::Photo => html::photo(&self.bot, chat(letter)?, file, caption).await?,
            Show::Document => html::document(&self.bot, chat(letter)?, file, caption).await?,
        };
        Ok(Some(sent.id.0.to_string()))
    }

    async fn react(
        &self,
        letter: &Letter,
        message: &str,
        emoji: &str,
    ) -> Result<Option<String>, Problem> {
        let reaction = ReactionType::Emoji {
            emoji: emoji.to_owned(),
        };
        self.bot
            .set_message_reaction(chat(letter)?, message_id(Some(message))?)
            .reaction(vec![reaction])
            .await?;
        Ok(None)
    }
}

/// Opens the private chat with a bot; what it is begun with comes back as `/start begin`.
pub fn private_link(bot: &str, begin: &str) -> String {
    format!("https://t.me/{bot}?start={begin}")
}

/// A name that arrives as it was sent. With a space or an accent in it the client writes `filename*=`, which
/// Telegram does not read: it then sees no file at all and refuses the whole message.
fn file_name(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let words = fold(name);
    let words = words.split(|c| !plain(c)).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").replace("-.", ".")
}

/// The machine of an address; the address may be empty, which is none.
fn host(url: &str) -> Option<String> {
    let parsed = Url::parse(url).ok();
    let host = parsed.and_then(|url| url.host_str().map(str::to_owned));
    // Set, though not as we read addresses: still in the way.
    host.or_else(|| (!url.is_empty()).then(|| "?".to_owned()))
}

const NO_PREVIEW: LinkPreviewOptions = LinkPreviewOptions {
    is_disabled: true,
    url: None,
    prefer_small_media: false,
    prefer_large_media: false,
    show_above_text: false,
};

enum Problem {
    Theirs(RequestError),
    /// The row names no chat or message of Telegram's.
    Ours,
}

impl From<RequestError> for Problem {
    fn from(error: RequestError) -> Self {
        Problem::Theirs(error)
    }
}

fn chat(letter: &Letter) -> Result<teloxide::types::ChatId, Problem> {
    let id = letter.to.parse().map_err(|_| Problem::Ours)?;
    Ok(teloxide::types::ChatId(id))
}

fn message_id(id: Option<&str>) -> Result<MessageId, Problem> {
    let id = id.and_then(|id| id.parse().ok()).ok_or(Problem::Ours)?;
    Ok(MessageId(id))
}

/// One choice a row: phones cut what stands beside another.
fn keyboard(choices: &[Choice]) -> InlineKeyboardMarkup {
    InlineKeyboardMarkup::new(choices.iter().map(|choice| {
        vec![InlineKeyboardButton::callback(
            choice.label.clone(),
            choice.data.clone(),
        )]
    }))
}

/// The same text stands there already, somebody deleted the message, or the tap's button stopped waiting.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of some two hundred refusals these say that nothing is left to do"
)]
fn is_pointless(refused: &ApiError) -> bool {
    match refused {
        ApiError::MessageNotModified
        | ApiError::MessageToEditNotFound
        | ApiError::MessageCantBeEdited
        | ApiError::InvalidQueryId => true,
        // Telegram writes "query ID is invalid", teloxide waits for "query id is invalid".
        ApiError::Unknown(words) => words.contains("query is too old"),
        _ => false,
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "teloxide names some two hundred refusals; those that change what we do are named"
)]
fn trouble(error: &RequestError) -> Trouble {
    match error {
        RequestError::RetryAfter(seconds) => Trouble::Wait(seconds.seconds()),
        RequestError::MigrateToChatId(chat) => Trouble::Moved(chat.0),
        RequestError::Network(_) | RequestError::InvalidJson { .. } | RequestError::Io(_) => {
            Trouble::Network
        }
        RequestError::Api(refused) => match refused {
            ApiError::InvalidToken => Trouble::Token,
            ApiError::BotBlocked
            | ApiError::BotKicked
            | ApiError::BotKickedFromSupergroup
            | ApiError::CantInitiateConversation
            | ApiError::ChatNotFound
            | ApiError::UserDeactivated => Trouble::Closed,
            // Telegram words some of these differently from what teloxide knows.
            ApiError::Unknown(words) if words.starts_with("Forbidden: ") => Trouble::Closed,
            ApiError::Unknown(words) if words.starts_with("Unauthorized") => Trouble::Token,
            _ => Trouble::Refused,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_file_keeps_a_name_that_telegram_reads() {
        for (name, sent) in [
            ("bao-cao.xlsx", "bao-cao.xlsx"),
            ("Phiếu mời 5A1.pdf", "phieu-moi-5a1.pdf"),
            ("Báo cáo \"tháng 11\".xlsx", "bao-cao-thang-11.xlsx"),
            ("../Đợt thu/a_b.csv", "..-dot-thu-a_b.csv"),
        ] {
            assert_eq!(file_name(name), sent);
        }
    }
}
