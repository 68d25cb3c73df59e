//! What Telegram brings, read with our own small structs in which everything is optional: an update of a
//! new kind, or a message with an entity nobody here knows, must cost neither its text nor the others'.
//!
//! Names of fields: Bot API 9.x, `Update`, `Message`, `CallbackQuery`.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::members::{PlaceChanged, member};
use crate::domain::message::{ChatKind, ChatSeen, Sender, Update, What};
use crate::domain::time::SECOND_MS;
use crate::domain::{Timestamp, UpdateId};

/// Who we are on Telegram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    pub id: i64,
    /// Without "@".
    pub username: String,
}

/// One element of what `getUpdates` brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// By which the next poll is told how far we are; none where not even that could be read.
    pub id: Option<i64>,
    /// Nothing for what is not for us to answer; several where one message tells of several people.
    pub updates: Vec<Update>,
}

#[derive(Deserialize)]
struct Head {
    update_id: i64,
}

/// Each kind by itself, so that a broken one does not hide that the others are absent.
#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    edited_message: Option<&'a RawValue>,
    #[serde(borrow)]
    callback_query: Option<&'a RawValue>,
    #[serde(borrow)]
    my_chat_member: Option<&'a RawValue>,
    #[serde(borrow)]
    chat_member: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Message {
    message_id: i64,
    date: Option<i64>,
    chat: Chat,
    from: Option<User>,
    text: Option<String>,
    caption: Option<String>,
    #[serde(default)]
    entities: Vec<Entity>,
    #[serde(default)]
    caption_entities: Vec<Entity>,
    reply_to_message: Option<Box<Answered>>,
    /// The group goes on under this id.
    migrate_to_chat_id: Option<i64>,
    #[serde(default)]
    new_chat_members: Vec<User>,
    left_chat_member: Option<User>,
    #[serde(flatten)]
    more: serde_json::Map<String, serde_json::Value>,
}

#[derive(Deserialize)]
struct Answered {
    message_id: i64,
    from: Option<User>,
}

#[derive(Deserialize)]
pub(super) struct Chat {
    id: i64,
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct User {
    pub(super) id: i64,
    #[serde(default)]
    pub(super) is_bot: bool,
    #[serde(default)]
    first_name: String,
    last_name: Option<String>,
}

#[derive(Deserialize)]
struct Entity {
    #[serde(rename = "type")]
    kind: Option<String>,
    /// In UTF-16 units.
    #[serde(default)]
    offset: usize,
    #[serde(default)]
    length: usize,
    user: Option<User>,
}

#[derive(Deserialize)]
struct Callback {
    id: String,
    from: User,
    message: Option<Tapped>,
    data: Option<String>,
}

#[derive(Deserialize)]
struct Tapped {
    chat: Chat,
}

/// What a message may carry that is no text. It is never downloaded.
const ATTACHMENTS: [&str; 14] = [
    "animation",
    "audio",
    "contact",
    "dice",
    "document",
    "location",
    "paid_media",
    "photo",
    "poll",
    "sticker",
    "venue",
    "video",
    "video_note",
    "voice",
];

pub fn read(raw: &RawValue, me: &Me, now: Timestamp) -> Read {
    let Ok(head) = serde_json::from_str::<Head>(raw.get()) else {
        return Read {
            id: None,
            updates: Vec::new(),
        };
    };
    let body = serde_json::from_str::<Body<'_>>(raw.get()).ok();
    let updates = body.map(|body| body.updates(head.update_id, me, now));
    Read {
        id: Some(head.update_id),
        updates: updates.unwrap_or_default(),
    }
}

impl Body<'_> {
    fn updates(&self, id: i64, me: &Me, now: Timestamp) -> Vec<Update> {
        if let Some(raw) = self.message.or(self.edited_message) {
            let message = parsed::<Message>(raw, id);
            return message.map_or_else(Vec::new, |message| message.updates(id, me, now));
        }
        let one = if let Some(raw) = self.callback_query {
            parsed::<Callback>(raw, id).and_then(|tapped| tapped.update(id, now))
        } else if let Some(raw) = self.my_chat_member {
            parsed::<PlaceChanged>(raw, id).and_then(|place| place.ours(id, now))
        } else if let Some(raw) = self.chat_member {
            parsed::<PlaceChanged>(raw, id).and_then(|place| place.theirs(id, now))
        } else {
            None
        };
        one.into_iter().collect()
    }
}

fn parsed<'a, T: Deserialize<'a>>(raw: &'a RawValue, id: i64) -> Option<T> {
    match serde_json::from_str(raw.get()) {
        Ok(read) => Some(read),
        Err(error) => {
            // Where it broke and how, never what stood there.
            tracing::warn!(update = ?UpdateId(id), line = error.line(), column = error.column(), "update cannot be read");
            None
        }
    }
}

impl Message {
    fn updates(self, id: i64, me: &Me, now: Timestamp) -> Vec<Update> {
        if let Some(to) = self.migrate_to_chat_id {
            return self.moved(id, to, now).into_iter().collect();
        }
        let came = self.new_chat_members.iter().map(|user| (user, true));
        let went = self.left_chat_member.iter().map(|user| (user, false));
        let mut told: Vec<Update> = came
            .chain(went)
            .filter_map(|(user, here)| member(id, &self.chat, user, here, now))
            .collect();
        told.extend(self.said(id, me, now));
        told
    }

    /// What somebody wrote or sent.
    fn said(self, id: i64, me: &Me, now: Timestamp) -> Option<Update> {
        let from = self.from.as_ref().filter(|from| !from.is_bot)?;
        let kind = self.chat.kind()?;
        let answered = self.reply_to_message.as_ref();
        let answers_us = answered
            .is_some_and(|message| message.from.as_ref().is_some_and(|from| from.id == me.id));
        let (words, entities) = match &self.text {
            Some(text) => (text.as_str(), &self.entities),
            None => (
                self.caption.as_deref().unwrap_or_default(),
                &self.caption_entities,
            ),
        };
        let (rest, mentioned) = without_our_name(words, entities, me);
        let addressed = kind == ChatKind::Private || answers_us || mentioned;
        let message = self.message_id.to_string();
        let what = if self.text.is_some() {
            What::Text {
                text: rest,
                message,
                addressed,
                reply_to: answered
                    .filter(|_| answers_us)
                    .map(|message| message.message_id.to_string()),
            }
        } else if ATTACHMENTS.iter().any(|kind| self.more.contains_key(*kind)) {
            What::Attachment {
                caption: self.caption.as_ref().map(|_| rest),
                message,
                addressed,
            }
        } else {
            return None;
        };
        let sent_at = self.date.map(|seconds| Timestamp(seconds * SECOND_MS));
        Some(Update {
            external_id: id.to_string(),
            chat: self.chat.seen(kind),
            sender: from.sender(),
            at: sent_at.unwrap_or(now),
            what,
        })
    }
}

impl Message {
    /// Telegram signs this with an account of its own, and nobody in particular did it.
    fn moved(self, id: i64, to: i64, now: Timestamp) -> Option<Update> {
        let kind = self.chat.kind()?;
        let sender = Sender {
            external_id: self.chat.id.to_string(),
            name: String::new(),
        };
        Some(Update {
            external_id: id.to_string(),
            chat: self.chat.seen(kind),
            sender: self.from.as_ref().map_or(sender, User::sender),
            at: now,
            what: What::Moved { to: to.to_string() },
        })
    }
}

impl Callback {
    fn update(self, id: i64, now: Timestamp) -> Option<Update> {
        let chat = self.message?.chat;
        let kind = chat.kind()?;
        Some(Update {
            external_id: id.to_string(),
            chat: chat.seen(kind),
            sender: self.from.sender(),
            at: now,
            what: What::Tap {
                data: self.data.unwrap_or_default(),
                callback: self.id,
            },
        })
    }
}

impl Chat {
    /// None for channels, in which nobody of a family speaks.
    pub(super) fn kind(&self) -> Option<ChatKind> {
        match self.kind.as_deref() {
            Some("private") => Some(ChatKind::Private),
            Some("group" | "supergroup") => Some(ChatKind::Group),
            Some(_) | None => None,
        }
    }

    pub(super) fn seen(&self, kind: ChatKind) -> ChatSeen {
        ChatSeen {
            external_id: self.id.to_string(),
            kind,
        }
    }
}

impl User {
    pub(super) fn sender(&self) -> Sender {
        let last = self.last_name.as_deref().unwrap_or_default();
        Sender {
            external_id: self.id.to_string(),
            name: format!("{} {last}", self.first_name).trim().to_owned(),
        }
    }
}

/// The words without a mention of us, wherever it stands, and whether there was one. What Telegram does
/// not mark as a mention ("@LopSoBot" inside a link) is none.
fn without_our_name(text: &str, entities: &[Entity], me: &Me) -> (String, bool) {
    let units: Vec<u16> = text.encode_utf16().collect();
    let part = |entity: &Entity| {
        let end = entity.offset.checked_add(entity.length)?;
        units.get(entity.offset..end).map(String::from_utf16_lossy)
    };
    let ours = |entity: &&Entity| match entity.kind.as_deref() {
        Some("mention") => part(entity).is_some_and(|name| {
            name.trim_start_matches('@')
                .eq_ignore_ascii_case(&me.username)
        }),
        Some("text_mention") => entity.user.as_ref().is_some_and(|user| user.id == me.id),
        Some(_) | None => false,
    };
    let mut found: Vec<&Entity> = entities.iter().filter(ours).collect();
    if found.is_empty() {
        return (text.to_owned(), false);
    }
    found.sort_by_key(|entity| entity.offset);
    let (mut rest, mut at) = (Vec::new(), 0);
    for entity in found {
        rest.extend_from_slice(units.get(at..entity.offset).unwrap_or_default());
        at = entity.offset.saturating_add(entity.length).min(units.len());
    }
    rest.extend_from_slice(units.get(at..).unwrap_or_default());
    (String::from_utf16_lossy(&rest).trim().to_owned(), true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const NOW: Timestamp = Timestamp(1_795_500_000_000);

    fn me() -> Me {
        Me {
            id: 42,
            username: "HoaSenBot".to_owned(),
        }
    }

    fn reads(update: &Value) -> Read {
        let raw = RawValue::from_string(update.to_string()).unwrap();
        read(&raw, &me(), NOW)
    }

    /// A message in a group by Mẹ An, with these fields more or instead.
    fn in_group(fields: Value) -> Value {
        let mut message = json!({
            "message_id": 7, "date": 1_795_000_000,
            "chat": { "id": -1001, "type": "supergroup", "title": "5A1" },
            "from": { "id": 5, "is_bot": false, "first_name": "Mẹ", "last_name": "An" },
        });
        for (name, value) in fields.as_object().unwrap() {
            message[name] = value.clone();
        }
        json!({ "update_id": 900, "message": message })
    }

    /// The one thing that an update tells of.
    fn told(update: &Value) -> Option<Update> {
        let mut updates = reads(update).updates;
        assert!(updates.len() <= 1, "{updates:?}");
        updates.pop()
    }

    fn text(update: &Value) -> (String, bool, Option<String>) {
        match told(update).unwrap().what {
            What::Text {
                text,
                addressed,
                reply_to,
                ..
            } => (text, addressed, reply_to),
            other @ (What::Tap { .. }
            | What::Attachment { .. }
            | What::Unreadable
            | What::Presence { .. }
            | What::Member { .. }
            | What::Moved { .. }) => panic!("{other:?}"),
        }
    }

    #[test]
    fn who_speaks_where_and_when_is_read() {
        let update = told(&in_group(json!({ "text": "em quét rồi ạ" }))).unwrap();
        assert_eq!(update.external_id, "900");
        assert_eq!(update.chat.external_id, "-1001");
        assert_eq!(update.chat.kind, ChatKind::Group);
        assert_eq!(update.sender.external_id, "5");
        assert_eq!(update.sender.name, "Mẹ An");
        assert_eq!(update.at, Timestamp(1_795_000_000_000));
    }

    #[test]
    fn a_mention_is_cut_wherever_it_stands_also_after_accents_and_emoji() {
        let entity =
            |offset, length| json!([{ "type": "mention", "offset": offset, "length": length }]);
        for (words, offset, left) in [
            ("@HoaSenBot báo cáo", 0, "báo cáo"),
            ("báo cáo @hoasenbot", 8, "báo cáo"),
            ("🌸 chào @HoaSenBot nhé", 8, "🌸 chào  nhé"),
            (
                "ba\u{301}o ca\u{301}o @HoaSenBot",
                10,
                "ba\u{301}o ca\u{301}o",
            ),
        ] {
            let update = in_group(json!({ "text": words, "entities": entity(offset, 10) }));
            assert_eq!(text(&update), (left.to_owned(), true, None), "{words}");
        }
        let other = in_group(json!({ "text": "@KhacBot ơi", "entities": entity(0, 8) }));
        assert_eq!(text(&other), ("@KhacBot ơi".to_owned(), false, None));
    }

    #[test]
    fn an_answer_to_us_is_for_us_and_one_to_others_is_not() {
        let answer = |from| {
            in_group(json!({ "text": "rồi ạ", "reply_to_message":
                { "message_id": 3, "from": { "id": from, "is_bot": from == 42, "first_name": "x" } } }))
        };
        assert_eq!(
            text(&answer(42)),
            ("rồi ạ".to_owned(), true, Some("3".to_owned()))
        );
        assert_eq!(text(&answer(6)), ("rồi ạ".to_owned(), false, None));
    }

    #[test]
    fn an_entity_nobody_knows_costs_no_word() {
        let update = in_group(json!({ "text": "mai 8h họp", "entities": [
            { "type": "date_time", "offset": 4, "length": 2, "unix_time": 5 },
            { "offset": 9_999_999, "length": 9_999_999, "type": "mention" },
            { "length": 3 },
        ] }));
        assert_eq!(text(&update).0, "mai 8h họp");
    }

    #[test]
    fn what_is_new_or_broken_stops_nothing_and_keeps_its_number() {
        for odd in [
            json!({ "update_id": 900, "moon_landing": { "who": 1 } }),
            json!({ "update_id": 900, "message": 5 }),
            json!({ "update_id": 900, "message": { "text": "x" } }),
            json!({ "update_id": 900, "callback_query": { "id": "c" } }),
            json!({ "update_id": 900 }),
        ] {
            let read = reads(&odd);
            assert_eq!((read.id, read.updates), (Some(900), Vec::new()), "{odd}");
        }
        assert_eq!(reads(&json!({ "message": {} })).id, None);
    }

    #[test]
    fn other_bots_and_channels_are_not_heard() {
        let bot = json!({ "id": 9, "is_bot": true, "first_name": "Khác" });
        assert_eq!(told(&in_group(json!({ "text": "1", "from": bot }))), None);
        let channel = json!({ "id": -7, "type": "channel" });
        assert_eq!(
            told(&in_group(json!({ "text": "1", "chat": channel }))),
            None
        );
    }

    #[test]
    fn an_edited_message_is_heard_again() {
        let mut update = in_group(json!({ "text": "em ck rồi ạ" }));
        update["edited_message"] = update["message"].take();
        update.as_object_mut().unwrap().remove("message");
        assert_eq!(text(&update).0, "em ck rồi ạ");
    }

    #[test]
    fn a_photo_is_an_attachment_and_a_service_message_is_nothing() {
        let photo = in_group(json!({ "photo": [{}], "caption": "biên lai ạ" }));
        assert!(matches!(
            told(&photo).unwrap().what,
            What::Attachment { caption: Some(words), addressed: false, .. } if words == "biên lai ạ"
        ));
        assert_eq!(told(&in_group(json!({ "new_chat_title": "x" }))), None);
    }

    #[test]
    fn coming_into_a_group_and_leaving_it_is_told_and_a_change_of_rights_is_not() {
        let place = |old: &str, new: &str| {
            let from = json!({ "id": 5, "is_bot": false, "first_name": "Hoa" });
            let chat = json!({ "id": -1001, "type": "supergroup" });
            told(&json!({ "update_id": 902, "my_chat_member": { "chat": chat, "from": from, "date": 1_795_000_000,
                "old_chat_member": { "status": old }, "new_chat_member": { "status": new } } }))
            .map(|update| update.what)
        };
        assert_eq!(place("left", "member"), Some(What::Presence { here: true }));
        assert_eq!(
            place("administrator", "kicked"),
            Some(What::Presence { here: false })
        );
        assert_eq!(place("member", "administrator"), None);
        assert_eq!(place("left", "kicked"), None);
    }

    #[test]
    fn who_came_and_who_went_is_told_for_each_by_name_and_never_for_bots() {
        let people = json!([{ "id": 5, "first_name": "An" }, { "id": 6, "first_name": "Bi" }, { "id": 7, "is_bot": true, "first_name": "Bot" }]);
        let came = reads(&in_group(json!({ "new_chat_members": people }))).updates;
        let who: Vec<_> = came
            .iter()
            .map(|one| (one.external_id.as_str(), one.sender.name.as_str()))
            .collect();
        assert_eq!(who, [("900:5", "An"), ("900:6", "Bi")]);
        assert!(
            came.iter()
                .all(|one| one.what == What::Member { here: true })
        );
        let went = told(&in_group(
            json!({ "left_chat_member": { "id": 5, "first_name": "An" } }),
        ));
        assert_eq!(went.unwrap().what, What::Member { here: false });
        // An administrator lets somebody in: it is about who came, not about who did it.
        let chat = json!({ "id": -1001, "type": "supergroup" });
        let let_in = json!({ "update_id": 903, "chat_member": { "chat": chat, "from": { "id": 1, "first_name": "Hoa" }, "date": 1,
            "old_chat_member": { "status": "left" }, "new_chat_member": { "status": "restricted", "is_member": true,
            "user": { "id": 8, "first_name": "Nam" } } } });
        let let_in = told(&let_in).unwrap();
        assert_eq!(
            (let_in.sender.external_id.as_str(), let_in.what),
            ("8", What::Member { here: true })
        );
    }

    #[test]
    fn a_group_that_goes_on_as_another_is_told_whoever_signs_it() {
        let bot = json!({ "id": 1_087_968_824, "is_bot": true, "first_name": "Group" });
        let update = in_group(json!({ "migrate_to_chat_id": -100_777, "from": bot }));
        let what = told(&update).unwrap().what;
        assert_eq!(
            what,
            What::Moved {
                to: "-100777".to_owned()
            }
        );
    }

    #[test]
    fn a_tap_carries_its_data_and_where_to_answer() {
        let tap = json!({ "update_id": 901, "callback_query": { "id": "cb1",
            "from": { "id": 5, "is_bot": false, "first_name": "An" }, "data": "say.done.1",
            "message": { "message_id": 3, "date": 0, "chat": { "id": -1001, "type": "group" } } } });
        let update = told(&tap).unwrap();
        assert_eq!(
            update.what,
            What::Tap {
                data: "say.done.1".to_owned(),
                callback: "cb1".to_owned()
            }
        );
    }
}
