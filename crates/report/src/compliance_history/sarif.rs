use gitops_health_compliance::Verdict;
use gitops_health_git::{counted, thousands};
use serde_json::{Map, Value, json};

use super::{CUT, FailingCommit, HistoryReport, HistoryRow, requests};
use crate::compliance::ComplianceOutcome;
use crate::compliance::problems::digest;
use crate::compliance::sarif::{Rule, Run, Told, error, notification, remarks};
use crate::risk::short;

/// GitHub turns down a run with more results.
const MOST: usize = 25_000;

/// So many findings of a commit are named.
const FOUND: usize = 10;

/// The report as SARIF 2.1.0: a result for each commit and rule that fails or is waived there, and an open one for each rule
/// that is not assessed on some commit. Where there are more than GitHub takes, those of rules that matter less and of older
/// commits are left out, and a notification says how many; the counts of each rule are whole.
pub fn sarif(report: &HistoryReport) -> String {
    most(report, MOST)
}

/// The same with so many results at most.
pub(super) fn most(report: &HistoryReport, most: usize) -> String {
    let open: Vec<Value> = numbered(report).filter_map(|(index, row)| open(index, row)).collect();
    let mut commits = told(report);
    // The sort is stable: rule by rule, and newest first.
    commits.sort_by_key(|(_, row, verdict, _)| {
        (*verdict == Verdict::Waived, std::cmp::Reverse(row.severity))
    });
    let room = most.saturating_sub(open.len());
    let left_out = commits.len().saturating_sub(room);
    commits.truncate(room);
    let results =
        commits.into_iter().map(|(index, row, verdict, it)| of_commit(index, row, verdict, it));
    let results: Vec<Value> = results.chain(open).take(most).collect();
    Run {
        id: "gitops-health/compliance-history/",
        frameworks: &report.frameworks,
        rules: report.rules.iter().map(|row| rule(report, row)).collect(),
        results,
        is_evaluated: report.outcome != ComplianceOutcome::NotEvaluated,
        notifications: notifications(report, left_out),
        properties: properties(report, left_out),
    }
    .log()
}

fn numbered(report: &HistoryReport) -> impl Iterator<Item = (usize, &HistoryRow)> {
    report.rules.iter().enumerate()
}

/// A commit, a rule with its place, and its answer there.
type OfCommit<'a> = (usize, &'a HistoryRow, Verdict, &'a FailingCommit);

/// The commits on which rules fail or are waived.
fn told(report: &HistoryReport) -> Vec<OfCommit<'_>> {
    let mut told = Vec::new();
    for (index, row) in numbered(report) {
        told.extend(row.failing.iter().map(|it| (index, row, Verdict::Fail, it)));
        told.extend(row.waived.iter().map(|it| (index, row, Verdict::Waived, it)));
    }
    told
}

fn rule(report: &HistoryReport, row: &HistoryRow) -> Value {
    let rule = Rule {
        rule: &row.rule,
        title: &row.title,
        severity: row.severity,
        grade: &row.grade,
        remedy: &row.remedy,
        verdict: row.verdict,
        decides: row.decides,
    };
    let mut rule = rule.value(&report.frameworks);
    rule["properties"]["counts"] = json!(row.counts);
    rule
}

/// That a rule fails on a commit, or is waived there.
fn of_commit(index: usize, row: &HistoryRow, verdict: Verdict, it: &FailingCommit) -> Value {
    let words = it.words(FOUND).join("; ");
    let words = if words.is_empty() { format!("does not hold: {}", row.title) } else { words };
    let message = format!("{}: {words}", short(&it.commit));
    Told {
        rule: &row.rule,
        index,
        severity: row.severity,
        verdict,
        message: &message,
        finding: it.findings.iter().find(|finding| finding.path.is_some()),
        subject: Some(&it.commit),
        waivers: &it.waivers,
        fingerprint: &digest(&format!("{}\0{}", row.rule, it.commit)),
        // The line of then may be another now.
        is_of_a_line: false,
    }
    .value()
}

/// That a rule is not assessed on some commits, and for which facts.
fn open(index: usize, row: &HistoryRow) -> Option<Value> {
    let count = row.counts.not_assessed;
    if count == 0 {
        return None;
    }
    let mut facts: Vec<&str> =
        row.not_known.iter().flat_map(|it| &it.missing).map(String::as_str).collect();
    facts.sort_unstable();
    facts.dedup();
    let facts = if facts.is_empty() { String::new() } else { format!(": {}", facts.join(", ")) };
    let told = Told {
        rule: &row.rule,
        index,
        severity: row.severity,
        verdict: Verdict::NotAssessed,
        message: &format!("not known on {}{facts}", counted(count, "commit", "commits")),
        finding: None,
        subject: None,
        waivers: &[],
        fingerprint: &digest(&format!("{}\0{}", row.rule, Verdict::NotAssessed.name())),
        is_of_a_line: false,
    };
    Some(told.value())
}

/// What could not be evaluated, what is left out, which facts are not known, and notes.
fn notifications(report: &HistoryReport, left_out: usize) -> Vec<Value> {
    let errors = numbered(report).filter(|(_, row)| row.counts.error > 0).map(|(index, row)| {
        let first = row.not_known.iter().find_map(|it| it.error.as_deref()).unwrap_or_default();
        let commits = counted(row.counts.error, "commit", "commits");
        error(&row.rule, index, &format!("could not be evaluated on {commits}: {first}"))
    });
    let mut all: Vec<Value> = errors.collect();
    if left_out > 0 {
        let many = thousands(left_out as u64);
        all.push(notification(
            "warning",
            &format!(
                "{many} results are left out, of rules that matter less and of older commits: `--format json` and `csv` have all"
            ),
        ));
    }
    if report.findings_left_out > 0 {
        let many = counted(report.findings_left_out, "finding is", "findings are");
        let words = format!("{many} not named: `--commit` shows all of one commit");
        all.push(notification("note", &words));
    }
    all.extend(report.is_cut.then(|| notification("warning", CUT)));
    if report.is_advisory {
        all.push(notification("note", &report.outcome_in_words()));
    }
    all.extend(requests(report).map(|words| notification("note", &words)));
    all.extend(remarks(&report.missing, &report.notes));
    all
}

/// What was judged, by what and when, and how many rules have which answer.
fn properties(report: &HistoryReport, left_out: usize) -> Value {
    let identity = report.identity().into_iter();
    let mut properties: Map<String, Value> =
        identity.map(|(name, value)| (name.to_owned(), value.into())).collect();
    properties.insert("commits".into(), report.commits.into());
    properties.insert("severity".into(), report.severity.name().into());
    properties.insert("counts".into(), json!(report.counts()));
    properties.insert("left_out".into(), json!(report.left_out));
    properties.insert("results_left_out".into(), left_out.into());
    properties.insert("outcome".into(), json!(report.outcome));
    properties.insert("is_advisory".into(), report.is_advisory.into());
    properties.insert("fail_on".into(), report.fail_on.name().into());
    properties.into()
}
