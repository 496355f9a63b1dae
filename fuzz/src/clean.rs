//! What was found is taken out: nothing is left, nothing else changes, and a second time nothing does.

use gitops_health_sanitize::{Cleaned, Cleaner, Replacement, Severity};

use crate::{assert_within, scanner, split_first};

/// Cleans all bytes but the first, which says in which way.
pub fn check(data: &[u8]) {
    let (first, bytes) = split_first(data);
    let (way, other) = ways(first % 5);
    let least = match first / 5 % 6 {
        4 => Severity::Info,
        5 => Severity::High,
        _ => Severity::Low,
    };
    let cleaned = Cleaner::new(scanner(), way, least).clean(bytes);
    check_edits(&cleaned, bytes);
    if cleaned.left.is_empty() && cleaned.unseen.is_empty() {
        let again = Cleaner::new(scanner(), other, least).clean(&cleaned.bytes);
        if let Some(finding) = again.removed.first() {
            panic!("{} as {:?} was found again", finding.rule, finding.field);
        }
        assert!(again.bytes == cleaned.bytes, "what is clean was changed");
    }
}

/// A way to clean, and another one for the second time: no key has a say in what is left.
fn ways(number: usize) -> (Replacement, Replacement) {
    let key = |text: &str| text.as_bytes().to_vec();
    match number {
        0 => (Replacement::Redacted, Replacement::Redacted),
        1 => (Replacement::Placeholder, Replacement::Placeholder),
        2 => (Replacement::Hash(key("one")), Replacement::Hash(key("two"))),
        3 => (Replacement::Mask, Replacement::Mask),
        _ => (Replacement::Synthetic(key("one")), Replacement::Synthetic(key("two"))),
    }
}

/// The edits are all that happened.
fn check_edits(cleaned: &Cleaned, bytes: &[u8]) {
    let (mut made, mut at) = (Vec::new(), 0);
    for edit in &cleaned.edits {
        assert_within(&edit.old, bytes.len());
        assert_within(&edit.new, cleaned.bytes.len());
        assert!(at <= edit.old.start, "edits overlap");
        made.extend_from_slice(&bytes[at..edit.old.start]);
        assert_eq!(made.len(), edit.new.start, "an edit is in another place");
        made.extend_from_slice(&cleaned.bytes[edit.new.clone()]);
        at = edit.old.end;
    }
    made.extend_from_slice(&bytes[at..]);
    assert!(made == cleaned.bytes, "something else was changed");
    for finding in &cleaned.removed {
        assert_within(&finding.span, bytes.len());
    }
    for finding in &cleaned.left {
        assert_within(&finding.span, cleaned.bytes.len());
    }
}
