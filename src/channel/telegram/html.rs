//! Words as Telegram's HTML. A name such as `Mầm non <Hoa> & Sen` must come out as it was written, and a
//! message with a tag that nobody closed is not sent at all; so there is no way to a message but through here.

use teloxide::Bot;
use teloxide::payloads::{
    EditMessageText, EditMessageTextSetters as _, SendDocument, SendDocumentSetters as _,
    SendMessage, SendMessageSetters as _, SendPhoto, SendPhotoSetters as _,
};
use teloxide::requests::{MultipartRequest, Requester as _};
use teloxide::types::{ChatId, InputFile, MessageId, ParseMode};

use crate::channel::heading;

/// Text in which every letter stands for itself. Made by escaping only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// A whole message: everything escaped, its heading in bold where it has one.
    pub fn of_message(text: &str) -> Self {
        if let Some((heading, rest)) = heading::of(text) {
            return Self(format!("<b>{}</b>{}", escaped(heading), escaped(rest)));
        }
        Self(escaped(text))
    }
}

/// Outside of tags Telegram asks for these three and no more.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            plain => out.push(plain),
        }
    }
    out
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where words are escaped"
)]
pub fn send(chat: ChatId, text: Html) -> SendMessage {
    SendMessage::new(chat, text.0).parse_mode(ParseMode::Html)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where words are escaped"
)]
pub fn edit(chat: ChatId, message: MessageId, text: Html) -> EditMessageText {
    EditMessageText::new(chat, message, text.0).parse_mode(ParseMode::Html)
}

/// The same message without formatting: without a parse mode every letter stands for itself.
pub fn plainly(call: SendMessage, text: &str) -> SendMessage {
    SendMessage {
        text: text.to_owned(),
        parse_mode: None,
        ..call
    }
}

pub fn edit_plainly(call: EditMessageText, text: &str) -> EditMessageText {
    EditMessageText {
        text: text.to_owned(),
        parse_mode: None,
        ..call
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where words are escaped"
)]
pub fn photo(
    bot: &Bot,
    chat: ChatId,
    file: InputFile,
    caption: Html,
) -> MultipartRequest<SendPhoto> {
    let request = bot.send_photo(chat, file).parse_mode(ParseMode::Html);
    request.caption(caption.0)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where words are escaped"
)]
pub fn document(
    bot: &Bot,
    chat: ChatId,
    file: InputFile,
    caption: Html,
) -> MultipartRequest<SendDocument> {
    let request = bot.send_document(chat, file).parse_mode(ParseMode::Html);
    request.caption(caption.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, html: &str) {
        assert_eq!(Html::of_message(text), Html(html.to_owned()));
    }

    #[test]
    fn every_letter_stands_for_itself() {
        check("Dạ, em ghi rồi ạ.", "Dạ, em ghi rồi ạ.");
        check(
            "Mầm non <Hoa> & \"Sen\"",
            "Mầm non &lt;Hoa&gt; &amp; \"Sen\"",
        );
        check("&amp; </b>", "&amp;amp; &lt;/b&gt;");
        check("", "");
    }

    #[test]
    fn a_heading_is_bold_and_only_the_heading() {
        check(
            "📋 Lớp <5A1> – việc\n\n📖 1. Quét",
            "<b>📋 Lớp &lt;5A1&gt; – việc</b>\n\n📖 1. Quét",
        );
        check("📊 Một dòng", "<b>📊 Một dòng</b>");
        check("Dạ 📋 đây ạ", "Dạ 📋 đây ạ");
        check("✅ Đã ghi", "✅ Đã ghi");
    }
}
