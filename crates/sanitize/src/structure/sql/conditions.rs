//! What statements set columns to and compare them with: `UPDATE ... SET name = '...'`, `WHERE name LIKE '...'`.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::{add, column};
use crate::scanner::compile;
use crate::structure::Layout;
use crate::structure::keys::Strength;

/// So far before a telling name a statement may begin, and the longest one, in bytes.
const REACH: usize = 1024;
const LONGEST: usize = 4096;

/// Reads the statements with a telling column, or a table of patients.
pub(in super::super) fn read(bytes: &[u8], stems: &[Range<usize>], layout: &mut Layout) {
    let mut at = 0;
    for stem in stems {
        if stem.start < at || !is_compared(bytes, stem) && !is_table(bytes, stem) {
            continue;
        }
        let Some(statement) = statement(bytes, stem.start) else { continue };
        at = statement.end.max(stem.end);
        let text = &bytes[statement.clone()];
        let known: Vec<_> = pairs()
            .captures_iter(text)
            .filter_map(|found| {
                let (known, strength) = column(found.name("column")?.as_bytes())?;
                let value = found.name("one").or(found.name("two"))?.range();
                Some((known, strength, value))
            })
            .collect();
        let is_record = is_table(bytes, stem)
            || known.iter().any(|(_, strength, _)| *strength == Strength::Strong);
        for ((what, name), _, value) in known.into_iter().filter(|_| is_record) {
            let value = statement.start + value.start..statement.start + value.end;
            let value = without_wildcards(bytes, value);
            if layout.is_open(&value) {
                add(bytes, value, what, &name, layout);
            }
        }
    }
}

/// The word that a stem is a part of.
fn word(bytes: &[u8], stem: &Range<usize>) -> Range<usize> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let first = stem.start.saturating_sub(REACH / 16);
    let before = bytes[first..stem.start].iter().rev().take_while(|byte| is_part(byte)).count();
    let last = bytes.len().min(stem.end + REACH / 16);
    let behind = bytes[stem.end..last].iter().take_while(|byte| is_part(byte)).count();
    stem.start - before..stem.end + behind
}

/// Whether a telling name is set to something, or compared with it.
fn is_compared(bytes: &[u8], stem: &Range<usize>) -> bool {
    let word = word(bytes, stem);
    let is_blank = |byte: &u8| b"`\"] \t\r\n".contains(byte);
    let rest = &bytes[word.end..bytes.len().min(word.end + 16)];
    let blanks = rest.iter().take_while(|byte| is_blank(byte)).count();
    matches!(rest.get(blanks), Some(b'=' | b'<' | b'!' | b'l' | b'L' | b'i' | b'I' | b'n' | b'N'))
        && column(&bytes[word]).is_some_and(|(_, strength)| strength == Strength::Strong)
}

/// Whether a stem is a part of the name of a table of patients.
fn is_table(bytes: &[u8], stem: &Range<usize>) -> bool {
    if !bytes[stem.clone()].eq_ignore_ascii_case(b"patient") {
        return false;
    }
    let begin = word(bytes, stem).start;
    let before = &bytes[begin.saturating_sub(REACH / 16)..begin];
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.`\"[".contains(byte);
    let schema = before.iter().rev().take_while(|byte| is_name(byte)).count();
    let before = &before[..before.len() - schema];
    let verb = before.trim_ascii_end();
    let ends = |word: &&[u8]| {
        verb.len().checked_sub(word.len()).is_some_and(|at| verb[at..].eq_ignore_ascii_case(word))
    };
    verb.len() < before.len() && [&b"from"[..], b"update", b"join"].iter().any(ends)
}

/// The statement around a place: from its verb to a semicolon, the end of the string that it is, or an empty line.
fn statement(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let first = at.saturating_sub(REACH);
    let before = bytes[first..at].to_ascii_lowercase();
    let verbs = [&b"update "[..], b"select ", b"delete ", b"update\n", b"select\n"];
    let verb = verbs.iter().filter_map(|verb| memchr::memmem::rfind(&before, verb)).max()?;
    if memchr::memchr(b';', &before[verb..]).is_some() {
        return None;
    }
    let begin = first + verb;
    let last = bytes.len().min(begin + LONGEST);
    let text = &bytes[begin..last];
    let mut end = memchr::memchr(b';', text).unwrap_or(text.len());
    end = memchr::memmem::find(&text[..end], b"\n\n").unwrap_or(end);
    if let Some(quote @ (b'"' | b'`')) = begin.checked_sub(1).map(|at| bytes[at]) {
        end = memchr::memchr(quote, &text[..end]).unwrap_or(end);
    }
    (begin + end > at).then_some(begin..begin + end)
}

fn pairs() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let pattern = r#"(?i)\b(?P<column>[a-z_][a-z0-9_]{0,47})[`"\]]?\s{0,4}(?:<?=|<>|!=|\s(?:not\s)?i?like\b|\sin\s{0,4}\()\s{0,4}[ne]?(?:'(?P<one>(?:[^'\\\n]|''|\\.)*)'|"(?P<two>[^"\\\n]*)")"#;
        compile(pattern).expect("the pattern above is well formed")
    })
}

/// What is compared, without what stands for anything around it.
fn without_wildcards(bytes: &[u8], span: Range<usize>) -> Range<usize> {
    let is_any = |byte: &&u8| matches!(byte, b'%' | b'*');
    let before = bytes[span.clone()].iter().take_while(is_any).count();
    let span = span.start + before..span.end;
    let behind = bytes[span.clone()].iter().rev().take_while(is_any).count();
    span.start..span.end - behind
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::structure::tests::{found_by, stems};

    fn values(text: &str) -> Vec<String> {
        let read_all = |bytes: &[u8], layout: &mut Layout| read(bytes, &stems(bytes), layout);
        found_by(read_all, text).into_iter().map(|(_, value)| value).collect()
    }

    // Synthetic, and put together so that no scanner stops at this page.
    #[test]
    fn columns_are_known_by_their_names() {
        for text in [
            "UPDATE t SET last_name='Zwyr~tkova' WHERE m~rn='8817~2635';",
            "update t set last_name = 'Zwyr~tkova'\nwhere t.\"m~rn\" = '8817~2635'",
            "q(\"SELECT * FROM t WHERE last_name LIKE '%Zwyr~tkova%' AND m~rn IN ('8817~2635')\", x)",
            "DELETE FROM dbo.Patients WHERE [LastName] = N'Zwyr~tkova' AND chart_no <> '8817~2635'",
        ] {
            assert_eq!(values(text), ["Zwyrtkova", "88172635"], "{text}");
        }
        assert_eq!(
            values("select id from patients where last_name = 'Zwyr~tkova' and x = 'y'"),
            ["Zwyrtkova"]
        );
    }

    #[test]
    fn statements_about_anything_else_say_nothing() {
        for text in [
            "UPDATE t SET last_name='Zwyr~tkova' WHERE id='8817~2635';",
            "UPDATE patients SET last_name=? WHERE m~rn=:m~rn;",
            "SELECT 1; m~rn = '8817~2635', last_name = 'Zwyr~tkova'",
            "please update the patient whose last_name = 'Zwyr~tkova'",
        ] {
            assert!(values(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn hostile_statements_end_soon() {
        let begin = Instant::now();
        for text in [
            "update patients ".repeat(100_000),
            "select m~rn = ".repeat(100_000),
            "select m~rn = 'x".repeat(100_000),
            "m~rn = '1234' ".repeat(100_000),
        ] {
            values(&text);
        }
        assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    }
}
