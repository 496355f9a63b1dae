//! Looking only at what a new version of a text has and the one before had not.

use std::ops::Range;

use crate::decode::{self, Looked};
use crate::finding::Finding;
use crate::scanner::Scanner;
use crate::structure;

/// So much around what differs is looked at with it: further than talk of health reaches, and than all
/// patterns but those of keys over many lines.
const AROUND: usize = 1024;

/// The longest line that is looked at as a whole around what differs.
const LONG_LINE: usize = 16 << 10;

impl Scanner {
    /// What is found in a new version where it differs from an old one: between what both begin and end
    /// with. What stands there in a line that the old version has, too, is not new.
    ///
    /// Of a text that has a structure all is read. Of another one what stands within a thousand bytes of
    /// the difference: a pattern that needs more, such as that of a private key of which the middle
    /// changed, finds nothing.
    pub fn scan_change(&self, old: &[u8], new: &[u8]) -> Vec<Finding> {
        self.look_at_change(old, new).findings
    }

    /// The same, and what could not be looked at. Of what is encoded so that lines mean nothing, all is new.
    pub fn look_at_change(&self, old: &[u8], new: &[u8]) -> Looked {
        let (before, behind) = common(old, new);
        let changed = before..new.len() - behind;
        if changed.is_empty() {
            return Looked::default();
        }
        if decode::is_encoded(new) {
            return self.look(new);
        }
        let part = match structure::is_likely(new) {
            true => 0..new.len(),
            false => whole_lines(new, &changed),
        };
        let Looked { mut findings, unseen } = self.look(&new[part.clone()]);
        for finding in &mut findings {
            finding.span = finding.span.start + part.start..finding.span.end + part.start;
        }
        findings.retain(|finding| {
            let touches = finding.span.start < changed.end && changed.start < finding.span.end;
            touches && !has_line(old, new, &finding.span)
        });
        Looked { findings, unseen }
    }
}

/// How many bytes two texts have in common at their beginnings and at their ends.
fn common(old: &[u8], new: &[u8]) -> (usize, usize) {
    let least = old.len().min(new.len());
    let before = same(old[..least].chunks(SPAN), new[..least].chunks(SPAN), |one, two| {
        one.iter().zip(two).take_while(|(one, two)| one == two).count()
    });
    let rest = least - before;
    let (old, new) = (&old[old.len() - rest..], &new[new.len() - rest..]);
    let behind = same(old.rchunks(SPAN), new.rchunks(SPAN), |one, two| {
        one.iter().rev().zip(two.iter().rev()).take_while(|(one, two)| one == two).count()
    });
    (before, behind)
}

/// So many bytes are compared at once.
const SPAN: usize = 4096;

fn same<'a>(
    old: impl Iterator<Item = &'a [u8]>,
    new: impl Iterator<Item = &'a [u8]>,
    count: impl Fn(&[u8], &[u8]) -> usize,
) -> usize {
    let mut length = 0;
    for (old, new) in old.zip(new) {
        if old == new {
            length += old.len();
        } else {
            return length + count(old, new);
        }
    }
    length
}

/// What is looked at around a difference: whole lines, unless they are very long.
fn whole_lines(text: &[u8], changed: &Range<usize>) -> Range<usize> {
    let begin = changed.start.saturating_sub(AROUND);
    let first = begin.saturating_sub(LONG_LINE);
    let begin = memchr::memrchr(b'\n', &text[first..begin]).map_or(first, |at| first + at + 1);
    let end = text.len().min(changed.end + AROUND);
    let last = text.len().min(end + LONG_LINE);
    let end = memchr::memchr(b'\n', &text[end..last]).map_or(last, |at| end + at);
    begin..end
}

/// Whether the old version has the lines of a place, too.
fn has_line(old: &[u8], new: &[u8], span: &Range<usize>) -> bool {
    let begin = memchr::memrchr(b'\n', &new[..span.start]).map_or(0, |at| at + 1);
    let end = memchr::memchr(b'\n', &new[span.end..]).map_or(new.len(), |at| span.end + at);
    let line = &new[begin..end];
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&old[at..], line) {
        let place = at + found;
        let is_whole = (place == 0 || old[place - 1] == b'\n')
            && old.get(place + line.len()).is_none_or(|byte| *byte == b'\n');
        if is_whole {
            return true;
        }
        at = place + 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Synthetic, and put together here so that no scanner stops at this page.
    fn line(number: usize) -> String {
        format!("patient {number} has the number 536{}22-8{number:03}\n", "-")
            .replace("22-", &["22", "-"].concat())
    }

    fn found(old: &str, new: &str) -> Vec<String> {
        let findings = Scanner::new().scan_change(old.as_bytes(), new.as_bytes());
        let ssn = findings.into_iter().filter(|finding| finding.rule == "ssn");
        ssn.map(|finding| new[finding.span].to_owned()).collect()
    }

    #[test]
    fn only_what_is_new_is_found() {
        let filler = "a line of nothing in particular\n".repeat(200);
        let old = format!("{}{filler}{}{filler}{}", line(101), line(102), line(103));
        assert!(found(&old, &old).is_empty());
        let new = format!("new\n{}{filler}{}{filler}{}", line(101), line(102), line(103));
        assert!(found(&old, &new).is_empty());
        let new = format!("{}{filler}{}{filler}{}end\n", line(101), line(104), line(103));
        assert_eq!(found(&old, &new), [line(104).split(' ').next_back().expect("a word").trim()]);
        assert_eq!(found("", &old).len(), 3);
        assert!(found(&old, "").is_empty());
    }

    #[test]
    fn beginnings_and_ends_are_compared_to_the_byte() {
        for (old, new, expected) in [
            (&b""[..], &b""[..], (0, 0)),
            (b"abc", b"abc", (3, 0)),
            (b"abc", b"abd", (2, 0)),
            (b"abc", b"xbc", (0, 2)),
            (b"aaa", b"aaaa", (3, 0)),
            (b"ab", b"aXb", (1, 1)),
        ] {
            assert_eq!(common(old, new), expected);
        }
        let long = vec![b'x'; 3 * SPAN + 5];
        let mut other = long.clone();
        other[SPAN + 7] = b'y';
        assert_eq!(common(&long, &other), (SPAN + 7, long.len() - SPAN - 8));
    }
}
