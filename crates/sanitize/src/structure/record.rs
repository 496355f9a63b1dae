//! Objects of JSON that are records of people, whoever writes them: by the names of their members. So are lists of
//! values, one for each column of a table, and lists of rows beside a list of the names of their columns.

use std::ops::Range;

use super::json::{Document, Kind};
use super::keys::{self, Strength};
use super::person::{self, Known};
use super::{Layout, value};
use crate::what::What;

pub(super) fn read(document: &Document<'_>, layout: &mut Layout) {
    let mut reader = Reader { document, layout, path: Vec::new() };
    reader.read(document.root(), None, false);
}

/// So many members of an object are asked whom it is about.
const MOST_MEMBERS: usize = 64;

/// The most columns of a table.
const MOST_COLUMNS: usize = 10_000;

/// How many steps of a way are shown.
const LONGEST_PATH: usize = 8;

/// A way from a value to one inside of it.
enum Step<'a> {
    Member(&'a [u8]),
    Item(usize),
}

/// What a column holds, and its name; nothing where that is not known.
type Column<'a> = Option<(What, &'a [u8])>;

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
                let is_strong = self.is_record(number);
                let holds_one = self.has_record(number) || self.has_list_of_values(number);
                let is_record = is_strong || self.is_person(number);
                if is_record {
                    self.layout.unit(document.node(number).span.clone());
                }
                let is_of_record = is_record || is_beside || holds_one;
                self.read_members(number, named, is_record, is_of_record);
                self.read_tables(number);
            }
            Kind::Array => {
                let names = document.inside(number).next().and_then(|first| self.columns(first));
                if let Some(columns) = names {
                    self.read_rows(number, 1, &columns);
                }
                for (position, inner) in document.inside(number).enumerate() {
                    self.path.push(Step::Item(position));
                    self.visit(inner, named, is_beside);
                    self.path.pop();
                }
            }
            Kind::String | Kind::Plain => {}
        }
    }

    fn read_members(
        &mut self,
        object: usize,
        named: Option<What>,
        is_record: bool,
        is_of_record: bool,
    ) {
        let document = self.document;
        let typed = self.typed(object);
        for inner in document.inside(object) {
            let name = document.key(inner);
            let of_type = typed.filter(|(value, ..)| *value == inner);
            let what = of_type
                .map(|(_, what, strength)| (what, strength))
                .or_else(|| self.key(inner))
                .filter(|(what, strength)| is_of_record || is_telling(*what, *strength))
                .map(|(what, _)| what)
                .or(named.filter(|_| is_position(name)));
            let is_keyed = self.add_key(inner);
            self.path.push(Step::Member(name));
            self.visit(inner, what, is_record || is_keyed);
            self.path.pop();
        }
    }

    /// The value of an object that has a member beside it that says what it is: `{"type": "MRN", "value": "..."}`.
    fn typed(&self, object: usize) -> Option<(usize, What, Strength)> {
        const TYPES: [&[u8]; 6] = [b"type", b"system", b"kind", b"label", b"key", b"name"];
        let document = self.document;
        let is_value = |inner: &usize| {
            matches!(document.key(*inner), b"value" | b"Value" | b"val" | b"number")
                && matches!(document.node(*inner).kind, Kind::String | Kind::Plain)
        };
        let value = document.inside(object).take(MOST_MEMBERS).find(is_value)?;
        let members = document.inside(object).take(MOST_MEMBERS);
        let said = |inner: usize| match document.node(inner).kind {
            Kind::String => Some(document.text(inner)),
            // A concept of codes.
            Kind::Object => [&b"text"[..], b"display", b"code"]
                .into_iter()
                .map(|name| document.member_text(inner, name))
                .find(|text| !text.is_empty()),
            Kind::Array | Kind::Plain => None,
        };
        let mut types = members.filter(|inner| TYPES.contains(&document.key(*inner)));
        let (what, strength) = types.find_map(|inner| keys::key(said(inner)?))?;
        Some((value, what, strength))
    }

    /// Whether an object is about a person as the name says that it has, and has the name of somebody in it.
    fn is_person(&self, object: usize) -> bool {
        let mut members = self.path.iter().rev().filter_map(|step| match step {
            Step::Member(name) => Some(*name),
            Step::Item(_) => None,
        });
        let Some(role) = members.next().and_then(person::role) else { return false };
        let mut known = Known::default();
        self.learn(object, 0, &mut known);
        known.is_about(role)
    }

    /// Learns what the members of an object say of somebody, and those of its parts.
    fn learn(&self, object: usize, depth: usize, known: &mut Known) {
        const DEEPEST: usize = 2;
        let document = self.document;
        for inner in document.inside(object).take(MOST_MEMBERS) {
            match document.node(inner).kind {
                Kind::String | Kind::Plain => {
                    if let Some((what, _)) = keys::key(document.key(inner)) {
                        known.add(what, document.text(inner).trim_ascii());
                    }
                }
                _ if depth < DEEPEST && person::is_part(document.key(inner)) => {
                    self.learn(inner, depth + 1, known);
                }
                Kind::Object if document.key(inner).is_empty() && depth < DEEPEST => {
                    self.learn(inner, depth + 1, known);
                }
                Kind::Object | Kind::Array => {}
            }
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

    /// What the name of a member says, which may be that of many where it is a list.
    fn key(&self, number: usize) -> Option<(What, Strength)> {
        let name = self.document.key(number);
        keys::key(name).or_else(|| match self.document.node(number).kind {
            Kind::Array => key_of_many(name),
            _ => None,
        })
    }

    /// Whether the values of a column stand in a list, or by their positions, in a member of a telling name.
    fn has_list_of_values(&self, object: usize) -> bool {
        let document = self.document;
        document.inside(object).any(|list| {
            let is_list = match document.node(list).kind {
                Kind::Array => true,
                Kind::Object => document
                    .inside(list)
                    .next()
                    .is_some_and(|first| is_position(document.key(first))),
                Kind::String | Kind::Plain => false,
            };
            is_list
                && self.key(list).is_some_and(|(what, strength)| {
                    let first = document.inside(list).next();
                    strength == Strength::Strong
                        && first.is_some_and(|first| self.is_value(what, first))
                })
        })
    }

    /// Reads the lists of rows in an object that has a list of the names of their columns.
    fn read_tables(&mut self, object: usize) {
        let document = self.document;
        let is_table = |list: &usize| {
            let first = document.inside(*list).next().map(|first| document.node(first).kind);
            document.node(*list).kind == Kind::Array && first == Some(Kind::Array)
        };
        if !document.inside(object).any(|list| is_table(&list)) {
            return;
        }
        let names = document.inside(object).find_map(|list| self.columns(list));
        let Some(columns) = names else { return };
        for list in document.inside(object).filter(is_table) {
            self.path.push(Step::Member(document.key(list)));
            self.read_rows(list, 0, &columns);
            self.path.pop();
        }
    }

    /// The columns that a list names, by themselves or as what describes each, if one of them is telling.
    fn columns(&self, list: usize) -> Option<Vec<Column<'a>>> {
        let document = self.document;
        if document.node(list).kind != Kind::Array {
            return None;
        }
        let (mut columns, mut is_strong) = (Vec::new(), false);
        for item in document.inside(list) {
            let name = match document.node(item).kind {
                Kind::String => document.text(item),
                Kind::Object => document.member_text(item, b"name"),
                Kind::Array | Kind::Plain => return None,
            };
            if columns.len() == MOST_COLUMNS {
                return None;
            }
            let known = keys::key(name);
            is_strong |= known.is_some_and(|(_, strength)| strength == Strength::Strong);
            columns.push(known.map(|(what, _)| (what, name)));
        }
        is_strong.then_some(columns)
    }

    /// Reads the rows of a list from one on.
    fn read_rows(&mut self, list: usize, first: usize, columns: &[Column<'a>]) {
        let document = self.document;
        let is_row = |(_, row): &(usize, usize)| document.node(*row).kind == Kind::Array;
        for (position, row) in document.inside(list).enumerate().skip(first).filter(is_row) {
            self.layout.unit(document.node(row).span.clone());
            self.path.push(Step::Item(position));
            for (value, column) in document.inside(row).zip(columns) {
                let Some((what, name)) = column else { continue };
                self.path.push(Step::Member(name));
                self.visit(value, Some(*what), true);
                self.path.pop();
            }
            self.path.pop();
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
            finding.field = Some(self.path()).filter(|path| !path.is_empty());
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
            Some((what, Strength::Strong)) => self.is_value(what, inner),
            _ => false,
        })
    }

    /// Whether something is a value of this kind, and of a name or an address one beyond doubt.
    fn is_value(&self, what: What, number: usize) -> bool {
        let text = self.document.text(number).trim_ascii();
        matches!(self.document.node(number).kind, Kind::String | Kind::Plain)
            && match what {
                What::Name | What::Address => value::is_literal(what, text),
                _ => value::has_shape(what, text),
            }
    }

    /// Whether an object has one in it that is such a record. One in a list is another person.
    fn has_record(&self, object: usize) -> bool {
        let is_object = |inner: &usize| self.document.node(*inner).kind == Kind::Object;
        self.document.inside(object).filter(is_object).any(|inner| self.is_record(inner))
    }

    fn add(&mut self, what: What, span: Range<usize>) {
        if let Some(mut finding) = value::found(self.document.bytes, span, what) {
            finding.field = Some(self.path()).filter(|path| !path.is_empty());
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
                    let is_known = keys::is_container(name)
                        || keys::key(name).or_else(|| key_of_many(name)).is_some();
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

/// What a name says of many.
fn key_of_many(name: &[u8]) -> Option<(What, Strength)> {
    let one = |end: &[u8]| keys::key(name.strip_suffix(end)?);
    one(b"s").or_else(|| one(b"es"))
}

/// Whether the name of a member is its position in a list.
fn is_position(name: &[u8]) -> bool {
    (1..=MOST_DIGITS_OF_POSITION).contains(&name.len()) && name.iter().all(u8::is_ascii_digit)
}

/// The most digits of a position.
const MOST_DIGITS_OF_POSITION: usize = 7;

/// Whether a member is looked at outside of records, too: as in a list of numbers.
fn is_telling(what: What, strength: Strength) -> bool {
    strength == Strength::Strong && !matches!(what, What::Name | What::Address)
}

#[cfg(test)]
mod tests {
    use crate::structure::tests::{assert_counts, found_by, plain};

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
    fn what_is_below_a_word_for_somebody_is_about_them() {
        for (text, expected) in [
            (r#"{"patient": {"name": "Ja~ne Ro~e"}}"#, &["patient.name"][..]),
            (
                r#"{"patient": {"name": {"first": "Ja~ne", "last": "Ro~e"}, "phone": "212-736~-5000"}}"#,
                &["patient.name.first", "patient.name.last", "patient.phone"],
            ),
            (
                r#"{"patients": [{"name": [{"family": "Ro~e", "given": ["Ja~ne"]}], "city": "Springfield"}]}"#,
                &["patients[0].name[0].family", "patients[0].name[0].given[0]", "patients[0].city"],
            ),
            (
                r#"{"patientInfo": {"fullName": "Ja~ne Ro~e", "x": {"name": "ward 5"}}}"#,
                &["*.fullName"],
            ),
            (r#"{"patient": {"name": "string", "city": "Springfield"}}"#, &[]),
            (r#"{"patient": {"name": "Patient Name"}, "clinic": {"name": "Ja~ne Ro~e"}}"#, &[]),
            (r#"{"patient": {"reference": "x", "doctor": {"name": "Ja~ne Ro~e"}}}"#, &[]),
        ] {
            let found = fields(text);
            assert_eq!(found[..expected.len().min(found.len())], *expected, "{text}");
            assert!(
                found.len() <= expected.len() + usize::from(text.contains("ward")),
                "{found:?}"
            );
        }
    }

    #[test]
    fn values_are_what_their_types_say() {
        let values = |text: &str| -> Vec<String> {
            found(text).into_iter().map(|(_, value)| value).collect()
        };
        for text in [
            r#"{"ids": [{"type": "MRN", "value": "4829~1734"}, {"type": "color", "value": "4829~1735"}]}"#,
            r#"{"type": {"text": "Medical Record Number"}, "value": 4829~1734}"#,
            r#"[{"label": "Patient ID", "val": "4829~1734"}, {"system": "phone", "value": "212-736~-5000"}]"#,
        ] {
            assert_eq!(values(text), ["48291734"], "{text}");
        }
        let of_patient = r#"{"patient": {"name": "Ja~ne Ro~e", "telecom": [{"system": "phone", "value": "212-736~-5000"}]}}"#;
        assert_eq!(values(of_patient), [concat!("Jane", " Roe"), concat!("212-736", "-5000")]);
        for text in [
            r#"{"type": "MRN", "value": "string"}"#,
            r#"{"type": "integer", "value": 4829~1734}"#,
            r#"{"system": "phone", "value": "212-736~-5000"}"#,
        ] {
            assert!(found(text).is_empty(), "{text}");
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
    fn tables_are_read_by_the_names_of_their_columns() {
        let row = "[4829~1734, \"Zwyr~tkova\"]";
        for (text, expected) in [
            (
                format!(
                    "{{\"columns\": [\"m~rn\", \"last_name\"], \"index\": [0], \"data\": [{row}]}}"
                ),
                ["data[0].mrn", "data[0].last_name"],
            ),
            (
                format!(
                    "{{\"x\": [{{\"name\": \"m~rn\"}}, {{\"name\": \"last_name\"}}], \"rows\": [[], {row}]}}"
                ),
                ["rows[1].mrn", "rows[1].last_name"],
            ),
            (format!("[[\"m~rn\", \"last_name\"], {row}]"), ["[1].mrn", "[1].last_name"]),
            (
                "{\"m~rn\": [4829~1734], \"last_name\": [\"Zwyr~tkova\"]}".into(),
                ["mrn[0]", "last_name[0]"],
            ),
            (
                "{\"m~rn\": {\"0\": 4829~1734}, \"last_name\": {\"0\": \"Zwyr~tkova\"}}".into(),
                ["mrn.*", "last_name.*"],
            ),
            (
                "{\"m~rns\": [\"4829~1734\"], \"last_names\": [\"Zwyr~tkova\"]}".into(),
                ["mrns[0]", "last_names[0]"],
            ),
        ] {
            let found = found(&text);
            let expected: Vec<_> = expected.into_iter().zip(["48291734", "Zwyrtkova"]).collect();
            let found: Vec<_> =
                found.iter().map(|(field, value)| (&field[..], &value[..])).collect();
            assert_eq!(found, expected, "{text}");
        }
        for text in [
            "{\"columns\": [\"name\", \"city\"], \"data\": [[\"Zwyr~tkova\", \"Ulm\"]]}",
            "{\"required\": [\"m~rn\", \"last_name\"], \"x\": [[\"string\", \"string\"]]}",
            "{\"m~rn\": [\"string\"], \"last_name\": [\"Last name\"]}",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
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
        let items = format!("{{{}}},", member("dob", "1980~-01-31")).repeat(50_000);
        assert_counts(
            found,
            [
                (format!("{{{}}}\n", member("name", "x")).repeat(50_000), 0),
                ("{\"a\":".repeat(100_000), 0),
                (["{\"dob\":".repeat(190), "1".into(), "}".repeat(190)].concat().repeat(200), 0),
                (format!("[{}]", "[\"mrn\"],".repeat(100_000)), 0),
                (format!("{{{}}}", "\"mrn\":[[\"x\"]],".repeat(100_000)), 0),
                (format!("{{\"{}\": [{items}]}}", "x".repeat(1_000_000)), 50_000),
            ],
        );
        let (open, close) = ("{\"name\":".repeat(190), "}".repeat(190));
        let many = format!("{open}{{\"dob\":[{}1]}}{close}", "19800131,".repeat(50_000));
        assert_eq!(fields(&many)[0].len(), "*".len() + ".name".len() * 6 + ".dob[0]".len());
    }
}
