//! Our rows as Zalo's calls: into a group freely; to a person only within seven days after they were last heard of.

use serde::Deserialize;
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization as _;

use super::{Trouble, ZaloOa};
use crate::channel::file;
use crate::channel::text_or_number::text_or_number;
use crate::domain::message::{ChatKind, Choice, Payload, Show};
use crate::outbox::Letter;
use crate::understand::split::split;

/// Words that are refused for their length are cut into parts of this many UTF-16 units.
const HALF: usize = 1_000;
/// So many buttons stand under a private message.
const BUTTONS: usize = 5;
/// Letters of a button, in UTF-16 units.
const BUTTON_TITLE: usize = 100;

/// What came of an upload: a picture has an id, another file a token. Both are good for seven days.
#[derive(Deserialize)]
struct Uploaded {
    #[serde(alias = "attachment_id", deserialize_with = "text_or_number")]
    token: String,
}

impl ZaloOa {
    /// Sends one row; returns the message's id where there is one.
    pub async fn deliver(&self, letter: &Letter) -> Result<Option<String>, Trouble> {
        match &letter.payload {
            Payload::Message {
                text,
                choices,
                calls,
                ..
            } => {
                let text: String = text.nfc().collect();
                match letter.kind {
                    ChatKind::Group => self.in_group(letter, &text, calls.as_deref()).await,
                    ChatKind::Private => self.in_private(letter, &text, choices).await,
                }
            }
            Payload::File {
                show,
                name,
                content,
                caption,
            } => self.file(letter, *show, name, content, caption).await,
            // `render` makes no such rows for it.
            Payload::Edit { .. } | Payload::Toast { .. } | Payload::Reaction { .. } => {
                Err(Trouble::Refused)
            }
        }
    }

    /// Whoever is called and has left the group meanwhile must not cost the others the words.
    async fn in_group(
        &self,
        letter: &Letter,
        text: &str,
        calls: Option<&str>,
    ) -> Result<Option<String>, Trouble> {
        let text = without_calls(text);
        if let Some(person) = calls {
            let called = json!({ "text": format!("[@{person}] {text}") });
            match self.message(letter, &called).await {
                Err(Trouble::Refused | Trouble::TooLong) => {}
                done => return done,
            }
        }
        self.words(letter, &text).await
    }

    /// The text alone; should Zalo find it too long all the same, in parts.
    async fn words(&self, letter: &Letter, text: &str) -> Result<Option<String>, Trouble> {
        match self.message(letter, &json!({ "text": text })).await {
            Err(Trouble::Refused | Trouble::TooLong) if text.encode_utf16().count() > HALF => {}
            done => return done,
        }
        tracing::error!(outbox = letter.id.0, "a text was refused, sent in parts");
        let mut sent = None;
        for part in split(text, HALF) {
            sent = self.message(letter, &json!({ "text": part })).await?;
        }
        Ok(sent)
    }

    async fn in_private(
        &self,
        letter: &Letter,
        text: &str,
        choices: &[Choice],
    ) -> Result<Option<String>, Trouble> {
        if let Some(buttons) = buttons(choices) {
            let with_buttons = json!({ "text": text, "attachment": buttons });
            match self.message(letter, &with_buttons).await {
                // The numbers stand in the text, so that it can be answered without.
                Err(Trouble::Refused | Trouble::TooLong) => {}
                done => return done,
            }
        }
        self.words(letter, text).await
    }

    /// It is handed in first and then sent by the name it got. A picture takes words under it, another file none.
    async fn file(
        &self,
        letter: &Letter,
        show: Show,
        name: &str,
        content: &str,
        caption: &str,
    ) -> Result<Option<String>, Trouble> {
        let path = match show {
            Show::Photo => "/v2.0/oa/upload/image",
            Show::Document => "/v2.0/oa/upload/file",
        };
        let (name, bytes) = (file::name(name), file::bytes(content)?);
        let uploaded: Result<Uploaded, Trouble> = self.upload(path, &name, &bytes).await;
        let token = match uploaded {
            Ok(uploaded) => uploaded.token,
            // What nobody sends is forgotten there: handing it in twice does no harm.
            Err(Trouble::Unclear) => return Err(Trouble::Unreached),
            Err(trouble) => return Err(trouble),
        };
        let mut message = match show {
            Show::Photo => {
                let picture = json!({ "media_type": "image", "attachment_id": token });
                let payload = json!({ "template_type": "media", "elements": [picture] });
                json!({ "attachment": { "type": "template", "payload": payload } })
            }
            Show::Document => {
                json!({ "attachment": { "type": "file", "payload": { "token": token } } })
            }
        };
        if !caption.is_empty() {
            message["text"] = caption.nfc().collect::<String>().into();
        }
        self.message(letter, &message).await
    }

    async fn message(&self, letter: &Letter, message: &Value) -> Result<Option<String>, Trouble> {
        let (path, recipient) = match letter.kind {
            ChatKind::Group => ("/v3.0/oa/group/message", json!({ "group_id": letter.to })),
            ChatKind::Private => ("/v3.0/oa/message/cs", json!({ "user_id": letter.to })),
        };
        let wanted = json!({ "recipient": recipient, "message": message });
        self.send(path, &wanted).await
    }
}

/// In a group "[@…]" calls somebody by their id, or everybody. What a person wrote must not.
fn without_calls(text: &str) -> String {
    text.replace("[@", "[ @")
}

/// The choices as buttons beside the numbers in the text, where there are few enough. A tap comes back as a message of
/// the data, which nobody else sees.
fn buttons(choices: &[Choice]) -> Option<Value> {
    let fits = |choice: &Choice| choice.label.encode_utf16().count() <= BUTTON_TITLE;
    if choices.is_empty() || choices.len() > BUTTONS || !choices.iter().all(fits) {
        return None;
    }
    let button = |choice: &Choice| {
        let title: String = choice.label.nfc().collect();
        json!({ "title": title, "type": "oa.query.hide", "payload": choice.data })
    };
    let buttons: Vec<Value> = choices.iter().map(button).collect();
    Some(
        json!({ "type": "template", "payload": { "template_type": "button", "buttons": buttons } }),
    )
}
