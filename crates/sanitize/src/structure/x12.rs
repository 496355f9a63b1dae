//! ASC X12 interchanges of health care: 834, 835, 837, 270 and the rest (HIPAA implementation guides
//! 005010).
//!
//! A segment ends with a mark that the header names, else with `~`. Who a loop speaks of is said by the
//! last NM1 or N1 before a segment.

use std::ops::Range;

use super::Layout;
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

pub(super) fn read(bytes: &[u8], layout: &mut Layout) {
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&bytes[at..], b"ISA") {
        let begin = at + found;
        at = begin + 3;
        let Some((element, end_mark)) = marks(&bytes[begin..]) else { continue };
        let end = interchange(bytes, begin, element, end_mark, layout);
        layout.close(begin..end);
        at = end.max(at);
    }
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
    let mut unit = begin;
    while at < bytes.len() {
        let rest = &bytes[at..bytes.len().min(at + LONGEST)];
        let mark = memchr::memchr(end_mark, rest);
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
        // A transaction, and in it a level of a hierarchy, a claim that was paid, or a member: of one person.
        if matches!(name, b"ST" | b"SE" | b"HL" | b"CLP" | b"INS") {
            layout.unit(unit..elements[0].start);
            unit = elements[0].start;
        }
        if name == b"IEA" || is_last {
            at = if is_last { elements[elements.len() - 1].end } else { at };
            break;
        }
    }
    layout.unit(unit..at);
    at
}

/// Where a segment ends that no mark ends: with the line, an element of markup, or a quote that is no apostrophe.
fn end_of_data(segment: &[u8], end_mark: u8) -> Option<usize> {
    let is_letter = |at: Option<usize>| {
        at.and_then(|at| segment.get(at)).is_some_and(|it| it.is_ascii_alphabetic() || *it >= 0x80)
    };
    let ends = |(at, byte): (usize, &u8)| match byte {
        b'\n' | b'\r' | b'"' | b'`' | b'<' => *byte != end_mark,
        b'\'' => !(is_letter(at.checked_sub(1)) && is_letter(Some(at + 1))),
        _ => false,
    };
    segment.iter().enumerate().position(ends)
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

    fn read(&self, who: &mut Who, layout: &mut Layout) {
        let of_staff = *who != Who::Person;
        match self.name {
            b"NM1" => {
                let is_person = self.element(2) == b"1";
                *who = match self.element(1) {
                    // Subscriber, patient, corrected insured, dependent, responsible party, guardian, and who
                    // else belongs to a member in an enrollment.
                    b"IL" | b"QC" | b"74" | b"03" | b"70" | b"S1" | b"S3" | b"QD" | b"GD"
                    | b"LR" | b"E1" | b"EI" | b"EXS" | b"J6" | b"9K" | b"6Y" | b"X4" | b"31"
                    | b"01" | b"GB" | b"2A" | b"NK" => Who::Person,
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
                    _ => Who::Other,
                };
                if *who == Who::Person {
                    self.add(What::Name, 2, false, layout);
                    self.add(What::OtherId, 4, false, layout);
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
                let (what, is_minor) = match self.element(1) {
                    b"SY" => (What::Ssn, false),
                    b"0F" | b"1L" | b"1W" | b"IG" | b"6P" | b"F6" | b"MI" | b"Q4" | b"49" => {
                        (What::HealthPlan, false)
                    }
                    b"EA" => (What::Mrn, false),
                    b"EJ" => (What::Account, false),
                    b"3H" | b"23" | b"ABB" | b"4A" | b"A6" | b"DX" | b"P5" | b"Y4" | b"QQ" => {
                        (What::OtherId, false)
                    }
                    b"XZ" | b"G1" | b"9F" | b"F8" | b"D9" => (What::OtherId, true),
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
            b"NTE" | b"MSG" => {
                let part = self.elements.get(if self.name == b"MSG" { 1 } else { 2 });
                layout.prose.extend(part.cloned());
            }
            b"ST" | b"HL" | b"LX" => *who = Who::Other,
            _ => {}
        }
    }
}
