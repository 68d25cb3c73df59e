//! How often a bot may speak: windows that slide with the clock, so that no burst hides between two of them.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

/// Telegram's FAQ, "Broadcasting to users". One a second in a private chat, kept as three in three seconds.
const OVERALL: (usize, Duration) = (30, Duration::from_secs(1));
const PRIVATE: (usize, Duration) = (3, Duration::from_secs(3));
const GROUP: (usize, Duration) = (20, Duration::from_secs(60));

#[derive(Default)]
pub struct Limits {
    pub floods: usize,
    overall: VecDeque<Instant>,
    chats: HashMap<i64, VecDeque<Instant>>,
}

impl Limits {
    /// Counts a message or an edit, or says after how many seconds it may be tried again.
    pub fn admit(&mut self, chat: i64, now: Instant) -> Result<(), u64> {
        let rate = if chat < 0 { GROUP } else { PRIVATE };
        let own = self.chats.entry(chat).or_default();
        let waits = [wait(&mut self.overall, OVERALL, now), wait(own, rate, now)];
        if let Some(longest) = waits.into_iter().flatten().max() {
            self.floods += 1;
            return Err(u64::try_from(longest.as_millis().div_ceil(1000)).unwrap_or(1));
        }
        self.overall.push_back(now);
        own.push_back(now);
        Ok(())
    }
}

/// How long until one more fits; none when it fits now.
fn wait(
    sent: &mut VecDeque<Instant>,
    (most, span): (usize, Duration),
    now: Instant,
) -> Option<Duration> {
    while sent
        .front()
        .is_some_and(|at| now.duration_since(*at) >= span)
    {
        sent.pop_front();
    }
    let first = sent.front().filter(|_| sent.len() >= most)?;
    Some(span - now.duration_since(*first))
}
