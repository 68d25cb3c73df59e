//! The events that a webhook gets, as JSON.

use super::state::{State, now_ms};
use serde_json::{Value, json};

/// Where the group's id stands in an event of a group. The documentation leaves it open, and code that reads such
/// events disagrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupIdAt {
    /// `recipient.id`
    Recipient,
    /// `recipient.group_id`
    RecipientGroup,
    /// `message.conversation_id`
    MessageConversation,
    /// `conversation.id`
    Conversation,
}

/// What a person sends that is not text.
#[derive(Debug, Clone, Copy)]
pub enum Media<'a> {
    Image { url: &'a str },
    Sticker { id: &'a str },
    File { name: &'a str, url: &'a str },
}

impl Media<'_> {
    /// How the event's name ends.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Image { .. } => "image",
            Self::Sticker { .. } => "sticker",
            Self::File { .. } => "file",
        }
    }

    pub fn content(self) -> Value {
        let payload = match self {
            Self::Image { url } => json!({"url": url, "thumbnail": url}),
            Self::Sticker { id } => json!({
                "id": id,
                "url": format!("https://stickers.zaloapp.com/{id}.png"),
            }),
            Self::File { name, url } => json!({"name": name, "url": url, "size": "4096"}),
        };
        json!({"attachments": [{"type": self.kind(), "payload": payload}]})
    }
}

impl State {
    /// Something between a person and the account.
    pub fn private_event(&self, name: &str, user: &str, message: Option<Value>) -> Value {
        let mut event = self.event(name, user, json!({"id": self.names.oa_id}));
        event["user_id_by_app"] = by_app(user).into();
        if let Some(message) = message {
            event["message"] = message;
        }
        event
    }

    /// Something in a group. The sender is a person, or the account itself.
    pub fn group_event(
        &self,
        name: &str,
        sender: &str,
        group: &str,
        message: Option<Value>,
    ) -> Value {
        let mut event = self.event(name, sender, json!({"id": self.names.oa_id}));
        if sender != self.names.oa_id {
            event["user_id_by_app"] = by_app(sender).into();
        }
        if let Some(message) = message {
            event["message"] = message;
        }
        match self.group_id_at {
            GroupIdAt::Recipient => event["recipient"]["id"] = group.into(),
            GroupIdAt::RecipientGroup => event["recipient"]["group_id"] = group.into(),
            GroupIdAt::MessageConversation => event["message"]["conversation_id"] = group.into(),
            GroupIdAt::Conversation => event["conversation"] = json!({"id": group}),
        }
        event
    }

    fn event(&self, name: &str, sender: &str, recipient: Value) -> Value {
        json!({
            "app_id": self.names.app_id,
            "oa_id": self.names.oa_id,
            "event_name": name,
            "sender": {"id": sender},
            "recipient": recipient,
            "timestamp": now_ms().to_string(),
        })
    }
}

/// The same person has another id towards the app.
fn by_app(user: &str) -> String {
    format!("9{user}")
}
