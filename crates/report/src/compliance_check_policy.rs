//! The report of `compliance check-policy`: what policies ask for that is not there.

use std::fmt::Write;

use gitops_health_compliance::{CheckedPolicies, Problem, ProblemKind};
use gitops_health_git::{counted, printable, thousands};
use schemars::JsonSchema;
use serde::Serialize;

use crate::json::{document, schema_of};

/// The name and version of the format that [`json()`] writes.
pub const COMPLIANCE_CHECK_POLICY_SCHEMA: &str = "gitops-health/compliance-check-policy/v1";

/// What policies were found to say.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CheckPolicyReport {
    /// Always [`COMPLIANCE_CHECK_POLICY_SCHEMA`].
    pub schema: String,
    /// How many policies were looked at.
    pub policies: usize,
    /// How many frameworks.
    pub frameworks: usize,
    /// How many references lead to a member that the schema of the input has.
    pub known_references: usize,
    /// How many references lead into a value whose form is not known.
    pub unknown_references: usize,
    /// What is wrong, by path and line.
    pub problems: Vec<ProblemRow>,
}

/// Something that is wrong with a policy or a framework.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ProblemRow {
    /// The file.
    pub path: String,
    /// The line, from 1; absent where it is about the file as a whole.
    pub line: Option<u32>,
    /// What sort of problem it is.
    pub kind: ProblemKind,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl CheckPolicyReport {
    /// What was found in policies and so many frameworks.
    pub fn new(checked: CheckedPolicies, frameworks: usize) -> Self {
        let row = |Problem { path, line, kind, message, hint }: Problem| ProblemRow {
            path,
            line: (line > 0).then_some(line),
            kind,
            message,
            hint,
        };
        Self {
            schema: COMPLIANCE_CHECK_POLICY_SCHEMA.into(),
            policies: checked.policies,
            frameworks,
            known_references: checked.known_references,
            unknown_references: checked.unknown_references,
            problems: checked.problems.into_iter().map(row).collect(),
        }
    }
}

/// Each problem with what to do, and sums.
pub fn text(report: &CheckPolicyReport) -> String {
    let mut text = String::new();
    for ProblemRow { path, line, kind, message, hint } in &report.problems {
        let place = line.map_or_else(|| path.clone(), |line| format!("{path}:{line}"));
        let message = printable(message.as_bytes());
        let _ = writeln!(text, "{place}: {}: {message}\n  hint: {hint}", kind.name());
    }
    let _ = writeln!(
        text,
        "{}, {}: {}; {} to the input {} known, {} can not be followed",
        counted(report.policies, "policy", "policies"),
        counted(report.frameworks, "framework", "frameworks"),
        counted(report.problems.len(), "problem", "problems"),
        counted(report.known_references, "reference", "references"),
        if report.known_references == 1 { "is" } else { "are" },
        thousands(report.unknown_references as u64)
    );
    text
}

/// The whole report as JSON with two blanks of indentation, keys in a fixed order.
pub fn json(report: &CheckPolicyReport) -> String {
    document(report)
}

/// The JSON Schema of [`json()`].
pub fn json_schema() -> String {
    schema_of::<CheckPolicyReport>()
}
