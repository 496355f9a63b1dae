//! Bytes and changes are looked at: what is found has a place in them, and it does not take long.

use std::time::{Duration, Instant};

use gitops_health_sanitize::{Finding, comments, readable};

use crate::{assert_within, scanner, split_first};

/// So long may a look take for each KB that is begun.
const FOR_EACH_KB: Duration = Duration::from_millis(100);

/// Looks at all bytes but the first, which says how a version before differed.
pub fn check(data: &[u8]) {
    let (first, bytes) = split_first(data);
    let findings = look(bytes);
    check_places(&findings, bytes);
    check_change(first, bytes, &findings);
    let spans: Vec<_> = findings.iter().map(|finding| finding.span.clone()).collect();
    for span in &spans {
        comments(bytes, span);
    }
    let (text, parts) = readable(bytes, &spans);
    for part in &parts {
        assert_within(part, text.len());
    }
}

/// What is found. One of three looks has to be quick enough: the first one compiles patterns, and others may be
/// using the machine.
fn look(bytes: &[u8]) -> Vec<Finding> {
    let allowed = FOR_EACH_KB * (1 + bytes.len() as u32 / 1024);
    for _ in 0..3 {
        let begun = Instant::now();
        let looked = scanner().look(bytes);
        if begun.elapsed() <= allowed {
            return looked.findings;
        }
    }
    panic!("{} bytes take longer than {allowed:?}", bytes.len());
}

/// All have a place, they are sorted, and what stands there as it is does not overlap.
fn check_places(findings: &[Finding], bytes: &[u8]) {
    for finding in findings {
        assert_within(&finding.span, bytes.len());
    }
    assert!(findings.is_sorted_by_key(|finding| finding.span.start), "they are not sorted");
    let plain: Vec<_> = findings.iter().filter(|finding| finding.within.is_none()).collect();
    for pair in plain.windows(2) {
        assert!(pair[0].span.end <= pair[1].span.start, "{} and {}", pair[0].rule, pair[1].rule);
    }
}

/// What changed is part of what is there, and all of it where there was nothing before.
fn check_change(first: usize, bytes: &[u8], findings: &[Finding]) {
    let at = bytes.len() * (first >> 2) / 64;
    let (old, new) = match first & 3 {
        0 => (Vec::new(), bytes),
        1 => (bytes[..at].to_vec(), &bytes[at..]),
        2 => ([&bytes[..at], &bytes[(at + 40).min(bytes.len())..]].concat(), bytes),
        _ => ([&bytes[..at], b"\nx ", &bytes[at..]].concat(), bytes),
    };
    let changed = scanner().look_at_change(&old, new).findings;
    check_places(&changed, new);
    if first & 3 == 0 {
        let filled = findings.iter().filter(|finding| !finding.span.is_empty());
        assert!(changed.iter().eq(filled), "what is new is not what is there");
    }
}
