//! How often a bot may speak: windows that slide with the clock, so that no burst hides between two of them.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub per_second: usize,
    pub per_chat_per_second: usize,
    pub per_group_per_minute: usize,
}

#[derive(Default)]
pub struct Rates {
    pub limits: Option<Limits>,
    pub floods: usize,
    all: Window,
    chats: BTreeMap<i64, Window>,
    groups: BTreeMap<i64, Window>,
}

#[derive(Default)]
struct Window(VecDeque<Instant>);

impl Window {
    /// How long until one more fits; nothing when it fits now.
    fn wait(&mut self, most: usize, span: Duration, now: Instant) -> Option<Duration> {
        while self
            .0
            .front()
            .is_some_and(|first| now.duration_since(*first) >= span)
        {
            self.0.pop_front();
        }
        if self.0.len() < most {
            return None;
        }
        let first_to_leave = self.0.len() - most;
        let left = self
            .0
            .get(first_to_leave)
            .map(|at| span - now.duration_since(*at));
        Some(left.unwrap_or(span))
    }
}

impl Rates {
    /// Counts one send or edit, or says after how many seconds it may be tried again. A refused one does not count.
    pub fn admit(&mut self, chat: i64, now: Instant) -> Result<(), u64> {
        let Some(limits) = self.limits else {
            return Ok(());
        };
        let second = Duration::from_secs(1);
        let minute = Duration::from_secs(60);
        let in_chat = self.chats.entry(chat).or_default();
        let in_group = self.groups.entry(chat).or_default();
        let waits = [
            self.all.wait(limits.per_second, second, now),
            in_chat.wait(limits.per_chat_per_second, second, now),
            (chat < 0)
                .then(|| in_group.wait(limits.per_group_per_minute, minute, now))
                .flatten(),
        ];
        if let Some(longest) = waits.into_iter().flatten().max() {
            self.floods += 1;
            return Err(longest.as_millis().div_ceil(1000).max(1) as u64);
        }
        for window in [&mut self.all, in_chat, in_group] {
            window.0.push_back(now);
        }
        Ok(())
    }
}
