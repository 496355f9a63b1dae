//! Names of files, references and members of archives: as they are, and word by word.

use std::ops::Range;

use crate::finding::Finding;
use crate::scanner::Scanner;
use crate::stand_in;

/// The least digits of what a name can hold.
const LEAST_DIGITS: usize = 5;

impl Scanner {
    /// What is found in a name: as it is, and word by word.
    pub fn scan_name(&self, name: &[u8]) -> Vec<Finding> {
        if !can_hold_something(name) {
            return Vec::new();
        }
        let scanner = self.in_project();
        let mut findings = scanner.scan(name);
        let is_apart = |found: &Finding, other: &Finding| {
            found.span.end <= other.span.start || other.span.end <= found.span.start
        };
        let more = scanner.scan(&words(name)).into_iter();
        let known = findings.clone();
        findings.extend(more.filter(|found| known.iter().all(|other| is_apart(found, other))));
        findings.retain(|finding| finding.rule != "email" || is_address(name, &finding.span));
        findings.sort_by_key(|finding| finding.span.start);
        findings
    }

    /// A name as it may be shown: with marks in the place of what is found in it.
    pub fn name_with_marks(&self, name: &[u8]) -> Vec<u8> {
        let (mut shown, mut end) = (Vec::with_capacity(name.len()), 0);
        for finding in self.scan_name(name) {
            shown.extend(&name[end..finding.span.start]);
            let kind = stand_in::kind(&finding.rule, finding.category);
            shown.extend(format!("[{kind}]").bytes());
            end = finding.span.end;
        }
        shown.extend(&name[end..]);
        shown
    }
}

/// A name with blanks between its words. A hyphen is one where a letter stands beside it: between digits it belongs to a
/// number.
fn words(name: &[u8]) -> Vec<u8> {
    let is_letter = |at: Option<usize>| {
        at.and_then(|at| name.get(at)).is_some_and(|byte| byte.is_ascii_alphabetic())
    };
    let word = |(at, byte): (usize, &u8)| match byte {
        b'/' | b'\\' | b'_' | b'.' => b' ',
        b'-' if is_letter(at.checked_sub(1)) || is_letter(Some(at + 1)) => b' ',
        byte => *byte,
    };
    name.iter().enumerate().map(word).collect()
}

/// Whether something in a name is a mail address: in `getty@tty.service` the last word says what kind of
/// file it is.
fn is_address(name: &[u8], span: &Range<usize>) -> bool {
    const DOMAINS: [&[u8]; 8] = [b"com", b"org", b"net", b"edu", b"gov", b"io", b"health", b"care"];
    let is_at_end = name.get(span.end).is_none_or(|byte| matches!(byte, b'/' | b'\\'));
    let last = name[span.clone()].rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    !is_at_end || DOMAINS.iter().any(|domain| last.eq_ignore_ascii_case(domain))
}

/// Whether a name has what numbers, addresses and keys have; most have not, and need no look.
fn can_hold_something(name: &[u8]) -> bool {
    let digits = || name.iter().filter(|byte| byte.is_ascii_digit()).take(LEAST_DIGITS).count();
    let is_key = |word: &[u8]| {
        word.len() >= LEAST_KEY
            && word.iter().any(u8::is_ascii_digit)
            && word.iter().any(u8::is_ascii_uppercase)
    };
    name.contains(&b'@')
        || digits() == LEAST_DIGITS
        || name.split(|byte| !byte.is_ascii_alphanumeric()).any(is_key)
}

/// So many letters and digits in one may be a key.
const LEAST_KEY: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_are_found_word_by_word() {
        // Synthetic.
        let ssn = ["536", "22", "8145"].join("-");
        for (name, shown) in [
            (format!("scans/{ssn}.txt"), "scans/[SSN].txt"),
            (format!("fix-{ssn}.txt"), "fix-[SSN].txt"),
            (format!("{ssn}-old_{ssn}"), "[SSN]-old_[SSN]"),
            (format!("a_{ssn}"), "a_[SSN]"),
            ("2024-01-02-notes.txt".into(), "2024-01-02-notes.txt"),
            ("getty@tty.service".into(), "getty@tty.service"),
        ] {
            let marked = Scanner::new().name_with_marks(name.as_bytes());
            assert_eq!(String::from_utf8_lossy(&marked), shown);
        }
    }
}
