//! What Zalo brings of an Official Account, read with our own small structs in which everything is optional.

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::Me;
use crate::channel::text_or_number::some_text_or_number as id;
use crate::domain::message::{ChatKind, ChatSeen, Sender, Update, What};
use crate::domain::{Tap, Timestamp};
use crate::installation::hex;
use crate::understand::mention;

#[derive(Deserialize)]
struct Event {
    event_name: Option<String>,
    #[serde(default)]
    sender: Party,
    #[serde(default)]
    recipient: Party,
    /// Of events about the account itself.
    #[serde(default)]
    follower: Party,
    #[serde(default)]
    message: Message,
    #[serde(default)]
    conversation: Party,
    #[serde(default, deserialize_with = "id")]
    timestamp: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Party {
    #[serde(deserialize_with = "id")]
    id: Option<String>,
    #[serde(deserialize_with = "id")]
    group_id: Option<String>,
    display_name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Message {
    #[serde(deserialize_with = "id")]
    msg_id: Option<String>,
    text: Option<String>,
    #[serde(deserialize_with = "id")]
    quote_msg_id: Option<String>,
    #[serde(deserialize_with = "id")]
    conversation_id: Option<String>,
}

/// What an event tells; nothing for what is not for us to answer: our own messages, what nobody knows yet.
pub fn read(body: &[u8], me: &Me, now: Timestamp) -> Option<Update> {
    let event: Event = match serde_json::from_slice(body) {
        Ok(event) => event,
        Err(error) => {
            tracing::warn!(
                line = error.line(),
                column = error.column(),
                "event cannot be read"
            );
            return None;
        }
    };
    let name = event.event_name.as_deref().unwrap_or_default();
    let kind = Kind::named(name);
    metrics::counter!("lopso_zalo_events_total", "kind" => kind.name()).increment(1);
    event.update(kind, me, body, now)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Said,
    SaidInGroup,
    Shown,
    ShownInGroup,
    Came,
    Went,
    Follows,
    Unfollows,
    GroupGone,
    Unknown,
}

impl Kind {
    fn named(name: &str) -> Self {
        match name {
            "user_send_text" => Kind::Said,
            "user_send_group_text" => Kind::SaidInGroup,
            "user_join_group" => Kind::Came,
            "user_leave_group" => Kind::Went,
            "follow" => Kind::Follows,
            "unfollow" => Kind::Unfollows,
            "delete_group" => Kind::GroupGone,
            name if name.starts_with("user_send_group_") => Kind::ShownInGroup,
            name if name.starts_with("user_send_") => Kind::Shown,
            _ => Kind::Unknown,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Kind::Said | Kind::SaidInGroup => "text",
            Kind::Shown | Kind::ShownInGroup => "attachment",
            Kind::Came | Kind::Went | Kind::Follows | Kind::Unfollows | Kind::GroupGone => "life",
            Kind::Unknown => "unknown",
        }
    }

    fn chat(self) -> ChatKind {
        match self {
            Kind::SaidInGroup | Kind::ShownInGroup | Kind::Came | Kind::Went | Kind::GroupGone => {
                ChatKind::Group
            }
            Kind::Said | Kind::Shown | Kind::Follows | Kind::Unfollows | Kind::Unknown => {
                ChatKind::Private
            }
        }
    }
}

impl Event {
    fn update(self, kind: Kind, me: &Me, body: &[u8], now: Timestamp) -> Option<Update> {
        let who = self.sender.id.clone().or(self.follower.id.clone());
        let who = who.filter(|id| *id != me.oa_id);
        let chat = match kind.chat() {
            ChatKind::Private => who.clone()?,
            ChatKind::Group => self.group(me)?,
        };
        let message = self.message.msg_id.clone();
        let message = message.unwrap_or_else(|| hex(&Sha256::digest(body)));
        let what = match kind {
            Kind::Said => {
                let text = self.message.text.unwrap_or_default();
                // A button's data comes back as if it were written; it is checked like any made-up one.
                if Tap::read(&text).is_some() {
                    What::Tap {
                        data: text,
                        callback: message.clone(),
                    }
                } else {
                    What::Text {
                        text,
                        message: message.clone(),
                        addressed: true,
                        reply_to: self.message.quote_msg_id,
                    }
                }
            }
            Kind::SaidInGroup => {
                let text = self.message.text.unwrap_or_default();
                let (text, addressed) = mention::cut(&text, &me.name);
                What::Text {
                    text,
                    message: message.clone(),
                    addressed,
                    reply_to: self.message.quote_msg_id,
                }
            }
            Kind::Shown | Kind::ShownInGroup => {
                let caption = self.message.text;
                let cut = caption.map(|caption| mention::cut(&caption, &me.name));
                What::Attachment {
                    message: message.clone(),
                    addressed: kind == Kind::Shown || cut.as_ref().is_some_and(|(_, ours)| *ours),
                    caption: cut.map(|(caption, _)| caption),
                }
            }
            Kind::Came => What::Member { here: true },
            Kind::Went => What::Member { here: false },
            Kind::Follows => What::Presence { here: true },
            Kind::Unfollows | Kind::GroupGone => What::Presence { here: false },
            Kind::Unknown => return None,
        };
        let at = self.timestamp.and_then(|at| at.parse().ok());
        Some(Update {
            external_id: message,
            chat: ChatSeen {
                external_id: chat.clone(),
                kind: kind.chat(),
            },
            sender: Sender {
                // Of a group that is gone nobody in particular tells.
                external_id: who.unwrap_or(chat),
                name: self.sender.display_name.unwrap_or_default(),
            },
            at: at.map_or(now, Timestamp),
            what,
        })
    }

    /// Where the group's id stands no source captured; those that read it read it in one of these places.
    fn group(&self, me: &Me) -> Option<String> {
        let places = [
            &self.conversation.id,
            &self.message.conversation_id,
            &self.recipient.group_id,
            &self.recipient.id,
        ];
        let mut found = places.into_iter().flatten();
        found.find(|id| !id.is_empty() && **id != me.oa_id).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const NOW: Timestamp = Timestamp(1_795_500_000_000);

    fn me() -> Me {
        Me {
            oa_id: "900".to_owned(),
            name: "Mầm non Hoa Sen".to_owned(),
        }
    }

    fn event(name: &str, fields: Value) -> Value {
        let mut event = json!({ "app_id": "11", "event_name": name, "sender": { "id": "5" },
            "recipient": { "id": "g1" }, "message": { "msg_id": "m1" }, "timestamp": "1795000000123" });
        for (name, value) in fields.as_object().unwrap() {
            event[name] = value.clone();
        }
        event
    }

    fn told(event: &Value) -> Option<Update> {
        read(event.to_string().as_bytes(), &me(), NOW)
    }

    fn said(text: &str) -> Value {
        json!({ "message": { "msg_id": "m1", "text": text } })
    }

    #[test]
    fn a_group_hears_all_and_is_found_in_each_place() {
        let plain = event("user_send_group_text", said("nhà em quét rồi ạ"));
        let update = told(&plain).unwrap();
        assert_eq!(update.chat.external_id, "g1");
        assert_eq!(update.at, Timestamp(1_795_000_000_123));
        assert!(matches!(
            update.what,
            What::Text {
                addressed: false,
                ..
            }
        ));
        for place in [
            json!({ "recipient": { "id": "900", "group_id": "g1" } }),
            json!({ "recipient": { "id": "900" }, "conversation": { "id": "g1" } }),
            json!({ "recipient": { "id": "900" }, "message": { "msg_id": "m1", "conversation_id": "g1" } }),
        ] {
            let update = told(&event("user_send_group_text", place)).unwrap();
            assert_eq!(update.chat.external_id, "g1");
        }
        let called = event("user_send_group_text", said("@Mầm non Hoa Sen báo cáo"));
        assert!(matches!(
            told(&called).unwrap().what,
            What::Text { addressed: true, text, .. } if text == "báo cáo"
        ));
    }

    #[test]
    fn a_button_comes_back_as_a_tap_and_words_as_words() {
        let tap = Tap::MyTasks.write();
        let tapped = told(&event("user_send_text", said(&tap))).unwrap();
        assert_eq!(
            tapped.what,
            What::Tap {
                data: tap,
                callback: "m1".to_owned()
            }
        );
        assert_eq!(tapped.chat.external_id, "5");
        let words = told(&event("user_send_text", said("em quét rồi ạ"))).unwrap();
        assert!(matches!(
            words.what,
            What::Text {
                addressed: true,
                ..
            }
        ));
    }

    #[test]
    fn coming_going_following_and_the_end_of_a_group_are_told() {
        for (name, what) in [
            ("user_join_group", What::Member { here: true }),
            ("user_leave_group", What::Member { here: false }),
            ("follow", What::Presence { here: true }),
            ("unfollow", What::Presence { here: false }),
            ("delete_group", What::Presence { here: false }),
        ] {
            assert_eq!(told(&event(name, json!({}))).unwrap().what, what, "{name}");
        }
    }

    #[test]
    fn pictures_and_files_are_attachments() {
        for kind in ["image", "file", "sticker", "gif", "audio", "location"] {
            let shown = told(&event(&format!("user_send_group_{kind}"), json!({}))).unwrap();
            assert!(matches!(
                shown.what,
                What::Attachment {
                    addressed: false,
                    ..
                }
            ));
            let shown = told(&event(&format!("user_send_{kind}"), json!({}))).unwrap();
            assert!(matches!(
                shown.what,
                What::Attachment {
                    addressed: true,
                    ..
                }
            ));
        }
    }

    #[test]
    fn our_own_words_new_kinds_and_broken_ones_stop_nothing() {
        for odd in [
            event("oa_send_group_text", json!({})),
            event("update_group_info", json!({})),
            event("user_send_text", json!({ "sender": { "id": "900" } })),
            event(
                "user_send_group_text",
                json!({ "recipient": { "id": "900" } }),
            ),
            json!({ "event_name": 5 }),
            json!([]),
        ] {
            assert_eq!(told(&odd), None, "{odd}");
        }
    }
}
