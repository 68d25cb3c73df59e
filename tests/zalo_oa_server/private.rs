//! The rules of private talk: when it may be begun, and what buttons it may have.

use crate::client::*;
use crate::platforms::zalo_oa_api::{Attachment, ZaloOaApi};
use serde_json::{Value, json};
use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);

fn say(api: &ZaloOaApi, message: Value) -> Value {
    post(api, PRIVATE, to_lan(message))
}

fn with_buttons(buttons: &[Value]) -> Value {
    let payload = json!({"template_type": "button", "buttons": buttons});
    json!({"text": "Rồi ạ?", "attachment": {"type": "template", "payload": payload}})
}

fn button(title: &str) -> Value {
    json!({"title": title, "type": "oa.query.hide", "payload": "xong 7"})
}

#[test]
fn the_window_is_free_then_billed_then_closed() {
    let api = started();
    let hello = json!({"text": "Chào"});
    refused(&api, -230, || say(&api, hello.clone()));
    // Talk in a group opens no private window.
    api.person_writes_group(CLASS, LAN, "Lan", "chào cô");
    refused(&api, -230, || say(&api, hello.clone()));
    for (hours, open) in [(0, true), (47, true), (49, true), (167, true), (169, false)] {
        api.last_interaction(LAN, HOUR * hours);
        let answer = say(&api, hello.clone());
        assert_eq!(answer["error"] == 0, open, "{hours} h: {answer}");
    }
    let billed: Vec<bool> = api
        .private_messages(LAN)
        .iter()
        .map(|message| message.billed)
        .collect();
    assert_eq!(billed, [false, false, true, true]);
    api.person_writes(LAN, "Lan", "dạ");
    let data = granted(say(&api, hello));
    assert_eq!(data["user_id"], LAN);
    assert!(data["message_id"].is_string());
    assert_eq!(api.violations(), Vec::<String>::new());
}

#[test]
fn following_opens_the_window_and_unfollowing_does_not_close_it() {
    let api = started();
    api.follows(LAN);
    api.unfollows(LAN);
    granted(say(&api, json!({"text": "Chào"})));
}

#[test]
fn who_blocks_is_left_alone() {
    let api = started();
    api.person_writes(LAN, "Lan", "dạ");
    api.blocks(LAN, true);
    refused(&api, -244, || say(&api, json!({"text": "Chào"})));
    api.blocks(LAN, false);
    granted(say(&api, json!({"text": "Chào"})));
}

#[test]
fn the_quota_tells_the_last_interaction() {
    let api = started();
    let quota = || post(&api, "/v3.0/oa/quota/message", json!({"user_id": LAN}));
    assert_eq!(granted(quota()), json!({"user_id": LAN}));
    api.last_interaction(LAN, HOUR);
    let told = granted(quota())["last_interaction"].clone();
    let told: i64 = told.as_str().unwrap().parse().unwrap();
    let expected = jiff::Timestamp::now().as_millisecond() - 3_600_000;
    assert!((told - expected).abs() < 10_000, "{told} {expected}");
    forbidden(&api, -201, "missing field `user_id`", || {
        post(&api, "/v3.0/oa/quota/message", json!({}))
    });
}

#[test]
fn buttons_say_their_payload() {
    let api = started();
    api.follows(LAN);
    let link = json!({"url": "https://example.org/huong-dan"});
    let buttons = [
        json!({"title": "Xong", "type": "oa.query.show", "payload": "xong"}),
        button("Chưa"),
        json!({"title": "Hướng dẫn", "type": "oa.open.url", "payload": link}),
    ];
    granted(say(&api, with_buttons(&buttons)));
    let sent = api.private_messages(LAN);
    let Some(Attachment::Buttons(kept)) = &sent[0].attachment else {
        panic!("no buttons: {sent:?}");
    };
    let told: Vec<(&str, &str)> = kept
        .iter()
        .map(|button| (button.title(), button.payload()))
        .collect();
    assert_eq!(
        told,
        [
            ("Xong", "xong"),
            ("Chưa", "xong 7"),
            ("Hướng dẫn", "https://example.org/huong-dan")
        ]
    );
    api.last_interaction(LAN, HOUR * 200);
    api.person_taps(LAN, "xong 7");
    granted(say(&api, json!({"text": "Dạ, em ghi nhận."})));
}

#[test]
#[should_panic(expected = "has no button that says")]
fn only_a_button_that_was_sent_can_be_tapped() {
    let api = started();
    api.follows(LAN);
    granted(say(&api, with_buttons(&[button("Chưa")])));
    api.person_taps(LAN, "xong 8");
}

#[test]
fn buttons_have_their_rules() {
    let api = started();
    api.follows(LAN);
    let most = vec![button("Chưa"); 5];
    granted(say(&api, with_buttons(&most)));
    granted(say(&api, with_buttons(&[button(&"ạ".repeat(100))])));
    forbidden(&api, -210, "6 buttons", || {
        say(&api, with_buttons(&vec![button("Chưa"); 6]))
    });
    forbidden(&api, -210, "title has 101 units", || {
        say(&api, with_buttons(&[button(&"ạ".repeat(101))]))
    });
    forbidden(&api, -201, "text is missing", || {
        let mut message = with_buttons(&most);
        message.as_object_mut().unwrap().remove("text");
        say(&api, message)
    });
    for (code, why, wrong) in [
        (-201, "title is empty", button("")),
        (-201, "title is not in the form NFC", button("a\u{323}")),
        (
            -201,
            "missing field `payload`",
            json!({"title": "a", "type": "oa.query.show"}),
        ),
        (
            -201,
            "unknown field `image_icon`",
            json!({"title": "a", "type": "oa.query.show", "payload": "a", "image_icon": ""}),
        ),
        (
            -201,
            "unknown variant `oa.open.sms`",
            json!({"title": "a", "type": "oa.open.sms", "payload": "a"}),
        ),
        (
            -201,
            "invalid type",
            json!({"title": "a", "type": "oa.open.url", "payload": "https://example.org"}),
        ),
        (
            -201,
            "no https",
            json!({"title": "a", "type": "oa.open.url", "payload": {"url": "http://example.org"}}),
        ),
        (
            -210,
            "payload has 1001 units",
            json!({"title": "a", "type": "oa.query.show", "payload": "a".repeat(1_001)}),
        ),
    ] {
        forbidden(&api, code, why, || say(&api, with_buttons(&[wrong])));
    }
    forbidden(&api, -201, "buttons is empty", || {
        say(&api, with_buttons(&[]))
    });
    assert_eq!(api.private_messages(LAN).len(), 2);
}
