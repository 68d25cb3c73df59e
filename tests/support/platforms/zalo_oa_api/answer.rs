//! The way of one request: endpoint, parameters, an ordered failure, token and limit, the work, the answer.

use super::super::server::{Caller, Reply, Request, Site};
use super::endpoint::{Endpoint, nothing_there};
use super::params::{self, Given};
use super::state::{Refusal, State};
use super::{Call, Failure, Inside};
use serde_json::{Value, json};
use std::time::Instant;
use tokio::time::sleep;

type Headers = Vec<(&'static str, String)>;

impl Site for Inside {
    async fn answer(&self, request: Request, _: Caller<'_>) -> Reply {
        let at = Instant::now();
        let Some(endpoint) = Endpoint::at(&request.verb, &request.path) else {
            let refusal = nothing_there(&request.verb, &request.path);
            let mut state = self.state();
            state.violations.push(refusal.message.clone());
            return api_answer(state.rate_headers(at), Err(&refusal));
        };
        let way = self.state().way;
        sleep(way / 2).await;
        let given = params::read(endpoint, &request);
        let (call, failure) = self.note(endpoint, &given, at);
        let (reply, error) = match failure {
            Some(Failure::Error { code, message }) => {
                let refusal = Refusal::because(code, message);
                let headers = self.state().rate_headers(at);
                (spoken(endpoint, headers, Err(&refusal)), Some(code))
            }
            Some(Failure::Html502) => (Reply::bad_gateway(), None),
            Some(Failure::Reset) => (Reply::Cut, None),
            Some(Failure::ResetAfterApplied | Failure::TruncatedJson | Failure::Slow(_)) | None => {
                let (reply, error) = self.work(endpoint, &request, given, call, at);
                spoil(reply, error, failure).await
            }
        };
        sleep(way / 2).await;
        self.state().calls[call].error = error;
        reply
    }
}

impl Inside {
    /// Keeps the call and takes the failure that was ordered for it, or that comes by itself.
    fn note(
        &self,
        endpoint: Endpoint,
        given: &Result<Given, Refusal>,
        at: Instant,
    ) -> (usize, Option<Failure>) {
        let mut state = self.state();
        let failure = state.mishaps.next(&endpoint);
        state.calls.push(Call {
            path: endpoint.path(),
            params: given.as_ref().map_or(Value::Null, Given::shown),
            at,
            applied: false,
            error: None,
            failure,
        });
        (state.calls.len() - 1, failure)
    }

    /// The answer with its `error` number.
    fn work(
        &self,
        endpoint: Endpoint,
        request: &Request,
        given: Result<Given, Refusal>,
        call: usize,
        at: Instant,
    ) -> (Reply, Option<i64>) {
        let mut state = self.state();
        let outcome = state
            .admit(endpoint, request, at)
            .and(given)
            .and_then(|given| state.apply(endpoint, &given));
        state.calls[call].applied = outcome.is_ok();
        if let Err(refusal) = &outcome
            && refusal.violation
        {
            let offence = format!("{}: {}", endpoint.path(), refusal.message);
            state.violations.push(offence);
        }
        let error = outcome.as_ref().map_or_else(|refusal| refusal.code, |_| 0);
        let reply = spoken(endpoint, state.rate_headers(at), outcome.as_ref());
        (reply, Some(error))
    }
}

impl State {
    /// Whether the caller may speak at all. The OAuth host knows apps, the API knows access tokens and counts.
    fn admit(&mut self, endpoint: Endpoint, request: &Request, at: Instant) -> Result<(), Refusal> {
        if request.header("authorization").is_some() {
            let why = "the token goes into access_token, not into Authorization";
            return Err(Refusal::violation(-216, why));
        }
        if endpoint == Endpoint::Refresh {
            return self.knows_app(request.header("secret_key"));
        }
        self.tokens.knows(request.header("access_token"))?;
        self.rates.take(at)
    }

    fn rate_headers(&mut self, at: Instant) -> Headers {
        vec![
            ("X-RateLimit-Limit", self.rates.limit.to_string()),
            ("X-RateLimit-Remain", self.rates.remain(at).to_string()),
        ]
    }
}

/// The two hosts word their answers differently, and only the API tells of its limit.
fn spoken(endpoint: Endpoint, headers: Headers, outcome: Result<&Value, &Refusal>) -> Reply {
    if endpoint != Endpoint::Refresh {
        return api_answer(headers, outcome);
    }
    let body = match outcome {
        Ok(tokens) => tokens.clone(),
        Err(refusal) => json!({
            "error": refusal.code,
            "error_name": refusal.message,
            "error_description": refusal.message,
        }),
    };
    answer(Vec::new(), &body)
}

fn api_answer(headers: Headers, outcome: Result<&Value, &Refusal>) -> Reply {
    let body = match outcome {
        Ok(data) => json!({"error": 0, "message": "Success", "data": data}),
        Err(refusal) => json!({"error": refusal.code, "message": refusal.message, "data": {}}),
    };
    answer(headers, &body)
}

/// Errors too come with HTTP 200.
fn answer(headers: Headers, body: &Value) -> Reply {
    Reply::json(200, body).with(headers)
}

async fn spoil(reply: Reply, error: Option<i64>, failure: Option<Failure>) -> (Reply, Option<i64>) {
    match failure {
        Some(Failure::TruncatedJson) => (reply.halved(), None),
        Some(Failure::ResetAfterApplied) => (Reply::Cut, None),
        Some(Failure::Slow(time)) => {
            sleep(time).await;
            (reply, error)
        }
        Some(Failure::Error { .. } | Failure::Html502 | Failure::Reset) | None => (reply, error),
    }
}
