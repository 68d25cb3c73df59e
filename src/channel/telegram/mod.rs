//! Telegram: its updates as ours, our rows as its calls. The only place that knows teloxide, which sends;
//! what comes in is read by `inbound`, since teloxide loses the text of a message with a newer entity.

mod deliver;
mod html;
pub mod inbound;
mod members;
pub mod profile;
mod trouble;

use std::time::Duration;

use reqwest::{StatusCode, Url};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub use super::Trouble;
use super::http;
use inbound::Me;

/// How long a poll waits for something to happen. Telegram's own advice is long polling; routers in
/// schools drop silent connections after about a minute.
const POLL_S: u64 = 25;
/// A poll's answer comes this much later than its wait at the latest.
const PATIENCE: Duration = Duration::from_secs(15);
const WHOLE_PATIENCE: Duration = Duration::from_secs(POLL_S).saturating_add(PATIENCE);
/// What we read; Telegram keeps everything else to itself.
const KINDS: [&str; 5] = [
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    // Who comes and goes, where the bot is an administrator.
    "chat_member",
];

/// A bot on Telegram.
#[derive(Clone)]
pub struct Telegram {
    bot: teloxide::Bot,
    http: reqwest::Client,
    /// With the token in it: never logged.
    base: Url,
}

impl Telegram {
    /// `api` is the address of the Bot API, without the token; `proxy` is what stands between, where a
    /// network does not let Telegram through: `http`, `https`, `socks5` or `socks5h`.
    pub fn new(token: &str, api: Url, proxy: Option<Url>) -> Result<Self, Trouble> {
        let mut client = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .timeout(WHOLE_PATIENCE);
        if let Some(proxy) = proxy {
            client = client.proxy(reqwest::Proxy::all(proxy).map_err(|_| Trouble::Unreached)?);
        }
        let http = client.build().map_err(|_| Trouble::Unreached)?;
        let base = format!("{}/bot{token}", api.as_str().trim_end_matches('/'));
        let base = Url::parse(&base).map_err(|_| Trouble::Unreached)?;
        let bot = teloxide::Bot::with_client(token, http.clone()).set_api_url(api);
        Ok(Self { bot, http, base })
    }

    pub async fn me(&self) -> Result<Me, Trouble> {
        #[derive(Deserialize)]
        struct User {
            id: i64,
            username: String,
        }
        let user: User = self.call("getMe", &serde_json::json!({})).await?;
        Ok(Me {
            id: user.id,
            username: user.username,
        })
    }

    /// What happened from `offset` on; everything before it is forgotten by Telegram. Waits for something
    /// to happen.
    pub async fn updates(&self, offset: i64) -> Result<Vec<Box<RawValue>>, Trouble> {
        let wanted = serde_json::json!({
            "offset": offset, "limit": crate::app::BATCH, "timeout": POLL_S, "allowed_updates": KINDS,
        });
        self.call("getUpdates", &wanted).await
    }

    pub(super) async fn call<T: for<'de> Deserialize<'de>>(
        &self,
        method: &str,
        parameters: &impl Serialize,
    ) -> Result<T, Trouble> {
        trouble::read(&self.ask(method, parameters, WHOLE_PATIENCE).await?.1)
    }

    /// One request; how it was answered, whatever the answer is.
    async fn ask(
        &self,
        method: &str,
        parameters: &impl Serialize,
        patience: Duration,
    ) -> Result<(StatusCode, Vec<u8>), Trouble> {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{method}", self.base.path()));
        let request = self.http.post(url).json(parameters).timeout(patience);
        match request.send().await {
            Ok(response) => Ok(http::body(response).await),
            Err(error) => Err(http::of_network(&error)),
        }
    }
}

/// Opens the private chat with a bot; what it is begun with comes back as `/start begin`.
pub fn private_link(bot: &str, begin: &str) -> String {
    format!("https://t.me/{bot}?start={begin}")
}

/// The machine of an address; the address may be empty, which is none.
fn host(url: &str) -> Option<String> {
    let parsed = Url::parse(url).ok();
    let host = parsed.and_then(|url| url.host_str().map(str::to_owned));
    // Set, though not as we read addresses: still in the way.
    host.or_else(|| (!url.is_empty()).then(|| "?".to_owned()))
}
