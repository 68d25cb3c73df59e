//! Bad weather: every way in which this platform's calls fail by themselves.

use super::super::server::dice::Dice;
use super::Failure;
use std::time::Duration;

pub fn any_failure(dice: &mut Dice) -> Failure {
    match dice.below(8) {
        0 => Failure::Status {
            http: 500,
            error_code: 500,
            description: "Internal Server Error",
        },
        // The documentation gives this number and this meaning.
        1 => Failure::OkFalse {
            error_code: 403,
            description: "Internal Server Error",
        },
        2 => Failure::Html502,
        3 => Failure::Reset,
        4 => Failure::ResetAfterApplied,
        5 => Failure::TruncatedJson,
        6 => Failure::TwoServers,
        _ => Failure::Slow(Duration::from_millis(200 + dice.roll() % 1_800)),
    }
}
