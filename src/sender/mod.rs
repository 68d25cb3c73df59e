//! The way out: takes rows from the outbox, hands them to the channel, writes back what became of them.
//!
//! A row is leased and committed before it is sent, so no transaction is open during a call; a row
//! whose sender was killed is taken again when its lease runs out.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::channel::sandbox::Sandbox;
use crate::domain::time::SECOND_MS;
use crate::domain::{Bot, ChatId, Timestamp};
use crate::intake::now;
use crate::outbox::{self, ATTEMPTS, Letter, Outcome};

/// Rows taken at a time.
const MOST: i64 = 100;
/// Without a call somebody looks after this long: for rows that became due, or leases that ran out.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Sends one bot's rows for as long as the program runs.
pub async fn send_forever(app: Arc<App>, bot: Bot, sandbox: Sandbox) {
    let mut bell = app.to_send();
    loop {
        // Marked as heard before we look, so that a ring while we send is not missed.
        bell.mark_unchanged();
        match send_once(&app, &bot, &sandbox, now()).await {
            Ok(0) => {
                let _ = tokio::time::timeout(LOOK_AGAIN, bell.changed()).await;
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
    sandbox: &Sandbox,
    now: Timestamp,
) -> anyhow::Result<usize> {
    let mut tx = app.db().begin().await?;
    let letters = outbox::lease(&mut tx, bot.id, MOST, now).await?;
    tx.commit().await?;
    if letters.is_empty() {
        return Ok(0);
    }
    let mut outcomes = Vec::with_capacity(letters.len());
    let mut held: HashMap<ChatId, Timestamp> = HashMap::new();
    for letter in &letters {
        if let Some(at) = held.get(&letter.chat).filter(|_| !letter.is_tap) {
            outcomes.push((letter.id, Outcome::Later { at: *at }));
            continue;
        }
        let outcome = match sandbox.deliver(bot, letter, now).await {
            Ok(outcome) => outcome,
            Err(error) => {
                tracing::warn!(outbox = letter.id.0, %error, "not delivered");
                after_failure(letter, now)
            }
        };
        if let Outcome::Again { at } = outcome
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

/// Again with growing pauses (1, 4, 9 s), then given up and shown to staff.
fn after_failure(letter: &Letter, now: Timestamp) -> Outcome {
    if letter.attempts >= ATTEMPTS {
        return Outcome::Failed;
    }
    Outcome::Again {
        at: now.plus_ms(letter.attempts * letter.attempts * SECOND_MS),
    }
}
