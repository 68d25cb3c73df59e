//! The way of one request: token, method, parameters, an ordered failure, the work, the answer.

use super::super::server::{Caller, Reply, Request, Site};
use super::params::{self, Params};
use super::rules::{method_named, offences};
use super::sending::formatted;
use super::state::Refusal;
use super::{Call, Failure, Inside};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::time::sleep;

impl Site for Inside {
    async fn answer(&self, request: Request, _: Caller<'_>) -> Reply {
        let at = Instant::now();
        let not_found = || Refusal::with_status(404, "Not Found");
        let called = request.path.strip_prefix("/bot");
        let Some((token, name)) = called.and_then(|rest| rest.split_once('/')) else {
            return refused(&not_found());
        };
        if token.replace("%3A", ":") != self.token {
            return refused(&Refusal::with_status(401, "Unauthorized"));
        }
        let method = method_named(name).filter(|_| matches!(request.verb.as_str(), "GET" | "POST"));
        let Some(method) = method else {
            let offence = format!("{} {name}: no method that this server knows", request.verb);
            self.state().violations.push(offence);
            return refused(&not_found());
        };
        let read = params::read(method, &request);
        let way = match method {
            "getUpdates" => Duration::ZERO,
            _ => self.state().way,
        };
        sleep(way / 2).await;
        let (call, failure) = self.note(method, &read, at);
        let early = match failure {
            Some(Failure::Status(status, why)) => Some(refused(&ordered(status, why))),
            Some(Failure::Html502) => Some(Reply::bad_gateway()),
            Some(Failure::Reset) => Some(Reply::Cut),
            Some(Failure::ResetAfterApplied | Failure::TruncatedJson | Failure::Slow(_)) | None => {
                None
            }
        };
        let reply = match early {
            Some(reply) => reply,
            None => {
                let outcome = match read {
                    Ok(params) => self.work(method, &params, at).await,
                    Err(why) => Err(Refusal::violation(why)),
                };
                if let Err(Refusal {
                    violation: true,
                    description,
                    ..
                }) = &outcome
                {
                    let offence = format!("{method}: {description}");
                    self.state().violations.push(offence);
                }
                spoil(granted_or_refused(outcome), failure).await
            }
        };
        sleep(way / 2).await;
        if let Some(status) = reply.status() {
            self.state().calls[call].status = status;
        }
        reply
    }
}

impl Inside {
    /// Keeps the call and takes the failure that was ordered for it, or that comes by itself.
    fn note(
        &self,
        method: &str,
        read: &Result<Params, String>,
        at: Instant,
    ) -> (usize, Option<Failure>) {
        let values = read.as_ref().map(|params| params.values.clone());
        let values = values.unwrap_or_default();
        let plain = ["text", "caption"]
            .iter()
            .any(|name| values.contains_key(*name))
            .then(|| formatted(&values).ok())
            .flatten();
        let mut state = self.state();
        let failure = state.mishaps.next(method);
        state.calls.push(Call {
            method: method.to_owned(),
            params: Value::Object(values),
            plain: plain.map(|words| words.text),
            at,
            status: 0,
            failure,
        });
        (state.calls.len() - 1, failure)
    }

    async fn work(&self, method: &str, params: &Params, at: Instant) -> Result<Value, Refusal> {
        let wrong = offences(method, &params.values);
        if !wrong.is_empty() {
            return Err(Refusal::violation(wrong.join("; ")));
        }
        if method == "getUpdates" {
            return self.get_updates(&params.values).await;
        }
        let outcome = self.state().apply(method, params, at);
        // A webhook ends the getUpdates that is open.
        self.news.notify_waiters();
        outcome
    }
}

fn granted_or_refused(outcome: Result<Value, Refusal>) -> Reply {
    match outcome {
        Ok(result) => Reply::of_kind(200, "application/json", in_telegrams_order(&result)),
        Err(refusal) => refused(&refusal),
    }
}

/// A message's number comes first, as Telegram writes it; whoever reads a cut answer finds it there.
fn in_telegrams_order(result: &Value) -> String {
    let rest = result
        .as_object()
        .filter(|result| result.contains_key("message_id"));
    let Some(mut rest) = rest.cloned() else {
        return json!({"ok": true, "result": result}).to_string();
    };
    let id = rest.remove("message_id").unwrap_or_default();
    let rest = Value::Object(rest).to_string();
    let rest = rest.strip_prefix('{').unwrap_or_default();
    format!("{{\"ok\":true,\"result\":{{\"message_id\":{id},{rest}}}")
}

fn refused(refusal: &Refusal) -> Reply {
    let mut body = json!({
        "ok": false,
        "error_code": refusal.status,
        "description": refusal.description,
    });
    if let Some(parameters) = &refusal.parameters {
        body["parameters"] = parameters.clone();
    }
    Reply::json(refusal.status, &body)
}

fn ordered(status: u16, why: &str) -> Refusal {
    let refusal = Refusal::with_status(status, why);
    let seconds = why
        .split_once("retry after ")
        .and_then(|(_, seconds)| seconds.trim().parse::<u64>().ok());
    match seconds {
        Some(seconds) => refusal.and(json!({"retry_after": seconds})),
        None => refusal,
    }
}

async fn spoil(reply: Reply, failure: Option<Failure>) -> Reply {
    match failure {
        Some(Failure::TruncatedJson) => reply.halved(),
        Some(Failure::ResetAfterApplied) => Reply::Cut,
        Some(Failure::Slow(time)) => {
            sleep(time).await;
            reply
        }
        Some(Failure::Status(..) | Failure::Html502 | Failure::Reset) | None => reply,
    }
}
