//! The report of `compliance replay`: whether rules answer the same again.

use schemars::JsonSchema;
use serde::Serialize;

use gitops_health_git::counted;

use crate::json::{document, schema_of};

/// The name and version of the format that [`json()`] writes.
pub const COMPLIANCE_REPLAY_SCHEMA: &str = "gitops-health/compliance-replay/v1";

/// What asking again came to.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ReplayReport {
    /// Always [`COMPLIANCE_REPLAY_SCHEMA`].
    pub schema: String,
    /// The version of the program that wrote the record.
    pub recorded_by: String,
    /// The version of the program that asked again.
    pub program: String,
    /// How many rules were asked.
    pub rules: usize,
    /// Whether there is no difference.
    pub is_same: bool,
    /// What is not as it was, in words.
    pub differences: Vec<String>,
    /// What is different and changed nothing.
    pub notes: Vec<String>,
}

/// Each difference on a line, notes, and what it comes to.
pub fn text(report: &ReplayReport) -> String {
    let mut lines = report.differences.clone();
    lines.extend(report.notes.iter().map(|note| format!("note: {note}")));
    let rules = counted(report.rules, "rule was", "rules were");
    let differences = counted(report.differences.len(), "difference", "differences");
    lines.push(match report.is_same {
        true => format!("{rules} asked again: all answers are the same, bit for bit"),
        false => format!("{rules} asked again: {differences}"),
    });
    lines.into_iter().map(|line| line + "\n").collect()
}

/// The whole report as JSON with two blanks of indentation, keys in a fixed order.
pub fn json(report: &ReplayReport) -> String {
    document(report)
}

/// The JSON Schema of [`json()`].
pub fn json_schema() -> String {
    schema_of::<ReplayReport>()
}
