//! ASC X12 interchanges of health care: 270, 276, 278, 820, 834, 835, 837 and the rest (HIPAA implementation guides
//! 005010).
//!
//! A segment ends with a mark that the header names, else with the one that stands where one has to. Who a loop speaks
//! of is said by the last NM1 or N1 before a segment. Parts of interchanges are read as well, and those in the strings
//! of source code, which may be many in a row.

use std::ops::Range;

use super::Layout;
use super::own::Own;
use crate::rule::Severity;
use crate::what::What;

/// How long the header of an interchange is: its elements have fixed lengths.
const HEADER: usize = 106;

/// The longest segment that is looked at, in bytes.
const LONGEST: usize = 1 << 16;

/// Whom a loop speaks of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    /// A patient, a subscriber, or somebody of theirs.
    Person,
    /// Somebody else who is a person: a provider, a contact.
    Staff,
    /// An organization, or nobody yet.
    Other,
}

/// What an interchange begins with.
pub(super) const HEADER_MARK: &[u8] = b"ISA";

/// What a part begins with that has no header. Behind them a mark that ends segments is looked for so far, in bytes.
pub(super) const PARTS: [&[u8]; 5] = [b"ST*", b"ST|", b"NM1*", b"DMG*D8*", b"REF*SY*"];
const LONGEST_FIRST: usize = 400;

/// The longest run of signs between two strings that segments of one part stand in, in bytes.
const LONGEST_GLUE: usize = 120;

pub(super) fn read(bytes: &[u8], layout: &mut Layout) {
    let mut known: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&bytes[at..], HEADER_MARK) {
        let begin = at + found;
        at = begin + 3;
        let Some((element, end_mark)) = marks(&bytes[begin..]) else { continue };
        let end = interchange(bytes, begin, element, end_mark, layout);
        known.push(begin..end);
        at = end.max(at);
    }
    for first in PARTS {
        read_parts(bytes, first, &mut known, layout);
    }
}

/// Reads the parts that begin with such a segment and stand in no other one.
fn read_parts(bytes: &[u8], first: &[u8], known: &mut Vec<Range<usize>>, layout: &mut Layout) {
    let (mut at, mut found) = (0, Vec::new());
    while let Some(next) = memchr::memmem::find(&bytes[at..], first) {
        let begin = at + next;
        at = begin + first.len();
        let before = known.partition_point(|part| part.end <= begin);
        if known.get(before).is_some_and(|part| part.start <= begin) || !begins_here(bytes, begin) {
            continue;
        }
        let element = first[first.len() - 1];
        let rest = &bytes[begin..bytes.len().min(begin + LONGEST_FIRST)];
        let mark = match first.starts_with(b"ST") {
            true => mark_of_transaction(rest, element),
            false => mark_of_segment(rest, element),
        };
        let Some(end_mark) = mark else { continue };
        let end = interchange(bytes, begin, element, end_mark, layout);
        found.push(begin..end);
        at = end.max(at);
    }
    known.extend(found);
    known.sort_by_key(|part| part.start);
}

/// Whether a segment may begin here: not in the middle of a word.
pub(super) fn begins_here(bytes: &[u8], at: usize) -> bool {
    let before = &bytes[..at];
    let is_spelled = matches!(before, [.., b'\\', b'n' | b'r' | b't']);
    is_spelled
        || before.last().is_none_or(|byte| byte.is_ascii_whitespace() || b"\"'`~>=(".contains(byte))
}

/// The mark behind the first segment of a transaction (`ST*837*0001~`), if another segment follows.
fn mark_of_transaction(rest: &[u8], element: u8) -> Option<u8> {
    let mut parts = rest.split(|byte| *byte == element).skip(1);
    let is_kind = |kind: &[u8]| kind.len() == 3 && kind.iter().all(u8::is_ascii_digit);
    parts.next().filter(|kind| is_kind(kind))?;
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == element;
    let length = rest.iter().take_while(|byte| is_part(byte)).count();
    let mark = *rest.get(length).filter(|mark| !mark.is_ascii_alphanumeric() && **mark != b' ')?;
    let next = behind_glue(rest, length + 1, element);
    is_segment(&rest[next..], element).then_some(mark)
}

/// The mark behind a segment that says by itself what it is.
fn mark_of_segment(rest: &[u8], element: u8) -> Option<u8> {
    let all_digits = |text: &[u8]| text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-');
    let end = end_of_data(rest, b'~').unwrap_or(rest.len());
    let is_mark = |place: &usize| {
        rest[*place] == b'~' || matches!(rest[*place..end], [b'\\', b'n' | b'r', ..])
    };
    let found = (0..end).find(is_mark).unwrap_or(end);
    let parts: Vec<&[u8]> = rest[..found].split(|byte| *byte == element).collect();
    let is_one = match parts[..] {
        [b"NM1", who, kind, _, ..] => {
            (2..=3).contains(&who.len())
                && who.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
                && matches!(kind, b"1" | b"2")
        }
        [b"DMG", _, day, ..] => day.len() == 8 && all_digits(day),
        [_, _, number, ..] => number.len() >= 9 && all_digits(number),
        _ => false,
    };
    // What has no mark ends with its line.
    is_one.then(|| rest.get(found).copied().unwrap_or(b'\n'))
}

/// Whether a segment begins a text.
fn is_segment(text: &[u8], element: u8) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let length = text.iter().take(4).take_while(|byte| is_name(byte)).count();
    (2..=3).contains(&length) && text.get(length) == Some(&element) && text[0].is_ascii_uppercase()
}

/// Where the next segment begins behind what stands between two strings of source code; the place itself where none
/// does.
fn behind_glue(bytes: &[u8], from: usize, element: u8) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    let rest = &rest[..rest.len().min(LONGEST_GLUE)];
    // A mark may be spelled out.
    let is_spelled = bytes[..from.min(bytes.len())].ends_with(b"\\");
    let mut at = usize::from(is_spelled && matches!(rest.first(), Some(b'n' | b'r')));
    while at < rest.len() {
        if is_segment(&bytes[from + at..], element) {
            return from + at;
        }
        at += match rest[at..] {
            [b'\\', b'n' | b'r' | b't', ..] => 2,
            // What may stand before a string.
            [
                b'f' | b'b' | b'r' | b'u' | b'F' | b'B' | b'R' | b'U' | b'@' | b'$',
                b'"' | b'\'',
                ..,
            ] => 1,
            [byte, ..] if byte.is_ascii_whitespace() || b"\"'`+.,\\&".contains(&byte) => 1,
            _ => return from,
        };
    }
    from
}

/// The separator of elements and the mark that ends segments.
fn marks(rest: &[u8]) -> Option<(u8, u8)> {
    let element = *rest.get(3)?;
    if element.is_ascii_alphanumeric() || element.is_ascii_whitespace() {
        return None;
    }
    let header = rest.get(..HEADER)?;
    if memchr::memchr_iter(element, header).count() == 16 {
        let mark = header[HEADER - 1];
        let is_mark = mark != element && mark != b' ' && !mark.is_ascii_alphanumeric();
        return is_mark.then_some((element, mark));
    }
    // Somebody changed lengths by hand: the mark is what stands in front of the next segment.
    let group = memchr::memmem::find(&rest[..rest.len().min(2 * HEADER)], b"GS")?;
    let mark = rest[..group].trim_ascii_end().last().copied()?;
    let count = memchr::memchr_iter(element, &rest[..group]).count();
    (count == 16 && !mark.is_ascii_alphanumeric()).then_some((element, mark))
}

/// Reads one interchange, and says where it ends.
fn interchange(
    bytes: &[u8],
    begin: usize,
    element: u8,
    end_mark: u8,
    layout: &mut Layout,
) -> usize {
    let (mut at, mut who) = (begin, Who::Other);
    let (mut unit, mut closed) = (begin, begin);
    let mut notes = Notes::default();
    while at < bytes.len() {
        let next = behind_glue(bytes, at, element);
        if !bytes[at..next].trim_ascii().is_empty() {
            layout.close(closed..at);
            (at, closed) = (next, next);
        }
        let rest = &bytes[at..bytes.len().min(at + LONGEST)];
        let mark = end_of_segment(rest, end_mark);
        let mut length = mark.unwrap_or(rest.len());
        let blank = length - rest[..length].trim_ascii_start().len();
        // The last one may have no mark: it ends with what the interchange stands in.
        let cut = end_of_data(&rest[blank..length], end_mark);
        length = cut.map_or(length, |cut| blank + cut);
        let is_last = cut.is_some() || mark.is_none();
        let segment = at + blank..at + length;
        at = (at + length + 1).min(bytes.len());
        let elements: Vec<Range<usize>> = super::split(bytes, segment, element).collect();
        let Some(name) = elements.first().map(|part| &bytes[part.clone()]) else { break };
        // What is no segment ends the interchange.
        let is_name = (2..=3).contains(&name.len())
            && name.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if !is_name && !name.is_empty() || is_last && elements.len() < 2 {
            at = elements[0].start;
            break;
        }
        let reader = Segment { bytes, name, elements: &elements };
        reader.read(&mut who, layout);
        notes.read(&reader, who, layout);
        // A transaction, and in it a level of a hierarchy, a claim that was paid, a member, or whom a premium is paid
        // for: of one person.
        if matches!(name, b"ST" | b"SE" | b"HL" | b"CLP" | b"INS" | b"ENT") {
            layout.unit(unit..elements[0].start);
            unit = elements[0].start;
        }
        if name == b"IEA" || is_last {
            at = if is_last { elements[elements.len() - 1].end } else { at };
            break;
        }
    }
    notes.finish(bytes, layout);
    layout.unit(unit..at);
    layout.close(closed..at);
    at
}

/// Free text about a person, and what that one is called.
#[derive(Default)]
struct Notes {
    own: Own,
    texts: Vec<Range<usize>>,
}

impl Notes {
    fn read(&mut self, segment: &Segment<'_>, who: Who, layout: &mut Layout) {
        match segment.name {
            b"NM1" if who == Who::Person => {
                (3..=5).for_each(|number| self.own.add_name(segment.element(number)));
                self.own.add_number(What::HealthPlan, segment.element(9));
            }
            b"NTE" | b"MSG" | b"STC" => self.texts.extend(segment.text()),
            // The next one is another person.
            b"ST" | b"INS" | b"CLP" | b"ENT" => self.finish(segment.bytes, layout),
            b"HL" if matches!(segment.element(3), b"22" | b"PT") => {
                self.finish(segment.bytes, layout);
            }
            _ => {}
        }
    }

    fn finish(&mut self, bytes: &[u8], layout: &mut Layout) {
        let Self { own, texts } = std::mem::take(self);
        own.find(bytes, &texts, layout);
    }
}

/// Where a segment ends that no mark ends: with the line, an element of markup, or a quote that is no apostrophe.
fn end_of_data(segment: &[u8], end_mark: u8) -> Option<usize> {
    let ends = |(at, byte): (usize, &u8)| match byte {
        b'\n' | b'\r' | b'"' | b'`' | b'<' => *byte != end_mark,
        b'\'' => !is_apostrophe(segment, at),
        _ => false,
    };
    segment.iter().enumerate().position(ends)
}

/// Where the mark is that ends the segment here. Where that is the quote of the string that it stands in, one behind a
/// backslash may be an apostrophe.
fn end_of_segment(rest: &[u8], end_mark: u8) -> Option<usize> {
    let is_spelled = |at: usize| rest[..at].ends_with(b"\\") && is_apostrophe(rest, at);
    memchr::memchr_iter(end_mark, rest).find(|at| end_mark != b'\'' || !is_spelled(*at))
}

/// Whether a quote is one within a word: a program has a backslash in front of it.
fn is_apostrophe(text: &[u8], at: usize) -> bool {
    let is_letter =
        |byte: Option<&u8>| byte.is_some_and(|it| it.is_ascii_alphabetic() || *it >= 0x80);
    let before = &text[..at];
    let before = before.strip_suffix(b"\\").unwrap_or(before);
    is_letter(before.last()) && is_letter(text.get(at + 1))
}

struct Segment<'a> {
    bytes: &'a [u8],
    name: &'a [u8],
    elements: &'a [Range<usize>],
}

impl Segment<'_> {
    fn element(&self, number: usize) -> &[u8] {
        self.elements.get(number).map_or(&b""[..], |part| self.bytes[part.clone()].trim_ascii())
    }

    fn add(&self, what: What, number: usize, is_minor: bool, layout: &mut Layout) {
        let Some(part) = self.elements.get(number) else { return };
        let span = super::trimmed(self.bytes, part.clone());
        let content = &self.bytes[span.clone()];
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80;
        if super::is_template(content) || !content.iter().any(is_word) {
            return;
        }
        let is_letter = content.len() == 1 && !content[0].is_ascii_digit();
        let is_minor = is_minor || is_letter;
        let severity = if is_minor { Severity::Info } else { what.rule().severity };
        let mut finding = what.found_as(severity, span);
        finding.field = Some(self.path(number));
        layout.findings.push(finding);
    }

    /// What is free text.
    fn text(&self) -> Option<Range<usize>> {
        let number = match self.name {
            b"MSG" => 1,
            b"STC" => 12,
            _ => 2,
        };
        self.elements.get(number).cloned()
    }

    /// `NM1*IL.03`: the segment, what says of whom it speaks, and the element.
    fn path(&self, number: usize) -> String {
        let name = String::from_utf8_lossy(self.name);
        let qualifier = match self.name {
            b"NM1" | b"N1" | b"REF" | b"DTP" | b"PER" => self.element(1),
            _ => b"",
        };
        let is_plain = qualifier.len() <= 3 && qualifier.iter().all(u8::is_ascii_alphanumeric);
        match is_plain && !qualifier.is_empty() {
            true => format!("{name}*{}.{number:02}", String::from_utf8_lossy(qualifier)),
            false => format!("{name}.{number:02}"),
        }
    }

    /// Reads for whom a premium is paid (820, loop 2000B): an individual, or who has a number of one.
    fn read_entity(&self, layout: &mut Layout) {
        let what = match (self.element(2), self.element(3)) {
            (_, b"34" | b"SY") => What::Ssn,
            (_, b"MI") => What::HealthPlan,
            (b"2J", _) => What::OtherId,
            _ => return,
        };
        self.add(what, 4, false, layout);
    }

    /// Reads what a premium is paid of (820, loop 2300): a policy or an account.
    fn read_remittance(&self, is_minor: bool, layout: &mut Layout) {
        let what = match self.element(1) {
            b"AZ" | b"IG" | b"ID" => What::HealthPlan,
            b"11" => What::Account,
            _ => return,
        };
        self.add(what, 2, is_minor, layout);
    }

    /// Reads what a claim of somebody is known by (277, loop 2200D): by the account that the provider has given it,
    /// or by the number of a request.
    fn read_trace(&self, layout: &mut Layout) {
        match self.element(1) {
            b"2" => self.add(What::Account, 2, false, layout),
            _ => self.add(What::OtherId, 2, true, layout),
        }
    }

    fn read(&self, who: &mut Who, layout: &mut Layout) {
        let of_staff = *who != Who::Person;
        match self.name {
            b"NM1" => {
                let is_person = self.element(2) == b"1";
                *who = match self.element(1) {
                    // Subscriber, patient, corrected insured, dependent, responsible party, guardian, who else
                    // belongs to a member in an enrollment, and for whom a premium is paid.
                    b"IL" | b"QC" | b"74" | b"03" | b"70" | b"S1" | b"S3" | b"QD" | b"GD"
                    | b"LR" | b"E1" | b"EI" | b"EXS" | b"J6" | b"9K" | b"6Y" | b"X4" | b"31"
                    | b"01" | b"GB" | b"2A" | b"NK" | b"QE" | b"EY" => Who::Person,
                    _ if is_person => Who::Staff,
                    _ => Who::Other,
                };
                if *who == Who::Other {
                    return;
                }
                let of_staff = *who == Who::Staff;
                for number in 3..=5 {
                    self.add(What::Name, number, of_staff, layout);
                }
                let what = match self.element(8) {
                    b"34" | b"SY" => What::Ssn,
                    b"MI" | b"MR" | b"HN" | b"C1" => What::HealthPlan,
                    b"XX" => What::Npi,
                    _ => What::OtherId,
                };
                self.add(what, 9, of_staff, layout);
            }
            b"N1" => {
                *who = match self.element(1) {
                    b"QC" | b"IL" | b"74" | b"31" => Who::Person,
                    // Who pays a premium may be a person, who has such a number.
                    _ if self.element(3) == b"34" => Who::Person,
                    _ => Who::Other,
                };
                if *who == Who::Person {
                    self.add(What::Name, 2, false, layout);
                    let is_ssn = self.element(3) == b"34";
                    self.add(if is_ssn { What::Ssn } else { What::OtherId }, 4, false, layout);
                }
            }
            b"N3" if *who != Who::Other => {
                self.add(What::Address, 1, of_staff, layout);
                self.add(What::Address, 2, of_staff, layout);
            }
            b"N4" if *who != Who::Other => {
                self.add(What::Address, 1, of_staff, layout);
                self.add(What::Zip, 3, of_staff, layout);
            }
            b"DMG" => self.add(What::BirthDate, 2, false, layout),
            b"DTP" => self.add(What::Date, 3, false, layout),
            b"PAT" => self.add(What::Date, 6, false, layout),
            b"INS" => self.add(What::Date, 12, false, layout),
            b"REF" => {
                // Data element 128.
                let (what, is_minor) = match self.element(1) {
                    b"SY" => (What::Ssn, false),
                    b"0F" | b"1L" | b"1W" | b"IG" | b"6P" | b"F6" | b"MI" | b"Q4" | b"49"
                    | b"GH" | b"HJ" | b"NQ" => (What::HealthPlan, false),
                    b"EA" => (What::Mrn, false),
                    b"EJ" => (What::Account, false),
                    b"3H" | b"23" | b"ABB" | b"4A" | b"A6" | b"DX" | b"P5" | b"Y4" | b"QQ"
                    | b"28" | b"6O" => (What::OtherId, false),
                    b"XZ" | b"G1" | b"9F" | b"F8" | b"D9" | b"1K" | b"9A" | b"9C" | b"BB"
                    | b"G3" | b"NT" | b"ZZ" => (What::OtherId, true),
                    _ => return,
                };
                self.add(what, 2, is_minor, layout);
            }
            b"PER" => {
                let is_minor = *who != Who::Person;
                self.add(What::Name, 2, true, layout);
                for number in [3, 5, 7] {
                    let what = match self.element(number) {
                        b"EM" => What::Email,
                        b"FX" => What::Fax,
                        b"TE" | b"HP" | b"WP" | b"CP" | b"AP" | b"BN" => What::Phone,
                        b"UR" => What::Url,
                        _ => continue,
                    };
                    self.add(what, number + 1, is_minor, layout);
                }
            }
            b"CLM" => self.add(What::Account, 1, false, layout),
            b"CLP" => {
                self.add(What::Account, 1, false, layout);
                self.add(What::OtherId, 7, true, layout);
            }
            b"SBR" => self.add(What::HealthPlan, 3, false, layout),
            b"DTM" => self.add(What::Date, 2, false, layout),
            b"COB" => self.add(What::HealthPlan, 2, false, layout),
            b"HCR" => self.add(What::OtherId, 2, true, layout),
            b"PWK" => self.add(What::OtherId, 6, true, layout),
            b"ENT" => {
                *who = Who::Other;
                self.read_entity(layout);
            }
            b"RMR" => self.read_remittance(of_staff, layout),
            b"TRN" if !of_staff => self.read_trace(layout),
            b"NTE" | b"MSG" | b"STC" => layout.prose.extend(self.text()),
            b"ST" | b"HL" | b"LX" => *who = Who::Other,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structure::tests::{assert_counts, found_by};

    // Synthetic. `#` stands for `~`, which stands for nothing.
    fn values(text: &str) -> Vec<String> {
        let read = |bytes: &[u8], layout: &mut Layout| {
            let text = String::from_utf8_lossy(bytes).replace('#', "~");
            super::read(text.as_bytes(), layout);
        };
        found_by(read, text).into_iter().map(|(_, value)| value).collect()
    }

    const FOUND: [&str; 6] =
        ["ZWYRTKOVA", "QUIRINIA", "W982713645", "12 ELM STREET", "19620110", "536228145"];

    #[test]
    fn transactions_need_no_header() {
        for (element, mark) in [("*", "#"), ("*", "\n"), ("*", "\r\n"), ("|", "#\n"), ("*", "'")] {
            let segments = [
                "GS*HC*S*R*2021~0101*1200*1*X*005010X222A1",
                "S~T*837*0001*005010X222A1",
                "BHT*0019*00*1",
                "N~M1*IL*1*ZWYR~TKOVA*QUIRINIA****MI*W9827~13645",
                "N3*12 E~LM STREET",
                "D~MG*D8*1962~0110*F",
                "R~EF*SY*53622~8145",
                "SE*8*0001",
                "",
            ];
            let text = segments.join(mark).replace('*', element);
            assert_eq!(values(&text), FOUND, "{text}");
            assert_eq!(values(&format!("x\n{text}y * z")), FOUND, "{text}");
        }
        for text in
            ["S~T*837*0001#", "S~T*837*0001 and so on", "TEST*837*1#BHT*1#", "ST*1*1#BHT*1#"]
        {
            assert!(values(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn segments_stand_in_strings_of_code() {
        let lines = [
            "N~M1*IL*1*ZWYR~TKOVA*QUIRINIA****MI*W9827~13645#",
            "N3*12 E~LM STREET#",
            "D~MG*D8*1962~0110*F#",
            "R~EF*SY*53622~8145#",
        ];
        for (begin, between, end) in [
            ("x = (\"", "\"\n    \"", "\")\n"),
            ("x = \"", "\" + \n\t\"", "\";"),
            ("x = '", "\\n' \\\n '", "'"),
            ("x = [f'", "',\n f'", "']"),
            ("x = `", "\n", "`"),
            ("$x = \"", "\" .\n \"", "\";"),
        ] {
            let text = format!("y = 5 * 4\n{begin}{}{end} z = 4 * 5", lines.join(between));
            assert_eq!(values(&text), FOUND, "{text}");
            // Without marks.
            let bare = text.replace('#', "");
            let is_list = between.contains(',');
            assert_eq!(values(&bare)[..3], FOUND[..3], "{bare}");
            assert!(!is_list || values(&bare) == FOUND, "{bare}");
        }
        let spelled = format!("x = \"{}\"", lines.join("\\n").replace('#', ""));
        assert_eq!(values(&spelled), FOUND, "{spelled}");
        for text in [
            "\"N~M1*IL*1*{last}*{first}****MI*{number}#\"",
            "N~M1*IL*x*ZWYR~TKOVA",
            "AN~M1*IL*1*ZWYR~TKOVA#",
            "D~MG*D8*{}*F#",
            "R~EF*SY*number#",
        ] {
            assert!(values(text).is_empty(), "{text} {:?}", values(text));
        }
    }

    #[test]
    fn what_stands_between_strings_is_open() {
        let text = "\"ST*837*0001~\"\n  + \"BHT*0019~\" y";
        let mut layout = Layout::default();
        super::read(text.as_bytes(), &mut layout);
        let closed: Vec<&str> = layout.closed.iter().map(|part| &text[part.clone()]).collect();
        assert_eq!(closed, ["ST*837*0001~", "BHT*0019~"]);
    }

    #[test]
    fn notes_call_somebody_by_name() {
        let notes = |who: &str| {
            let text = format!(
                "S~T*837*0001#BHT*1#N~M1*{who}*1*ZWYR~TKOVA*QUIRINIA#NTE*ADD*QUIRINIA ZWYR~TKOVA CALLED#S~T*837*2#NTE*ADD*QUIRINIA#"
            );
            values(&text)
        };
        assert_eq!(notes("IL"), ["ZWYRTKOVA", "QUIRINIA", "QUIRINIA ZWYRTKOVA"]);
        assert_eq!(notes("82"), ["ZWYRTKOVA", "QUIRINIA"]);
    }

    /// What is found in a transaction from a severity on, by field.
    fn fields(kind: &str, segments: &[&str], least: Severity) -> Vec<(String, String)> {
        let text = format!("S~T*{kind}*0001#{}#SE*9*0001#", segments.join("#"));
        let text = text.replace('~', "").replace('#', "~");
        let mut layout = Layout::default();
        super::read(text.as_bytes(), &mut layout);
        let found = layout.findings.into_iter().filter(|it| it.severity >= least);
        found.map(|it| (it.field.unwrap_or_default(), text[it.span].to_owned())).collect()
    }

    fn assert_fields(kind: &str, segments: &[&str], expected: &[(&str, &str)]) {
        let expected: Vec<(String, String)> = expected
            .iter()
            .map(|(field, value)| ((*field).into(), value.replace('~', "")))
            .collect();
        assert_eq!(fields(kind, segments, Severity::Low), expected, "{segments:?}");
    }

    #[test]
    fn premiums_are_paid_for_somebody() {
        let segments = [
            "BPR*I*1200*C*ACH*CCP*01*199999999*DA*98~7654321",
            "N1*PE*HEALTH PLAN*FI*12~3456789",
            "N1*PR*ZWYR~TKOVA QUIRINIA*34*53622~8145",
            "ENT*1*2J*34*53622~8146",
            "N~M1*QE*1*ROE*JA~NE",
            "RMR*AZ*W9827~13645**150",
            "REF*BB*8817~2635",
            "ENT*2*2J*EI*8817~2636",
            "N~M1*EY*1*DOE*JA~NE",
            "RMR*IK*8817~2637**150",
        ];
        assert_fields(
            "820",
            &segments,
            &[
                ("N1*PR.02", "ZWYRTKOVA QUIRINIA"),
                ("N1*PR.04", "53622~8145"),
                ("ENT.04", "53622~8146"),
                ("NM1*QE.03", "ROE"),
                ("NM1*QE.04", "JANE"),
                ("RMR.02", "W9827~13645"),
                ("ENT.04", "8817~2636"),
                ("NM1*EY.03", "DOE"),
                ("NM1*EY.04", "JANE"),
            ],
        );
        let all = fields("820", &segments, Severity::Info);
        assert!(all.iter().any(|(field, _)| field == "REF*BB.02"), "{all:?}");
        // Of organizations nothing is found.
        let company =
            ["N1*PR*ACME*FI*12~3456789", "ENT*1*2L*EI*12~3456789", "RMR*IK*8817~2635**150"];
        assert!(fields("820", &company, Severity::Info).is_empty());
    }

    #[test]
    fn claims_and_requests_have_numbers_of_their_own() {
        assert_fields(
            "277",
            &[
                "HL*1**20*1",
                "N~M1*PR*2*PAYER*****PI*8817~2635",
                "TRN*1*8817~2636",
                "HL*4*3*PT",
                "N~M1*QC*1*ROE*JA~NE****MI*W9827~13645",
                "TRN*2*8817~2637",
                "STC*A1:19*2021~0101*WQ*100********PATIENT ROE CALLED",
                "REF*1K*8817~2638",
            ],
            &[
                ("NM1*QC.03", "ROE"),
                ("NM1*QC.04", "JANE"),
                ("NM1*QC.09", "W9827~13645"),
                ("TRN.02", "8817~2637"),
                ("", "ROE"),
            ],
        );
        let review =
            ["HL*3*2*EV*0", "HCR*A1*8817~2635", "PWK*77*BM***AC*8817~2636", "REF*NT*8817~2637"];
        assert!(fields("278", &review, Severity::Low).is_empty());
        assert_eq!(fields("278", &review, Severity::Info).len(), 3);
    }

    #[test]
    fn members_have_other_insurances() {
        assert_fields(
            "834",
            &[
                "INS*Y*18",
                "REF*28*8817~2635",
                "COB*P*8817~2636*1",
                "REF*6P*8817~2637",
                "REF*17*8817~2638",
            ],
            &[("REF*28.02", "8817~2635"), ("COB.02", "8817~2636"), ("REF*6P.02", "8817~2637")],
        );
    }

    #[test]
    fn hostile_parts_end_soon() {
        assert_counts(
            values,
            [
                ("N~M1*IL*1*A#NTE*ADD*A A#S~T*837*1#".repeat(50_000), 99_999),
                ("S~T*837*".repeat(200_000), 0),
                ("S~T*837*1#".repeat(200_000), 0),
                ("\"N~M1*IL*1*".repeat(200_000), 0),
                ("N~M1*IL*1*ABC#\" \"".repeat(100_000), 100_000),
                (format!("N~M1*IL*1*ABC#{}", "\"".repeat(1_000_000)), 1),
                ("D~MG*D8*".repeat(200_000), 0),
            ],
        );
    }
}
