use std::fmt::Write;

use gitops_health_compliance::{CheckedPolicies, Limits, Problem, check_policies};
use serde_json::{Value, json};

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
    let text = match args.format {
        PlainFormat::Text => text(&checked, read.frameworks.len()),
        PlainFormat::Json => json(&checked, read.frameworks.len()),
    };
    output::write(context, &text)?;
    Ok(if checked.problems.is_empty() { ExitCode::Clean } else { ExitCode::Findings })
}

fn text(checked: &CheckedPolicies, frameworks: usize) -> String {
    let mut text = String::new();
    for Problem { path, line, kind, message, hint } in &checked.problems {
        let place = if *line == 0 { path.clone() } else { format!("{path}:{line}") };
        let message = gitops_health_git::printable(message.as_bytes());
        let _ = writeln!(text, "{place}: {}: {message}\n  hint: {hint}", kind.name());
    }
    let _ = writeln!(
        text,
        "{} policies, {frameworks} frameworks: {} problems; {} references to the input are known, {} can not be followed",
        checked.policies,
        checked.problems.len(),
        checked.known_references,
        checked.unknown_references
    );
    text
}

fn json(checked: &CheckedPolicies, frameworks: usize) -> String {
    let problem = |it: &Problem| {
        json!({
            "path": it.path,
            "line": (it.line > 0).then_some(it.line),
            "kind": it.kind.name(),
            "message": it.message,
            "hint": it.hint,
        })
    };
    let problems: Vec<Value> = checked.problems.iter().map(problem).collect();
    gitops_health_report::pretty(&json!({
        "schema": "gitops-health/compliance-check-policy/v1",
        "policies": checked.policies,
        "frameworks": frameworks,
        "known_references": checked.known_references,
        "unknown_references": checked.unknown_references,
        "problems": problems,
    }))
}
