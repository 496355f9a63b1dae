//! Taking out what was found, so that what is left is still of its form and nothing is found in it again.

use std::collections::HashMap;
use std::ops::Range;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::finding::Finding;
use crate::known;
use crate::patient::{Shifts, unit_at};
use crate::rule::{Category, Severity};
use crate::scanner::Scanner;
use crate::synthetic::Maker;

/// What takes the place of what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// What kind of thing it was: `[NAME]`.
    Redacted,
    /// The same for the same value, as long as the cleaner lives: `[NAME_1]`.
    Placeholder,
    /// The same for the same value and key, for ever: `[NAME_3f2a...]`, with 64 bits of HMAC-SHA-256.
    Hash(Vec<u8>),
    /// Letters become x and digits 0: as long as it was, with the same marks inside.
    Mask,
    /// Something made up of the same form, the same for the same value and key, for ever. What was made up already
    /// stays, whatever the key was. Secrets are redacted.
    Synthetic(Vec<u8>),
}

/// Cleans any number of texts in one way.
pub struct Cleaner<'a> {
    scanner: &'a Scanner,
    replacement: Replacement,
    least: Severity,
    /// The numbers of values, by their kind.
    numbers: HashMap<(String, Vec<u8>), usize>,
    counts: HashMap<String, usize>,
    /// What makes values up, where that is asked for.
    maker: Option<Maker>,
    shifts: Shifts,
}

/// A text without what was found in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleaned {
    /// What is left.
    pub bytes: Vec<u8>,
    /// What was taken out: spans are those of the text as it was.
    pub removed: Vec<Finding>,
    /// Where in what is left something takes the place of what was taken out, sorted and apart.
    pub replaced: Vec<Range<usize>>,
    /// What could not be taken out, after several attempts.
    pub left: Vec<Finding>,
}

/// So often what was cleaned is looked at again: taking one thing out can uncover another.
const MOST_PASSES: usize = 4;

impl<'a> Cleaner<'a> {
    /// A cleaner that takes out what is of this severity or more, and all that fields of structures hold.
    pub fn new(scanner: &'a Scanner, replacement: Replacement, least: Severity) -> Self {
        let maker = match &replacement {
            Replacement::Synthetic(key) => Some(Maker::new(key)),
            _ => None,
        };
        let (numbers, counts) = (HashMap::new(), HashMap::new());
        Self { scanner, replacement, least, numbers, counts, maker, shifts: Shifts::default() }
    }

    /// Takes out what is found in a text.
    pub fn clean(&mut self, bytes: &[u8]) -> Cleaned {
        let mut removed = self.find(bytes, Pass::First);
        let (mut cleaned, edits) = self.replace(bytes, &removed);
        let mut replaced = moved(Vec::new(), &edits);
        // What was taken out in the first pass is told with its place; later passes find what was hidden.
        for _ in 1..MOST_PASSES {
            let more = self.find(&cleaned, Pass::Later);
            if more.findings.is_empty() {
                break;
            }
            let (again, edits) = self.replace(&cleaned, &more);
            (cleaned, replaced) = (again, moved(replaced, &edits));
            let more = more.findings.into_iter();
            removed.findings.extend(more.map(|finding| without_place(finding, bytes.len())));
        }
        let left = self.find(&cleaned, Pass::Later).findings;
        Cleaned { bytes: cleaned, removed: removed.findings, replaced, left }
    }

    fn find(&self, bytes: &[u8], pass: Pass) -> Found {
        let (mut findings, units) = self.scanner.look(bytes);
        findings.retain(|finding| finding.severity >= self.least || finding.field.is_some());
        let Some(maker) = &self.maker else { return Found { findings, weeks: Vec::new() } };
        let shifts = self.shifts.of_units(bytes, &units, &findings, maker);
        let made = match pass {
            Pass::First => known::made(&findings, bytes, &units),
            Pass::Later => known::made_alone(&findings, bytes),
        };
        let rest = maker.weeks(b"");
        let weeks = |it: &Finding| unit_at(&units, it.span.start).map_or(rest, |unit| shifts[unit]);
        let found = findings.into_iter().zip(made).filter(|(_, is_made)| !is_made);
        found.map(|(finding, _)| (weeks(&finding), finding)).collect()
    }

    fn replace(&mut self, bytes: &[u8], found: &Found) -> (Vec<u8>, Vec<Edit>) {
        let (mut cleaned, mut at) = (Vec::with_capacity(bytes.len()), 0);
        let mut edits = Vec::with_capacity(found.findings.len());
        let language = Language::of(bytes);
        for (number, finding) in found.findings.iter().enumerate() {
            cleaned.extend_from_slice(&bytes[at..finding.span.start]);
            let value = &bytes[finding.span.clone()];
            let new = self.made_up(finding, value, found.weeks.get(number).copied());
            let new = new.unwrap_or_else(|| self.stand_in(finding, value));
            let quote = match self.replacement {
                Replacement::Mask => None,
                Replacement::Synthetic(_) if is_plain_number(&new) => None,
                _ => language.quote(bytes, &finding.span),
            };
            let begin = cleaned.len();
            cleaned.extend(quote);
            cleaned.extend(new);
            cleaned.extend(quote);
            edits.push(Edit { old: finding.span.clone(), new: begin..cleaned.len() });
            at = finding.span.end;
        }
        cleaned.extend_from_slice(&bytes[at..]);
        (cleaned, edits)
    }

    /// What is made up to take the place of a value, if that is asked for.
    fn made_up(&mut self, finding: &Finding, value: &[u8], weeks: Option<i64>) -> Option<Vec<u8>> {
        let weeks = weeks?;
        let new = self.maker.as_ref()?.make(finding, value, weeks)?;
        self.shifts.learn(&finding.rule, &new, weeks);
        Some(new)
    }

    /// What takes the place of a value.
    fn stand_in(&mut self, finding: &Finding, value: &[u8]) -> Vec<u8> {
        let kind = kind_of(finding);
        match &self.replacement {
            Replacement::Redacted | Replacement::Synthetic(_) => format!("[{kind}]").into_bytes(),
            Replacement::Placeholder => {
                let normal = value.trim_ascii().to_ascii_lowercase();
                let next = self.counts.entry(kind.clone()).or_default();
                let number = self.numbers.entry((kind.clone(), normal)).or_insert_with(|| {
                    *next += 1;
                    *next
                });
                format!("[{kind}_{number}]").into_bytes()
            }
            Replacement::Hash(key) => {
                let mut mac =
                    Hmac::<Sha256>::new_from_slice(key).expect("a key may have any length");
                mac.update(kind.as_bytes());
                mac.update(b"\0");
                mac.update(&value.trim_ascii().to_ascii_lowercase());
                let digest = mac.finalize().into_bytes();
                let digits: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
                format!("[{kind}_{digits}]").into_bytes()
            }
            Replacement::Mask => mask(value),
        }
    }
}

/// That one part of a text took the place of another one.
struct Edit {
    old: Range<usize>,
    new: Range<usize>,
}

/// Where parts of a text are after it was edited, together with what the edits put there. A part that an
/// edit took a piece of goes on to its end.
fn moved(parts: Vec<Range<usize>>, edits: &[Edit]) -> Vec<Range<usize>> {
    // Between edits everything moves as far as the end of the one before.
    let place = |at: usize| {
        let before = edits.partition_point(|edit| edit.old.end <= at).checked_sub(1);
        before.map_or(at, |before| edits[before].new.end + (at - edits[before].old.end))
    };
    let mut all: Vec<Range<usize>> = edits.iter().map(|edit| edit.new.clone()).collect();
    for part in parts {
        let first = edits.partition_point(|edit| edit.old.end <= part.start);
        let last = edits.partition_point(|edit| edit.old.start < part.end);
        let begin = match edits.get(first) {
            Some(edit) if edit.old.start <= part.start => edit.new.start,
            _ => place(part.start),
        };
        let end = match last.checked_sub(1).map(|last| &edits[last]) {
            Some(edit) if edit.old.end >= part.end => edit.new.end,
            _ => place(part.end),
        };
        all.push(begin..end);
    }
    joined(all)
}

/// Sorted, with what touches made one.
fn joined(mut parts: Vec<Range<usize>>) -> Vec<Range<usize>> {
    parts.sort_by_key(|part| (part.start, part.end));
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(parts.len());
    for part in parts {
        match apart.last_mut() {
            Some(last) if part.start < last.end || part.end <= last.end => {
                last.end = last.end.max(part.end)
            }
            _ => apart.push(part),
        }
    }
    apart
}

/// Which look at a text it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    First,
    /// There is in it already what took the place of something.
    Later,
}

/// What is taken out of a text.
struct Found {
    findings: Vec<Finding>,
    /// By how many weeks dates are moved at each finding, where values are made up.
    weeks: Vec<i64>,
}

impl FromIterator<(i64, Finding)> for Found {
    fn from_iter<T: IntoIterator<Item = (i64, Finding)>>(found: T) -> Self {
        let (weeks, findings) = found.into_iter().unzip();
        Self { findings, weeks }
    }
}

/// Whether a text is a number in JSON and elsewhere, too.
fn is_plain_number(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit) && text.first().is_some_and(|first| *first != b'0')
}

/// What a text is written in, as far as it matters to a number that becomes a word.
enum Language {
    Json,
    Sql,
    Other,
}

impl Language {
    fn of(bytes: &[u8]) -> Self {
        let begin = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        let has = |word: &[u8]| memchr::memmem::find(bytes, word).is_some();
        match begin.first() {
            Some(b'{' | b'[') => Self::Json,
            _ if has(b"INSERT INTO") || has(b"insert into") => Self::Sql,
            _ => Self::Other,
        }
    }

    /// The mark in which a word has to stand that takes the place of a number.
    fn quote(&self, bytes: &[u8], span: &Range<usize>) -> Option<u8> {
        let before = bytes[..span.start].trim_ascii_end().last()?;
        let behind = bytes[span.end..].trim_ascii_start().first()?;
        match self {
            Self::Json if b":[,".contains(before) && b",]}".contains(behind) => Some(b'"'),
            Self::Sql if b"(,=".contains(before) && b",);".contains(behind) => Some(b'\''),
            _ => None,
        }
    }
}

/// A finding of a later pass: that there was something, at the end of the text as it was.
fn without_place(finding: Finding, end: usize) -> Finding {
    Finding { span: end..end, ..finding }
}

/// `NAME`, `BIRTH_DATE`, `SECRET`.
fn kind_of(finding: &Finding) -> String {
    match finding.category {
        Category::Secret => "SECRET".into(),
        _ => finding.rule.to_ascii_uppercase().replace('-', "_"),
    }
}

fn mask(value: &[u8]) -> Vec<u8> {
    let mut masked = Vec::with_capacity(value.len());
    for byte in value {
        match byte {
            b'0'..=b'9' => masked.push(b'0'),
            b'A'..=b'Z' => masked.push(b'X'),
            b'a'..=b'z' => masked.push(b'x'),
            // One letter for each character beyond ASCII: those that go on are left out.
            0x80..=0xbf => {}
            0xc0..=0xff => masked.push(b'x'),
            _ => masked.push(*byte),
        }
    }
    masked
}

/// Whether a value is one that a cleaner has put there.
pub(crate) fn is_stand_in(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let inside = value.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]"));
    let is_named = inside.is_some_and(|inside| {
        inside.first().is_some_and(u8::is_ascii_uppercase)
            && inside.iter().all(|byte| {
                byte.is_ascii_uppercase()
                    || byte.is_ascii_digit()
                    || (b'a'..=b'f').contains(byte)
                    || *byte == b'_'
            })
    });
    let mut signs =
        value.iter().filter(|byte| byte.is_ascii_alphanumeric() || **byte >= 0x80).peekable();
    is_named || (signs.peek().is_some() && signs.all(|byte| b"Xx0".contains(byte)))
}

/// Where what was removed stood, without places that nobody knows.
pub fn places(removed: &[Finding]) -> impl Iterator<Item = Range<usize>> {
    removed.iter().map(|finding| finding.span.clone()).filter(|span| !span.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A synthetic message, put together here so that no scanner stops at this page.
    fn message() -> String {
        let name = ["Zwyrtkova", "Quirinia"].join("^");
        let first =
            ["PID", "1", "", "471100815^^^LAB^MR", "", &name, "", "19620110", "F"].join("|");
        let second = ["NK1", "1", &name, "SPO", "", "5551234567"].join("|");
        format!("{first}\r{second}\r")
    }

    fn ways() -> [Replacement; 5] {
        use Replacement::{Hash, Mask, Placeholder, Redacted, Synthetic};
        [Redacted, Placeholder, Hash(b"a key".to_vec()), Mask, Synthetic(b"a key".to_vec())]
    }

    #[test]
    fn what_was_cleaned_has_nothing_left_and_is_cleaned_no_further() {
        let scanner = Scanner::new();
        for way in ways() {
            let mut cleaner = Cleaner::new(&scanner, way.clone(), Severity::Low);
            let cleaned = cleaner.clean(message().as_bytes());
            assert!(cleaned.left.is_empty(), "{way:?}");
            let text = String::from_utf8(cleaned.bytes.clone()).expect("it is text");
            for value in ["Zwyrtkova", "Quirinia", "471100815", "19620110"] {
                assert!(!text.contains(value), "{way:?}");
            }
            assert_eq!(text.matches('|').count(), message().matches('|').count());
            let again = cleaner.clean(&cleaned.bytes);
            assert_eq!(again.bytes, cleaned.bytes, "{way:?}");
            assert!(again.removed.is_empty());
        }
    }

    #[test]
    fn the_same_value_has_the_same_placeholder() {
        let scanner = Scanner::new();
        let mut cleaner = Cleaner::new(&scanner, Replacement::Placeholder, Severity::Low);
        let text = String::from_utf8(cleaner.clean(message().as_bytes()).bytes).expect("text");
        assert_eq!(text.matches("[NAME_1]^[NAME_2]").count(), 2, "{text}");
        let text = String::from_utf8(cleaner.clean(message().as_bytes()).bytes).expect("text");
        assert!(text.contains("[NAME_1]^[NAME_2]") && text.contains("[MRN_1]"), "{text}");
    }

    #[test]
    fn a_number_that_becomes_a_word_stands_in_marks() {
        let scanner = Scanner::new();
        let number = ["5362", "28145"].concat();
        for (text, expected) in [
            (
                format!("{{\"ssn\": {number}, \"mrn\": \"x{number}\"}}"),
                "{\"ssn\": \"[SSN]\", \"mrn\": \"[MRN]\"}",
            ),
            (
                ["INSERT INTO patients (id, ssn) ", "VALUES (1, ", &number, ");"].concat(),
                "INSERT INTO patients (id, ssn) VALUES (1, '[SSN]');",
            ),
        ] {
            let mut cleaner = Cleaner::new(&scanner, Replacement::Redacted, Severity::Low);
            let cleaned = cleaner.clean(text.as_bytes());
            assert_eq!(String::from_utf8_lossy(&cleaned.bytes), expected);
            assert!(cleaned.left.is_empty());
        }
    }

    #[test]
    fn what_was_replaced_is_known_by_its_place() {
        let scanner = Scanner::new();
        for way in ways() {
            let mut cleaner = Cleaner::new(&scanner, way, Severity::Low);
            let text = message();
            let cleaned = cleaner.clean(text.as_bytes());
            // Around what was replaced nothing changed.
            let (mut rest, mut at) = (Vec::new(), 0);
            for span in &cleaned.replaced {
                rest.push(&cleaned.bytes[at..span.start]);
                at = span.end;
            }
            rest.push(&cleaned.bytes[at..]);
            let mut from = 0;
            for part in rest {
                let found = memchr::memmem::find(&text.as_bytes()[from..], part);
                from += found.expect("it stands there still") + part.len();
            }
            assert_eq!(cleaned.replaced.len(), cleaned.removed.len());
        }
    }

    #[test]
    fn places_move_with_edits() {
        let edit = |old: Range<usize>, new: Range<usize>| Edit { old, new };
        let edits = [edit(2..4, 2..7), edit(10..12, 13..13)];
        assert_eq!(moved(vec![0..1, 5..6, 14..16], &edits), [0..1, 2..7, 8..9, 13..13, 15..17]);
        assert_eq!(moved(vec![3..5, 9..11], &edits), [2..8, 12..13]);
    }

    #[test]
    fn the_key_decides_the_hash() {
        let scanner = Scanner::new();
        let hash = |key: &[u8]| {
            Cleaner::new(&scanner, Replacement::Hash(key.to_vec()), Severity::Low)
                .clean(message().as_bytes())
                .bytes
        };
        assert_eq!(hash(b"one"), hash(b"one"));
        assert_ne!(hash(b"one"), hash(b"two"));
    }
}
