//! The same list from every program reads the same, and every mistake is named with its place.

use std::path::PathBuf;

use super::texts;
use super::*;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/import/")).join(name)
}

/// Row, class, code and name, without the sheet, which a text file does not have.
fn roster(name: &str) -> Vec<(u32, String, String, String)> {
    let parsed = children(&open(&fixture(name)).unwrap())
        .unwrap_or_else(|why| panic!("{name}: {}", texts::report(name, &why)));
    parsed
        .rows
        .into_iter()
        .map(|child| (child.row, child.class, child.code, child.name))
        .collect()
}

fn table(rows: &[&[&str]]) -> Vec<Table> {
    let row = |(at, cells): (usize, &&[&str])| Row {
        number: at as u32 + 1,
        cells: cells.iter().map(|cell| (*cell).to_owned()).collect(),
    };
    vec![Table {
        sheet: "Trẻ".to_owned(),
        rows: rows.iter().enumerate().map(row).collect(),
    }]
}

fn bad_child(class: &str, code: &str, name: &str) -> String {
    let rows: [&[&str]; 3] = [
        &["lop", "ma_be", "ho_ten"],
        &["5A1", "B1", "Trần Bảo Hân"],
        &[class, code, name],
    ];
    match children(&table(&rows)) {
        Err(Rejected::Bad { bad }) => bad
            .iter()
            .map(texts::bad_row)
            .collect::<Vec<_>>()
            .join("\n"),
        other => panic!("{class} {code} {name}: {other:?}"),
    }
}

fn bad_staff(name: &str, role: &str, class: &str) -> String {
    let rows: [&[&str]; 3] = [
        &["ho_ten", "vai_tro", "lop"],
        &["Vũ Minh Thư", "Giáo viên", "5A1"],
        &[name, role, class],
    ];
    match staff(&table(&rows)) {
        Err(Rejected::Bad { bad }) => bad
            .iter()
            .map(texts::bad_row)
            .collect::<Vec<_>>()
            .join("\n"),
        other => panic!("{name} {role} {class}: {other:?}"),
    }
}

#[test]
fn the_same_list_from_every_program_gives_the_same_children() {
    let want = [
        (6, "5A1", "00123", "Nguyễn Thị Ửng"),
        (7, "5A1", "12345", "Đặng Quỳnh Như"),
        (9, "4B", "HS-07", "Lê Văn Đức"),
        (10, "LA1", "000000000042", "Trần Bảo Hân"),
    ]
    .map(|(row, class, code, name)| (row, class.to_owned(), code.to_owned(), name.to_owned()));
    for name in [
        "roster-openpyxl.xlsx",
        "roster-libreoffice.xlsx",
        "roster-xlwt.xls",
        "roster-libreoffice.xls",
        "roster-odfpy.ods",
        "roster-libreoffice.ods",
        "roster-utf8.csv",
        "roster-utf8-bom.csv",
        "roster-utf16le.csv",
        "roster-utf16be.csv",
        "roster-windows1258.csv",
        "roster-tab.txt",
    ] {
        assert_eq!(roster(name), want, "{name}");
    }
}

#[test]
fn what_was_left_out_is_told() {
    let parsed = children(&open(&fixture("roster-openpyxl.xlsx")).unwrap()).unwrap();
    assert_eq!(parsed.ignored_columns, ["Ngày sinh"]);
    let told: Vec<String> = parsed.skipped.iter().map(texts::skipped).collect();
    assert_eq!(
        told,
        [
            "Bỏ qua trang tính “Danh sách”, dòng 11: dòng tổng kết hoặc ký tên cuối bảng.",
            "Bỏ qua trang tính “Danh sách”, dòng 12: dòng tổng kết hoặc ký tên cuối bảng.",
        ]
    );
}

#[test]
fn a_sheet_per_class_needs_no_class_column() {
    let parsed = children(&open(&fixture("by-class.xlsx")).unwrap()).unwrap();
    let rows: Vec<_> = parsed
        .rows
        .iter()
        .map(|c| (c.sheet.as_str(), c.class.as_str(), c.name.as_str()))
        .collect();
    assert_eq!(
        rows,
        [
            ("5A1", "5A1", "Nguyễn Thị Ửng"),
            ("5A1", "5A1", "Đặng Quỳnh Như"),
            ("Trang 2", "LA2", "Lê Văn Đức")
        ]
    );
    assert_eq!(parsed.skipped.len(), 1);
    assert_eq!(parsed.skipped[0].why, SkipReason::SheetWithoutHeader);
}

#[test]
fn class_lines_between_the_children_are_followed() {
    let parsed = children(&table(&[
        &["STT", "Họ tên", "Mã trẻ"],
        &["Lớp 5A1"],
        &["1", "Trần Bảo Hân", "A1"],
        &["", "Lớp 5A2"],
        &["1", "Lê Văn Đức", "A2"],
    ]))
    .unwrap();
    let classes: Vec<_> = parsed.rows.iter().map(|c| c.class.as_str()).collect();
    assert_eq!(classes, ["5A1", "5A2"]);
}

#[test]
fn a_class_is_never_guessed() {
    let why = children(&table(&[&["ma_be", "ho_ten"], &["A1", "Trần Bảo Hân"]])).unwrap_err();
    assert!(matches!(&why, Rejected::ClassNotEvident { sheets } if sheets == &["Trẻ"]));
    assert!(texts::report("ds.xlsx", &why).contains("Trang tính “Trẻ” không có cột Lớp (lop)"));
    // The sheet says one class and the title another.
    let mut tables = table(&[
        &["Danh sách lớp 5A2"],
        &["ma_be", "ho_ten"],
        &["A1", "Trần Bảo Hân"],
    ]);
    tables[0].sheet = "5A1".to_owned();
    assert!(matches!(
        children(&tables),
        Err(Rejected::ClassNotEvident { .. })
    ));
}

#[test]
fn every_bad_child_is_named_with_place_and_advice() {
    let long_name = "An ".repeat(40);
    for (cells, want) in [
        (["5A1", "A1", ""], "cột Họ tên (ho_ten): chưa có họ tên"),
        (["", "A1", "Lê Văn Đức"], "cột Lớp (lop): chưa có lớp"),
        (["5A1", "", "Lê Văn Đức"], "cột Mã bé (ma_be): chưa có mã"),
        (
            ["5A1", "b1", "TRẦN BẢO HÂN"],
            "“b1”: bé này đã có ở dòng 2 trang tính “Trẻ”",
        ),
        (
            ["5A1", "B1", "Lê Văn Đức"],
            "“B1”: mã này đã dùng cho một bé khác ở dòng 2",
        ),
        (["5A1", "A1", "Bé 01"], "“Bé 01”: họ tên có chữ số"),
        (["5A1", "A1", "An <b>"], "họ tên có ký hiệu lạ"),
        (["5A1", "A1", &long_name], "họ tên dài quá 80 ký tự"),
        (["5A1", "A1", "(A)"], "không đọc được thành họ tên"),
        (["5A1", "A1", "=B2"], "ô này là công thức chưa có kết quả"),
        (
            ["5A1", "A1", "#REF!"],
            "“#REF!”: ô này đang báo lỗi công thức",
        ),
        (
            ["2026-01-05", "A1", "Lê Văn Đức"],
            "đổi ô này thành ngày tháng",
        ),
        (
            ["5A*", "A1", "Lê Văn Đức"],
            "“5A*”: em không đọc được tên lớp",
        ),
        (["5A1;5A2", "A1", "Lê Văn Đức"], "ô này có nhiều lớp"),
        (
            ["5A1", "1.23E+11", "Lê Văn Đức"],
            "“1.23E+11”: mã bị Excel rút gọn nên mất chữ số",
        ),
        (
            ["5A1", "12345678901", "Lê Văn Đức"],
            "“***********”: mã có 11 chữ số",
        ),
        (
            ["5A1", "A23456789012345678901234567890123", "Lê Văn Đức"],
            "mã dài quá 32 ký tự",
        ),
        (["5A1", "A@1", "Lê Văn Đức"], "mã có ký tự lạ"),
        (["5A1", "A1", "Nguy\u{FFFD}n An"], "chữ bị lỗi phông"),
        (
            ["5A1", "A1", "NguyÔn V¨n An"],
            "bảng mã cũ TCVN3 (phông .VnTime)",
        ),
        (
            ["5A1", "A1", "Nguyeãn Vaên An"],
            "bảng mã cũ VNI (phông VNI-Times)",
        ),
    ] {
        let said = bad_child(cells[0], cells[1], cells[2]);
        assert!(said.starts_with("trang tính “Trẻ”, dòng 3, cột "), "{said}");
        assert!(said.contains(want), "{cells:?}\n said {said}\n want {want}");
    }
}

#[test]
fn every_bad_member_of_staff_is_named() {
    for (cells, want) in [
        (["", "Giáo viên", "5A2"], "chưa có họ tên"),
        (
            ["Phạm Thị Hoa", "", "5A2"],
            "cột Vai trò (vai_tro): chưa có vai trò",
        ),
        (
            ["Phạm Thị Hoa", "giáo vin", "5A2"],
            "Có phải cô muốn ghi “Giáo viên”?",
        ),
        (
            ["Phạm Thị Hoa", "phi hành gia", ""],
            "Cô ghi một trong: Hiệu trưởng, Phó hiệu trưởng",
        ),
        (["Phạm Thị Hoa", "GV", "5A*"], "không đọc được tên lớp"),
        (["VŨ MINH THƯ", "GV", "5A1"], "đã có ở dòng 2"),
    ] {
        let said = bad_staff(cells[0], cells[1], cells[2]);
        assert!(said.contains(want), "{cells:?}\n said {said}\n want {want}");
    }
}

#[test]
fn a_row_with_two_mistakes_says_both_and_nothing_is_taken() {
    let said = bad_child("", "", "Lê Văn 9");
    assert_eq!(said.lines().count(), 3, "{said}");
}

#[test]
fn a_long_report_stops_at_twenty() {
    let mut rows: Vec<Vec<String>> = vec![vec!["lop".into(), "ma_be".into(), "ho_ten".into()]];
    rows.extend((0..25).map(|n| vec!["5A1".into(), format!("A{n}"), format!("Bé {n}")]));
    let rows = rows
        .into_iter()
        .zip(1..)
        .map(|(cells, number)| Row { number, cells });
    let why = children(&[Table {
        sheet: String::new(),
        rows: rows.collect(),
    }])
    .unwrap_err();
    let report = texts::report("ds.csv", &why);
    assert!(report.starts_with("Chưa nhập được tệp “ds.csv”; chưa có gì thay đổi.\nCó 25 chỗ cần sửa:\n- dòng 2, cột Họ tên"));
    assert!(report.contains("\n… và 5 dòng nữa\n"), "{report}");
    assert_eq!(
        report.lines().filter(|line| line.starts_with("- ")).count(),
        20
    );
}

#[test]
fn a_personal_number_is_in_no_message() {
    let rows: [&[&str]; 3] = [
        &["lop", "ma_be", "ho_ten"],
        &["5A1", "000000000042", "Trần Bảo Hân"],
        &["5A1", "000000000042", "Lê Văn Đức"],
    ];
    let why = children(&table(&rows)).unwrap_err();
    assert!(!texts::report("ds.xlsx", &why).contains("42"));
    assert!(!format!("{why:?}").contains("42"));
    let good = children(&table(&rows[..2])).unwrap();
    assert!(!format!("{good:?}").contains("42"));
}

#[test]
fn cells_that_only_a_workbook_can_hold() {
    let Err(Rejected::Bad { bad }) = children(&open(&fixture("bad-cells.xlsx")).unwrap()) else {
        panic!("must be refused")
    };
    let found: Vec<(u32, Why)> = bad.into_iter().map(|bad| (bad.row, bad.why)).collect();
    assert_eq!(
        found,
        [
            (2, Why::CellIsError),
            (3, Why::CellIsFormula),
            (4, Why::CodeScientific),
            (5, Why::CodeLostZero),
            (6, Why::CellIsDate),
        ]
    );
}

#[test]
fn staff_with_roles_and_classes() {
    use StaffRole::*;
    for name in ["staff.xlsx", "staff.csv"] {
        let parsed = staff(&open(&fixture(name)).unwrap()).unwrap();
        let rows: Vec<_> = parsed
            .rows
            .iter()
            .map(|s| (s.row, s.name.as_str(), s.role, s.classes.join(";")))
            .collect();
        assert_eq!(
            rows,
            [
                (3, "Phạm Thị Hoa", Principal, String::new()),
                (4, "Vũ Minh Thư", Teacher, "5A1;5A2".to_owned()),
                (5, "Đỗ Thị Lụa", Teacher, "LA1".to_owned()),
                (5, "Đỗ Thị Lụa", GroupHead, "LA1".to_owned()),
                (6, "Bùi Văn Tám", Employee, String::new()),
            ],
            "{name}"
        );
        assert_eq!(parsed.ignored_columns, ["Điện thoại"]);
    }
}

#[test]
fn a_missing_header_names_the_nearest_row() {
    let why = children(&table(&[
        &["Trường Hoa Sen"],
        &["Lớp", "Mã hoc snh", "Họ tên"],
        &["5A1", "A1", "Lê Văn Đức"],
    ]))
    .unwrap_err();
    let report = texts::report("ds.xlsx", &why);
    assert!(
        report.contains(
            "trang tính “Trẻ”, dòng 2 có Lớp (lop), Họ tên (ho_ten); còn thiếu Mã bé (ma_be)"
        ),
        "{report}"
    );
    assert!(
        report.contains("Cột “Mã hoc snh” có phải là Mã bé (ma_be) không?"),
        "{report}"
    );
    let why = children(&table(&[&["Thực đơn tuần"], &["Cháo", "Sữa"]])).unwrap_err();
    assert!(
        texts::report("ds.xlsx", &why)
            .contains("Em không thấy dòng tiêu đề trong 30 dòng đầu (đã xem các trang tính: Trẻ)")
    );
    assert_eq!(
        children(&table(&[&["lop", "ma_be", "ho_ten"]])),
        Err(Rejected::NoRows)
    );
}

#[test]
fn rows_that_are_no_child_are_left_out() {
    let parsed = children(&table(&[
        &["STT", "Lớp", "Mã trẻ", "Họ tên", "Ghi chú"],
        &["(1)", "(2)", "(3)", "(4)", "(5)"],
        &["1", "5A1", "A1", "Lê Văn Đức"],
        &["STT", "Lớp", "Mã trẻ", "Họ tên", "Ghi chú"],
        &["2", "5A1", "A2", "Tô Trường An"],
        &["3", "", "", ""],
        &["", "", "", "", "nghỉ ốm"],
        &["Tổng cộng: 2 trẻ"],
        &["", "", "", "Hoa Sen, ngày 5 tháng 9 năm 2026"],
        &["", "", "", "Phạm Thị Hoa"],
    ]))
    .unwrap();
    assert_eq!(parsed.rows.len(), 2);
    use SkipReason::*;
    let why: Vec<_> = parsed.skipped.iter().map(|s| s.why).collect();
    assert_eq!(
        why,
        [
            ColumnNumbers,
            RepeatedHeader,
            NothingForUs,
            NothingForUs,
            Footer,
            Footer,
            Footer
        ]
    );
    // With a running number, what looks like the end of the list is a child with a gap.
    assert!(
        children(&table(&[
            &["STT", "Lớp", "Mã trẻ", "Họ tên"],
            &["1", "5A1", "12", ""]
        ]))
        .is_err()
    );
}

#[test]
fn a_file_that_is_no_list_says_what_it_is() {
    for (bytes, want) in [
        (b"%PDF-1.7".as_slice(), "tệp PDF"),
        (b"\x89PNG\r\n\x1a\n".as_slice(), "tệp ảnh"),
        (b" \r\n".as_slice(), "không có nội dung"),
        (b"PK\x03\x04 cut off".as_slice(), "bị hỏng"),
        (b"a,b\n\"x".as_slice(), "dòng 2 có dấu ngoặc kép"),
        (
            b"<?xml version=\"1.0\"?><Workbook/>".as_slice(),
            "chưa đọc được",
        ),
    ] {
        let why = table::read(bytes).unwrap_err();
        assert!(
            texts::file_problem("ds.xlsx", &why).contains(want),
            "{why:?}"
        );
    }
    let said = |name: &str| texts::file_problem(name, &open(&fixture(name)).unwrap_err());
    assert!(said("roster-html.xls").contains("trang web được lưu với đuôi của Excel"));
    assert!(said("roster-tcvn3.csv").contains("TCVN3"));
    assert!(said("no-such-file.xlsx").contains("không tìm thấy"));
    assert!(said("").contains("đây là thư mục"));
    assert!(said("~$ds.xlsx").contains("tệp tạm của Excel"));
}

#[test]
fn a_stray_cell_in_the_last_corner_of_an_old_sheet_costs_no_memory() {
    assert!(matches!(
        open(&fixture("far-cell.xls")),
        Err(FileProblem::FarCells)
    ));
}

#[test]
fn too_many_rows_are_refused() {
    let text = "lop,ma_be,ho_ten\n".to_owned() + &"5A1,A1,An\n".repeat(MAX_ROWS);
    assert!(matches!(
        table::read(text.as_bytes()),
        Err(FileProblem::TooManyRows)
    ));
}

/// A small generator, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below.max(1)
    }
}

fn must_not_panic(bytes: &[u8]) {
    if let Ok(tables) = table::read(bytes) {
        for why in [children(&tables).err(), staff(&tables).err()]
            .into_iter()
            .flatten()
        {
            let _ = texts::report("x", &why);
        }
    }
}

#[test]
fn no_bytes_make_it_panic() {
    let mut dice = Dice(7);
    for _ in 0..3_000 {
        let len = dice.roll(300);
        let bytes: Vec<u8> = (0..len).map(|_| dice.roll(256) as u8).collect();
        must_not_panic(&bytes);
    }
    // Texts of the parts that lists are made of, in any order.
    let parts = [
        "lop",
        "ma_be",
        "ho_ten",
        "vai_tro",
        ",",
        ";",
        "\n",
        "\"",
        "5A1",
        "Lớp",
        "GV",
        "=",
        "#REF!",
        "1.2E+11",
        "\u{301}",
        "Tổng",
        "2026-01-05",
        "-",
        "đ",
        "\u{FFFD}",
        "(",
        "7-",
        " ",
    ];
    for _ in 0..1_500 {
        let text: String = (0..dice.roll(60))
            .map(|_| parts[dice.roll(parts.len())])
            .collect();
        must_not_panic(text.as_bytes());
    }
}

#[test]
fn a_damaged_file_is_refused_or_read_but_never_a_panic() {
    let mut dice = Dice(11);
    for name in [
        "roster-openpyxl.xlsx",
        "roster-libreoffice.xls",
        "roster-xlwt.xls",
        "roster-odfpy.ods",
        "roster-utf16le.csv",
        "roster-windows1258.csv",
    ] {
        let whole = std::fs::read(fixture(name)).unwrap();
        for _ in 0..150 {
            let mut bytes = whole.clone();
            for _ in 0..=dice.roll(8) {
                let at = dice.roll(bytes.len());
                bytes[at] = dice.roll(256) as u8;
            }
            if dice.roll(4) == 0 {
                bytes.truncate(dice.roll(bytes.len()));
            }
            must_not_panic(&bytes);
        }
    }
}
