//! HL7 FHIR (R4 and its neighbours), in JSON or read as such: by the data types of elements, in whatever
//! resource they are.

use std::collections::HashSet;
use std::ops::Range;

use super::Layout;
use super::json::{Document, Kind};
use super::subject::{is_person, last_part};
use crate::age;
use crate::rule::Severity;
use crate::what::What;

/// Whether a document is about resources at all.
pub(super) fn is_fhir(document: &Document<'_>) -> bool {
    memchr::memmem::find(document.text(document.root()), b"\"resourceType\"").is_some()
}

/// Reads a document; `people` is what references call people in it.
pub(super) fn read(document: &Document<'_>, people: &HashSet<&[u8]>, layout: &mut Layout) {
    let mut reader = Reader { document, people, layout };
    reader.read(document.root(), Place { resource: b"", step: Step::Root(b""), above: None });
}

/// Where a value is. What is above it is asked only where something is found.
#[derive(Clone, Copy)]
struct Place<'a> {
    resource: &'a [u8],
    step: Step<'a>,
    above: Option<&'a Place<'a>>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    /// The value is a resource of this type, or nothing that has one.
    Root(&'a [u8]),
    Key(&'a [u8]),
    Index(usize),
}

impl<'a> Place<'a> {
    /// Whether it is in a resource about a person.
    fn is_person(&self) -> bool {
        is_person(self.resource)
    }

    fn inside(&'a self, step: Step<'a>) -> Self {
        Self { resource: self.resource, step, above: Some(self) }
    }

    /// `Patient.name[0].family`, from the innermost resource on.
    fn path(&self) -> String {
        let (mut steps, mut next) = (Vec::new(), Some(self));
        while let Some(place) = next {
            match place.step {
                Step::Root(name) => {
                    steps.push(super::plain_name(name));
                    break;
                }
                Step::Key(name) => steps.push(format!(".{}", super::plain_name(name))),
                Step::Index(position) => steps.push(format!("[{position}]")),
            }
            next = place.above;
        }
        steps.reverse();
        steps.concat().trim_start_matches('.').to_owned()
    }
}

/// From so many signs on an id says which one somebody is.
const SHORTEST_ID: usize = 4;

struct Reader<'a, 'b> {
    document: &'a Document<'a>,
    people: &'b HashSet<&'a [u8]>,
    layout: &'b mut Layout,
}

impl Reader<'_, '_> {
    fn read(&mut self, number: usize, place: Place<'_>) {
        let node = self.document.node(number);
        let key = self.document.key(number);
        match node.kind {
            Kind::Object => {
                let resource = self.document.resource(number);
                let root = Place { resource, step: Step::Root(resource), above: None };
                let place = if resource.is_empty() { place } else { root };
                if self.read_type(number, key, place) {
                    return;
                }
                for inner in self.document.inside(number) {
                    self.read(inner, place.inside(Step::Key(self.document.key(inner))));
                }
            }
            Kind::Array => {
                for (position, inner) in self.document.inside(number).enumerate() {
                    self.read_keyed(inner, key, place.inside(Step::Index(position)));
                }
            }
            Kind::String => self.read_text(number, key, place),
            Kind::Plain => {}
        }
    }

    /// Reads a value of an array as if it had the array's name.
    fn read_keyed(&mut self, number: usize, key: &[u8], place: Place<'_>) {
        match self.document.node(number).kind {
            Kind::Object if self.read_type(number, key, place) => {}
            Kind::String => self.read_text(number, key, place),
            _ => self.read(number, place),
        }
    }

    /// Reads an object of a data type that says who somebody is; `false` where it is another one.
    fn read_type(&mut self, number: usize, key: &[u8], place: Place<'_>) -> bool {
        let document = self.document;
        let has = |name: &[u8]| document.member(number, name).is_some();
        match key {
            b"name" | b"valueHumanName" if has(b"family") || has(b"given") || has(b"text") => {
                for name in [&b"family"[..], b"given", b"text"] {
                    self.add_member(What::Name, number, name, false, place);
                }
            }
            b"address" | b"valueAddress"
                if has(b"line") || has(b"city") || has(b"postalCode") || has(b"text") =>
            {
                for name in [&b"line"[..], b"city", b"district", b"text"] {
                    self.add_member(What::Address, number, name, false, place);
                }
                self.add_member(What::Zip, number, b"postalCode", false, place);
            }
            b"telecom" | b"valueContactPoint" if has(b"value") => {
                let what = match document.member_text(number, b"system") {
                    b"email" => What::Email,
                    b"fax" => What::Fax,
                    b"url" => What::Url,
                    _ => What::Phone,
                };
                self.add_member(what, number, b"value", !place.is_person(), place);
            }
            b"identifier" if has(b"value") => {
                let (what, is_minor) = self.identifier(number, place);
                self.add_member(what, number, b"value", is_minor, place);
            }
            b"photo" => self.add_member(What::Photo, number, b"data", false, place),
            b"subject" | b"patient" | b"beneficiary" | b"subscriber" if has(b"display") => {
                self.add_member(What::Name, number, b"display", false, place);
                if let Some(reference) = document.member(number, b"reference") {
                    self.read(reference, place.inside(Step::Key(b"reference")));
                }
            }
            // The data type Age, and the same of a person in extensions.
            b"onsetAge" | b"abatementAge" | b"ageAge" | b"deceasedAge" | b"performedAge"
            | b"valueAge"
                if is_years(document.member_text(number, b"code"))
                    || is_years(document.member_text(number, b"unit")) =>
            {
                let value = document.member(number, b"value").map(|it| document.text(it));
                if value.is_some_and(age::is_over) {
                    self.add_member(What::Age, number, b"value", false, place);
                }
            }
            b"extension" => {
                let url = document.member_text(number, b"url");
                if !url.ends_with(b"mothersMaidenName") {
                    return false;
                }
                self.add_member(What::Name, number, b"valueString", false, place);
            }
            _ => return false,
        }
        true
    }

    /// What an identifier is: by its type (HL7 table 0203), its system, and the resource that has it.
    fn identifier(&self, number: usize, place: Place<'_>) -> (What, bool) {
        let document = self.document;
        let codes = document.member(number, b"type").and_then(|it| document.member(it, b"coding"));
        let code = codes.and_then(|codes| document.inside(codes).next());
        let code = code.map_or(&b""[..], |code| document.member_text(code, b"code"));
        let system = document.member_text(number, b"system");
        let what = match code {
            b"MR" | b"MRN" | b"PI" | b"PT" => What::Mrn,
            b"SS" | b"SB" => What::Ssn,
            b"DL" | b"PPN" | b"LN" | b"MD" | b"DEA" => What::License,
            b"MB" | b"MC" | b"MA" | b"SN" | b"HC" | b"NIIP" => What::HealthPlan,
            b"AN" | b"VN" | b"FI" => What::Account,
            b"UDI" | b"SNO" | b"SER" => What::Device,
            b"NPI" => What::Npi,
            _ if system.ends_with(b"us-ssn") => What::Ssn,
            _ if system.ends_with(b"us-mbi") || system.ends_with(b"us-medicare") => {
                What::HealthPlan
            }
            _ if place.resource == b"Patient" => What::Mrn,
            _ if matches!(place.resource, b"Coverage" | b"InsurancePlan") => What::HealthPlan,
            _ if place.resource == b"Account" => What::Account,
            _ if place.resource == b"Device" => What::Device,
            _ => What::OtherId,
        };
        let is_minor =
            !place.is_person() && !matches!(place.resource, b"Coverage" | b"Account" | b"Device");
        (what, is_minor)
    }

    fn read_text(&mut self, number: usize, key: &[u8], place: Place<'_>) {
        let text = self.document.text(number);
        match key {
            b"birthDate" => self.add(What::BirthDate, number, false, place),
            b"deceasedDateTime" => self.add(What::Date, number, false, place),
            b"subscriberId" | b"policyHolderId" => self.add(What::HealthPlan, number, false, place),
            b"serialNumber" | b"carrierHRF" | b"deviceIdentifier" => {
                self.add(What::Device, number, false, place)
            }
            b"div"
            | b"valueString"
            | b"comment"
            | b"description"
            | b"conclusion"
            | b"text"
            | b"note"
            | b"patientInstruction" => {
                self.layout.prose.push(self.document.node(number).span.clone());
            }
            b"display" if is_titled(text) => self.add(What::Name, number, true, place),
            b"id" if place.is_person() => self.add_reference(number, place),
            b"fullUrl" | b"reference" if self.is_of_person(number, place) => {
                self.add_reference(number, place);
            }
            _ if is_date(text) => self.add(What::Date, number, true, place),
            _ => {}
        }
    }

    /// Whether a reference or an address is that of a person, or of what a person refers to.
    fn is_of_person(&self, number: usize, place: Place<'_>) -> bool {
        let (bytes, span) = (self.document.bytes, &self.document.node(number).span);
        let last = last_part(bytes, span);
        let before = bytes[span.start..last.start].strip_suffix(b"/").unwrap_or_default();
        let resource = before.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        place.is_person() || is_person(resource) || self.people.contains(&bytes[last])
    }

    /// Adds what is the same of a reference, an address and an id. The shortest say nothing of anybody.
    fn add_reference(&mut self, number: usize, place: Place<'_>) {
        let span = last_part(self.document.bytes, &self.document.node(number).span);
        if span.len() >= SHORTEST_ID && !super::is_template(&self.document.bytes[span.clone()]) {
            self.push(What::OtherId, span, true, place);
        }
    }

    fn add_member(
        &mut self,
        what: What,
        object: usize,
        name: &[u8],
        is_minor: bool,
        place: Place<'_>,
    ) {
        let Some(member) = self.document.member(object, name) else { return };
        let place = place.inside(Step::Key(name));
        match self.document.node(member).kind {
            Kind::Array => {
                for (position, inner) in self.document.inside(member).enumerate() {
                    self.add(what, inner, is_minor, place.inside(Step::Index(position)));
                }
            }
            _ => self.add(what, member, is_minor, place),
        }
    }

    fn add(&mut self, what: What, number: usize, is_minor: bool, place: Place<'_>) {
        let node = self.document.node(number);
        let mut span = super::trimmed(self.document.bytes, node.span.clone());
        let text = &self.document.bytes[span.clone()];
        if !matches!(node.kind, Kind::String | Kind::Plain)
            || text.is_empty()
            || text == b"null"
            || super::is_template(text)
        {
            return;
        }
        if let Some(rest) = text.strip_prefix(b"tel:").or(text.strip_prefix(b"mailto:")) {
            span.start = span.end - rest.len();
        }
        self.push(what, span, is_minor, place);
    }

    fn push(&mut self, what: What, span: Range<usize>, is_minor: bool, place: Place<'_>) {
        let severity = if is_minor { Severity::Info } else { what.rule().severity };
        let mut finding = what.found_as(severity, span);
        finding.field = Some(place.path());
        self.layout.findings.push(finding);
    }
}

/// Whether a unit is years (UCUM), or a word for it.
fn is_years(unit: &[u8]) -> bool {
    matches!(unit, b"a" | b"yr" | b"yrs" | b"year" | b"years" | b"y")
}

/// Whether a text is a name with a title, as references to staff are shown.
fn is_titled(text: &[u8]) -> bool {
    [&b"Dr. "[..], b"Mr. ", b"Mrs. ", b"Ms. ", b"Prof. "]
        .iter()
        .any(|title| text.starts_with(title))
}

/// Whether a text is a date with a day, with or without a time.
fn is_date(text: &[u8]) -> bool {
    let Some(date) = text.get(..10) else { return false };
    let is_form = date.iter().enumerate().all(|(place, byte)| match place {
        4 | 7 => *byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    is_form && text.get(10).is_none_or(|byte| *byte == b'T')
}
