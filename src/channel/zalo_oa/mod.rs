//! A Zalo Official Account in groups of its own (GMF): its events as ours, our rows as its calls.
//!
//! Names of calls and fields: Zalo's OpenAPI v3.0 as public integrations describe it (2026-08). Errors come inside
//! HTTP 200. Not tried on the real platform.

mod deliver;
pub mod inbound;
pub mod signature;
mod token;
mod trouble;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use reqwest::multipart::{Form, Part};
use reqwest::{Method, Url};
use serde::Deserialize;
use serde_json::Value;

pub use super::Trouble;
use super::http;
use super::text_or_number::{some_text_or_number, text_or_number};
use crate::db::Db;
use crate::domain::Timestamp;
use crate::domain::time::{MINUTE_MS, SECOND_MS};
use crate::installation::Key;
use trouble::Refusal;

/// The longest a call may take; without an answer by then its outcome counts as unknown.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the operator sets: the app that acts for the account, and its secrets.
#[derive(Clone)]
pub struct Credentials {
    pub app_id: String,
    /// Refreshes tokens.
    pub app_secret: String,
    /// Signs what is brought, where it is not the app's.
    pub oa_secret: Option<String>,
    /// The first refresh token, or a new one after somebody consented again.
    pub seed: Option<String>,
}

/// An Official Account.
#[derive(Clone)]
pub struct ZaloOa {
    http: reqwest::Client,
    api: Url,
    oauth: Url,
    credentials: Arc<Credentials>,
    db: Db,
    key: Key,
    /// One refresh at a time in this program; across programs it is a hold on the database.
    refreshing: Arc<tokio::sync::Mutex<()>>,
    /// Another program than the one that serves the account only looks.
    only_looks: bool,
    /// Until then the app's calls of a minute are used up.
    closed_until_ms: Arc<AtomicI64>,
    /// Until then a refresh token that was refused is not offered again.
    refused_until_ms: Arc<AtomicI64>,
}

/// Who we are on Zalo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    pub oa_id: String,
    pub name: String,
}

/// Somebody in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub user_id: String,
    pub name: String,
}

/// What goes along with a request.
#[derive(Clone, Copy)]
enum Body<'a> {
    None,
    Json(&'a Value),
    File { name: &'a str, bytes: &'a [u8] },
}

impl ZaloOa {
    /// `api` and `oauth` are the addresses without a path.
    pub fn new(
        credentials: Credentials,
        api: Url,
        oauth: Url,
        proxy: Option<Url>,
        db: Db,
        key: Key,
    ) -> Result<Self, Trouble> {
        let mut client = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .timeout(PATIENCE);
        if let Some(proxy) = proxy {
            client = client.proxy(reqwest::Proxy::all(proxy).map_err(|_| Trouble::Unreached)?);
        }
        Ok(Self {
            http: client.build().map_err(|_| Trouble::Unreached)?,
            api,
            oauth,
            credentials: Arc::new(credentials),
            db,
            key,
            refreshing: Arc::default(),
            only_looks: false,
            closed_until_ms: Arc::default(),
            refused_until_ms: Arc::default(),
        })
    }

    /// The same, which never renews a token: two refreshers would make each other's worthless.
    pub fn only_looking(self) -> Self {
        Self {
            only_looks: true,
            ..self
        }
    }

    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    pub async fn me(&self) -> Result<Me, Trouble> {
        #[derive(Deserialize)]
        struct Account {
            #[serde(deserialize_with = "text_or_number")]
            oa_id: String,
            #[serde(default)]
            name: String,
        }
        let account: Account = self.get("/v2.0/oa/getoa", &[]).await?;
        Ok(Me {
            oa_id: account.oa_id,
            name: account.name,
        })
    }

    /// Everybody in a group but the account itself. Whoever is not in this list is taken to have left, so that a list
    /// in which not even the account stands is no answer.
    pub async fn members(&self, group: &str) -> Result<Vec<Member>, Trouble> {
        const PAGE: usize = 50;
        /// A group has at most 1,000 people.
        const MOST: usize = 1_100;
        #[derive(Deserialize)]
        struct Page {
            members: Vec<Listed>,
        }
        #[derive(Deserialize)]
        struct Listed {
            #[serde(default, deserialize_with = "some_text_or_number")]
            user_id: Option<String>,
            #[serde(default)]
            name: String,
        }
        let mut all: Vec<Member> = Vec::new();
        let mut offset = 0;
        while offset < MOST {
            let (from, count) = (offset.to_string(), PAGE.to_string());
            let query = [
                ("group_id", group),
                ("offset", from.as_str()),
                ("count", count.as_str()),
            ];
            let listed: Page = self.get("/v3.0/oa/group/listmember", &query).await?;
            // Pages may be shorter than what was asked for; the last is the one on which nobody new stands.
            let (was, known) = (listed.members.len(), all.len());
            for Listed { user_id, name } in listed.members {
                if let Some(user_id) = user_id
                    && all.iter().all(|member| member.user_id != user_id)
                {
                    all.push(Member { user_id, name });
                }
            }
            if was == 0 && offset == 0 {
                return Err(Trouble::Unclear);
            }
            if was == 0 || all.len() == known && offset > 0 {
                break;
            }
            offset += was;
        }
        Ok(all)
    }

    async fn get<T: for<'de> Deserialize<'de>>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, Trouble> {
        let mut url = self.at(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.call(Method::GET, url, Body::None, trouble::read).await
    }

    /// Sends a message; returns its id where there is one.
    async fn send(&self, path: &str, body: &Value) -> Result<Option<String>, Trouble> {
        let (url, body) = (self.at(path), Body::Json(body));
        self.call(Method::POST, url, body, trouble::read_taken)
            .await
    }

    async fn upload<T: for<'de> Deserialize<'de>>(
        &self,
        path: &str,
        name: &str,
        bytes: &[u8],
    ) -> Result<T, Trouble> {
        let body = Body::File { name, bytes };
        self.call(Method::POST, self.at(path), body, trouble::read)
            .await
    }

    fn at(&self, path: &str) -> Url {
        let mut url = self.api.clone();
        url.set_path(path);
        url
    }

    /// With the token that is good now, and once more with a new one should it not be.
    async fn call<T>(
        &self,
        method: Method,
        url: Url,
        body: Body<'_>,
        read: fn(&[u8]) -> Result<T, Refusal>,
    ) -> Result<T, Trouble> {
        let access = self.access(now()).await?;
        let asked = self.ask(method.clone(), url.clone(), body, &access).await;
        match asked.and_then(|answer| read(&answer)) {
            Err(Refusal::Stale) => {
                let access = self.refresh(Some(&access), now()).await?;
                let again = self.ask(method, url, body, &access).await;
                let again = again.and_then(|answer| read(&answer));
                again.map_err(Refusal::into_trouble)
            }
            done => done.map_err(Refusal::into_trouble),
        }
    }

    async fn ask(
        &self,
        method: Method,
        url: Url,
        body: Body<'_>,
        access: &str,
    ) -> Result<Vec<u8>, Refusal> {
        let wait_ms = self.closed_until_ms.load(Ordering::Relaxed) - now().0;
        if wait_ms > 0 {
            let seconds = u32::try_from(wait_ms / SECOND_MS + 1).unwrap_or(60);
            return Err(Refusal::Told(Trouble::Wait(seconds)));
        }
        let mut request = self
            .http
            .request(method, url)
            .header("access_token", access);
        request = match body {
            Body::None => request,
            Body::Json(body) => request.json(body),
            Body::File { name, bytes } => {
                let part = Part::bytes(bytes.to_vec()).file_name(name.to_owned());
                request.multipart(Form::new().part("file", part))
            }
        };
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Err(Refusal::Told(http::of_network(&error))),
        };
        let left = response.headers().get("x-ratelimit-remain");
        let left = left.and_then(|left| left.to_str().ok()?.parse::<i64>().ok());
        if left.is_some_and(|left| left <= 0) {
            // The header does not say when the minute began.
            let until = now().plus_ms(MINUTE_MS);
            self.closed_until_ms.store(until.0, Ordering::Relaxed);
        }
        Ok(http::body(response).await.1)
    }
}

/// Tokens grow old by the clock on the wall.
fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_millisecond())
}
