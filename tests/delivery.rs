//! What becomes of a message when the platform stumbles, when the program is stopped, and when two of them want the
//! same bot: the whole program, in front of a Telegram that fails as the real one does.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

#[path = "support/http.rs"]
mod http;
#[path = "support/program.rs"]
mod program;
#[path = "support/mod.rs"]
mod support;

use std::time::Duration;

use http::{free_address, get, post_json, wait_for};
use lopso::channel::Trouble;
use lopso::channel::telegram::Telegram;
use lopso::db::Engine;
use lopso::domain::message::{ChatKind, Choice, Payload};
use lopso::domain::{ChatId, OutboxId, Timestamp};
use lopso::outbox::Letter;
use program::{Office, Running};
use serde_json::json;
use support::platforms::bot_api::{self, BotApi, Call, Failure, SentMessage};

const TOKEN: &str = "42:test-token";
const MOTHER: i64 = 1_001;

struct School {
    office: Office,
    api: BotApi,
    address: String,
}

impl School {
    fn new() -> Self {
        Self::at(Office::new())
    }

    fn at(office: Office) -> Self {
        let school = Self {
            office,
            api: BotApi::start(TOKEN),
            address: free_address(),
        };
        school.api.private_chat(MOTHER, "Mẹ An");
        school
    }

    fn opens(&self) -> Running {
        let running = self.starts(&self.address, &[]);
        wait_for("the program", || get(&self.address, "/readyz"));
        running
    }

    fn starts(&self, address: &str, more: &[(&str, &str)]) -> Running {
        let url = self.api.url();
        let settings = [
            ("LOPSO_TELEGRAM_TOKEN", TOKEN),
            ("LOPSO_TELEGRAM_API_URL", url.as_str()),
            ("LOPSO_HTTP_ADDR", address),
        ];
        self.office.start(&["serve"], &[&settings, more].concat())
    }

    fn writes(&self, text: &str) {
        self.api.person_writes(MOTHER, MOTHER, "Mẹ An", text);
    }

    fn hears(&self, number: usize) -> Vec<SentMessage> {
        wait_for("the bot's messages", || {
            Some(self.api.messages(MOTHER)).filter(|messages| messages.len() >= number)
        })
    }

    /// Greets, and taps a button of the answer.
    fn taps_guides(&self) {
        self.writes("/batdau");
        let message = self.hears(1).pop().unwrap();
        let mut buttons = message.buttons.iter().flatten();
        let guides = buttons.find(|(label, _)| label.contains("Hỏi cách làm"));
        let (_, data) = guides.expect("the button of the guides");
        let tapped = self
            .api
            .person_taps(MOTHER, MOTHER, "Mẹ An", message.message_id, data);
        tapped.unwrap();
    }

    fn calls(&self, method: &str) -> Vec<Call> {
        let mut calls = self.api.calls();
        calls.retain(|call| call.method == method);
        calls
    }

    fn metric(&self, line: &str) -> Option<f64> {
        let (_, page) = get(&self.address, "/metrics")?;
        let found = page.lines().find_map(|row| row.strip_prefix(line));
        found.and_then(|number| number.trim().parse().ok())
    }

    /// Every call was one that Telegram allows.
    #[track_caller]
    fn holds(&self) {
        assert_eq!(self.api.violations(), Vec::<String>::new());
        assert_eq!(self.api.floods(), 0);
    }
}

/// One stumble while an answer is sent; returns how many times the words stand in the chat afterwards.
#[track_caller]
fn after_one(failure: Failure) -> usize {
    let school = School::new();
    let _running = school.opens();
    school.api.fail_next("sendMessage", failure);
    school.writes("/trogiup");
    school.hears(1);
    // What must be said again is said again after a second.
    std::thread::sleep(Duration::from_millis(2_500));
    school.holds();
    school.api.messages(MOTHER).len()
}

#[test]
fn what_a_gateway_or_telegram_itself_failed_to_do_is_done_again() {
    assert_eq!(after_one(Failure::Html502), 1);
    assert_eq!(after_one(Failure::Status(500, "Internal Server Error")), 1);
}

#[test]
fn a_connection_cut_before_it_was_done_costs_no_answer_and_cut_after_it_repeats_one() {
    assert_eq!(after_one(Failure::Reset), 1);
    // Nobody could know: rather twice than never.
    assert_eq!(after_one(Failure::ResetAfterApplied), 2);
}

#[test]
fn an_answer_cut_short_or_late_is_still_an_answer() {
    assert_eq!(after_one(Failure::TruncatedJson), 1);
    assert_eq!(after_one(Failure::Slow(Duration::from_secs(2))), 1);
}

#[test]
fn words_arrive_also_when_their_formatting_is_not_understood_and_the_operator_is_told() {
    let school = School::new();
    let _running = school.opens();
    let words =
        "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"";
    school
        .api
        .fail_next("sendMessage", Failure::Status(400, words));
    school.writes("/trogiup");
    let told = school.hears(1);
    assert!(!told[0].text.contains('<'), "{}", told[0].text);
    let calls = school.calls("sendMessage");
    assert_eq!(calls[0].params["parse_mode"], "HTML");
    assert_eq!(calls[1].params.get("parse_mode"), None);
    assert_eq!(
        school.metric("lopso_alarms_total{what=\"formatting\"} "),
        Some(1.0)
    );
    school.holds();
}

#[test]
fn a_refused_token_while_sending_stops_the_bot_and_loses_no_words() {
    let school = School::new();
    let running = school.opens();
    school
        .api
        .fail_next("sendMessage", Failure::Status(401, "Unauthorized"));
    school.writes("/trogiup");
    wait_for("the refusal", || {
        school
            .calls("sendMessage")
            .iter()
            .any(|call| call.status == 401)
            .then_some(())
    });
    // The pages go on; the bot sends and asks for nothing more.
    std::thread::sleep(Duration::from_millis(500));
    let polls = school.calls("getUpdates").len();
    std::thread::sleep(Duration::from_millis(2_500));
    assert_eq!(get(&school.address, "/healthz").unwrap().0, 200);
    assert_eq!(school.calls("getUpdates").len(), polls);
    drop(running);
    let _running = school.opens();
    school.hears(1);
    school.holds();
}

#[test]
fn a_tap_is_answered_at_most_once() {
    for (failure, seen) in [
        (Failure::Reset, 1),
        (Failure::ResetAfterApplied, 1),
        (Failure::Html502, 1),
        // It was certainly not done, and asked to wait we wait.
        (Failure::Status(429, "Too Many Requests: retry after 1"), 2),
    ] {
        let school = School::new();
        let _running = school.opens();
        school.api.fail_next("answerCallbackQuery", failure);
        school.taps_guides();
        wait_for("the tap's answer", || {
            (school.calls("answerCallbackQuery").len() >= seen).then_some(())
        });
        std::thread::sleep(Duration::from_millis(1_500));
        assert_eq!(
            school.calls("answerCallbackQuery").len(),
            seen,
            "{failure:?}"
        );
        let unknown = school.metric("lopso_outbox_lost{state=\"unknown\"} ");
        assert_eq!(
            unknown,
            Some(if seen == 1 { 1.0 } else { 0.0 }),
            "{failure:?}"
        );
        // What the tap asked for comes all the same.
        school.hears(2);
        school.holds();
    }
}

#[test]
fn asked_to_stop_it_says_what_people_wait_for_and_then_ends() {
    let school = School::new();
    let mut running = school.opens();
    school
        .api
        .fail_next("sendMessage", Failure::Slow(Duration::from_secs(2)));
    school.writes("/trogiup");
    wait_for("the call", || {
        (!school.calls("sendMessage").is_empty()).then_some(())
    });
    let asked = std::process::Command::new("kill")
        .args(["-TERM", &running.0.id().to_string()])
        .status();
    assert!(asked.unwrap().success());
    let ended = running.0.wait().unwrap();
    assert_eq!(ended.code(), Some(0));
    // It was said once, and the next start knows.
    assert_eq!(school.api.messages(MOTHER).len(), 1);
    let _running = school.opens();
    school.writes("/batdau");
    school.hears(2);
    assert_eq!(school.calls("sendMessage").len(), 2);
    school.holds();
}

#[test]
fn what_is_counted_is_shown_to_this_machine() {
    let school = School::new();
    let _running = school.opens();
    school.taps_guides();
    school.hears(2);
    wait_for("the counts", || {
        (school.metric("lopso_sends_total{outcome=\"sent\",lane=\"messages\"} ")? >= 2.0
            && school.metric("lopso_sends_total{outcome=\"answered\",lane=\"taps\"} ")? >= 1.0)
            .then_some(())
    });
    for line in [
        "lopso_updates_total ",
        "lopso_batch_updates_count ",
        "lopso_commit_seconds_count ",
    ] {
        assert!(school.metric(line) >= Some(2.0), "{line}");
    }
    for line in [
        "lopso_outbox_rows{priority=\"reply\"} ",
        "lopso_outbox_age_seconds{priority=\"reminder\"} ",
        "lopso_set_aside ",
    ] {
        wait_for(line, || school.metric(line).filter(|count| *count == 0.0));
    }
}

const SECRET: &str = "mot-bi-mat-du-dai-0123456789";

impl School {
    fn opens_its_door(&self) -> Running {
        let running = self.starts(
            &self.address,
            &[
                ("LOPSO_PUBLIC_URL", "https://truong.example.vn"),
                ("LOPSO_TELEGRAM_WEBHOOK_SECRET", SECRET),
            ],
        );
        wait_for("the webhook", || self.api.webhook());
        running
    }

    #[track_caller]
    fn doctor_says(&self, words: &str) {
        let url = self.api.url();
        let settings = [
            ("LOPSO_TELEGRAM_TOKEN", TOKEN),
            ("LOPSO_TELEGRAM_API_URL", url.as_str()),
            ("LOPSO_PUBLIC_URL", "https://truong.example.vn"),
            ("LOPSO_TELEGRAM_WEBHOOK_SECRET", SECRET),
        ];
        let said = self.office.run_with(&["doctor"], &settings);
        assert!(said.out.contains(words), "{}", said.out);
    }

    /// Brings an update as Telegram does; returns the status of the answer.
    fn brings(&self, update: &serde_json::Value, bot: &str, secret: &str) -> u16 {
        let path = format!("/webhook/telegram/{bot}");
        let header = ("X-Telegram-Bot-Api-Secret-Token", secret);
        post_json(&self.address, &path, &[header], &update.to_string())
            .unwrap()
            .0
    }
}

#[test]
fn telegram_may_bring_what_happens_instead_of_being_asked() {
    let school = School::new();
    let running = school.opens_its_door();
    let bot = bot_api::USERNAME;
    let (url, secret) = school.api.webhook().unwrap();
    assert_eq!(
        (url.as_str(), secret.as_deref()),
        (
            format!("https://truong.example.vn/webhook/telegram/{bot}").as_str(),
            Some(SECRET)
        )
    );
    school.writes("/trogiup");
    let update = school.api.pending()[0].clone();
    // Who does not know the secret, or comes to another door, or brings what is none, is sent away.
    assert_eq!(school.brings(&update, bot, "mot-bi-mat-khac"), 401);
    assert_eq!(school.brings(&update, bot, ""), 401);
    assert_eq!(school.brings(&update, "bot_khac", SECRET), 503);
    let letters = "x".repeat(2 << 20);
    assert_eq!(
        school.brings(&json!({ "update_id": 1, "x": letters }), bot, SECRET),
        413
    );
    assert!(school.api.messages(MOTHER).is_empty());
    // 200 only after the commit, and twice brought is once answered.
    assert_eq!(school.brings(&update, bot, SECRET), 200);
    assert_eq!(school.brings(&update, bot, SECRET), 200);
    school.hears(1);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(school.api.messages(MOTHER).len(), 1);
    assert!(school.calls("getUpdates").is_empty());
    school.doctor_says("✔ Telegram gửi tin thẳng đến máy này (webhook)");
    // Without the secret it asks again, and its own webhook from before is no hindrance.
    drop(running);
    let _running = school.opens();
    school.writes("/batdau");
    school.hears(2);
    assert_eq!(school.api.webhook(), None);
    school.doctor_says("✘ Đã đặt LOPSO_TELEGRAM_WEBHOOK_SECRET mà Telegram chưa gửi");
    school.holds();
}

#[test]
fn a_webhook_that_cannot_work_is_told_before_anything_starts() {
    let office = Office::new();
    let secret = ("LOPSO_TELEGRAM_WEBHOOK_SECRET", SECRET);
    let token = ("LOPSO_TELEGRAM_TOKEN", TOKEN);
    office
        .run_with(&["serve"], &[token, secret])
        .refused()
        .says("LOPSO_PUBLIC_URL");
    let short = ("LOPSO_TELEGRAM_WEBHOOK_SECRET", "ngan");
    let url = ("LOPSO_PUBLIC_URL", "https://truong.example.vn");
    office
        .run_with(&["serve"], &[token, short, url])
        .refused()
        .says("từ 16 đến 256 ký tự");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_program_stands_by_and_takes_over_when_the_first_is_gone_postgres() {
    let Some(test) = support::database(Engine::Postgres).await else {
        return;
    };
    tokio::task::block_in_place(|| one_after_the_other(&test.url));
}

fn one_after_the_other(database: &str) {
    let school = School::at(Office::at(database));
    let first = school.opens();
    school.writes("/trogiup");
    school.hears(1);
    let elsewhere = free_address();
    let _second = school.starts(&elsewhere, &[]);
    wait_for("the second program", || get(&elsewhere, "/readyz"));
    std::thread::sleep(Duration::from_millis(1_500));
    // It waits: nobody polls twice, and only one answers.
    school.writes("/batdau");
    school.hears(2);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(school.api.messages(MOTHER).len(), 2);
    assert!(
        school
            .calls("getUpdates")
            .iter()
            .all(|call| call.status != 409)
    );
    // Killed, not asked: the second has the bot within moments.
    drop(first);
    school.writes("/trogiup");
    school.hears(3);
    school.holds();
}

/// A letter that asks nobody to look into a database.
fn letter(text: &str, choices: Vec<Choice>) -> Letter {
    Letter {
        id: OutboxId(1),
        chat: ChatId(1),
        kind: ChatKind::Private,
        bot: bot_api::USERNAME.to_owned(),
        to: MOTHER.to_string(),
        payload: Payload::Message {
            text: text.to_owned(),
            choices,
            reply_to: None,
            calls: None,
        },
        edits: None,
        attempts: 1,
        priority: 1,
        written_at: Timestamp(0),
    }
}

#[tokio::test]
async fn a_text_that_is_too_long_after_all_goes_in_parts_with_its_buttons_under_the_last() {
    let api = BotApi::start(TOKEN);
    api.private_chat(MOTHER, "Mẹ An");
    api.person_writes(MOTHER, MOTHER, "Mẹ An", "Em chào cô");
    let telegram = Telegram::new(TOKEN, api.url().parse().unwrap(), None).unwrap();
    api.fail_next(
        "sendMessage",
        Failure::Status(400, "Bad Request: message is too long"),
    );
    let sentence = "Ba mẹ mở ứng dụng VNeID rồi bấm vào ô thứ hai giúp em nhé. ";
    let text = sentence.repeat(50);
    let long = letter(&text, vec![Choice::new("Xong", "x")]);
    let sent = telegram.deliver(&long).await.unwrap().unwrap();
    let parts = api.messages(MOTHER);
    assert_eq!(parts.len(), 2);
    let ends: Vec<bool> = parts
        .iter()
        .map(|part| part.text.ends_with("nhé."))
        .collect();
    assert_eq!(ends, [true, true]);
    let buttons: Vec<usize> = parts.iter().map(|part| part.buttons.len()).collect();
    assert_eq!(buttons, [0, 1]);
    assert_eq!(sent, parts[1].message_id.to_string());
    assert_eq!(api.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_platform_that_nobody_reaches_is_told_from_one_that_does_not_answer() {
    let api = BotApi::start(TOKEN);
    api.private_chat(MOTHER, "Mẹ An");
    let telegram = Telegram::new(TOKEN, api.url().parse().unwrap(), None).unwrap();
    api.person_writes(MOTHER, MOTHER, "Mẹ An", "Em chào cô");
    let words = letter("Dạ", Vec::new());
    api.fail_next("sendMessage", Failure::ResetAfterApplied);
    assert_eq!(telegram.deliver(&words).await, Err(Trouble::Unclear));
    drop(api);
    assert_eq!(telegram.deliver(&words).await, Err(Trouble::Unreached));
}
