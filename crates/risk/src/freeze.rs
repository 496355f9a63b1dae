use gitops_health_git::ZonedTime;
use jiff::civil::{Date, DateTime, Weekday};

use crate::config::{Day, FreezeWindow};
use crate::params::in_one_line;

/// A time when nothing should change.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Freeze {
    /// Its name.
    pub name: String,
    /// Why, in words.
    pub reason: Option<String>,
    span: Span,
}

#[derive(Clone, Debug, PartialEq)]
enum Span {
    /// From the first to the last day, on the committer's calendar.
    Dates(Date, Date),
    /// From one moment up to another.
    Moments(i64, i64),
    /// Minutes since Monday midnight on the committer's clock; may run over Sunday.
    Weekly(u32, u32),
}

const MINUTES_OF_WEEK: u32 = 7 * 24 * 60;

impl Freeze {
    /// Reads a window; the error says what is wrong with it.
    pub(crate) fn read(window: &FreezeWindow) -> Result<Self, String> {
        let span = weekly(window)
            .or_else(|| dates(window))
            .or_else(|| moments(window))
            .ok_or_else(|| {
                "`from` and `to` must both be dates (2026-12-20), both RFC 3339 \
                 (2026-12-20T18:00:00+01:00), or both a day and a time (fri 16:00)"
                    .to_owned()
            })?;
        let is_backwards = match &span {
            Span::Dates(from, to) => to < from,
            Span::Moments(from, to) => to <= from,
            Span::Weekly(from, to) => from == to,
        };
        if is_backwards {
            let relation = if window.from == window.to { "when" } else { "before" };
            return Err(format!("it ends ({}) {relation} it begins ({})", window.to, window.from));
        }
        let reason = window.reason.as_deref().map(in_one_line);
        Ok(Self { name: in_one_line(&window.name), reason, span })
    }

    /// Whether the moment lies in the window.
    pub(crate) fn holds(&self, time: ZonedTime) -> bool {
        match &self.span {
            Span::Moments(from, to) => (*from..*to).contains(&time.seconds),
            Span::Dates(from, to) => {
                time.local().is_some_and(|local| (*from..=*to).contains(&local.date()))
            }
            Span::Weekly(from, to) => time.local().is_some_and(|local| {
                let now = minute_of_week(&local);
                let length = (to + MINUTES_OF_WEEK - from) % MINUTES_OF_WEEK;
                (now + MINUTES_OF_WEEK - from) % MINUTES_OF_WEEK < length
            }),
        }
    }
}

fn minute_of_week(local: &DateTime) -> u32 {
    let day = u32::from(local.weekday().to_monday_zero_offset().unsigned_abs());
    let hour = u32::from(local.hour().unsigned_abs());
    (day * 24 + hour) * 60 + u32::from(local.minute().unsigned_abs())
}

fn dates(window: &FreezeWindow) -> Option<Span> {
    let is_date = |text: &str| text.len() == 10;
    let read = |text: &str| text.parse::<Date>().ok().filter(|_| is_date(text));
    Some(Span::Dates(read(&window.from)?, read(&window.to)?))
}

fn moments(window: &FreezeWindow) -> Option<Span> {
    let read = |text: &str| ZonedTime::parse_rfc3339(text).map(|time| time.seconds);
    Some(Span::Moments(read(&window.from)?, read(&window.to)?))
}

fn weekly(window: &FreezeWindow) -> Option<Span> {
    Some(Span::Weekly(day_and_time(&window.from)?, day_and_time(&window.to)?))
}

fn day_and_time(text: &str) -> Option<u32> {
    let (day, time) = text.split_once(' ')?;
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let day = days.iter().position(|name| day.eq_ignore_ascii_case(name))?;
    let (hour, minute) = time.trim().split_once(':')?;
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then(|| (day as u32 * 24 + hour) * 60 + minute)
}

impl Day {
    pub(crate) fn weekday(self) -> Weekday {
        match self {
            Self::Mon => Weekday::Monday,
            Self::Tue => Weekday::Tuesday,
            Self::Wed => Weekday::Wednesday,
            Self::Thu => Weekday::Thursday,
            Self::Fri => Weekday::Friday,
            Self::Sat => Weekday::Saturday,
            Self::Sun => Weekday::Sunday,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(from: &str, to: &str, time: &str) -> bool {
        let window =
            FreezeWindow { name: "w".into(), from: from.into(), to: to.into(), reason: None };
        let time = ZonedTime::parse_rfc3339(time).expect("a time");
        Freeze::read(&window).expect("a window").holds(time)
    }

    #[test]
    fn a_window_of_dates_holds_its_last_day_on_the_committers_calendar() {
        assert!(holds("2026-12-20", "2027-01-03", "2027-01-03T23:59:00-08:00"));
        assert!(!holds("2026-12-20", "2027-01-03", "2027-01-04T00:00:00-08:00"));
    }

    #[test]
    fn a_weekly_window_may_run_over_sunday() {
        // 2026-03-06 is a Friday.
        for (time, inside) in [
            ("2026-03-06T15:59:00+00:00", false),
            ("2026-03-06T16:00:00+00:00", true),
            ("2026-03-08T12:00:00+00:00", true),
            ("2026-03-09T07:59:00+00:00", true),
            ("2026-03-09T08:00:00+00:00", false),
        ] {
            assert_eq!(holds("fri 16:00", "mon 08:00", time), inside, "{time}");
        }
    }

    #[test]
    fn a_window_between_moments_does_not_depend_on_zones() {
        let (from, to) = ("2026-03-06T16:00:00+01:00", "2026-03-06T18:00:00+01:00");
        assert!(holds(from, to, "2026-03-06T07:00:00-08:00"));
        assert!(!holds(from, to, "2026-03-06T09:00:00-08:00"));
    }

    #[test]
    fn a_window_that_makes_no_sense_is_an_error() {
        for (from, to) in [
            ("2026-12-20", "2026-12-19"),
            ("2026-12-20", "2027-01-03T00:00:00Z"),
            ("fri 25:00", "mon 08:00"),
            ("someday", "later"),
            ("fri 16:00", "fri 16:00"),
        ] {
            let window =
                FreezeWindow { name: "w".into(), from: from.into(), to: to.into(), reason: None };
            assert!(Freeze::read(&window).is_err(), "{from} {to}");
        }
    }
}
