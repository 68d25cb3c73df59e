//! Parameters, read in the one encoding that an endpoint takes, and then by the exact shape that it documents.

use super::super::server::Request;
use super::super::server::forms::{self, File, Part};
use super::endpoint::{Encoding, Endpoint};
use super::state::Refusal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

/// What a call brought along.
pub struct Given {
    values: Value,
    /// The uploaded file, from the part named `file`.
    pub file: Option<File>,
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
    for (name, value) in forms::pairs(text) {
        if values.insert(name.clone(), value.into()).is_some() {
            return Err(Refusal::field(format!("{name} is given twice")));
        }
    }
    Ok(values)
}

/// An upload is one part named `file`, and no other.
fn only_file(kind: &str, body: &[u8]) -> Result<Given, Refusal> {
    let broken = |what: &str| Refusal::field(format!("the parts cannot be read: {what}"));
    let parts = forms::parts(kind, body).map_err(broken)?;
    let [(field, Part::File(file))]: [(String, Part); 1] =
        parts.try_into().map_err(|_| broken("not one part"))?
    else {
        return Err(broken("no file name"));
    };
    if field != "file" {
        return Err(broken(&format!("the field is {field:?}")));
    }
    Ok(Given {
        file: Some(file),
        ..Given::of(Map::new())
    })
}
