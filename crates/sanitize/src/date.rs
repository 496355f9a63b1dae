//! Dates with a day or a month, as people write them (45 CFR 164.514(b)(2)(i)(C): all elements of dates
//! except the year).

mod anybody;

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;
use smallvec::SmallVec;

use crate::context::Context;
use crate::finding::{Finding, MOST_FOUND};
use crate::pattern::compile;
use crate::rule::{Category, Severity};
use crate::small::small;
use crate::what::What;

pub(crate) use anybody::{all, keep_of_anybody};

/// The years of people who live, and those to which dates are moved to be of nobody.
const YEARS: Range<u32> = 1850..2300;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Dates where there is talk of health.
pub(crate) fn find(bytes: &[u8], context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for part in context.health_parts() {
        let text = &bytes[part.clone()];
        for found in relative().find_iter(text) {
            let span = part.start + found.start()..part.start + found.end();
            findings.push(What::Date.found_as(Severity::Low, span));
        }
        let compact = compact().find_iter(text).map(|found| found.range());
        let compact = compact.map(|span| part.start + span.start..part.start + span.end);
        let is_told = |span: &Range<usize>| {
            let before = &bytes[span.start.saturating_sub(60)..span.start];
            let line = memchr::memrchr(b'\n', before).map_or(before, |at| &before[at + 1..]);
            is_free(bytes, span) && events().is_match(line)
        };
        findings.extend(compact.filter(is_told).map(|span| What::Date.found(span)));
        findings.extend(days(bytes, part).map(|span| match is_of_a_log(bytes, &span) {
            true => What::Date.found_as(Severity::Info, span),
            false => What::Date.found(span),
        }));
    }
    findings
}

/// Where a part has dates with a day or a month.
fn days(bytes: &[u8], part: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let text = &bytes[part.clone()];
    let found = written().find_iter(text).chain(numeric().find_iter(text));
    let days = found.filter(|found| is_day_of(found.as_bytes()));
    let spans = days.map(move |found| part.start + found.start()..part.start + found.end());
    spans.filter(|span| is_free(bytes, span)).take(MOST_FOUND)
}

/// A date says something of somebody only beside what says who that is, or what happened to them: else it
/// is of little weight.
pub(crate) fn weigh(findings: &mut [Finding], bytes: &[u8]) {
    let others: Vec<usize> = {
        let is_other = |it: &&Finding| {
            let is_identifier = matches!(it.category, Category::Identifier(_));
            is_identifier && it.severity > Severity::Low && it.rule != What::Date.rule().id
        };
        let mut places: Vec<usize> =
            findings.iter().filter(is_other).map(|it| it.span.start).collect();
        places.sort_unstable();
        places
    };
    let is_relative = |it: &Finding| !bytes[it.span.clone()].iter().any(u8::is_ascii_digit);
    let is_date = |it: &&mut Finding| {
        it.rule == What::Date.rule().id && (it.severity > Severity::Low || is_relative(it))
    };
    for finding in findings.iter_mut().filter(is_date) {
        let span = &finding.span;
        let first = span.start.saturating_sub(REACH);
        let before = &bytes[first..span.start];
        let begin = memchr::memrchr(b'\n', before).map_or(first, |at| first + at + 1);
        let last = bytes.len().min(span.end + REACH);
        let end = memchr::memchr(b'\n', &bytes[span.end..last]).map_or(last, |at| span.end + at);
        let is_beside = others.get(others.partition_point(|place| *place < begin));
        let is_beside = is_beside.is_some_and(|place| *place < end);
        if !is_beside
            && (is_relative(finding)
                || !events().is_match(&bytes[begin.max(span.start.saturating_sub(60))..span.start]))
        {
            finding.severity = Severity::Info;
        }
    }
}

/// Whether a date with a time says when a line was written: it stands behind a key that says so, or begins a line that
/// has a level.
fn is_of_a_log(bytes: &[u8], span: &Range<usize>) -> bool {
    const KEYS: [&[u8]; 6] = [b"ts", b"time", b"timestamp", b"datetime", b"asctime", b"logtime"];
    const LEVELS: [&[u8]; 12] = [
        b"TRACE",
        b"DEBUG",
        b"INFO",
        b"NOTICE",
        b"WARN",
        b"WARNING",
        b"ERROR",
        b"ERR",
        b"FATAL",
        b"SEVERE",
        b"CRITICAL",
        b"LOG",
    ];
    if !bytes[span.clone()].contains(&b':') {
        return false;
    }
    let first = span.start.saturating_sub(REACH);
    let before = &bytes[first..span.start];
    let begin = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let is_mark = |byte: &u8| b" \t:=\"'[(<".contains(byte);
    let end = before.iter().rposition(|byte| !is_mark(byte)).map_or(0, |at| at + 1);
    if end <= begin {
        let rest = &bytes[span.end..bytes.len().min(span.end + REACH / 4)];
        let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
        let mut words = line.split(|byte| !byte.is_ascii_alphanumeric());
        return words.any(|word| LEVELS.contains(&word))
            || LEVELS.iter().any(|level| {
                let level = small(level);
                let mut named = memchr::memmem::find_iter(line, &level);
                named.any(|at| {
                    line[..at].ends_with(b"[") && line[at + level.len()..].starts_with(b"]")
                })
            });
    }
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric();
    let length = before[..end].iter().rev().take_while(|byte| is_word(byte)).count();
    end < before.len() && KEYS.iter().any(|key| before[end - length..end].eq_ignore_ascii_case(key))
}

/// How far from a date something may stand that gives it weight, in bytes.
const REACH: usize = 300;

/// What happens to a patient on a day.
fn events() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let pattern = r"(?i)\b(?:seen|admi(?:t|tted|ssion)(?: date)?|dos|dod|date of (?:service|death|admission|discharge|visit)|service date|discharged?|diagnosed|dx'?d?|treated|tx'd|visit(?:ed)?|operated|presented|born|died|death|deceased|dob|appt|appointment|consult(?:ed)?|referred|surgery)\b[^0-9\n]{0,40}$";
        compile(pattern).expect("the pattern above is well formed")
    })
}

/// `last July`, `next Monday`, `last week`: who knows when a text was written, as everybody does who has the commit,
/// knows the date.
fn relative() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let pattern = r"(?i)\b(?:last|next|this past)\s(?:week|month|weekend|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|september|october|november|december)\b";
        compile(pattern).expect("the pattern above is well formed")
    })
}

/// `March 5th, 2021`, `12 April 2022`, `Jan 20th '23`, `June 2021` and `May 30th`; `29-Feb-16`, `29. Feb 2016`, `29Feb2016`,
/// `2016/Feb/29`, `May  4 10:00:00 2015`, `3-5 May 2015`, `May 3 to 5, 2015` and `Feb 3 and 5, 2016`.
fn written() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let name = "(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)";
        let month = format!(r"{name}\b\.?");
        let day = r"[0-3]?[0-9](?:st|nd|rd|th)?\b";
        let days = format!(r"{day}(?:(?:\s?(?:-|\xE2\x80\x93)\s?|\sto\s){day})?");
        let year = r"(?:(?:19|2[0-2])[0-9]{2}|['\x60][0-9]{2})";
        let comma = r"(?:,\s{0,2}|\s{1,2}|,?\sof\s)";
        let pattern = format!(
            r"(?i)\b(?:{month}\s{{1,2}}{day}\s[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?(?:\s[A-Z]{{3,4}})?\s(?:19|2[0-2])[0-9]{{2}}\b|{month},?\s{{1,2}}{day}\sand\s{day}{comma}{year}|{month},?\s{{1,2}}{days}(?:{comma}{year})?|{days}(?:\.?\s{{1,2}}(?:of\s)?|[-/]){month}(?:(?:,?\s{{1,2}}|[-/]){year}|[-/][0-9]{{2}}\b)?|[0-3][0-9]{name}(?:(?:19|2[0-2])[0-9]{{2}}|[0-9]{{2}})\b|{year}[-/]{month}[-/]{day}|{month}[-/]{day}[-/]{year}|{month},?\s{{1,2}}(?:of\s)?{year})"
        );
        compile(&pattern).expect("the pattern above is well formed")
    })
}

/// `04/22/2023`, `4/22/22`, `2021-09-30`, `22.04.2023`, `08/22`, with a time behind them as in `2021-09-30T10:00:00.5Z` and
/// `4/22/22 9:30 am`.
fn numeric() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let time = r"[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?:\s?[AaPp]\.?[Mm]\b|\s?(?:Z\b|UTC\b|[+-][0-9]{2}:?[0-9]{2}\b))?";
        let pattern = format!(
            r"(?:[0-9]{{4}}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,2}}|[0-9]{{1,2}}[-/.][0-9]{{1,2}}[-/.][0-9]{{2,4}}|[0-9]{{2}}/[0-9]{{2,4}})(?:{time})?"
        );
        compile(&pattern).expect("the pattern above is well formed")
    })
}

/// `20210930`, which is a date only behind what happens to a patient on one.
fn compact() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        compile(r"\b(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])\b")
            .expect("the pattern above is well formed")
    })
}

/// Whether no digit or letter goes on on either side.
fn is_free(bytes: &[u8], span: &Range<usize>) -> bool {
    let joins = |byte: &u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(byte);
    let before = span.start.checked_sub(1).map(|at| bytes[at]);
    let after = bytes.get(span.end);
    let ends = after.is_none_or(|byte| !byte.is_ascii_alphanumeric() && !b"/-_%".contains(byte));
    // A full stop may end a sentence, not begin a number.
    let goes_on = after == Some(&b'.') && bytes.get(span.end + 1).is_some_and(u8::is_ascii_digit);
    !before.as_ref().is_some_and(joins) && ends && !goes_on
}

/// Whether a text is a day of the calendar, or a month of a year.
pub(crate) fn is_day(text: &str) -> bool {
    is_day_of(text.as_bytes())
}

/// Whether a text begins with a year, a month and a day.
pub(crate) fn is_at_start(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && matches!(bytes[4], b'-' | b'/' | b'.')
        && bytes[4] == bytes[7]
        && is_day_of(&bytes[..10])
}

fn is_day_of(text: &[u8]) -> bool {
    let lower = small(text);
    let groups: SmallVec<[u32; 8]> = lower
        .split(|byte| !byte.is_ascii_digit())
        .filter(|group| !group.is_empty())
        .map(|group| {
            group.iter().fold(0_u32, |sum, digit| {
                sum.saturating_mul(10).saturating_add(u32::from(digit - b'0'))
            })
        })
        .collect();
    let is_named =
        MONTHS.iter().any(|month| memchr::memmem::find(&lower, month.as_bytes()).is_some());
    let (month, day) = (|month: u32| (1..=12).contains(&month), |day: u32| (1..=31).contains(&day));
    let year = |year: u32| year < 100 || YEARS.contains(&year);
    // The day from which databases count days: a field of theirs that is empty.
    if matches!(groups[..], [1899, 12, 30, ..] | [30, 12, 1899, ..] | [12, 30, 1899, ..]) {
        return false;
    }
    match groups[..] {
        [one] if is_named => day(one) || YEARS.contains(&one),
        [one, two, ..] if is_named => (day(one) && year(two)) || (year(one) && day(two)),
        // Eight digits in a row.
        [one] if lower.len() == 8 => {
            year(one / 10_000) && one > 18_000_000 && month(one / 100 % 100) && day(one % 100)
        }
        [one, two, three, ..] if one > 99 => year(one) && month(two) && day(three),
        [one, two, three, ..] => (month(one) && day(two) || day(one) && month(two)) && year(three),
        [one, two] => month(one) && (two < 32 && two > 0 || YEARS.contains(&two)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let bytes = text.as_bytes();
        let findings = find(bytes, &Context::of(bytes));
        findings.into_iter().map(|it| text[it.span].to_owned()).collect()
    }

    #[test]
    fn dates_of_all_spellings_are_found_where_there_is_talk_of_health() {
        // Synthetic, and put together here so that no scanner stops at this page.
        for parts in [
            ["March 5th", ", 2021"],
            ["Feb 21", ", 2023"],
            ["12th April", " 2022"],
            ["17-Feb", "-2023"],
            ["Jan 20th", " '23"],
            ["04/22", "/2023"],
            ["4/22", "/22"],
            ["2021-09", "-30"],
            ["08", "/22"],
            ["June", " 2021"],
            ["May", " 30th"],
            ["2021-09", "-30T12:30:00"],
            ["2021-09", "-30T12:30:00Z"],
            ["2021-09", "-30T12:30:00.123Z"],
            ["2021-09", "-30 12:30:00,5 +0200"],
            ["4/22", "/22 9:30 am"],
            ["04/22", "/2023 10:00pm"],
            ["29. Feb", " 2016"],
            ["May  4 10:00:00", " 2015"],
            ["May 14 10:00 CEST", " 2015"],
            ["29-Feb", "-16"],
            ["29Feb", "2016"],
            ["29/Feb", "/2016"],
            ["2016-Feb", "-29"],
            ["Feb-29", "-2016"],
            ["3-5 May", " 2015"],
            ["May 3-5", ", 2015"],
            ["3 to 5 May", " 2016"],
            ["Feb 3 and 5", ", 2016"],
        ] {
            let date = parts.concat();
            assert_eq!(found(&format!("the patient was seen on {date}, and left")), [date]);
        }
    }

    #[test]
    fn eight_digits_are_a_date_behind_what_happened() {
        let date = ["2021", "0930"].concat();
        assert_eq!(found(&format!("the patient, admission {date}")), [&*date]);
        assert!(found(&format!("the patient, number {date}")).is_empty());
    }

    #[test]
    fn years_fractions_and_dates_elsewhere_are_not() {
        for text in [
            "the patient was diagnosed in 2021",
            "a patient with 20/400 vision",
            "a patient, 120/80 mmHg",
            "released on 2021-09-30",
            "the patient took 13/45/2020",
            "the patient, 30/12/1899",
            "the patient, 12/30/1899",
            "the patient, 1899-12-30",
            "the patient's last monthly visit",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn when_a_line_of_a_log_was_written_says_little() {
        let severity = |text: &str| {
            let text = text.replace('~', "");
            let findings = find(text.as_bytes(), &Context::of(text.as_bytes()));
            findings[0].severity
        };
        for text in [
            "2024-0~3-12 10:15:00 INFO loaded pati~ent",
            "x\n[2024-0~3-12T10:15:00] WARN loaded pati~ent",
            "2024-0~3-12 10:15:00,123 [main] DEBUG pati~ent",
            "2024/0~3/12 10:15:00 [error] 7#7: pati~ent",
            "msg=\"pati~ent seen\" ts=\"2024-0~3-12 10:15:00\"",
            "{\"pati~ent\": 1, \"@timestamp\": \"2024-0~3-12T10:15\"}",
        ] {
            assert_eq!(severity(text), Severity::Info, "{text}");
        }
        for text in [
            "2024-0~3-12 10:15:00 pati~ent admitted",
            "pati~ent seen at 2024-0~3-12 10:15:00 INFO",
            "pati~ent, first time 2024-0~3-12",
            "2024-0~3-12 INFO pati~ent",
        ] {
            assert_eq!(severity(text), Severity::Medium, "{text}");
        }
    }

    #[test]
    fn a_date_alone_has_little_weight() {
        let severity = |text: &str| {
            let mut findings = find(text.as_bytes(), &Context::of(text.as_bytes()));
            weigh(&mut findings, text.as_bytes());
            findings[0].severity
        };
        let date = ["2021-09", "-30"].concat();
        assert_eq!(severity(&format!("patients.json was written on {date}")), Severity::Info);
        assert_eq!(severity(&format!("the patient was admitted on {date}")), Severity::Medium);
        assert_eq!(severity("patients who were seen last week"), Severity::Info);
        // Beside who it was.
        let name = ["Jane D", "."].concat();
        let text = format!("the patient, {name}, was seen last July");
        let context = Context::of(text.as_bytes());
        let mut findings = crate::prose::find(text.as_bytes(), &context, &[]);
        findings.extend(find(text.as_bytes(), &context));
        weigh(&mut findings, text.as_bytes());
        assert_eq!(
            findings.last().map(|it| (&text[it.span.clone()], it.severity)),
            Some(("last July", Severity::Low))
        );
    }
}
