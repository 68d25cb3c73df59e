//! The platforms a bot can live on, and what each can do.

use super::BotId;
use super::message::Capabilities;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// Telegram itself.
    Telegram,
    /// The demo's chat page in the manner of Telegram: buttons, edits, reactions, hears everything.
    SandboxTelegram,
    /// The demo's chat page in the manner of a Zalo bot: numbers instead of buttons, no edits, and in
    /// a group it hears only mentions and replies.
    SandboxZalo,
}

impl Channel {
    pub const ALL: [Channel; 3] = [
        Channel::Telegram,
        Channel::SandboxTelegram,
        Channel::SandboxZalo,
    ];

    /// The demo's own, on which nobody's words are real.
    pub fn is_sandbox(self) -> bool {
        match self {
            Channel::SandboxTelegram | Channel::SandboxZalo => true,
            Channel::Telegram => false,
        }
    }

    pub fn slug(self) -> &'static str {
        match self {
            Channel::Telegram => "telegram",
            Channel::SandboxTelegram => "sandbox-telegram",
            Channel::SandboxZalo => "sandbox-zalo",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.slug() == slug)
    }

    /// Limits as the platforms publish them: Telegram's Bot API (`sendMessage` 4096, `answerCallbackQuery`
    /// 200), the Zalo Bot platform (`sendMessage` 2000).
    pub fn capabilities(self) -> Capabilities {
        match self {
            Channel::Telegram | Channel::SandboxTelegram => Capabilities {
                buttons: true,
                edit: true,
                redraw_ms: match self {
                    // Fifteen of the twenty messages a minute that a group may get.
                    Channel::Telegram => 4_000,
                    Channel::SandboxTelegram | Channel::SandboxZalo => 0,
                },
                reaction: true,
                text_limit: 4096,
                files: true,
                caption_limit: 1024,
                toast_limit: 200,
                begins_by_link: self == Channel::Telegram,
            },
            Channel::SandboxZalo => Capabilities {
                buttons: false,
                edit: false,
                redraw_ms: 0,
                reaction: false,
                text_limit: 2000,
                files: false,
                caption_limit: 0,
                toast_limit: 0,
                begins_by_link: false,
            },
        }
    }

    /// In a group the bot hears only what mentions it or answers it.
    pub fn hears_only_mentions(self) -> bool {
        match self {
            Channel::Telegram | Channel::SandboxTelegram => false,
            Channel::SandboxZalo => true,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bot {
    pub id: BotId,
    pub channel: Channel,
    /// The name to mention, without "@".
    pub name: String,
}
