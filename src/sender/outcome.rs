//! What becomes of a row, by what the platform said.

use crate::channel::Trouble;
use crate::domain::Timestamp;
use crate::domain::time::SECOND_MS;
use crate::outbox::{ATTEMPTS, Letter, Outcome, TAP_LIVES_MS};

/// What a refusal means beyond its own row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    Nothing,
    /// The platform is away: nothing goes out for a while.
    Away,
    /// The platform asks to wait, for this many milliseconds.
    Wait(i64),
    /// The month's messages are used up, or a bill is to be paid: nothing goes out for long.
    Quota,
    /// The bot's token is refused: it can do nothing any more.
    Token,
}

/// The answer to a tap goes out at most once: again only when it certainly did not leave, and only while somebody
/// still looks at the button: `Err` says after how many milliseconds.
pub fn of_tap(letter: &Letter, trouble: Trouble, now: Timestamp) -> Result<Outcome, i64> {
    const SOON_MS: i64 = SECOND_MS / 2;
    let wait_ms = match trouble {
        Trouble::Unreached => SOON_MS,
        Trouble::Wait(seconds) => i64::from(seconds) * SECOND_MS,
        Trouble::Unclear | Trouble::Idle => return Ok(Outcome::Unknown),
        Trouble::TooLate => return Ok(Outcome::Expired),
        Trouble::Pointless => return Ok(Outcome::Answered),
        Trouble::Token
        | Trouble::Conflict
        | Trouble::Quota
        | Trouble::Owner
        | Trouble::Later(_)
        | Trouble::Silent
        | Trouble::Closed
        | Trouble::Moved(_)
        | Trouble::TooLong
        | Trouble::Formatting
        | Trouble::Refused => return Ok(Outcome::Failed),
    };
    let in_time = now.plus_ms(wait_ms) < letter.written_at.plus_ms(TAP_LIVES_MS);
    if in_time {
        Err(wait_ms)
    } else {
        Ok(Outcome::Expired)
    }
}

/// A text goes out at least once, unless the platform will never take it.
pub fn of_text(letter: &Letter, trouble: Trouble, now: Timestamp) -> (Outcome, Beyond) {
    match trouble {
        Trouble::Wait(seconds) => {
            let wait_ms = i64::from(seconds) * SECOND_MS;
            let at = now.plus_ms(wait_ms);
            (Outcome::Later { at }, Beyond::Wait(wait_ms))
        }
        // The pause of everything says when it is tried again.
        Trouble::Unreached | Trouble::Conflict => (Outcome::Later { at: now }, Beyond::Away),
        Trouble::Unclear | Trouble::Idle => (again(letter, now), Beyond::Away),
        Trouble::Quota | Trouble::Owner => (Outcome::Later { at: now }, Beyond::Quota),
        // Whoever else is written to does not wait for this one.
        Trouble::Later(seconds) => {
            let at = now.plus_ms(i64::from(seconds) * SECOND_MS);
            (Outcome::Later { at }, Beyond::Nothing)
        }
        Trouble::Token => (Outcome::Later { at: now }, Beyond::Token),
        // It goes to where the group is now, unless it speaks of a message that is not there.
        Trouble::Moved(_) if letter.edits.is_none() => {
            (Outcome::Later { at: now }, Beyond::Nothing)
        }
        Trouble::Moved(_) | Trouble::Pointless | Trouble::TooLate => {
            (Outcome::Sent { external_id: None }, Beyond::Nothing)
        }
        Trouble::Closed
        | Trouble::Silent
        | Trouble::TooLong
        | Trouble::Formatting
        | Trouble::Refused => (Outcome::Failed, Beyond::Nothing),
    }
}

/// Three times more, with growing pauses (1, 10, 100 s: a short hiccup costs nobody a minute, and a platform that
/// stumbles for two minutes costs no text); then it is given up and shown to staff.
pub fn again(letter: &Letter, now: Timestamp) -> Outcome {
    let pause_s = match letter.attempts {
        ..=1 => 1,
        2 => 10,
        _ => 100,
    };
    if letter.attempts >= ATTEMPTS {
        return Outcome::Failed;
    }
    Outcome::Again {
        at: now.plus_ms(pause_s * SECOND_MS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::{ChatKind, Payload, Priority};
    use crate::domain::{ChatId, OutboxId};

    const NOW: Timestamp = Timestamp(1_000_000);

    fn letter(priority: Priority, attempts: i64) -> Letter {
        Letter {
            id: OutboxId(1),
            chat: ChatId(1),
            kind: ChatKind::Private,
            bot: "b".to_owned(),
            to: "1".to_owned(),
            payload: Payload::Reaction {
                message: "1".to_owned(),
                emoji: "👍".to_owned(),
            },
            edits: None,
            attempts,
            priority: priority.order(),
            written_at: NOW,
        }
    }

    #[test]
    fn a_text_whose_outcome_is_unknown_is_repeated_three_times() {
        let text = |attempts| letter(Priority::Reply, attempts);
        for (attempts, pause_s) in [(1, 1), (2, 10), (3, 100)] {
            let (outcome, beyond) = of_text(&text(attempts), Trouble::Unclear, NOW);
            let at = NOW.plus_ms(pause_s * SECOND_MS);
            assert_eq!((outcome, beyond), (Outcome::Again { at }, Beyond::Away));
        }
        assert_eq!(of_text(&text(4), Trouble::Unclear, NOW).0, Outcome::Failed);
    }

    #[test]
    fn what_never_left_uses_no_try_however_often() {
        for attempts in [1, 4, 400] {
            let (outcome, beyond) =
                of_text(&letter(Priority::Reply, attempts), Trouble::Unreached, NOW);
            assert_eq!(
                (outcome, beyond),
                (Outcome::Later { at: NOW }, Beyond::Away)
            );
        }
    }

    #[test]
    fn a_pause_asked_for_is_kept_to_the_second() {
        let (outcome, beyond) = of_text(&letter(Priority::Board, 1), Trouble::Wait(17), NOW);
        let at = NOW.plus_ms(17_000);
        assert_eq!(
            (outcome, beyond),
            (Outcome::Later { at }, Beyond::Wait(17_000))
        );
    }

    #[test]
    fn who_takes_nothing_for_a_while_holds_up_nobody_else() {
        let (outcome, beyond) = of_text(&letter(Priority::Reply, 1), Trouble::Later(60), NOW);
        let at = NOW.plus_ms(60_000);
        assert_eq!((outcome, beyond), (Outcome::Later { at }, Beyond::Nothing));
    }

    #[test]
    fn a_bill_to_be_paid_gives_up_no_text() {
        let (outcome, beyond) = of_text(&letter(Priority::Reply, 9), Trouble::Owner, NOW);
        assert_eq!(
            (outcome, beyond),
            (Outcome::Later { at: NOW }, Beyond::Quota)
        );
    }

    #[test]
    fn a_tap_is_answered_at_most_once_and_not_after_its_time() {
        let tap = letter(Priority::Tap, 1);
        let of = |trouble, later_ms| of_tap(&tap, trouble, NOW.plus_ms(later_ms));
        assert_eq!(of(Trouble::Unclear, 0), Ok(Outcome::Unknown));
        assert_eq!(of(Trouble::Unreached, 0), Err(500));
        assert_eq!(of(Trouble::Wait(3), 0), Err(3_000));
        assert_eq!(of(Trouble::Wait(3), 12_000), Ok(Outcome::Expired));
        assert_eq!(of(Trouble::Wait(60), 0), Ok(Outcome::Expired));
        assert_eq!(of(Trouble::TooLate, 0), Ok(Outcome::Expired));
    }

    #[test]
    fn a_refused_token_gives_up_no_text() {
        let (outcome, beyond) = of_text(&letter(Priority::Reply, 1), Trouble::Token, NOW);
        assert_eq!(
            (outcome, beyond),
            (Outcome::Later { at: NOW }, Beyond::Token)
        );
    }
}
