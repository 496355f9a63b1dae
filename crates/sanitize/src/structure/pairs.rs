//! Lines of pairs, as logs and addresses of requests have them: `patient_id=... first_name=...`,
//! `?ssn=...&last_name=...`; arguments of commands, `--mrn ... --last-name ...`, also over lines that go on; and maps with
//! keywords, as Clojure and Ruby have them: `{:mrn "..." :last-name "..."}`.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::keys::{self, Strength};
use super::{Layout, value};
use crate::pattern::{captures, compile};
use crate::what::What;

/// So far around a telling name its line is read, in bytes.
const REACH: usize = 2048;

/// Reads the pairs around a strong name that stands before an equals sign, or is an argument or a keyword. Says where
/// they end, and whether there are several.
pub(super) fn read(
    bytes: &[u8],
    name: &Range<usize>,
    layout: &mut Layout,
) -> Option<(usize, bool)> {
    let (end, pairs) = around(bytes, name)?;
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

/// The pairs around a name, and where they end.
fn around(bytes: &[u8], name: &Range<usize>) -> Option<(usize, Vec<Pair>)> {
    let is_argument = bytes[name.clone()].starts_with(b"--");
    let is_keyword = name.start.checked_sub(1).map(|at| bytes[at]) == Some(b':');
    let next = bytes.get(name.end + 1);
    match bytes.get(name.end)? {
        b'=' if next.is_some_and(|it| !b" ='".contains(it)) => {
            let line = line(bytes, name, |_| false);
            Some((line.end, pairs(bytes, line)))
        }
        b' ' if is_argument => {
            let line = line(bytes, name, |line| line.ends_with(b"\\"));
            Some((line.end, marked(bytes, line, arguments())))
        }
        b' ' if is_keyword && next.is_some_and(|it| *it == b'"' || it.is_ascii_digit()) => {
            let first = name.start.saturating_sub(REACH);
            let begin = memchr::memrchr2(b'{', b'(', &bytes[first..name.start])?;
            let rest = &bytes[name.end..bytes.len().min(name.end + REACH)];
            let end = name.end + memchr::memchr2(b'}', b')', rest)?;
            Some((end, marked(bytes, first + begin..end, keywords())))
        }
        _ => None,
    }
}

/// The line around a name, with those before and behind that go on.
fn line(bytes: &[u8], name: &Range<usize>, goes_on: impl Fn(&[u8]) -> bool) -> Range<usize> {
    let first = name.start.saturating_sub(REACH);
    let last = bytes.len().min(name.end + REACH);
    let before = |at: usize| memchr::memrchr(b'\n', &bytes[first..at]).map(|end| first + end);
    let (mut begin, mut end) = (name.start, name.end);
    loop {
        let found = before(begin);
        begin = found.map_or(first, |end| end + 1);
        let Some(end) = found else { break };
        let line = before(end).map_or(first, |end| end + 1)..end;
        if !goes_on(&bytes[line]) {
            break;
        }
        begin = end;
    }
    loop {
        let from = end;
        end = memchr::memchr(b'\n', &bytes[from..last]).map_or(last, |at| from + at);
        if end == last || !goes_on(&bytes[name.end..end]) {
            break;
        }
        end += 1;
    }
    begin..end
}

/// The pairs that a pattern finds.
fn marked(bytes: &[u8], part: Range<usize>, pattern: &Regex) -> Vec<Pair> {
    let found = captures(pattern, &bytes[part.clone()]);
    let pairs = found.filter_map(|found| {
        let moved = |it: Range<usize>| part.start + it.start..part.start + it.end;
        let value = ["one", "two", "bare"].into_iter().find_map(|name| found.name(name))?;
        Some(Pair { key: moved(found.name("key")?.range()), value: moved(value.range()) })
    });
    pairs.collect()
}

/// An argument of a command and what it is given.
fn arguments() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let pattern = r#"(?:^|\s)--(?P<key>[A-Za-z][A-Za-z0-9_.-]{0,47})(?:=|[ ]{1,4})(?:"(?P<one>[^"\\\n]{1,80})"|'(?P<two>[^'\\\n]{1,80})'|(?P<bare>[^\s"'`$<>{}()|;&\\=-][^\s"'`<>{}()|;&\\=]{0,79}))"#;
        compile(pattern).expect("the pattern above is well formed")
    })
}

/// A keyword and the text behind it.
fn keywords() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let pattern =
            r#"[\s{,]:(?P<key>[A-Za-z][A-Za-z0-9_/.-]{0,47}) {1,4}(?:"(?P<one>[^"\\\n]{1,80})"|(?P<bare>[0-9]{4,20}))"#;
        compile(pattern).expect("the pattern above is well formed")
    })
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
    fn arguments_and_keywords_are_pairs() {
        for text in [
            "./enroll --m~rn 4829~1734 --last-name Thorn~bury --dob 1962~-01-10\n",
            "enroll \\\n  --m~rn 4829~1734 \\\n  --last-name \"Thorn~bury\" \\\n  --dob=1962~-01-10\n",
            "{:m~rn \"4829~1734\" :last-name \"Thorn~bury\"\n :dob \"1962~-01-10\"}",
            "(create! :m~rn 4829~1734 :last-name \"Thorn~bury\" :dob \"1962~-01-10\")",
        ] {
            assert_eq!(fields(text), ["mrn", "last-name", "dob"], "{text}");
        }
        for text in [
            "./enroll --mrn MRN --last-name NAME --verbose",
            "./enroll --last-name Thorn~bury --first-name Ja~ne",
            "./enroll --mrn $MRN --last-name \"$LAST\"",
            "other --m~rn 4829~1734\n./enroll --last-name Thorn~bury",
            "{:m~rn m :last-name \"Thorn~bury\"}",
        ] {
            assert!(!fields(text).contains(&"last-name".to_owned()), "{text}");
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
