//! Groups and people on Telegram, end to end: a group is bound, the bot is put out and comes back, the group becomes
//! a supergroup, somebody unlinked taps and comes in, the bot introduces itself, `lopso doctor` looks at groups.

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

use http::{free_address, get, wait_for};
use lopso::domain::message::Show;
use platforms::bot_api::{BotApi, Call, Failure, SentMessage};
use program::{Office, Parcel, Running, Said};
use serde_json::json;

const TOKEN: &str = "42:test-token";
const TEACHER: i64 = 1_001;
const MOTHER: i64 = 1_002;
/// A basic group, such as people make who do not know of supergroups.
const GROUP: i64 = -500;

/// A school with one class and its teacher, and the program running.
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
        let name = "Trường Mầm non Hoa Sen";
        school
            .office
            .run(&["school", "add", "--code", "hoa-sen", "--name", name])
            .fine();
        school.office.write(
            "roster.csv",
            "lop,ma_be,ho_ten\n5A1,HS1,Nguyễn Hoài An\n5A1,HS2,Trần Hải Nam\n",
        );
        school
            .office
            .run(&["import", "roster", "roster.csv"])
            .fine();
        school.office.write(
            "staff.csv",
            "ho_ten,vai_tro,lop\nPhạm Thị Hoa,giao_vien,5A1\n",
        );
        school.office.run(&["import", "staff", "staff.csv"]).fine();
        school
    }

    fn opens(&self) -> Running {
        let url = self.api.url();
        let settings = [
            ("LOPSO_TELEGRAM_TOKEN", TOKEN),
            ("LOPSO_TELEGRAM_API_URL", url.as_str()),
            ("LOPSO_HTTP_ADDR", self.address.as_str()),
            ("LOPSO_TEST_CLOCK", "2026-11-17T08:00:00+07:00"),
        ];
        let running = self.office.start(&["serve"], &settings);
        wait_for("the program", || get(&self.address, "/readyz"));
        // The invitations name the bot, so it must have spoken with Telegram once.
        wait_for("the menu", || {
            (!self.api.profile().is_empty()).then_some(())
        });
        running
    }

    fn examined(&self, more: &[(&str, &str)]) -> Said {
        let url = self.api.url();
        // The program lived on another day than the doctor, for whom its back-up would be an old one.
        let config = self
            .office
            .write("doctor.toml", "[backup]\nkeep_days = 0\n");
        let settings = [
            ("LOPSO_CONFIG", config.to_str().unwrap()),
            ("LOPSO_TELEGRAM_TOKEN", TOKEN),
            ("LOPSO_TELEGRAM_API_URL", url.as_str()),
        ];
        self.office
            .run_with(&["doctor"], &[&settings, more].concat())
    }

    /// Waits until nothing waits to be sent any more: what was heard may not be noted as sent yet.
    fn rests(&self) {
        let rests = || {
            self.examined(&[])
                .out
                .contains("Tin chờ gửi: 0")
                .then_some(())
        };
        wait_for("nothing waits", rests);
    }

    /// The link's code in the row that names this.
    fn code(&self, words: &[&str], name: &str) -> String {
        let said = self
            .office
            .run(&[&["invites", "--format", "csv"], words].concat())
            .fine();
        let row = said.out.lines().find(|line| line.contains(name)).unwrap();
        row.split(',').nth(4).unwrap().to_owned()
    }

    /// The bot's newest message in a chat that says this.
    fn hears(&self, chat: i64, words: &str) -> SentMessage {
        wait_for(words, || {
            self.api
                .messages(chat)
                .into_iter()
                .rev()
                .find(|message| message.text.contains(words))
        })
    }

    fn taps(&self, chat: i64, who: i64, label: &str) {
        let (message, data) = wait_for(label, || {
            self.api
                .messages(chat)
                .into_iter()
                .rev()
                .find_map(|message| {
                    let found = message
                        .buttons
                        .iter()
                        .flatten()
                        .find(|(words, _)| words.contains(label));
                    found.map(|(_, data)| (message.message_id, data.clone()))
                })
        });
        self.api
            .person_taps(chat, who, "Ai", message, &data)
            .unwrap();
    }

    /// The teacher comes in and binds the class's group.
    fn group_is_bound(&self) {
        let code = self.code(&["--staff"], "Phạm Thị Hoa");
        self.api
            .person_writes(TEACHER, TEACHER, "Hoa", &format!("/start {code}"));
        self.hears(TEACHER, "phụ trách lớp 5A1");
        self.api.group(GROUP, "Lớp 5A1");
        self.api
            .my_chat_member(GROUP, TEACHER, "Hoa", "left", "member");
        self.hears(GROUP, "chưa gắn với lớp nào");
        self.api
            .person_writes(GROUP, TEACHER, "Hoa", "/ganlop@lopso_test_bot");
        self.hears(GROUP, "📋 Lớp 5A1");
    }

    #[track_caller]
    fn holds(&self) {
        assert_eq!(self.api.violations(), Vec::<String>::new());
    }
}

#[test]
fn a_tap_of_somebody_unlinked_opens_the_private_chat_and_is_counted_after_the_teachers_word() {
    let school = School::new();
    let _running = school.opens();
    school.group_is_bound();
    school.taps(GROUP, MOTHER, "Đã quét QR");
    let begin = wait_for("the private chat", || school.api.begun(MOTHER));
    // Telegram sends what stands behind `?start=` when she presses Start.
    school
        .api
        .person_writes(MOTHER, MOTHER, "Mẹ An", &format!("/start {begin}"));
    school.hears(MOTHER, "Mình đồng ý không ạ?");
    school.taps(MOTHER, MOTHER, "Đồng ý");
    school.hears(MOTHER, "tên của bé");
    school.api.person_writes(MOTHER, MOTHER, "Mẹ An", "An");
    school.hears(TEACHER, "Mẹ An xin được ghi là người nhà của bé An");
    school.taps(TEACHER, TEACHER, "Đồng ý: bé Nguyễn Hoài An");
    school.hears(MOTHER, "cô giáo xác nhận rồi");
    school.hears(GROUP, "1/2 gia đình đã xong");
    school.holds();
}

#[test]
fn who_is_in_the_group_and_says_nothing_is_looked_for_there() {
    let school = School::new();
    let _running = school.opens();
    school.group_is_bound();
    // She is a member since before the bot came: no event tells of it.
    school.api.standing(GROUP, MOTHER, "Mẹ An", "member");
    let code = school.code(&[], "Nguyễn Hoài An");
    school
        .api
        .person_writes(MOTHER, MOTHER, "Mẹ An", &format!("/start {code}"));
    school.taps(MOTHER, MOTHER, "Đồng ý");
    school.hears(MOTHER, "người nhà của bé An");
    school.hears(GROUP, "Vào nhóm lớp: em đã gặp 1/2 gia đình");
    let report = school.office.run(&["report", "--format", "json"]).fine();
    let report = report.json();
    let nhom = &report["tasks"][3];
    assert_eq!(
        (&nhom["id"], &nhom["evidence"]["shown"]),
        (&json!("nhom"), &json!(1))
    );
    // And the people of the group are counted, ourselves not among them.
    wait_for("the people of the group", || {
        let asked = school.api.messages(TEACHER).len();
        school
            .api
            .person_writes(TEACHER, TEACHER, "Hoa", "/giadinh");
        wait_for("an answer", || {
            (school.api.messages(TEACHER).len() > asked).then_some(())
        });
        let newest = school.api.messages(TEACHER).pop().unwrap();
        newest.text.contains("người (lúc 8:0").then_some(())
    });
    school.holds();
}

#[test]
fn who_blocked_the_bot_is_told_to_the_teacher_and_one_tap_in_the_group_opens_the_chat_again() {
    let school = School::new();
    let _running = school.opens();
    school.group_is_bound();
    let code = school.code(&[], "Nguyễn Hoài An");
    school
        .api
        .person_writes(MOTHER, MOTHER, "Mẹ An", &format!("/start {code}"));
    school.taps(MOTHER, MOTHER, "Đồng ý");
    school.hears(MOTHER, "người nhà của bé An");
    // She asks something and blocks the bot before the answer: no event tells of it, only Telegram's refusal.
    school.api.fail_next(
        "sendMessage",
        Failure::Status(403, "Forbidden: bot was blocked by the user"),
    );
    school
        .api
        .person_writes(MOTHER, MOTHER, "Mẹ An", "/trangthai");
    school.hears(
        TEACHER,
        "không nhắn riêng được cho người nhà bé Nguyễn Hoài An",
    );
    let door = school.hears(GROUP, "lâu chưa thấy tin riêng của em");
    assert!(!door.text.contains("An"), "{}", door.text);
    school.taps(GROUP, MOTHER, "Mở tin nhắn riêng");
    let word = wait_for("the way into the private chat", || school.api.begun(MOTHER));
    school
        .api
        .person_writes(MOTHER, MOTHER, "Mẹ An", &format!("/start {word}"));
    school.hears(MOTHER, "Em là trợ lý tự động");
    school.holds();
}

#[test]
fn a_group_that_becomes_a_supergroup_keeps_its_class() {
    let school = School::new();
    let _running = school.opens();
    school.group_is_bound();
    let new = school.api.migrate(GROUP);
    school.hears(new, "📋 Lớp 5A1");
    let code = school.code(&[], "Nguyễn Hoài An");
    school
        .api
        .person_writes(MOTHER, MOTHER, "Mẹ An", &format!("/start {code}"));
    school.hears(MOTHER, "Mình đồng ý không ạ?");
    school.taps(MOTHER, MOTHER, "Đồng ý");
    school.hears(MOTHER, "người nhà của bé An");
    school.taps(new, MOTHER, "Đã quét QR");
    school.hears(new, "1/2 gia đình đã xong");
    school.holds();
}

#[test]
fn put_out_of_the_group_the_teacher_is_told_and_back_in_it_goes_on() {
    let school = School::new();
    let _running = school.opens();
    school.group_is_bound();
    school
        .api
        .my_chat_member(GROUP, MOTHER, "Ai đó", "member", "kicked");
    school.hears(TEACHER, "em không gửi được tin vào nhóm lớp 5A1");
    let ill = school.examined(&[("LOPSO_TEST_CLOCK", "")]);
    assert!(
        ill.out.contains("✘ Nhóm lớp 5A1: bot không còn trong nhóm"),
        "{}",
        ill.out
    );
    let boards = |api: &BotApi| {
        api.messages(GROUP)
            .iter()
            .filter(|message| message.text.contains("📋"))
            .count()
    };
    let before = boards(&school.api);
    school
        .api
        .my_chat_member(GROUP, TEACHER, "Hoa", "kicked", "member");
    wait_for("a fresh board", || {
        (boards(&school.api) > before).then_some(())
    });
    school.holds();
}

#[test]
fn the_doctor_looks_at_the_groups_and_at_the_clock() {
    let school = School::new();
    let running = school.opens();
    let none = school.examined(&[]);
    assert!(none.out.contains("Chưa có nhóm lớp nào"), "{}", none.out);
    school.group_is_bound();
    let well = school.examined(&[]);
    assert_eq!(well.status, Some(0), "{}", well.out);
    assert!(
        well.out
            .contains("✔ Nhóm lớp 5A1: bot viết được, nghe mọi tin"),
        "{}",
        well.out
    );
    school.api.hears_all(false);
    let deaf = school.examined(&[]);
    assert!(
        deaf.out
            .contains("chỉ nghe lệnh, tin gọi tên và tin trả lời bot"),
        "{}",
        deaf.out
    );
    let late = school.examined(&[("LOPSO_TEST_CLOCK", "2020-01-01T08:00:00+07:00")]);
    assert_eq!(late.status, Some(1));
    assert!(late.out.contains("Đồng hồ máy chậm"), "{}", late.out);
    drop(running);
    school.holds();
}

#[test]
fn the_doctor_tells_where_the_bot_hears_all_and_where_it_may_not_write() {
    let school = School::new();
    let running = school.opens();
    school.group_is_bound();
    // Only a supergroup can take the word from somebody.
    let group = school.api.migrate(GROUP);
    school.hears(group, "📋 Lớp 5A1");
    school.rests();
    drop(running);
    school.api.hears_all(false);
    school
        .api
        .my_chat_member(group, TEACHER, "Hoa", "member", "administrator");
    let before = school.api.calls().len();
    let well = school.examined(&[]);
    assert_eq!(well.status, Some(0), "{}", well.out);
    assert!(
        well.out
            .contains("✔ Nhóm lớp 5A1: bot là quản trị viên, nghe mọi tin"),
        "{}",
        well.out
    );
    school.api.silence(group);
    let ill = school.examined(&[]);
    assert_eq!(ill.status, Some(1), "{}", ill.out);
    assert!(
        ill.out.contains("✘ Nhóm lớp 5A1: bot không được phép viết"),
        "{}",
        ill.out
    );
    // It asks only, so it can stand beside a program that is at work.
    let asked = school.api.calls().split_off(before);
    for call in asked {
        let asks = call.method.starts_with("get") && call.method != "getUpdates";
        assert!(asks, "{}", call.method);
    }
    school.holds();
}

#[test]
fn a_board_that_was_deleted_is_given_up_and_counts_as_no_fault() {
    let school = School::new();
    let _running = school.opens();
    school.group_is_bound();
    let code = school.code(&[], "Nguyễn Hoài An");
    school
        .api
        .person_writes(MOTHER, MOTHER, "Mẹ An", &format!("/start {code}"));
    school.hears(MOTHER, "Mình đồng ý không ạ?");
    school.taps(MOTHER, MOTHER, "Đồng ý");
    school.hears(MOTHER, "người nhà của bé An");
    let why = "Bad Request: message to edit not found";
    school
        .api
        .fail_next("editMessageText", Failure::Status(400, why));
    school.taps(GROUP, MOTHER, "Đã quét QR");
    let edits = || -> Vec<Call> {
        let calls = school.api.calls().into_iter();
        calls
            .filter(|call| call.method == "editMessageText")
            .collect()
    };
    wait_for("the edit that finds nothing", || {
        edits().iter().any(|call| call.status == 400).then_some(())
    });
    wait_for("nothing more to send", || {
        let said = school.examined(&[]);
        said.out
            .contains("Tin chờ gửi: 0, không gửi được: 0")
            .then_some(())
    });
    let mut texts: Vec<_> = edits().into_iter().map(|call| call.plain).collect();
    let all = texts.len();
    texts.dedup();
    assert_eq!(texts.len(), all, "the same text was tried again");
    school.holds();
}

#[test]
fn a_name_that_may_not_be_changed_today_costs_no_description() {
    let school = School::new();
    let why = "Too Many Requests: retry after 80000";
    school.api.fail_next("setMyName", Failure::Status(429, why));
    let running = school.opens();
    let told = |api: &BotApi, method: &str| api.profile().iter().any(|(known, _)| known == method);
    wait_for("both descriptions", || {
        let both = ["setMyShortDescription", "setMyDescription"];
        both.iter()
            .all(|method| told(&school.api, method))
            .then_some(())
    });
    assert!(!told(&school.api, "setMyName"));
    drop(running);
    let _running = school.opens();
    wait_for("the name", || told(&school.api, "setMyName").then_some(()));
    school.holds();
}

#[test]
fn the_bot_introduces_itself_by_the_schools_name_and_does_not_repeat_itself() {
    let school = School::new();
    let set = |api: &BotApi| -> Vec<String> {
        let profile = api.profile();
        let words = profile
            .iter()
            .filter(|(method, _)| method != "setMyCommands");
        words
            .map(|(method, values)| format!("{method} {values}"))
            .collect()
    };
    let running = school.opens();
    let told = wait_for("name and descriptions", || {
        Some(set(&school.api)).filter(|told| told.len() == 3)
    });
    assert!(
        told.iter().any(
            |line| line.contains("setMyName") && line.contains("Trợ lý Trường Mầm non Hoa Sen")
        ),
        "{told:?}"
    );
    let menus = format!("{:?}", school.api.profile());
    for words in ["all_chat_administrators", "ganlop", "nhac", "dung"] {
        assert!(menus.contains(words), "{words} in {menus}");
    }
    drop(running);
    let before = school.api.profile().len();
    let _running = school.opens();
    wait_for("the menus again", || {
        (school.api.profile().len() >= before + 3).then_some(())
    });
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(
        set(&school.api).len(),
        3,
        "said again though nothing changed"
    );
    school.holds();
}

#[test]
fn a_picture_and_a_document_arrive_with_their_bytes_and_their_words() {
    let school = School::new();
    let running = school.opens();
    school
        .api
        .person_writes(TEACHER, TEACHER, "Hoa", "/trogiup");
    school.hears(TEACHER, "/xacnhan");
    // A real picture: Telegram looks into it.
    let bytes = include_bytes!("../docs/screenshot.png").to_vec();
    let parcel = |show, name, content| Parcel {
        show,
        name,
        content,
        caption: "📊 Tháng 11 <5A1> & 5A2",
    };
    let parcels = [
        parcel(Show::Photo, "bang.png", bytes.as_slice()),
        parcel(Show::Document, "Báo cáo \"tháng 11\".xlsx", b"PK\x03\x04"),
    ];
    school.office.puts(&TEACHER.to_string(), &parcels);
    let files = wait_for("both files", || {
        let files: Vec<_> = school
            .api
            .messages(TEACHER)
            .into_iter()
            .filter(|message| message.file.is_some())
            .collect();
        (files.len() == 2).then_some(files)
    });
    let found: Vec<_> = files
        .iter()
        .map(|message| message.file.clone().unwrap())
        .collect();
    assert_eq!(
        (found[0].name.as_str(), &found[0].bytes),
        ("bang.png", &bytes)
    );
    assert_eq!(
        (found[1].name.as_str(), found[1].bytes.as_slice()),
        ("bao-cao-thang-11.xlsx", &b"PK\x03\x04"[..])
    );
    assert_eq!(files[1].text, "📊 Tháng 11 <5A1> & 5A2");
    drop(running);
    school.holds();
}

#[test]
fn who_blocks_the_bot_is_not_written_to_until_they_write_again() {
    let school = School::new();
    let _running = school.opens();
    school.group_is_bound();
    let code = school.code(&[], "Nguyễn Hoài An");
    school
        .api
        .person_writes(MOTHER, MOTHER, "Mẹ An", &format!("/start {code}"));
    school.hears(MOTHER, "Mình đồng ý không ạ?");
    school.taps(MOTHER, MOTHER, "Đồng ý");
    school.hears(MOTHER, "nhắc nhẹ nhé?");
    school.taps(MOTHER, MOTHER, "🔔 Đồng ý");
    wait_for("her yes", || {
        (!school.api.toasts(MOTHER).is_empty()).then_some(())
    });
    school
        .api
        .my_chat_member(MOTHER, MOTHER, "Mẹ An", "member", "kicked");
    school
        .api
        .person_writes(TEACHER, TEACHER, "Hoa", "/nhac qr");
    school.hears(TEACHER, "Chưa nhắn riêng được: 1 nhà");
    school
        .api
        .person_writes(MOTHER, MOTHER, "Mẹ An", "/trogiup");
    school.hears(MOTHER, "/xacnhan");
    school
        .api
        .person_writes(TEACHER, TEACHER, "Hoa", "/nhac qr");
    school.hears(TEACHER, "Em nhắn riêng được: 1 nhà (1 người)");
    school.holds();
}
