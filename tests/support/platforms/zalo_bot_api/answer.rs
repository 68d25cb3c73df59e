//! The way of one request: token, method, parameters, an ordered failure, the work, the answer.

use super::super::server::{Caller, Reply, Request, Site};
use super::photos;
use super::rules;
use super::state::{Blame, Outcome, Refusal, Values};
use super::{Call, Failure, Inside};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

impl Site for Inside {
    async fn answer(&self, request: Request, caller: Caller<'_>) -> Reply {
        if request.path.starts_with(photos::FOLDER) {
            return Reply::of_kind(200, "image/png", photos::PICTURE);
        }
        let called = request.path.strip_prefix("/bot");
        let Some((token, method)) = called.and_then(|rest| rest.split_once('/')) else {
            return told(&Err(Refusal::with_code(404, "Not Found")));
        };
        if token.replace("%3A", ":") != self.token {
            return told(&Err(Refusal::with_code(401, "Unauthorized")));
        }
        if !rules::is_method(method) {
            self.blame(method, "no such method");
            return told(&Err(Refusal::with_code(404, "Not Found")));
        }
        self.serve(method, &request, caller).await
    }
}

impl Inside {
    async fn serve(&self, method: &str, request: &Request, caller: Caller<'_>) -> Reply {
        let at = Instant::now();
        if request.verb != "POST" {
            // The documentation allows GET, but shows POST on every page, and POST keeps words out of addresses.
            self.blame(method, &format!("asked by {}", request.verb));
        }
        let way = match method {
            "getUpdates" => Duration::ZERO,
            _ => self.state().way,
        };
        tokio::time::sleep(way / 2).await;
        let read = parameters(request);
        let (call, failure) = self.note(method, &read, at);
        let outcome = match failure.and_then(instead) {
            Some(reply) => return self.finish(call, reply, way).await,
            None => match read {
                Ok(values) => self.work(method, &values, caller).await,
                Err(refusal) => Err(refusal),
            },
        };
        if let Err(refusal) = &outcome {
            self.keep(method, call, refusal);
        }
        let reply = spoil(told(&outcome), failure).await;
        if method == "getUpdates"
            && let Ok(Some(update)) = outcome
            && !arrives(failure, caller).await
        {
            self.state().lost.push(update);
        }
        self.finish(call, reply, way).await
    }

    async fn work(&self, method: &str, values: &Values, caller: Caller<'_>) -> Outcome {
        rules::check(method, values)?;
        match method {
            "getMe" => Ok(Some(self.state().me())),
            "getUpdates" => self.get_updates(values, caller).await,
            "setWebhook" => self.set_webhook(values).await,
            "testWebhook" => self.test_webhook().await,
            "deleteWebhook" => Ok(Some(self.state().delete_webhook())),
            "getWebhookInfo" => self.state().webhook_info(),
            "sendMessage" => self.state().send_message(values),
            "sendPhoto" => self.send_photo(values).await,
            "sendChatAction" => self.state().act(values),
            _ => Err(Refusal::violation("the program should not use this")),
        }
    }

    /// Keeps the call and takes the failure that was ordered for it, or that comes by itself.
    fn note(
        &self,
        method: &str,
        read: &Result<Values, Refusal>,
        at: Instant,
    ) -> (usize, Option<Failure>) {
        let mut state = self.state();
        let failure = state.mishaps.next(method);
        state.calls.push(Call {
            method: method.to_owned(),
            params: read.as_ref().map_or(Value::Null, |values| json!(values)),
            at,
            status: 0,
            error_code: failure.and_then(Failure::error_code),
            failure,
        });
        (state.calls.len() - 1, failure)
    }

    fn keep(&self, method: &str, call: usize, refusal: &Refusal) {
        let mut state = self.state();
        state.calls[call].error_code = Some(refusal.error_code);
        let line = format!("{method}: {}", refusal.description);
        match refusal.blame {
            Blame::Bot => state.violations.push(line),
            Blame::World => state.refused.push(line),
            Blame::Nobody => {}
        }
    }

    fn blame(&self, method: &str, why: &str) {
        self.state().violations.push(format!("{method}: {why}"));
    }

    async fn finish(&self, call: usize, reply: Reply, way: Duration) -> Reply {
        tokio::time::sleep(way / 2).await;
        if let Some(status) = reply.status() {
            self.state().calls[call].status = status;
        }
        reply
    }
}

/// Parameters come as a JSON object, or there are none.
fn parameters(request: &Request) -> Result<Values, Refusal> {
    if !request.query.is_empty() {
        return Err(Refusal::violation("parameters are in the query"));
    }
    if request.body.is_empty() {
        return Ok(Values::new());
    }
    let kind = request.header("content-type").unwrap_or("");
    if kind.split(';').next().map(str::trim) != Some("application/json") {
        return Err(Refusal::violation(format!("Content-Type is {kind:?}")));
    }
    serde_json::from_slice(&request.body)
        .map_err(|_| Refusal::violation("the body is no JSON object"))
}

fn told(outcome: &Outcome) -> Reply {
    match outcome {
        Ok(Some(result)) => Reply::json(200, &json!({"ok": true, "result": result})),
        Ok(None) => Reply::json(200, &json!({"ok": true})),
        Err(refusal) => {
            // The one answer that was seen with the other spelling.
            let code = match refusal.error_code {
                426 => "errorCode",
                _ => "error_code",
            };
            let body = json!({
                "ok": false,
                code: refusal.error_code,
                "description": refusal.description,
            });
            Reply::json(refusal.http, &body)
        }
    }
}

/// What is answered when nothing shall be applied.
fn instead(failure: Failure) -> Option<Reply> {
    let refused = |http, error_code, description| {
        told(&Err(Refusal {
            http,
            ..Refusal::with_code(error_code, description)
        }))
    };
    match failure {
        Failure::Status {
            http,
            error_code,
            description,
        } => Some(refused(http, error_code, description)),
        Failure::OkFalse {
            error_code,
            description,
        } => Some(refused(200, error_code, description)),
        Failure::Html502 => Some(Reply::bad_gateway()),
        Failure::Reset => Some(Reply::Cut),
        Failure::ResetAfterApplied
        | Failure::TruncatedJson
        | Failure::Slow(_)
        | Failure::TwoServers => None,
    }
}

async fn spoil(reply: Reply, failure: Option<Failure>) -> Reply {
    match failure {
        Some(Failure::ResetAfterApplied) => Reply::Cut,
        Some(Failure::TruncatedJson) => reply.halved(),
        Some(Failure::Slow(time)) => {
            tokio::time::sleep(time).await;
            reply
        }
        Some(Failure::TwoServers) => {
            reply.with(["ZGateway", "ZEdge"].map(|name| ("Server", name.to_owned())))
        }
        Some(
            Failure::Status { .. } | Failure::OkFalse { .. } | Failure::Html502 | Failure::Reset,
        )
        | None => reply,
    }
}

/// Whether the answer to a poll can be read by somebody; if not, its update is gone, since nothing acknowledges it.
async fn arrives(failure: Option<Failure>, caller: Caller<'_>) -> bool {
    let spoiled = matches!(
        failure,
        Some(Failure::ResetAfterApplied | Failure::TruncatedJson)
    );
    !spoiled && !caller.is_gone().await
}
