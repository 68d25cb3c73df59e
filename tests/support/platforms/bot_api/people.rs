//! What people do in the chats, told to the bot as Telegram tells it.

use super::BotApi;
use super::chats::{Chat, Message, Place, member};
use super::html::found_in;
use super::sending::without_reply;
use super::state::{State, Tap, now_s, user};
use serde_json::{Value, json};

impl BotApi {
    /// Somebody the bot may know of but who never wrote to it.
    pub fn private_chat(&self, id: i64, name: &str) {
        self.state().register(id, name);
    }

    /// A group with the bot in it: `-100…` is a supergroup, any other negative number a basic group.
    pub fn group(&self, id: i64, title: &str) {
        assert!(id < 0, "groups have negative numbers");
        let place = Place::Group {
            title: title.to_owned(),
            bot_status: "member".to_owned(),
            moved_to: None,
        };
        self.state().chats.insert(id, Chat::new(id, place));
    }

    /// The bot may not write to this person until they write again. No update tells of it.
    #[track_caller]
    pub fn block(&self, user_id: i64) {
        match &mut self.state().chat(user_id).place {
            Place::Private { blocked, .. } => *blocked = true,
            Place::Group { .. } => panic!("{user_id} is no person"),
        }
    }

    /// The bot is put out of a group. No update tells of it; [`BotApi::my_chat_member`] does both.
    #[track_caller]
    pub fn kick(&self, group: i64) {
        self.state().chat(group).set_bot_status("kicked");
    }

    /// The bot may stay in a group and read, but not write. No update tells of it.
    #[track_caller]
    pub fn silence(&self, group: i64) {
        self.state().chat(group).set_bot_status("restricted");
    }

    /// A basic group becomes a supergroup: the new number is returned, both chats tell of it.
    #[track_caller]
    pub fn migrate(&self, group: i64) -> i64 {
        let mut state = self.state();
        let new = -1_000_000_000_000 - group.abs();
        let old = state.chat(group);
        assert_eq!(old.kind(), "group", "only a basic group can be upgraded");
        let Place::Group {
            title,
            bot_status,
            moved_to,
        } = &mut old.place
        else {
            panic!("{group} is no group");
        };
        assert!(moved_to.is_none(), "{group} was upgraded before");
        *moved_to = Some(new);
        let place = Place::Group {
            title: title.clone(),
            bot_status: bot_status.clone(),
            moved_to: None,
        };
        let members = old.members.clone();
        let mut chat = Chat::new(new, place);
        chat.members = members;
        state.chats.insert(new, chat);
        // Telegram signs both with its own account for what groups do themselves.
        let from = json!({"id": 1_087_968_824, "is_bot": true, "first_name": "Group"});
        state.happen(group, from.clone(), json!({"migrate_to_chat_id": new}));
        state.happen(new, from, json!({"migrate_from_chat_id": group}));
        self.inside.news.notify_waiters();
        new
    }

    /// Returns the update's number. In a private chat this opens the chat, in a group it makes them a member.
    #[track_caller]
    pub fn person_writes(&self, chat_id: i64, user_id: i64, name: &str, text: &str) -> i64 {
        self.says(chat_id, user_id, name, text, None)
    }

    #[track_caller]
    pub fn person_replies(
        &self,
        chat_id: i64,
        user_id: i64,
        name: &str,
        text: &str,
        message_id: i64,
    ) -> i64 {
        self.says(chat_id, user_id, name, text, Some(message_id))
    }

    #[track_caller]
    fn says(&self, chat_id: i64, user_id: i64, name: &str, text: &str, reply: Option<i64>) -> i64 {
        let mut state = self.state();
        if chat_id == user_id {
            state.register(user_id, name);
        }
        let mut told = words(text);
        if let Some(message_id) = reply {
            let message = state.message(chat_id, message_id);
            told["reply_to_message"] = without_reply(&message.told);
        }
        state.chat(chat_id).take_in(user_id, name);
        let update_id = state.happen(chat_id, user(user_id, name), told);
        self.inside.news.notify_waiters();
        update_id
    }

    /// A photo, with words under it or without.
    #[track_caller]
    pub fn person_shows(&self, chat_id: i64, user_id: i64, name: &str, caption: Option<&str>) {
        let mut state = self.state();
        let photo = json!([{"file_id": "p1", "file_unique_id": "u1", "width": 90, "height": 90}]);
        let mut told = json!({ "photo": photo });
        if let Some(caption) = caption {
            told["caption"] = caption.into();
        }
        state.chat(chat_id).take_in(user_id, name);
        state.happen(chat_id, user(user_id, name), told);
        self.inside.news.notify_waiters();
    }

    /// The person changes what they wrote.
    #[track_caller]
    pub fn edited(&self, chat_id: i64, message_id: i64, text: &str) -> i64 {
        let mut state = self.state();
        let message = state.message(chat_id, message_id);
        assert!(!message.own, "people cannot edit what the bot wrote");
        let told = message.told.as_object_mut().unwrap();
        told.remove("entities");
        told.extend(words(text).as_object().unwrap().clone());
        told.insert("edit_date".to_owned(), now_s().into());
        let told = message.told.clone();
        let update_id = state.deliver("edited_message", told);
        self.inside.news.notify_waiters();
        update_id
    }

    /// Taps a button; refused when the bot's message does not offer this data. Returns the update's number.
    pub fn person_taps(
        &self,
        chat_id: i64,
        user_id: i64,
        name: &str,
        message_id: i64,
        data: &str,
    ) -> Result<i64, String> {
        let mut state = self.state();
        let message = state
            .chats
            .get(&chat_id)
            .and_then(|chat| chat.messages.get(&message_id))
            .filter(|message| message.own)
            .ok_or_else(|| format!("no message {message_id} of the bot in {chat_id}"))?;
        if !message.offers(data) {
            let offered = message.buttons();
            return Err(format!("no button with {data:?}, only {offered:?}"));
        }
        let told = message.told.clone();
        state.chat(chat_id).take_in(user_id, name);
        let id = (4_000_000_000_000_000_000 + state.next_update).to_string();
        let tap = Tap {
            user_id,
            answered: false,
        };
        state.taps.insert(id.clone(), tap);
        let content = json!({
            "id": id,
            "from": user(user_id, name),
            "message": told,
            "chat_instance": format!("{}", chat_id.wrapping_mul(7_919)),
            "data": data,
        });
        let update_id = state.deliver("callback_query", content);
        self.inside.news.notify_waiters();
        Ok(update_id)
    }

    /// A tap with data that no message need offer, as somebody with a made-up client could. Returns the tap's id.
    #[track_caller]
    pub fn person_forges(&self, chat_id: i64, user_id: i64, name: &str, data: &str) -> String {
        let mut state = self.state();
        state.chat(chat_id).take_in(user_id, name);
        let id = (4_000_000_000_000_000_000 + state.next_update).to_string();
        let tap = Tap {
            user_id,
            answered: false,
        };
        state.taps.insert(id.clone(), tap);
        let chat = state.chat(chat_id).told();
        let content = json!({
            "id": id,
            "from": user(user_id, name),
            "message": {"chat": chat, "message_id": 1, "date": 0},
            "chat_instance": format!("{}", chat_id.wrapping_mul(7_919)),
            "data": data,
        });
        state.deliver("callback_query", content);
        self.inside.news.notify_waiters();
        id
    }

    /// Somebody is added to a group.
    #[track_caller]
    pub fn joined(&self, group: i64, user_id: i64, name: &str) -> i64 {
        let mut state = self.state();
        let person = user(user_id, name);
        let chat = state.chat(group);
        chat.take_in(user_id, name);
        let content = json!({
            "chat": chat.told(),
            "from": person,
            "date": now_s(),
            "old_chat_member": member(person.clone(), "left"),
            "new_chat_member": member(person.clone(), "member"),
        });
        state.deliver("chat_member", content);
        let update_id = state.happen(group, person.clone(), json!({"new_chat_members": [person]}));
        self.inside.news.notify_waiters();
        update_id
    }

    /// Somebody goes out of a group.
    #[track_caller]
    pub fn leaves(&self, group: i64, user_id: i64, name: &str) -> i64 {
        let mut state = self.state();
        let person = user(user_id, name);
        let chat = state.chat(group);
        chat.members
            .insert(user_id, (name.to_owned(), "left".to_owned()));
        let content = json!({
            "chat": chat.told(),
            "from": person,
            "date": now_s(),
            "old_chat_member": member(person.clone(), "member"),
            "new_chat_member": member(person.clone(), "left"),
        });
        state.deliver("chat_member", content);
        let update_id = state.happen(group, person.clone(), json!({"left_chat_member": person}));
        self.inside.news.notify_waiters();
        update_id
    }

    /// The bot's own place in a chat changes, by that person's hand, and the bot is told.
    #[track_caller]
    pub fn my_chat_member(
        &self,
        chat_id: i64,
        user_id: i64,
        name: &str,
        old: &str,
        new: &str,
    ) -> i64 {
        let mut state = self.state();
        if chat_id == user_id {
            state.register(user_id, name);
        }
        let bot = state.bot();
        let chat = state.chat(chat_id);
        match &mut chat.place {
            Place::Private { blocked, .. } => *blocked = new == "kicked",
            Place::Group { .. } => chat.set_bot_status(new),
        }
        let content = json!({
            "chat": chat.told(),
            "from": user(user_id, name),
            "date": now_s(),
            "old_chat_member": member(bot.clone(), old),
            "new_chat_member": member(bot, new),
        });
        let update_id = state.deliver("my_chat_member", content);
        self.inside.news.notify_waiters();
        update_id
    }

    /// What somebody is in a group: `creator`, `administrator`, `member`, `left`, `kicked`. No update tells of it.
    #[track_caller]
    pub fn standing(&self, group: i64, user_id: i64, name: &str, status: &str) {
        let standing = (name.to_owned(), status.to_owned());
        self.state().chat(group).members.insert(user_id, standing);
    }

    /// Puts an update of any shape into the queue, as it is; only a missing `update_id` is filled in.
    pub fn deliver(&self, raw: Value) -> i64 {
        let mut state = self.state();
        let mut raw = raw;
        let given = raw.get("update_id").and_then(Value::as_i64);
        let update_id = given.unwrap_or(state.next_update);
        state.next_update = state.next_update.max(update_id + 1);
        if let (None, Some(object)) = (given, raw.as_object_mut()) {
            object.insert("update_id".to_owned(), update_id.into());
        }
        state.updates.push_back(raw);
        self.inside.news.notify_waiters();
        update_id
    }

    /// The number of the newest message in a chat, whoever wrote it.
    #[track_caller]
    pub fn newest_message(&self, chat_id: i64) -> i64 {
        self.state().chat(chat_id).last_message
    }
}

impl State {
    #[track_caller]
    pub fn chat(&mut self, id: i64) -> &mut Chat {
        match self.chats.get_mut(&id) {
            Some(chat) => chat,
            None => panic!("chat {id} is not registered"),
        }
    }

    #[track_caller]
    fn message(&mut self, chat_id: i64, message_id: i64) -> &mut Message {
        match self.chat(chat_id).messages.get_mut(&message_id) {
            Some(message) => message,
            None => panic!("no message {message_id} in {chat_id}"),
        }
    }

    /// A person's chat stays as it is when it is known already.
    fn register(&mut self, id: i64, name: &str) {
        assert!(id > 0, "people have positive numbers");
        let place = Place::Private {
            name: name.to_owned(),
            wrote: false,
            blocked: false,
        };
        self.chats.entry(id).or_insert_with(|| Chat::new(id, place));
    }

    /// Something stands in a chat from now on, and the bot is told.
    #[track_caller]
    fn happen(&mut self, chat_id: i64, from: Value, mut told: Value) -> i64 {
        let chat = self.chat(chat_id);
        told["message_id"] = chat.next_message().into();
        told["from"] = from;
        told["chat"] = chat.told();
        told["date"] = now_s().into();
        chat.messages
            .insert(chat.last_message, Message::new(told.clone(), false));
        self.deliver("message", told)
    }
}

impl Chat {
    fn set_bot_status(&mut self, status: &str) {
        match &mut self.place {
            Place::Group { bot_status, .. } => *bot_status = status.to_owned(),
            Place::Private { .. } => panic!("{} is no group", self.id),
        }
    }

    /// Whoever writes has opened the chat, and is no stranger to the group.
    #[track_caller]
    fn take_in(&mut self, user_id: i64, name: &str) {
        match &mut self.place {
            Place::Private { wrote, blocked, .. } => {
                assert_eq!(self.id, user_id, "a private chat is with one person");
                *wrote = true;
                *blocked = false;
            }
            Place::Group { moved_to, .. } => {
                assert!(moved_to.is_none(), "nobody is in {} any more", self.id);
                let standing = self.members.entry(user_id).or_default();
                name.clone_into(&mut standing.0);
                if !matches!(standing.1.as_str(), "creator" | "administrator") {
                    "member".clone_into(&mut standing.1);
                }
            }
        }
    }
}

fn words(text: &str) -> Value {
    let mut told = json!({"text": text});
    let entities = found_in(text);
    if !entities.is_empty() {
        told["entities"] = entities.into();
    }
    told
}
