use gitops_health_compliance::{Catalogue, ComplianceConfig};
use gitops_health_report::compliance_explain::{
    self as report, COMPLIANCE_EXPLAIN_SCHEMA, ExplainReport, ExplainedClause,
};

use super::catalogue::{catalogue, not_there};
use super::own::Own;
use crate::args::{ExplainArgs, PlainFormat};
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::output;
use crate::subject::settings;

/// `compliance explain`: what does a rule ask for?
pub(crate) fn run(context: &Context, args: &ExplainArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo_if_any()?;
    let settings = match &repo {
        Some(_) => settings(&context.config(repo.as_ref())?)?,
        None => ComplianceConfig::default().check().expect("the default is fit"),
    };
    let own = Own::of_worktree(repo.as_ref(), &settings, &args.policy)?;
    let catalogue = catalogue(&settings, &own.policies)?;
    let Some(rule) = catalogue.rules().get(&args.rule) else {
        return Err(no_rule(&catalogue, &args.rule));
    };
    // The page begins with the id and the title, which the report has.
    let body = |page: &str| page.splitn(5, '\n').nth(4).unwrap_or_default().to_owned();
    let report = ExplainReport {
        schema: COMPLIANCE_EXPLAIN_SCHEMA.into(),
        rule: rule.meta.clone(),
        clauses: clauses(&catalogue, &rule.meta.id),
        page: Catalogue::page(&rule.meta.id).filter(|_| rule.own.is_none()).map(body),
    };
    let text = match args.format {
        PlainFormat::Text => report::text(&report, context.style()),
        PlainFormat::Json => report::json(&report),
    };
    output::write(context, &text)?;
    Ok(ExitCode::Clean)
}

fn no_rule(catalogue: &Catalogue, name: &str) -> CliError {
    let of = catalogue.frameworks().keys().find(|id| name.eq_ignore_ascii_case(id));
    let Some(id) = of else { return not_there("rule", name, catalogue.rules().keys()) };
    let what = format!("`{id}` is a framework, and no rule");
    let hint = format!("`gitops-health compliance list --framework {id} --coverage` shows it");
    CliError::new(Failure::NotEvaluated { what, hint })
}

fn clauses(catalogue: &Catalogue, id: &str) -> Vec<ExplainedClause> {
    let of = catalogue.frameworks().values().flat_map(|framework| {
        framework.clauses.iter().filter_map(|clause| {
            Some(ExplainedClause {
                framework: framework.id.clone(),
                clause: clause.id.clone(),
                title: clause.title.clone(),
                strength: *clause.rules.get(id)?,
            })
        })
    });
    of.collect()
}
