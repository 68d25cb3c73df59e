//! What other programs read: one JSON object a line in the order of the questions, and the report.

use std::collections::BTreeSet;

use lopso::db::Db;
use lopso::domain::{ChildId, Evidence, PersonId, Timestamp, Verb};
use lopso::ledger::{Act, links, store as ledger};
use lopso::roster::store;
use serde_json::{Value, json};

use crate::program::Office;
use crate::with_a_class;

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn questions_are_answered_line_by_line_in_their_order() {
    let office = Office::new();
    let ids = ["z", "a", "7", "a", "có dấu"];
    let ask = |id: &&str| json!({"id": id, "text": "làm sao quét mã qr ạ"}).to_string() + "\n";
    let input: String = ids.iter().map(ask).collect::<String>()
        + "\n"
        + &json!({"id": "cuối", "text": ""}).to_string();
    let out = lines(
        &office
            .feed(&["guides", "ask", "--jsonl"], &input)
            .fine()
            .out,
    );
    let answered: Vec<&str> = out
        .iter()
        .map(|line| line["id"].as_str().unwrap())
        .collect();
    assert_eq!(answered, ["z", "a", "7", "a", "có dấu", "cuối"]);
    let listed = office.run(&["guides", "list"]).fine().out;
    let known: BTreeSet<&str> = listed
        .lines()
        .filter_map(|line| line.split('\t').next())
        .collect();
    for line in &out {
        assert_eq!(keys(line), BTreeSet::from(["answers", "id"]));
        let answers = line["answers"].as_array().unwrap();
        assert!(
            answers.len() <= 3
                && answers
                    .iter()
                    .all(|id| known.contains(id.as_str().unwrap())),
            "{line}"
        );
    }
    assert!(out[5]["answers"].as_array().unwrap().is_empty());
    office.run(&["guides", "check"]).fine().says("không có lỗi");
}

#[test]
fn replies_are_read_line_by_line_in_their_order() {
    let office = Office::new();
    let replies = [
        ("r3", "qr", "dạ em quét rồi ạ"),
        ("r1", "pay", "mai em chuyển nhé cô"),
        ("r2", "none", "😀"),
    ];
    let line = |(id, context, text): &(&str, &str, &str)| {
        json!({"id": id, "context": context, "text": text}).to_string()
    };
    let input = replies.iter().map(line).collect::<Vec<_>>().join("\n");
    let out = lines(
        &office
            .feed(&["replies", "read", "--jsonl"], &input)
            .fine()
            .out,
    );
    assert_eq!(
        out.iter()
            .map(|line| line["id"].as_str().unwrap())
            .collect::<Vec<_>>(),
        ["r3", "r1", "r2"]
    );
    for line in &out {
        assert_eq!(keys(line), BTreeSet::from(["id", "labels"]));
        assert!(
            line["labels"]
                .as_array()
                .unwrap()
                .iter()
                .all(Value::is_string),
            "{line}"
        );
    }
}

#[test]
fn why_a_reply_is_read_as_it_is_can_be_asked() {
    let office = Office::new();
    office
        .run(&[
            "replies",
            "read",
            "--context",
            "pay",
            "--explain",
            "mai em ck",
        ])
        .fine()
        .says("ck  →  Verb")
        .says("not_done")
        .says("Kết quả: not_done");
    office
        .run(&[
            "replies",
            "read",
            "--context",
            "qr",
            "--explain",
            "em quét xong rồi nếu cần cô xem",
        ])
        .fine()
        .says("condition");
    office
        .run(&["replies", "read", "--context", "tien", "--explain", "dạ"])
        .refused()
        .says("“tien”")
        .says("vneid");
}

#[test]
fn a_labelled_reply_that_cannot_be_learned_from_is_named_by_file_and_line() {
    let office = Office::new();
    office.write(
        "hong.tsv",
        "# lời hỏi, nhãn, câu\nqr\tdone\tem quét rồi\nqr\txong\tem quét rồi\n",
    );
    let folder = office.path("");
    let (folder, out) = (folder.to_str().unwrap(), office.path("replies.model"));
    let train = [
        "replies",
        "train",
        "--replies",
        folder,
        "--out",
        out.to_str().unwrap(),
    ];
    office.run(&train).refused().says("hong.tsv").says("dòng 3");
    assert!(!out.exists(), "nothing half-written");
    office.write(
        "hong.tsv",
        "qr\tdone\tem quét rồi\npay\tnot_done,question\tem ck mà lỗi\n",
    );
    office.run(&train).fine().says("2 câu");
    assert!(out.exists());
}

#[test]
fn a_line_that_is_no_json_is_named_by_its_number() {
    let office = Office::new();
    let good =
        |place: usize| json!({"id": place.to_string(), "context": "qr", "text": "dạ"}).to_string();
    for words in [
        &["guides", "ask", "--jsonl"][..],
        &["replies", "read", "--jsonl"],
    ] {
        for bad in [
            "không phải JSON",
            "{\"id\": 7}",
            "[]",
            "{\"id\":\"1\",\"text\":\"x\",\"context\":\"qr\"",
        ] {
            let said = office
                .feed(words, &format!("{}\n\n{bad}\n{}\n", good(1), good(4)))
                .refused()
                .says("Dòng 3 ");
            assert_eq!(lines(&said.out).len(), 1, "{}", said.out);
        }
    }
}

/// Five families and every state that a report can show.
async fn testify(office: &Office) {
    let db = Db::open(office.url()).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    let school = store::schools(&mut tx).await.unwrap().remove(0);
    let now = Timestamp(1_795_053_600_000);
    let mut children = Vec::new();
    for row in tx
        .rows("SELECT child_id FROM child ORDER BY code", Vec::new())
        .await
        .unwrap()
    {
        children.push(row.get::<ChildId>("child_id").unwrap());
    }
    let said = [
        [
            (Verb::Done, Evidence::Shown),
            (Verb::Done, Evidence::Teacher),
            (Verb::NotYet, Evidence::Said),
            (Verb::NoPhone, Evidence::Teacher),
            (Verb::Exempt, Evidence::Teacher),
        ],
        [
            (Verb::Done, Evidence::Said),
            (Verb::Done, Evidence::Bank),
            (Verb::Cash, Evidence::Said),
            (Verb::NeedsHelp, Evidence::Said),
            (Verb::Declined, Evidence::Said),
        ],
        [(Verb::Undo, Evidence::Said); 5],
    ];
    let tasks = ledger::tasks(&mut tx, &[school.id]).await.unwrap();
    for (task, answers) in tasks.iter().zip(said) {
        let act = |(child, (verb, evidence)): (&ChildId, (Verb, Evidence))| Act {
            school: school.id,
            task: task.id,
            person: Some(PersonId(1)),
            child: Some(*child),
            verb,
            evidence,
            at: now,
        };
        let acts: Vec<Act> = children.iter().zip(answers).map(act).collect();
        ledger::add_acts(&mut tx, &acts, now).await.unwrap();
    }
    links::refold(&mut tx, &children).await.unwrap();
    tx.commit().await.unwrap();
    db.close().await;
}

const COUNTS: [&str; 8] = [
    "done",
    "not_yet",
    "needs_help",
    "cash",
    "declined",
    "no_phone",
    "exempt",
    "unknown",
];
const EVIDENCE: [&str; 4] = ["said", "shown", "teacher", "bank"];

#[track_caller]
fn adds_up(counts: &Value) {
    let number = |name: &str| {
        counts[name]
            .as_i64()
            .unwrap_or_else(|| panic!("{name} is missing: {counts}"))
    };
    assert_eq!(
        COUNTS.map(number).iter().sum::<i64>(),
        number("families"),
        "{counts}"
    );
    assert_eq!(keys(&counts["evidence"]), BTreeSet::from(EVIDENCE));
    let mix: i64 = EVIDENCE
        .map(|name| counts["evidence"][name].as_i64().unwrap())
        .iter()
        .sum();
    assert_eq!(mix, number("done"), "{counts}");
}

#[tokio::test]
async fn the_report_for_programs_has_the_promised_names_and_adds_up() {
    let office = with_a_class();
    testify(&office).await;
    let report = office.run(&["report", "--format", "json"]).fine().json();
    assert_eq!(
        keys(&report),
        BTreeSet::from([
            "as_of",
            "plan",
            "school",
            "school_code",
            "school_year",
            "tasks"
        ])
    );
    assert!(
        report["as_of"].as_str().unwrap().ends_with("+07:00"),
        "{report}"
    );
    let own = ["families", "evidence"];
    let expected: BTreeSet<&str> = COUNTS.into_iter().chain(own).collect();
    let tasks = report["tasks"].as_array().unwrap();
    let ids: Vec<&str> = tasks
        .iter()
        .map(|task| task["id"].as_str().unwrap())
        .collect();
    assert!(
        matches!(ids.as_slice(), ["qr", collection, "vneid", "nhom"] if collection.starts_with("thu-20")),
        "{ids:?}"
    );
    for task in tasks {
        let more = ["id", "title", "by_class"];
        assert_eq!(keys(task), expected.iter().copied().chain(more).collect());
        adds_up(task);
        let classes = task["by_class"].as_array().unwrap();
        assert_eq!(classes.len(), 2);
        for class in classes {
            assert_eq!(
                keys(class),
                expected.iter().copied().chain(["class"]).collect()
            );
            adds_up(class);
        }
        for name in COUNTS.into_iter().chain(["families"]) {
            let sum: i64 = classes
                .iter()
                .map(|class| class[name].as_i64().unwrap())
                .sum();
            assert_eq!(Some(sum), task[name].as_i64(), "{name} of {}", task["id"]);
        }
    }
    let of = |place: usize, name: &str| tasks[place][name].as_i64().unwrap();
    assert_eq!(
        (
            of(0, "done"),
            of(0, "no_phone"),
            of(0, "exempt"),
            of(0, "unknown")
        ),
        (2, 1, 1, 0)
    );
    assert_eq!((of(1, "done"), of(1, "cash"), of(1, "declined")), (2, 1, 1));
    assert_eq!(of(2, "unknown"), 5);
    let plan = report["plan"].as_array().unwrap();
    for row in plan {
        let names = [
            "audience", "id", "measured", "target", "title", "unit", "value",
        ];
        assert_eq!(keys(row), BTreeSet::from(names));
        assert_eq!(
            row["measured"].as_bool().unwrap(),
            row["value"].is_number(),
            "{row}"
        );
    }
    let qr = plan.iter().find(|row| row["id"] == "ph-qr").unwrap();
    assert_eq!(qr["value"], json!(50.0));
    // The same to a file, and no name of anybody in either form.
    let out = office.path("bao-cao.txt");
    office
        .run(&["report", "--out", out.to_str().unwrap()])
        .fine();
    let text = std::fs::read_to_string(out).unwrap();
    assert!(
        text.contains("2/4 gia đình") && text.contains("chưa có dữ liệu"),
        "{text}"
    );
    for name in ["Hoài An", "Bảo Nam", "Minh Tư", "Gia Hân", "Thu Cúc"] {
        assert!(
            !text.contains(name) && !report.to_string().contains(name),
            "{name} stands in a report"
        );
    }
}

#[tokio::test]
async fn the_doctor_finds_a_count_that_is_not_what_was_said() {
    let office = with_a_class();
    testify(&office).await;
    office.run(&["doctor"]).fine().says("số liệu khớp");
    let db = Db::open(office.url()).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    tx.execute(
        "UPDATE tally SET families = families + 1 WHERE state = 'cash'",
        Vec::new(),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    db.close().await;
    office
        .run(&["doctor"])
        .refused()
        .says("1 con số không khớp");
}

#[test]
fn slips_and_posters_are_written_as_paper_and_nothing_is_half_written() {
    let office = with_a_class();
    let out = office.path("phieu.pdf");
    let out = out.to_str().unwrap();
    let url = [("LOPSO_PUBLIC_URL", "https://lopso.truong.edu.vn")];
    office
        .run(&["invites", "--format", "pdf", "--out", out])
        .refused()
        .says("LOPSO_PUBLIC_URL");
    assert!(!std::path::Path::new(out).exists());
    office
        .run_with(&["invites", "--format", "pdf"], &url)
        .refused()
        .says("--out");
    office
        .run_with(&["invites", "--format", "pdf", "--out", out], &url)
        .fine()
        .says("Đã ghi 5 mã mời");
    let first = std::fs::read(out).unwrap();
    assert!(first.starts_with(b"%PDF-"));
    // Printed again it is the same paper.
    office
        .run_with(&["invites", "--format", "pdf", "--out", out], &url)
        .fine();
    assert_eq!(std::fs::read(out).unwrap(), first);
    office
        .run_with(
            &["invites", "--poster", "--format", "pdf", "--out", out],
            &url,
        )
        .fine()
        .says("áp phích của 2 lớp");
    office
        .run_with(&["invites", "--poster", "--format", "csv"], &url)
        .refused();
    office
        .run_with(
            &["invites", "--staff", "--format", "pdf", "--out", out],
            &url,
        )
        .refused()
        .says("--format csv");
    let folder = office.path("phieu");
    let words = [
        "invites",
        "--class",
        "5A1",
        "--format",
        "svg",
        "--out",
        folder.to_str().unwrap(),
    ];
    office.run_with(&words, &url).fine();
    let mut files: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(
        files,
        ["phieu-5A1-01.svg", "phieu-5A1-02.svg", "phieu-5A1-03.svg"]
    );
}

#[test]
fn a_new_school_year_moves_children_up_and_keeps_what_was_reported_before() {
    let office = with_a_class();
    let next = "lop,ma_be,ho_ten\n5A1,HS4,Phạm Gia Hân\n5A1,HS5,Đỗ Thu Cúc\n4B,HS9,Vũ Minh Anh\n";
    let file = office.write("nam-moi.csv", next);
    let file = file.to_str().unwrap();
    let year = office.run(&["school", "list"]).fine().out;
    let last: u16 = year
        .split_once("-")
        .and_then(|(_, rest)| {
            let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
            digits.get(..4).and_then(|digits| digits.parse().ok())
        })
        .expect("a school year");
    let next_year = format!("{last}-{}", last + 1);
    office
        .run(&["import", "roster", file, "--year", "2030-2031"])
        .refused()
        .says("không phải năm kế tiếp");
    let words = ["import", "roster", file, "--year", &next_year];
    office
        .run(&[&words[..], &["--dry-run"]].concat())
        .fine()
        .says("Phạm Gia Hân")
        .says("4B")
        .says("Nguyễn Hoài An");
    let report = |office: &Office| office.run(&["report", "--format", "json"]).fine().json();
    assert_eq!(report(&office)["tasks"][0]["families"], 5);
    office
        .run(&words)
        .fine()
        .says(&format!("Trường đã sang năm học {next_year}"))
        .says("lopso import staff");
    let after = report(&office);
    assert_eq!(after["tasks"].as_array().unwrap().len(), 4);
    assert_eq!(after["tasks"][0]["families"], 3);
    // Imported once more for the same year it changes nothing.
    office.run(&words).fine();
    assert_eq!(report(&office)["tasks"][0]["families"], 3);
    office
        .run(&["doctor"])
        .fine()
        .says("Yêu cầu xoá dữ liệu: 0 đã xong, không yêu cầu nào chờ");
}

#[test]
fn what_does_not_stand_aside_cannot_be_done_again() {
    let office = with_a_class();
    for name in ["1", "bot/1", ""] {
        office
            .run(&["doctor", "--replay", name])
            .refused()
            .says("Không có tin nào");
    }
}

#[test]
fn a_substitute_is_named_with_a_class_and_days_that_are_to_come() {
    let office = with_a_class();
    let staff = office.write(
        "nhan-su.csv",
        "ho_ten,vai_tro,lop\nTrần Thị Hoa,giao_vien,5A1\nLê Thị Mai,giao_vien,4B\n",
    );
    office
        .run(&["import", "staff", staff.to_str().unwrap()])
        .fine();
    let with = |name: &str, class: &str, until: &str| {
        let words = [
            "staff",
            "substitute",
            "--name",
            name,
            "--class",
            class,
            "--until",
            until,
        ];
        office.run(&words)
    };
    with("Lê Thị Mai", "5a1", "2100-01-31")
        .fine()
        .says("phụ trách thay lớp 5A1")
        .says("31/1/2100");
    with("Lê Thị Mai", "5A1", "2020-01-31")
        .refused()
        .says("chưa hợp lệ");
    with("Lê Thị Mai", "9Z", "2100-01-31").refused().says("9Z");
    with("Cô Lạ", "5A1", "2100-01-31").refused().says("Cô Lạ");
}
