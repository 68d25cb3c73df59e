//! The way out: takes rows from the outbox, hands them to the channel, writes back what became of them.
//!
//! Two lanes side by side. Answers to taps go at once, many at a time, outside of the platform's limits (`taps`);
//! everything else by priority, in order within a chat, as fast as the limits allow (`messages`). A row is taken and
//! committed before it is sent and settled after (`settle`), so no transaction is open during a call. What a killed
//! program had on its way is taken back by the next that holds the bot (`outbox::take_back`).

mod messages;
pub mod outcome;
pub mod pacer;
mod settle;
mod taps;
mod texts;

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::app::App;
use crate::bots::budget::{self, Allowed};
use crate::channel::Trouble;
use crate::channel::sandbox::Sandbox;
use crate::channel::telegram::Telegram;
use crate::channel::zalo_bot::ZaloBot;
use crate::channel::zalo_oa::ZaloOa;
use crate::db::Tx;
use crate::domain::message::{ChatSeen, Payload, Priority, Sender, Update, What};
use crate::domain::{Bot, OutboxId, Timestamp};
use crate::intake::now;
use crate::outbox::{self, Letter, Outcome, Recovered, pictures};
use crate::roster::{accounts, chats};
use pacer::Limits;

/// Without a call somebody looks after this long: for rows that became due.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The platform behind a bot.
#[derive(Clone)]
pub enum Door {
    Sandbox(Sandbox),
    Telegram(Telegram),
    ZaloBot(ZaloBot),
    ZaloOa(ZaloOa),
}

/// Sends one bot's rows until asked to stop, then what people wait for, and returns. An error is a token that is
/// refused: what waits stays in the outbox. `after` is what the program that had the bot before left behind.
pub async fn send_until(
    app: Arc<App>,
    bot: Bot,
    door: Door,
    limits: Limits,
    after: Recovered,
    stop: watch::Receiver<bool>,
) -> Result<(), Trouble> {
    let at_hand = app.open_tap_lane(bot.id);
    let (settled, outcomes) = mpsc::unbounded_channel();
    let settler = tokio::spawn(settle::settle_all(app.clone(), bot.clone(), outcomes));
    let post = Arc::new(Post {
        app,
        bot,
        door,
        settled,
    });
    let mut lane = JoinSet::new();
    lane.spawn_on(
        taps::send(post.clone(), at_hand, stop.clone()),
        aside()?.handle(),
    );
    // Dropped with the other lane's error it ends too; one that panicked is a fault of ours, and ends both.
    let taps = async move {
        let ended = lane.join_next().await;
        ended.and_then(Result::ok).unwrap_or(Err(Trouble::Unclear))
    };
    let messages = messages::send(post.clone(), limits, after, stop);
    let ended = tokio::try_join!(taps, messages);
    post.app.close_tap_lane(post.bot.id);
    drop(post);
    // It ends when the last outcome is written.
    let _ = settler.await;
    ended.map(drop)
}

/// Where answers to taps are sent from: a thread of their own, for as long as the program runs. Among the tasks that
/// take in and decide, a hundred calls would each be served before the batch that waits for its database.
fn aside() -> Result<&'static Runtime, Trouble> {
    static ASIDE: OnceLock<Option<Runtime>> = OnceLock::new();
    let runtime = ASIDE.get_or_init(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(1).thread_name("taps").enable_all();
        builder.build().ok()
    });
    runtime.as_ref().ok_or(Trouble::Unreached)
}

/// What both lanes need of one bot.
struct Post {
    app: Arc<App>,
    bot: Bot,
    door: Door,
    settled: mpsc::UnboundedSender<(OutboxId, Outcome)>,
}

impl Post {
    /// Hands a row to the platform; returns the message's id where there is one.
    async fn deliver(&self, letter: &Letter) -> Result<Option<String>, Trouble> {
        let handed_over = async {
            match &self.door {
                Door::Telegram(telegram) => telegram.deliver(letter).await,
                Door::ZaloBot(zalo) => self.deliver_on_zalo(zalo, letter).await,
                Door::ZaloOa(oa) => oa.deliver(letter).await,
                Door::Sandbox(sandbox) => sandbox.deliver(&self.bot, letter, now()).await,
            }
        };
        // A panic is a fault of ours in this one row; its chat and everybody else go on.
        let done = AssertUnwindSafe(handed_over).catch_unwind().await;
        let done = done.unwrap_or(Err(Trouble::Unclear));
        if let Err(trouble) = &done {
            tracing::warn!(outbox = letter.id.0, attempt = letter.attempts, %trouble, "not delivered");
        }
        done
    }

    /// Where a platform takes no upload the picture waits under an address of ours, for the platform to fetch. Without a
    /// public address there is none, and words go in its place.
    async fn picture_at(&self, letter: &Letter, content: &str) -> Result<Option<String>, Trouble> {
        let Some(url) = self.app.public_url() else {
            return Ok(None);
        };
        let kept = async {
            let mut tx = self.app.db().begin().await?;
            pictures::keep(&mut tx, letter.id, content, now()).await?;
            tx.commit().await
        };
        kept.await.map_err(|error| {
            tracing::error!(outbox = letter.id.0, %error, "picture not kept");
            Trouble::Unreached
        })?;
        let name = pictures::name(self.app.key(), letter.id);
        Ok(Some(format!("{url}/anh/{name}")))
    }

    async fn deliver_on_zalo(
        &self,
        zalo: &ZaloBot,
        letter: &Letter,
    ) -> Result<Option<String>, Trouble> {
        let Payload::File {
            name,
            content,
            caption,
            ..
        } = &letter.payload
        else {
            return zalo.deliver(letter).await;
        };
        match self.picture_at(letter, content).await? {
            Some(url) => zalo.show(letter, &url, caption).await,
            None => {
                let payload = Payload::Message {
                    text: texts::no_picture(name, caption),
                    choices: Vec::new(),
                    reply_to: None,
                    calls: None,
                };
                let letter = Letter {
                    payload,
                    ..letter.clone()
                };
                zalo.deliver(&letter).await
            }
        }
    }

    fn settle(&self, letter: &Letter, outcome: Outcome) {
        metrics::counter!("lopso_sends_total", "outcome" => outcome.name(), "lane" => lane(letter))
            .increment(1);
        // The settler outlives us; were it gone, the row would be taken back at the next start.
        let _ = self.settled.send((letter.id, outcome));
    }

    /// Takes up to `most` rows of a lane.
    async fn take(&self, lane: outbox::Lane, most: usize) -> Vec<Letter> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let taken = async {
            let mut tx = self.app.db().begin().await?;
            let quiet = self.app.is_quiet(now());
            let letters = take(&mut tx, &self.app, &self.bot, lane, quiet, most, now()).await?;
            tx.commit().await?;
            Ok::<_, sqlx::Error>(letters)
        };
        taken.await.unwrap_or_else(|error| {
            tracing::error!(bot = self.bot.id.0, %error, "nothing taken from the outbox");
            Vec::new()
        })
    }

    /// What a refusal says of the chat itself: it goes on elsewhere, or nobody is reached in it any more.
    async fn remember(&self, letter: &Letter, trouble: Trouble) -> anyhow::Result<()> {
        match trouble {
            Trouble::Moved(to) => {
                let mut tx = self.app.db().begin().await?;
                let to = to.to_string();
                let chat = chats::move_chat(&mut tx, self.bot.id, letter.chat, &to, now()).await?;
                outbox::follow(&mut tx, letter.chat, chat).await?;
                Ok(tx.commit().await?)
            }
            // Through the same door as Telegram's own word that the bot was blocked or put out.
            Trouble::Closed => {
                let left = Update {
                    external_id: format!("closed-{}", letter.id),
                    chat: ChatSeen {
                        external_id: letter.to.clone(),
                        kind: letter.kind,
                    },
                    sender: Sender {
                        external_id: letter.to.clone(),
                        name: String::new(),
                    },
                    at: now(),
                    what: What::Presence { here: false },
                };
                self.app.handle(&self.bot, vec![left], now()).await?;
                Ok(())
            }
            // They are counted among those who cannot be written to; nobody is told, since nobody closed anything, and
            // at the end of a quiet week it would be half a class.
            Trouble::Silent => {
                let mut tx = self.app.db().begin().await?;
                accounts::forget_private(&mut tx, letter.chat).await?;
                Ok(tx.commit().await?)
            }
            Trouble::Token
            | Trouble::Conflict
            | Trouble::Idle
            | Trouble::Quota
            | Trouble::Owner
            | Trouble::Later(_)
            | Trouble::Wait(_)
            | Trouble::Pointless
            | Trouble::TooLate
            | Trouble::TooLong
            | Trouble::Formatting
            | Trouble::Refused
            | Trouble::Unreached
            | Trouble::Unclear => Ok(()),
        }
    }
}

/// Takes up to `most` rows of a lane, and of a bot whose messages are counted by the month no more than it may still
/// send. They are counted before they leave, so that a month never holds more than it may, whoever is killed.
pub async fn take(
    tx: &mut Tx,
    app: &App,
    bot: &Bot,
    lane: outbox::Lane,
    quiet: bool,
    most: i64,
    at: Timestamp,
) -> Result<Vec<Letter>, sqlx::Error> {
    let least = match (quiet, bot.channel.rings_with_boards()) {
        (false, _) => Priority::Reminder,
        (true, false) => Priority::Board,
        // Neither a new task's board goes out at night, nor one that waited for the new month and would ring at midnight.
        (true, true) => Priority::Reply,
    };
    if !bot.channel.is_counted_by_month() {
        return outbox::take(tx, bot.id, lane, least, most, at).await;
    }
    let spent = budget::spent(tx, bot.id, at).await?;
    let (lane, left) = match budget::allowed(app.zalo(), &spent) {
        Allowed::All(left) => (lane, left),
        // The lane of taps sends at most once and drops what is seconds old: no text goes out by it.
        Allowed::Answers(left) if lane == outbox::Lane::Taps => (lane, left),
        Allowed::Answers(left) => (outbox::Lane::Replies, left),
        Allowed::Nothing => return Ok(Vec::new()),
    };
    let letters = outbox::take(tx, bot.id, lane, least, most.min(left), at).await?;
    let sent = i64::try_from(letters.len()).unwrap_or(i64::MAX);
    if sent > 0 {
        budget::note(tx, bot.id, 0, sent, at).await?;
    }
    Ok(letters)
}

fn lane(letter: &Letter) -> &'static str {
    if letter.is_tap() { "taps" } else { "messages" }
}
