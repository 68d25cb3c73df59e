//! What Zalo brings, read with our own small structs in which everything is optional: an event of a new kind must cost
//! neither its text nor the others'.

use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::Me;
use crate::channel::text_or_number::text_or_number;
use crate::domain::Timestamp;
use crate::domain::message::{ChatKind, ChatSeen, Sender, Update, What};
use crate::installation::hex;
use crate::understand::mention;

/// An event, as the documentation wraps it or bare, as operators see it.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    result: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Event<'a> {
    event_name: Option<String>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default, deserialize_with = "text_or_number")]
    message_id: String,
    /// Milliseconds since 1970.
    date: Option<i64>,
    from: Option<User>,
    chat: Option<Chat>,
    text: Option<String>,
    caption: Option<String>,
    /// Of which message of ours it is an answer, should Zalo come to tell.
    #[serde(alias = "quote_message")]
    reply_to_message: Option<Answered>,
}

#[derive(Deserialize)]
struct User {
    #[serde(default, deserialize_with = "text_or_number")]
    id: String,
    display_name: Option<String>,
    #[serde(default)]
    is_bot: bool,
}

#[derive(Deserialize)]
struct Chat {
    #[serde(default, deserialize_with = "text_or_number")]
    id: String,
    chat_type: Option<String>,
}

#[derive(Deserialize)]
struct Answered {
    #[serde(default, deserialize_with = "text_or_number")]
    message_id: String,
}

/// What an event tells; nothing for what is not for us to answer: another bot, a kind that nobody knows yet.
pub fn read(raw: &[u8], me: &Me, now: Timestamp) -> Option<Update> {
    let body = raw;
    let raw: &RawValue = serde_json::from_slice(raw).ok()?;
    let envelope: Envelope<'_> = serde_json::from_str(raw.get()).ok()?;
    let raw = envelope.result.unwrap_or(raw);
    let event: Event<'_> = serde_json::from_str(raw.get()).ok()?;
    let kind = Kind::named(event.event_name.as_deref());
    metrics::counter!("lopso_zalo_events_total", "kind" => kind.name()).increment(1);
    let message: Message = match serde_json::from_str(event.message?.get()) {
        Ok(message) => message,
        Err(error) => {
            // Where it broke and how, never what stood there.
            tracing::warn!(
                line = error.line(),
                column = error.column(),
                "event cannot be read"
            );
            return None;
        }
    };
    message.update(kind, me, body, now)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Attachment,
    /// A protected account, such as a child's, or a kind that the platform does not pass on: without content.
    Unsupported,
    Unknown,
}

impl Kind {
    fn named(name: Option<&str>) -> Self {
        match name {
            Some("message.text.received") => Kind::Text,
            Some(
                "message.image.received" | "message.sticker.received" | "message.voice.received",
            ) => Kind::Attachment,
            Some("message.unsupported.received") => Kind::Unsupported,
            Some(_) | None => Kind::Unknown,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Attachment => "attachment",
            Kind::Unsupported => "unsupported",
            Kind::Unknown => "unknown",
        }
    }
}

impl Message {
    fn update(self, kind: Kind, me: &Me, body: &[u8], now: Timestamp) -> Option<Update> {
        let from = self
            .from
            .filter(|from| !from.is_bot && !from.id.is_empty())?;
        let chat = self.chat.filter(|chat| !chat.id.is_empty())?;
        let chat = ChatSeen {
            kind: chat.kind(&from.id)?,
            external_id: chat.id,
        };
        // Zalo brings a group's message only when it mentions us or answers us.
        let addressed = true;
        // Where it has no number, the same body is the same message.
        let message = if self.message_id.is_empty() {
            hex(&Sha256::digest(body))
        } else {
            self.message_id
        };
        let at = self.date.map_or(now, Timestamp);
        let ours = |text: &str| match chat.kind {
            ChatKind::Private => text.to_owned(),
            ChatKind::Group => without_our_name(text, me),
        };
        let what = match kind {
            Kind::Text => What::Text {
                text: ours(&self.text.unwrap_or_default()),
                message: message.clone(),
                addressed,
                reply_to: self.reply_to_message.map(|answered| answered.message_id),
            },
            Kind::Attachment => What::Attachment {
                caption: self.caption.as_deref().map(ours),
                message: message.clone(),
                addressed,
            },
            Kind::Unsupported => What::Unreadable,
            Kind::Unknown => return None,
        };
        let external_id = match what {
            // Once a day and chat is enough to hear why nothing can be read: the rest of them are the same update.
            What::Unreadable => format!("unreadable:{}:{}", chat.external_id, at.local().date()),
            What::Text { .. }
            | What::Tap { .. }
            | What::Attachment { .. }
            | What::Presence { .. }
            | What::Member { .. }
            | What::Moved { .. } => format!("{}:{message}", chat.external_id),
        };
        Some(Update {
            external_id,
            chat,
            sender: Sender {
                external_id: from.id,
                name: from.display_name.unwrap_or_default(),
            },
            at,
            what,
        })
    }
}

impl Chat {
    fn kind(&self, from: &str) -> Option<ChatKind> {
        match self.chat_type.as_deref() {
            Some(kind) if kind.eq_ignore_ascii_case("PRIVATE") => Some(ChatKind::Private),
            Some(kind) if kind.eq_ignore_ascii_case("GROUP") => Some(ChatKind::Group),
            Some(_) => None,
            // A private chat has the id of its person; a family's data must not go anywhere else.
            None if self.id == from => Some(ChatKind::Private),
            None => Some(ChatKind::Group),
        }
    }
}

/// The words without the mention of us. Called by a name that it no longer has, the bot still finds a command.
fn without_our_name(text: &str, me: &Me) -> String {
    let (rest, found) = mention::cut(text, &me.display_name);
    match rest.find('/') {
        Some(command) if !found && rest.starts_with('@') => rest[command..].to_owned(),
        Some(_) | None => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const NOW: Timestamp = Timestamp(1_795_500_000_000);
    const GROUP: &str = "zgr-0123456789abcdef0123";

    fn me() -> Me {
        Me {
            account_name: "bot.AbC123".to_owned(),
            display_name: "Bot Lớp 5A1".to_owned(),
            can_join_groups: true,
        }
    }

    /// An event of Mẹ An in this chat, with these fields of the message more or instead.
    fn event(kind: &str, chat: &str, fields: Value) -> Value {
        let mut message = json!({
            "message_id": "a1b2c3d4e5f60718293a", "date": 1_795_000_000_123_i64,
            "from": { "id": "0a1b2c3d4e5f60718293", "display_name": "Mẹ An", "is_bot": false },
            "chat": { "id": chat, "chat_type": if chat == GROUP { "GROUP" } else { "PRIVATE" } },
        });
        for (name, value) in fields.as_object().unwrap() {
            message[name] = value.clone();
        }
        json!({ "event_name": format!("message.{kind}.received"), "message": message })
    }

    fn told(event: &Value) -> Option<Update> {
        read(event.to_string().as_bytes(), &me(), NOW)
    }

    fn text(event: &Value) -> String {
        let What::Text {
            text, addressed, ..
        } = told(event).unwrap().what
        else {
            panic!("{event}");
        };
        assert!(addressed);
        text
    }

    #[test]
    fn wrapped_and_bare_bodies_tell_the_same() {
        let bare = event("text", GROUP, json!({ "text": "@Bot Lớp 5A1 xong qr" }));
        let wrapped = json!({ "ok": true, "result": bare });
        let update = told(&bare).unwrap();
        assert_eq!(told(&wrapped), Some(update.clone()));
        assert_eq!(update.external_id, format!("{GROUP}:a1b2c3d4e5f60718293a"));
        assert_eq!(update.chat.kind, ChatKind::Group);
        assert_eq!(update.sender.name, "Mẹ An");
        assert_eq!(update.at, Timestamp(1_795_000_000_123));
        assert_eq!(text(&bare), "xong qr");
    }

    #[test]
    fn in_private_nothing_is_cut() {
        let mine = event(
            "text",
            "0a1b2c3d4e5f60718293",
            json!({ "text": "@Bot Lớp 5A1 1" }),
        );
        assert_eq!(text(&mine), "@Bot Lớp 5A1 1");
    }

    #[test]
    fn a_bot_that_was_renamed_still_finds_a_command() {
        let old = event(
            "text",
            GROUP,
            json!({ "text": "@Bot Hoa Sen /baocao tuần" }),
        );
        assert_eq!(text(&old), "/baocao tuần");
    }

    #[test]
    fn pictures_stickers_and_voices_are_attachments() {
        for kind in ["image", "sticker", "voice"] {
            let caption = json!({ "caption": "@Bot Lớp 5A1 biên lai ạ", "photo_url": "https://x" });
            let what = told(&event(kind, GROUP, caption)).unwrap().what;
            assert!(
                matches!(what, What::Attachment { caption: Some(words), .. } if words == "biên lai ạ")
            );
        }
    }

    #[test]
    fn what_cannot_be_read_is_one_update_a_day_and_chat() {
        let day = |date: i64, id: &str| {
            let fields = json!({ "date": date, "message_id": id });
            told(&event("unsupported", "0a1b2c3d4e5f60718293", fields)).unwrap()
        };
        let first = day(1_795_000_000_000, "a");
        assert_eq!(first.what, What::Unreadable);
        assert_eq!(first.external_id, day(1_795_000_900_000, "b").external_id);
        assert_ne!(first.external_id, day(1_795_100_000_000, "c").external_id);
    }

    #[test]
    fn a_message_without_a_number_is_known_by_its_body() {
        let nameless = |words: &str| {
            let mut event = event("text", GROUP, json!({ "text": words }));
            event["message"]
                .as_object_mut()
                .unwrap()
                .remove("message_id");
            told(&event).unwrap().external_id
        };
        assert_eq!(nameless("xong"), nameless("xong"));
        assert_ne!(nameless("xong"), nameless("xong qr"));
    }

    #[test]
    fn bots_new_kinds_and_broken_ones_stop_nothing() {
        let bot = json!({ "id": "ffff", "display_name": "Bot khác", "is_bot": true });
        for odd in [
            event("text", GROUP, json!({ "text": "1", "from": bot })),
            event("reaction", GROUP, json!({ "text": "1" })),
            event("text", GROUP, json!({ "from": null })),
            event("text", GROUP, json!({ "chat": {} })),
            event(
                "text",
                GROUP,
                json!({ "chat": { "id": "x", "chat_type": "CHANNEL" } }),
            ),
            json!({ "event_name": "message.unsupported.received" }),
            json!({ "event_name": "message.text.received", "message": 5 }),
            json!({ "event_name": 3 }),
            json!({ "ok": true }),
            json!([]),
        ] {
            assert_eq!(told(&odd), None, "{odd}");
        }
        assert_eq!(read(b"<html>", &me(), NOW), None);
    }
}
