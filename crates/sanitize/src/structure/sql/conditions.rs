//! What statements set columns to and compare them with: `UPDATE ... SET name = '...'`, `WHERE name LIKE '...'`, and what
//! procedures are given: `EXEC p @name = '...'`.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::{Captures, Regex};

use super::{add, column};
use crate::pattern::{captures, compile};
use crate::small::small;
use crate::structure::keys::Strength;
use crate::structure::{Layout, value};
use crate::what::What;

/// So far before a telling name a statement may begin, and the longest one, in bytes.
const REACH: usize = 1024;
const LONGEST: usize = 4096;

/// The longest list of values, in bytes.
const LONGEST_LIST: usize = 1 << 16;

/// Reads the statements with a telling column, or a table of patients.
pub(in super::super) fn read(bytes: &[u8], stems: &[Range<usize>], layout: &mut Layout) {
    let mut at = 0;
    for stem in stems {
        let is_named = || is_compared(bytes, stem) || is_aliased(bytes, stem);
        if stem.start < at || !is_named() && !is_table(bytes, stem) {
            continue;
        }
        let Some(statement) = statement(bytes, stem.start) else { continue };
        at = statement.span.end.max(stem.end);
        let known = compared(bytes, &statement);
        let is_record =
            is_table(bytes, stem) || known.iter().any(|pair| pair.strength == Strength::Strong);
        for pair in known.into_iter().filter(|_| is_record) {
            let value = without_wildcards(bytes, pair.value);
            at = at.max(value.end);
            if layout.is_open(&value) {
                add(bytes, value, pair.what, &pair.name, layout);
            }
        }
    }
}

/// A column, and a value that it is compared with.
struct Pair {
    what: What,
    name: String,
    strength: Strength,
    value: Range<usize>,
}

/// The columns of a statement that are known, and the values that they are compared with.
fn compared(bytes: &[u8], statement: &Statement) -> Vec<Pair> {
    let text = &bytes[statement.span.clone()];
    let mut pairs = Vec::new();
    for found in captures(&patterns().pair, text) {
        let name = found.name("column").expect("a pair has a column").range();
        let is_parameter = text[..name.start].ends_with(b"@");
        let known = column(&text[name]).filter(|_| is_parameter || !statement.is_call);
        let Some(((what, name), strength)) = known else { continue };
        let mut add = |value: Range<usize>| {
            pairs.push(Pair { what, name: name.clone(), strength, value });
        };
        let moved =
            |it: Range<usize>| statement.span.start + it.start..statement.span.start + it.end;
        add(moved(value_of(&found)));
        if found.name("list").is_some() {
            let end = found.get(0).expect("a match has a whole").end();
            others(bytes, statement.span.start + end, add);
        }
    }
    for found in captures(&patterns().alias, text) {
        let group = |name: &str| found.name(name).expect("an alias has both").range();
        let Some(((what, name), strength)) = column(&text[group("column")]) else { continue };
        let value = group("value");
        let value = statement.span.start + value.start..statement.span.start + value.end;
        pairs.push(Pair { what, name, strength, value });
    }
    // Without quotes only what has the digits of one is a number of somebody.
    pairs.retain(|pair| {
        is_quoted(bytes, &pair.value) || value::is_literal(pair.what, &bytes[pair.value.clone()])
    });
    pairs
}

/// The values of a list behind the first one.
fn others(bytes: &[u8], begin: usize, mut add: impl FnMut(Range<usize>)) {
    let last = bytes.len().min(begin + LONGEST_LIST);
    let mut at = begin;
    while let Some(found) = patterns().other.captures(&bytes[at..last]) {
        let value = value_of(&found);
        add(at + value.start..at + value.end);
        at += found.get(0).expect("a match has a whole").end();
    }
}

fn value_of(found: &Captures<'_>) -> Range<usize> {
    let names = ["one", "two", "dollar", "number"];
    let value = names.into_iter().find_map(|name| found.name(name));
    value.expect("a pair has a value").range()
}

fn is_quoted(bytes: &[u8], value: &Range<usize>) -> bool {
    matches!(bytes[..value.start].last(), Some(b'\'' | b'"' | b'$'))
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

/// Whether a telling name is what a query calls the text before it, as in `SELECT '...' AS mrn`.
fn is_aliased(bytes: &[u8], stem: &Range<usize>) -> bool {
    let word = word(bytes, stem);
    let before = &bytes[word.start.saturating_sub(16)..word.start];
    let text = before.trim_ascii_end();
    let text = text.strip_suffix(b"as").or(text.strip_suffix(b"AS")).unwrap_or(text);
    text.trim_ascii_end().ends_with(b"'")
        && before.last().is_some_and(u8::is_ascii_whitespace)
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

struct Statement {
    span: Range<usize>,
    /// Whether it calls a procedure.
    is_call: bool,
}

/// The statement around a place: from its verb to a semicolon, the end of the string that it is, or an empty line.
fn statement(bytes: &[u8], at: usize) -> Option<Statement> {
    const VERBS: [&[u8]; 8] = [
        b"update ",
        b"select ",
        b"delete ",
        b"update\n",
        b"select\n",
        b"insert into ",
        b"exec ",
        b"execute ",
    ];
    let first = at.saturating_sub(REACH);
    let before = small(&bytes[first..at]);
    let verb = VERBS.iter().filter_map(|verb| memchr::memmem::rfind(&before, verb)).max()?;
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
    let is_call = before[verb..].starts_with(b"exec");
    (begin + end > at).then_some(Statement { span: begin..begin + end, is_call })
}

struct Patterns {
    /// A column, and the first value that it is compared with.
    pair: Regex,
    /// Another value of a list.
    other: Regex,
    /// A text, and what a query calls it.
    alias: Regex,
}

fn patterns() -> &'static Patterns {
    static PATTERNS: OnceLock<Patterns> = OnceLock::new();
    PATTERNS.get_or_init(|| {
        const VALUE: &str = concat!(
            r#"(?:(?:cast\(\s?)?[ne]?'(?P<one>(?:[^'\\\n]|''|\\.)*)'|[ne]?"(?P<two>[^"\\\n]*)""#,
            r#"|\$[a-z]{0,8}\$(?P<dollar>[^$\n]{1,256})\$[a-z]{0,8}\$"#,
            r#"|(?:cast\(\s?)?(?P<number>[0-9](?:[0-9a-z._-]*[0-9a-z])?))"#,
        );
        const COLUMN: &str = r#"\b(?P<column>[a-z_][a-z0-9_]{0,47})[`"\]]?"#;
        const SIGN: &str =
            r"\s{0,4}(?:<?=|<>|!=|\s(?:not\s)?i?like\b|(?P<list>\sin\s{0,4}\())\s{0,4}";
        let compiled =
            |pattern: String| compile(&pattern).expect("the patterns above are well formed");
        Patterns {
            pair: compiled(format!("(?i){COLUMN}{SIGN}{VALUE}")),
            alias: compiled(
                r"(?i)'(?P<value>[^'\n]{1,80})'\s{1,4}(?:as\s{1,4})?(?P<column>[a-z_][a-z0-9_]{0,47})"
                    .to_owned(),
            ),
            other: compiled(format!(r"(?i)\A(?:::[a-z_]{{1,24}})?\s{{0,4}},\s{{0,8}}{VALUE}")),
        }
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
    use super::*;
    use crate::structure::tests::{assert_counts, values_by, with_stems};

    fn values(text: &str) -> Vec<String> {
        values_by(with_stems(read), text)
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
    fn numbers_lists_and_parameters_are_read() {
        for text in [
            "SELECT * FROM t WHERE m~rn = 8817~2635 and last_name = 'Zwyr~tkova'",
            "SELECT 1 FROM t WHERE m~rn in (8817~2635) and last_name like 'Zwyr~tkova%'",
            "UPDATE t SET m~rn = 8817~2635::bigint, last_name = $$Zwyr~tkova$$",
            "SELECT 1 FROM t WHERE m~rn = CAST('8817~2635' AS bigint) AND last_name = $q$Zwyr~tkova$q$",
            "SELECT 1 FROM t WHERE m~rn = cast( 8817~2635 as text) and last_name = E'Zwyr~tkova'",
            "EXEC p @m~rn = '8817~2635', @last_name = N'Zwyr~tkova'",
            "execute dbo.p @M~RN=8817~2635, @LastName='Zwyr~tkova'",
            "INSERT INTO t SET m~rn = 8817~2635, last_name = 'Zwyr~tkova'",
        ] {
            assert_eq!(values(text), ["88172635", "Zwyrtkova"], "{text}");
        }
        let text =
            "select 1 from t where m~rn IN ('8817~2635', N'8817~2636',\n  8817~2637) and x = 1";
        assert_eq!(values(text), ["88172635", "88172636", "88172637"]);
        let text = "select 1 from t where m~rn IN ('8817~2635'::text, '8817~2636'::text)";
        assert_eq!(values(text), ["88172635", "88172636"]);
        let list = "8817~2635, ".repeat(2_000);
        assert_eq!(values(&format!("select 1 from t where m~rn in ({list}1)")).len(), 2_000);
    }

    #[test]
    fn what_a_query_calls_a_text_says_what_it_is() {
        for text in [
            "MERGE INTO t USING (SELECT '8817~2635' m~rn, 'Zwyr~tkova' last_name FROM dual) s",
            "select '8817~2635' as m~rn, 'Zwyr~tkova' AS last_name",
        ] {
            assert_eq!(values(text), ["88172635", "Zwyrtkova"], "{text}");
        }
        for text in ["select 'x' m~rn", "it's '8817~2635' m~rn", "select a, 'total' as last_name"] {
            assert!(values(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn statements_about_anything_else_say_nothing() {
        for text in [
            "UPDATE t SET last_name='Zwyr~tkova' WHERE id='8817~2635';",
            "UPDATE patients SET last_name=? WHERE m~rn=:m~rn;",
            "SELECT 1; m~rn = '8817~2635', last_name = 'Zwyr~tkova'",
            "please update the patient whose last_name = 'Zwyr~tkova'",
            "select m~rn = 1, last_name = 'Zwyr~tkova'",
            "select 1 from t where m~rn = X'8817~2635'",
            "docker exec it, m~rn = '8817~2635'",
        ] {
            assert!(values(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn hostile_statements_end_soon() {
        assert_counts(
            values,
            [
                ("update patients ".repeat(100_000), 0),
                ("select m~rn = ".repeat(100_000), 0),
                ("select m~rn = 'x".repeat(100_000), 0),
                ("m~rn = '1234' ".repeat(100_000), 0),
                ("select m~rn in (1234,".repeat(100_000), 99_513),
                ("select 'x' m~rn".repeat(100_000), 0),
                (format!("select m~rn in (1{}", ",1234".repeat(500_000)), 13_107),
            ],
        );
    }
}
