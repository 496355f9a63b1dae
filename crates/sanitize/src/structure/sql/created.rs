//! The columns of the tables that a script makes: dumps of MySQL and SQLite name them only there.

use std::ops::Range;

use super::cursor::Cursor;
use super::{Column, column};
use crate::structure::keys::Strength;

/// The most tables that are remembered, and the longest list of columns, in bytes.
const MOST_TABLES: usize = 1_000;
const LONGEST_LIST: usize = 1 << 16;

/// Words that begin a part of a list that is no column.
const NO_COLUMNS: [&[u8]; 10] = [
    b"primary",
    b"key",
    b"unique",
    b"constraint",
    b"index",
    b"foreign",
    b"check",
    b"fulltext",
    b"spatial",
    b"exclude",
];

/// Tables with something of a person in care.
pub(super) struct Created<'a> {
    tables: Vec<(&'a [u8], Vec<Column>)>,
}

impl<'a> Created<'a> {
    pub fn read(bytes: &'a [u8]) -> Self {
        let mut tables = Vec::new();
        for word in [&b"CREATE TABLE"[..], b"create table", b"Create Table"] {
            let mut at = 0;
            while let Some(found) = memchr::memmem::find(&bytes[at..], word)
                && tables.len() < MOST_TABLES
            {
                at += found + word.len();
                let mut cursor = Cursor::new(bytes, at);
                let Some(name) = cursor.table() else { continue };
                let (columns, end) = columns(bytes, cursor.at);
                at = end;
                if let Some(columns) = columns {
                    tables.push((bare(&bytes[name]), columns));
                }
            }
        }
        Self { tables }
    }

    /// The columns of the table of this name, as they were made last.
    pub fn columns(&self, name: &[u8]) -> Option<&[Column]> {
        let name = bare(name);
        let known = self.tables.iter().rev().find(|(known, _)| known.eq_ignore_ascii_case(name));
        known.map(|(_, columns)| &columns[..])
    }
}

/// The name of a table without its schema, its quotes and what is said of it.
fn bare(name: &[u8]) -> &[u8] {
    let is_edge = |byte: &u8| b"`\"[] \\\r\n\t".contains(byte);
    let end = name.iter().rposition(|byte| !is_edge(byte)).map_or(0, |at| at + 1);
    let begin = name[..end].iter().rposition(|byte| is_edge(byte) || *byte == b'.');
    &name[begin.map_or(0, |at| at + 1)..end]
}

/// The columns in the brackets that begin here, and where those end.
fn columns(bytes: &[u8], begin: usize) -> (Option<Vec<Column>>, usize) {
    let last = bytes.len().min(begin + LONGEST_LIST);
    let (mut columns, mut is_strong, mut depth) = (Vec::new(), false, 0_usize);
    let mut part = begin + 1;
    let mut add = |part: Range<usize>| {
        if let Some(name) = first_word(&bytes[part]) {
            let known = column(name);
            is_strong |= known.as_ref().is_some_and(|(_, strength)| *strength == Strength::Strong);
            columns.push(known.map(|(column, _)| column));
        }
    };
    for (offset, byte) in bytes[begin..last].iter().enumerate() {
        let at = begin + offset;
        match byte {
            b'(' => depth += 1,
            b',' if depth == 1 => {
                add(part..at);
                part = at + 1;
            }
            b')' if depth == 1 => {
                add(part..at);
                return (is_strong.then_some(columns), at + 1);
            }
            b')' => depth -= 1,
            b';' => return (None, at + 1),
            _ => {}
        }
    }
    (None, last)
}

/// The name of a column that a part of a list begins with.
fn first_word(part: &[u8]) -> Option<&[u8]> {
    let part = part.trim_ascii_start();
    let close = match part.first()? {
        b'[' => b']',
        quote @ (b'`' | b'"') => *quote,
        _ => {
            let end = part.iter().position(u8::is_ascii_whitespace).unwrap_or(part.len());
            let word = &part[..end];
            let is_none = NO_COLUMNS.iter().any(|known| known.eq_ignore_ascii_case(word));
            return (!is_none && !word.is_empty()).then_some(word);
        }
    };
    let end = memchr::memchr(close, &part[1..])?;
    Some(&part[1..=end])
}
