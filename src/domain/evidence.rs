//! What somebody testified, how we know it, and where a family stands.

use serde::{Deserialize, Serialize};

/// How we know. Not a score: a report shows the mix and never averages it.
/// The order is the strength in which a family's state is counted (design: bank > teacher > shown > said).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// tự khai: a tap or a sentence
    Said,
    /// came in through the slip's QR, or was seen in the group
    Shown,
    /// the teacher saw it, or entered it for a family without a phone
    Teacher,
    /// the bank reported the money
    Bank,
}

impl Evidence {
    pub const ALL: [Evidence; 4] = [
        Evidence::Said,
        Evidence::Shown,
        Evidence::Teacher,
        Evidence::Bank,
    ];

    pub fn slug(self) -> &'static str {
        match self {
            Evidence::Said => "said",
            Evidence::Shown => "shown",
            Evidence::Teacher => "teacher",
            Evidence::Bank => "bank",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|evidence| evidence.slug() == slug)
    }
}

/// What one act says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    Done,
    NotYet,
    NeedsHelp,
    Cash,
    Declined,
    /// Takes the same person's own testimony back; the history stays.
    Undo,
    /// Set by the school: the family has no phone that could do it. It stays in the denominator.
    NoPhone,
    /// Set by the school: the task is not asked of this family. It leaves the denominator.
    Exempt,
}

impl Verb {
    pub const ALL: [Verb; 8] = [
        Verb::Done,
        Verb::NotYet,
        Verb::NeedsHelp,
        Verb::Cash,
        Verb::Declined,
        Verb::Undo,
        Verb::NoPhone,
        Verb::Exempt,
    ];

    pub fn slug(self) -> &'static str {
        match self {
            Verb::Done => "done",
            Verb::NotYet => "not_yet",
            Verb::NeedsHelp => "needs_help",
            Verb::Cash => "cash",
            Verb::Declined => "declined",
            Verb::Undo => "undo",
            Verb::NoPhone => "no_phone",
            Verb::Exempt => "exempt",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.slug() == slug)
    }
}

/// Where one family stands in one task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    Unknown,
    NoPhone,
    Declined,
    NotYet,
    NeedsHelp,
    Cash,
    Done(Evidence),
    Exempt,
}

impl State {
    /// The two columns in which a state is stored: its word, and the evidence of a "done".
    pub fn columns(self) -> (&'static str, Option<&'static str>) {
        match self {
            State::Unknown => ("unknown", None),
            State::NoPhone => ("no_phone", None),
            State::Declined => ("declined", None),
            State::NotYet => ("not_yet", None),
            State::NeedsHelp => ("needs_help", None),
            State::Cash => ("cash", None),
            State::Done(evidence) => ("done", Some(evidence.slug())),
            State::Exempt => ("exempt", None),
        }
    }

    pub fn from_columns(state: &str, evidence: Option<&str>) -> Option<Self> {
        match state {
            "unknown" => Some(State::Unknown),
            "no_phone" => Some(State::NoPhone),
            "declined" => Some(State::Declined),
            "not_yet" => Some(State::NotYet),
            "needs_help" => Some(State::NeedsHelp),
            "cash" => Some(State::Cash),
            "done" => evidence.and_then(Evidence::from_slug).map(State::Done),
            "exempt" => Some(State::Exempt),
            _ => None,
        }
    }

    pub fn is_done(self) -> bool {
        matches!(self, State::Done(_))
    }

    /// Somebody should still talk with this family: neither done, nor settled by the school or themselves.
    pub fn is_open(self) -> bool {
        match self {
            State::Unknown | State::NotYet | State::NeedsHelp => true,
            State::NoPhone | State::Declined | State::Cash | State::Done(_) | State::Exempt => {
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_back() {
        let mut states = vec![
            State::Unknown,
            State::NoPhone,
            State::Declined,
            State::NotYet,
            State::NeedsHelp,
            State::Cash,
            State::Exempt,
        ];
        states.extend(Evidence::ALL.map(State::Done));
        for state in states {
            let (word, evidence) = state.columns();
            assert_eq!(State::from_columns(word, evidence), Some(state));
        }
        for verb in Verb::ALL {
            assert_eq!(Verb::from_slug(verb.slug()), Some(verb));
        }
    }
}
