//! What stands below a word for whom it is about, such as `patient`, where nothing in it says so by itself: blocks of
//! YAML, elements of XML and objects of code. (Those of JSON are read as records.)
//!
//! There has to be a name beyond doubt below the word; what is beside that is looked at, too.

use std::ops::Range;

use super::keys;
use super::lines::{self, Line};
use super::xml::{Event, Reader};
use super::{Layout, brackets, value};
use crate::what::What;

/// Whom a word says that what is below it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Somebody in care.
    Patient,
    /// Somebody who is insured.
    Insured,
    /// Somebody of a group, or what is written about, or a program that listens.
    Perhaps,
}

/// The longest word for somebody, in bytes.
const LONGEST_WORD: usize = 24;

/// Whom a word is for, whatever its capitals are and its marks between words.
pub(super) fn role(word: &[u8]) -> Option<Role> {
    const PATIENTS: [&[u8]; 7] = [
        b"patient",
        b"patients",
        b"patientname",
        b"patientinfo",
        b"patientinformation",
        b"patientdetails",
        b"patientdemographics",
    ];
    const INSURED: [&[u8]; 7] = [
        b"subscriber",
        b"subscribers",
        b"subscribername",
        b"beneficiary",
        b"beneficiaries",
        b"insured",
        b"guarantor",
    ];
    const OTHERS: [&[u8]; 4] = [b"subject", b"subjects", b"member", b"members"];
    if word.len() > LONGEST_WORD {
        return None;
    }
    let (mut letters, mut count) = ([0; LONGEST_WORD], 0);
    for byte in word.iter().filter(|byte| !matches!(byte, b'_' | b'-' | b' ')) {
        letters[count] = byte.to_ascii_lowercase();
        count += 1;
    }
    let letters = &letters[..count];
    match () {
        () if PATIENTS.contains(&letters) => Some(Role::Patient),
        () if INSURED.contains(&letters) => Some(Role::Insured),
        () if OTHERS.contains(&letters) => Some(Role::Perhaps),
        () => None,
    }
}

/// Whether a name is one of a part of what is said of somebody.
pub(super) fn is_part(name: &[u8]) -> bool {
    const PARTS: [&[u8]; 15] = [
        b"name",
        b"names",
        b"fullname",
        b"legal_name",
        b"legalname",
        b"address",
        b"addresses",
        b"contact",
        b"contacts",
        b"telecom",
        b"phone",
        b"demographics",
        b"details",
        b"identifiers",
        b"personal",
    ];
    PARTS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// What is known of somebody.
#[derive(Clone, Copy, Default)]
pub(super) struct Known {
    has_name: bool,
    has_more: bool,
    has_address: bool,
}

impl Known {
    /// Learns what a field holds.
    pub fn add(&mut self, what: What, text: &[u8]) {
        match what {
            What::Name => self.has_name |= value::is_literal(what, text),
            // What people in care are asked for, and others are not.
            What::BirthDate | What::Age | What::Ssn | What::Mrn | What::HealthPlan => {
                self.has_more |= value::has_shape(what, text);
            }
            What::Phone | What::Address | What::Zip => {
                self.has_address |= value::has_shape(what, text);
            }
            _ => {}
        }
    }

    /// Whether what is below a word is about a person: where that may be anybody, what only people in care are asked
    /// for has to stand beside the name; of who is insured also where they live or a telephone number.
    pub fn is_about(self, role: Role) -> bool {
        let is_sure = match role {
            Role::Patient => true,
            Role::Insured => self.has_more || self.has_address,
            Role::Perhaps => self.has_more,
        };
        self.has_name && is_sure
    }
}

/// So much below a word is read, in bytes and in lines.
const LONGEST: usize = 8 << 10;
const MOST_LINES: usize = 400;

/// How deep elements that are read may be in the one of the word.
const DEEPEST: usize = 3;

/// What was found below a word.
type Found = Vec<(What, String, Range<usize>)>;

/// Up to where all was read below a word, and up to where something was.
struct Read {
    all: usize,
    some: usize,
}

/// Reads what is below the word that a stem is a part of; says up to where all was looked at, if it is about somebody.
pub(super) fn read(bytes: &[u8], stem: &Range<usize>, layout: &mut Layout) -> Option<usize> {
    let word = word_around(bytes, stem);
    let role = role(&bytes[word.clone()])?;
    if !layout.is_open(&word) || layout.is_too_much() {
        return None;
    }
    let mut found = Found::new();
    let read = in_element(bytes, &word, &mut found)
        .or_else(|| in_lines(bytes, &word, &mut found))
        .or_else(|| in_brackets(bytes, &word, &mut found))?;
    let mut known = Known::default();
    for (what, _, span) in &found {
        known.add(*what, &bytes[span.clone()]);
    }
    if !known.is_about(role) {
        layout.spend(read.some.saturating_sub(word.start));
        return None;
    }
    found.retain(|(.., span)| layout.is_open(span));
    for (what, field, span) in found {
        let mut finding = value::as_found(bytes, what, span);
        finding.field = Some(format!("{}.{field}", String::from_utf8_lossy(&bytes[word.clone()])));
        layout.findings.push(finding);
    }
    Some(read.all)
}

/// The word that a stem is a part of.
fn word_around(bytes: &[u8], stem: &Range<usize>) -> Range<usize> {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let first = stem.start.saturating_sub(LONGEST_WORD);
    let last = bytes.len().min(stem.end + LONGEST_WORD);
    let before = bytes[first..stem.start].iter().rev().take_while(is_part).count();
    let behind = bytes[stem.end..last].iter().take_while(is_part).count();
    stem.start - before..stem.end + behind
}

/// Reads the element that the word is the name of. One of many has elements for each of them.
fn in_element(bytes: &[u8], word: &Range<usize>, found: &mut Found) -> Option<Read> {
    let is_prefix = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let before = &bytes[word.start.saturating_sub(LONGEST_WORD)..word.start];
    let prefix = before
        .strip_suffix(b":")
        .map_or(0, |before| 1 + before.iter().rev().take_while(is_prefix).count());
    let begin = word.start.checked_sub(prefix + 1).filter(|at| bytes[*at] == b'<')?;
    if bytes[word.clone()].ends_with(b"s") {
        return None;
    }
    let mut reader = Reader::begin(&bytes[..bytes.len().min(begin + LONGEST)], begin);
    let mut first_other = None;
    while let Some(event) = reader.next() {
        let depth = reader.stack.len();
        let is_near = depth <= DEEPEST
            && reader.stack.get(1..depth - 1).unwrap_or_default().iter().all(|it| is_part(it));
        match event {
            Event::Text(span) if is_near && depth > 1 => add(bytes, reader.name(), span, found),
            Event::Start(attributes) if is_near && (depth == 1 || is_part(reader.name())) => {
                attributes.all().for_each(|(key, value)| add(bytes, &bytes[key], value, found));
            }
            Event::Start(_) => first_other = first_other.or(Some(reader.place())),
            Event::End if depth == 1 => break,
            _ => {}
        }
    }
    let some = reader.place();
    Some(Read { all: first_other.unwrap_or(some), some })
}

/// Adds the value of a name, if it is one.
fn add(bytes: &[u8], name: &[u8], span: Range<usize>, found: &mut Found) {
    let Some((what, _)) = keys::key(name) else { return };
    if lines::is_value(what, name, &bytes[span.clone()]) {
        found.push((what, String::from_utf8_lossy(keys::plain(name)).into_owned(), span));
    }
}

/// Reads the lines below one that has nothing but the word and a colon: those that stand further to the right.
fn in_lines(bytes: &[u8], word: &Range<usize>, found: &mut Found) -> Option<Read> {
    let head = Line::at(bytes, word.start)?;
    if !head.opens(bytes) || bytes[head.span.start..word.start].trim_ascii().len() > 2 {
        return None;
    }
    let (first, mut end) = (head.span.end, head.span.end);
    // The block that is passed over, and the first of them.
    let (mut passed, mut first_other) = (None, None);
    for _ in 0..MOST_LINES {
        let next = (end < bytes.len() && end - first < LONGEST).then(|| Line::at(bytes, end + 1));
        let Some(line) = next.flatten().filter(|it| !it.is_blank && it.column > head.column) else {
            break;
        };
        end = line.span.end;
        if passed.is_some_and(|column| line.column > column) {
            continue;
        }
        passed = None;
        let part = line.span.start + line.column..line.span.end;
        if line.opens(bytes) {
            passed = Some(line.column).filter(|_| !is_part(name_of(&bytes[part.clone()])));
            first_other = first_other.or(passed.map(|_| part.start));
        } else {
            found.extend(lines::value(bytes, part, true));
        }
    }
    Some(Read { all: first_other.unwrap_or(end), some: end })
}

/// The name that a line begins with.
fn name_of(line: &[u8]) -> &[u8] {
    let end = memchr::memchr(b':', line).unwrap_or(line.len());
    let name = line[..end].trim_ascii();
    name.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\"")).unwrap_or(name)
}

/// Reads the brackets that the word is given.
fn in_brackets(bytes: &[u8], word: &Range<usize>, found: &mut Found) -> Option<Read> {
    const REACH: usize = 64;
    let rest = &bytes[word.end..bytes.len().min(word.end + REACH)];
    let is_mark = |byte: &&u8| b"\\\"':=> \t\r\n".contains(byte);
    let marks = rest.iter().take_while(is_mark).count();
    let is_given = memchr::memchr2(b':', b'=', &rest[..marks]).is_some();
    let open = word.end + marks;
    if !is_given || !matches!(bytes.get(open), Some(b'{' | b'[')) {
        return None;
    }
    let (all, some) = brackets::values(bytes, open, is_part, found);
    Some(Read { all, some })
}

#[cfg(test)]
mod tests {
    use crate::structure::tests::{assert_counts, found_by, plain, read_assigned};

    // Synthetic; `~` stands for nothing.
    fn found(text: &str) -> Vec<(String, String)> {
        found_by(read_assigned, text)
    }

    fn assert_found(text: &str, expected: &[(&str, &str)]) {
        let mut found = found(text);
        found.sort();
        let mut expected: Vec<(String, String)> =
            expected.iter().map(|(field, value)| ((*field).to_owned(), plain(value))).collect();
        expected.sort();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn names_stand_below_a_word_for_somebody() {
        for text in [
            "patient:\n  name: Ja~ne Ro~e\n",
            "x: 1\npatient: # the first\n  id: 7\n  name: \"Ja~ne Ro~e\"\n\nname: Ma~ry Doe\n",
            "- patient:\n    name: Ja~ne Ro~e\n    doctor_of:\n      name: Ma~ry Doe\n",
            "{\"x\": [1, {\"patient\": {\"name\": \"Ja~ne Ro~e\"}}",
            "const x = { patient: { name: 'Ja~ne Ro~e' } };",
            "patient: {name: Ja~ne Ro~e}\n",
            "<a><patient><name>Ja~ne Ro~e</name></patient></a>",
            "<x:patient id=\"1\"><name>Ja~ne Ro~e</name><doctor><name>Ma~ry Doe</name></doctor></x:patient>",
            "<patient name=\"Ja~ne Ro~e\"/>",
        ] {
            assert_found(text, &[("patient.name", "Ja~ne Ro~e")]);
        }
        for text in [
            "patient:\n  name:\n    first: Ja~ne\n    last: Ro~e\n  phone: 212-736~-5000\n",
            "patient = {\"name\": {\"first\": \"Ja~ne\", \"last\": \"Ro~e\"}, \"phone\": \"212-736~-5000\"}",
            "<patient><name><first>Ja~ne</first><last>Ro~e</last></name><phone>212-736~-5000</phone></patient>",
        ] {
            assert_found(
                text,
                &[
                    ("patient.first", "Ja~ne"),
                    ("patient.last", "Ro~e"),
                    ("patient.phone", "212-736~-5000"),
                ],
            );
        }
        let list = "patients:\n- name: Ja~ne Ro~e\n  city: Springfield 7\n- name: Ma~ry Doe\n";
        assert_eq!(found(list).len(), 3, "{:?}", found(list));
    }

    #[test]
    fn members_and_subjects_may_be_anybody() {
        for role in ["member", "subject"] {
            let of = |more: &str| found(&format!("{role}:\n  name: Ja~ne Ro~e\n  {more}\n")).len();
            assert_eq!(of("phone: 212-736~-5000"), 0, "{role}");
            assert_eq!(of("a~ge: 93"), 2, "{role}");
        }
        for role in ["subscriber", "insured", "guarantor"] {
            let of = |more: &str| found(&format!("{role}:\n  name: Ja~ne Ro~e\n  {more}\n")).len();
            assert_eq!((of("kind: x"), of("phone: 212-736~-5000")), (0, 2), "{role}");
        }
    }

    #[test]
    fn words_for_somebody_with_no_name_below_say_nothing() {
        for text in [
            "patient:\n  name: string\n  first: firstName\n",
            "patient:\n  name: Patient Name\n  city: Boston 5\n",
            "patient:\nname: Ja~ne Ro~e\n",
            "the patient: who\n  name: Ja~ne Ro~e\n",
            "patient: x\n  name: Ja~ne Ro~e\n",
            "clinic:\n  name: Ja~ne Ro~e\n",
            "<patient><name>{{ name }}</name></patient>",
            "<patient/><name>Ja~ne Ro~e</name>",
            "<patient><doctor><name>Ma~ry Doe</name></doctor></patient>",
            "def patient(name): return {name: 'Ja~ne Ro~e'}",
            "interface X { patient: { name: string; phone: string } }",
        ] {
            assert_found(text, &[]);
        }
    }

    #[test]
    fn hostile_words_end_soon() {
        let texts = [
            ("patient:\n", 0),
            ("patient:\n  name: A\n", 0),
            ("<patient>", 0),
            ("<patient><name>", 0),
            ("patient: {", 0),
            ("patient: ", 0),
            ("<patient a=\"", 0),
            ("patient:\n  x:\n    ", 0),
        ];
        assert_counts(found, texts.map(|(text, count)| (text.repeat(50_000), count)));
        let nested: String = (0..500).map(|it| format!("{}patient:\n", " ".repeat(it))).collect();
        assert_counts(found, [(nested.repeat(10), 0)]);
    }
}
