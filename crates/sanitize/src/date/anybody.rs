//! Dates of anybody and anything: more than has to be taken out of health data, for those who want all of them out.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::{days, is_of_a_log};
use crate::context::Context;
use crate::finding::Finding;
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
    findings.extend(parts.map(|span| What::DatePart.found(span)));
    findings
}

/// Those of all dates around which there is no talk of health: where there is, it is known what says something of a
/// patient, and years and weekdays do not. What says when a line of a log was written matters least.
pub(crate) fn of_anybody(bytes: &[u8], context: &Context<'_>) -> Vec<Finding> {
    let parts = context.health_parts();
    let mut findings = all(bytes);
    findings.retain(|it| {
        let next = parts.partition_point(|part| part.end <= it.span.start);
        parts.get(next).is_none_or(|part| it.span.end <= part.start)
    });
    for finding in findings.iter_mut().filter(|it| is_of_a_log(bytes, &it.span)) {
        finding.severity = Severity::Info;
    }
    findings
}

/// `in 1977`, `the Act of 2004`, `a 2017 comedy`.
fn years() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let before = "in|of|since|during|until|till|before|after|around|circa|year|early|late|mid|summer|winter|spring|autumn|fall|an?|the";
        let pattern = format!(r"(?i)\b(?:{before})\s{{1,2}}(?P<value>(?:1[89]|20)[0-9]{{2}})\b");
        compile(&pattern).expect("the pattern above is well formed")
    })
}

/// Whether what is behind a number lets it be a year: neither more of a number, nor what is counted in hundreds.
fn is_year(bytes: &[u8], span: &Range<usize>) -> bool {
    let behind = &bytes[span.end..bytes.len().min(span.end + LONGEST_WORD)];
    match behind {
        [b'.' | b',', digit, ..] if digit.is_ascii_digit() => false,
        [b'-' | b'/' | b':' | b'_' | b'%', ..] => false,
        [b' ', word @ ..] if bytes[span.clone()].ends_with(b"00") => {
            let is_letter = |byte: &&u8| byte.is_ascii_lowercase();
            let length = word.iter().take_while(is_letter).count();
            let is_plural = length > 3 && word[length - 1] == b's' && word[length - 2] != b's';
            !is_plural
        }
        _ => true,
    }
}

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
            let found = of_anybody(bytes, &Context::of(bytes)).into_iter();
            let found = found.map(|it| (text[it.span].to_owned(), it.severity));
            found.collect::<Vec<_>>()
        };
        assert_eq!(
            found("The band played in 19~77, and on 4 Ma~y 2015."),
            [("4 May 2015".to_owned(), Severity::Low), ("1977".to_owned(), Severity::Low)]
        );
        assert_eq!(found("The patient was admitted in 19~77."), []);
        assert_eq!(
            found("2015~-05-04 10:00:00 INFO it began"),
            [("2015-05-04 10:00:00".to_owned(), Severity::Info)]
        );
    }
}
