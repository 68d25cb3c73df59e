//! Bad weather: calls that fail at random, by dice that fall the same way for the same seed.

use super::super::server::dice::Dice;
use super::Failure;
use std::time::Duration;

pub struct Weather {
    pub dice: Dice,
    pub percent: usize,
    pub methods: Vec<String>,
}

impl Weather {
    /// What goes wrong with a call of this method, if anything does.
    pub fn strikes(&mut self, method: &str) -> Option<Failure> {
        if !self.methods.iter().any(|each| each == method) || !self.dice.percent(self.percent) {
            return None;
        }
        Some(match self.dice.below(7) {
            0 => Failure::Status(429, "Too Many Requests: retry after 1"),
            1 => Failure::Status(500, "Internal Server Error"),
            2 => Failure::Html502,
            3 => Failure::Reset,
            4 => Failure::ResetAfterApplied,
            5 => Failure::TruncatedJson,
            _ => Failure::Slow(Duration::from_millis(200 + self.dice.roll() % 1_800)),
        })
    }
}
