//! How updates leave by a webhook: posted by the platform, one after the other, and mostly tried only once.

use super::addresses::{is_here, is_public, is_zalos};
use super::state::{Blame, Outcome, Refusal, State, Values, now_ms};
use super::{Inside, ZaloBotApi};
use reqwest::Url;
use serde_json::{Value, json};
use std::time::Duration;

const BETWEEN_TRIES: Duration = Duration::from_millis(50);

#[derive(Clone)]
pub struct Webhook {
    /// As the bot wrote it.
    url: String,
    address: Url,
    secret: String,
    updated_at: i64,
}

/// One try to hand an update to the webhook.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Without the wrapping.
    pub update: Value,
    /// The first try has number 1.
    pub attempt: usize,
    /// None when there was no answer.
    pub status: Option<u16>,
}

impl ZaloBotApi {
    /// Address and secret of the webhook, if one is set.
    pub fn webhook(&self) -> Option<(String, String)> {
        let state = self.state();
        let webhook = state.webhook.as_ref()?;
        Some((webhook.url.clone(), webhook.secret.clone()))
    }

    /// Every try to hand over an update, with what the webhook answered.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.state().deliveries.clone()
    }

    /// What the webhook answered to each ping of setWebhook and testWebhook.
    pub fn pings(&self) -> Vec<Option<u16>> {
        self.state().pings.clone()
    }
}

impl Inside {
    pub async fn set_webhook(&self, values: &Values) -> Outcome {
        let webhook = self.state().accepted(values)?;
        // A failing ping changes nothing about it.
        self.state().webhook = Some(webhook.clone());
        // A webhook ends the getUpdates that is open.
        self.news.notify_waiters();
        let verification = self.ping(&webhook).await;
        Ok(Some(json!({
            "url": webhook.url,
            "updated_at": webhook.updated_at,
            "verification": verification,
        })))
    }

    pub async fn test_webhook(&self) -> Outcome {
        let webhook = self.state().webhook_to_test()?;
        let mut verdict = self.ping(&webhook).await;
        verdict["url"] = webhook.url.into();
        Ok(Some(verdict))
    }

    async fn ping(&self, webhook: &Webhook) -> Value {
        let (body, secret) = {
            let habits = &self.state().habits;
            let body = if habits.ping_is_empty {
                json!({})
            } else {
                json!({"event_name": "webhook.verify"})
            };
            (body, habits.ping_has_secret)
        };
        let answer = self.post(webhook, &body, secret).await;
        self.state().pings.push(answer.ok());
        let (outcome, status) = match answer {
            Ok(status) => (outcome_of(status), Some(status)),
            Err(outcome) => (outcome, None),
        };
        let hint = match outcome {
            "webhook.ok" => "The webhook can be reached.",
            _ => "Check that the webhook can be reached from outside.",
        };
        json!({
            "ok": outcome == "webhook.ok",
            "outcome": outcome,
            "status_code": status,
            "hint": hint,
        })
    }

    pub async fn post_forever(&self) {
        loop {
            let next = self.state().outgoing.pop_front();
            match next {
                Some(update) => self.deliver(update).await,
                None => self.mail.notified().await,
            }
        }
    }

    async fn deliver(&self, update: Value) {
        let tries = 1 + self.state().habits.retries;
        for attempt in 1..=tries {
            let webhook = self.state().webhook.clone();
            let Some(webhook) = webhook else {
                break;
            };
            let wrapped = self.state().habits.wrapped;
            let body = if wrapped {
                json!({"ok": true, "result": update})
            } else {
                update.clone()
            };
            let status = self.post(&webhook, &body, true).await.ok();
            self.state().deliveries.push(Delivery {
                update: update.clone(),
                attempt,
                status,
            });
            if status.is_some_and(|status| (200..300).contains(&status)) {
                return;
            }
            if attempt < tries {
                tokio::time::sleep(BETWEEN_TRIES).await;
            }
        }
        self.state().lost.push(update);
    }

    /// The answer's status, or why there is none.
    async fn post(
        &self,
        webhook: &Webhook,
        body: &Value,
        with_secret: bool,
    ) -> Result<u16, &'static str> {
        if !is_here(&webhook.address) {
            return Err("webhook.err.unreachable");
        }
        let mut request = self.client.post(webhook.address.clone()).json(body);
        if with_secret {
            request = request.header("X-Bot-Api-Secret-Token", &webhook.secret);
        }
        match request.send().await {
            Ok(response) => Ok(response.status().as_u16()),
            Err(error) if error.is_timeout() => Err("webhook.err.timeout"),
            Err(error) if error.is_connect() => Err("webhook.err.conn"),
            Err(_) => Err("webhook.err.other"),
        }
    }
}

impl State {
    fn accepted(&self, values: &Values) -> Result<Webhook, Refusal> {
        let allowed = |address: &Url| {
            let outside = address.scheme() == "https" && is_public(address) && !is_zalos(address);
            outside || self.habits.http_webhook && is_here(address)
        };
        let url = values["url"].as_str().unwrap_or("");
        let address = Url::parse(url).ok().filter(|address| allowed(address));
        let address =
            address.ok_or_else(|| Refusal::violation("url is to be a public HTTPS address"))?;
        Ok(Webhook {
            url: url.to_owned(),
            address,
            secret: values["secret_token"].as_str().unwrap_or("").to_owned(),
            updated_at: now_ms(),
        })
    }

    fn webhook_to_test(&mut self) -> Result<Webhook, Refusal> {
        let webhook = self.webhook.clone().ok_or_else(no_webhook)?;
        self.webhook_tests += 1;
        if self.webhook_tests > self.habits.webhook_tests_a_day {
            return Err(Refusal::with_code(426, "Daily limit of tests reached"));
        }
        Ok(webhook)
    }

    pub fn delete_webhook(&mut self) -> Value {
        self.webhook = None;
        json!({"url": "", "updated_at": now_ms()})
    }

    pub fn webhook_info(&self) -> Outcome {
        let webhook = self.webhook.as_ref().ok_or_else(no_webhook)?;
        Ok(Some(json!({
            "url": webhook.url,
            "updated_at": webhook.updated_at,
        })))
    }
}

/// To have no webhook is a way to be, so nobody is to blame for asking.
fn no_webhook() -> Refusal {
    Refusal {
        blame: Blame::Nobody,
        ..Refusal::with_code(404, "Not Found")
    }
}

fn outcome_of(status: u16) -> &'static str {
    match status {
        200..300 => "webhook.ok",
        403 => "webhook.http.403",
        404 => "webhook.http.404",
        500..600 => "webhook.http.5xx",
        _ => "webhook.http.other",
    }
}
