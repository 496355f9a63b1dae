//! What a cleaner puts in the place of what it takes out, and how that is known again.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::OnceLock;

use crate::decode;
use crate::finding::Finding;
use crate::rule::{BUILT_IN, Category, Rule};

/// The digits of a keyed hash in a mark: 64 bits.
const HASH_DIGITS: usize = 16;

/// The longest mark that patterns find parts of, in bytes.
const LONGEST: usize = 64;

/// The most digits of a number in a mark.
const MOST_DIGITS: usize = 6;

/// What a mark says of what a rule finds: `NAME`, `BIRTH_DATE`, `SECRET`.
pub(crate) fn kind(rule: &str, category: Category) -> String {
    match category {
        Category::Secret => "SECRET".into(),
        _ => rule.to_ascii_uppercase().replace('-', "_"),
    }
}

/// The kinds of the rules of a user.
pub(crate) fn kinds<'a>(rules: impl Iterator<Item = &'a Rule>) -> HashSet<String> {
    rules.map(|rule| kind(&rule.id, rule.category)).collect()
}

/// The kinds of the rules that come with the program.
fn built_in() -> &'static HashSet<String> {
    static KINDS: OnceLock<HashSet<String>> = OnceLock::new();
    KINDS.get_or_init(|| kinds(BUILT_IN.iter()))
}

/// Whether a value is one that a cleaner has put there: a mark of a kind of ours or of a user, `[NAME]`, `[NAME_1]` or
/// `[NAME_3f2a...]`, or a mask. Anything else in brackets is what it is: who writes a value so does not hide it.
pub(crate) fn is_stand_in(value: &[u8], kinds: &HashSet<String>) -> bool {
    let value = value.trim_ascii();
    let inside = value.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]"));
    inside.is_some_and(|inside| is_mark(inside, kinds)) || is_zero(value) || is_mask(value)
}

/// Whether all letters and digits are those of a mask.
fn is_mask(value: &[u8]) -> bool {
    let (mut at, mut has_sign) = (0, false);
    while let Some(byte) = value.get(at) {
        at += match decode::mark(&value[at..]) {
            Some(length) => length,
            None if byte.is_ascii_alphanumeric() || *byte >= 0x80 => {
                if !b"Xx0".contains(byte) {
                    return false;
                }
                has_sign = true;
                1
            }
            None => 1,
        };
    }
    has_sign
}

/// Whether a text is the number 0 of a program, of whichever kind, as in `0u64`.
fn is_zero(text: &[u8]) -> bool {
    let digits = text.iter().take_while(|byte| b"0._".contains(byte)).count();
    text.starts_with(b"0") && is_kind_of_number(&text[digits..])
}

/// Whether some letters may stand behind a number of a program to say of which kind it is.
pub(crate) fn is_kind_of_number(letters: &[u8]) -> bool {
    const KINDS: [&[u8]; 26] = [
        b"", b"l", b"u", b"ul", b"ll", b"ull", b"lu", b"llu", b"n", b"m", b"d", b"f", b"z", b"uz",
        b"u8", b"u16", b"u32", b"u64", b"u128", b"usize", b"i16", b"i32", b"i64", b"i128", b"f32",
        b"f64",
    ];
    KINDS.iter().any(|kind| kind.eq_ignore_ascii_case(letters))
}

fn is_mark(inside: &[u8], kinds: &HashSet<String>) -> bool {
    let Ok(inside) = std::str::from_utf8(inside) else { return false };
    let is_known = |kind: &str| built_in().contains(kind) || kinds.contains(kind);
    let is_numbered = |(kind, number): (&str, &str)| is_number_or_hash(number) && is_known(kind);
    is_known(inside) || inside.rsplit_once('_').is_some_and(is_numbered)
}

fn is_number_or_hash(text: &str) -> bool {
    let is_number =
        (1..=MOST_DIGITS).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit());
    let is_hash =
        text.len() == HASH_DIGITS && text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
    is_number || is_hash
}

/// Where the value ends that what stands in front of another one has already: a mark of the same kind, as in
/// `phone [PHONE] 7365001`. A mark with a colon behind it is a label.
pub(crate) fn end_in_front(rule: &Rule, bytes: &[u8], part: Range<usize>) -> Option<usize> {
    if rule.category == Category::Secret || memchr::memchr(b']', &bytes[part.clone()]).is_none() {
        return None;
    }
    let kind = kind(&rule.id, rule.category);
    let first = part.start.saturating_sub(LONGEST);
    memchr::memchr_iter(b'[', &bytes[first..part.end]).find_map(|at| {
        let begin = first + at + 1;
        let end = begin + memchr::memchr(b']', &bytes[begin..part.end])?;
        let inside = std::str::from_utf8(&bytes[begin..end]).unwrap_or_default();
        let is_own = inside.strip_prefix(&*kind).is_some_and(|rest| {
            rest.is_empty() || rest.strip_prefix('_').is_some_and(is_number_or_hash)
        });
        let is_label = matches!(bytes.get(end + 1), Some(b':' | b'='));
        (is_own && end >= part.start && !is_label).then_some(end + 1)
    })
}

/// Whether a finding is a part of a mark of a secret or of its own kind: patterns pass over brackets.
pub(crate) fn is_part(finding: &Finding, bytes: &[u8]) -> bool {
    let is_inside = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let mut span = finding.span.clone();
    // Some take one of the brackets along.
    span.start += usize::from(bytes[span.clone()].starts_with(b"["));
    span.end -= usize::from(bytes[span.clone()].ends_with(b"]"));
    let before = &bytes[span.start.saturating_sub(LONGEST)..span.start];
    let behind = &bytes[span.end..bytes.len().min(span.end + LONGEST)];
    let begin = before.iter().rposition(|byte| !is_inside(byte));
    let end = behind.iter().position(|byte| !is_inside(byte));
    let (Some(begin), Some(end)) = (begin, end) else { return false };
    if before[begin] != b'[' || behind[end] != b']' {
        return false;
    }
    let inside = &bytes[span.start - (before.len() - begin) + 1..span.end + end];
    let Ok(inside) = std::str::from_utf8(inside) else { return false };
    ["SECRET", &kind(&finding.rule, finding.category)].iter().any(|kind| {
        let rest = inside.strip_prefix(kind);
        rest.is_some_and(|rest| {
            rest.is_empty() || rest.strip_prefix('_').is_some_and(is_number_or_hash)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_masks_are_known() {
        let none = HashSet::new();
        for text in [
            "[NAME]",
            "[BIRTH_DATE]",
            "[SECRET_12]",
            "[MRN_3f2a0123456789ab]",
            " [SSN] ",
            "XXX-XX-0000",
            "000\u{a0}00\u{2013}0000",
            "Xxxxx 00",
            "0u64",
            "0.0f",
        ] {
            assert!(is_stand_in(text.as_bytes(), &none), "{text}");
        }
        let theirs = HashSet::from(["WARD_BADGE".to_owned()]);
        assert!(is_stand_in(b"[WARD_BADGE_1]", &theirs) && !is_stand_in(b"[WARD_BADGE_1]", &none));
    }

    #[test]
    fn a_value_in_brackets_is_what_it_is() {
        // Synthetic.
        for text in [
            "[ZWYRTKOVA]",
            "[A8172635]",
            "[HUNTER22_9]",
            "[NAME_]",
            "[NAME_1234567]",
            "[MRN_88172635_1]",
            "[MRN_3F2A0123456789AB]",
            "[B19620110]",
            "[]",
            "[name]",
            "NAME",
            "--",
        ] {
            assert!(!is_stand_in(text.as_bytes(), &HashSet::new()), "{text}");
        }
    }
}
