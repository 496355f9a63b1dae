//! Tries all rules on all lines of a file.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use super::compare::{Lines, code_of};
use super::place::{Files, Place};
use super::rules::{ALL, Rule};
use super::{ChangedLines, Signal, SignalKind, SignalSide};

/// How many signals of one kind a file may have.
const MAX_PER_KIND: usize = 100;

/// The rules, ready for use.
pub(super) struct Engine {
    added: Table,
    removed: Table,
}

/// The rules of one side.
struct Table {
    /// The patterns of the rules, in their order.
    set: RegexSet,
    rules: Vec<Compiled>,
}

struct Compiled {
    rule: &'static Rule,
    pattern: Option<Regex>,
    unless: Option<Regex>,
    about: Option<Regex>,
    before: Option<Regex>,
}

impl Engine {
    /// The one engine of the process.
    pub fn get() -> &'static Self {
        static ENGINE: OnceLock<Engine> = OnceLock::new();
        ENGINE.get_or_init(|| Self {
            added: Table::new(SignalSide::Added),
            removed: Table::new(SignalSide::Removed),
        })
    }

    /// Signals of lines, without an order.
    pub fn search(&self, place: &Place, file: &ChangedLines<'_>) -> Vec<Signal> {
        let (added, removed) = (Lines::new(file.added), Lines::new(file.removed));
        let mut found: Vec<Signal> = Vec::new();
        self.added.search(place, file.added, &removed, |_, signal| found.push(signal));
        let mut gone: BTreeMap<usize, Vec<Signal>> = BTreeMap::new();
        self.removed.search(place, file.removed, &added, |rule, signal| {
            gone.entry(rule).or_default().push(signal);
        });
        for (rule, signals) in gone {
            // What was written in another way is not gone: as many lines as were removed do the same.
            if self.removed.count(rule, place, &added) < signals.len() {
                found.extend(signals);
            }
        }
        found
    }
}

impl Table {
    fn new(side: SignalSide) -> Self {
        let rules: Vec<&'static Rule> =
            ALL.iter().copied().flatten().filter(|rule| rule.side == side).collect();
        // A test proves that all patterns compile.
        let set = RegexSetBuilder::new(rules.iter().map(|rule| rule.pattern))
            .unicode(false)
            .dot_matches_new_line(true)
            .size_limit(64 << 20)
            .dfa_size_limit(16 << 20)
            .build()
            .unwrap_or_else(|_| RegexSet::empty());
        let compile = |rule| Compiled {
            rule,
            pattern: (side == SignalSide::Removed).then(|| regex(rule.pattern)).flatten(),
            unless: regex(rule.unless),
            about: regex(rule.about),
            before: regex(rule.before.1),
        };
        Self { set, rules: rules.into_iter().map(compile).collect() }
    }

    fn search(
        &self,
        place: &Place,
        lines: &[(u32, &[u8])],
        others: &Lines<'_>,
        mut found: impl FnMut(usize, Signal),
    ) {
        if !self.rules.iter().any(|compiled| compiled.rule.files.meets(place.files)) {
            return;
        }
        for (at, &(number, line)) in lines.iter().enumerate() {
            let code = code_of(place, line);
            if code.is_empty() {
                continue;
            }
            for index in self.set.matches(code) {
                let Some(compiled) = self.rules.get(index) else { continue };
                if compiled.holds(place, code, &lines[..at]) && !others.has(line) {
                    let Rule { kind, side, .. } = *compiled.rule;
                    found(index, Signal { kind, line: number, side });
                }
            }
        }
    }
}

impl Table {
    /// How many lines of the other side have the pattern of a rule.
    fn count(&self, rule: usize, place: &Place, others: &Lines<'_>) -> usize {
        let Some(compiled) = self.rules.get(rule) else { return 0 };
        others.count(place, |code| {
            compiled.pattern.as_ref().is_some_and(|pattern| pattern.is_match(code))
                && compiled.holds(place, code, &[])
        })
    }
}

impl Compiled {
    /// Whether a line that has the pattern is in the right place.
    fn holds(&self, place: &Place, code: &[u8], before: &[(u32, &[u8])]) -> bool {
        let has = |regex: &Option<Regex>, line: &[u8]| {
            regex.as_ref().is_some_and(|regex| regex.is_match(line))
        };
        self.rule.files.meets(place.files)
            && !has(&self.unless, code)
            && (self.about.is_none()
                || place.files.meets(Files::SECURITY)
                || has(&self.about, code))
            && !before
                .iter()
                .rev()
                .take(self.rule.before.0)
                .any(|(_, line)| has(&self.before, code_of(place, line)))
    }
}

/// A pattern, or none where it is empty.
pub(super) fn regex(pattern: &str) -> Option<Regex> {
    if pattern.is_empty() {
        return None;
    }
    RegexBuilder::new(pattern).unicode(false).dot_matches_new_line(true).build().ok()
}

/// The first ones of each kind, of what is sorted.
pub(super) fn limit(mut found: Vec<Signal>) -> Vec<Signal> {
    let mut last: Option<SignalKind> = None;
    let mut count = 0;
    found.retain(|signal| {
        count = if last == Some(signal.kind) { count + 1 } else { 1 };
        last = Some(signal.kind);
        count <= MAX_PER_KIND
    });
    found
}
