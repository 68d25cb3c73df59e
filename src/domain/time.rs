//! Moments and days, as people in Việt Nam read them.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01 UTC. Stored as BIGINT in every table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// Việt Nam has had one zone, UTC+7 without daylight saving, since 1975; the name is kept so that a
/// change of law needs a new zone table and no new code.
const ZONE: &str = "Asia/Ho_Chi_Minh";

pub const SECOND_MS: i64 = 1_000;
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
pub const DAY_MS: i64 = 24 * HOUR_MS;

impl Timestamp {
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// The wall clock in Việt Nam. Moments outside the calendar's range become its nearest end.
    pub fn local(self) -> jiff::ZonedDateTime {
        let zone = TimeZone::get(ZONE).unwrap_or_else(|_| TimeZone::fixed(jiff::tz::offset(7)));
        let moment = jiff::Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        });
        moment.to_zoned_datetime(zone)
    }

    /// The moment of a wall-clock time in Việt Nam.
    pub fn from_local(at: jiff::civil::DateTime) -> Option<Self> {
        let zone = TimeZone::get(ZONE).ok()?;
        let zoned = at.to_zoned_datetime(zone).ok()?;
        Some(Self(zoned.timestamp().as_millisecond()))
    }

    /// "9:05", as a teacher writes it.
    pub fn clock(self) -> String {
        let at = self.local();
        format!("{}:{:02}", at.hour(), at.minute())
    }

    /// "24/11", or "24/11/2025" when the year is not the one of `now`.
    pub fn day(self, now: Timestamp) -> String {
        let (at, today) = (self.local(), now.local());
        if at.year() == today.year() {
            format!("{:02}/{:02}", at.day(), at.month())
        } else {
            format!("{:02}/{:02}/{}", at.day(), at.month(), at.year())
        }
    }

    /// The time alone on the same day, the day with it otherwise: "9:05" or "9:05 ngày 24/11".
    pub fn same_day_as(self, now: Timestamp) -> bool {
        self.local().date() == now.local().date()
    }

    /// RFC 3339 with Việt Nam's offset, to the second: for files that programs read.
    pub fn rfc3339(self) -> String {
        let at = self.local();
        at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }
}

/// The school year that a day falls in. It runs from August to July, since classes are formed in
/// August (school-year plans of the Ministry of Education name September to May for lessons).
pub fn school_year(at: Timestamp) -> String {
    let day = at.local().date();
    let first = if day.month() >= 8 {
        day.year()
    } else {
        day.year() - 1
    };
    format!("{first}-{}", first + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(year: i16, month: i8, day: i8, hour: i8, minute: i8) -> Timestamp {
        Timestamp::from_local(jiff::civil::date(year, month, day).at(hour, minute, 0, 0)).unwrap()
    }

    #[test]
    fn a_moment_is_read_in_viet_nam() {
        let midnight_utc = Timestamp(1_795_564_800_000); // 2026-11-25
        assert_eq!(midnight_utc.clock(), "7:00");
        assert_eq!(
            at(2026, 11, 24, 9, 5).rfc3339(),
            "2026-11-24T09:05:00+07:00"
        );
        assert_eq!(at(2026, 1, 5, 9, 5).day(at(2026, 11, 24, 0, 0)), "05/01");
        assert_eq!(
            at(2025, 1, 5, 9, 5).day(at(2026, 11, 24, 0, 0)),
            "05/01/2025"
        );
    }

    #[test]
    fn the_school_year_turns_in_august() {
        assert_eq!(school_year(at(2026, 7, 31, 23, 59)), "2025-2026");
        assert_eq!(school_year(at(2026, 8, 1, 0, 0)), "2026-2027");
        assert_eq!(school_year(at(2027, 1, 10, 8, 0)), "2026-2027");
    }

    #[test]
    fn a_moment_beyond_the_calendar_does_not_panic() {
        let _ = Timestamp(i64::MAX).clock();
        let _ = Timestamp(i64::MIN).day(Timestamp(0));
    }
}
