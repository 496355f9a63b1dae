//! Documents that are one column below its name.

use std::ops::Range;

use super::columns::field;
use super::lines::{LONGEST_HEADER, line_from};
use super::was_value;
use crate::finding::Finding;
use crate::structure::keys::{self, Strength};
use crate::structure::{Layout, quote, trimmed, value};
use crate::what::What;

/// Reads a document that is one column of numbers, dates or names below a telling name: all of its lines have to be
/// values. Says whether it is one.
pub(super) fn read(bytes: &[u8], header: Range<usize>, layout: &mut Layout) -> bool {
    let name = &bytes[unquoted(bytes, header.clone())];
    let Some((what, Strength::Strong)) = keys::key(name) else { return false };
    let field = field(name);
    let (mut findings, mut literal, mut at) = (Vec::new(), 0, header.end);
    while at < bytes.len() {
        let line = line_from(bytes, at + 1, LONGEST_HEADER);
        at = line.end;
        let span = quote::within(bytes, unquoted(bytes, line));
        let text = &bytes[span.clone()];
        if text.is_empty() || was_value(text) {
            continue;
        }
        let is_literal = value::is_literal(what, text);
        let may_be = is_literal || what == What::Name && value::is_beside(what, text);
        if !may_be {
            return false;
        }
        literal += usize::from(is_literal);
        findings.push(Finding { field: Some(field.clone()), ..value::as_found(bytes, what, span) });
    }
    // Names are words: at least half of them have to be known.
    if findings.is_empty() || literal * 2 < findings.len() {
        return false;
    }
    for finding in findings {
        layout.unit(finding.span.clone());
        layout.findings.push(finding);
    }
    true
}

/// A line without blanks and quotes around it, and without separators behind it. Behind what stands in quotes there may
/// be other columns.
fn unquoted(bytes: &[u8], line: Range<usize>) -> Range<usize> {
    let text = &bytes[line.clone()];
    let is_end = |byte: &&u8| matches!(byte, b',' | b';') || byte.is_ascii_whitespace();
    let ends = text.iter().rev().take_while(is_end).count();
    let line = trimmed(bytes, line.start..line.end - ends);
    let text = &bytes[line.clone()];
    let Some(mark @ (b'"' | b'\'')) = text.first() else { return line };
    let mut at = 1;
    while let Some(end) = memchr::memchr(*mark, &text[at..]).map(|end| at + end) {
        match text.get(end + 1) {
            None | Some(b',' | b';' | b'\t' | b'|') => return line.start + 1..line.start + end,
            Some(next) if next == mark => at = end + 2,
            Some(_) => break,
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use crate::structure::table::tests::found;

    #[test]
    fn a_column_alone_is_read_where_all_lines_are_values() {
        for (text, count) in [
            ("m~rn\n4829~1734\n4829~1735\n", 2),
            ("\u{feff}\"MRN\"\r\n\"4829~1734\"\r\n\r\n", 1),
            ("patient_name\nMary~ Thorn~bury\nPeter~ Zwyr~tkova\n", 2),
            ("m~rn,\n4829~1734,\n", 1),
            ("m~rn\n4829~1734,\n\"4829~1735\";\n", 2),
            ("m~rn\n\"4829~1734\",\"x\"\n'4829~1735';'y'\n", 2),
            ("m~rn\n\"4829~1734\" \"x\"\n", 0),
            ("m~rn\n4829~1734\nis it\n", 0),
            ("m~rn\n12\n", 0),
            ("m~rn\n", 0),
            ("account\n4829~1734\n", 0),
            ("Patient name\nDate of birth\nNumber\n", 0),
            ("Patient name\nWhat is written here\nWithout a name\n", 0),
        ] {
            assert_eq!(found(text).len(), count, "{text}");
        }
    }
}
