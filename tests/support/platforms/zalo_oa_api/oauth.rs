//! Tokens: an access token lives for 25 hours, a refresh token is good for one refresh.

use super::params::Given;
use super::state::{Refusal, State};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Instant;

/// 25 hours; Zalo writes the number as a string.
const ACCESS_LIFE_S: &str = "90000";
/// Three months.
const REFRESH_LIFE_S: &str = "7776000";

pub struct Tokens {
    /// Every access token ever issued, the newest last.
    access: Vec<Access>,
    /// The only refresh token that is alive.
    pub refresh: Option<String>,
}

struct Access {
    token: String,
    expired: bool,
}

/// One attempt to refresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refresh {
    pub at: Instant,
    /// The refresh token that was offered; empty if the request could not be read.
    pub token: String,
    /// Whether new tokens were issued, even if the caller never got them.
    pub accepted: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    grant_type: String,
    app_id: String,
    refresh_token: String,
}

impl Tokens {
    pub fn first(id: String) -> Self {
        let mut tokens = Self {
            access: Vec::new(),
            refresh: None,
        };
        tokens.issue_access(id);
        tokens
    }

    pub fn current_access(&self) -> &str {
        self.access.last().map_or("", |access| &access.token)
    }

    pub fn expire_access(&mut self) {
        for access in &mut self.access {
            access.expired = true;
        }
    }

    /// Whether an API call's token is one of ours and alive.
    pub fn knows(&self, token: Option<&str>) -> Result<(), Refusal> {
        let token = token.ok_or_else(|| Refusal::violation(-216, "access_token is missing"))?;
        match self.access.iter().find(|access| access.token == token) {
            None => Err(Refusal::because(-216, "Access token is invalid")),
            Some(access) if access.expired => {
                Err(Refusal::because(-220, "Access token has expired"))
            }
            Some(_) => Ok(()),
        }
    }

    /// Access tokens issued before live on until they expire.
    fn issue_access(&mut self, id: String) -> String {
        let token = format!("access-{id}");
        self.access.push(Access {
            token: token.clone(),
            expired: false,
        });
        token
    }
}

impl State {
    pub fn knows_app(&self, secret: Option<&str>) -> Result<(), Refusal> {
        match secret {
            None => Err(Refusal::violation(-14004, "secret_key is missing")),
            Some(secret) if secret != self.names.app_secret => {
                Err(Refusal::because(-14004, "Invalid secret key."))
            }
            Some(_) => Ok(()),
        }
    }

    pub fn refresh(&mut self, given: &Given) -> Result<Value, Refusal> {
        let asked: Asked = given.shaped()?;
        if asked.grant_type != "refresh_token" {
            return Err(Refusal::field("grant_type is to be refresh_token"));
        }
        if asked.app_id != self.names.app_id {
            return Err(Refusal::because(-14002, "Invalid app id."));
        }
        if self.tokens.refresh.as_ref() != Some(&asked.refresh_token) {
            return Err(Refusal::because(-14014, "Invalid refresh token."));
        }
        let id = self.fresh_id();
        Ok(json!({
            "access_token": self.tokens.issue_access(id),
            "refresh_token": self.issue_refresh(),
            "expires_in": ACCESS_LIFE_S,
            "refresh_token_expires_in": REFRESH_LIFE_S,
        }))
    }

    /// A new refresh token takes the place of the one before, which is dead at once.
    pub fn issue_refresh(&mut self) -> String {
        let token = format!("refresh-{}", self.fresh_id());
        self.tokens.refresh = Some(token.clone());
        token
    }
}
