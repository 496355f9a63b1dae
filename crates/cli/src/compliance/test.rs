mod render;

use std::time::Duration;

use gitops_health_compliance::{
    Limits, MutationReport, PolicyError, TestReport, mutate, test_policies,
};

use super::policies;
use crate::args::{TestArgs, TestFormat};
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::output;

/// What tests, and changes of what they test, came to.
struct Report {
    tests: TestReport,
    mutation: Option<MutationReport>,
    /// What is less than was asked for, in words.
    short: Vec<String>,
}

/// `compliance test`: do policies do what their tests say, and would these notice if not?
pub(crate) fn run(context: &Context, args: &TestArgs) -> Result<ExitCode, CliError> {
    let limits = Limits::default();
    let sources = policies::read(&args.paths, limits)?.policies;
    let tests = test_policies(&sources, limits).map_err(|error| not_fit(&error))?;
    if tests.tests.is_empty() {
        let what = "there are no tests where you named".to_owned();
        let hint = "name a directory that has rules called `test_...`, too".into();
        return Err(CliError::new(Failure::Unusable { what, hint }));
    }
    let mutation = args.mutate.then(|| {
        let limits = Limits { evaluation: Duration::from_secs(1), ..limits };
        mutate(&sources, limits).map_err(|error| not_fit(&error))
    });
    let mutation = mutation.transpose()?;
    let short = short(args, &tests, mutation.as_ref());
    let report = Report { tests, mutation, short };
    let text = match args.format {
        TestFormat::Text => render::text(&report),
        TestFormat::Json => render::json(&report),
        TestFormat::Junit => render::junit(&report),
    };
    output::write(context, &text)?;
    let is_clean = report.tests.passed() == report.tests.tests.len() && report.short.is_empty();
    Ok(if is_clean { ExitCode::Clean } else { ExitCode::Findings })
}

fn not_fit(error: &PolicyError) -> CliError {
    let hint = "`gitops-health compliance check-policy` says all that is wrong".into();
    CliError::new(Failure::NotEvaluated { what: error.to_string(), hint })
}

/// What is less than was asked for.
fn short(args: &TestArgs, tests: &TestReport, mutation: Option<&MutationReport>) -> Vec<String> {
    let mut short = Vec::new();
    let covered = covered(tests);
    if let Some(least) = args.coverage.filter(|least| covered < f64::from(*least)) {
        short.push(format!("{covered:.1} % of the lines are reached, and {least} % are asked for"));
    }
    if let Some(mutation) = mutation {
        let (rate, least) = (mutation.rate(), args.mutation_least);
        if rate < f64::from(least) {
            short.push(format!(
                "{rate:.1} % of the changes are noticed, and {least} % are asked for"
            ));
        }
        let untested = mutation.untested.iter();
        short.extend(
            untested.map(|path| format!("no tests of `{path}` pass, so nothing was changed")),
        );
    }
    short
}

/// How many lines of a hundred are reached; all where there are none.
fn covered(tests: &TestReport) -> f64 {
    let (all, reached) = tests.lines();
    if all == 0 { 100.0 } else { reached as f64 * 100.0 / all as f64 }
}
