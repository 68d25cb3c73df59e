//! Bad weather: every way in which this platform's calls fail by themselves.

use super::super::server::dice::Dice;
use super::Failure;
use std::time::Duration;

pub fn any_failure(dice: &mut Dice) -> Failure {
    match dice.below(7) {
        0 => Failure::Status(429, "Too Many Requests: retry after 1"),
        1 => Failure::Status(500, "Internal Server Error"),
        2 => Failure::Html502,
        3 => Failure::Reset,
        4 => Failure::ResetAfterApplied,
        5 => Failure::TruncatedJson,
        _ => Failure::Slow(Duration::from_millis(200 + dice.roll() % 1_800)),
    }
}
