//! The rules of webhooks: what events look like, how they are signed, and how often they come again.

use crate::client::*;
use crate::platforms::zalo_oa_api::{Delivery, GroupIdAt, Media, SignedBy, SignedWith, ZaloOaApi};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

struct Post {
    headers: BTreeMap<String, String>,
    body: String,
}

impl Post {
    fn event(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn signed_by(&self, id: &str, secret: &str) -> bool {
        let event = self.event();
        let timestamp = event["timestamp"].as_str().unwrap();
        let sum = Sha256::digest([id, &self.body, timestamp, secret].concat());
        let hex: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
        self.headers["x-zevent-signature"] == format!("mac={hex}")
    }
}

/// A webhook that answers with these statuses, then with 200. A status of 0 stands for no answer in time.
fn listen(api: &ZaloOaApi, statuses: &'static [u16]) -> Receiver<Post> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    api.webhook(&format!("http://{}/zalo", listener.local_addr().unwrap()));
    let (sender, posts) = channel();
    std::thread::spawn(move || {
        let mut kept_waiting = Vec::new();
        for number in 0.. {
            let Ok((mut stream, _)) = listener.accept() else {
                return;
            };
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut headers = BTreeMap::new();
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                match line.trim_end().split_once(": ") {
                    Some((name, value)) => {
                        headers.insert(name.to_ascii_lowercase(), value.to_owned());
                    }
                    None if line.trim_end().is_empty() => break,
                    None => {}
                }
            }
            let mut body = vec![0; headers["content-length"].parse().unwrap()];
            reader.read_exact(&mut body).unwrap();
            let body = String::from_utf8(body).unwrap();
            let status = statuses.get(number).copied().unwrap_or(200);
            if status == 0 {
                kept_waiting.push(stream);
            } else {
                let answer = format!("HTTP/1.1 {status} Status\r\nContent-Length: 0\r\n\r\n");
                let _ = stream.write_all(answer.as_bytes());
            }
            if sender.send(Post { headers, body }).is_err() {
                return;
            }
        }
    });
    posts
}

#[track_caller]
fn next(posts: &Receiver<Post>) -> Post {
    let post = posts.recv_timeout(Duration::from_secs(10));
    post.expect("an event")
}

#[track_caller]
fn settled(api: &ZaloOaApi) -> Vec<Delivery> {
    let begun = Instant::now();
    while api.undelivered() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(10), "waited in vain");
        std::thread::sleep(Duration::from_millis(5));
    }
    api.deliveries()
}

#[test]
fn what_people_do_is_told_in_order() {
    let api = started();
    let posts = listen(&api, &[]);
    let written = api.person_writes_group(CLASS, LAN, "Lan", "dạ xong rồi cô");
    api.person_replies_group(CLASS, LAN, "Lan", "vâng", &written);
    let url = "https://example.org/a.jpg";
    api.person_sends_group(CLASS, LAN, "Lan", Media::Image { url });
    api.person_writes(LAN, "Lan", "chào cô");
    api.person_replies(LAN, "Lan", "vâng", &written);
    api.person_sends(LAN, "Lan", Media::Sticker { id: "5" });
    api.person_sends(LAN, "Lan", Media::File { name: "a.pdf", url });
    api.joins(CLASS, "4", "Mai");
    api.leaves(CLASS, "4");
    api.follows(LAN);
    api.unfollows(LAN);
    let events: Vec<Value> = (0..11).map(|_| next(&posts).event()).collect();
    let names: Vec<&str> = events
        .iter()
        .map(|event| event["event_name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "user_send_group_text",
            "user_send_group_text",
            "user_send_group_image",
            "user_send_text",
            "user_send_text",
            "user_send_sticker",
            "user_send_file",
            "user_join_group",
            "user_leave_group",
            "follow",
            "unfollow",
        ]
    );
    let timestamp = events[0]["timestamp"].as_str().unwrap();
    assert_eq!(
        events[0],
        json!({
            "app_id": APP,
            "oa_id": OA,
            "event_name": "user_send_group_text",
            "sender": {"id": LAN},
            "recipient": {"id": CLASS},
            "user_id_by_app": format!("9{LAN}"),
            "message": {"msg_id": written, "text": "dạ xong rồi cô"},
            "timestamp": timestamp,
        })
    );
    assert_eq!(events[1]["message"]["quote_msg_id"], written);
    assert_eq!(
        events[2]["message"]["attachments"][0]["payload"]["url"],
        url
    );
    assert_eq!(events[3]["recipient"]["id"], OA);
    assert_eq!(events[5]["message"]["attachments"][0]["type"], "sticker");
    assert_eq!(
        events[6]["message"]["attachments"][0]["payload"]["name"],
        "a.pdf"
    );
    assert_eq!(events[8]["sender"]["id"], "4");
}

#[test]
fn a_tap_comes_back_as_words() {
    let api = started();
    api.follows(LAN);
    let button = json!({"title": "Xong", "type": "oa.query.hide", "payload": "xong 7"});
    let payload = json!({"template_type": "button", "buttons": [button]});
    let attachment = json!({"type": "template", "payload": payload});
    let message = json!({"text": "Rồi ạ?", "attachment": attachment});
    granted(post(&api, PRIVATE, to_lan(message)));
    let posts = listen(&api, &[]);
    api.person_taps(LAN, "xong 7");
    let event = next(&posts).event();
    assert_eq!(event["event_name"], "user_send_text");
    assert_eq!(event["message"]["text"], "xong 7");
}

#[test]
fn our_own_words_come_back_with_their_id() {
    let api = started();
    let data = granted(post(&api, MESSAGE, to_group(json!({"text": "Chào"}))));
    let posts = listen(&api, &[]);
    api.oa_sent_group(CLASS, "Chào");
    let event = next(&posts).event();
    assert_eq!(event["event_name"], "oa_send_group_text");
    assert_eq!(event["sender"]["id"], OA);
    assert_eq!(event["message"]["msg_id"], data["message_id"]);
    let by_hand = api.oa_sent_group(CLASS, "Cô gõ tay");
    assert_eq!(next(&posts).event()["message"]["msg_id"], by_hand);
}

#[test]
fn the_groups_id_stands_where_the_test_wants_it() {
    let api = started();
    let posts = listen(&api, &[]);
    for (place, pointer) in [
        (GroupIdAt::Recipient, "/recipient/id"),
        (GroupIdAt::RecipientGroup, "/recipient/group_id"),
        (GroupIdAt::MessageConversation, "/message/conversation_id"),
        (GroupIdAt::Conversation, "/conversation/id"),
    ] {
        api.group_id_at(place);
        api.person_writes_group(CLASS, LAN, "Lan", "dạ");
        let post = next(&posts);
        let event = post.event();
        assert_eq!(event.pointer(pointer), Some(&json!(CLASS)), "{event}");
        assert_eq!(post.body.matches(CLASS).count(), 1, "{event}");
    }
}

#[test]
fn the_signature_has_four_variants_over_the_bytes_that_came() {
    let api = started();
    let posts = listen(&api, &[]);
    for (by, id) in [(SignedBy::App, APP), (SignedBy::Oa, OA)] {
        for (with, secret) in [
            (SignedWith::OaSecret, OA_SECRET),
            (SignedWith::AppSecret, APP_SECRET),
        ] {
            api.signature(by, with);
            api.person_writes(LAN, "Lan", "dạ");
            let post = next(&posts);
            for other in [APP, OA] {
                for key in [OA_SECRET, APP_SECRET] {
                    let right = (other, key) == (id, secret);
                    assert_eq!(post.signed_by(other, key), right);
                }
            }
            assert_ne!(
                post.body,
                post.event().to_string(),
                "a rewritten body passes"
            );
        }
    }
}

#[test]
fn forged_old_and_raw_events() {
    let api = started();
    let posts = listen(&api, &[]);
    api.forged_event(CLASS, LAN, "dạ");
    let forged = next(&posts);
    assert!(!forged.signed_by(APP, OA_SECRET));
    assert_eq!(forged.event()["event_name"], "user_send_group_text");
    let hour = Duration::from_hours(1);
    api.old_event(hour, CLASS, LAN, "dạ");
    let old = next(&posts);
    assert!(old.signed_by(APP, OA_SECRET));
    let told: i64 = old.event()["timestamp"].as_str().unwrap().parse().unwrap();
    let age = jiff::Timestamp::now().as_millisecond() - told;
    assert!((3_600_000..3_610_000).contains(&age), "{age}");
    let event = json!({"event_name": "react_to_something", "timestamp": "5"});
    api.raw_event(event.clone());
    let raw = next(&posts);
    assert!(raw.signed_by(APP, OA_SECRET));
    assert_eq!(raw.event(), event);
}

#[test]
fn an_event_comes_again_until_it_is_answered_with_200() {
    let api = started();
    api.patience(Duration::from_millis(300));
    api.retry_after(Duration::from_millis(2));
    // The first is cut off by impatience; 204 is no 200.
    let posts = listen(&api, &[0, 500, 204]);
    let joined = api.deliveries().len();
    api.person_writes(LAN, "Lan", "dạ");
    let tries: Vec<Post> = (0..4).map(|_| next(&posts)).collect();
    let counts: Vec<Option<&str>> = tries
        .iter()
        .map(|post| post.headers.get("num_retry").map(String::as_str))
        .collect();
    assert_eq!(counts, [None, Some("1"), Some("2"), Some("3")]);
    assert!(tries.iter().all(|post| post.body == tries[0].body));
    let deliveries = settled(&api);
    let delivery = &deliveries[joined];
    assert_eq!((delivery.tries, delivery.status), (4, Some(200)));
    assert!(delivery.url.ends_with("/zalo"));
}

#[test]
fn after_five_retries_it_gives_up() {
    let api = started();
    api.retry_after(Duration::from_millis(1));
    let posts = listen(&api, &[503; 6]);
    api.person_writes(LAN, "Lan", "dạ");
    let delivery = settled(&api).pop().unwrap();
    assert_eq!((delivery.tries, delivery.status), (6, Some(503)));
    assert_eq!(posts.try_iter().count(), 6);
    // One that fails does not hold up the next for long, and nothing comes a seventh time.
    api.person_writes(LAN, "Lan", "vâng");
    assert_eq!(next(&posts).event()["message"]["text"], "vâng");
}

#[test]
fn without_a_webhook_an_event_reaches_nobody() {
    let api = started();
    api.person_writes(LAN, "Lan", "dạ");
    let posts = listen(&api, &[]);
    let deliveries = settled(&api);
    let lost = deliveries.last().unwrap();
    assert_eq!((lost.url.as_str(), lost.tries, lost.status), ("", 0, None));
    api.webhook("http://127.0.0.1:1/");
    api.retry_after(Duration::from_millis(1));
    api.person_writes(LAN, "Lan", "dạ");
    let delivery = settled(&api).pop().unwrap();
    assert_eq!((delivery.tries, delivery.status), (6, None));
    assert!(posts.try_recv().is_err());
}
