//! Clinical documents (HL7 CDA release 2, C-CDA): by the elements of their header, whoever's they are, and in their
//! narrative what the patient of the header is called.

use std::ops::Range;

use super::keys::{self, Strength};
use super::own::Own;
use super::xml::{Attributes, Event, Reader};
use super::{Layout, value};
use crate::age;
use crate::rule::Severity;
use crate::what::What;

/// Whether a document is one.
pub(super) fn is_ccda(bytes: &[u8]) -> bool {
    memchr::memmem::find(&bytes[..bytes.len().min(1 << 14)], b"ClinicalDocument").is_some()
}

/// Elements that speak of relatives, if what they are is said to be so.
const RELATIVES: [&[u8]; 4] =
    [b"relatedEntity", b"associatedEntity", b"relatedSubject", b"guardian"];

/// Elements that speak of staff and organizations.
const STAFF: [&[u8]; 7] = [
    b"assignedAuthor",
    b"assignedEntity",
    b"intendedRecipient",
    b"assignedCustodian",
    b"participantRole",
    b"scopingOrganization",
    b"healthCareFacility",
];

/// The roots of object identifiers that say what a number is (HL7 OID registry).
const SSN: &[u8] = b"2.16.840.1.113883.4.1";
const NPI: &[u8] = b"2.16.840.1.113883.4.6";
const LICENSES: &[u8] = b"2.16.840.1.113883.4.3.";
const MEDICARE: &[u8] = b"2.16.840.1.113883.4.572";

/// Codes of observations that are ages (SNOMED CT: age at onset, age at death; LOINC: age).
const AGES: [&[u8]; 3] = [b"445518008", b"397659008", b"30525-0"];

pub(super) fn read(bytes: &[u8], layout: &mut Layout) {
    let mut reader = Reader::new(bytes);
    // How deep the element is that speaks of a colleague, whatever its name.
    let mut colleague = None;
    // Whether the observation that is read is the age of somebody.
    let mut is_age = false;
    let mut narrative = Narrative { first: layout.prose.len(), ..Narrative::default() };
    while let Some(event) = reader.next() {
        let is_minor = colleague.is_some() || !is_of_patient(&reader);
        match event {
            Event::Start(attributes) => {
                if colleague.is_none() && is_colleague(reader.name(), attributes) {
                    colleague = Some(reader.stack.len());
                }
                let is_minor = is_minor || colleague.is_some();
                match reader.name() {
                    b"observation" => is_age = false,
                    b"code" => is_age = AGES.contains(&attributes.text(b"code")),
                    b"value" if is_age && age::is_over(attributes.text(b"value")) => {
                        let span = attributes.value(b"value").expect("it has a text");
                        add(bytes, &reader, What::Age, span, false, layout);
                    }
                    _ => {}
                }
                read_attributes(bytes, &reader, attributes, is_minor, layout);
                narrative.learn_number(&reader, attributes);
            }
            Event::Text(span) => {
                narrative.read(bytes, &reader, span.clone(), layout);
                read_text(bytes, &reader, span, is_minor, layout);
            }
            Event::End => {
                colleague = colleague.filter(|depth| *depth < reader.stack.len());
                narrative.end(reader.name());
            }
        }
    }
    narrative.find_own(bytes, layout);
}

/// Elements of a narrative that do not end a line (CDA release 2, 4.3.5).
const INLINE: [&[u8]; 7] =
    [b"content", b"sub", b"sup", b"br", b"linkHtml", b"footnote", b"footnoteRef"];

/// What a document says in sentences.
#[derive(Default)]
struct Narrative {
    /// The patient.
    own: Own,
    /// The first of its parts among those of free text.
    first: usize,
    titles: Vec<Range<usize>>,
    /// What stands before a text on its line.
    before: Option<Range<usize>>,
}

impl Narrative {
    fn learn_number(&mut self, reader: &Reader<'_>, attributes: Attributes<'_>) {
        if let [.., b"patientRole", b"id"] = reader.stack[..] {
            let is_ssn = attributes.text(b"root") == SSN;
            let what = if is_ssn { What::Ssn } else { What::Mrn };
            self.own.add_number(what, attributes.text(b"extension"));
        }
    }

    fn read(&mut self, bytes: &[u8], reader: &Reader<'_>, span: Range<usize>, layout: &mut Layout) {
        match reader.stack[..] {
            [.., b"patient", b"name"] | [.., b"patient", b"name", b"given" | b"family"] => {
                self.own.add_name(&bytes[span]);
            }
            [.., b"title"] => self.titles.push(span),
            _ if reader.is_within(b"text") => {
                let told = self.before.replace(span.clone());
                if let Some(what) = told.and_then(|told| told_by(&bytes[told])) {
                    let span = without_stop(bytes, span);
                    if value::is_literal(what, &bytes[span.clone()]) {
                        add(bytes, reader, what, span, false, layout);
                    }
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &[u8]) {
        if !INLINE.contains(&name) {
            self.before = None;
        }
    }

    /// Finds what the patient is called in titles and sentences.
    fn find_own(&self, bytes: &[u8], layout: &mut Layout) {
        let prose = layout.prose.get(self.first..).unwrap_or_default();
        let parts: Vec<Range<usize>> = self.titles.iter().chain(prose).cloned().collect();
        self.own.find(bytes, &parts, layout);
    }
}

/// What a text says by its last words of that behind it, if they say so by themselves: `MRN:`.
fn told_by(text: &[u8]) -> Option<What> {
    let last = &text[text.len().saturating_sub(keys::LONGEST)..];
    let is_cut = last.len() < text.len();
    let blanks = last.iter().enumerate().filter(|(_, byte)| byte.is_ascii_whitespace());
    let begins = blanks.map(|(at, _)| at + 1).chain((!is_cut).then_some(0));
    let known = begins.filter_map(|at| keys::key(&last[at..]));
    known.filter(|(_, strength)| *strength == Strength::Strong).map(|(what, _)| what).next()
}

/// A text without the stop or comma at its end.
fn without_stop(bytes: &[u8], span: Range<usize>) -> Range<usize> {
    let text = &bytes[span.clone()];
    span.start..span.end - usize::from(matches!(text.last(), Some(b'.' | b',' | b';')))
}

/// Whether a participant is no relative and no contact of the patient (HL7 vocabulary, RoleClass).
fn is_colleague(name: &[u8], attributes: Attributes<'_>) -> bool {
    const THEIRS: [&[u8]; 9] =
        [b"NOK", b"ECON", b"CON", b"CAREGIVER", b"GUARD", b"PRS", b"AGNT", b"HLD", b"POLHOLD"];
    name == b"associatedEntity" && !THEIRS.contains(&attributes.text(b"classCode"))
}

/// Whether what is read speaks of the patient or somebody of theirs.
fn is_of_patient(reader: &Reader<'_>) -> bool {
    let scope =
        reader.stack.iter().rev().find(|name| {
            **name == b"patientRole" || RELATIVES.contains(name) || STAFF.contains(name)
        });
    scope.is_some_and(|name| !STAFF.contains(name))
}

fn read_attributes(
    bytes: &[u8],
    reader: &Reader<'_>,
    attributes: Attributes<'_>,
    is_minor: bool,
    layout: &mut Layout,
) {
    let mut add = |what: What, name: &[u8], is_minor: bool| {
        if let Some(span) = attributes.value(name) {
            add(bytes, reader, what, span, is_minor, layout);
        }
    };
    match reader.name() {
        // Who looks after a patient says where they are, as names of hospitals in sentences do.
        b"id" if !is_clinical_statement(reader) => {
            add(identifier(reader, attributes.text(b"root")), b"extension", is_minor);
        }
        b"telecom" => add(address(attributes.text(b"value")), b"value", is_minor),
        // A year alone is no date of a person.
        b"birthTime" => {
            add(What::BirthDate, b"value", is_minor || attributes.text(b"value").len() <= 4);
        }
        b"deceasedTime" => add(What::Date, b"value", is_minor),
        b"effectiveTime" | b"time" | b"low" | b"high" | b"center" => {
            add(What::Date, b"value", true);
        }
        _ => {}
    }
}

/// What an identifier is, by who gives it or whose it is.
fn identifier(reader: &Reader<'_>, root: &[u8]) -> What {
    match root {
        SSN => What::Ssn,
        NPI => What::Npi,
        MEDICARE => What::HealthPlan,
        _ if root.starts_with(LICENSES) => What::License,
        _ if reader.is_within(b"patientRole") => What::Mrn,
        _ => What::OtherId,
    }
}

/// What an address is at which somebody can be reached.
fn address(value: &[u8]) -> What {
    let value = value.to_ascii_lowercase();
    match () {
        () if value.starts_with(b"mailto:") || value.contains(&b'@') => What::Email,
        () if value.starts_with(b"fax:") => What::Fax,
        () if value.starts_with(b"http") => What::Url,
        () => What::Phone,
    }
}

/// Whether an id is that of an entry, not of somebody.
fn is_clinical_statement(reader: &Reader<'_>) -> bool {
    let outer = reader.stack.iter().rev().nth(1).copied().unwrap_or_default();
    !(RELATIVES.contains(&outer)
        || STAFF.contains(&outer)
        || matches!(outer, b"patientRole" | b"patient" | b"providerOrganization"))
}

fn read_text(
    bytes: &[u8],
    reader: &Reader<'_>,
    span: Range<usize>,
    is_minor: bool,
    layout: &mut Layout,
) {
    let what = match reader.name() {
        b"given" | b"family" => What::Name,
        b"name" if reader.stack.iter().rev().nth(1) == Some(&&b"patient"[..]) => What::Name,
        b"streetAddressLine" | b"city" | b"county" | b"houseNumber" | b"streetName" | b"addr" => {
            What::Address
        }
        b"postalCode" => What::Zip,
        _ if reader.is_within(b"text") => {
            layout.prose.push(span);
            return;
        }
        _ => return,
    };
    add(bytes, reader, what, span, is_minor, layout);
}

fn add(
    bytes: &[u8],
    reader: &Reader<'_>,
    what: What,
    span: Range<usize>,
    is_minor: bool,
    layout: &mut Layout,
) {
    let mut span = super::trimmed(bytes, span);
    let text = &bytes[span.clone()];
    for scheme in [&b"tel:"[..], b"mailto:", b"fax:"] {
        if text.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme)) {
            span.start += scheme.len();
        }
    }
    let text = &bytes[span.clone()];
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80;
    if super::is_template(text) || !text.iter().any(is_word) {
        return;
    }
    let is_letter = text.len() == 1 && !text[0].is_ascii_digit();
    let is_minor = is_minor || is_letter;
    let severity = if is_minor { Severity::Info } else { what.rule().severity };
    let mut finding = what.found_as(severity, span);
    finding.field = Some(path(reader));
    layout.findings.push(finding);
}

/// The last elements on the way, such as `patientRole/name/given`.
fn path(reader: &Reader<'_>) -> String {
    let known = |name: &&[u8]| {
        **name == *b"patientRole" || RELATIVES.contains(name) || STAFF.contains(name)
    };
    let begin = reader.stack.iter().rposition(known);
    let begin = begin.unwrap_or(reader.stack.len().saturating_sub(3));
    let names: Vec<_> = reader.stack[begin..].iter().map(|name| super::plain_name(name)).collect();
    names.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structure::tests::plain;

    // Synthetic; `~` stands for nothing.
    #[test]
    fn what_the_patient_is_called_stands_in_the_narrative() {
        let found = |narrative: &str| -> Vec<String> {
            let header = "<recordTarget><patientRole><id extension=\"8817~2635\"/><patient><name><given>Quirinia</given>\
                          <family>Zwyr~tkova</family></name></patient></patientRole></recordTarget>";
            let text = plain(&format!(
                "<ClinicalDocument><title>CCD of Quirinia ZWYR~TKOVA</title>{header}<component><section><title>x</title>\
                 <text>{narrative}</text></section></component></ClinicalDocument>"
            ));
            let mut layout = Layout::default();
            read(text.as_bytes(), &mut layout);
            layout.findings.into_iter().skip(3).map(|it| text[it.span].to_owned()).collect()
        };
        for (narrative, expected) in [
            ("Zwyr~tkova, Quirinia was seen", &["Zwyrtkova, Quirinia"][..]),
            ("No. <content>8817~2635</content>", &["88172635"]),
        ] {
            let expected = [&["Quirinia ZWYRTKOVA"][..], expected].concat();
            assert_eq!(found(narrative), expected, "{narrative}");
        }
        for (narrative, expected) in [
            ("<paragraph>Seen. M~RN: <content>8817~2699</content>, x</paragraph>", "88172699"),
            ("<content>SSN</content> <content>536-22~-8145</content>.", "536-22~-8145"),
        ] {
            assert_eq!(found(narrative), [&plain(expected), "Quirinia ZWYRTKOVA"], "{narrative}");
        }
        for narrative in [
            "<paragraph>M~RN</paragraph><paragraph>8817~2699</paragraph>",
            "M~RN <content>of the patient</content>",
            "room <content>8817~2699</content>",
        ] {
            assert_eq!(found(narrative), ["Quirinia ZWYRTKOVA"], "{narrative}");
        }
    }

    #[test]
    fn ids_of_who_looks_after_a_patient_are_of_little_weight_and_not_of_none() {
        // Synthetic.
        let id =
            |digit: u8| format!("<id root=\"2.16.840.1.113883.4.6\" extension=\"{digit}19BX\"/>");
        let (carer, author) = (id(1), id(2));
        let text = format!(
            "<ClinicalDocument><recordTarget><patientRole><providerOrganization>{carer}</providerOrganization>\
             </patientRole></recordTarget><author><assignedAuthor>{author}</assignedAuthor></author></ClinicalDocument>"
        );
        let mut layout = Layout::default();
        read(text.as_bytes(), &mut layout);
        let found: Vec<_> =
            layout.findings.iter().map(|it| (&text[it.span.clone()], it.severity)).collect();
        assert_eq!(found, [("119BX", Severity::Low), ("219BX", Severity::Info)]);
    }
}
