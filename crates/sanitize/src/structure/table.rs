//! Tables as text: lines of fields with commas, tabs, semicolons or other signs between them, below a line that
//! names the columns (RFC 4180, and what is written like it).
//!
//! One whose names are the first line of a document goes on to its end. Elsewhere, as below a title, it is known
//! by its rows: under a telling name there has to be a value of its kind.

mod body;
mod columns;
mod lines;
mod rows;
mod single;

use std::collections::HashSet;
use std::ops::Range;

use super::{Layout, quote, value};
use crate::stand_in;
use crate::what::What;
use body::Table;
use columns::Columns;
use lines::{
    LONGEST_HEADER, LONGEST_HEADER_WITHIN, first_line, line_after, line_around, line_from,
};
use rows::Rows;

const SEPARATORS: [u8; 6] = [b',', b'\t', b';', b'|', b'^', b'~'];

/// The most lines of titles before the names of columns.
const MOST_TITLES: usize = 6;

/// Where a table is: the less is known of a text, the more its rows have to say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Its names are the first line of the document.
    First,
    /// Only a few lines stand before it, up to its first empty line.
    NearTop,
    Within,
}

/// Reads a document that is a table, or has some in it.
pub(super) fn read(bytes: &[u8], stems: &[Range<usize>], layout: &mut Layout) {
    let begin = first_line(bytes);
    let line = line_from(bytes, begin, LONGEST_HEADER);
    let mut at = 0;
    if !has_separator(&bytes[line.clone()]) {
        if single::read(bytes, line.clone(), layout) {
            return;
        }
    } else if let Some((columns, rows)) = first_table(bytes, begin) {
        let is_all = rows.bytes.len() == bytes.len();
        at = Table { bytes, columns, place: Place::First, layout }.read(rows);
        if is_all {
            return;
        }
    }
    let top = line_after(bytes, begin, MOST_TITLES);
    for stem in stems {
        if stem.start < at {
            continue;
        }
        let Some(line) = line_around(bytes, stem.start) else { continue };
        at = line.end;
        if !layout.is_open(&line) || !has_separator(&bytes[line.clone()]) {
            continue;
        }
        let marks = |byte: &&u8| matches!(byte, b'#' | b' ' | b'\t');
        let begin = line.start + bytes[line.clone()].iter().take_while(marks).count();
        let place = if begin < top { Place::NearTop } else { Place::Within };
        if let Some((columns, rows)) = table_within(bytes, begin) {
            at = Table { bytes, columns, place, layout }.read(rows).max(at);
        }
    }
}

/// Whether a text begins with names of columns, or with titles and these.
pub(super) fn has_columns(bytes: &[u8]) -> bool {
    let mut at = first_line(bytes);
    for _ in 0..=MOST_TITLES {
        if tables(bytes, at, LONGEST_HEADER).any(|(columns, _)| columns.are_words) {
            return true;
        }
        at = line_from(bytes, at, LONGEST_HEADER).end + 1;
        if at >= bytes.len() {
            break;
        }
    }
    false
}

fn has_separator(line: &[u8]) -> bool {
    SEPARATORS.iter().any(|separator| line.contains(separator))
}

/// The columns of a document that is a table, and its rows: the first ones have as many fields as there are names,
/// or values of the right kind.
fn first_table(bytes: &[u8], begin: usize) -> Option<(Columns, Rows<'_>)> {
    tables(bytes, begin, LONGEST_HEADER).find(|(columns, rows)| {
        columns.are_words && columns.are_as_many_as_in(rows) || columns.are_those_of(rows)
    })
}

/// The columns that a line anywhere names, and the rows behind it, if these have values of the right kind.
fn table_within(bytes: &[u8], begin: usize) -> Option<(Columns, Rows<'_>)> {
    tables(bytes, begin, LONGEST_HEADER_WITHIN)
        .find(|(columns, rows)| columns.are_all_words && columns.are_those_of(rows))
}

/// What the line here may be the names of, by each separator.
fn tables(bytes: &[u8], begin: usize, longest: usize) -> impl Iterator<Item = (Columns, Rows<'_>)> {
    let line = line_from(bytes, begin, longest);
    SEPARATORS.into_iter().filter_map(move |separator| {
        if !bytes[line.clone()].contains(&separator) {
            return None;
        }
        let mut rows = Rows::new(bytes, separator, begin);
        let columns = Columns::read(bytes, &mut rows, longest)?;
        // A table in a string ends with it.
        let end = quote::end_around(bytes, begin..rows.at.min(bytes.len()));
        rows.bytes = &bytes[..end];
        Some((columns, rows))
    })
}

/// Whether a value says by its form that it is one of its kind.
fn is_telling(what: What, text: &[u8]) -> bool {
    value::is_literal(what, text) || what == What::Name && value::is_beside(what, text)
}

/// Whether a text stands where a value was that was taken out: what is added to a clean table is still of one.
fn was_value(text: &[u8]) -> bool {
    text.len() >= SHORTEST_MARK && stand_in::is_stand_in(text, &HashSet::new())
}

/// The length of the shortest mark or mask that says something.
const SHORTEST_MARK: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structure::tests::{assert_counts, found_by, plain, values_by, with_stems};

    pub(super) fn found(text: &str) -> Vec<(String, String)> {
        found_by(with_stems(read), text)
    }

    pub(super) fn values(text: &str) -> Vec<String> {
        values_by(with_stems(read), text)
    }

    /// Synthetic rows, put together here so that no scanner stops at this page.
    fn table(separator: &str) -> String {
        let rows = [
            ["patient_id", "First Name", "DOB", "remark"],
            ["A-4~711", "Jane", "1980~-01-31", "none"],
            ["A-4~712", "John", "01/31~/1981", "called back"],
        ];
        rows.map(|row| row.join(separator)).join("\r\n")
    }

    #[test]
    fn values_are_known_by_the_names_of_their_columns() {
        for separator in [",", "\t", ";", "|", "^"] {
            let found = found(&table(separator));
            let fields: Vec<&str> = found.iter().map(|(field, _)| &field[..]).collect();
            let columns = ["column patient_id", "column First Name", "column DOB"];
            assert_eq!(fields, [columns, columns].concat(), "{separator:?}");
            assert_eq!((&found[1].1, &found[5].1), (&plain("Jane"), &plain("01/31~/1981")));
        }
    }

    #[test]
    fn tildes_may_stand_between_fields() {
        let mut layout = Layout::default();
        read(plain(&table(",")).replace(',', "\u{7e}").as_bytes(), &[], &mut layout);
        assert_eq!(layout.findings.len(), 6);
    }

    #[test]
    fn titles_may_stand_above_the_names_of_columns() {
        let rows = "m~rn,last_name\n4829~1734,Thorn~bury\n";
        for before in [
            "Report of 12 March\n\n",
            "Report of 12 March, ward 7\nPrinted by the clerk\n",
            "Report,,\n,,\n",
            "# Report\n# ",
            "A page of text, with a table.\n\n    code, more code\n\n\n\n\n\n\n\nThe table:\n\n    ",
        ] {
            assert_eq!(values(&format!("{before}{rows}")), ["48291734", "Thornbury"], "{before}");
        }
        let text = format!("Ward 7\n{rows}\nWard 8\n{rows}\nTotal, all: 2\nSigned, Somebody\n");
        assert_eq!(values(&text), ["48291734", "Thornbury"].repeat(2));
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
            "mrn,name\n1,2,3\n4,Jane\n",
            "text\n\nmrn, name, dob\nare asked for\n",
            "import ssn, dob\n\nssn, dob = read(1, 2)\nJohn, Mary = 1, 2\n",
            "def f(\n    mrn, dob\n):\n    return Mary, John\n",
            "// x\nlet (\n  ssn, dob,\n) = (Foo, Bar);\nf(1971, 12345678);\n",
            "fn f(mrn, name) {\n  g(a, b)\n}\n",
            "int ssn, dob;\nint a, b;\n",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn hostile_tables_end_soon() {
        let header = "mrn,name\n4711,Jane\n";
        assert_counts(
            found,
            [
                ("mrn,".repeat(250_000), 0),
                (["mrn,", &"name,".repeat(9_000), "\n", &",".repeat(1_000_000)].concat(), 0),
                ([header, &"\"".repeat(1_000_000)].concat(), 2),
                ([header, &"\"a,\n".repeat(250_000)].concat(), 2),
                ([header, &"\"\"\"\n".repeat(250_000)].concat(), 2),
                ([header, "\"", &"\"\"\n".repeat(250_000)].concat(), 2),
                ([header, &"a".repeat(2_000_000)].concat(), 2),
                ([header, &"'".repeat(1_000_000)].concat(), 2),
                ([header, &"'a,".repeat(250_000)].concat(), 2),
                ("mrn,\"\"\"\n".repeat(75_000), 0),
                (["x\n", &"mrn,name\n".repeat(75_000)].concat(), 0),
                (["x\n", &"mrn,name\n4711,Jane\n\n".repeat(50_000)].concat(), 100_000),
                (["x\n", &"mrn,name\n".repeat(20), &"\"\"\",".repeat(250_000)].concat(), 0),
                (["x\n", &header.repeat(20), &"4711,Jane,".repeat(75_000)].concat(), 44),
                (["mrn\n", &"4711\n".repeat(125_000), "x"].concat(), 0),
                (["x\n", &"\"a patient, and an mrn\n\",\n".repeat(50_000)].concat(), 0),
            ],
        );
    }
}
