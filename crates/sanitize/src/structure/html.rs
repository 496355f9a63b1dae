//! Tables and lists of HTML: a row of headings and rows of values, or a heading beside each value.

pub(super) mod fields;

use std::ops::Range;

use super::keys::{self, Strength};
use super::{Layout, trimmed, value};
use crate::what::What;

/// So far before a telling heading its table may begin, and so much of one is read, in bytes.
const REACH: usize = 8 << 10;
const LONGEST: usize = 4 << 20;

/// What begins a table, a list or, where its table is far, a row or a heading.
const OUTER: [&[u8]; 8] = [b"<table", b"<TABLE", b"<dl", b"<DL", b"<tr", b"<TR", b"<dt", b"<DT"];

/// The most cells of a row.
const MOST: usize = 1_000;

/// Reads the tables and lists that have a telling heading.
pub(super) fn read(bytes: &[u8], stems: &[Range<usize>], layout: &mut Layout) {
    let mut at = 0;
    for stem in stems {
        if stem.start < at || !is_heading(bytes, stem) {
            continue;
        }
        let first = stem.start.saturating_sub(REACH).max(at);
        let before = &bytes[first..stem.start];
        let outer = OUTER.iter().find_map(|tag| memchr::memmem::rfind(before, tag));
        let Some(begin) = outer else {
            // Nor is one before the next heading, up to here.
            at = stem.end;
            continue;
        };
        let mut table = Table { bytes, columns: Vec::new(), row: Vec::new() };
        at = table.read(first + begin, layout).max(stem.end);
    }
}

/// Whether all of the text of an element is a telling name.
fn is_heading(bytes: &[u8], stem: &Range<usize>) -> bool {
    let first = stem.start.saturating_sub(keys::LONGEST);
    let Some(before) = memchr::memrchr2(b'>', b'<', &bytes[first..stem.start]) else {
        return false;
    };
    if bytes[first + before] != b'>' {
        return false;
    }
    let last = bytes.len().min(stem.end + keys::LONGEST);
    let Some(behind) = memchr::memchr(b'<', &bytes[stem.end..last]) else { return false };
    let end = stem.end + behind;
    let name = bytes[first + before + 1..end].trim_ascii();
    bytes[end..].starts_with(b"</")
        && keys::key(name).is_some_and(|(_, strength)| strength == Strength::Strong)
}

/// What a heading says of a value, and how it is called.
type Column = Option<(What, String)>;

fn column(name: &[u8]) -> Option<(Column, Strength)> {
    let (what, strength) = keys::key(name)?;
    let name = String::from_utf8_lossy(keys::plain(name)).into_owned();
    Some((Some((what, format!("column {name}"))), strength))
}

enum Tag {
    Heading,
    Value,
    EndOfCell,
    /// The beginning or the end of a row.
    Row,
    EndOfTable,
    Other,
}

fn tag(text: &[u8]) -> Tag {
    let is_part = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'/';
    let length = text.iter().skip(1).take(6).take_while(|byte| is_part(byte)).count();
    match &text[1..=length].to_ascii_lowercase()[..] {
        b"th" | b"dt" => Tag::Heading,
        b"td" | b"dd" => Tag::Value,
        b"/th" | b"/td" | b"/dt" | b"/dd" => Tag::EndOfCell,
        b"tr" | b"/tr" => Tag::Row,
        b"/table" | b"/dl" => Tag::EndOfTable,
        _ => Tag::Other,
    }
}

struct Cell {
    is_heading: bool,
    /// The first text in it.
    text: Range<usize>,
}

struct Table<'a> {
    bytes: &'a [u8],
    /// What the headings above say; empty where there are none.
    columns: Vec<Column>,
    row: Vec<Cell>,
}

impl Table<'_> {
    /// Reads from one tag to the next, up to the end of the table; says where that is.
    fn read(&mut self, begin: usize, layout: &mut Layout) -> usize {
        let bytes = self.bytes;
        let last = bytes.len().min(begin + LONGEST);
        let (mut at, mut is_open) = (begin, false);
        while let Some(found) = memchr::memchr(b'<', &bytes[at..last]) {
            let text = trimmed(bytes, at..at + found);
            if let Some(cell) = self.row.last_mut().filter(|_| is_open && !text.is_empty())
                && cell.text.is_empty()
            {
                cell.text = text;
            }
            at += found;
            let end = memchr::memchr(b'>', &bytes[at..last]).map_or(last, |end| at + end + 1);
            let tag = tag(&bytes[at..end]);
            match tag {
                Tag::Heading | Tag::Value => {
                    is_open = self.row.len() < MOST;
                    if is_open {
                        let is_heading = matches!(tag, Tag::Heading);
                        self.row.push(Cell { is_heading, text: end..end });
                    }
                }
                Tag::EndOfCell => is_open = false,
                Tag::Row => self.end_row(layout),
                Tag::EndOfTable => break,
                Tag::Other => {}
            }
            at = end;
        }
        self.end_row(layout);
        at
    }

    /// Reads the row that ends: as headings, by the headings above, or as headings with a value beside each.
    fn end_row(&mut self, layout: &mut Layout) {
        let row = std::mem::take(&mut self.row);
        let [first, .., last] = &row[..] else { return };
        let known: Vec<_> = row.iter().map(|cell| column(&self.bytes[cell.text.clone()])).collect();
        let count = known.iter().flatten().count();
        let is_strong = known.iter().flatten().any(|(_, strength)| *strength == Strength::Strong);
        let is_beside = known.windows(2).any(|pair| pair[0].is_some() && pair[1].is_some());
        if is_strong && (row.iter().all(|cell| cell.is_heading) || count > 1 && is_beside) {
            self.columns = known.into_iter().map(|it| it.and_then(|(column, _)| column)).collect();
            return;
        }
        if row.len() == self.columns.len() {
            layout.unit(first.text.start..last.text.end);
            for (cell, column) in row.iter().zip(&self.columns) {
                add(self.bytes, cell, column, layout);
            }
            return;
        }
        for (pair, heading) in row.windows(2).zip(known) {
            if let (Some((column, _)), false) = (heading, pair[1].is_heading) {
                add(self.bytes, &pair[1], &column, layout);
            }
        }
    }
}

fn add(bytes: &[u8], cell: &Cell, column: &Column, layout: &mut Layout) {
    let Some((what, name)) = column else { return };
    if let Some(mut finding) = value::found(bytes, cell.text.clone(), *what)
        && layout.is_open(&finding.span)
    {
        finding.field = Some(name.clone());
        layout.findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structure::tests::{assert_counts, values_by, with_stems};

    fn values(text: &str) -> Vec<String> {
        values_by(with_stems(read), text)
    }

    // Synthetic, and put together so that no scanner stops at this page.
    #[test]
    fn values_are_known_by_the_headings_above_or_beside() {
        for text in [
            "<table><tr><th>M~RN</th><th>Name</th></tr><tr><td>8817~2635</td><td>Zwyr~tkova</td></tr></table>",
            "<TABLE>\n<TR>\n<TH>M~RN\n</TH><th><b>Name</b></TH>\n<TR><TD>8817~2635<TD><i>Zwyr~tkova</i>\n</TABLE>",
            "<table><tr><td>M~RN</td><td>Name</td></tr><tr><td>8817~2635</td><td>Zwyr~tkova</td></tr></table>",
            "<dl><dt>M~RN</dt><dd>8817~2635</dd><dt>Last name</dt><dd>Zwyr~tkova</dd></dl>",
            "<dt>M~RN</dt><dd>8817~2635</dd>\n<dt>Last name</dt><dd>Zwyr~tkova</dd>\n",
            "<table><tr><th>M~RN:</th><td>8817~2635</td></tr><tr><th>Name:</th><td>Zwyr~tkova</td></tr></table>",
            "<table><tr><td><b>M~RN</b></td><td>8817~2635</td><td>Name</td><td>Zwyr~tkova</td></tr></table>",
        ] {
            assert_eq!(values(text), ["88172635", "Zwyrtkova"], "{text}");
        }
        let before =
            "<tr><th>Name</th><td>Zwyr~tkova</td></tr><tr><th>M~RN</th><td>8817~2635</td></tr>";
        assert_eq!(values(&format!("<table>{before}</table>")), ["Zwyrtkova", "88172635"]);
    }

    #[test]
    fn tables_without_a_telling_heading_say_nothing() {
        for text in [
            "<table><tr><th>Name</th><th>City</th></tr><tr><td>Zwyr~tkova</td><td>Ulm</td></tr></table>",
            "<table><tr><th>Field</th><th>Type</th></tr><tr><td>m~rn</td><td>string</td></tr></table>",
            "<p>M~RN</p><p>8817~2635</p>",
        ] {
            assert!(values(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn hostile_tables_end_soon() {
        assert_counts(
            values,
            [
                ("<td>mrn</td>".repeat(100_000), 0),
                ("<tr><td>mrn</td>".repeat(100_000), 0),
                ("<table><td>mrn</td></table>".repeat(100_000), 0),
                (format!("<table>{}", "<td>mrn</td>".repeat(100_000)), 0),
                (">mrn</td".repeat(100_000), 0),
            ],
        );
    }
}
