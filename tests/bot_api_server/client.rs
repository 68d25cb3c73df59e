//! A client that sends what it is told, byte by byte, so that the server meets also what no library would send.

use crate::platforms::bot_api::BotApi;
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

pub const TOKEN: &str = "7000000001:secret";

/// Status and JSON; the JSON is null when the body is none. Nothing when the connection was cut.
pub type Answer = Option<(u16, Value)>;

pub fn send(
    api: &BotApi,
    verb: &str,
    target: &str,
    kind: &str,
    body: &[u8],
) -> Option<(u16, String)> {
    let address = api.url().replace("http://", "");
    let mut stream = TcpStream::connect(&address).ok()?;
    let head = format!(
        "{verb} {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: {kind}\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body).ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let status = text.split(' ').nth(1)?.parse().ok()?;
    Some((status, text.split_once("\r\n\r\n")?.1.to_owned()))
}

pub fn try_call(api: &BotApi, method: &str, params: &Value) -> Answer {
    let target = format!("/bot{TOKEN}/{method}");
    let body = params.to_string();
    let (status, text) = send(api, "POST", &target, "application/json", body.as_bytes())?;
    Some((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
}

/// The whole answer, which must come.
#[track_caller]
pub fn call(api: &BotApi, method: &str, params: Value) -> (u16, Value) {
    try_call(api, method, &params).expect("an answer")
}

/// The result of a call that must be granted.
#[track_caller]
pub fn granted(api: &BotApi, method: &str, params: Value) -> Value {
    let (status, answer) = call(api, method, params);
    assert_eq!((status, &answer["ok"]), (200, &json!(true)), "{answer}");
    answer["result"].clone()
}

/// The call must be refused with this status, and in words that begin so.
#[track_caller]
pub fn refused(api: &BotApi, method: &str, params: Value, status: u16, why: &str) -> Value {
    let (got, answer) = call(api, method, params);
    let description = answer["description"].as_str().unwrap_or("");
    assert!(
        got == status && answer["error_code"] == status && description.starts_with(why),
        "expected {status} {why:?}, got {got} {answer}"
    );
    answer
}

/// Refused as against the documentation, and kept as such.
#[track_caller]
pub fn forbidden(api: &BotApi, method: &str, params: Value, why: &str) {
    let before = api.violations().len();
    refused(api, method, params, 400, &format!("Bad Request: {why}"));
    let kept = api.violations();
    let newest = kept.last().map_or("", String::as_str);
    assert!(
        kept.len() == before + 1 && newest.starts_with(method) && newest.contains(why),
        "{kept:?}"
    );
}
