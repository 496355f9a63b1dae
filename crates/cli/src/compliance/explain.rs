use std::fmt::Write;

use gitops_health_compliance::{Catalogue, ComplianceConfig, Shipped};
use serde_json::json;

use super::analyze::strength;
use super::catalogue::catalogue;
use super::own::Own;
use super::subject::settings;
use crate::args::{ExplainArgs, PlainFormat};
use crate::config::keys::nearest;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::output;

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
        let hint = match nearest(&args.rule, catalogue.rules().keys()) {
            Some(like) => format!("did you mean `{like}`?"),
            None => "`gitops-health compliance list` lists all".into(),
        };
        let what = format!("there is no rule `{}`", args.rule);
        return Err(CliError::new(Failure::Unusable { what, hint }));
    };
    let text = match args.format {
        PlainFormat::Text => explained(&catalogue, rule),
        PlainFormat::Json => gitops_health_report::pretty(&json!({
            "schema": "gitops-health/compliance-explain/v1",
            "rule": rule.meta,
            "clauses": clauses(&catalogue, &rule.meta.id),
        })),
    };
    output::write(context, &text)?;
    Ok(ExitCode::Clean)
}

fn clauses(catalogue: &Catalogue, id: &str) -> Vec<String> {
    let of = catalogue.frameworks().values().flat_map(|framework| {
        framework.clauses.iter().filter_map(|clause| {
            let how = strength(*clause.rules.get(id)?);
            Some(format!("{} {}: {} ({how})", framework.id, clause.id, clause.title))
        })
    });
    of.collect()
}

fn explained(catalogue: &Catalogue, rule: &Shipped) -> String {
    let meta = &rule.meta;
    let mut text = format!(
        "{} ({}, facts of grade {:?} or better)\n{}\n\nWhy: {}\n\nDo: {}\n",
        meta.id,
        meta.severity.name(),
        meta.grade,
        meta.title,
        meta.rationale,
        meta.remedy
    );
    if !meta.parameters.is_empty() {
        let _ = writeln!(text, "\nParameters (`compliance.parameters.{}`):", meta.id);
    }
    for (name, parameter) in &meta.parameters {
        let _ = writeln!(text, "  {name} = {}: {}", parameter.default, parameter.about);
    }
    let clauses = clauses(catalogue, &meta.id);
    if !clauses.is_empty() {
        let _ = writeln!(text, "\nClauses:\n  {}", clauses.join("\n  "));
    }
    if let Some(page) = Catalogue::page(&meta.id) {
        // The page begins with the id and the title, which stand above.
        let body = page.splitn(5, '\n').nth(4).unwrap_or_default();
        let _ = write!(text, "\n{body}");
    }
    text
}
