use gitops_health_compliance::{Severity, Verdict};
use serde_json::{Map, Value, json};

use super::problems::Problem;
use super::taxonomies::{relationships, supported, tags, taxonomies};
use super::words::called;
use super::{ComplianceOutcome, ComplianceReport, RuleRow, WaiverRow};
use crate::escape::escape_uri;
use crate::json::document;

/// The report as SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"): a result for each finding of a
/// rule that fails or is waived, and an open one for each rule that is not assessed.
///
/// Rules that pass or say nothing have no result, because GitHub would raise an alert for each; they are counted.
pub fn sarif(report: &ComplianceReport) -> String {
    let problems = report.problems(|row| {
        matches!(row.verdict, Verdict::Fail | Verdict::Waived | Verdict::NotAssessed)
    });
    let rules: Vec<Value> = report.rules.iter().map(|row| rule(report, row)).collect();
    let warnings = report.warnings();
    let results = problems.iter().chain(&warnings).map(|problem| result(report, problem));
    let results: Vec<Value> = results.collect();
    let mut driver = json!({
        "name": "gitops-health",
        "version": env!("CARGO_PKG_VERSION"),
        "rules": rules,
    });
    let mut run = json!({
        "automationDetails": { "id": "gitops-health/compliance/" },
        "invocations": [invocation(report)],
        "results": results,
        "properties": properties(report),
    });
    if !report.frameworks.is_empty() {
        driver["supportedTaxonomies"] = supported(report);
        run["taxonomies"] = taxonomies(report);
    }
    run["tool"] = json!({ "driver": driver });
    document(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }))
}

fn rule(report: &ComplianceReport, row: &RuleRow) -> Value {
    let full = format!(
        "{}. Severity {}, decided on facts of grade {} at least.",
        row.title.trim_end_matches('.'),
        row.severity.name(),
        row.grade
    );
    let mut rule = json!({
        "id": row.rule,
        "shortDescription": { "text": row.title },
        "fullDescription": { "text": full },
        "help": { "text": row.to_do().unwrap_or(&row.title) },
        "defaultConfiguration": { "level": level(row.severity) },
        "properties": {
            "tags": tags(report, row),
            "security-severity": score(row.severity),
            "verdict": row.verdict.name(),
            "decides": row.decides,
            "grade": row.grade,
        },
    });
    let relationships = relationships(report, row);
    if !relationships.is_empty() {
        rule["relationships"] = relationships.into();
    }
    rule
}

/// A finding, with who accepts it as a suppression (3.27.23), or that a rule is not assessed.
fn result(report: &ComplianceReport, problem: &Problem<'_>) -> Value {
    let row = problem.row;
    // What does not fail has no level (3.27.10).
    let (kind, level) = match row.verdict {
        Verdict::NotAssessed => ("open", "none"),
        // A warning.
        Verdict::Pass => ("fail", "note"),
        _ => ("fail", level(row.severity)),
    };
    let mut prints = json!({ "gitopsHealthFinding/v1": problem.fingerprint });
    if problem.own_path().is_none() {
        // GitHub makes it of the line if it is missing, and then takes all that is in no file for one.
        prints["primaryLocationLineHash"] = json!(problem.fingerprint);
    }
    json!({
        "ruleId": row.rule,
        "ruleIndex": report.rules.iter().position(|it| std::ptr::eq(it, row)),
        "kind": kind,
        "level": level,
        "message": { "text": plain(&problem.message) },
        "locations": [location(problem)],
        "partialFingerprints": prints,
        // Where one result has them, all have (3.27.23).
        "suppressions": suppressions(row),
        "properties": {
            "severity": row.severity.name(),
            "subject": problem.finding.and_then(|finding| finding.subject.as_deref()),
        },
    })
}

/// The place, and the commit or whatever it is where that is no file: GitHub takes no result without a file.
fn location(problem: &Problem<'_>) -> Value {
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": escape_uri(problem.path()) },
            "region": { "startLine": problem.line() },
        },
    });
    let subject = problem.finding.and_then(|finding| finding.subject.as_deref());
    if let Some(subject) = subject {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": subject }]);
    }
    location
}

fn suppressions(row: &RuleRow) -> Vec<Value> {
    if row.verdict != Verdict::Waived {
        return Vec::new();
    }
    let suppression = |waiver: &WaiverRow| {
        json!({
            "kind": "external",
            "status": "accepted",
            "justification": waiver.words(),
            "properties": waiver,
        })
    };
    match row.waivers.is_empty() {
        true => vec![json!({ "kind": "external", "status": "accepted" })],
        false => row.waivers.iter().map(suppression).collect(),
    }
}

/// Whether all could be evaluated; what could not, which facts are not known, and notes.
fn invocation(report: &ComplianceReport) -> Value {
    let text =
        |level: &str, text: String| json!({ "level": level, "message": { "text": plain(&text) } });
    let mut notifications = Vec::new();
    for (index, row) in report.rules.iter().enumerate() {
        if row.verdict == Verdict::Error {
            let why = report.why(row).unwrap_or_else(|| called(row.verdict).to_owned());
            let mut notification = text("error", format!("{}: {why}", row.rule));
            notification["associatedRule"] = json!({ "id": row.rule, "index": index });
            notifications.push(notification);
        }
    }
    let missing =
        report.missing.iter().map(|row| format!("not known: {} ({})", row.fact, row.reason));
    notifications.extend(missing.map(|words| text("warning", words)));
    notifications.extend(report.notes.iter().map(|note| text("note", note.clone())));
    json!({
        "executionSuccessful": report.outcome != ComplianceOutcome::NotEvaluated,
        "toolExecutionNotifications": notifications,
    })
}

/// What was judged, by what and when, and how many rules gave which answer.
fn properties(report: &ComplianceReport) -> Value {
    let identity = report.identity().into_iter();
    let mut properties: Map<String, Value> =
        identity.map(|(name, value)| (name.to_owned(), value.into())).collect();
    properties.insert("counts".into(), json!(report.counts));
    properties.insert("outcome".into(), json!(report.outcome));
    properties.insert("is_advisory".into(), report.is_advisory.into());
    properties.insert("fail_on".into(), report.fail_on.name().into());
    properties.into()
}

/// A message in which no link can be drawn (3.11.6).
fn plain(text: &str) -> String {
    text.replace("](", "] (")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// What GitHub shows as the severity, as a number of CVSS.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.0",
        Severity::High => "7.0",
        Severity::Medium => "5.0",
        Severity::Low => "2.0",
    }
}
