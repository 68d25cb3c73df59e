//! How updates reach a bot by its webhook: pinged when it is set, posted to, and mostly only once.

use crate::client::{Page, Visit, call, forbidden, granted, refused};
use crate::http::wait_for;
use crate::platforms::zalo_bot_api::{Delivery, ZaloBotApi};
use crate::{LAN, started};
use serde_json::{Value, json};
use std::time::Duration;

const SECRET: &str = "open sesame";

fn at(url: &str) -> Value {
    json!({"url": url, "secret_token": SECRET})
}

/// A server whose webhook is this page, already pinged.
fn hooked(page: &Page) -> ZaloBotApi {
    let api = started();
    api.allow_http_webhook();
    granted(&api, "setWebhook", at(&page.url()));
    api
}

fn deliveries(api: &ZaloBotApi, number: usize) -> Vec<Delivery> {
    wait_for("deliveries", || {
        Some(api.deliveries()).filter(|list| list.len() >= number)
    })
}

#[test]
fn a_webhook_is_pinged_and_saved() {
    let page = Page::answering(&[]);
    let api = started();
    api.allow_http_webhook();
    refused(&api, "getWebhookInfo", json!({}), 404, "Not Found");
    let set = granted(&api, "setWebhook", at(&page.url()));
    assert_eq!(set["url"], page.url());
    assert!(set["updated_at"].as_i64().unwrap() > 1_700_000_000_000);
    let verification = &set["verification"];
    assert_eq!(verification["ok"], true);
    assert_eq!(verification["outcome"], "webhook.ok");
    assert_eq!(verification["status_code"], 200);
    assert!(verification["hint"].is_string());
    let info = json!({"url": page.url(), "updated_at": set["updated_at"]});
    assert_eq!(granted(&api, "getWebhookInfo", json!({})), info);
    assert_eq!(api.webhook(), Some((page.url(), SECRET.to_owned())));
    let Visit { secret, body, .. } = &page.visits()[0];
    assert_eq!(secret, &None);
    assert_eq!(body, &json!({"event_name": "webhook.verify"}));

    api.habits(|habits| (habits.ping_is_empty, habits.ping_has_secret) = (true, true));
    granted(&api, "setWebhook", at(&page.url()));
    let Visit { secret, body, .. } = &page.visits()[1];
    assert_eq!(secret.as_deref(), Some(SECRET));
    assert_eq!(body, &json!({}));

    let gone = granted(&api, "deleteWebhook", json!({}));
    assert_eq!(gone["url"], "");
    refused(&api, "getWebhookInfo", json!({}), 404, "Not Found");
    assert!(api.violations().is_empty() && api.refused().is_empty());
}

#[test]
fn a_webhook_is_saved_even_if_the_ping_fails() {
    let api = started();
    api.allow_http_webhook();
    let page = Page::answering(&[403, 404, 503, 302, 200]);
    for (outcome, status) in [
        ("webhook.http.403", 403),
        ("webhook.http.404", 404),
        ("webhook.http.5xx", 503),
        ("webhook.http.other", 302),
        ("webhook.ok", 200),
    ] {
        let set = granted(&api, "setWebhook", at(&page.url()));
        let verification = &set["verification"];
        assert_eq!(verification["ok"], outcome == "webhook.ok");
        assert_eq!(verification["outcome"], outcome);
        assert_eq!(verification["status_code"], status);
    }
    let silent = crate::http::free_address();
    let silent = format!("http://{silent}/hook");
    let set = granted(&api, "setWebhook", at(&silent));
    assert_eq!(set["verification"]["outcome"], "webhook.err.conn");
    assert_eq!(set["verification"]["status_code"], Value::Null);
    assert_eq!(api.webhook().unwrap().0, silent);
    let outside = "https://bot.example.org/hook";
    let set = granted(&api, "setWebhook", at(outside));
    assert_eq!(set["verification"]["outcome"], "webhook.err.unreachable");
    assert_eq!(api.webhook().unwrap().0, outside);
    assert_eq!(api.pings()[4..], [Some(200), None, None]);
}

#[test]
fn a_webhook_is_a_public_https_address_with_a_secret() {
    let api = started();
    for url in [
        "http://127.0.0.1:1/hook",
        "http://bot.example.org/hook",
        "https://localhost/hook",
        "https://10.1.2.3/hook",
        "https://bot.zaloplatforms.com/hook",
        "hook",
    ] {
        forbidden(
            &api,
            "setWebhook",
            at(url),
            "url is to be a public HTTPS address",
        );
    }
    for secret in ["1234567".to_owned(), "a".repeat(257)] {
        let params = json!({"url": "https://bot.example.org/hook", "secret_token": secret});
        forbidden(&api, "setWebhook", params, "secret_token is to have 8");
    }
    assert_eq!(api.webhook(), None);
}

#[test]
fn an_update_is_posted_bare_or_wrapped_and_never_polled() {
    let page = Page::answering(&[]);
    let api = hooked(&page);
    let first = api.person_writes(LAN, LAN, "Lan", "a");
    deliveries(&api, 1);
    api.habits(|habits| habits.wrapped = true);
    api.person_writes(LAN, LAN, "Lan", "b");
    let delivered = deliveries(&api, 2);
    assert_eq!(delivered[0].update["message"]["message_id"], first);
    assert_eq!((delivered[1].attempt, delivered[1].status), (1, Some(200)));

    let visits = page.visits();
    let Visit {
        verb,
        agent,
        secret,
        body,
    } = &visits[1];
    assert_eq!((verb.as_str(), agent.as_str()), ("POST", "Java/17"));
    assert_eq!(secret.as_deref(), Some(SECRET));
    assert_eq!(body, &delivered[0].update);
    let wrapped = json!({"ok": true, "result": delivered[1].update});
    assert_eq!(visits[2].body, wrapped);

    let why = "getUpdates does not work while a webhook is set";
    forbidden(&api, "getUpdates", json!({}), why);
    granted(&api, "deleteWebhook", json!({}));
    api.person_writes(LAN, LAN, "Lan", "c");
    let update = granted(&api, "getUpdates", json!({}));
    assert_eq!(update["message"]["text"], "c");
}

#[test]
fn a_webhook_that_fails_loses_the_update_unless_it_is_tried_again() {
    let page = Page::answering(&[200, 500, 500, 503, 200, 500, 500]);
    let api = hooked(&page);
    api.person_writes(LAN, LAN, "Lan", "a");
    wait_for("the loss", || (api.lost().len() == 1).then_some(()));
    assert_eq!(api.deliveries()[0].status, Some(500));

    api.habits(|habits| habits.retries = 2);
    let message_id = api.person_writes(LAN, LAN, "Lan", "b");
    let tries = deliveries(&api, 4);
    let told: Vec<(usize, Option<u16>)> = tries[1..]
        .iter()
        .map(|delivery| (delivery.attempt, delivery.status))
        .collect();
    assert_eq!(told, [(1, Some(500)), (2, Some(503)), (3, Some(200))]);
    for delivery in &tries[1..] {
        assert_eq!(delivery.update["message"]["message_id"], message_id);
    }
    assert_eq!(api.lost().len(), 1);
}

#[test]
fn a_webhook_ends_the_poll_that_is_open() {
    let page = Page::answering(&[]);
    let api = started();
    api.allow_http_webhook();
    api.poll_patience(Duration::from_secs(4));
    std::thread::scope(|scope| {
        let poll = scope.spawn(|| call(&api, "getUpdates", json!({})));
        wait_for("the poll", || (api.calls().len() == 1).then_some(()));
        std::thread::sleep(Duration::from_millis(50));
        granted(&api, "setWebhook", at(&page.url()));
        assert_eq!(poll.join().unwrap().1["error_code"], 400);
    });
    assert!(api.violations().is_empty(), "it was open before");
}

#[test]
fn a_webhook_may_be_tested_a_few_times_a_day() {
    let page = Page::answering(&[200, 200, 403]);
    let api = started();
    refused(&api, "testWebhook", json!({}), 404, "Not Found");
    api.allow_http_webhook();
    granted(&api, "setWebhook", at(&page.url()));
    api.habits(|habits| habits.webhook_tests_a_day = 2);
    let verdict = granted(&api, "testWebhook", json!({}));
    assert_eq!(verdict["ok"], true);
    assert_eq!(verdict["url"], page.url());
    let verdict = granted(&api, "testWebhook", json!({}));
    assert_eq!(verdict["ok"], false);
    assert_eq!(verdict["outcome"], "webhook.http.403");
    let (status, answer) = call(&api, "testWebhook", json!({}));
    assert_eq!((status, &answer["ok"]), (200, &json!(false)));
    assert_eq!(answer["errorCode"], 426, "in the other spelling");
    assert_eq!(answer.get("error_code"), None);
    assert_eq!(api.refused().len(), 1);
}
