//! What waits to be sent: in which order it goes out, and what happens when something does not.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

#[path = "support/mod.rs"]
mod support;

use lopso::bots;
use lopso::db::Engine;
use lopso::domain::message::{ChatKind, ChatSeen, Choice, Payload, Priority};
use lopso::domain::time::DAY_MS;
use lopso::domain::{Bot, Channel, ChatId, OutboxId, Timestamp};
use lopso::outbox::{self, Draft, Lane, Letter, Outcome, Recovered, TAP_LIVES_MS};
use lopso::roster::chats::chats;
use support::TestDb;

const NOW: Timestamp = Timestamp(1_795_500_000_000);

struct Post {
    test: TestDb,
    bot: Bot,
    chats: Vec<ChatId>,
}

impl Post {
    /// A bot with two chats.
    async fn open(engine: Engine) -> Option<Self> {
        let test = support::database(engine).await?;
        let mut tx = test.db.begin().await.unwrap();
        let bot = bots::add(&mut tx, Channel::SandboxTelegram, "b", NOW)
            .await
            .unwrap();
        let seen = ["một", "hai"].map(|name| ChatSeen {
            external_id: name.to_owned(),
            kind: ChatKind::Private,
        });
        let known = chats(&mut tx, bot.id, &[&seen[0], &seen[1]], NOW)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let chats = seen
            .iter()
            .map(|seen| known[&seen.external_id].id)
            .collect();
        Some(Self { test, bot, chats })
    }

    fn message(&self, chat: usize, text: &str, priority: Priority) -> Draft {
        Draft {
            bot: self.bot.id,
            chat: self.chats[chat],
            priority,
            payload: Payload::Message {
                text: text.to_owned(),
                choices: Vec::new(),
                reply_to: None,
                calls: None,
            },
            edits: None,
            is_board: false,
            asks: None,
            about: None,
        }
    }

    fn edit(&self, of: OutboxId, text: &str) -> Draft {
        Draft {
            payload: Payload::Edit {
                text: text.to_owned(),
                choices: Vec::new(),
            },
            edits: Some(of),
            ..self.message(0, "", Priority::Board)
        }
    }

    async fn write(&self, drafts: &[Draft]) {
        self.write_later(drafts, 0).await;
    }

    async fn write_later(&self, drafts: &[Draft], later_ms: i64) {
        let mut tx = self.test.db.begin().await.unwrap();
        outbox::add(&mut tx, drafts, NOW.plus_ms(later_ms))
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    async fn take(&self, later_ms: i64) -> Vec<Letter> {
        self.take_when(false, later_ms).await
    }

    async fn take_when(&self, quiet: bool, later_ms: i64) -> Vec<Letter> {
        let mut tx = self.test.db.begin().await.unwrap();
        let letters = outbox::take(
            &mut tx,
            self.bot.id,
            Lane::All,
            if quiet {
                Priority::Board
            } else {
                Priority::Reminder
            },
            100,
            NOW.plus_ms(later_ms),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        letters
    }

    async fn take_back(&self, later_ms: i64) -> Recovered {
        let mut tx = self.test.db.begin().await.unwrap();
        let now = NOW.plus_ms(later_ms);
        let recovered = outbox::take_back(&mut tx, self.bot.id, now).await.unwrap();
        tx.commit().await.unwrap();
        recovered
    }

    async fn settle(&self, id: OutboxId, outcome: Outcome) {
        let mut tx = self.test.db.begin().await.unwrap();
        outbox::settle(&mut tx, &[(id, outcome)], NOW)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    async fn run(&self, sql: &'static str) {
        let mut tx = self.test.db.begin().await.unwrap();
        tx.execute(sql, Vec::new()).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn one(&self, sql: &'static str) -> i64 {
        let mut tx = self.test.db.read().await.unwrap();
        let row = tx.row(sql, Vec::new()).await.unwrap();
        row.unwrap().get("n").unwrap()
    }
}

fn texts(letters: &[Letter]) -> Vec<&str> {
    letters
        .iter()
        .map(|letter| match &letter.payload {
            Payload::Message { text, .. }
            | Payload::Edit { text, .. }
            | Payload::Toast { text, .. } => text.as_str(),
            Payload::File { name, .. } => name.as_str(),
            Payload::Reaction { emoji, .. } => emoji.as_str(),
        })
        .collect()
}

fn sent(name: &str) -> Outcome {
    Outcome::Sent {
        external_id: Some(name.to_owned()),
    }
}

macro_rules! on_both_engines {
    ($(async fn $name:ident($post:ident: Post) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn play(engine: Engine) {
                let Some($post) = Post::open(engine).await else { return };
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

on_both_engines! {
    async fn the_question_that_came_last_is_answered_though_it_was_written_first(post: Post) {
        let asking = |text: &str, priority| Draft {
            payload: Payload::Message {
                text: text.to_owned(),
                choices: vec![Choice::new(text, text)],
                reply_to: None,
                calls: None,
            },
            ..post.message(0, text, priority)
        };
        // A reminder waits, an answer that asks something itself goes before it.
        post.write(&[asking("nhắc", Priority::Reminder)]).await;
        post.write(&[asking("hỏi", Priority::Reply)]).await;
        let letters = post.take(0).await;
        assert_eq!(letters.len(), 2);
        let settled = |text: &str| {
            let found = letters.iter().find(|letter| matches!(&letter.payload, Payload::Message { text: known, .. } if known == text));
            (found.unwrap().id, sent(text))
        };
        let newest = async || {
            let mut tx = post.test.db.begin().await.unwrap();
            let prompts = outbox::prompts(&mut tx, &[post.chats[0]], &[], &[]).await.unwrap();
            prompts.iter().map(|prompt| prompt.choices[0].label.clone()).collect::<Vec<_>>()
        };
        let mut tx = post.test.db.begin().await.unwrap();
        outbox::settle(&mut tx, &[settled("hỏi")], NOW.plus_ms(5)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(newest().await, ["hỏi"]);
        let mut tx = post.test.db.begin().await.unwrap();
        outbox::settle(&mut tx, &[settled("nhắc")], NOW.plus_ms(DAY_MS)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(newest().await, ["nhắc"]);
        // Written back together they stand in the order in which they went.
        let mut tx = post.test.db.begin().await.unwrap();
        outbox::settle(&mut tx, &[settled("nhắc"), settled("hỏi")], NOW.plus_ms(DAY_MS)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(newest().await, ["hỏi"]);
    }

    async fn nothing_overtakes_in_one_chat_what_waits_for_another_try(post: Post) {
        let first = post.message(0, "một", Priority::Reply);
        post.write(&[first, post.message(1, "ở phòng khác", Priority::Reply)]).await;
        let letters = post.take(0).await;
        assert_eq!(texts(&letters), ["một", "ở phòng khác"]);
        post.settle(letters[0].id, Outcome::Again { at: NOW.plus_ms(1_000) }).await;
        post.settle(letters[1].id, sent("m1")).await;
        post.write(&[post.message(0, "hai", Priority::Reply), post.message(0, "bảng", Priority::Board)]).await;
        post.write(&[post.message(1, "nữa", Priority::Reply), post.message(0, "nút", Priority::Tap)]).await;
        // The answer to a tap waits for nothing, another chat neither.
        assert_eq!(texts(&post.take(1).await), ["nút", "nữa"]);
        assert_eq!(texts(&post.take(1_000).await), ["một", "hai", "bảng"]);
    }

    async fn what_is_being_sent_is_not_overtaken_either(post: Post) {
        post.write(&[post.message(0, "một", Priority::Reply)]).await;
        assert_eq!(post.take(0).await.len(), 1);
        post.write(&[post.message(0, "hai", Priority::Reply)]).await;
        assert!(post.take(1).await.is_empty());
        assert!(post.take(DAY_MS).await.is_empty());
        // Its sender was killed: whoever holds the bot next takes it back, and both go in their order.
        assert_eq!(post.take_back(1).await, Recovered { texts: 1, ..Recovered::default() });
        assert_eq!(texts(&post.take(1).await), ["một", "hai"]);
    }

    async fn a_tap_is_answered_at_most_once_whoever_was_killed(post: Post) {
        post.write(&[post.message(0, "đi rồi", Priority::Tap)]).await;
        post.take(0).await;
        post.write(&[post.message(0, "cũ", Priority::Tap)]).await;
        let later = TAP_LIVES_MS + 1;
        post.write_later(&[post.message(1, "mới", Priority::Tap)], later).await;
        let recovered = post.take_back(later).await;
        assert_eq!(recovered, Recovered { texts: 0, unknown: 1, expired: 1 });
        let letters = post.take(later).await;
        assert_eq!(texts(&letters), ["mới"]);
        // One that arrived leaves nothing behind.
        post.settle(letters[0].id, Outcome::Answered).await;
        let mut tx = post.test.db.read().await.unwrap();
        let lost = outbox::lost(&mut tx).await.unwrap();
        assert_eq!((lost.failed, lost.unknown, lost.expired), (0, 1, 1));
        assert!(outbox::depths(&mut tx).await.unwrap().is_empty());
        drop(tx);
        assert_eq!(post.one("SELECT COUNT(*) AS n FROM outbox").await, 2);
    }

    async fn what_a_sender_has_at_hand_nobody_else_takes(post: Post) {
        let drafts = [post.message(0, "nút", Priority::Tap), post.message(0, "lời", Priority::Reply)];
        let mut tx = post.test.db.begin().await.unwrap();
        let at_hand = |draft: &Draft| draft.priority == Priority::Tap;
        let ids = outbox::add_with(&mut tx, &drafts, at_hand, NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(texts(&post.take(0).await), ["lời"]);
        post.settle(ids[0], Outcome::Answered).await;
        assert_eq!(post.take_back(0).await, Recovered { texts: 1, ..Recovered::default() });
    }

    async fn at_night_answers_go_out_and_reminders_wait(post: Post) {
        post.write(&[post.message(0, "nhắc", Priority::Reminder), post.message(1, "bảng", Priority::Board), post.message(0, "trả lời", Priority::Reply)]).await;
        assert_eq!(texts(&post.take_when(true, 0).await), ["trả lời", "bảng"]);
        assert!(post.take_when(true, 1).await.is_empty());
        assert_eq!(texts(&post.take_when(false, 2).await), ["nhắc"]);
    }

    async fn what_was_held_back_has_used_no_try(post: Post) {
        post.write(&[post.message(0, "hai", Priority::Reply)]).await;
        for round in 1..=10 {
            let letters = post.take(round * 10).await;
            assert_eq!(letters[0].attempts, 1);
            post.settle(letters[0].id, Outcome::Later { at: NOW.plus_ms(round * 10 + 5) }).await;
        }
    }

    async fn a_new_text_waits_for_its_message_and_the_newest_is_sent(post: Post) {
        post.write(&[post.message(0, "bảng", Priority::Board)]).await;
        let board = post.take(0).await.remove(0).id;
        post.write(&[post.edit(board, "bảng 1")]).await;
        assert!(post.take(1).await.is_empty());
        post.settle(board, sent("m1")).await;
        post.write(&[post.edit(board, "bảng 2")]).await;
        let letters = post.take(2).await;
        assert_eq!(texts(&letters), ["bảng 2"]);
        assert_eq!(letters[0].edits.as_deref(), Some("m1"));
        // An older text that is tried again never comes after a newer one.
        post.write(&[post.edit(board, "bảng 3")]).await;
        post.settle(letters[0].id, Outcome::Again { at: NOW.plus_ms(50) }).await;
        assert!(post.take(10).await.is_empty());
        assert_eq!(texts(&post.take(50).await), ["bảng 2", "bảng 3"]);
    }

    async fn a_row_nobody_can_read_is_given_up_alone(post: Post) {
        post.write(&[post.message(0, "hỏng", Priority::Reply), post.message(1, "lành", Priority::Reply)]).await;
        post.run("UPDATE outbox SET payload = '{' WHERE payload LIKE '%hỏng%'").await;
        assert_eq!(texts(&post.take(0).await), ["lành"]);
        assert_eq!(post.one("SELECT COUNT(*) AS n FROM outbox WHERE state = 'failed'").await, 1);
    }

    async fn the_words_of_what_is_done_are_not_kept(post: Post) {
        post.write(&[post.message(0, "tên", Priority::Reply), post.message(1, "tên", Priority::Reply)]).await;
        let letters = post.take(0).await;
        post.settle(letters[0].id, sent("m1")).await;
        post.settle(letters[1].id, Outcome::Failed).await;
        assert_eq!(post.one("SELECT COUNT(*) AS n FROM outbox WHERE payload <> ''").await, 0);
    }
}
