//! Tables as text: lines of fields with commas, tabs, semicolons or other signs between them, below a line that
//! names the columns (RFC 4180, and what is written like it).
//!
//! One whose names are the first line of a document goes on to its end. Elsewhere, as below a title, it is known
//! by its rows: under a telling name there has to be a value of its kind.

use std::collections::HashSet;
use std::ops::Range;

use super::keys::{self, Strength};
use super::{Layout, trimmed, value};
use crate::finding::Finding;
use crate::stand_in;
use crate::what::What;

const SEPARATORS: [u8; 6] = [b',', b'\t', b';', b'|', b'^', b'~'];

/// The longest line of names, in bytes, at the beginning and elsewhere, and the most columns.
const LONGEST_HEADER: usize = 1 << 18;
const LONGEST_HEADER_WITHIN: usize = 4096;
const MOST_COLUMNS: usize = 10_000;

/// The longest field in quotes, in bytes, and how many may have no other quote until quotes are signs
/// like any other.
const LONGEST_FIELD: usize = 1 << 16;
const MOST_UNQUOTED: usize = 16;

/// So many rows at the beginning have to have as many fields as there are names, or at least half of the first
/// ones that say something have to have values of the right kind.
const FIRST_ROWS: usize = 3;
const MOST_TRIED: usize = 16;
const LONGEST_TRIED: usize = 1 << 16;

/// Signs around fields, and the most blanks before and behind them.
const QUOTES: [u8; 2] = [b'"', b'\''];
const MOST_BLANKS: usize = 64;

/// The most lines of titles before the names of columns.
const MOST_TITLES: usize = 6;

/// So many lines without a value end a table that is not all of its document.
const MOST_UNFIT: usize = 16;

/// The most fields behind those of the columns that are looked at, as where a name has a comma in it.
const MOST_SURPLUS: usize = 4;

/// Reads a document that is a table, or has some in it.
pub(super) fn read(bytes: &[u8], stems: &[Range<usize>], layout: &mut Layout) {
    let begin = first_line(bytes);
    let line = line_from(bytes, begin, LONGEST_HEADER);
    if !has_separator(&bytes[line.clone()]) {
        if read_column(bytes, line.clone(), layout) {
            return;
        }
    } else if let Some((columns, rows)) = first_table(bytes, begin) {
        Table { bytes, columns, place: Place::First, layout }.read(rows);
        return;
    }
    let top = line_after(bytes, begin, MOST_TITLES);
    let mut at = 0;
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
        let line = line_from(bytes, at, LONGEST_HEADER);
        if SEPARATORS.into_iter().any(|separator| {
            bytes[line.clone()].contains(&separator)
                && Columns::read(bytes, &mut Rows::new(bytes, separator, at))
                    .is_some_and(|columns| columns.are_words)
        }) {
            return true;
        }
        at = line.end + 1;
        if at >= bytes.len() {
            break;
        }
    }
    false
}

fn has_separator(line: &[u8]) -> bool {
    SEPARATORS.iter().any(|separator| line.contains(separator))
}

/// The line that begins here, or so much of it.
fn line_from(bytes: &[u8], begin: usize, longest: usize) -> Range<usize> {
    let rest = &bytes[begin.min(bytes.len())..bytes.len().min(begin + longest)];
    begin..begin + memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())
}

/// Where the line begins that is so many behind one.
fn line_after(bytes: &[u8], begin: usize, count: usize) -> usize {
    let rest = bytes.get(begin..).unwrap_or_default();
    let end = memchr::memchr_iter(b'\n', rest).nth(count);
    end.map_or(bytes.len(), |end| begin + end + 1)
}

/// The line of a place; none where it is too long for names of columns.
fn line_around(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let first = at.saturating_sub(LONGEST_HEADER_WITHIN);
    let begin = match memchr::memrchr2(b'\n', b'\r', &bytes[first..at]) {
        Some(end) => first + end + 1,
        None if first == 0 => 0,
        None => return None,
    };
    let line = line_from(bytes, begin, LONGEST_HEADER_WITHIN);
    (line.end > at && line.len() < LONGEST_HEADER_WITHIN).then_some(line)
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

/// The columns of a document that is a table, and its rows: the first ones have as many fields as there are names,
/// or values of the right kind.
fn first_table(bytes: &[u8], begin: usize) -> Option<(Columns, Rows<'_>)> {
    tables(bytes, begin).find(|(columns, rows)| {
        let mut ahead = Rows { ..*rows };
        let counts = std::iter::from_fn(|| ahead.next_row(|_, _| {}));
        let firsts: Vec<usize> = counts.filter(|count| *count > 0).take(FIRST_ROWS).collect();
        let is_even = !firsts.is_empty() && firsts.iter().all(|it| *it == columns.count);
        columns.are_words && is_even || columns.are_those_of(rows)
    })
}

/// The columns that a line anywhere names, and the rows behind it, if these have values of the right kind.
fn table_within(bytes: &[u8], begin: usize) -> Option<(Columns, Rows<'_>)> {
    tables(bytes, begin).find(|(columns, rows)| columns.are_all_words && columns.are_those_of(rows))
}

/// What the line here may be the names of, by each separator.
fn tables(bytes: &[u8], begin: usize) -> impl Iterator<Item = (Columns, Rows<'_>)> {
    let line = line_from(bytes, begin, LONGEST_HEADER);
    SEPARATORS.into_iter().filter_map(move |separator| {
        if !bytes[line.clone()].contains(&separator) {
            return None;
        }
        let mut rows = Rows::new(bytes, separator, begin);
        Columns::read(bytes, &mut rows).map(|columns| (columns, rows))
    })
}

/// Reads a document that is one column of numbers, dates or names below a telling name: all of its lines have to be
/// values. Says whether it is one.
fn read_column(bytes: &[u8], header: Range<usize>, layout: &mut Layout) -> bool {
    let name = &bytes[unquoted(bytes, header.clone())];
    let Some((what, Strength::Strong)) = keys::key(name) else { return false };
    let field = field(name);
    let (mut findings, mut literal, mut at) = (Vec::new(), 0, header.end);
    while at < bytes.len() {
        let line = line_from(bytes, at + 1, LONGEST_HEADER);
        at = line.end;
        let span = unquoted(bytes, line);
        let text = &bytes[span.clone()];
        if text.is_empty() || was_value(text) {
            continue;
        }
        let is_literal = value::is_literal(what, text);
        let may_be = is_literal || what == What::Name && value::is_beside(what, text);
        if !may_be {
            return false;
        }
        literal += usize::from(is_literal);
        findings.push(Finding { field: Some(field.clone()), ..value::as_found(bytes, what, span) });
    }
    // Names are words: at least half of them have to be known.
    if findings.is_empty() || literal * 2 < findings.len() {
        return false;
    }
    for finding in findings {
        layout.unit(finding.span.clone());
        layout.findings.push(finding);
    }
    true
}

/// A line without blanks and quotes around it, and without separators behind it.
fn unquoted(bytes: &[u8], line: Range<usize>) -> Range<usize> {
    let text = &bytes[line.clone()];
    let is_end = |byte: &&u8| matches!(byte, b',' | b';') || byte.is_ascii_whitespace();
    let ends = text.iter().rev().take_while(is_end).count();
    let line = trimmed(bytes, line.start..line.end - ends);
    match &bytes[line.clone()] {
        [b'"', .., b'"'] | [b'\'', .., b'\''] => line.start + 1..line.end - 1,
        _ => line,
    }
}

/// How a column is called in findings.
fn field(name: &[u8]) -> String {
    format!("column {}", String::from_utf8_lossy(keys::plain(name)))
}

/// Where a table is: the less is known of a text, the more its rows have to say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Its names are the first line of the document.
    First,
    /// Only a few lines stand before it, up to its first empty line.
    NearTop,
    Within,
}

/// A column whose name is known.
struct Column {
    place: usize,
    what: What,
    is_strong: bool,
    field: String,
}

/// What the columns hold, by their places.
struct Columns {
    count: usize,
    /// Without those at the end that have no name.
    named: usize,
    known: Vec<Column>,
    /// Whether the names are words, but for a remark or a number among them: code is none. And whether all are.
    are_words: bool,
    are_all_words: bool,
}

impl Columns {
    /// The columns that the next row names, if it names something of a person in care.
    fn read(bytes: &[u8], rows: &mut Rows<'_>) -> Option<Self> {
        let begin = rows.at;
        let (mut known, mut words, mut names, mut named) = (Vec::new(), 0, 0, 0);
        let count = rows.next_row(|place, span| {
            let name = &bytes[span];
            if place >= MOST_COLUMNS || name.trim_ascii().is_empty() {
                return;
            }
            names += 1;
            named = place + 1;
            words += usize::from(is_column(name));
            if let Some((what, strength)) = keys::key(name) {
                let is_strong = strength == Strength::Strong;
                known.push((place, what, is_strong, keys::plain(name).to_owned()));
            }
        })?;
        let is_header = (2..=MOST_COLUMNS).contains(&count) && rows.at - begin <= LONGEST_HEADER;
        let is_strong = known.iter().any(|(_, _, is_strong, _)| *is_strong);
        if !is_header || !is_strong || words * 2 < names {
            return None;
        }
        let known = known.into_iter().map(|(place, what, is_strong, name)| Column {
            place,
            what,
            is_strong,
            field: field(&name),
        });
        let (are_words, are_all_words) = (words * 4 >= names * 3, words == names);
        Some(Self { count, named, known: known.collect(), are_words, are_all_words })
    }

    /// Whether the first rows that say something in these columns have values of the right kind: at least half of
    /// them, and one under a telling name.
    fn are_those_of(&self, rows: &Rows<'_>) -> bool {
        let last = rows.bytes.len().min(rows.at + LONGEST_TRIED);
        let bytes = &rows.bytes[..last];
        let mut rows = Rows { bytes, ..*rows };
        let (mut row, mut said, mut fit, mut is_told) = (Row::default(), 0, 0, false);
        for _ in 0..MOST_TRIED {
            let is_over = rows.read_into(&mut row, self.count + MOST_SURPLUS).is_none();
            if is_over || row.filled == 0 && said > 0 || fit == 0 && said > FIRST_ROWS {
                break;
            }
            let mut known = self
                .known
                .iter()
                .filter_map(|column| row.cell(bytes, column.place).map(|span| (column, span)))
                .peekable();
            let is_said = known.peek().is_some();
            let mut is_fit = false;
            for (column, span) in known {
                let text = &bytes[span];
                let was_value = was_value(text);
                is_fit |= was_value || is_telling(column.what, text);
                is_told |= column.is_strong && (was_value || value::is_literal(column.what, text));
            }
            // One field alone may be a remark.
            said += usize::from(is_fit || is_said && row.count > 1);
            fit += usize::from(is_fit);
        }
        is_told && fit * 2 >= said
    }
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

/// Whether a text can be the name of a column.
fn is_column(name: &[u8]) -> bool {
    let name = name.trim_ascii();
    let is_sign =
        |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || b"_ -.()/#:%'".contains(byte);
    name.len() <= 64
        && name.first().is_some_and(|it| it.is_ascii_alphabetic() || *it >= 0x80 || *it == b'_')
        && name.iter().all(is_sign)
}

/// The fields of a row.
#[derive(Default)]
struct Row {
    fields: Vec<Range<usize>>,
    /// How many there are, and how many without the last ones that are empty.
    count: usize,
    filled: usize,
}

impl Row {
    /// What stands in a column; nothing where it is empty.
    fn cell(&self, bytes: &[u8], place: usize) -> Option<Range<usize>> {
        let span = trimmed(bytes, self.fields.get(place)?.clone());
        (!span.is_empty()).then_some(span)
    }
}

/// A table that is read.
struct Table<'a, 'b> {
    bytes: &'a [u8],
    columns: Columns,
    place: Place,
    layout: &'b mut Layout,
}

impl Table<'_, '_> {
    /// Reads the rows; says where the last one ends. Names of other columns among them begin another table.
    fn read(mut self, mut rows: Rows<'_>) -> usize {
        let (mut row, mut unfit, mut end) = (Row::default(), 0, rows.at);
        loop {
            let begin = rows.at;
            if rows.read_into(&mut row, self.columns.count + MOST_SURPLUS).is_none() {
                return end.min(self.bytes.len());
            }
            if row.count == 0 {
                if self.place == Place::NearTop {
                    self.place = Place::Within;
                }
                continue;
            }
            let found = self.found(&row);
            let is_row = self.is_row(&row, &found);
            if !is_row && let Some(columns) = other_columns(&rows, begin) {
                self.columns = columns;
                continue;
            }
            if is_row || self.place == Place::First && self.is_even(&row) {
                self.layout.unit(begin..rows.at);
                self.layout.findings.extend(found);
                (end, unfit) = (rows.at, 0);
                continue;
            }
            unfit += 1;
            if unfit > MOST_UNFIT && self.place != Place::First {
                return end.min(self.bytes.len());
            }
        }
    }

    /// The values of a row. Of one that is longer than the names of columns, as where a name has a comma in it,
    /// what stands further behind may be meant, too.
    fn found(&self, row: &Row) -> Vec<Finding> {
        let surplus = row.filled.saturating_sub(self.columns.named).min(MOST_SURPLUS);
        let mut findings = Vec::new();
        for column in &self.columns.known {
            let mut add = |place: usize| {
                let span = row.fields.get(place)?.clone();
                let finding = value::found(self.bytes, span, column.what)?;
                findings.push(Finding { field: Some(column.field.clone()), ..finding });
                Some(())
            };
            let is_found = add(column.place).is_some();
            if matches!(column.what, What::Name | What::Address) {
                let is_part = |place: &usize| {
                    let span = row.cell(self.bytes, *place);
                    span.is_some_and(|span| value::is_beside(What::Name, &self.bytes[span]))
                };
                let parts = column.place + 1..=column.place + surplus;
                for place in parts.filter(is_part) {
                    add(place);
                }
            } else if surplus > 0 && !is_found {
                add(column.place + surplus);
            }
        }
        findings
    }

    /// Whether a row has a field for each column, and no more.
    fn is_even(&self, row: &Row) -> bool {
        row.count == self.columns.count || row.filled == self.columns.named
    }

    /// Whether the values of a row say that it is one of the table: any where it has a field for each column in a
    /// document that is a table, and else one that is no word, unless all of them are.
    fn is_row(&self, row: &Row, found: &[Finding]) -> bool {
        let is_even = self.is_even(row);
        if is_even && self.place == Place::First {
            return !found.is_empty();
        }
        let are_all_words = self.columns.known.iter().all(|it| is_word(it.what));
        self.columns.known.iter().any(|column| {
            let Some(span) = row.cell(self.bytes, column.place) else { return false };
            let is_enough = is_even && self.place == Place::NearTop
                || are_all_words && row.filled > 1
                || !is_word(column.what);
            let text = &self.bytes[span];
            is_enough && (is_telling(column.what, text) || was_value(text))
        })
    }
}

/// The columns that a row names which is none of the table before it.
fn other_columns(rows: &Rows<'_>, begin: usize) -> Option<Columns> {
    let mut ahead = Rows { at: begin, ..*rows };
    Columns::read(rows.bytes, &mut ahead).filter(|columns| columns.are_all_words)
}

/// Whether what a column holds are words, as they are anywhere.
fn is_word(what: What) -> bool {
    matches!(what, What::Name | What::Address)
}

/// Reads one row after the other.
struct Rows<'a> {
    bytes: &'a [u8],
    separator: u8,
    at: usize,
    /// How many quotes of either kind had no other one.
    unquoted: [usize; 2],
}

impl<'a> Rows<'a> {
    fn new(bytes: &'a [u8], separator: u8, at: usize) -> Self {
        Self { bytes, separator, at, unquoted: [0; 2] }
    }

    /// Puts the next row in the place of the one before, of its fields so many at most.
    fn read_into(&mut self, row: &mut Row, most: usize) -> Option<()> {
        let Row { fields, filled, .. } = row;
        fields.clear();
        *filled = 0;
        let bytes = self.bytes;
        let count = self.next_row(|place, span| {
            if !bytes[span.clone()].trim_ascii_start().is_empty() {
                *filled = place + 1;
            }
            if place < most {
                fields.push(span);
            }
        })?;
        row.count = if *filled == 0 && count == 1 { 0 } else { count };
        Some(())
    }

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
        let begin = self.past_blanks(self.at);
        if let Some(kind) =
            self.bytes.get(begin).and_then(|byte| QUOTES.iter().position(|it| it == byte))
            && self.unquoted[kind] < MOST_UNQUOTED
        {
            match self.end_of_quoted(begin, QUOTES[kind]) {
                Some(quote) => return (begin + 1..quote, self.past_blanks(quote + 1)),
                None => self.unquoted[kind] += 1,
            }
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let end = memchr::memchr3(self.separator, b'\n', b'\r', rest).unwrap_or(rest.len());
        (self.at..self.at + end, self.at + end)
    }

    /// The place behind the blanks here.
    fn past_blanks(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        at + rest.iter().take(MOST_BLANKS).take_while(|byte| **byte == b' ').count()
    }

    /// Where the other quote is of the one that is here: what is between them may be anything, but for single ones,
    /// which are apostrophes as well, within one line.
    fn end_of_quoted(&self, begin: usize, quote: u8) -> Option<usize> {
        let last = self.bytes.len().min(begin + LONGEST_FIELD);
        let stop = if quote == b'"' { quote } else { b'\n' };
        let mut at = begin + 1;
        loop {
            let found = at + memchr::memchr2(quote, stop, self.bytes.get(at..last)?)?;
            if self.bytes[found] != quote {
                return None;
            }
            if self.bytes.get(found + 1) == Some(&quote) {
                at = found + 2;
                continue;
            }
            return match self.bytes.get(self.past_blanks(found + 1)) {
                None | Some(b'\n' | b'\r') => Some(found),
                Some(byte) if *byte == self.separator => Some(found),
                Some(_) => None,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::structure::tests::{found_by, plain, stems};

    fn found(text: &str) -> Vec<(String, String)> {
        let read_all = |bytes: &[u8], layout: &mut Layout| read(bytes, &stems(bytes), layout);
        found_by(read_all, text)
    }

    fn values(text: &str) -> Vec<String> {
        found(text).into_iter().map(|(_, value)| value).collect()
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
    fn rows_may_have_more_or_fewer_fields_than_there_are_names() {
        for (text, expected) in [
            (
                "m~rn,last_name,ward\n4829~1734,Thorn~bury\n4829~1735,Ash~down,7\n4829~1736,Mar~lowe,7,x\n",
                &["48291734", "Thornbury", "48291735", "Ashdown", "48291736", "Marlowe"][..],
            ),
            ("m~rn,last_name,\n4829~1734,Thorn~bury\n", &["48291734", "Thornbury"]),
            ("m~rn,last_name\n4829~1734,Thorn~bury,\n", &["48291734", "Thornbury"]),
            ("m~rn,last_name,ward\n4829~1734,Thorn~bury,7\nTotal: 1\n", &["48291734", "Thornbury"]),
            (",m~rn,last_name\n0,4829~1734,Thorn~bury\n", &["48291734", "Thornbury"]),
            ("m~rn,last_name\n4829~1734\nTotal: 1000\nTotal,2\n", &["48291734"]),
            (
                "m~rn,name,dob\n4829~1734,Thorn~bury, Margaret~,1971~-03-12\n",
                &["48291734", "Thornbury", "Margaret", "1971-03-12"],
            ),
            ("m~rn,x\n4829~1734,a,b,c\n1,2,3\n", &["48291734"]),
            ("m~rn,last_name,-\n4829~1734,Thorn~bury,7\n", &["48291734", "Thornbury"]),
        ] {
            assert_eq!(values(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_added_to_a_clean_table_is_found() {
        for text in [
            "Report\n\nm~rn,last_name\n[MRN],[NAME]\n[MRN],[NAME]\n4829~1734,Thorn~bury\n",
            "Report\n\nm~rn,last_name\n00000000,Xxxxx\n00000000,Xxxxx\n4829~1734,Thorn~bury\n",
            "m~rn,last_name\n[MRN],[NAME],x\n[MRN]\n4829~1734,Thorn~bury\n",
        ] {
            let values = values(text);
            assert_eq!(values[values.len() - 2..], ["48291734", "Thornbury"], "{text}");
        }
        assert_eq!(values("m~rn\n[MRN]\n00000000\n4829~1734\n"), ["48291734"]);
    }

    #[test]
    fn names_of_other_columns_begin_another_table() {
        let text =
            "m~rn,last_name\n4829~1734,Thorn~bury\n\nward,m~rn,dob\n7,4829~1735,1971~-03-12\n";
        let fields: Vec<String> = found(text).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["mrn", "last_name", "mrn", "dob"].map(|it| format!("column {it}")));
    }

    #[test]
    fn a_column_alone_is_read_where_all_lines_are_values() {
        for (text, count) in [
            ("m~rn\n4829~1734\n4829~1735\n", 2),
            ("\u{feff}\"MRN\"\r\n\"4829~1734\"\r\n\r\n", 1),
            ("patient_name\nMary~ Thorn~bury\nPeter~ Zwyr~tkova\n", 2),
            ("m~rn,\n4829~1734,\n", 1),
            ("m~rn\n4829~1734,\n\"4829~1735\";\n", 2),
            ("m~rn\n4829~1734\nis it\n", 0),
            ("m~rn\n12\n", 0),
            ("m~rn\n", 0),
            ("account\n4829~1734\n", 0),
            ("Patient name\nDate of birth\nNumber\n", 0),
            ("Patient name\nWhat is written here\nWithout a name\n", 0),
        ] {
            assert_eq!(found(text).len(), count, "{text}");
        }
    }

    #[test]
    fn fields_may_stand_in_single_quotes() {
        let text = "'m~rn','last_name'\n'4829~1734','Thorn~bury, Jr'\n'4829~1735', 'O''Ha~ra'\n4829~1736,'t Hooft~\n";
        let expected = ["48291734", "Thornbury, Jr", "48291735", "O''Hara", "48291736", "'t Hooft"];
        assert_eq!(values(text)[..5], expected[..5]);
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
        let begin = Instant::now();
        let header = "mrn,name\n4711,Jane\n";
        found(&"mrn,".repeat(250_000));
        found(&["mrn,", &"name,".repeat(9_000), "\n", &",".repeat(1_000_000)].concat());
        found(&[header, &"\"".repeat(1_000_000)].concat());
        found(&[header, &"\"a,\n".repeat(250_000)].concat());
        found(&[header, &"\"\"\"\n".repeat(250_000)].concat());
        found(&[header, "\"", &"\"\"\n".repeat(250_000)].concat());
        found(&[header, &"a".repeat(2_000_000)].concat());
        found(&[header, &"'".repeat(1_000_000)].concat());
        found(&[header, &"'a,".repeat(250_000)].concat());
        found(&"mrn,\"\"\"\n".repeat(75_000));
        found(&["x\n", &"mrn,name\n".repeat(75_000)].concat());
        found(&["x\n", &"mrn,name\n4711,Jane\n\n".repeat(50_000)].concat());
        found(&["x\n", &"mrn,name\n".repeat(20), &"\"\"\",".repeat(250_000)].concat());
        found(&["x\n", &header.repeat(20), &"4711,Jane,".repeat(75_000)].concat());
        found(&["mrn\n", &"4711\n".repeat(125_000), "x"].concat());
        assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", begin.elapsed());
    }
}
