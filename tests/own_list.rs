//! A school tries the demo with its own list: what it imports takes the place of the made-up school.

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

use demo::Demo;
use http::{get, wait_for};
use rust_xlsxwriter::Workbook;

const CHILDREN: [(&str, &str, &str); 6] = [
    ("Mầm 1", "MM1", "Đinh Thị Gấm"),
    ("Mầm 1", "MM2", "Hoàng Văn Lụa"),
    ("Mầm 1", "MM3", "Vi Thị Nhài"),
    ("Chồi 2", "CH1", "Lò Văn Sim"),
    ("Chồi 2", "CH2", "Quàng Thị Ban"),
    ("Chồi 2", "CH3", "Tòng Văn Mận"),
];

/// The list as an office keeps it: a title above, other columns beside.
fn list(demo: &Demo) -> String {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "TRƯỜNG MẦM NON BẢN LỀN").unwrap();
    for (column, title) in (0..).zip(["STT", "Họ và tên", "Tên lớp", "Mã học sinh", "Ngày sinh"])
    {
        sheet.write(2, column, title).unwrap();
    }
    for (row, (class, code, name)) in (3..).zip(CHILDREN) {
        for (column, value) in (1..).zip([name, class, code, "01/02/2021"]) {
            sheet.write(row, column, value).unwrap();
        }
    }
    let path = demo.office.path("lop.xlsx");
    book.save(&path).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn an_imported_list_takes_the_place_of_the_made_up_school() {
    let demo = Demo::start_with(&["--empty"]);
    let page = |path: &str| get(&demo.address, path).unwrap().1;
    assert!(page("/phong-thu").contains("chưa có trường nào"));
    let name = "Trường Mầm non Bản Lền";
    let add = ["school", "add", "--code", "ban-len", "--name", name];
    demo.office.run(&add).fine();
    demo.office.run(&["import", "roster", &list(&demo)]).fine();

    // Opening the page again is enough.
    let people = page("/phong-thu");
    for words in [name, "Mẹ Ban", "Ba Mận", "Chủ nhiệm lớp"] {
        assert!(people.contains(words), "{words} in {people}");
    }
    assert!(!people.contains("Hoa Sen") && !people.contains("Hoài An"));

    // The first class by name has its board, and an answer counts for its family.
    let (board, choices) = demo.board("me-an", "nhom-5a1");
    assert!(demo.room("me-an", "nhom-5a1").contains("Lớp Chồi 2"));
    demo.is_tapped("me-an", "nhom-5a1", &board, &choices[0]);
    assert_eq!(demo.figures("qr"), (1, 1));
    demo.hears("hieu-truong", "rieng-hieu-truong", "/baocao");
    wait_for("the report", || {
        demo.room("hieu-truong", "rieng-hieu-truong")
            .contains("1/6 gia đình")
            .then_some(())
    });
    demo.hears("hieu-truong", "rieng-hieu-truong", "/baocao lớp chồi 2");
    wait_for("the report of one class", || {
        demo.room("hieu-truong", "rieng-hieu-truong")
            .contains("lớp Chồi 2, 3 gia đình")
            .then_some(())
    });
    demo.office.run(&["doctor"]).fine();
    // Nobody is given a second part.
    page("/phong-thu");
    assert_eq!(demo.figures("qr"), (1, 1));
}
