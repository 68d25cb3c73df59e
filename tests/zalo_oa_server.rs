//! The Zalo of the tests is a judge, so it is judged first: each of its rules once, over real HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

#[path = "zalo_oa_server/client.rs"]
mod client;
#[path = "zalo_oa_server/groups.rs"]
mod groups;
#[path = "support/platforms/mod.rs"]
mod platforms;
#[path = "zalo_oa_server/private.rs"]
mod private;
#[path = "zalo_oa_server/tokens.rs"]
mod tokens;
#[path = "zalo_oa_server/webhooks.rs"]
mod webhooks;

use client::*;
use platforms::zalo_oa_api::Failure;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

#[test]
fn unknown_paths_and_old_versions_are_violations() {
    let api = started();
    forbidden(&api, -240, "/v2.0/oa/message", || {
        post(&api, "/v2.0/oa/message", json!({}))
    });
    forbidden(&api, -212, "/v3.0/oa/group/edit", || {
        post(&api, "/v3.0/oa/group/edit", json!({}))
    });
    forbidden(&api, -212, "/v3.0/oa/upload/file", || {
        post(&api, "/v3.0/oa/upload/file", json!({}))
    });
    forbidden(&api, -212, "GET /v3.0/oa/group/message", || {
        get(&api, MESSAGE)
    });
    assert!(api.calls().is_empty());
}

#[test]
fn parameters_come_where_they_belong() {
    let api = started();
    let body = to_group(json!({"text": "Chào"}));
    forbidden(&api, -201, "into the body", || {
        post(&api, &format!("{MESSAGE}?version=3"), body.clone())
    });
    let token = api.current_access_token();
    let with = |kind: &str, body: &[u8]| {
        let headers = [("access_token", token.as_str()), ("Content-Type", kind)];
        send(&api, "POST", MESSAGE, &headers, body).unwrap().json()
    };
    let bytes = body.to_string();
    forbidden(&api, -201, "Content-Type", || {
        with("text/plain", bytes.as_bytes())
    });
    forbidden(&api, -201, "no JSON object", || with(JSON, b"[1]"));
    let headers = [("access_token", token.as_str())];
    forbidden(&api, -201, "into the query", || {
        let answer = send(&api, "GET", "/v2.0/oa/getoa", &headers, b"{}");
        answer.unwrap().json()
    });
    forbidden(&api, -201, "unknown field `id`", || {
        get(&api, "/v2.0/oa/getoa?id=1")
    });
    forbidden(&api, -201, "given twice", || {
        get(
            &api,
            &format!("/v3.0/oa/group/getgroup?group_id={CLASS}&group_id=2"),
        )
    });
    assert!(api.group_messages(CLASS).is_empty());
    assert_eq!(
        granted(get(&api, "/v2.0/oa/getoa")),
        json!({"oa_id": OA, "name": "OA under test"})
    );
}

#[test]
fn every_answer_tells_the_limit_and_the_limit_holds() {
    let api = started();
    api.limit_per_minute(2);
    let hello = to_group(json!({"text": "Chào"}));
    let left = |answer: &Answer| {
        let header = |name: &str| answer.headers[name].clone();
        (header("x-ratelimit-limit"), header("x-ratelimit-remain"))
    };
    let first = try_post(&api, MESSAGE, &hello).unwrap();
    assert_eq!(left(&first), ("2".to_owned(), "1".to_owned()));
    granted(post(&api, MESSAGE, hello.clone()));
    let third = try_post(&api, MESSAGE, &hello).unwrap();
    assert_eq!(left(&third), ("2".to_owned(), "0".to_owned()));
    assert_eq!((third.status, &third.json()["error"]), (200, &json!(-32)));
    assert_eq!(third.json()["data"], json!({}));
    assert_eq!(api.group_messages(CLASS).len(), 2);
    api.limit_per_minute(2);
    granted(post(&api, MESSAGE, hello));
    assert_eq!(api.violations(), Vec::<String>::new());
}

#[test]
fn failures_come_in_line_and_apply_or_not_as_told() {
    let api = started();
    let code = -200;
    let message = "send failed";
    for failure in [
        Failure::Error { code, message },
        Failure::Html502,
        Failure::Reset,
        Failure::ResetAfterApplied,
        Failure::TruncatedJson,
        Failure::Slow(Duration::from_millis(150)),
    ] {
        api.fail_next("group/message", failure);
    }
    let call = |text: &str| try_post(&api, MESSAGE, &to_group(json!({"text": text})));
    let error = call("lỗi").unwrap();
    assert_eq!((error.status, &error.json()["error"]), (200, &json!(-200)));
    let page = call("trang").unwrap();
    assert_eq!((page.status, page.json()), (502, Value::Null));
    assert!(call("cắt").is_none());
    assert!(call("cắt sau").is_none());
    let truncated = call("nửa").unwrap();
    assert_eq!((truncated.status, truncated.json()), (200, Value::Null));
    let begun = Instant::now();
    granted(call("chậm").unwrap().json());
    assert!(begun.elapsed() >= Duration::from_millis(150));
    granted(call("xong").unwrap().json());
    let sent = api.group_messages(CLASS);
    let texts: Vec<&str> = sent.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(texts, ["cắt sau", "nửa", "chậm", "xong"]);
    let calls = api.calls();
    let applied: Vec<bool> = calls.iter().map(|call| call.applied).collect();
    assert_eq!(applied, [false, false, false, true, true, true, true]);
    let errors: Vec<Option<i64>> = calls.iter().map(|call| call.error).collect();
    assert_eq!(
        errors,
        [Some(-200), None, None, None, None, Some(0), Some(0)]
    );
}

#[test]
#[should_panic(expected = "names 2 endpoints")]
fn an_endpoint_is_named_so_that_it_is_clear() {
    // Both `group/message` and `quota/message` end so.
    started().fail_next("message", Failure::Reset);
}

#[test]
fn the_same_seed_fails_the_same_calls() {
    let weather = || {
        let api = started();
        api.fail_randomly(&["getoa"], 50, 7);
        for _ in 0..12 {
            let token = api.current_access_token();
            let _ = send(
                &api,
                "GET",
                "/v2.0/oa/getoa",
                &[("access_token", &token)],
                b"",
            );
        }
        api.fail_randomly(&["getoa"], 0, 7);
        granted(get(&api, "/v2.0/oa/getoa"));
        let failures = api.calls().into_iter().map(|call| call.failure);
        failures
            .map(|failure| format!("{failure:?}"))
            .collect::<Vec<_>>()
    };
    let first = weather();
    assert_eq!(first, weather());
    assert!(first.iter().any(|failure| failure != "None"));
    assert_eq!(first.last().unwrap(), "None");
}

#[test]
fn another_continent_takes_its_time() {
    let api = started();
    api.far_away(Duration::from_millis(120));
    let begun = Instant::now();
    granted(get(&api, "/v2.0/oa/getoa"));
    assert!(begun.elapsed() >= Duration::from_millis(120));
}

#[test]
fn uploads_are_of_the_right_kind_and_size() {
    let api = started();
    let most = vec![b'x'; 5 * 1024 * 1024];
    granted(upload(&api, "file", "file", "a.PDF", &most));
    forbidden(&api, -210, "more than", || {
        upload(&api, "file", "file", "a.pdf", &[&most[..], b"x"].concat())
    });
    forbidden(&api, -201, "none of", || {
        upload(&api, "file", "file", "a.xlsx", b"x")
    });
    forbidden(&api, -201, "field", || {
        upload(&api, "file", "document", "a.pdf", b"x")
    });
    forbidden(&api, -201, "empty", || {
        upload(&api, "file", "file", "a.pdf", b"")
    });
    let image = &most[..1024 * 1024];
    granted(upload(&api, "image", "file", "a.png", image));
    forbidden(&api, -210, "more than", || {
        upload(&api, "image", "file", "a.jpg", &most[..=image.len()])
    });
    forbidden(&api, -201, "none of", || {
        upload(&api, "image", "file", "a.gif", b"x")
    });
    assert_eq!(api.calls()[0].params, json!({"file": "a.PDF"}));
}
