//! The rules of groups: what may be said in them, and what may be asked about them.

use crate::client::*;
use crate::platforms::zalo_oa_api::{Attachment, File, ZaloOaApi};
use serde_json::{Value, json};

fn say(api: &ZaloOaApi, message: Value) -> Value {
    post(api, MESSAGE, to_group(message))
}

fn media(element: Value) -> Value {
    json!({"type": "template", "payload": {"template_type": "media", "elements": [element]}})
}

#[test]
fn a_text_is_sent_and_kept() {
    let api = started();
    let data = granted(say(&api, json!({"text": "Lịch học tuần tới"})));
    let sent = api.group_messages(CLASS);
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].text, "Lịch học tuần tới");
    assert_eq!(
        data,
        json!({"message_id": sent[0].message_id, "group_id": CLASS})
    );
    assert_eq!(api.calls()[0].params["recipient"]["group_id"], CLASS);
    assert_eq!(api.violations(), Vec::<String>::new());
}

#[test]
fn a_text_has_its_length_and_form() {
    let api = started();
    forbidden(&api, -201, "text is empty", || {
        say(&api, json!({"text": " "}))
    });
    granted(say(&api, json!({"text": "ạ".repeat(2_000)})));
    forbidden(&api, -210, "2001 units", || {
        say(&api, json!({"text": "ạ".repeat(2_001)}))
    });
    granted(say(&api, json!({"text": "😀".repeat(1_000)})));
    forbidden(&api, -210, "2002 units", || {
        say(&api, json!({"text": "😀".repeat(1_001)}))
    });
    forbidden(&api, -201, "NFC", || say(&api, json!({"text": "a\u{323}"})));
}

#[test]
fn only_documented_shapes_are_taken() {
    let api = started();
    let body = |body: Value| post(&api, MESSAGE, body);
    let hello = json!({"text": "Chào"});
    forbidden(&api, -201, "missing field `recipient`", || {
        body(json!({"message": hello}))
    });
    forbidden(&api, -201, "unknown field `user_id`", || {
        body(json!({"recipient": {"user_id": LAN}, "message": hello}))
    });
    forbidden(&api, -201, "invalid type", || {
        body(json!({"recipient": {"group_id": 5}, "message": hello}))
    });
    forbidden(&api, -201, "text is missing", || say(&api, json!({})));
    forbidden(&api, -201, "invalid type", || say(&api, json!({"text": 5})));
    forbidden(&api, -201, "invalid type", || {
        say(&api, json!({"text": null}))
    });
    forbidden(&api, -201, "unknown field `parse_mode`", || {
        say(&api, json!({"text": "Chào", "parse_mode": "html"}))
    });
    assert!(api.group_messages(CLASS).is_empty());
}

#[test]
fn groups_have_no_buttons() {
    let api = started();
    let button = json!({"title": "Xong", "type": "oa.query.hide", "payload": "xong"});
    let payload = json!({"template_type": "button", "buttons": [button]});
    let attachment = json!({"type": "template", "payload": payload});
    forbidden(&api, -201, "buttons are not accepted in groups", || {
        say(&api, json!({"text": "Rồi ạ?", "attachment": attachment}))
    });
    forbidden(&api, -201, "unknown field `quick_replies`", || {
        say(&api, json!({"text": "Rồi ạ?", "quick_replies": []}))
    });
    forbidden(&api, -201, "unknown variant `list`", || {
        let payload = json!({"template_type": "list", "elements": []});
        say(
            &api,
            json!({"attachment": {"type": "template", "payload": payload}}),
        )
    });
}

#[test]
fn images_come_by_address_or_upload() {
    let api = started();
    let url = "https://example.org/ma-qr.png";
    let by_url = media(json!({"media_type": "image", "url": url}));
    granted(say(&api, json!({"text": "Mã QR", "attachment": by_url})));
    let data = granted(upload(&api, "image", "file", "qr.png", b"PNG"));
    let id = &data["attachment_id"];
    let by_id = media(json!({"media_type": "image", "attachment_id": id}));
    granted(say(&api, json!({"attachment": by_id})));
    let sent = api.group_messages(CLASS);
    assert_eq!(
        sent[0].attachment,
        Some(Attachment::ImageAt(url.to_owned()))
    );
    let image = File {
        name: "qr.png".to_owned(),
        bytes: b"PNG".to_vec(),
    };
    assert_eq!(sent[1].attachment, Some(Attachment::Image(image)));
    api.expire_uploads();
    refused(&api, -100, || say(&api, json!({"attachment": by_id})));
    for (why, element) in [
        (
            "either",
            json!({"media_type": "image", "url": url, "attachment_id": id}),
        ),
        ("either", json!({"media_type": "image"})),
        (
            "no https",
            json!({"media_type": "image", "url": "http://example.org/a.png"}),
        ),
        (
            "no upload",
            json!({"media_type": "image", "attachment_id": "made-up"}),
        ),
        (
            "unknown variant `gif`",
            json!({"media_type": "gif", "url": url}),
        ),
        (
            "unknown field `width`",
            json!({"media_type": "image", "url": url, "width": 5}),
        ),
    ] {
        forbidden(&api, -201, why, || {
            say(&api, json!({"attachment": media(element)}))
        });
    }
    let none = json!({"type": "template", "payload": {"template_type": "media", "elements": []}});
    forbidden(&api, -201, "one image", || {
        say(&api, json!({"attachment": none}))
    });
}

#[test]
fn files_come_by_their_token_alone() {
    let api = started();
    let data = granted(upload(&api, "file", "file", "5A1.csv", b"STT,Ten\r\n"));
    let file = json!({"type": "file", "payload": {"token": data["token"]}});
    granted(say(&api, json!({"attachment": file})));
    let expected = File {
        name: "5A1.csv".to_owned(),
        bytes: b"STT,Ten\r\n".to_vec(),
    };
    let sent = api.group_messages(CLASS);
    assert_eq!(sent[0].attachment, Some(Attachment::File(expected)));
    forbidden(&api, -201, "without text", || {
        say(&api, json!({"text": "Danh sách", "attachment": file}))
    });
    forbidden(&api, -201, "no upload", || {
        say(
            &api,
            json!({"attachment": {"type": "file", "payload": {"token": "made-up"}}}),
        )
    });
    forbidden(&api, -201, "unknown field `url`", || {
        say(
            &api,
            json!({"attachment": {"type": "file", "payload": {"token": "a", "url": "b"}}}),
        )
    });
    api.expire_uploads();
    refused(&api, -100, || say(&api, json!({"attachment": file})));
}

#[test]
fn mentions_are_of_members_or_of_all() {
    let api = started();
    granted(say(
        &api,
        json!({"text": format!("[@{LAN}] ơi, [@{CLASS}] ơi")}),
    ));
    granted(say(&api, json!({"text": "[@ không ai] và [@]"})));
    forbidden(&api, -201, "no member", || {
        say(&api, json!({"text": "[@77] ơi"}))
    });
    api.leaves(CLASS, LAN);
    refused(&api, -201, || {
        say(&api, json!({"text": format!("[@{LAN}] ơi")}))
    });
}

#[test]
fn a_group_may_be_unknown_lapsed_or_left() {
    let api = started();
    let hello = json!({"text": "Chào"});
    refused(&api, -201, || {
        post(
            &api,
            MESSAGE,
            json!({"recipient": {"group_id": "0"}, "message": hello}),
        )
    });
    api.slot_lapses(CLASS);
    refused(&api, -237, || say(&api, hello.clone()));
    let target = format!("/v3.0/oa/group/getgroup?group_id={CLASS}");
    let info = &granted(get(&api, &target))["group_info"];
    assert_eq!(info["status"], "disabled");
    assert!(info["auto_delete_date"].is_string());
    api.oa_leaves(CLASS);
    refused(&api, -403, || say(&api, hello.clone()));
    refused(&api, -403, || get(&api, &target));
    assert_eq!(
        granted(get(&api, "/v3.0/oa/group/getgroupsofoa"))["total"],
        0
    );
    api.group_recovers(CLASS);
    granted(say(&api, hello));
}

#[test]
fn groups_and_members_are_listed_in_pages() {
    let api = started();
    for number in 0..60 {
        api.joins(CLASS, &format!("50{number:02}"), "Phụ huynh");
    }
    api.leaves(CLASS, "5000");
    let list = |query: &str| get(&api, &format!("/v3.0/oa/group/listmember?{query}"));
    let members = |query: &str| granted(list(&format!("group_id={CLASS}{query}")));
    let first = members("");
    assert_eq!((&first["total"], &first["count"]), (&json!(61), &json!(5)));
    assert_eq!(first["members"][0]["oa_id"], OA);
    assert_eq!(
        first["members"][1],
        json!({"user_id": LAN, "name": "Lan", "avatar": ""})
    );
    let rest = members("&offset=50&count=50");
    assert_eq!(rest["members"].as_array().unwrap().len(), 11);
    for count in ["0", "51"] {
        forbidden(&api, -210, "from 1 to 50", || {
            list(&format!("group_id={CLASS}&count={count}"))
        });
    }
    forbidden(&api, -201, "no number", || {
        list(&format!("group_id={CLASS}&offset=a"))
    });
    forbidden(&api, -201, "missing field `group_id`", || {
        list("offset=0&count=5")
    });
    forbidden(&api, -201, "unknown field `data`", || list("data=%7B%7D"));
    let groups = granted(get(&api, "/v3.0/oa/group/getgroupsofoa?offset=0&count=50"));
    assert_eq!(groups["groups"][0]["group_id"], CLASS);
    assert_eq!(groups["groups"][0]["total_member"], 61);
    let one = granted(get(
        &api,
        &format!("/v3.0/oa/group/getgroup?group_id={CLASS}"),
    ));
    assert_eq!(one["group_info"]["name"], "5A1");
}
