use gitops_health_compliance::Severity;
use serde_json::{Value, json};

use super::ComplianceReport;
use super::problems::Problem;
use crate::json::document;

/// The report as GitLab's Code Quality report: each finding of a rule that fails, and each rule that should have been
/// evaluated and could not; warnings are informations.
///
/// GitLab compares two reports by their fingerprints, so these don't depend on lines.
pub fn gitlab(report: &ComplianceReport) -> String {
    let problems = report.problems(super::RuleRow::needs_somebody);
    let warnings = report.warnings();
    let problems = problems.iter().map(|it| entry(it, severity(it.row.severity)));
    let warnings = warnings.iter().map(|it| entry(it, "info"));
    document(&problems.chain(warnings).collect::<Vec<Value>>())
}

fn entry(problem: &Problem<'_>, severity: &str) -> Value {
    json!({
        "description": problem.advice(),
        "check_name": problem.row.rule,
        "fingerprint": problem.fingerprint,
        "severity": severity,
        "location": { "path": problem.path(), "lines": { "begin": problem.line() } },
    })
}

/// The severities of GitLab.
pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
    }
}
