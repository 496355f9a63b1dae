//! Streets, hospitals and cities.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::WORD;
use super::dictionary::is_one_of;
use crate::finding::Finding;
use crate::pattern::{captures, compile};
use crate::rule::Severity;
use crate::small::small;
use crate::what::What;

/// Numbers of houses with the names of their streets.
pub(super) fn streets(bytes: &[u8], line: Range<usize>, findings: &mut Vec<Finding>) {
    for found in captures(street(), &bytes[line.clone()]) {
        let value = found.name("value").or(found.name("other")).expect("either is there");
        // A year before a court, or before the way.
        let text = value.as_bytes();
        let is_year = (text.starts_with(b"19") || text.starts_with(b"20"))
            && text.get(4) == Some(&b' ')
            && [&b"Court"[..], b"Way"].iter().any(|end| text.ends_with(end));
        if !is_year {
            let span = line.start + value.start()..line.start + value.end();
            findings.push(What::Address.found(span));
        }
    }
}

fn street() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let house = format!(
            r"[0-9]{{1,5}}[A-Za-z]? (?:[NSEW]{{1,2}}\.? )?(?:(?:{WORD}|[0-9]{{1,3}}(?:st|nd|rd|th)) ){{1,4}}"
        );
        let unit = r"(?:,? (?:Apt|Unit|Suite|Ste)\.? ?#?[0-9A-Za-z]{1,5}\b)?";
        let pattern = format!(
            r"(?:^|[\s(:,\x22\x27])(?:(?P<value>{house}(?:Street|Avenue|Ave|Road|Rd|Drive|Lane|Ln|Boulevard|Blvd|Court|Way)\b{unit})|(?P<other>{house}(?:St|Dr|Ct)\b{unit})(?:[.,;)\x22\x27]|\s*$))"
        );
        compile(&pattern).expect("the pattern above is well formed")
    })
}

/// ZIP codes behind a state or their name, with the city in front.
pub(super) fn codes(bytes: &[u8], line: Range<usize>, findings: &mut Vec<Finding>) {
    for found in captures(code(), &bytes[line.clone()]) {
        let mut add = |group: &str, what: What, severity: Severity| {
            if let Some(value) = found.name(group) {
                let span = line.start + value.start()..line.start + value.end();
                findings.push(what.found_as(severity, span));
            }
        };
        add("city", What::Address, Severity::Medium);
        for group in ["value", "other"] {
            add(group, What::Zip, What::Zip.rule().severity);
        }
    }
}

fn code() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let states = "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]";
        let digits = "[0-9]{5}(?:-[0-9]{4})?";
        let pattern = format!(
            r"(?:(?P<city>{WORD}(?: {WORD}){{0,2}}),? )?\b(?:{states}),? {{1,2}}(?P<value>{digits})\b|\b(?i:zip)(?i: ?code)?(?: is|:)? {{1,2}}(?P<other>{digits})\b"
        );
        compile(&pattern).expect("the pattern above is well formed")
    })
}

/// Hospitals, cities and what words lead to in a line.
pub(super) fn find(bytes: &[u8], line: Range<usize>, findings: &mut Vec<Finding>) {
    let text = &bytes[line.clone()];
    for pattern in [facility(), known_place(), stated()] {
        for found in captures(pattern, text) {
            let value = found.name("value").or(found.get(0)).expect("a match has a whole").range();
            let value = value.start..value.start + before_month(&text[value]);
            if !value.is_empty() && !is_one_of(WARDS, &text[value.clone()]) {
                let span = line.start + value.start..line.start + value.end;
                findings.push(What::Address.found_as(Severity::Medium, span));
            }
        }
    }
}

/// Parts of a hospital that every hospital has.
const WARDS: &[&str] = &["ER", "ED", "ICU", "NICU", "PICU", "PACU", "OR"];

/// How much of a place there is before a month, which belongs to a date.
fn before_month(text: &[u8]) -> usize {
    let mut at = 0;
    for word in text.split(|byte| *byte == b' ') {
        if is_month(word.trim_ascii_end()) {
            let before = &text[..at];
            let joins = |word: &&[u8]| before.ends_with(word);
            let link = [&b", "[..], b" of ", b" in ", b" at ", b" "].into_iter().find(joins);
            return at - link.map_or(0, <[u8]>::len);
        }
        at += word.len() + 1;
    }
    text.len()
}

/// Whether a word is the name of a month, or a short form of it.
fn is_month(word: &[u8]) -> bool {
    const MONTHS: [&[u8]; 12] = [
        b"january",
        b"february",
        b"march",
        b"april",
        b"may",
        b"june",
        b"july",
        b"august",
        b"september",
        b"october",
        b"november",
        b"december",
    ];
    let word = small(word.strip_suffix(b".").or(word.strip_suffix(b",")).unwrap_or(word));
    word[..] == *b"sept"
        || MONTHS
            .iter()
            .any(|month| word[..] == **month || word.len() == 3 && month.starts_with(&word))
}

/// A name that ends, or begins, as those of hospitals do.
fn facility() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let word = r"(?:[A-Z][A-Za-z\x80-\xff]*(?:['\x27-][A-Za-z]+|\xe2\x80\x99[a-z]+)*\.?|&|of|the|and|de)";
        let end = r"(?:Hospitals?|Hosp|Clinics?|Medical (?:Center|Centre|Group|School)|Med(?:ical)? Ctr|Med|Medicine|Healthcare|Health(?:[ ]?(?:Center|System|Network|Services|Partners))?|Center|Centre|Institute|ER|Infirmary|Hospice|Nursing Home|Urgent Care|VA|University|Children[\x27\xe2\x80\x99]*s|Rehab|Pavilion|clinic|hospital|facility|branch|office|location|campus|ward|department|ED)";
        let pattern = format!(r"\b(?P<value>[A-Z][A-Za-z\x80-\xff.]*(?:[\x27-][A-Za-z]+|\xe2\x80\x99[a-z]+)*(?: {word}){{0,5}}? {end}(?:(?:,| of| in| at)? [A-Z][a-z]+(?: [A-Z][a-z]+)?(?:, [A-Z]{{2}})?)?)\b");
        compile(&pattern).expect("the pattern above is well formed")
    })
}

/// Cities and hospitals that are known by their names alone.
fn known_place() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let names: Vec<&str> = include_str!("../../data/places.txt").lines().collect();
        let pattern = format!(r"\b(?P<value>(?:{})(?:, [A-Z]{{2}}\b)?)\b", names.join("|"));
        compile(&pattern).expect("the names of places are letters")
    })
}

/// What stands behind words that lead to a place.
fn stated() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let word = r"[A-Z][A-Za-z\x80-\xff]*(?:['\x27-][A-Za-z]+|\xe2\x80\x99[a-z]+)*\.?";
        let pattern = format!(
            r"(?:\bat|@|\bvisited|\badmitted to|\btransferred to|\bresid(?:es|ing) (?:in|at)|\bresident of|\blives in|\bliving in|\bborn in|\bmoved to) (?:the |our )?(?P<value>{word}(?: (?:of|and|&|{word})){{0,4}}(?:, [A-Z]{{2}}\b)?)"
        );
        compile(&pattern).expect("the pattern above is well formed")
    })
}
