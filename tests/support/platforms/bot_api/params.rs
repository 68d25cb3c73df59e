//! Parameters as clients send them: in the query, as a form, as JSON or in parts, all of them at once if they like.

use super::super::server::Request;
use super::super::server::forms::{self, File, Part};
use super::rules;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a call brought along.
#[derive(Default)]
pub struct Params {
    pub values: Map<String, Value>,
    /// By the name that `attach://` uses.
    pub files: BTreeMap<String, File>,
}

/// The parameters of a request, or why it cannot be read.
pub fn read(method: &str, request: &Request) -> Result<Params, String> {
    let mut params = Params::default();
    let mut texts = forms::pairs(&request.query);
    let kind = request.header("content-type").unwrap_or("");
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
            texts.extend(forms::pairs(&String::from_utf8_lossy(&request.body)));
        }
        "multipart/form-data" => {
            let parts = forms::parts(kind, &request.body);
            for (name, part) in parts.map_err(|why| format!("can't parse request: {why}"))? {
                match part {
                    Part::Text(text) => texts.push((name, text)),
                    Part::File(file) => drop(params.files.insert(name, file)),
                }
            }
        }
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
