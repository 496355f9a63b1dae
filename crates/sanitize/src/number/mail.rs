//! Mail addresses.

use std::ops::Range;

use super::Finder;
use crate::finding::MOST_FOUND;
use crate::rule::Severity;
use crate::what::What;

impl Finder<'_> {
    pub(super) fn mail(&mut self) {
        let most = self.findings.len() + MOST_FOUND;
        for at in memchr::memchr_iter(b'@', self.bytes) {
            if self.findings.len() >= most {
                break;
            }
            let Some(span) = mail_at(self.bytes, at) else { continue };
            if is_masked_password(self.bytes, &span) {
                continue;
            }
            let severity = match () {
                () if self.context.is_attribution(&span) => Severity::Info,
                () => What::Email.rule().severity,
            };
            self.add(What::Email, severity, span);
        }
    }
}

/// Whether what stands before an `@` is the mask of a password: in an address of the web a user and a password have
/// their place in front of the host (RFC 3986, 3.2).
fn is_masked_password(bytes: &[u8], mail: &Range<usize>) -> bool {
    const LONGEST: usize = 200;
    let before = &bytes[mail.start.saturating_sub(LONGEST)..mail.start];
    let Some(scheme) = memchr::memmem::rfind(before, b"://") else { return false };
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"/?#=\"'<>".contains(byte);
    let local = bytes[mail.clone()].split(|byte| *byte == b'@').next().unwrap_or_default();
    let is_mask = local.iter().all(|byte| !byte.is_ascii_alphanumeric() || b"xX0".contains(byte));
    is_mask && !before[scheme + 3..].iter().any(is_end)
}

/// Where the mail address around an `@` is.
fn mail_at(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let local = local_before(bytes, at).filter(|local| !local.is_empty())?;
    let domain = domain_from(bytes, at + 1);
    let top = domain.rsplit(|byte| *byte == b'.').next().filter(|top| top.len() < domain.len())?;
    let is_top = (2..=24).contains(&top.len()) && top.iter().all(u8::is_ascii_alphabetic);
    let is_file = [&b"png"[..], b"jpg", b"svg", b"gif", b"js", b"css", b"json", b"html"]
        .iter()
        .any(|ending| top.eq_ignore_ascii_case(ending));
    let is_dotted = domain.windows(2).any(|pair| pair == b"..");
    if !is_top || is_file || is_dotted || domain.starts_with(b"-") {
        return None;
    }
    Some(at - local.len()..at + 1 + domain.len())
}

/// What stands before an `@`, without what is no part of an address.
fn local_before(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let is_local =
        |byte: &u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+-/=?^_`{|}~".contains(byte);
    let begin =
        bytes[at.saturating_sub(64)..at].iter().rev().take_while(|byte| is_local(byte)).count();
    let mut local = &bytes[at - begin..at];
    // What is spelled out in front, as the end of a line, is no part of it.
    let marks = bytes[..at - begin].iter().rev().take_while(|byte| **byte == b'\\').count();
    if marks % 2 == 1 {
        let length = match local.first() {
            Some(b'u') => 5,
            Some(b'x') => 3,
            _ => 1,
        };
        local = local.get(length..)?;
    }
    // What a sentence or a line of code puts in front is no part of it.
    while let Some((first, rest)) = local.split_first()
        && !first.is_ascii_alphanumeric()
    {
        local = rest;
    }
    let cut = local.iter().rposition(|byte| b"=/&?'`|{}^~$*#!%".contains(byte));
    Some(cut.map_or(local, |cut| &local[cut + 1..]))
}

/// The domain that begins here, without what is no part of it at its end.
fn domain_from(bytes: &[u8], begin: usize) -> &[u8] {
    let is_domain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let length = bytes[begin..].iter().take(253).take_while(|byte| is_domain(byte)).count();
    let domain = &bytes[begin..begin + length];
    let last = domain.iter().rposition(u8::is_ascii_alphanumeric);
    &domain[..last.map_or(0, |last| last + 1)]
}
