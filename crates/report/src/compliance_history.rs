//! The report of `compliance analyze --history`: what each rule said of the commits of a branch.

use gitops_health_compliance::Severity;
use schemars::JsonSchema;
use serde::Serialize;

use crate::columns::{Side, columns, counted, thousands};
use crate::compliance::Counts;
use crate::json::{document, schema_of};
use crate::risk::short;
use crate::style::Style;

/// The name and version of the format that [`json()`] writes.
pub const COMPLIANCE_HISTORY_SCHEMA: &str = "gitops-health/compliance-history/v1";

/// What the rules said of the commits of a branch, each as it came there.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct HistoryReport {
    /// Always [`COMPLIANCE_HISTORY_SCHEMA`].
    pub schema: String,
    /// The branch, or what else was asked for.
    pub head: String,
    /// The revision whose roster, owners, keys and configuration were believed for all commits.
    pub trusted: String,
    /// How many commits were judged: all first parents, or the newest of them.
    pub commits: usize,
    /// How many of these are merges.
    pub merges: usize,
    /// How they came to the branch, as far as somebody handed in what a platform says of pull requests.
    pub requests: Requests,
    /// The oldest.
    pub first: Option<String>,
    /// The newest.
    pub last: Option<String>,
    /// Whether this clone ends before the history does: the exit code is 3 then.
    pub is_cut: bool,
    /// The rules, by their names.
    pub rules: Vec<HistoryRow>,
}

/// How commits came to a branch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Requests {
    /// So many are named by a pull request.
    pub named: usize,
    /// So many are named by none, of a time up to which all are known.
    pub without: usize,
    /// Of so many nobody knows.
    pub unknown: usize,
}

/// What a rule said.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct HistoryRow {
    /// Its id.
    pub rule: String,
    /// What it asks for.
    pub title: String,
    /// How much it matters.
    pub severity: Severity,
    /// On how many commits it gave which answer.
    pub counts: Counts,
    /// How many of the newest commits keep it, without one between that does not or of which that is not known.
    pub unbroken: usize,
    /// The oldest of these; absent where the newest does not.
    pub since: Option<String>,
    /// When that was committed, RFC 3339.
    pub since_committed: Option<String>,
    /// The newest commits on which it fails, five at most.
    pub failing: Vec<FailingCommit>,
}

/// A commit on which a rule fails.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FailingCommit {
    /// Its id.
    pub commit: String,
    /// When it was committed, RFC 3339.
    pub committed: String,
}

/// A line for each rule that said something: how often it held and failed, since when it holds, where it failed last.
pub fn text(report: &HistoryReport, style: Style) -> String {
    let heading =
        ["rule", "severity", "pass", "fail", "not known", "holds for", "since", "failed last"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    let (said, silent): (Vec<_>, Vec<_>) =
        report.rules.iter().partition(|row| row.counts.not_applicable < report.commits);
    rows.extend(said.into_iter().map(line));
    let mut sides = [Side::Right; 8];
    for place in [0, 1, 6, 7] {
        sides[place] = Side::Left;
    }
    let mut text = String::new();
    for (number, line) in columns(&sides, &rows).iter().enumerate() {
        text += &if number == 0 { style.bold(line) } else { line.clone() };
        text.push('\n');
    }
    text.push('\n');
    text += &format!(
        "{} of {} judged ({}) by what {} trusts; {} of no such commit anything\n",
        counted(report.commits, "commit", "commits"),
        report.head,
        counted(report.merges, "merge", "merges"),
        short(&report.trusted),
        counted(silent.len(), "rule says", "rules say"),
    );
    let Requests { named, without, unknown } = report.requests;
    if named + without > 0 {
        text += &format!(
            "{} through a pull request, {} without one, {} of which that is not known\n",
            thousands(named as u64),
            thousands(without as u64),
            thousands(unknown as u64),
        );
    }
    if report.is_cut {
        text += "this clone ends before the history does: fetch the rest with `git fetch --unshallow`\n";
    }
    text
}

fn line(row: &HistoryRow) -> Vec<String> {
    let number = |count: usize| thousands(count as u64);
    let counts = row.counts;
    let last = row.failing.iter().map(|commit| short(&commit.commit)).collect::<Vec<_>>();
    vec![
        row.rule.clone(),
        row.severity.name().into(),
        number(counts.pass + counts.waived),
        number(counts.fail),
        number(counts.not_assessed + counts.error),
        number(row.unbroken),
        row.since_committed.iter().filter_map(|it| it.get(..10)).collect(),
        last.into_iter().take(2).collect::<Vec<_>>().join(" "),
    ]
}

/// The whole report as JSON with two blanks of indentation, keys in a fixed order.
pub fn json(report: &HistoryReport) -> String {
    document(report)
}

/// The JSON Schema of [`json()`].
pub fn json_schema() -> String {
    schema_of::<HistoryReport>()
}
