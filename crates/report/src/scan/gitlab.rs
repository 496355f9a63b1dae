use std::collections::HashMap;

use gitops_health_sanitize::Severity;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{ScanFinding, ScanReport};
use crate::json::document;

/// The report as GitLab's Code Quality report. What was not looked at and should have been is in it, too.
///
/// GitLab compares two reports by their fingerprints, so these don't depend on lines.
pub fn gitlab(report: &ScanReport) -> String {
    let mut numbers: HashMap<(&str, &str), usize> = HashMap::new();
    let mut number = |rule, path| {
        let number = numbers.entry((rule, path)).or_default();
        *number += 1;
        *number
    };
    let mut entries = Vec::new();
    for finding in &report.findings {
        let fingerprint =
            fingerprint(&finding.rule, &finding.path, number(&finding.rule, &finding.path));
        entries.push(entry(
            &in_words(finding),
            (&finding.rule, severity(finding.severity)),
            &fingerprint,
            (&finding.path, finding.line),
        ));
    }
    for skip in report.skips(true) {
        let rule = "not-looked-at";
        let fingerprint = fingerprint(rule, &skip.path, number(rule, &skip.path));
        let words = format!("Not looked at: {}", skip.reason);
        entries.push(entry(&words, (rule, "major"), &fingerprint, (&skip.path, 1)));
    }
    document(&entries)
}

fn in_words(finding: &ScanFinding) -> String {
    match finding.short_commit() {
        Some(commit) => format!("{} in {commit}", finding.what()),
        None => finding.what(),
    }
}

fn entry(words: &str, check: (&str, &str), fingerprint: &str, place: (&str, usize)) -> Value {
    json!({
        "description": words,
        "check_name": check.0,
        "fingerprint": fingerprint,
        "severity": check.1,
        "location": { "path": place.0, "lines": { "begin": place.1 } },
    })
}

/// The severities of GitLab.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
        Severity::Info => "info",
    }
}

/// The same for what a rule finds for the first, second and so on time in a file.
fn fingerprint(rule: &str, path: &str, number: usize) -> String {
    // No rule, path or number has a NUL.
    let digest = Sha256::digest(format!("{rule}\0{path}\0{number}"));
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
