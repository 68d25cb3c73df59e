//! What people agree to, each purpose for itself.

/// What one can agree to, each for itself (design §2.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Keeping the family's answers.
    Record,
    /// Private reminders.
    Remind,
}

impl Purpose {
    pub const ALL: [Purpose; 2] = [Purpose::Record, Purpose::Remind];

    pub fn slug(self) -> &'static str {
        match self {
            Purpose::Record => "record",
            Purpose::Remind => "remind",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.slug() == slug)
    }
}

/// How somebody answers a question for consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
    /// Nothing decided: asked again when it comes up.
    Later,
}

impl Answer {
    pub const ALL: [Answer; 3] = [Answer::Yes, Answer::No, Answer::Later];

    pub fn slug(self) -> &'static str {
        match self {
            Answer::Yes => "yes",
            Answer::No => "no",
            Answer::Later => "later",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|answer| answer.slug() == slug)
    }
}
