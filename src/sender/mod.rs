//! The way out: takes rows from the outbox, hands them to the channel, writes back what became of them.
//!
//! A row is leased and committed before it is sent, so no transaction is open during a call; a row
//! whose sender was killed is taken again when its lease runs out.

pub mod pacer;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::app::App;
use crate::channel::sandbox::Sandbox;
use crate::channel::telegram::{Delivered, Telegram, Trouble};
use crate::domain::message::ChatKind;
use crate::domain::time::SECOND_MS;
use crate::domain::{Bot, ChatId, Timestamp};
use crate::intake::now;
use crate::outbox::{self, ATTEMPTS, Lane, Letter, Outcome};
use crate::roster::{accounts, chats};
use pacer::{Limits, Pacer};

/// Rows taken at a time.
const MOST: i64 = 100;
/// Without a call somebody looks after this long: for rows that became due, or leases that ran out.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// After this long the rest of a round goes back, well before another sender may take it.
const ROUND: Duration = Duration::from_secs(20);
/// A shorter wait is waited for with the row in hand; for a longer one it goes back, so that other chats
/// are not held up by one that is full.
const HOLD_MS: i64 = SECOND_MS;

/// The platform behind a bot.
#[derive(Clone)]
pub enum Door {
    Sandbox(Sandbox),
    Telegram(Telegram),
}

/// Sends one bot's rows of a lane for as long as the program runs.
pub async fn send_forever(app: Arc<App>, bot: Bot, door: Door, lane: Lane, limits: Limits) {
    let mut bell = app.to_send();
    let mut pacer = Pacer::new(limits);
    loop {
        // Marked as heard before we look, so that a ring while we send is not missed.
        bell.mark_unchanged();
        match send_once(&app, &bot, &door, lane, &mut pacer).await {
            Ok(0) => {
                let _ = tokio::time::timeout(LOOK_AGAIN, bell.changed()).await;
                pacer.forget_old(now());
            }
            Ok(_) => {}
            Err(error) => {
                tracing::error!(bot = bot.id.0, error = format!("{error:#}"), "cannot send");
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        }
    }
}

/// Sends what is due now; returns how many rows were taken.
pub async fn send_once(
    app: &App,
    bot: &Bot,
    door: &Door,
    lane: Lane,
    pacer: &mut Pacer,
) -> anyhow::Result<usize> {
    let mut tx = app.db().begin().await?;
    let quiet = app.is_quiet(now());
    let letters = outbox::lease(&mut tx, bot.id, lane, quiet, MOST, now()).await?;
    tx.commit().await?;
    if letters.is_empty() {
        return Ok(0);
    }
    let mut outcomes = Vec::with_capacity(letters.len());
    let mut held: HashMap<ChatId, Timestamp> = HashMap::new();
    let began = Instant::now();
    for letter in &letters {
        if began.elapsed() > ROUND {
            outcomes.push((letter.id, Outcome::Later { at: now() }));
            continue;
        }
        let outcome = match held.get(&letter.chat).filter(|_| !letter.is_tap) {
            Some(at) => Outcome::Later { at: *at },
            None => in_turn(app, bot, door, letter, pacer).await,
        };
        if let Outcome::Again { at } | Outcome::Later { at } = outcome
            && !letter.is_tap
        {
            held.insert(letter.chat, at);
        }
        outcomes.push((letter.id, outcome));
    }
    let mut tx = app.db().begin().await?;
    outbox::settle(&mut tx, &outcomes).await?;
    tx.commit().await?;
    Ok(letters.len())
}

/// One row, not before the platform's limits allow it.
async fn in_turn(app: &App, bot: &Bot, door: &Door, letter: &Letter, pacer: &mut Pacer) -> Outcome {
    if !letter.is_tap {
        let at = pacer.when(letter.chat, letter.kind, now());
        let wait_ms = at.0 - now().0;
        if wait_ms > HOLD_MS {
            return Outcome::Later { at };
        }
        if let Ok(wait_ms) = u64::try_from(wait_ms) {
            tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        }
    }
    let outcome = through(app, bot, door, letter, pacer).await;
    if !letter.is_tap {
        // The platform counted it somewhere between our call and its answer: by the later of the two no
        // window of its own can hold more than ours. Our clock counts whole milliseconds, so it is rounded up.
        pacer.sent(letter.chat, letter.kind, now().plus_ms(1));
    }
    outcome
}

async fn through(app: &App, bot: &Bot, door: &Door, letter: &Letter, pacer: &mut Pacer) -> Outcome {
    match door {
        Door::Sandbox(sandbox) => match sandbox.deliver(bot, letter, now()).await {
            Ok(outcome) => outcome,
            Err(error) => {
                tracing::warn!(outbox = letter.id.0, %error, "not delivered");
                after_failure(letter, now())
            }
        },
        Door::Telegram(telegram) => {
            let trouble = match telegram.deliver(letter).await {
                Ok(Delivered::Sent(external_id)) => return Outcome::Sent { external_id },
                Ok(Delivered::Pointless) => return Outcome::Sent { external_id: None },
                Err(trouble) => trouble,
            };
            tracing::warn!(outbox = letter.id.0, attempt = letter.attempts, %trouble, "not delivered");
            // The rows sent before this one must be written down as sent, whatever becomes of it.
            if let Err(error) = remember(app, bot, letter, trouble).await {
                tracing::error!(
                    outbox = letter.id.0,
                    error = format!("{error:#}"),
                    "refusal not kept"
                );
                return if letter.is_tap {
                    Outcome::Failed
                } else {
                    after_failure(letter, now())
                };
            }
            after_trouble(letter, trouble, pacer)
        }
    }
}

/// What a refusal says of the chat itself: it goes on elsewhere, or nobody is reached in it any more.
async fn remember(app: &App, bot: &Bot, letter: &Letter, trouble: Trouble) -> anyhow::Result<()> {
    match trouble {
        Trouble::Moved(to) => {
            let mut tx = app.db().begin().await?;
            let to = to.to_string();
            let chat = chats::move_chat(&mut tx, bot.id, letter.chat, &to, now()).await?;
            outbox::follow(&mut tx, letter.chat, chat).await?;
            tx.commit().await?;
        }
        Trouble::Closed if letter.kind == ChatKind::Private => {
            let mut tx = app.db().begin().await?;
            accounts::forget_private(&mut tx, letter.chat).await?;
            tx.commit().await?;
        }
        Trouble::Closed
        | Trouble::Token
        | Trouble::Conflict
        | Trouble::Wait(_)
        | Trouble::Refused
        | Trouble::Network => {}
    }
    Ok(())
}

fn after_trouble(letter: &Letter, trouble: Trouble, pacer: &mut Pacer) -> Outcome {
    match trouble {
        // Being asked to wait is no failed try.
        Trouble::Wait(seconds) => {
            let at = now().plus_ms(i64::from(seconds) * SECOND_MS);
            pacer.pause(at);
            Outcome::Later { at }
        }
        // It goes to where the group is now, unless it speaks of a message that is not there.
        Trouble::Moved(_) if !letter.is_tap && letter.edits.is_none() => {
            Outcome::Later { at: now() }
        }
        Trouble::Moved(_) if !letter.is_tap => Outcome::Sent { external_id: None },
        // The answer to a tap is sent at most once: by the next try its button has stopped waiting.
        Trouble::Network | Trouble::Conflict | Trouble::Token if !letter.is_tap => {
            after_failure(letter, now())
        }
        Trouble::Network
        | Trouble::Conflict
        | Trouble::Token
        | Trouble::Closed
        | Trouble::Moved(_)
        | Trouble::Refused => Outcome::Failed,
    }
}

/// Again with growing pauses (1, 4, 9 s), then given up and shown to staff.
fn after_failure(letter: &Letter, now: Timestamp) -> Outcome {
    if letter.attempts >= ATTEMPTS {
        return Outcome::Failed;
    }
    Outcome::Again {
        at: now.plus_ms(letter.attempts * letter.attempts * SECOND_MS),
    }
}
