//! Comments beside something that was found, which say why it may stay.

use std::ops::Range;

use crate::fingerprint::Fingerprint;

/// What such a comment begins with, behind whatever begins a comment there.
const MARK: &[u8] = b"gitops-health:allow";

/// The longest line that is looked at.
const LONGEST: usize = 16 << 10;

/// A comment that allows what one rule finds on its line, or on the next one if it stands alone:
/// `gitops-health:allow RULE REASON`, or `gitops-health:allow RULE:FINGERPRINT REASON`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// The rule, by its id.
    pub rule: String,
    /// The short fingerprint of the value; with it the comment is for this value alone.
    pub fingerprint: Option<String>,
    /// Why it is allowed; empty where that is not said, and then it is not.
    pub reason: String,
}

impl Comment {
    /// Whether it is about a value with this fingerprint.
    pub fn is_bound_to(&self, fingerprint: Fingerprint) -> bool {
        self.fingerprint.as_deref() == Some(&fingerprint.short())
    }
}

/// The comments on the lines of a place and on the line before it, if that has nothing else.
pub fn comments(text: &[u8], span: &Range<usize>) -> Vec<Comment> {
    let begin = memchr::memrchr(b'\n', &text[..span.start]).map_or(0, |at| at + 1);
    let end = memchr::memchr(b'\n', &text[span.end..]).map_or(text.len(), |at| span.end + at);
    let mut found = Vec::new();
    // Of a very long line the part around the place: nobody reads it as one line.
    let near = begin.max(span.start.saturating_sub(LONGEST))..end.min(span.end + LONGEST);
    read(&text[near], &mut found);
    if begin > 0 {
        let before = memchr::memrchr(b'\n', &text[..begin - 1]).map_or(0, |at| at + 1);
        let line = &text[before..begin - 1];
        if line.len() <= LONGEST && stands_alone(line) {
            read(line, &mut found);
        }
    }
    found
}

/// Whether a line has nothing in front of the mark but what begins a comment.
fn stands_alone(line: &[u8]) -> bool {
    memchr::memmem::find(line, MARK).is_some_and(|at| {
        !line[..at].iter().any(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80)
    })
}

fn read(line: &[u8], found: &mut Vec<Comment>) {
    let places: Vec<usize> = memchr::memmem::find_iter(line, MARK).collect();
    for (number, place) in places.iter().enumerate() {
        let end = places.get(number + 1).copied().unwrap_or(line.len());
        found.extend(comment(&line[place + MARK.len()..end]));
    }
}

fn comment(rest: &[u8]) -> Option<Comment> {
    let text = String::from_utf8_lossy(rest);
    let text = text.strip_prefix([' ', '\t'])?.trim_start();
    let (what, reason) = text.split_once([' ', '\t']).unwrap_or((text, ""));
    let (rule, fingerprint) = match what.split_once(':') {
        Some((rule, fingerprint)) => (rule, Some(fingerprint.to_owned())),
        None => (what, None),
    };
    let is_rule = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    if rule.is_empty() || !rule.chars().all(is_rule) {
        return None;
    }
    Some(Comment { rule: rule.to_owned(), fingerprint, reason: reason_of(reason) })
}

/// The reason without what ends a comment.
fn reason_of(text: &str) -> String {
    let mut text = text.trim();
    for end in ["-->", "*/", "--%>", "%>", "#}", "*)", "\"", "'"] {
        text = text.strip_suffix(end).unwrap_or(text).trim_end();
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str, at: &str) -> Vec<(String, Option<String>, String)> {
        let start = text.find(at).expect("it is there");
        let comments = comments(text.as_bytes(), &(start..start + at.len()));
        comments.into_iter().map(|it| (it.rule, it.fingerprint, it.reason)).collect()
    }

    fn mark() -> String {
        String::from_utf8_lossy(MARK).into_owned()
    }

    #[test]
    fn a_comment_is_for_its_own_line_and_alone_for_the_next() {
        let mark = mark();
        let plain = |rule: &str, reason: &str| (rule.to_owned(), None, reason.to_owned());
        let one = format!("a = VALUE  // {mark} ssn made up\nb = OTHER\n");
        assert_eq!(read_all(&one, "VALUE"), [plain("ssn", "made up")]);
        assert!(read_all(&one, "OTHER").is_empty());
        let two = format!("<!-- {mark} ssn of nobody -->\nVALUE\nOTHER");
        assert_eq!(read_all(&two, "VALUE"), [plain("ssn", "of nobody")]);
        assert!(read_all(&two, "OTHER").is_empty());
        let three = format!("x /* {mark} ssn a */ VALUE # {mark} phone b");
        assert_eq!(read_all(&three, "VALUE").len(), 2);
    }

    #[test]
    fn a_comment_can_be_bound_and_needs_a_reason() {
        let mark = mark();
        let text = format!("VALUE # {mark} ssn:0123456789abcdef made up");
        let expected = ("ssn".into(), Some("0123456789abcdef".into()), "made up".into());
        assert_eq!(read_all(&text, "VALUE"), [expected]);
        let text = format!("VALUE # {mark} ssn");
        assert_eq!(read_all(&text, "VALUE"), [("ssn".into(), None, String::new())]);
        for text in [format!("VALUE # {mark}ed ssn no"), format!("VALUE # {mark} s/s no")] {
            assert!(read_all(&text, "VALUE").is_empty(), "{text}");
        }
    }
}
