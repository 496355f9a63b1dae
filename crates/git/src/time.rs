use std::fmt;

use jiff::Timestamp;
use jiff::civil::{DateTime, Weekday};
use jiff::tz::Offset;

/// A moment and the distance from UTC of the clock that wrote it down, as commits carry it.
///
/// Ordered by the moment alone, then by the offset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ZonedTime {
    /// Seconds since 1970-01-01T00:00:00Z. Git allows any number.
    pub seconds: i64,
    /// Minutes east of UTC. Git allows anything up to ±9999 written as `±hhmm`.
    pub offset_minutes: i32,
}

impl ZonedTime {
    /// The time on the writer's clock and calendar; `None` outside the years -9999 to 9999 or
    /// when the offset is 26 hours or more.
    pub fn local(&self) -> Option<DateTime> {
        let offset = Offset::from_seconds(self.offset_minutes.checked_mul(60)?).ok()?;
        Some(offset.to_datetime(Timestamp::from_second(self.seconds).ok()?))
    }

    /// The day on the writer's calendar as `YYYY-MM-DD`, or `@seconds` when it has none.
    pub fn date(&self) -> String {
        match self.local() {
            Some(local) => local.date().to_string(),
            None => format!("@{}", self.seconds),
        }
    }

    /// The writer's offset from UTC, such as `+01:00`.
    pub fn offset(&self) -> String {
        let sign = if self.offset_minutes < 0 { '-' } else { '+' };
        let minutes = self.offset_minutes.unsigned_abs();
        format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// The day of the week on the writer's calendar.
    pub fn weekday(&self) -> Option<Weekday> {
        self.local().map(|local| local.weekday())
    }

    /// Days from `earlier` to this moment, by the clock; negative when `earlier` is later.
    pub fn days_since(&self, earlier: &Self) -> f64 {
        self.seconds.saturating_sub(earlier.seconds) as f64 / 86_400.0
    }

    /// Reads RFC 3339, such as `2026-03-01T12:00:00+01:00` or `2026-03-01T11:00:00Z`.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let pieces = jiff::fmt::temporal::DateTimeParser::new().parse_pieces(text).ok()?;
        let offset = pieces.to_numeric_offset()?;
        let moment = offset.to_timestamp(pieces.date().to_datetime(pieces.time()?)).ok()?;
        Some(Self { seconds: moment.as_second(), offset_minutes: offset.seconds() / 60 })
    }
}

/// RFC 3339 with the writer's offset, or git's raw `@seconds +hhmm` outside the calendar.
impl fmt::Display for ZonedTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.offset_minutes < 0 { '-' } else { '+' };
        let minutes = self.offset_minutes.unsigned_abs();
        match self.local() {
            Some(local) => write!(f, "{local}{}", self.offset()),
            None => write!(f, "@{} {sign}{:02}{:02}", self.seconds, minutes / 60, minutes % 60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_shown_on_the_writers_clock() {
        let time = ZonedTime { seconds: 1_772_366_400, offset_minutes: -330 };
        assert_eq!(time.to_string(), "2026-03-01T06:30:00-05:30");
        assert_eq!(time.date(), "2026-03-01");
        assert_eq!(time.weekday(), Some(Weekday::Sunday));
        assert_eq!(ZonedTime::parse_rfc3339("2026-03-01T06:30:00-05:30"), Some(time));
    }

    #[test]
    fn a_time_outside_the_calendar_is_still_a_time() {
        let time = ZonedTime { seconds: i64::MAX, offset_minutes: 0 };
        assert_eq!(time.local(), None);
        assert_eq!(time.to_string(), "@9223372036854775807 +0000");
        let odd_zone = ZonedTime { seconds: 0, offset_minutes: 99 * 60 + 99 };
        assert_eq!(odd_zone.to_string(), "@0 +10039");
    }

    #[test]
    fn a_date_without_time_or_zone_is_no_moment() {
        for text in ["", "2026-03-01", "2026-03-01T12:00:00", "yesterday"] {
            assert_eq!(ZonedTime::parse_rfc3339(text), None, "{text}");
        }
    }
}
