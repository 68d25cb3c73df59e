//! What an installation can set: `config/lopso.toml`, and over it the environment.

mod file;

use std::path::PathBuf;

use jiff::civil::Date;
use serde::Deserialize;

use crate::domain::calendar::Calendar;

pub use file::{Problem, load};

/// Settings of an installation. Secrets are never here: they come from the environment or the key file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Config {
    /// `sqlite:path` or `postgres://…`
    pub database_url: String,
    /// Where the web server listens, `host:port`.
    pub http_addr: String,
    /// Under which address others reach the web server, without a slash at its end; none where they do not.
    pub public_url: Option<String>,
    /// A folder of guides of the school's own, in place of the shipped ones.
    pub guides: Option<PathBuf>,
    pub limits: Limits,
    pub reminders: Reminders,
    pub print: Print,
    pub backup: Backup,
    /// Bots beside those of the environment's own names.
    #[serde(rename = "bot")]
    pub bots: Vec<BotSettings>,
}

/// One `[[bot]]`: a bot on Zalo, whose token stands in the environment under this name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BotSettings {
    pub token_env: String,
}

/// The daily back-up of `lopso serve`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Backup {
    pub folder: PathBuf,
    /// How long each lives; 0 makes none.
    pub keep_days: i64,
}

/// A deletion must be done within 15 days (decree 356/2025), and in a back-up somebody deleted lives on.
pub const LONGEST_BACKUP_DAYS: i64 = 14;

impl Default for Backup {
    fn default() -> Self {
        Self {
            folder: PathBuf::from("data/backups"),
            keep_days: LONGEST_BACKUP_DAYS,
        }
    }
}

/// What stands on paper.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Print {
    /// Whom to call for help.
    pub phone: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database_url: "sqlite:data/lopso.db".to_owned(),
            http_addr: "127.0.0.1:8080".to_owned(),
            public_url: None,
            guides: None,
            print: Print::default(),
            limits: Limits::default(),
            reminders: Reminders::default(),
            backup: Backup::default(),
            bots: Vec::new(),
        }
    }
}

/// How often, and when, families may be reminded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Reminders {
    /// Messages to one family in seven days, over all tasks.
    pub per_week: i64,
    #[serde(deserialize_with = "with_shipped_holidays", rename = "holidays")]
    pub calendar: Calendar,
}

impl Default for Reminders {
    fn default() -> Self {
        Self {
            per_week: 3,
            calendar: Calendar::new(shipped_holidays()),
        }
    }
}

/// A school's own days come on top of the public ones.
fn with_shipped_holidays<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Calendar, D::Error> {
    let own = Vec::<String>::deserialize(from)?;
    let own = own.iter().filter_map(|days| Calendar::days(days)).flatten();
    Ok(Calendar::new(shipped_holidays().into_iter().chain(own)))
}

/// `config/holidays.toml`; a test reads every line of it.
fn shipped_holidays() -> Vec<Date> {
    #[derive(Deserialize)]
    struct File {
        days: Vec<String>,
    }
    let file: Option<File> = toml::from_str(include_str!("../../config/holidays.toml")).ok();
    let days = file.map(|file| file.days).unwrap_or_default();
    days.iter()
        .filter_map(|days| Calendar::days(days))
        .flatten()
        .collect()
}

/// What the platforms allow; 0 is no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Limits {
    pub telegram: TelegramLimits,
    pub zalo: ZaloLimits,
}

/// Telegram's FAQ, "Broadcasting to users": about 30 messages a second, one a second in a chat, 20 a minute in
/// a group.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct TelegramLimits {
    pub per_second: usize,
    pub per_chat_per_second: usize,
    pub per_group_per_minute: usize,
}

impl Default for TelegramLimits {
    fn default() -> Self {
        Self {
            per_second: 30,
            per_chat_per_second: 1,
            per_group_per_minute: 20,
        }
    }
}

/// The free plan of the Zalo Bot Platform (2026-10): 3,000 messages a month in both directions, 50 people and 3 groups
/// a bot. Zalo changes its plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ZaloLimits {
    pub per_month: i64,
    pub people: i64,
    pub groups: i64,
    /// So many of the month's messages are kept for answers: boards and reminders wait before they touch them.
    pub kept_for_answers: i64,
}

impl Default for ZaloLimits {
    fn default() -> Self {
        Self {
            per_month: 3_000,
            people: 50,
            groups: 3,
            kept_for_answers: 600,
        }
    }
}
