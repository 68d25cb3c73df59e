//! The platforms a bot can live on, and what each can do.

use super::BotId;
use super::message::Capabilities;
use super::time::DAY_MS;

/// So many boards a group gets in seven days where a board cannot be rewritten.
pub const BOARDS_A_WEEK: i64 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// Telegram itself.
    Telegram,
    /// A bot of the Zalo Bot Platform: no buttons, no edits, and in a group it hears only mentions and replies.
    ZaloBot,
    /// A Zalo Official Account in groups of its own: hears everything, no buttons in groups, no edits.
    ZaloOa,
    /// The demo's chat page in the manner of Telegram: buttons, edits, reactions, hears everything.
    SandboxTelegram,
    /// The demo's chat page in the manner of a Zalo bot: numbers instead of buttons, no edits, and in
    /// a group it hears only mentions and replies.
    SandboxZalo,
}

impl Channel {
    pub const ALL: [Channel; 5] = [
        Channel::Telegram,
        Channel::ZaloBot,
        Channel::ZaloOa,
        Channel::SandboxTelegram,
        Channel::SandboxZalo,
    ];

    /// The demo's own, on which nobody's words are real.
    pub fn is_sandbox(self) -> bool {
        match self {
            Channel::SandboxTelegram | Channel::SandboxZalo => true,
            Channel::Telegram | Channel::ZaloBot | Channel::ZaloOa => false,
        }
    }

    pub fn slug(self) -> &'static str {
        match self {
            Channel::Telegram => "telegram",
            Channel::ZaloBot => "zalo-bot",
            Channel::ZaloOa => "zalo-oa",
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
                    Channel::SandboxTelegram
                    | Channel::SandboxZalo
                    | Channel::ZaloBot
                    | Channel::ZaloOa => 0,
                },
                reaction: true,
                text_limit: 4096,
                files: true,
                photos: true,
                caption_limit: 1024,
                toast_limit: 200,
                begins_by_link: self == Channel::Telegram,
            },
            Channel::ZaloBot | Channel::ZaloOa | Channel::SandboxZalo => Capabilities {
                buttons: false,
                edit: false,
                // A new text is a new message there: at most two a week and group.
                redraw_ms: 7 * DAY_MS / BOARDS_A_WEEK,
                reaction: false,
                text_limit: 2000,
                files: false,
                photos: self == Channel::ZaloBot,
                caption_limit: 2000,
                toast_limit: 0,
                begins_by_link: false,
            },
        }
    }

    /// The platform counts a bot's messages by the month, in both directions.
    pub fn is_counted_by_month(self) -> bool {
        match self {
            Channel::ZaloBot => true,
            Channel::Telegram
            | Channel::ZaloOa
            | Channel::SandboxTelegram
            | Channel::SandboxZalo => false,
        }
    }

    /// In a group the bot hears only what mentions it or answers it.
    pub fn hears_only_mentions(self) -> bool {
        match self {
            Channel::Telegram | Channel::ZaloOa | Channel::SandboxTelegram => false,
            Channel::ZaloBot | Channel::SandboxZalo => true,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bot {
    pub id: BotId,
    pub channel: Channel,
    /// By which the platform tells it from its others: Telegram's user name, Zalo's account name.
    pub name: String,
    /// By which people mention it, without "@": on Telegram its user name, on Zalo the name that is shown.
    pub called: String,
}
