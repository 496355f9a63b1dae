//! Lines of pairs, as logs and addresses of requests have them: `patient_id=... first_name=...`,
//! `?ssn=...&last_name=...`.

use std::ops::Range;

use super::keys::{self, Strength};
use super::{Layout, value};
use crate::what::What;

/// So far around a telling name its line is read, in bytes.
const REACH: usize = 2048;

/// Reads the line around a strong name that stands before an equals sign. Says where the line ends, and
/// whether it is one of pairs.
pub(super) fn read(
    bytes: &[u8],
    name: &Range<usize>,
    layout: &mut Layout,
) -> Option<(usize, bool)> {
    if bytes.get(name.end) != Some(&b'=')
        || bytes.get(name.end + 1).is_none_or(|it| b" ='".contains(it))
    {
        return None;
    }
    let first = name.start.saturating_sub(REACH);
    let begin =
        memchr::memrchr(b'\n', &bytes[first..name.start]).map_or(first, |at| first + at + 1);
    let last = bytes.len().min(name.end + REACH);
    let end = memchr::memchr(b'\n', &bytes[name.end..last]).map_or(last, |at| name.end + at);
    let pairs = pairs(bytes, begin..end);
    let known: Vec<_> = pairs.iter().filter_map(|pair| known(bytes, pair)).collect();
    let is_record = known.iter().any(|(_, _, strength)| *strength == Strength::Strong);
    if pairs.len() < 2 || !is_record {
        return Some((end, false));
    }
    for (pair, what, _) in known {
        if layout.is_open(&pair.value) {
            let mut finding = value::as_found(bytes, what, pair.value.clone());
            let key = keys::plain(&bytes[pair.key.clone()]);
            finding.field = Some(String::from_utf8_lossy(key).into_owned());
            layout.findings.push(finding);
        }
    }
    Some((end, true))
}

struct Pair {
    key: Range<usize>,
    value: Range<usize>,
}

/// What a pair holds, if its name is known and its value has the shape.
fn known<'a>(bytes: &[u8], pair: &'a Pair) -> Option<(&'a Pair, What, Strength)> {
    let (what, strength) = keys::key(&bytes[pair.key.clone()])?;
    let text = &bytes[pair.value.clone()];
    let is_value = match what {
        What::Name => value::is_beside(what, text),
        _ => value::is_literal(what, text),
    };
    is_value.then_some((pair, what, strength))
}

/// The pairs of a line: names and values with an equals sign and no blank between them.
fn pairs(bytes: &[u8], line: Range<usize>) -> Vec<Pair> {
    let (mut pairs, mut at) = (Vec::new(), line.start);
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    while let Some(equals) = memchr::memchr(b'=', &bytes[at..line.end]).map(|found| at + found) {
        let length = bytes[at..equals].iter().rev().take_while(|byte| is_name(byte)).count();
        let key = equals - length..equals;
        let rest = &bytes[equals + 1..line.end];
        let value = match rest.first() {
            Some(quote @ (b'"' | b'\'')) => {
                let end = memchr::memchr2(*quote, b'\\', &rest[1..]).unwrap_or(rest.len() - 1);
                let value = equals + 2..equals + 2 + end;
                // The address of a request has pairs of its own.
                if bytes[value.clone()].contains(&b'=') {
                    at = value.start;
                    continue;
                }
                value
            }
            _ => {
                let is_end =
                    |byte: &u8| byte.is_ascii_whitespace() || b"&,;\"'`)]}<>(".contains(byte);
                let end = rest.iter().position(is_end).unwrap_or(rest.len());
                equals + 1..equals + 1 + end
            }
        };
        at = value.end.max(equals + 1);
        if !key.is_empty() && !value.is_empty() && bytes.get(value.end) != Some(&b'(') {
            pairs.push(Pair { key, value });
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use crate::structure::tests::{found_by, read_assigned};

    fn fields(text: &str) -> Vec<String> {
        let found = found_by(read_assigned, text);
        found.into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn values_of_a_line_are_known_by_their_names() {
        // Synthetic, and put together here so that no scanner stops at this page.
        for text in [
            "INFO patient_id=4711~0815 first_name=Ja~ne last_name=Roe dob=1980~-01-31 msg=\"x y\"\n",
            "GET /p?x=1&patient_id=4711~0815&first_name=Ja~ne&last_name=Roe&dob=1980~-01-31 HTTP",
            "a=b patient_id=\"4711~0815\" first_name=\"Ja~ne\" last_name=\"Roe\" dob=\"1980~-01-31\"",
        ] {
            assert_eq!(fields(text), ["patient_id", "first_name", "last_name", "dob"], "{text}");
        }
    }

    #[test]
    fn code_and_settings_are_no_such_lines() {
        for text in [
            "f(patient_id=patient_id, first_name=first_name)",
            "f(patient_id=get(1), first_name=Foo(2))",
            "first_name=Ja~ne last_name=Roe",
            "patient_id=%s first_name=Ja~ne",
        ] {
            assert!(fields(text).is_empty(), "{text}");
        }
    }
}
