//! Messages: by priority, in order within a chat, several chats at a time, and never faster than the platform's
//! limits allow.
//!
//! Only a handful is taken at a time, so that an answer written now goes before reminders that wait since the
//! morning.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::outcome::{self, Beyond};
use super::pacer::{Limits, Pacer};
use super::{LOOK_AGAIN, Post};
use crate::channel::Trouble;
use crate::domain::time::{HOUR_MS, SECOND_MS};
use crate::domain::{ChatId, Timestamp};
use crate::intake::now;
use crate::outbox::{Lane, Letter, Outcome, Recovered};

/// Rows in hand that wait for their moment: half a second of Telegram's 30 a second.
const HAND: usize = 16;
/// On their way at one moment. At 30 a second and 50 ms an answer it is never more than two; where there are no
/// limits it is what bounds us.
const MOST: usize = 32;
/// A shorter wait is waited for with the row in hand; for a longer one it goes back, so that other chats are not held
/// up by one that is full.
const HOLD_MS: i64 = SECOND_MS;
/// The outbox is looked into no more often than this, however often somebody rings.
const BREATH: Duration = Duration::from_millis(20);
/// The pause of everything while the platform is away: doubling up to this.
const LONGEST_AWAY_MS: i64 = 60 * SECOND_MS;
/// A plan whose messages are used up is asked again after this: somebody may have bought more, or a month began.
const OVER_QUOTA_MS: i64 = HOUR_MS;

pub async fn send(
    post: Arc<Post>,
    limits: Limits,
    after: Recovered,
    mut stop: watch::Receiver<bool>,
) -> Result<(), Trouble> {
    let mut bell = post.app.to_send();
    let mut desk = Desk::new(post, limits);
    if after.texts > 0 {
        // The one before was killed while it sent, and when it sent last nobody knows: a whole window of the limit
        // over all chats has passed after this. A single chat that hears more than its limit asks us to wait.
        desk.pacer.pause(desk.clock().plus_ms(SECOND_MS));
    }
    loop {
        let stopping = *stop.borrow();
        if stopping {
            desk.keep_replies();
        }
        if desk.rang && desk.looked.elapsed() >= BREATH {
            // Marked as heard before we look, so that a ring while we look is not missed.
            bell.mark_unchanged();
            desk.fill(stopping).await;
        }
        desk.start();
        if stopping && !desk.rang && desk.hand.is_empty() && desk.flights.is_empty() {
            return Ok(());
        }
        let patience = desk.patience();
        tokio::select! {
            Some(landed) = desk.flights.join_next() => {
                if let Ok(landed) = landed {
                    desk.finish(landed)?;
                }
            }
            _ = bell.changed() => desk.rang = true,
            _ = stop.changed(), if !stopping => desk.rang = true,
            () = tokio::time::sleep(patience) => {
                desk.rang |= desk.looked.elapsed() >= LOOK_AGAIN;
            }
        }
    }
}

struct Desk {
    post: Arc<Post>,
    pacer: Pacer,
    /// In the order in which they go: by priority, then as they were written.
    hand: Vec<Letter>,
    /// Chats with something on its way.
    busy: HashSet<ChatId>,
    flights: JoinSet<Landed>,
    /// There may be something to take.
    rang: bool,
    looked: Instant,
    /// The pacer's clock begins here; it never goes back, as the one on the wall may.
    since: Instant,
    /// How often in a row the platform was away.
    away: u32,
    /// When the next row in hand may go, by the pacer's clock.
    next: Option<Timestamp>,
}

/// A row that came back.
struct Landed {
    letter: Letter,
    outcome: Outcome,
    beyond: Beyond,
}

impl Desk {
    fn new(post: Arc<Post>, limits: Limits) -> Self {
        let since = Instant::now();
        Self {
            post,
            pacer: Pacer::new(limits),
            hand: Vec::new(),
            busy: HashSet::new(),
            flights: JoinSet::new(),
            rang: true,
            looked: since.checked_sub(BREATH).unwrap_or(since),
            since,
            away: 0,
            next: None,
        }
    }

    fn clock(&self) -> Timestamp {
        Timestamp(i64::try_from(self.since.elapsed().as_millis()).unwrap_or(i64::MAX))
    }

    /// Takes a handful when there is room for it. What somebody waits for is taken also past a hand full of the rest.
    async fn fill(&mut self, stopping: bool) {
        let clock = self.clock();
        self.looked = Instant::now();
        if self.pacer.closed_until() > clock {
            // Looked for again when somebody rings, or after a while.
            self.rang = false;
            return;
        }
        if self.away > 0 && !self.hand.is_empty() {
            // Whether the platform is back is tried with one letter, not at the cost of all.
            self.rang = false;
            return;
        }
        let replies = self.hand.iter().filter(|letter| letter.is_reply()).count();
        let (lane, room) = if self.hand.len() * 2 <= HAND && !stopping {
            (Lane::Messages, HAND - self.hand.len())
        } else {
            (Lane::Replies, HAND.saturating_sub(replies))
        };
        let room = if self.away > 0 { room.min(1) } else { room };
        if room == 0 {
            return;
        }
        let letters = self.post.take(lane, room).await;
        // With less than there was room for, nothing more is there now.
        self.rang = letters.len() == room;
        self.hand.extend(letters);
        self.hand.sort_by_key(|letter| (letter.priority, letter.id));
        self.pacer.forget_old(clock);
    }

    /// Sends what may go now; what may not for long goes back.
    fn start(&mut self) {
        let clock = self.clock();
        let mut held: HashMap<ChatId, Option<Timestamp>> = HashMap::new();
        let mut kept = Vec::new();
        let most = if self.away > 0 { 1 } else { MOST };
        self.next = None;
        for letter in std::mem::take(&mut self.hand) {
            let chat = letter.chat;
            match held.get(&chat) {
                Some(Some(at)) => {
                    self.give_back(&letter, *at, clock);
                    continue;
                }
                Some(None) => {
                    kept.push(letter);
                    continue;
                }
                None => {}
            }
            let free = !self.busy.contains(&chat) && self.flights.len() < most;
            let at = self.pacer.when(chat, letter.kind, clock).filter(|_| free);
            match at {
                Some(at) if at <= clock => {
                    self.pacer.begin(chat, letter.kind);
                    self.busy.insert(chat);
                    self.flights.spawn(one(self.post.clone(), letter));
                }
                Some(at) if at.0 - clock.0 > HOLD_MS => {
                    held.insert(chat, Some(at));
                    self.give_back(&letter, at, clock);
                }
                Some(at) => {
                    self.next = Some(self.next.map_or(at, |next| next.min(at)));
                    held.insert(chat, None);
                    kept.push(letter);
                }
                None => {
                    held.insert(chat, None);
                    kept.push(letter);
                }
            }
        }
        self.hand = kept;
    }

    fn give_back(&self, letter: &Letter, at: Timestamp, clock: Timestamp) {
        let at = now().plus_ms(at.0 - clock.0);
        self.post.settle(letter, Outcome::Later { at });
    }

    /// What stands behind a letter of its chat waits with it, or it would overtake it out of the hand.
    fn give_back_behind(&mut self, letter: &Letter, at: Timestamp) {
        let behind = |other: &Letter| {
            other.chat == letter.chat && (other.priority, other.id) > (letter.priority, letter.id)
        };
        let (back, kept): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.hand).into_iter().partition(behind);
        self.hand = kept;
        for letter in back {
            self.post.settle(&letter, Outcome::Later { at });
        }
    }

    /// A program that stops sends only what people wait for; the rest goes out after the next start.
    fn keep_replies(&mut self) {
        let (replies, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.hand)
            .into_iter()
            .partition(Letter::is_reply);
        self.hand = replies;
        for letter in rest {
            self.post.settle(&letter, Outcome::Later { at: now() });
        }
    }

    fn finish(&mut self, landed: Landed) -> Result<(), Trouble> {
        let Landed {
            letter,
            outcome,
            beyond,
        } = landed;
        self.busy.remove(&letter.chat);
        // Our clock counts whole milliseconds, so it is rounded up.
        let clock = self.clock();
        self.pacer.done(letter.chat, letter.kind, clock.plus_ms(1));
        let tried_again = match outcome {
            Outcome::Again { at } | Outcome::Later { at } => Some(at),
            Outcome::Sent { .. }
            | Outcome::Answered
            | Outcome::Unknown
            | Outcome::Expired
            | Outcome::Failed => None,
        };
        self.post.settle(&letter, outcome);
        if let Some(at) = tried_again {
            self.give_back_behind(&letter, at);
        }
        self.rang |= self.hand.len() * 2 <= HAND;
        match beyond {
            Beyond::Nothing => self.away = 0,
            // Those that were on their way together bring the same news, which counts once.
            Beyond::Away if self.pacer.closed_until() > clock => {}
            Beyond::Away => {
                let pause_ms = (SECOND_MS << self.away.min(6)).min(LONGEST_AWAY_MS);
                self.away += 1;
                self.pacer.pause(clock.plus_ms(pause_ms));
            }
            Beyond::Wait(wait_ms) => {
                metrics::counter!("lopso_asked_to_wait_total").increment(1);
                let until = clock.plus_ms(wait_ms);
                self.pacer.asked_to_wait(letter.chat, until, clock);
            }
            Beyond::Quota => {
                metrics::counter!("lopso_alarms_total", "what" => "quota").increment(1);
                tracing::error!(
                    bot = self.post.bot.id.0,
                    "nothing is sent: the month's messages are used up, or the account's owner is wanted"
                );
                self.pacer.pause(clock.plus_ms(OVER_QUOTA_MS));
            }
            Beyond::Token => return Err(Trouble::Token),
        }
        Ok(())
    }

    /// How long there is nothing to do, unless something lands or somebody rings.
    fn patience(&self) -> Duration {
        if self.rang {
            return BREATH.saturating_sub(self.looked.elapsed());
        }
        let clock = self.clock();
        let wait = |at: Timestamp| {
            Duration::from_millis(u64::try_from((at.0 - clock.0).max(1)).unwrap_or(0))
        };
        self.next.map_or(LOOK_AGAIN, wait).min(LOOK_AGAIN)
    }
}

/// Sends one row.
async fn one(post: Arc<Post>, letter: Letter) -> Landed {
    let (outcome, beyond) = match post.deliver(&letter).await {
        Ok(external_id) => (Outcome::Sent { external_id }, Beyond::Nothing),
        Err(trouble) => {
            let (outcome, beyond) = outcome::of_text(&letter, trouble, now());
            match post.remember(&letter, trouble).await {
                Ok(()) => (outcome, beyond),
                Err(error) => {
                    let error = format!("{error:#}");
                    tracing::error!(outbox = letter.id.0, error, "refusal not kept");
                    (outcome::again(&letter, now()), beyond)
                }
            }
        }
    };
    Landed {
        letter,
        outcome,
        beyond,
    }
}
