use gitops_health_compliance::ComplianceConfig;
use gitops_health_report::compliance_list::{self as report, COMPLIANCE_LIST_SCHEMA, ListReport};

use super::catalogue::{catalogue, frameworks};
use super::own::Own;
use crate::args::{ListArgs, PlainFormat};
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::ExitCode;
use crate::output;
use crate::subject::settings;

/// `compliance list`: which rules and frameworks are there?
pub(crate) fn run(context: &Context, args: &ListArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo_if_any()?;
    let settings = match &repo {
        Some(_) => settings(&context.config(repo.as_ref())?)?,
        None => ComplianceConfig::default().check().expect("the default is fit"),
    };
    let own = Own::of_worktree(repo.as_ref(), &settings, &args.policy)?;
    let catalogue = catalogue(&settings, &own.policies)?;
    let asked = match &args.framework {
        Some(name) => frameworks(&catalogue, std::slice::from_ref(name))?,
        None => catalogue.frameworks().values().collect(),
    };
    let report = ListReport {
        schema: COMPLIANCE_LIST_SCHEMA.into(),
        rules: catalogue.rules().values().map(|rule| rule.meta.clone()).collect(),
        frameworks: asked.into_iter().cloned().collect(),
    };
    let text = match args.format {
        PlainFormat::Json => report::json(&report),
        PlainFormat::Text if args.coverage => report::coverage(&report, context.style()),
        PlainFormat::Text => report::text(&report, args.framework.is_some(), context.style()),
    };
    output::write(context, &text)?;
    Ok(ExitCode::Clean)
}
