//! Chats, who is in them and what stands there.

use super::super::server::forms::File;
use super::SentMessage;
use super::state::{Refusal, State, user};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Ids below this are supergroups, those between it and 0 are basic groups.
const SUPERGROUPS_BELOW: i64 = -1_000_000_000_000;

pub struct Chat {
    pub id: i64,
    pub place: Place,
    pub messages: BTreeMap<i64, Message>,
    pub last_message: i64,
    /// Name and status of everybody seen in a group.
    pub members: BTreeMap<i64, (String, String)>,
}

pub enum Place {
    Private {
        name: String,
        wrote: bool,
        blocked: bool,
    },
    Group {
        title: String,
        bot_status: String,
        moved_to: Option<i64>,
    },
}

pub struct Message {
    /// As Telegram shows it in answers and updates.
    pub told: Value,
    pub own: bool,
    pub edited: usize,
    pub reactions: Vec<String>,
    pub file: Option<File>,
}

impl Chat {
    pub fn new(id: i64, place: Place) -> Self {
        Self {
            id,
            place,
            messages: BTreeMap::new(),
            // Numbers differ from chat to chat, so that nobody takes them for unique.
            last_message: id.unsigned_abs() as i64 % 7 * 10,
            members: BTreeMap::new(),
        }
    }

    pub fn kind(&self) -> &'static str {
        match self.place {
            Place::Private { .. } => "private",
            Place::Group { .. } if self.id < SUPERGROUPS_BELOW => "supergroup",
            Place::Group { .. } => "group",
        }
    }

    pub fn told(&self) -> Value {
        let kind = self.kind();
        match &self.place {
            Place::Private { name, .. } => json!({"id": self.id, "type": kind, "first_name": name}),
            Place::Group { title, .. } => json!({"id": self.id, "type": kind, "title": title}),
        }
    }

    pub fn bot_status(&self) -> &str {
        match &self.place {
            Place::Private { .. } => "member",
            Place::Group { bot_status, .. } => bot_status,
        }
    }

    pub fn next_message(&mut self) -> i64 {
        self.last_message += 1;
        self.last_message
    }

    /// Whether the bot may act here, in Telegram's words if not.
    pub fn reachable(&self) -> Result<(), Refusal> {
        let forbidden = |why: &str| Err(Refusal::with_status(403, format!("Forbidden: {why}")));
        match &self.place {
            Place::Private { blocked: true, .. } => forbidden("bot was blocked by the user"),
            Place::Private { wrote: false, .. } => {
                forbidden("bot can't initiate conversation with a user")
            }
            Place::Private { .. } => Ok(()),
            Place::Group {
                moved_to: Some(new),
                ..
            } => Err(Refusal::bad("group chat was upgraded to a supergroup chat")
                .and(json!({"migrate_to_chat_id": new}))),
            Place::Group { bot_status, .. } => match bot_status.as_str() {
                "kicked" => forbidden(&format!("bot was kicked from the {} chat", self.kind())),
                "left" => forbidden(&format!("bot is not a member of the {} chat", self.kind())),
                _ => Ok(()),
            },
        }
    }
}

impl Message {
    pub fn new(told: Value, own: bool) -> Self {
        Self {
            told,
            own,
            edited: 0,
            reactions: Vec::new(),
            file: None,
        }
    }

    pub fn shown(&self) -> SentMessage {
        let words = self.told.get("text").or_else(|| self.told.get("caption"));
        SentMessage {
            message_id: self.told["message_id"].as_i64().unwrap_or(0),
            text: words.and_then(Value::as_str).unwrap_or("").to_owned(),
            buttons: self.buttons(),
            edited: self.edited,
            reactions: self.reactions.clone(),
            reply_to: self.told["reply_to_message"]["message_id"].as_i64(),
            file: self.file.clone(),
        }
    }

    /// Rows of label and data, or address.
    pub fn buttons(&self) -> Vec<Vec<(String, String)>> {
        let none = Vec::new();
        let rows = self.told["reply_markup"]["inline_keyboard"].as_array();
        let shown = |button: &Value| {
            let target = ["callback_data", "url"]
                .iter()
                .find_map(|name| button[*name].as_str());
            let label = button["text"].as_str().unwrap_or("");
            (label.to_owned(), target.unwrap_or("").to_owned())
        };
        rows.unwrap_or(&none)
            .iter()
            .map(|row| row.as_array().unwrap_or(&none).iter().map(shown).collect())
            .collect()
    }

    pub fn offers(&self, data: &str) -> bool {
        let none = Vec::new();
        let rows = self.told["reply_markup"]["inline_keyboard"].as_array();
        rows.unwrap_or(&none)
            .iter()
            .flat_map(|row| row.as_array().unwrap_or(&none))
            .any(|button| button["callback_data"] == data)
    }
}

impl State {
    /// The registered chat that a call names.
    pub fn chat_named(&mut self, params: &Map<String, Value>) -> Result<&mut Chat, Refusal> {
        let found = match params.get("chat_id") {
            Some(Value::Number(id)) => id.as_i64().and_then(|id| self.chats.get_mut(&id)),
            // Nobody here has an @name.
            Some(_) | None => None,
        };
        found.ok_or_else(|| Refusal::bad("chat not found"))
    }

    /// The same, if the bot may act there.
    pub fn open_chat(&mut self, params: &Map<String, Value>) -> Result<&mut Chat, Refusal> {
        let chat = self.chat_named(params)?;
        chat.reachable()?;
        Ok(chat)
    }

    /// getChat
    pub fn full_chat(&mut self, params: &Map<String, Value>) -> Result<Value, Refusal> {
        let chat = self.open_chat(params)?;
        let mut told = chat.told();
        told["accent_color_id"] = (chat.id.unsigned_abs() % 7).into();
        told["max_reaction_count"] = 11.into();
        told["accepted_gift_types"] = json!({
            "unlimited_gifts": false,
            "limited_gifts": false,
            "unique_gifts": false,
            "premium_subscription": false,
            "gifts_from_channels": false,
        });
        Ok(told)
    }

    /// getChatMember
    pub fn chat_member(&mut self, params: &Map<String, Value>) -> Result<Value, Refusal> {
        let bot_id = self.bot_id;
        let bot = self.bot();
        let user_id = params["user_id"].as_i64().unwrap_or(0);
        let chat = self.open_chat(params)?;
        if user_id == bot_id {
            return Ok(member(bot, chat.bot_status()));
        }
        if let Place::Private { name, .. } = &chat.place
            && user_id == chat.id
        {
            return Ok(member(user(user_id, name), "member"));
        }
        match chat.members.get(&user_id) {
            Some((name, status)) => Ok(member(user(user_id, name), status)),
            None => Err(Refusal::bad("user not found")),
        }
    }

    /// getChatMemberCount
    pub fn count_members(&mut self, params: &Map<String, Value>) -> Result<Value, Refusal> {
        let chat = self.open_chat(params)?;
        let inside = chat.members.values();
        let inside = inside.filter(|(_, status)| !matches!(status.as_str(), "left" | "kicked"));
        // The bot, who could not ask otherwise, counts too.
        Ok(json!(inside.count() + 1))
    }
}

/// A ChatMember with all that its status needs.
pub fn member(user: Value, status: &str) -> Value {
    let mut told = json!({"user": user, "status": status});
    match status {
        "administrator" => {
            for right in [
                "can_manage_chat",
                "can_delete_messages",
                "can_restrict_members",
                "can_invite_users",
            ] {
                told[right] = true.into();
            }
            for right in [
                "can_be_edited",
                "is_anonymous",
                "can_manage_video_chats",
                "can_promote_members",
                "can_change_info",
                "can_post_stories",
                "can_edit_stories",
                "can_delete_stories",
            ] {
                told[right] = false.into();
            }
        }
        "creator" => told["is_anonymous"] = false.into(),
        "restricted" => {
            for right in [
                "can_send_messages",
                "can_send_audios",
                "can_send_documents",
                "can_send_photos",
                "can_send_videos",
                "can_send_video_notes",
                "can_send_voice_notes",
                "can_send_polls",
                "can_send_other_messages",
                "can_add_web_page_previews",
                "can_react_to_messages",
                "can_edit_tag",
                "can_change_info",
                "can_invite_users",
                "can_pin_messages",
                "can_manage_topics",
            ] {
                told[right] = false.into();
            }
            told["is_member"] = true.into();
            told["until_date"] = 0.into();
        }
        "kicked" => told["until_date"] = 0.into(),
        _ => {}
    }
    told
}
