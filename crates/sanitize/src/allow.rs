//! Comments beside something that was found, which say why it may stay.

use std::ops::Range;

use crate::fingerprint::Fingerprint;

/// What such a comment begins with, behind whatever begins a comment there.
const MARK: &[u8] = b"gitops-health:allow";

/// How far a comment may be from what it allows, in bytes.
const LONGEST: usize = 4 << 10;

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

/// The comments on the lines of a place and on the line before it, if that has nothing else. Segments of HL7 version 2
/// are lines, too. Of a very long line the part around the place is looked at: nobody reads it as one line.
pub fn comments(text: &[u8], span: &Range<usize>) -> Vec<Comment> {
    let first = span.start.saturating_sub(LONGEST);
    let last = text.len().min(span.end.saturating_add(LONGEST));
    let begin = memchr::memrchr2(b'\n', b'\r', &text[first..span.start]).map(|at| first + at + 1);
    let end = memchr::memchr2(b'\n', b'\r', &text[span.end..last]).map_or(last, |at| span.end + at);
    let mut found = Vec::new();
    read(&text[begin.unwrap_or(first)..end], &mut found);
    let Some(before) = begin.and_then(|begin| line_before(text, begin)) else { return found };
    if stands_alone(before) {
        read(before, &mut found);
    }
    found
}

/// The line that ends where another one begins, if it is not too long.
fn line_before(text: &[u8], begin: usize) -> Option<&[u8]> {
    let text = &text[..begin];
    let end = [&b"\r\n"[..], b"\n", b"\r"].iter().find_map(|end| text.strip_suffix(*end))?;
    let first = end.len().saturating_sub(LONGEST);
    match memchr::memrchr2(b'\n', b'\r', &end[first..]) {
        Some(at) => Some(&end[first + at + 1..]),
        None => (first == 0).then_some(end),
    }
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

/// The reason without what ends a comment. What stands behind a quote is another string of a document.
fn reason_of(text: &str) -> String {
    let mut text = text.split('"').next().unwrap_or_default().trim();
    for end in ["-->", "*/", "--%>", "%>", "#}", "*)", "'"] {
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
        let segments = format!("NTE|1||{mark} ssn one\rPID|1||VALUE\rPID|1||OTHER");
        assert_eq!(read_all(&segments, "VALUE"), []);
        let windows = format!("# {mark} ssn of nobody\r\nVALUE\r\nOTHER");
        assert_eq!(read_all(&windows, "VALUE"), [plain("ssn", "of nobody")]);
        assert!(read_all(&windows, "OTHER").is_empty());
        let string = format!("{{\"note\":\"{mark} ssn x\",\"ssn\":\"VALUE\"}}");
        assert_eq!(read_all(&string, "VALUE"), [plain("ssn", "x")]);
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
