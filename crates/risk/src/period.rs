//! Weeks and months of the calendar, in UTC.

use jiff::civil::{Date, Weekday};
use jiff::tz::Offset;
use jiff::{Span, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Every {
    /// From Monday to Sunday (ISO 8601).
    Week,
    /// From the first to the last day.
    Month,
}

/// A week or a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarPeriod {
    /// `2026-03` or `2026-W09`, as ISO 8601 writes it.
    pub name: String,
    /// Where it begins, in seconds since 1970.
    pub begin: i64,
    /// Where the next begins.
    pub end: i64,
    /// Its last day as `YYYY-MM-DD`.
    pub last_day: String,
}

/// The period with this moment and those before it, `count` in all, the oldest first; `None` where
/// the calendar does not reach so far.
pub fn calendar_periods(every: Every, last: i64, count: usize) -> Option<Vec<CalendarPeriod>> {
    let date = Offset::UTC.to_datetime(Timestamp::from_second(last).ok()?).date();
    let (mut begin, step) = match every {
        Every::Week => {
            let days = date.weekday().since(Weekday::Monday);
            (date.checked_sub(Span::new().days(days)).ok()?, Span::new().weeks(1))
        }
        Every::Month => (date.first_of_month(), Span::new().months(1)),
    };
    let mut end = begin.checked_add(step).ok()?;
    let mut periods = Vec::new();
    for _ in 0..count {
        periods.push(CalendarPeriod {
            name: name(every, begin),
            begin: midnight(begin)?,
            end: midnight(end)?,
            last_day: end.yesterday().ok()?.to_string(),
        });
        (begin, end) = (begin.checked_sub(step).ok()?, begin);
    }
    periods.reverse();
    Some(periods)
}

fn name(every: Every, begin: Date) -> String {
    match every {
        Every::Month => format!("{:04}-{:02}", begin.year(), begin.month()),
        Every::Week => {
            let week = begin.iso_week_date();
            format!("{:04}-W{:02}", week.year(), week.week())
        }
    }
}

fn midnight(date: Date) -> Option<i64> {
    Some(
        Offset::UTC.to_timestamp(date.to_datetime(jiff::civil::Time::midnight())).ok()?.as_second(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(every: Every, last: i64, count: usize) -> Vec<String> {
        let periods = calendar_periods(every, last, count).expect("it is in the calendar");
        assert!(periods.windows(2).all(|pair| pair[0].end == pair[1].begin));
        assert!(periods.last().is_some_and(|it| (it.begin..it.end).contains(&last)));
        periods.into_iter().map(|period| period.name).collect()
    }

    #[test]
    fn months_have_their_own_length() {
        // 2024-03-31T23:59:59Z
        assert_eq!(names(Every::Month, 1_711_929_599, 3), ["2024-01", "2024-02", "2024-03"]);
        let february = &calendar_periods(Every::Month, 1_711_929_599, 2).expect("months")[0];
        assert_eq!(february.end - february.begin, 29 * 86_400);
        assert_eq!(february.last_day, "2024-02-29");
    }

    #[test]
    fn a_week_belongs_to_the_year_of_its_thursday() {
        // 2026-01-01T00:00:00Z, a Thursday, and 2027-01-03T23:59:59Z, a Sunday.
        assert_eq!(names(Every::Week, 1_767_225_600, 2), ["2025-W52", "2026-W01"]);
        assert_eq!(names(Every::Week, 1_799_020_799, 1), ["2026-W53"]);
    }

    #[test]
    fn what_no_calendar_has_is_no_period() {
        assert_eq!(calendar_periods(Every::Month, i64::MAX, 1), None);
        assert_eq!(calendar_periods(Every::Week, -377_705_000_000, 100), None);
    }
}
