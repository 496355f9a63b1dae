//! Documents that stand in strings of another one: JSON, XML and tables in JSON, YAML and source code.
//!
//! Only strings that begin as a document does are read by themselves: what others hold is read where it
//! stands.

use std::ops::Range;

use super::code::{Code, Step};
use super::kind::begins_json;
use crate::structure;

/// The shortest string that is looked at, in bytes.
const LEAST: usize = 16;

/// So much of a string says whether it is a document.
const BEGINNING: usize = 2048;

/// The parts of a text that are such strings, and how they are written.
pub(super) fn parts(bytes: &[u8]) -> Vec<(Range<usize>, Code)> {
    if begins_json(bytes) { parts_of_json(bytes) } else { parts_of_text(bytes) }
}

fn parts_of_json(bytes: &[u8]) -> Vec<(Range<usize>, Code)> {
    let (mut parts, mut at) = (Vec::new(), 0);
    while let Some(found) = memchr::memchr(b'"', &bytes[at..]) {
        let begin = at + found + 1;
        let Some(end) = end_of_string(bytes, begin) else { break };
        let end = end_of_lines(bytes, begin..end);
        at = end + 1;
        if end - begin >= LEAST && is_document(bytes, begin..end) {
            parts.push((begin..end, Code::String));
        }
    }
    parts
}

/// Where a string has its other quote.
fn end_of_string(bytes: &[u8], begin: usize) -> Option<usize> {
    let mut at = begin;
    loop {
        let found = at + memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[found] == b'"' {
            return Some(found);
        }
        at = found + 2;
    }
}

/// Where the last string ends of a list of lines, as notebooks have them: each but the last ends with the
/// end of a line.
fn end_of_lines(bytes: &[u8], first: Range<usize>) -> usize {
    let mut line = first;
    while bytes[line.clone()].ends_with(b"\n") {
        let Some(begin) = next_item(bytes, line.end) else { break };
        let Some(end) = end_of_string(bytes, begin) else { break };
        // In an object the next string is a name.
        let behind = bytes[end + 1..].iter().find(|byte| !byte.is_ascii_whitespace());
        if behind == Some(&b':') {
            break;
        }
        line = begin..end;
    }
    line.end
}

/// Where the next string of a list begins behind this quote.
fn next_item(bytes: &[u8], quote: usize) -> Option<usize> {
    let blank = |at: usize| {
        at + bytes
            .get(at..)
            .unwrap_or_default()
            .iter()
            .take_while(|it| it.is_ascii_whitespace())
            .count()
    };
    let comma = blank(quote + 1);
    let next = blank(comma + 1);
    (bytes.get(comma) == Some(&b',') && bytes.get(next) == Some(&b'"')).then_some(next + 1)
}

/// Whether a string of JSON begins as a document.
fn is_document(bytes: &[u8], part: Range<usize>) -> bool {
    let first = bytes[part.start..part.end].iter().find(|byte| !byte.is_ascii_whitespace());
    let beginning = part.start..part.end.min(part.start + BEGINNING);
    match first {
        Some(b'{' | b'[') => {}
        Some(b'<') => return has_namespace(&bytes[beginning]),
        _ if memchr::memchr(b'\n', &bytes[beginning.clone()]).is_none() => return false,
        _ => {}
    }
    let decoded = super::code::Decoded::new(bytes, beginning, Code::String);
    begins_json(&decoded.text) || structure::has_columns(&decoded.text)
}

fn has_namespace(beginning: &[u8]) -> bool {
    memchr::memmem::find(beginning, b"xmlns").is_some()
}

/// Strings in quotes of either kind that begin with a brace.
fn parts_of_text(bytes: &[u8]) -> Vec<(Range<usize>, Code)> {
    let (mut parts, mut at) = (Vec::new(), 0);
    while let Some(found) = memchr::memmem::find(&bytes[at..], b"{\"").map(|found| at + found) {
        at = found + 2;
        let list = usize::from(bytes[..found].ends_with(b"["));
        let begin = found - list;
        if begin > 0 && bytes[begin - 1] == b'\'' {
            let Some(end) = end_of_quoted(bytes, begin) else { break };
            at = end;
            if end - begin >= LEAST {
                parts.push((begin..end, Code::Quoted));
            }
        }
    }
    at = 0;
    while let Some(found) = memchr::memmem::find(&bytes[at..], b"{\\\"").map(|found| at + found) {
        at = found + 3;
        let list = usize::from(bytes[..found].ends_with(b"["));
        let begin = found - list;
        if begin > 0 && bytes[begin - 1] == b'"' {
            let Some(end) = end_of_string(bytes, begin) else { break };
            at = end;
            if end - begin >= LEAST {
                parts.push((begin..end, Code::String));
            }
        }
    }
    parts.sort_by_key(|(part, _)| part.start);
    let mut last = 0;
    parts.retain(|(part, _)| {
        let is_apart = part.start >= last;
        last = if is_apart { part.end } else { last };
        is_apart
    });
    parts
}

/// Where a string in single quotes has its other one: in YAML two of them stand for one, in programs one behind a
/// backslash does, which ends no document.
fn end_of_quoted(bytes: &[u8], begin: usize) -> Option<usize> {
    let mut at = begin;
    loop {
        let quote = at + memchr::memchr(b'\'', bytes.get(at..)?)?;
        let is_doubled = bytes.get(quote + 1) == Some(&b'\'');
        if !is_doubled && !bytes[begin..quote].ends_with(b"\\") {
            return Some(quote);
        }
        at = quote + if is_doubled { 2 } else { 1 };
    }
}

/// How many bytes from here on stand for themselves.
pub(super) fn plain(bytes: &[u8], code: Code) -> usize {
    let found = match code {
        Code::Quoted => memchr::memchr2(b'\\', b'\'', bytes),
        _ => memchr::memchr2(b'\\', b'"', bytes),
    };
    found.unwrap_or(bytes.len())
}

/// The step from a quote or a backslash.
pub(super) fn step(bytes: &[u8], at: usize, code: Code) -> Step {
    let rest = &bytes[at..];
    if code == Code::Quoted {
        return match rest {
            [b'\\', b'\'', b'\'', ..] => Step::new(1, b"\\"),
            [b'\\' | b'\'', b'\'', ..] => Step::new(2, b"'"),
            _ => Step::new(1, &rest[..1]),
        };
    }
    if rest[0] == b'"' {
        // The end of a line, and the beginning of the next one.
        return match next_item(bytes, at) {
            Some(next) => Step::new(next - at, b""),
            None => Step::new(1, b"\""),
        };
    }
    match rest.get(1) {
        Some(b'n') => Step::new(2, b"\n"),
        Some(b'r') => Step::new(2, b"\r"),
        Some(b't') => Step::new(2, b"\t"),
        // YAML goes on in the next line.
        Some(b'\n') => {
            Step::new(2 + rest[2..].iter().take_while(|byte| **byte == b' ').count(), b"")
        }
        Some(b'u') => super::escapes::step(rest, false),
        Some(other) if other.is_ascii() => Step::new(2, &[*other]),
        _ => Step::new(1, b"\\"),
    }
}

/// A text as it is written in such a string, in the place of what was there before.
pub(super) fn encode(text: &[u8], before: &[u8], code: Code) -> Vec<u8> {
    let has_backslash = memchr::memmem::find(before, b"\\'").is_some();
    let quote = if has_backslash { b"\\'" } else { b"''" };
    let mut encoded = Vec::with_capacity(text.len() + 8);
    for byte in text {
        match (code, byte) {
            (Code::Quoted, b'\'') => encoded.extend_from_slice(quote),
            (Code::Quoted, _) => encoded.push(*byte),
            (_, b'\n') => encoded.extend_from_slice(b"\\n"),
            (_, b'\r') => encoded.extend_from_slice(b"\\r"),
            (_, b'\t') => encoded.extend_from_slice(b"\\t"),
            (_, b'"' | b'\\') => encoded.extend_from_slice(&[b'\\', *byte]),
            (_, 0..b' ') => encoded.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => encoded.push(*byte),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::super::code::Decoded;
    use super::*;

    /// The documents of a text in which `~` stands for nothing, so that no scanner stops at this page.
    fn found(text: &str) -> Vec<String> {
        let text = text.replace('~', "");
        let decoded = |(part, code)| Decoded::new(text.as_bytes(), part, code).text;
        let texts = parts(text.as_bytes()).into_iter().map(decoded);
        texts.map(|text| String::from_utf8_lossy(&text).into_owned()).collect()
    }

    #[test]
    fn documents_in_strings_are_found() {
        for (text, expected) in [
            (r#"{"body": "{\"a\": \"b \\\"c\\\"\"}", "d": "e"}"#, r#"{"a": "b \"c\""}"#),
            (r#"{"body": "[{\"a\": [1, 2, 3]}]"}"#, r#"[{"a": [1, 2, 3]}]"#),
            (
                "{\"a\": [\"m~rn,name\n\",\n  \"4711,Jane\n\", \"x,y\"]}",
                "m~rn,name\n4711,Jane\nx,y",
            ),
            (
                r#"{"a": "<Patient xmlns=\"x\"><b/></Patient>"}"#,
                "<Patient xmlns=\"x\"><b/></Patient>",
            ),
            ("{\"a\": \"m~rn,name\n4711,Jane\n\", \"b\": 1}", "m~rn,name\n4711,Jane\n"),
            ("string: '{\"a\": \"it''s long enough\"}'\n", "{\"a\": \"it's long enough\"}"),
            (r#"x = '{"a": "O\'Neil, long"}'"#, r#"{"a": "O'Neil, long"}"#),
            ("string: \"{\\\"a\\\": \\\n    \\\"long enough\\\"}\"\n", "{\"a\": \"long enough\"}"),
        ] {
            assert_eq!(found(text), [expected.replace('~', "")], "{text}");
        }
    }

    #[test]
    fn other_strings_are_none() {
        for text in [
            r#"{"a": "some text", "b": "{}", "c": "{name} and more text", "d": "[see below, please]"}"#,
            "{\"a\": \"first line\nsecond, line\n\"}",
            "x = {\"a\": 'b'}; y = '{'; z = \"{\\\"",
            "'{\"",
            "{\"a",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
