//! What a bot could have read before it asked: parameters, limits and the language of texts.

use crate::client::{forbidden, granted};
use crate::{LAN, started, text, with_button};
use serde_json::{Value, json};

#[test]
fn what_the_documentation_does_not_know_is_refused() {
    let api = started();
    let wrong = json!({"chat_id": LAN, "text": "a", "disable_web_page_preview": true});
    forbidden(
        &api,
        "sendMessage",
        wrong,
        "unknown parameter disable_web_page_preview",
    );
    forbidden(
        &api,
        "sendMessage",
        json!({"chat_id": LAN}),
        "missing required parameter text",
    );
    let wrong = json!({"chat_id": LAN, "text": 5});
    forbidden(&api, "sendMessage", wrong, "text is to be String, not 5");
    let wrong = json!({"chat_id": LAN, "text": "a", "disable_notification": "true"});
    forbidden(
        &api,
        "sendMessage",
        wrong,
        "disable_notification is to be Boolean",
    );
    let wrong = json!({"chat_id": LAN, "text": "a", "reply_parameters": {"id": 1}});
    forbidden(
        &api,
        "sendMessage",
        wrong,
        "unknown parameter reply_parameters.id",
    );
    let wrong =
        json!({"chat_id": LAN, "message_id": 1, "reaction": [{"type": "emoji", "emoji": "🍏"}]});
    forbidden(
        &api,
        "setMessageReaction",
        wrong,
        "reaction[0].emoji may not be",
    );
    let button = json!({"text": "a", "data": "b"});
    let wrong =
        json!({"chat_id": LAN, "text": "a", "reply_markup": {"inline_keyboard": [[button]]}});
    forbidden(
        &api,
        "sendMessage",
        wrong,
        "unknown parameter reply_markup.inline_keyboard[0][0].data",
    );
    let wrong = json!({"callback_query_id": 7});
    forbidden(
        &api,
        "answerCallbackQuery",
        wrong,
        "callback_query_id is to be String",
    );
    assert!(api.messages(LAN).is_empty());
}

#[test]
fn a_text_is_measured_as_people_read_it() {
    let api = started();
    // 4096 units after parsing, though far more letters came; each flower is two units.
    let flowers = format!("<b>{}</b> &amp;", "🌸".repeat(2047));
    let html = |words: &str| json!({"chat_id": LAN, "text": words, "parse_mode": "HTML"});
    granted(&api, "sendMessage", html(&flowers));
    forbidden(
        &api,
        "sendMessage",
        html(&format!("{flowers}a")),
        "message is too long",
    );
    forbidden(
        &api,
        "sendMessage",
        html("<b> </b>"),
        "message text is empty",
    );
    forbidden(&api, "sendMessage", text(""), "message text is empty");
}

#[test]
fn html_is_really_read() {
    let api = started();
    let html = |words: &str| json!({"chat_id": LAN, "text": words, "parse_mode": "HTML"});
    let words = "<b>Mẹ 🌸</b> &lt;An&gt; &#233;&#xe9; <a href=\"https://a.vn/?x&amp;y\">đây</a> <span class=\"tg-spoiler\"><i>x</i></span>";
    let sent = granted(&api, "sendMessage", html(words));
    assert_eq!(sent["text"], "Mẹ 🌸 <An> éé đây x");
    assert_eq!(
        sent["entities"],
        json!([
            {"type": "bold", "offset": 0, "length": 5},
            {"type": "text_link", "offset": 14, "length": 3, "url": "https://a.vn/?x&y"},
            {"type": "italic", "offset": 18, "length": 1},
            {"type": "spoiler", "offset": 18, "length": 1},
        ])
    );
    let call = api.calls().pop().unwrap();
    assert_eq!(call.plain.as_deref(), Some("Mẹ 🌸 <An> éé đây x"));
    assert_eq!(call.params["text"], words);
    let refusals = [
        (
            "<b>a",
            "Can't find end tag corresponding to start tag \"b\"",
        ),
        ("<b>a</i>", "Unmatched end tag"),
        ("a</b>", "Unexpected end tag"),
        ("<p>a</p>", "Unsupported start tag \"p\""),
        ("1 < 2", "Unclosed start tag"),
        ("<span>a</span>", "Tag \"span\" must have class"),
    ];
    for (words, why) in refusals {
        forbidden(
            &api,
            "sendMessage",
            html(words),
            &format!("can't parse entities: {why}"),
        );
    }
    let before = api.violations().len();
    let sent = granted(&api, "sendMessage", html("Ba &nbsp; Mẹ & bé"));
    assert_eq!(sent["text"], "Ba &nbsp; Mẹ & bé");
    assert_eq!(
        api.violations()[before..],
        ["&nbsp; is shown letter by letter"]
    );
    let markdown = json!({"chat_id": LAN, "text": "*a*", "parse_mode": "MarkdownV2"});
    forbidden(&api, "sendMessage", markdown, "unsupported parse_mode");
}

#[test]
fn buttons_have_their_limits() {
    let api = started();
    granted(&api, "sendMessage", with_button(&"a".repeat(64)));
    // Three bytes a letter.
    forbidden(
        &api,
        "sendMessage",
        with_button(&"ạ".repeat(22)),
        "BUTTON_DATA_INVALID",
    );
    forbidden(&api, "sendMessage", with_button(""), "BUTTON_DATA_INVALID");
    let rows = |button: Value, times: usize| {
        let rows: Vec<Value> = (0..times).map(|_| json!([button])).collect();
        json!({"chat_id": LAN, "text": "a", "reply_markup": {"inline_keyboard": rows}})
    };
    let good = json!({"text": "a", "url": "https://vneid.gov.vn"});
    granted(&api, "sendMessage", rows(good.clone(), 100));
    forbidden(
        &api,
        "sendMessage",
        rows(good, 101),
        "reply markup is too long",
    );
    let none = json!({"text": "a"});
    forbidden(
        &api,
        "sendMessage",
        rows(none, 1),
        "Text buttons are unallowed",
    );
    let two = json!({"text": "a", "url": "https://a.vn", "callback_data": "b"});
    forbidden(
        &api,
        "sendMessage",
        rows(two, 1),
        "an inline keyboard button has exactly one action",
    );
    let local = json!({"text": "a", "url": "http://localhost:8080/"});
    forbidden(
        &api,
        "sendMessage",
        rows(local, 1),
        "inline keyboard button URL",
    );
    let buttons = &api.messages(LAN)[1].buttons;
    assert_eq!(
        buttons[99],
        [("a".to_owned(), "https://vneid.gov.vn".to_owned())]
    );
}

#[test]
fn what_the_bot_says_of_itself_has_its_limits() {
    let api = started();
    let command = |name: &str, description: &str| json!({"commands": [{"command": name, "description": description}]});
    granted(&api, "setMyCommands", command("baocao_2", &"ạ".repeat(256)));
    forbidden(
        &api,
        "setMyCommands",
        command("BaoCao", "a"),
        "BOT_COMMAND_INVALID",
    );
    forbidden(
        &api,
        "setMyCommands",
        command(&"a".repeat(33), "a"),
        "BOT_COMMAND_INVALID",
    );
    forbidden(
        &api,
        "setMyCommands",
        command("a", ""),
        "BOT_COMMAND_DESCRIPTION_INVALID",
    );
    forbidden(
        &api,
        "setMyCommands",
        command("a", &"a".repeat(257)),
        "BOT_COMMAND_DESCRIPTION_INVALID",
    );
    granted(&api, "setMyName", json!({"name": "Lớp Số"}));
    forbidden(
        &api,
        "setMyName",
        json!({"name": "a".repeat(65)}),
        "name is too long",
    );
    let long = json!({"description": "a".repeat(513)});
    forbidden(&api, "setMyDescription", long, "description is too long");
    let long = json!({"short_description": "a".repeat(121)});
    forbidden(
        &api,
        "setMyShortDescription",
        long,
        "short_description is too long",
    );
    assert_eq!(
        api.profile()[0],
        ("setMyName".to_owned(), json!({"name": "Lớp Số"}))
    );
}
