//! How updates reach a bot that polls: one at a time, once, and only while it asks.

use crate::client::{TOKEN, address, call, forbidden, granted, refused, try_call};
use crate::http::wait_for;
use crate::platforms::zalo_bot_api::{Failure, ZaloBotApi};
use crate::{LAN, started};
use serde_json::{Value, json};
use std::io::Write as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

fn wait_for_poll(api: &ZaloBotApi, number: usize) {
    wait_for("a poll", || (api.calls().len() >= number).then_some(()));
    // The call is noted a moment before it waits.
    std::thread::sleep(Duration::from_millis(50));
}

fn words(updates: &[Value]) -> Vec<&str> {
    let words = updates.iter().map(|update| &update["message"]["text"]);
    words.filter_map(Value::as_str).collect()
}

#[test]
fn nothing_new_is_a_timeout_inside_200() {
    let api = started();
    for timeout in [json!(30), json!("30"), json!(0)] {
        let params = json!({ "timeout": timeout });
        refused(&api, "getUpdates", params, 408, "Request timeout");
    }
    refused(&api, "getUpdates", json!({}), 408, "Request timeout");
    api.habits(|habits| habits.idle_is_http_408 = true);
    let (status, answer) = call(&api, "getUpdates", json!({}));
    assert_eq!((status, &answer["error_code"]), (408, &json!(408)));
    assert!(api.violations().is_empty() && api.refused().is_empty());
    assert_eq!(api.calls()[0].error_code, Some(408));
}

#[test]
fn an_open_poll_ends_with_the_first_update() {
    let api = started();
    api.poll_patience(Duration::from_secs(4));
    std::thread::scope(|scope| {
        let poll = scope.spawn(|| (granted(&api, "getUpdates", json!({})), Instant::now()));
        wait_for_poll(&api, 1);
        let written = Instant::now();
        let message_id = api.person_writes(LAN, LAN, "Lan", "xong ạ");
        let (update, at) = poll.join().unwrap();
        assert!(at.duration_since(written) < Duration::from_secs(2));
        assert_eq!(update["event_name"], "message.text.received");
        let message = &update["message"];
        assert_eq!(message["message_id"], message_id);
        assert_eq!(message["text"], "xong ạ");
        assert!(
            message["date"].as_i64().unwrap() > 1_700_000_000_000,
            "in ms"
        );
        let from = json!({"id": LAN, "display_name": "Lan", "is_bot": false});
        assert_eq!(message["from"], from);
        let chat = json!({"id": LAN, "chat_type": "PRIVATE"});
        assert_eq!(message["chat"], chat);
    });
    assert!(api.lost().is_empty());
}

#[test]
fn a_burst_between_two_polls_survives_one_by_one() {
    let api = started();
    for number in 1..=5 {
        api.person_writes(LAN, LAN, "Lan", &number.to_string());
    }
    for number in 1..=5 {
        let update = granted(&api, "getUpdates", json!({}));
        assert_eq!(update["message"]["text"], number.to_string());
    }
    refused(&api, "getUpdates", json!({}), 408, "Request timeout");
    assert!(api.lost().is_empty());
}

#[test]
fn what_happens_while_nobody_polls_is_lost() {
    let api = started();
    api.buffer(Duration::from_millis(200));
    api.person_writes(LAN, LAN, "Lan", "a");
    assert!(api.lost().is_empty());
    std::thread::sleep(Duration::from_millis(250));
    assert_eq!(words(&api.lost()), ["a"]);
    refused(&api, "getUpdates", json!({}), 408, "Request timeout");
    api.buffer(Duration::ZERO);
    api.person_writes(LAN, LAN, "Lan", "b");
    refused(&api, "getUpdates", json!({}), 408, "Request timeout");
    assert_eq!(words(&api.lost()), ["a", "b"]);
}

#[test]
fn two_readers_at_once_are_a_violation() {
    let api = started();
    api.poll_patience(Duration::from_secs(4));
    std::thread::scope(|scope| {
        let first = scope.spawn(|| granted(&api, "getUpdates", json!({})));
        wait_for_poll(&api, 1);
        let why = "another getUpdates is open";
        forbidden(&api, "getUpdates", json!({}), why);
        api.person_writes(LAN, LAN, "Lan", "a");
        assert_eq!(first.join().unwrap()["message"]["text"], "a");
    });
}

#[test]
fn a_reader_who_hung_up_is_no_reader() {
    let api = started();
    api.poll_patience(Duration::from_secs(4));
    let mut stream = TcpStream::connect(address(&api)).unwrap();
    let request = format!("POST /bot{TOKEN}/getUpdates HTTP/1.1\r\nHost: test\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    wait_for_poll(&api, 1);
    drop(stream);
    api.person_writes(LAN, LAN, "Lan", "a");
    let update = granted(&api, "getUpdates", json!({}));
    assert_eq!(update["message"]["text"], "a");
    assert!(api.violations().is_empty() && api.lost().is_empty());
}

#[test]
fn an_answer_that_nobody_can_read_takes_its_update_along() {
    let api = started();
    for (failure, text) in [
        (Failure::ResetAfterApplied, "a"),
        (Failure::TruncatedJson, "b"),
    ] {
        api.fail_next("getUpdates", failure);
        api.person_writes(LAN, LAN, "Lan", text);
        let answer = try_call(&api, "getUpdates", &json!({}));
        assert!(answer.is_none_or(|(_, body)| body.is_null()));
    }
    assert_eq!(words(&api.lost()), ["a", "b"]);
    api.fail_next("getUpdates", Failure::Reset);
    api.person_writes(LAN, LAN, "Lan", "c");
    assert_eq!(try_call(&api, "getUpdates", &json!({})), None);
    let update = granted(&api, "getUpdates", json!({}));
    assert_eq!(update["message"]["text"], "c");
}
