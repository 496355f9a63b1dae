use serde_json::{Value, json};

use super::{CheckFinding, CheckReport, CheckUnknown};
use crate::compliance::gitlab::severity;
use crate::compliance::problems::{STAND_IN, digest};
use crate::json::document;

/// The report as GitLab's Code Quality report: each finding, and what could not be evaluated.
///
/// GitLab compares two reports by their fingerprints, so these don't depend on lines. It takes no finding without a
/// file: the configuration stands for what is in none.
pub fn gitlab(report: &CheckReport) -> String {
    let findings = report.findings.iter().map(of_finding);
    let unknown = report.unknown.iter().map(of_unknown);
    document(&findings.chain(unknown).collect::<Vec<Value>>())
}

fn of_finding(finding: &CheckFinding) -> Value {
    let words = match finding.file() {
        Some(_) => finding.words(),
        None => finding.placed(),
    };
    let words = match (&finding.commit, finding.remedy.is_empty()) {
        (Some(commit), true) => format!("{words} in {}", crate::risk::short(commit)),
        (Some(commit), false) => {
            format!("{words} in {}. {}", crate::risk::short(commit), finding.remedy)
        }
        (None, true) => words,
        (None, false) => format!("{words}. {}", finding.remedy),
    };
    json!({
        "description": words,
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": severity(finding.severity),
        "location": {
            "path": finding.file().unwrap_or(STAND_IN),
            "lines": { "begin": finding.line.unwrap_or(1).max(1) },
        },
    })
}

fn of_unknown(unknown: &CheckUnknown) -> Value {
    json!({
        "description": format!("Not evaluated: {}. {}", unknown.words(), unknown.remedy).trim(),
        "check_name": if unknown.is_file { "not-looked-at" } else { unknown.what.as_str() },
        "fingerprint": digest(&format!("not evaluated\0{}\0{}", unknown.check.name(), unknown.what)),
        "severity": if unknown.decides { "major" } else { "info" },
        "location": {
            "path": if unknown.is_file { unknown.what.as_str() } else { STAND_IN },
            "lines": { "begin": 1 },
        },
    })
}
