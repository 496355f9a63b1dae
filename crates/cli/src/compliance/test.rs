use std::time::Duration;

use gitops_health_compliance::{
    Limits, MutationReport, PolicyError, TestReport, mutate, test_policies,
};
use gitops_health_report::compliance_test::{self as report, PolicyTestReport};

use super::policies;
use super::watch::watched;
use crate::args::{TestArgs, TestFormat};
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::output;

/// `compliance test`: do policies do what their tests say, and would these notice if not?
pub(crate) fn run(context: &Context, args: &TestArgs) -> Result<ExitCode, CliError> {
    let limits = Limits::default();
    let sources = policies::read(&args.paths, limits)?.policies;
    let tests = watched(context, |_| test_policies(&sources, limits));
    let tests = tests.map_err(|error| not_fit(&error))?;
    if tests.tests.is_empty() {
        let what = "there are no tests where you named".to_owned();
        let hint = "name a directory that has rules called `test_...`, too".into();
        return Err(CliError::new(Failure::NotEvaluated { what, hint }));
    }
    let mutation = args.mutate.then(|| {
        let limits = Limits { evaluation: Duration::from_secs(1), ..limits };
        watched(context, |_| mutate(&sources, limits)).map_err(|error| not_fit(&error))
    });
    let mutation = mutation.transpose()?;
    let short = short(args, &tests, mutation.as_ref());
    let report = PolicyTestReport::new(&tests, mutation.as_ref(), short);
    let text = match args.format {
        TestFormat::Text => report::text(&report),
        TestFormat::Json => report::json(&report),
        TestFormat::Junit => report::junit(&report),
    };
    output::write(context, &text)?;
    let is_clean = report.failed == 0 && report.short.is_empty();
    Ok(if is_clean { ExitCode::Clean } else { ExitCode::Findings })
}

fn not_fit(error: &PolicyError) -> CliError {
    let hint = "`gitops-health compliance check-policy` says all that is wrong".into();
    CliError::new(Failure::NotEvaluated { what: error.to_string(), hint })
}

/// What is less than was asked for.
fn short(args: &TestArgs, tests: &TestReport, mutation: Option<&MutationReport>) -> Vec<String> {
    let mut short = Vec::new();
    let covered = tests.covered();
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
