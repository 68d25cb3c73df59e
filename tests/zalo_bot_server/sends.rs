//! What the bot sends: to whom it may, what fits, and what the phones show of it.

use crate::client::{Page, forbidden, granted, refused, try_call};
use crate::platforms::zalo_bot_api::{Style, ZaloBotApi};
use crate::{CLASS, LAN, NAM, started, text};
use serde_json::{Value, json};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and more";

fn photo(url: &str) -> Value {
    json!({"chat_id": CLASS, "photo": url, "caption": "Mã của lớp"})
}

fn texts(api: &ZaloBotApi, chat: &str) -> Vec<String> {
    let messages = api.messages(chat).into_iter();
    messages.map(|message| message.text).collect()
}

#[test]
fn a_message_stands_in_its_chat() {
    let api = started();
    let sent = granted(&api, "sendMessage", text("Dạ"));
    let message = &api.messages(LAN)[0];
    assert_eq!(sent["message_id"], message.message_id);
    assert_eq!(message.message_id.len(), 20);
    assert!(sent["date"].as_i64().unwrap() > 1_700_000_000_000, "in ms");
    granted(
        &api,
        "sendMessage",
        json!({"chat_id": CLASS, "text": "Bảng"}),
    );
    assert_eq!(texts(&api, LAN), ["Dạ"]);
    assert_eq!(texts(&api, CLASS), ["Bảng"]);
}

#[test]
fn only_who_wrote_before_can_be_written_to() {
    let api = started();
    let hello = json!({"chat_id": NAM, "text": "Dạ"});
    let unknown = "Bad Request: chat not found";
    refused(&api, "sendMessage", hello.clone(), 400, unknown);
    api.person_mentions(CLASS, NAM, "Nam", "xong");
    refused(&api, "sendMessage", hello.clone(), 400, unknown);
    api.person_writes(NAM, NAM, "Nam", "xong");
    granted(&api, "sendMessage", hello);
    let elsewhere = json!({"chat_id": "zgr-ffffffffffffffffffff", "text": "Dạ"});
    refused(&api, "sendMessage", elsewhere, 400, unknown);
    assert_eq!(api.refused().len(), 3);
    assert!(api.violations().is_empty());
}

#[test]
fn nothing_goes_into_a_group_that_put_the_bot_out() {
    let api = started();
    let board = json!({"chat_id": CLASS, "text": "Bảng"});
    api.remove_from_group(CLASS);
    refused(&api, "sendMessage", board.clone(), 403, "the bot is not in");
    api.habits(|habits| habits.removed_code = 404);
    refused(&api, "sendMessage", board.clone(), 404, "the bot is not in");
    assert!(api.group(CLASS), "it can be added again");
    granted(&api, "sendMessage", board);
    assert_eq!(api.refused().len(), 2);
    assert!(api.violations().is_empty());
}

#[test]
fn a_text_has_its_length_in_utf16_and_is_composed() {
    let api = started();
    granted(&api, "sendMessage", text(&"ạ".repeat(2000)));
    granted(&api, "sendMessage", text(&"🌱".repeat(1000)));
    let long = "text is to have 1 to 2000";
    forbidden(&api, "sendMessage", text(&"ạ".repeat(2001)), long);
    forbidden(&api, "sendMessage", text(&"🌱".repeat(1001)), long);
    forbidden(&api, "sendMessage", text(""), long);
    let decomposed = "Da\u{323}";
    forbidden(
        &api,
        "sendMessage",
        text(decomposed),
        "text is not composed",
    );
    let mut shown = photo("https://files.example.org/qr.png");
    for (caption, why) in [
        ("a".repeat(2001), "caption is to have"),
        (decomposed.to_owned(), "caption is not composed"),
    ] {
        shown["caption"] = caption.into();
        forbidden(&api, "sendPhoto", shown.clone(), why);
    }
}

#[test]
fn styles_are_known_and_within_the_text() {
    let api = started();
    let styled = |start: Value, len: u64, st: Value| {
        let style = json!({"start": start, "len": len, "st": st});
        json!({"chat_id": LAN, "text": "🌱 Thông báo", "text_styles": [style]})
    };
    let fine = styled(json!(3), 9, json!(["b", "c_db342e"]));
    granted(&api, "sendMessage", fine);
    let bold = Style {
        words: "Thông báo".to_owned(),
        codes: vec!["b".to_owned(), "c_db342e".to_owned()],
    };
    assert_eq!(api.messages(LAN)[0].styles, [bold]);
    for (params, why) in [
        (styled(json!(3), 10, json!(["b"])), "text_styles reach"),
        (styled(json!(1), 4, json!(["b"])), "text_styles reach"),
        (styled(json!("3"), 9, json!(["b"])), "text_styles is to"),
        (styled(json!(3), 0, json!(["b"])), "text_styles is to"),
        (styled(json!(3), 9, json!(["bold"])), "text_styles is to"),
        (styled(json!(3), 9, json!([])), "text_styles is to"),
    ] {
        forbidden(&api, "sendMessage", params, why);
    }
    let telegrams = json!([{"offset": 0, "length": 1, "type": "bold"}]);
    let params = json!({"chat_id": LAN, "text": "a", "text_styles": telegrams});
    forbidden(&api, "sendMessage", params, "text_styles is to have start");
}

#[test]
fn markup_is_taken_away_or_refused() {
    let api = started();
    let marked = |mode: &str, words: &str| json!({"chat_id": LAN, "text": words, "parse_mode": mode, "text_styles": []});
    for (mode, words, shown) in [
        (
            "html",
            "<h2>Lớp</h2> <b>a &lt; <i>b</i></b> &amp;",
            "Lớp a < b &",
        ),
        ("html", "<div style=\"color:red\">5 > 3</div>\n", "5 > 3\n"),
        (
            "markdown",
            "## Lớp\n> **a *b*** 2 * 3 * 4",
            "Lớp\na b 2 * 3 * 4",
        ),
        (
            "markdown",
            "{red}__a__{/red} snake_case_name ~~b~~ `c`",
            "a snake_case_name b c",
        ),
        ("markdown", "\\*a\\* _b_ *c", "*a* b *c"),
    ] {
        granted(&api, "sendMessage", marked(mode, words));
        assert_eq!(texts(&api, LAN).last().unwrap(), shown);
    }
    for (mode, words) in [
        ("html", "<b>a"),
        ("html", "a</b>"),
        ("html", "<b><i>a</b></i>"),
        ("html", "<a href=\"x\">a</a>"),
        ("html", "a & b"),
        ("html", "a < b"),
        ("markdown", "{red}a"),
    ] {
        forbidden(&api, "sendMessage", marked(mode, words), "can't parse text");
    }
    forbidden(
        &api,
        "sendMessage",
        marked("HTML", "a"),
        "parse_mode is to be",
    );
    granted(&api, "sendMessage", text("a < b & **c**"));
    assert_eq!(texts(&api, LAN).last().unwrap(), "a < b & **c**");
}

#[test]
fn a_photo_is_fetched_at_once_and_again() {
    let api = started();
    let page = Page::showing(&[], "image/png", PNG);
    let sent = granted(&api, "sendPhoto", photo(&page.url()));
    let message = &api.messages(CLASS)[0];
    assert_eq!(sent["message_id"], message.message_id);
    assert_eq!(message.text, "Mã của lớp");
    api.refetch_photos();
    let shown = api.messages(CLASS)[0].photo.clone().unwrap();
    assert_eq!((shown.url, shown.fetches.len()), (page.url(), 2));
    for fetch in &shown.fetches {
        assert_eq!(
            (fetch.status, fetch.content_type.as_str(), fetch.size),
            (200, "image/png", PNG.len())
        );
        assert_eq!(fetch.first_bytes, PNG[..16]);
    }
    assert_eq!(page.visits()[1].verb, "GET");
    assert!(api.black_photos().is_empty());
}

#[test]
fn a_photo_that_cannot_be_fetched_is_black_but_sent() {
    let api = started();
    let short_lived = Page::showing(&[200, 404], "image/png", PNG);
    let wordy = Page::showing(&[], "text/html", b"<html>");
    let outside = "https://files.example.org/qr.png";
    granted(&api, "sendPhoto", photo(&short_lived.url()));
    assert!(api.black_photos().is_empty());
    granted(&api, "sendPhoto", photo(&wordy.url()));
    granted(&api, "sendPhoto", photo(outside));
    let expected = [wordy.url(), outside.to_owned()];
    assert_eq!(api.black_photos(), expected);
    api.refetch_photos();
    let again = [short_lived.url(), wordy.url(), outside.to_owned()];
    assert_eq!(api.black_photos()[2..], again);
    assert!(api.violations().is_empty());
}

#[test]
fn a_photo_is_a_public_address() {
    let api = started();
    for url in [
        "qr.png",
        "file:///qr.png",
        "data:image/png;base64,iVBO",
        "http://localhost/qr.png",
        "http://192.168.1.7/qr.png",
        "https://127.0.0.1/qr.png",
        "ftp://files.example.org/qr.png",
    ] {
        forbidden(
            &api,
            "sendPhoto",
            photo(url),
            "photo is to be a public http(s) address",
        );
    }
}

#[test]
fn the_month_counts_both_directions() {
    let api = started();
    api.quota(3);
    api.person_writes(LAN, LAN, "Lan", "a");
    granted(&api, "sendMessage", text("a"));
    granted(&api, "sendPhoto", photo("https://files.example.org/qr.png"));
    refused(&api, "sendMessage", text("b"), 429, "Quota exceeded");
    let last = photo("https://files.example.org/qr.png");
    refused(&api, "sendPhoto", last, 429, "Quota exceeded");
    api.person_writes(LAN, LAN, "Lan", "b");
    assert_eq!((api.quota_hits(), api.unserved().len()), (2, 1));
    granted(&api, "getMe", json!({}));
    let got = granted(&api, "getUpdates", json!({}));
    assert_eq!(got["message"]["text"], "a");
    assert_eq!(
        try_call(&api, "getUpdates", &json!({})).unwrap().1["error_code"],
        408
    );
    assert!(api.violations().is_empty());
}
