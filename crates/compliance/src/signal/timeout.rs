//! Timeouts of sessions that became longer.

use std::collections::HashMap;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::compare::code_of;
use super::engine::regex;
use super::place::{Files, Place};
use super::{ChangedLines, Signal, SignalKind, SignalSide};

/// A key that names a session or idleness and a time, what is between, and a number with a unit before or after it.
const PATTERN: &str = r#"(?xi)
    (?P<key>[a-z0-9_.-]*(?:session|idle|inactiv)[a-z0-9_.-]*
      (?:time[_-]?out|ttl|age|lifetime|expir[a-z]*|duration|active[_.-]?interval|validity)[a-z0-9_.-]*)
    (?:["'\]]*\s*(?:=>|:=|[=:>(,])\s*["'({]*\s*)+
    (?:(?:java\.time\.)?(?:duration\.of|timespan\.from|duration\.from)?(?P<first>milli|second|minute|hour|day)[a-z]*\(\s*)?
    (?P<number>-?[0-9][0-9_]{0,17}(?:\s*\*\s*[0-9][0-9_]{0,17})*)
    \s*(?:\*\s*time\.)?\.?(?P<last>milliseconds?|millis|ms|seconds?|secs?|s|minutes?|mins?|min|m|hours?|h|days?|d)?
    (?:[^a-z0-9_*]|$)"#;

/// Time of a session, as a line says.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
struct Time {
    /// Whether a unit is known. Numbers without one are compared with each other alone.
    has_unit: bool,
    /// Milliseconds, or what the number says.
    length: f64,
}

/// Whether sessions are looked for in a file.
pub(super) fn is_searched(place: &Place) -> bool {
    place.files.meets(Files::CODE.and(Files::CONFIG).and(Files::SCRIPT))
}

/// Adds a signal for every time that is longer than each one that was removed for the same key.
pub(super) fn raised(place: &Place, file: &ChangedLines<'_>, found: &mut Vec<Signal>) {
    if !is_searched(place) {
        return;
    }
    let mut before: HashMap<Vec<u8>, Option<Time>> = HashMap::new();
    for (_, line) in file.removed {
        let Some((key, time)) = time_of(code_of(place, line)) else { continue };
        before
            .entry(key)
            .and_modify(|longest| *longest = longest.and_then(|longest| longer(longest, time)))
            .or_insert(Some(time));
    }
    if before.is_empty() {
        return;
    }
    for &(number, line) in file.added {
        let Some((key, time)) = time_of(code_of(place, line)) else { continue };
        if let Some(Some(old)) = before.get(&key)
            && old.has_unit == time.has_unit
            && time.length > old.length
        {
            let (kind, side) = (SignalKind::SessionTimeoutRaised, SignalSide::Added);
            found.push(Signal { kind, line: number, side });
        }
    }
}

/// The longer one, or none where they can not be compared.
fn longer(a: Time, b: Time) -> Option<Time> {
    (a.has_unit == b.has_unit).then_some(if a.length < b.length { b } else { a })
}

/// The key, without case and marks, and the time that a line gives to it.
fn time_of(line: &[u8]) -> Option<(Vec<u8>, Time)> {
    static REGEX: OnceLock<Option<Regex>> = OnceLock::new();
    let found = REGEX.get_or_init(|| regex(PATTERN)).as_ref()?.captures(line)?;
    let key: Vec<u8> = found
        .name("key")?
        .as_bytes()
        .iter()
        .filter(|b| b.is_ascii_alphanumeric())
        .copied()
        .collect();
    let number = product(found.name("number")?.as_bytes())?;
    let unit = found.name("first").or(found.name("last")).map(|unit| milliseconds(unit.as_bytes()));
    // Less than nothing is for ever. Nothing is for ever in some programs, and at once in others.
    let length = match number {
        n if n < 0.0 => f64::INFINITY,
        n if n > 0.0 => n * unit.unwrap_or(1.0),
        _ => return None,
    };
    Some((key.to_ascii_lowercase(), Time { has_unit: unit.is_some(), length }))
}

/// The value of `30` or `60 * 60`.
fn product(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?;
    text.split('*').map(|factor| factor.trim().replace('_', "").parse::<f64>().ok()).product()
}

fn milliseconds(unit: &[u8]) -> f64 {
    let unit = unit.to_ascii_lowercase();
    match unit.as_slice() {
        [b'm', b'i', b'l', ..] | b"ms" => 1.0,
        [b's', ..] => 1_000.0,
        [b'm', ..] => 60_000.0,
        [b'h', ..] => 3_600_000.0,
        _ => 86_400_000.0,
    }
}
