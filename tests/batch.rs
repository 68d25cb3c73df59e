//! Many answers at once: as cheap as one, in order, all or nothing, and one bad update harms no other.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

#[path = "support/mod.rs"]
mod support;

use lopso::app::Handled;
use lopso::db::Engine;
use lopso::domain::message::{ChatKind, Update, What};
use lopso::domain::{Evidence, State, Verb};
use support::room::{Room, TELEGRAM_POSTGRES, TELEGRAM_SQLITE};

/// Plays a scene on both engines. Other than in a conversation, an update may be set aside.
macro_rules! on_both_engines {
    ($(async fn $name:ident($room:ident: Room) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn play(stage: support::room::Stage) {
                let Some(mut $room) = Room::open(stage).await else { return };
                $body
            }

            #[tokio::test]
            async fn sqlite() {
                play(TELEGRAM_SQLITE).await;
            }

            #[tokio::test]
            async fn postgres() {
                play(TELEGRAM_POSTGRES).await;
            }
        }
    )*};
}

fn mother(number: usize) -> String {
    format!("Mẹ Xa{number:03}")
}

/// Families of 5A1, each with a mother, and the board in the group.
async fn families(room: &mut Room, number: usize) {
    for place in 0..number {
        room.family("5A1", &format!("Bé Xa{place:03}"), &[&mother(place)])
            .await;
    }
    room.hang_boards().await;
}

fn done(room: &mut Room, of: std::ops::Range<usize>, task: &str) -> Vec<Update> {
    of.map(|place| room.done_tap("5A1", &mother(place), task))
        .collect()
}

fn says(room: &mut Room, of: std::ops::Range<usize>, text: &str) -> Vec<Update> {
    of.map(|place| privately(room, &mother(place), text))
        .collect()
}

fn privately(room: &mut Room, who: &str, text: &str) -> Update {
    let what = What::Text {
        text: text.to_owned(),
        message: format!("m-{who}"),
        addressed: false,
        reply_to: None,
    };
    room.update(&format!("riêng-{who}"), ChatKind::Private, who, what)
}

fn taps(room: &mut Room, who: &str, verb: Verb, task: &str) -> Update {
    let what = What::Tap {
        data: room.data(verb, task),
        callback: format!("c {who}"),
    };
    room.update("nhom-5A1", ChatKind::Group, who, what)
}

async fn handled(room: &Room, updates: Vec<Update>) -> Handled {
    room.app.handle(&room.bot, updates, room.now).await.unwrap()
}

async fn statements_for(room: &Room, updates: Vec<Update>) -> u64 {
    let (before, number) = (room.test.db.statements(), updates.len());
    assert_eq!(
        handled(room, updates).await,
        Handled {
            applied: number,
            aside: 0
        }
    );
    room.test.db.statements() - before
}

/// How much stands in every table that a batch writes.
async fn footprint(room: &Room) -> Vec<i64> {
    let counts = [
        "SELECT COUNT(*) AS n FROM inbox",
        "SELECT COUNT(*) AS n FROM act",
        "SELECT COUNT(*) AS n FROM family WHERE state <> 'unknown'",
        "SELECT CAST(COALESCE(SUM(families), 0) AS BIGINT) AS n FROM tally",
        "SELECT COUNT(*) AS n FROM pending",
        "SELECT COUNT(*) AS n FROM outbox",
        "SELECT COUNT(*) AS n FROM prompt",
        "SELECT COUNT(*) AS n FROM account",
        "SELECT COUNT(*) AS n FROM chat",
    ];
    let mut all = Vec::new();
    for sql in counts {
        all.push(room.one(sql).await);
    }
    all
}

async fn run(room: &Room, sql: &'static str) {
    let mut tx = room.test.db.begin().await.unwrap();
    tx.rows(sql, Vec::new()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn set_aside(room: &Room) -> Vec<(String, String)> {
    let mut tx = room.test.db.read().await.unwrap();
    let rows = tx
        .rows(
            "SELECT body, reason FROM inbox WHERE body IS NOT NULL",
            Vec::new(),
        )
        .await
        .unwrap();
    rows.iter()
        .map(|row| (row.get("body").unwrap(), row.get("reason").unwrap()))
        .collect()
}

const SORRY: &str = "trục trặc một chút";

on_both_engines! {
    async fn a_hundred_taps_cost_as_many_statements_as_one(room: Room) {
        families(&mut room, 102).await;
        // The first tap of all writes what later ones find.
        let warm = done(&mut room, 0..1, "qr");
        handled(&room, warm).await;
        let one = done(&mut room, 1..2, "qr");
        let hundred = done(&mut room, 2..102, "qr");
        let (one, hundred) = (statements_for(&room, one).await, statements_for(&room, hundred).await);
        assert_eq!(one, hundred);
        assert_eq!(room.count("qr").await, (102, 102));
        room.must_hold().await;
    }

    async fn a_hundred_private_messages_cost_as_many_statements_as_one(room: Room) {
        families(&mut room, 102).await;
        let hello = says(&mut room, 0..102, "/trogiup");
        handled(&room, hello).await;
        room.deliver().await;
        let one = says(&mut room, 1..2, "nhà em quét mã qr rồi ạ");
        let hundred = says(&mut room, 2..102, "nhà em quét mã qr rồi ạ");
        let (one, hundred) = (statements_for(&room, one).await, statements_for(&room, hundred).await);
        assert_eq!(one, hundred);
        assert_eq!(room.count("qr").await, (101, 102));
        room.must_hold().await;
    }

    async fn a_second_delivery_changes_nothing(room: Room) {
        families(&mut room, 5).await;
        let batch = done(&mut room, 0..5, "qr");
        assert_eq!(handled(&room, batch.clone()).await.applied, 5);
        let before = footprint(&room).await;
        assert_eq!(handled(&room, batch.clone()).await, Handled::default());
        assert_eq!(footprint(&room).await, before);
        // Also when old ones come among new ones, as after a restart.
        let mut mixed = batch;
        mixed.push(taps(&mut room, &mother(1), Verb::Undo, "qr"));
        mixed.reverse();
        assert_eq!(handled(&room, mixed).await, Handled { applied: 1, aside: 0 });
        assert_eq!(room.count("qr").await, (4, 5));
        room.must_hold().await;
    }

    async fn the_order_of_a_chat_is_kept(room: Room) {
        families(&mut room, 3).await;
        let batch = vec![
            taps(&mut room, &mother(0), Verb::Done, "qr"),
            taps(&mut room, &mother(1), Verb::Done, "qr"),
            taps(&mut room, &mother(0), Verb::Undo, "qr"),
            taps(&mut room, &mother(2), Verb::NotYet, "qr"),
            taps(&mut room, &mother(2), Verb::Done, "qr"),
        ];
        assert_eq!(handled(&room, batch).await.applied, 5);
        assert_eq!(room.count("qr").await, (2, 3));
        assert_eq!(room.in_state("qr", State::Unknown).await, 1);
        room.must_hold().await;
    }

    async fn the_order_is_kept_when_more_comes_than_one_batch_holds(room: Room) {
        families(&mut room, 2).await;
        let mut many: Vec<Update> = Vec::new();
        for _ in 0..70 {
            many.push(taps(&mut room, &mother(0), Verb::Done, "qr"));
            many.push(taps(&mut room, &mother(1), Verb::Done, "vneid"));
            many.push(taps(&mut room, &mother(0), Verb::Undo, "qr"));
        }
        assert_eq!(handled(&room, many).await.applied, 210);
        assert_eq!((room.count("qr").await, room.count("vneid").await), ((0, 2), (1, 2)));
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM act").await, 141);
        room.must_hold().await;
    }

    async fn a_report_that_cannot_be_made_is_set_aside_alone(room: Room) {
        families(&mut room, 3).await;
        room.class("5A2").await;
        room.family("5A2", "Bé Ya000", &["Mẹ Ya000"]).await;
        let there = room.done_tap("5A2", "Mẹ Ya000", "qr");
        handled(&room, vec![there]).await;
        run(&room, "UPDATE tally SET state = 'lạ' WHERE state = 'done'").await;
        let mut batch = done(&mut room, 0..2, "qr");
        batch.push(privately(&mut room, "Cô Lan", "/baocao"));
        batch.extend(done(&mut room, 2..3, "qr"));
        assert_eq!(room.happens(batch).await, Handled { applied: 3, aside: 1 });
        room.hears(&format!("bot → Cô Lan: Dạ, em đang {SORRY}"));
        let aside = set_aside(&room).await;
        assert!(aside.len() == 1 && aside[0].0.contains("Cô Lan") && aside[0].1.contains("lạ"), "{aside:?}");
        run(&room, "UPDATE tally SET state = 'done' WHERE state = 'lạ'").await;
        assert_eq!(room.count("qr").await, (4, 4));
    }

    async fn an_update_that_touches_a_damaged_row_is_set_aside_alone(room: Room) {
        families(&mut room, 4).await;
        let first = done(&mut room, 1..2, "qr");
        handled(&room, first).await;
        room.deliver().await;
        run(&room, "UPDATE act SET verb = 'lạ'").await;
        let batch = done(&mut room, 0..4, "vneid");
        let poison = batch[1].clone();
        assert_eq!(room.happens(batch).await, Handled { applied: 3, aside: 1 });
        room.hears(&format!("bot nhắc {}: Dạ, em đang {SORRY}", mother(1)));
        let aside = set_aside(&room).await;
        assert!(aside.len() == 1 && aside[0].0.contains(&mother(1)) && aside[0].1.contains("lạ"), "{aside:?}");
        // Delivered again it is neither counted nor set aside a second time.
        assert_eq!(room.happens(vec![poison]).await, Handled::default());
        room.silence();
        run(&room, "UPDATE act SET verb = 'done' WHERE verb = 'lạ'").await;
        assert_eq!((room.count("qr").await, room.count("vneid").await), ((1, 4), (3, 4)));
        assert_eq!(room.in_state("vneid", State::Done(Evidence::Said)).await, 3);
    }

    async fn what_was_set_aside_is_done_once_when_the_fault_is_mended(room: Room) {
        families(&mut room, 4).await;
        let first = done(&mut room, 1..2, "qr");
        handled(&room, first).await;
        run(&room, "UPDATE act SET verb = 'lạ'").await;
        let batch = done(&mut room, 0..4, "vneid");
        let poison = batch[1].external_id.clone();
        assert_eq!(room.happens(batch).await, Handled { applied: 3, aside: 1 });
        // Not mended yet: it stays where it is.
        let again = room.app.replay(&room.bot, &poison, room.now).await.unwrap();
        assert_eq!(again, Some(Handled { applied: 0, aside: 1 }));
        assert_eq!((set_aside(&room).await.len(), room.count("vneid").await), (1, (3, 4)));
        run(&room, "UPDATE act SET verb = 'done' WHERE verb = 'lạ'").await;
        let again = room.app.replay(&room.bot, &poison, room.now).await.unwrap();
        assert_eq!(again, Some(Handled { applied: 1, aside: 0 }));
        assert_eq!((set_aside(&room).await.len(), room.count("vneid").await), (0, (4, 4)));
        // Done is done, and what never stood aside is not there to be done.
        for id in [poison.as_str(), "nobody"] {
            assert_eq!(room.app.replay(&room.bot, id, room.now).await.unwrap(), None);
        }
        assert_eq!(room.count("vneid").await, (4, 4));
    }

    async fn a_full_disk_leaves_nothing_half_done(room: Room) {
        families(&mut room, 80).await;
        let batch = done(&mut room, 0..80, "qr");
        let before = footprint(&room).await;
        match room.stage.engine {
            // Below the size it has, the file may not grow.
            Engine::Sqlite => run(&room, "PRAGMA max_page_count = 1").await,
            Engine::Postgres => fail_on_the_way_out(&room, RAISE_DISK_FULL).await,
        }
        assert!(room.app.handle(&room.bot, batch.clone(), room.now).await.is_err());
        assert_eq!(footprint(&room).await, before);
        match room.stage.engine {
            Engine::Sqlite => run(&room, "PRAGMA max_page_count = 1073741823").await,
            Engine::Postgres => run(&room, "DROP TRIGGER fails_now ON outbox").await,
        }
        assert_eq!(handled(&room, batch).await, Handled { applied: 80, aside: 0 });
        assert_eq!(room.count("qr").await, (80, 80));
        room.must_hold().await;
    }
}

const RAISE_DISK_FULL: &str = "CREATE FUNCTION fail_now() RETURNS trigger LANGUAGE plpgsql AS \
     $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$";
const HANG_UP: &str = "CREATE FUNCTION fail_now() RETURNS trigger LANGUAGE plpgsql AS \
     $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$";

/// The messages are written last, so everything else of the batch stands in the transaction by then.
async fn fail_on_the_way_out(room: &Room, function: &'static str) {
    run(room, function).await;
    run(
        room,
        "CREATE TRIGGER fails_now BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION fail_now()",
    )
    .await;
}

#[tokio::test]
async fn a_lost_connection_leaves_nothing_half_done_postgres() {
    let Some(mut room) = Room::open(TELEGRAM_POSTGRES).await else {
        return;
    };
    families(&mut room, 5).await;
    let batch = done(&mut room, 0..5, "qr");
    let before = footprint(&room).await;
    fail_on_the_way_out(&room, HANG_UP).await;
    assert!(
        room.app
            .handle(&room.bot, batch.clone(), room.now)
            .await
            .is_err()
    );
    assert_eq!(footprint(&room).await, before);
    run(&room, "DROP TRIGGER fails_now ON outbox").await;
    assert_eq!(
        handled(&room, batch).await,
        Handled {
            applied: 5,
            aside: 0
        }
    );
    assert_eq!(room.count("qr").await, (5, 5));
    room.must_hold().await;
}
