//! Every kind is proved by lines that have it and lines that look like it.

mod access;
mod audit;
mod before;
mod cryptography;
mod lines;
mod pipeline;
mod quality;
mod real_use;
mod transport;

use std::collections::HashSet;

use gitops_health_git::Hunk;

use super::rules::ALL;
use super::{ChangedLines, Signal, SignalKind, SignalSide, signals};

/// A path, and a line in it.
type Example = (&'static str, &'static str);

fn found(path: &str, added: &[&str], removed: &[&str]) -> Vec<Signal> {
    let (added, removed) = (added.join("\n"), removed.join("\n"));
    changed(path, &added, &removed)
}

/// Signals of a file of which all lines were replaced.
fn changed(path: &str, new: &str, old: &str) -> Vec<Signal> {
    let (added, removed) = (numbered(new, 1), numbered(old, 1));
    let count = |lines: &[(u32, &[u8])]| u32::try_from(lines.len()).expect("few lines");
    let hunk =
        Hunk { old_start: 1, old_lines: count(&removed), new_start: 1, new_lines: count(&added) };
    let (added, removed, hunks) = (&added, &removed, &[hunk]);
    let (new, old) = (new.as_bytes(), old.as_bytes());
    signals(&ChangedLines { path: path.as_bytes(), added, removed, new, old, hunks })
}

/// Signals of a file in which lines of these numbers became others: first line and count, old and new.
fn replaced(path: &str, new: &str, old: &str, hunks: &[(u32, u32, u32, u32)]) -> Vec<Signal> {
    let hunk = |&(old_start, old_lines, new_start, new_lines): &(u32, u32, u32, u32)| Hunk {
        old_start,
        old_lines,
        new_start,
        new_lines,
    };
    let hunks: Vec<Hunk> = hunks.iter().map(hunk).collect();
    let is_in = |at: u32, start: u32, count: u32| start <= at && at < start + count;
    let mut added = numbered(new, 1);
    added.retain(|(at, _)| hunks.iter().any(|it| is_in(*at, it.new_start, it.new_lines)));
    let mut removed = numbered(old, 1);
    removed.retain(|(at, _)| hunks.iter().any(|it| is_in(*at, it.old_start, it.old_lines)));
    let (new, old) = (new.as_bytes(), old.as_bytes());
    let (added, removed, hunks) = (&*added, &*removed, &*hunks);
    signals(&ChangedLines { path: path.as_bytes(), added, removed, new, old, hunks })
}

fn numbered(text: &str, first: u32) -> Vec<(u32, &[u8])> {
    (first..).zip(text.lines().map(str::as_bytes)).collect()
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
        for pattern in [
            rule.pattern,
            rule.unless,
            rule.about,
            rule.before.1,
            rule.inside,
            rule.unless_item,
            rule.whole,
            rule.elsewhere,
            rule.names,
        ] {
            regex::bytes::RegexBuilder::new(pattern).unicode(false).build().expect(pattern);
        }
        patterns.push(rule.pattern);
    }
    assert!(super::patterns::Patterns::new(&patterns).of(b"").is_empty());
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
