//! A school's morning on Telegram, over HTTP and from nothing: the principal comes in by the code that the start
//! printed, twelve teachers by their invitations, twelve groups are bound, 360 families come in by their slips,
//! nine hundred taps and sentences, three reminders, one report. The counts must be exact, every call one that
//! Telegram allows, within its limits, and no group may read a name.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

#[path = "support/http.rs"]
mod http;
#[path = "support/paper.rs"]
mod paper;
#[path = "support/platforms/mod.rs"]
mod platforms;
#[path = "support/program.rs"]
mod program;

use std::collections::{BTreeSet, HashMap};
use std::io::{BufRead as _, BufReader};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http::{free_address, get, wait_for};
use platforms::bot_api::{BotApi, SentMessage};
use program::{Office, Running};
use serde_json::{Value, json};

const TOKEN: &str = "42:test-token";
const CLASSES: usize = 12;
const FAMILIES: usize = 360;
const PRINCIPAL: i64 = 900;
/// Two thousand messages at thirty a second take their time.
const LONG: Duration = Duration::from_secs(240);

struct Morning {
    office: Office,
    api: BotApi,
    _running: Running,
    /// What the program printed so far.
    printed: Arc<Mutex<String>>,
}

fn class(place: usize) -> String {
    format!("{}A{}", 3 + place / 4, 1 + place % 4)
}

fn group(place: usize) -> i64 {
    -1_000_000_000_100 - i64::try_from(place).unwrap()
}

fn teacher(place: usize) -> i64 {
    1_000 + i64::try_from(place).unwrap()
}

fn parent(family: usize) -> i64 {
    10_000 + i64::try_from(family).unwrap()
}

/// No child is called like another, so that a name in a group would be seen.
fn child(family: usize) -> String {
    const GIVEN: [&str; 12] = [
        "Khánh", "Ngân", "Phúc", "Quỳnh", "Sơn", "Thảo", "Uyên", "Vinh", "Xuân", "Yến", "Đạt",
        "Hiếu",
    ];
    const LETTERS: [&str; 30] = [
        "Ba", "Be", "Bi", "Bo", "Bu", "Da", "De", "Di", "Do", "Du", "Ga", "Ge", "Gi", "Go", "Gu",
        "La", "Le", "Li", "Lo", "Lu", "Ma", "Me", "Mi", "Mo", "Mu", "Na", "Ne", "Ni", "No", "Nu",
    ];
    format!("Trịnh {}zy {}", LETTERS[family % 30], GIVEN[family / 30])
}

fn teachers_name(place: usize) -> String {
    const FAMILY: [&str; CLASSES] = [
        "Bùi", "Cao", "Đinh", "Hoàng", "Lâm", "Lý", "Mai", "Ngô", "Phan", "Tạ", "Trương", "Võ",
    ];
    format!("{} Thị Hằng", FAMILY[place])
}

fn parents_name(family: usize) -> String {
    format!("Phuhuynh{family:03}")
}

impl Morning {
    fn begins() -> Self {
        let (office, api, address) = (Office::new(), BotApi::start(TOKEN), free_address());
        api.limits(30, 3, 20);
        office
            .run(&[
                "school",
                "add",
                "--code",
                "hoa-sen",
                "--name",
                "Trường Mầm non Hoa Sen",
            ])
            .fine();
        let children = (0..FAMILIES)
            .map(|family| format!("{},HS{family:03},{}\n", class(family / 30), child(family)));
        let roster = format!("lop,ma_be,ho_ten\n{}", children.collect::<String>());
        office.write("roster.csv", &roster);
        office.run(&["import", "roster", "roster.csv"]).fine();
        let teachers = (0..CLASSES)
            .map(|place| format!("{},giao_vien,{}\n", teachers_name(place), class(place)));
        let staff = format!(
            "ho_ten,vai_tro,lop\nTrần Thị Lan,hieu_truong,\n{}",
            teachers.collect::<String>()
        );
        office.write("staff.csv", &staff);
        office.run(&["import", "staff", "staff.csv"]).fine();
        let url = api.url();
        let settings = [
            ("LOPSO_TELEGRAM_TOKEN", TOKEN),
            ("LOPSO_TELEGRAM_API_URL", url.as_str()),
            ("LOPSO_HTTP_ADDR", address.as_str()),
            // A Tuesday at eight: reminders wait at night and on holidays, and tests run at any hour.
            ("LOPSO_TEST_CLOCK", "2026-11-17T08:00:00+07:00"),
        ];
        let mut running = office.start(&["serve"], &settings);
        wait_for("the program", || get(&address, "/readyz"));
        let printed = Arc::new(Mutex::new(String::new()));
        let (to, out) = (printed.clone(), running.0.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                to.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        // A full pipe would stop the program.
        let log = running.0.stderr.take().unwrap();
        std::thread::spawn(move || BufReader::new(log).lines().for_each(drop));
        Self {
            office,
            api,
            _running: running,
            printed,
        }
    }

    /// Looks again until all of these have what is looked for.
    #[track_caller]
    fn all(
        &self,
        what: &str,
        people: impl IntoIterator<Item = i64>,
        mut look: impl FnMut(i64) -> bool,
    ) {
        let begun = Instant::now();
        let mut waiting: Vec<i64> = people.into_iter().collect();
        while !waiting.is_empty() {
            waiting.retain(|id| !look(*id));
            assert!(
                begun.elapsed() < LONG,
                "{} of them wait in vain for {what}, the first reads {:?}",
                waiting.len(),
                waiting.first().map(|id| self.api.messages(*id))
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn newest(&self, chat: i64, label: &str) -> Option<(i64, String)> {
        let offers = |message: &SentMessage| {
            let buttons = message.buttons.iter().flatten();
            let found = buttons.into_iter().find(|(words, _)| words.contains(label));
            found.map(|(_, data)| (message.message_id, data.clone()))
        };
        self.api.messages(chat).iter().rev().find_map(offers)
    }

    /// Taps the newest button of this label as soon as it is there; false while it is not.
    fn taps(&self, chat: i64, who: i64, name: &str, label: &str) -> bool {
        let Some((message, data)) = self.newest(chat, label) else {
            return false;
        };
        self.api
            .person_taps(chat, who, name, message, &data)
            .unwrap();
        true
    }

    fn reads(&self, chat: i64, words: &str) -> bool {
        self.api
            .messages(chat)
            .iter()
            .any(|message| message.text.contains(words))
    }

    fn how_many_read(&self, words: &str) -> usize {
        (0..FAMILIES)
            .filter(|family| self.reads(parent(*family), words))
            .count()
    }

    /// Everything that was brought is applied, and what there was to say is said.
    fn settles(&self) {
        let begun = Instant::now();
        loop {
            let before = self
                .api
                .calls()
                .iter()
                .filter(|call| call.method != "getUpdates")
                .count();
            std::thread::sleep(Duration::from_millis(2_500));
            let calls = self.api.calls();
            let after = calls
                .iter()
                .filter(|call| call.method != "getUpdates")
                .count();
            if self.api.pending().is_empty()
                && before == after
                && self.api.unanswered_taps().is_empty()
            {
                return;
            }
            assert!(begun.elapsed() < LONG, "it never comes to rest");
        }
    }

    /// The rows of `lopso invites`: name and link's token.
    fn invites(&self, words: &[&str]) -> Vec<(String, String)> {
        let words: Vec<&str> = ["invites", "--format", "csv"]
            .iter()
            .chain(words)
            .copied()
            .collect();
        let said = self.office.run(&words).fine();
        let mut lines = said.out.lines();
        assert_eq!(
            lines.next(),
            Some("kind,class,code,name,token,short_code,telegram_link,zalo_link")
        );
        lines
            .map(|line| {
                let fields: Vec<&str> = line.split(',').collect();
                let (name, token) = (fields[3].to_owned(), fields[4].to_owned());
                assert_eq!(
                    fields[6],
                    format!("https://t.me/lopso_test_bot?start={token}")
                );
                (name, token)
            })
            .collect()
    }

    /// The codes that a phone reads from the printed slips of a class, in the order of the list; none where nobody
    /// can look at a PDF.
    fn scanned_slips(&self, class: &str) -> Option<Vec<String>> {
        let file = self.office.path("phieu.pdf");
        let out = file.to_str().unwrap();
        let words = ["invites", "--class", class, "--format", "pdf", "--out", out];
        self.office.run(&words).fine();
        let read = paper::read_codes(&file, (2, 4), 200, true)?;
        let token = |link: String| {
            let (_, token) = link
                .split_once("https://t.me/lopso_test_bot?start=")
                .unwrap();
            token.to_owned()
        };
        Some(read.into_iter().map(token).collect())
    }

    fn report(&self) -> Value {
        self.office
            .run(&["report", "--format", "json"])
            .fine()
            .json()
    }
}

#[test]
fn a_schools_morning() {
    let morning = Morning::begins();
    let api = &morning.api;

    // The principal, by the code that the start printed.
    let code = wait_for("the first principal's code", || {
        let printed = morning.printed.lock().unwrap().clone();
        let (_, rest) = printed.split_once("?start=")?;
        Some(rest.split_whitespace().next()?.to_owned())
    });
    api.person_writes(PRINCIPAL, PRINCIPAL, "Lan", &format!("/start {code}"));
    morning.all("the greeting", [PRINCIPAL], |id| {
        morning.reads(id, "Trần Thị Lan")
    });
    // Once.
    api.person_writes(901, 901, "Kẻ tò mò", &format!("/start {code}"));
    morning.all("a refusal", [901], |id| {
        morning.reads(id, "đã có người dùng")
    });

    // Twelve teachers, and their groups.
    let staff: HashMap<String, String> = morning.invites(&["--staff"]).into_iter().collect();
    for place in 0..CLASSES {
        let token = &staff[&teachers_name(place)];
        api.person_writes(
            teacher(place),
            teacher(place),
            "Hằng",
            &format!("/start {token}"),
        );
    }
    morning.all("the greeting", (0..CLASSES).map(teacher), |id| {
        morning.reads(id, "phụ trách lớp")
    });
    for place in 0..CLASSES {
        api.group(group(place), &class(place));
        api.my_chat_member(group(place), teacher(place), "Hằng", "left", "member");
        api.person_writes(group(place), teacher(place), "Hằng", "/ganlop");
    }
    morning.all("the board", (0..CLASSES).map(group), |id| {
        morning.newest(id, "Đã quét QR").is_some()
    });

    // 360 families, each by its own slip.
    let slips: HashMap<String, String> = morning.invites(&[]).into_iter().collect();
    assert_eq!(slips.len(), FAMILIES);
    // The first class scans its paper, the others got the link.
    let listed = morning.invites(&["--class", &class(0)]);
    let scans: HashMap<String, String> = match morning.scanned_slips(&class(0)) {
        Some(scans) => listed
            .into_iter()
            .map(|(name, _)| name)
            .zip(scans)
            .collect(),
        None => HashMap::new(),
    };
    for family in 0..FAMILIES {
        let id = parent(family);
        let name = child(family);
        let token = scans.get(&name).unwrap_or(&slips[&name]);
        api.person_writes(id, id, &parents_name(family), &format!("/start {token}"));
    }
    let everybody = || (0..FAMILIES).map(parent);
    let name_of = |id: i64| parents_name(usize::try_from(id - 10_000).unwrap());
    morning.all("the question for consent", everybody(), |id| {
        morning.taps(id, id, &name_of(id), "Đồng ý")
    });
    morning.all("the link", everybody(), |id| {
        morning.reads(id, "người nhà của bé")
    });
    morning.all("the question for reminders", everybody(), |id| {
        morning.taps(id, id, &name_of(id), "🔔 Đồng ý")
    });
    morning.settles();
    // Before the yes no child's name was said: the first message of each chat names none.
    for family in 0..FAMILIES {
        let told = api.messages(parent(family));
        assert!(
            !told[0].text.contains(&child(family)) && !told[0].text.contains("zy"),
            "{}",
            told[0].text
        );
    }

    assert_eq!(
        morning.report()["tasks"][0]["evidence"]["shown"],
        scans.len()
    );

    // Nine hundred taps and sentences: 240 + 180 + 90 + 30 + 120 + 150 + 90.
    let mut spoken = 0;
    let mut say = |chat: i64, family: usize, words: &str| {
        api.person_writes(chat, parent(family), &parents_name(family), words);
        spoken += 1;
    };
    let all: Vec<usize> = (0..FAMILIES).collect();
    let some = |fits: &dyn Fn(usize) -> bool| -> Vec<usize> {
        all.iter().copied().filter(|family| fits(*family)).collect()
    };
    let scanned = some(&|family| family % 3 != 0);
    for family in &scanned {
        let chat = group(family / 30);
        assert!(morning.taps(chat, parent(*family), &parents_name(*family), "Đã quét QR"));
    }
    let (paid, vneid) = (
        some(&|family| family % 2 == 0),
        some(&|family| family % 4 == 0),
    );
    let mistaken = some(&|family| family % 12 == 1);
    let not_yet = some(&|family| family % 3 == 0);
    for family in &paid {
        say(
            parent(*family),
            *family,
            "em chuyển khoản tiền tháng 11 rồi ạ",
        );
    }
    for family in &vneid {
        say(group(family / 30), *family, "nhà em kích hoạt vneid rồi ạ");
    }
    for family in &mistaken {
        say(parent(*family), *family, "em bấm nhầm");
    }
    for family in &not_yet {
        say(parent(*family), *family, "em chưa quét được mã qr");
    }
    for family in some(&|family| family % 2 == 1).into_iter().take(150) {
        say(parent(family), family, "mai em chuyển khoản nhé");
    }
    for family in some(&|family| family % 4 == 2) {
        say(
            group(family / 30),
            family,
            "mai lớp mình có học không các mẹ",
        );
    }
    assert_eq!(scanned.len() + spoken, 900);
    morning.settles();

    // Three reminders: two teachers for their classes, the principal for the school.
    let reminds = |who: i64, name: &str, task: &str| {
        api.person_writes(who, who, name, &format!("/nhac {task}"));
        morning.all("the preview", [who], |id| {
            morning.newest(id, "Gửi lời nhắc").is_some()
        });
        assert!(morning.taps(who, who, name, "Gửi lời nhắc"));
        morning.all("what became of it", [who], |id| {
            morning.reads(id, "em gửi lời nhắc việc")
        });
        morning.settles();
    };
    let done_qr = |family: &usize| scanned.contains(family) && !mistaken.contains(family);
    let of_class = |place: usize| all.iter().filter(move |family| *family / 30 == place);
    reminds(teacher(0), "Hằng", "qr");
    let missing_qr = of_class(0).filter(|family| !done_qr(family)).count();
    assert_eq!(
        morning.how_many_read("“Quét QR của lớp”, nhà bé"),
        missing_qr
    );
    reminds(teacher(1), "Hằng", "thu");
    let missing_pay = of_class(1).filter(|family| !paid.contains(family)).count();
    assert_eq!(
        morning.how_many_read("“Chuyển khoản thu tháng 11”, nhà bé"),
        missing_pay
    );
    reminds(PRINCIPAL, "Lan", "vneid");
    let missing_vneid = FAMILIES - vneid.len();
    assert_eq!(
        morning.how_many_read("“Kích hoạt VNeID mức 2”, nhà bé"),
        missing_vneid
    );

    // The report, in the chat and for programs.
    api.person_writes(PRINCIPAL, PRINCIPAL, "Lan", "/baocao");
    let done = [scanned.len() - mistaken.len(), paid.len(), vneid.len()];
    let report = morning.report();
    for (task, expected) in report["tasks"].as_array().unwrap().iter().zip(done) {
        assert_eq!(task["families"], FAMILIES, "{task}");
        assert_eq!(task["done"], expected, "{task}");
        let shown = of_class(0).filter(|family| done_qr(family)).count();
        let shown = if task["id"] == "qr" && !scans.is_empty() {
            shown
        } else {
            0
        };
        assert_eq!(task["evidence"]["shown"], shown, "{task}");
        assert_eq!(task["evidence"]["said"], expected - shown, "{task}");
    }
    // Who tapped or wrote in the class's group is in it, and nobody said so.
    let in_group =
        |family: &usize| scanned.contains(family) || vneid.contains(family) || family % 4 == 2;
    let met = all
        .iter()
        .copied()
        .filter(|family| in_group(family))
        .count();
    let nhom = &report["tasks"][3];
    assert_eq!(
        (&nhom["id"], &nhom["done"]),
        (&json!("nhom"), &json!(met)),
        "{nhom}"
    );
    assert_eq!(nhom["evidence"]["shown"], met);
    assert_eq!(report["tasks"][0]["not_yet"], not_yet.len());
    let line = format!("{}/{FAMILIES}", done[0]);
    morning.all("the report", [PRINCIPAL], |id| morning.reads(id, &line));
    // A class's board shows what its families said.
    let in_class = of_class(3).filter(|family| done_qr(family)).count();
    let board = format!("{in_class}/30 gia đình đã xong");
    morning.all("the newest board", [group(3)], |id| {
        morning.reads(id, &board)
    });
    // On the same day, or its back-up of that morning would be an old one.
    let clock = [("LOPSO_TEST_CLOCK", "2026-11-17T12:00:00+07:00")];
    morning.office.run_with(&["doctor"], &clock).fine();

    must_hold(&morning);
}

#[expect(clippy::print_stdout, reason = "the figures that documents speak of")]
fn must_hold(morning: &Morning) {
    let api = &morning.api;
    assert_eq!(api.violations(), Vec::<String>::new());
    assert_eq!(api.floods(), 0, "a limit was exceeded");
    assert_eq!(api.unanswered_taps(), Vec::<String>::new());
    let names: BTreeSet<String> = (0..FAMILIES)
        .flat_map(|family| [child(family), parents_name(family)])
        .chain(["Trần Thị Lan".to_owned(), "Hằng".to_owned()])
        .collect();
    let calls = api.calls();
    let to_groups = calls
        .iter()
        .filter(|call| call.params["chat_id"].as_i64().is_some_and(|id| id < 0));
    let mut read = 0;
    for call in to_groups {
        let shown = call.params.to_string() + call.plain.as_deref().unwrap_or_default();
        let named = names.iter().find(|name| shown.contains(name.as_str()));
        assert_eq!(named, None, "stands in a group: {shown}");
        read += 1;
    }
    assert!(read > CLASSES, "nothing was said in the groups");
    // To nobody who has not said yes: whoever is told a child's name was asked before, and said it is theirs.
    let mut asked = BTreeSet::new();
    for call in calls.iter().filter(|call| call.method == "sendMessage") {
        let chat = call.params["chat_id"].as_i64().unwrap_or_default();
        let shown = call.params.to_string() + call.plain.as_deref().unwrap_or_default();
        let family = (0..FAMILIES).find(|family| shown.contains(&child(*family)));
        let is_family = chat >= parent(0) && chat < parent(FAMILIES);
        if shown.contains("Mình đồng ý không ạ?") {
            asked.insert(chat);
        }
        if let (true, Some(family)) = (is_family, family) {
            assert!(chat == parent(family) && asked.contains(&chat), "{shown}");
        }
    }
    let sent = calls
        .iter()
        .filter(|call| matches!(call.method.as_str(), "sendMessage" | "editMessageText"))
        .count();
    println!("{} calls, of these {sent} messages and edits", calls.len());
}
