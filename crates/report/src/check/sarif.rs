use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{CheckAccepted, CheckFinding, CheckOutcome, CheckReport};
use crate::compliance::problems::STAND_IN;
use crate::compliance::sarif::{Run, level, notification, score};
use crate::escape::escape_uri;

/// The report as SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"): a result for each finding, with a
/// suppression where it may stay, and a notification for what could not be evaluated.
pub fn sarif(report: &CheckReport) -> String {
    let accepted = || report.accepted.iter().map(|it| &it.finding);
    let mut rules: BTreeMap<&str, &CheckFinding> = BTreeMap::new();
    for finding in accepted().chain(&report.findings) {
        let known = rules.entry(&finding.rule).or_insert(finding);
        if known.severity < finding.severity {
            *known = finding;
        }
    }
    let index = |rule: &str| rules.keys().position(|known| *known == rule);
    let open = report.findings.iter().map(|it| result(it, index(&it.rule), None));
    let accepted = report.accepted.iter();
    let accepted = accepted.map(|it| result(&it.finding, index(&it.finding.rule), Some(it)));
    Run {
        id: "gitops-health/check/",
        frameworks: &[],
        rules: rules.values().map(|finding| rule(finding)).collect(),
        results: open.chain(accepted).collect(),
        is_evaluated: report.outcome != CheckOutcome::NotEvaluated,
        notifications: notifications(report),
        properties: properties(report),
    }
    .log()
}

fn rule(finding: &CheckFinding) -> Value {
    let help = if finding.remedy.is_empty() { &finding.message } else { &finding.remedy };
    let tags: Vec<&String> = finding.clauses.iter().chain(&finding.category).collect();
    json!({
        "id": finding.rule,
        "shortDescription": { "text": finding.message },
        "help": { "text": help },
        "defaultConfiguration": { "level": level(finding.severity) },
        "properties": { "tags": tags, "security-severity": score(finding.severity) },
    })
}

/// A finding; with why it may stay as a suppression (3.27.23).
fn result(finding: &CheckFinding, index: Option<usize>, accepted: Option<&CheckAccepted>) -> Value {
    let mut prints = json!({ "gitopsHealthFinding/v1": finding.fingerprint });
    if finding.file().is_none() {
        // GitHub makes it of the line if it is missing, and then takes all at the same line for one.
        prints["primaryLocationLineHash"] = json!(finding.fingerprint);
    }
    let suppressions: Vec<Value> = accepted.into_iter().map(suppression).collect();
    json!({
        "ruleId": finding.rule,
        "ruleIndex": index,
        "kind": "fail",
        "level": level(finding.severity),
        "message": { "text": words(finding) },
        "locations": [location(finding)],
        "partialFingerprints": prints,
        // Where one result has them, all have (3.27.23).
        "suppressions": suppressions,
        "properties": {
            "check": finding.check.name(),
            "severity": finding.severity.name(),
            "decides": finding.decides,
            "breaks": finding.breaks,
            "clauses": finding.clauses,
            "commit": finding.commit,
            "subject": finding.subject,
        },
    })
}

fn words(finding: &CheckFinding) -> String {
    match finding.file() {
        Some(_) => finding.words(),
        None => finding.placed(),
    }
}

/// The place, and the commit or whatever it is where that is no file: GitHub takes no result without a file.
fn location(finding: &CheckFinding) -> Value {
    let mut region = json!({ "startLine": finding.line.unwrap_or(1).max(1) });
    if let (Some(_), Some(_)) = (finding.file(), finding.line) {
        region["startColumn"] = json!(finding.column.unwrap_or(1).max(1));
    }
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": escape_uri(finding.file().unwrap_or(STAND_IN)) },
            "region": region,
        },
    });
    let subject = finding.subject.as_ref().or(finding.path.as_ref());
    if let (None, Some(subject)) = (finding.file(), subject) {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": subject }]);
    }
    location
}

fn suppression(accepted: &CheckAccepted) -> Value {
    let kind = if accepted.by == "comment" { "inSource" } else { "external" };
    json!({ "kind": kind, "status": "accepted", "justification": accepted.why() })
}

fn notifications(report: &CheckReport) -> Vec<Value> {
    let unknown = report.unknown.iter().map(|it| {
        let level = if it.decides { "error" } else { "warning" };
        let mut told = notification(level, &it.words());
        if it.is_file {
            let place = json!({ "artifactLocation": { "uri": escape_uri(&it.what) } });
            told["locations"] = json!([{ "physicalLocation": place }]);
        }
        told
    });
    let passed_over = report.passed_over.iter();
    let passed_over =
        passed_over.map(|it| notification("note", &format!("{}: {}", it.path, it.reason)));
    let remarks = report.remarks().into_iter().map(|it| notification("note", &it));
    unknown.chain(passed_over).chain(remarks).collect()
}

fn properties(report: &CheckReport) -> Value {
    json!({
        "target": report.target,
        "head": report.head,
        "base": report.base,
        "trusted": report.trusted,
        "evaluatedAt": report.evaluated_at,
        "outcome": report.outcome,
        "failOn": report.fail_on.name(),
        "risk": report.risk.as_ref().map(|risk| risk.score),
    })
}
