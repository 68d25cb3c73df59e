//! Sends and edits: the text is parsed, the limits are held, the message stands in its chat afterwards.

use super::chats::{Chat, Message};
use super::html::{self, Formatted};
use super::params::Params;
use super::rules::within;
use super::state::{Refusal, State, now_s};
use serde_json::{Map, Value, json};
use std::time::Instant;

const LONGEST_TEXT: usize = 4096;
const LONGEST_CAPTION: usize = 1024;
const MOST_BUTTONS: usize = 100;
const LONGEST_DATA_BYTES: usize = 64;

type Values = Map<String, Value>;

/// The words of a call as people will read them.
pub fn formatted(values: &Values) -> Result<Formatted, Refusal> {
    let (name, entities) = if values.contains_key("caption") {
        ("caption", "caption_entities")
    } else {
        ("text", "entities")
    };
    let words = values.get(name).and_then(Value::as_str).unwrap_or("");
    match values.get("parse_mode").and_then(Value::as_str) {
        Some(mode) if mode.eq_ignore_ascii_case("html") => html::parse(words)
            .map_err(|why| Refusal::violation(format!("can't parse entities: {why}"))),
        Some("") | None => {
            let given = values.get(entities).and_then(Value::as_array);
            Ok(html::trimmed(Formatted {
                text: words.to_owned(),
                entities: given.cloned().unwrap_or_default(),
                shown_as_they_are: Vec::new(),
            }))
        }
        // Markdown would need a parser of its own, and the bot should write one language only.
        Some(_) => Err(Refusal::violation("unsupported parse_mode")),
    }
}

impl State {
    pub fn send_message(&mut self, params: &Params, now: Instant) -> Result<Value, Refusal> {
        let words = self.words_within(&params.values, 1, LONGEST_TEXT)?;
        let mut told = json!({"text": words.text});
        if !words.entities.is_empty() {
            told["entities"] = words.entities.into();
        }
        self.send(params, told, now)
    }

    /// sendPhoto and sendDocument
    pub fn send_file(
        &mut self,
        kind: &str,
        params: &Params,
        now: Instant,
    ) -> Result<Value, Refusal> {
        let words = self.words_within(&params.values, 0, LONGEST_CAPTION)?;
        let source = params.values[kind].as_str().unwrap_or("");
        let sent = source
            .strip_prefix("attach://")
            .and_then(|name| params.files.get(name));
        let known = self.files.iter().any(|id| id == source) || source.starts_with("http");
        let file_id = match sent {
            Some(file) if file.bytes.is_empty() => {
                return Err(Refusal::bad("file must be non-empty"));
            }
            Some(file) if kind == "photo" && !is_picture(&file.bytes) => {
                return Err(Refusal::bad("IMAGE_PROCESS_FAILED"));
            }
            Some(_) => format!("{kind}-{}", self.files.len() + 1),
            None if known => source.to_owned(),
            None => {
                return Err(Refusal::bad("wrong file identifier/HTTP URL specified"));
            }
        };
        let mut file = json!({
            "file_id": file_id,
            "file_unique_id": format!("unique-{file_id}"),
            "file_size": sent.map_or(1, |file| file.bytes.len()),
        });
        let mut told = Map::new();
        if kind == "photo" {
            file["width"] = 640.into();
            file["height"] = 640.into();
            told.insert(kind.to_owned(), json!([file]));
        } else {
            file["file_name"] = sent.map_or("file", |file| file.name.as_str()).into();
            told.insert(kind.to_owned(), file);
        }
        if !words.text.is_empty() {
            told.insert("caption".to_owned(), words.text.into());
        }
        if !words.entities.is_empty() {
            told.insert("caption_entities".to_owned(), words.entities.into());
        }
        let answer = self.send(params, Value::Object(told), now)?;
        if let Some(file) = sent {
            self.files.push(file_id);
            let chat = self.chat_named(&params.values)?;
            let id = answer["message_id"].as_i64().unwrap_or(0);
            if let Some(message) = chat.messages.get_mut(&id) {
                message.file = Some(file.clone());
            }
        }
        Ok(answer)
    }

    fn send(&mut self, params: &Params, mut told: Value, now: Instant) -> Result<Value, Refusal> {
        let markup = keyboard(&params.values)?;
        self.admit(&params.values, now)?;
        let bot = self.bot();
        let chat = self.open_chat(&params.values)?;
        if chat.bot_status() == "restricted" {
            return Err(Refusal::bad(
                "not enough rights to send text messages to the chat",
            ));
        }
        if let Some(reply) = params.values.get("reply_parameters") {
            match chat
                .messages
                .get(&reply["message_id"].as_i64().unwrap_or(0))
            {
                Some(message) => told["reply_to_message"] = without_reply(&message.told),
                None if reply["allow_sending_without_reply"] == true => {}
                None => return Err(Refusal::bad("message to be replied not found")),
            }
        }
        told["message_id"] = chat.next_message().into();
        told["from"] = bot;
        told["chat"] = chat.told();
        told["date"] = now_s().into();
        if let Some(markup) = markup {
            told["reply_markup"] = markup;
        }
        chat.messages
            .insert(chat.last_message, Message::new(told.clone(), true));
        Ok(told)
    }

    /// editMessageText and editMessageReplyMarkup
    pub fn edit(&mut self, params: &Params, text: bool, now: Instant) -> Result<Value, Refusal> {
        let values = &params.values;
        if !values.contains_key("chat_id") || !values.contains_key("message_id") {
            return Err(Refusal::violation("message identifier is not specified"));
        }
        let words = match text {
            true => Some(self.words_within(values, 1, LONGEST_TEXT)?),
            false => None,
        };
        let markup = keyboard(values)?;
        self.admit(values, now)?;
        let chat = self.open_chat(values)?;
        let message = message_in(chat, values, "message to edit not found")?;
        if !message.own {
            return Err(Refusal::bad("message can't be edited"));
        }
        let mut told = message.told.clone();
        if let Some(words) = words {
            if told.get("text").is_none() {
                return Err(Refusal::bad("there is no text in the message to edit"));
            }
            told["text"] = words.text.into();
            set(
                &mut told,
                "entities",
                Some(words.entities.into()).filter(|all| *all != json!([])),
            );
        }
        // An edit that brings no buttons takes away those that were there.
        set(&mut told, "reply_markup", markup);
        let mut before = message.told.clone();
        set(&mut before, "edit_date", None);
        set(&mut told, "edit_date", None);
        if told == before {
            return Err(Refusal::bad(
                "message is not modified: specified new message content and reply markup are exactly the same \
                 as a current content and reply markup of the message",
            ));
        }
        told["edit_date"] = now_s().into();
        message.told = told.clone();
        message.edited += 1;
        Ok(told)
    }

    /// The window is looked at before the chat: Telegram counts also what it then refuses.
    fn admit(&mut self, values: &Values, now: Instant) -> Result<(), Refusal> {
        let chat = values["chat_id"].as_i64().unwrap_or(0);
        self.rates.admit(chat, now).map_err(|seconds| {
            let why = format!("Too Many Requests: retry after {seconds}");
            Refusal::with_status(429, why).and(json!({"retry_after": seconds}))
        })
    }

    fn words_within(
        &mut self,
        values: &Values,
        least: usize,
        most: usize,
    ) -> Result<Formatted, Refusal> {
        let words = formatted(values)?;
        if !within(&words.text, 0, most) {
            let what = if most == LONGEST_CAPTION {
                "message caption"
            } else {
                "message"
            };
            return Err(Refusal::violation(format!("{what} is too long")));
        }
        if !within(&words.text, least, most) {
            return Err(Refusal::violation("message text is empty"));
        }
        // Telegram lets this pass; a reader still sees letters that were meant to be a sign.
        for name in &words.shown_as_they_are {
            self.violations
                .push(format!("{name} is shown letter by letter"));
        }
        Ok(words)
    }
}

pub fn message_in<'a>(
    chat: &'a mut Chat,
    values: &Values,
    missing: &str,
) -> Result<&'a mut Message, Refusal> {
    let id = values["message_id"].as_i64().unwrap_or(0);
    chat.messages
        .get_mut(&id)
        .ok_or_else(|| Refusal::bad(missing))
}

/// A quoted message does not quote in turn.
pub fn without_reply(told: &Value) -> Value {
    let mut told = told.clone();
    set(&mut told, "reply_to_message", None);
    told
}

fn set(told: &mut Value, name: &str, value: Option<Value>) {
    if let Some(told) = told.as_object_mut() {
        match value {
            Some(value) => told.insert(name.to_owned(), value),
            None => told.remove(name),
        };
    }
}

/// The inline buttons of a call, if they are as they should be.
fn keyboard(values: &Values) -> Result<Option<Value>, Refusal> {
    let Some(markup) = values.get("reply_markup") else {
        return Ok(None);
    };
    let Some(rows) = markup.get("inline_keyboard").and_then(Value::as_array) else {
        return Ok(None);
    };
    let rows: Vec<&Vec<Value>> = rows
        .iter()
        .filter_map(Value::as_array)
        .filter(|row| !row.is_empty())
        .collect();
    if rows.iter().map(|row| row.len()).sum::<usize>() > MOST_BUTTONS {
        return Err(Refusal::violation("reply markup is too long"));
    }
    for button in rows.iter().copied().flatten() {
        check_button(button)?;
    }
    Ok((!rows.is_empty()).then(|| json!({"inline_keyboard": rows})))
}

fn check_button(button: &Value) -> Result<(), Refusal> {
    let looks = ["text", "icon_custom_emoji_id", "style"];
    let keys = button.as_object().into_iter().flat_map(Map::keys);
    let actions = keys.filter(|key| !looks.contains(&key.as_str())).count();
    if button["text"]
        .as_str()
        .is_none_or(|label| label.trim().is_empty())
    {
        return Err(Refusal::violation("inline keyboard button text is empty"));
    }
    match actions {
        0 => {
            return Err(Refusal::violation(
                "Text buttons are unallowed in the inline keyboard",
            ));
        }
        1 => {}
        _ => {
            return Err(Refusal::violation(
                "an inline keyboard button has exactly one action",
            ));
        }
    }
    if let Some(data) = button["callback_data"].as_str()
        && !(1..=LONGEST_DATA_BYTES).contains(&data.len())
    {
        return Err(Refusal::violation("BUTTON_DATA_INVALID"));
    }
    if let Some(url) = button["url"].as_str()
        && !is_address(url)
    {
        return Err(Refusal::violation(format!(
            "inline keyboard button URL '{url}' is invalid: Wrong HTTP URL"
        )));
    }
    Ok(())
}

/// Telegram takes links into the world or into itself, not to a machine nobody else can reach.
fn is_address(url: &str) -> bool {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or("");
    match scheme {
        "tg" => !rest.is_empty(),
        "http" | "https" => host.contains('.') && !host.starts_with('.') && !host.ends_with('.'),
        _ => false,
    }
}

fn is_picture(bytes: &[u8]) -> bool {
    let beginnings: [&[u8]; 4] = [b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF"];
    beginnings.iter().any(|begin| bytes.starts_with(begin))
}
