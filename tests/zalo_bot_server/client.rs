//! A client that sends what it is told, and a page of the program for the platform to call.

use crate::http::post_json;
use crate::platforms::server::{Caller, HttpServer, Reply, Request, Site};
use crate::platforms::zalo_bot_api::ZaloBotApi;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

pub const TOKEN: &str = "7000000001:secret";

/// Status and JSON; the JSON is null when the body is none. Nothing when the connection was cut.
pub fn try_call(api: &ZaloBotApi, method: &str, params: &Value) -> Option<(u16, Value)> {
    let target = format!("/bot{TOKEN}/{method}");
    let (status, text) = post_json(&address(api), &target, &[], &params.to_string())?;
    Some((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
}

pub fn address(api: &ZaloBotApi) -> String {
    api.url().replace("http://", "")
}

/// The whole answer, which must come.
#[track_caller]
pub fn call(api: &ZaloBotApi, method: &str, params: Value) -> (u16, Value) {
    try_call(api, method, &params).expect("an answer")
}

/// The result of a call that must be granted; null where there is none.
#[track_caller]
pub fn granted(api: &ZaloBotApi, method: &str, params: Value) -> Value {
    let (status, answer) = call(api, method, params);
    assert_eq!((status, &answer["ok"]), (200, &json!(true)), "{answer}");
    answer["result"].clone()
}

/// The call must be refused with this code inside HTTP 200, and in words that begin so.
#[track_caller]
pub fn refused(api: &ZaloBotApi, method: &str, params: Value, code: u16, why: &str) {
    let (status, answer) = call(api, method, params);
    let description = answer["description"].as_str().unwrap_or("");
    assert!(
        (status, &answer["ok"], &answer["error_code"]) == (200, &json!(false), &json!(code))
            && description.starts_with(why),
        "expected {code} {why:?}, got {status} {answer}"
    );
}

/// Refused as against the documentation, and kept as such.
#[track_caller]
pub fn forbidden(api: &ZaloBotApi, method: &str, params: Value, why: &str) {
    let before = api.violations().len();
    refused(api, method, params, 400, &format!("Bad Request: {why}"));
    let kept = api.violations();
    let newest = kept.last().map_or("", String::as_str);
    assert!(
        kept.len() == before + 1 && newest.starts_with(method) && newest.contains(why),
        "{kept:?}"
    );
}

/// A page of the program, which notes who called.
pub struct Page {
    server: HttpServer,
    desk: Arc<Desk>,
}

struct Desk {
    visits: Mutex<Vec<Visit>>,
    /// What to answer, one after the other; then 200.
    statuses: Mutex<VecDeque<u16>>,
    kind: &'static str,
    body: &'static [u8],
}

#[derive(Debug, Clone)]
pub struct Visit {
    pub verb: String,
    pub agent: String,
    pub secret: Option<String>,
    pub body: Value,
}

impl Page {
    pub fn answering(statuses: &[u16]) -> Self {
        Self::showing(statuses, "text/plain", b"")
    }

    pub fn showing(statuses: &[u16], kind: &'static str, body: &'static [u8]) -> Self {
        let desk = Arc::new(Desk {
            visits: Mutex::default(),
            statuses: Mutex::new(statuses.iter().copied().collect()),
            kind,
            body,
        });
        Self {
            server: HttpServer::start(Arc::clone(&desk)),
            desk,
        }
    }

    pub fn url(&self) -> String {
        format!("{}/page", self.server.url())
    }

    pub fn visits(&self) -> Vec<Visit> {
        self.desk.visits.lock().unwrap().clone()
    }
}

impl Site for Desk {
    async fn answer(&self, request: Request, _: Caller<'_>) -> Reply {
        let header = |name| request.header(name).map(str::to_owned);
        self.visits.lock().unwrap().push(Visit {
            verb: request.verb.clone(),
            agent: header("user-agent").unwrap_or_default(),
            secret: header("x-bot-api-secret-token"),
            body: serde_json::from_slice(&request.body).unwrap_or_default(),
        });
        let status = self.statuses.lock().unwrap().pop_front().unwrap_or(200);
        Reply::of_kind(status, self.kind, self.body)
    }
}
