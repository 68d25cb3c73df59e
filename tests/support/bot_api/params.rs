//! Parameters as clients send them: in the query, as a form, as JSON or in parts, all of them at once if they like.

use super::rules;
use super::wire::{Request, find};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a call brought along.
#[derive(Default)]
pub struct Params {
    pub values: Map<String, Value>,
    /// By the name that `attach://` uses.
    pub files: BTreeMap<String, File>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// The parameters of a request, or why it cannot be read.
pub fn read(method: &str, request: &Request) -> Result<Params, String> {
    let mut params = Params::default();
    let mut texts = form(&request.query);
    let kind = request
        .headers
        .get("content-type")
        .map_or("", String::as_str);
    let essence = kind.split(';').next().unwrap_or("").trim();
    match essence.to_ascii_lowercase().as_str() {
        _ if request.body.is_empty() => {}
        "application/json" => match serde_json::from_slice(&request.body) {
            Ok(Value::Object(object)) => params.values = object,
            Ok(_) | Err(_) => {
                return Err("can't parse request: the body is no JSON object".to_owned());
            }
        },
        "application/x-www-form-urlencoded" => {
            texts.extend(form(&String::from_utf8_lossy(&request.body)));
        }
        "multipart/form-data" => texts.extend(parts(kind, &request.body, &mut params.files)?),
        other => return Err(format!("can't parse request: Content-Type is {other:?}")),
    }
    rules::read_texts(method, &mut params.values, false);
    let mut texts: Map<String, Value> = texts
        .into_iter()
        .map(|(name, value)| (name, Value::String(value)))
        .collect();
    rules::read_texts(method, &mut texts, true);
    params.values.extend(texts);
    take_in_files(&mut params);
    Ok(params)
}

/// A file that no value speaks of is itself the value of its name.
fn take_in_files(params: &mut Params) {
    let told = Value::Object(params.values.clone()).to_string();
    for name in params.files.keys() {
        let reference = format!("attach://{name}");
        if !told.contains(&format!("\"{reference}\"")) {
            params.values.insert(name.clone(), reference.into());
        }
    }
}

fn form(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (plain(name), plain(value))
        })
        .collect()
}

fn plain(escaped: &str) -> String {
    let bytes = escaped.as_bytes();
    let mut made = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = escaped
            .get(at + 1..at + 3)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (bytes[at], code) {
            (b'%', Some(byte)) => {
                made.push(byte);
                at += 2;
            }
            (b'+', _) => made.push(b' '),
            (byte, _) => made.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&made).into_owned()
}

fn parts(
    kind: &str,
    body: &[u8],
    files: &mut BTreeMap<String, File>,
) -> Result<Vec<(String, String)>, String> {
    let broken = |what: &str| format!("can't parse request: {what}");
    let boundary = setting(kind, "boundary").ok_or_else(|| broken("no boundary"))?;
    let border = format!("--{boundary}").into_bytes();
    let mut texts = Vec::new();
    let mut rest = body;
    loop {
        let begin = find(rest, &border).ok_or_else(|| broken("a part does not end"))?;
        rest = &rest[begin + border.len()..];
        if rest.starts_with(b"--") {
            return Ok(texts);
        }
        let head_end = find(rest, b"\r\n\r\n").ok_or_else(|| broken("a part has no head"))?;
        let head = String::from_utf8_lossy(&rest[..head_end]).into_owned();
        rest = &rest[head_end + 4..];
        let end = [b"\r\n", border.as_slice()].concat();
        let length = find(rest, &end).ok_or_else(|| broken("a part does not end"))?;
        let bytes = rest[..length].to_vec();
        rest = &rest[length + 2..];
        let disposition = head
            .lines()
            .find(|line| line.to_ascii_lowercase().starts_with("content-disposition"))
            .unwrap_or("");
        let name = setting(disposition, "name").ok_or_else(|| broken("a part has no name"))?;
        match setting(disposition, "filename") {
            Some(file) => {
                files.insert(name, File { name: file, bytes });
            }
            None => texts.push((name, String::from_utf8_lossy(&bytes).into_owned())),
        }
    }
}

/// The value after `name=` in a header.
fn setting(header: &str, name: &str) -> Option<String> {
    header.split(';').find_map(|piece| {
        let (known, value) = piece.trim().split_once('=')?;
        known
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().trim_matches('"').to_owned())
    })
}
