//! The rows of a table, and the fields of each.

use std::ops::Range;

use crate::structure::trimmed;

/// The longest field in quotes, in bytes, and how many may have no other quote until quotes are signs
/// like any other.
const LONGEST_FIELD: usize = 1 << 16;
const MOST_UNQUOTED: usize = 16;

/// Signs around fields, and the most blanks before and behind them.
const QUOTES: [u8; 2] = [b'"', b'\''];
const MOST_BLANKS: usize = 64;

/// The fields of a row.
#[derive(Default)]
pub(super) struct Row {
    pub fields: Vec<Range<usize>>,
    /// How many there are, and how many without the last ones that are empty.
    pub count: usize,
    pub filled: usize,
}

impl Row {
    /// What stands in a column; nothing where it is empty.
    pub fn cell(&self, bytes: &[u8], place: usize) -> Option<Range<usize>> {
        let span = trimmed(bytes, self.fields.get(place)?.clone());
        (!span.is_empty()).then_some(span)
    }
}

/// Reads one row after the other.
#[derive(Clone)]
pub(super) struct Rows<'a> {
    pub bytes: &'a [u8],
    separator: u8,
    pub at: usize,
    /// How many quotes of either kind had no other one.
    unquoted: [usize; 2],
}

impl<'a> Rows<'a> {
    pub fn new(bytes: &'a [u8], separator: u8, at: usize) -> Self {
        Self { bytes, separator, at, unquoted: [0; 2] }
    }

    /// Puts the next row in the place of the one before, of its fields so many at most.
    pub fn read_into(&mut self, row: &mut Row, most: usize) -> Option<()> {
        let Row { fields, filled, .. } = row;
        fields.clear();
        *filled = 0;
        let bytes = self.bytes;
        let count = self.next_row(|place, span| {
            if !bytes[span.clone()].trim_ascii_start().is_empty() {
                *filled = place + 1;
            }
            if place < most {
                fields.push(span);
            }
        })?;
        row.count = if *filled == 0 && count == 1 { 0 } else { count };
        Some(())
    }

    /// Says where each field of the next row is, without its quotes, and how many there are: 0 for a line
    /// without anything.
    pub fn next_row(&mut self, mut field: impl FnMut(usize, Range<usize>)) -> Option<usize> {
        if self.at >= self.bytes.len() {
            return None;
        }
        let mut count = 0;
        loop {
            let (span, end) = self.field();
            let is_blank = count == 0 && span.is_empty();
            let ends = self.bytes.get(end) != Some(&self.separator);
            if !(ends && is_blank) {
                field(count, span);
                count += 1;
            }
            self.at = end + 1;
            if ends {
                let is_pair = self.bytes.get(end..end + 2) == Some(b"\r\n");
                self.at += usize::from(is_pair);
                return Some(count);
            }
        }
    }

    /// The field that begins here, and where it ends.
    fn field(&mut self) -> (Range<usize>, usize) {
        let begin = self.past_blanks(self.at);
        if let Some(kind) =
            self.bytes.get(begin).and_then(|byte| QUOTES.iter().position(|it| it == byte))
            && self.unquoted[kind] < MOST_UNQUOTED
        {
            match self.end_of_quoted(begin, QUOTES[kind]) {
                Some(quote) => return (begin + 1..quote, self.past_blanks(quote + 1)),
                None => self.unquoted[kind] += 1,
            }
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let end = memchr::memchr3(self.separator, b'\n', b'\r', rest).unwrap_or(rest.len());
        (self.at..self.at + end, self.at + end)
    }

    /// The place behind the blanks here.
    fn past_blanks(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        at + rest.iter().take(MOST_BLANKS).take_while(|byte| **byte == b' ').count()
    }

    /// Where the other quote is of the one that is here: what is between them may be anything, but for single ones,
    /// which are apostrophes as well, within one line.
    fn end_of_quoted(&self, begin: usize, quote: u8) -> Option<usize> {
        let last = self.bytes.len().min(begin + LONGEST_FIELD);
        let stop = if quote == b'"' { quote } else { b'\n' };
        let mut at = begin + 1;
        loop {
            let found = at + memchr::memchr2(quote, stop, self.bytes.get(at..last)?)?;
            if self.bytes[found] != quote {
                return None;
            }
            if self.bytes.get(found + 1) == Some(&quote) {
                at = found + 2;
                continue;
            }
            return match self.bytes.get(self.past_blanks(found + 1)) {
                None | Some(b'\n' | b'\r') => Some(found),
                Some(byte) if *byte == self.separator => Some(found),
                Some(_) => None,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::structure::table::tests::values;

    #[test]
    fn fields_may_stand_in_single_quotes() {
        let text = "'m~rn','last_name'\n'4829~1734','Thorn~bury, Jr'\n'4829~1735', 'O''Ha~ra'\n4829~1736,'t Hooft~\n";
        let expected = ["48291734", "Thornbury, Jr", "48291735", "O''Hara", "48291736", "'t Hooft"];
        assert_eq!(values(text)[..5], expected[..5]);
    }

    #[test]
    fn quotes_may_hold_separators_and_ends_of_lines() {
        let text = [
            "\u{feff}# made up\n\"mrn\",\"name\",note\n",
            "\"4711\",\"Roe, \"\"J\"\" Jane\",\"two\nlines\"\n4712,Doe,x\n",
        ]
        .concat();
        assert_eq!(values(&text), ["4711", "Roe, \"\"J\"\" Jane", "4712", "Doe"]);
    }
}
