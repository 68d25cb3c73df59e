//! The school's own lists, taken in by the program itself: as files of real spreadsheets, twice, with
//! errors, with children who moved, and large.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

#[path = "support/program.rs"]
mod program;
#[path = "support/mod.rs"]
mod support;

use std::path::PathBuf;

use lopso::app::recount;
use lopso::db::{Db, Engine, Val};
use lopso::domain::{ChildId, Evidence, Timestamp, Verb};
use lopso::ledger::{Act, links, store as ledger};
use lopso::roster::{School, store};
use program::{Office, Said};
use rust_xlsxwriter::Workbook;

const NOW: Timestamp = Timestamp(1_795_053_600_000);

/// A list as an office keeps it: a title, a header, a birth date that nobody needs.
fn xlsx(office: &Office, name: &str, children: &[(&str, &str, &str)]) -> PathBuf {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet
        .write_string(0, 0, "DANH SÁCH TRẺ NĂM HỌC 2026-2027")
        .unwrap();
    for (column, title) in ["STT", "Họ và tên", "Mã học sinh", "Tên lớp", "Ngày sinh"]
        .into_iter()
        .enumerate()
    {
        sheet
            .write_string(2, u16::try_from(column).unwrap(), title)
            .unwrap();
    }
    for (place, (class, code, child)) in children.iter().enumerate() {
        let row = u32::try_from(place).unwrap() + 3;
        sheet.write_number(row, 0, f64::from(row) - 2.0).unwrap();
        for (column, text) in [(1, *child), (2, *code), (3, *class), (4, "01/02/2021")] {
            sheet.write_string(row, column, text).unwrap();
        }
    }
    let path = office.path(name);
    book.save(&path).unwrap();
    path
}

const FIRST: [(&str, &str, &str); 4] = [
    ("5A1", "HS01", "Nguyễn Hoài An"),
    ("5A1", "HS02", "Trần Bảo Nam"),
    ("5A2", "HS03", "Lê Minh Tư"),
    ("5A2", "HS04", "Phạm Gia Hân"),
];

async fn rows(db: &Db, sql: &'static str) -> Vec<Vec<String>> {
    let mut tx = db.read().await.unwrap();
    let rows = tx.rows(sql, Vec::new()).await.unwrap();
    rows.iter()
        .map(|row| {
            ["one", "two", "three"]
                .map(|name| row.get::<String>(name).unwrap())
                .to_vec()
        })
        .collect()
}

const CHILDREN: &str = "SELECT c.code AS one, c.name AS two, k.code AS three FROM child c \
     JOIN enrolment e ON e.school_id = c.school_id AND e.child_id = c.child_id AND e.left_at IS NULL \
     JOIN class k ON k.school_id = e.school_id AND k.class_id = e.class_id ORDER BY c.code";
const STAFF: &str = "SELECT p.name AS one, r.role AS two, COALESCE(k.code, '') AS three FROM staff_role r \
     JOIN person p ON p.school_id = r.school_id AND p.person_id = r.person_id \
     LEFT JOIN homeroom h ON h.person_id = p.person_id LEFT JOIN class k ON k.class_id = h.class_id ORDER BY 1, 2, 3";

/// Plays a scene in an office that has a program, a database and one school.
macro_rules! in_an_office {
    ($(async fn $name:ident($office:ident: Office, $db:ident: Db) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn play(engine: Engine) {
                let Some(test) = support::database(engine).await else { return };
                let $office = Office::at(&test.url);
                let $db = &test.db;
                $office.run(&["school", "add", "--code", "thu", "--name", "Trường Mầm non Thử"]).fine();
                $body
            }

            #[tokio::test]
            async fn sqlite() {
                play(Engine::Sqlite).await;
            }

            #[tokio::test]
            async fn postgres() {
                play(Engine::Postgres).await;
            }
        }
    )*};
}

fn import(office: &Office, kind: &str, file: &std::path::Path, more: &[&str]) -> Said {
    let mut words = vec!["import", kind, file.to_str().unwrap()];
    words.extend(more);
    office.run(&words)
}

async fn school(db: &Db) -> School {
    let mut tx = db.read().await.unwrap();
    store::schools(&mut tx).await.unwrap().remove(0)
}

in_an_office! {
    async fn the_same_file_twice_changes_nothing(office: Office, db: Db) {
        let file = xlsx(&office, "lop.xlsx", &FIRST);
        import(&office, "roster", &file, &[]).fine().says("Tệp có 4 trẻ").says("Trẻ mới (4)").says("Đã ghi xong");
        let before = rows(db, CHILDREN).await;
        assert_eq!(before.len(), 4);
        assert_eq!(before[0], ["HS01", "Nguyễn Hoài An", "5A1"]);
        import(&office, "roster", &file, &[]).fine().says("Không đổi: 4").says("Không có gì thay đổi");
        assert_eq!(rows(db, CHILDREN).await, before);
    }

    async fn a_dry_run_tells_and_writes_nothing(office: Office, db: Db) {
        let file = xlsx(&office, "lop.xlsx", &FIRST);
        import(&office, "roster", &file, &["--dry-run"]).fine().says("Trẻ mới (4)").says("chưa ghi gì");
        assert!(rows(db, CHILDREN).await.is_empty());
        import(&office, "roster", &file, &[]).fine();
        let later = xlsx(&office, "moi.xlsx", &[("5A2", "HS01", "Nguyễn Hoài Ân"), ("4B", "HS09", "Đỗ Thu Cúc")]);
        let before = rows(db, CHILDREN).await;
        import(&office, "roster", &later, &["--dry-run"]).fine().says("Chuyển lớp (1)").says("chưa ghi gì");
        assert_eq!(rows(db, CHILDREN).await, before);
    }

    async fn what_changed_is_told_and_the_missing_stay(office: Office, db: Db) {
        import(&office, "roster", &xlsx(&office, "lop.xlsx", &FIRST), &[]).fine();
        let later = [
            ("5A1", "HS01", "Nguyễn Hoài Ân"),
            ("5A2", "HS02", "Trần Bảo Nam"),
            ("5A2", "HS03", "Lê Minh Tư"),
            ("4B", "HS05", "Đỗ Thu Cúc"),
        ];
        import(&office, "roster", &xlsx(&office, "moi.xlsx", &later), &[])
            .fine()
            .says("Lớp mới (1): 4B")
            .says("Nguyễn Hoài An → Nguyễn Hoài Ân (5A1)")
            .says("Trần Bảo Nam: 5A1 → 5A2")
            .says("Đỗ Thu Cúc (4B)")
            .says("vẫn giữ nguyên (1):\n  Phạm Gia Hân (5A2)")
            .says("Không đổi: 1");
        let now = rows(db, CHILDREN).await;
        assert_eq!(now.len(), 5);
        assert_eq!(now[1], ["HS02", "Trần Bảo Nam", "5A2"]);
        assert_eq!(now[3], ["HS04", "Phạm Gia Hân", "5A2"]);
    }

    async fn with_one_bad_row_nothing_is_taken_and_its_place_is_named(office: Office, db: Db) {
        let bad: [(&str, (&str, &str, &str), &str); 3] = [
            ("thieu.xlsx", ("5A1", "HS07", ""), "dòng 8, cột Họ tên (ho_ten): chưa có họ tên."),
            ("trung.xlsx", ("5A1", "HS01", "Vũ Minh Thư"), "dòng 8, cột Mã bé (ma_be) “HS01”: mã này đã dùng cho một bé khác ở dòng 4"),
            ("so.xlsx", ("5A1", "HS08", "Vũ Minh Thư 2"), "dòng 8, cột Họ tên (ho_ten) “Vũ Minh Thư 2”: họ tên có chữ số."),
        ];
        for (name, row, message) in bad {
            let mut children = FIRST.to_vec();
            children.push(row);
            import(&office, "roster", &xlsx(&office, name, &children), &[])
                .refused()
                .says(&format!("Chưa nhập được tệp “{name}”; chưa có gì thay đổi."))
                .says(message);
            assert!(rows(db, CHILDREN).await.is_empty());
        }
    }

    async fn files_of_other_programs_are_taken_whole(office: Office, db: Db) {
        for name in ["roster-libreoffice.xlsx", "roster-openpyxl.xlsx", "roster-xlwt.xls", "roster-libreoffice.ods", "roster-utf8.csv", "roster-utf16le.csv", "roster-windows1258.csv"] {
            import(&office, "roster", &support::data(&format!("import/{name}")), &[]).fine().says("Tệp có 4 trẻ");
            assert_eq!(rows(db, CHILDREN).await.len(), 4, "{name} holds other children than the files before it");
        }
        import(&office, "roster", &support::data("import/roster-tcvn3.csv"), &[]).refused().says("UniKey");
        // The roster of these files has no class 5A2, which the staff list names.
        import(&office, "staff", &support::data("import/staff.csv"), &[]).refused().says("lớp 5A2");
    }

    async fn a_personal_number_is_kept_only_as_a_hash(office: Office, db: Db) {
        let file = xlsx(&office, "so.xlsx", &[("5A1", "001221000042", "Nguyễn Hoài An")]);
        import(&office, "roster", &file, &[]).fine();
        let kept = rows(db, CHILDREN).await;
        assert!(kept[0][0].starts_with("h:") && !kept[0][0].contains("1221000042"), "{kept:?}");
        import(&office, "roster", &file, &[]).fine().says("Không có gì thay đổi");
        // Nor anywhere in the file, had it once stood there.
        if let Some(path) = office.sqlite_file() {
            for ending in ["", "-wal"] {
                let bytes = std::fs::read(format!("{}{ending}", path.display())).unwrap_or_default();
                assert!(!bytes.windows(12).any(|part| part == b"001221000042"), "it stands in the file{ending}");
            }
        }
    }

    async fn a_personal_number_is_the_same_with_points_and_without_its_zeros(office: Office, db: Db) {
        import(&office, "roster", &xlsx(&office, "so.xlsx", &[("5A1", "001221000042", "Nguyễn Hoài An")]), &[]).fine();
        for written in ["001.221.000.042", "001-221-000-042", "1221000042", "001 221 000 042"] {
            let again = xlsx(&office, "lai.xlsx", &[("5A1", written, "Nguyễn Hoài An")]);
            import(&office, "roster", &again, &[]).fine().says("Không có gì thay đổi");
        }
        let kept = rows(db, CHILDREN).await;
        assert_eq!(kept.len(), 1);
        assert!(kept[0][0].starts_with("h:"), "{kept:?}");
    }

    async fn a_moved_child_takes_its_counts_along(office: Office, db: Db) {
        import(&office, "roster", &xlsx(&office, "lop.xlsx", &FIRST), &[]).fine();
        let school = school(db).await;
        let mut tx = db.begin().await.unwrap();
        let tasks = ledger::tasks(&mut tx, &[school.id]).await.unwrap();
        let task = tasks.iter().find(|task| task.kind == lopso::domain::TaskKind::Payment).unwrap();
        let rows = tx.rows("SELECT child_id FROM child ORDER BY code", Vec::new()).await.unwrap();
        let paid: Vec<ChildId> = rows.iter().take(2).map(|row| row.get("child_id").unwrap()).collect();
        let act = |child: &ChildId| Act {
            school: school.id,
            task: task.id,
            person: None,
            child: Some(*child),
            verb: Verb::Done,
            evidence: Evidence::Bank,
            at: NOW,
        };
        ledger::add_acts(&mut tx, &paid.iter().map(act).collect::<Vec<_>>(), NOW).await.unwrap();
        links::refold(&mut tx, &paid).await.unwrap();
        tx.commit().await.unwrap();
        let mut later = FIRST;
        later[1].0 = "5A2";
        import(&office, "roster", &xlsx(&office, "moi.xlsx", &later), &[]).fine().says("Trần Bảo Nam: 5A1 → 5A2");
        assert!(recount(db, &school).await.unwrap().is_none());
        let report = office.run(&["report", "--format", "json"]).fine().json();
        let by_class = &report["tasks"][1]["by_class"];
        assert_eq!((&by_class[0]["class"], &by_class[0]["done"], &by_class[0]["families"]), (&"5A1".into(), &1.into(), &1.into()));
        assert_eq!((&by_class[1]["class"], &by_class[1]["done"], &by_class[1]["families"]), (&"5A2".into(), &1.into(), &3.into()));
        office.run(&["doctor"]).fine().says("số liệu khớp");
    }

    async fn staff_keep_only_what_the_newest_file_gives(office: Office, db: Db) {
        import(&office, "roster", &xlsx(&office, "lop.xlsx", &FIRST), &[]).fine();
        let unknown = office.write("nhan-su.csv", "ho_ten,vai_tro,lop\nPhạm Thị Hoa,Hiệu trưởng,\nVũ Minh Thư,Giáo viên,5A1;5A9\n");
        import(&office, "staff", &unknown, &[])
            .refused()
            .says("Tệp nhan-su.csv có lớp chưa có trong danh sách trẻ")
            .says("dòng 3: lớp 5A9");
        assert!(rows(db, STAFF).await.is_empty());
        let first = office.write("nhan-su.csv", "ho_ten,vai_tro,lop\nPhạm Thị Hoa,hieu_truong,\nVũ Minh Thư,giao_vien,5A1\n");
        import(&office, "staff", &first, &["--dry-run"]).fine().says("chưa ghi gì");
        assert!(rows(db, STAFF).await.is_empty());
        import(&office, "staff", &first, &[]).fine().says("Người mới (2)");
        import(&office, "staff", &first, &[]).fine().says("Không có gì thay đổi");
        let moved = office.write("nhan-su.csv", "ho_ten,vai_tro,lop\nVũ Minh Thư,giao_vien,5A2\n");
        import(&office, "staff", &moved, &[]).fine().says("Đổi vai trò hoặc lớp (1):\n  Vũ Minh Thư").says("vẫn giữ nguyên (ai đã nghỉ hẳn: thêm --remove-missing) (1)");
        let now = rows(db, STAFF).await;
        assert_eq!(now.len(), 2);
        assert_eq!(now[1], ["Vũ Minh Thư", "giao_vien", "5A2"]);
    }

    async fn with_several_schools_the_one_meant_is_named(office: Office, db: Db) {
        office.run(&["school", "add", "--code", "hoa-mai", "--name", "Trường Mầm non Hoa Mai"]).fine();
        let file = xlsx(&office, "lop.xlsx", &FIRST);
        import(&office, "roster", &file, &[]).refused().says("hoa-mai, thu").says("--school");
        import(&office, "roster", &file, &["--school", "hoa-mi"]).refused().says("Không có trường mã “hoa-mi”");
        assert!(rows(db, CHILDREN).await.is_empty());
        import(&office, "roster", &file, &["--school", "hoa-mai"]).fine();
        office.run_with(&["import", "roster", file.to_str().unwrap()], &[("LOPSO_SCHOOL", "thu")]).fine().says("Trẻ mới (4)");
        assert_eq!(rows(db, CHILDREN).await.len(), 8);
    }
}

async fn a_large_list(engine: Engine) {
    const ROWS: usize = 49_000;
    let Some(test) = support::database(engine).await else {
        return;
    };
    let office = Office::at(&test.url);
    office
        .run(&[
            "school",
            "add",
            "--code",
            "thu",
            "--name",
            "Trường Mầm non Thử",
        ])
        .fine();
    let mut text = String::from("lop,ma_be,ho_ten\n");
    for place in 0..ROWS {
        text.push_str(&format!(
            "{}A{},HS{place:05},Nguyễn Hoài An\n",
            place % 5 + 1,
            place / 5 % 40
        ));
    }
    let file = office.write("to.csv", &text);
    import(&office, "roster", &file, &[])
        .fine()
        .says("Tệp có 49000 trẻ")
        .says("Đã ghi xong");
    let mut tx = test.db.read().await.unwrap();
    let counted = tx.row(
        "SELECT COUNT(*) AS n FROM enrolment WHERE left_at IS NULL AND school_id > $1",
        vec![Val::Int(Some(0))],
    );
    assert_eq!(
        counted.await.unwrap().unwrap().get::<i64>("n").unwrap(),
        49_000
    );
}

mod a_large_list_is_taken_whole {
    use super::*;

    #[tokio::test]
    async fn sqlite() {
        a_large_list(Engine::Sqlite).await;
    }

    #[tokio::test]
    async fn postgres() {
        a_large_list(Engine::Postgres).await;
    }
}
