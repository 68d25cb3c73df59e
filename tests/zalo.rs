//! The whole program on Zalo: `lopso serve` with a token, in front of a Zalo that says no to whatever is not allowed,
//! forgets what it brought once, and counts the month.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

#[path = "support/http.rs"]
mod http;
#[path = "support/platforms/mod.rs"]
mod platforms;
#[path = "support/program.rs"]
mod program;

use std::time::Duration;

use http::{free_address, get, post_json, wait_for};
use lopso::domain::message::Show;
use platforms::zalo_bot_api::{Failure, SentMessage, ZaloBotApi};
use program::{Office, Parcel, Running, Said};
use serde_json::json;

const TOKEN: &str = "42:test-token";
const SECRET: &str = "0123456789abcdef-zalo";
const MOTHER: &str = "000000000000000000aa";
const FATHER: &str = "000000000000000000bb";
const GROUP: &str = "zgr-00000000000000000123";

struct School {
    office: Office,
    api: ZaloBotApi,
    address: String,
}

impl School {
    fn new() -> Self {
        let school = Self {
            office: Office::new(),
            api: ZaloBotApi::start(TOKEN),
            address: free_address(),
        };
        let add = ["school", "add", "--code", "hoa-sen", "--name", "Hoa Sen"];
        school.office.run(&add).fine();
        school.api.allow_http_webhook();
        school.api.group(GROUP);
        school
    }

    /// Asks Zalo for what happens.
    fn polls(&self) -> Running {
        let running = self.starts(&[]);
        wait_for("the first poll", || self.calls("getUpdates").pop());
        running
    }

    /// Has what happens brought.
    fn is_brought(&self) -> Running {
        let running = self.starts(
            &self
                .brought(SECRET)
                .each_ref()
                .map(|(n, v)| (*n, v.as_str())),
        );
        wait_for("the webhook", || self.api.webhook());
        running
    }

    fn brought(&self, secret: &str) -> [(&'static str, String); 2] {
        [
            ("LOPSO_PUBLIC_URL", format!("http://{}", self.address)),
            ("LOPSO_ZALO_WEBHOOK_SECRET", secret.to_owned()),
        ]
    }

    fn starts(&self, more: &[(&str, &str)]) -> Running {
        let url = self.api.url();
        let settings = [&self.settings(&url)[..], more].concat();
        let running = self.office.start(&["serve"], &settings);
        wait_for("the program", || get(&self.address, "/readyz"));
        running
    }

    fn settings<'a>(&'a self, url: &'a str) -> [(&'a str, &'a str); 3] {
        [
            ("LOPSO_ZALO_TOKEN", TOKEN),
            ("LOPSO_ZALO_API_URL", url),
            ("LOPSO_HTTP_ADDR", &self.address),
        ]
    }

    fn doctor(&self, more: &[(&str, &str)]) -> Said {
        let url = self.api.url();
        let settings = [&self.settings(&url)[..], more].concat();
        self.office.run_with(&["doctor"], &settings)
    }

    fn writes(&self, text: &str) {
        self.api.person_writes(MOTHER, MOTHER, "Mẹ An", text);
    }

    fn hears(&self, chat: &str, number: usize) -> Vec<SentMessage> {
        wait_for("the bot's messages", || {
            Some(self.api.messages(chat)).filter(|messages| messages.len() >= number)
        })
    }

    fn calls(&self, method: &str) -> Vec<platforms::zalo_bot_api::Call> {
        let mut calls = self.api.calls();
        calls.retain(|call| call.method == method);
        calls
    }

    fn metric(&self, line: &str) -> Option<f64> {
        let (_, page) = get(&self.address, "/metrics")?;
        let found = page.lines().find_map(|row| row.strip_prefix(line));
        found.and_then(|number| number.trim().parse().ok())
    }

    /// As a report will do.
    fn puts_a_picture(&self, chat: &str, content: &[u8], caption: &str) {
        let parcel = Parcel {
            show: Show::Photo,
            name: "bieu-do.png",
            content,
            caption,
        };
        self.office.puts(chat, &[parcel]);
    }

    /// Every call was one that Zalo allows.
    #[track_caller]
    fn holds(&self) {
        assert_eq!(self.api.violations(), Vec::<String>::new());
    }
}

#[test]
fn what_is_brought_is_answered_and_acknowledged_after_it_is_kept() {
    let school = School::new();
    let _running = school.is_brought();
    school.writes("quét mã kiểu gì ạ");
    let guide = school.hears(MOTHER, 1).remove(0);
    assert!(
        guide.text.starts_with("📖 Quét mã QR bằng Zalo"),
        "{}",
        guide.text
    );
    // Its heading is bold, to its last letter.
    let heading = guide.text.lines().next().unwrap();
    assert_eq!(guide.styles[0].words, heading);
    let other = guide.text.lines().find(|line| line.starts_with("1. "));
    assert!(other.is_some(), "{}", guide.text);
    // And the number under it is answered.
    school.writes("1");
    let second = school.hears(MOTHER, 2).remove(1);
    assert!(
        second.text.starts_with("📖 Quét mã QR bằng camera"),
        "{}",
        second.text
    );
    let statuses: Vec<_> = school
        .api
        .deliveries()
        .iter()
        .map(|one| one.status)
        .collect();
    assert_eq!(statuses, [Some(200), Some(200)]);
    assert_eq!(school.api.pings(), [Some(200)]);
    school.holds();
}

#[test]
fn bare_and_wrapped_bodies_and_a_second_delivery_are_one_answer_each() {
    let school = School::new();
    let _running = school.is_brought();
    school.writes("/trogiup");
    school.hears(MOTHER, 1);
    school.api.habits(|habits| habits.wrapped = true);
    school.writes("/trogiup");
    school.hears(MOTHER, 2);
    let again = json!({ "ok": true, "result": school.api.deliveries()[0].update });
    let (url, secret) = school.api.webhook().unwrap();
    let path = url
        .strip_prefix(&format!("http://{}", school.address))
        .unwrap();
    let headers = [("X-Bot-Api-Secret-Token", secret.as_str())];
    let answer = post_json(&school.address, path, &headers, &again.to_string());
    assert_eq!(answer.unwrap().0, 200);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(school.api.messages(MOTHER).len(), 2);
    school.holds();
}

#[test]
fn who_does_not_know_the_secret_is_turned_away_and_the_ping_is_not() {
    let school = School::new();
    let _running = school.is_brought();
    let (url, _) = school.api.webhook().unwrap();
    let path = url
        .strip_prefix(&format!("http://{}", school.address))
        .unwrap();
    let event = json!({ "event_name": "message.text.received", "message": { "message_id": "1",
        "from": { "id": MOTHER }, "chat": { "id": MOTHER, "chat_type": "PRIVATE" }, "text": "/trogiup" } });
    let post = |headers: &[(&str, &str)], body: &str| {
        post_json(&school.address, path, headers, body).unwrap().0
    };
    let wrong = [("X-Bot-Api-Secret-Token", "0123456789abcdef-zalp")];
    assert_eq!(post(&wrong, &event.to_string()), 401);
    assert_eq!(post(&[], &event.to_string()), 401);
    assert_eq!(post(&wrong, "{}"), 401);
    assert_eq!(post(&[], "{}"), 200);
    let right = [("X-Bot-Api-Secret-Token", SECRET)];
    assert_eq!(post(&right, "<html>"), 400);
    let strange = json!({ "event_name": "message.dance.received", "message": { "chat": 5 } });
    assert_eq!(post(&right, &strange.to_string()), 200);
    std::thread::sleep(Duration::from_millis(300));
    assert!(school.api.messages(MOTHER).is_empty());
    assert_eq!(
        school.metric("lopso_zalo_events_total{kind=\"unknown\"} "),
        Some(1.0)
    );
}

#[test]
fn zalo_is_told_the_address_once_and_again_when_the_secret_changes() {
    let school = School::new();
    drop(school.is_brought());
    drop(school.is_brought());
    assert_eq!(school.calls("setWebhook").len(), 1);
    let other = school.brought("fedcba9876543210-zalo");
    let _running = school.starts(&other.each_ref().map(|(n, v)| (*n, v.as_str())));
    wait_for("the new secret", || {
        let (_, secret) = school.api.webhook()?;
        (secret == "fedcba9876543210-zalo").then_some(())
    });
    assert_eq!(school.calls("setWebhook").len(), 2);
    school.writes("/trogiup");
    school.hears(MOTHER, 1);
    school.holds();
}

#[test]
fn an_address_that_zalo_does_not_reach_is_told_with_its_cause() {
    let school = School::new();
    let nobody = format!("http://{}", free_address());
    let settings = [
        ("LOPSO_PUBLIC_URL", nobody.as_str()),
        ("LOPSO_ZALO_WEBHOOK_SECRET", SECRET),
    ];
    let running = school.starts(&settings);
    wait_for("the webhook", || school.api.webhook());
    std::thread::sleep(Duration::from_millis(500));
    let told = running.said();
    assert!(
        told.contains("gọi thử không được: không ai trả lời ở địa chỉ ấy"),
        "{told}"
    );
    school
        .doctor(&settings)
        .refused()
        .says("không mở được http://127.0.0.1");
}

#[test]
fn a_burst_between_two_polls_is_answered_one_by_one_and_what_is_said_meanwhile_is_lost() {
    let school = School::new();
    let running = school.polls();
    for number in 0..5 {
        school.writes(&format!("/trogiup {number}"));
    }
    school.hears(MOTHER, 5);
    let told = running.said();
    assert!(told.contains("chỉ để thử"), "{told}");
    // The program is off: Zalo forgets it.
    std::thread::sleep(Duration::from_millis(400));
    school.writes("/trangthai");
    std::thread::sleep(Duration::from_millis(700));
    let _running = school.polls();
    school.writes("/trogiup");
    school.hears(MOTHER, 6);
    assert_eq!(school.api.lost().len(), 1);
    school.holds();
}

#[test]
fn polling_never_stands_beside_a_webhook_and_cuts_no_server_off() {
    let school = School::new();
    drop(school.is_brought());
    let running = school.starts(&[]);
    wait_for("a look at the webhook", || {
        school.calls("getWebhookInfo").get(1).cloned()
    });
    std::thread::sleep(Duration::from_millis(300));
    // It may be the school's own server: only the operator removes it.
    assert!(school.api.webhook().is_some());
    assert_eq!(school.calls("getUpdates").len(), 0);
    let url = school.api.url();
    let words = ["doctor", "--remove-webhook"];
    let told = school.office.run_with(&words, &school.settings(&url));
    told.says("Đã gỡ webhook trên Zalo");
    wait_for("the first poll", || school.calls("getUpdates").pop());
    school.writes("/trogiup");
    school.hears(MOTHER, 1);
    let told = running.said();
    assert!(
        told.contains("Zalo đang gửi tin của bot này đến 127.0.0.1"),
        "{told}"
    );
    school.holds();
}

/// One stumble while an answer is sent; returns how often the words stand in the chat afterwards.
#[track_caller]
fn after_one(failure: Failure) -> usize {
    let school = School::new();
    let _running = school.is_brought();
    school.api.fail_next("sendMessage", failure);
    school.writes("/trogiup");
    school.hears(MOTHER, 1);
    // What must be said again is said again after a second.
    std::thread::sleep(Duration::from_millis(2_500));
    school.holds();
    school.api.messages(MOTHER).len()
}

#[test]
fn what_zalo_or_a_gateway_failed_to_do_is_done_again() {
    let refused = |error_code| Failure::OkFalse {
        error_code,
        description: "Internal server error",
    };
    for failure in [
        Failure::Html502,
        refused(403),
        refused(500),
        refused(408),
        Failure::Status {
            http: 504,
            error_code: 504,
            description: "Gateway timeout",
        },
        Failure::Reset,
        Failure::TwoServers,
    ] {
        assert_eq!(after_one(failure), 1, "{failure:?}");
    }
}

#[test]
fn while_zalo_is_away_one_letter_tries_for_all_and_none_is_given_up() {
    const WRITERS: usize = 8;
    let school = School::new();
    let _running = school.is_brought();
    const AWAY: usize = 3;
    for _ in 0..AWAY {
        school.api.fail_next("sendMessage", Failure::Html502);
    }
    let writers: Vec<String> = (0..WRITERS)
        .map(|number| format!("{number:020x}"))
        .collect();
    for writer in &writers {
        school
            .api
            .person_writes(writer, writer, "Ba mẹ", "/trogiup");
    }
    for writer in &writers {
        school.hears(writer, 1);
    }
    let calls = school.calls("sendMessage");
    assert_eq!(calls.len(), AWAY + WRITERS);
    // After each failure nothing goes for a second or more, and then one alone.
    for failed in 1..AWAY {
        let pause = calls[failed + 1].at - calls[failed].at;
        assert!(pause >= Duration::from_millis(900), "{failed}: {pause:?}");
    }
    school.holds();
}

#[test]
fn a_connection_cut_after_it_was_done_repeats_rather_than_loses() {
    assert_eq!(after_one(Failure::ResetAfterApplied), 2);
    assert_eq!(after_one(Failure::TruncatedJson), 1);
    assert_eq!(after_one(Failure::Slow(Duration::from_secs(2))), 1);
}

#[test]
fn a_style_that_zalo_does_not_take_costs_no_words() {
    let school = School::new();
    let _running = school.is_brought();
    let words = Failure::OkFalse {
        error_code: 400,
        description: "Bad Request",
    };
    school.api.fail_next("sendMessage", words);
    school.writes("quét mã kiểu gì ạ");
    let guide = school.hears(MOTHER, 1).remove(0);
    assert!(guide.text.starts_with("📖 Quét mã QR"));
    assert!(guide.styles.is_empty());
    school.holds();
}

#[test]
fn a_used_up_month_stops_the_sending_and_loses_no_words() {
    let school = School::new();
    let _running = school.is_brought();
    let over = Failure::OkFalse {
        error_code: 429,
        description: "Quota exceeded",
    };
    school.api.fail_next("sendMessage", over);
    school.writes("/trogiup");
    wait_for("the alarm", || {
        school
            .metric("lopso_alarms_total{what=\"quota\"} ")
            .filter(|alarms| *alarms == 1.0)
    });
    school.writes("/trangthai");
    std::thread::sleep(Duration::from_millis(1_500));
    // Nothing is tried against a month that is used up.
    assert_eq!(school.calls("sendMessage").len(), 1);
    school.holds();
}

/// A plan of so many messages, so many of them for answers.
fn with_plan(school: &School, per_month: usize, kept: usize) -> String {
    school.api.quota(per_month);
    let text = format!("[limits.zalo]\nper_month = {per_month}\nkept_for_answers = {kept}\n");
    let path = school.office.write("lopso.toml", &text);
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_month_is_never_overdrawn_whoever_asks() {
    let school = School::new();
    let config = with_plan(&school, 10, 2);
    let brought = school.brought(SECRET);
    let mut settings: Vec<(&str, &str)> = brought.iter().map(|(n, v)| (*n, v.as_str())).collect();
    settings.push(("LOPSO_CONFIG", &config));
    let _running = school.starts(&settings);
    wait_for("the webhook", || school.api.webhook());
    for number in 0..8 {
        school.writes(&format!("/trogiup {number}"));
        std::thread::sleep(Duration::from_millis(150));
    }
    // Five came in and five went out, or a few more came in and the rest went out: never more than ten.
    std::thread::sleep(Duration::from_millis(1_500));
    assert_eq!(school.api.quota_hits(), 0);
    let sent = school.api.messages(MOTHER).len();
    let came = school.api.deliveries().len();
    assert!(sent + came <= 10 && sent >= 2, "{came} in, {sent} out");
    school
        .doctor(&settings)
        .refused()
        .says("/10 tin")
        .says("bot chỉ còn trả lời");
    school.holds();
}

#[test]
fn a_bot_that_reads_nothing_of_a_child_says_so_once_a_day() {
    let school = School::new();
    let _running = school.is_brought();
    school.api.private_chat(FATHER);
    for _ in 0..3 {
        school.api.protected_writes(FATHER, FATHER, "Bé An", "xong");
    }
    school.hears(FATHER, 1);
    std::thread::sleep(Duration::from_millis(500));
    let told = school.api.messages(FATHER);
    assert_eq!(told.len(), 1);
    assert!(
        told[0].text.contains("tài khoản trẻ em"),
        "{}",
        told[0].text
    );
    school.api.person_sends_sticker(MOTHER, MOTHER, "Mẹ An");
    school.hears(MOTHER, 1);
    school.holds();
}

#[test]
fn a_group_is_spoken_with_by_mention_and_reply_alone() {
    let school = School::new();
    let _running = school.is_brought();
    let name = school.api.display_name();
    school
        .api
        .person_writes(GROUP, MOTHER, "Mẹ An", "quét mã kiểu gì ạ");
    school.api.person_mentions(
        GROUP,
        MOTHER,
        "Mẹ An",
        &format!("quét mã kiểu gì @{name} ạ"),
    );
    let told = school.hears(GROUP, 1).remove(0);
    assert!(told.text.starts_with("📖 Quét mã QR"), "{}", told.text);
    school
        .api
        .person_replies(GROUP, MOTHER, "Mẹ An", "1", &told.message_id);
    let second = school.hears(GROUP, 2).remove(1);
    assert!(
        second.text.starts_with("📖 Quét mã QR bằng camera"),
        "{}",
        second.text
    );
    assert_eq!(school.api.messages(GROUP).len(), 2);
    school.holds();
}

#[test]
fn a_refused_token_ends_its_bot_and_nothing_else() {
    let school = School::new();
    let url = school.api.url();
    let settings = [
        ("LOPSO_ZALO_TOKEN", "41:another"),
        ("LOPSO_ZALO_API_URL", url.as_str()),
        ("LOPSO_HTTP_ADDR", school.address.as_str()),
    ];
    let running = school.office.start(&["serve"], &settings);
    wait_for("the program", || get(&school.address, "/readyz"));
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(get(&school.address, "/healthz").unwrap().0, 200);
    let told = running.said();
    assert!(
        told.contains("✘ Zalo không nhận mã ở biến LOPSO_ZALO_TOKEN"),
        "{told}"
    );
    school
        .office
        .run_with(&["doctor"], &settings)
        .refused()
        .says("✘ Zalo không nhận mã ở biến LOPSO_ZALO_TOKEN");
}

#[test]
fn several_bots_live_side_by_side_and_a_missing_token_is_named() {
    let school = School::new();
    let config = "[[bot]]\ntoken_env = \"BOT_5A1\"\n[[bot]]\ntoken_env = \"BOT_5A2\"\n";
    let config = school.office.write("lopso.toml", config);
    let config = config.to_str().unwrap();
    let url = school.api.url();
    let settings = |second| {
        [
            ("LOPSO_CONFIG", config),
            ("LOPSO_ZALO_API_URL", url.as_str()),
            ("LOPSO_HTTP_ADDR", school.address.as_str()),
            ("BOT_5A1", TOKEN),
            ("BOT_5A2", second),
        ]
    };
    school
        .office
        .run_with(&["serve"], &settings(""))
        .refused()
        .says("biến BOT_5A2 chưa được đặt");
    // The other's token is refused; this one goes on.
    let _running = school.office.start(&["serve"], &settings("41:another"));
    wait_for("the first poll", || school.calls("getUpdates").pop());
    school.writes("/trogiup");
    school.hears(MOTHER, 1);
    school.holds();
}

#[test]
fn the_doctor_knows_the_bot_its_groups_its_webhook_and_its_month() {
    let school = School::new();
    school
        .doctor(&[])
        .fine()
        .says("✔ Zalo nhận mã bot")
        .says("vào nhóm được")
        .says("https://bot.zaloplatforms.com/groups/invite/bot.")
        .says("chỉ để thử")
        .says("Zalo không công bố");
    school.api.habits(|habits| habits.can_join_groups = false);
    school.doctor(&[]).fine().says("Zalo chưa cho vào nhóm");
    let brought = school.brought(SECRET);
    let brought: Vec<(&str, &str)> = brought.iter().map(|(n, v)| (*n, v.as_str())).collect();
    school
        .doctor(&brought)
        .refused()
        .says("Zalo chưa gửi tin đến LOPSO_PUBLIC_URL");
    let _running = school.is_brought();
    school.writes("/trogiup");
    school.hears(MOTHER, 1);
    school
        .doctor(&brought)
        .fine()
        .says("✔ Zalo đang giữ đúng địa chỉ của chương trình này (webhook)")
        .says("✔ Từ máy này mở được http://127.0.0.1")
        .says("nhận 1, gửi 1")
        .says("1/50 người");
    // A machine that only runs commands is told that another serves the bot.
    school.doctor(&[]).fine().says("Một máy khác chạy Lớp Số");
    // Asked for, a webhook in the way goes.
    let doctor = ["doctor", "--remove-webhook"];
    let url = school.api.url();
    school
        .office
        .run_with(&doctor, &school.settings(&url))
        .fine()
        .says("Đã gỡ webhook trên Zalo");
    assert_eq!(school.api.webhook(), None);
    school.holds();
}

#[test]
fn a_picture_is_fetched_from_us_as_often_as_zalo_likes_and_by_nobody_else() {
    let school = School::new();
    let _running = school.is_brought();
    school.writes("/trogiup");
    school.hears(MOTHER, 1);
    let png = b"\x89PNG\r\n\x1a\n the rest of a picture";
    school.puts_a_picture(MOTHER, png, "Biểu đồ tháng 11");
    let shown = school.hears(MOTHER, 2).remove(1);
    assert_eq!(shown.text, "Biểu đồ tháng 11");
    let calls = school.api.calls();
    let calls: Vec<&str> = calls.iter().map(|call| call.method.as_str()).collect();
    assert!(
        calls.ends_with(&["sendChatAction", "sendPhoto"]),
        "{calls:?}"
    );
    let photo = shown.photo.unwrap();
    school.api.refetch_photos();
    assert_eq!(school.api.black_photos(), Vec::<String>::new());
    let fetched = school.api.messages(MOTHER).remove(1).photo.unwrap().fetches;
    assert_eq!(fetched.len(), 2);
    for fetch in &fetched {
        assert_eq!(
            (fetch.status, fetch.content_type.as_str()),
            (200, "image/png")
        );
        assert_eq!(fetch.size, png.len());
    }
    let path = photo
        .url
        .strip_prefix(&format!("http://{}", school.address))
        .unwrap();
    for other in [path.replace("-", "-0"), path.replacen("/anh/", "/anh/1", 1)] {
        assert_eq!(get(&school.address, &other).unwrap().0, 404, "{other}");
    }
    school.holds();
}

#[test]
fn without_an_address_the_words_of_a_picture_go_alone() {
    let school = School::new();
    let _running = school.polls();
    school.writes("/trogiup");
    school.hears(MOTHER, 1);
    school.puts_a_picture(MOTHER, b"\x89PNG", "Biểu đồ tháng 11");
    let told = school.hears(MOTHER, 2).remove(1);
    assert!(told.text.starts_with("Biểu đồ tháng 11\n"), "{}", told.text);
    assert!(told.text.contains("LOPSO_PUBLIC_URL"), "{}", told.text);
    school.holds();
}
