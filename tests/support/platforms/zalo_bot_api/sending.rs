//! Sends: the text is parsed, the plan is held, the message stands in its chat afterwards.

use super::Inside;
use super::markup;
use super::photos::Photo;
use super::state::{Chat, Outcome, Refusal, State, Values, now_ms};
use serde_json::{Value, json};

/// A message of the bot.
#[derive(Debug, Clone, PartialEq)]
pub struct SentMessage {
    pub message_id: String,
    /// Text or caption as people read it, without markup.
    pub text: String,
    pub styles: Vec<Style>,
    pub photo: Option<Photo>,
}

/// Words that look different from the rest.
#[derive(Debug, Clone, PartialEq)]
pub struct Style {
    pub words: String,
    pub codes: Vec<String>,
}

impl Inside {
    /// The photo is fetched before the answer goes out; that it cannot be fetched is no reason to refuse.
    pub async fn send_photo(&self, values: &Values) -> Outcome {
        let url = words_of(values, "photo");
        let photo = Photo::at(url);
        let caption = words_of(values, "caption").to_owned();
        let sent = self
            .state()
            .send(values, caption, Vec::new(), Some(photo))?;
        let message_id = sent["message_id"].as_str().unwrap_or("");
        self.fetch(message_id, url).await;
        Ok(Some(sent))
    }
}

impl State {
    pub fn send_message(&mut self, values: &Values) -> Outcome {
        let written = words_of(values, "text");
        let (text, styles) = match values.get("parse_mode").and_then(Value::as_str) {
            Some("html") => (markup::from_html(written).map_err(unreadable)?, Vec::new()),
            Some(_) => (
                markup::from_markdown(written).map_err(unreadable)?,
                Vec::new(),
            ),
            None => (written.to_owned(), styles_in(written, values)?),
        };
        self.send(values, text, styles, None).map(Some)
    }

    /// The action itself leaves no trace but the call.
    pub fn act(&mut self, values: &Values) -> Outcome {
        self.open_chat(values)?;
        Ok(None)
    }

    fn send(
        &mut self,
        values: &Values,
        text: String,
        styles: Vec<Style>,
        photo: Option<Photo>,
    ) -> Result<Value, Refusal> {
        self.open_chat(values)?;
        self.plan.lets_out()?;
        let message_id = self.next_message_id();
        self.open_chat(values)?.messages.push(SentMessage {
            message_id: message_id.clone(),
            text,
            styles,
            photo,
        });
        Ok(json!({"message_id": message_id, "date": now_ms()}))
    }

    fn open_chat(&mut self, values: &Values) -> Result<&mut Chat, Refusal> {
        let removed = Refusal::with_code(self.habits.removed_code, "the bot is not in this group");
        match self.chats.get_mut(words_of(values, "chat_id")) {
            Some(chat) if chat.removed => Err(removed),
            Some(chat) => Ok(chat),
            None => Err(Refusal::with_code(400, "Bad Request: chat not found")),
        }
    }
}

fn unreadable(why: String) -> Refusal {
    Refusal::violation(format!("can't parse text: {why}"))
}

/// Styles count in UTF-16 units, as the phones do; one that ends inside a character is a mistake in counting.
fn styles_in(text: &str, values: &Values) -> Result<Vec<Style>, Refusal> {
    let text: Vec<u16> = text.encode_utf16().collect();
    let number = |value: &Value| usize::try_from(value.as_u64()?).ok();
    let styled = |style: &Value| {
        let start = number(&style["start"])?;
        let end = start.checked_add(number(&style["len"])?)?;
        let words = String::from_utf16(text.get(start..end)?).ok()?;
        let codes = style["st"].as_array()?.iter().filter_map(Value::as_str);
        let codes = codes.map(str::to_owned).collect();
        Some(Style { words, codes })
    };
    let given = values.get("text_styles").and_then(Value::as_array);
    let styles: Option<Vec<Style>> = given.into_iter().flatten().map(styled).collect();
    styles.ok_or_else(|| Refusal::violation("text_styles reach beyond the text"))
}

fn words_of<'a>(values: &'a Values, name: &str) -> &'a str {
    values.get(name).and_then(Value::as_str).unwrap_or("")
}
