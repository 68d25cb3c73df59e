//! How updates leave: one getUpdates at a time, or a webhook, never both.

use super::Inside;
use super::rules::is_kind_of_update;
use super::state::{Refusal, State, Webhook};
use serde_json::{Map, Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// However long the bot would wait: a test does not.
const LONGEST_POLL: Duration = Duration::from_secs(2);

const TAKEN_OVER: &str = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
const WEBHOOK_CAME: &str = "Conflict: terminated by setWebhook request";
const WEBHOOK_IS_SET: &str = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";

type Values = Map<String, Value>;

impl Inside {
    /// getUpdates. As with Telegram, a second one ends the one that is open, and it is the open one that reads 409.
    pub async fn get_updates(&self, values: &Values) -> Result<Value, Refusal> {
        let number = |name: &str| values.get(name).and_then(Value::as_i64);
        let limit = number("limit").unwrap_or(100);
        if !(1..=100).contains(&limit) {
            return Err(Refusal::violation("limit is to be from 1 to 100"));
        }
        let seconds = number("timeout").unwrap_or(0);
        if seconds < 0 {
            return Err(Refusal::violation("timeout is to be positive"));
        }
        let patience = Duration::from_secs(seconds as u64).min(LONGEST_POLL);
        let deadline = Instant::now() + patience;
        let mine = self.state().open_poll(values)?;
        self.news.notify_waiters();
        loop {
            let news = self.news.notified();
            {
                let mut state = self.state();
                if state.poll != Some(mine) {
                    let why = match state.webhook {
                        Some(_) => WEBHOOK_CAME,
                        None => TAKEN_OVER,
                    };
                    return Err(Refusal::with_status(409, why));
                }
                if !state.updates.is_empty() || Instant::now() >= deadline {
                    state.poll = None;
                    let batch: Vec<&Value> = state.updates.iter().take(limit as usize).collect();
                    return Ok(json!(batch));
                }
            }
            // Running out of patience is found above.
            let _ = tokio::time::timeout_at(deadline, news).await;
        }
    }
}

impl State {
    fn open_poll(&mut self, values: &Values) -> Result<u64, Refusal> {
        if self.webhook.is_some() {
            return Err(Refusal::with_status(409, WEBHOOK_IS_SET));
        }
        self.remember_allowed(values)?;
        self.confirm_before(values.get("offset").and_then(Value::as_i64).unwrap_or(0));
        self.polls += 1;
        self.poll = Some(self.polls);
        Ok(self.polls)
    }

    /// What is below the offset was received; a negative one keeps that many of the newest.
    fn confirm_before(&mut self, offset: i64) {
        if offset < 0 {
            let keep = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            let surplus = self.updates.len().saturating_sub(keep);
            self.updates.drain(..surplus);
        }
        let seen = |update: &Value| update["update_id"].as_i64() < Some(offset);
        while offset > 0 && self.updates.front().is_some_and(seen) {
            self.updates.pop_front();
        }
    }

    fn remember_allowed(&mut self, values: &Values) -> Result<(), Refusal> {
        let Some(wanted) = values.get("allowed_updates").and_then(Value::as_array) else {
            return Ok(());
        };
        let wanted: Vec<String> = wanted
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        if let Some(unknown) = wanted.iter().find(|kind| !is_kind_of_update(kind)) {
            return Err(Refusal::violation(format!(
                "{unknown} is no kind of update"
            )));
        }
        self.allowed = wanted;
        Ok(())
    }

    pub fn set_webhook(&mut self, values: &Values) -> Result<Value, Refusal> {
        let url = values["url"].as_str().unwrap_or("");
        if url.is_empty() {
            return Ok(self.delete_webhook(values));
        }
        let rest = url.strip_prefix("https://").ok_or_else(|| {
            Refusal::violation("bad webhook: An HTTPS URL must be provided for webhook")
        })?;
        let host = rest.split('/').next().unwrap_or("");
        if let Some((_, port)) = host.split_once(':')
            && !["443", "80", "88", "8443"].contains(&port)
        {
            return Err(Refusal::violation(
                "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
            ));
        }
        let secret = values.get("secret_token").and_then(Value::as_str);
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if let Some(secret) = secret
            && (!(1..=256).contains(&secret.len()) || !secret.chars().all(allowed))
        {
            return Err(Refusal::violation(
                "secret token contains unallowed characters",
            ));
        }
        let most = values.get("max_connections").and_then(Value::as_i64);
        let most = most.unwrap_or(40);
        if !(1..=100).contains(&most) {
            return Err(Refusal::violation("max_connections is to be from 1 to 100"));
        }
        self.remember_allowed(values)?;
        if values.get("drop_pending_updates") == Some(&Value::Bool(true)) {
            self.updates.clear();
        }
        self.webhook = Some(Webhook {
            url: url.to_owned(),
            secret: secret.map(str::to_owned),
            most_connections: most,
        });
        self.poll = None;
        Ok(true.into())
    }

    pub fn delete_webhook(&mut self, values: &Values) -> Value {
        if values.get("drop_pending_updates") == Some(&Value::Bool(true)) {
            self.updates.clear();
        }
        self.webhook = None;
        true.into()
    }

    pub fn webhook_info(&self) -> Value {
        let mut told = json!({
            "url": "",
            "has_custom_certificate": false,
            "pending_update_count": self.updates.len(),
        });
        if let Some(webhook) = &self.webhook {
            told["url"] = webhook.url.as_str().into();
            told["max_connections"] = webhook.most_connections.into();
        }
        if !self.allowed.is_empty() {
            told["allowed_updates"] = json!(self.allowed);
        }
        told
    }
}
