//! The whole program with a Zalo Official Account: signed events, single-use tokens, and what is left of both when it is
//! killed at each step.

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

use http::{free_address, get, wait_for};
use lopso::channel::zalo_oa::{Credentials, Trouble, ZaloOa};
use lopso::db::Db;
use lopso::domain::message::Show;
use lopso::installation::Key;
use platforms::zalo_oa_api::{
    Attachment, Failure, File, SentMessage, SignedBy, SignedWith, ZaloOaApi,
};
use program::{Office, Parcel, Running, Said};

const MOTHER: &str = "2512523625412515";
const GROUP: &str = "f414c8f76fa586fbdfb4";

struct School {
    office: Office,
    api: ZaloOaApi,
    address: String,
    /// What the operator pasted.
    seed: String,
}

impl School {
    fn new() -> Self {
        let api = ZaloOaApi::start("11", "app-secret", "900", "oa-secret");
        let school = Self {
            office: Office::new(),
            address: free_address(),
            seed: api.consent(),
            api,
        };
        let add = ["school", "add", "--code", "hoa-sen", "--name", "Hoa Sen"];
        school.office.run(&add).fine();
        school.api.group(GROUP, "Lớp 5A1");
        let address = &school.address;
        school
            .api
            .webhook(&format!("http://{address}/webhook/zalo-oa/900"));
        school
    }

    fn settings(&self) -> [(&'static str, String); 8] {
        [
            ("LOPSO_ZALO_OA_APP_ID", "11".to_owned()),
            ("LOPSO_ZALO_OA_APP_SECRET", "app-secret".to_owned()),
            ("LOPSO_ZALO_OA_SECRET_KEY", "oa-secret".to_owned()),
            ("LOPSO_ZALO_OA_REFRESH_TOKEN", self.seed.clone()),
            ("LOPSO_ZALO_OA_API_URL", self.api.api_url()),
            ("LOPSO_ZALO_OA_OAUTH_URL", self.api.oauth_url()),
            ("LOPSO_HTTP_ADDR", self.address.clone()),
            ("LOPSO_PUBLIC_URL", "https://hoa-sen.example".to_owned()),
        ]
    }

    /// Starts the program, whatever becomes of it.
    fn starts(&self) -> Running {
        let settings = self.settings();
        let settings: Vec<_> = settings.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let running = self.office.start(&["serve"], &settings);
        wait_for("the program", || get(&self.address, "/readyz"));
        running
    }

    /// Starts it, and waits until it hears.
    fn opens(&self) -> Running {
        let running = self.starts();
        let path = "/webhook/zalo-oa/900";
        wait_for("the door", || {
            let (status, _) = http::post_json(&self.address, path, &[], "{}")?;
            (status == 401).then_some(())
        });
        running
    }

    fn doctor(&self) -> Said {
        let settings = self.settings();
        let settings: Vec<_> = settings.iter().map(|(n, v)| (*n, v.as_str())).collect();
        self.office.run_with(&["doctor"], &settings)
    }

    fn writes(&self, text: &str) {
        self.api.person_writes(MOTHER, "Mẹ An", text);
    }

    fn hears(&self, number: usize) -> Vec<SentMessage> {
        wait_for("the account's messages", || {
            Some(self.api.private_messages(MOTHER)).filter(|messages| messages.len() >= number)
        })
    }

    /// Refreshes so far: those that were granted, and all.
    fn refreshes(&self) -> (usize, usize) {
        let all = self.api.refreshes();
        (all.iter().filter(|one| one.accepted).count(), all.len())
    }

    /// Everything was posted; the status of the newest.
    fn newest_status(&self) -> Option<u16> {
        wait_for("the delivery", || {
            (self.api.undelivered() == 0).then_some(())
        });
        self.api.deliveries().last().and_then(|one| one.status)
    }

    #[track_caller]
    fn holds(&self) {
        assert_eq!(self.api.violations(), Vec::<String>::new());
    }
}

#[test]
fn who_writes_is_answered_and_a_button_is_as_good_as_its_number() {
    let school = School::new();
    let _running = school.opens();
    school.writes("quét mã kiểu gì ạ");
    let guide = school.hears(1).remove(0);
    assert!(
        guide.text.starts_with("📖 Quét mã QR bằng Zalo"),
        "{}",
        guide.text
    );
    assert_eq!(school.newest_status(), Some(200));
    let Some(Attachment::Buttons(buttons)) = &guide.attachment else {
        panic!("no buttons: {guide:?}");
    };
    let payload = buttons[0].payload().to_owned();
    school.api.person_taps(MOTHER, &payload);
    let other = school.hears(2).remove(1);
    assert!(
        other.text.starts_with("📖 Quét mã QR bằng camera"),
        "{}",
        other.text
    );
    school.writes("1");
    school.hears(3);
    school.holds();
}

#[test]
fn a_group_is_answered_when_it_calls_the_account_and_left_alone_else() {
    let school = School::new();
    let _running = school.opens();
    school
        .api
        .person_writes_group(GROUP, MOTHER, "Mẹ An", "hôm nay trời đẹp");
    school
        .api
        .person_writes_group(GROUP, MOTHER, "Mẹ An", "/huongdan quét mã");
    let told = wait_for("the answer", || school.api.group_messages(GROUP).pop());
    // Whom it answers is called: among thirty people's talk nothing else shows whose question it was.
    let called = format!("[@{MOTHER}] 📖 Quét mã QR");
    assert!(told.text.starts_with(&called), "{}", told.text);
    assert_eq!(school.api.group_messages(GROUP).len(), 1);
    assert!(told.attachment.is_none(), "groups take no buttons");
    school.holds();
}

#[test]
fn who_left_the_group_meanwhile_costs_nobody_the_answer() {
    let school = School::new();
    let _running = school.opens();
    school.api.fail_next(
        "group/message",
        Failure::Error {
            code: -201,
            message: "the member has left the group",
        },
    );
    school
        .api
        .person_writes_group(GROUP, MOTHER, "Mẹ An", "/huongdan quét mã");
    let told = wait_for("the answer", || school.api.group_messages(GROUP).pop());
    assert!(told.text.starts_with("📖 Quét mã QR"), "{}", told.text);
    school.holds();
}

#[test]
fn what_is_answered_privately_calls_nobody_in_the_group() {
    let school = School::new();
    let _running = school.opens();
    school
        .api
        .person_writes_group(GROUP, MOTHER, "Mẹ An", "/trangthai");
    let told = wait_for("the answer", || school.api.group_messages(GROUP).pop());
    assert!(!told.text.contains("[@"), "{}", told.text);
    school.holds();
}

#[test]
fn buttons_that_zalo_does_not_take_cost_no_words() {
    let school = School::new();
    let _running = school.opens();
    school.api.fail_next(
        "message/cs",
        Failure::Error {
            code: -233,
            message: "message type is not supported",
        },
    );
    school.writes("quét mã kiểu gì ạ");
    let guide = school.hears(1).remove(0);
    assert!(guide.text.starts_with("📖 Quét mã QR"), "{}", guide.text);
    assert!(guide.attachment.is_none());
    school.writes("1");
    school.hears(2);
    school.holds();
}

#[test]
fn one_who_takes_nothing_for_an_hour_holds_up_nobody_else() {
    let school = School::new();
    let _running = school.opens();
    school.api.fail_next(
        "message/cs",
        Failure::Error {
            code: -218,
            message: "the recipient's quota is used up",
        },
    );
    school.writes("/trogiup");
    wait_for("the refusal", || {
        let calls = school.api.calls();
        calls
            .iter()
            .any(|call| call.error == Some(-218))
            .then_some(())
    });
    school
        .api
        .person_writes_group(GROUP, MOTHER, "Mẹ An", "/huongdan quét mã");
    wait_for("the group's answer", || {
        school.api.group_messages(GROUP).pop()
    });
    school.holds();
}

#[test]
fn a_wrong_secret_of_the_app_costs_no_token() {
    let school = School::new();
    let wrong = Failure::Error {
        code: -14004,
        message: "Invalid secret key.",
    };
    school.api.fail_next("access_token", wrong);
    let running = school.starts();
    wait_for("the refusal", || {
        (school.api.calls().iter())
            .any(|call| call.error == Some(-14004))
            .then_some(())
    });
    drop(running);
    // The secret is right now; the same token is as good as it was.
    let _running = school.opens();
    school.writes("/trogiup");
    school.hears(1);
    school.holds();
}

#[tokio::test]
async fn a_refusal_of_the_moment_is_not_asked_about_at_every_call() {
    let api = ZaloOaApi::start("11", "app-secret", "900", "oa-secret");
    let office = Office::new();
    let db = Db::open(office.url()).await.unwrap();
    let credentials = Credentials {
        app_id: "11".to_owned(),
        app_secret: "app-secret".to_owned(),
        oa_secret: None,
        seed: Some(api.consent()),
    };
    let (url, oauth) = (api.api_url(), api.oauth_url());
    let (url, oauth) = (url.parse().unwrap(), oauth.parse().unwrap());
    let oa = ZaloOa::new(credentials, url, oauth, None, db, Key::new(b"key")).unwrap();
    let wrong = Failure::Error {
        code: -14002,
        message: "the app is not active",
    };
    api.fail_next("access_token", wrong);
    for _ in 0..3 {
        assert_eq!(oa.me().await, Err(Trouble::Unreached));
    }
    let asked = api.calls().len();
    assert_eq!(asked, 1, "once, and then not for an hour");
}

#[test]
fn a_picture_and_a_document_are_handed_in_and_sent_in_private_and_to_a_group() {
    let school = School::new();
    let _running = school.opens();
    school.writes("/trogiup");
    school.hears(1);
    school
        .api
        .person_writes_group(GROUP, MOTHER, "Mẹ An", "/trogiup");
    wait_for("the answer", || school.api.group_messages(GROUP).pop());
    let before = school.hears(2).len();
    let png = b"\x89PNG\r\n\x1a\n the rest of a picture";
    let parcels = [
        Parcel {
            show: Show::Photo,
            name: "Biểu đồ.png",
            content: png,
            caption: "Biểu đồ tháng 11",
        },
        Parcel {
            show: Show::Document,
            name: "Báo cáo tháng 11.docx",
            content: b"PK\x03\x04",
            caption: "",
        },
    ];
    // An upload that nobody answers is handed in again: what is not sent harms nobody.
    for failure in [Failure::ResetAfterApplied, Failure::Html502] {
        school.api.fail_next("upload/file", failure);
    }
    school.office.puts(MOTHER, &parcels);
    school.office.puts(GROUP, &parcels);
    let private = school.hears(before + 2).split_off(before);
    let group = wait_for("the group's files", || {
        Some(school.api.group_messages(GROUP)).filter(|messages| messages.len() >= 3)
    });
    for sent in [private, group[1..].to_vec()] {
        assert_eq!(sent[0].text, "Biểu đồ tháng 11");
        let file = |name: &str, bytes: &[u8]| File {
            name: name.to_owned(),
            bytes: bytes.to_vec(),
        };
        let picture = Attachment::Image(file("bieu-do.png", png));
        assert_eq!(sent[0].attachment, Some(picture));
        let document = Attachment::File(file("bao-cao-thang-11.docx", b"PK\x03\x04"));
        assert_eq!(sent[1].attachment, Some(document));
        assert_eq!(sent.len(), 2);
    }
    school.holds();
}

#[test]
fn each_way_of_signing_is_known_and_the_first_one_stays() {
    for (by, with) in [
        (SignedBy::App, SignedWith::OaSecret),
        (SignedBy::App, SignedWith::AppSecret),
        (SignedBy::Oa, SignedWith::OaSecret),
        (SignedBy::Oa, SignedWith::AppSecret),
    ] {
        let school = School::new();
        let running = school.opens();
        school.api.retry_after(Duration::from_secs(60));
        school.api.signature(by, with);
        school.writes("/trogiup");
        school.hears(1);
        // Another way from now on is nobody's, also after a new start.
        let other = if by == SignedBy::App {
            SignedBy::Oa
        } else {
            SignedBy::App
        };
        school.api.signature(other, with);
        school.writes("/trogiup");
        wait_for("the refusal", || {
            let newest = school.api.deliveries().pop()?;
            (newest.status == Some(401)).then_some(())
        });
        drop(running);
        let _running = school.opens();
        school.writes("/trogiup");
        wait_for("the refusal", || {
            let newest = school.api.deliveries().pop()?;
            (newest.status == Some(401)).then_some(())
        });
        assert_eq!(school.api.private_messages(MOTHER).len(), 1);
    }
}

#[test]
fn what_is_forged_or_old_is_turned_away() {
    let school = School::new();
    let _running = school.opens();
    school.api.retry_after(Duration::from_secs(60));
    school.api.forged_event(GROUP, MOTHER, "/trogiup");
    school
        .api
        .old_event(Duration::from_secs(4 * 3_600), GROUP, MOTHER, "/trogiup");
    wait_for("the refusals", || {
        let refused = school.api.deliveries();
        let refused = refused.iter().filter(|one| one.status == Some(401));
        (refused.count() == 2).then_some(())
    });
    std::thread::sleep(Duration::from_millis(300));
    assert!(school.api.group_messages(GROUP).is_empty());
    // A repeated one of an hour ago is right.
    school
        .api
        .old_event(Duration::from_secs(3_600), GROUP, MOTHER, "/trogiup");
    wait_for("the answer", || school.api.group_messages(GROUP).pop());
}

#[test]
fn a_refresh_token_is_used_once_and_a_second_start_needs_none() {
    let school = School::new();
    drop(school.opens());
    assert_eq!(school.refreshes(), (1, 1));
    let _running = school.opens();
    school.writes("/trogiup");
    school.hears(1);
    assert_eq!(school.refreshes(), (1, 1));
    // Should it run out earlier than it should: one refresh, and nobody notices.
    school.api.expire_access_token();
    school.writes("/trangthai");
    school.hears(2);
    assert_eq!(school.refreshes(), (2, 2));
    school
        .doctor()
        .fine()
        .says("✔ Zalo OA: mã truy cập đổi lần cuối")
        .says("Zalo đã gửi tin đến https://hoa-sen.example/webhook/zalo-oa/900");
    assert_eq!(school.refreshes(), (2, 2), "the doctor only looks");
    school.holds();
}

#[test]
fn killed_before_zalo_did_it_the_same_token_is_good() {
    let school = School::new();
    school.api.fail_next("access_token", Failure::Reset);
    school.api.fail_next("access_token", Failure::Reset);
    let running = school.starts();
    wait_for("two tries", || {
        (school.api.calls().len() >= 2).then_some(())
    });
    drop(running);
    let _running = school.opens();
    school.writes("/trogiup");
    school.hears(1);
    assert_eq!(school.refreshes().0, 1);
    school.holds();
}

#[test]
fn killed_after_zalo_did_it_and_before_it_was_written_there_is_an_alarm_and_a_way_back() {
    let mut school = School::new();
    let slow = Failure::Slow(Duration::from_secs(6));
    school.api.fail_next("access_token", slow);
    let running = school.starts();
    wait_for("the refresh", || (school.refreshes().0 == 1).then_some(()));
    drop(running);
    // The token is dead, and nobody has the new one.
    let running = school.starts();
    wait_for("the refusal", || (school.refreshes().1 == 2).then_some(()));
    wait_for("the alarm", || {
        let (_, page) = get(&school.address, "/metrics")?;
        page.contains("lopso_alarms_total{what=\"official_account_consent\"} 1")
            .then_some(())
    });
    std::thread::sleep(Duration::from_millis(300));
    let told = running.said();
    assert!(told.contains("mã làm mới đã hết hiệu lực"), "{told}");
    school.doctor().refused().says("cấp quyền lại cho ứng dụng");
    // It may have been the app's secret: each start offers it once more, and no more than that.
    let running = school.starts();
    wait_for("the refusal", || (school.refreshes().1 == 3).then_some(()));
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(school.refreshes().1, 3);
    drop(running);
    // Somebody consents, the operator pastes the new token.
    school.seed = school.api.consent();
    let _running = school.opens();
    school.writes("/trogiup");
    school.hears(1);
    school.holds();
}

#[test]
fn an_answer_that_was_lost_twice_is_an_alarm_and_not_silence() {
    let school = School::new();
    school
        .api
        .fail_next("access_token", Failure::ResetAfterApplied);
    let running = school.starts();
    // The second try within the same refresh finds the token dead.
    wait_for("the refusal", || {
        (school.refreshes() == (1, 2)).then_some(())
    });
    std::thread::sleep(Duration::from_millis(300));
    let told = running.said();
    assert!(told.contains("LOPSO_ZALO_OA_REFRESH_TOKEN"), "{told}");
}

#[test]
fn killed_after_it_was_written_nothing_is_asked_again() {
    let school = School::new();
    drop(school.opens());
    for _ in 0..3 {
        drop(school.opens());
    }
    assert_eq!(school.refreshes(), (1, 1));
}

/// One stumble while an answer is sent; returns how often the words stand in the chat afterwards.
#[track_caller]
fn after_one(failure: Failure) -> usize {
    let school = School::new();
    let _running = school.opens();
    school.api.fail_next("message/cs", failure);
    school.writes("/trogiup");
    school.hears(1);
    // What must be said again is said again after a second.
    std::thread::sleep(Duration::from_millis(2_500));
    school.holds();
    school.api.private_messages(MOTHER).len()
}

#[test]
fn what_zalo_or_a_gateway_failed_to_do_is_done_again() {
    for failure in [Failure::Html502, Failure::Reset] {
        assert_eq!(after_one(failure), 1, "{failure:?}");
    }
    // Nobody could know: rather twice than never.
    assert_eq!(after_one(Failure::ResetAfterApplied), 2);
    assert_eq!(after_one(Failure::Slow(Duration::from_secs(2))), 1);
}

#[test]
fn a_token_that_is_refused_while_sending_is_renewed_once() {
    let school = School::new();
    let _running = school.opens();
    let stale = |code| Failure::Error {
        code,
        message: "Access token is invalid",
    };
    for (number, code) in [-216, -220].into_iter().enumerate() {
        school.api.fail_next("message/cs", stale(code));
        school.writes("/trogiup");
        school.hears(number + 1);
    }
    assert_eq!(school.refreshes(), (3, 3));
    school.holds();
}

#[test]
fn who_was_silent_for_a_week_cannot_be_written_to_and_costs_no_second_try() {
    let school = School::new();
    let _running = school.opens();
    school.writes("/trogiup");
    school.hears(1);
    let closed = Failure::Error {
        code: -230,
        message: "User has not interacted with the OA in the past 7 days",
    };
    school.api.fail_next("message/cs", closed);
    school.writes("/trangthai");
    std::thread::sleep(Duration::from_millis(2_500));
    let sends = school.api.calls();
    let sends = sends
        .iter()
        .filter(|call| call.path.ends_with("message/cs"));
    assert_eq!(sends.count(), 2);
    school.holds();
}

#[test]
fn without_its_secret_the_account_is_refused_at_the_start_and_named() {
    let office = Office::new();
    office
        .run_with(&["serve"], &[("LOPSO_ZALO_OA_APP_ID", "11")])
        .refused()
        .says("LOPSO_ZALO_OA_APP_SECRET");
}
