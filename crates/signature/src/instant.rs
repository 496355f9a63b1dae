//! Times as ssh-keygen(1) writes them in lists of allowed signers.

use jiff::civil::DateTime;

/// Seconds since 1970 of `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`. With a `Z` or `UTC` behind it
/// is UTC, else the time of a place that is `utc_offset` seconds ahead of UTC. `None` where it is none of
/// these, where there is no such day or time, and before 1970, which ssh-keygen does not take either.
pub(crate) fn parse(text: &[u8], utc_offset: i32) -> Option<i64> {
    let lower = text.to_ascii_lowercase();
    let (digits, offset) = match lower.strip_suffix(b"z").or_else(|| lower.strip_suffix(b"utc")) {
        Some(digits) => (digits, 0),
        None => (&lower[..], utc_offset),
    };
    if !matches!(digits.len(), 8 | 12 | 14) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |from: usize, to: usize| -> i16 {
        let digits = digits.get(from..to).unwrap_or_default();
        digits.iter().fold(0, |sum, digit| 10 * sum + i16::from(digit - b'0'))
    };
    let small = |from: usize| i8::try_from(number(from, from + 2)).ok();
    let civil =
        DateTime::new(number(0, 4), small(4)?, small(6)?, small(8)?, small(10)?, small(12)?, 0)
            .ok()?;
    let utc = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second();
    Some(utc - i64::from(offset)).filter(|seconds| *seconds > 0)
}

/// The moment in UTC, for people.
pub(crate) fn display(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .map_or_else(|_| format!("second {seconds} from 1970"), |moment| moment.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_minutes_and_seconds_are_read_in_utc_or_in_a_place() {
        assert_eq!(parse(b"20240229Z", 3600), Some(1_709_164_800));
        assert_eq!(parse(b"20240229", 3600), Some(1_709_161_200));
        assert_eq!(parse(b"202402291230Z", 0), Some(1_709_209_800));
        assert_eq!(parse(b"20240229123001utc", 0), Some(1_709_209_801));
        assert_eq!(display(1_709_209_801), "2024-02-29T12:30:01Z");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "Z",
            "2024",
            "20230229",
            "20241301Z",
            "202402292460",
            "2024-02-2",
            "19691231Z",
            "19700101Z",
        ] {
            assert_eq!(parse(text.as_bytes(), 0), None, "{text}");
        }
    }
}
