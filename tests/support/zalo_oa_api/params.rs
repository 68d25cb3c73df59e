//! Parameters, read in the one encoding that an endpoint takes, and then by the exact shape that it documents.

use super::endpoint::{Encoding, Endpoint};
use super::state::Refusal;
use super::wire::{Request, find};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

/// What a call brought along.
pub struct Given {
    values: Value,
    /// The uploaded file, from the part named `file`.
    pub file: Option<File>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// An endpoint that asks for nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

impl Given {
    fn of(values: Map<String, Value>) -> Self {
        Self {
            values: Value::Object(values),
            file: None,
        }
    }

    /// The parameters as this shape, in which every field is known and nothing is missing.
    pub fn shaped<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        T::deserialize(&self.values).map_err(|why| Refusal::field(why.to_string()))
    }

    /// As a test looks at them; of a file it sees the name.
    pub fn shown(&self) -> Value {
        match &self.file {
            Some(file) => json!({"file": file.name}),
            None => self.values.clone(),
        }
    }
}

/// For a field that may be absent but not null.
pub fn present<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// The parameters of a request, or why it cannot be read.
pub fn read(endpoint: Endpoint, request: &Request) -> Result<Given, Refusal> {
    let kind = request.header("content-type").unwrap_or("");
    let body = |wanted: &str| {
        let essence = kind.split(';').next().unwrap_or("").trim();
        if !request.query.is_empty() {
            Err(Refusal::field("parameters go into the body"))
        } else if !essence.eq_ignore_ascii_case(wanted) {
            let why = format!("Content-Type is to be {wanted}, not {essence:?}");
            Err(Refusal::field(why))
        } else {
            Ok(request.body.as_slice())
        }
    };
    match endpoint.encoding() {
        Encoding::Query if !request.body.is_empty() => {
            Err(Refusal::field("parameters go into the query"))
        }
        Encoding::Query => Ok(Given::of(pairs(&request.query)?)),
        Encoding::Form => {
            let form = std::str::from_utf8(body("application/x-www-form-urlencoded")?);
            let form = form.map_err(|_| Refusal::field("the form is no UTF-8"))?;
            Ok(Given::of(pairs(form)?))
        }
        Encoding::Json => match serde_json::from_slice(body("application/json")?) {
            Ok(Value::Object(values)) => Ok(Given::of(values)),
            Ok(_) | Err(_) => Err(Refusal::field("the body is no JSON object")),
        },
        Encoding::Parts => only_file(kind, body("multipart/form-data")?),
    }
}

fn pairs(text: &str) -> Result<Map<String, Value>, Refusal> {
    let mut values = Map::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = plain(name);
        if values.insert(name.clone(), plain(value).into()).is_some() {
            return Err(Refusal::field(format!("{name} is given twice")));
        }
    }
    Ok(values)
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

/// An upload is one part named `file`, and no other.
fn only_file(kind: &str, body: &[u8]) -> Result<Given, Refusal> {
    let broken = |what: &str| Refusal::field(format!("the parts cannot be read: {what}"));
    let boundary = setting(kind, "boundary").ok_or_else(|| broken("no boundary"))?;
    let border = format!("--{boundary}").into_bytes();
    let rest = body
        .strip_prefix(border.as_slice())
        .ok_or_else(|| broken("no border at the beginning"))?;
    let head_end = find(rest, b"\r\n\r\n").ok_or_else(|| broken("a part has no head"))?;
    let (head, rest) = (
        String::from_utf8_lossy(&rest[..head_end]).into_owned(),
        &rest[head_end + 4..],
    );
    let end = [b"\r\n", border.as_slice()].concat();
    let length = find(rest, &end).ok_or_else(|| broken("a part does not end"))?;
    if !rest[length + end.len()..].starts_with(b"--") {
        return Err(broken("more than one part"));
    }
    let disposition = head
        .lines()
        .find(|line| line.to_ascii_lowercase().starts_with("content-disposition"))
        .unwrap_or("");
    match (
        setting(disposition, "name"),
        setting(disposition, "filename"),
    ) {
        (Some(field), Some(name)) if field == "file" => Ok(Given {
            file: Some(File {
                name,
                bytes: rest[..length].to_vec(),
            }),
            ..Given::of(Map::new())
        }),
        (field, name) => Err(broken(&format!("field {field:?} with file name {name:?}"))),
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
