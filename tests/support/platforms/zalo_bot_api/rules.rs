//! What the documentation says of every method: its parameters, their types and their lengths.

use super::addresses::{is_here, is_public};
use super::polling::seconds;
use super::state::{Refusal, Values};
use reqwest::Url;
use serde_json::Value;

const STYLES: [&str; 20] = [
    "b", "i", "u", "s", "f_13", "f_15", "f_18", "f_20", "c_050a19", "c_15a85f", "c_f7b503",
    "c_f27806", "c_db342e", "lst_1", "lst_2", "ind_1", "ind_2", "ind_3", "ind_4", "ind_5",
];

struct Parameter {
    name: &'static str,
    required: bool,
    judge: Judge,
}

/// Says what is wrong with a value, if anything is.
type Judge = fn(&Value) -> Result<(), String>;

const fn must(name: &'static str, judge: Judge) -> Parameter {
    Parameter {
        name,
        required: true,
        judge,
    }
}

const fn may(name: &'static str, judge: Judge) -> Parameter {
    Parameter {
        name,
        required: false,
        judge,
    }
}

static NONE: [Parameter; 0] = [];
static GET_UPDATES: [Parameter; 1] = [may("timeout", timeout)];
static SET_WEBHOOK: [Parameter; 2] = [must("url", string), must("secret_token", secret)];
static SEND_MESSAGE: [Parameter; 4] = [
    must("chat_id", string),
    must("text", words),
    may("parse_mode", parse_mode),
    may("text_styles", styles),
];
static SEND_PHOTO: [Parameter; 3] = [
    must("chat_id", string),
    must("photo", photo),
    may("caption", words),
];
static SEND_STICKER: [Parameter; 2] = [must("chat_id", string), must("sticker", string)];
static SEND_CHAT_ACTION: [Parameter; 2] = [must("chat_id", string), must("action", action)];

fn parameters(method: &str) -> Option<&'static [Parameter]> {
    Some(match method {
        "getMe" | "testWebhook" | "deleteWebhook" | "getWebhookInfo" => &NONE,
        "getUpdates" => &GET_UPDATES,
        "setWebhook" => &SET_WEBHOOK,
        "sendMessage" => &SEND_MESSAGE,
        "sendPhoto" => &SEND_PHOTO,
        "sendSticker" => &SEND_STICKER,
        "sendChatAction" => &SEND_CHAT_ACTION,
        _ => return None,
    })
}

/// Names are case-sensitive.
pub fn is_method(name: &str) -> bool {
    parameters(name).is_some()
}

/// Refuses a call whose parameters are not what the documentation says, and tells everything that is wrong with it.
pub fn check(method: &str, given: &Values) -> Result<(), Refusal> {
    let known = parameters(method).unwrap_or_default();
    let mut wrong = Vec::new();
    for name in given.keys() {
        if !known.iter().any(|parameter| parameter.name == name) {
            wrong.push(format!("unknown parameter {name}"));
        }
    }
    for Parameter {
        name,
        required,
        judge,
    } in known
    {
        match given.get(*name) {
            Some(value) => {
                wrong.extend(judge(value).err().map(|why| format!("{name} {why}")));
            }
            None if *required => wrong.push(format!("missing required parameter {name}")),
            None => {}
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Refusal::violation(wrong.join("; ")))
}

fn text(value: &Value) -> Result<&str, String> {
    let shown = || value.to_string().chars().take(40).collect::<String>();
    let text = value.as_str();
    text.ok_or_else(|| format!("is to be a string, not {}", shown()))
}

fn string(value: &Value) -> Result<(), String> {
    text(value).map(|_| ())
}

/// Decomposed Vietnamese is longer than it looks and breaks searches, so only the composed form goes out.
fn words(value: &Value) -> Result<(), String> {
    let words = text(value)?;
    ensure(
        (1..=2000).contains(&words.encode_utf16().count()),
        "is to have 1 to 2000 characters",
    )?;
    ensure(
        unicode_normalization::is_nfc(words),
        "is not composed (NFC)",
    )
}

fn secret(value: &Value) -> Result<(), String> {
    let length = text(value)?.chars().count();
    ensure(
        (8..=256).contains(&length),
        "is to have 8 to 256 characters",
    )
}

fn photo(value: &Value) -> Result<(), String> {
    let url = Url::parse(text(value)?).ok();
    let reachable =
        |url: Url| is_here(&url) || matches!(url.scheme(), "http" | "https") && is_public(&url);
    ensure(
        url.is_some_and(reachable),
        "is to be a public http(s) address",
    )
}

fn parse_mode(value: &Value) -> Result<(), String> {
    let known = ["markdown", "html"].contains(&text(value)?);
    ensure(known, "is to be markdown or html")
}

fn action(value: &Value) -> Result<(), String> {
    ensure(text(value)? == "typing", "is to be typing")
}

fn timeout(value: &Value) -> Result<(), String> {
    ensure(
        seconds(value).is_some(),
        "is to be a whole number of seconds",
    )
}

/// Whether the places are within the text is judged where the text is at hand.
fn styles(value: &Value) -> Result<(), String> {
    let styles = value.as_array().ok_or("is to be a list")?;
    styles.iter().try_for_each(style)
}

fn style(value: &Value) -> Result<(), String> {
    let style = value.as_object().ok_or("is to be a list of objects")?;
    let only = style
        .keys()
        .all(|key| ["start", "len", "st"].contains(&key.as_str()));
    ensure(only && style.len() == 3, "is to have start, len and st")?;
    let places = style["start"].is_u64() && style["len"].as_u64() > Some(0);
    ensure(places, "is to have whole numbers as start and len")?;
    let codes = style["st"].as_array().map_or(&[][..], Vec::as_slice);
    let known = |code: &Value| code.as_str().is_some_and(|code| STYLES.contains(&code));
    ensure(
        !codes.is_empty() && codes.iter().all(known),
        "is to have known codes as st",
    )
}

fn ensure(holds: bool, why: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why.to_owned()) }
}
