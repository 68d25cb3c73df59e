//! What the documentation of the Bot API says of every parameter: its name, its type, whether it must be there.

use super::html::utf16;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The extract that scripts/make-telegram-extract.py takes from the documentation.
static RULES: LazyLock<Rules> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../data/telegram-methods.json")).unwrap()
});

#[derive(Deserialize)]
struct Rules {
    methods: BTreeMap<String, Vec<Field>>,
    types: BTreeMap<String, Shape>,
    updates: Vec<String>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    types: Vec<String>,
    required: bool,
    #[serde(default)]
    values: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Shape {
    Fields(Vec<Field>),
    AnyOf(Vec<String>),
}

/// The method's name as the documentation writes it; clients write it as they like.
pub fn method_named(name: &str) -> Option<&'static str> {
    RULES
        .methods
        .keys()
        .find(|known| known.eq_ignore_ascii_case(name))
        .map(String::as_str)
}

pub fn is_kind_of_update(name: &str) -> bool {
    RULES.updates.iter().any(|known| known == name)
}

/// Forms carry only text and even JSON may carry an object as text: read it as the type that is asked for.
pub fn read_texts(method: &str, params: &mut Map<String, Value>, from_form: bool) {
    for field in &RULES.methods[method] {
        let Some(Value::String(text)) = params.get(&field.name) else {
            continue;
        };
        if field.types.iter().any(|kind| is_text(kind)) {
            // A chat may be called by its number or its @name, and a form has only one way to write both.
            if let (true, Ok(number)) = (has(field, "Integer"), text.parse::<i64>()) {
                params.insert(field.name.clone(), number.into());
            }
            continue;
        }
        let plain = field.types.iter().all(|kind| is_plain(kind));
        if plain && !from_form {
            continue;
        }
        if let Ok(value) = serde_json::from_str(text) {
            params.insert(field.name.clone(), value);
        }
    }
}

/// Everything in which the parameters are not what the documentation says.
pub fn offences(method: &str, params: &Map<String, Value>) -> Vec<String> {
    let mut wrong = Vec::new();
    check_fields(&RULES.methods[method], params, "", &mut wrong);
    wrong
}

fn check_fields(
    fields: &[Field],
    given: &Map<String, Value>,
    place: &str,
    wrong: &mut Vec<String>,
) {
    for name in given.keys() {
        if !fields.iter().any(|field| field.name == *name) {
            wrong.push(format!("unknown parameter {place}{name}"));
        }
    }
    for field in fields {
        let here = format!("{place}{}", field.name);
        match given.get(&field.name) {
            None if field.required => wrong.push(format!("missing required parameter {here}")),
            None => {}
            Some(value) => check_value(field, value, &here, wrong),
        }
    }
}

fn check_value(field: &Field, value: &Value, place: &str, wrong: &mut Vec<String>) {
    let mut best: Option<Vec<String>> = None;
    for kind in &field.types {
        let mut found = Vec::new();
        check_kind(kind, value, place, &mut found);
        // What comes nearest is what was meant.
        if best.as_ref().is_none_or(|best| found.len() < best.len()) {
            best = Some(found);
        }
    }
    wrong.extend(best.unwrap_or_default());
    if let (false, Some(text)) = (field.values.is_empty(), value.as_str())
        && !field.values.iter().any(|allowed| allowed == text)
    {
        wrong.push(format!("{place} may not be {text:?}"));
    }
}

fn check_kind(kind: &str, value: &Value, place: &str, wrong: &mut Vec<String>) {
    if let Some(inner) = kind.strip_prefix("Array of ") {
        let Value::Array(values) = value else {
            return wrong.push(mismatch(kind, value, place));
        };
        for (index, value) in values.iter().enumerate() {
            check_kind(inner, value, &format!("{place}[{index}]"), wrong);
        }
        return;
    }
    let fits = match kind {
        "Integer" => value.is_i64() || value.is_u64(),
        "Float" => value.is_number(),
        "Boolean" => value.is_boolean(),
        "True" => *value == Value::Bool(true),
        "String" | "InputFile" => value.is_string(),
        _ => return check_shape(kind, value, place, wrong),
    };
    if !fits {
        wrong.push(mismatch(kind, value, place));
    }
}

fn check_shape(kind: &str, value: &Value, place: &str, wrong: &mut Vec<String>) {
    let Value::Object(object) = value else {
        return wrong.push(mismatch(kind, value, place));
    };
    match &RULES.types[kind] {
        Shape::Fields(fields) => check_fields(fields, object, &format!("{place}."), wrong),
        Shape::AnyOf(kinds) => {
            let nearest = kinds
                .iter()
                .map(|kind| {
                    let mut found = Vec::new();
                    check_shape(kind, value, place, &mut found);
                    found
                })
                .min_by_key(Vec::len);
            wrong.extend(nearest.unwrap_or_default());
        }
    }
}

fn mismatch(kind: &str, value: &Value, place: &str) -> String {
    let shown: String = value.to_string().chars().take(40).collect();
    format!("{place} is to be {kind}, not {shown}")
}

fn has(field: &Field, kind: &str) -> bool {
    field.types.iter().any(|each| each == kind)
}

fn is_text(kind: &str) -> bool {
    matches!(kind, "String" | "InputFile")
}

fn is_plain(kind: &str) -> bool {
    matches!(kind, "Integer" | "Float" | "Boolean" | "True")
}

/// Whether a text has between `least` and `most` UTF-16 units, the measure in which Telegram counts.
pub fn within(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&utf16(text))
}
