//! What comes in and what goes out, in words that no platform owns.

use serde::{Deserialize, Serialize};

use super::{AccountId, BotId, ChatId, ClassId, TaskId, Timestamp};

/// Something that happened in a chat, as a channel understood it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// The platform's own id of this update, unique per bot: the key against counting twice.
    pub external_id: String,
    pub chat: ChatSeen,
    pub sender: Sender,
    pub at: Timestamp,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatSeen {
    pub external_id: String,
    pub kind: ChatKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatKind {
    Private,
    Group,
}

impl ChatKind {
    pub fn slug(self) -> &'static str {
        match self {
            ChatKind::Private => "private",
            ChatKind::Group => "group",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        [ChatKind::Private, ChatKind::Group]
            .into_iter()
            .find(|kind| kind.slug() == slug)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    pub external_id: String,
    /// The name the person shows on the platform. For a teacher's eyes only; never logged.
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Text {
        text: String,
        /// The platform's id of this message, to react to it.
        message: String,
        /// The bot was mentioned or its message was answered. In a private chat everything is for the bot.
        addressed: bool,
        /// The platform's id of the bot's message that this one answers.
        reply_to: Option<String>,
    },
    Tap {
        data: String,
        /// The platform's id under which the tap wants its answer.
        callback: String,
    },
    /// A photo, file, sticker or voice message. It is never downloaded.
    Attachment {
        caption: Option<String>,
        message: String,
        addressed: bool,
    },
    /// Something that the platform does not let the bot read: a protected account, such as a child's, or a kind of
    /// message that it does not pass on.
    Unreadable,
    /// The bot came into this chat or is no longer in it: put into a group or out of it, its private chat
    /// opened or blocked.
    Presence { here: bool },
    /// The sender is in this group, or not (any more): came, went, or was looked for.
    Member { here: bool },
    /// The group goes on under another id of the platform's.
    Moved { to: String },
}

/// One answer a person can choose: a button where the channel has buttons, a number where it has not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub label: String,
    /// At most 64 bytes (Telegram's limit for callback data); checked on the server when it comes back.
    pub data: String,
}

impl Choice {
    pub fn new(label: impl Into<String>, data: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            data: data.into(),
        }
    }
}

/// The message to be answered: where it stands and how its author can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    pub account: AccountId,
    pub chat: ChatId,
    pub kind: ChatKind,
    /// The platform's id of the person.
    pub person: String,
    /// Set when the person tapped a button.
    pub callback: Option<String>,
    /// The platform's id of the person's message, when there is one.
    pub message: Option<String>,
    /// The private chat between this account and the bot, when the person ever opened it.
    pub private_chat: Option<ChatId>,
}

/// What a feature wants to say. `render` decides how the channel can say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Say {
    /// An acknowledgement: a toast for a tap, `private` in a private chat; in a group at most a
    /// reaction or the nameless `public` words.
    Acknowledge {
        to: Asker,
        private: String,
        public: &'static str,
    },
    /// An acknowledgement of a tap that opens the private chat, with this word for the beginning, where the
    /// channel can do that; elsewhere the words alone.
    Invite {
        to: Asker,
        text: String,
        begin: &'static str,
    },
    /// An answer with content that everybody may read. A tap in a group still gets it as a message.
    Answer {
        to: Asker,
        text: String,
        choices: Vec<Choice>,
    },
    /// An answer with a family's or a class's own data: in a private chat as it stands; asked from a
    /// group it goes to the private chat and the group sees only `public`.
    Confide {
        to: Asker,
        text: String,
        choices: Vec<Choice>,
        public: &'static str,
    },
    /// A message nobody asked for in this chat.
    Post {
        bot: BotId,
        chat: ChatId,
        text: String,
        choices: Vec<Choice>,
        priority: Priority,
    },
    /// A private message nobody asked for: dropped again when the family answers before it is sent.
    Remind {
        bot: BotId,
        chat: ChatId,
        about: TaskId,
        text: String,
        choices: Vec<Choice>,
    },
    /// A picture or a document for somebody who asked for it, privately. Where a channel takes no files its name
    /// is said instead.
    File {
        to: Asker,
        show: Show,
        name: String,
        content: Vec<u8>,
        caption: String,
    },
    /// The board of a class group: a fresh message, or a new text for the one that hangs there.
    Board {
        class: ClassId,
        bot: BotId,
        chat: ChatId,
        text: String,
        choices: Vec<Choice>,
        fresh: bool,
    },
}

impl Say {
    /// A message nobody asked for in this chat, with the urgency of an answer.
    pub fn post(bot: BotId, chat: ChatId, text: impl Into<String>, choices: Vec<Choice>) -> Self {
        Say::Post {
            bot,
            chat,
            text: text.into(),
            choices,
            priority: Priority::Reply,
        }
    }
}

/// Which message goes first when many wait. The number is the stored order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// The answer to a tap: the platform drops it after seconds.
    Tap,
    Reply,
    Board,
    Reminder,
}

impl Priority {
    pub fn order(self) -> i64 {
        match self {
            Priority::Tap => 0,
            Priority::Reply => 1,
            Priority::Board => 2,
            Priority::Reminder => 3,
        }
    }
}

/// What a channel can do. Features never ask which platform it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    pub buttons: bool,
    pub edit: bool,
    /// A board is drawn anew no more often than this, in milliseconds: rewriting counts against the limit of its
    /// chat, and answers need their part of it; where nothing can be rewritten it is a message more for everybody.
    pub redraw_ms: i64,
    pub reaction: bool,
    /// Longest text of one message, in UTF-16 units (Telegram 4096, Zalo 2000).
    pub text_limit: usize,
    /// In a group an answer can quote the message that it answers.
    pub quotes: bool,
    /// In a group an answer can call the person whom it answers.
    pub calls: bool,
    pub photos: Option<Files>,
    pub documents: Option<Files>,
    /// Longest text of a tap's own answer, in UTF-16 units (Telegram 200).
    pub toast_limit: usize,
    /// A link opens the private chat with a word to begin with (Telegram's `?start=`).
    pub begins_by_link: bool,
}

/// The files of one sort that a channel takes, by upload or by an address from which the platform fetches them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Files {
    /// In bytes.
    pub largest: usize,
    /// The endings of their names; none stands for any.
    pub endings: &'static [&'static str],
    /// Longest text under one, in UTF-16 units; 0 where it goes without.
    pub caption_limit: usize,
}

impl Files {
    pub fn take(&self, name: &str, size: usize) -> bool {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let known = |one: &&str| one.eq_ignore_ascii_case(ending);
        size <= self.largest && (self.endings.is_empty() || self.endings.iter().any(known))
    }
}

/// What is sent for one outbox row; the channel turns it into its own JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Payload {
    Message {
        text: String,
        choices: Vec<Choice>,
        /// The message that it answers, by the platform's id.
        reply_to: Option<String>,
        /// Whom it answers, by the platform's id, where the channel can call them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        calls: Option<String>,
    },
    /// A new text for an earlier message; which one stands in the row's `edits`.
    Edit {
        text: String,
        choices: Vec<Choice>,
    },
    /// Plain text beside the button that was tapped; `alert` wants to be closed by hand.
    Toast {
        callback: String,
        text: String,
        alert: bool,
        /// Opens the private chat with this word instead of showing the text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        begin: Option<String>,
    },
    Reaction {
        message: String,
        emoji: String,
    },
    /// A picture to be seen at once, or a file to be kept, with a few words under it.
    File {
        show: Show,
        name: String,
        /// The content in base 64, as it stands in the row.
        content: String,
        caption: String,
    },
}

/// How a file is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Show {
    Photo,
    Document,
}
