//! Our rows as Zalo's calls: into a group freely; to a person only within seven days after they were last heard of.

use serde::Deserialize;
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization as _;

use super::{Trouble, ZaloOa};
use crate::domain::message::{ChatKind, Choice, Payload};
use crate::outbox::Letter;

/// So many buttons stand under a private message.
const BUTTONS: usize = 5;
/// Letters of a button, in UTF-16 units.
const BUTTON_TITLE: usize = 100;

#[derive(Deserialize)]
struct Taken {
    #[serde(default)]
    message_id: String,
}

impl ZaloOa {
    /// Sends one row; returns the message's id where there is one.
    pub async fn deliver(&self, letter: &Letter) -> Result<Option<String>, Trouble> {
        let Payload::Message { text, choices, .. } = &letter.payload else {
            // No edits, toasts, reactions or files: `render` makes no such rows for it.
            return Err(Trouble::Refused);
        };
        let text: String = text.nfc().collect();
        let taken: Taken = match letter.kind {
            ChatKind::Group => {
                let wanted = json!({
                    "recipient": { "group_id": letter.to },
                    "message": { "text": without_calls(&text) },
                });
                self.post("/v3.0/oa/group/message", &wanted).await?
            }
            ChatKind::Private => {
                let mut message = json!({ "text": text });
                if let Some(buttons) = buttons(choices) {
                    message["attachment"] = buttons;
                }
                let wanted = json!({ "recipient": { "user_id": letter.to }, "message": message });
                self.post("/v3.0/oa/message/cs", &wanted).await?
            }
        };
        Ok(Some(taken.message_id).filter(|id| !id.is_empty()))
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
