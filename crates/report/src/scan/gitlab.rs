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
    let mut numbers: HashMap<[&str; 3], usize> = HashMap::new();
    let mut known_by = |known_by| {
        let number = numbers.entry(known_by).or_default();
        *number += 1;
        fingerprint(known_by, *number)
    };
    let mut entries = Vec::new();
    for finding in &report.findings {
        let value = finding.fingerprint.as_deref().unwrap_or_default();
        let fingerprint = known_by([&finding.rule, &finding.path, value]);
        entries.push(entry(
            &in_words(finding),
            (&finding.rule, severity(finding.severity)),
            &fingerprint,
            (&finding.path, finding.line),
        ));
    }
    for skip in report.skips(true) {
        let rule = "not-looked-at";
        let fingerprint = known_by([rule, &skip.path, ""]);
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

/// The same for what a rule finds for the first, second and so on time in a file: that value, where it has a
/// fingerprint of its own.
fn fingerprint(known_by: [&str; 3], number: usize) -> String {
    // None of them has a NUL.
    let digest = Sha256::digest(format!("{}\0{number}", known_by.join("\0")));
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
