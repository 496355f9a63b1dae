//! What is written in a form that says what each part means.

mod assigned;
mod brackets;
pub(crate) mod calls;
mod ccda;
mod dicom;
mod elements;
mod fhir;
mod fhir_xml;
mod glue;
mod grid;
mod hl7v2;
mod html;
mod identifier_type;
mod json;
mod keys;
mod lines;
mod marks;
mod own;
mod pairs;
mod person;
mod quote;
mod record;
mod sql;
mod subject;
mod table;
mod value;
mod vcard;
mod x12;
mod xml;

use std::ops::Range;

use crate::finding::Finding;
use marks::Marks;

/// A part that is about one person in care: a message, a loop, a resource, a row, a record, a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    pub span: Range<usize>,
    /// What other units call the person of this one.
    pub names: Vec<Range<usize>>,
    /// What this one calls the person that it is about, if another one says who that is.
    pub about: Option<Range<usize>>,
}

/// What was understood of some bytes.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// What fields hold.
    pub findings: Vec<Finding>,
    /// Sorted parts of which all is known: numbers there are codes, and no free text.
    pub closed: Vec<Range<usize>>,
    /// Sorted parts of these that are free text.
    pub prose: Vec<Range<usize>>,
    /// Parts about one person each, sorted and apart.
    pub units: Vec<Unit>,
    /// How many bytes there are.
    size: usize,
    /// How many of them were read for nothing.
    spent: usize,
}

/// So many bytes may be read for nothing, and so many times all of them.
const MOST_SPENT: usize = 64 << 20;
const MOST_TIMES: usize = 64;

impl Layout {
    /// Counts bytes that were read for nothing, as of what begins like a structure and has no end; says whether more may
    /// be.
    fn spend(&mut self, count: usize) -> bool {
        self.spent += count;
        !self.is_too_much()
    }

    /// Whether too much was read for nothing, so that some structures were not looked at.
    pub fn is_too_much(&self) -> bool {
        self.spent > MOST_SPENT + MOST_TIMES * self.size
    }

    fn close(&mut self, part: Range<usize>) {
        if !part.is_empty() {
            self.closed.push(part);
        }
    }

    /// Says that a part is about one person.
    fn unit(&mut self, span: Range<usize>) {
        self.units.push(Unit { span, names: Vec::new(), about: None });
    }

    /// Puts units in their order. Of two that share something the outer one stays, or the first.
    fn sort_units(&mut self) {
        self.units.sort_by_key(|unit| (unit.span.start, std::cmp::Reverse(unit.span.end)));
        let mut end = 0;
        self.units.retain(|unit| {
            let is_apart = unit.span.start >= end && !unit.span.is_empty();
            end = if is_apart { unit.span.end } else { end };
            is_apart
        });
    }

    /// The parts that are about people in care, and in which sentences may be: free text of messages and documents,
    /// and records that are not known in all.
    pub fn parts_about_people(&self) -> impl Iterator<Item = Range<usize>> {
        let units = self.units.iter().map(|unit| &unit.span);
        let records = units.filter(|span| self.is_open(span));
        self.prose.iter().chain(records).cloned()
    }

    /// Whether a place is free text, or of no structure.
    pub fn is_open(&self, span: &Range<usize>) -> bool {
        let at = |parts: &[Range<usize>]| {
            let after = parts.partition_point(|part| part.end <= span.start);
            parts.get(after).cloned().filter(|part| part.start < span.end)
        };
        let is_within = |part: Range<usize>| part.start <= span.start && span.end <= part.end;
        at(&self.closed).is_none() || at(&self.prose).is_some_and(is_within)
    }
}

/// Whether a text may be of a structure that has to be read as a whole, as far as its beginning says.
pub(crate) fn is_likely(bytes: &[u8]) -> bool {
    const BEGINNING: usize = 64 << 10;
    let begin = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let beginning = &bytes[..bytes.len().min(BEGINNING)];
    matches!(begin.first(), Some(b'{' | b'[' | b'<'))
        || begin.starts_with(b"--")
        || Marks::of(beginning).any()
        || has_columns(bytes)
}

/// Whether a text begins with the names of columns of a table of people.
pub(crate) fn has_columns(bytes: &[u8]) -> bool {
    table::has_columns(bytes)
}

/// What is looked for with the keywords of rules: a part of each name that is telling.
pub(crate) fn stems() -> &'static [&'static str] {
    keys::STEMS
}

/// Sorts stems by their places, of those that begin in one place the longest first.
pub(crate) fn sort_stems(stems: &mut [Range<usize>]) {
    stems.sort_unstable_by_key(|stem| (stem.start, std::cmp::Reverse(stem.end)));
}

/// Reads all structures that there are. The stems that were met are sorted by their places.
pub(crate) fn read(bytes: &[u8], stems: &[Range<usize>]) -> Layout {
    let mut layout = Layout { size: bytes.len(), ..Layout::default() };
    let marks = Marks::of(bytes);
    hl7v2::read(bytes, marks.hl7v2, &mut layout);
    if marks.hl7v2_xml {
        hl7v2::xml::read(bytes, &mut layout);
    }
    if marks.x12 {
        x12::read(bytes, &mut layout);
    }
    read_json(bytes, &mut layout);
    if marks.dicom_json {
        dicom::read_json(bytes, &mut layout);
    }
    if marks.dicom_dump {
        dicom::read_dump(bytes, &mut layout);
    }
    let end = read_xml(bytes, &mut layout);
    if marks.fhir_xml {
        read_fhir_within(bytes, end, &mut layout);
    }
    // Without a telling name no column is known.
    if marks.sql && !stems.is_empty() {
        sql::read(bytes, &mut layout);
    }
    if marks.vcard {
        vcard::read(bytes, &mut layout);
    }
    layout.closed.sort_by_key(|part| part.start);
    join(&mut layout.closed);
    layout.prose.sort_by_key(|part| part.start);
    table::read(bytes, stems, &mut layout);
    grid::read(bytes, stems, &mut layout);
    html::read(bytes, stems, &mut layout);
    html::fields::read(bytes, stems, &mut layout);
    sql::conditions::read(bytes, stems, &mut layout);
    sql::read_named(bytes, stems, &mut layout);
    layout.sort_units();
    assigned::read(bytes, stems, &mut layout);
    layout
}

/// Reads the values of JSON that a document has, one after the other. Behind one that is broken off and says
/// something of somebody the next one begins on a line of its own.
fn read_json(bytes: &[u8], layout: &mut Layout) {
    let mut at = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    loop {
        at += bytes[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if !matches!(bytes.get(at), Some(b'{' | b'[')) {
            return;
        }
        let Some((document, end)) = json::Document::read(bytes, at) else { return };
        let before = layout.findings.len();
        if fhir::is_fhir(&document) {
            read_fhir(&document, layout);
            layout.close(at..end);
        } else {
            record::read(&document, layout);
        }
        at = end;
        if document.is_cut {
            let next = memchr::memmem::find(&bytes[end..], b"\n{");
            let Some(next) = next.filter(|_| layout.findings.len() > before) else { return };
            at = end + next;
        }
    }
}

/// Reads a document of XML of a known standard that stands at the beginning; says where it ends.
fn read_xml(bytes: &[u8], layout: &mut Layout) -> usize {
    let begin = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if !begin.starts_with(b"<") {
        return 0;
    }
    let mut end = bytes.len();
    if ccda::is_ccda(bytes) {
        ccda::read(bytes, layout);
        layout.unit(0..end);
    } else if fhir_xml::is_fhir(bytes) {
        // One that is broken off counts as far as it goes.
        let (document, last) = match fhir_xml::read_within(bytes, 0) {
            Ok((document, last)) => (Some(document), last),
            Err(_) => (fhir_xml::read(bytes), end),
        };
        let Some(document) = document else { return 0 };
        read_fhir(&document, layout);
        end = last;
    } else {
        return 0;
    }
    layout.close(0..end);
    end
}

/// Reads resources in XML that stand in a text of another kind, as in source code, from a place on.
fn read_fhir_within(bytes: &[u8], mut at: usize, layout: &mut Layout) {
    /// So many that have no end are read as far as there is something; others so far.
    const MOST_UNCLOSED: usize = 64;
    const LONGEST: usize = 8 << 10;
    let mut unclosed = 0;
    while let Some(begin) = fhir_xml::next_within(bytes, &mut at) {
        let last = if unclosed < MOST_UNCLOSED { bytes.len() } else { begin + LONGEST };
        match fhir_xml::read_within(&bytes[..last.min(bytes.len())], begin) {
            Ok((document, end)) => {
                read_fhir(&document, layout);
                layout.close(begin..end);
                at = at.max(end);
            }
            Err(end) if layout.spend(end - begin) => unclosed += 1,
            Err(_) => return,
        }
    }
}

fn read_fhir(document: &json::Document<'_>, layout: &mut Layout) {
    let units = subject::units(document);
    fhir::read(document, &subject::people(document, &units), layout);
    layout.units.extend(units);
}

/// Makes one of sorted parts that share something.
fn join(parts: &mut Vec<Range<usize>>) {
    parts.dedup_by(|next, before| {
        let is_shared = next.start < before.end;
        before.end = if is_shared { before.end.max(next.end) } else { before.end };
        is_shared
    });
}

/// The parts of a range between separators.
fn split(bytes: &[u8], range: Range<usize>, separator: u8) -> impl Iterator<Item = Range<usize>> {
    let mut begin = Some(range.start);
    std::iter::from_fn(move || {
        let from = begin?;
        let end = memchr::memchr(separator, &bytes[from..range.end]).map(|at| from + at);
        begin = end.map(|end| end + 1);
        Some(from..end.unwrap_or(range.end))
    })
}

/// The most digits in the name of a value.
const MOST_DIGITS_OF_NAME: usize = 4;

/// Whether what a field holds stands for a value that comes later, as in a template.
pub(crate) fn is_template(content: &[u8]) -> bool {
    let begins = |marks: &[&[u8]]| marks.iter().any(|mark| content.starts_with(mark));
    // A number in such marks is a number, unless it is what something is called with.
    let digits = content.iter().filter(|byte| byte.is_ascii_digit()).count();
    if digits > MOST_DIGITS_OF_NAME && !content.contains(&b'(') {
        return false;
    }
    (begins(&[b"{", b"<"]) && (content.ends_with(b"}") || content.ends_with(b">")))
        || matches!(content, [b'$', first, ..] if first.is_ascii_alphabetic() || *first == b'_')
        || begins(&[b"${", b"$(", b"#{", b"{{", b"%s", b"%(", b"<%"])
}

/// The name of an element as far as it is one that standards have: others may be data.
fn plain_name(name: &[u8]) -> String {
    let is_plain = name.len() <= 40
        && name.first().is_some_and(u8::is_ascii_alphabetic)
        && name.iter().all(u8::is_ascii_alphanumeric);
    if is_plain { String::from_utf8_lossy(name).into_owned() } else { "*".into() }
}

/// A range without the spaces at its ends.
fn trimmed(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let text = &bytes[range.clone()];
    let begin = text.len() - text.trim_ascii_start().len();
    let length = text.trim_ascii().len();
    range.start + begin..range.start + begin + length
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::{Layout, read_json};

    #[test]
    fn a_document_that_is_broken_off_is_understood_up_to_there() {
        let whole = [
            r#"{"resourceType":"Patient","birthDate":"1980~-01-31","name":[{"family":"Roe","given":["Ja"#,
            r#"{"m~rn":"4711","last_n~ame":"Roe","email":"jane@~clinic.example","phone":"2125~"#,
            "{\"m~rn\":\"4711\",\n \"last_n~ame\":\"Roe\", [truncated]\n{\"m~rn\":\"4712\"}",
        ];
        for (text, values) in whole.into_iter().zip([
            &["1980~-01-31", "Roe", "Ja"][..],
            &["4711", "Roe", "jane@~clinic.example"],
            &["4711", "Roe", "4712"],
        ]) {
            let found = found_by(read_json, text);
            let mut found: Vec<&str> = found.iter().map(|(_, value)| &value[..]).collect();
            let mut values: Vec<String> = values.iter().map(|it| plain(it)).collect();
            found.sort_unstable();
            values.sort_unstable();
            assert_eq!(found, values, "{text}");
        }
        // Cut anywhere, nothing panics.
        for text in whole {
            for length in 0..text.len() {
                found_by(read_json, &text[..length]);
            }
        }
    }

    /// A text in which `~` stands for nothing, so that no scanner stops at this page.
    pub(super) fn plain(text: &str) -> String {
        text.replace('~', "")
    }

    /// The stems of telling names, sorted.
    pub(super) fn stems(bytes: &[u8]) -> Vec<Range<usize>> {
        let mut stems = Vec::new();
        let lower = bytes.to_ascii_lowercase();
        for stem in super::stems() {
            let found = memchr::memmem::find_iter(&lower, stem);
            stems.extend(found.map(|at| at..at + stem.len()));
        }
        super::sort_stems(&mut stems);
        stems
    }

    /// A reader that is told where the stems of telling names are.
    pub(super) fn with_stems(
        read: fn(&[u8], &[Range<usize>], &mut Layout),
    ) -> impl Fn(&[u8], &mut Layout) {
        move |bytes, layout| read(bytes, &stems(bytes), layout)
    }

    /// Reads around telling names alone.
    pub(super) fn read_assigned(bytes: &[u8], layout: &mut Layout) {
        super::assigned::read(bytes, &stems(bytes), layout);
    }

    /// The fields that a reader finds in such a text, and what they hold.
    pub(super) fn found_by(read: impl Fn(&[u8], &mut Layout), text: &str) -> Vec<(String, String)> {
        let text = &plain(text);
        let mut layout = Layout::default();
        read(text.as_bytes(), &mut layout);
        let field = |it: &crate::Finding| it.field.clone().unwrap_or_default();
        layout.findings.iter().map(|it| (field(it), text[it.span.clone()].to_owned())).collect()
    }

    /// What the fields hold that a reader finds in such a text.
    pub(super) fn values_by(read: impl Fn(&[u8], &mut Layout), text: &str) -> Vec<String> {
        found_by(read, text).into_iter().map(|(_, value)| value).collect()
    }

    /// Reads texts that are made to take long, and compares how much is found in each: odd numbers are what limits leave.
    /// They are so long that a reader whose time grows faster than they do takes minutes, which is seen without a clock.
    pub(super) fn assert_counts<T>(
        found: impl Fn(&str) -> Vec<T>,
        texts: impl IntoIterator<Item = (String, usize)>,
    ) {
        for (text, count) in texts {
            let beginning: String = text.chars().take(60).collect();
            assert_eq!(found(&text).len(), count, "{beginning}");
        }
    }
}
