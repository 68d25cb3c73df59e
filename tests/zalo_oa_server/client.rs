//! A client that sends what it is told, byte by byte, so that the server meets also what no library would send.

use crate::platforms::zalo_oa_api::ZaloOaApi;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

pub const APP: &str = "1000000000000000001";
pub const APP_SECRET: &str = "app-secret";
pub const OA: &str = "2000000000000000002";
pub const OA_SECRET: &str = "oa-secret";
pub const LAN: &str = "3000000000000000003";
pub const CLASS: &str = "f414c8f76fa586fbdfb4";

pub const FORM: &str = "application/x-www-form-urlencoded";
pub const JSON: &str = "application/json";

pub const MESSAGE: &str = "/v3.0/oa/group/message";
pub const PRIVATE: &str = "/v3.0/oa/message/cs";
pub const TOKEN: &str = "/v4/oa/access_token";

pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub text: String,
}

impl Answer {
    /// Null when the body is no JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

/// An account with the group 5A1, in which Lan is.
pub fn started() -> ZaloOaApi {
    let api = ZaloOaApi::start(APP, APP_SECRET, OA, OA_SECRET);
    api.group(CLASS, "5A1");
    api.joins(CLASS, LAN, "Lan");
    api
}

/// Nothing when the connection was cut.
pub fn send(
    api: &ZaloOaApi,
    verb: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Option<Answer> {
    let address = api.api_url().replace("http://", "");
    let mut stream = TcpStream::connect(&address).ok()?;
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let head = format!(
        "{verb} {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body).ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let status = text.split(' ').nth(1)?.parse().ok()?;
    let (head, text) = text.split_once("\r\n\r\n")?;
    let headers = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Some(Answer {
        status,
        headers,
        text: text.to_owned(),
    })
}

/// With the current access token.
pub fn try_post(api: &ZaloOaApi, path: &str, body: &Value) -> Option<Answer> {
    let token = api.current_access_token();
    let headers = [("access_token", token.as_str()), ("Content-Type", JSON)];
    send(api, "POST", path, &headers, body.to_string().as_bytes())
}

#[track_caller]
pub fn post(api: &ZaloOaApi, path: &str, body: Value) -> Value {
    try_post(api, path, &body).expect("an answer").json()
}

#[track_caller]
pub fn get(api: &ZaloOaApi, target: &str) -> Value {
    let token = api.current_access_token();
    let answer = send(api, "GET", target, &[("access_token", &token)], b"");
    answer.expect("an answer").json()
}

/// An upload of one part.
#[track_caller]
pub fn upload(api: &ZaloOaApi, kind: &str, field: &str, name: &str, bytes: &[u8]) -> Value {
    let token = api.current_access_token();
    let head = format!(
        "--xx\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    let body = [head.as_bytes(), bytes, b"\r\n--xx--\r\n"].concat();
    let headers = [
        ("access_token", token.as_str()),
        ("Content-Type", "multipart/form-data; boundary=xx"),
    ];
    let path = format!("/v2.0/oa/upload/{kind}");
    let answer = send(api, "POST", &path, &headers, &body);
    answer.expect("an answer").json()
}

pub fn try_refresh(api: &ZaloOaApi, token: &str) -> Option<Answer> {
    let form = format!("grant_type=refresh_token&app_id={APP}&refresh_token={token}");
    let headers = [("secret_key", APP_SECRET), ("Content-Type", FORM)];
    send(api, "POST", TOKEN, &headers, form.as_bytes())
}

#[track_caller]
pub fn refresh(api: &ZaloOaApi, token: &str) -> Value {
    try_refresh(api, token).expect("an answer").json()
}

pub fn to_group(message: Value) -> Value {
    json!({"recipient": {"group_id": CLASS}, "message": message})
}

pub fn to_lan(message: Value) -> Value {
    json!({"recipient": {"user_id": LAN}, "message": message})
}

/// What the answer holds, which must be a granted one.
#[track_caller]
pub fn granted(answer: Value) -> Value {
    assert_eq!(answer["error"], 0, "{answer}");
    assert_eq!(answer["message"], "Success", "{answer}");
    answer["data"].clone()
}

/// Refused since the world is not as the caller believed; nobody broke a rule.
#[track_caller]
pub fn refused(api: &ZaloOaApi, code: i64, call: impl FnOnce() -> Value) {
    let before = api.violations();
    let answer = call();
    assert_eq!(answer["error"], code, "{answer}");
    assert_eq!(api.violations(), before);
}

/// Refused as against the documentation, and kept as such.
#[track_caller]
pub fn forbidden(api: &ZaloOaApi, code: i64, why: &str, call: impl FnOnce() -> Value) {
    let before = api.violations().len();
    let answer = call();
    assert_eq!(answer["error"], code, "{answer}");
    let kept = api.violations();
    let newest = kept.last().map_or("", String::as_str);
    assert!(
        kept.len() == before + 1 && newest.contains(why),
        "expected {why:?}, got {kept:?}"
    );
}
