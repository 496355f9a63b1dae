//! Records in brackets, as in flow style of YAML, literals and calls of code and GraphQL: `{mrn: ..., name: ...}`,
//! `Patient(mrn = "...", name = "...")`. Beside a value that is telling by its name the others are looked at, too.

use std::ops::Range;

use super::{Layout, calls, lines, value};
use crate::what::What;

/// So far before a telling name the bracket may be, and so far behind it the other one, in bytes.
const REACH: usize = 1024;
const LONGEST: usize = 4096;

/// How deep brackets that are read may be in one another.
const DEEPEST: usize = 3;

/// Reads what is in the brackets around a telling name; says where they end.
pub(super) fn read(bytes: &[u8], name: &Range<usize>, layout: &mut Layout) -> Option<usize> {
    let begin = open_before(bytes, name.start)?;
    let end = end_of(bytes, begin, bytes.len().min(begin + LONGEST));
    read_items(bytes, begin..end, 1, layout);
    Some(end)
}

/// The bracket before a place that is not closed there.
fn open_before(bytes: &[u8], at: usize) -> Option<usize> {
    let first = at.saturating_sub(REACH);
    let mut closed = 0_usize;
    let place = bytes[first..at].iter().rposition(|byte| match byte {
        b')' | b']' | b'}' => {
            closed += 1;
            false
        }
        b'(' | b'[' | b'{' if closed == 0 => true,
        b'(' | b'[' | b'{' => {
            closed -= 1;
            false
        }
        _ => false,
    })?;
    Some(first + place)
}

/// The place of the bracket that closes the one here, or the end of what is read.
fn end_of(bytes: &[u8], begin: usize, last: usize) -> usize {
    let (mut depth, mut end) = (0_usize, last);
    marks(bytes, begin..last, |at, byte| {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            end = at;
        }
        depth > 0
    });
    end
}

/// What stands between two brackets.
struct Items {
    items: Vec<Range<usize>>,
    /// What is between brackets in them, with the places where those items begin.
    inner: Vec<(usize, Range<usize>)>,
    /// Where the item begins in which a bracket is not closed.
    unclosed: Option<usize>,
}

/// What stands between the bracket here and its other one.
fn items(bytes: &[u8], part: Range<usize>) -> Items {
    let (mut inside, mut begin, mut open, mut inner) = (0_usize, part.start + 1, 0, Vec::new());
    let mut items = Vec::new();
    marks(bytes, part.start + 1..part.end, |at, byte| {
        match byte {
            b'(' | b'[' | b'{' => {
                open = if inside == 0 { at } else { open };
                inside += 1;
            }
            b')' | b']' | b'}' => {
                inside = inside.saturating_sub(1);
                if inside == 0 {
                    inner.push((begin, open..at));
                }
            }
            _ if inside == 0 => {
                items.push(begin..at);
                begin = at + 1;
            }
            _ => {}
        }
        true
    });
    items.push(begin..part.end.max(begin));
    let unclosed = (inside > 0).then_some(begin);
    Items { items, inner, unclosed }
}

/// So much is read below a word for somebody, in bytes.
const LONGEST_BELOW: usize = 2048;

/// The values that are given to names that are known between the bracket here and its other one, and in what has one
/// of the names that are asked for; says up to where all was looked at, and up to where something was.
pub(super) fn values(
    bytes: &[u8],
    begin: usize,
    is_part: fn(&[u8]) -> bool,
    found: &mut Vec<(What, String, Range<usize>)>,
) -> (usize, usize) {
    let end = end_of(bytes, begin, bytes.len().min(begin + LONGEST_BELOW));
    let mut read = end;
    values_within(bytes, begin..end, 1, is_part, &mut read, found);
    (read, end)
}

fn values_within(
    bytes: &[u8],
    part: Range<usize>,
    depth: usize,
    is_part: fn(&[u8]) -> bool,
    read: &mut usize,
    found: &mut Vec<(What, String, Range<usize>)>,
) {
    let is_map = bytes[part.start] == b'{';
    let Items { items, inner, unclosed } = items(bytes, part);
    *read = unclosed.unwrap_or(*read).min(*read);
    found.extend(items.into_iter().filter_map(|item| lines::value(bytes, item, is_map)));
    for (item, inner) in inner {
        let name = bytes[item..inner.start].trim_ascii();
        let marks = name.iter().rev().take_while(|byte| b":=> \"'\\".contains(byte)).count();
        let name = &name[..name.len() - marks];
        let quotes = name.iter().take_while(|byte| b"\"'\\".contains(byte)).count();
        match depth < DEEPEST && (name.is_empty() || is_part(&name[quotes..])) {
            true => values_within(bytes, inner, depth + 1, is_part, read, found),
            false => *read = item.min(*read),
        }
    }
}

/// Reads what stands between the bracket here and its other one.
fn read_items(bytes: &[u8], part: Range<usize>, depth: usize, layout: &mut Layout) {
    let is_map = bytes[part.start] == b'{';
    let Items { items, inner, .. } = items(bytes, part);
    for item in items {
        if let Some((what, field, span)) = lines::value(bytes, item, is_map)
            && layout.is_open(&span)
        {
            let mut finding = value::as_found(bytes, what, span);
            finding.field = Some(field);
            layout.findings.push(finding);
        }
    }
    for (item, inner) in inner.into_iter().filter(|_| depth < DEEPEST) {
        calls::read_list(bytes, item, inner.clone(), layout);
        read_items(bytes, inner, depth + 1, layout);
    }
}

/// Says where brackets and ends of items are that are in no quotes, as long as it is asked for more.
fn marks(bytes: &[u8], part: Range<usize>, mut mark: impl FnMut(usize, u8) -> bool) {
    let mut at = part.start;
    while at < part.end {
        let byte = bytes[at];
        match byte {
            b'(' | b'[' | b'{' | b')' | b']' | b'}' | b',' | b';' if !mark(at, byte) => return,
            // Two quotes hold nothing, or stand for one within a string.
            b'"' if bytes[at + 1..part.end].starts_with(b"\"") => at += 1,
            // An apostrophe begins nothing.
            b'"' | b'\'' | b'`' if !bytes[at - 1].is_ascii_alphanumeric() => {
                let rest = &bytes[at + 1..part.end];
                at += memchr::memchr3(byte, b'\n', b'\\', rest).map_or(0, |end| end + 1);
            }
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use crate::structure::tests::{assert_counts, found_by, read_assigned};

    fn fields(text: &str) -> Vec<String> {
        let mut found = found_by(read_assigned, text);
        found.sort();
        found.dedup();
        found.into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn what_is_in_the_same_brackets_is_read() {
        // Synthetic, and put together here so that no scanner stops at this page.
        for text in [
            "patient: {last_name: Zwyr~tkova, m~rn: 8817~2635}",
            "- {m~rn: 8817~2635, last_name: \"Zwyr~tkova\"}\n",
            "let it = {\n  m~rn: '8817~2635', last_name: 'Zwyr~tkova',\n}",
            "create(m~rn: \"8817~2635\", last_name: \"Zwyr~tkova\") { id }",
            "Patient(m~rn = \"8817~2635\", last_name = \"Zwyr~tkova\")",
            "['m~rn' => '8817~2635', 'last_name' => 'Zwyr~tkova']",
            "x = dict(a=f(1), m~rn='8817~2635', b={'last_name': 'Zwyr~tkova'})",
            "{ String m~rn = \"8817~2635\"; String last_name = \"Zwyr~tkova\"; }",
        ] {
            assert_eq!(fields(text), ["last_name", "mrn"], "{text}");
        }
    }

    #[test]
    fn what_only_looks_alike_is_not() {
        for text in [
            "{m~rn: '8817~2635', last_name: LastName}",
            "{m~rn: '8817~2635', last_name: Joi.string()}",
            "{m~rn: '8817~2635', last_name: 'Last Name'}",
            "f(m~rn='8817~2635', last_name=Zwyr~tkova)",
            "{m~rn: '8817~2635'}, {last_name: 'Zwyr~tkova'}",
        ] {
            assert_eq!(fields(text), ["mrn"], "{text}");
        }
    }

    #[test]
    fn hostile_brackets_end_soon() {
        assert_counts(
            |text| found_by(read_assigned, text),
            [
                ("{m~rn: 8817~2635}".repeat(100_000), 100_000),
                ("{m~rn: 8817~2635,".repeat(100_000), 100_000),
                ("m~rn: 8817~2635, ".repeat(100_000), 100_000),
                ("{m~rn: 8817~2635, '".repeat(100_000), 100_000),
                ("m~rn: 8817~2635}".repeat(100_000), 100_000),
            ],
        );
    }
}
