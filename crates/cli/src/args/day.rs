//! Days, as every command takes them.

use gitops_health_git::ZonedTime;

/// A day in UTC, or a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day {
    /// Its first moment.
    pub first: ZonedTime,
    /// Its last moment.
    pub last: ZonedTime,
}

pub(super) fn parse_day(text: &str) -> Result<Day, String> {
    if let Some(time) = ZonedTime::parse_rfc3339(text) {
        return Ok(Day { first: time, last: time });
    }
    let is_day = text.len() == 10;
    let first = ZonedTime::parse_rfc3339(&format!("{text}T00:00:00Z")).filter(|_| is_day);
    let first = first.ok_or("expected a day such as 2026-03-01, or 2026-03-01T12:00:00Z")?;
    Ok(Day { first, last: ZonedTime { seconds: first.seconds + 86_399, ..first } })
}

/// Whether a moment, in seconds since 1970, is in the days that were asked for.
pub(crate) fn is_within(seconds: i64, since: Option<Day>, until: Option<Day>) -> bool {
    since.is_none_or(|day| seconds >= day.first.seconds)
        && until.is_none_or(|day| seconds <= day.last.seconds)
}
