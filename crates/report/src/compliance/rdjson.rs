use gitops_health_compliance::Severity;
use serde_json::{Value, json};

use super::ComplianceReport;
use super::problems::Problem;
use crate::json::document;

/// The report in the format of reviewdog ("Reviewdog Diagnostic Format", `DiagnosticResult`): each finding of a rule
/// that fails, and each rule that should have been evaluated and could not.
pub fn rdjson(report: &ComplianceReport) -> String {
    let problems = report.problems(super::RuleRow::needs_somebody);
    let worst = problems.iter().map(|it| it.row.severity).max().unwrap_or(Severity::Low);
    document(&json!({
        "source": { "name": "gitops-health", "url": "" },
        "severity": severity(worst),
        "diagnostics": problems.iter().chain(&report.warnings()).map(diagnostic).collect::<Vec<Value>>(),
    }))
}

fn diagnostic(problem: &Problem<'_>) -> Value {
    json!({
        "message": problem.advice(),
        "location": {
            "path": problem.path(),
            "range": { "start": { "line": problem.line() } },
        },
        "severity": severity(problem.row.severity),
        "code": { "value": problem.row.rule },
    })
}

/// The severities of reviewdog.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "ERROR",
        Severity::Medium => "WARNING",
        Severity::Low => "INFO",
    }
}
