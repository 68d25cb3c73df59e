//! The strict Zalo of the tests is itself tested: what it grants, what it refuses, and in which words.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

#[path = "zalo_bot_server/client.rs"]
mod client;
#[path = "support/http.rs"]
mod http;
#[path = "zalo_bot_server/people.rs"]
mod people;
#[path = "support/platforms/mod.rs"]
mod platforms;
#[path = "zalo_bot_server/polling.rs"]
mod polling;
#[path = "zalo_bot_server/sends.rs"]
mod sends;
#[path = "zalo_bot_server/webhook.rs"]
mod webhook;

use client::{TOKEN, address, call, forbidden, granted, refused, try_call};
use platforms::zalo_bot_api::{Failure, ZaloBotApi};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const LAN: &str = "0a1b2c3d4e5f60718293";
const NAM: &str = "1a1b2c3d4e5f60718293";
const CLASS: &str = "zgr-0123456789abcdef0123";

/// A server where Lan wrote long ago and a class group has the bot in it. Polls end soon, so that tests are quick.
fn started() -> ZaloBotApi {
    let api = ZaloBotApi::start(TOKEN);
    assert!(api.private_chat(LAN));
    assert!(api.group(CLASS));
    api.poll_patience(Duration::from_millis(100));
    api
}

fn text(words: &str) -> Value {
    json!({"chat_id": LAN, "text": words})
}

/// The whole answer to a request that no library would write so, as it comes over the wire.
fn raw(api: &ZaloBotApi, request: &str) -> String {
    let mut stream = TcpStream::connect(address(api)).unwrap();
    stream.set_read_timeout(Some(http::PATIENCE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The head of a request, still open for more headers.
fn head(verb: &str, target: &str) -> String {
    format!("{verb} {target} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n")
}

#[test]
fn only_the_right_token_is_let_in() {
    let api = started();
    let answer = raw(&api, &format!("{}\r\n", head("POST", "/botwrong/getMe")));
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let body = r#"{"description":"Unauthorized","error_code":401,"ok":false}"#;
    assert!(answer.ends_with(body), "{answer}");
    assert!(api.calls().is_empty() && api.violations().is_empty());
}

#[test]
fn an_unknown_method_is_not_found_and_a_violation() {
    let api = started();
    for method in ["getChat", "editMessageText", "GetMe", "sendVoice"] {
        refused(&api, method, json!({}), 404, "Not Found");
    }
    assert_eq!(api.violations().len(), 4);
    let sticker = json!({"chat_id": LAN, "sticker": "bfe458bf64fa8da4d4eb"});
    forbidden(&api, "sendSticker", sticker, "the program should not");
}

#[test]
fn the_bot_tells_who_it_is() {
    let api = started();
    let me = granted(&api, "getMe", json!({}));
    let id: u64 = me["id"].as_str().unwrap().parse().unwrap();
    assert!(id > 1 << 53, "no JSON number holds it exactly");
    assert!(me["account_name"].as_str().unwrap().starts_with("bot."));
    assert_eq!(me["display_name"], api.display_name());
    assert_eq!(me["account_type"], "BASIC");
    assert_eq!(me["can_join_groups"], true);
    assert_eq!(granted(&api, "getMe", json!({})), me);
    api.habits(|habits| habits.can_join_groups = false);
    assert_eq!(granted(&api, "getMe", json!({}))["can_join_groups"], false);
    let other = ZaloBotApi::start("7000000002:secret");
    assert!(other.url() != api.url() && other.display_name() == api.display_name());
    assert!(api.violations().is_empty());
}

#[test]
fn a_get_is_served_but_noted() {
    let api = started();
    let target = format!("/bot{}/getMe", TOKEN.replace(':', "%3A"));
    let answer = raw(&api, &format!("{}\r\n", head("GET", &target)));
    assert!(answer.contains(r#""ok":true"#), "{answer}");
    assert_eq!(api.violations(), ["getMe: asked by GET"]);
}

#[test]
fn parameters_come_as_a_json_object_and_in_no_other_way() {
    let api = started();
    let target = format!("/bot{TOKEN}/sendMessage");
    let query = head("POST", &format!("{target}?chat_id={LAN}")) + "\r\n";
    let form = format!(
        "{}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 6\r\n\r\ntext=a",
        head("POST", &target)
    );
    let list = format!(
        "{}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n[]",
        head("POST", &target)
    );
    for (request, why) in [
        (query, "parameters are in the query"),
        (form, "Content-Type is"),
        (list, "the body is no JSON object"),
    ] {
        let answer = raw(&api, &request);
        let told = answer.contains(r#""error_code":400"#) && answer.contains(why);
        assert!(told, "{answer}");
        assert!(api.violations().last().unwrap().contains(why));
    }
    assert!(api.messages(LAN).is_empty());
    let chunks = format!(
        "{}Content-Type: application/json; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n\
         2\r\n{{}}\r\n0\r\n\r\n",
        head("POST", &format!("/bot{TOKEN}/getMe"))
    );
    assert!(raw(&api, &chunks).contains(r#""ok":true"#));
    assert_eq!(api.violations().len(), 3);
}

#[test]
fn everything_wrong_with_the_parameters_is_told() {
    let api = started();
    let params = json!({"chat_id": 42, "text": "a", "reply_markup": {}});
    let both = "unknown parameter reply_markup; chat_id is to be a string, not 42";
    forbidden(&api, "sendMessage", params, both);
    forbidden(
        &api,
        "sendMessage",
        json!({"chat_id": LAN}),
        "missing required parameter text",
    );
    forbidden(&api, "getMe", json!({"a": 1}), "unknown parameter a");
    for timeout in [json!(-1), json!(1.5), json!("soon")] {
        let params = json!({ "timeout": timeout });
        forbidden(&api, "getUpdates", params, "timeout is to be a whole");
    }
    assert!(api.messages(LAN).is_empty() && api.refused().is_empty());
}

#[test]
fn a_bot_may_only_type() {
    let api = started();
    let acting = |action: &str| json!({"chat_id": LAN, "action": action});
    let answer = call(&api, "sendChatAction", acting("typing"));
    assert_eq!(answer, (200, json!({"ok": true})), "without a result");
    forbidden(
        &api,
        "sendChatAction",
        acting("upload_photo"),
        "action is to be",
    );
    let unknown = json!({"chat_id": NAM, "action": "typing"});
    refused(
        &api,
        "sendChatAction",
        unknown,
        400,
        "Bad Request: chat not found",
    );
}

#[test]
fn an_ordered_failure_applies_nothing_or_all() {
    let api = started();
    let next = |failure: Failure| {
        api.fail_next("sendMessage", failure);
        try_call(&api, "sendMessage", &text("a"))
    };
    let busy = Failure::Status {
        http: 503,
        error_code: 500,
        description: "Busy",
    };
    let (status, answer) = next(busy).unwrap();
    assert_eq!((status, &answer["error_code"]), (503, &json!(500)));
    let inside = Failure::OkFalse {
        error_code: 403,
        description: "Internal Server Error",
    };
    let (status, answer) = next(inside).unwrap();
    assert_eq!((status, &answer["error_code"]), (200, &json!(403)));
    assert_eq!(next(Failure::Html502), Some((502, Value::Null)));
    assert_eq!(next(Failure::Reset), None);
    assert_eq!(api.messages(LAN).len(), 0);

    assert_eq!(next(Failure::ResetAfterApplied), None);
    assert_eq!(next(Failure::TruncatedJson), Some((200, Value::Null)));
    let late = Duration::from_millis(200);
    let begun = Instant::now();
    assert_eq!(next(Failure::Slow(late)).unwrap().1["ok"], true);
    assert!(begun.elapsed() >= late);
    assert_eq!(next(Failure::TwoServers).unwrap().1["ok"], true);
    assert_eq!(api.messages(LAN).len(), 4);

    granted(&api, "sendMessage", text("a"));
    let calls = api.calls();
    assert_eq!(calls[0].failure, Some(busy));
    assert_eq!(calls[1].error_code, Some(403));
    assert_eq!(calls[8].failure, None, "each comes once");
    let statuses: Vec<u16> = calls.iter().map(|call| call.status).collect();
    assert_eq!(statuses, [503, 200, 502, 0, 0, 200, 200, 200, 200]);
    assert!(api.violations().is_empty() && api.refused().is_empty());
}

#[test]
fn the_gateway_may_name_itself_twice() {
    let api = started();
    api.fail_next("getMe", Failure::TwoServers);
    let request = format!("{}\r\n", head("POST", &format!("/bot{TOKEN}/getMe")));
    assert_eq!(raw(&api, &request).matches("\r\nServer: ").count(), 2);
    assert_eq!(raw(&api, &request).matches("\r\nServer: ").count(), 0);
}

#[tokio::test]
async fn a_real_client_is_understood() {
    let api = started();
    let url = format!("{}/bot{TOKEN}/sendMessage", api.url());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for failure in [None, Some(Failure::TwoServers)] {
        if let Some(failure) = failure {
            api.fail_next("sendMessage", failure);
        }
        let answer = client.post(&url).json(&text("a")).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["ok"], true);
    }
    assert_eq!(api.messages(LAN).len(), 2);
    assert!(api.violations().is_empty());
}

#[test]
fn bad_weather_is_the_same_for_the_same_seed() {
    let weather = |seed: u64| -> Vec<Option<Failure>> {
        let api = started();
        api.fail_randomly(&["sendMessage"], 40, seed);
        for _ in 0..20 {
            try_call(&api, "sendMessage", &text("a"));
        }
        granted(&api, "getMe", json!({}));
        let calls = api.calls();
        calls.iter().map(|call| call.failure).collect()
    };
    // Late answers add up, so all of them are waited for at the same time.
    let (first, second, other) = std::thread::scope(|scope| {
        let first = scope.spawn(|| weather(7));
        let second = scope.spawn(|| weather(7));
        let other = scope.spawn(|| weather(8));
        (
            first.join().unwrap(),
            second.join().unwrap(),
            other.join().unwrap(),
        )
    });
    assert_eq!(first, second);
    assert_ne!(first, other);
    assert_eq!(first.last(), Some(&None), "only what was named fails");
    let struck = first.iter().flatten().count();
    assert!((4..14).contains(&struck), "{struck} of 20");
}

#[test]
fn a_far_away_server_takes_its_time_but_for_polls() {
    let api = started();
    api.far_away(Duration::from_millis(600));
    let begun = Instant::now();
    granted(&api, "getMe", json!({}));
    assert!(begun.elapsed() >= Duration::from_millis(600));
    let begun = Instant::now();
    api.person_writes(LAN, LAN, "Lan", "a");
    granted(&api, "getUpdates", json!({}));
    assert!(begun.elapsed() < Duration::from_millis(400));
}
