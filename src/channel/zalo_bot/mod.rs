//! A bot of the Zalo Bot Platform: its events as ours, our rows as its calls.
//!
//! Names of methods and fields: docs.zaloplatforms.com/docs/BOT (2026-09) and what operators saw live; where the two
//! differ both are read.

mod deliver;
pub mod inbound;
mod trouble;

use std::time::Duration;

use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;

pub use super::Trouble;
use super::http;
use super::text_or_number::text_or_number;

/// How long a poll waits for something to happen.
const POLL_S: u64 = 25;
/// A poll's answer comes this much later than its wait at the latest.
const LATE: Duration = Duration::from_secs(10);
/// The longest a short call may take; without an answer by then its outcome counts as unknown.
const PATIENCE: Duration = Duration::from_secs(20);

/// A bot on Zalo.
#[derive(Clone)]
pub struct ZaloBot {
    http: reqwest::Client,
    /// With the token in it: never logged.
    base: Url,
}

/// Who we are on Zalo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    /// "bot.AbC123": stays the same when the bot is called otherwise.
    pub account_name: String,
    /// The text of a mention, without "@".
    pub display_name: String,
    /// Whether it can be invited into groups at all; a bot of before groups cannot.
    pub can_join_groups: bool,
}

/// Whether Zalo could reach the address it was given, by its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    pub ok: bool,
    /// "webhook.http.403", "webhook.err.tls" …; empty where it does not say.
    pub outcome: String,
}

impl ZaloBot {
    /// `api` is the address of the Bot API, without the token; `proxy` is what stands between.
    pub fn new(token: &str, api: &Url, proxy: Option<Url>) -> Result<Self, Trouble> {
        let mut client = reqwest::Client::builder().connect_timeout(Duration::from_secs(10));
        if let Some(proxy) = proxy {
            client = client.proxy(reqwest::Proxy::all(proxy).map_err(|_| Trouble::Unreached)?);
        }
        let base = format!("{}/bot{token}", api.as_str().trim_end_matches('/'));
        Ok(Self {
            http: client.build().map_err(|_| Trouble::Unreached)?,
            base: Url::parse(&base).map_err(|_| Trouble::Unreached)?,
        })
    }

    pub async fn me(&self) -> Result<Me, Trouble> {
        #[derive(Deserialize)]
        struct User {
            #[serde(default, deserialize_with = "text_or_number")]
            id: String,
            account_name: Option<String>,
            display_name: Option<String>,
            #[serde(default)]
            can_join_groups: bool,
        }
        let user: User = self.call("getMe", &json!({}), PATIENCE).await?;
        let account_name = user.account_name.filter(|name| !name.is_empty());
        let account_name = account_name.unwrap_or(user.id);
        Ok(Me {
            display_name: user.display_name.unwrap_or_else(|| account_name.clone()),
            account_name,
            can_join_groups: user.can_join_groups,
        })
    }

    /// The next thing that happened, or nothing within the wait. There is no way to ask for it a second time: what
    /// this returns is told once.
    pub async fn update(&self) -> Result<Option<Box<RawValue>>, Trouble> {
        let wait = Duration::from_secs(POLL_S);
        let wanted = json!({ "timeout": POLL_S });
        match self.call("getUpdates", &wanted, wait + LATE).await {
            Ok(update) => Ok(Some(update)),
            Err(Trouble::Idle) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    /// Has what happens brought to this address. Zalo keeps the address also when it cannot reach it, so what counts
    /// is what it says of that.
    pub async fn bring_to(&self, url: &str, secret: &str) -> Result<Verified, Trouble> {
        #[derive(Deserialize)]
        struct Set {
            verification: Option<Verification>,
        }
        #[derive(Deserialize)]
        struct Verification {
            #[serde(default)]
            ok: bool,
            #[serde(default)]
            outcome: String,
        }
        let wanted = json!({ "url": url, "secret_token": secret });
        let set: Set = self.call("setWebhook", &wanted, PATIENCE).await?;
        // Zalo's older answers say nothing of it.
        let told = set.verification.map_or(
            Verified {
                ok: true,
                outcome: String::new(),
            },
            |told| Verified {
                ok: told.ok,
                outcome: told.outcome,
            },
        );
        Ok(told)
    }

    /// The address to which what happens is brought, if there is one: with it, polling gets nothing.
    pub async fn brought_to(&self) -> Result<Option<String>, Trouble> {
        #[derive(Deserialize)]
        struct Info {
            url: Option<String>,
        }
        match self.call("getWebhookInfo", &json!({}), PATIENCE).await {
            Ok(Info { url }) => Ok(url.filter(|url| !url.is_empty())),
            // So it says that there is none.
            Err(Trouble::Closed) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    pub async fn remove_webhook(&self) -> Result<(), Trouble> {
        let done = self.call("deleteWebhook", &json!({}), PATIENCE).await;
        done.map(|_: serde::de::IgnoredAny| ())
    }

    async fn call<T: for<'de> Deserialize<'de>>(
        &self,
        method: &str,
        parameters: &impl Serialize,
        patience: Duration,
    ) -> Result<T, Trouble> {
        trouble::read(&self.ask(method, parameters, patience).await?)
    }

    /// One request, and what came back of the answer.
    async fn ask(
        &self,
        method: &str,
        parameters: &impl Serialize,
        patience: Duration,
    ) -> Result<Vec<u8>, Trouble> {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{method}", self.base.path()));
        let request = self.http.post(url).json(parameters).timeout(patience);
        match request.send().await {
            Ok(response) => Ok(http::body(response).await.1),
            Err(error) => Err(http::of_network(&error)),
        }
    }
}
