//! When a message that nobody asked for may be sent: not at night and not on a holiday.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time, time};

use super::Timestamp;

/// From nine in the evening families are left in peace (design §2.7).
const QUIET_FROM: Time = time(21, 0, 0, 0);
/// Until half past six in the morning.
const QUIET_TO: Time = time(6, 30, 0, 0);
/// More days in a row than this are no holidays but a mistake in a list.
const LONGEST_HOLIDAYS: usize = 120;

/// The days on which the school is silent, all day long.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    holidays: BTreeSet<Date>,
}

impl Calendar {
    pub fn new(holidays: impl IntoIterator<Item = Date>) -> Self {
        Self {
            holidays: holidays.into_iter().collect(),
        }
    }

    /// A first day and a last, or one day: "2027-02-05..2027-02-10", "2026-11-24".
    pub fn days(text: &str) -> Option<Vec<Date>> {
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let (first, last): (Date, Date) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        let days: Vec<Date> = first
            .series(jiff::Span::new().days(1))
            .take(LONGEST_HOLIDAYS + 1)
            .take_while(|day| *day <= last)
            .collect();
        (!days.is_empty() && days.len() <= LONGEST_HOLIDAYS).then_some(days)
    }

    /// The first moment from `at` on that is neither night nor holiday; `at` itself when it is none.
    pub fn next_allowed(&self, at: Timestamp) -> Timestamp {
        let local = at.local();
        let mut day = local.date();
        if !self.holidays.contains(&day) && local.time() >= QUIET_TO && local.time() < QUIET_FROM {
            return at;
        }
        if self.holidays.contains(&day) || local.time() >= QUIET_FROM {
            day = self.working_day_after(day);
        }
        // At the end of time there is no next morning: better a message too early than none.
        Timestamp::from_local(day.to_datetime(QUIET_TO)).map_or(at, |morning| morning.max(at))
    }

    fn working_day_after(&self, day: Date) -> Date {
        let mut next = day;
        while let Ok(tomorrow) = next.tomorrow() {
            next = tomorrow;
            if !self.holidays.contains(&next) {
                break;
            }
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn at(month: i8, day: i8, hour: i8, minute: i8) -> Timestamp {
        let day = date(2027, month, day);
        Timestamp::from_local(day.at(hour, minute, 0, 0)).unwrap()
    }

    fn tet() -> Calendar {
        Calendar::new(Calendar::days("2027-02-05..2027-02-10").unwrap())
    }

    #[test]
    fn the_night_begins_at_nine_and_ends_at_half_past_six() {
        let calendar = Calendar::default();
        for (asked, allowed) in [
            (at(3, 1, 20, 59), at(3, 1, 20, 59)),
            (at(3, 1, 21, 0), at(3, 2, 6, 30)),
            (at(3, 1, 23, 59), at(3, 2, 6, 30)),
            (at(3, 2, 0, 0), at(3, 2, 6, 30)),
            (at(3, 2, 6, 29), at(3, 2, 6, 30)),
            (at(3, 2, 6, 30), at(3, 2, 6, 30)),
        ] {
            assert_eq!(calendar.next_allowed(asked), allowed);
        }
    }

    #[test]
    fn at_tet_it_waits_until_the_families_are_back() {
        for asked in [
            at(2, 4, 21, 0),
            at(2, 5, 9, 0),
            at(2, 8, 3, 0),
            at(2, 10, 23, 0),
            at(2, 11, 5, 0),
        ] {
            assert_eq!(tet().next_allowed(asked), at(2, 11, 6, 30));
        }
        assert_eq!(tet().next_allowed(at(2, 4, 20, 0)), at(2, 4, 20, 0));
    }

    #[test]
    fn what_is_allowed_is_late_enough_and_stays_allowed() {
        let calendar = tet();
        for step in 0..2_000 {
            let asked = at(2, 1, 0, 0).plus_ms(step * 17 * 60_000);
            let allowed = calendar.next_allowed(asked);
            assert!(allowed >= asked);
            assert_eq!(calendar.next_allowed(allowed), allowed);
        }
    }

    #[test]
    fn the_end_of_time_is_no_loop() {
        for asked in [Timestamp(i64::MAX), Timestamp(i64::MIN)] {
            assert!(tet().next_allowed(asked) >= asked);
        }
    }

    #[test]
    fn days_are_read_alone_and_as_a_stretch() {
        assert_eq!(Calendar::days("2026-11-24").unwrap().len(), 1);
        assert_eq!(Calendar::days("2027-02-05 .. 2027-02-10").unwrap().len(), 6);
        for wrong in [
            "",
            "24/11/2026",
            "2027-02-30",
            "2027-02-10..2027-02-05",
            "2027-01-01..2029-01-01",
        ] {
            assert_eq!(Calendar::days(wrong), None, "{wrong}");
        }
    }
}
