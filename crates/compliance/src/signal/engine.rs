//! Tries all rules on all lines of a file.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use regex::bytes::{Regex, RegexBuilder};

use super::around::Around;
use super::compare::{MOST_TRIED, Moved, are_alike, code_of};
use super::patterns::Patterns;
use super::place::{Files, Place};
use super::rules::{ALL, Reach, Rule};
use super::{ChangedLines, Signal, SignalKind, SignalSide, skipped};

/// How many signals of one kind a file may have.
const MAX_PER_KIND: usize = 100;

/// The rules, ready for use.
pub(super) struct Engine {
    added: Table,
    removed: Table,
}

/// The rules of one side.
struct Table {
    rules: Vec<Compiled>,
    /// Those for files of each kind, made when there is a line of such a file: all together take longer than a small change does.
    sets: Mutex<BTreeMap<Vec<usize>, Arc<Patterns>>>,
}

struct Compiled {
    rule: &'static Rule,
    pattern: Pattern,
    unless: Pattern,
    about: Pattern,
    before: Pattern,
    names: Pattern,
    inside: Pattern,
    unless_item: Pattern,
    whole: Pattern,
    elsewhere: Pattern,
}

/// A pattern, or none where its text is empty. It is made when it is asked for: most never are, and to make all of them takes
/// longer than a small change does.
struct Pattern {
    text: &'static str,
    made: OnceLock<Option<Regex>>,
}

impl Pattern {
    fn new(text: &'static str) -> Self {
        Self { text, made: OnceLock::new() }
    }

    fn get(&self) -> Option<&Regex> {
        self.made.get_or_init(|| regex(self.text)).as_ref()
    }
}

/// A rule that holds for a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Hit {
    rule: usize,
    /// The line: its index on its side.
    at: usize,
}

/// The lines of one side and what they are in.
pub(super) struct Lines<'a> {
    pub lines: &'a [(u32, &'a [u8])],
    pub around: Around<'a>,
    /// The tests that the lines declare, made with the first question.
    pub tests: OnceCell<HashSet<Vec<u8>>>,
    /// Whether the whole version is as a rule wants it, by the rule.
    wholes: RefCell<BTreeMap<usize, bool>>,
}

impl<'a> Lines<'a> {
    fn new(lines: &'a [(u32, &'a [u8])], text: &'a [u8]) -> Self {
        Self {
            lines,
            around: Around::new(text),
            tests: OnceCell::new(),
            wholes: RefCell::default(),
        }
    }

    fn number(&self, at: usize) -> u32 {
        self.lines.get(at).map_or(0, |(number, _)| *number)
    }

    fn line(&self, at: usize) -> &'a [u8] {
        self.lines.get(at).map_or(&[], |(_, line)| line)
    }
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

    /// The kinds that are looked for in a file, on these sides.
    pub fn kinds(&self, place: &Place, has_old: bool, has_new: bool) -> Vec<SignalKind> {
        let sides = [(&self.added, has_new), (&self.removed, has_old)];
        let tables = sides.into_iter().filter(|(_, is_there)| *is_there);
        tables
            .flat_map(|(table, _)| &table.rules)
            .filter(|compiled| compiled.rule.files.meets(place.files))
            .map(|compiled| compiled.rule.kind)
            .collect()
    }

    /// Signals of lines, without an order.
    pub fn search(&self, place: &Place, file: &ChangedLines<'_>) -> Vec<Signal> {
        let added = Lines::new(file.added, file.new);
        let removed = Lines::new(file.removed, file.old);
        let mut found = self.added(place, file, &added, &removed);
        found.extend(self.gone(place, &added, &removed));
        found
    }

    /// What new lines do that no line did before which they replace.
    fn added(
        &self,
        place: &Place,
        file: &ChangedLines<'_>,
        added: &Lines<'_>,
        removed: &Lines<'_>,
    ) -> Vec<Signal> {
        let table = &self.added;
        let hits = table.hits(place, added);
        if hits.is_empty() {
            return Vec::new();
        }
        let asked: BTreeSet<usize> = hits.iter().map(|hit| hit.at).collect();
        let is_same_place = |one: u32, other: u32| {
            !place.files.meets(Files::CONFIG) || is_same_scope(added, one, removed, other)
        };
        let moved = Moved::of(added.lines, &asked, removed.lines, is_same_place);
        let mut left = hits;
        left.retain(|hit| {
            !moved.here.contains(&hit.at) && table.counts(place, *hit, added, removed)
        });
        if left.is_empty() {
            return Vec::new();
        }
        let mut before: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for hit in table.hits(place, removed) {
            if !moved.there.contains(&hit.at) {
                before.entry(hit.rule).or_default().push(hit.at);
            }
        }
        let hunks = Hunks { file };
        left.retain(|hit| {
            let Some(others) = before.get_mut(&hit.rule) else { return true };
            let Some(compiled) = table.rules.get(hit.rule) else { return true };
            let was = others.iter().take(MOST_TRIED).position(|other| {
                compiled.was_so(place, &hunks, (added, hit.at), (removed, *other))
            });
            // Each line from before stands for one.
            was.map(|was| others.remove(was)).is_none()
        });
        table.signals(&left, added)
    }

    /// What lines did that are gone.
    fn gone(&self, place: &Place, added: &Lines<'_>, removed: &Lines<'_>) -> Vec<Signal> {
        let table = &self.removed;
        let mut hits = table.hits(place, removed);
        if hits.is_empty() {
            return Vec::new();
        }
        let asked: BTreeSet<usize> = hits.iter().map(|hit| hit.at).collect();
        let moved = Moved::of(removed.lines, &asked, added.lines, |_, _| true);
        hits.retain(|hit| !moved.here.contains(&hit.at));
        let mut by_rule: BTreeMap<usize, Vec<Hit>> = BTreeMap::new();
        for hit in hits {
            by_rule.entry(hit.rule).or_default().push(hit);
        }
        let mut left = Vec::new();
        if !by_rule.is_empty() {
            let others = table.hits(place, added);
            for (rule, hits) in by_rule {
                // What was written in another way is not gone: as many lines as were removed do the same.
                let is_so = |hit: &&Hit| hit.rule == rule && !moved.there.contains(&hit.at);
                if others.iter().filter(is_so).count() < hits.len() {
                    left.extend(hits);
                }
            }
        }
        table.signals(&left, removed)
    }
}

impl Table {
    fn new(side: SignalSide) -> Self {
        let rules: Vec<&'static Rule> =
            ALL.iter().copied().flatten().filter(|rule| rule.side == side).collect();
        let compiled = |rule: &'static Rule| Compiled {
            rule,
            pattern: Pattern::new(rule.pattern),
            unless: Pattern::new(rule.unless),
            about: Pattern::new(rule.about),
            before: Pattern::new(rule.before.1),
            names: Pattern::new(rule.names),
            inside: Pattern::new(rule.inside),
            unless_item: Pattern::new(rule.unless_item),
            whole: Pattern::new(rule.whole),
            elsewhere: Pattern::new(rule.elsewhere),
        };
        Self { rules: rules.into_iter().map(compiled).collect(), sets: Mutex::default() }
    }

    /// The rules for files of a kind, in their order, and their patterns.
    fn set(&self, files: Files) -> (Vec<usize>, Arc<Patterns>) {
        let meets = |(_, compiled): &(usize, &Compiled)| compiled.rule.files.meets(files);
        let rules: Vec<usize> =
            self.rules.iter().enumerate().filter(meets).map(|(place, _)| place).collect();
        let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        let patterns = sets.entry(rules.clone()).or_insert_with(|| {
            let texts: Vec<&str> =
                rules.iter().map(|rule| self.rules[*rule].rule.pattern).collect();
            Arc::new(Patterns::new(&texts))
        });
        let patterns = Arc::clone(patterns);
        (rules, patterns)
    }

    /// Which rules hold for which lines, in the order of lines.
    fn hits(&self, place: &Place, side: &Lines<'_>) -> Vec<Hit> {
        let mut hits = Vec::new();
        if !self.rules.iter().any(|compiled| compiled.rule.files.meets(place.files)) {
            return hits;
        }
        let mut set = None;
        for (at, &(number, line)) in side.lines.iter().enumerate() {
            let code = code_of(place, line);
            if code.is_empty() {
                continue;
            }
            let (rules, patterns) = set.get_or_insert_with(|| self.set(place.files));
            for of_set in patterns.of(code) {
                let rule = rules[of_set];
                let Some(compiled) = self.rules.get(rule) else { continue };
                if compiled.holds(place, code, &side.lines[..at])
                    && compiled.stands_right(&side.around, number)
                    && *side
                        .wholes
                        .borrow_mut()
                        .entry(rule)
                        .or_insert_with(|| compiled.is_in_right_file(side.around.text()))
                {
                    hits.push(Hit { rule, at });
                }
            }
        }
        hits
    }

    /// Whether a line that makes a test not run does so for a test that ran.
    fn counts(&self, place: &Place, hit: Hit, added: &Lines<'_>, removed: &Lines<'_>) -> bool {
        let Some(compiled) = self.rules.get(hit.rule) else { return false };
        !skipped::is_born_so(place, compiled.rule.reach, (added, hit.at), removed)
            && !skipped::is_over_no_test(compiled.rule.reach, (added, hit.at), removed)
    }

    fn signals(&self, hits: &[Hit], side: &Lines<'_>) -> Vec<Signal> {
        let signal = |hit: &Hit| {
            let Rule { kind, side: its, .. } = *self.rules.get(hit.rule)?.rule;
            Some(Signal { kind, line: side.number(hit.at), side: its })
        };
        hits.iter().filter_map(signal).collect()
    }
}

impl Compiled {
    /// Whether a line that has the pattern is in the right place.
    fn holds(&self, place: &Place, code: &[u8], before: &[(u32, &[u8])]) -> bool {
        let has = |pattern: &Pattern, line: &[u8]| {
            pattern.get().is_some_and(|regex| regex.is_match(line))
        };
        !has(&self.unless, code)
            && (self.about.get().is_none()
                || place.files.meets(Files::SECURITY)
                || has(&self.about, code))
            && !before
                .iter()
                .rev()
                .take(self.rule.before.0)
                .any(|(_, line)| has(&self.before, code_of(place, line)))
    }

    /// Whether what is around the line is as the rule wants it.
    fn stands_right(&self, around: &Around<'_>, number: u32) -> bool {
        if let Some(inside) = self.inside.get() {
            let is_in = |outside: Vec<&[u8]>| outside.first().is_some_and(|it| inside.is_match(it));
            if !around.outside(number).is_none_or(is_in) {
                return false;
            }
        }
        if let Some(unless) = self.unless_item.get() {
            let item = around.item(number).unwrap_or_default();
            // Who runs a script besides may check with it.
            let runs = |line: &&[u8]| {
                let line = line.trim_ascii_start();
                line.strip_prefix(b"- ").unwrap_or(line).trim_ascii_start().starts_with(b"run:")
            };
            if item.iter().any(|line| unless.is_match(line)) && !item.iter().any(runs) {
                return false;
            }
        }
        if let Reach::Test(form) = self.rule.reach {
            return !skipped::is_on_condition(form, around, number);
        }
        true
    }

    /// Whether the rest of the version is as the rule wants it.
    fn is_in_right_file(&self, text: &[u8]) -> bool {
        let whole = self.whole.get().is_none_or(|whole| whole.is_match(text));
        let Some(elsewhere) = self.elsewhere.get().filter(|_| whole) else { return whole };
        let is_other = |line: &Vec<u8>| {
            elsewhere.is_match(line) && !self.pattern.get().is_some_and(|it| it.is_match(line))
        };
        !joined(text).any(|line| is_other(&line))
    }

    /// Whether a line that is gone did the same as one that is new.
    fn was_so(
        &self,
        place: &Place,
        hunks: &Hunks<'_, '_>,
        (added, new): (&Lines<'_>, usize),
        (removed, old): (&Lines<'_>, usize),
    ) -> bool {
        let (number, other) = (added.number(new), removed.number(old));
        let is_near = match self.rule.reach {
            Reach::File => true,
            Reach::Scope => is_same_scope(added, number, removed, other),
            Reach::Hunk => {
                hunks.are_one(number, other)
                    && (!place.files.meets(Files::CONFIG)
                        || is_same_scope(added, number, removed, other))
            }
            Reach::Test(form) => {
                let (one, other) = (
                    skipped::test_of(form, &added.around, number),
                    skipped::test_of(form, &removed.around, other),
                );
                return one.is_some() && one == other;
            }
        };
        if !is_near {
            return false;
        }
        let (new, old) = (code_of(place, added.line(new)), code_of(place, removed.line(old)));
        if let Some(names) = self.names.get() {
            let (new, old) = (named(names, new), named(names, old));
            if !new.is_empty() {
                return new.is_subset(&old);
            }
        }
        let text = |line: &[u8]| -> Option<Vec<u8>> {
            let found = self.pattern.get()?.find(line)?;
            Some(found.as_bytes().trim_ascii().to_vec())
        };
        text(new).is_some_and(|new| text(old) == Some(new)) && are_alike(new, old)
    }
}

/// The lines of a text, each with those that it goes on with behind a `\`.
fn joined(text: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    std::iter::from_fn(move || {
        let mut line = lines.next()?.to_vec();
        while line.last() == Some(&b'\\') {
            line.pop();
            let Some(next) = lines.next() else { break };
            line.extend_from_slice(next);
        }
        Some(line)
    })
}

/// What a line names, each by all that its groups have.
fn named<'a>(names: &Regex, line: &'a [u8]) -> HashSet<Vec<&'a [u8]>> {
    let groups = |found: regex::bytes::Captures<'a>| -> Vec<&'a [u8]> {
        found.iter().skip(1).flatten().map(|group| group.as_bytes()).collect()
    };
    names.captures_iter(line).map(groups).collect()
}

/// Whether two lines are inside of the same, as far as is known.
fn is_same_scope(added: &Lines<'_>, number: u32, removed: &Lines<'_>, other: u32) -> bool {
    let scope = |around: &Around<'_>, number| -> Option<Vec<Vec<u8>>> {
        Some(around.outside(number)?.into_iter().map(head).collect())
    };
    let one = scope(&added.around, number);
    one.is_some() && one == scope(&removed.around, other)
}

/// What a line opens, without the version of an action and a comment.
fn head(line: &[u8]) -> Vec<u8> {
    let end = line.windows(2).position(|two| two == b" #").unwrap_or(line.len());
    let line = line[..end].trim_ascii();
    match line.strip_prefix(b"- uses:").and_then(|rest| rest.iter().position(|b| *b == b'@')) {
        Some(at) => line[..at + 7].to_vec(),
        None => line.to_vec(),
    }
}

/// Which lines of both sides stand for each other.
struct Hunks<'a, 'b> {
    file: &'a ChangedLines<'b>,
}

impl Hunks<'_, '_> {
    fn are_one(&self, new: u32, old: u32) -> bool {
        let hunks = self.file.hunks;
        let at = hunks.partition_point(|hunk| hunk.new_start + hunk.new_lines <= new);
        let holds = |start: u32, count: u32, line: u32| start <= line && line - start < count;
        hunks.get(at).is_some_and(|hunk| {
            holds(hunk.new_start, hunk.new_lines, new) && holds(hunk.old_start, hunk.old_lines, old)
        })
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
