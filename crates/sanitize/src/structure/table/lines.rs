//! The lines of a text that may have a table in it.

use std::ops::Range;

/// The longest line of names, in bytes, at the beginning and elsewhere.
pub(super) const LONGEST_HEADER: usize = 1 << 18;
pub(super) const LONGEST_HEADER_WITHIN: usize = 4096;

/// The line that begins here, or so much of it.
pub(super) fn line_from(bytes: &[u8], begin: usize, longest: usize) -> Range<usize> {
    let rest = &bytes[begin.min(bytes.len())..bytes.len().min(begin + longest)];
    begin..begin + memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())
}

/// Where the line begins that is so many behind one.
pub(super) fn line_after(bytes: &[u8], begin: usize, count: usize) -> usize {
    let rest = bytes.get(begin..).unwrap_or_default();
    let end = memchr::memchr_iter(b'\n', rest).nth(count);
    end.map_or(bytes.len(), |end| begin + end + 1)
}

/// The line of a place; none where it is too long for names of columns.
pub(super) fn line_around(bytes: &[u8], at: usize) -> Option<Range<usize>> {
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
pub(super) fn first_line(bytes: &[u8]) -> usize {
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
