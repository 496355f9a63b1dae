//! Which lines of policies are evaluated.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::quiet::caught;
use super::{Evaluation, Policies};

/// Lines of a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lines {
    /// Those with an expression that was evaluated.
    pub reached: BTreeSet<u32>,
    /// Those with expressions of which none was.
    pub open: BTreeSet<u32>,
}

impl Policies {
    /// As [`Policies::over`], and notes which lines are evaluated.
    pub(crate) fn noting(&self, input: &Value) -> Evaluation<'_> {
        let mut evaluation = self.over(input);
        evaluation.is_noting = true;
        evaluation
    }

    /// Whether the interpreter could put the policies in order: each name has a value before it is used.
    pub(crate) fn is_sound(&self) -> bool {
        self.components.all.iter().all(|component| {
            let mut engine = component.prepared().clone();
            let said = caught(|| engine.eval_rule("data.gitops_health_asks_for_no_rule".into()));
            said.is_ok_and(|said| {
                said.err().is_some_and(|error| error.to_string().contains("not a valid rule path"))
            })
        })
    }
}

impl Evaluation<'_> {
    /// The lines of the policies that were evaluated at all, by their paths.
    pub(crate) fn lines(&mut self) -> BTreeMap<String, Lines> {
        let mut lines = BTreeMap::new();
        for place in 0..self.engines.len() {
            let engine = self.engine(place);
            let report = caught(|| engine.get_coverage_report()).ok().and_then(Result::ok);
            for file in report.map(|report| report.files).unwrap_or_default() {
                let found = Lines { reached: file.covered, open: file.not_covered };
                lines.insert(file.path, found);
            }
        }
        lines
    }
}
