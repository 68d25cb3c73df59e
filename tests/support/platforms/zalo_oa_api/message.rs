//! Messages of the account: the shapes they may have, and what is kept of one that was sent.

use super::super::server::forms::File;
use super::params::present;
use super::state::Refusal;
use super::uploads::Uploads;
use serde::Deserialize;
use std::time::Instant;
use unicode_normalization::is_nfc;

/// In UTF-16 units, the most careful reading of "characters".
const LONGEST_TEXT: usize = 2_000;
const LONGEST_TITLE: usize = 100;
const LONGEST_PAYLOAD: usize = 1_000;
const MOST_BUTTONS: usize = 5;

/// A message of the account as people got it.
#[derive(Debug, Clone, PartialEq)]
pub struct SentMessage {
    pub message_id: String,
    /// Empty if there was none.
    pub text: String,
    pub attachment: Option<Attachment>,
    /// True for a private message that costs money.
    pub billed: bool,
    pub at: Instant,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Attachment {
    ImageAt(String),
    Image(File),
    File(File),
    Buttons(Vec<Button>),
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum Button {
    /// A tap says the payload for everyone to see.
    #[serde(rename = "oa.query.show")]
    Show { title: String, payload: String },
    /// A tap says the payload, but the chat does not show it.
    #[serde(rename = "oa.query.hide")]
    Hide { title: String, payload: String },
    #[serde(rename = "oa.open.url")]
    Open { title: String, payload: Link },
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    pub url: String,
}

/// `message` of a request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    #[serde(default, deserialize_with = "present")]
    pub text: Option<String>,
    #[serde(default, deserialize_with = "present")]
    attachment: Option<Attached>,
}

#[derive(Deserialize)]
#[serde(
    tag = "type",
    content = "payload",
    rename_all = "lowercase",
    deny_unknown_fields
)]
enum Attached {
    Template(Template),
    File(Token),
}

#[derive(Deserialize)]
#[serde(tag = "template_type", rename_all = "lowercase", deny_unknown_fields)]
enum Template {
    Media { elements: Vec<Element> },
    Button { buttons: Vec<Button> },
}

#[derive(Deserialize)]
#[serde(tag = "media_type", rename_all = "lowercase", deny_unknown_fields)]
enum Element {
    Image {
        #[serde(default, deserialize_with = "present")]
        url: Option<String>,
        #[serde(default, deserialize_with = "present")]
        attachment_id: Option<String>,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    token: String,
}

impl Button {
    pub fn title(&self) -> &str {
        match self {
            Self::Show { title, .. } | Self::Hide { title, .. } | Self::Open { title, .. } => title,
        }
    }

    /// What is said by a tap, or the address that it opens.
    pub fn payload(&self) -> &str {
        match self {
            Self::Show { payload, .. } | Self::Hide { payload, .. } => payload,
            Self::Open { payload, .. } => &payload.url,
        }
    }
}

impl Message {
    pub fn has_buttons(&self) -> bool {
        matches!(
            self.attachment,
            Some(Attached::Template(Template::Button { .. }))
        )
    }

    /// The message as it will be sent, if all of it is allowed.
    pub fn judged(
        self,
        uploads: &Uploads,
        message_id: String,
        billed: bool,
    ) -> Result<SentMessage, Refusal> {
        if let Some(text) = &self.text {
            within("text", text, LONGEST_TEXT)?;
        }
        let needs_text = match &self.attachment {
            None | Some(Attached::Template(Template::Button { .. })) => true,
            Some(Attached::Template(Template::Media { .. }) | Attached::File(_)) => false,
        };
        if needs_text && self.text.is_none() {
            return Err(Refusal::field("text is missing"));
        }
        let attachment = match self.attachment {
            None => None,
            Some(Attached::File(_)) if self.text.is_some() => {
                return Err(Refusal::field("a file goes without text"));
            }
            Some(Attached::File(Token { token })) => {
                Some(Attachment::File(uploads.files.get(&token)?))
            }
            Some(Attached::Template(Template::Media { elements })) => {
                Some(one_image(elements, uploads)?)
            }
            Some(Attached::Template(Template::Button { buttons })) => {
                Some(Attachment::Buttons(judged_buttons(buttons)?))
            }
        };
        Ok(SentMessage {
            message_id,
            text: self.text.unwrap_or_default(),
            attachment,
            billed,
            at: Instant::now(),
        })
    }
}

fn one_image(elements: Vec<Element>, uploads: &Uploads) -> Result<Attachment, Refusal> {
    let [Element::Image { url, attachment_id }]: [Element; 1] = elements
        .try_into()
        .map_err(|_| Refusal::field("elements is to hold one image"))?;
    match (url, attachment_id) {
        (Some(url), None) => {
            is_address(&url)?;
            Ok(Attachment::ImageAt(url))
        }
        (None, Some(id)) => Ok(Attachment::Image(uploads.images.get(&id)?)),
        (Some(_), Some(_)) | (None, None) => {
            Err(Refusal::field("an image has either url or attachment_id"))
        }
    }
}

fn judged_buttons(buttons: Vec<Button>) -> Result<Vec<Button>, Refusal> {
    if buttons.is_empty() {
        return Err(Refusal::field("buttons is empty"));
    }
    if buttons.len() > MOST_BUTTONS {
        let why = format!("{} buttons are more than {MOST_BUTTONS}", buttons.len());
        return Err(Refusal::violation(-210, why));
    }
    for button in &buttons {
        within("title", button.title(), LONGEST_TITLE)?;
        within("payload", button.payload(), LONGEST_PAYLOAD)?;
        if let Button::Open { payload, .. } = button {
            is_address(&payload.url)?;
        }
    }
    Ok(buttons)
}

/// Zalo counts letters, so a decomposed text would be cut where nobody expects it.
fn within(field: &str, text: &str, most: usize) -> Result<(), Refusal> {
    let units = text.encode_utf16().count();
    if text.trim().is_empty() {
        return Err(Refusal::field(format!("{field} is empty")));
    }
    if units > most {
        let why = format!("{field} has {units} units, more than {most}");
        return Err(Refusal::violation(-210, why));
    }
    if !is_nfc(text) {
        return Err(Refusal::field(format!("{field} is not in the form NFC")));
    }
    Ok(())
}

fn is_address(url: &str) -> Result<(), Refusal> {
    match url.strip_prefix("https://") {
        Some(rest) if !rest.is_empty() => Ok(()),
        Some(_) | None => Err(Refusal::field(format!("{url:?} is no https address"))),
    }
}
