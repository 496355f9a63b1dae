//! Objects of JSON that are records of people, whoever writes them: by the names of their members.

use std::ops::Range;

use super::json::{Document, Kind};
use super::keys::{self, Strength};
use super::{Layout, value};
use crate::what::What;

pub(super) fn read(document: &Document<'_>, layout: &mut Layout) {
    let mut reader = Reader { document, layout, path: Vec::new() };
    reader.read(document.root(), None, false);
}

/// How many steps of a way are shown.
const LONGEST_PATH: usize = 8;

/// A way from a value to one inside of it.
enum Step<'a> {
    Member(&'a [u8]),
    Item(usize),
}

struct Reader<'a, 'b> {
    document: &'a Document<'a>,
    layout: &'b mut Layout,
    path: Vec<Step<'a>>,
}

impl<'a> Reader<'a, '_> {
    /// Reads what is in an object or an array. `named` is what the name of the array says, and
    /// `is_beside` whether the object around is a record.
    fn read(&mut self, number: usize, named: Option<What>, is_beside: bool) {
        let document = self.document;
        match document.node(number).kind {
            Kind::Object => {
                let is_record = self.is_record(number);
                if is_record {
                    self.layout.unit(document.node(number).span.clone());
                }
                let is_of_record = is_record || is_beside || self.has_record(number);
                for inner in document.inside(number) {
                    let name = document.key(inner);
                    let what = keys::key(name)
                        .filter(|(what, strength)| is_of_record || is_telling(*what, *strength))
                        .map(|(what, _)| what);
                    let is_keyed = self.add_key(inner);
                    self.path.push(Step::Member(name));
                    self.visit(inner, what, is_record || is_keyed);
                    self.path.pop();
                }
            }
            Kind::Array => {
                for (position, inner) in document.inside(number).enumerate() {
                    self.path.push(Step::Item(position));
                    self.visit(inner, named, is_beside);
                    self.path.pop();
                }
            }
            Kind::String | Kind::Plain => {}
        }
    }

    fn visit(&mut self, number: usize, what: Option<What>, is_beside: bool) {
        let node = self.document.node(number);
        match (node.kind, what) {
            (Kind::Object | Kind::Array, _) => self.read(number, what, is_beside),
            (Kind::String | Kind::Plain, Some(what)) => self.add(what, node.span.clone()),
            (Kind::String | Kind::Plain, None) => {}
        }
    }

    /// Adds the name of a member that is the number of somebody, where its value is a record; says whether it is.
    fn add_key(&mut self, number: usize) -> bool {
        let node = self.document.node(number);
        let Some(key) = node.key.clone().filter(|_| node.kind == Kind::Object) else {
            return false;
        };
        let name = self.document.key(number);
        let is_digits = (5..=12).contains(&name.len()) && name.iter().all(u8::is_ascii_digit);
        let what = match () {
            () if name.len() == 11 && value::has_shape(What::Ssn, name) => What::Ssn,
            () if is_digits && self.is_of_patients() && value::has_shape(What::Mrn, name) => {
                What::Mrn
            }
            () => return false,
        };
        let is_person = self.document.inside(number).any(|inner| {
            let text = self.document.text(inner).trim_ascii();
            keys::key(self.document.key(inner)).is_some_and(|(what, _)| {
                self.document.node(inner).kind == Kind::String && value::has_shape(what, text)
            })
        });
        if is_person {
            let mut finding = value::as_found(self.document.bytes, what, key);
            finding.field = Some(self.path());
            self.layout.unit(node.span.clone());
            self.layout.findings.push(finding);
        }
        is_person
    }

    /// Whether the last name on the way says that what is inside is of people in care.
    fn is_of_patients(&self) -> bool {
        const NAMES: [&[u8]; 6] =
            [b"patients", b"patient", b"members", b"subscribers", b"mrns", b"patientsbymrn"];
        let is_one = |name: &[u8]| NAMES.iter().any(|known| known.eq_ignore_ascii_case(name));
        matches!(self.path.last(), Some(Step::Member(name)) if is_one(name))
    }

    /// Whether a member of an object says by itself that it is about a person in care. The name alone, as
    /// in a schema, does not, and neither does a name of somebody that may be a label.
    fn is_record(&self, object: usize) -> bool {
        self.document.inside(object).any(|inner| match keys::key(self.document.key(inner)) {
            Some((what, Strength::Strong)) => {
                let text = self.document.text(inner).trim_ascii();
                matches!(self.document.node(inner).kind, Kind::String | Kind::Plain)
                    && match what {
                        What::Name | What::Address => value::is_literal(what, text),
                        _ => value::has_shape(what, text),
                    }
            }
            _ => false,
        })
    }

    /// Whether an object has one in it that is such a record. One in a list is another person.
    fn has_record(&self, object: usize) -> bool {
        let is_object = |inner: &usize| self.document.node(*inner).kind == Kind::Object;
        self.document.inside(object).filter(is_object).any(|inner| self.is_record(inner))
    }

    fn add(&mut self, what: What, span: Range<usize>) {
        if let Some(mut finding) = value::found(self.document.bytes, span, what) {
            finding.field = Some(self.path());
            self.layout.findings.push(finding);
        }
    }

    /// `patients[3].dob`. A name that is not known may be data, and is `*`, and so is a long way.
    fn path(&self) -> String {
        let first = self.path.len().saturating_sub(LONGEST_PATH);
        let mut text = String::from(if first > 0 { "*" } else { "" });
        for step in &self.path[first..] {
            match step {
                Step::Item(position) => text += &format!("[{position}]"),
                Step::Member(name) => {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    let is_known = keys::is_container(name) || keys::key(name).is_some();
                    text += match is_known.then(|| std::str::from_utf8(keys::plain(name))) {
                        Some(Ok(name)) => name,
                        _ => "*",
                    };
                }
            }
        }
        text
    }
}

/// Whether a member is looked at outside of records, too: as in a list of numbers.
fn is_telling(what: What, strength: Strength) -> bool {
    strength == Strength::Strong && !matches!(what, What::Name | What::Address)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use crate::structure::tests::{found_by, plain};

    fn found(text: &str) -> Vec<(String, String)> {
        found_by(super::super::read_json, text)
    }

    /// A synthetic member.
    fn member(name: &str, value: &str) -> String {
        format!("\"{name}\": \"{value}\"")
    }

    fn fields(text: &str) -> Vec<String> {
        found(text).into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn members_are_known_by_their_names() {
        let record = [
            member("dateOfBirth", "1980~-01-31"),
            member("first_name", "Jane"),
            member("note", "x"),
            "\"mrn\": 47110".to_owned(),
            format!("\"address\": {{{}, \"lines\": [\"x\"]}}", member("postalCode", "90210")),
            "\"phone\": [\"212~-736-5000\"]".to_owned(),
        ]
        .join(", ");
        let text = format!("{{\"patients\": [{{}}, {{{record}}}]}}");
        let names = ["dateOfBirth", "first_name", "mrn", "address.postalCode", "phone[0]"];
        assert_eq!(fields(&text), names.map(|name| format!("patients[1].{name}")));
    }

    #[test]
    fn the_name_of_a_record_may_be_a_number_of_somebody() {
        let values = |text: &str| -> Vec<String> {
            let values = found(text).into_iter().map(|(_, value)| value);
            values.filter(|value| !value.is_empty()).collect()
        };
        let name = member("last_name", "Zwyr~tkova");
        for (text, expected) in [
            (
                format!("{{\"patients\": {{\"8817~2635\": {{{name}}}}}}}"),
                &["88172635", "Zwyrtkova"][..],
            ),
            (
                format!("{{\"x\": {{\"536-22~-8145\": {{{name}}}}}}}"),
                &["536-22~-8145", "Zwyr~tkova"],
            ),
            (format!("{{\"x\": {{\"8817~2635\": {{{name}}}}}}}"), &[]),
            (format!("{{\"patients\": {{\"8817~2635\": {{{}}}}}}}", member("type", "x")), &[]),
        ] {
            assert_eq!(
                values(&text),
                expected.iter().map(|it| plain(it)).collect::<Vec<_>>(),
                "{text}"
            );
        }
    }

    #[test]
    fn weak_names_count_only_near_strong_ones() {
        let (name, dob) = (member("name", "Jane~ Roe"), member("dob", "1980~-01-31"));
        assert!(found(&format!("{{{name}, \"version\": \"1.0\"}}")).is_empty());
        assert_eq!(fields(&format!("{{{name}, {dob}}}")).len(), 2);
        assert_eq!(fields(&format!("{{{name}, \"x\": {{{dob}}}}}")), ["name", "*.dob"]);
        assert_eq!(fields(&format!("{{{dob}, \"x\": {{{name}}}}}")), ["dob", "*.name"]);
        // The name of a list is that of nobody in it.
        assert_eq!(fields(&format!("{{{name}, \"x\": [{{{dob}}}]}}")), ["*[0].dob"]);
    }

    #[test]
    fn schemas_and_templates_are_no_records() {
        for value in [
            "\"string\"",
            "\"date\"",
            "\"{{dob}}\"",
            "\"\"",
            "null",
            "true",
            "\"YYYY-MM-DD\"",
            "{\"type\": \"string\"}",
        ] {
            let text = format!("{{\"dob\": {value}, {}}}", member("name", "Jane~ Roe"));
            assert!(found(&text).is_empty(), "{text}");
        }
        let labels =
            [member("patientName", "Nombre del paciente"), member("provider", "Proveedor")];
        assert!(found(&format!("{{{}}}", labels.join(","))).is_empty());
    }

    #[test]
    fn a_name_that_may_be_data_is_not_in_the_path() {
        let text = format!("{{\"Jane~ Roe\": {{{}}}}}", member("dob", "1980~-01-31"));
        assert_eq!(fields(&text), ["*.dob"]);
    }

    #[test]
    fn lines_of_objects_are_records_one_by_one() {
        let line = format!("{{{}}}\n", member("dob", "1980~-01-31"));
        assert_eq!(fields(&line.repeat(3)), ["dob"; 3]);
    }

    #[test]
    fn hostile_documents_end_soon() {
        let begin = Instant::now();
        found(&format!("{{{}}}\n", member("name", "x")).repeat(50_000));
        found(&"{\"a\":".repeat(100_000));
        found(&["{\"dob\":".repeat(190), "1".into(), "}".repeat(190)].concat().repeat(200));
        let (open, close) = ("{\"name\":".repeat(190), "}".repeat(190));
        let many = format!("{open}{{\"dob\":[{}1]}}{close}", "19800131,".repeat(50_000));
        assert_eq!(fields(&many)[0].len(), "*".len() + ".name".len() * 6 + ".dob[0]".len());
        let long = "x".repeat(1_000_000);
        let items = format!("{{{}}},", member("dob", "1980~-01-31")).repeat(50_000);
        assert_eq!(found(&format!("{{\"{long}\": [{items}]}}")).len(), 50_000);
        assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    }
}
