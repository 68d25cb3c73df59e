//! Which method does what, and the small ones themselves.

use super::chats::Place;
use super::params::Params;
use super::rules::within;
use super::sending::message_in;
use super::state::{Refusal, State};
use serde_json::{Map, Value, json};
use std::time::Instant;

const ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

type Values = Map<String, Value>;
type Outcome = Result<Value, Refusal>;

impl State {
    /// Everything but getUpdates, which may have to wait.
    pub fn apply(&mut self, method: &str, params: &Params, now: Instant) -> Outcome {
        let values = &params.values;
        match method {
            "getMe" => Ok(self.me()),
            "sendMessage" => self.send_message(params, now),
            "sendPhoto" => self.send_file("photo", params, now),
            "sendDocument" => self.send_file("document", params, now),
            "editMessageText" => self.edit(params, true, now),
            "editMessageReplyMarkup" => self.edit(params, false, now),
            "deleteMessage" => self.delete_message(values),
            "setMessageReaction" => self.react(values),
            "answerCallbackQuery" => self.answer_tap(values),
            "sendChatAction" => self.act(values),
            "getChat" => self.full_chat(values),
            "getChatMember" => self.chat_member(values),
            "getChatMemberCount" => self.count_members(values),
            "setWebhook" => self.set_webhook(values),
            "deleteWebhook" => Ok(self.delete_webhook(values)),
            "getWebhookInfo" => Ok(self.webhook_info()),
            "setMyCommands" => self.set_commands(values),
            "getMyName" => Ok(self.words_of("setMyName", "name")),
            "getMyDescription" => Ok(self.words_of("setMyDescription", "description")),
            "getMyShortDescription" => {
                Ok(self.words_of("setMyShortDescription", "short_description"))
            }
            "setMyName" => self.set_words(method, values, "name", 64),
            "setMyDescription" => self.set_words(method, values, "description", 512),
            "setMyShortDescription" => self.set_words(method, values, "short_description", 120),
            _ => Err(Refusal::with_status(404, "Not Found")),
        }
    }

    fn delete_message(&mut self, values: &Values) -> Outcome {
        let chat = self.open_chat(values)?;
        let may_delete_all = match chat.place {
            Place::Private { .. } => true,
            Place::Group { .. } => chat.bot_status() == "administrator",
        };
        let message = message_in(chat, values, "message to delete not found")?;
        if !message.own && !may_delete_all {
            return Err(Refusal::bad("message can't be deleted"));
        }
        let id = values["message_id"].as_i64().unwrap_or(0);
        chat.messages.remove(&id);
        Ok(true.into())
    }

    fn react(&mut self, values: &Values) -> Outcome {
        let none = Vec::new();
        let wanted = values.get("reaction").and_then(Value::as_array);
        let wanted = wanted.unwrap_or(&none);
        if wanted.len() > 1 {
            return Err(Refusal::violation("REACTIONS_TOO_MANY"));
        }
        if wanted.iter().any(|reaction| reaction["type"] == "paid") {
            return Err(Refusal::violation("REACTION_INVALID"));
        }
        let chat = self.open_chat(values)?;
        let message = message_in(chat, values, "message to react not found")?;
        message.reactions = wanted
            .iter()
            .filter_map(|reaction| {
                reaction["emoji"]
                    .as_str()
                    .or(reaction["custom_emoji_id"].as_str())
            })
            .map(str::to_owned)
            .collect();
        Ok(true.into())
    }

    fn answer_tap(&mut self, values: &Values) -> Outcome {
        let text = values.get("text").and_then(Value::as_str).unwrap_or("");
        if !within(text, 0, 200) {
            return Err(Refusal::violation("MESSAGE_TOO_LONG"));
        }
        // Beside games, a tap may only open the bot's own private chat.
        let url = values.get("url").and_then(Value::as_str);
        let own = format!("https://t.me/{}?start=", super::USERNAME);
        let begin = url.map(|url| url.strip_prefix(&own).unwrap_or(""));
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if begin.is_some_and(|begin| !within(begin, 1, 64) || !begin.chars().all(allowed)) {
            return Err(Refusal::violation("URL_INVALID"));
        }
        let id = values["callback_query_id"].as_str().unwrap_or("");
        match self.taps.get_mut(id).filter(|tap| !tap.answered) {
            Some(tap) => {
                tap.answered = true;
                if !text.is_empty() {
                    let toasts = self.toasts.entry(tap.user_id).or_default();
                    toasts.push(text.to_owned());
                }
                if let Some(begin) = begin {
                    self.begun.insert(tap.user_id, begin.to_owned());
                }
                Ok(true.into())
            }
            None => Err(Refusal::bad(
                "query is too old and response timeout expired or query ID is invalid",
            )),
        }
    }

    fn act(&mut self, values: &Values) -> Outcome {
        let action = values["action"].as_str().unwrap_or("");
        if !ACTIONS.contains(&action) {
            return Err(Refusal::violation("wrong parameter action in request"));
        }
        self.open_chat(values)?;
        Ok(true.into())
    }

    fn set_commands(&mut self, values: &Values) -> Outcome {
        let none = Vec::new();
        let commands = values["commands"].as_array().unwrap_or(&none);
        if commands.len() > 100 {
            return Err(Refusal::violation("BOT_COMMANDS_TOO_MUCH"));
        }
        for command in commands {
            let name = command["command"].as_str().unwrap_or("");
            let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if !within(name, 1, 32) || !name.chars().all(allowed) {
                return Err(Refusal::violation("BOT_COMMAND_INVALID"));
            }
            if !within(command["description"].as_str().unwrap_or(""), 1, 256) {
                return Err(Refusal::violation("BOT_COMMAND_DESCRIPTION_INVALID"));
            }
        }
        if let Some(chat_id) = values.get("scope").and_then(|scope| scope.get("chat_id")) {
            let mut place = Map::new();
            place.insert("chat_id".to_owned(), chat_id.clone());
            self.open_chat(&place)?;
        }
        self.tell_of_itself("setMyCommands", values);
        Ok(true.into())
    }

    fn set_words(&mut self, method: &str, values: &Values, name: &str, most: usize) -> Outcome {
        let words = values.get(name).and_then(Value::as_str).unwrap_or("");
        if !within(words, 0, most) {
            return Err(Refusal::violation(format!("{name} is too long")));
        }
        self.tell_of_itself(method, values);
        Ok(true.into())
    }

    /// What was set last; a bot has a name from its beginning, and nothing else.
    fn words_of(&self, method: &str, name: &str) -> Value {
        let set = self.profile.iter().rev().find(|(known, _)| known == method);
        let words = set.and_then(|(_, values)| values[name].as_str());
        let first = if name == "name" { "Bot under test" } else { "" };
        json!({ name: words.unwrap_or(first) })
    }

    fn tell_of_itself(&mut self, method: &str, values: &Values) {
        self.profile.push((method.to_owned(), json!(values)));
    }
}
