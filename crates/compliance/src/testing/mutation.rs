//! Changes rules, and looks whether their tests notice.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::changes::{Change, changes};
use super::{TestOutcome, is_test, outcome, tests};
use crate::rego;
use crate::{Limits, Policies, PolicyError, Source};

/// A change of a policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mutant {
    /// The policy.
    pub path: String,
    /// The line of the change, from 1.
    pub line: u32,
    /// What stands there.
    pub was: String,
    /// What stood there in its place.
    pub is: String,
}

/// What changing policies came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MutationReport {
    /// The changes that some test noticed, by path and line.
    pub killed: Vec<Mutant>,
    /// The changes that no test noticed, by path and line.
    pub survived: Vec<Mutant>,
    /// How many changes were no policy any more: they count for nothing.
    pub stillborn: usize,
    /// The policies without tests that pass, which were not changed, by path.
    pub untested: Vec<String>,
}

impl MutationReport {
    /// How many changes of a hundred were noticed; 0 where nothing was changed.
    pub fn rate(&self) -> f64 {
        let (killed, survived) = (self.killed.len(), self.survived.len());
        let all = killed + survived;
        if all == 0 { 0.0 } else { killed as f64 * 100.0 / all as f64 }
    }

    fn add(&mut self, other: Self) {
        self.killed.extend(other.killed);
        self.stillborn += other.stillborn;
        self.survived.extend(other.survived);
        self.untested.extend(other.untested);
    }
}

/// A policy with what is needed to test it.
struct Subject {
    source: Source,
    /// Its tests, and what these and it need.
    others: Vec<Source>,
    changes: Vec<Change>,
}

/// Changes each policy that is no test, in one place at a time, and runs its tests. The same for the same, in any order
/// of work; each test of a changed policy may take as long as [`Limits::evaluation`], and one that takes longer notices.
///
/// # Errors
///
/// [`PolicyError`] where the policies are not fit to be evaluated as they are.
pub fn mutate(policies: &[Source], limits: Limits) -> Result<MutationReport, PolicyError> {
    Policies::new(policies, &json!({}), limits)?;
    let subjects = subjects(policies, limits)?;
    let (next, all) = (AtomicUsize::new(0), Mutex::new(MutationReport::default()));
    let work = || {
        while let Some(subject) = subjects.get(next.fetch_add(1, Ordering::Relaxed)) {
            let report = subject.report(limits);
            if let Ok(mut all) = all.lock() {
                all.add(report);
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get().min(8));
    std::thread::scope(|scope| {
        (0..threads).for_each(|_| drop(scope.spawn(work)));
    });
    let mut report = all.into_inner().unwrap_or_default();
    report.killed.sort();
    report.survived.sort();
    report.untested.sort();
    Ok(report)
}

fn subjects(policies: &[Source], limits: Limits) -> Result<Vec<Subject>, PolicyError> {
    rego::with_modules(policies, limits, |modules| {
        let modules: Vec<_> = modules.into_iter().map(Result::ok).collect();
        let package = |at: usize| {
            let module: &_ = modules[at].as_ref()?;
            Some(format!("data.{}", rego::path(&module.package.refr).join(".")))
        };
        let packages: Vec<String> =
            (0..policies.len()).map(|at| package(at).unwrap_or_default()).collect();
        let rules = (0..policies.len()).filter(|at| !is_test(&policies[*at].path));
        let subject = |at: usize| {
            let changes = changes(modules[at].as_ref()?);
            let needed = needed(at, policies, &packages).into_iter().filter(|other| *other != at);
            let others = needed.map(|other| policies[other].clone()).collect();
            Some(Subject { source: policies[at].clone(), others, changes })
        };
        rules.filter_map(subject).collect()
    })
}

/// A policy, the tests that name its package, and all that these name, by their places.
fn needed(at: usize, policies: &[Source], packages: &[String]) -> BTreeSet<usize> {
    let names = |one: usize, other: usize| {
        packages[one] == packages[other] || policies[one].text.contains(&packages[other])
    };
    let tests = (0..policies.len()).filter(|it| is_test(&policies[*it].path) && names(*it, at));
    let mut needed: BTreeSet<usize> = tests.chain([at]).collect();
    let mut open: Vec<usize> = needed.iter().copied().collect();
    while let Some(one) = open.pop() {
        let all = (0..policies.len()).filter(|it| !is_test(&policies[*it].path));
        open.extend(all.filter(|it| names(one, *it) && needed.insert(*it)));
    }
    needed
}

/// What a change came to.
enum Noticed {
    Yes,
    No,
    /// It is no policy any more.
    Stillborn,
}

impl Subject {
    fn report(&self, limits: Limits) -> MutationReport {
        let mut report = MutationReport::default();
        if !matches!(self.noticed(&self.source.text, limits), Noticed::No) {
            report.untested.push(self.source.path.clone());
            return report;
        }
        for change in &self.changes {
            let text = changed(&self.source.text, change);
            match self.noticed(&text, limits) {
                Noticed::Yes => report.killed.push(self.mutant(change)),
                Noticed::No => report.survived.push(self.mutant(change)),
                Noticed::Stillborn => report.stillborn += 1,
            }
        }
        report
    }

    /// Whether a test fails with this text in the place of the policy.
    fn noticed(&self, text: &str, limits: Limits) -> Noticed {
        let changed = Source { path: self.source.path.clone(), text: text.to_owned() };
        let sources: Vec<Source> = std::iter::once(changed).chain(self.others.clone()).collect();
        let Ok(policies) = Policies::new(&sources, &json!({}), limits) else {
            return Noticed::Stillborn;
        };
        let tests = tests(&policies);
        if tests.is_empty() || !policies.is_sound() {
            return Noticed::Stillborn;
        }
        let passes =
            |name: &str| outcome(policies.evaluate(name, &json!({}))) == TestOutcome::Passed;
        if tests.iter().all(|(name, ..)| passes(name)) { Noticed::No } else { Noticed::Yes }
    }

    fn mutant(&self, change: &Change) -> Mutant {
        let text = &self.source.text;
        let (from, to) = (change.shown.0.min(change.start), change.shown.1.max(change.end));
        let get = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
        let is = format!("{}{}{}", get(from, change.start), change.with, get(change.end, to));
        let line = get(0, change.start).bytes().filter(|byte| *byte == b'\n').count() as u32 + 1;
        let path = self.source.path.clone();
        Mutant { path, line, was: shown(get(from, to)), is: shown(&is) }
    }
}

fn changed(text: &str, change: &Change) -> String {
    let get = |part: Option<&str>| part.unwrap_or_default().to_owned();
    get(text.get(..change.start)) + &change.with + &get(text.get(change.end..))
}

/// An expression on one line, of 160 signs at most.
fn shown(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(160) {
        Some((at, _)) => format!("{}...", &line[..at]),
        None => line,
    }
}
