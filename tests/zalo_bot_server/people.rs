//! What the bot hears of people: in groups next to nothing, of children nothing, beyond the plan nothing.

use crate::client::{granted, refused};
use crate::platforms::zalo_bot_api::ZaloBotApi;
use crate::{CLASS, LAN, NAM, started};
use serde_json::{Value, json};

fn next(api: &ZaloBotApi) -> Value {
    granted(api, "getUpdates", json!({}))
}

#[track_caller]
fn nothing(api: &ZaloBotApi) {
    refused(api, "getUpdates", json!({}), 408, "Request timeout");
}

#[test]
fn a_group_is_heard_only_when_it_calls_the_bot() {
    let api = started();
    let name = api.display_name();
    api.person_writes(CLASS, LAN, "Lan", "xong rồi cô");
    api.person_writes(CLASS, LAN, "Lan", &format!("@{name} typed by hand"));
    api.person_sends_photo(CLASS, LAN, "Lan", None);
    api.person_sends_photo(CLASS, LAN, "Lan", Some("bill đây ạ"));
    api.person_sends_sticker(CLASS, LAN, "Lan");
    api.person_sends_voice(CLASS, LAN, "Lan");
    nothing(&api);
    assert_eq!(api.unheard(), 6);

    api.person_mentions(CLASS, LAN, "Lan", "xong");
    let update = next(&api);
    assert_eq!(update["message"]["text"], format!("@{name} xong"));
    let chat = json!({"id": CLASS, "chat_type": "GROUP"});
    assert_eq!(update["message"]["chat"], chat);
    let inside = format!("dạ @{name} xong");
    api.person_mentions(CLASS, LAN, "Lan", &inside);
    assert_eq!(next(&api)["message"]["text"], inside);
    let caption = format!("@{name} bill");
    api.person_sends_photo(CLASS, LAN, "Lan", Some(&caption));
    assert_eq!(next(&api)["message"]["caption"], caption);
    assert_eq!(api.unheard(), 6);
    assert!(api.lost().is_empty());
}

#[test]
fn replies_to_the_bot_are_heard_and_quote_nothing() {
    let api = started();
    let board = json!({"chat_id": CLASS, "text": "Bảng"});
    let board = granted(&api, "sendMessage", board)["message_id"].clone();
    let board = board.as_str().unwrap();
    let persons = api.person_writes(CLASS, NAM, "Nam", "mai nghỉ à?");
    api.person_replies(CLASS, LAN, "Lan", "không đâu", &persons);
    assert_eq!(api.unheard(), 2);
    api.person_replies(CLASS, LAN, "Lan", "1", board);
    let message = next(&api)["message"].clone();
    let names: Vec<&String> = message.as_object().unwrap().keys().collect();
    assert_eq!(names, ["chat", "date", "from", "message_id", "text"]);
    api.habits(|habits| habits.replies_quote = true);
    api.person_replies(CLASS, LAN, "Lan", "1", board);
    let quoted = json!({"message_id": board});
    assert_eq!(next(&api)["message"]["reply_to_message"], quoted);
}

#[test]
fn a_group_without_the_bot_is_silent() {
    let api = started();
    api.remove_from_group(CLASS);
    api.person_mentions(CLASS, LAN, "Lan", "xong");
    nothing(&api);
    assert_eq!(api.unheard(), 1);
}

#[tokio::test]
async fn pictures_stickers_and_voices_come_with_an_address() {
    let api = started();
    let got = |api: &ZaloBotApi, event: &str| {
        let update = next(api);
        assert_eq!(update["event_name"], format!("message.{event}.received"));
        update["message"].clone()
    };
    api.person_sends_photo(LAN, LAN, "Lan", Some("bill ạ"));
    let message = got(&api, "image");
    assert_eq!(message["caption"], "bill ạ");
    let url = message["photo_url"].as_str().unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let picture = client.get(url).send().await.unwrap();
    assert!(picture.bytes().await.unwrap().starts_with(b"\x89PNG"));

    api.habits(|habits| habits.photo_as_documented = true);
    api.person_sends_photo(LAN, LAN, "Lan", None);
    let message = got(&api, "image");
    assert!(message["photo"].is_string() && message.get("photo_url").is_none());
    assert!(message.get("caption").is_none());

    api.person_sends_sticker(LAN, LAN, "Lan");
    let message = got(&api, "sticker");
    assert!(message["sticker"].is_string() && message["url"].is_string());
    api.person_sends_voice(LAN, LAN, "Lan");
    assert!(got(&api, "voice")["voice_url"].is_string());
}

#[test]
fn of_protected_people_there_is_no_word() {
    let api = started();
    api.protected_writes(LAN, LAN, "Lan", "con chào cô");
    let update = next(&api);
    assert_eq!(update["event_name"], "message.unsupported.received");
    assert_eq!(update["message"]["from"]["id"], LAN);
    assert!(update["message"].get("text").is_none());

    api.protected_writes(CLASS, LAN, "Lan", "con chào cô");
    nothing(&api);
    api.habits(|habits| habits.unsupported_is_bare = true);
    let called = format!("@{} con chào cô", api.display_name());
    api.protected_writes(CLASS, LAN, "Lan", &called);
    let bare = json!({"event_name": "message.unsupported.received"});
    assert_eq!(next(&api), bare);
}

#[test]
fn anything_may_come() {
    let api = started();
    let strange = json!({"event_name": "message.reaction.received", "message": {"x": 1}});
    api.raw_update(strange.clone());
    assert_eq!(next(&api), strange);
}

#[test]
fn one_person_too_many_is_not_served() {
    let api = started();
    api.users(2);
    let minh = "2a1b2c3d4e5f60718293";
    api.person_mentions(CLASS, NAM, "Nam", "a");
    assert_eq!(next(&api)["message"]["from"]["id"], NAM);
    api.person_writes(minh, minh, "Minh", "b");
    api.person_mentions(CLASS, minh, "Minh", "c");
    nothing(&api);
    assert_eq!(api.unserved().len(), 2);
    assert!(!api.private_chat(minh));
    let hello = json!({"chat_id": minh, "text": "Dạ"});
    refused(&api, "sendMessage", hello, 400, "Bad Request: chat not");
    api.person_writes(LAN, LAN, "Lan", "d");
    assert_eq!(next(&api)["message"]["text"], "d");
}

#[test]
fn one_group_too_many_gets_no_bot() {
    let api = started();
    api.groups(2);
    let (second, third) = ("zgr-00000000000000000002", "zgr-00000000000000000003");
    assert!(api.group(second));
    assert!(!api.group(third));
    let board = json!({"chat_id": third, "text": "Bảng"});
    refused(&api, "sendMessage", board, 400, "Bad Request: chat not");
    assert!(api.group(second), "it is there already");
    api.remove_from_group(second);
    assert!(api.group(third), "there is a place again");
    assert!(!api.group(second));
}

#[test]
fn ids_of_messages_never_come_twice() {
    let api = started();
    let mut ids: Vec<String> = (0..100)
        .map(|_| api.person_writes(LAN, LAN, "Lan", "a"))
        .collect();
    assert!(ids.iter().all(|id| id.len() == 20));
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 100);
}
