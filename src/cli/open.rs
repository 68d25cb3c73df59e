//! What several commands open: settings, database, the installation's key, the school meant, the guides.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::Arc;

use anyhow::Context as _;
use reqwest::Url;
use sqlx::sqlite::SqliteConnectOptions;

use super::live::{OwnZalo, Platform, Way};
use super::{Stop, say, texts};
use crate::channel::telegram::Telegram;
use crate::channel::zalo_bot::ZaloBot;
use crate::channel::zalo_oa::{Credentials, ZaloOa};
use crate::config::{self, Config};
use crate::db::{Db, Problem};
use crate::domain::Channel;
use crate::feature::guide::library::Library;
use crate::installation::{self, Key};
use crate::roster::{School, store};
use crate::sender::pacer::Limits;
use crate::web::webhooks::Webhooks;

pub fn config() -> Result<Config, Stop> {
    config::load(|key| std::env::var(key).ok())
        .map_err(|problem| Stop::Told(texts::config(&problem)))
}

/// Whether an Official Account is set at all.
pub fn has_zalo_oa() -> bool {
    set("LOPSO_ZALO_OA_APP_ID").is_some()
}

/// The Official Account, if its app is set. What happens there is brought to our public address, which its console is
/// told by hand.
pub fn zalo_oa(db: &Db, key: &Key, doors: &Arc<Webhooks>) -> Result<Option<Platform>, Stop> {
    let Some(app_id) = set("LOPSO_ZALO_OA_APP_ID") else {
        return Ok(None);
    };
    let app_secret = set("LOPSO_ZALO_OA_APP_SECRET");
    let credentials = Credentials {
        app_id,
        app_secret: app_secret.ok_or_else(|| Stop::Told(texts::zalo::OA_SECRET.to_owned()))?,
        oa_secret: set("LOPSO_ZALO_OA_SECRET_KEY"),
        seed: set("LOPSO_ZALO_OA_REFRESH_TOKEN"),
    };
    let at = |name: &str, usual: &str| {
        let given = set(name).unwrap_or_else(|| usual.to_owned());
        address(&given, &["http", "https"], texts::zalo::OA_URL)
    };
    let api = at("LOPSO_ZALO_OA_API_URL", "https://openapi.zalo.me")?;
    let oauth = at("LOPSO_ZALO_OA_OAUTH_URL", "https://oauth.zaloapp.com")?;
    let oa = ZaloOa::new(credentials, api, oauth, proxy()?, db.clone(), key.clone());
    let oa = oa.context("Zalo's client not built")?;
    Ok(Some(Platform::ZaloOa(oa, doors.clone())))
}

/// The bots that are set, each with how what happens comes in. Asks no platform anything yet.
pub fn bots(config: &Config, doors: &Arc<Webhooks>) -> Result<Vec<Platform>, Stop> {
    let way = |channel| way_in(channel, config, doors.clone());
    let mut bots = Vec::new();
    if let Some(telegram) = telegram()? {
        bots.push(Platform::Telegram(telegram, way(Channel::Telegram)?));
    }
    for zalo in zalo(config)? {
        bots.push(Platform::ZaloBot(zalo, way(Channel::ZaloBot)?));
    }
    Ok(bots)
}

/// How fast a platform may be written to.
pub fn limits(channel: Channel, config: &Config) -> Limits {
    match channel {
        Channel::Telegram => Limits::telegram(&config.limits.telegram),
        // No rate is published; a bot's month is counted elsewhere, and an account's calls by their answers.
        Channel::ZaloBot | Channel::ZaloOa | Channel::SandboxTelegram | Channel::SandboxZalo => {
            Limits::default()
        }
    }
}

/// The bot on Telegram, if a token is set. Asks Telegram nothing yet.
pub fn telegram() -> Result<Option<Telegram>, Stop> {
    let Some(token) = set("LOPSO_TELEGRAM_TOKEN") else {
        return Ok(None);
    };
    let api = set("LOPSO_TELEGRAM_API_URL").unwrap_or_else(|| TELEGRAM_API.to_owned());
    let api = address(&api, &["http", "https"], texts::telegram::API_URL)?;
    let telegram = Telegram::new(&token, api, proxy()?);
    Ok(Some(telegram.context("Telegram's client not built")?))
}

/// The bots on Zalo: that of the environment's own name, and one for each `[[bot]]`.
pub fn zalo(config: &Config) -> Result<Vec<OwnZalo>, Stop> {
    let first = set(ZALO_TOKEN).map(|token| (ZALO_TOKEN, token));
    let mut tokens: Vec<(&str, String)> = first.into_iter().collect();
    for bot in &config.bots {
        match set(&bot.token_env) {
            Some(token) if tokens.iter().all(|(_, known)| *known != token) => {
                tokens.push((&bot.token_env, token));
            }
            Some(_) => {}
            None => return Err(Stop::Told(texts::zalo::no_token(&bot.token_env))),
        }
    }
    let api = set("LOPSO_ZALO_API_URL").unwrap_or_else(|| ZALO_API.to_owned());
    let api = address(&api, &["http", "https"], texts::zalo::API_URL)?;
    let proxy = proxy()?;
    let bot = |(variable, token): &(&str, String)| {
        let zalo = ZaloBot::new(token, &api, proxy.clone());
        Ok(OwnZalo {
            bot: zalo.context("Zalo's client not built")?,
            variable: (*variable).to_owned(),
        })
    };
    tokens.iter().map(bot).collect()
}

fn proxy() -> Result<Option<Url>, Stop> {
    set("LOPSO_PROXY")
        .map(|proxy| address(&proxy, &PROXIES, texts::telegram::PROXY))
        .transpose()
}

/// The way updates come in: with a secret the platform brings them, else they are asked for.
pub fn way_in(channel: Channel, config: &Config, doors: Arc<Webhooks>) -> Result<Way, Stop> {
    let (secret, wrong, no_address) = match channel {
        Channel::ZaloBot => (
            set("LOPSO_ZALO_WEBHOOK_SECRET"),
            texts::zalo::WEBHOOK_SECRET,
            texts::zalo::WEBHOOK_ADDRESS,
        ),
        Channel::Telegram | Channel::ZaloOa | Channel::SandboxTelegram | Channel::SandboxZalo => (
            set("LOPSO_TELEGRAM_WEBHOOK_SECRET"),
            texts::telegram::WEBHOOK_SECRET,
            texts::telegram::WEBHOOK_ADDRESS,
        ),
    };
    let Some(secret) = secret else {
        return Ok(Way::Polling);
    };
    // As Telegram's `setWebhook` asks for it, and well within what Zalo's takes; a short one could be guessed.
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !(16..=256).contains(&secret.len()) || !secret.chars().all(allowed) {
        return Err(Stop::Told(wrong.to_owned()));
    }
    let public_url = config.public_url.clone();
    // What is beside the test's own server may be reached without TLS.
    let is_safe = |url: &String| {
        let tried = cfg!(debug_assertions) && url.starts_with("http://127.0.0.1:");
        url.starts_with("https://") || tried
    };
    let public_url = public_url.filter(is_safe);
    let public_url = public_url.ok_or_else(|| Stop::Told(no_address.to_owned()))?;
    Ok(Way::Webhook {
        public_url,
        secret,
        doors,
    })
}

const ZALO_TOKEN: &str = "LOPSO_ZALO_TOKEN";
const ZALO_API: &str = "https://bot-api.zaloplatforms.com";
const TELEGRAM_API: &str = "https://api.telegram.org";
/// With `socks5h` the proxy looks names up, for networks that answer falsely.
const PROXIES: [&str; 4] = ["http", "https", "socks5", "socks5h"];

/// An address of one of these schemes, or what to tell. Never shown: it may hold a password.
fn address(text: &str, schemes: &[&str], wrong: &str) -> Result<Url, Stop> {
    let url = Url::parse(text).ok();
    url.filter(|url| schemes.contains(&url.scheme()) && url.has_host())
        .ok_or_else(|| Stop::Told(wrong.to_owned()))
}

fn set(name: &str) -> Option<String> {
    let value = std::env::var(name).ok()?;
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}

pub async fn database(url: &str) -> Result<Db, Stop> {
    Db::open(url).await.map_err(|problem| {
        // Why a server refuses is for the operator's log; it never holds a password.
        if let Problem::File { source, .. } | Problem::Server(source) = &problem {
            tracing::warn!(error = %source, "database not opened");
        }
        Stop::Told(texts::database(&problem))
    })
}

/// The SQLite file of an address; none for a server or a database in memory.
pub fn sqlite_file(url: &str) -> Option<PathBuf> {
    let options = url
        .starts_with("sqlite:")
        .then(|| SqliteConnectOptions::from_str(url).ok())
        .flatten()?;
    let file = options.get_filename().to_owned();
    (!url.contains(":memory:")).then_some(file)
}

/// Holds the SQLite file for one `serve`: a second one would send everything twice. Other commands
/// work beside it. Dropped, the lock is free.
pub fn hold(url: &str) -> Result<Option<File>, Stop> {
    let Some(file) = sqlite_file(url) else {
        return Ok(None);
    };
    let path = file.with_extension("lock");
    let folder = path
        .parent()
        .map_or_else(|| PathBuf::from("."), Path::to_owned);
    let told = |error: std::io::Error| Stop::Told(texts::folder(&folder, error.kind()));
    std::fs::create_dir_all(&folder).map_err(told)?;
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(told)?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(TryLockError::WouldBlock) => Err(Stop::Told(texts::already_serving(&file))),
        Err(TryLockError::Error(error)) => Err(told(error)),
    }
}

const KEY_BYTES: usize = 32;

/// The installation's key: from the environment, else from the file beside the database, made at first
/// start and shown once to be kept on paper. A database remembers which key it was used with: a new one,
/// made because the file is missing, would make every hashed child a stranger.
pub async fn key(db: &Db, url: &str) -> Result<Key, Stop> {
    let shown = |path: &Path, hex: &str| say(&texts::new_key(path, hex));
    key_and(db, url, shown).await
}

/// The demo's key is as short-lived as the demo: nobody needs to write it down.
pub async fn demo_key(db: &Db, url: &str) -> Result<Key, Stop> {
    key_and(db, url, |_, _| {}).await
}

async fn key_and(db: &Db, url: &str, made: impl Fn(&Path, &str)) -> Result<Key, Stop> {
    let mut tx = db.read().await?;
    let known = installation::known_key(&mut tx).await?;
    drop(tx);
    let key = Key::new(given_key(url, known.is_some(), made)?);
    match known {
        Some(known) if known != key.mark() => Err(Stop::Told(texts::OTHER_KEY.to_owned())),
        Some(_) => Ok(key),
        None => {
            let mut tx = db.begin().await?;
            installation::keep_key(&mut tx, &key).await?;
            tx.commit().await?;
            Ok(key)
        }
    }
}

/// Where the key's file is, or would be.
pub fn key_file(url: &str) -> PathBuf {
    sqlite_file(url).map_or_else(
        || PathBuf::from("data/lopso.key"),
        |file| file.with_extension("key"),
    )
}

/// The key that was given or stands in the file; none is made.
pub fn known_key(url: &str) -> Result<Option<Key>, Stop> {
    Ok(key_bytes(url)?.map(Key::new))
}

fn key_bytes(url: &str) -> Result<Option<Vec<u8>>, Stop> {
    if let Some(given) = set("LOPSO_INSTALLATION_KEY") {
        let key = from_hex(&given).ok_or_else(|| Stop::Told(texts::BAD_KEY.to_owned()))?;
        return Ok(Some(key));
    }
    let path = key_file(url);
    if !path.exists() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path:?}"))?;
    let key = from_hex(text.trim()).ok_or_else(|| Stop::Told(texts::damaged_key(&path)))?;
    Ok(Some(key))
}

/// With what back-ups are locked in place of the key. Never on the command line, where every process can read it.
pub fn passphrase() -> Option<String> {
    std::env::var("LOPSO_BACKUP_PASSPHRASE")
        .ok()
        .filter(|passphrase| !passphrase.is_empty())
}

fn given_key(url: &str, in_use: bool, made: impl Fn(&Path, &str)) -> Result<Vec<u8>, Stop> {
    if let Some(key) = key_bytes(url)? {
        return Ok(key);
    }
    let path = key_file(url);
    if in_use {
        return Err(Stop::Told(texts::missing_key(&path)));
    }
    let mut key = vec![0_u8; KEY_BYTES];
    getrandom::fill(&mut key).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    let hex = key
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>();
    write_key(&path, &hex)?;
    made(&path, &hex);
    Ok(key)
}

fn write_key(path: &Path, hex: &str) -> Result<(), Stop> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| Stop::Told(texts::folder(folder, error.kind())))?;
    }
    let mut options = File::options();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options
        .open(path)
        .with_context(|| format!("cannot make {path:?}"))?;
    std::io::Write::write_all(&mut file, hex.as_bytes())
        .with_context(|| format!("cannot write {path:?}"))?;
    Ok(())
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if text.len() != KEY_BYTES * 2 || !text.is_ascii() {
        return None;
    }
    (0..KEY_BYTES)
        .map(|place| u8::from_str_radix(&text[place * 2..place * 2 + 2], 16).ok())
        .collect()
}

/// The school a command is about: the one named, or the only one.
pub async fn school(db: &Db, code: Option<&str>) -> Result<School, Stop> {
    let mut tx = db.read().await?;
    let schools = store::schools(&mut tx).await?;
    let codes: Vec<&str> = schools.iter().map(|school| school.code.as_str()).collect();
    match (code, schools.as_slice()) {
        (Some(code), _) => match schools.iter().find(|school| school.code == code) {
            Some(school) => Ok(school.clone()),
            None => Err(Stop::Told(texts::no_such_school(code, &codes))),
        },
        (None, [only]) => Ok(only.clone()),
        (None, []) => Err(Stop::Told(texts::NO_SCHOOL.to_owned())),
        (None, _) => Err(Stop::Told(texts::which_school(&codes))),
    }
}

pub fn library(config: &Config) -> Result<Arc<Library>, Stop> {
    let library = match &config.guides {
        Some(folder) => Library::from_folder(folder),
        None => Library::embedded(),
    };
    library.map(Arc::new).map_err(|problems| {
        Stop::Told(
            problems
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("\n"),
        )
    })
}
