//! The report of `compliance explain`: what a rule asks for.

use gitops_health_compliance::{Meta, Strength};
use schemars::JsonSchema;
use serde::Serialize;

use crate::compliance::strength;
use crate::json::{document, schema_of};
use crate::prose::{self, words};
use crate::style::Style;

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

/// What the rule asks for, why, what to do, what can be set, the clauses that name it, and the rest of its page: as wide as
/// the place, without marks of Markdown.
pub fn text(report: &ExplainReport, style: Style) -> String {
    let rule = &report.rule;
    let about = format!(" ({}, facts of grade {:?} or better)", rule.severity.name(), rule.grade);
    let mut text = style.beside("", &(style.bold(&rule.id) + &about));
    text += &style.beside("", &words(&rule.title));
    for (name, told) in [("Why: ", &rule.rationale), ("Do: ", &rule.remedy)] {
        text.push('\n');
        text += &style.below(name, 0, &words(told));
    }
    if !rule.parameters.is_empty() {
        let heading = format!("Parameters (compliance.parameters.{}):", rule.id);
        text += &format!("\n{}", style.beside("", &heading));
    }
    for (name, parameter) in &rule.parameters {
        let allowed = parameter.allowed().map(|it| format!(" ({})", words(&it)));
        let (allowed, about) = (allowed.unwrap_or_default(), words(&parameter.about));
        text += &style.below("  ", 4, &format!("{name} = {}{allowed}: {about}", parameter.default));
    }
    if !report.clauses.is_empty() {
        text += "\nClauses:\n";
        text.extend(report.clauses.iter().map(|it| style.below("  ", 4, &words(&it.words()))));
    }
    if let Some(page) = &report.page {
        text.push('\n');
        text += &prose::page(page, style);
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
