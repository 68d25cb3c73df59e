//! How many calls a minute the account's package allows, told with every answer.

use super::state::Refusal;
use std::time::{Duration, Instant};

const MINUTE: Duration = Duration::from_secs(60);

pub struct Rates {
    pub limit: usize,
    granted: Vec<Instant>,
}

impl Default for Rates {
    /// What the developers' pages promise to an app.
    fn default() -> Self {
        Self::of(4_000)
    }
}

impl Rates {
    pub fn of(limit: usize) -> Self {
        Self {
            limit,
            granted: Vec::new(),
        }
    }

    /// Counts one call, unless the last sixty seconds are full.
    pub fn take(&mut self, now: Instant) -> Result<(), Refusal> {
        if self.remain(now) == 0 {
            let why = "the limit of calls per minute is reached";
            return Err(Refusal::because(-32, why));
        }
        self.granted.push(now);
        Ok(())
    }

    pub fn remain(&mut self, now: Instant) -> usize {
        self.granted
            .retain(|at| now.saturating_duration_since(*at) < MINUTE);
        self.limit.saturating_sub(self.granted.len())
    }
}
