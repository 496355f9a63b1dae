use gitops_health_compliance::{Limits, check_policies};
use gitops_health_report::compliance_check_policy::{self as report, CheckPolicyReport};

use super::policies;
use crate::args::{CheckPolicyArgs, PlainFormat};
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::output;

/// `compliance check-policy`: what do policies ask for that is not there?
pub(crate) fn run(context: &Context, args: &CheckPolicyArgs) -> Result<ExitCode, CliError> {
    if args.capabilities {
        let capabilities = gitops_health_compliance::capabilities();
        output::write(context, &gitops_health_report::pretty(&capabilities))?;
        return Ok(ExitCode::Clean);
    }
    let limits = Limits::default();
    let read = policies::read(&args.paths, limits)?;
    let checked = check_policies(&read.policies, &read.frameworks, limits).map_err(|error| {
        let hint = "name fewer or shorter policies".into();
        CliError::new(Failure::NotEvaluated { what: error.to_string(), hint })
    })?;
    let report = CheckPolicyReport::new(checked, read.frameworks.len());
    let text = match args.format {
        PlainFormat::Text => report::text(&report),
        PlainFormat::Json => report::json(&report),
    };
    output::write(context, &text)?;
    Ok(if report.problems.is_empty() { ExitCode::Clean } else { ExitCode::Findings })
}
