//! HL7 FHIR (R4 and its neighbours), in JSON or read as such: by the data types of elements, in whatever
//! resource they are.

mod query;

use std::collections::HashSet;
use std::ops::Range;

use super::json::{Document, Kind};
use super::keys::{self, Strength};
use super::own::Own;
use super::subject::{is_person, last_part};
use super::{Layout, identifier_type, value};
use crate::age;
use crate::rule::Severity;
use crate::what::What;

/// Whether a document is about resources at all.
pub(super) fn is_fhir(document: &Document<'_>) -> bool {
    memchr::memmem::find(document.text(document.root()), b"\"resourceType\"").is_some()
}

/// Reads a document; `people` is what references call people in it.
pub(super) fn read(document: &Document<'_>, people: &HashSet<&[u8]>, layout: &mut Layout) {
    let first = layout.prose.len();
    let mut reader = Reader { document, people, patients: Vec::new(), is_in_person: false, layout };
    reader.read(document.root(), Place { resource: b"", step: Step::Root(b""), above: None });
    // All of a document with one patient is about that one.
    if let [patient] = reader.patients[..] {
        find_own(document, patient, first, layout);
    }
}

/// Finds what a person is called in the free text from a place on.
fn find_own(document: &Document<'_>, person: usize, first: usize, layout: &mut Layout) {
    let mut own = Own::default();
    for name in elements(document, person, b"name") {
        for part in [&b"family"[..], b"given", b"text"] {
            for number in elements(document, name, part) {
                own.add_name(document.text(number));
            }
        }
    }
    for identifier in elements(document, person, b"identifier") {
        own.add_number(What::Mrn, document.member_text(identifier, b"value"));
    }
    let parts = layout.prose.get(first..).unwrap_or_default().to_owned();
    own.find(document.bytes, &parts, layout);
}

/// The most values that a member is asked for.
const MOST: usize = 32;

/// The values of a member: those of a list, or the only one.
fn elements(document: &Document<'_>, number: usize, name: &[u8]) -> Vec<usize> {
    match document.member(number, name) {
        Some(member) if document.node(member).kind == Kind::Array => {
            document.inside(member).take(MOST).collect()
        }
        member => member.into_iter().collect(),
    }
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
    /// The patients that there are.
    patients: Vec<usize>,
    /// Whether what is read is a part of somebody's resource.
    is_in_person: bool,
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
                self.read_attachment(number);
                if is_person(resource) && !self.is_in_person {
                    self.read_person(number, place);
                    return;
                }
                self.read_members(number, place);
            }
            Kind::Array => {
                if matches!(key, b"parameter" | b"part") {
                    self.read_parameters(number, place);
                }
                for (position, inner) in self.document.inside(number).enumerate() {
                    self.read_keyed(inner, key, place.inside(Step::Index(position)));
                }
            }
            Kind::String => self.read_text(number, key, place),
            Kind::Plain => {}
        }
    }

    /// Takes the title of an attachment for free text (R4, 2.24.0.4): letters are titled with whom they are about.
    fn read_attachment(&mut self, number: usize) {
        let document = self.document;
        if document.member(number, b"contentType").is_some()
            && let Some(title) = document.member(number, b"title")
        {
            self.layout.prose.push(document.node(title).span.clone());
        }
    }

    fn read_members(&mut self, number: usize, place: Place<'_>) {
        for inner in self.document.inside(number) {
            self.read(inner, place.inside(Step::Key(self.document.key(inner))));
        }
    }

    /// Reads the resource of somebody, and finds what they are called in its free text, too.
    fn read_person(&mut self, number: usize, place: Place<'_>) {
        let first = self.layout.prose.len();
        self.is_in_person = true;
        self.read_members(number, place);
        self.is_in_person = false;
        if place.resource == b"Patient" {
            self.patients.push(number);
        }
        find_own(self.document, number, first, self.layout);
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
            b"address" | b"valueAddress" | b"locationAddress"
                if has(b"line") || has(b"city") || has(b"postalCode") || has(b"text") =>
            {
                // Where an organization is, too: a hospital says where its patients live.
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
            b"identifier"
            | b"masterIdentifier"
            | b"accessionIdentifier"
            | b"groupIdentifier"
            | b"requisition"
            | b"valueIdentifier"
            | b"subscriberId"
            | b"reference"
                if has(b"value") =>
            {
                let (what, is_minor) = self.identifier(number, place);
                self.add_member(what, number, b"value", is_minor, place);
            }
            b"request" => {
                self.read_condition(number, place);
                return false;
            }
            b"item" => {
                self.read_answers(number, place);
                return false;
            }
            b"agent" | b"entity" if place.resource == b"AuditEvent" => {
                self.read_audit(number, key, place);
                return false;
            }
            b"photo" => self.add_member(What::Photo, number, b"data", false, place),
            b"subject" | b"patient" | b"beneficiary" | b"subscriber" | b"for"
                if has(b"display") || has(b"identifier") =>
            {
                self.read_subject(number, place);
            }
            _ if (has(b"display") || has(b"identifier")) && self.refers_to_person(number) => {
                self.read_subject(number, place);
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

    /// What an identifier is: by its type, its system, and the resource that has it.
    fn identifier(&self, number: usize, place: Place<'_>) -> (What, bool) {
        let document = self.document;
        let codes = document.member(number, b"type").and_then(|it| document.member(it, b"coding"));
        let code = codes.and_then(|codes| document.inside(codes).next());
        let code = code.map_or(&b""[..], |code| document.member_text(code, b"code"));
        let system = document.member_text(number, b"system");
        let what = identifier_type::in_resource(code).unwrap_or_else(|| match () {
            () if system.ends_with(b"us-ssn") => What::Ssn,
            () if system.ends_with(b"us-mbi") || system.ends_with(b"us-medicare") => {
                What::HealthPlan
            }
            () if place.resource == b"Patient" => What::Mrn,
            () if matches!(place.resource, b"Coverage" | b"InsurancePlan") => What::HealthPlan,
            () if place.resource == b"Account" => What::Account,
            () if place.resource == b"Device" => What::Device,
            () => What::OtherId,
        });
        let is_minor =
            !place.is_person() && !matches!(place.resource, b"Coverage" | b"Account" | b"Device");
        (what, is_minor)
    }

    /// Reads a reference to somebody in care, who may be known by an identifier alone.
    fn read_subject(&mut self, number: usize, place: Place<'_>) {
        let document = self.document;
        self.add_member(What::Name, number, b"display", false, place);
        if let Some(reference) = document.member(number, b"reference") {
            self.read(reference, place.inside(Step::Key(b"reference")));
        }
        let Some(identifier) = document.member(number, b"identifier") else { return };
        let inner = place.inside(Step::Key(b"identifier"));
        let reference = document.member_text(number, b"reference");
        let is_patient = matches!(document.member_text(number, b"type"), b"" | b"Patient")
            && (reference.is_empty() || memchr::memmem::find(reference, b"Patient").is_some());
        let resource = if is_patient { &b"Patient"[..] } else { place.resource };
        if !self.read_type(identifier, b"identifier", Place { resource, ..inner }) {
            self.read(identifier, inner);
        }
    }

    /// Whether a reference is one to a patient or somebody of theirs, whatever refers to it: who takes part in an
    /// appointment, who is paid, who has asked for something (R4, 2.3.0.1 "References").
    fn refers_to_person(&self, number: usize) -> bool {
        let kind = self.document.member_text(number, b"type");
        let reference = self.document.member_text(number, b"reference");
        let of_reference = reference.rsplit(|byte| *byte == b'/').nth(1).unwrap_or_default();
        let resource = if kind.is_empty() { of_reference } else { kind };
        matches!(resource, b"Patient" | b"RelatedPerson" | b"Person")
    }

    /// Reads who did something, or what it was done with, as an event of an audit says (R4, 6.4.6): a patient by
    /// their role or by what is referred to, and else somebody of the staff.
    fn read_audit(&mut self, number: usize, key: &[u8], place: Place<'_>) {
        let document = self.document;
        let refers = |name: &[u8]| {
            document.member(number, name).is_some_and(|inner| self.refers_to_person(inner))
        };
        let role = document
            .member(number, b"role")
            .map_or(&b""[..], |it| document.member_text(it, b"code"));
        let is_patient = refers(b"who") || refers(b"what") || key == b"entity" && role == b"1";
        let is_agent = key == b"agent";
        let name = document.member_text(number, b"name");
        if (is_patient || is_agent) && value::is_beside(What::Name, name) && !name.contains(&b'/') {
            self.add_member(What::Name, number, b"name", !is_patient, place);
        }
        if is_agent {
            self.add_member(What::OtherId, number, b"altId", true, place);
            let network = document.member(number, b"network");
            let address = network.map_or(number, |network| network);
            let name = if network.is_some() { &b"address"[..] } else { b"networkString" };
            if value::has_shape(What::IpAddress, document.member_text(address, name)) {
                self.add_member(What::IpAddress, address, name, true, place);
            }
        }
    }

    /// Reads by which parameters something is looked for before it is made.
    fn read_condition(&mut self, number: usize, place: Place<'_>) {
        let document = self.document;
        let resource = query::resource(document.member_text(number, b"url"));
        let name = b"ifNoneExist";
        let Some(member) = document.member(number, name) else { return };
        let span = document.node(member).span.clone();
        for (what, span) in query::in_parameters(document.bytes, resource, span) {
            self.push(what, span, false, place.inside(Step::Key(name)));
        }
    }

    /// Reads what an item of a questionnaire was answered, if it asks who somebody is.
    fn read_answers(&mut self, number: usize, place: Place<'_>) {
        let document = self.document;
        if place.resource != b"QuestionnaireResponse" {
            return;
        }
        let text = asked(document.member_text(number, b"text"));
        let Some(what) = text.or_else(|| asked(document.member_text(number, b"linkId"))) else {
            return;
        };
        for (position, answer) in elements(document, number, b"answer").into_iter().enumerate() {
            let place = place.inside(Step::Key(b"answer"));
            self.add_value(what, answer, place.inside(Step::Index(position)));
        }
    }

    /// Reads the parameters of an operation, if one of them says by itself that they are about a person in care.
    fn read_parameters(&mut self, list: usize, place: Place<'_>) {
        let document = self.document;
        let known = |number: usize| {
            let (what, strength) = parameter(document.member_text(number, b"name"))?;
            let value = plain_value(document, number)?;
            value::has_shape(what, document.text(value).trim_ascii()).then_some((what, strength))
        };
        let is_strong = |number| known(number).is_some_and(|(_, it)| it == Strength::Strong);
        if !document.inside(list).any(is_strong) {
            return;
        }
        for (position, number) in document.inside(list).enumerate() {
            if let Some((what, _)) = known(number) {
                self.add_value(what, number, place.inside(Step::Index(position)));
            }
        }
    }

    /// Adds the value of an answer or a parameter, if it has the shape of what it is to be.
    fn add_value(&mut self, what: What, object: usize, place: Place<'_>) {
        let Some(number) = plain_value(self.document, object) else { return };
        if value::has_shape(what, self.document.text(number).trim_ascii()) {
            self.add(what, number, false, place.inside(Step::Key(self.document.key(number))));
        }
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
            | b"contentString"
            | b"patientInstruction" => {
                self.layout.prose.push(self.document.node(number).span.clone());
            }
            b"preAuthRef" => self.add(What::OtherId, number, true, place),
            b"authorString" => self.add(What::Name, number, true, place),
            b"url" if memchr::memchr(b'?', text).is_some() => self.read_address(number, place),
            b"display" if is_titled(text) => self.add(What::Name, number, true, place),
            b"id" if place.is_person() => self.add_reference(number, place),
            b"fullUrl" | b"reference" if self.is_of_person(number, place) => {
                self.add_reference(number, place);
            }
            _ if is_date(text) => self.add(What::Date, number, true, place),
            _ => {}
        }
    }

    /// Reads the parameters of a search.
    fn read_address(&mut self, number: usize, place: Place<'_>) {
        let span = self.document.node(number).span.clone();
        for (what, span) in query::in_address(self.document.bytes, span) {
            self.push(what, span, false, place);
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
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80;
        if !matches!(node.kind, Kind::String | Kind::Plain)
            || !text.iter().any(is_word)
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

/// The value of an answer or a parameter that is no object: `valueString`, `valueDate` and the like.
fn plain_value(document: &Document<'_>, object: usize) -> Option<usize> {
    let is_value = |number: &usize| {
        document.key(*number).starts_with(b"value")
            && matches!(document.node(*number).kind, Kind::String | Kind::Plain)
    };
    document.inside(object).take(MOST).find(is_value)
}

/// What a parameter of an operation says: its name may be that of a search parameter.
fn parameter(name: &[u8]) -> Option<(What, Strength)> {
    let strength = match name {
        b"family" | b"given" | b"birthdate" => Strength::Strong,
        _ => Strength::Weak,
    };
    let searched = query::what(name).map(|what| (what, strength));
    searched.or_else(|| keys::key(name))
}

/// What a question asks for: as a name of a column, or in its last words.
fn asked(text: &[u8]) -> Option<What> {
    const LONGEST: usize = 100;
    let text = text.trim_ascii_end();
    let text = text.strip_suffix(b"?").unwrap_or(text);
    let text = text.rsplit(|byte| *byte == b'/').next().filter(|text| text.len() <= LONGEST)?;
    let last = |count: usize| {
        let blank = |byte: &u8| *byte == b' ';
        let spaces = text.iter().enumerate().rev().filter(|(_, byte)| blank(byte));
        spaces.map(|(at, _)| &text[at + 1..]).nth(count - 1).and_then(keys::key)
    };
    let known = keys::key(text).or_else(|| last(3)).or_else(|| last(2));
    known.map(|(what, _)| what)
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

#[cfg(test)]
mod tests {
    use crate::structure::tests::{assert_counts, found_by};

    // Synthetic, and put together so that no scanner stops at this page.
    fn found(text: &str) -> Vec<(String, String)> {
        found_by(super::super::read_json, text)
    }

    fn values(text: &str) -> Vec<String> {
        found(text).into_iter().map(|(_, value)| value).collect()
    }

    #[test]
    fn who_has_no_resource_is_known_by_an_identifier() {
        let number = r#""identifier": {"system": "x", "value": "8817~2635"}"#;
        for (subject, expected) in [
            (format!("{{{number}}}"), Some("mrn")),
            (format!("{{\"type\": \"Patient\", {number}}}"), Some("mrn")),
            (format!("{{\"display\": \"Zwyr~tkova\", {number}}}"), Some("mrn")),
            (format!("{{\"type\": \"Device\", {number}}}"), None),
            (format!("{{\"reference\": \"Group/4\", {number}}}"), None),
        ] {
            let text = format!("{{\"resourceType\": \"Observation\", \"subject\": {subject}}}");
            let findings = crate::Scanner::new().scan(text.replace('~', "").as_bytes());
            let heavy =
                findings.iter().find(|it| it.rule != "name" && it.severity > crate::Severity::Info);
            assert_eq!(heavy.map(|it| &it.rule[..]), expected, "{text}");
        }
    }

    #[test]
    fn people_take_part_in_appointments_and_claims() {
        let person = r#"{"reference": "Patient/p1", "display": "Quiri~nia Zwyr~tkova"}"#;
        let staff = r#"{"reference": "Practitioner/d1", "display": "Quiri~nia Zwyr~tkova"}"#;
        let resource =
            |text: &str, it: &str| format!("{{\"resourceType\": {}}}", text.replace('#', it));
        for text in [
            r#""Appointment", "participant": [{"actor": #}]"#,
            r#""Coverage", "policyHolder": #"#,
            r#""Claim", "payee": {"party": #}"#,
            r#""ExplanationOfBenefit", "payee": {"party": #}"#,
            r#""Communication", "recipient": [#]"#,
            r#""AuditEvent", "entity": [{"what": #}]"#,
        ] {
            assert_eq!(values(&resource(text, person)), ["Quirinia Zwyrtkova"], "{text}");
            assert!(values(&resource(text, staff)).is_empty(), "{text}");
        }
        let claim = r#"{"resourceType": "Claim", "insurance": [{"preAuthRef": ["8817~2635"]}],
            "related": [{"reference": {"system": "x", "value": "8817~2636"}}],
            "accident": {"locationAddress": {"line": ["12 El~m Street"]}}}"#;
        assert_eq!(values(claim), ["88172635", "88172636", "12 Elm Street"]);
    }

    #[test]
    fn events_of_audits_say_who_and_about_whom() {
        let text = r#"{"resourceType": "AuditEvent",
            "agent": [{"altId": "8817~2635", "name": "Quirinia Ro~e", "network": {"address": "192.0.2.7", "type": "2"}},
                {"name": "Device-8", "network": {"address": "ward.local"}}],
            "entity": [{"role": {"code": "1"}, "name": "Quiri~nia Zwyr~tkova"}, {"role": {"code": "4"}, "name": "Quirinia Do~e"},
                {"what": {"reference": "Patient/x"}, "name": "Do~e, Quirinia"}]}"#;
        let findings = crate::Scanner::new().scan(text.replace('~', "").as_bytes());
        let found: Vec<_> = findings
            .iter()
            .map(|it| {
                (it.field.as_deref().unwrap_or_default(), it.severity > crate::Severity::Info)
            })
            .collect();
        assert_eq!(
            found,
            [
                ("AuditEvent.agent[0].altId", false),
                ("AuditEvent.agent[0].name", false),
                ("AuditEvent.agent[0].address", false),
                ("AuditEvent.agent[1].name", false),
                ("AuditEvent.entity[0].name", true),
                ("AuditEvent.entity[2].name", true),
            ]
        );
    }

    #[test]
    fn titles_of_attachments_are_free_text() {
        let attached = |members: &str| {
            let text = format!(
                r#"{{"resourceType": "DocumentReference", "content": [{{"attachment": {{{members}}}}}]}}"#
            );
            let findings = crate::Scanner::new().scan(text.replace('~', "").as_bytes());
            findings.iter().any(|it| it.rule == "name")
        };
        assert!(attached(
            r#""contentType": "text/plain", "title": "Letter about M~s. Quiri~nia Zwyr~tkova""#
        ));
        assert!(!attached(r#""contentType": "text/plain", "title": "Letter of discharge""#));
    }

    #[test]
    fn names_stand_in_the_narrative_of_their_resource() {
        let patient = |family: &str, div: &str| {
            format!(
                r#"{{"resourceType": "Patient", "text": {{"div": "{div}"}}, "name": [{{"family": "{family}"}}]}}"#
            )
        };
        let one = patient("Zwyr~tkova", "<div>Quirinia <b>ZWYR~TKOVA</b></div>");
        assert_eq!(values(&one), ["Zwyrtkova", "ZWYRTKOVA", "ZWYRTKOVA"]);
        // What is about the only patient of a document counts, and else what is their own.
        let report = r#"{"resourceType": "Observation", "note": [{"text": "Ro~e was seen"}]}"#;
        let bundle = |entries: &[&str]| {
            let entries = entries.iter().map(|it| format!("{{\"resource\": {it}}}"));
            let entries = entries.collect::<Vec<_>>().join(", ");
            values(&format!("{{\"resourceType\": \"Bundle\", \"entry\": [{entries}]}}"))
        };
        assert_eq!(bundle(&[&patient("Ro~e", "x"), report]), ["Roe", "Roe"]);
        let two = [&patient("Ro~e", "a Do~e")[..], &patient("Do~e", "a Ro~e"), report];
        assert_eq!(bundle(&two), ["Roe", "Doe"]);
    }

    #[test]
    fn searches_are_for_somebody() {
        let text = r#"{"resourceType": "Bundle", "entry": [
            {"request": {"url": "Patient?family=Zwyr~tkova"}},
            {"request": {"url": "Patient", "ifNoneExist": "identifier=x|8817~2635"}}]}"#;
        let expected = [
            ("Bundle.entry[0].request.url", "Zwyrtkova"),
            ("Bundle.entry[1].request.ifNoneExist", "88172635"),
        ];
        assert_eq!(
            found(text),
            expected.map(|(field, value)| (field.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn answers_are_what_was_asked_for() {
        let item = |asked: &str, answer: &str| format!("{{{asked}, \"answer\": [{{{answer}}}]}}");
        let items = [
            item(
                r#""linkId": "1", "text": "What is your last name?""#,
                r#""valueString": "Zwyr~tkova""#,
            ),
            item(r#""linkId": "/p/m~rn""#, r#""valueString": "8817~2635""#),
            item(r#""linkId": "3", "text": "Pain""#, r#""valueInteger": 8817~2636"#),
            item(r#""linkId": "4", "text": "First name""#, r#""valueString": "N/A""#),
        ];
        let text = |resource: &str| {
            format!("{{\"resourceType\": \"{resource}\", \"item\": [{}]}}", items.join(", "))
        };
        assert_eq!(values(&text("QuestionnaireResponse")), ["Zwyrtkova", "88172635"]);
        assert!(values(&text("Questionnaire")).is_empty());
    }

    #[test]
    fn parameters_are_read_beside_one_that_is_telling() {
        let text = |parameters: &str| {
            values(&format!("{{\"resourceType\": \"Parameters\", \"parameter\": [{parameters}]}}"))
        };
        let name = r#"{"name": "name", "valueString": "Zwyr~tkova"}"#;
        let number = r#"{"name": "m~rn", "valueString": "8817~2635"}"#;
        assert_eq!(text(&format!("{name}, {number}")), ["Zwyrtkova", "88172635"]);
        assert_eq!(text(&format!("{{\"name\": \"x\", \"part\": [{number}]}}")), ["88172635"]);
        assert!(text(name).is_empty());
    }

    #[test]
    fn hostile_resources_end_soon() {
        let open = r#"{"resourceType": "Patient", "name": [{"family": "Abc"}], "contained": ["#;
        let text = "Abc ".repeat(500_000);
        let words = "name=a&".repeat(300_000);
        let parameters = r#"{"name": "m~rn"},"#.repeat(200_000);
        assert_counts(
            found,
            [
                (format!("{}{{\"div\": \"{text}\"}}", open.repeat(90)), 92),
                (format!("{{\"resourceType\": \"Patient\", \"url\": \"Patient?{words}"), 0),
                (format!("{{\"resourceType\": \"Parameters\", \"parameter\": [{parameters}"), 0),
            ],
        );
    }
}
