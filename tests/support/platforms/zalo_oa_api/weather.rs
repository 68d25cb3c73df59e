//! Bad weather: calls that fail at random, by dice that fall the same way for the same seed.

use super::super::server::dice::Dice;
use super::Failure;
use super::endpoint::Endpoint;
use std::time::Duration;

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
