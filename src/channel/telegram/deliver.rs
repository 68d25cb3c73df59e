//! Our rows as Telegram's calls. teloxide's types say what a call looks like; the request itself is ours, since what
//! matters is whether it left, and teloxide does not tell.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use teloxide::RequestError;
use teloxide::payloads::{
    AnswerCallbackQuery, AnswerCallbackQuerySetters as _, EditMessageTextSetters as _,
    SendMessageSetters as _, SetMessageReaction, SetMessageReactionSetters as _,
};
use teloxide::requests::Payload as Method;
use teloxide::types::{
    CallbackQueryId, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, LinkPreviewOptions,
    MessageId, ReactionType, ReplyParameters,
};

use super::html::{self, Html};
use super::{Telegram, Trouble, private_link, trouble};
use crate::channel::{file, http};
use crate::domain::message::{Choice, Payload, Show};
use crate::outbox::Letter;
use crate::understand::split::split;

/// How long a sent row may stay without an answer before its outcome counts as unknown.
const PATIENCE: Duration = Duration::from_secs(20);
/// A text that Telegram finds too long all the same is cut into parts of half its limit of 4096 UTF-16 units.
const HALF: usize = 2048;

/// What Telegram says of a message it took.
#[derive(Deserialize)]
struct Taken {
    message_id: i64,
}

impl Telegram {
    /// Sends one row; returns the message's id where there is one.
    pub async fn deliver(&self, letter: &Letter) -> Result<Option<String>, Trouble> {
        match &letter.payload {
            Payload::Message {
                text,
                choices,
                reply_to,
                calls: _,
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
        }
    }

    async fn message(
        &self,
        letter: &Letter,
        text: &str,
        choices: &[Choice],
        reply_to: Option<&str>,
    ) -> Result<Option<String>, Trouble> {
        match self.one_message(letter, text, choices, reply_to).await {
            Err(Trouble::TooLong) => {}
            done => return done,
        }
        tracing::error!(outbox = letter.id.0, "a text was too long, sent in parts");
        let parts = split(text, HALF);
        let last = parts.len().saturating_sub(1);
        let mut sent = None;
        for (place, part) in parts.iter().enumerate() {
            // The quotation above the first part, the buttons under the last.
            let choices = if place == last { choices } else { &[] };
            let reply_to = reply_to.filter(|_| place == 0);
            sent = self.one_message(letter, part, choices, reply_to).await?;
        }
        Ok(sent)
    }

    /// With its formatting; should Telegram not understand that, once more as the plain words.
    async fn one_message(
        &self,
        letter: &Letter,
        text: &str,
        choices: &[Choice],
        reply_to: Option<&str>,
    ) -> Result<Option<String>, Trouble> {
        let mut call =
            html::send(chat(letter)?, Html::of_message(text)).link_preview_options(NO_PREVIEW);
        if !choices.is_empty() {
            call = call.reply_markup(keyboard(choices));
        }
        if let Some(answered) = reply_to.and_then(|id| id.parse().ok()) {
            // Somebody may have deleted it meanwhile; the answer is said all the same.
            let quote = ReplyParameters::new(MessageId(answered)).allow_sending_without_reply();
            call = call.reply_parameters(quote);
        }
        match self.send(&call).await {
            Err(Trouble::Formatting) => {
                formatting_alarm(letter);
                self.send(&html::plainly(call, text)).await
            }
            done => done,
        }
    }

    async fn edit(
        &self,
        letter: &Letter,
        text: &str,
        choices: &[Choice],
    ) -> Result<Option<String>, Trouble> {
        let message = message_id(letter.edits.as_deref())?;
        let call = html::edit(chat(letter)?, message, Html::of_message(text))
            .link_preview_options(NO_PREVIEW)
            .reply_markup(keyboard(choices));
        match self.done(&call).await {
            Err(Trouble::Formatting) => {
                formatting_alarm(letter);
                self.done(&html::edit_plainly(call, text)).await
            }
            done => done,
        }
    }

    async fn toast(
        &self,
        letter: &Letter,
        callback: &str,
        text: &str,
        alert: bool,
        begin: Option<&str>,
    ) -> Result<Option<String>, Trouble> {
        let mut call =
            AnswerCallbackQuery::new(CallbackQueryId(callback.to_owned())).show_alert(alert);
        if !text.is_empty() {
            call = call.text(text);
        }
        if let Some(begin) = begin {
            let link = private_link(&letter.bot, begin);
            call = call.url(link.parse().map_err(|_| Trouble::Refused)?);
        }
        self.done(&call).await
    }

    async fn react(
        &self,
        letter: &Letter,
        message: &str,
        emoji: &str,
    ) -> Result<Option<String>, Trouble> {
        let reaction = ReactionType::Emoji {
            emoji: emoji.to_owned(),
        };
        let call = SetMessageReaction::new(chat(letter)?, message_id(Some(message))?)
            .reaction(vec![reaction]);
        self.done(&call).await
    }

    /// A file goes as multipart, which teloxide writes.
    async fn file(
        &self,
        letter: &Letter,
        show: Show,
        name: &str,
        content: &str,
        caption: &str,
    ) -> Result<Option<String>, Trouble> {
        let file = InputFile::memory(file::bytes(content)?).file_name(file::name(name));
        let caption = Html::of_message(caption);
        let sent = match show {
            Show::Photo => html::photo(&self.bot, chat(letter)?, file, caption).await,
            Show::Document => html::document(&self.bot, chat(letter)?, file, caption).await,
        };
        match sent {
            Ok(message) => Ok(Some(message.id.0.to_string())),
            Err(error) => Err(of_teloxide(&error)),
        }
    }

    /// A call that makes a message.
    async fn send<M: Method + Serialize>(&self, call: &M) -> Result<Option<String>, Trouble> {
        let (status, body) = self.ask(M::NAME, call, PATIENCE).await?;
        match trouble::read::<Taken>(&body) {
            Ok(taken) => Ok(Some(taken.message_id.to_string())),
            Err(Trouble::Unclear) => match trouble::salvage(status, &body) {
                Some(id) => Ok(Some(id.to_string())),
                None => Err(Trouble::Unclear),
            },
            Err(trouble) => Err(trouble),
        }
    }

    /// A call of which we need to know no more than that it was done.
    async fn done<M: Method + Serialize>(&self, call: &M) -> Result<Option<String>, Trouble> {
        let (_, body) = self.ask(M::NAME, call, PATIENCE).await?;
        trouble::read::<serde::de::IgnoredAny>(&body).map(|_| None)
    }
}

/// Words must reach people even when their formatting cannot; that it cannot is a fault of ours.
fn formatting_alarm(letter: &Letter) {
    metrics::counter!("lopso_alarms_total", "what" => "formatting").increment(1);
    tracing::error!(
        outbox = letter.id.0,
        "Telegram does not understand the formatting of a text, sent plainly"
    );
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "what teloxide may add is unclear to us"
)]
fn of_teloxide(error: &RequestError) -> Trouble {
    match error {
        RequestError::RetryAfter(seconds) => Trouble::Wait(seconds.seconds()),
        RequestError::MigrateToChatId(chat) => Trouble::Moved(chat.0),
        RequestError::Network(error) => http::of_network(error),
        RequestError::Api(refused) => trouble::of_refusal(refused),
        _ => Trouble::Unclear,
    }
}

const NO_PREVIEW: LinkPreviewOptions = LinkPreviewOptions {
    is_disabled: true,
    url: None,
    prefer_small_media: false,
    prefer_large_media: false,
    show_above_text: false,
};

/// A row that names no chat or message of Telegram's is refused before it leaves.
fn chat(letter: &Letter) -> Result<teloxide::types::ChatId, Trouble> {
    let id = letter.to.parse().map_err(|_| Trouble::Refused)?;
    Ok(teloxide::types::ChatId(id))
}

fn message_id(id: Option<&str>) -> Result<MessageId, Trouble> {
    let id = id.and_then(|id| id.parse().ok()).ok_or(Trouble::Refused)?;
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
