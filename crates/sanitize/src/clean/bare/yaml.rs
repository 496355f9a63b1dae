//! Plain scalars of YAML (YAML 1.2.2, 7.3.3), as far as it must be known where they begin and end.

use std::ops::Range;

use super::Bare;
use crate::decode;

/// All plain scalars, keys as well.
pub(super) fn bare_values(bytes: &[u8]) -> Vec<Bare> {
    let mut reader =
        Reader { bytes, depth: 0, block: None, quote: None, open: None, found: Vec::new() };
    let mut begin = decode::length_of_mark(bytes);
    while begin < bytes.len() {
        let end = super::end_of_line(bytes, begin);
        let length = bytes[begin..end].trim_ascii_end().len();
        reader.line(begin..begin + length);
        begin = end + 1;
    }
    reader.found
}

/// Whether a text may be a plain scalar.
pub(super) fn is_plain(text: &[u8], is_flow: bool) -> bool {
    let has = |part: &[u8]| memchr::memmem::find(text, part).is_some();
    let begins = text.first().is_some_and(|first| !b"[]{},#&*!|>'\"%@`".contains(first))
        && ![&b"- "[..], b"? ", b": "].iter().any(|mark| text.starts_with(mark));
    let is_key = has(b": ") || has(b" #") || text.ends_with(b":");
    begins && !is_key && !(is_flow && text.iter().any(|byte| b",[]{}".contains(byte)))
}

/// What takes the place of a value that a tag says to be a number or a date, if what is new is none (YAML 1.1,
/// "Language-Independent Types").
pub(super) fn of_kind(bytes: &[u8], span: &Range<usize>, new: &[u8]) -> Option<&'static [u8]> {
    let before = &bytes[span.start.saturating_sub(32)..span.start];
    let before = before.strip_suffix(b"\"").or(before.strip_suffix(b"'")).unwrap_or(before);
    if !before.ends_with(b" ") {
        return None;
    }
    let before = before.trim_ascii_end();
    // The text of a block is on the next line.
    let block = before.strip_suffix(b"-").or(before.strip_suffix(b"+")).unwrap_or(before);
    let block = block.strip_suffix(b"|").or(block.strip_suffix(b">"));
    let before = block.unwrap_or(before).trim_ascii_end();
    if before.ends_with(b"!!timestamp") {
        let is_day = new.len() >= 10 && new[..4].iter().all(u8::is_ascii_digit);
        return (!is_day).then_some(b"0001-01-01");
    }
    let is_number = match () {
        () if before.ends_with(b"!!float") => new.iter().all(u8::is_ascii_digit),
        () if before.ends_with(b"!!int") => is_integer(new),
        () => return None,
    };
    (!is_number).then_some(b"0")
}

/// Whether all readers take a text for a whole number: to some a zero in front says that its digits are octal.
fn is_integer(text: &[u8]) -> bool {
    let most = if text.first() == Some(&b'0') { b'7' } else { b'9' };
    text.iter().all(|byte| (b'0'..=most).contains(byte))
}

struct Reader<'a> {
    bytes: &'a [u8],
    /// How many brackets are open.
    depth: usize,
    /// The column that a block of text is farther in than.
    block: Option<usize>,
    /// The quote of a string that goes on over the end of a line.
    quote: Option<u8>,
    /// The column from which on the next line goes on with the scalar that ended the last one.
    open: Option<usize>,
    found: Vec<Bare>,
}

impl Reader<'_> {
    /// Reads a line without the blanks at its end.
    fn line(&mut self, line: Range<usize>) {
        let text = &self.bytes[line.clone()];
        let indent = text.iter().take_while(|byte| **byte == b' ').count();
        if text.is_empty() || self.block.is_some_and(|column| indent > column) {
            return;
        }
        self.block = None;
        let mut at = self.behind_open(&line, indent);
        // Where the last key or item began that a block of text may belong to.
        let mut column = indent;
        while at < line.end {
            let Some(next) = self.token(at, &line, indent, &mut column) else { return };
            at = next;
        }
    }

    /// Reads what begins here in a line, and says where it ends; nothing where no more of the line is of the form.
    fn token(
        &mut self,
        at: usize,
        line: &Range<usize>,
        indent: usize,
        column: &mut usize,
    ) -> Option<usize> {
        let rest = &self.bytes[at..line.end];
        let is_item = |mark: u8| rest[0] == mark && rest.get(1).is_none_or(|it| *it == b' ');
        match rest[0] {
            b'#' => return None,
            mark @ (b'-' | b'?' | b':') if is_item(mark) => {
                if mark != b':' {
                    *column = at - line.start;
                }
            }
            b'-' if at == line.start && rest.starts_with(b"---") => return Some(at + 3),
            b'[' | b'{' => self.depth += 1,
            b']' | b'}' => self.depth = self.depth.saturating_sub(1),
            b' ' | b'\t' | b',' => {}
            b':' if self.depth > 0 => {}
            quote @ (b'"' | b'\'') => {
                let end = self.skip_string(quote, at + 1, line.end);
                if self.bytes[end..line.end].starts_with(b":") {
                    *column = at - line.start;
                }
                return Some(end);
            }
            b'&' | b'*' | b'!' => {
                let end = rest.iter().position(|byte| *byte == b' ');
                return Some(at + end.unwrap_or(rest.len()));
            }
            b'|' | b'>' if self.depth == 0 => {
                self.block = Some(*column);
                return None;
            }
            _ => {
                let end = at + self.length_of_plain(rest);
                if self.bytes[end..line.end].trim_ascii_start().starts_with(b":") {
                    *column = at - line.start;
                }
                // What begins a line goes on where it began, what stands behind a mark farther in.
                let begins = at == line.start + indent;
                let least = if begins { indent.max(1) } else { *column + 1 };
                self.add(at..end, line.end, least);
                return Some(end);
            }
        }
        Some(at + 1)
    }

    /// Adds a scalar. One that ends its line may go on on the next one, from a column on.
    fn add(&mut self, span: Range<usize>, end: usize, least: usize) {
        let is_flow = self.depth > 0;
        self.open = (span.end == end).then_some(if is_flow { 0 } else { least });
        self.found.push(Bare { span, is_flow });
    }

    /// Goes on with what the line before left open, and behind it.
    fn behind_open(&mut self, line: &Range<usize>, indent: usize) -> usize {
        let mut at = line.start;
        if let Some(quote) = self.quote {
            at = self.skip_string(quote, at, line.end);
        }
        let open = self.open.take();
        if let Some(least) = open.filter(|least| indent >= *least) {
            at = self.go_on(line.start + indent..line.end, least);
        }
        at
    }

    /// Goes on with the last scalar, if a line does, and behind it.
    fn go_on(&mut self, line: Range<usize>, least: usize) -> usize {
        let text = &self.bytes[line.clone()];
        let ends = match self.depth > 0 {
            true => b"#,[]{}:".contains(&text[0]),
            false => text[0] == b'#',
        };
        if ends {
            return line.start;
        }
        let length = self.length_of_plain(text);
        // A key begins anew.
        if self.depth == 0 && text[length..].trim_ascii_start().starts_with(b":") {
            return line.start;
        }
        let end = line.start + length;
        if let Some(last) = self.found.last_mut() {
            last.span.end = end;
        }
        self.open = (end == line.end).then_some(least);
        end
    }

    /// Goes on behind the end of a string, or at the end of the line.
    fn skip_string(&mut self, quote: u8, from: usize, end: usize) -> usize {
        let mut at = from;
        while at < end {
            match self.bytes[at] {
                b'\\' if quote == b'"' => at += 1,
                byte if byte == quote && quote == b'\'' && self.is_doubled(at, end) => at += 1,
                byte if byte == quote => {
                    self.quote = None;
                    return at + 1;
                }
                _ => {}
            }
            at += 1;
        }
        self.quote = Some(quote);
        end
    }

    fn is_doubled(&self, at: usize, end: usize) -> bool {
        at + 1 < end && self.bytes[at + 1] == b'\''
    }

    /// How long the plain scalar is that a text begins with: one byte at least.
    fn length_of_plain(&self, text: &[u8]) -> usize {
        let is_blank = |at: usize| text.get(at).is_none_or(|byte| matches!(byte, b' ' | b'\t'));
        let is_end = |at: usize| match text[at] {
            b':' => is_blank(at + 1) || self.depth > 0 && b",[]{}".contains(&text[at + 1]),
            b'#' => is_blank(at - 1),
            b',' | b'[' | b']' | b'{' | b'}' => self.depth > 0,
            _ => false,
        };
        let end = (1..text.len()).find(|at| is_end(*at)).unwrap_or(text.len());
        text[..end].trim_ascii_end().len().max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<&str> {
        bare_values(text.as_bytes()).into_iter().map(|bare| &text[bare.span]).collect()
    }

    #[test]
    fn plain_scalars_are_found_in_blocks_and_brackets() {
        for (text, expected) in [
            ("a: 1\nb:  two words # c: 3\n", &["a", "1", "b", "two words"][..]),
            ("- 1\n- - 2\n- a: 3\n", &["1", "2", "a", "3"]),
            ("a: [1, 2 2, {b: 3}]\n", &["a", "1", "2 2", "b", "3"]),
            ("a: [\n  1,\n  2\n]\nb: x, [y]\n", &["a", "1", "2", "b", "x, [y]"]),
            ("a: \"b: 1\"\nc: 'it''s: 2'\nd: \"e\n  f: 3\" \ng: 4\n", &["a", "c", "d", "g", "4"]),
            (
                "- a: |\n    b: 1\n\n    c\n  d: 2\n- >-\n  e: 3\nf: http://x:1/#y\n",
                &["a", "d", "2", "f", "http://x:1/#y"],
            ),
            ("--- 1\na: &b !c 2\n{\"a\":3}\n", &["1", "a", "2", "3"]),
            ("a: b\n  c\n\n  d # e\nf: 1\n", &["a", "b\n  c\n\n  d", "f", "1"]),
            ("a:\n  b\n  c\nd: 1\ne: 2\n", &["a", "b\n  c", "d", "1", "e", "2"]),
            ("- a\n  b\n- c\n- d: 1\n  e: 2\n", &["a\n  b", "c", "d", "1", "e", "2"]),
            (
                "{a: 1, b: +1\n  2, c: d\n , e\n  : 3}\n",
                &["a", "1", "b", "+1\n  2", "c", "d", "e", "3"],
            ),
            ("a: b\n  # c\n  d: 1\n", &["a", "b", "d", "1"]),
            ("a: \"b\"\n  c: 1\n", &["a", "c", "1"]),
        ] {
            assert_eq!(values(text), expected, "{text}");
        }
    }

    #[test]
    fn what_has_marks_is_not_plain() {
        for (text, is_flow, expected) in [
            ("[X]", false, false),
            ("a [X] b", false, true),
            ("a [X] b", true, false),
            ("-1", false, true),
            ("a: b", false, false),
            ("a #b", false, false),
            ("", false, false),
        ] {
            assert_eq!(is_plain(text.as_bytes(), is_flow), expected, "{text}");
        }
    }
}
