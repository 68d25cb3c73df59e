//! The rules of tokens: one refresh for each refresh token, and no call without a living access token.

use crate::client::*;
use crate::platforms::zalo_oa_api::{Failure, ZaloOaApi};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const GETOA: &str = "/v2.0/oa/getoa";

fn ask_with(api: &ZaloOaApi, headers: &[(&str, &str)]) -> Value {
    send(api, "GET", GETOA, headers, b"").unwrap().json()
}

#[test]
fn a_refresh_token_is_good_for_one_refresh() {
    let api = started();
    let first = api.consent();
    let old_access = api.current_access_token();
    let tokens = refresh(&api, &first);
    assert_eq!(tokens["expires_in"], "90000");
    assert_eq!(tokens["refresh_token_expires_in"], "7776000");
    assert_eq!(tokens["access_token"], api.current_access_token());
    assert_eq!(
        tokens["refresh_token"].as_str().map(str::to_owned),
        api.current_refresh_token()
    );
    refused(&api, -14014, || refresh(&api, &first));
    let dead = refresh(&api, &first);
    assert_eq!(dead["error_name"], "Invalid refresh token.");
    let second = tokens["refresh_token"].as_str().unwrap();
    assert_ne!(second, first);
    assert!(refresh(&api, second)["access_token"].is_string());
    let log = api.refreshes();
    let told: Vec<(&str, bool)> = log
        .iter()
        .map(|refresh| (refresh.token.as_str(), refresh.accepted))
        .collect();
    assert_eq!(
        told,
        [
            (first.as_str(), true),
            (first.as_str(), false),
            (first.as_str(), false),
            (second, true)
        ]
    );
    // The access token from before lives on.
    granted(ask_with(&api, &[("access_token", &old_access)]));
}

#[test]
fn consent_by_hand_brings_a_lost_chain_back() {
    let api = started();
    let lost = api.consent();
    let found = api.consent();
    refused(&api, -14014, || refresh(&api, &lost));
    assert!(refresh(&api, &found)["access_token"].is_string());
}

#[test]
fn the_oauth_host_is_asked_exactly_so() {
    let api = started();
    let token = api.consent();
    let form = format!("grant_type=refresh_token&app_id={APP}&refresh_token={token}");
    let ask = |headers: &[(&str, &str)], body: &str| {
        let answer = send(&api, "POST", TOKEN, headers, body.as_bytes()).unwrap();
        assert_eq!(answer.status, 200);
        answer.json()
    };
    let secret = ("secret_key", APP_SECRET);
    let kind = ("Content-Type", FORM);
    forbidden(&api, -14004, "secret_key", || ask(&[kind], &form));
    refused(&api, -14004, || {
        ask(&[("secret_key", "guess"), kind], &form)
    });
    forbidden(&api, -201, "Content-Type", || {
        ask(&[secret, ("Content-Type", JSON)], "{}")
    });
    forbidden(&api, -201, "into the body", || {
        let target = format!("{TOKEN}?{form}");
        let answer = send(&api, "POST", &target, &[secret, kind], b"");
        answer.unwrap().json()
    });
    forbidden(&api, -201, "unknown field `secret_key`", || {
        ask(&[secret, kind], &format!("{form}&secret_key={APP_SECRET}"))
    });
    forbidden(&api, -201, "missing field `app_id`", || {
        let form = format!("grant_type=refresh_token&refresh_token={token}");
        ask(&[secret, kind], &form)
    });
    forbidden(&api, -201, "grant_type", || {
        ask(
            &[secret, kind],
            &form.replace("=refresh_token&", "=password&"),
        )
    });
    refused(&api, -14002, || {
        ask(&[secret, kind], &form.replace(APP, "1"))
    });
    assert!(ask(&[secret, kind], &form)["access_token"].is_string());
}

#[test]
fn calls_need_a_living_token_in_the_right_header() {
    let api = started();
    refused(&api, -216, || ask_with(&api, &[("access_token", "guess")]));
    forbidden(&api, -216, "missing", || ask_with(&api, &[]));
    let token = api.current_access_token();
    let bearer = format!("Bearer {token}");
    forbidden(&api, -216, "Authorization", || {
        ask_with(
            &api,
            &[("access_token", &token), ("Authorization", &bearer)],
        )
    });
    api.expire_access_token();
    refused(&api, -220, || get(&api, GETOA));
    let refresh_token = api.consent();
    refresh(&api, &refresh_token);
    granted(get(&api, GETOA));
    refused(&api, -220, || ask_with(&api, &[("access_token", &token)]));
}

#[test]
fn a_refresh_can_fail_at_every_step() {
    let api = started();
    let token = api.consent();
    let access = api.current_access_token();
    api.fail_next("access_token", Failure::Reset);
    assert!(try_refresh(&api, &token).is_none());
    api.fail_next("/v4/oa/access_token", Failure::Html502);
    assert_eq!(try_refresh(&api, &token).unwrap().status, 502);
    assert_eq!(api.current_refresh_token().as_ref(), Some(&token));
    assert_eq!(api.current_access_token(), access);
    api.fail_next("access_token", Failure::Slow(Duration::from_millis(100)));
    let begun = Instant::now();
    let tokens = refresh(&api, &token);
    assert!(begun.elapsed() >= Duration::from_millis(100));
    // Now the token rotates and the caller never hears.
    let token = tokens["refresh_token"].as_str().unwrap();
    api.fail_next("access_token", Failure::ResetAfterApplied);
    assert!(try_refresh(&api, token).is_none());
    refused(&api, -14014, || refresh(&api, token));
    let code = -14010;
    let message = "Try again.";
    api.fail_next("access_token", Failure::Error { code, message });
    let expected = json!({"error": code, "error_name": message, "error_description": message});
    assert_eq!(refresh(&api, token), expected);
    let accepted: Vec<bool> = api
        .refreshes()
        .iter()
        .map(|refresh| refresh.accepted)
        .collect();
    assert_eq!(accepted, [false, false, true, true, false, false]);
}
