//! The file of settings, read key by key, so that a mistake is told by its name and place.

use std::path::{Path, PathBuf};

use serde::Deserialize as _;

use super::{Config, LONGEST_BACKUP_DAYS};
use crate::domain::calendar::Calendar;

/// Every key there is, with the tables it stands in, and what kind of value it takes.
const KEYS: [(&str, Kind); 16] = [
    ("database_url", Kind::Text),
    ("http_addr", Kind::Text),
    ("public_url", Kind::Text),
    ("guides", Kind::Text),
    ("print.phone", Kind::Text),
    ("limits.telegram.per_second", Kind::Number),
    ("limits.telegram.per_chat_per_second", Kind::Number),
    ("limits.telegram.per_group_per_minute", Kind::Number),
    ("limits.zalo.per_month", Kind::Number),
    ("limits.zalo.people", Kind::Number),
    ("limits.zalo.groups", Kind::Number),
    ("limits.zalo.kept_for_answers", Kind::Number),
    ("reminders.per_week", Kind::Number),
    ("reminders.holidays", Kind::Days),
    ("backup.folder", Kind::Text),
    (KEEP_DAYS, Kind::Number),
];

/// A list of tables, looked through by itself.
const BOTS: &str = "bot";

const KEEP_DAYS: &str = "backup.keep_days";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    /// From 0 on.
    Number,
    /// "2026-12-24" or "2027-02-01..2027-02-14", each.
    Days,
}

impl Kind {
    fn fits(self, value: &toml::Value) -> bool {
        match self {
            Kind::Text => value.is_str(),
            Kind::Number => value
                .as_integer()
                .is_some_and(|number| (0..=100_000).contains(&number)),
            Kind::Days => value.as_array().is_some_and(|days| {
                days.iter()
                    .all(|day| day.as_str().and_then(Calendar::days).is_some())
            }),
        }
    }
}

const USUAL_FILE: &str = "config/lopso.toml";

#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("cannot read {path:?}: {reason}")]
    Unreadable {
        path: PathBuf,
        reason: std::io::ErrorKind,
    },
    #[error("{path:?} line {line}: not TOML")]
    NotToml { path: PathBuf, line: usize },
    #[error("{path:?}: unknown key {key}")]
    UnknownKey {
        path: PathBuf,
        key: String,
        nearest: Option<&'static str>,
    },
    #[error("{path:?}: {key} has a wrong kind of value")]
    WrongKind { path: PathBuf, key: String },
    #[error("{path:?}: back-ups may not be kept for {days} days")]
    KeptTooLong { path: PathBuf, days: i64 },
}

/// Reads the file named by `LOPSO_CONFIG`, else `config/lopso.toml` if it is there, else the defaults;
/// then lets the environment override. `env` looks a variable up.
pub fn load(env: impl Fn(&str) -> Option<String>) -> Result<Config, Problem> {
    let named = env("LOPSO_CONFIG").map(PathBuf::from);
    let usual = Path::new(USUAL_FILE);
    let mut config = match named {
        Some(path) => read(&path)?,
        None if usual.exists() => read(usual)?,
        None => Config::default(),
    };
    let set = |key: &str| env(key).filter(|value| !value.trim().is_empty());
    if let Some(url) = set("LOPSO_DATABASE_URL") {
        config.database_url = url;
    }
    if let Some(addr) = set("LOPSO_HTTP_ADDR") {
        config.http_addr = addr;
    }
    if let Some(url) = set("LOPSO_PUBLIC_URL") {
        config.public_url = Some(url);
    }
    config.public_url = config
        .public_url
        .map(|url| url.trim().trim_end_matches('/').to_owned());
    Ok(config)
}

fn read(path: &Path) -> Result<Config, Problem> {
    let text = std::fs::read_to_string(path).map_err(|error| Problem::Unreadable {
        path: path.to_owned(),
        reason: error.kind(),
    })?;
    parse(path, &text)
}

fn parse(path: &Path, text: &str) -> Result<Config, Problem> {
    let path = path.to_owned();
    let table: toml::Table = toml::from_str(text).map_err(|error: toml::de::Error| {
        let end = error.span().map_or(0, |span| span.start).min(text.len());
        let line = text.bytes().take(end).filter(|byte| *byte == b'\n').count() + 1;
        Problem::NotToml {
            path: path.clone(),
            line,
        }
    })?;
    bots_are_written_right(&path, &table)?;
    for (key, value) in leaves("", &table) {
        if key == BOTS {
            continue;
        }
        let Some((_, kind)) = KEYS.iter().find(|(known, _)| *known == key) else {
            return Err(Problem::UnknownKey {
                nearest: nearest(&key),
                key,
                path,
            });
        };
        if !kind.fits(value) {
            return Err(Problem::WrongKind { key, path });
        }
        if let Some(days) = value
            .as_integer()
            .filter(|days| *days > LONGEST_BACKUP_DAYS)
            && key == KEEP_DAYS
        {
            return Err(Problem::KeptTooLong { path, days });
        }
    }
    Config::deserialize(table).map_err(|_| Problem::NotToml { path, line: 1 })
}

/// Each `[[bot]]` names a variable of the environment, and nothing else.
fn bots_are_written_right(path: &Path, table: &toml::Table) -> Result<(), Problem> {
    const KEY: &str = "token_env";
    let wrong = |key: &str| Problem::WrongKind {
        path: path.to_owned(),
        key: key.to_owned(),
    };
    let Some(bots) = table.get(BOTS) else {
        return Ok(());
    };
    for bot in bots.as_array().ok_or_else(|| wrong(BOTS))? {
        let bot = bot.as_table().ok_or_else(|| wrong(BOTS))?;
        if let Some(key) = bot.keys().find(|key| *key != KEY) {
            return Err(Problem::UnknownKey {
                path: path.to_owned(),
                key: format!("{BOTS}.{key}"),
                nearest: Some("bot.token_env"),
            });
        }
        // A token itself, written here by mistake, is no name of a variable.
        let is_name = |name: &str| {
            let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
            !name.is_empty() && name.chars().all(fits)
        };
        let name = bot.get(KEY).and_then(toml::Value::as_str);
        if !name.is_some_and(is_name) {
            return Err(wrong("bot.token_env"));
        }
    }
    Ok(())
}

/// Every value with its key written through all tables: `limits.telegram.per_second`. A table where a value is
/// expected, or the other way round, comes out under a key that is none.
fn leaves<'a>(prefix: &str, table: &'a toml::Table) -> Vec<(String, &'a toml::Value)> {
    let mut found = Vec::new();
    for (name, value) in table {
        let key = format!("{prefix}{name}");
        let is_ours = || {
            KEYS.iter()
                .any(|(known, _)| known.starts_with(&format!("{key}.")))
        };
        match value.as_table() {
            Some(inner) if !inner.is_empty() => found.extend(leaves(&format!("{key}."), inner)),
            // An empty table of ours says nothing.
            Some(_) if is_ours() => {}
            Some(_) | None => found.push((key, value)),
        }
    }
    found
}

/// The key somebody probably meant.
fn nearest(key: &str) -> Option<&'static str> {
    /// Below this the words have little in common (Jaro-Winkler, 0–1).
    const ALIKE: f64 = 0.75;
    KEYS.into_iter()
        .map(|(known, _)| (known, strsim::jaro_winkler(known, key)))
        .filter(|(_, alike)| *alike >= ALIKE)
        .max_by(|one, other| one.1.total_cmp(&other.1))
        .map(|(known, _)| known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::shipped_holidays;

    fn parsed(text: &str) -> Result<Config, Problem> {
        parse(Path::new("lopso.toml"), text)
    }

    #[test]
    fn the_shipped_file_says_what_is_the_case_without_it() {
        assert_eq!(
            parsed(include_str!("../../config/lopso.toml")).unwrap(),
            Config::default()
        );
    }

    #[test]
    fn the_lines_that_are_commented_out_are_the_defaults() {
        let shipped = include_str!("../../config/lopso.toml");
        let lines = shipped.lines().filter_map(|line| line.strip_prefix("# "));
        let is_toml = |line: &&str| {
            line.starts_with('[')
                || KEYS.iter().any(|(key, _)| {
                    let last = key.rsplit('.').next().unwrap();
                    line.starts_with(&format!("{last} = "))
                })
        };
        let lines: Vec<&str> = lines.filter(is_toml).collect();
        // All keys but those that have no default.
        assert_eq!(
            lines.iter().filter(|line| !line.starts_with('[')).count(),
            KEYS.len()
        );
        let lines: Vec<&str> = lines
            .into_iter()
            .filter(|line| {
                !["guides", "public_url", "phone"]
                    .iter()
                    .any(|key| line.starts_with(key))
            })
            .collect();
        assert_eq!(parsed(&lines.join("\n")).unwrap(), Config::default());
    }

    #[test]
    fn every_line_of_the_public_holidays_is_a_day() {
        let lines = include_str!("../../config/holidays.toml").lines();
        let days = lines.filter(|line| line.trim_start().starts_with('"'));
        let listed: usize = days
            .map(|line| {
                Calendar::days(line.split('"').nth(1).unwrap())
                    .unwrap()
                    .len()
            })
            .sum();
        assert_eq!((listed, shipped_holidays().len()), (3 * 14, 3 * 14));
    }

    #[test]
    fn a_schools_own_days_come_on_top_of_the_public_ones() {
        let config = parsed("[reminders]\nper_week = 2\nholidays = [\"2026-12-24\"]\n").unwrap();
        assert_eq!(config.reminders.per_week, 2);
        for quiet in [
            jiff::civil::date(2026, 12, 24),
            jiff::civil::date(2027, 2, 6),
        ] {
            let noon = crate::domain::Timestamp::from_local(quiet.at(12, 0, 0, 0)).unwrap();
            assert!(config.reminders.calendar.next_allowed(noon) > noon);
        }
    }

    #[test]
    fn a_key_in_a_table_is_named_with_its_table() {
        let unknown = |text| match parsed(text) {
            Err(Problem::UnknownKey { key, nearest, .. }) => (key, nearest),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            unknown("[limits.telegram]\nper_secnd = 3\n"),
            (
                "limits.telegram.per_secnd".to_owned(),
                Some("limits.telegram.per_second")
            )
        );
        assert_eq!(unknown("limits = 3").0, "limits");
        for wrong in [
            "[reminders]\nper_week = -1",
            "[reminders]\nper_week = \"3\"",
            "[reminders]\nholidays = [\"24/12\"]",
        ] {
            assert!(
                matches!(parsed(wrong), Err(Problem::WrongKind { .. })),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_backup_may_not_outlive_the_time_a_deletion_may_take() {
        let kept = |days| parsed(&format!("[backup]\nkeep_days = {days}\n"));
        for days in [0, 1, 14] {
            assert_eq!(kept(days).unwrap().backup.keep_days, days);
        }
        assert!(matches!(
            kept(15),
            Err(Problem::KeptTooLong { days: 15, .. })
        ));
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_nearest_known_one() {
        match parsed("databse_url = \"x\"") {
            Err(Problem::UnknownKey { key, nearest, .. }) => {
                assert_eq!(
                    (key.as_str(), nearest),
                    ("databse_url", Some("database_url"))
                );
            }
            other => panic!("{other:?}"),
        }
        assert!(matches!(
            parsed("zzz = 1"),
            Err(Problem::UnknownKey { nearest: None, .. })
        ));
    }

    #[test]
    fn a_slip_in_the_file_is_shown_with_its_line() {
        assert!(matches!(
            parsed("http_addr = \"a\"\n\nguides = = 3\n"),
            Err(Problem::NotToml { line: 3, .. })
        ));
        assert!(
            matches!(parsed("http_addr = 8080"), Err(Problem::WrongKind { key, .. }) if key == "http_addr")
        );
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let config =
            load(|key| (key == "LOPSO_HTTP_ADDR").then(|| "0.0.0.0:9".to_owned())).unwrap();
        assert_eq!(config.http_addr, "0.0.0.0:9");
    }
}
