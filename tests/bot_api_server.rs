//! The Telegram of the tests is a judge, so it is judged first: each of its rules once, over real HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

#[path = "bot_api_server/client.rs"]
mod client;
#[path = "support/platforms/mod.rs"]
mod platforms;
#[path = "bot_api_server/rules.rs"]
mod rules;
#[path = "bot_api_server/updates.rs"]
mod updates;

use client::{TOKEN, call, forbidden, granted, refused, send, try_call};
use platforms::bot_api::{BotApi, Failure, File};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const LAN: i64 = 42;
const CLASS: i64 = -1_001_234_567_890;

/// A server where Lan has written once and a class group has the bot in it.
fn started() -> BotApi {
    let api = BotApi::start(TOKEN);
    api.person_writes(LAN, LAN, "Lan", "/start");
    api.group(CLASS, "5A1");
    api
}

fn text(words: &str) -> Value {
    json!({"chat_id": LAN, "text": words})
}

fn with_button(data: &str) -> Value {
    let button = json!({"text": "Xong", "callback_data": data});
    json!({"chat_id": LAN, "text": "Rồi ạ?", "reply_markup": {"inline_keyboard": [[button]]}})
}

#[test]
fn only_the_right_token_and_a_known_method_are_let_in() {
    let api = started();
    let unauthorized = send(&api, "POST", "/botwrong/getMe", "", b"").unwrap();
    assert_eq!(unauthorized.0, 401);
    let told: Value = serde_json::from_str(&unauthorized.1).unwrap();
    assert_eq!(
        told,
        json!({"ok": false, "error_code": 401, "description": "Unauthorized"})
    );
    refused(&api, "sendMessages", json!({}), 404, "Not Found");
    assert_eq!(api.violations().len(), 1);
    assert_eq!(granted(&api, "GetMe", json!({}))["is_bot"], true);
    assert_eq!(api.calls().last().unwrap().method, "getMe");
}

#[test]
fn privacy_mode_is_told_and_kept() {
    let api = started();
    let all =
        |api: &BotApi| granted(api, "getMe", json!({}))["can_read_all_group_messages"].clone();
    assert_eq!(all(&api), true);
    api.hears_all(false);
    assert_eq!(all(&api), false);
    api.person_writes(CLASS, LAN, "Lan", "dạ xong rồi cô");
    assert_eq!(api.withheld().len(), 1);
    api.person_writes(CLASS, LAN, "Lan", "/giup");
    api.person_writes(CLASS, LAN, "Lan", "ơi @lopso_test_bot");
    let sent = granted(
        &api,
        "sendMessage",
        json!({"chat_id": CLASS, "text": "Bảng"}),
    );
    let board = sent["message_id"].as_i64().unwrap();
    api.person_replies(CLASS, LAN, "Lan", "1", board);
    assert_eq!(api.withheld().len(), 1);
    api.my_chat_member(CLASS, LAN, "Lan", "member", "administrator");
    api.person_writes(CLASS, LAN, "Lan", "dạ xong rồi cô");
    assert_eq!(api.withheld().len(), 1);
}

#[test]
fn parameters_come_in_every_way_that_clients_use() {
    let api = started();
    let target = format!("/bot{TOKEN}/SendMessage");
    let query = format!("{target}?chat_id={LAN}&text=m%E1%BB%99t+");
    assert_eq!(send(&api, "GET", &query, "", b"").unwrap().0, 200);
    let form = format!(
        "chat_id={LAN}&text=hai&disable_notification=true&reply_markup=%7B%22inline_keyboard%22%3A%5B%5D%7D"
    );
    let kind = "application/x-www-form-urlencoded";
    assert_eq!(
        send(&api, "POST", &target, kind, form.as_bytes())
            .unwrap()
            .0,
        200
    );
    let body = format!(
        "--xx\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n{LAN}\r\n\
         --xx\r\nContent-Disposition: form-data; name=\"caption\"\r\n\r\nba\r\n\
         --xx\r\nContent-Disposition: form-data; name=\"document\"\r\n\r\nattach://a1\r\n\
         --xx\r\nContent-Disposition: form-data; name=\"a1\"; filename=\"5A1.csv\"\r\n\
         Content-Type: text/csv\r\n\r\nSTT,Tên\r\n\r\n--xx--\r\n"
    );
    let target = format!("/bot{TOKEN}/SendDocument");
    let kind = "multipart/form-data; boundary=xx";
    assert_eq!(
        send(&api, "POST", &target, kind, body.as_bytes())
            .unwrap()
            .0,
        200
    );
    let texts: Vec<String> = api
        .messages(LAN)
        .into_iter()
        .map(|message| message.text)
        .collect();
    assert_eq!(texts, ["một", "hai", "ba"]);
    let file = File {
        name: "5A1.csv".to_owned(),
        bytes: "STT,Tên\r\n".as_bytes().to_vec(),
    };
    assert_eq!(api.messages(LAN)[2].file, Some(file));
    let wrong = send(&api, "POST", &target, "text/plain", b"chat_id=42").unwrap();
    assert_eq!(wrong.0, 400);
    assert_eq!(api.violations().len(), 1);
}

#[test]
fn a_photo_must_be_one_and_can_be_sent_again_by_its_id() {
    let api = started();
    let post = |bytes: &str| {
        let body = format!(
            "--xx\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n{LAN}\r\n\
             --xx\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"qr.png\"\r\n\r\n{bytes}\r\n--xx--\r\n"
        );
        let target = format!("/bot{TOKEN}/sendPhoto");
        send(
            &api,
            "POST",
            &target,
            "multipart/form-data; boundary=xx",
            body.as_bytes(),
        )
        .unwrap()
    };
    assert!(post("no picture").1.contains("IMAGE_PROCESS_FAILED"));
    let gif = post("GIF89a…");
    let sent: Value = serde_json::from_str(&gif.1).unwrap();
    let photo = sent["result"]["photo"][0]["file_id"].clone();
    granted(&api, "sendPhoto", json!({"chat_id": LAN, "photo": photo}));
    let unknown = json!({"chat_id": LAN, "photo": "somebody else's"});
    refused(
        &api,
        "sendPhoto",
        unknown,
        400,
        "Bad Request: wrong file identifier",
    );
    let long = json!({"chat_id": LAN, "photo": photo, "caption": "ạ".repeat(1025)});
    forbidden(&api, "sendPhoto", long, "message caption is too long");
}

#[test]
fn not_every_chat_can_be_written_to() {
    let api = started();
    let to = |id: i64| json!({"chat_id": id, "text": "a"});
    refused(
        &api,
        "sendMessage",
        to(77),
        400,
        "Bad Request: chat not found",
    );
    api.private_chat(77, "Minh");
    let why = "Forbidden: bot can't initiate conversation with a user";
    refused(&api, "sendMessage", to(77), 403, why);
    api.person_writes(77, 77, "Minh", "chào");
    granted(&api, "sendMessage", to(77));
    api.block(77);
    refused(
        &api,
        "sendMessage",
        to(77),
        403,
        "Forbidden: bot was blocked by the user",
    );
    api.person_writes(77, 77, "Minh", "chào");
    granted(
        &api,
        "sendChatAction",
        json!({"chat_id": 77, "action": "typing"}),
    );
    forbidden(
        &api,
        "sendChatAction",
        json!({"chat_id": 77, "action": "sleeping"}),
        "wrong parameter action",
    );
    granted(&api, "sendMessage", to(CLASS));
    api.kick(CLASS);
    let why = "Forbidden: bot was kicked from the supergroup chat";
    refused(&api, "sendMessage", to(CLASS), 403, why);
    refused(&api, "getChat", json!({"chat_id": CLASS}), 403, why);
    api.my_chat_member(CLASS, LAN, "Lan", "kicked", "member");
    assert_eq!(
        granted(&api, "getChat", json!({"chat_id": CLASS}))["title"],
        "5A1"
    );
    assert_eq!(api.violations().len(), 1);
}

#[test]
fn a_group_that_moved_says_where_to() {
    let api = started();
    api.group(-55, "Chồi 2");
    let seen = api.pending().len();
    let new = api.migrate(-55);
    let to = |id: i64| json!({"chat_id": id, "text": "a"});
    let answer = refused(
        &api,
        "sendMessage",
        to(-55),
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
    );
    assert_eq!(answer["parameters"]["migrate_to_chat_id"], new);
    granted(&api, "sendMessage", to(new));
    let told = &api.pending()[seen..];
    assert_eq!(told[0]["message"]["migrate_to_chat_id"], new);
    assert_eq!(told[0]["message"]["chat"]["id"], -55);
    assert_eq!(told[1]["message"]["migrate_from_chat_id"], -55);
    assert_eq!(told[1]["message"]["chat"]["type"], "supergroup");
}

#[test]
fn an_edit_must_change_something_of_ones_own() {
    let api = started();
    let sent = granted(&api, "sendMessage", with_button("a"));
    let id = sent["message_id"].as_i64().unwrap();
    let edit = |words: &str, data: &str| {
        let mut params = with_button(data);
        params["text"] = words.into();
        params["message_id"] = id.into();
        params
    };
    let same = "Bad Request: message is not modified: ";
    refused(&api, "editMessageText", edit("Rồi ạ?", "a"), 400, same);
    granted(&api, "editMessageText", edit("Rồi ạ?", "b"));
    granted(&api, "editMessageText", edit("Rồi", "b"));
    refused(&api, "editMessageText", edit("Rồi", "b"), 400, same);
    let bare = json!({"chat_id": LAN, "message_id": id});
    granted(&api, "editMessageReplyMarkup", bare.clone());
    refused(&api, "editMessageReplyMarkup", bare, 400, same);
    let message = &api.messages(LAN)[0];
    assert_eq!((message.text.as_str(), message.edited), ("Rồi", 3));
    assert!(message.buttons.is_empty());
    let unknown = json!({"chat_id": LAN, "message_id": 999, "text": "a"});
    refused(
        &api,
        "editMessageText",
        unknown,
        400,
        "Bad Request: message to edit not found",
    );
    let theirs = json!({"chat_id": LAN, "message_id": id - 1, "text": "a"});
    refused(
        &api,
        "editMessageText",
        theirs,
        400,
        "Bad Request: message can't be edited",
    );
    forbidden(
        &api,
        "editMessageText",
        json!({"text": "a"}),
        "message identifier is not specified",
    );
}

#[test]
fn messages_are_quoted_liked_and_deleted_only_where_they_stand() {
    let api = started();
    api.person_writes(CLASS, LAN, "Lan", "dạ xong");
    let theirs = api.newest_message(CLASS);
    let reply =
        |id: i64| json!({"chat_id": CLASS, "text": "a", "reply_parameters": {"message_id": id}});
    granted(&api, "sendMessage", reply(theirs));
    assert_eq!(api.messages(CLASS)[0].reply_to, Some(theirs));
    refused(
        &api,
        "sendMessage",
        reply(999),
        400,
        "Bad Request: message to be replied not found",
    );
    let like = |id: i64| json!({"chat_id": CLASS, "message_id": id, "reaction": [{"type": "emoji", "emoji": "👌"}]});
    granted(&api, "setMessageReaction", like(theirs));
    assert_eq!(api.reactions(CLASS, theirs), ["👌"]);
    refused(
        &api,
        "setMessageReaction",
        like(999),
        400,
        "Bad Request: message to react not found",
    );
    let delete = |id: i64| json!({"chat_id": CLASS, "message_id": id});
    refused(
        &api,
        "deleteMessage",
        delete(theirs),
        400,
        "Bad Request: message can't be deleted",
    );
    granted(&api, "deleteMessage", delete(theirs + 1));
    refused(
        &api,
        "deleteMessage",
        delete(theirs + 1),
        400,
        "Bad Request: message to delete not found",
    );
    assert!(api.messages(CLASS).is_empty());
}

#[test]
fn a_tap_needs_its_button_and_is_answered_once() {
    let api = started();
    let sent = granted(&api, "sendMessage", with_button("done"));
    let id = sent["message_id"].as_i64().unwrap();
    assert!(api.person_taps(LAN, LAN, "Lan", id, "other").is_err());
    assert!(api.person_taps(LAN, LAN, "Lan", id - 1, "done").is_err());
    api.person_taps(LAN, LAN, "Lan", id, "done").unwrap();
    let update = api.pending().pop().unwrap();
    let query = &update["callback_query"];
    assert_eq!(
        (&query["data"], &query["message"]["message_id"]),
        (&json!("done"), &json!(id))
    );
    assert_eq!(api.unanswered_taps().len(), 1);
    let answer = |words: &str| json!({"callback_query_id": query["id"], "text": words});
    forbidden(
        &api,
        "answerCallbackQuery",
        answer(&"a".repeat(201)),
        "MESSAGE_TOO_LONG",
    );
    granted(&api, "answerCallbackQuery", answer("Em ghi rồi ạ"));
    assert_eq!(api.toasts(LAN), ["Em ghi rồi ạ"]);
    let why = "Bad Request: query is too old and response timeout expired or query ID is invalid";
    refused(&api, "answerCallbackQuery", answer("a"), 400, why);
    refused(
        &api,
        "answerCallbackQuery",
        json!({"callback_query_id": "1"}),
        400,
        why,
    );
    assert!(api.unanswered_taps().is_empty());
}

#[test]
fn who_is_in_a_group_can_be_asked() {
    let api = started();
    let ask = |id: i64| json!({"chat_id": CLASS, "user_id": id});
    refused(
        &api,
        "getChatMember",
        ask(LAN),
        400,
        "Bad Request: user not found",
    );
    api.joined(CLASS, LAN, "Lan");
    assert_eq!(granted(&api, "getChatMember", ask(LAN))["status"], "member");
    api.standing(CLASS, LAN, "Lan", "creator");
    assert_eq!(
        granted(&api, "getChatMember", ask(LAN))["status"],
        "creator"
    );
    assert_eq!(
        granted(&api, "getChatMember", ask(7_000_000_001))["status"],
        "member"
    );
}

#[test]
fn too_fast_is_refused_with_the_time_to_wait() {
    let api = started();
    let status = |id: i64| call(&api, "sendMessage", json!({"chat_id": id, "text": "a"})).0;
    // However slow the machine is: of so many in a row one comes too soon, and no window holds too many.
    api.limits(1000, 2, 1000);
    let refused_in_chat = (0..20).filter(|_| status(LAN) == 429).count();
    assert!(refused_in_chat > 0);
    api.limits(3, 1000, 1000);
    let refused_in_all = (0..20)
        .filter(|n| status([LAN, CLASS][n % 2]) == 429)
        .count();
    assert!(refused_in_all > 0);
    assert_eq!(api.floods(), refused_in_chat + refused_in_all);
    let calls = api.calls();
    let granted: Vec<Instant> = calls
        .iter()
        .filter(|call| call.status == 200)
        .map(|call| call.at)
        .collect();
    assert!(
        granted
            .windows(4)
            .all(|four| four[3] - four[0] >= Duration::from_secs(1))
    );
}

#[test]
fn a_group_has_its_minute() {
    let api = started();
    api.limits(1000, 1000, 3);
    let params = json!({"chat_id": CLASS, "text": "a"});
    for _ in 0..2 {
        granted(&api, "sendMessage", params.clone());
    }
    // Edits count like sends, answers to taps do not.
    let edit = json!({"chat_id": CLASS, "message_id": api.newest_message(CLASS), "text": "b"});
    granted(&api, "editMessageText", edit);
    let answer = refused(
        &api,
        "sendMessage",
        params,
        429,
        "Too Many Requests: retry after ",
    );
    let wait = answer["parameters"]["retry_after"].as_i64().unwrap();
    assert!((30..=60).contains(&wait), "{answer}");
    refused(
        &api,
        "answerCallbackQuery",
        json!({"callback_query_id": "1"}),
        400,
        "Bad Request",
    );
    for _ in 0..5 {
        granted(&api, "sendMessage", text("no group"));
    }
    assert_eq!(api.floods(), 1);
}

#[test]
fn failures_come_as_ordered_and_once() {
    let api = started();
    let number = || api.messages(LAN).len();
    api.fail_next(
        "sendMessage",
        Failure::Status(429, "Too Many Requests: retry after 7"),
    );
    api.fail_next("sendMessage", Failure::Status(500, "Internal Server Error"));
    granted(&api, "getMe", json!({}));
    let answer = refused(&api, "sendMessage", text("a"), 429, "Too Many Requests");
    assert_eq!(answer["parameters"]["retry_after"], 7);
    refused(&api, "sendMessage", text("a"), 500, "Internal Server Error");
    api.fail_next("sendMessage", Failure::Html502);
    assert_eq!(call(&api, "sendMessage", text("a")), (502, Value::Null));
    api.fail_next("sendMessage", Failure::Reset);
    assert_eq!(try_call(&api, "sendMessage", &text("a")), None);
    assert_eq!(number(), 0);
    api.fail_next("sendMessage", Failure::ResetAfterApplied);
    assert_eq!(try_call(&api, "sendMessage", &text("a")), None);
    assert_eq!(number(), 1);
    api.fail_next("sendMessage", Failure::TruncatedJson);
    assert_eq!(call(&api, "sendMessage", text("a")), (200, Value::Null));
    assert_eq!(number(), 2);
    api.fail_next("sendMessage", Failure::Slow(Duration::from_millis(300)));
    let begun = Instant::now();
    granted(&api, "sendMessage", text("a"));
    assert!(begun.elapsed() >= Duration::from_millis(300));
    let statuses: Vec<u16> = api.calls().iter().map(|call| call.status).collect();
    assert_eq!(statuses, [200, 429, 500, 502, 0, 0, 200, 200]);
}

#[test]
fn one_connection_serves_many_calls_also_those_sent_in_pieces() {
    let api = started();
    let mut stream = TcpStream::connect(api.url().replace("http://", "")).unwrap();
    let head = format!(
        "POST /bot{TOKEN}/sendMessage HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    );
    let body = text("từng phần").to_string();
    let (first, second) = body.as_bytes().split_at(25);
    for _ in 0..2 {
        let mut whole = format!("{head}Transfer-Encoding: chunked\r\n\r\n").into_bytes();
        for piece in [first, second, b""] {
            whole.extend(format!("{:x}\r\n", piece.len()).into_bytes());
            whole.extend(piece);
            whole.extend(b"\r\n");
        }
        stream.write_all(&whole).unwrap();
        let mut answer = [0; 2048];
        let length = stream.read(&mut answer).unwrap();
        assert!(answer[..length].starts_with(b"HTTP/1.1 200 OK"));
    }
    let texts: Vec<String> = api
        .messages(LAN)
        .into_iter()
        .map(|message| message.text)
        .collect();
    assert_eq!(texts, ["từng phần", "từng phần"]);
}
