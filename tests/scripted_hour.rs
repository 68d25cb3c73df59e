//! An hour at pick-up time in the demo, many people at once, and then the question whether the report
//! tells what was said. The counting here is written a second time, from the tables alone, so that the
//! program's own fold and tallies are held against something that does not share their mistakes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

#[path = "support/demo.rs"]
mod demo;
#[path = "support/http.rs"]
mod http;
#[path = "support/program.rs"]
mod program;

use std::collections::{BTreeMap, HashMap};

use demo::Demo;
use lopso::db::{Db, Row};
use serde_json::Value;

/// Who is where, and in which manner.
const PEOPLE: [(&str, &str, &str); 6] = [
    ("me-an", "nhom-5a1", "rieng-me-an"),
    ("ba-nam", "nhom-5a1", "rieng-ba-nam"),
    ("me-cuc", "nhom-5a1", "rieng-me-cuc"),
    ("chi-hanh", "nhom-5a1", "rieng-chi-hanh"),
    ("bo-dung", "nhom-4a2", "rieng-bo-dung"),
    ("ba-tu", "nhom-4a2", "rieng-ba-tu"),
];

/// What people write meanwhile: statements, their opposites, doubt, chatter, questions, secrets.
const WORDS: [&str; 16] = [
    "nhà em quét mã rồi cô ạ",
    "em chưa quét được",
    "em bấm nhầm",
    "mai em chuyển khoản nhé",
    "em chuyển khoản rồi ạ",
    "nhà em nộp tiền mặt rồi ạ",
    "em kích hoạt vneid rồi ạ",
    "hình như em làm rồi",
    "1",
    "1 3",
    "cài vneid kiểu gì",
    "dạ vâng ạ",
    "mã OTP của em là 123456",
    "/trangthai",
    "/xacnhan",
    "em không làm đâu ạ",
];

/// One person's hour: taps on the board, answers to it, and private words, in an order of their own.
fn an_hour(demo: &Demo, place: usize) {
    let (who, group, private) = PEOPLE[place];
    for step in 0..18 {
        let turn = place * 7 + step * 5;
        let words = WORDS[turn % WORDS.len()];
        match turn % 4 {
            0 => demo.hears(who, private, words),
            1 => {
                let (board, _) = demo.board(who, group);
                demo.hears_answer(who, group, &board, words);
            }
            2 => demo.hears(who, group, words),
            _ => {
                let (board, choices) = demo.board(who, group);
                match choices.get(turn % 3) {
                    Some(choice) => demo.is_tapped(who, group, &board, choice),
                    // Without buttons the number does the same.
                    None => demo.hears_answer(who, group, &board, "2"),
                }
            }
        }
    }
}

#[tokio::test]
async fn after_a_busy_hour_the_report_tells_what_was_said() {
    let demo = Demo::start();
    let before = demo.report();
    std::thread::scope(|scope| {
        for place in 0..PEOPLE.len() {
            let demo = &demo;
            scope.spawn(move || an_hour(demo, place));
        }
        // The teacher and the principal ask and enter meanwhile.
        scope.spawn(|| {
            for _ in 0..6 {
                demo.hears("co-hoa", "rieng-co-hoa", "/danhsach qr");
                demo.hears("co-mai", "rieng-co-mai", "/nhapho qr Khang");
                demo.hears("co-mai", "rieng-co-mai", "1");
                demo.hears("hieu-truong", "rieng-hieu-truong", "/baocao");
            }
        });
    });
    let report = demo.report();
    assert_ne!(before["tasks"], report["tasks"], "nobody changed anything");
    let counted = Counted::read(demo.office.url()).await;
    counted.agrees_with(&report);
    demo.office.run(&["doctor"]).fine();
}

/// Families by (task, class), each in one state.
struct Counted {
    states: BTreeMap<(String, String), Vec<String>>,
}

struct Testimony {
    person: Option<i64>,
    child: Option<i64>,
    verb: String,
    evidence: String,
}

impl Counted {
    async fn read(url: &str) -> Self {
        let db = Db::open(url).await.unwrap();
        let mut tx = db.read().await.unwrap();
        let tasks = "SELECT task_id, key FROM task WHERE withdrawn_at IS NULL";
        let children = "SELECT e.child_id, c.code FROM enrolment e JOIN class c ON c.class_id = e.class_id \
             WHERE e.left_at IS NULL";
        let mut guardians: HashMap<i64, Vec<i64>> = HashMap::new();
        for row in tx
            .rows("SELECT child_id, person_id FROM guardian", Vec::new())
            .await
            .unwrap()
        {
            guardians
                .entry(number(&row, "child_id"))
                .or_default()
                .push(number(&row, "person_id"));
        }
        let mut acts: HashMap<i64, Vec<Testimony>> = HashMap::new();
        let all = "SELECT task_id, person_id, child_id, verb, evidence FROM act ORDER BY act_id";
        for row in tx.rows(all, Vec::new()).await.unwrap() {
            let act = Testimony {
                person: row.get("person_id").unwrap(),
                child: row.get("child_id").unwrap(),
                verb: row.get("verb").unwrap(),
                evidence: row.get("evidence").unwrap(),
            };
            acts.entry(number(&row, "task_id")).or_default().push(act);
        }
        let mut states: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        let tasks = tx.rows(tasks, Vec::new()).await.unwrap();
        for child in tx.rows(children, Vec::new()).await.unwrap() {
            let id = number(&child, "child_id");
            let own = guardians.remove(&id).unwrap_or_default();
            for task in &tasks {
                let none = Vec::new();
                let acts = acts.get(&number(task, "task_id")).unwrap_or(&none);
                let reach = acts.iter().filter(|act| match act.child {
                    Some(named) => named == id,
                    None => act.person.is_some_and(|person| own.contains(&person)),
                });
                let key = (word(task, "key"), word(&child, "code"));
                states.entry(key).or_default().push(state(reach));
            }
        }
        drop(tx);
        db.close().await;
        Self { states }
    }

    fn agrees_with(&self, report: &Value) {
        for task in report["tasks"].as_array().unwrap() {
            for class in task["by_class"].as_array().unwrap() {
                let key = (
                    task["id"].as_str().unwrap().to_owned(),
                    class["class"].as_str().unwrap().to_owned(),
                );
                let states = &self.states[&key];
                let of = |wanted: &str| states.iter().filter(|state| *state == wanted).count();
                for name in [
                    "not_yet",
                    "needs_help",
                    "cash",
                    "declined",
                    "no_phone",
                    "exempt",
                    "unknown",
                ] {
                    assert_eq!(class[name], of(name), "{key:?} {name}");
                }
                for evidence in ["said", "shown", "teacher", "bank"] {
                    assert_eq!(
                        class["evidence"][evidence],
                        of(evidence),
                        "{key:?} {evidence}"
                    );
                }
                assert_eq!(class["families"], states.len());
            }
        }
    }
}

/// The strongest of what each voice said last. A "done" is named by its evidence.
fn state<'a>(acts: impl Iterator<Item = &'a Testimony>) -> String {
    const ORDER: [&str; 12] = [
        "unknown",
        "undo",
        "no_phone",
        "declined",
        "not_yet",
        "needs_help",
        "cash",
        "said",
        "shown",
        "teacher",
        "bank",
        "exempt",
    ];
    let place = |word: &str| ORDER.iter().position(|known| *known == word).unwrap();
    let mut voices: Vec<((&str, Option<i64>), &Testimony)> = Vec::new();
    for act in acts {
        let voice = match act.evidence.as_str() {
            "bank" => ("bank", None),
            "teacher" => ("school", None),
            _ => ("guardian", act.person),
        };
        match voices.iter_mut().find(|(known, _)| *known == voice) {
            // Saying the same again with weaker evidence takes nothing away.
            Some((_, last))
                if last.verb == act.verb && place(&last.evidence) >= place(&act.evidence) => {}
            Some((_, last)) => *last = act,
            None => voices.push((voice, act)),
        }
    }
    let said = voices.iter().map(|(_, act)| match act.verb.as_str() {
        "done" => act.evidence.as_str(),
        other => other,
    });
    match said.max_by_key(|word| place(word)) {
        None | Some("undo") => "unknown".to_owned(),
        Some(word) => word.to_owned(),
    }
}

fn number(row: &Row, column: &str) -> i64 {
    row.get(column).unwrap()
}

fn word(row: &Row, column: &str) -> String {
    row.get(column).unwrap()
}
