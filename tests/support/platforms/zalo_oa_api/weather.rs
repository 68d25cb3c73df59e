//! Bad weather: every way in which this platform's calls fail by themselves.

use super::super::server::dice::Dice;
use super::Failure;
use std::time::Duration;

pub fn any_failure(dice: &mut Dice) -> Failure {
    match dice.below(6) {
        0 => Failure::Error {
            code: -32,
            message: "the limit of calls per minute is reached",
        },
        1 => Failure::Html502,
        2 => Failure::Reset,
        3 => Failure::ResetAfterApplied,
        4 => Failure::TruncatedJson,
        _ => Failure::Slow(Duration::from_millis(200 + dice.roll() % 1_800)),
    }
}
