//! A task (việc): something families are asked to do and confirm.

use super::{SchoolId, TaskId, Timestamp};

/// What kind of thing is asked, which decides whom an act reaches and what can be said of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaskKind {
    /// Scan a QR: a skill of the household.
    Scan,
    /// Any other skill of the household, such as VNeID or a task of the school's own.
    Skill,
    /// To be in the class's chat group: filled by what is seen there, for each child by itself.
    Group,
    /// A collection paid by bank: per child and fee round, and the only kind that knows cash.
    Payment,
}

impl TaskKind {
    pub fn slug(self) -> &'static str {
        match self {
            TaskKind::Scan => "scan",
            TaskKind::Skill => "skill",
            TaskKind::Group => "group",
            TaskKind::Payment => "payment",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        [
            TaskKind::Scan,
            TaskKind::Skill,
            TaskKind::Group,
            TaskKind::Payment,
        ]
        .into_iter()
        .find(|kind| kind.slug() == slug)
    }

    /// People say of themselves that it is done; what is only seen has no button and no phrases.
    pub fn is_said(self) -> bool {
        match self {
            TaskKind::Scan | TaskKind::Skill | TaskKind::Payment => true,
            TaskKind::Group => false,
        }
    }

    /// A household's act reaches all children of the person who did it; a payment is for one child, and each
    /// class has its own group.
    pub fn is_household(self) -> bool {
        match self {
            TaskKind::Scan | TaskKind::Skill => true,
            TaskKind::Group | TaskKind::Payment => false,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub id: TaskId,
    pub school: SchoolId,
    /// Short name for people and programs: `qr`, `vneid`, `thu-2026-11`.
    pub key: String,
    pub title: String,
    pub kind: TaskKind,
    /// The order on the board, from 1.
    pub position: i64,
    /// Percent of the families that count, 0–100.
    pub target_percent: Option<i64>,
    pub opened_at: Timestamp,
    pub withdrawn_at: Option<Timestamp>,
}

impl Task {
    pub fn is_open(&self) -> bool {
        self.withdrawn_at.is_none()
    }
}
