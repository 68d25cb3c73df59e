//! Bad weather: calls that fail at random, by dice that fall the same way for the same seed.

use super::Failure;
use super::endpoint::Endpoint;
use std::time::Duration;

/// Numbers that look random (splitmix64).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to, not including, `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % end as u64).unwrap()
    }

    /// True this often in a hundred times.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

pub struct Weather {
    pub dice: Dice,
    pub percent: usize,
    pub endpoints: Vec<Endpoint>,
}

impl Weather {
    /// What goes wrong with a call of this endpoint, if anything does.
    pub fn strikes(&mut self, endpoint: Endpoint) -> Option<Failure> {
        if !self.endpoints.contains(&endpoint) || !self.dice.percent(self.percent) {
            return None;
        }
        Some(match self.dice.below(6) {
            0 => Failure::Error {
                code: -32,
                message: "the limit of calls per minute is reached",
            },
            1 => Failure::Html502,
            2 => Failure::Reset,
            3 => Failure::ResetAfterApplied,
            4 => Failure::TruncatedJson,
            _ => Failure::Slow(Duration::from_millis(200 + self.dice.roll() % 1_800)),
        })
    }
}
