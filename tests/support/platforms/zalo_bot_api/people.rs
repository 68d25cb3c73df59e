//! What people do in the chats, told to the bot as Zalo tells it, or not told at all.

use super::ZaloBotApi;
use super::photos;
use super::state::{State, is_group, now_ms};
use serde_json::{Value, json};

/// Who speaks, and where.
#[derive(Clone, Copy)]
struct Speaker<'a> {
    chat: &'a str,
    user: &'a str,
    name: &'a str,
}

impl ZaloBotApi {
    /// This person wrote to the bot long ago, so it may write to them; no update tells of it. False when the plan has
    /// no place for one more person. A private chat has the id of its person.
    #[track_caller]
    pub fn private_chat(&self, user: &str) -> bool {
        assert!(is_id(user), "{user} is no person's id");
        self.state().opens_private_chat(user)
    }

    /// A group with the bot in it, also one from which it was removed before; no update tells of it. False when the
    /// plan has no place for one more group: then the bot is not in it.
    #[track_caller]
    pub fn group(&self, group: &str) -> bool {
        let id = group.strip_prefix("zgr-").expect("a group's id");
        assert!(is_id(id), "{group} is no group's id");
        let mut state = self.state();
        if state.has_place_for_group() {
            state.chats.entry(group.to_owned()).or_default().removed = false;
        }
        state.chats.get(group).is_some_and(|chat| !chat.removed)
    }

    /// No update tells of it either.
    #[track_caller]
    pub fn remove_from_group(&self, group: &str) {
        let mut state = self.state();
        let chat = state.chats.get_mut(group).expect("a group that was set up");
        chat.removed = true;
    }

    /// In a private chat this opens the chat. In a group the bot hears nothing of it, even if the text has its name
    /// typed as plain text. Returns the message's id, as all of these do.
    #[track_caller]
    pub fn person_writes(&self, chat: &str, user: &str, name: &str, text: &str) -> String {
        let speaker = Speaker { chat, user, name };
        self.happens(speaker, false, "text", json!({"text": text}))
    }

    /// The bot was picked from the list of members, which puts its name into the text. Where the text does not say
    /// the place, that is the beginning.
    #[track_caller]
    pub fn person_mentions(&self, chat: &str, user: &str, name: &str, text: &str) -> String {
        let speaker = Speaker { chat, user, name };
        let text = if self.is_mentioned_in(text) {
            text.to_owned()
        } else {
            format!("@{} {text}", self.display_name())
        };
        self.happens(speaker, true, "text", json!({"text": text}))
    }

    /// In a group the bot hears replies to its own messages.
    #[track_caller]
    pub fn person_replies(
        &self,
        chat: &str,
        user: &str,
        name: &str,
        text: &str,
        to_message_id: &str,
    ) -> String {
        let speaker = Speaker { chat, user, name };
        let own = |message: &super::SentMessage| message.message_id == to_message_id;
        let heard = self.messages(chat).iter().any(own);
        let mut content = json!({"text": text});
        if self.state().habits.replies_quote {
            content["reply_to_message"] = json!({"message_id": to_message_id});
        }
        self.happens(speaker, heard, "text", content)
    }

    /// In a group the bot hears of a photo only if its name is in the caption, where it counts as picked from the
    /// list.
    #[track_caller]
    pub fn person_sends_photo(
        &self,
        chat: &str,
        user: &str,
        name: &str,
        caption: Option<&str>,
    ) -> String {
        let speaker = Speaker { chat, user, name };
        let heard = caption.is_some_and(|caption| self.is_mentioned_in(caption));
        let documented = self.state().habits.photo_as_documented;
        let field = if documented { "photo" } else { "photo_url" };
        let mut content = json!({ field: self.media("photo.png") });
        if let Some(caption) = caption {
            content["caption"] = caption.into();
        }
        self.happens(speaker, heard, "image", content)
    }

    #[track_caller]
    pub fn person_sends_sticker(&self, chat: &str, user: &str, name: &str) -> String {
        let speaker = Speaker { chat, user, name };
        let content = json!({"sticker": "bfe458bf64fa8da4d4eb", "url": self.media("sticker.png")});
        self.happens(speaker, false, "sticker", content)
    }

    #[track_caller]
    pub fn person_sends_voice(&self, chat: &str, user: &str, name: &str) -> String {
        let speaker = Speaker { chat, user, name };
        let content = json!({"voice_url": self.media("voice.aac")});
        self.happens(speaker, false, "voice", content)
    }

    /// A child, or somebody else whose words the platform keeps to itself, writes: the bot hears that, not what. In a
    /// group its name in the text counts as picked from the list.
    #[track_caller]
    pub fn protected_writes(&self, chat: &str, user: &str, name: &str, text: &str) -> String {
        let speaker = Speaker { chat, user, name };
        let heard = self.is_mentioned_in(text);
        self.happens(speaker, heard, "unsupported", json!({}))
    }

    /// Anything else that might come, as it is, past all rules of groups and of the plan.
    pub fn raw_update(&self, update: Value) {
        self.state().set_out(update);
        self.ring();
    }

    /// Messages in groups that were none of the bot's business.
    pub fn unheard(&self) -> usize {
        self.state().unheard
    }

    #[track_caller]
    fn happens(&self, speaker: Speaker<'_>, heard: bool, kind: &str, content: Value) -> String {
        let mut state = self.state();
        let message_id = state.next_message_id();
        let mut message = speaker.message(&message_id);
        let content = content.as_object().unwrap().clone();
        message.as_object_mut().unwrap().extend(content);
        let mut update = json!({"event_name": format!("message.{kind}.received")});
        if kind != "unsupported" || !state.habits.unsupported_is_bare {
            update["message"] = message;
        }
        state.tell(speaker, heard, update);
        drop(state);
        self.ring();
        message_id
    }

    fn is_mentioned_in(&self, text: &str) -> bool {
        text.contains(&format!("@{}", self.display_name()))
    }

    fn media(&self, name: &str) -> String {
        format!("{}{}{name}", self.url(), photos::FOLDER)
    }

    fn ring(&self) {
        self.inside.news.notify_waiters();
        self.inside.mail.notify_one();
    }
}

impl Speaker<'_> {
    fn message(&self, message_id: &str) -> Value {
        let chat_type = if is_group(self.chat) {
            "GROUP"
        } else {
            "PRIVATE"
        };
        json!({
            "message_id": message_id,
            "date": now_ms(),
            "from": {"id": self.user, "display_name": self.name, "is_bot": false},
            "chat": {"id": self.chat, "chat_type": chat_type},
        })
    }
}

impl State {
    /// What is not the bot's business goes no further, and what the plan has no place for is kept back.
    #[track_caller]
    fn tell(&mut self, speaker: Speaker<'_>, heard: bool, update: Value) {
        assert!(is_id(speaker.user), "{} is no person's id", speaker.user);
        let served = if is_group(speaker.chat) {
            let chat = self.chats.get(speaker.chat);
            let chat = chat.expect("a group that was set up");
            if chat.removed || !heard {
                self.unheard += 1;
                return;
            }
            self.plan.serves(speaker.user)
        } else {
            assert_eq!(
                speaker.chat, speaker.user,
                "a private chat has the id of its person"
            );
            self.opens_private_chat(speaker.user)
        };
        if served && self.plan.takes_in() {
            self.set_out(update);
        } else {
            self.plan.unserved.push(update);
        }
    }

    fn opens_private_chat(&mut self, user: &str) -> bool {
        let served = self.plan.serves(user);
        if served {
            let chat = self.chats.entry(user.to_owned());
            chat.or_default();
        }
        served
    }
}

fn is_id(id: &str) -> bool {
    id.len() == 20
        && id
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, 'a'..='f'))
}
