//! The report of `compliance list`: which rules and frameworks there are.

use std::fmt::Write;

use gitops_health_compliance::{Clause, Framework, Meta};
use schemars::JsonSchema;
use serde::Serialize;

use crate::compliance::strength;
use crate::json::{document, schema_of};

/// The name and version of the format that [`json()`] writes.
pub const COMPLIANCE_LIST_SCHEMA: &str = "gitops-health/compliance-list/v1";

/// What can be asked.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ListReport {
    /// Always [`COMPLIANCE_LIST_SCHEMA`].
    pub schema: String,
    /// All rules, by their ids, with what each says of itself.
    pub rules: Vec<Meta>,
    /// The frameworks that were asked for, by their names.
    pub frameworks: Vec<Framework>,
}

/// A line for each rule, and one for each framework. Where `only_named`, only rules that one of the frameworks names.
pub fn text(report: &ListReport, only_named: bool) -> String {
    let mut text = String::new();
    let is_named = |id: &str| {
        report.frameworks.iter().any(|it| it.clauses.iter().any(|it| it.rules.contains_key(id)))
    };
    let rules: Vec<&Meta> =
        report.rules.iter().filter(|rule| !only_named || is_named(&rule.id)).collect();
    let widest = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    for rule in rules {
        let _ = writeln!(text, "{:<widest$}  {:<8}  {}", rule.id, rule.severity.name(), rule.title);
    }
    text.push('\n');
    let widest = report.frameworks.iter().map(|it| it.id.len()).max().unwrap_or(0);
    for framework in &report.frameworks {
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

/// Every clause of the frameworks with its rules, and what git can not show.
pub fn coverage(report: &ListReport) -> String {
    report.frameworks.iter().map(of_framework).collect()
}

fn of_framework(framework: &Framework) -> String {
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

/// The whole report as JSON with two blanks of indentation, keys in a fixed order.
pub fn json(report: &ListReport) -> String {
    document(report)
}

/// The JSON Schema of [`json()`].
pub fn json_schema() -> String {
    schema_of::<ListReport>()
}
