//! Rows behind `COPY ... FROM stdin`, with tabs or commas between their values.

use std::ops::Range;

use super::cursor::Cursor;
use super::{Column, add_row};
use crate::structure::{Layout, split};

/// The longest text behind the word `stdin` that says how rows are written, in bytes.
const LONGEST_OPTIONS: usize = 400;

/// The longest value in quotes, in bytes.
const LONGEST_VALUE: usize = 1 << 14;

/// How rows are written.
#[derive(Clone, Copy)]
struct Form {
    separator: u8,
    /// Whether values may be in quotes.
    is_csv: bool,
}

pub(super) fn read(cursor: &mut Cursor<'_>, columns: &[Column], layout: &mut Layout) {
    if cursor.word(b"from").is_none() || cursor.word(b"stdin").is_none() {
        return;
    }
    let bytes = cursor.bytes;
    let options = options(bytes, cursor.at);
    let form = form(&bytes[options.clone()]);
    let mut at = end_of_line(bytes, options.end) + 1;
    while at < bytes.len() {
        let (row, end) = row(bytes, at, form);
        at = end + 1;
        cursor.at = end;
        if let [only] = &row[..]
            && bytes[only.clone()] == *b"\\."
        {
            return;
        }
        // The last line may be broken off.
        if row.len() > columns.len() || row.len() < columns.len() && end < bytes.len() {
            continue;
        }
        add_row(bytes, row, columns, layout);
    }
}

fn end_of_line(bytes: &[u8], at: usize) -> usize {
    bytes.get(at..).and_then(|rest| memchr::memchr(b'\n', rest)).map_or(bytes.len(), |end| at + end)
}

/// What says how rows are written: up to a semicolon, or the end of a line that leaves no bracket open.
fn options(bytes: &[u8], begin: usize) -> Range<usize> {
    let text = &bytes[begin..bytes.len().min(begin + LONGEST_OPTIONS)];
    let (mut depth, mut is_quoted) = (0_usize, false);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'\'' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b';' if depth == 0 => return begin..begin + at,
            b'\n' if depth == 0 && !goes_on(&text[at..]) => return begin..begin + at,
            _ => {}
        }
    }
    begin..begin
}

/// Whether a statement goes on in the next line.
fn goes_on(text: &[u8]) -> bool {
    let line = text.trim_ascii_start();
    let begins =
        |word: &[u8]| line.get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word));
    begins(b"with ") || begins(b"with(") || begins(b"csv;") || begins(b"delimiter ")
}

fn form(options: &[u8]) -> Form {
    let options = options.to_ascii_lowercase();
    let is_csv = memchr::memmem::find(&options, b"csv").is_some();
    let usual = if is_csv { b',' } else { b'\t' };
    let said = memchr::memmem::find(&options, b"delimiter").and_then(|at| {
        let quote = at + memchr::memchr(b'\'', &options[at..])?;
        options.get(quote + 1).copied()
    });
    let separator = said.map_or(usual, |mark| if mark == b'\\' { b'\t' } else { mark });
    Form { separator, is_csv }
}

/// The values of the row that begins here, and where it ends.
fn row(bytes: &[u8], begin: usize, form: Form) -> (Vec<Range<usize>>, usize) {
    let line = end_of_line(bytes, begin);
    let last = line - usize::from(bytes[begin..line].ends_with(b"\r"));
    if !form.is_csv || memchr::memchr(b'"', &bytes[begin..last]).is_none() {
        return (split(bytes, begin..last, form.separator).collect(), line);
    }
    let (mut row, mut at) = (Vec::new(), begin);
    loop {
        let quoted = quoted(bytes, at);
        let from = quoted.as_ref().map_or(at, |text| text.end + 1);
        let rest = &bytes[from..];
        let end = memchr::memchr2(form.separator, b'\n', rest).map_or(bytes.len(), |it| from + it);
        row.push(quoted.unwrap_or_else(|| at..end - usize::from(bytes[at..end].ends_with(b"\r"))));
        match bytes.get(end) {
            Some(b'\n') | None => return (row, end),
            Some(_) => at = end + 1,
        }
    }
}

/// The text in the quotes that begin here.
fn quoted(bytes: &[u8], begin: usize) -> Option<Range<usize>> {
    let first = begin + 1;
    let text = bytes.get(first..bytes.len().min(first + LONGEST_VALUE))?;
    if bytes[begin] != b'"' {
        return None;
    }
    let mut at = 0;
    loop {
        at += memchr::memchr(b'"', text.get(at..)?)?;
        if text.get(at + 1) != Some(&b'"') {
            return Some(first..first + at);
        }
        at += 2;
    }
}
