use std::collections::BTreeMap;

use gitops_health_sanitize::Severity;
use serde_json::{Value, json};

use super::{ScanAccepted, ScanFinding, ScanReport};
use crate::escape::escape_uri as uri;
use crate::json::document;

/// The report as SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format").
pub fn sarif(report: &ScanReport) -> String {
    let accepted = report.accepted.iter().map(|accepted| &accepted.finding);
    let rules: BTreeMap<&str, &ScanFinding> =
        accepted.chain(&report.findings).map(|finding| (finding.rule.as_str(), finding)).collect();
    let described: Vec<Value> = rules
        .values()
        .map(|finding| {
            json!({
                "id": finding.rule,
                "shortDescription": { "text": finding.name },
                "properties": { "category": finding.category },
            })
        })
        .collect();
    let open = report.findings.iter().map(|finding| result(finding, None));
    let accepted = report.accepted.iter().map(|it| result(&it.finding, Some(it)));
    let results: Vec<Value> = open.chain(accepted).collect();
    let notes =
        report.notes.iter().map(|note| json!({ "level": "note", "message": { "text": note } }));
    let skipped: Vec<Value> = report
        .skipped
        .iter()
        .map(|skip| {
            json!({
                "level": if skip.is_failure { "error" } else { "note" },
                "message": { "text": format!("not looked at: {}", skip.reason) },
                "locations": [{ "physicalLocation": { "artifactLocation": { "uri": uri(&skip.path) } } }],
            })
        })
        .chain(notes)
        .collect();
    document(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "gitops-health",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": described,
            } },
            "invocations": [{
                "executionSuccessful": report.is_complete(),
                "toolExecutionNotifications": skipped,
            }],
            "results": results,
        }],
    }))
}

/// A finding; with why it may stay as a suppression (3.27.23).
fn result(finding: &ScanFinding, accepted: Option<&ScanAccepted>) -> Value {
    let level = match finding.severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    };
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level,
        "message": { "text": finding.what() },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(&finding.path) },
            "region": {
                "startLine": finding.line,
                "byteOffset": finding.start,
                "byteLength": finding.end - finding.start,
            },
        } }],
        "properties": {
            "severity": finding.severity.to_string(),
            "category": finding.category,
            "field": finding.field,
            "within": finding.within,
            "commit": finding.commit,
            "context": finding.context,
        },
    });
    if let Some(fingerprint) = &finding.fingerprint {
        result["partialFingerprints"] = json!({ "gitopsHealthValue/v1": fingerprint });
    }
    if let Some(accepted) = accepted {
        let kind = if accepted.by == "comment" { "inSource" } else { "external" };
        let why = accepted.reason.clone().unwrap_or_else(|| "in the baseline".into());
        let until = accepted.until.as_ref().map(|until| format!(" (until {until})"));
        let why = why + &until.unwrap_or_default();
        result["suppressions"] = json!([{ "kind": kind, "justification": why }]);
    }
    result
}
