use std::collections::BTreeMap;

use gitops_health_sanitize::Severity;
use serde_json::{Value, json};

use super::{ScanFinding, ScanReport};
use crate::json::document;

/// The report as SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format").
pub fn sarif(report: &ScanReport) -> String {
    let rules: BTreeMap<&str, &ScanFinding> =
        report.findings.iter().map(|finding| (finding.rule.as_str(), finding)).collect();
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
            "results": report.findings.iter().map(result).collect::<Vec<Value>>(),
        }],
    }))
}

fn result(finding: &ScanFinding) -> Value {
    let level = match finding.severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    };
    json!({
        "ruleId": finding.rule,
        "level": level,
        "message": { "text": super::in_words(finding) },
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
        },
    })
}

/// A path as a relative reference (RFC 3986).
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            other => uri += &format!("%{other:02X}"),
        }
    }
    uri
}
