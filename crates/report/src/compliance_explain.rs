//! The report of `compliance explain`: what a rule asks for.

use std::fmt::Write;

use gitops_health_compliance::{Meta, Strength};
use schemars::JsonSchema;
use serde::Serialize;

use crate::compliance::strength;
use crate::json::{document, schema_of};

/// The name and version of the format that [`json()`] writes.
pub const COMPLIANCE_EXPLAIN_SCHEMA: &str = "gitops-health/compliance-explain/v1";

/// A rule, and what rests on it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ExplainReport {
    /// Always [`COMPLIANCE_EXPLAIN_SCHEMA`].
    pub schema: String,
    /// What the rule says of itself.
    pub rule: Meta,
    /// The clauses that name it, framework by framework.
    pub clauses: Vec<ExplainedClause>,
    /// The rest of its page in Markdown; absent for rules that do not come with the program.
    pub page: Option<String>,
}

/// A clause that names a rule.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ExplainedClause {
    /// The framework.
    pub framework: String,
    /// The number of the clause.
    pub clause: String,
    /// What it asks for, in our words.
    pub title: String,
    /// How much the rule says about it.
    pub strength: Strength,
}

impl ExplainedClause {
    /// `sox COBIT BAI06.02: Manage emergency changes (direct)`.
    fn words(&self) -> String {
        let Self { framework, clause, title, strength: how } = self;
        format!("{framework} {clause}: {title} ({})", strength(*how))
    }
}

/// What the rule asks for, why, what to do, what can be set, the clauses that name it, and the rest of its page.
pub fn text(report: &ExplainReport) -> String {
    let rule = &report.rule;
    let mut text = format!(
        "{} ({}, facts of grade {:?} or better)\n{}\n\nWhy: {}\n\nDo: {}\n",
        rule.id,
        rule.severity.name(),
        rule.grade,
        rule.title,
        rule.rationale,
        rule.remedy
    );
    if !rule.parameters.is_empty() {
        let _ = writeln!(text, "\nParameters (`compliance.parameters.{}`):", rule.id);
    }
    for (name, parameter) in &rule.parameters {
        let allowed = parameter.allowed().map(|it| format!(" ({it})")).unwrap_or_default();
        let _ = writeln!(text, "  {name} = {}{allowed}: {}", parameter.default, parameter.about);
    }
    if !report.clauses.is_empty() {
        let clauses: Vec<String> = report.clauses.iter().map(ExplainedClause::words).collect();
        let _ = writeln!(text, "\nClauses:\n  {}", clauses.join("\n  "));
    }
    if let Some(page) = &report.page {
        let _ = write!(text, "\n{page}");
    }
    text
}

/// The whole report as JSON with two blanks of indentation, keys in a fixed order.
pub fn json(report: &ExplainReport) -> String {
    document(report)
}

/// The JSON Schema of [`json()`].
pub fn json_schema() -> String {
    schema_of::<ExplainReport>()
}
