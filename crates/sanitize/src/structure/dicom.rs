//! DICOM as text: its JSON model (PS3.18, annex F), and what programs print of files, an element on each line.
//!
//! Elements are read one by one, wherever they stand, so that those of a test or a log are known as well as those of a
//! document.

use std::ops::Range;

use super::json::{Document, Kind};
use super::{Layout, trimmed};
use crate::dicom::{Content, field, path};
use crate::rule::Severity;

/// The longest attribute that is looked at, in bytes.
const LONGEST: usize = 1 << 20;

/// The longest value that is no text, in bytes: a name has three groups of 64 characters (PS3.5, 6.2).
const LONGEST_VALUE: usize = 400;

/// Reads attributes in JSON.
pub(super) fn read_json(bytes: &[u8], layout: &mut Layout) {
    let mut at = 0;
    let mut data_set = 0..0;
    while let Some(begin) = memchr::memchr(b'"', &bytes[at..]).map(|found| at + found) {
        at = begin + 1;
        let Some((tag, value)) = attribute_at(bytes, begin) else { continue };
        let part = &bytes[..bytes.len().min(value + LONGEST)];
        let (document, end) = match Document::read_or_end(part, value) {
            Ok(read) => read,
            Err(end) if layout.spend(end - value) => continue,
            Err(_) => break,
        };
        at = end;
        if read_attribute(&document, document.root(), tag, layout) {
            layout.close(begin..end);
            // The attributes of one data set are members of one object.
            if bytes[data_set.end..begin].trim_ascii() != b"," {
                layout.unit(data_set.clone());
                data_set.start = begin;
            }
            data_set.end = end;
        }
    }
    layout.unit(data_set);
}

/// The tag that is named in quotes here, and where the object behind it begins, if it is one of an attribute.
fn attribute_at(bytes: &[u8], quote: usize) -> Option<(u32, usize)> {
    const REACH: usize = 64;
    const MEMBERS: [&[u8]; 4] = [b"\"vr\"", b"\"Value\"", b"\"BulkDataURI\"", b"\"InlineBinary\""];
    let tag = tag(bytes.get(quote + 1..quote + 9)?)?;
    let rest = bytes.get(quote + 9..)?;
    let rest = &rest[..rest.len().min(4 * REACH)];
    let blanks =
        |rest: &[u8]| rest.iter().take(REACH).take_while(|it| it.is_ascii_whitespace()).count();
    let mut colon = 1;
    colon += blanks(rest.strip_prefix(b"\"")?);
    let mut object = colon + 1;
    object += blanks(rest.get(object..)?);
    let inside = rest.get(object + 1..)?;
    let inside = &inside[blanks(inside)..];
    let is_object = rest[colon] == b':' && rest[object] == b'{';
    let is_one = is_object && MEMBERS.iter().any(|member| inside.starts_with(member));
    is_one.then_some((tag, quote + 9 + object))
}

/// The number of eight hexadecimal digits.
fn tag(digits: &[u8]) -> Option<u32> {
    let is_tag = digits.len() == 8 && digits.iter().all(u8::is_ascii_hexdigit);
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok().filter(|_| is_tag)
}

/// Reads one attribute, and those of the items in it; `false` where it is none.
fn read_attribute(
    document: &Document<'_>,
    number: usize,
    tag_of: u32,
    layout: &mut Layout,
) -> bool {
    let representation = document.member_text(number, b"vr");
    if !REPRESENTATIONS.contains(&representation) {
        return false;
    }
    let Some(values) = document.member(number, b"Value") else { return true };
    for value in document.inside(values) {
        if document.node(value).kind != Kind::Object {
            add(document.bytes, tag_of, document.node(value).span.clone(), layout);
            continue;
        }
        for inner in document.inside(value) {
            match tag(document.key(inner)).filter(|_| representation == b"SQ") {
                Some(tag) => drop(read_attribute(document, inner, tag, layout)),
                // The groups of a name: alphabetic, ideographic, phonetic.
                None => add(document.bytes, tag_of, document.node(inner).span.clone(), layout),
            }
        }
    }
    true
}

/// Adds the value of an element, if that says something of somebody.
fn add(bytes: &[u8], tag: u32, span: Range<usize>, layout: &mut Layout) {
    let Some((name, content)) = field(tag) else { return };
    let span = trimmed(bytes, span);
    let value = &bytes[span.clone()];
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80;
    let is_too_long = content != Content::Text && value.len() > LONGEST_VALUE;
    let is_nothing = value == b"null" || !value.iter().any(is_word);
    if is_nothing || is_too_long || !content.is_said_by(value) {
        return;
    }
    let mut finding = match content {
        Content::Is(what) => what.found(span),
        Content::Minor(what) => what.found_as(Severity::Info, span),
        Content::Text => return layout.prose.push(span),
    };
    finding.field = Some(path(tag, name));
    layout.findings.push(finding);
}

/// How values are represented (PS3.5, 6.2).
const REPRESENTATIONS: [&[u8]; 34] = [
    b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"OB",
    b"OD", b"OF", b"OL", b"OV", b"OW", b"PN", b"SH", b"SL", b"SQ", b"SS", b"ST", b"SV", b"TM",
    b"UC", b"UI", b"UL", b"UN", b"UR", b"US", b"UT", b"UV",
];

/// The longest line of a dump that is looked at, and the longest text that goes on behind it, in bytes.
const LONGEST_LINE: usize = 16 << 10;

/// Reads what programs print of files: `(0010,0010) PN [...]` and `(0010, 0010) Patient's Name  PN: '...'`.
pub(super) fn read_dump(bytes: &[u8], layout: &mut Layout) {
    let mut at = 0;
    let mut data_set = DataSet::default();
    while let Some(begin) = memchr::memchr(b'(', &bytes[at..]).map(|found| at + found) {
        at = begin + 1;
        let Some((tag, behind)) = printed_tag(bytes, begin) else { continue };
        let last = bytes.len().min(behind + LONGEST_LINE);
        let end =
            memchr::memchr2(b'\n', b'\r', &bytes[behind..last]).map_or(last, |it| behind + it);
        let Some(printed) = printed(bytes, behind..end) else { continue };
        at = printed.end;
        for_values(bytes, printed.value, |value| add(bytes, tag, value, layout));
        layout.close(begin..printed.end);
        data_set.add(bytes, tag, begin..printed.end, layout);
    }
    layout.unit(data_set.span);
}

/// The tag in brackets here, and where it ends.
fn printed_tag(bytes: &[u8], begin: usize) -> Option<(u32, usize)> {
    let rest = bytes.get(begin + 1..)?;
    let blank = usize::from(rest.get(5) == Some(&b' '));
    let mut digits = [0; 8];
    digits[..4].copy_from_slice(rest.get(..4)?);
    digits[4..].copy_from_slice(rest.get(5 + blank..9 + blank)?);
    let is_one = rest[4] == b',' && rest.get(9 + blank) == Some(&b')');
    Some((tag(&digits)?, begin + 11 + blank)).filter(|_| is_one)
}

/// What is printed of an element: its value, which is empty where there is none, and where that ends.
struct Printed {
    value: Range<usize>,
    end: usize,
}

/// Reads what stands behind a tag on its line.
fn printed(bytes: &[u8], line: Range<usize>) -> Option<Printed> {
    let begin = trimmed(bytes, line.clone()).start;
    let text = &bytes[begin..line.end.max(begin)];
    if text.get(2) == Some(&b' ') && REPRESENTATIONS.contains(&&text[..2]) {
        return Some(in_brackets(bytes, begin + 2..line.end));
    }
    let at = begin + behind_colon(text)?;
    Some(Printed { value: in_quotes(bytes, trimmed(bytes, at..line.end)), end: line.end })
}

/// A value between brackets, which may go on in the next lines.
fn in_brackets(bytes: &[u8], line: Range<usize>) -> Printed {
    let end = line.end;
    let open = memchr::memchr(b'[', &bytes[line.clone()]);
    let Some(open) = open.map(|open| line.start + open + 1) else {
        return Printed { value: end..end, end };
    };
    if let Some(close) = memchr::memrchr(b']', &bytes[open..end]) {
        return Printed { value: open..open + close, end };
    }
    let last = bytes.len().min(end + LONGEST_LINE);
    let close = memchr::memchr(b']', &bytes[end..last]).map_or(end, |close| end + close);
    Printed { value: open..close, end: close }
}

/// Where the value begins behind the name of an element and how it is represented: `PN: `, `PN (1, 8 bytes): `.
fn behind_colon(text: &[u8]) -> Option<usize> {
    memchr::memmem::find_iter(text, b": ").find_map(|colon| {
        let before = &text[..colon];
        let before = match before.ends_with(b" bytes)") {
            true => before[..memchr::memrchr(b'(', before)?].trim_ascii_end(),
            false => before,
        };
        let (name, representation) = before.split_at_checked(before.len().checked_sub(2)?)?;
        let is_one = REPRESENTATIONS.contains(&representation) && name.ends_with(b" ");
        is_one.then_some(colon + 2)
    })
}

/// What is between quotes, or a list of such with its brackets; nothing of what is neither.
fn in_quotes(bytes: &[u8], span: Range<usize>) -> Range<usize> {
    match &bytes[span.clone()] {
        [first @ (b'\'' | b'"'), .., last] if first == last => span.start + 1..span.end - 1,
        [b'[', .., b']'] => span,
        _ => span.end..span.end,
    }
}

/// Says where each value of a list is, or the only one.
fn for_values(bytes: &[u8], span: Range<usize>, mut add: impl FnMut(Range<usize>)) {
    let [b'[', text @ .., b']'] = &bytes[span.clone()] else { return add(span) };
    let mut at = 0;
    while let Some(open) = memchr::memchr2(b'\'', b'"', &text[at..]).map(|it| at + it + 1) {
        let Some(length) = memchr::memchr(text[open - 1], &text[open..]) else { break };
        let begin = span.start + 1 + open;
        add(begin..begin + length);
        at = open + length + 1;
    }
}

/// Elements of one person, of which the tags grow from line to line.
#[derive(Default)]
struct DataSet {
    span: Range<usize>,
    column: usize,
    last: u32,
}

impl DataSet {
    fn add(&mut self, bytes: &[u8], tag: u32, span: Range<usize>, layout: &mut Layout) {
        const WIDEST: usize = 256;
        let first = span.start.saturating_sub(WIDEST).max(self.span.end);
        let column = bytes[first..span.start].iter().rev().take_while(|it| **it != b'\n').count();
        let is_outer = self.span.is_empty() || column <= self.column;
        if is_outer && (self.span.is_empty() || tag <= self.last) {
            layout.unit(self.span.clone());
            self.span = span.clone();
        }
        self.span.end = span.end;
        if is_outer {
            (self.column, self.last) = (column, tag);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structure::tests::{assert_counts, found_by, plain};

    // Synthetic; `~` stands for nothing.
    fn assert_found(read: fn(&[u8], &mut Layout), text: &str, expected: &[(&str, &str)]) {
        let expected: Vec<(String, String)> =
            expected.iter().map(|(field, value)| ((*field).to_owned(), plain(value))).collect();
        assert_eq!(found_by(read, text), expected, "{text}");
    }

    const PATIENT: [(&str, &str); 3] = [
        ("(0010,0010) PatientName", "Thorn~bury^Marg~aret"),
        ("(0010,0020) PatientID", "4829~1734"),
        ("(0010,0030) PatientBirthDate", "1961~0714"),
    ];

    const ATTRIBUTES: &str = r#""00080005": {"v~r": "CS", "Value": ["ISO_IR 100"]},
        "00080020": {"v~r": "DA"},
        "00100010": {"v~r": "PN", "Value": [{"Alphabetic": "Thorn~bury^Marg~aret"}]},
        "00100020": {"Value": ["4829~1734"], "v~r": "LO"},
        "00100030": {"v~r": "DA", "Value": ["1961~0714"]}"#;

    #[test]
    fn attributes_are_known_by_their_tags() {
        for (before, behind) in [("{", "}"), ("[{", "}, {}]"), ("x = {", ", }\n"), ("", "")] {
            assert_found(read_json, &format!("{before}{ATTRIBUTES}{behind}"), &PATIENT);
        }
        let nested =
            format!("{{\"00081140\": {{\"v~r\": \"SQ\", \"Value\": [{{{ATTRIBUTES}}}]}}}}");
        assert_found(read_json, &nested, &PATIENT);
        let groups = r#"{"00100010":{"v~r":"PN","Value":[{"Alphabetic":"Ya~mada^Taro","Ideographic":"\u5c71~"}, null]}}"#;
        let name = PATIENT[0].0;
        assert_found(read_json, groups, &[(name, "Ya~mada^Taro"), (name, "\\u5c71~")]);
    }

    #[test]
    fn attributes_of_nobody_say_nothing() {
        for text in [
            r#"{"00100010": {"v~r": "PN"}, "00100020": {"v~r": "LO", "Value": []}}"#,
            r#"{"00100010": {"v~r": "PN", "Value": [{"Alphabetic": "Anonymous"}, {}]}}"#,
            r#"{"00100010": {"v~r": "PN", "Value": ["${name}"]}, "00101010": {"v~r": "AS", "Value": ["045Y"]}}"#,
            r#"{"00080018": {"v~r": "UI", "Value": ["1.2.840.10008.4829~1734"]}, "12345678": {"a": "4829~1734"}}"#,
            r#"{"00100010": {"v~r": "xx", "Value": ["Roe"]}, "00100020": "4829~1734"}"#,
        ] {
            assert_found(read_json, text, &[]);
        }
    }

    #[test]
    fn lines_of_dumps_are_known_by_their_tags() {
        for text in [
            "(0008,0005) CS [ISO_IR 100]              #  10, 1 SpecificCharacterSet
(00~10,0010) PN [Thorn~bury^Marg~aret]             #  20, 1 PatientName
(00~10,0020) LO [4829~1734 ]                        #   8, 1 PatientID
(00~10,0030) DA [1961~0714]                         #   8, 1 PatientBirthDate
(00~10,1000) LO (no value available)               #   0, 0 OtherPatientIDs",
            "(00~10, 0010) Patient's Name                      PN: 'Thorn~bury^Marg~aret'
(00~10, 0020) Patient ID                          LO: \"4829~1734\"
(00~10, 0030) Patient's Birth Date                DA: '1961~0714'
(00~10, 1000) Other Patient IDs                   LO: ''",
            "132: (00~10,0010) PN #20 [Thorn~bury^Marg~aret] PatientName
164: (00~10,0020) LO #8 [4829~1734] PatientID\r\n180: (00~10,0030) DA #8 [1961~0714] PatientBirthDate",
            "(00~10,0010) PatientName PN (1, 20 bytes): \"Thorn~bury^Marg~aret\"
(00~10,0020) PatientID LO (1, 8 bytes): \"4829~1734\"\n(00~10,0030) PatientBirthDate DA (1, 8 bytes): \"1961~0714\"",
        ] {
            assert_found(read_dump, text, &PATIENT);
        }
        let list = "(00~10, 1001) Other Patient Names  PN: ['Thorn~bury^A', 'Ash~down^B']";
        let name = "(0010,1001) OtherPatientNames";
        assert_found(read_dump, list, &[(name, "Thorn~bury^A"), (name, "Ash~down^B")]);
    }

    #[test]
    fn lines_about_elements_say_nothing() {
        for text in [
            "The name (00~10,0010) PN is [required] here: 'x'".replace("PN is", "is PN").as_str(),
            "PatientName (00~10,0010), PatientID (00~10,0020)",
            "(00~10,0010) PN (no value available)  # 0, 0 PatientName",
            "(00~10, 0010) Patient's Name  PN: ''",
            "(00~10,0010) PN [ANONYMIZED]\n(00~10,0040) CS [F ]\n(00~10,1010) AS [045Y]",
            "f(00~10, 0010)",
        ] {
            assert_found(read_dump, text, &[]);
        }
    }

    #[test]
    fn data_sets_are_about_one_person_each() {
        let units = |read: fn(&[u8], &mut Layout), text: &str| {
            let mut layout = Layout::default();
            read(plain(text).as_bytes(), &mut layout);
            layout.sort_units();
            layout.units.len()
        };
        assert_eq!(units(read_json, &format!("[{{{ATTRIBUTES}}}, {{{ATTRIBUTES}}}]")), 2);
        let dump =
            "(00~10,0010) PN [A]\n(00~10,1002) SQ\n  (00~10,0020) LO [1]\n(00~10,0030) DA [2]\n";
        assert_eq!(units(read_dump, &dump.repeat(3)), 3);
    }

    #[test]
    fn hostile_elements_end_soon() {
        for length in 0..ATTRIBUTES.len() {
            found_by(read_json, &ATTRIBUTES[..length]);
        }
        let json = [
            ("\"00100010\": {\"v~r\"", 0),
            ("\"00100010\": {\"v~r\": \"SQ\", \"Value\": [{", 0),
            ("\"00100010\": {\"v~r\": ", 0),
            ("\"00100010\": {\"Value\": \"", 0),
            ("{\"00100010\": {\"v~r\": \"PN\", \"Value\": [\"A\"]}}", 50_000),
        ];
        let many = |(text, count): (&str, usize)| (text.repeat(50_000), count);
        assert_counts(|text| found_by(read_json, text), json.map(many));
        let dumps = [
            ("(00~10,0010) PN [", 0),
            ("(00~10,0010) x PN: ", 0),
            ("(0010,", 0),
            ("(00~10,0010) PN: ['", 0),
            ("(00~10,0010) PN [\n", 0),
        ];
        assert_counts(|text| found_by(read_dump, text), dumps.map(many));
    }
}
