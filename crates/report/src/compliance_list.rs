//! The report of `compliance list`: which rules and frameworks there are.

use gitops_health_compliance::{Clause, Framework, Meta};
use gitops_health_git::counted;
use schemars::JsonSchema;
use serde::Serialize;

use crate::compliance::strength;
use crate::compliance::words::titled;
use crate::json::{document, schema_of};
use crate::prose::words;
use crate::style::Style;

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

/// The rules and the frameworks, each beside its name and as wide as the place. Where `only_named`, only rules that one of the
/// frameworks names.
pub fn text(report: &ListReport, only_named: bool, style: Style) -> String {
    let mut text = String::new();
    let is_named = |id: &str| {
        report.frameworks.iter().any(|it| it.clauses.iter().any(|it| it.rules.contains_key(id)))
    };
    let rules: Vec<&Meta> =
        report.rules.iter().filter(|rule| !only_named || is_named(&rule.id)).collect();
    let widest = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    for rule in rules {
        let left = format!("{:<widest$}  {:<8}  ", rule.id, rule.severity.name());
        text += &style.beside(&left, &words(&rule.title));
    }
    text.push('\n');
    let widest = report.frameworks.iter().map(|it| it.id.len()).max().unwrap_or(0);
    for framework in &report.frameworks {
        let shown = framework.clauses.iter().filter(|clause| !clause.rules.is_empty()).count();
        let (all, has) = (framework.clauses.len(), if shown == 1 { "has" } else { "have" });
        let clauses = counted(all, "clause", "clauses");
        let told = format!(
            "{}: {shown} of {clauses} {has} rules",
            titled(&framework.title, &framework.edition)
        );
        text += &style.beside(&format!("{:<widest$}  ", framework.id), &words(&told));
    }
    text
}

/// Every clause of the frameworks with its rules, and what git can not show, as wide as the place.
pub fn coverage(report: &ListReport, style: Style) -> String {
    let frameworks = report.frameworks.iter().map(|it| of_framework(it, style));
    frameworks.collect::<Vec<_>>().join("\n")
}

fn of_framework(framework: &Framework, style: Style) -> String {
    let mut text =
        style.beside("", &style.bold(&words(&titled(&framework.title, &framework.edition))));
    for told in [&framework.source, &framework.note] {
        if !told.is_empty() {
            text += &style.beside("", &words(told));
        }
    }
    for clause in &framework.clauses {
        text.push('\n');
        text += &of_clause(clause, style);
    }
    text
}

fn of_clause(clause: &Clause, style: Style) -> String {
    let weight = match &*clause.weight {
        "" => String::new(),
        weight => format!(" [{weight}]"),
    };
    let mut text = style.below("", 4, &format!("{}{weight} {}", clause.id, words(&clause.title)));
    for (rule, how) in &clause.rules {
        text += &style.beside(&format!("  {:<13}  ", strength(*how)), rule);
    }
    if !clause.not_shown.is_empty() {
        text += &style.below("  not shown: ", 4, &words(&clause.not_shown));
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
