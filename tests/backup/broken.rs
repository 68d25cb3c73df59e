//! What does not open, and that nothing of it is applied.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use lopso::backup::format::{Header, seal};
use lopso::backup::{self, Problem, Secret};
use lopso::db::{Db, Engine};
use lopso::domain::Timestamp;
use lopso::installation::Key;
use lopso::vals;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::support::{self, TestDb};
use crate::{Drawer, back_up, bring_back, everything, number, secret};

const NOW: Timestamp = Timestamp(1_795_500_000_000);
const CHUNK: usize = 64 * 1_024 + 16;

/// A school with people enough for three chunks.
async fn large(engine: Engine) -> Option<TestDb> {
    let here = support::database(engine).await?;
    let mut tx = here.db.begin().await.unwrap();
    let school = "INSERT INTO school (school_id, code, name, year, created_at) VALUES (1, 'thu', 'Trường Thử', '2026-2027', 0)";
    tx.execute(school, vals![]).await.unwrap();
    // Numbers without order do not pack well.
    let mut number = 12_345_u64;
    let people: Vec<Value> = (1..=6_000)
        .map(|id| {
            number = number
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            json!({"id": id, "name": format!("Người {number:016x}{:016x}", number.rotate_left(17))})
        })
        .collect();
    let person = "INSERT INTO person (school_id, person_id, name, created_at) \
         SELECT 1, CAST(value ->> 'id' AS BIGINT), value ->> 'name', 0 FROM json_each($1)";
    tx.execute(person, vals![serde_json::to_string(&people).unwrap()])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    Some(here)
}

async fn file() -> (Drawer, PathBuf, Vec<u8>) {
    let here = large(Engine::Sqlite).await.unwrap();
    let drawer = Drawer::new();
    let file = drawer.path("truong.backup");
    back_up(&here.db, &file, NOW).await;
    let bytes = std::fs::read(&file).unwrap();
    (drawer, file, bytes)
}

fn stream_at(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1
}

async fn refused(file: &Path, to: &Db, secret: &Secret) -> Problem {
    let before = everything(to).await;
    let refused = bring_back(file, to, secret, false, NOW).await.unwrap_err();
    assert_eq!(
        everything(to).await,
        before,
        "something was applied before it was refused: {refused}"
    );
    refused
}

/// Cut at any place, or one bit turned at any place: it does not open.
#[test]
fn a_file_cut_or_changed_anywhere_does_not_open() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (_drawer, file, bytes) = runtime.block_on(file());
    let stream = stream_at(&bytes);
    assert!(
        bytes.len() > stream + 2 * CHUNK,
        "one chunk proves little: {}",
        bytes.len()
    );
    let check = |bytes: &[u8]| {
        std::fs::write(&file, bytes).unwrap();
        runtime.block_on(backup::check(&file, &secret()))
    };
    assert!(check(&bytes).is_ok());
    // Where a cut leaves whole chunks, or nothing, or no first line.
    for cut in [
        0,
        1,
        5,
        stream - 1,
        stream,
        stream + 16,
        stream + CHUNK,
        stream + 2 * CHUNK,
        bytes.len() - 1,
    ] {
        let told = check(&bytes[..cut]).unwrap_err();
        assert!(
            matches!(told, Problem::Cut | Problem::Changed),
            "{cut}: {told}"
        );
        if [0, stream - 1, stream, stream + CHUNK, stream + 2 * CHUNK].contains(&cut) {
            assert!(matches!(told, Problem::Cut), "{cut}: {told}");
        }
    }
    // Chunks in another order, one left out, one twice, something at the end.
    let chunk = |number: usize| &bytes[stream + number * CHUNK..][..CHUNK];
    let (head, tail) = (&bytes[..stream], &bytes[stream + 2 * CHUNK..]);
    for pieces in [
        vec![head, chunk(1), chunk(0), tail],
        vec![head, chunk(0), tail],
        vec![head, chunk(1), tail],
        vec![head, chunk(0), chunk(0), chunk(1), tail],
        vec![&bytes[..], b"x"],
    ] {
        let told = check(&pieces.concat()).unwrap_err();
        assert!(matches!(told, Problem::Changed), "{told}");
    }
    let config = Config {
        cases: 192,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let length = bytes.len();
    runner
        .run(&(0..length), |cut| {
            prop_assert!(check(&bytes[..cut]).is_err());
            Ok(())
        })
        .unwrap();
    // The first line is short, and every second case looks at it.
    runner
        .run(
            &(prop_oneof![0..length, 0..stream], 0..8_u32),
            |(place, bit)| {
                let mut changed = bytes.clone();
                changed[place] ^= 1 << bit;
                prop_assert!(check(&changed).is_err());
                Ok(())
            },
        )
        .unwrap();
}

async fn applies_nothing_of_a_broken_file(engine: Engine) {
    let Some(there) = support::database(engine).await else {
        return;
    };
    let (_drawer, file, bytes) = file().await;
    // Its last byte is wrong: by then thousands of rows were on their way.
    let mut changed = bytes.clone();
    *changed.last_mut().unwrap() ^= 1;
    std::fs::write(&file, &changed).unwrap();
    assert!(matches!(
        refused(&file, &there.db, &secret()).await,
        Problem::Changed
    ));
    std::fs::write(&file, &bytes[..bytes.len() - 1_000]).unwrap();
    refused(&file, &there.db, &secret()).await;
    std::fs::write(&file, &bytes).unwrap();
    bring_back(&file, &there.db, &secret(), false, NOW)
        .await
        .unwrap();
    assert_eq!(
        number(&there.db, "SELECT COUNT(*) AS n FROM person").await,
        6_000
    );
    // And a second time it is not empty.
    assert!(matches!(
        refused(&file, &there.db, &secret()).await,
        Problem::NotEmpty(_)
    ));
}

#[tokio::test]
async fn nothing_of_a_broken_file_is_applied_sqlite() {
    applies_nothing_of_a_broken_file(Engine::Sqlite).await;
}

#[tokio::test]
async fn nothing_of_a_broken_file_is_applied_postgres() {
    applies_nothing_of_a_broken_file(Engine::Postgres).await;
}

#[tokio::test]
async fn another_key_or_passphrase_opens_nothing() {
    let here = support::database(Engine::Sqlite).await.unwrap();
    let there = support::database(Engine::Sqlite).await.unwrap();
    let drawer = Drawer::new();
    let file = drawer.path("khoa.backup");
    back_up(&here.db, &file, NOW).await;
    let other = Secret {
        key: Key::new(b"other"),
        passphrase: None,
    };
    assert!(matches!(
        refused(&file, &there.db, &other).await,
        Problem::OtherKey
    ));
    let with = |passphrase: &str| Secret {
        passphrase: Some(passphrase.to_owned()),
        ..secret()
    };
    let locked = drawer.path("mat-khau.backup");
    let target = backup::Target {
        path: &locked,
        force: false,
    };
    backup::write(&here.db, target, &with("mưa xuân 2026"), NOW)
        .await
        .unwrap();
    assert!(matches!(
        refused(&locked, &there.db, &secret()).await,
        Problem::NoPassphrase
    ));
    assert!(matches!(
        refused(&locked, &there.db, &with("mua xuan 2026")).await,
        Problem::WrongPassphrase
    ));
    bring_back(&locked, &there.db, &with("mưa xuân 2026"), false, NOW)
        .await
        .unwrap();
}

/// A file sealed with our key that says what we like.
fn written(path: &Path, lines: &[Value]) {
    let header = Header::new(&secret(), NOW).unwrap();
    let mut packed = ZlibEncoder::new(
        seal(Vec::new(), &header, &secret()).unwrap(),
        Compression::fast(),
    );
    for line in lines {
        writeln!(packed, "{line}").unwrap();
    }
    std::fs::write(path, packed.finish().unwrap().finish().unwrap()).unwrap();
}

fn manifest(schema: i64, tables: &[(&str, &[&str], u64)]) -> Value {
    let tables: Vec<Value> = tables
        .iter()
        .map(|(name, columns, rows)| json!({"name": name, "columns": columns, "rows": rows}))
        .collect();
    json!({"program": "0.0.1", "schema": schema, "engine": "sqlite", "at": NOW.0, "schools": [], "tables": tables})
}

const SCHOOL: [&str; 5] = ["school_id", "code", "name", "year", "created_at"];

#[tokio::test]
async fn what_a_newer_program_wrote_is_refused_whole() {
    let there = support::database(Engine::Sqlite).await.unwrap();
    let drawer = Drawer::new();
    let file = drawer.path("moi.backup");
    let now = lopso::db::schema();
    for newer in [
        manifest(now + 1, &[]),
        manifest(now, &[("dream", &["dream_id"], 0)]),
        manifest(now, &[("school", &[&SCHOOL[..], &["colour"]].concat(), 0)]),
    ] {
        written(&file, &[newer]);
        assert!(matches!(
            refused(&file, &there.db, &secret()).await,
            Problem::Newer
        ));
    }
    written(&file, &[manifest(1, &[]), json!({"end": 0})]);
    let text = std::fs::read(&file).unwrap();
    let format = text
        .windows(10)
        .position(|bytes| bytes == b"\"format\":1")
        .unwrap();
    let mut newer = text.clone();
    newer[format + 9] = b'2';
    std::fs::write(&file, newer).unwrap();
    assert!(matches!(
        refused(&file, &there.db, &secret()).await,
        Problem::Newer
    ));
}

#[tokio::test]
async fn an_older_back_up_takes_the_defaults_of_what_came_after_it() {
    let there = support::database(Engine::Sqlite).await.unwrap();
    let drawer = Drawer::new();
    let file = drawer.path("cu.backup");
    let tables: [(&str, &[&str], u64); 4] = [
        ("school", &SCHOOL, 1),
        ("bot", &["bot_id", "channel", "name"], 1),
        (
            "account",
            &[
                "account_id",
                "bot_id",
                "external_id",
                "name",
                "private_chat",
                "created_at",
            ],
            1,
        ),
        (
            "arrival",
            &[
                "account_id",
                "school_id",
                "step",
                "class_id",
                "child_id",
                "expires_at",
            ],
            1,
        ),
    ];
    let lines = [
        manifest(2, &tables),
        json!({"table": "school"}),
        json!([1, "thu", "Trường Thử", "2026-2027", 0]),
        json!({"table": "bot"}),
        json!([1, "telegram", "LopSoBot"]),
        json!({"table": "account"}),
        json!([7, 1, "u7", "Mẹ An", null, 0]),
        json!({"table": "arrival"}),
        json!([7, 1, "class", null, null, NOW.0]),
        json!({"end": 4}),
    ];
    written(&file, &lines);
    bring_back(&file, &there.db, &secret(), false, NOW)
        .await
        .unwrap();
    assert_eq!(
        number(
            &there.db,
            "SELECT COUNT(*) AS n FROM arrival WHERE NOT scanned"
        )
        .await,
        1
    );
}

#[tokio::test]
async fn rows_that_are_not_those_of_the_manifest_are_refused() {
    let there = support::database(Engine::Sqlite).await.unwrap();
    let drawer = Drawer::new();
    let file = drawer.path("sai.backup");
    let school = json!([1, "thu", "Trường Thử", "2026-2027", 0]);
    let of = |rows| manifest(1, &[("school", &SCHOOL, rows)]);
    let table = json!({"table": "school"});
    for lines in [
        vec![of(2), table.clone(), school.clone(), json!({"end": 2})],
        vec![
            of(1),
            table.clone(),
            school.clone(),
            school.clone(),
            json!({"end": 1}),
        ],
        vec![of(1), table.clone(), school.clone(), json!({"end": 2})],
        vec![of(1), table.clone(), school.clone()],
        vec![
            of(1),
            table.clone(),
            school.clone(),
            json!({"end": 1}),
            json!({"end": 1}),
        ],
        vec![
            of(1),
            json!({"table": "class"}),
            school.clone(),
            json!({"end": 1}),
        ],
        vec![
            of(1),
            table.clone(),
            json!(["1", "thu", "Trường Thử", "2026-2027", 0]),
            json!({"end": 1}),
        ],
        vec![
            of(1),
            table.clone(),
            json!([1, "thu", "Trường Thử", "2026-2027"]),
            json!({"end": 1}),
        ],
    ] {
        written(&file, &lines);
        let told = refused(&file, &there.db, &secret()).await;
        assert!(
            matches!(told, Problem::Counts(_) | Problem::Changed | Problem::Cut),
            "{lines:?}: {told}"
        );
    }
}

/// A row that refers to nobody is refused by the engine, and all the others with it.
#[tokio::test]
async fn a_row_without_the_row_it_refers_to_is_refused() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(there) = support::database(engine).await else {
            continue;
        };
        let drawer = Drawer::new();
        let file = drawer.path("le.backup");
        let person = ["school_id", "person_id", "name", "created_at"];
        let lines = [
            manifest(1, &[("person", &person, 1)]),
            json!({"table": "person"}),
            json!([9, 1, "Mẹ An", 0]),
            json!({"end": 1}),
        ];
        written(&file, &lines);
        assert!(matches!(
            refused(&file, &there.db, &secret()).await,
            Problem::Database(_)
        ));
    }
}

#[tokio::test]
async fn a_back_up_that_fails_leaves_no_half_of_it() {
    let here = support::database(Engine::Sqlite).await.unwrap();
    let drawer = Drawer::new();
    let file = drawer.path("truong.backup");
    std::fs::write(&file, "of yesterday").unwrap();
    let target = backup::Target {
        path: &file,
        force: true,
    };
    here.db.close().await;
    assert!(
        backup::write(&here.db, target, &secret(), NOW)
            .await
            .is_err()
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "of yesterday");
    assert_eq!(drawer.files(), ["truong.backup"]);
    let nowhere = drawer.path("khong/co/truong.backup");
    let target = backup::Target {
        path: &nowhere,
        force: false,
    };
    let told = backup::write(&here.db, target, &secret(), NOW)
        .await
        .unwrap_err();
    assert!(matches!(told, Problem::Write { .. }), "{told}");
}
