//! When a message that nobody asked for may be sent.

use crate::domain::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {}

impl Calendar {
    pub fn next_allowed(&self, at: Timestamp) -> Timestamp {
        let local = at.local();
        let minutes = i64::from(local.hour()) * 60 + i64::from(local.minute());
        if (390..1260).contains(&minutes) {
            return at;
        }
        let day = if minutes >= 1260 {
            local.date().tomorrow().unwrap_or(local.date())
        } else {
            local.date()
        };
        Timestamp::from_local(day.at(6, 30, 0, 0)).unwrap_or(at)
    }
}
