use std::fmt::Write;

use gitops_health_compliance::{Catalogue, Clause, ComplianceConfig, Framework};
use serde_json::json;

use super::analyze::strength;
use super::catalogue::{catalogue, frameworks};
use super::own::Own;
use super::subject::settings;
use crate::args::{ListArgs, PlainFormat};
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::ExitCode;
use crate::output;

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
    let text = match args.format {
        PlainFormat::Json => as_json(&catalogue, &asked),
        PlainFormat::Text if args.coverage => asked.iter().map(|it| coverage(it)).collect(),
        PlainFormat::Text => listed(&catalogue, &asked, args.framework.is_some()),
    };
    output::write(context, &text)?;
    Ok(ExitCode::Clean)
}

fn as_json(catalogue: &Catalogue, frameworks: &[&Framework]) -> String {
    let rules: Vec<_> = catalogue.rules().values().map(|rule| &rule.meta).collect();
    gitops_health_report::pretty(&json!({
        "schema": "gitops-health/compliance-list/v1",
        "rules": rules,
        "frameworks": frameworks,
    }))
}

fn listed(catalogue: &Catalogue, frameworks: &[&Framework], is_one: bool) -> String {
    let mut text = String::new();
    let is_asked = |id: &str| {
        !is_one || frameworks.iter().any(|it| it.clauses.iter().any(|it| it.rules.contains_key(id)))
    };
    let rules: Vec<_> = catalogue.rules().iter().filter(|(id, _)| is_asked(id)).collect();
    let widest = rules.iter().map(|(id, _)| id.len()).max().unwrap_or(0);
    for (id, rule) in &rules {
        let _ =
            writeln!(text, "{id:<widest$}  {:<8}  {}", rule.meta.severity.name(), rule.meta.title);
    }
    text.push('\n');
    let widest = frameworks.iter().map(|it| it.id.len()).max().unwrap_or(0);
    for framework in frameworks {
        let shown = framework.clauses.iter().filter(|clause| !clause.rules.is_empty()).count();
        let _ = writeln!(
            text,
            "{:<widest$}  {} ({}): {shown} of {} clauses have rules",
            framework.id,
            framework.title,
            framework.edition,
            framework.clauses.len()
        );
    }
    text
}

/// Every clause with its rules, and what git can not show.
fn coverage(framework: &Framework) -> String {
    let mut text = format!("{} ({})\n{}\n", framework.title, framework.edition, framework.source);
    if !framework.note.is_empty() {
        let _ = writeln!(text, "{}", framework.note);
    }
    for clause in &framework.clauses {
        text.push('\n');
        text += &of_clause(clause);
    }
    text
}

fn of_clause(clause: &Clause) -> String {
    let weight = match &*clause.weight {
        "" => String::new(),
        weight => format!(" [{weight}]"),
    };
    let mut text = format!("{}{weight} {}\n", clause.id, clause.title);
    for (rule, how) in &clause.rules {
        let _ = writeln!(text, "  {:<13}  {rule}", strength(*how));
    }
    if !clause.not_shown.is_empty() {
        let _ = writeln!(text, "  not shown: {}", clause.not_shown);
    }
    text
}
