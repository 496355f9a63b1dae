//! Which test a line makes not run.

use std::collections::HashSet;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::around::Around;
use super::engine::{Lines, regex};
use super::place::Place;
use super::rules::{Reach, Skip};

/// What declares a test, or what may be one.
const DECLARES: &str = r"^\s*(?:(?:[\w<>\[\],.?]+\s+)*void\s+\w+\s*\(|(?:async\s+)?def\s+\w+|func\s+(?:\([^)]*\)\s*)?\w+|(?:\w+\s+)*fn\s+\w+|(?:\w+\s+)*fun\s+|(?:\w+\s+)*class\s+\w+|[fx]?(?:it|test|describe|context|specify|suite)\b(?:\.\w+)*\s*[(\x22'])";

/// What decides whether the lines in it run.
const CONDITION: &str = r"^\s*\}?\s*(?:if|else|elif|switch|case|unless|except)\b";

fn is(cell: &'static OnceLock<Option<Regex>>, pattern: &str, line: &[u8]) -> bool {
    cell.get_or_init(|| regex(pattern)).as_ref().is_some_and(|regex| regex.is_match(line))
}

fn declares(line: &[u8]) -> bool {
    static REGEX: OnceLock<Option<Regex>> = OnceLock::new();
    is(&REGEX, DECLARES, line)
}

/// Whether it depends on something whether the line runs: what is skipped on some machines, or for some inputs of a fuzzer,
/// runs with the others.
pub(super) fn is_on_condition(form: Skip, around: &Around<'_>, number: u32) -> bool {
    static REGEX: OnceLock<Option<Regex>> = OnceLock::new();
    form == Skip::Inside
        && around
            .outside(number)
            .unwrap_or_default()
            .first()
            .is_some_and(|line| is(&REGEX, CONDITION, line))
}

/// The line that declares the test, and its number.
fn declaration<'a>(form: Skip, around: &Around<'a>, number: u32) -> Option<(u32, &'a [u8])> {
    match form {
        Skip::Over => around.below(number),
        Skip::Inside => around.above(number, declares),
        Skip::Itself => Some((number, around.line(number)?)),
    }
}

/// What the test is called that a line makes not run.
pub(super) fn test_of(form: Skip, around: &Around<'_>, number: u32) -> Option<Vec<u8>> {
    declaration(form, around, number).and_then(|(_, line)| name(line))
}

/// Text between quotation marks, or all up to a bracket.
fn name(line: &[u8]) -> Option<Vec<u8>> {
    static CALL: OnceLock<Option<Regex>> = OnceLock::new();
    let quoted = CALL
        .get_or_init(|| regex(r#"^\s*[\w.]+\s*\(?\s*["'`]([^"'`]+)["'`]"#))
        .as_ref()
        .and_then(|regex| regex.captures(line))
        .and_then(|found| found.get(1));
    let name = match quoted {
        Some(quoted) => quoted.as_bytes(),
        None => line.split(|byte| *byte == b'(').next()?,
    };
    let words = name.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join(&b' ');
    (!name.is_empty()).then_some(name)
}

/// Whether the test is as new as the line, so that it never ran. Where any other test is gone, it may be that one.
pub(super) fn is_born_so(
    place: &Place,
    reach: Reach,
    (added, at): (&Lines<'_>, usize),
    removed: &Lines<'_>,
) -> bool {
    let Reach::Test(form) = reach else { return false };
    let Some((number, _)) = added.lines.get(at) else { return false };
    let Some((declared, line)) = declaration(form, &added.around, *number) else { return false };
    if !declares(line)
        || added.lines.binary_search_by_key(&declared, |(number, _)| *number).is_err()
    {
        return false;
    }
    let gone = tests(place, removed);
    let is_known = name(line).is_none_or(|name| gone.contains(&name));
    !is_known && (gone.is_empty() || gone.is_subset(tests(place, added)))
}

/// Whether an annotation is over a method that no runner takes for a test: it has none of the annotations of tests, is not
/// called like one, and none is gone that it may have had.
pub(super) fn is_over_no_test(
    reach: Reach,
    (added, at): (&Lines<'_>, usize),
    removed: &Lines<'_>,
) -> bool {
    static METHOD: OnceLock<Option<Regex>> = OnceLock::new();
    static TEST: OnceLock<Option<Regex>> = OnceLock::new();
    if reach != Reach::Test(Skip::Over) {
        return false;
    }
    let Some(&(number, line)) = added.lines.get(at) else { return false };
    let Some((declared, method)) = added.around.below(number) else { return false };
    let method_of_java = r"^\s*(?:[\w<>\[\],.?]+\s+)*void\s+\w+\s*\(";
    if !line.trim_ascii_start().starts_with(b"@") || !is(&METHOD, method_of_java, method) {
        return false;
    }
    let is_test = |line: &[u8]| is(&TEST, r"@[\w.]*(?:Test|Property|Theory)|\bvoid\s+test", line);
    let above = (1..number).rev().take(ANNOTATIONS).map_while(|it| added.around.line(it));
    let is_annotation = |line: &&[u8]| line.trim_ascii_start().starts_with(b"@");
    let mut around = above.take_while(is_annotation);
    let mut below = (number..=declared).filter_map(|it| added.around.line(it));
    !around.any(is_test) && !below.any(is_test) && !removed.lines.iter().any(|(_, it)| is_test(it))
}

/// So many lines of annotations are looked at.
const ANNOTATIONS: usize = 20;

/// The tests that lines declare.
fn tests<'a>(place: &Place, side: &'a Lines<'_>) -> &'a HashSet<Vec<u8>> {
    side.tests.get_or_init(|| {
        let lines = side.lines.iter().map(|(_, line)| *line);
        let declared = lines.filter(|line| !place.is_comment(line) && declares(line));
        declared.filter_map(name).collect()
    })
}
