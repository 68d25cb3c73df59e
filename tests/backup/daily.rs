//! The back-up of each day: made once, kept as long as it may be, and nothing else is touched.

use lopso::backup::daily::{Daily, last_failure, name, newest};
use lopso::backup::tombstones;
use lopso::config;
use lopso::db::Engine;
use lopso::domain::Timestamp;
use lopso::domain::time::{DAY_MS, HOUR_MS};

use crate::support::{self, TestDb};
use crate::{Drawer, secret};

fn at(text: &str) -> Timestamp {
    Timestamp::from_local(text.parse().unwrap()).unwrap()
}

fn keeping(drawer: &Drawer, days: i64) -> Daily {
    let config = config::Backup {
        folder: drawer.path("backups"),
        keep_days: days,
    };
    Daily::new(&config, secret()).unwrap()
}

async fn house() -> (TestDb, Drawer) {
    (
        support::database(Engine::Sqlite).await.unwrap(),
        Drawer::new(),
    )
}

fn in_folder(daily: &Daily) -> Vec<String> {
    let names = std::fs::read_dir(&daily.folder).unwrap();
    let mut names: Vec<String> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn one_is_made_each_day_at_two_or_when_the_machine_is_on_again() {
    let (here, drawer) = house().await;
    let daily = keeping(&drawer, 14);
    for (when, made) in [
        ("2026-11-25T07:30", true), // the first
        ("2026-11-25T07:31", false),
        ("2026-11-25T23:59", false),
        ("2026-11-26T02:00", true),
        ("2026-11-26T07:00", false),
        ("2026-11-27T07:00", true), // the machine was off at two
        ("2026-11-28T01:59", false),
        ("2026-11-28T02:00", true),
    ] {
        let made_now = daily.look(&here.db, at(when)).await.unwrap();
        let expected = made.then(|| daily.folder.join(name(at(when))));
        assert_eq!(made_now, expected, "{when}");
    }
    assert_eq!(in_folder(&daily).len(), 5, "{:?}", in_folder(&daily));
    let (newest, path) = newest(&daily.folder).unwrap().unwrap();
    assert_eq!(newest, at("2026-11-28T02:00"));
    assert!(lopso::backup::check(&path, &secret()).await.is_ok());
}

#[tokio::test]
async fn old_ones_go_the_newest_stays_and_foreign_files_are_left_alone() {
    let (here, drawer) = house().await;
    let daily = keeping(&drawer, 3);
    let begin = at("2026-11-01T02:00");
    std::fs::create_dir_all(&daily.folder).unwrap();
    let foreign = [
        "anh-lop.jpg",
        "lopso-2020-01-01.backup",
        "lopso-2020-01-01T0200.backup.bak",
        "truong.backup",
    ];
    for name in foreign {
        std::fs::write(daily.folder.join(name), "x").unwrap();
    }
    std::fs::write(
        daily.folder.join("lopso-2020-01-01T0200.backup.77.part"),
        "x",
    )
    .unwrap();
    std::fs::create_dir(daily.folder.join("lopso-2020-01-02T0200.backup")).unwrap();
    for day in 0..6 {
        daily
            .look(&here.db, begin.plus_ms(day * DAY_MS))
            .await
            .unwrap();
    }
    let mut expected: Vec<String> = foreign.map(str::to_owned).to_vec();
    expected.push("lopso-2020-01-02T0200.backup".to_owned());
    expected.push(tombstones::NAME.to_owned());
    expected.extend((2..6).map(|day| name(begin.plus_ms(day * DAY_MS))));
    expected.sort();
    assert_eq!(in_folder(&daily), expected);
    // A month later nothing could be made: the newest is all there is.
    here.db.close().await;
    let month = begin.plus_ms(40 * DAY_MS);
    assert!(daily.look(&here.db, month).await.is_err());
    assert_eq!(
        newest(&daily.folder).unwrap().unwrap().0,
        begin.plus_ms(5 * DAY_MS)
    );
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_noted_and_the_next_one_clears_the_note() {
    let (here, drawer) = house().await;
    let daily = keeping(&drawer, 14);
    let now = at("2026-11-25T02:00");
    // A folder has the name that the file wants.
    let in_the_way = daily.folder.join(tombstones::NAME);
    std::fs::create_dir_all(&in_the_way).unwrap();
    assert!(daily.look(&here.db, now).await.is_err());
    assert_eq!(last_failure(&daily.folder).unwrap().at, now);
    std::fs::remove_dir(&in_the_way).unwrap();
    assert!(
        daily
            .look(&here.db, now.plus_ms(HOUR_MS))
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(last_failure(&daily.folder), None);
}

#[tokio::test]
async fn a_deletion_stands_in_the_list_before_the_next_back_up() {
    let (here, drawer) = house().await;
    let daily = keeping(&drawer, 14);
    let now = at("2026-11-25T07:30");
    daily.look(&here.db, now).await.unwrap();
    let list = daily.folder.join(tombstones::NAME);
    let known = || {
        tombstones::read(&list, &secret().key)
            .unwrap()
            .unwrap()
            .known
            .len()
    };
    assert_eq!(known(), 0);
    let mut tx = here.db.begin().await.unwrap();
    let stone = lopso::feature::erase::store::Tombstone {
        mark: "ab".to_owned(),
        at: now,
    };
    lopso::feature::erase::store::bury_again(&mut tx, &[stone])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    daily
        .list_deleted_lately(&here.db, now.plus_ms(5_000))
        .await
        .unwrap();
    assert_eq!(known(), 1);
    // Lost with its file, it is completed from the table.
    std::fs::remove_file(&list).unwrap();
    daily
        .look(&here.db, now.plus_ms(2 * HOUR_MS))
        .await
        .unwrap();
    assert_eq!(known(), 1);
}

#[test]
fn nothing_is_made_where_it_is_turned_off() {
    let config = config::Backup {
        keep_days: 0,
        ..config::Backup::default()
    };
    assert!(Daily::new(&config, secret()).is_none());
}
