//! Taking out what was found, so that what is left is still of its form and nothing is found in it again.

mod bare;
mod form;
mod mask;

use std::collections::HashMap;
use std::ops::Range;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::decode::{self, Layer, Sight, Text, Unseen};
use crate::edit::{Edit, compose, origin};
use crate::finding::Finding;
use crate::known;
use crate::patient::{Shifts, unit_at};
use crate::rule::Severity;
use crate::scanner::Scanner;
use crate::stand_in;
use crate::synthetic::{self, Maker};
use crate::what::What;
use bare::Language;

pub(crate) use mask::is_masked;

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
    /// Which parts of what is left take the place of which parts of the text as it was, sorted and apart.
    pub edits: Vec<Edit>,
    /// Where in what is left something is found that may stay, sorted.
    pub kept: Vec<Range<usize>>,
    /// What could not be taken out, after several attempts.
    pub left: Vec<Finding>,
    /// What could not be looked at.
    pub unseen: Vec<Unseen>,
}

impl Cleaned {
    /// Whether a part of what is left has something of what took the place of something.
    pub fn has_edited(&self, part: &Range<usize>) -> bool {
        touches(&self.edits, part)
    }

    /// Which part of the text as it was a part of what is left takes the place of.
    pub fn origin(&self, part: &Range<usize>) -> Range<usize> {
        origin(&self.edits, part)
    }
}

/// A finding that may be taken out.
#[derive(Clone, Debug)]
pub struct Seen<'a> {
    /// The text that it is in: what was decoded, where that was needed.
    pub text: &'a [u8],
    /// What was found, with its place in this text.
    pub finding: &'a Finding,
    /// Where it was in all that is cleaned, before anything was taken out.
    pub place: Range<usize>,
}

/// Parts of a text, and what takes their places.
pub(crate) type Edits = Vec<(Range<usize>, Vec<u8>)>;

/// So often what was cleaned is looked at again: taking one thing out can uncover another.
const MOST_PASSES: usize = 6;

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

    /// Whether values are made up, which who looks at them next may take for real ones.
    pub fn makes_up(&self) -> bool {
        self.maker.is_some()
    }

    /// Takes out what is found in a text.
    pub fn clean(&mut self, bytes: &[u8]) -> Cleaned {
        self.clean_where("", bytes, &mut |_| true)
    }

    /// Takes out those findings for which this holds, and leaves the others. The name of a file says what it is
    /// written in; without one it is what the scanner takes it for.
    pub fn clean_where(
        &mut self,
        name: &str,
        bytes: &[u8],
        holds: &mut dyn FnMut(&Seen<'_>) -> bool,
    ) -> Cleaned {
        let cleaned = self.clean_in_passes(name, bytes, holds);
        if !form::is_broken(bytes, &cleaned.bytes) {
            return cleaned;
        }
        // What would lose its form keeps all that was found.
        let Cleaned { removed: left, unseen, .. } = cleaned;
        let (bytes, removed, edits, kept) = (bytes.to_vec(), Vec::new(), Vec::new(), Vec::new());
        Cleaned { bytes, removed, edits, kept, left, unseen }
    }

    fn clean_in_passes(
        &mut self,
        name: &str,
        bytes: &[u8],
        holds: &mut dyn FnMut(&Seen<'_>) -> bool,
    ) -> Cleaned {
        let scanner = &match name {
            "" => self.scanner.clone(),
            name => self.scanner.in_file(name.as_bytes()),
        };
        let Found { mut sight, unseen, kept } = self.find(scanner, bytes, Pass::First, &[], holds);
        if !sight.can_be_changed() {
            let (bytes, left) = (bytes.to_vec(), sight.into_findings(bytes));
            return Cleaned { bytes, removed: Vec::new(), edits: Vec::new(), kept, left, unseen };
        }
        let (mut cleaned, mut edits) = self.replace(name, bytes, &sight);
        sight.forget_fixed();
        let mut removed = sight.into_findings(bytes);
        removed.sort_by_key(|finding| finding.span.start);
        // What was taken out in the first pass is told with its place; later passes find what was hidden.
        let mut pass = Pass::Later;
        for _ in 1..MOST_PASSES {
            let Found { sight: mut more, kept, .. } =
                self.find(scanner, &cleaned, pass, &edits, holds);
            if !more.can_be_changed() && pass == Pass::Later && self.maker.is_some() {
                pass = Pass::Last;
                continue;
            }
            if !more.can_be_changed() {
                let left = more.into_findings(&cleaned);
                return Cleaned { bytes: cleaned, removed, edits, kept, left, unseen };
            }
            // What was made up, and would be taken out again beside what was left, gives way to a mark.
            let maker = if pass == Pass::Last { self.maker.take() } else { None };
            let (next, more_edits) = self.replace(name, &cleaned, &more);
            self.maker = maker.or(self.maker.take());
            let was_told = |span: &Range<usize>| touches(&edits, span);
            more.forget_fixed();
            let more = more.into_findings(&cleaned);
            let more = more.into_iter().filter(|it| pass == Pass::Later || !was_told(&it.span));
            removed.extend(more.map(|finding| without_place(finding, bytes.len())));
            edits = compose(&edits, &more_edits);
            cleaned = next;
        }
        let Found { sight, kept, .. } = self.find(scanner, &cleaned, pass, &edits, holds);
        let left = sight.into_findings(&cleaned);
        Cleaned { bytes: cleaned, removed, edits, kept, left, unseen }
    }

    /// What is to be taken out of a text that was edited so far.
    fn find(
        &self,
        scanner: &Scanner,
        bytes: &[u8],
        pass: Pass,
        edits: &[Edit],
        holds: &mut dyn FnMut(&Seen<'_>) -> bool,
    ) -> Found {
        let (mut sight, unseen) = scanner.sight(bytes);
        if let Some(maker) = &self.maker {
            self.weigh(maker, bytes, pass, &mut sight);
        }
        let (mut kept, mut mails) = (Vec::new(), Mails::default());
        sight.keep_where(bytes, &mut |text, finding, span| {
            let is_asked_for = finding.severity >= self.least
                || finding.field.is_some()
                || mails.follows(text, finding);
            let goes = is_asked_for
                && holds(&Seen { text: text.bytes, finding, place: origin(edits, span) });
            match goes {
                true => mails.add(text, finding),
                false => kept.push(span.clone()),
            }
            goes
        });
        kept.sort_unstable_by_key(|span| span.start);
        Found { sight, unseen, kept }
    }

    /// Says how far dates are moved at each finding, and forgets what was made up already.
    fn weigh(&self, maker: &Maker, bytes: &[u8], pass: Pass, sight: &mut Sight) {
        let shifts = self.shifts.of_units(bytes, &sight.units, &sight.findings, maker);
        let rest = maker.weeks(b"");
        let weeks =
            |it: &Finding| unit_at(&sight.units, it.span.start).map_or(rest, |unit| shifts[unit]);
        sight.weeks = sight.findings.iter().map(weeks).collect();
        let made = match pass {
            Pass::First | Pass::Last => {
                known::made(&sight.findings, bytes, &sight.units, self.least)
            }
            Pass::Later => known::made_alone(&sight.findings, bytes),
        };
        let mut made = made.into_iter();
        sight.retain(&mut |_| made.next() == Some(false));
        for Layer { decoded, sight } in &mut sight.layers {
            self.weigh(maker, &decoded.text, pass, sight);
        }
    }

    fn replace(&mut self, name: &str, bytes: &[u8], sight: &Sight) -> (Vec<u8>, Vec<Edit>) {
        let edits = self.edits(name, bytes, sight);
        applied(bytes, edits)
    }

    /// What is to be put where, sorted by place.
    fn edits(&mut self, name: &str, bytes: &[u8], sight: &Sight) -> Edits {
        let language = Language::of(name, bytes);
        let mut edits = self.replaced(bytes, sight);
        // In a decoded text there are quotes that are none of the file.
        let (spelled, layers): (Vec<&Layer>, Vec<&Layer>) = sight
            .layers
            .iter()
            .partition(|layer| language.has_bare_values() && layer.decoded.is_spelled());
        for layer in spelled {
            edits.extend(self.spelled(bytes, layer));
        }
        edits.sort_by_key(|(span, _)| span.start);
        bare::quote(language, bytes, &mut edits);
        for layer in layers {
            // What is all of a file is written as the file is.
            let is_all = layer.decoded.outer == (decode::length_of_mark(bytes)..bytes.len());
            let name = if is_all { name } else { "" };
            let inner = self.edits(name, &layer.decoded.text, &layer.sight);
            edits.extend(layer.decoded.encoded(bytes, inner));
        }
        edits.sort_by_key(|(span, _)| span.start);
        edits
    }

    /// What is to be put where in a layer of which most characters stand for themselves, without quotes around.
    fn spelled(&mut self, bytes: &[u8], layer: &Layer) -> Edits {
        let (text, sight) = (&layer.decoded.text, &layer.sight);
        let mut inner = self.replaced(text, sight);
        for layer in &sight.layers {
            inner.extend(match layer.decoded.is_spelled() {
                true => self.spelled(text, layer),
                false => {
                    let deeper = self.edits("", &layer.decoded.text, &layer.sight);
                    layer.decoded.encoded(text, deeper)
                }
            });
        }
        inner.sort_by_key(|(span, _)| span.start);
        layer.decoded.encoded(bytes, inner)
    }

    /// What takes the place of what was found in a text as it is.
    fn replaced(&mut self, bytes: &[u8], sight: &Sight) -> Edits {
        let mut edits = Edits::new();
        for (number, finding) in sight.findings.iter().enumerate() {
            let value = &bytes[finding.span.clone()];
            let new = self.made_up(finding, value, sight.weeks.get(number).copied());
            let new = new.unwrap_or_else(|| self.stand_in(finding, value));
            edits.push((finding.span.clone(), new));
        }
        edits
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
        let kind = stand_in::kind(&finding.rule, finding.category);
        match &self.replacement {
            Replacement::Redacted | Replacement::Synthetic(_) => format!("[{kind}]").into_bytes(),
            Replacement::Placeholder => {
                let normal = synthetic::canonical(&finding.rule, value);
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
                mac.update(&synthetic::canonical(&finding.rule, value));
                let digest = mac.finalize().into_bytes();
                let digits: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
                format!("[{kind}_{digits}]").into_bytes()
            }
            Replacement::Mask => mask::mask(finding, value),
        }
    }
}

/// What is found in one look at a text.
struct Found {
    /// What is to be taken out.
    sight: Sight,
    unseen: Vec<Unseen>,
    /// Where the rest is.
    kept: Vec<Range<usize>>,
}

/// The mail addresses of a line: the first one makes those behind it matter less, as in an attribution, and once
/// it is gone the next one does.
#[derive(Default)]
struct Mails {
    /// The number of the text that the last one is in that goes, and where it ends there.
    last: Option<(usize, usize)>,
}

impl Mails {
    fn is_one(finding: &Finding) -> bool {
        finding.rule == What::Email.rule().id
    }

    fn follows(&self, text: Text<'_>, finding: &Finding) -> bool {
        Self::is_one(finding)
            && self.last.is_some_and(|(number, end)| {
                let between = text.bytes.get(end..finding.span.start);
                number == text.number
                    && between.is_some_and(|it| it.len() <= MAIL_REACH && !it.contains(&b'\n'))
            })
    }

    fn add(&mut self, text: Text<'_>, finding: &Finding) {
        if Self::is_one(finding) {
            self.last = Some((text.number, finding.span.end));
        }
    }
}

/// So far in front of an address an attribution is looked for, in bytes.
const MAIL_REACH: usize = 200;

/// Which look at a text it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    First,
    /// There is in it already what took the place of something.
    Later,
    /// The same, looked at as who cleans it once more would.
    Last,
}

/// Whether a text is a number in JSON and elsewhere, too.
fn is_plain_number(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit) && text.first().is_some_and(|first| *first != b'0')
}

/// A text after some edits. One that begins within another is left for the next pass.
pub(crate) fn applied(bytes: &[u8], edits: Edits) -> (Vec<u8>, Vec<Edit>) {
    let (mut text, mut at, mut done) = (Vec::with_capacity(bytes.len()), 0, Vec::new());
    for (span, new) in edits {
        if span.start >= at {
            text.extend_from_slice(&bytes[at..span.start]);
            let begin = text.len();
            text.extend(new);
            at = span.end;
            done.push(Edit { old: span, new: begin..text.len() });
        }
    }
    text.extend_from_slice(&bytes[at..]);
    (text, done)
}

/// Whether a part of what is left has something of what took the place of something.
fn touches(edits: &[Edit], part: &Range<usize>) -> bool {
    let next = edits.partition_point(|edit| edit.new.end <= part.start);
    edits.get(next).is_some_and(|edit| edit.new.start < part.end)
}

/// A finding of a later pass: that there was something, at the end of the text as it was.
fn without_place(finding: Finding, end: usize) -> Finding {
    Finding { span: end..end, ..finding }
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
            for Edit { new: span, .. } in &cleaned.edits {
                rest.push(&cleaned.bytes[at..span.start]);
                at = span.end;
            }
            rest.push(&cleaned.bytes[at..]);
            let mut from = 0;
            for part in rest {
                let found = memchr::memmem::find(&text.as_bytes()[from..], part);
                from += found.expect("it stands there still") + part.len();
            }
            assert_eq!(cleaned.edits.len(), cleaned.removed.len());
        }
    }

    #[test]
    fn what_was_made_up_stays_beside_what_was_left() {
        let scanner = Scanner::new();
        let cleaned = |text: &[u8], key: &[u8]| {
            let way = Replacement::Synthetic(key.to_vec());
            Cleaner::new(&scanner, way, Severity::High).clean(text)
        };
        let first =
            cleaned(["patient=", "Jan", "e Do", "e^Springfield"].concat().as_bytes(), b"one");
        assert!(first.removed.len() == 1 && first.bytes.ends_with(b"^Springfield"));
        assert_eq!(cleaned(&first.bytes, b"two").bytes, first.bytes);
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
