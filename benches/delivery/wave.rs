//! A wave of messages to many chats: how near it comes to the time that Telegram's limits allow.

use std::time::{Duration, Instant};

use lopso::bots;
use lopso::db::Db;
use lopso::domain::message::{ChatKind, ChatSeen, Payload, Priority};
use lopso::domain::time::MINUTE_MS;
use lopso::domain::{Channel, Timestamp};
use lopso::intake::now;
use lopso::outbox::{self, Draft};
use lopso::roster::chats::chats;
use tokio::time::sleep;

use super::contender::{Contender, Ready};
use super::scene::figures::mib;
use super::scene::process::Running;
use super::scene::{new_schema, sqlite_url};
use super::wire::{BOT, Wire};

const PRIVATE: usize = 3_000;
const GROUPS: usize = 60;
/// Telegram's most in any second, over all chats.
const PER_SECOND: usize = 30;
const PATIENCE: Duration = Duration::from_secs(300);

pub async fn measure(all: &[Contender]) {
    let number = PRIVATE + GROUPS;
    // The first thirty go at once, and the last as soon as the thirty before it have left their second.
    let least = Duration::from_secs(((number - PER_SECOND) / PER_SECOND) as u64);
    let (priority, why) = priority();
    println!(
        "{number} messages ({PRIVATE} private chats, {GROUPS} groups) under Telegram's limits, which allow {} s at best; {why}:\n",
        least.as_secs()
    );
    println!("| | first to last | to the least | sent | most in one chat | 429 | most memory |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for contender in all.iter().filter(|contender| contender.is_ours()) {
        let folder = tempfile::tempdir().unwrap();
        let url = match contender {
            Contender::Postgres { server } => new_schema(server).await,
            Contender::Sqlite | Contender::Teloxide { .. } | Contender::Grammy { .. } => {
                sqlite_url(folder.path(), "lopso.db")
            }
        };
        fill(&url, priority).await;
        let wire = Wire::open(&[]);
        let ready = Ready::with(url, folder);
        let program = Running::start(&mut contender.command(&ready, &wire));
        let began = Instant::now();
        while wire.sent().number < number && began.elapsed() < PATIENCE {
            sleep(Duration::from_millis(50)).await;
        }
        let sent = wire.sent();
        println!(
            "| {} | {:.2} s | {:.3} × | {} of {number} | {} | {} | {} |",
            contender.name(),
            sent.span.as_secs_f64(),
            sent.span.as_secs_f64() / least.as_secs_f64(),
            sent.number,
            sent.most_in_a_chat,
            sent.floods,
            mib(program.peak_kib()),
        );
        assert_eq!(
            (sent.chats, sent.most_in_a_chat, sent.floods),
            (number, 1, 0)
        );
        program.stop();
    }
    println!();
}

/// At night and on holidays nobody is reminded, so what is measured then are messages of another kind.
fn priority() -> (Priority, &'static str) {
    let calendar = lopso::config::Reminders::default().calendar;
    let awake = |at: Timestamp| calendar.next_allowed(at) <= at;
    // All of it must fit before the night.
    if awake(now()) && awake(now().plus_ms(10 * MINUTE_MS)) {
        (Priority::Reminder, "sent as reminders")
    } else {
        (
            Priority::Board,
            "sent as posts, since it is night or a holiday and reminders wait",
        )
    }
}

async fn fill(url: &str, priority: Priority) {
    let db = Db::open(url).await.unwrap();
    let now = now();
    let mut tx = db.begin().await.unwrap();
    let bot = bots::add(&mut tx, Channel::Telegram, BOT, now)
        .await
        .unwrap();
    let private = (0..PRIVATE).map(|place| (5_000_000_000 + place as i64, ChatKind::Private));
    let groups = (0..GROUPS).map(|place| (-1_002_000_000_000 - place as i64, ChatKind::Group));
    let seen: Vec<ChatSeen> = private
        .chain(groups)
        .map(|(id, kind)| ChatSeen {
            external_id: id.to_string(),
            kind,
        })
        .collect();
    let all: Vec<&ChatSeen> = seen.iter().collect();
    let known = chats(&mut tx, bot.id, &all, now).await.unwrap();
    let draft = |chat: &ChatSeen| Draft {
        bot: bot.id,
        chat: known[&chat.external_id].id,
        priority,
        payload: Payload::Message {
            text: "Dear family, one thing is still open: please scan the code of the class."
                .to_owned(),
            choices: Vec::new(),
            reply_to: None,
            calls: None,
        },
        edits: None,
        is_board: false,
        asks: None,
        about: None,
    };
    let drafts: Vec<Draft> = seen.iter().map(draft).collect();
    outbox::add(&mut tx, &drafts, now).await.unwrap();
    tx.commit().await.unwrap();
    db.count_rows().await.unwrap();
    db.close().await;
}
