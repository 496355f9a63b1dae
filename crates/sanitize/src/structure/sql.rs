//! Rows in scripts of databases: `INSERT INTO ... VALUES` and `COPY ... FROM stdin`, by the columns that
//! they name, or that the script has made the table with.

pub(super) mod conditions;
mod created;

use std::ops::Range;

use super::keys::{self, Strength};
use super::{Layout, split, value};
use crate::what::What;
use created::Created;

/// The longest text of a row, in bytes, and how many may have no end until the rest is passed over.
const LONGEST_TEXT: usize = 1 << 20;
const MOST_ENDLESS: usize = 16;

/// How deep brackets may be in one another.
const DEEPEST: usize = 64;

/// Reads the rows of a script, or of a script within anything else.
pub(super) fn read(bytes: &[u8], layout: &mut Layout) {
    let mut created = None;
    let mut endless = 0;
    for word in [&b"INTO"[..], b"into", b"Into", b"COPY", b"copy"] {
        let mut at = 0;
        while let Some(found) = memchr::memmem::find(&bytes[at..], word) {
            let begin = at + found;
            at = begin + word.len();
            if !is_statement(bytes, begin, word) {
                continue;
            }
            let mut cursor = Cursor { bytes, at, is_endless: false };
            let Some(name) = cursor.table() else { continue };
            if word.eq_ignore_ascii_case(b"copy") {
                if let Some(columns) = cursor.columns() {
                    copied(&mut cursor, &columns, layout);
                }
            } else if let Some(name) = before_values(&bytes[name]) {
                let created = created.get_or_insert_with(|| Created::read(bytes));
                if let Some(columns) = created.columns(name) {
                    inserted(&mut cursor, columns, layout);
                }
            } else if let Some(columns) = cursor.columns()
                && cursor.word(b"values").or_else(|| cursor.word(b"value")).is_some()
            {
                inserted(&mut cursor, &columns, layout);
            }
            at = cursor.at.max(at);
            endless += usize::from(cursor.is_endless);
            if endless > MOST_ENDLESS {
                return;
            }
        }
    }
}

/// The name of a table that has no list of columns: the rows follow at once.
fn before_values(name: &[u8]) -> Option<&[u8]> {
    let name = name.trim_ascii_end();
    let (name, word) = name.split_at_checked(name.len().checked_sub(6)?)?;
    let is_apart = name.last().is_some_and(|it| it.is_ascii_whitespace() || b"`\"]".contains(it));
    (is_apart && word.eq_ignore_ascii_case(b"values")).then_some(name)
}

/// Whether a word is the one of a statement: `INTO` behind `INSERT` or `REPLACE`, `COPY` at the beginning
/// of a line.
fn is_statement(bytes: &[u8], at: usize, word: &[u8]) -> bool {
    if !bytes.get(at + word.len()).is_some_and(u8::is_ascii_whitespace) {
        return false;
    }
    let before = &bytes[at.saturating_sub(32)..at];
    if word.eq_ignore_ascii_case(b"copy") {
        return at == 0 || before.ends_with(b"\n");
    }
    let trimmed = before.trim_ascii_end().to_ascii_lowercase();
    let verbs = [&b"insert"[..], b"replace", b"ignore"];
    trimmed.len() < before.len() && verbs.iter().any(|verb| trimmed.ends_with(verb))
}

/// What a column holds, and how it is called; nothing where that is not known.
type Column = Option<(What, String)>;

/// What the name of a column says, without its quotes.
fn column(name: &[u8]) -> Option<((What, String), Strength)> {
    let (what, strength) = keys::key(name)?;
    let name = String::from_utf8_lossy(keys::plain(name));
    Some(((what, format!("column {name}")), strength))
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Whether a text has no end.
    is_endless: bool,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_blank(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    }

    fn pass(&mut self, byte: u8) -> Option<()> {
        self.skip_blank();
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.skip_blank();
        let text = self.bytes.get(self.at..self.at + word.len())?;
        text.eq_ignore_ascii_case(word).then(|| self.at += word.len())
    }

    /// The name of a table, with what is said of it up to the bracket behind it.
    fn table(&mut self) -> Option<Range<usize>> {
        self.skip_blank();
        let rest = &self.bytes[self.at..self.bytes.len().min(self.at + 200)];
        let is_part = |byte: &u8| {
            byte.is_ascii_alphanumeric() || b"_.`\"[]$ \\\r\n\t".contains(byte) || *byte >= 0x80
        };
        let length = rest.iter().take_while(|byte| is_part(byte)).count();
        let name = self.at..self.at + length;
        self.at += length;
        (length > 0 && self.peek() == Some(b'(')).then_some(name)
    }

    /// The list of columns in brackets, if it names something of a person in care.
    fn columns(&mut self) -> Option<Vec<Column>> {
        self.pass(b'(')?;
        let begin = self.at;
        let is_part = |byte: &u8| {
            byte.is_ascii_alphanumeric() || b"_`\"[].,$ \\\r\n\t".contains(byte) || *byte >= 0x80
        };
        let rest = &self.bytes[begin..];
        let length = rest.iter().take_while(|byte| is_part(byte)).count();
        self.at = begin + length;
        let list = begin..self.at;
        self.pass(b')')?;
        let mut is_strong = false;
        let mut known = |span: Range<usize>| {
            let is_quote = |byte: &u8| b"`\"[]\\ \r\n\t".contains(byte);
            let text = &self.bytes[span];
            let text = &text[text.iter().take_while(|it| is_quote(it)).count()..];
            let text =
                &text[..text.len() - text.iter().rev().take_while(|it| is_quote(it)).count()];
            let (column, strength) = column(text)?;
            is_strong |= strength == Strength::Strong;
            Some(column)
        };
        let columns: Vec<Column> = split(self.bytes, list, b',').map(&mut known).collect();
        is_strong.then_some(columns)
    }

    /// What stands between two commas of a row: the first text in quotes, as in `to_date('...', '...')`,
    /// or the number. Empty where there is neither.
    fn item(&mut self) -> Option<Range<usize>> {
        self.skip_blank();
        // `N'...'`, `E'...'` and `DATE '...'`.
        let begin = self.at;
        let rest = &self.bytes[begin..];
        let letters = rest
            .iter()
            .take(16)
            .take_while(|byte| byte.is_ascii_alphabetic() || **byte == b' ')
            .count();
        if letters > 0 && rest.get(letters) == Some(&b'\'') {
            self.at += letters;
        }
        let mut value = None;
        let mut depth = 0;
        while let Some(byte) = self.peek() {
            match byte {
                b'\'' | b'"' | b'`' => {
                    let span = self.quoted(byte).or_else(|| self.cut_off())?;
                    value = value.or(Some(span));
                }
                b'(' | b'[' if depth < DEEPEST => {
                    depth += 1;
                    self.at += 1;
                }
                b'(' | b'[' => return None,
                b')' | b']' if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' if depth > 0 => self.at += 1,
                b',' | b')' => break,
                b';' => return None,
                _ => self.at += 1,
            }
        }
        // Without quotes only numbers are values.
        let is_number = self.bytes.get(begin).is_some_and(u8::is_ascii_digit);
        Some(value.unwrap_or(begin..if is_number { self.at } else { begin }))
    }

    /// The text behind the quote here that is broken off with all else: there is no more than its line.
    fn cut_off(&mut self) -> Option<Range<usize>> {
        let span = self.at + 1..self.bytes.len();
        let rest = self.bytes.get(span.clone()).filter(|rest| rest.len() <= LONGEST_TEXT)?;
        if memchr::memchr(b'\n', rest).is_some() {
            return None;
        }
        self.at = span.end;
        Some(span)
    }

    /// Whether a script is broken off here.
    fn is_at_end(&mut self) -> bool {
        self.skip_blank();
        self.at >= self.bytes.len()
    }

    /// The text in the quotes that begin here.
    fn quoted(&mut self, quote: u8) -> Option<Range<usize>> {
        let begin = self.at + 1;
        let last = self.bytes.len().min(begin + LONGEST_TEXT);
        let mut at = begin;
        loop {
            let Some(found) =
                self.bytes.get(at..last).and_then(|rest| memchr::memchr2(quote, b'\\', rest))
            else {
                self.is_endless = true;
                return None;
            };
            at += found;
            if self.bytes[at] == b'\\' || self.bytes.get(at + 1) == Some(&quote) {
                at += 2;
                continue;
            }
            self.at = at + 1;
            return Some(begin..at);
        }
    }
}

/// Reads rows in brackets. Of one that is broken off with the script what it has counts.
fn inserted(cursor: &mut Cursor<'_>, columns: &[Column], layout: &mut Layout) {
    while cursor.pass(b'(').is_some() {
        let begin = cursor.at;
        let mut row = Vec::new();
        while let Some(span) = cursor.item() {
            // What is more than the columns is of no use, and may be much.
            if row.len() <= columns.len() {
                row.push(span);
            }
            if cursor.pass(b',').is_none() {
                break;
            }
        }
        let is_whole = cursor.pass(b')').is_some();
        let is_row = match is_whole {
            true => row.len() == columns.len(),
            false => row.len() <= columns.len() && cursor.is_at_end(),
        };
        if is_row {
            layout.unit(begin..cursor.at);
            for (span, column) in row.into_iter().zip(columns) {
                if let Some((what, name)) = column {
                    add(cursor.bytes, span, *what, name, layout);
                }
            }
        }
        if !is_whole || cursor.pass(b',').is_none() {
            return;
        }
    }
}

fn copied(cursor: &mut Cursor<'_>, columns: &[Column], layout: &mut Layout) {
    if cursor.word(b"from").is_none() || cursor.word(b"stdin").is_none() {
        return;
    }
    let bytes = cursor.bytes;
    let line = |at: usize| memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end);
    let mut at = line(cursor.at) + 1;
    while at < bytes.len() {
        let end = line(at);
        let row = at..end - usize::from(bytes[at..end].ends_with(b"\r"));
        at = end + 1;
        cursor.at = end;
        if bytes[row.clone()] == *b"\\." {
            return;
        }
        let count = memchr::memchr_iter(b'\t', &bytes[row.clone()]).count() + 1;
        // The last line may be broken off.
        if count > columns.len() || count < columns.len() && end < bytes.len() {
            continue;
        }
        layout.unit(row.clone());
        for (span, column) in split(bytes, row, b'\t').zip(columns) {
            if let Some((what, name)) = column {
                add(bytes, span, *what, name, layout);
            }
        }
    }
}

fn add(bytes: &[u8], span: Range<usize>, what: What, name: &str, layout: &mut Layout) {
    if let Some(mut finding) = value::found(bytes, span, what) {
        finding.field = Some(name.to_owned());
        layout.findings.push(finding);
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

    // Synthetic, and put together here so that no scanner stops at this page.
    const INSERT: &str =
        concat!("insert", " into `t` (id, ", "`Patient_Name`, ", "[dob], email) values");

    #[test]
    fn rows_are_read_by_the_columns_of_the_statement() {
        let rows = [
            "(1, 'Jane O''Neil', DATE '1980~-01-31', NULL)",
            "(2, N'Jo\\'an, Roe', upper('Roe, Jo'), lower(concat('a', (1))))",
            "(f(1, ')'), \"John~ Doe\", '01/31~/1981', 'j@~clinic.example');",
        ];
        let found = found(&[INSERT, " ", &rows.join(",\n")].concat());
        let values: Vec<&str> = found.iter().map(|(_, value)| &value[..]).collect();
        assert_eq!(values[0..2], ["Jane O''Neil", &plain("1980~-01-31")]);
        assert_eq!(
            values[values.len() - 3..],
            ["John~ Doe", "01/31~/1981", "j@~clinic.example"].map(plain)
        );
        assert_eq!(found[0].0, "column Patient_Name");
    }

    #[test]
    fn dumps_are_read_up_to_their_mark() {
        let head = ["COPY public.t (mrn, note, \"dob\")", " FROM stdin;"].concat();
        let lines = [
            &head[..],
            "4711\tfree text\t1980~-01-31",
            "4712\t\\N\t\\N",
            "4713\tx",
            "\\.",
            "4714\tx\t1980~-01-31",
        ];
        let values: Vec<String> =
            found(&lines.join("\n")).into_iter().map(|(_, value)| value).collect();
        assert_eq!(values, ["4711", "1980~-01-31", "4712"].map(plain));
    }

    #[test]
    fn rows_without_names_are_those_of_the_table_that_was_made() {
        let table = [
            "CREATE TABLE IF NOT EXISTS `d`.`t` (",
            "  `id` decimal(10,2) NOT NULL,\n  mrn varchar(20), [last name] text,",
            "  PRIMARY KEY (`id`), KEY x (mrn, id)\n) ENGINE=x;\n",
        ];
        let rows = "INSERT INTO `t` VALUES (1,'4711','Roe'),(2,'4712',NULL);\ninsert into u values (1,'4711','Roe')";
        let values: Vec<String> =
            found(&[&table.concat(), rows].concat()).into_iter().map(|(_, value)| value).collect();
        assert_eq!(values, ["4711", "Roe", "4712"]);
        assert!(found(rows).is_empty());
    }

    #[test]
    fn a_script_that_is_broken_off_is_understood_up_to_there() {
        let rows = " (1, 'Ja~ne Roe', '1980~-01-31', NULL), (2, 'Jo~hn Doe', '1981~-02";
        let values: Vec<String> =
            found(&[INSERT, rows].concat()).into_iter().map(|(_, value)| value).collect();
        assert_eq!(values, ["Ja~ne Roe", "1980~-01-31", "Jo~hn Doe"].map(plain));
        for (rows, last) in [
            (" (1, 'Ja~ne Roe', ", "Ja~ne Roe"),
            (" (1, 'Ja~ne Roe'", "Ja~ne Roe"),
            (" (1, 'Jane", "Jane"),
        ] {
            assert_eq!(found(&[INSERT, rows].concat())[0].1, plain(last), "{rows}");
        }
        assert!(found(&[INSERT, " (1, 'it is\nno text"].concat()).is_empty());
        let head =
            ["COPY public.t (mrn, note, \"dob\")", " FROM stdin;\n4711\tx\t\n4712\ty"].concat();
        let values: Vec<String> = found(&head).into_iter().map(|(_, value)| value).collect();
        assert_eq!(values, ["4711", "4712"]);
    }

    #[test]
    fn statements_without_known_columns_or_values_hold_nothing() {
        for text in [
            "INSERT INTO t VALUES ('Jane~ Doe', '1980~-01-31')",
            "INSERT INTO t (name, email) VALUES ('Jane~ Doe', 'j@~clinic.example')",
            "INSERT INTO t (mrn, dob) VALUES (?, :dob), ($1, %s)",
            "INSERT INTO t (mrn, dob) SELECT 4711, '1980~-01-31'",
            "INSERT INTO t (mrn, dob) VALUES (4711)",
            "copy (mrn) from stdin",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn hostile_scripts_end_soon() {
        let begin = Instant::now();
        let list = concat!("insert", " into t (mrn, dob) values ");
        for text in [
            concat!("insert", " into t (").repeat(200_000),
            concat!("create", " table t (").repeat(200_000),
            concat!("create", " table t (mrn int);insert into t values ").repeat(50_000),
            [list, "('"].concat().repeat(100_000),
            [list, "(\\'"].concat().repeat(100_000),
            [list, &"(".repeat(2_000_000)].concat(),
            [list, "(", &"1,".repeat(2_000_000)].concat(),
            [list, "('", &"''".repeat(2_000_000)].concat(),
            [concat!("COPY", " t (mrn,dob) from stdin;\n"), &"\t".repeat(2_000_000)].concat(),
            concat!("COPY", " t (mrn,dob) from stdin;\n").repeat(100_000),
        ] {
            found(&text);
        }
        assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    }
}
