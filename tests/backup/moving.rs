//! From either engine to either engine: the same rows, the same report.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lopso::db::Engine;
use lopso::domain::{Answer, OutboxId, Purpose, Role, Tap, Verb};
use lopso::vals;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

use crate::program::Office;
use crate::steps::{TapStep, steps_of_a_bot, steps_of_links};
use crate::support;
use crate::support::room::{Room, Stage, TELEGRAM_POSTGRES, TELEGRAM_SQLITE};
use crate::world::World;
use crate::{Drawer, back_up, bring_back, everything, is_counted, rows, secret};

/// A school in which everything happened that leaves a row somewhere, and another school beside it.
pub async fn busy(stage: Stage) -> Option<Room> {
    let mut room = Room::open(stage).await?;
    room.family("5A1", "Nguyễn Hoài An", &["Mẹ An"]).await;
    room.family("5A1", "Trần Hải Nam", &["Ba Nam", "Mẹ Nam"])
        .await;
    room.family("5A1", "Phạm Minh Khang", &["Bà Tư"]).await;
    room.family("5A1", "Lê Bảo Bình", &[]).await;
    room.class("4A2").await;
    room.family("4A2", "Đỗ Thu Cúc", &["Ba Cúc"]).await;
    room.colleague("Cô Mai", Role::Teacher, &["4A2"]).await;
    room.hang_boards().await;
    room.privately("Cô Hoa", "/trogiup").await;
    for who in ["Mẹ An", "Ba Nam", "Bà Tư"] {
        room.chooses("5A1", who, "Đã quét QR").await;
    }
    room.chooses("5A1", "Mẹ An", "Đã chuyển khoản").await;
    room.in_group("5A1", "Bà Tư", "em bấm nhầm").await;
    room.chooses("5A1", "Người lạ", "Đã quét QR").await;
    room.privately("Cô Hoa", "/nhapho qr Khang").await;
    room.chooses_privately("Cô Hoa", "Cô thấy nhà đã làm").await;
    let slip = room.slip("Lê Bảo Bình").await;
    room.privately("Mẹ Bình", &format!("/start {}", slip.link))
        .await;
    room.chooses_privately("Mẹ Bình", "Đồng ý").await;
    let slip = room.slip("Nguyễn Hoài An").await;
    room.privately("Ba An", &format!("/start {}", slip.link))
        .await;
    for who in ["Mẹ An", "Mẹ Nam"] {
        room.privately(who, "/trogiup").await;
        let yes = Tap::Consent {
            purpose: Purpose::Remind,
            answer: Answer::Yes,
        };
        room.forges_privately(who, &yes.write()).await;
    }
    room.privately("Cô Hoa", "/nhac vneid").await;
    room.chooses_privately("Cô Hoa", "Gửi lời nhắc").await;
    room.at("thứ Hai 22:00")
        .privately("Cô Hoa", "/nhac thu")
        .await;
    room.chooses_privately("Cô Hoa", "Gửi lời nhắc").await;
    room.privately("Mẹ Nam", "/xoa").await;
    room.page_code("Đỗ Thu Cúc", true).await;
    room.wrong_codes(2).await;
    room.stands_in("Cô Lan", "4A2", 86_400_000).await;
    // An update that stands aside, a deletion done before, somebody looked for in a group.
    let aside = room.private_text("Bà Tư", "cô ơi");
    let mut tx = room.test.db.begin().await.unwrap();
    lopso::inbox::set_aside(&mut tx, room.bot.id, &aside, "lạ", room.now)
        .await
        .unwrap();
    let tombstone = "INSERT INTO tombstone (mark, at) VALUES ('ab', 5)";
    tx.execute(tombstone, vals![]).await.unwrap();
    let looked_for = "INSERT INTO group_check (chat_id, account_id, at) \
         SELECT g.chat_id, a.account_id, 5 FROM class_group g, account a";
    tx.execute(looked_for, vals![]).await.unwrap();
    lopso::bots::budget::note(&mut tx, room.bot.id, 1, 2, room.now)
        .await
        .unwrap();
    let oa = "INSERT INTO oa_token (app_id, refresh_token, seed) VALUES ('11', 'sealed', 'ab')";
    tx.execute(oa, vals![]).await.unwrap();
    lopso::outbox::pictures::keep(&mut tx, OutboxId(5), "iVBORw0K", room.now)
        .await
        .unwrap();
    lopso::installation::keep_key(&mut tx, &secret().key)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    // Another school on bots of its own, at random.
    let (world, hands) = World::open(&room.test.db, 1).await;
    let mut runner = TestRunner::deterministic();
    for plan in [steps_of_a_bot(40).boxed(), steps_of_links(20).boxed()] {
        for step in plan.new_tree(&mut runner).unwrap().current() {
            world.play(&hands[0], &step).await;
        }
    }
    hands[0].send(crate::world::LATER).await.unwrap();
    let last = crate::steps::Step::Taps(vec![TapStep {
        who: 0,
        verb: Verb::Done,
        task: 1,
        child: None,
    }]);
    world.play(&hands[0], &last).await;
    Some(room)
}

fn report(url: &str) -> serde_json::Value {
    let office = Office::at(url);
    let mut json = office
        .run(&["report", "--format", "json", "--school", "thu"])
        .fine()
        .json();
    json.as_object_mut().unwrap().remove("as_of");
    json
}

/// The old program stopped, so nothing but leases and answers to taps may differ.
async fn moves_house(from: Stage, to: Engine) {
    let Some(room) = busy(from).await else { return };
    let Some(there) = support::database(to).await else {
        return;
    };
    let mut before = everything(&room.test.db).await;
    let empty: Vec<&str> = before
        .iter()
        .filter(|(_, rows)| rows.is_empty())
        .map(|(name, _)| *name)
        .collect();
    assert_eq!(empty, [""; 0], "of these tables nothing is proved");
    let drawer = Drawer::new();
    let file = drawer.path("truong.backup");
    let written = back_up(&room.test.db, &file, room.now).await;
    let restored = bring_back(&file, &there.db, &secret(), true, room.now)
        .await
        .unwrap();
    assert_eq!(restored.manifest, written.manifest);
    assert_eq!(restored.unequal, [""; 0]);
    let mut after = everything(&there.db).await;
    let (theirs, ours) = (
        before.remove("outbox").unwrap(),
        after.remove("outbox").unwrap(),
    );
    assert_eq!(before, after);
    // `waiting.rs` tells what becomes of these.
    let settled = |rows: std::collections::BTreeSet<String>| -> Vec<String> {
        rows.into_iter()
            .filter(|row| {
                !row.contains("\"waiting\"")
                    && !row.contains("\"sending\"")
                    && !row.contains("\"dropped\"")
            })
            .collect()
    };
    assert_eq!(settled(theirs), settled(ours));
    is_counted(&there.db).await;
    assert_eq!(report(&room.test.url), report(&there.url));
}

#[tokio::test]
async fn a_school_moves_from_sqlite_to_sqlite() {
    moves_house(TELEGRAM_SQLITE, Engine::Sqlite).await;
}

#[tokio::test]
async fn a_school_moves_from_sqlite_to_postgres() {
    moves_house(TELEGRAM_SQLITE, Engine::Postgres).await;
}

#[tokio::test]
async fn a_school_moves_from_postgres_to_sqlite() {
    moves_house(TELEGRAM_POSTGRES, Engine::Sqlite).await;
}

#[tokio::test]
async fn a_school_moves_from_postgres_to_postgres() {
    moves_house(TELEGRAM_POSTGRES, Engine::Postgres).await;
}

/// SQLite takes a NUL in a name, PostgreSQL in none: the name comes back without it.
#[tokio::test]
async fn a_nul_in_a_name_does_not_keep_a_school_from_moving_to_postgres() {
    let Some(there) = support::database(Engine::Postgres).await else {
        return;
    };
    let here = support::database(Engine::Sqlite).await.unwrap();
    let school = "INSERT INTO school (school_id, code, name, year, created_at) VALUES (1, 'thu', $1, '2026-2027', 0)";
    let mut tx = here.db.begin().await.unwrap();
    tx.execute(school, vals!["Trường\0 \"Thử\" \u{1F431}\n"])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let drawer = Drawer::new();
    let file = drawer.path("truong.backup");
    back_up(&here.db, &file, crate::world::LATER).await;
    bring_back(&file, &there.db, &secret(), false, crate::world::LATER)
        .await
        .unwrap();
    let expected = rows(&here.db, "school")
        .await
        .into_iter()
        .map(|row| row.replace("\\0", ""));
    assert_eq!(rows(&there.db, "school").await, expected.collect());
}

/// Writers go on all the time; each back-up holds one moment of it, so what is counted fits the acts.
async fn is_one_moment(engine: Engine) {
    let Some(here) = support::database(engine).await else {
        return;
    };
    let (world, hands) = World::open(&here.db, 2).await;
    let world = Arc::new(world);
    let done = Arc::new(AtomicBool::new(false));
    let mut writers = Vec::new();
    let mut runner = TestRunner::deterministic();
    for hand in hands {
        let steps = steps_of_a_bot(30).new_tree(&mut runner).unwrap().current();
        let (world, done) = (world.clone(), done.clone());
        writers.push(tokio::spawn(async move {
            while !done.load(Ordering::Relaxed) {
                for step in &steps {
                    world.play(&hand, step).await;
                }
            }
        }));
    }
    let drawer = Drawer::new();
    let mut sizes = std::collections::BTreeSet::new();
    for turn in 0..4 {
        let file = drawer.path(&format!("{turn}.backup"));
        back_up(&here.db, &file, crate::world::LATER).await;
        let there = support::database(Engine::Sqlite).await.unwrap();
        let restored = bring_back(&file, &there.db, &secret(), true, crate::world::LATER)
            .await
            .unwrap();
        assert_eq!(restored.unequal, [""; 0]);
        is_counted(&there.db).await;
        sizes.insert(rows(&there.db, "act").await.len());
    }
    done.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(sizes.len() > 1, "nothing was written meanwhile: {sizes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_back_up_beside_writers_is_one_moment_sqlite() {
    is_one_moment(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_back_up_beside_writers_is_one_moment_postgres() {
    is_one_moment(Engine::Postgres).await;
}

/// A migration that adds a table or a column must give it its place in the list.
mod the_list_of_tables_is_the_one_of_the_database {
    use std::collections::BTreeMap;

    use lopso::backup::tables::{Kind, TABLES};

    use super::*;

    type Columns = BTreeMap<String, Vec<(String, String)>>;

    fn listed() -> Columns {
        let kind = |kind| match kind {
            Kind::Int => "BIGINT",
            Kind::Text => "TEXT",
            Kind::Bool => "BOOLEAN",
        };
        let columns = |table: &lopso::backup::tables::Table| {
            let columns = table
                .columns
                .iter()
                .map(|column| (column.name.to_owned(), kind(column.kind).to_owned()));
            columns.collect()
        };
        TABLES
            .iter()
            .map(|table| (table.name.to_owned(), columns(table)))
            .collect()
    }

    async fn real(engine: Engine, sql: &'static str) -> Option<Columns> {
        let test = support::database(engine).await?;
        let mut tx = test.db.read().await.unwrap();
        let mut found = Columns::new();
        for row in tx.rows(sql, vals![]).await.unwrap() {
            let (table, column, kind): (String, String, String) = (
                row.get("t").unwrap(),
                row.get("c").unwrap(),
                row.get("k").unwrap(),
            );
            found
                .entry(table)
                .or_default()
                .push((column, kind.to_uppercase()));
        }
        // sqlx keeps its own book there; which steps were made is in the manifest.
        found.remove("_sqlx_migrations");
        Some(found)
    }

    #[tokio::test]
    async fn sqlite() {
        let sql = "SELECT m.name AS t, c.name AS c, c.type AS k FROM sqlite_master m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' ORDER BY m.name, c.cid";
        assert_eq!(real(Engine::Sqlite, sql).await.unwrap(), listed());
    }

    #[tokio::test]
    async fn postgres() {
        let sql = "SELECT CAST(table_name AS TEXT) AS t, CAST(column_name AS TEXT) AS c, CAST(data_type AS TEXT) AS k \
             FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position";
        if let Some(real) = real(Engine::Postgres, sql).await {
            assert_eq!(real, listed());
        }
    }
}
