//! Runs the tests of policies: rules that are called `test_...`.

mod changes;
mod mutation;

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::Rule;
use serde_json::{Value, json};

use crate::rego::{self, Lines};
use crate::{EvaluationError, Limits, Policies, PolicyError, Source};

pub use mutation::{Mutant, MutationReport, mutate};

/// A test, and what it came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyTest {
    /// The policy that it stands in.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// Its whole name.
    pub name: String,
    /// What it came to.
    pub outcome: TestOutcome,
}

/// What a test came to. All but the first are failures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestOutcome {
    /// It is true.
    Passed,
    /// It has another value.
    Failed,
    /// It has no value: one of its conditions does not hold.
    Undefined,
    /// It can not be evaluated.
    Error(String),
}

impl TestOutcome {
    /// The word in reports.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Undefined => "undefined",
            Self::Error(_) => "error",
        }
    }
}

/// Which lines of a policy its tests reach. What a rule says of itself, and tests, are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyCoverage {
    /// The policy.
    pub path: String,
    /// How many lines have expressions.
    pub lines: usize,
    /// Those that no test reached, from 1, sorted.
    pub open: Vec<u32>,
}

/// What tests came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestReport {
    /// The tests, by path and line.
    pub tests: Vec<PolicyTest>,
    /// The policies that are no tests, by path.
    pub coverage: Vec<PolicyCoverage>,
}

impl TestReport {
    /// How many tests are no failures.
    pub fn passed(&self) -> usize {
        self.tests.iter().filter(|test| test.outcome == TestOutcome::Passed).count()
    }

    /// How many lines of all there are, and how many of them were reached.
    pub fn lines(&self) -> (usize, usize) {
        let all: usize = self.coverage.iter().map(|it| it.lines).sum();
        let open: usize = self.coverage.iter().map(|it| it.open.len()).sum();
        (all, all - open)
    }

    /// How many lines of a hundred were reached; all where there are none.
    pub fn covered(&self) -> f64 {
        let (all, reached) = self.lines();
        if all == 0 { 100.0 } else { reached as f64 * 100.0 / all as f64 }
    }
}

/// Runs all tests.
///
/// # Errors
///
/// [`PolicyError`] where the policies are not fit to be evaluated.
pub fn test_policies(policies: &[Source], limits: Limits) -> Result<TestReport, PolicyError> {
    let read = Policies::new(policies, &json!({}), limits)?;
    let mut report = TestReport::default();
    let mut lines: BTreeMap<String, Lines> = BTreeMap::new();
    for (name, path, line) in tests(&read) {
        let mut evaluation = read.noting(&json!({}));
        let outcome = outcome(evaluation.value(&name));
        for (path, found) in evaluation.lines() {
            let known = lines.entry(path).or_default();
            known.reached.extend(found.reached);
            known.open.extend(found.open);
        }
        report.tests.push(PolicyTest { path, line, name, outcome });
    }
    report.tests.sort_by(|one, other| {
        (&one.path, one.line, &one.name).cmp(&(&other.path, other.line, &other.name))
    });
    let written = rego::with_modules(policies, limits, |modules| {
        let modules = modules.into_iter().map(|module| module.map(|module| rules(&module.policy)));
        modules.map(Result::unwrap_or_default).collect::<Vec<_>>()
    })?;
    let rules = policies.iter().zip(&written).filter(|(source, _)| !is_test(&source.path));
    report.coverage = rules
        .map(|(source, rules)| covered(&source.path, lines.get(&source.path), rules))
        .collect();
    report.coverage.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(report)
}

/// Whether a policy has tests, by its name.
fn is_test(path: &str) -> bool {
    path.ends_with("_test.rego")
}

/// The tests by their whole names, with path and line.
fn tests(policies: &Policies) -> Vec<(String, String, u32)> {
    let tests = policies.rules().iter().filter(|rule| rule.name.starts_with("test_"));
    tests
        .map(|rule| (format!("{}.{}", rule.package, rule.name), rule.file.clone(), rule.line))
        .collect()
}

fn outcome(value: Result<Value, EvaluationError>) -> TestOutcome {
    match value {
        Ok(Value::Bool(true)) => TestOutcome::Passed,
        Ok(_) => TestOutcome::Failed,
        Err(EvaluationError::Undefined { .. }) => TestOutcome::Undefined,
        Err(error) => TestOutcome::Error(error.to_string()),
    }
}

/// The rules of a policy: their names, first and last lines.
fn rules(rules: &[regorus::unstable::Ref<Rule>]) -> Vec<(String, u32, u32)> {
    let lines = rules.iter().map(|rule| {
        let span = rule.span();
        let (first, text) = (span.line, span.text());
        let last = first + text.trim_end().bytes().filter(|byte| *byte == b'\n').count() as u32;
        (rego::name(rule).join("."), first, last)
    });
    lines.collect()
}

fn covered(path: &str, lines: Option<&Lines>, rules: &[(String, u32, u32)]) -> PolicyCoverage {
    let is_asked = |line: &u32| {
        let mut said = rules.iter().filter(|(_, first, last)| (first..=last).contains(&line));
        !said.any(|(name, ..)| name == "meta" || name.starts_with("test_"))
    };
    let path = path.to_owned();
    let Some(lines) = lines else {
        // Nothing of it was evaluated: each rule counts by its first line.
        let open: Vec<u32> = rules.iter().map(|(_, first, _)| *first).filter(is_asked).collect();
        return PolicyCoverage { path, lines: open.len(), open };
    };
    let asked = lines.reached.union(&lines.open).copied().filter(is_asked);
    let asked: BTreeSet<u32> = asked.collect();
    let open: Vec<u32> = asked.difference(&lines.reached).copied().collect();
    PolicyCoverage { path, lines: asked.len(), open }
}

#[cfg(test)]
mod own_tests;
