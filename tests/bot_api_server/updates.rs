//! How updates reach the bot: in order, until confirmed, one reader at a time.

use crate::client::{TOKEN, call, forbidden, granted, refused};
use crate::platforms::bot_api::BotApi;
use crate::{CLASS, LAN, started};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn ids(updates: &Value) -> Vec<i64> {
    let updates = updates.as_array().unwrap();
    updates
        .iter()
        .map(|update| update["update_id"].as_i64().unwrap())
        .collect()
}

#[test]
fn an_update_stays_until_a_higher_offset_comes() {
    let api = BotApi::start(TOKEN);
    let sent: Vec<i64> = (0..5)
        .map(|_| api.person_writes(LAN, LAN, "Lan", "a"))
        .collect();
    let get = |params: Value| ids(&granted(&api, "getUpdates", params));
    assert_eq!(get(json!({"limit": 2})), sent[..2]);
    assert_eq!(get(json!({})), sent);
    assert_eq!(get(json!({"offset": sent[1]})), sent[1..]);
    assert_eq!(get(json!({"offset": 0})), sent[1..], "those below are gone");
    assert_eq!(get(json!({"offset": -2})), sent[3..]);
    assert_eq!(get(json!({})), sent[3..], "a negative offset forgets too");
    assert_eq!(get(json!({"offset": sent[4] + 1})), [0; 0]);
    for limit in [0, 101] {
        forbidden(
            &api,
            "getUpdates",
            json!({"limit": limit}),
            "limit is to be",
        );
    }
}

#[test]
fn a_long_poll_ends_with_the_first_update_or_its_time() {
    let api = BotApi::start(TOKEN);
    let begun = Instant::now();
    assert_eq!(
        granted(&api, "getUpdates", json!({"timeout": 1})),
        json!([])
    );
    assert!(begun.elapsed() >= Duration::from_secs(1));
    let begun = Instant::now();
    assert_eq!(
        granted(&api, "getUpdates", json!({"timeout": 50})),
        json!([])
    );
    assert!(
        (2..4).contains(&begun.elapsed().as_secs()),
        "cut short for the tests"
    );
    std::thread::scope(|scope| {
        let poll = scope.spawn(|| {
            let updates = granted(&api, "getUpdates", json!({"timeout": 50}));
            (ids(&updates), Instant::now())
        });
        wait_for_poll(&api, 3);
        let sent = api.person_writes(LAN, LAN, "Lan", "a");
        let written = Instant::now();
        let (got, at) = poll.join().unwrap();
        assert_eq!(got, [sent]);
        assert!(at.saturating_duration_since(written) < Duration::from_secs(1));
    });
}

fn wait_for_poll(api: &BotApi, number: usize) {
    let begun = Instant::now();
    while api.calls().len() < number {
        assert!(begun.elapsed() < Duration::from_secs(10), "no poll came");
        std::thread::sleep(Duration::from_millis(5));
    }
    // The call is noted a moment before it waits.
    std::thread::sleep(Duration::from_millis(50));
}

#[test]
fn two_readers_do_not_share() {
    let api = BotApi::start(TOKEN);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| call(&api, "getUpdates", json!({"timeout": 50})));
        wait_for_poll(&api, 1);
        let second = scope.spawn(|| call(&api, "getUpdates", json!({"timeout": 50})));
        let (status, answer) = first.join().unwrap();
        assert_eq!(status, 409);
        assert_eq!(
            answer["description"],
            "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
        );
        api.person_writes(LAN, LAN, "Lan", "a");
        assert_eq!(second.join().unwrap().0, 200);
    });
}

#[test]
fn a_webhook_and_polling_exclude_each_other() {
    let api = BotApi::start(TOKEN);
    let hook =
        |url: &str| json!({"url": url, "secret_token": "s-1", "allowed_updates": ["message"]});
    forbidden(
        &api,
        "setWebhook",
        hook("http://lop.vn/hook"),
        "bad webhook: An HTTPS URL",
    );
    forbidden(
        &api,
        "setWebhook",
        hook("https://lop.vn:9000/hook"),
        "bad webhook: Webhook can be set up only on ports",
    );
    let wrong = json!({"url": "https://lop.vn/hook", "secret_token": "a b"});
    forbidden(
        &api,
        "setWebhook",
        wrong,
        "secret token contains unallowed characters",
    );
    std::thread::scope(|scope| {
        let open = scope.spawn(|| call(&api, "getUpdates", json!({"timeout": 50})));
        wait_for_poll(&api, 4);
        granted(&api, "setWebhook", hook("https://lop.vn/hook"));
        let (status, answer) = open.join().unwrap();
        assert_eq!(status, 409);
        assert_eq!(
            answer["description"],
            "Conflict: terminated by setWebhook request"
        );
    });
    let why = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
    refused(&api, "getUpdates", json!({}), 409, why);
    let webhook = ("https://lop.vn/hook".to_owned(), Some("s-1".to_owned()));
    assert_eq!(api.webhook(), Some(webhook));
    api.person_writes(LAN, LAN, "Lan", "a");
    let told = granted(&api, "getWebhookInfo", json!({}));
    assert_eq!(told["pending_update_count"], 1);
    assert_eq!(told["allowed_updates"], json!(["message"]));
    granted(&api, "deleteWebhook", json!({"drop_pending_updates": true}));
    assert_eq!(granted(&api, "getUpdates", json!({})), json!([]));
}

#[test]
fn only_the_kinds_asked_for_come_and_this_is_remembered() {
    let api = started();
    api.joined(CLASS, LAN, "Lan");
    assert_eq!(api.withheld().len(), 1, "chat_member must be asked for");
    granted(
        &api,
        "getUpdates",
        json!({"allowed_updates": ["chat_member"]}),
    );
    granted(&api, "getUpdates", json!({"offset": -1}));
    let before = api.pending().len();
    api.joined(CLASS, 43, "Minh");
    let new = &api.pending()[before..];
    assert_eq!(new.len(), 1);
    assert_eq!(new[0]["chat_member"]["new_chat_member"]["status"], "member");
    let wrong = json!({"allowed_updates": ["messages"]});
    forbidden(&api, "getUpdates", wrong, "messages is no kind of update");
}

#[test]
fn an_update_looks_like_one_of_telegrams() {
    let api = started();
    let said = api.person_writes(
        CLASS,
        LAN,
        "Lan",
        "🌸 /xong@lopso_test_bot và @co_hoa ơi, a/b x@co_hoa",
    );
    let update = api.pending().pop().unwrap();
    assert_eq!(update["update_id"], said);
    let message = &update["message"];
    assert_eq!(
        message["chat"],
        json!({"id": CLASS, "type": "supergroup", "title": "5A1"})
    );
    assert_eq!(message["from"]["first_name"], "Lan");
    assert!(message["date"].as_u64().unwrap() > 1_700_000_000);
    assert_eq!(
        message["entities"],
        json!([
            {"type": "bot_command", "offset": 3, "length": 20},
            {"type": "mention", "offset": 27, "length": 7},
        ])
    );
    let id = api.newest_message(CLASS);
    api.edited(CLASS, id, "/xong");
    let edited = api.pending().pop().unwrap();
    assert_eq!(edited["edited_message"]["message_id"], id);
    assert_eq!(edited["edited_message"]["text"], "/xong");
    api.person_replies(CLASS, LAN, "Lan", "1", id);
    let reply = api.pending().pop().unwrap();
    assert_eq!(reply["message"]["reply_to_message"]["text"], "/xong");
    api.my_chat_member(CLASS, LAN, "Lan", "member", "administrator");
    let place = api.pending().pop().unwrap();
    let member = &place["my_chat_member"]["new_chat_member"];
    assert_eq!(
        (&member["status"], &member["can_delete_messages"]),
        (&json!("administrator"), &json!(true))
    );
    let odd = api.deliver(json!({"poll_answer": {"odd": true}}));
    assert_eq!(
        api.pending().pop().unwrap(),
        json!({"update_id": odd, "poll_answer": {"odd": true}})
    );
}
