use gitops_health_compliance::{Severity, Verdict};
use serde_json::{Map, Value, json};

use super::problems::{Problem, place_of};
use super::taxonomies::{relationships, supported, tags, taxonomies};
use super::words::called;
use super::{
    ComplianceOutcome, ComplianceReport, FrameworkRow, MissingRow, RuleFindingRow, RuleRow,
    WaiverRow,
};
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
    let warnings = report.warnings();
    let results =
        problems.iter().chain(&warnings).map(|problem| of_problem(report, problem).value());
    Run {
        id: "gitops-health/compliance/",
        frameworks: &report.frameworks,
        rules: report.rules.iter().map(|row| Rule::of(row).value(&report.frameworks)).collect(),
        results: results.collect(),
        is_evaluated: report.outcome != ComplianceOutcome::NotEvaluated,
        notifications: notifications(report),
        properties: properties(report),
    }
    .log()
}

/// All that a run says.
pub(crate) struct Run<'a> {
    /// What tells it from other runs over the same commit.
    pub(crate) id: &'a str,
    pub(crate) frameworks: &'a [FrameworkRow],
    pub(crate) rules: Vec<Value>,
    pub(crate) results: Vec<Value>,
    /// Whether all that decides could be evaluated.
    pub(crate) is_evaluated: bool,
    /// What could not be evaluated, which facts are not known, and notes.
    pub(crate) notifications: Vec<Value>,
    pub(crate) properties: Value,
}

impl Run<'_> {
    /// The whole document.
    pub(crate) fn log(self) -> String {
        let mut driver = json!({
            "name": "gitops-health",
            "version": env!("CARGO_PKG_VERSION"),
            "rules": self.rules,
        });
        let mut run = json!({
            "automationDetails": { "id": self.id },
            "invocations": [{
                "executionSuccessful": self.is_evaluated,
                "toolExecutionNotifications": self.notifications,
            }],
            "results": self.results,
            "properties": self.properties,
        });
        if !self.frameworks.is_empty() {
            driver["supportedTaxonomies"] = supported(self.frameworks);
            run["taxonomies"] = taxonomies(self.frameworks);
        }
        run["tool"] = json!({ "driver": driver });
        document(&json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [run],
        }))
    }
}

/// A rule of the driver.
pub(crate) struct Rule<'a> {
    pub(crate) rule: &'a str,
    pub(crate) title: &'a str,
    pub(crate) severity: Severity,
    pub(crate) grade: &'a str,
    pub(crate) remedy: &'a str,
    pub(crate) verdict: Verdict,
    pub(crate) decides: bool,
}

impl<'a> Rule<'a> {
    fn of(row: &'a RuleRow) -> Self {
        let RuleRow { rule, title, severity, grade, remedy, verdict, decides, .. } = row;
        Self {
            rule,
            title,
            severity: *severity,
            grade,
            remedy,
            verdict: *verdict,
            decides: *decides,
        }
    }

    /// What it asks for, with the clauses that it bears on.
    pub(crate) fn value(&self, frameworks: &[FrameworkRow]) -> Value {
        let full = format!(
            "{}. Severity {}, decided on facts of grade {} at least.",
            self.title.trim_end_matches('.'),
            self.severity.name(),
            self.grade
        );
        let help = if self.remedy.is_empty() { self.title } else { self.remedy };
        let mut rule = json!({
            "id": self.rule,
            "shortDescription": { "text": self.title },
            "fullDescription": { "text": full },
            "help": { "text": help },
            "defaultConfiguration": { "level": level(self.severity) },
            "properties": {
                "tags": tags(frameworks, self.rule),
                "security-severity": score(self.severity),
                "verdict": self.verdict.name(),
                "decides": self.decides,
                "grade": self.grade,
            },
        });
        let relationships = relationships(frameworks, self.rule);
        if !relationships.is_empty() {
            rule["relationships"] = relationships.into();
        }
        rule
    }
}

/// What does not hold or could not be judged.
pub(crate) struct Told<'a> {
    pub(crate) rule: &'a str,
    /// The place of the rule among those of the driver.
    pub(crate) index: usize,
    pub(crate) severity: Severity,
    pub(crate) verdict: Verdict,
    pub(crate) message: &'a str,
    /// What says where it is.
    pub(crate) finding: Option<&'a RuleFindingRow>,
    /// What it is of: a commit, a tag, a person.
    pub(crate) subject: Option<&'a str>,
    pub(crate) waivers: &'a [WaiverRow],
    pub(crate) fingerprint: &'a str,
    /// Whether GitHub may tell it from others by the line at its place.
    pub(crate) is_of_a_line: bool,
}

fn of_problem<'a>(report: &ComplianceReport, problem: &'a Problem<'a>) -> Told<'a> {
    let row = problem.row;
    let place = report.rules.iter().position(|it| std::ptr::eq(it, row));
    Told {
        rule: &row.rule,
        index: place.expect("a problem is of a rule of the report"),
        severity: row.severity,
        verdict: row.verdict,
        message: &problem.message,
        finding: problem.finding,
        subject: problem.finding.and_then(|finding| finding.subject.as_deref()),
        waivers: &row.waivers,
        fingerprint: &problem.fingerprint,
        is_of_a_line: problem.own_path().is_some(),
    }
}

impl Told<'_> {
    /// The result, with who accepts it as a suppression (3.27.23).
    pub(crate) fn value(&self) -> Value {
        // What does not fail has no level (3.27.10).
        let (kind, level) = match self.verdict {
            Verdict::NotAssessed => ("open", "none"),
            // A warning.
            Verdict::Pass => ("fail", "note"),
            _ => ("fail", level(self.severity)),
        };
        let mut prints = json!({ "gitopsHealthFinding/v1": self.fingerprint });
        if !self.is_of_a_line {
            // GitHub makes it of the line if it is missing, and then takes all at the same line for one.
            prints["primaryLocationLineHash"] = json!(self.fingerprint);
        }
        json!({
            "ruleId": self.rule,
            "ruleIndex": self.index,
            "kind": kind,
            "level": level,
            "message": { "text": plain(self.message) },
            "locations": [self.location()],
            "partialFingerprints": prints,
            // Where one result has them, all have (3.27.23).
            "suppressions": self.suppressions(),
            "properties": { "severity": self.severity.name(), "subject": self.subject },
        })
    }

    /// The place, and the commit or whatever it is where that is no file: GitHub takes no result without a file.
    fn location(&self) -> Value {
        let (path, line) = place_of(self.finding);
        let mut location = json!({
            "physicalLocation": {
                "artifactLocation": { "uri": escape_uri(path) },
                "region": { "startLine": line },
            },
        });
        if let Some(subject) = self.subject {
            location["logicalLocations"] = json!([{ "fullyQualifiedName": subject }]);
        }
        location
    }

    fn suppressions(&self) -> Vec<Value> {
        if self.verdict != Verdict::Waived {
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
        match self.waivers.is_empty() {
            true => vec![json!({ "kind": "external", "status": "accepted" })],
            false => self.waivers.iter().map(suppression).collect(),
        }
    }
}

/// Words about the run as a whole.
pub(crate) fn notification(level: &str, text: &str) -> Value {
    json!({ "level": level, "message": { "text": plain(text) } })
}

/// That a rule could not be evaluated.
pub(crate) fn error(rule: &str, index: usize, why: &str) -> Value {
    let mut notification = notification("error", &format!("{rule}: {why}"));
    notification["associatedRule"] = json!({ "id": rule, "index": index });
    notification
}

/// The facts that are not known, and notes.
pub(crate) fn remarks<'a>(
    missing: &'a [MissingRow],
    notes: &'a [String],
) -> impl Iterator<Item = Value> + 'a {
    let missing = missing
        .iter()
        .map(|row| notification("warning", &format!("not known: {} ({})", row.fact, row.reason)));
    missing.chain(notes.iter().map(|note| notification("note", note)))
}

/// What could not be evaluated, which facts are not known, and notes.
fn notifications(report: &ComplianceReport) -> Vec<Value> {
    let rules = report.rules.iter().enumerate().filter(|(_, row)| row.verdict == Verdict::Error);
    let errors = rules.map(|(index, row)| {
        let why = report.why(row).unwrap_or_else(|| called(row.verdict).to_owned());
        error(&row.rule, index, &why)
    });
    errors.chain(remarks(&report.missing, &report.notes)).collect()
}

/// What was judged, by what and when, and how many rules gave which answer.
fn properties(report: &ComplianceReport) -> Value {
    let identity = report.identity().into_iter();
    let mut properties: Map<String, Value> =
        identity.map(|(name, value)| (name.to_owned(), value.into())).collect();
    properties.insert("severity".into(), report.severity.name().into());
    properties.insert("counts".into(), json!(report.counts));
    properties.insert("left_out".into(), json!(report.left_out));
    properties.insert("outcome".into(), json!(report.outcome));
    properties.insert("is_advisory".into(), report.is_advisory.into());
    properties.insert("fail_on".into(), report.fail_on.name().into());
    properties.into()
}

/// A message in which no link can be drawn (3.11.6).
fn plain(text: &str) -> String {
    text.replace("](", "] (")
}

pub(crate) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// What GitHub shows as the severity, as a number of CVSS.
pub(crate) fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.0",
        Severity::High => "7.0",
        Severity::Medium => "5.0",
        Severity::Low => "2.0",
    }
}
