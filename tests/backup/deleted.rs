//! Who was deleted at their own wish stays deleted, whatever back-up comes back.

use std::path::{Path, PathBuf};

use lopso::backup::{Restored, tombstones};
use lopso::clock;
use lopso::db::Engine;
use lopso::domain::time::{DAY_MS, HOUR_MS};
use lopso::domain::{Channel, Timestamp};
use lopso::feature::erase::store::{self as erasures, TOMBSTONE_MS};
use lopso::installation::Key;

use crate::support::room::{Room, Stage, TELEGRAM_POSTGRES, TELEGRAM_SQLITE, ZALO_SQLITE};
use crate::support::{self, TestDb};
use crate::{Drawer, back_up, bring_back, everything, is_counted, number, secret};

async fn three_families(stage: Stage) -> Option<Room> {
    let mut room = Room::open(stage).await?;
    room.family("5A1", "Nguyễn Hoài An", &["Mẹ An"]).await;
    room.family("5A1", "Trần Hải Nam", &["Ba Nam", "Mẹ Nam"])
        .await;
    room.family("5A1", "Phạm Minh Khang", &["Bà Tư"]).await;
    room.hang_boards().await;
    Some(room)
}

async fn says_all(room: &mut Room) {
    for who in ["Mẹ An", "Ba Nam", "Mẹ Nam"] {
        let tap = room.done_tap("5A1", who, "qr");
        room.happens(vec![tap]).await;
    }
}

async fn erases(room: &mut Room, who: &str) {
    room.privately(who, "/xoa").await;
    room.chooses_privately(who, "Xoá hết của mình")
        .await
        .hears("BN-");
}

/// What the program does within seconds of a deletion.
async fn list_deleted(room: &Room, list: &Path) {
    let mut tx = room.test.db.read().await.unwrap();
    let deleted = erasures::tombstones(&mut tx, Timestamp(0)).await.unwrap();
    tombstones::complete(list, &secret().key, &deleted, None).unwrap();
}

async fn restored(file: &Path, to: Engine, now: Timestamp) -> Option<(TestDb, Restored)> {
    let there = support::database(to).await?;
    let restored = bring_back(file, &there.db, &secret(), false, now)
        .await
        .unwrap();
    is_counted(&there.db).await;
    Some((there, restored))
}

/// In which tables this name stands.
async fn named(db: &lopso::db::Db, name: &str) -> Vec<&'static str> {
    let all = everything(db).await;
    let holds =
        |rows: &std::collections::BTreeSet<String>| rows.iter().any(|row| row.contains(name));
    all.iter()
        .filter(|(_, rows)| holds(rows))
        .map(|(table, _)| *table)
        .collect()
}

const DONE: &str = "SELECT COUNT(*) AS n FROM family WHERE state = 'done'";

/// Mẹ An and Ba Nam are deleted after the back-up; only the file of tombstones lives on beside it.
async fn stays_deleted(stage: Stage, to: Engine) {
    let Some(mut room) = three_families(stage).await else {
        return;
    };
    says_all(&mut room).await;
    let drawer = Drawer::new();
    let file = drawer.path("truong.backup");
    back_up(&room.test.db, &file, room.now).await;
    room.after_ms(HOUR_MS);
    erases(&mut room, "Mẹ An").await;
    erases(&mut room, "Ba Nam").await;
    list_deleted(&room, &tombstones::beside(&file)).await;
    let Some((there, restored)) = restored(&file, to, room.now).await else {
        return;
    };
    assert_eq!((restored.deleted_again, restored.lists.len()), (2, 1));
    let forgotten: [&str; 0] = [];
    for name in ["Mẹ An", "Ba Nam"] {
        // Their private chat is known by the platform's name until the next house-keeping.
        let mut places = named(&there.db, name).await;
        places.retain(|table| *table != "chat");
        assert_eq!(places, forgotten, "{name}");
    }
    assert_eq!(number(&there.db, "SELECT COUNT(*) AS n FROM act").await, 1);
    assert_eq!(
        number(&there.db, DONE).await,
        1,
        "Mẹ Nam still says so for her child"
    );
    assert_eq!(
        number(&there.db, "SELECT COUNT(*) AS n FROM tombstone").await,
        2
    );
    assert_eq!(room.count("qr").await, (1, 3));
}

#[tokio::test]
async fn who_was_deleted_after_the_back_up_is_gone_again_sqlite() {
    stays_deleted(TELEGRAM_SQLITE, Engine::Sqlite).await;
}

#[tokio::test]
async fn who_was_deleted_after_the_back_up_is_gone_again_postgres() {
    stays_deleted(TELEGRAM_POSTGRES, Engine::Postgres).await;
}

#[tokio::test]
async fn who_was_deleted_after_the_back_up_is_gone_again_also_when_the_school_moves_to_postgres() {
    stays_deleted(ZALO_SQLITE, Engine::Postgres).await;
}

/// A back-up, and Mẹ An deleted after it, with her line in the list.
async fn deleted_afterwards() -> (Room, Drawer, PathBuf) {
    let mut room = three_families(TELEGRAM_SQLITE).await.unwrap();
    says_all(&mut room).await;
    let drawer = Drawer::new();
    let file = drawer.path("truong.backup");
    back_up(&room.test.db, &file, room.now).await;
    room.after_ms(HOUR_MS);
    erases(&mut room, "Mẹ An").await;
    list_deleted(&room, &tombstones::beside(&file)).await;
    (room, drawer, file)
}

#[tokio::test]
async fn without_a_list_she_comes_back_and_the_operator_is_told() {
    let (room, _drawer, file) = deleted_afterwards().await;
    std::fs::remove_file(tombstones::beside(&file)).unwrap();
    let (there, restored) = restored(&file, Engine::Sqlite, room.now).await.unwrap();
    assert!(restored.lists.is_empty());
    assert!(named(&there.db, "Mẹ An").await.contains(&"account"));
}

#[tokio::test]
async fn a_torn_last_line_is_told_and_the_others_are_obeyed() {
    let (room, _drawer, file) = deleted_afterwards().await;
    let list = tombstones::beside(&file);
    let text = std::fs::read_to_string(&list).unwrap();
    std::fs::write(&list, format!("{text}{}", &text[..40])).unwrap();
    let (_there, restored) = restored(&file, Engine::Sqlite, room.now).await.unwrap();
    assert_eq!((restored.deleted_again, restored.torn_lists.len()), (1, 1));
}

#[tokio::test]
async fn a_forged_line_deletes_nobody() {
    let (room, _drawer, file) = deleted_afterwards().await;
    let list = tombstones::beside(&file);
    std::fs::remove_file(&list).unwrap();
    // Somebody who may write into the folder names Bà Tư, with a key of their own.
    let mark = erasures::mark(
        &secret().key,
        Channel::SandboxTelegram.slug(),
        "LopSoBot",
        "Bà Tư",
    );
    let line = erasures::Tombstone { mark, at: room.now };
    tombstones::complete(&list, &Key::new(b"other"), &[line], None).unwrap();
    let (there, restored) = restored(&file, Engine::Sqlite, room.now).await.unwrap();
    assert_eq!(
        (restored.deleted_again, restored.forged),
        (0, vec![(list, 1)])
    );
    assert!(named(&there.db, "Bà Tư").await.contains(&"account"));
}

#[tokio::test]
async fn who_came_back_after_a_deletion_stays() {
    let mut room = three_families(TELEGRAM_SQLITE).await.unwrap();
    erases(&mut room, "Mẹ An").await;
    let slip = room.slip("Nguyễn Hoài An").await;
    room.privately("Mẹ An", &format!("/start {}", slip.link))
        .await;
    room.chooses_privately("Mẹ An", "Đồng ý").await;
    let drawer = Drawer::new();
    let file = drawer.path("truong.backup");
    back_up(&room.test.db, &file, room.now).await;
    list_deleted(&room, &tombstones::beside(&file)).await;
    let (there, restored) = restored(&file, Engine::Sqlite, room.now).await.unwrap();
    assert_eq!((restored.deleted_again, restored.lists.len()), (0, 1));
    assert!(named(&there.db, "Mẹ An").await.contains(&"account"));
}

#[tokio::test]
async fn a_teacher_who_is_a_mother_is_deleted_as_a_mother_only() {
    let mut room = three_families(TELEGRAM_SQLITE).await.unwrap();
    room.link("Cô Hoa", "Nguyễn Hoài An").await;
    room.chooses("5A1", "Cô Hoa", "Đã quét QR").await;
    let drawer = Drawer::new();
    let file = drawer.path("truong.backup");
    back_up(&room.test.db, &file, room.now).await;
    erases(&mut room, "Cô Hoa").await;
    list_deleted(&room, &tombstones::beside(&file)).await;
    let (there, restored) = restored(&file, Engine::Sqlite, room.now).await.unwrap();
    assert_eq!(restored.deleted_again, 1);
    assert_eq!(number(&there.db, "SELECT COUNT(*) AS n FROM act").await, 0);
    let homeroom =
        "SELECT COUNT(*) AS n FROM homeroom h JOIN membership m ON m.person_id = h.person_id";
    assert!(
        number(&there.db, homeroom).await > 0,
        "she is still in charge of her class"
    );
}

#[tokio::test]
async fn tombstones_are_forgotten_when_no_back_up_can_need_them() {
    let mut room = three_families(TELEGRAM_SQLITE).await.unwrap();
    erases(&mut room, "Mẹ An").await;
    let stones = "SELECT COUNT(*) AS n FROM tombstone";
    for (later, left) in [(14 * DAY_MS, 1), (TOMBSTONE_MS, 1), (TOMBSTONE_MS + 1, 0)] {
        clock::tidy_up(&room.app, room.now.plus_ms(later))
            .await
            .unwrap();
        assert_eq!(number(&room.test.db, stones).await, left, "{later}");
    }
}
