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

/// Whether a document is one: its first element says so.
pub(super) fn is_fhir(bytes: &[u8]) -> bool {
    const REACH: usize = 4096;
    let beginning = &bytes[..bytes.len().min(REACH)];
    let mut reader = Reader::new(beginning);
    let first = loop {
        match reader.next() {
            Some(Event::Start(attributes)) => break attributes,
            Some(_) => {}
            None => return false,
        }
    };
    first.all().any(|(_, value)| beginning[value] == *NAMESPACE)
}

/// The names of elements of resources are of this namespace.
pub(super) const NAMESPACE: &[u8] = b"http://hl7.org/fhir";

/// Whether the namespace that stands here is said to be that of an element.
pub(super) fn is_namespace(bytes: &[u8], at: usize) -> bool {
    const REACH: usize = 32;
    let before = &bytes[at.saturating_sub(REACH)..at];
    let behind = bytes.get(at + NAMESPACE.len());
    matches!(behind, Some(b'"' | b'\'' | b'\\')) && memchr::memmem::find(before, b"xmlns").is_some()
}

/// Where the next resource begins that stands in a text of another kind, such as the strings of source code; it is looked
/// for from a place on, which goes behind its namespace.
pub(super) fn next_within(bytes: &[u8], at: &mut usize) -> Option<usize> {
    loop {
        let found = *at + memchr::memmem::find(bytes.get(*at..)?, NAMESPACE)?;
        let first = *at;
        *at = found + NAMESPACE.len();
        if is_namespace(bytes, found)
            && let Some(begin) = begin_of_resource(bytes, first..found)
        {
            return Some(begin);
        }
    }
}

/// The resource that begins here, and where it ends; up to where it was read, if it has no end.
pub(super) fn read_within(bytes: &[u8], begin: usize) -> Result<(Document<'_>, usize), usize> {
    let mut builder = Builder::new(bytes);
    let mut reader = Reader::begin(bytes, begin);
    let Some(end) = builder.read(&mut reader) else { return Err(reader.farthest()) };
    builder.document.begin_at(builder.document.root(), begin);
    builder.document.end_at(builder.document.root(), end);
    Ok((builder.document, end))
}

/// Where the tag of a resource begins that is open at the end of a part.
fn begin_of_resource(bytes: &[u8], part: Range<usize>) -> Option<usize> {
    const REACH: usize = 400;
    let first = part.start.max(part.end.saturating_sub(REACH));
    let begin = first + memchr::memrchr(b'<', &bytes[first..part.end])?;
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_');
    let rest = &bytes[begin + 1..part.end];
    let name = &rest[..rest.iter().take_while(is_name).count()];
    let local = name.rsplit(|byte| *byte == b':').next()?;
    local.first().is_some_and(u8::is_ascii_uppercase).then_some(begin)
}

/// The document as a tree; as far as there is room for it.
pub(super) fn read(bytes: &[u8]) -> Option<Document<'_>> {
    let mut builder = Builder::new(bytes);
    let mut reader = Reader::new(bytes);
    while builder.read(&mut reader).is_some() {}
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
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, document: Document::new(bytes), open: Vec::new() }
    }

    /// Reads up to the end of what is around all, and says where that is; nothing where it has none.
    fn read(&mut self, reader: &mut Reader<'a>) -> Option<usize> {
        while let Some(event) = reader.next() {
            match event {
                Event::Start(attributes) => {
                    self.start(reader.name(), attributes, reader.place())?
                }
                Event::End => self.end(reader.place())?,
                Event::Text(_) => continue,
            }
            if self.open.is_empty() {
                return Some(reader.place());
            }
        }
        None
    }

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
    use crate::structure::tests::{assert_counts, found_by};

    fn within(text: &str) -> Vec<(String, String)> {
        found_by(|bytes, layout| super::super::read_fhir_within(bytes, 0, layout), text)
    }

    fn found(text: &str) -> Vec<(String, String)> {
        let read = |bytes: &[u8], layout: &mut crate::structure::Layout| {
            super::super::read_xml(bytes, layout);
        };
        found_by(read, text)
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
    fn resources_stand_in_strings_of_code() {
        // Synthetic, and put together here so that no scanner stops at this page.
        let lines = [
            "<Patient xmlns=\"http://hl7~.org/fhir\">",
            "<name><family value=\"Zw~yr~tkova\"/><given value=\"Ja~ne\"/></name>",
            "<birthDate value=\"1980~-01-31\"/></Patient>",
        ];
        let escaped = |mark: &str| lines.map(|line| line.replace('"', mark));
        for text in [
            format!("x = \"\"\"\n{}\n\"\"\"; a < b", lines.join("\n")),
            format!("String x = \"{}\"; a < b", escaped("\\\"").join("\" +\n  \"")),
            format!("var x = @\"{}\"; a < b", escaped("\"\"").join("\n")),
            format!("x = '{}' if a < b", lines.join("")),
            format!("x = \"{}\" if a < b", escaped("'").join("\"\n\"")),
            format!("{0}\n{0}", format_args!("got {} of <x>", lines.join(""))),
        ] {
            let found = within(&text);
            let expected = [
                ("Patient.name[0].family", "Zwyrtkova"),
                ("Patient.name[0].given[0]", "Jane"),
                ("Patient.birthDate", concat!("1980", "-01-31")),
            ];
            let expected = expected.map(|(field, value)| (field.to_owned(), value.to_owned()));
            assert_eq!(found[..3], expected, "{text}");
            assert_eq!(found.len(), if text.starts_with("got") { 6 } else { 3 }, "{text}");
        }
        for text in [
            "<f:x xmlns:f=\"http://hl7.org/fhir\"><f:name>a</f:name></f:x>",
            "x = \"http://hl7.org/fhir\"; <name><family value=\"Zwyr~tkova\"/></name>",
            "<Patient xmlns=\"http://hl7.org/fhir\"><name><family value=\"Zwyr~tkova\"/></name>",
        ] {
            assert!(within(text).is_empty(), "{text}");
        }
        let texts = ["", "<a \"", "</Patient>", "<name>"].map(|end| {
            let text = format!("<Patient xmlns=\"http://hl7.org/fhir\">{end}");
            (text.repeat(50_000), 0)
        });
        assert_counts(within, texts);
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
