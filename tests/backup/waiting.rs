//! What waited when the back-up was made, and what the world did since.

use lopso::db::{Db, Engine};
use lopso::domain::Timestamp;
use lopso::domain::message::Priority;
use lopso::domain::time::HOUR_MS;
use lopso::outbox::{self, Lane};
use lopso::vals;

use crate::support::room::{Room, Stage, TELEGRAM_POSTGRES, TELEGRAM_SQLITE};
use crate::support::{self, TestDb};
use crate::{Drawer, back_up, bring_back, is_counted, number, secret};

/// A tap whose answer, and a question whose reply, nobody took to the platform yet: one of them was just in hand.
async fn with_letters(stage: Stage) -> Option<Room> {
    let mut room = Room::open(stage).await?;
    room.family("5A1", "Nguyễn Hoài An", &["Mẹ An"]).await;
    room.family("5A1", "Trần Hải Nam", &["Ba Nam"]).await;
    room.hang_boards().await;
    room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
    let (tap, text) = (
        room.done_tap("5A1", "Ba Nam", "qr"),
        room.private_text("Ba Nam", "/trogiup"),
    );
    room.app
        .handle(&room.bot, vec![tap, text], room.now)
        .await
        .unwrap();
    let mut tx = room.test.db.begin().await.unwrap();
    let taken = outbox::take(
        &mut tx,
        room.bot.id,
        Lane::Messages,
        Priority::Reminder,
        1,
        room.now,
    )
    .await
    .unwrap();
    assert_eq!(taken.len(), 1);
    let due = "INSERT INTO due (due_id, school_id, due_at, task_id) VALUES ($1, $2, $3, 1), ($4, $2, $5, 1)";
    let binds = vals![
        1,
        room.school.id,
        room.now.plus_ms(HOUR_MS),
        2,
        room.now.plus_ms(3 * HOUR_MS)
    ];
    tx.execute(due, binds).await.unwrap();
    tx.commit().await.unwrap();
    Some(room)
}

async fn restored(room: &Room, to: Engine, moved: bool, now: Timestamp) -> Option<TestDb> {
    let there = support::database(to).await?;
    let drawer = Drawer::new();
    let file = drawer.path("truong.backup");
    back_up(&room.test.db, &file, room.now).await;
    let restored = bring_back(&file, &there.db, &secret(), moved, now)
        .await
        .unwrap();
    assert_eq!(restored.boards, usize::from(!moved));
    is_counted(&there.db).await;
    Some(there)
}

async fn in_state(db: &Db, sql: &'static str) -> i64 {
    number(db, sql).await
}

const WAITING: &str = "SELECT COUNT(*) AS n FROM outbox WHERE state = 'waiting'";
const SENDING: &str = "SELECT COUNT(*) AS n FROM outbox WHERE state = 'sending'";
const DUE: &str = "SELECT COUNT(*) AS n FROM due";

/// Two hours later a machine comes back from its back-up: nobody reads twice what was most likely sent, the board
/// shows what is known again, and a "1" answers no question of before.
async fn nothing_old_is_sent(stage: Stage, to: Engine) {
    let Some(room) = with_letters(stage).await else {
        return;
    };
    let later = room.now.plus_ms(2 * HOUR_MS);
    let Some(there) = restored(&room, to, false, later).await else {
        return;
    };
    assert_eq!(in_state(&there.db, SENDING).await, 0);
    // The board alone: rewritten, since it hangs in the group.
    let board = "SELECT COUNT(*) AS n FROM outbox o JOIN board b ON b.outbox_id = o.edits WHERE o.state = 'waiting'";
    assert_eq!(
        (
            in_state(&there.db, WAITING).await,
            in_state(&there.db, board).await
        ),
        (1, 1)
    );
    let words = "SELECT COUNT(*) AS n FROM outbox WHERE state <> 'waiting' AND payload <> ''";
    assert_eq!(in_state(&there.db, words).await, 0);
    assert_eq!(in_state(&there.db, DUE).await, 1);
    let mut tx = there.db.read().await.unwrap();
    let open = "SELECT COUNT(*) AS n FROM prompt WHERE account_id IS NOT NULL AND expires_at > $1";
    let open = tx.row(open, vals![later]).await.unwrap().unwrap();
    assert_eq!(open.get::<i64>("n").unwrap(), 0);
}

#[tokio::test]
async fn after_a_restore_nothing_old_is_sent_and_boards_are_drawn_anew_sqlite() {
    nothing_old_is_sent(TELEGRAM_SQLITE, Engine::Sqlite).await;
}

#[tokio::test]
async fn after_a_restore_nothing_old_is_sent_and_boards_are_drawn_anew_postgres() {
    nothing_old_is_sent(TELEGRAM_POSTGRES, Engine::Postgres).await;
}

/// The old program was stopped: what it had in hand waits again, except for answers to taps.
#[tokio::test]
async fn a_school_that_moves_sends_what_waited() {
    let room = with_letters(TELEGRAM_SQLITE).await.unwrap();
    let waited =
        "SELECT COUNT(*) AS n FROM outbox WHERE state IN ('waiting', 'sending') AND priority > 0";
    let waited = in_state(&room.test.db, waited).await;
    assert!(waited > 1, "{waited}");
    let there = restored(&room, Engine::Sqlite, true, room.now.plus_ms(2 * HOUR_MS))
        .await
        .unwrap();
    assert_eq!(in_state(&there.db, SENDING).await, 0);
    assert_eq!(in_state(&there.db, WAITING).await, waited);
    assert_eq!(in_state(&there.db, DUE).await, 2);
    let taps =
        "SELECT COUNT(*) AS n FROM outbox WHERE priority = 0 AND state IN ('waiting', 'sending')";
    assert_eq!(in_state(&there.db, taps).await, 0);
}

/// A board that the platform never got cannot be rewritten: it is hung afresh.
#[tokio::test]
async fn a_board_that_was_never_sent_is_hung_afresh() {
    let mut room = Room::open(TELEGRAM_SQLITE).await.unwrap();
    room.family("5A1", "Nguyễn Hoài An", &["Mẹ An"]).await;
    room.app
        .hang_boards(&room.bot, room.school.id, room.now)
        .await
        .unwrap();
    let there = restored(&room, Engine::Sqlite, false, room.now.plus_ms(HOUR_MS))
        .await
        .unwrap();
    let board = "SELECT COUNT(*) AS n FROM board b JOIN outbox o ON o.outbox_id = b.outbox_id AND o.state = 'waiting'";
    assert_eq!(in_state(&there.db, board).await, 1);
}

/// The platform brings again what the restored database has seen: nothing is counted twice.
#[tokio::test]
async fn an_update_that_was_applied_before_the_back_up_is_not_applied_again() {
    let mut room = Room::open(TELEGRAM_SQLITE).await.unwrap();
    room.family("5A1", "Nguyễn Hoài An", &["Mẹ An"]).await;
    let tap = room.done_tap("5A1", "Mẹ An", "qr");
    room.app
        .handle(&room.bot, vec![tap.clone()], room.now)
        .await
        .unwrap();
    let there = restored_app(&room).await;
    let handled = there
        .1
        .handle(&room.bot, vec![tap], room.now)
        .await
        .unwrap();
    assert_eq!(handled.applied, 0);
    assert_eq!(
        number(&there.0.db, "SELECT COUNT(*) AS n FROM act").await,
        1
    );
}

async fn restored_app(room: &Room) -> (TestDb, lopso::app::App) {
    let there = support::database(Engine::Sqlite).await.unwrap();
    let drawer = Drawer::new();
    let file = drawer.path("truong.backup");
    back_up(&room.test.db, &file, room.now).await;
    bring_back(&file, &there.db, &secret(), false, room.now)
        .await
        .unwrap();
    let library = std::sync::Arc::new(lopso::feature::guide::library::Library::embedded().unwrap());
    let app = lopso::app::App::new(there.db.clone(), library, secret().key);
    (there, app)
}
