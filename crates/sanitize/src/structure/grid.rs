//! Tables that are drawn with bars, as in Markdown and in what clients of databases print: a line that names the
//! columns, a ruler below it, and rows.

use std::ops::Range;

use super::keys::{self, Strength};
use super::{Layout, lines, quote, split, trimmed, value};
use crate::what::What;

/// The longest line, in bytes.
const LONGEST: usize = 4096;

/// Reads the tables whose columns have a telling name.
pub(super) fn read(bytes: &[u8], stems: &[Range<usize>], layout: &mut Layout) {
    // Up to where lines were looked at.
    let mut at = 0;
    for stem in stems.iter().filter(|stem| stem.len() > 2) {
        if stem.start < at {
            continue;
        }
        let Some(header) = line(bytes, stem.start) else { continue };
        at = header.end;
        if memchr::memchr(b'|', &bytes[header.clone()]).is_none() {
            continue;
        }
        let ruler = next(bytes, &header).filter(|line| is_ruler(bytes, line));
        if let Some(ruler) = ruler
            && let Some(columns) = columns(bytes, header.clone())
        {
            // A table in a string ends with it.
            let end = quote::end_around(bytes, header);
            at = read_rows(&bytes[..end], &columns, ruler, layout);
        } else if field(bytes, &header).is_some_and(|field| field.is_telling(bytes)) {
            at = read_fields(bytes, header, layout);
        }
    }
}

/// The line of a place, without its end; none where it is too long.
fn line(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let first = at.saturating_sub(LONGEST);
    let begin = match memchr::memrchr(b'\n', &bytes[first..at]) {
        Some(end) => first + end + 1,
        None if first == 0 => 0,
        None => return None,
    };
    let last = bytes.len().min(at + LONGEST);
    match memchr::memchr(b'\n', &bytes[at..last]) {
        Some(end) => Some(begin..at + end),
        None => (last == bytes.len()).then_some(begin..last),
    }
}

fn next(bytes: &[u8], before: &Range<usize>) -> Option<Range<usize>> {
    (before.end < bytes.len()).then(|| line(bytes, before.end + 1)).flatten()
}

/// A line without blanks and the marks of a remark around it.
fn inner(bytes: &[u8], line: &Range<usize>) -> Range<usize> {
    let is_mark = |byte: &u8| b" \t/*#>!".contains(byte);
    let marks = bytes[line.clone()].iter().take_while(|byte| is_mark(byte)).count();
    trimmed(bytes, line.start + marks..line.end)
}

fn is_ruler(bytes: &[u8], line: &Range<usize>) -> bool {
    let text = &bytes[inner(bytes, line)];
    text.iter().all(|byte| b"|-:+= ".contains(byte))
        && text.iter().filter(|byte| matches!(byte, b'-' | b'=')).count() > 1
}

/// What stands between the bars of a line.
fn cells(bytes: &[u8], line: &Range<usize>) -> Vec<Range<usize>> {
    let mut part = inner(bytes, line);
    part.start += usize::from(bytes[part.clone()].starts_with(b"|"));
    part.end -= usize::from(bytes[part.clone()].ends_with(b"|"));
    split(bytes, part, b'|').map(|cell| plain(bytes, cell)).collect()
}

/// What a cell holds, without the marks of Markdown around it.
fn plain(bytes: &[u8], cell: Range<usize>) -> Range<usize> {
    let cell = trimmed(bytes, cell);
    let is_mark = |byte: &&u8| matches!(byte, b'*' | b'`');
    let before = bytes[cell.clone()].iter().take_while(is_mark).count();
    let cell = cell.start + before..cell.end;
    let behind = bytes[cell.clone()].iter().rev().take_while(is_mark).count();
    cell.start..cell.end - behind
}

/// A row that has a name and its value, as in a table of two columns: a field and what it holds.
struct Field {
    name: Range<usize>,
    what: What,
    strength: Strength,
    value: Range<usize>,
}

impl Field {
    fn is_telling(&self, bytes: &[u8]) -> bool {
        self.strength == Strength::Strong
            && value::is_literal(self.what, &bytes[self.value.clone()])
    }
}

/// The name and the value of a row that has both and nothing more.
fn field(bytes: &[u8], row: &Range<usize>) -> Option<Field> {
    let [name, value] = <[Range<usize>; 2]>::try_from(cells(bytes, row)).ok()?;
    let (what, strength) = keys::key(&bytes[name.clone()])?;
    Some(Field { name, what, strength, value })
}

/// Reads the rows of names and values around a telling one; says where they end.
fn read_fields(bytes: &[u8], telling: Range<usize>, layout: &mut Layout) -> usize {
    let is_row = |row: &Range<usize>| memchr::memchr(b'|', &bytes[row.clone()]).is_some();
    let before = |row: &Range<usize>| line(bytes, row.start.checked_sub(1)?).filter(is_row);
    let behind = |row: &Range<usize>| next(bytes, row).filter(is_row);
    let mut rows: Vec<_> =
        std::iter::successors(Some(telling.clone()), before).take(MOST_FIELDS).collect();
    rows.reverse();
    rows.extend(std::iter::successors(behind(&telling), behind).take(MOST_FIELDS));
    for Field { name, what, value, .. } in rows.iter().filter_map(|row| field(bytes, row)) {
        let name = &bytes[name];
        if lines::is_value(what, name, &bytes[value.clone()]) && layout.is_open(&value) {
            let mut finding = value::as_found(bytes, what, value);
            finding.field = Some(String::from_utf8_lossy(keys::plain(name)).into_owned());
            layout.findings.push(finding);
        }
    }
    rows.last().map_or(telling.end, |row| row.end)
}

/// So many rows of names and values are read before and behind a telling one.
const MOST_FIELDS: usize = 40;

type Column = Option<(What, String)>;

/// The columns that a line names, if it names something of a person in care.
fn columns(bytes: &[u8], header: Range<usize>) -> Option<Vec<Column>> {
    let mut is_strong = false;
    let column = |cell: Range<usize>| {
        let name = &bytes[cell];
        let (what, strength) = keys::key(name)?;
        is_strong |= strength == Strength::Strong;
        Some((what, format!("column {}", String::from_utf8_lossy(keys::plain(name)))))
    };
    let columns = cells(bytes, &header).into_iter().map(column).collect();
    is_strong.then_some(columns)
}

/// Reads the rows below a ruler; says where they end.
fn read_rows(bytes: &[u8], columns: &[Column], ruler: Range<usize>, layout: &mut Layout) -> usize {
    let mut before = ruler;
    while let Some(row) = next(bytes, &before) {
        if is_ruler(bytes, &row) {
            before = row;
            continue;
        }
        if memchr::memchr(b'|', &bytes[row.clone()]).is_none() {
            break;
        }
        let cells = cells(bytes, &row);
        if cells.len() == columns.len() {
            layout.unit(row.clone());
            for (cell, column) in cells.into_iter().zip(columns) {
                let Some((what, name)) = column else { continue };
                let cell = quote::within(bytes, cell);
                if let Some(mut finding) = value::found(bytes, cell, *what) {
                    finding.field = Some(name.clone());
                    layout.findings.push(finding);
                }
            }
        }
        before = row;
    }
    before.end
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
    fn rows_are_read_by_the_columns_above_the_ruler() {
        for text in [
            "| M~RN | Name | x |\n|---|:---:|---|\n| 8817~2635 | Zwyr~tkova | y |\n\n| M~RN | x |\n",
            "# A\n\n/// | **M~RN** | `Name` |\n/// |-|:-|\n/// | `8817~2635` | Zwyr~tkova |\n",
            "| --- |\n| --- |\nM~RN | Name\n--- | ---\r\n8817~2635 | Zwyr~tkova\r\n",
            " m~rn | name \n------+-----\n 8817~2635 | Zwyr~tkova\n(1 row)\n",
            "+---+---+\n| m~rn | name |\n+---+---+\n| 8817~2635 | Zwyr~tkova |\n+---+---+\n",
            "+---+---+\n| m~rn | name |\n+===+===+\n| 8817~2635 | Zwyr~tkova |\n+---+---+\n",
        ] {
            assert_eq!(values(text), ["88172635", "Zwyrtkova"], "{text}");
        }
    }

    #[test]
    fn rows_of_a_name_and_a_value_are_read() {
        for text in [
            "| Field | Value |\n|---|---|\n| M~RN | 8817~2635 |\n| Last Name | Zwyr~tkova |\n| x | y |\n",
            "Field | Value\n---|---\n**M~RN** | `8817~2635`\nLast name | Zwyr~tkova\n\nName | Roe\n",
        ] {
            assert_eq!(values(text), ["88172635", "Zwyrtkova"], "{text}");
        }
    }

    #[test]
    fn what_has_no_ruler_or_no_telling_column_is_no_such_table() {
        for text in [
            "| M~RN | Name |\n| 8817~2635 | Zwyr~tkova |\n",
            "| Field | Name |\n|---|---|\n| m~rn | Zwyr~tkova |\n",
            "| Field | Type |\n|---|---|\n| m~rn | varchar(20) |\n| last_name | Text |\n",
            "| m~rn | 8817~2635 | x |\n",
            "| M~RN | Type |\n|---|---|\n| string | required |\n",
            "if (patient || member) {\n  ---x;\n}\n",
            "| M~RN | Name |\n",
        ] {
            assert!(values(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn hostile_tables_end_soon() {
        assert_counts(
            values,
            [
                ("| mrn |\n|---|\n".repeat(100_000), 0),
                ("| mrn ".repeat(300_000), 0),
                (format!("| mrn |\n|---|\n{}", "|".repeat(2_000_000)), 0),
                ("| m~rn | 8817~2635 |\n".repeat(100_000), 195_121),
                (format!("| mrn |\n{}", "|---|\n".repeat(300_000)), 0),
            ],
        );
    }
}
