//! Ages over 89 (45 CFR 164.514(b)(2)(i)(C)). All of them may be put together as 90 or older, so that 90 itself says
//! little.

use std::ops::RangeInclusive;
use std::sync::OnceLock;

use regex::bytes::Regex;

use crate::context::Context;
use crate::finding::Finding;
use crate::pattern::{captures, compile};
use crate::small::small;
use crate::what::What;

/// The ages that are too high to be kept, and those that people reach: nobody is known to have been older than 122.
const OVER: RangeInclusive<u32> = 90..=125;

/// The age that stands for all of them.
pub(crate) const ELDEST: &str = "90";

/// Whether a text is an age that is too high to be kept, in years: `93`, `093Y`, `93 years`.
pub(crate) fn is_over(text: &[u8]) -> bool {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, unit) = text.split_at(count);
    let unit = small(unit.trim_ascii());
    let is_years =
        matches!(&unit[..], b"" | b"y" | b"yr" | b"yrs" | b"yo" | b"y/o" | b"year" | b"years");
    // `09` is no age, and neither is `0093`.
    (2..=3).contains(&count)
        && is_years
        && std::str::from_utf8(number).is_ok_and(|it| it.parse().is_ok_and(|it| OVER.contains(&it)))
}

/// Whether a text is the age that stands for all that are over 89.
pub(crate) fn is_eldest(text: &str) -> bool {
    let number = text.trim_end_matches(|it: char| !it.is_ascii_digit());
    number.trim_start_matches('0') == ELDEST
}

/// The same text with the age that stands for all.
pub(crate) fn as_eldest(text: &str) -> String {
    let count = text.bytes().take_while(u8::is_ascii_digit).count();
    // What has a zero in front is written with three digits.
    let front = if text.starts_with('0') { "0" } else { "" };
    format!("{front}{ELDEST}{}", &text[count..])
}

/// Ages of people where there is talk of health.
pub(crate) fn find(bytes: &[u8], context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for part in context.health_parts() {
        let text = &bytes[part.clone()];
        for found in captures(stated(), text) {
            let value = found.name("value").or(found.name("other")).expect("one of them is there");
            let whole = found.get(0).expect("a match has a whole");
            let (before, after) = (&text[..whole.start()], &text[value.end()..]);
            let is_alone = !bounded().is_match(&before[before.len().saturating_sub(24)..]);
            if is_alone && (found.name("value").is_some() || !counted().is_match(after)) {
                findings
                    .push(What::Age.found(part.start + value.start()..part.start + value.end()));
            }
        }
    }
    findings
}

/// A number in front of years, or behind `age` or `aged`.
fn stated() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let age = "(?:9[0-9]|1[01][0-9]|12[0-5])";
        let pattern = format!(
            r#"(?i)\b(?P<value>{age})(?:[ -]?(?:years?|yrs?)\.?[ -]old\b|[ ]?(?:years?|yrs?) of age\b|[ -]?(?:y/o|yo|y\.o\.)(?:[^a-z0-9]|$))|(?:\b|_)aged?['"]?[ ]{{0,2}}(?:is|was|of|[:=])?[ ]{{0,2}}['"]?(?P<other>{age})\b"#
        );
        compile(&pattern).expect("the pattern above is well formed")
    })
}

/// What makes an age the bound of many: `over 90 years old`, `18 to 95 years of age`.
fn bounded() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let pattern = r"(?i)(?:\b(?:over|above|under|below|than|least|most|to|through|until|till|from|between|and|before|after|past|beyond|ages)(?:\sthe)?\s|[0-9.]\s?-\s?|\xe2\x80\x93\s?|[0-9.]|[<>=\xa4\xa5]\s?)$";
        compile(pattern).expect("the pattern above is well formed")
    })
}

/// What makes a number behind `age` one of something else, or the bound of many: `age 90 days`, `aged 90+`.
fn counted() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let pattern = r"(?i)\A(?:\s?(?:\+|%|-|/|to\b|or\b|and\b|days?\b|weeks?\b|months?\b|mos?\b|hours?\b|hrs?\b|minutes?\b|mins?\b|seconds?\b|secs?\b|ms\b|s\b)|[.,:][0-9]|\xe2\x80\x93)";
        compile(pattern).expect("the pattern above is well formed")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found in a text, in which `~` stands for nothing, so that no scanner stops at this page.
    fn found(text: &str) -> Vec<String> {
        let text = text.replace('~', "");
        let findings = find(text.as_bytes(), &Context::of(text.as_bytes()));
        findings.into_iter().map(|it| text[it.span].to_owned()).collect()
    }

    #[test]
    fn ages_over_89_are_found_where_there_is_talk_of_health() {
        for text in [
            "the patient is a 9~3-year-old man",
            "the patient, 9~3 years old,",
            "the patient was 9~3 years of age",
            "9~3 yo F patient with a cough",
            "9~3yo patient",
            "a 9~3 y/o patient",
            "patient (age 9~3) was seen",
            "patient, aged 9~3, was seen.",
            "patient Age: 9~3",
            "patient_age = 9~3",
            "\"patient_age\": \"9~3\"",
        ] {
            assert_eq!(found(text), ["93"], "{text}");
        }
        assert_eq!(found("the patient turned 10~4 years old"), ["104"]);
    }

    #[test]
    fn other_ages_and_bounds_are_not() {
        for text in [
            "the patient is an 89-year-old man",
            "patients over 90 years old",
            "patients under the age of 95",
            "patients older than 90 years of age",
            "patients from 18 to 95 years old",
            "patients of 80-95 years of age",
            "patients aged 90 or older",
            "patients aged 90+",
            "patients aged 91-95",
            "patients >= 90 years of age",
            "age 95 days of the patient",
            "the patient's cache age: 100ms",
            "a message of 93 patients",
            "page 93 of the patient guide",
            "patient weight 93.5 years old",
            "patient 1193 years old",
            "the patient's temperature of 98F",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn values_are_ages_of_years() {
        for text in ["90", "93", "093Y", "101", "93 years", concat!("93 y", "/o")] {
            assert!(is_over(text.as_bytes()), "{text}");
        }
        for text in ["89", "9", "126", "0093", "93.5", "93M", "93 days", "", "years", "093D"] {
            assert!(!is_over(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn one_age_stands_for_all() {
        for (text, eldest) in
            [("93", "90"), ("104", "90"), ("093Y", "090Y"), ("93 years", "90 years")]
        {
            assert_eq!(as_eldest(text), eldest);
            assert!(is_eldest(eldest) && !is_eldest(text) && is_over(eldest.as_bytes()), "{text}");
        }
    }
}
