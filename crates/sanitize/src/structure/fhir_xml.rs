//! HL7 FHIR in XML: read as the same tree that its JSON is, so that the same data types are found under
//! the same names.

use std::ops::Range;

use super::json::{Document, Kind};
use super::xml::{Attributes, Event, Reader};

/// Elements that are lists in JSON, however often they are there.
const LISTS: [&[u8]; 18] = [
    b"name",
    b"given",
    b"prefix",
    b"suffix",
    b"telecom",
    b"address",
    b"line",
    b"identifier",
    b"coding",
    b"contact",
    b"contained",
    b"entry",
    b"extension",
    b"photo",
    b"link",
    b"note",
    b"item",
    b"communication",
];

/// Whether a document is one.
pub(super) fn is_fhir(bytes: &[u8]) -> bool {
    let beginning = &bytes[..bytes.len().min(4096)];
    [&b"\"http://hl7.org/fhir\""[..], b"'http://hl7.org/fhir'"]
        .iter()
        .any(|name| memchr::memmem::find(beginning, name).is_some())
}

/// The document as a tree; as far as there is room for it.
pub(super) fn read(bytes: &[u8]) -> Option<Document<'_>> {
    let mut builder = Builder { bytes, document: Document::new(bytes), open: Vec::new() };
    let mut reader = Reader::new(bytes);
    while let Some(event) = reader.next() {
        let done = match event {
            Event::Start(attributes) => builder.start(reader.name(), attributes, reader.place()),
            Event::End => builder.end(reader.place()),
            Event::Text(_) => Some(()),
        };
        if done.is_none() {
            break;
        }
    }
    (builder.document.len() > 1).then_some(builder.document)
}

/// An element that is open.
enum Open {
    /// It has members: its number and that of the last of them, and the last list among them.
    Object { number: usize, last: usize, list: Option<(usize, usize)> },
    /// It is one with that around it: what `resource` holds.
    Same,
    /// It is a text with tags.
    Div { number: usize },
    /// What is in it does not count.
    Value,
}

struct Builder<'a> {
    bytes: &'a [u8],
    document: Document<'a>,
    open: Vec<Open>,
}

impl<'a> Builder<'a> {
    fn start(&mut self, name: &'a [u8], attributes: Attributes<'a>, place: usize) -> Option<()> {
        let key = self.place_of(name);
        let around = self.open.iter().rposition(|open| !matches!(open, Open::Same));
        let Some(around) = around else {
            let number = self.document.add(None, Kind::Object, 0..self.bytes.len(), None)?;
            self.document.set_resource(number, key);
            self.open.push(Open::Object { number, last: 0, list: None });
            return Some(());
        };
        let Open::Object { number: parent, last, list } = &mut self.open[around] else {
            self.open.push(Open::Value);
            return Some(());
        };
        if name.first().is_some_and(u8::is_ascii_uppercase) {
            self.document.set_resource(*parent, key);
            self.open.push(Open::Same);
            return Some(());
        }
        let (kind, span) = match attributes.value(b"value") {
            Some(value) => (Kind::String, value),
            None if name == b"div" => (Kind::String, place..place),
            None => (Kind::Object, key.clone()),
        };
        let number = if LISTS.contains(&name) {
            let known = list.filter(|(number, _)| self.document.key(*number) == name);
            let (array, before) = match known {
                Some(known) => known,
                None => {
                    let outer = Some((*parent, *last));
                    *last = self.document.add(outer, Kind::Array, key.clone(), Some(key))?;
                    (*last, 0)
                }
            };
            let number = self.document.add(Some((array, before)), kind, span, None)?;
            *list = Some((array, number));
            number
        } else {
            *last = self.document.add(Some((*parent, *last)), kind, span, Some(key))?;
            *last
        };
        let open = match kind {
            Kind::Object => {
                let last = self.attributes(number, attributes)?;
                Open::Object { number, last, list: None }
            }
            _ if name == b"div" => Open::Div { number },
            _ => Open::Value,
        };
        self.open.push(open);
        Some(())
    }

    /// Adds what an element has as attributes, such as the address of an extension.
    fn attributes(&mut self, number: usize, attributes: Attributes<'a>) -> Option<usize> {
        let mut last = 0;
        for (key, value) in attributes.all() {
            if !self.bytes[key.clone()].starts_with(b"xmlns") {
                last = self.document.add(Some((number, last)), Kind::String, value, Some(key))?;
            }
        }
        Some(last)
    }

    fn end(&mut self, place: usize) -> Option<()> {
        if let Open::Div { number } = self.open.pop()? {
            self.document.end_at(number, place);
        }
        Some(())
    }

    /// Where a name stands that was read.
    fn place_of(&self, name: &[u8]) -> Range<usize> {
        let begin = name.as_ptr() as usize - self.bytes.as_ptr() as usize;
        begin..begin + name.len()
    }
}

#[cfg(test)]
mod tests {
    use crate::structure::tests::found_by;

    fn found(text: &str) -> Vec<(String, String)> {
        found_by(super::super::read_xml, text)
    }

    #[test]
    fn elements_have_the_names_that_they_have_in_json() {
        // Synthetic, and put together here so that no scanner stops at this page.
        let patient = [
            "<id value=\"pat4711\"/><text><div xmlns=\"x\"><p>seen</p></div></text>",
            "<extension url=\"x/mothersMaidenName\"><valueString value=\"Do~e\"/></extension>",
            "<identifier><type><coding><code value=\"SS\"/></coding></type><value value=\"536~228145\"/></identifier>",
            "<name><family value=\"Roe\"/><given value=\"Ja~ne\"/><given value=\"Q~ui\"/></name>",
            "<name><text value=\"Ja~ne Doe\"/></name>",
            "<telecom><system value=\"email\"/><value value=\"jane@~clinic.org\"/></telecom>",
            "<birthDate value=\"1980~-01-31\"><extension url=\"y\"><valueString value=\"z\"/></extension></birthDate>",
            "<address><line value=\"1 Nowhere~ Lane\"/><postalCode value=\"62701\"/></address>",
        ];
        let expected = [
            ("Patient.id", "pat4~711"),
            ("Patient.extension[0].valueString", "Do~e"),
            ("Patient.identifier[0].value", "536~228145"),
            ("Patient.name[0].family", "Roe"),
            ("Patient.name[0].given[0]", "Ja~ne"),
            ("Patient.name[0].given[1]", "Q~ui"),
            ("Patient.name[1].text", "Ja~ne Doe"),
            ("Patient.telecom[0].value", "jane@~clinic.org"),
            ("Patient.birthDate", "1980~-01-31"),
            ("Patient.address[0].line[0]", "1 Nowhere~ Lane"),
            ("Patient.address[0].postalCode", "62701"),
        ];
        let expected = expected.map(|(field, value)| (field.to_owned(), value.replace('~', "")));
        let begin = "<?xml version=\"1.0\"?><!-- x -->";
        let inner =
            format!("<Patient xmlns=\"http://hl7.org/fhir\">{}</Patient>", patient.concat());
        assert_eq!(found(&format!("{begin}{inner}")), expected);
        let resource = inner.replace(" xmlns=\"http://hl7.org/fhir\"", "");
        let bundle = format!(
            "{begin}<f:Bundle xmlns:f=\"http://hl7.org/fhir\"><f:entry><f:resource>{resource}</f:resource></f:entry></f:Bundle>"
        );
        assert_eq!(found(&bundle), expected);
    }

    #[test]
    fn text_of_a_narrative_is_prose_and_codes_are_closed() {
        let ssn = ["536", "22", "8145"].join("-");
        let name = ["Ms.", "Quirinia", "Zwyrtkova"].join(" ");
        let text = format!(
            "<Patient xmlns=\"http://hl7.org/fhir\"><text><div><b>SSN {ssn}, {name}</b></div></text><x value=\"{ssn}\"/><y value=\"{name}\"/></Patient>"
        );
        let findings = crate::Scanner::new().scan(text.as_bytes());
        let rules: Vec<&str> = findings.iter().map(|it| &it.rule[..]).collect();
        // What is of a shape that nothing else has counts in codes, too.
        assert_eq!(rules, ["ssn", "name", "ssn"]);
    }

    #[test]
    fn what_is_not_well_formed_ends() {
        let begin = "<Patient xmlns=\"http://hl7.org/fhir\">";
        for text in [
            "",
            "<name>",
            "<div>",
            "</x></y></z>",
            "<A><B><c value=\"1\">",
            "<name/></Patient><name><x/>",
            "<f:><x/></f:>",
        ] {
            found(&format!("{begin}{text}"));
        }
        found(&format!("{begin}{}", "<name>".repeat(100_000)));
        found(&format!("{begin}{}", "<name/>".repeat(100_000)));
        found(&format!("{begin}{}", "</Patient><Patient>".repeat(100_000)));
    }
}
