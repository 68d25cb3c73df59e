//! Made-up houses that break the rules, so that we know each rule can fail.

use crate::Rule;
use crate::rules::*;
use crate::source::House;

/// The rule finds exactly the offences expected, each given as the beginning of its line.
#[track_caller]
fn finds(rule: Rule, files: &[(&str, &str)], expected: &[&str]) {
    let wrong = rule(&House::of(files));
    let as_expected = wrong.len() == expected.len()
        && wrong
            .iter()
            .zip(expected)
            .all(|(found, start)| found.starts_with(start));
    assert!(
        as_expected,
        "found:\n{}\nexpected:\n{}",
        wrong.join("\n"),
        expected.join("\n")
    );
}

#[test]
fn an_import_upwards_is_found() {
    let files = [
        ("domain/ids.rs", "use crate::roster::Child;"),
        ("understand/mod.rs", "use crate::{db::Tx, domain::ids};"),
        (
            "ledger/mod.rs",
            "fn f() {\n    crate::feature::confirm::kept();\n}",
        ),
        ("db/tx.rs", "use super::super::app::App;\nuse super::Row;"),
        ("feature/guide.rs", "use crate::render::Row;"),
        ("helper/mod.rs", ""),
        ("db/val.rs", "macro_rules! vals {\n    () => {};\n}"),
        ("domain/act.rs", "use crate::vals;"),
        // All of these are as they should be.
        (
            "app.rs",
            "use crate::{\n    feature::{confirm, guide as g},\n    render,\n};",
        ),
        (
            "web/mod.rs",
            "use crate::channel::{self, Door};\nuse crate::clock;",
        ),
        (
            "roster/mod.rs",
            "// crate::app\n#[cfg(test)]\nmod tests {\n    use crate::app::App;\n}\nuse crate::db;",
        ),
    ];
    let expected = [
        "domain/ids.rs:1: `domain` uses `roster::Child`",
        "understand/mod.rs:1: `understand` uses `db::Tx`",
        "ledger/mod.rs:2: `ledger` uses `feature::confirm::kept`",
        "db/tx.rs:1: `db` uses `app::App`",
        "feature/guide.rs:1: `feature` uses `render::Row`",
        "helper/mod.rs:1: `helper` has no storey",
        "domain/act.rs:1: `domain` uses `vals`",
    ];
    finds(imports_point_down, &files, &expected);
}

#[test]
fn a_feature_using_another_is_found() {
    let files = [
        (
            "feature/confirm/mod.rs",
            "use super::remind::Due;\nuse crate::feature::confirm::texts;",
        ),
        (
            "feature/remind.rs",
            "use crate::{domain, feature::{confirm::kept, remind}};",
        ),
        ("app.rs", "use crate::feature::{confirm, remind};"),
    ];
    let expected = [
        "feature/confirm/mod.rs:1:",
        "feature/remind.rs:1: feature `remind` uses feature `confirm`",
    ];
    finds(features_stand_alone, &files, &expected);
}

#[test]
fn a_second_door_to_teloxide_is_found() {
    let files = [
        ("channel/telegram.rs", "use teloxide::Bot;"),
        (
            "sender/mod.rs",
            "// teloxide is told elsewhere\nuse teloxide::Bot;",
        ),
        ("cli/log.rs", "const QUIET: &str = \"teloxide=warn\";"),
    ];
    finds(one_door_to_teloxide, &files, &["sender/mod.rs:2:"]);
}

#[test]
fn a_stray_vietnamese_word_is_found() {
    let files = [
        (
            "app.rs",
            "/* dạ */ fn f<'a>(c: char) {\n    g('đ', \"Đã ghi\");\n    h(r#\"an \"ảnh\" x\"#, \"plain\");\n}",
        ),
        ("feature/pay/texts.rs", "const A: &str = \"khoản thu ạ\";"),
        ("understand/fold.rs", "const A: char = 'ă';"),
        ("web/tests.rs", "const A: &str = \"ạ\";"),
        ("web/mod.rs", "#[cfg(test)]\nmod tests;\n#[test]\nfn x() {}"),
    ];
    finds(
        vietnamese_has_its_place,
        &files,
        &["app.rs:2:", "app.rs:2:", "app.rs:3:"],
    );
}

#[test]
fn a_file_that_does_not_say_what_it_is_for_is_found() {
    let files = [
        ("app.rs", "use std::io;\n//! Late."),
        ("bots.rs", "//! The bots of a school.\n"),
    ];
    finds(files_say_what_they_are_for, &files, &["app.rs:1:"]);
}

#[test]
fn a_long_file_is_found() {
    let long = "//! Long.\n".repeat(LONGEST_FILE_LINES + 1);
    let just_right = "//! Long.\n".repeat(LONGEST_FILE_LINES);
    finds(
        files_are_short,
        &[("app.rs", &long), ("bots.rs", &just_right)],
        &["app.rs:"],
    );
}

#[test]
fn a_path_of_a_machine_is_found() {
    let text = "//! See /home/lan/notes.\nconst A: &str = \"https://example.org/home/\";\nconst B: &str = \"C:\\\\x\";";
    let windows = "const A: &str = r\"C:\\Users\\lan\";";
    finds(
        no_path_of_a_machine,
        &[("app.rs", text), ("bots.rs", windows)],
        &["app.rs:1:", "bots.rs:1:"],
    );
}

#[test]
fn a_second_writer_is_found() {
    let files = [
        (
            "ledger/acts.rs",
            "const A: &str = \"INSERT INTO act (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET id = $1\";",
        ),
        (
            "ledger/fold.rs",
            "const A: &str = \"DELETE FROM act WHERE id = $1\";",
        ),
        (
            "feature/pay/store.rs",
            "const A: &str = \"UPDATE \\\n    act SET id = $1\";\nconst B: &str = \"UPDATE fee AS f SET x = 1\";",
        ),
        (
            "feature/guide/store.rs",
            "const A: &str = \"INSERT OR IGNORE INTO fee(x) SELECT 1 FOR UPDATE\";",
        ),
        (
            "effects.rs",
            "const A: &str = \"UPDATE tally SET done = 1\";",
        ),
        (
            "web/mod.rs",
            "const A: &str = \"Please update the act set\";",
        ),
    ];
    let expected = [
        "effects.rs:1: `effects` writes `tally`",
        "feature/pay/store.rs:1: `act` is written by `feature/pay`",
        "ledger/acts.rs:1: `act` is written by `ledger`",
        "feature/guide/store.rs:1: `fee` is written by `feature/guide`",
        "feature/pay/store.rs:3: `fee` is written by `feature/pay`",
    ];
    finds(tables_have_one_writer, &files, &expected);
}

#[test]
fn a_table_put_into_a_writing_statement_from_elsewhere_is_found() {
    let written = "const A: &str = concat!(\"INSERT INTO \", stringify!(act), \" (id) SELECT 1\");";
    let files = [
        ("ledger/acts.rs", written),
        ("backup/tables.rs", written),
        ("db/tx.rs", "const LOCK: &str = \"SELECT 1 FOR UPDATE\";"),
    ];
    finds(
        tables_have_one_writer,
        &files,
        &["ledger/acts.rs:1: writes a table without its name"],
    );
}

#[test]
fn a_look_at_the_clock_is_found() {
    let files = [
        (
            "feature/remind.rs",
            "fn f() {\n    let now = jiff::Timestamp::now();\n}",
        ),
        ("clock.rs", "fn f() { Timestamp::now(); }"),
        ("domain/time.rs", "fn f() { Timestamp::now(); }"),
        (
            "domain/ids.rs",
            "fn f() { SystemTime::now(); }\n#[cfg(test)]\nfn g() { SystemTime::now(); }",
        ),
    ];
    finds(
        now_is_a_parameter,
        &files,
        &["feature/remind.rs:2:", "domain/ids.rs:1:"],
    );
}
