//! What the names of columns say of the values below them.

use super::body::MOST_SURPLUS;
use super::rows::{Row, Rows};
use super::{is_telling, was_value};
use crate::structure::keys::{self, Strength};
use crate::structure::value;
use crate::what::What;

/// The most columns of a table.
const MOST_COLUMNS: usize = 10_000;

/// So many rows at the beginning have to have as many fields as there are names, or at least half of the first
/// ones that say something have to have values of the right kind.
const FIRST_ROWS: usize = 3;
const MOST_TRIED: usize = 16;
const LONGEST_TRIED: usize = 1 << 16;

/// A column whose name is known.
pub(super) struct Column {
    pub place: usize,
    pub what: What,
    is_strong: bool,
    pub field: String,
}

/// What the columns hold, by their places.
pub(super) struct Columns {
    pub count: usize,
    /// Without those at the end that have no name.
    pub named: usize,
    pub known: Vec<Column>,
    /// Whether the names are words, but for a remark or a number among them: code is none. And whether all are.
    pub are_words: bool,
    pub are_all_words: bool,
}

impl Columns {
    /// The columns that the next row names, if it names something of a person in care. Of a row that is longer no
    /// more is read: fields in quotes may go on for many lines.
    pub fn read<'a>(bytes: &'a [u8], rows: &mut Rows<'a>, longest: usize) -> Option<Self> {
        let begin = rows.at;
        rows.bytes = &bytes[..bytes.len().min(begin + longest + 1)];
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
        rows.bytes = bytes;
        let is_header = (2..=MOST_COLUMNS).contains(&count) && rows.at - begin <= longest;
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

    /// Whether the first rows have a field for each column, and no more.
    pub fn are_as_many_as_in(&self, rows: &Rows<'_>) -> bool {
        let mut ahead = rows.clone();
        let counts = std::iter::from_fn(|| ahead.next_row(|_, _| {}));
        let firsts: Vec<usize> = counts.filter(|count| *count > 0).take(FIRST_ROWS).collect();
        !firsts.is_empty() && firsts.iter().all(|it| *it == self.count)
    }

    /// Whether the first rows that say something in these columns have values of the right kind: at least half of
    /// them, and one under a telling name.
    pub fn are_those_of(&self, rows: &Rows<'_>) -> bool {
        let last = rows.bytes.len().min(rows.at + LONGEST_TRIED);
        let bytes = &rows.bytes[..last];
        let mut rows = rows.clone();
        rows.bytes = bytes;
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

/// Whether a text can be the name of a column.
fn is_column(name: &[u8]) -> bool {
    let name = name.trim_ascii();
    let is_sign =
        |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || b"_ -.()/#:%'".contains(byte);
    name.len() <= 64
        && name.first().is_some_and(|it| it.is_ascii_alphabetic() || *it >= 0x80 || *it == b'_')
        && name.iter().all(is_sign)
}

/// How a column is called in findings.
pub(super) fn field(name: &[u8]) -> String {
    format!("column {}", String::from_utf8_lossy(keys::plain(name)))
}
