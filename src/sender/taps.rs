//! Answers to taps: at once and many at a time, for somebody looks at a button and the platform does not count them
//! among messages. At most once: whether an answer arrived that nobody confirmed is written down as unknown.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::{LOOK_AGAIN, Post, outcome};
use crate::channel::Trouble;
use crate::intake::now;
use crate::outbox::{Lane, Letter, Outcome, TAP_LIVES_MS};

/// On their way at one moment. Each needs a connection; Telegram answers in about 50 ms, so that is a thousand a
/// second from afar.
const MOST: usize = 64;

/// Sends what `at_hand` brings from the batches of this program, and what stands in the table besides.
pub async fn send(
    post: Arc<Post>,
    mut at_hand: mpsc::Receiver<Letter>,
    mut stop: watch::Receiver<bool>,
) -> Result<(), Trouble> {
    let mut flights = JoinSet::new();
    let mut look = true;
    loop {
        while flights.len() < MOST
            && let Ok(letter) = at_hand.try_recv()
        {
            flights.spawn(one(post.clone(), letter));
        }
        let mut left = false;
        if look && flights.len() < MOST {
            let letters = post.take(Lane::Taps, MOST - flights.len()).await;
            left = flights.len() + letters.len() == MOST;
            look = left;
            for letter in letters {
                flights.spawn(one(post.clone(), letter));
            }
        }
        let stopping = *stop.borrow();
        if stopping && flights.is_empty() && at_hand.is_empty() && !left {
            return Ok(());
        }
        tokio::select! {
            Some(letter) = at_hand.recv(), if flights.len() < MOST => {
                flights.spawn(one(post.clone(), letter));
            }
            Some(sent) = flights.join_next() => {
                if let Ok(Err(trouble)) = sent {
                    return Err(trouble);
                }
            }
            _ = stop.changed(), if !stopping => look = true,
            () = tokio::time::sleep(LOOK_AGAIN), if !look => look = true,
        }
    }
}

/// One answer; an error is a token that is refused.
async fn one(post: Arc<Post>, letter: Letter) -> Result<(), Trouble> {
    let outcome = loop {
        if letter.written_at.plus_ms(TAP_LIVES_MS) < now() {
            break Outcome::Expired;
        }
        let trouble = match post.deliver(&letter).await {
            Ok(_) => break Outcome::Answered,
            Err(trouble) => trouble,
        };
        if let Err(error) = post.remember(&letter, trouble).await {
            tracing::error!(
                outbox = letter.id.0,
                error = format!("{error:#}"),
                "refusal not kept"
            );
        }
        match outcome::of_tap(&letter, trouble, now()) {
            Ok(outcome) => {
                post.settle(&letter, outcome);
                return if trouble == Trouble::Token {
                    Err(trouble)
                } else {
                    Ok(())
                };
            }
            Err(wait_ms) => {
                let wait_ms = u64::try_from(wait_ms).unwrap_or(0);
                tokio::time::sleep(Duration::from_millis(wait_ms)).await;
            }
        }
    };
    post.settle(&letter, outcome);
    Ok(())
}
