//! The platforms a bot can live on, and what each can do.

use super::BotId;
use super::message::{Capabilities, Files};
use super::time::DAY_MS;

const MB: usize = 1024 * 1024;

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
    /// 200, `sendPhoto` 10 MB, `sendDocument` 50 MB, captions 1024), the Zalo Bot platform (`sendMessage` and captions
    /// 2000; how large a picture may be is not told), Zalo's OpenAPI (uploads of 1 MB jpg or png, 5 MB pdf, doc, docx
    /// or csv; a file goes without words).
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
                quotes: true,
                calls: false,
                photos: Some(Files {
                    largest: 10 * MB,
                    endings: &[],
                    caption_limit: 1024,
                }),
                documents: Some(Files {
                    largest: 50 * MB,
                    endings: &[],
                    caption_limit: 1024,
                }),
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
                quotes: false,
                calls: self == Channel::ZaloOa,
                photos: match self {
                    Channel::ZaloBot => Some(Files {
                        largest: 5 * MB,
                        endings: &[],
                        caption_limit: 2000,
                    }),
                    Channel::ZaloOa => Some(Files {
                        largest: MB,
                        endings: &["jpg", "jpeg", "png"],
                        caption_limit: 2000,
                    }),
                    Channel::SandboxZalo | Channel::Telegram | Channel::SandboxTelegram => None,
                },
                documents: match self {
                    Channel::ZaloOa => Some(Files {
                        largest: 5 * MB,
                        endings: &["pdf", "doc", "docx", "csv"],
                        caption_limit: 0,
                    }),
                    Channel::ZaloBot
                    | Channel::SandboxZalo
                    | Channel::Telegram
                    | Channel::SandboxTelegram => None,
                },
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

    /// A fresh board rings at everybody's in the group, and waits for the morning. Telegram's is rewritten for days; the
    /// demo is played at any hour.
    pub fn rings_with_boards(self) -> bool {
        match self {
            Channel::ZaloBot | Channel::ZaloOa => true,
            Channel::Telegram | Channel::SandboxTelegram | Channel::SandboxZalo => false,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_official_account_takes_what_zalo_takes_and_no_excel() {
        let files = Channel::ZaloOa.capabilities().documents.unwrap();
        for (name, size, taken) in [
            ("bao-cao.docx", 5 * MB, true),
            ("BAO-CAO.PDF", 1, true),
            ("bao-cao.docx", 5 * MB + 1, false),
            ("bao-cao.xlsx", 1, false),
            ("bao-cao", 1, false),
        ] {
            assert_eq!(files.take(name, size), taken, "{name}");
        }
        let any = Channel::Telegram.capabilities().documents.unwrap();
        assert!(any.take("bao-cao.xlsx", 50 * MB));
        assert!(!any.take("bao-cao.xlsx", 50 * MB + 1));
    }
}
