//! Our rows as Zalo's calls.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization as _;

use super::{PATIENCE, Trouble, ZaloBot, trouble};
use crate::channel::heading;
use crate::channel::text_or_number::text_or_number;
use crate::domain::message::{ChatKind, Payload};
use crate::outbox::Letter;
use crate::understand::split::split;

/// `sendMessage` takes at most 2,000 characters and does not say which unit; a text it finds too long all the same is
/// cut into parts of half that.
const HALF: usize = 1_000;

/// So long a picture may take: Zalo fetches it before it answers.
const FETCHING: Duration = Duration::from_secs(45);

/// So long the word that a picture is coming may hold up the picture.
const A_WORD: Duration = Duration::from_secs(3);

/// What Zalo says of a message it took.
#[derive(Deserialize)]
struct Taken {
    #[serde(default, deserialize_with = "text_or_number")]
    message_id: String,
}

impl ZaloBot {
    /// Sends one row; returns the message's id where there is one.
    pub async fn deliver(&self, letter: &Letter) -> Result<Option<String>, Trouble> {
        match &letter.payload {
            Payload::Message { text, .. } => self.message(letter, text).await,
            // No buttons, edits, reactions or documents: `render` makes no such rows for it. Pictures go by `show`.
            Payload::Edit { .. }
            | Payload::Toast { .. }
            | Payload::Reaction { .. }
            | Payload::File { .. } => Err(Trouble::Refused),
        }
    }

    /// Sends a picture by the address from which Zalo fetches it, which takes its time: meanwhile a private chat shows
    /// that something is being written. Whether a group may be told so is not known.
    pub async fn show(
        &self,
        letter: &Letter,
        url: &str,
        caption: &str,
    ) -> Result<Option<String>, Trouble> {
        if letter.kind == ChatKind::Private {
            let wanted = json!({ "chat_id": letter.to, "action": "typing" });
            // The picture comes also without.
            let _ = self.ask("sendChatAction", &wanted, A_WORD).await;
        }
        let caption: String = caption.nfc().collect();
        let mut wanted = json!({ "chat_id": letter.to, "photo": url });
        if !caption.is_empty() {
            wanted["caption"] = caption.into();
        }
        self.send("sendPhoto", &wanted, FETCHING).await
    }

    /// With its heading in bold; should Zalo not take that, once more as the plain words, and then in parts.
    async fn message(&self, letter: &Letter, text: &str) -> Result<Option<String>, Trouble> {
        // Zalo counts letters and accents in pieces as more than one.
        let text: String = text.nfc().collect();
        let styles = styles(&text);
        if !styles.is_empty() {
            match self.one_message(letter, &text, styles).await {
                Err(Trouble::Refused) => {}
                done => return done,
            }
        }
        match self.one_message(letter, &text, Vec::new()).await {
            Err(Trouble::Refused) if text.encode_utf16().count() > HALF => {}
            done => return done,
        }
        tracing::error!(outbox = letter.id.0, "a text was refused, sent in parts");
        let mut sent = None;
        for part in split(&text, HALF) {
            sent = self.one_message(letter, &part, Vec::new()).await?;
        }
        Ok(sent)
    }

    async fn one_message(
        &self,
        letter: &Letter,
        text: &str,
        styles: Vec<Style>,
    ) -> Result<Option<String>, Trouble> {
        let mut wanted = json!({ "chat_id": letter.to, "text": text });
        if !styles.is_empty() {
            wanted["text_styles"] = serde_json::to_value(styles).unwrap_or(Value::Null);
        }
        self.send("sendMessage", &wanted, PATIENCE).await
    }

    /// A call that makes a message.
    async fn send(
        &self,
        method: &str,
        wanted: &Value,
        patience: Duration,
    ) -> Result<Option<String>, Trouble> {
        let body = self.ask(method, wanted, patience).await?;
        match trouble::read::<Option<Taken>>(&body) {
            Ok(taken) => {
                let id = taken.map(|taken| taken.message_id);
                Ok(id.filter(|id| !id.is_empty()))
            }
            // Its id is not needed where nothing can be rewritten.
            Err(Trouble::Unclear) if trouble::was_done(&body) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }
}

/// `start` and `len` count UTF-16 units.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Style {
    start: usize,
    len: usize,
    st: [&'static str; 1],
}

/// A message's heading in bold.
fn styles(text: &str) -> Vec<Style> {
    let heading = heading::of(text).map(|(heading, _)| Style {
        start: 0,
        len: heading.encode_utf16().count(),
        st: ["b"],
    });
    heading.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_bold_to_its_last_unit() {
        let bold = |len| {
            vec![Style {
                start: 0,
                len,
                st: ["b"],
            }]
        };
        // The sign is two units.
        assert_eq!(styles("📋 Lớp 5A1\n28/32"), bold(10));
        assert_eq!(styles("📖 Quét mã"), bold(10));
        assert_eq!(styles("Dạ, em ghi rồi ạ"), Vec::new());
    }
}
