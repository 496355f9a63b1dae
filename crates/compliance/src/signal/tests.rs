//! Every kind is proved by lines that have it and lines that look like it.

mod access;
mod audit;
mod cryptography;
mod lines;
mod pipeline;
mod quality;
mod transport;

use std::collections::HashSet;

use super::rules::ALL;
use super::{ChangedLines, Signal, SignalKind, SignalSide, signals};

/// A path, and a line in it.
type Example = (&'static str, &'static str);

fn found(path: &str, added: &[&str], removed: &[&str]) -> Vec<Signal> {
    let number = |lines: &[&'static str]| -> Vec<(u32, &'static [u8])> {
        (1..).zip(lines.iter().map(|line| line.as_bytes())).collect()
    };
    let leak = |lines: &[&str]| -> Vec<&'static str> {
        lines.iter().map(|line| &*String::from(*line).leak()).collect()
    };
    let (added, removed) = (number(&leak(added)), number(&leak(removed)));
    signals(&ChangedLines { path: path.as_bytes(), added: &added, removed: &removed })
}

fn has(kind: SignalKind, signals: &[Signal]) -> bool {
    signals.iter().any(|signal| signal.kind == kind)
}

/// Checks examples of added lines, and that there are enough of them.
fn proves(kind: SignalKind, positive: &[Example], negative: &[Example]) {
    assert!(positive.len() >= 8 && negative.len() >= 8, "{kind:?} has too few examples");
    let wrong: Vec<_> = positive
        .iter()
        .map(|example| (true, example))
        .chain(negative.iter().map(|example| (false, example)))
        .filter(|(expected, (path, line))| *expected != has(kind, &found(path, &[line], &[])))
        .collect();
    assert!(wrong.is_empty(), "{kind:?}: {wrong:#?}");
}

#[test]
fn all_patterns_compile_alone_and_together() {
    let mut patterns = Vec::new();
    for rule in ALL.iter().copied().flatten() {
        for pattern in [rule.pattern, rule.unless, rule.about, rule.before.1] {
            regex::bytes::RegexBuilder::new(pattern).unicode(false).build().expect(pattern);
        }
        patterns.push(rule.pattern);
    }
    // Together they are larger than the limit of a single one; the engine has its own.
    assert!(!found("a.go", &["InsecureSkipVerify: true"], &[]).is_empty());
    assert!(patterns.len() > 100);
}

#[test]
fn kinds_have_names_of_their_own_and_a_sentence() {
    let names: HashSet<_> = SignalKind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(names.len(), SignalKind::ALL.len());
    for kind in SignalKind::ALL {
        assert!(kind.name().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'));
        assert!(kind.meaning().ends_with('.'));
        let named = ALL.iter().copied().flatten().any(|rule| rule.kind == *kind);
        assert!(named || *kind == SignalKind::SessionTimeoutRaised, "{kind:?} has no rule");
    }
}

#[test]
fn sides_have_names() {
    assert_eq!([SignalSide::Added.name(), SignalSide::Removed.name()], ["added", "removed"]);
}
