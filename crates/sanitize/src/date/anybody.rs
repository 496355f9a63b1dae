//! Dates of anybody and anything: more than has to be taken out of health data, for those who want all of them out.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::{days, is_of_a_log};
use crate::context::Context;
use crate::finding::{Finding, MOST_FOUND};
use crate::pattern::{captures, compile};
use crate::rule::Severity;
use crate::what::What;

/// All dates with a day or a month, whatever is talked about, and years and weekdays where a sentence leads to them.
pub(crate) fn all(bytes: &[u8]) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        days(bytes, 0..bytes.len()).map(|span| What::Date.found_as(Severity::Low, span)).collect();
    let years = captures(years(), bytes).filter_map(|found| found.name("value"));
    let years = years.map(|value| value.range()).filter(|span| is_year(bytes, span));
    let parts = weekdays().find_iter(bytes).map(|found| found.range()).chain(years);
    findings.extend(parts.take(MOST_FOUND).map(|span| What::DatePart.found(span)));
    findings
}

/// Keeps those of all dates that count in a text which may be about anybody: where there is talk of health, years and weekdays do not
/// count. What is rather a version, a fraction or a number of pages does not either, and what says when a line of a log was
/// written matters least.
pub(crate) fn keep_of_anybody(findings: &mut Vec<Finding>, bytes: &[u8], context: &Context<'_>) {
    let parts = context.health_parts();
    let is_elsewhere = |span: &Range<usize>| {
        let next = parts.partition_point(|part| part.end <= span.start);
        parts.get(next).is_none_or(|part| span.end <= part.start)
    };
    findings.retain(|it| match it.rule == What::Date.rule().id {
        true => !is_another_number(bytes, &it.span, context),
        false => is_elsewhere(&it.span),
    });
    for finding in findings.iter_mut().filter(|it| is_of_a_log(bytes, &it.span)) {
        finding.severity = Severity::Info;
    }
}

/// Whether what could be a date is rather a version (`2.4.18`), a fraction (`12/20`), a range (`3-4-12`), or a verb with a
/// number (`may 4`).
fn is_another_number(bytes: &[u8], span: &Range<usize>, context: &Context<'_>) -> bool {
    let text = &bytes[span.clone()];
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_verb = |word: &&[u8]| text.strip_prefix(*word).is_some_and(|rest| rest.len() < 4);
    if length == 0 {
        return [&b"may "[..], b"march "].iter().any(is_verb);
    }
    let Some(mark) = text.get(length).filter(|it| b"-/.".contains(it)) else { return false };
    let day = text.split(|byte| b"T ".contains(byte)).next().unwrap_or(text);
    let mut groups = day.split(|byte| byte == mark);
    let has_year = groups.clone().any(|group| group.len() == 4);
    let is_padded = groups.clone().all(|group| group.len() == 2);
    let is_number = groups.all(|group| group.iter().all(u8::is_ascii_digit));
    match mark {
        _ if !is_number => false,
        b'.' => {
            context.is_version(span.start) || !has_year && (!is_padded || is_named(bytes, span))
        }
        b'-' => !has_year && !is_padded,
        _ => !has_year && day.iter().filter(|byte| *byte == mark).count() < 2,
    }
}

/// Whether a name or a sign of comparison stands right in front, as before a version.
fn is_named(bytes: &[u8], span: &Range<usize>) -> bool {
    let before = &bytes[span.start.saturating_sub(LONGEST_WORD)..span.start];
    let before = before.trim_ascii_end();
    let word = before.rsplit(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or(before);
    let is_name = word.first().is_some_and(u8::is_ascii_uppercase);
    is_name || before.last().is_some_and(|byte| b"=<>~^@".contains(byte))
}

/// `in 1977`, `the Act of 2004`, `a 2017 comedy`.
fn years() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let before = "in|of|since|during|until|till|before|after|around|circa|year|early|late|mid|summer|winter|spring|autumn|fall|an?|the";
        let pattern = format!(r"(?i)\b(?:{before})\s{{1,2}}(?P<value>1[89][0-9]{{2}}|20[0-3][0-9])\b");
        compile(&pattern).expect("the pattern above is well formed")
    })
}

/// Whether what is behind a number lets it be a year: neither more of a number, nor what is counted in hundreds.
fn is_year(bytes: &[u8], span: &Range<usize>) -> bool {
    let behind = &bytes[span.end..bytes.len().min(span.end + LONGEST_WORD)];
    match behind {
        [b'.' | b',', digit, ..] if digit.is_ascii_digit() => false,
        [b'-' | b'/' | b':' | b'_' | b'%', ..] => false,
        [b' ', word @ ..] => {
            let is_letter = |byte: &&u8| byte.is_ascii_lowercase();
            let word = &word[..word.iter().take_while(is_letter).count()];
            let is_hundred = bytes[span.clone()].ends_with(b"00");
            let one = word.strip_suffix(b"s").filter(|one| !one.ends_with(b"s"));
            let is_counted = is_hundred && one.is_some_and(|one| one.len() > 2);
            !is_counted && !UNITS.contains(&one.unwrap_or(word))
        }
        _ => true,
    }
}

/// What is counted in thousands: a number in front is none of a year.
const UNITS: [&[u8]; 8] = [b"bit", b"byte", b"kb", b"pixel", b"px", b"m", b"people", b"times"];

/// The longest word that is looked at behind a year, in bytes.
const LONGEST_WORD: usize = 32;

fn weekdays() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        compile(r"(?i)\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b")
            .expect("the pattern above is well formed")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let text = text.replace('~', "");
        let mut spans: Vec<_> = all(text.as_bytes()).into_iter().map(|it| it.span).collect();
        spans.sort_by_key(|span| span.start);
        spans.into_iter().map(|span| text[span].to_owned()).collect()
    }

    #[test]
    fn all_dates_are_found_and_years_and_weekdays_that_a_sentence_leads_to() {
        for (text, expected) in [
            ("It was founded in 19~77. Since then", "1977"),
            ("during 19~71, they", "1971"),
            ("the Act of 20~04 protects you", "2004"),
            ("it became Acme in 20~14", "2014"),
            ("in 20~12 while studying", "2012"),
            ("a 20~17 Polish comedy", "2017"),
            ("flew there on Tues~day morning", "Tuesday"),
            ("on fri~day", "friday"),
            ("When: 2000-0~4-16 11:34:35", "2000-04-16 11:34:35"),
            ("like that since 12/~1/1981", "12/1/1981"),
        ] {
            assert_eq!(found(text), [expected], "{text}");
        }
        for text in [
            "it has 2000 items",
            "in 2000 lines",
            "of 1900 users",
            "port 2049",
            "in 1977-b",
            "after 2000ms",
            "version 1.2.3",
            "mondays_only",
            "10.1.2.3",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn where_there_is_talk_of_health_the_rule_of_the_law_decides() {
        let found = |text: &str| {
            let text = text.replace('~', "");
            let bytes = text.as_bytes();
            let mut found = all(bytes);
            keep_of_anybody(&mut found, bytes, &Context::of(bytes));
            let found = found.into_iter().map(|it| (text[it.span].to_owned(), it.severity));
            found.collect::<Vec<_>>()
        };
        assert_eq!(
            found("The band played in 19~77, and on 4 Ma~y 2015."),
            [("4 May 2015".to_owned(), Severity::Low), ("1977".to_owned(), Severity::Low)]
        );
        assert_eq!(found("The patient was admitted in 19~77."), []);
        assert_eq!(
            found("The patient does well. He came by on 4 Ma~y 2015."),
            [("4 May 2015".to_owned(), Severity::Low)]
        );
        for text in [
            "Linux 2.4.18 kernel",
            "nginx 1.10.15",
            "Foo 10.10.15",
            "openssl==10.10.15",
            "version 3.12.2020",
            "section 4.5.2012",
            "the 2048 bit key",
            "of 1999 bytes",
            "12/20 passed, ratio 10/24",
            "page 3-4-12",
            "may 4 people",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
        for date in ["4.5.2015", "04.05.15", "5/4/15", "05-04-15", "2015.05.04", "May 4", "12/2015"]
        {
            assert_eq!(found(&format!("we met on {date}")).len(), 1, "{date}");
        }
        assert_eq!(
            found("2015~-05-04 10:00:00 INFO it began"),
            [("2015-05-04 10:00:00".to_owned(), Severity::Info)]
        );
    }
}
