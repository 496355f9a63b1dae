//! Which strings are open at a place, as far as the line before it says.

use std::ops::Range;

use super::{Mark, Quote, backslashes, depth};

/// So deep strings may be in one another.
const DEEPEST: usize = 8;

/// The longest string that tables are looked for in, in bytes.
const LONGEST: usize = 1 << 20;

/// More marks than these in a row are a line that is drawn.
const MOST_MARKS: usize = 16;

/// The strings that are open at one place after the other.
#[derive(Default)]
pub(in crate::structure) struct Strings {
    /// Up to where was read, and where the line ends that was read last.
    at: usize,
    end_of_line: usize,
    /// What is open there, the outermost first.
    open: Vec<Quote>,
    /// The marks that open nothing on this line: they have no end there.
    unclosed: [bool; 3],
}

impl Strings {
    /// What is open at a place, which is not before the last one: each string ends in the line that it begins in.
    pub fn at(&mut self, bytes: &[u8], to: usize) -> &[Quote] {
        if let Some(end) = memchr::memrchr2(b'\n', b'\r', &bytes[self.at.min(to)..to]) {
            let at = self.at + end + 1;
            *self = Self { at, ..Self::default() };
        }
        self.read(bytes, to);
        &self.open
    }

    /// What a part opens and does not close, whatever ends of lines are in it, but closes behind it.
    fn left_open(bytes: &[u8], part: Range<usize>) -> Vec<Quote> {
        let end_of_line = bytes.len().min(part.end + LONGEST);
        let mut strings = Self { at: part.start, end_of_line, ..Self::default() };
        strings.read(bytes, part.end);
        strings.open
    }

    fn read(&mut self, bytes: &[u8], to: usize) {
        while self.at < to {
            let rest = &bytes[self.at..to];
            let Some(next) = memchr::memchr3(b'"', b'\'', b'`', rest) else { break };
            self.at = self.mark(bytes, self.at + next);
        }
        self.at = self.at.max(to);
    }

    /// Reads a mark; says where it goes on behind it.
    fn mark(&mut self, bytes: &[u8], at: usize) -> usize {
        let mark = bytes[at];
        let count = bytes[at..].iter().take_while(|byte| **byte == mark).count();
        if count > MOST_MARKS {
            return at + count;
        }
        let mut behind = at + 1;
        for (number, quote) in self.open.iter().enumerate().filter(|(_, it)| it.is_mark(mark)) {
            match quote.read(bytes, at) {
                Mark::End(_) => {
                    behind = at + quote.width;
                    self.open.truncate(number);
                    return behind;
                }
                Mark::Inside(next) => behind = behind.max(next),
            }
        }
        if !self.open.iter().any(|it| it.is_mark(mark)) {
            behind = at + count;
        }
        let escapes = backslashes(bytes, at);
        let may_be = match self.open.last() {
            None => escapes == 0,
            Some(open) if open.mark == mark => {
                escapes == 2 * open.escapes + 1 || count == 2 && escapes == open.escapes
            }
            Some(_) => true,
        };
        if !may_be || self.open.len() >= DEEPEST || !may_open(bytes, at - escapes) {
            return behind;
        }
        let is_doubled = count == 2 && self.open.last().is_some_and(|it| it.mark == mark);
        let width = match count {
            2 if is_doubled && bytes.get(at + 2).is_some_and(is_text) => 2,
            _ if count % 2 == 0 => return at + count,
            1 => 1,
            _ => 3,
        };
        let quote = Quote { mark, width, escapes: depth(escapes) };
        behind = at + width;
        if !self.open.is_empty() || self.is_closed(bytes, quote, behind) {
            self.open.push(quote);
        }
        behind
    }

    /// Whether a string that begins here ends on its line.
    fn is_closed(&mut self, bytes: &[u8], quote: Quote, begin: usize) -> bool {
        let kind = match quote.mark {
            b'"' => 0,
            b'\'' => 1,
            _ => 2,
        };
        if self.unclosed[kind] {
            return false;
        }
        if self.end_of_line <= begin {
            let rest = &bytes[begin..];
            let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
            self.end_of_line = begin + end;
        }
        let is_closed = quote.closed_in(&bytes[begin..self.end_of_line]).is_some();
        self.unclosed[kind] = !is_closed;
        is_closed
    }
}

/// Whether a text has this sign, and no end of a part of it.
fn is_text(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || *byte >= 0x80 || b"{[(<\\".contains(byte)
}

/// Whether what stands before a mark lets it open a string: no word, unless it says of which kind the string is.
pub(super) fn may_open(bytes: &[u8], at: usize) -> bool {
    let before = &bytes[..at];
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || *byte == b'_';
    match before {
        [] => true,
        [.., b'\\', b'n' | b'r' | b't'] => true,
        [.., b')' | b']' | b'}' | b'.'] => false,
        [rest @ .., last] if is_word(last) => {
            const KINDS: &[u8] = b"bBrRuUfFNE";
            let rest = rest.strip_suffix(b"r").unwrap_or(rest);
            KINDS.contains(last) && !rest.last().is_some_and(is_word)
        }
        _ => true,
    }
}

/// What closes one of these strings at a mark in a text, or from where on they go on.
pub(in crate::structure) fn read(open: &[Quote], text: &[u8], at: usize) -> Mark {
    let mut next = at + 1;
    for quote in open.iter().filter(|quote| quote.is_mark(text[at])) {
        match quote.read(text, at) {
            Mark::End(end) => return Mark::End(end),
            Mark::Inside(inside) => next = next.max(inside),
        }
    }
    Mark::Inside(next)
}

/// Where the string ends that a row begins in or opens, as far as the line before says; the end of all where there is
/// none.
pub(in crate::structure) fn end_around(bytes: &[u8], row: Range<usize>) -> usize {
    let newline = memchr::memrchr2(b'\n', b'\r', &bytes[..row.start]);
    let begin = newline.map_or(0, |end| end + 1);
    let mut open = Strings::left_open(bytes, begin..row.end);
    if open.is_empty() {
        open.extend(Quote::of_line_before(&bytes[..begin]));
    }
    let rest = &bytes[row.end..bytes.len().min(row.end + LONGEST)];
    let mut at = 0;
    while !open.is_empty()
        && let Some(next) = memchr::memchr3(b'"', b'\'', b'`', &rest[at..])
    {
        match read(&open, rest, at + next) {
            Mark::End(end) => return row.end + end,
            Mark::Inside(next) => at = next,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_open_up_to_their_ends() {
        for (text, expected) in [
            ("x = \"a |b\"", "\""),
            ("x = \"a\" |", ""),
            ("x = \"a |", ""),
            ("it's, rock 'n roll |", ""),
            ("{\"a\": \"{\\\"b\\\": \\\"|c\\\"}\"}", "\"\""),
            ("f(\"x = 'a|'\")", "\"'"),
            ("x = b'a |'", "'"),
            ("\"a,\n\"b\n\"c |\"", "\""),
            ("5\" tall, \"a |\"", "\""),
            ("\"a \\\"|\"", "\"\""),
            ("'' \"\" |", ""),
            ("1,\"{\"\"a\"\": \"\"b |\"\"}\"", "\"\""),
            ("1,\"{\"\"a\"\": \"\"b\"\", |\"", "\""),
            ("'''a 'b' |'''", "'"),
        ] {
            let to = text.find('|').expect("it is there");
            let mut strings = Strings::default();
            let open: Vec<u8> = strings.at(text.as_bytes(), to).iter().map(|it| it.mark).collect();
            assert_eq!(String::from_utf8_lossy(&open), expected, "{text}");
        }
    }

    #[test]
    fn hostile_marks_end_soon() {
        for text in ["\"", "'", "\\\"", "'a ", "\"a 'b `c ", "`", "\"\\\"\\\\\\\"'`", "a\"", " '''"]
        {
            for end in ["", "\"", "'", "\n"] {
                let text = text.repeat(200_000) + end;
                let mut strings = Strings::default();
                for to in (0..text.len()).step_by(100) {
                    strings.at(text.as_bytes(), to);
                }
            }
        }
    }
}
