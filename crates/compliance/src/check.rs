//! Looks at policies without running them: what they ask for that is not there, and what reads differently elsewhere.

mod calls;
mod compare;
mod decisions;
mod expression;
mod framework;
mod meta;
mod module;
mod negation;
mod problem;
mod reference;
mod types;
mod walk;

use std::collections::BTreeSet;

use crate::rego::{self, Graph};
use crate::{Limits, PolicyError, Source};

use module::Parsed;
pub use problem::{Problem, ProblemKind};
use walk::Walker;

/// What policies were found to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckedPolicies {
    /// What is wrong, by path and line.
    pub problems: Vec<Problem>,
    /// How many policies were looked at.
    pub policies: usize,
    /// How many references lead to a member that the schema of the input has.
    pub known_references: usize,
    /// How many references lead into a value whose form is not known.
    pub unknown_references: usize,
}

/// Checks policies against the schema of the input and against one another, and frameworks against the rules, those that
/// come with the program among them.
///
/// # Errors
///
/// [`PolicyError`] where there are too many policies or one is too long. All else is a problem of the answer.
pub fn check_policies(
    policies: &[Source],
    frameworks: &[Source],
    limits: Limits,
) -> Result<CheckedPolicies, PolicyError> {
    if policies.is_empty() && !frameworks.is_empty() {
        let problems = framework::check(frameworks, &BTreeSet::new());
        return Ok(CheckedPolicies { problems, ..CheckedPolicies::default() });
    }
    rego::with_modules(policies, limits, |modules| {
        let mut problems = Vec::new();
        let (mut parsed, mut graph) = (Vec::new(), Graph::default());
        for (source, module) in policies.iter().zip(modules) {
            let added = module.and_then(|module| {
                graph.add(&source.path, &module, rego::DEEPEST).map(|()| module)
            });
            match added {
                Ok(module) => parsed.push(Parsed::new(&source.path, module)),
                Err(error) => problems.push(problem::of_error(&error)),
            }
        }
        problems.extend(graph.problems().iter().map(problem::of_error));
        let modules = parsed.iter().map(|it| (&*it.file, &*it.module));
        problems.extend(rego::circles(modules).iter().map(problem::of_error));
        problems.extend(decisions::unread(&parsed, &graph));
        let mut checked = checked(&parsed, problems);
        let ids = parsed.iter().filter_map(Parsed::id).map(str::to_owned);
        let ids = ids.chain(parsed.iter().flat_map(Parsed::conftest_ids)).collect();
        checked.problems.extend(framework::check(frameworks, &ids));
        checked.policies = policies.len();
        checked.problems.sort();
        checked.problems.dedup();
        checked
    })
}

fn checked(parsed: &[Parsed], mut problems: Vec<Problem>) -> CheckedPolicies {
    let mut walker = Walker::new(parsed);
    walker.learn();
    walker.check();
    problems.extend(walker.unused_parameters());
    problems.append(&mut walker.problems);
    for module in parsed {
        problems.extend(decisions::check(module, &walker.rules));
        problems.extend(decisions::unused(module));
        problems.extend(meta::check(module));
        problems.extend(calls::check(module));
    }
    problems.extend(module::without_decisions(parsed));
    CheckedPolicies {
        problems,
        known_references: walker.known,
        unknown_references: walker.unknown,
        ..CheckedPolicies::default()
    }
}

#[cfg(test)]
mod tests;
