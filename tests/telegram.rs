//! The whole program on Telegram: `lopso serve` with a token, in front of a Telegram that says no to
//! whatever the documentation does not allow.

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
#[path = "support/proxy.rs"]
mod proxy;

use http::{free_address, get, post, wait_for};
use platforms::bot_api::{BotApi, Failure, SentMessage};
use program::{Office, Running, Said};
use proxy::Proxy;
use serde_json::json;

const TOKEN: &str = "42:test-token";
const MOTHER: i64 = 1_001;
const GROUP: i64 = -100_500;

struct School {
    office: Office,
    api: BotApi,
    address: String,
}

impl School {
    fn new() -> Self {
        let school = Self {
            office: Office::new(),
            api: BotApi::start(TOKEN),
            address: free_address(),
        };
        school.api.private_chat(MOTHER, "Mẹ An");
        school.api.group(GROUP, "Lớp 5A1");
        school
    }

    /// Starts the program; stopped when the result is dropped.
    fn opens(&self) -> Running {
        self.opens_with(TOKEN)
    }

    fn opens_with(&self, token: &str) -> Running {
        let url = self.api.url();
        let settings = [
            ("LOPSO_TELEGRAM_TOKEN", token),
            ("LOPSO_TELEGRAM_API_URL", url.as_str()),
            ("LOPSO_HTTP_ADDR", self.address.as_str()),
        ];
        let running = self.office.start(&["serve"], &settings);
        wait_for("the program", || get(&self.address, "/readyz"));
        running
    }

    /// What `lopso doctor` says of a bot with this token.
    fn examined(&self, words: &[&str], token: &str) -> Said {
        let url = self.api.url();
        let settings = [
            ("LOPSO_TELEGRAM_TOKEN", token),
            ("LOPSO_TELEGRAM_API_URL", url.as_str()),
        ];
        self.office.run_with(words, &settings)
    }

    fn writes(&self, text: &str) {
        self.api.person_writes(MOTHER, MOTHER, "Mẹ An", text);
    }

    /// The bot's messages in a chat, once there are so many.
    fn hears(&self, chat: i64, number: usize) -> Vec<SentMessage> {
        wait_for("the bot's messages", || {
            Some(self.api.messages(chat)).filter(|messages| messages.len() >= number)
        })
    }

    /// Everything that was brought is confirmed, and nothing more is on its way.
    fn settles(&self) {
        wait_for("the next poll", || {
            self.api.pending().is_empty().then_some(())
        });
        std::thread::sleep(std::time::Duration::from_millis(300));
    }

    /// Every call was one that Telegram allows.
    #[track_caller]
    fn holds(&self) {
        assert_eq!(self.api.violations(), Vec::<String>::new());
        assert_eq!(self.api.floods(), 0);
    }
}

#[test]
fn a_question_is_answered_with_a_guide_and_its_buttons_work() {
    let school = School::new();
    let _running = school.opens();
    // With Zalo or with the camera? The likelier first, the other by a button.
    school.writes("quét mã kiểu gì ạ");
    let guide = school.hears(MOTHER, 1).remove(0);
    assert!(
        guide.text.starts_with("📖 Quét mã QR bằng Zalo"),
        "{}",
        guide.text
    );
    let (label, data) = &guide.buttons[0][0];
    assert!(label.starts_with("Chưa đúng ý?"), "{label}");
    school
        .api
        .person_taps(MOTHER, MOTHER, "Mẹ An", guide.message_id, data)
        .unwrap();
    let other = school.hears(MOTHER, 2).remove(1);
    assert!(
        other.text.starts_with("📖 Quét mã QR bằng camera"),
        "{}",
        other.text
    );
    wait_for("the tap's own answer", || {
        school.api.unanswered_taps().is_empty().then_some(())
    });
    school.holds();
}

#[test]
fn words_that_look_like_tags_come_out_as_they_were_written() {
    let name = r#"Mầm non <b>Hoa</b> &amp; "Sen" & <3"#;
    let school = School::new();
    let add = ["school", "add", "--code", "hoa-sen", "--name", name];
    school.office.run(&add).fine();
    let _running = school.opens();
    school.writes("/start");
    let hello = school.hears(MOTHER, 1).remove(0);
    let (_, family) = hello
        .buttons
        .concat()
        .into_iter()
        .find(|(label, _)| label.contains("người nhà"))
        .unwrap();
    school
        .api
        .person_taps(MOTHER, MOTHER, "Mẹ An", hello.message_id, &family)
        .unwrap();
    let asked = school.hears(MOTHER, 2).remove(1);
    assert!(asked.text.contains(name), "{}", asked.text);
    school.holds();
}

#[test]
fn a_heading_is_bold_where_it_is_sent_and_where_it_is_read() {
    let school = School::new();
    let _running = school.opens();
    school.writes("cài vneid kiểu gì");
    school.hears(MOTHER, 1);
    let calls = school.api.calls();
    let sent = calls.iter().find(|call| call.method == "sendMessage");
    let sent = sent.unwrap();
    let (heading, steps) = sent.params["text"]
        .as_str()
        .unwrap()
        .split_once('\n')
        .unwrap();
    assert!(heading.starts_with("<b>📖 Cài ứng dụng VNeID"), "{heading}");
    assert!(heading.ends_with("</b>") && !steps.contains("<b>"));
    let read = sent.plain.as_ref().unwrap();
    assert!(read.starts_with("📖 Cài ứng dụng VNeID"), "{read}");
    school.holds();
}

#[test]
fn the_menu_of_commands_is_filled_for_private_chats_and_for_groups() {
    let school = School::new();
    let _running = school.opens();
    let menus = wait_for("the menu", || {
        let menus = school.api.profile();
        (menus.len() >= 3).then_some(menus)
    });
    let menus = format!("{menus:?}");
    for words in [
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
        "xacnhan",
        "trangthai",
    ] {
        assert!(menus.contains(words), "{words} in {menus}");
    }
    school.holds();
}

#[test]
fn in_a_group_it_is_silent_unless_it_is_spoken_to() {
    let school = School::new();
    let _running = school.opens();
    let says = |text: &str| school.api.person_writes(GROUP, MOTHER, "Mẹ An", text);
    says("mai lớp mình có học không các mẹ");
    says("cài vneid kiểu gì");
    says("@lopso_test_bot cài vneid kiểu gì");
    let told = school.hears(GROUP, 1);
    assert!(told[0].text.starts_with("📖 Cài ứng dụng VNeID"));
    assert!(told[0].reply_to.is_some(), "it answers her message");
    school.settles();
    assert_eq!(school.api.messages(GROUP).len(), 1);
    school.holds();
}

#[test]
fn what_is_new_or_broken_stops_nothing_and_no_text_is_lost() {
    let school = School::new();
    let _running = school.opens();
    school.writes("/trogiup");
    school.hears(MOTHER, 1);
    school.api.deliver(json!({ "moon_landing": { "who": 1 } }));
    school
        .api
        .deliver(json!({ "message": { "text": "không có phòng" } }));
    school.api.deliver(json!({ "callback_query": 7 }));
    school.api.deliver(json!({ "message": {
        "message_id": 900, "date": 1_795_000_000,
        "chat": { "id": MOTHER, "type": "private", "first_name": "An" },
        "from": { "id": MOTHER, "is_bot": false, "first_name": "An" },
        "text": "quét mã qr bằng zalo thế nào",
        "entities": [{ "type": "date_time_of_tomorrow", "offset": 0, "length": 4, "unix": 5 }],
    } }));
    let told = school.hears(MOTHER, 2);
    assert!(
        told[1].text.starts_with("📖 Quét mã QR bằng Zalo"),
        "{}",
        told[1].text
    );
    school.settles();
    school.holds();
}

#[test]
fn an_edited_message_is_heard_again() {
    let school = School::new();
    let _running = school.opens();
    school.writes("alo");
    school.hears(MOTHER, 1);
    let own = school.api.newest_message(MOTHER) - 1;
    school.api.edited(MOTHER, own, "cài vneid kiểu gì");
    let told = school.hears(MOTHER, 2);
    assert!(told[1].text.starts_with("📖 Cài ứng dụng VNeID"));
    school.holds();
}

#[test]
fn brought_again_after_a_restart_it_is_not_answered_again() {
    let school = School::new();
    let running = school.opens();
    let question = json!({
        "update_id": 77, "message": {
            "message_id": 901, "date": 1_795_000_000, "text": "cài vneid kiểu gì",
            "chat": { "id": MOTHER, "type": "private", "first_name": "An" },
            "from": { "id": MOTHER, "is_bot": false, "first_name": "An" },
        }
    });
    school.writes("/trogiup");
    school.hears(MOTHER, 1);
    school.api.deliver(question.clone());
    school.hears(MOTHER, 2);
    school.settles();
    drop(running);
    // As when the program is killed before its next poll tells Telegram that it may forget.
    school.api.deliver(question);
    let _running = school.opens();
    school.writes("/trogiup");
    school.hears(MOTHER, 3);
    school.settles();
    assert_eq!(school.api.messages(MOTHER).len(), 3);
    school.holds();
}

#[test]
fn killed_while_sending_it_goes_on_at_once_and_nothing_is_lost() {
    let school = School::new();
    let running = school.opens();
    school.writes("/trogiup");
    school.hears(MOTHER, 1);
    school.settles();
    school.api.fail_next(
        "sendMessage",
        Failure::Slow(std::time::Duration::from_secs(5)),
    );
    school.writes("cài vneid kiểu gì");
    school.hears(MOTHER, 2);
    drop(running);
    // Nobody knows whether it arrived, so it is said again: a text is sent at least once.
    let _running = school.opens();
    let told = school.hears(MOTHER, 3);
    assert_eq!(told[1].text, told[2].text);
    school.holds();
}

#[test]
fn asked_to_wait_it_waits_and_then_says_it_once() {
    let school = School::new();
    let _running = school.opens();
    school.api.fail_next(
        "sendMessage",
        Failure::Status(429, "Too Many Requests: retry after 1"),
    );
    school.writes("/trogiup");
    school.hears(MOTHER, 1);
    school.settles();
    assert_eq!(school.api.messages(MOTHER).len(), 1);
    let tries: Vec<_> = school
        .api
        .calls()
        .into_iter()
        .filter(|call| call.method == "sendMessage")
        .collect();
    assert_eq!(tries.len(), 2);
    assert!(tries[1].at - tries[0].at >= std::time::Duration::from_secs(1));
    school.holds();
}

#[test]
fn nothing_overtakes_a_text_that_is_tried_again() {
    for failure in [
        Failure::Status(429, "Too Many Requests: retry after 1"),
        Failure::Status(500, "Internal Server Error"),
        Failure::Reset,
    ] {
        let school = School::new();
        // Both come in one batch, and the sender has both in hand.
        school.writes("cài vneid kiểu gì");
        school.writes("xe đưa đón mấy giờ về");
        school.api.fail_next("sendMessage", failure);
        let _running = school.opens();
        let told = school.hears(MOTHER, 2);
        assert!(told[0].text.contains("VNeID"), "{failure:?}: {told:?}");
        school.holds();
    }
}

#[test]
fn a_cut_connection_costs_no_answer() {
    let school = School::new();
    let _running = school.opens();
    school.api.fail_next("sendMessage", Failure::Reset);
    school.writes("/trogiup");
    let told = school.hears(MOTHER, 1);
    assert!(told[0].text.contains("/xacnhan"));
    school.holds();
}

#[test]
fn a_poll_that_fails_is_asked_again() {
    let school = School::new();
    for failure in [Failure::Html502, Failure::TruncatedJson, Failure::Reset] {
        school.api.fail_next("getUpdates", failure);
    }
    let _running = school.opens();
    school.writes("/trogiup");
    school.hears(MOTHER, 1);
    school.settles();
    assert_eq!(school.api.messages(MOTHER).len(), 1);
    school.holds();
}

#[test]
fn who_blocked_the_bot_stops_nobody_else() {
    let school = School::new();
    let _running = school.opens();
    let father = 1_002;
    school.api.fail_next(
        "sendMessage",
        Failure::Status(403, "Forbidden: bot was blocked by the user"),
    );
    school.writes("/trogiup");
    wait_for("the refusal", || {
        school
            .api
            .calls()
            .iter()
            .any(|call| call.status == 403)
            .then_some(())
    });
    school
        .api
        .person_writes(father, father, "Ba Nam", "/trogiup");
    school.hears(father, 1);
    school.settles();
    assert!(school.api.messages(MOTHER).is_empty());
    // What could not be delivered is counted, not tried for ever.
    let doctor = school.office.run(&["doctor"]);
    assert_eq!(doctor.status, Some(1), "{}", doctor.out);
    assert!(doctor.out.contains("không gửi được: 1"), "{}", doctor.out);
    school.holds();
}

#[test]
fn a_wave_keeps_telegrams_limits() {
    let school = School::new();
    school.api.limits(30, 1, 20);
    let _running = school.opens();
    for parent in 0..60 {
        let id = 2_000 + parent;
        school.api.person_writes(id, id, "Mẹ", "/trogiup");
    }
    for parent in 0..60 {
        school.hears(2_000 + parent, 1);
    }
    school.holds();
}

#[test]
fn a_token_that_is_refused_is_one_line_and_the_rest_goes_on() {
    let school = School::new();
    let mut running = school.opens_with("42:wrong");
    std::thread::sleep(std::time::Duration::from_millis(800));
    assert!(running.0.try_wait().unwrap().is_none(), "it ended");
    assert_eq!(get(&school.address, "/healthz").unwrap().0, 200);
    running.0.kill().unwrap();
    let mut said = String::new();
    let mut out = running.0.stdout.take().unwrap();
    std::io::Read::read_to_string(&mut out, &mut said).unwrap();
    let lines = said.lines().filter(|line| line.contains("Telegram"));
    assert_eq!(lines.count(), 1, "{said}");
    assert!(
        said.contains("LOPSO_TELEGRAM_TOKEN") && !said.contains("wrong"),
        "{said}"
    );
}

#[test]
fn the_doctor_says_what_the_bot_hears_in_groups() {
    let school = School::new();
    school.api.hears_all(false);
    let deaf = school.examined(&["doctor"], TOKEN);
    assert_eq!(deaf.status, Some(0), "{}", deaf.out);
    for words in ["@lopso_test_bot", "chỉ nghe lệnh", "/setprivacy"] {
        assert!(deaf.out.contains(words), "{words} in {}", deaf.out);
    }
    school.api.hears_all(true);
    let hears = school.examined(&["doctor"], TOKEN);
    assert!(hears.out.contains("nghe mọi tin"), "{}", hears.out);
    assert!(!hears.out.contains("/setprivacy"), "{}", hears.out);
    school.holds();
}

#[test]
fn a_webhook_left_over_is_told_and_removed_when_asked() {
    let school = School::new();
    let url = school.api.url();
    let address = url.strip_prefix("http://").unwrap();
    let hook = [("url", "https://lop.vn/hook/s3cret")];
    let (status, _) = post(address, &format!("/bot{TOKEN}/setWebhook"), &hook).unwrap();
    assert_eq!(status, 200);
    school.writes("/trogiup");

    let ill = school.examined(&["doctor"], TOKEN);
    assert_eq!(ill.status, Some(1), "{}", ill.out);
    for words in ["lop.vn", "1 tin đang chờ", "--remove-webhook"] {
        assert!(ill.out.contains(words), "{words} in {}", ill.out);
    }
    assert!(!ill.out.contains("s3cret"), "{}", ill.out);
    assert!(school.api.webhook().is_some(), "only looked at");

    let well = school.examined(&["doctor", "--remove-webhook"], TOKEN);
    assert_eq!(well.status, Some(0), "{}", well.out);
    assert_eq!(school.api.webhook(), None);
    // What waited meanwhile is answered.
    let _running = school.opens();
    school.hears(MOTHER, 1);
    school.holds();
}

#[test]
fn the_doctor_tells_a_refused_token_from_a_telegram_out_of_reach() {
    let school = School::new();
    let refused = school.examined(&["doctor"], "42:wrong");
    assert_eq!(refused.status, Some(1));
    assert!(refused.out.contains("@BotFather"), "{}", refused.out);
    let nobody = format!("http://{}", free_address());
    let settings = [
        ("LOPSO_TELEGRAM_TOKEN", TOKEN),
        ("LOPSO_TELEGRAM_API_URL", nobody.as_str()),
    ];
    let away = school.office.run_with(&["doctor"], &settings);
    assert_eq!(away.status, Some(1));
    assert!(away.out.contains("Không gọi được Telegram"), "{}", away.out);
    for said in [&refused, &away] {
        assert!(!said.out.contains("42:") && !said.err.contains("42:"));
    }
}

#[test]
fn a_mistyped_address_stops_the_command_and_names_the_setting() {
    let school = School::new();
    for (name, value) in [
        ("LOPSO_TELEGRAM_API_URL", "khong-phai-dia-chi"),
        ("LOPSO_TELEGRAM_API_URL", "localhost:8081"),
        ("LOPSO_PROXY", "ten:matkhau@proxy.vn:3128"),
        ("LOPSO_PROXY", "ftp://ten:matkhau@proxy.vn"),
    ] {
        for command in ["doctor", "serve"] {
            let settings = [("LOPSO_TELEGRAM_TOKEN", TOKEN), (name, value)];
            let told = school.office.run_with(&[command], &settings);
            assert_eq!(told.status, Some(1));
            assert!(told.err.contains(name), "{}", told.err);
            assert!(!told.err.contains("matkhau"), "{}", told.err);
        }
    }
}

#[test]
fn behind_a_proxy_everything_goes_through_it() {
    let school = School::new();
    let proxy = Proxy::start();
    // Only the proxy knows where this name is.
    let url = school.api.url();
    let (_, port) = url.rsplit_once(':').unwrap();
    let api = format!("http://telegram.invalid:{port}");
    let settings = [
        ("LOPSO_TELEGRAM_TOKEN", TOKEN),
        ("LOPSO_TELEGRAM_API_URL", api.as_str()),
        ("LOPSO_PROXY", proxy.url.as_str()),
        ("LOPSO_HTTP_ADDR", school.address.as_str()),
    ];
    let doctor = school.office.run_with(&["doctor"], &settings);
    assert_eq!(doctor.status, Some(0), "{}", doctor.out);
    let _running = school.office.start(&["serve"], &settings);
    school.writes("cài vneid kiểu gì");
    school.hears(MOTHER, 1);
    school.holds();
    assert!(proxy.connections() >= 2, "{}", proxy.connections());
}

#[test]
fn a_kill_uses_no_try_of_a_text_that_never_left() {
    let school = School::new();
    school.writes("cài vneid kiểu gì");
    school.writes("xe đưa đón mấy giờ về");
    let slow = |seconds| Failure::Slow(std::time::Duration::from_secs(seconds));
    for killed in 1..=3 {
        // The first is on its way, the second still in the sender's hand.
        school.api.fail_next("sendMessage", slow(5));
        let _running = school.opens();
        school.hears(MOTHER, killed);
    }
    school.api.fail_next("sendMessage", slow(1));
    let _running = school.opens();
    school.hears(MOTHER, 4);
    // Its very first try.
    let stumble = Failure::Status(500, "Internal Server Error");
    school.api.fail_next("sendMessage", stumble);
    let told = school.hears(MOTHER, 5);
    assert!(told[4].text.contains("chưa có hướng dẫn"), "{told:?}");
    school.holds();
}
