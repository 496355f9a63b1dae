//! Tables as text: lines of fields with commas, tabs, semicolons or bars between them, below a line that
//! names the columns (RFC 4180, and what is written like it).

use std::ops::Range;

use super::keys::{self, Strength};
use super::{Layout, value};
use crate::what::What;

const SEPARATORS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// The longest line of names, in bytes, and the most columns.
const LONGEST_HEADER: usize = 1 << 18;
const MOST_COLUMNS: usize = 10_000;

/// The longest field in quotes, in bytes, and how many may have no other quote until quotes are signs
/// like any other.
const LONGEST_FIELD: usize = 1 << 16;
const MOST_UNQUOTED: usize = 16;

/// So many rows at the beginning have to have as many fields as there are names.
const FIRST_ROWS: usize = 3;

/// Reads a document that is a table.
pub(super) fn read(bytes: &[u8], layout: &mut Layout) {
    let begin = first_line(bytes);
    let line = &bytes[begin..bytes.len().min(begin + LONGEST_HEADER)];
    let end = memchr::memchr2(b'\n', b'\r', line).unwrap_or(line.len());
    // The names come first: most documents end here.
    if !SEPARATORS.iter().any(|separator| line[..end].contains(separator)) {
        return;
    }
    for separator in SEPARATORS {
        let mut rows = Rows { bytes, separator, at: begin, unquoted: 0 };
        let Some(columns) = columns(bytes, &mut rows) else { continue };
        let mut ahead = Rows { ..rows };
        let firsts: Vec<usize> = std::iter::from_fn(|| ahead.next_row(|_, _| {}))
            .filter(|count| *count > 0)
            .take(FIRST_ROWS)
            .collect();
        if firsts.is_empty() || firsts.iter().any(|count| *count != columns.count) {
            continue;
        }
        read_rows(bytes, &columns, rows, layout);
        return;
    }
}

/// Whether a text begins with names of columns.
pub(super) fn has_columns(bytes: &[u8]) -> bool {
    let at = first_line(bytes);
    SEPARATORS
        .into_iter()
        .any(|separator| columns(bytes, &mut Rows { bytes, separator, at, unquoted: 0 }).is_some())
}

/// Where the first line begins that is no remark.
fn first_line(bytes: &[u8]) -> usize {
    let mut at = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    for _ in 0..20 {
        let rest = &bytes[at..];
        let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let rest = &rest[blank..];
        at += blank;
        // Spreadsheets name the separator first.
        if !rest.starts_with(b"#") && !rest.starts_with(b"sep=") {
            break;
        }
        at += memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
    }
    at
}

/// What the columns hold, by their places.
struct Columns {
    count: usize,
    known: Vec<(usize, What, String)>,
}

/// The columns that the next row names, if it names something of a person in care.
fn columns(bytes: &[u8], rows: &mut Rows<'_>) -> Option<Columns> {
    let begin = rows.at;
    let (mut known, mut is_strong, mut words) = (Vec::new(), false, 0);
    let count = rows.next_row(|place, span| {
        let name = &bytes[span];
        if place >= MOST_COLUMNS {
            return;
        }
        words += usize::from(is_column(name));
        if let Some((what, strength)) = keys::key(name) {
            is_strong |= strength == Strength::Strong;
            known.push((place, what, keys::plain(name).to_owned()));
        }
    })?;
    let is_header = (2..=MOST_COLUMNS).contains(&count) && rows.at - begin <= LONGEST_HEADER;
    // Words with a remark or a number among them are a header still, code is none.
    if !is_header || !is_strong || words * 4 < count * 3 {
        return None;
    }
    let name = |name: Vec<u8>| format!("column {}", String::from_utf8_lossy(&name));
    let known = known.into_iter().map(|(place, what, text)| (place, what, name(text))).collect();
    Some(Columns { count, known })
}

/// Whether a text can be the name of a column.
fn is_column(name: &[u8]) -> bool {
    let name = name.trim_ascii();
    let is_sign =
        |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || b"_ -.()/#:%'".contains(byte);
    name.len() <= 64
        && name.first().is_some_and(|it| it.is_ascii_alphabetic() || *it >= 0x80 || *it == b'_')
        && name.iter().all(is_sign)
}

fn read_rows(bytes: &[u8], columns: &Columns, mut rows: Rows<'_>, layout: &mut Layout) {
    let mut row: Vec<Range<usize>> = vec![0..0; columns.known.len()];
    loop {
        let (mut next, begin) = (0, rows.at);
        let count = rows.next_row(|place, span| {
            if columns.known.get(next).is_some_and(|(known, ..)| *known == place) {
                row[next] = span;
                next += 1;
            }
        });
        let Some(count) = count else { return };
        if count != columns.count {
            continue;
        }
        layout.unit(begin..rows.at);
        for ((_, what, name), span) in columns.known.iter().zip(&row) {
            if let Some(mut finding) = value::found(bytes, span.clone(), *what) {
                finding.field = Some(name.clone());
                layout.findings.push(finding);
            }
        }
    }
}

/// Reads one row after the other.
struct Rows<'a> {
    bytes: &'a [u8],
    separator: u8,
    at: usize,
    /// How many quotes had no other one.
    unquoted: usize,
}

impl Rows<'_> {
    /// Says where each field of the next row is, without its quotes, and how many there are: 0 for a line
    /// without anything.
    fn next_row(&mut self, mut field: impl FnMut(usize, Range<usize>)) -> Option<usize> {
        if self.at >= self.bytes.len() {
            return None;
        }
        let mut count = 0;
        loop {
            let (span, end) = self.field();
            let is_blank = count == 0 && span.is_empty();
            let ends = self.bytes.get(end) != Some(&self.separator);
            if !(ends && is_blank) {
                field(count, span);
                count += 1;
            }
            self.at = end + 1;
            if ends {
                let is_pair = self.bytes.get(end..end + 2) == Some(b"\r\n");
                self.at += usize::from(is_pair);
                return Some(count);
            }
        }
    }

    /// The field that begins here, and where it ends.
    fn field(&mut self) -> (Range<usize>, usize) {
        if self.bytes.get(self.at) == Some(&b'"') && self.unquoted < MOST_UNQUOTED {
            match self.end_of_quoted() {
                Some(quote) => return (self.at + 1..quote, quote + 1),
                None => self.unquoted += 1,
            }
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let end = memchr::memchr3(self.separator, b'\n', b'\r', rest).unwrap_or(rest.len());
        (self.at..self.at + end, self.at + end)
    }

    /// Where the other quote is of the one that is here: what is between them may be anything.
    fn end_of_quoted(&self) -> Option<usize> {
        let last = self.bytes.len().min(self.at + LONGEST_FIELD);
        let mut at = self.at + 1;
        loop {
            let quote = at + memchr::memchr(b'"', self.bytes.get(at..last)?)?;
            match self.bytes.get(quote + 1) {
                Some(b'"') => at = quote + 2,
                None | Some(b'\n' | b'\r') => return Some(quote),
                Some(byte) if *byte == self.separator => return Some(quote),
                Some(_) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::structure::tests::{found_by, plain};

    fn found(text: &str) -> Vec<(String, String)> {
        found_by(read, text)
    }

    /// Synthetic rows, put together here so that no scanner stops at this page.
    fn table(separator: &str) -> String {
        let rows = [
            ["patient_id", "First Name", "DOB", "remark"],
            ["A-4711", "Jane", "1980~-01-31", "none"],
            ["A-4712", "John", "01/31~/1981", "called back"],
        ];
        rows.map(|row| row.join(separator)).join("\r\n")
    }

    #[test]
    fn values_are_known_by_the_names_of_their_columns() {
        for separator in [",", "\t", ";", "|"] {
            let found = found(&table(separator));
            let fields: Vec<&str> = found.iter().map(|(field, _)| &field[..]).collect();
            let columns = ["column patient_id", "column First Name", "column DOB"];
            assert_eq!(fields, [columns, columns].concat(), "{separator:?}");
            assert_eq!((&found[1].1, &found[5].1), (&plain("Jane"), &plain("01/31~/1981")));
        }
    }

    #[test]
    fn quotes_may_hold_separators_and_ends_of_lines() {
        let text = [
            "\u{feff}# made up\n\"mrn\",\"name\",note\n",
            "\"4711\",\"Roe, \"\"J\"\" Jane\",\"two\nlines\"\n4712,Doe,x\n",
        ]
        .concat();
        let values: Vec<String> = found(&text).into_iter().map(|(_, value)| value).collect();
        assert_eq!(values, ["4711", "Roe, \"\"J\"\" Jane", "4712", "Doe"]);
    }

    #[test]
    fn a_name_that_is_not_known_is_not_shown() {
        let text = table(",").replace("remark", "Jane~ Roe").replace("called back", "4713");
        assert!(found(&text).iter().all(|(field, _)| !field.contains("Roe")));
    }

    #[test]
    fn what_other_columns_hold_is_read_as_any_text() {
        let (ssn, mail) = (["219-45", "-6781"].concat(), ["j", "@", "clinic.org"].concat());
        let text = format!("mrn,note,ssn\n4711,\"is {ssn}, or {mail}\",{ssn}\n");
        let findings = crate::Scanner::new().scan(text.as_bytes());
        let found: Vec<_> = findings.iter().map(|it| (&it.rule[..], it.field.as_deref())).collect();
        let fields = [Some("column mrn"), None, None, Some("column ssn")];
        assert_eq!(
            found,
            ["mrn", "ssn", "email", "ssn"].into_iter().zip(fields).collect::<Vec<_>>()
        );
    }

    #[test]
    fn what_is_no_table_of_people_has_no_columns() {
        for text in [
            "",
            "\n",
            "name,email\nJane,jane@~clinic.example\n",
            "mrn,name\n",
            "mrn,name\n1,2,3\n4711,Jane\n",
            "fn f(mrn, name) {\n  g(a, b)\n}\n",
            "mrn\n4711\n4712\n",
            "int ssn, dob;\nint a, b;\n",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn hostile_tables_end_soon() {
        let begin = Instant::now();
        let header = "mrn,name\n4711,Jane\n";
        found(&"mrn,".repeat(1_000_000));
        found(&["mrn,", &"name,".repeat(9_000), "\n", &",".repeat(4_000_000)].concat());
        found(&[header, &"\"".repeat(4_000_000)].concat());
        found(&[header, &"\"a,\n".repeat(1_000_000)].concat());
        found(&[header, &"\"\"\"\n".repeat(1_000_000)].concat());
        found(&[header, "\"", &"\"\"\n".repeat(1_000_000)].concat());
        found(&[header, &"a".repeat(8_000_000)].concat());
        assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    }
}
