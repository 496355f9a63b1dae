//! Masks: letters become x, digits 0, and all else stays, so that what is left is still of its form.

use std::ops::Range;

use crate::decode;
use crate::finding::Finding;
use crate::what::What;

/// What stands in the place of letters that are spelled out, in hexadecimal digits: an x.
const LETTER: &[u8] = b"78";

/// A value without its letters and digits. Escapes stay escapes, and a date one of the calendar: of the year 1.
pub(super) fn mask(finding: &Finding, value: &[u8]) -> Vec<u8> {
    match is_date(finding).then(|| date(value)).flatten() {
        Some(masked) => masked,
        None => text(value),
    }
}

/// Whether a value is one that is masked already, as far as escapes and dates are in it.
pub(crate) fn is_masked(finding: &Finding, value: &[u8]) -> bool {
    if is_date(finding) {
        return date(value).is_some_and(|masked| masked == value);
    }
    let has_escape = memchr::memchr3(b'\\', b'%', b'&', value).is_some();
    has_escape && value.iter().any(|byte| b"Xx0".contains(byte)) && text(value) == value
}

fn is_date(finding: &Finding) -> bool {
    [What::Date, What::BirthDate].iter().any(|what| what.rule().id == finding.rule)
}

fn text(value: &[u8]) -> Vec<u8> {
    let (mut masked, mut at) = (Vec::with_capacity(value.len()), 0);
    while at < value.len() {
        if let Some((length, is_mark)) = numeric(&value[at..]) {
            match is_mark {
                true => masked.extend_from_slice(&value[at..at + length]),
                false => masked.push(b'x'),
            }
            at += length;
            continue;
        }
        if let Some(length) = decode::mark(&value[at..]) {
            masked.extend_from_slice(&value[at..at + length]);
            at += length;
            continue;
        }
        let (begin, length) = escape(&value[at..]);
        masked.extend_from_slice(&value[at..at + begin]);
        if length > begin {
            // As many digits as there were.
            masked.extend(std::iter::repeat_n(b'0', (length - begin).saturating_sub(LETTER.len())));
            masked.extend_from_slice(LETTER);
        }
        at += length.max(begin);
        if length == 0 && begin == 0 {
            masked.extend(sign(value[at]));
            at += 1;
        }
    }
    masked
}

/// The sign that a text begins with and that markup spells out by its number: how long that is, and whether it is
/// neither a letter nor a digit.
fn numeric(text: &[u8]) -> Option<(usize, bool)> {
    const LONGEST: usize = 10;
    let rest = text.strip_prefix(b"&#")?;
    let end = rest.iter().take(LONGEST).position(|byte| *byte == b';');
    // The value may end before the mark that ends it.
    if end.is_none() && rest.len() < LONGEST && rest.iter().all(u8::is_ascii_alphanumeric) {
        return Some((text.len(), true));
    }
    let end = end?;
    let digits = std::str::from_utf8(&rest[..end]).ok()?;
    let number = match digits.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => digits.parse(),
    };
    let sign = char::from_u32(number.ok()?)?;
    Some((end + 3, sign.is_ascii() && !sign.is_ascii_alphanumeric()))
}

/// The escape that a text begins with: how much of it stays, and how long it is with its digits. Both are zero
/// where there is none.
fn escape(text: &[u8]) -> (usize, usize) {
    let are_digits = |span: Range<usize>| {
        text.get(span).is_some_and(|part| part.iter().all(u8::is_ascii_hexdigit))
    };
    let spelled = |begin: usize, count: usize| {
        if !are_digits(begin..begin + count) {
            return (0, 0);
        }
        let digits = std::str::from_utf8(&text[begin..begin + count]).unwrap_or_default();
        let sign = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
        // What is neither a letter nor a digit stays.
        match sign.is_some_and(|sign| sign.is_ascii() && !sign.is_ascii_alphanumeric()) {
            true => (begin + count, begin + count),
            false => (begin, begin + count),
        }
    };
    match text {
        [b'\\', b'u', ..] => spelled(2, 4),
        [b'\\', b'U', ..] => spelled(2, 8),
        [b'\\', b'x', ..] => spelled(2, 2),
        // Escapes of HL7 version 2.
        [b'\\', b'F' | b'S' | b'T' | b'R' | b'E', b'\\', ..] => (3, 3),
        [b'\\', b'n' | b'r' | b't' | b'b' | b'f' | b'v', ..] => (2, 2),
        [b'%', ..] => spelled(1, 2),
        [b'&', rest @ ..] => match rest.iter().take(LONGEST_NAME).position(|byte| *byte == b';') {
            Some(end) if is_name(&rest[..end]) => (end + 2, end + 2),
            _ => (0, 0),
        },
        _ => (0, 0),
    }
}

/// The longest name of a mark in markup that is known here, in bytes.
const LONGEST_NAME: usize = 6;

/// Whether it is the name of one of the marks that markup can't do without.
fn is_name(name: &[u8]) -> bool {
    matches!(name, b"amp" | b"lt" | b"gt" | b"quot" | b"apos" | b"nbsp")
}

/// One letter for each character beyond ASCII: those that go on are left out.
fn sign(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(b'0'),
        b'A'..=b'Z' => Some(b'X'),
        b'a'..=b'z' | 0xc0..=0xff => Some(b'x'),
        0x80..=0xbf => None,
        _ => Some(byte),
    }
}

/// A date as the first of January of the year 1, if it is written in digits with a whole year. The time of day
/// becomes midnight.
pub(super) fn date(value: &[u8]) -> Option<Vec<u8>> {
    let day = day(value)?;
    let mut masked = text(value);
    if masked.len() != value.len() {
        return None;
    }
    for part in day.parts() {
        masked[part.end - 1] = b'1';
    }
    let mut is_time = false;
    for (at, byte) in value.iter().enumerate().skip(day.end()) {
        // Between day and time, and behind the time of the zone of Greenwich.
        if *byte == b'T' && at == day.end() || *byte == b'Z' && is_time && at + 1 == value.len() {
            masked[at] = *byte;
        }
        is_time |= byte.is_ascii_digit();
    }
    Some(masked)
}

/// Where the parts of a day stand. The day of a month may be missing.
struct Day {
    parts: [Range<usize>; 3],
}

impl Day {
    fn parts(&self) -> impl Iterator<Item = &Range<usize>> {
        self.parts.iter().filter(|part| !part.is_empty())
    }

    fn end(&self) -> usize {
        self.parts().map(|part| part.end).max().unwrap_or(0)
    }
}

fn day(value: &[u8]) -> Option<Day> {
    let begin = value.len() - value.trim_ascii_start().len();
    let run = |from: usize| {
        let digits = value.get(from..).unwrap_or_default();
        from..from + digits.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let first = run(begin);
    if matches!(first.len(), 8 | 10 | 12 | 14) {
        let (year, month) = (begin + 4, begin + 6);
        return Some(Day { parts: [begin..year, year..month, month..month + 2] });
    }
    let mark = *value.get(first.end).filter(|byte| b"-/.".contains(byte))?;
    let second = run(first.end + 1);
    let third = match value.get(second.end) == Some(&mark) {
        true => run(second.end + 1),
        false => second.end..second.end,
    };
    let is_short = |part: &Range<usize>| (1..=2).contains(&part.len());
    let is_day = match (first.len(), third.len()) {
        (4, _) => is_short(&second) && third.len() <= 2,
        (1..=2, 4) => is_short(&second),
        _ => false,
    };
    is_day.then_some(Day { parts: [first, second, third] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_stay_and_dates_are_days() {
        let found = |what: What| what.found(0..0);
        for (what, value, expected) in [
            (What::Name, "Zwyrtkova, Ł. 3", "Xxxxxxxxx, x. 0"),
            (What::Name, "a\\nb\\u00e9\\x41\\\"\\T\\c", "x\\nx\\u0078\\x78\\\"\\T\\x"),
            (What::Name, "a%20b%c &amp;d&e;", "x%20x%x &amp;x&x;"),
            (What::Name, "a\\u005cb\\x22c", "x\\u005cx\\x22x"),
            (What::Name, "a&#38;b&#x22;c&#77;d&#0;", "x&#38;x&#x22;xxx&#0;"),
            (What::Name, "&#x27;abc&#x27", "&#x27;xxx&#x27"),
            (What::Date, "1962-01-10", "0001-01-01"),
            (What::Date, "10.1.1962", "01.1.0001"),
            (What::Date, "19620110", "00010101"),
            (What::Date, "20240312101500", "00010101000000"),
            (What::Date, "2024-03-12T10:15:00Z", "0001-01-01T00:00:00Z"),
            (What::Date, "2024-03-12 10:15:00+02:00", "0001-01-01 00:00:00+00:00"),
            (What::BirthDate, "2024-03", "0001-01"),
            (What::Date, "3/4/21", "0/0/00"),
            (What::Date, "March 5th, 2021", "Xxxxx 0xx, 0000"),
        ] {
            let masked = mask(&found(what), value.as_bytes());
            assert_eq!(String::from_utf8_lossy(&masked), expected);
            assert_eq!(mask(&found(what), &masked), masked, "{value}");
            assert!(!is_masked(&found(what), value.as_bytes()), "{value}");
            let is_known = is_masked(&found(what), &masked)
                || crate::stand_in::is_stand_in(&masked, &Default::default());
            assert!(is_known, "{expected}");
        }
    }
}
