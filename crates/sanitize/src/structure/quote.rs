//! The strings of source code that messages and tables stand in, as far as it must be known where they end.

mod strings;

pub(super) use strings::{Strings, end_around, read};

/// What opened a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quote {
    mark: u8,
    /// How many marks it has: three where programs write text, two in a string whose marks are doubled.
    width: usize,
    /// How many backslashes are before it: the string is in another one, or deeper.
    escapes: usize,
}

/// What a mark in a string is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// The string ends before this place.
    End(usize),
    /// It goes on here.
    Inside(usize),
}

/// So far back the beginning of a line is looked for, in bytes.
const LONGEST_LINE: usize = 1024;

/// So far from one another parts of one string are looked for, in bytes.
const LONGEST_GAP: usize = 4096;

impl Quote {
    /// What opened the string around a segment: what stands directly before it, what the segment before left
    /// open, or what ends the line before it.
    pub fn around(bytes: &[u8], begin: usize, open: Option<Self>, last: usize) -> Option<Self> {
        if begin.checked_sub(1).is_some_and(|at| is_any_mark(bytes[at])) {
            return Some(Self::that_ends(&bytes[..begin]));
        }
        let open = open.filter(|_| begin - last < LONGEST_GAP);
        match open.map(|open| open.closed_in(&bytes[last..begin])) {
            Some(None) => open,
            Some(Some(end)) => Self::of_line_before(&bytes[last + end..begin]),
            None => Self::of_line_before(&bytes[last..begin]),
        }
    }

    /// What a text ends with, which is a mark.
    fn that_ends(text: &[u8]) -> Self {
        let mark = text[text.len() - 1];
        let count = text.iter().rev().take(3).take_while(|byte| **byte == mark).count();
        Self { mark, width: count, escapes: depth(backslashes(text, text.len() - count)) }
    }

    /// A line that opens a string and has nothing else behind it but a backslash.
    fn of_line_before(text: &[u8]) -> Option<Self> {
        let text = &text[text.len().saturating_sub(LONGEST_LINE)..];
        let line = text.trim_ascii_end();
        let line = line.strip_suffix(b"\\").unwrap_or(line);
        let begin = memchr::memrchr2(b'\n', b'\r', line).map_or(0, |at| at + 1);
        let line = &line[begin..];
        let mark = *line.last().filter(|byte| is_any_mark(**byte))?;
        let is_open = memchr::memchr_iter(mark, line).count() % 2 == 1;
        is_open.then(|| Self::that_ends(line))
    }

    /// Where it is closed in a text that it is open before, behind its marks.
    fn closed_in(self, text: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(next) = memchr::memchr(self.mark, &text[at..]) {
            match self.read(text, at + next) {
                Mark::End(_) => {
                    let marks = &text[at + next..];
                    let count = marks.iter().take_while(|byte| **byte == self.mark).count();
                    return Some(at + next + count);
                }
                Mark::Inside(next) => at = next,
            }
        }
        None
    }

    pub fn is_mark(self, byte: u8) -> bool {
        byte == self.mark
    }

    /// Says what the mark at this place is, with those of its kind behind it. Languages double a mark or put a
    /// backslash before it where it is a part of the string; a shell ends the string, and begins another one.
    pub fn read(self, text: &[u8], at: usize) -> Mark {
        let count = text[at..].iter().take_while(|byte| **byte == self.mark).count();
        let behind = at + count;
        let escapes = backslashes(text, at);
        // In a string in another one all backslashes are there twice, and one more before its own marks.
        let is_own = escapes % (2 * (self.escapes + 1)) == self.escapes;
        match () {
            () if self.escapes > escapes => Mark::End(at - escapes),
            () if !is_own && self.width == 2 => Mark::Inside(at + count.min(2)),
            () if !is_own => Mark::Inside(at + 1),
            () if self.escapes > 0 => Mark::End(at - self.escapes),
            () if self.width == 3 && count < 3 => Mark::Inside(behind),
            () if self.width == 2 && count % 4 == 0 => Mark::Inside(behind),
            () if self.width > 1 => Mark::End(at),
            () if count == 2 && self.mark == b'"' && ends_tag(&text[behind..]) => Mark::End(at),
            () if count % 2 == 0 || self.is_in_word(text, at..behind) => Mark::Inside(behind),
            () if text[at..].starts_with(b"'\\''") => Mark::Inside(at + 4),
            () => Mark::End(at),
        }
    }

    /// Whether it is an apostrophe.
    fn is_in_word(self, text: &[u8], marks: std::ops::Range<usize>) -> bool {
        self.mark == b'\'' && marks.len() == 1 && is_apostrophe(text, marks.start)
    }
}

/// How many backslashes stand directly before a place.
fn backslashes(text: &[u8], at: usize) -> usize {
    const MOST: usize = 64;
    text[..at].iter().rev().take(MOST).take_while(|byte| **byte == b'\\').count()
}

/// How many of so many backslashes before a mark are of the strings around: 0, 1, 3, 7 and so on. The others spell out
/// backslashes.
fn depth(backslashes: usize) -> usize {
    (1 << backslashes.trailing_ones()) - 1
}

/// Whether a tag ends here, or has another attribute.
fn ends_tag(text: &[u8]) -> bool {
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-:.".contains(byte);
    let is_attribute = |text: &[u8]| {
        let length = text.iter().take_while(is_name).count();
        length > 0 && matches!(text[length..], [b'=', b'"' | b'\'', ..])
    };
    match text {
        [b'>', ..] | [b'/', b'>', ..] | [b' ', b'/', b'>', ..] => true,
        [b' ' | b'\n', rest @ ..] => is_attribute(rest),
        _ => false,
    }
}

fn is_any_mark(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

fn is_apostrophe(text: &[u8], at: usize) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || *byte >= 0x80;
    text[..at].last().is_some_and(is_letter) && text.get(at + 1).is_some_and(is_letter)
}

/// Where something ends that a message stands in and that has no quotes, in its last field: an element or a comment of
/// markup or code, or brackets that were opened before it.
pub(super) fn enclosed(value: &[u8]) -> Option<usize> {
    const ENDS: [&[u8]; 6] = [b"-->", b"*/", b"]]", b"$$", b"/$", b"${"];
    let mut open = [0_usize; 3];
    for (at, byte) in value.iter().enumerate() {
        let rest = &value[at..];
        let is_tag = rest.starts_with(b"</") && rest.get(2).is_some_and(u8::is_ascii_alphabetic);
        if is_tag || ENDS.iter().any(|end| rest.starts_with(end)) {
            return Some(at);
        }
        let kind = match byte {
            b'(' | b')' => 0,
            b'[' | b']' => 1,
            b'{' | b'}' => 2,
            _ => continue,
        };
        match byte {
            b'(' | b'[' | b'{' => open[kind] += 1,
            _ if open[kind] == 0 => return Some(at),
            _ => open[kind] -= 1,
        }
    }
    None
}

/// How long the quote is that a segment ends with, if it is spelled out as in markup and has no other one: it is that of
/// what the message stands in.
pub(super) fn length_of_reference(segment: &[u8]) -> usize {
    const QUOTE: &[u8] = b"&quot;";
    let is_alone = || memchr::memmem::find_iter(segment, QUOTE).count() % 2 == 1;
    if segment.ends_with(QUOTE) && is_alone() { QUOTE.len() } else { 0 }
}

/// Where a string ends of which nobody has seen the beginning: at a mark without another one of its kind, with
/// what code has behind a string. The backslashes before it are those of a string around.
pub(super) fn unopened(value: &[u8]) -> Option<usize> {
    let end = |mark: u8, escapes: usize| {
        let places = || {
            memchr::memchr_iter(mark, value)
                .filter(|at| depth(backslashes(value, *at)) == escapes)
                .filter(|at| mark != b'\'' || !is_apostrophe(value, *at))
        };
        let first = places().next().filter(|_| places().count() % 2 == 1)?;
        let is_rest = |byte: &&u8| !is_any_mark(**byte) && !byte.is_ascii_whitespace();
        let rest = value[first..].iter().find(is_rest);
        let is_code = rest.is_none_or(|byte| b",;)]}>|+.:\\&<".contains(byte));
        is_code.then(|| first - backslashes(value, first))
    };
    let marks = [b'"', b'\'', b'`'].into_iter().filter(|mark| value.contains(mark));
    marks.flat_map(|mark| [0, 1, 3].map(|escapes| end(mark, escapes))).flatten().min()
}

/// A value up to the end of the string that it stands in, if nobody has seen its beginning.
pub(super) fn within(bytes: &[u8], value: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let end = unopened(&bytes[value.clone()]);
    value.start..end.map_or(value.end, |end| value.start + end)
}

/// The same for one that is followed by more that looks like a message: there may be other strings behind it.
pub(super) fn unopened_within(value: &[u8]) -> Option<usize> {
    let end = |mark: u8| {
        let mut is_open = false;
        memchr::memchr_iter(mark, value).find(|at| {
            let begin = at - backslashes(value, *at);
            let is_end = !is_open && is_before_code(mark, &value[at + 1..]);
            is_open = !is_open && !is_end && strings::may_open(value, begin);
            is_end
        })
    };
    let marks = [b'"', b'\'', b'`'].into_iter().filter_map(end);
    marks.min().map(|at| at - backslashes(value, at))
}

/// Whether code follows behind a string: one mark of double quotes says more than an apostrophe.
fn is_before_code(mark: u8, behind: &[u8]) -> bool {
    let marks = behind.iter().take_while(|byte| is_any_mark(**byte) && **byte != mark).count();
    match behind[marks..].trim_ascii_start() {
        [b',' | b';' | b')' | b']' | b'}' | b'>' | b':' | b'+', ..] if mark == b'"' => true,
        [b',' | b')' | b';' | b'+', next @ ..] => {
            let next = next.trim_ascii_start().first();
            next.is_none_or(|it| !it.is_ascii_alphabetic() && *it < 0x80)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quote(mark: &str) -> Quote {
        Quote::that_ends(mark.as_bytes())
    }

    #[test]
    fn a_string_ends_at_what_opened_it() {
        for (mark, text, expected) in [
            ("'", "x', 5", Some(1)),
            ("\"", "x\", 5", Some(1)),
            ("`", "x`", Some(1)),
            ("'", "O'N and O''N \\' '\\'' it\"", None),
            ("\"", "\"\" and O'N \\\"", None),
            ("\"", "|\"\"\"\"\"", Some(1)),
            ("'''", "O'N ' '' \"\"\" ''', 5", Some(13)),
            ("\"\"\"", "a \"b\" \"\"\"", Some(6)),
            ("\\\"", "x\\\", \\\"y", Some(1)),
            ("\\\"", "x\\\\\\\" y\\\"", Some(7)),
            ("\\\"", "x\\\\\\\\\\\"", Some(5)),
            ("\"", "x\\\\\"", Some(3)),
            ("\"\"", "x\"\"}\"", Some(1)),
            ("\"\"", "\"\"\"\"|x\"", Some(6)),
            ("\\\"\"", "x\\\\\\\"\"|y\\\"\", \\\"\"z", Some(8)),
            ("\"", "x\"\"/><a b=\"", Some(1)),
            ("\"", "x\"\" b=\"y\"", Some(1)),
        ] {
            let mut at = 0;
            let mut end = None;
            while let Some(next) = memchr::memchr(quote(mark).mark, &text.as_bytes()[at..]) {
                match quote(mark).read(text.as_bytes(), at + next) {
                    Mark::End(place) => {
                        end = Some(place);
                        break;
                    }
                    Mark::Inside(next) => at = next,
                }
            }
            assert_eq!(end, expected, "{mark} {text}");
        }
    }

    #[test]
    fn a_string_begins_before_a_segment_or_on_the_line_before() {
        for (text, expected) in [
            ("x = '", Some("'")),
            ("x = \"\"\"", Some("\"\"\"")),
            ("x = \"\"\"\\\n", Some("\"\"\"")),
            ("x = dedent(`\n    ", Some("`")),
            ("cat <<'EOF'\n", None),
            ("it's\n", None),
            ("", None),
        ] {
            let found = Quote::around(text.as_bytes(), text.len(), None, 0);
            assert_eq!(found, expected.map(quote), "{text:?}");
        }
        let open = Some(quote("'''"));
        assert_eq!(Quote::around(b"X\n", 2, open, 0), open);
        assert_eq!(Quote::around(b"X'''\n", 5, open, 0), None);
    }

    #[test]
    fn code_behind_a_string_is_told_from_a_value() {
        for (value, expected) in [
            ("X''', 5", Some(1)),
            ("19620110\" > out", Some(8)),
            ("X`;", Some(1)),
            ("X\"", Some(1)),
            ("O'NEIL", None),
            ("\"\"", None),
            ("X \"Y\" Z", None),
            ("5\" tall", None),
            ("Bury\\\"}\"}", Some(4)),
            ("7\\\"\"", Some(1)),
        ] {
            assert_eq!(unopened(value.as_bytes()), expected, "{value}");
        }
        for (value, expected) in [
            ("Jane\",\"src\":\"A", Some(4)),
            ("Jane\\\",\\\"src\\\":\\\"A", Some(4)),
            ("Jane', 'B", Some(4)),
            ("\", \"x", Some(0)),
            ("said \"no\", then", None),
            ("the parents', and", None),
            ("5\" tall", None),
        ] {
            assert_eq!(unopened_within(value.as_bytes()), expected, "{value}");
        }
    }
}
