//! From acts to a family's state.
//!
//! The acts that reach a family are heard by voice: each guardian is one, the school (teacher, clerk)
//! is one, the bank is one. In each voice the last act counts and an undo silences it. Among voices
//! the strongest state counts (`State`'s own order): exempt, done by bank > teacher > shown > said,
//! cash, needs help, not yet, declined, no phone, unknown.

use super::{Act, Standing};
use crate::domain::{Evidence, PersonId, State, Verb};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Voice {
    Guardian(PersonId),
    School,
    Bank,
}

/// What one voice says now: its last verb, the best evidence given for it without a change of mind in
/// between, and since when. A later tap does not weaken a scan: both said the same.
#[derive(Debug, Clone, Copy)]
struct Says {
    verb: Verb,
    evidence: Evidence,
    act: Standing,
}

fn voice(act: &Act) -> Option<Voice> {
    match (act.evidence, act.person) {
        (Evidence::Bank, _) => Some(Voice::Bank),
        (Evidence::Teacher, _) => Some(Voice::School),
        (Evidence::Said | Evidence::Shown, Some(person)) => Some(Voice::Guardian(person)),
        // The table's constraint allows it for a child, but nobody said it.
        (Evidence::Said | Evidence::Shown, None) => None,
    }
}

fn state(verb: Verb, evidence: Evidence) -> State {
    let by_school = evidence == Evidence::Teacher;
    match verb {
        Verb::Done => State::Done(evidence),
        Verb::NotYet => State::NotYet,
        Verb::NeedsHelp => State::NeedsHelp,
        Verb::Cash => State::Cash,
        Verb::Declined => State::Declined,
        Verb::NoPhone if by_school => State::NoPhone,
        Verb::Exempt if by_school => State::Exempt,
        // Only the school may set these two, and an undo says nothing.
        Verb::NoPhone | Verb::Exempt | Verb::Undo => State::Unknown,
    }
}

/// Where a family stands. `acts` are those that reach it, oldest first.
pub fn fold<'a>(acts: impl IntoIterator<Item = &'a Act>) -> Standing {
    let mut voices: Vec<(Voice, Says)> = Vec::new();
    for act in acts {
        let Some(voice) = voice(act) else { continue };
        let said = Says {
            verb: act.verb,
            evidence: act.evidence,
            act: Standing {
                state: state(act.verb, act.evidence),
                at: act.at,
            },
        };
        match voices.iter_mut().find(|(known, _)| *known == voice) {
            None => voices.push((voice, said)),
            Some((_, before)) if before.verb == said.verb && before.evidence >= said.evidence => {}
            Some((_, before)) => *before = said,
        }
    }
    voices
        .into_iter()
        .map(|(_, says)| says.act)
        .reduce(stronger)
        .unwrap_or(Standing::UNKNOWN)
}

/// The stronger of two; of two equal ones the earlier, so that the time of the first "done" stands.
fn stronger(one: Standing, other: Standing) -> Standing {
    match one.state.cmp(&other.state) {
        std::cmp::Ordering::Greater => one,
        std::cmp::Ordering::Less => other,
        std::cmp::Ordering::Equal => Standing {
            state: one.state,
            at: one.at.min(other.at),
        },
    }
}

/// What the voice that would speak `act` says now, with the moment it began, or nothing.
/// `acts` are those of the same task and the same subject (a household, or one child), oldest first.
pub fn said_before<'a>(acts: impl IntoIterator<Item = &'a Act>, act: &Act) -> Option<&'a Act> {
    let wanted = voice(act)?;
    let mut standing: Option<&Act> = None;
    for earlier in acts {
        if voice(earlier) != Some(wanted) {
            continue;
        }
        standing = match standing {
            Some(before) if before.verb == earlier.verb && before.evidence >= earlier.evidence => {
                Some(before)
            }
            Some(_) | None => Some(earlier),
        };
    }
    standing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ChildId, SchoolId, TaskId, Timestamp};

    fn act(person: i64, verb: Verb, evidence: Evidence, at: i64) -> Act {
        Act {
            school: SchoolId(1),
            task: TaskId(1),
            person: Some(PersonId(person)),
            child: Some(ChildId(1)),
            verb,
            evidence,
            at: Timestamp(at),
        }
    }

    fn check(acts: &[Act], expected: State) {
        assert_eq!(fold(acts).state, expected, "{acts:?}");
    }

    #[test]
    fn nobody_said_anything() {
        check(&[], State::Unknown);
    }

    #[test]
    fn the_last_word_of_one_person_counts() {
        let (done, not_yet) = (
            act(1, Verb::Done, Evidence::Said, 1),
            act(1, Verb::NotYet, Evidence::Said, 2),
        );
        check(&[done.clone(), not_yet.clone()], State::NotYet);
        check(
            &[not_yet, act(1, Verb::Done, Evidence::Said, 3)],
            State::Done(Evidence::Said),
        );
        check(
            &[done, act(1, Verb::Undo, Evidence::Said, 2)],
            State::Unknown,
        );
    }

    #[test]
    fn one_guardians_done_stands_beside_the_others_not_yet() {
        let mother = act(1, Verb::Done, Evidence::Said, 1);
        check(
            &[mother.clone(), act(2, Verb::NotYet, Evidence::Said, 2)],
            State::Done(Evidence::Said),
        );
        check(
            &[mother, act(2, Verb::Undo, Evidence::Said, 2)],
            State::Done(Evidence::Said),
        );
    }

    #[test]
    fn a_later_tap_does_not_weaken_a_scan() {
        let acts = [
            act(1, Verb::Done, Evidence::Shown, 1),
            act(1, Verb::Done, Evidence::Said, 2),
        ];
        assert_eq!(
            fold(&acts),
            Standing {
                state: State::Done(Evidence::Shown),
                at: Timestamp(1)
            }
        );
    }

    #[test]
    fn the_bank_is_stronger_than_the_teacher_and_a_parent_cannot_undo_it() {
        let bank = act(0, Verb::Done, Evidence::Bank, 1);
        let undo = act(1, Verb::Undo, Evidence::Said, 3);
        check(
            &[bank, act(9, Verb::Done, Evidence::Teacher, 2), undo],
            State::Done(Evidence::Bank),
        );
    }

    #[test]
    fn any_teacher_corrects_what_the_school_entered() {
        let entered = act(9, Verb::Done, Evidence::Teacher, 1);
        check(
            &[entered.clone(), act(8, Verb::Undo, Evidence::Teacher, 2)],
            State::Unknown,
        );
        check(
            &[entered, act(8, Verb::NoPhone, Evidence::Teacher, 2)],
            State::NoPhone,
        );
    }

    #[test]
    fn only_the_school_exempts() {
        check(&[act(1, Verb::Exempt, Evidence::Said, 1)], State::Unknown);
        let exempt = act(9, Verb::Exempt, Evidence::Teacher, 1);
        check(
            &[act(1, Verb::Done, Evidence::Said, 1), exempt],
            State::Exempt,
        );
    }

    #[test]
    fn the_same_again_is_found_and_better_evidence_is_new() {
        let acts = [act(1, Verb::Done, Evidence::Said, 1)];
        let again = act(1, Verb::Done, Evidence::Said, 2);
        assert_eq!(
            said_before(&acts, &again).map(|before| before.at),
            Some(Timestamp(1))
        );
        assert_eq!(
            said_before(&acts, &act(2, Verb::Done, Evidence::Said, 2)),
            None
        );
    }
}
