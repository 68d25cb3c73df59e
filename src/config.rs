//! What an installation can set: `config/lopso.toml`, and over it the environment.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Settings of an installation. Secrets are never here: they come from the environment or the key file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Config {
    /// `sqlite:path` or `postgres://…`
    pub database_url: String,
    /// Where the web server listens, `host:port`.
    pub http_addr: String,
    /// A folder of guides of the school's own, in place of the shipped ones.
    pub guides: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database_url: "sqlite:data/lopso.db".to_owned(),
            http_addr: "127.0.0.1:8080".to_owned(),
            guides: None,
        }
    }
}

/// How often, and when, families may be reminded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminders {
    /// Messages to one family in seven days, over all tasks.
    pub per_week: i64,
    pub calendar: crate::domain::calendar::Calendar,
}

impl Default for Reminders {
    fn default() -> Self {
        Self {
            per_week: 3,
            calendar: crate::domain::calendar::Calendar::default(),
        }
    }
}

const KEYS: [&str; 3] = ["database_url", "http_addr", "guides"];
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
    if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(Problem::UnknownKey {
            nearest: nearest(key),
            key: key.clone(),
            path,
        });
    }
    if let Some((key, _)) = table.iter().find(|(_, value)| !value.is_str()) {
        return Err(Problem::WrongKind {
            key: key.clone(),
            path,
        });
    }
    Config::deserialize(table).map_err(|_| Problem::NotToml { path, line: 1 })
}

/// The key somebody probably meant.
fn nearest(key: &str) -> Option<&'static str> {
    /// Below this the words have little in common (Jaro-Winkler, 0–1).
    const ALIKE: f64 = 0.75;
    KEYS.into_iter()
        .map(|known| (known, strsim::jaro_winkler(known, key)))
        .filter(|(_, alike)| *alike >= ALIKE)
        .max_by(|one, other| one.1.total_cmp(&other.1))
        .map(|(known, _)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Config, Problem> {
        parse(Path::new("lopso.toml"), text)
    }

    #[test]
    fn the_shipped_file_says_what_is_the_case_without_it() {
        assert_eq!(
            parsed(include_str!("../config/lopso.toml")).unwrap(),
            Config::default()
        );
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
