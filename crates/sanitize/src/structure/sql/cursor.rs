//! A place in a script, and what is read from there on.

use std::ops::Range;

use super::{Column, column};
use crate::structure::keys::Strength;

/// The longest text of a row, and the longest remark, in bytes.
const LONGEST_TEXT: usize = 1 << 20;
const LONGEST_REMARK: usize = 1 << 14;

/// The longest name of a table with what stands around it, and the longest mark of a text in dollars, in bytes.
const LONGEST_NAME: usize = 200;
const LONGEST_MARK: usize = 64;

/// How deep brackets may be in one another.
const DEEPEST: usize = 64;

/// Words behind the last value of a query.
const ENDS: [&[u8]; 9] =
    [b"from", b"union", b"where", b"order", b"limit", b"on", b"returning", b"except", b"intersect"];

/// Functions that change the type of a value, and nothing else.
const CASTS: [&[u8]; 5] = [b"cast", b"convert", b"try_cast", b"try_convert", b"safe_cast"];

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// In the brackets of a row.
    Row,
    /// In a query: it has no bracket at its end.
    Query,
}

pub(super) struct Cursor<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
    /// Whether a text or a remark has no end.
    pub is_endless: bool,
}

impl<'a> Cursor<'a> {
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, is_endless: false }
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Passes over blanks and remarks.
    fn skip_blank(&mut self) {
        loop {
            self.at += self.rest().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            if !self.skip_remark() {
                return;
            }
        }
    }

    /// Passes over the remark that begins here, if there is one.
    fn skip_remark(&mut self) -> bool {
        let rest = self.rest();
        let (begin, end) = match rest {
            [b'-', b'-', ..] | [b'#', b' ' | b'\t' | b'-', ..] => (1, &b"\n"[..]),
            [b'/', b'*', ..] => (2, &b"*/"[..]),
            _ => return false,
        };
        if self.is_endless {
            return false;
        }
        let part = &rest[begin..rest.len().min(LONGEST_REMARK)];
        match memchr::memmem::find(part, end) {
            Some(found) => self.at += begin + found + end.len(),
            None if end == b"\n" && rest.len() <= LONGEST_REMARK => self.at = self.bytes.len(),
            None => {
                self.is_endless = true;
                return false;
            }
        }
        true
    }

    pub fn pass(&mut self, byte: u8) -> Option<()> {
        self.skip_blank();
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    pub fn word(&mut self, word: &[u8]) -> Option<()> {
        self.skip_blank();
        let text = self.rest().get(..word.len())?;
        let is_whole = !self.rest().get(word.len()).is_some_and(is_of_word);
        (is_whole && text.eq_ignore_ascii_case(word)).then(|| self.at += word.len())
    }

    /// The words here that are those of a name of a table, in quotes or not, with what is said of it.
    fn name(&mut self) -> Range<usize> {
        self.skip_blank();
        let rest = self.rest();
        let is_part =
            |byte: &u8| is_of_word(byte) || b".`\"[]#@ \\\r\n\t".contains(byte) || *byte >= 0x80;
        let length = rest.iter().take(LONGEST_NAME).take_while(|byte| is_part(byte)).count();
        let name = self.at..self.at + length;
        self.at += length;
        name
    }

    /// The name of a table, up to the bracket behind it.
    pub fn table(&mut self) -> Option<Range<usize>> {
        let name = self.name();
        self.skip_blank();
        (self.peek() == Some(b'(')).then_some(name)
    }

    /// The name of a table into which something is put, and whether rows follow at once: those of all its columns.
    pub fn target(&mut self) -> Option<(Range<usize>, bool)> {
        let name = self.name();
        if let Some(length) = length_before_values(&self.bytes[name.clone()]) {
            self.skip_blank();
            return Some((name.start..name.start + length, true));
        }
        let has_rows = self.word(b"values").map(|()| self.word(b"row")).is_some();
        self.skip_blank();
        (self.peek() == Some(b'(')).then_some((name, has_rows))
    }

    /// The list of columns in brackets, if it names something of a person in care.
    pub fn columns(&mut self) -> Option<Vec<Column>> {
        self.pass(b'(')?;
        let (mut columns, mut is_strong) = (Vec::new(), false);
        loop {
            self.skip_blank();
            let known = column(bare(&self.bytes[self.column_name()]));
            is_strong |= known.as_ref().is_some_and(|(_, strength)| *strength == Strength::Strong);
            columns.push(known.map(|(column, _)| column));
            if self.pass(b',').is_none() {
                self.pass(b')')?;
                return is_strong.then_some(columns);
            }
        }
    }

    fn column_name(&mut self) -> Range<usize> {
        let is_part =
            |byte: &u8| is_of_word(byte) || b"`\"[].$ \\\r\n\t".contains(byte) || *byte >= 0x80;
        let begin = self.at;
        self.at += self.rest().iter().take_while(|byte| is_part(byte)).count();
        begin..self.at
    }

    /// Passes over what may stand between the columns and the rows, and the word in front of the rows.
    pub fn values(&mut self) -> Option<()> {
        if self.word(b"overriding").is_some() {
            self.word(b"system").or_else(|| self.word(b"user"))?;
            self.word(b"value")?;
        }
        if self.word(b"output").is_some() {
            let rest = self.rest();
            let part = rest[..rest.len().min(LONGEST_NAME)].to_ascii_lowercase();
            self.at += memchr::memmem::find(&part, b"values")?;
        }
        self.word(b"values").or_else(|| self.word(b"value"))
    }

    /// What stands between two commas of a row: the first text in quotes, as in `to_date('...', '...')`,
    /// or the number. Empty where there is neither.
    pub fn item(&mut self, within: Within) -> Option<Range<usize>> {
        self.skip_blank();
        let begin = self.at;
        let mut value = self.number();
        let is_cast = value.is_none() && self.is_cast();
        let mut depth = 0;
        while let Some(byte) = self.peek() {
            let is_outer = within == Within::Query && depth == 0;
            match byte {
                b'\'' | b'"' | b'`' => {
                    if is_outer && self.is_end_of_string(value.as_ref()) {
                        break;
                    }
                    let is_code = self.is_code();
                    let span = self.any_quoted(byte)?;
                    value = value.or(Some(if is_code { begin..begin } else { span }));
                }
                b'$' => match self.in_dollars() {
                    Some(span) => value = value.or(Some(span)),
                    None => self.at += 1,
                },
                b'(' | b'[' if depth < DEEPEST => {
                    depth += 1;
                    self.at += 1;
                    value = value.or_else(|| self.number_in_cast(is_cast && depth == 1));
                }
                b'(' | b'[' => return None,
                b')' | b']' if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' if depth > 0 => {
                    self.at += 1;
                    value = value.or_else(|| self.number_in_cast(is_cast && depth == 1));
                }
                b',' | b')' => break,
                b';' if is_outer => break,
                b';' => return None,
                b'-' | b'/' if self.skip_remark() => {}
                byte if is_outer && is_of_word(&byte) => {
                    let length = self.rest().iter().take_while(|byte| is_of_word(byte)).count();
                    let word = &self.rest()[..length];
                    if ENDS.iter().any(|end| end.eq_ignore_ascii_case(word)) {
                        break;
                    }
                    self.at += length;
                }
                _ => self.at += 1,
            }
        }
        Some(value.unwrap_or(begin..begin))
    }

    /// The number that begins here: without quotes only numbers are values. Bytes as numbers are no value that says
    /// anything.
    fn number(&mut self) -> Option<Range<usize>> {
        let (begin, rest) = (self.at, self.rest());
        if !rest.first()?.is_ascii_digit() {
            return None;
        }
        let is_part = |(place, byte): (usize, &u8)| match byte {
            b'-' => rest.get(place + 1).is_some_and(u8::is_ascii_digit),
            b'.' => true,
            byte => is_of_word(byte),
        };
        self.at += rest.iter().enumerate().take_while(|part| is_part(*part)).count();
        let is_code = matches!(rest, [b'0', b'x' | b'X', ..]);
        Some(begin..if is_code { begin } else { self.at })
    }

    fn number_in_cast(&mut self, is_cast: bool) -> Option<Range<usize>> {
        if !is_cast {
            return None;
        }
        self.skip_blank();
        self.number()
    }

    /// Whether a function begins here that leaves a value what it is.
    fn is_cast(&self) -> bool {
        let rest = self.rest();
        let length = rest.iter().take(16).take_while(|byte| is_of_word(byte)).count();
        CASTS.iter().any(|known| known.eq_ignore_ascii_case(&rest[..length]))
    }

    /// Whether the text in the quotes here is one of bits or bytes, or the name of a variable: `X'4f'`, `:'name'`.
    fn is_code(&self) -> bool {
        match &self.bytes[..self.at] {
            [.., other, b'x' | b'X' | b'b' | b'B'] => !is_of_word(other),
            [.., other, b':'] => other.is_ascii_whitespace() || b"(,".contains(other),
            _ => false,
        }
    }

    /// Whether a quote here, behind a value, is the one of the string that the query stands in.
    fn is_end_of_string(&self, value: Option<&Range<usize>>) -> bool {
        let is_behind = value.is_some_and(|it| self.at == it.end || self.at == it.end + 1);
        let before = self.bytes[..self.at].last();
        is_behind || value.is_some() && self.peek() != Some(b'\'') && before.is_some_and(is_of_word)
    }

    /// The text between two marks in dollars that begins here (`$$...$$`, `$x$...$x$`).
    fn in_dollars(&mut self) -> Option<Range<usize>> {
        let rest = self.rest();
        let is_part = |byte: &u8| is_of_word(byte);
        let length = rest[1..].iter().take(LONGEST_MARK).take_while(|byte| is_part(byte)).count();
        let is_mark = rest.get(1 + length) == Some(&b'$') && !rest[1].is_ascii_digit();
        let mark = rest.get(..length + 2).filter(|_| is_mark && !self.is_endless)?;
        let text = &rest[mark.len()..rest.len().min(mark.len() + LONGEST_TEXT)];
        let Some(end) = memchr::memmem::find(text, mark) else {
            self.is_endless = true;
            return None;
        };
        let begin = self.at + mark.len();
        self.at = begin + end + mark.len();
        Some(begin..begin + end)
    }

    /// The text behind the quote here that is broken off with all else: there is no more than its line.
    fn cut_off(&mut self) -> Option<Range<usize>> {
        let span = self.at + 1..self.bytes.len();
        let rest = self.bytes.get(span.clone()).filter(|rest| rest.len() <= LONGEST_TEXT)?;
        if memchr::memchr(b'\n', rest).is_some() {
            return None;
        }
        self.at = span.end;
        Some(span)
    }

    /// Whether a script is broken off here.
    pub fn is_at_end(&mut self) -> bool {
        self.skip_blank();
        self.at >= self.bytes.len()
    }

    /// The text between quotes of which the first one is here, also where it is spelled out in a string of a program.
    fn any_quoted(&mut self, quote: u8) -> Option<Range<usize>> {
        match self.bytes[..self.at].last() {
            Some(b'\\') => self.quoted_in_string(quote),
            _ => self.quoted(quote).or_else(|| self.cut_off()),
        }
    }

    /// The text in quotes with backslashes in front, as in a string of a program: it ends with a quote that has as many.
    fn quoted_in_string(&mut self, quote: u8) -> Option<Range<usize>> {
        let marks = |at: usize| {
            self.bytes[..at].iter().rev().take(DEEPEST).take_while(|byte| **byte == b'\\').count()
        };
        let (begin, count) = (self.at + 1, marks(self.at));
        let rest = &self.bytes[begin..self.bytes.len().min(begin + LONGEST_TEXT)];
        let end = begin + memchr::memchr2(quote, b'\n', rest)?;
        if self.bytes[end] != quote || marks(end) != count {
            return None;
        }
        self.at = end + 1;
        Some(begin..end - count)
    }

    /// The text in the quotes that begin here.
    fn quoted(&mut self, quote: u8) -> Option<Range<usize>> {
        let begin = self.at + 1;
        let last = self.bytes.len().min(begin + LONGEST_TEXT);
        let mut at = begin;
        loop {
            let Some(found) =
                self.bytes.get(at..last).and_then(|rest| memchr::memchr2(quote, b'\\', rest))
            else {
                self.is_endless = true;
                return None;
            };
            at += found;
            if self.bytes[at] == b'\\' || self.bytes.get(at + 1) == Some(&quote) {
                at += 2;
                continue;
            }
            self.at = at + 1;
            return Some(begin..at);
        }
    }
}

pub(super) fn is_of_word(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || *byte == b'_'
}

/// The name of a column without its quotes.
fn bare(name: &[u8]) -> &[u8] {
    let is_quote = |byte: &u8| b"`\"[]\\ \r\n\t".contains(byte);
    let name = &name[name.iter().take_while(|it| is_quote(it)).count()..];
    &name[..name.len() - name.iter().rev().take_while(|it| is_quote(it)).count()]
}

/// How long the name of a table is that has no list of columns: the rows follow at once.
fn length_before_values(name: &[u8]) -> Option<usize> {
    let without = |name: &'_ [u8], word: &[u8]| {
        let name = name.trim_ascii_end();
        let length = name.len().checked_sub(word.len())?;
        let is_apart = length.checked_sub(1).is_some_and(|at| b" \t\r\n`\"]".contains(&name[at]));
        (is_apart && name[length..].eq_ignore_ascii_case(word)).then_some(length)
    };
    let name = without(name, b"row").map_or(name, |length| &name[..length]);
    without(name, b"values")
}
