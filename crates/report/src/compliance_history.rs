//! The report of `compliance analyze --history`: what each rule said of the commits of a branch.

mod csv;
mod html;
mod markdown;
mod sarif;
#[cfg(test)]
mod tests;
mod waivers;

use std::collections::BTreeMap;

use gitops_health_compliance::{Severity, Verdict};
use gitops_health_git::{counted, thousands};
use schemars::JsonSchema;
use serde::Serialize;

use crate::columns::{Side, columns, day_of};
use crate::compliance::{
    BranchRow, ComplianceOutcome, Configured, Counts, FrameworkRow, MissingRow, Period,
    RuleFindingRow, WaiverRow,
};
use crate::json::{document, schema_of};
use crate::risk::short;
use crate::style::Style;

pub use csv::csv;
pub use html::html;
pub use markdown::markdown;
pub use sarif::sarif;

/// The name and version of the format that [`json()`] writes.
pub const COMPLIANCE_HISTORY_SCHEMA: &str = "gitops-health/compliance-history/v1";

/// What the rules said of the commits of a branch, each as it came there.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct HistoryReport {
    /// Always [`COMPLIANCE_HISTORY_SCHEMA`].
    pub schema: String,
    /// The branch, or what else was asked for.
    pub head: String,
    /// When it was evaluated, RFC 3339.
    pub evaluated_at: String,
    /// The revision whose roster, owners, keys and configuration were believed for all commits.
    pub trusted: String,
    /// SHA-256 of the rules.
    pub policies_digest: String,
    /// What was set.
    pub configured: Configured,
    /// The branch on which all of it is; absent where nobody says so.
    pub branch: Option<BranchRow>,
    /// Whether no framework and no policy of one's own is named, so that nothing decides the exit code.
    pub is_advisory: bool,
    /// The least severity of a rule that decides the exit code.
    pub fail_on: Severity,
    /// The least severity of a rule that is listed.
    pub severity: Severity,
    /// How many rules are not listed, because their severity is less, by the answer that weighs most. They have a say in the
    /// exit code and in the answers to clauses as all others.
    pub left_out: Counts,
    /// What the answers of rules that decide come to.
    pub outcome: ComplianceOutcome,
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
    /// Only what was committed at this time or later was asked for, RFC 3339 in UTC; absent where there is no such limit.
    pub since: Option<String>,
    /// Only what was committed at this time or before was asked for.
    pub until: Option<String>,
    /// When the earliest and the latest were committed, in UTC.
    pub period: Option<Period>,
    /// Whether this clone ends before the history does: the exit code is 3 then.
    pub is_cut: bool,
    /// So many findings of a rule on one commit are in the report at most. All commits are.
    pub most_findings: usize,
    /// How many findings are not in the report for that.
    pub findings_left_out: usize,
    /// Facts that are not known of some commit, with the reasons and what to do.
    pub missing: Vec<MissingRow>,
    /// What somebody should know of the way in which this was judged.
    pub notes: Vec<String>,
    /// The waivers of the revision that is believed, by their ids, and what each came to. They have no say in the exit
    /// code: `waivers-current` has.
    pub waivers: Vec<HistoryWaiver>,
    /// The rules, by their names.
    pub rules: Vec<HistoryRow>,
    /// The frameworks that were asked for. The answer to a clause is that of its rules over all commits.
    pub frameworks: Vec<FrameworkRow>,
}

/// A waiver, and what it accepted of all commits that were judged.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct HistoryWaiver {
    /// Its id.
    pub id: String,
    /// The rule that it is about.
    pub rule: String,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// Until when.
    pub expires: String,
    /// Whether that is over.
    pub is_expired: bool,
    /// Whether it leaves nothing out.
    pub is_everywhere: bool,
    /// Whether its owner is a person of the roster.
    pub is_owner_known: bool,
    /// Whether its owner acts now, by the roster.
    pub is_owner_active: bool,
    /// Whether there is such a rule.
    pub is_rule_known: bool,
    /// Whether the rule was asked here: the frameworks that were asked for may not name it.
    pub is_asked: bool,
    /// On how many commits it accepted something.
    pub commits: usize,
    /// How many findings it accepted there. Of several waivers that cover a finding the first of the file has it.
    pub findings: usize,
    /// On how many commits nobody knows whether the rule holds: it may accept something there.
    pub not_known: usize,
    /// Whether it counts, its rule was answered on all commits, and it accepted nothing.
    pub is_unused: bool,
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
    /// How well the facts are established on which it decides, at least: `E0` to `E3`.
    pub grade: String,
    /// The answer that weighs most of those that it gave: it passes where it passes or has nothing to say on every commit.
    pub verdict: Verdict,
    /// Whether its answers have a say in the exit code, or would where nothing is set up (`is_advisory`).
    pub decides: bool,
    /// On how many commits it gave which answer.
    pub counts: Counts,
    /// On how many of those on which it is not assessed it asks for what a history does not look at. On the others
    /// nobody told what it asks for.
    pub not_looked_at: usize,
    /// On how many of the newest commits it was kept (`pass` or `waived`), without one between on which it was not or nobody knows.
    /// Commits to which it does not apply break nothing and do not count.
    pub unbroken: usize,
    /// The oldest of these; absent where there is none.
    pub since: Option<String>,
    /// When that was committed, RFC 3339.
    pub since_committed: Option<String>,
    /// The commits on which it fails, newest first.
    pub failing: Vec<FailingCommit>,
    /// Those on which it would fail, and somebody accepts that.
    pub waived: Vec<FailingCommit>,
    /// Those on which it is not assessed or errs.
    pub not_known: Vec<UnknownCommit>,
    /// What to do where it fails.
    pub remedy: String,
    /// The clauses that it bears on, of the frameworks that were asked for.
    pub clauses: Vec<String>,
}

/// A commit on which a rule does not hold.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FailingCommit {
    /// Its id.
    pub commit: String,
    /// When it was committed, RFC 3339.
    pub committed: String,
    /// What does not hold: the first ones, as many as `most_findings` says.
    pub findings: Vec<RuleFindingRow>,
    /// How many more there are.
    pub findings_left_out: usize,
    /// Who accepts it, and until when.
    pub waivers: Vec<WaiverRow>,
}

/// A commit of which nobody knows whether a rule holds.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct UnknownCommit {
    /// Its id.
    pub commit: String,
    /// When it was committed, RFC 3339.
    pub committed: String,
    /// The facts that are not known.
    pub missing: Vec<String>,
    /// Whether one of these is what a history does not look at.
    pub is_not_looked_at: bool,
    /// Why the rule could not be evaluated.
    pub error: Option<String>,
}

impl HistoryReport {
    /// What it comes to, and the exit code.
    fn outcome_in_words(&self) -> String {
        let of = match self.outcome {
            ComplianceOutcome::Clean => " on any commit",
            ComplianceOutcome::Violations => " on at least one commit",
            ComplianceOutcome::NotEvaluated => " on all commits",
        };
        self.outcome.in_words(self.is_advisory, of)
    }

    /// How many rules have which answer as that which weighs most.
    fn counts(&self) -> Counts {
        let mut counts = self.left_out;
        self.rules.iter().for_each(|row| counts.add(row.verdict));
        counts
    }

    /// Names and values that say what was judged, by what and when.
    fn identity(&self) -> Vec<(&'static str, &str)> {
        let known = [
            ("head", Some(self.head.as_str())),
            ("first", self.first.as_deref()),
            ("last", self.last.as_deref()),
            ("since", self.since.as_deref()),
            ("until", self.until.as_deref()),
            ("trusted", Some(&self.trusted)),
            ("evaluated_at", Some(&self.evaluated_at)),
            ("policies_digest", Some(&self.policies_digest)),
        ];
        known.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// What somebody should know of the way in which this was judged.
    fn remarks(&self) -> Vec<String> {
        let cut = self.is_cut.then(|| CUT.to_owned());
        requests(self).into_iter().chain(self.notes.iter().cloned()).chain(cut).collect()
    }

    /// The facts that are not known, with the rules that ask for them and on how many commits.
    fn not_known(&self) -> BTreeMap<&str, BTreeMap<&str, usize>> {
        let mut facts: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
        for row in &self.rules {
            for fact in row.not_known.iter().flat_map(|it| &it.missing) {
                *facts.entry(fact).or_default().entry(&row.rule).or_default() += 1;
            }
        }
        facts
    }
}

impl FailingCommit {
    /// The first so many findings, and how many more there are.
    fn words(&self, most: usize) -> Vec<String> {
        let findings = self.findings.iter().take(most);
        // The commit stands beside them.
        let is_of_it = |it: &RuleFindingRow| {
            it.path.is_none() && it.subject.as_deref() == Some(self.commit.as_str())
        };
        let of = |it: &RuleFindingRow| if is_of_it(it) { it.message.clone() } else { it.words() };
        let mut words: Vec<String> = findings.map(of).collect();
        let more = self.findings.len().saturating_sub(most) + self.findings_left_out;
        if more > 0 {
            words.push(format!("and {} more", thousands(more as u64)));
        }
        words
    }
}

impl HistoryRow {
    /// On how many commits nobody told what it asks for.
    fn not_told(&self) -> usize {
        self.counts.not_assessed.saturating_sub(self.not_looked_at) + self.counts.error
    }
}

/// What it comes to, and a line for each rule that said something: how often it gave which answer, since when it holds, where
/// it failed last.
pub fn text(report: &HistoryReport, style: Style) -> String {
    let heading = [
        "rule",
        "severity",
        "pass",
        "fail",
        "waived",
        "n/a",
        "not told",
        "not seen",
        "holds for",
        "since",
        "failed last",
    ];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    let (said, silent): (Vec<_>, Vec<_>) =
        report.rules.iter().partition(|row| row.counts.not_applicable < report.commits);
    rows.extend(said.into_iter().map(line));
    let mut sides = [Side::Right; 11];
    for place in [0, 1, 9, 10] {
        sides[place] = Side::Left;
    }
    let mut text = style.beside("", &format!("outcome: {}", report.outcome_in_words()));
    text += &style.beside("", &about(report));
    text.push('\n');
    for (number, line) in columns(&sides, &rows).iter().enumerate() {
        text += &if number == 0 { style.bold(line) } else { line.clone() };
        text.push('\n');
    }
    text.push('\n');
    let silent = counted(silent.len(), "rule applies", "rules apply");
    text += &format!("{silent} to none of these commits\n");
    text.extend(requests(report).map(|words| words + "\n"));
    if report.rules.iter().any(|row| row.counts.not_assessed > 0) {
        text += &style.beside("", SEEN_AND_TOLD);
    }
    for note in &report.notes {
        text += &style.beside("", &format!("note: {note}"));
    }
    text += &waivers::text(report, style);
    if report.is_cut {
        text += &format!("{CUT}\n");
    }
    text
}

/// What to do where the clone is not whole.
const CUT: &str =
    "this clone ends before the history does: fetch the rest with `git fetch --unshallow`";

/// What the two ways not to know something are.
const SEEN_AND_TOLD: &str = "not told: nobody handed in what the rule asks for. Not seen: a history does not look at it \
     (health data, risk). `--format json`, `csv`, `markdown` and `html` name the commits and the facts";

/// What was judged, of when, and by what.
fn about(report: &HistoryReport) -> String {
    let days = report.period.as_ref().map(|it| (day_of(&it.first), day_of(&it.last)));
    let days = days.map(|(first, last)| format!(", {first} to {last}")).unwrap_or_default();
    format!(
        "{} of {} judged ({}{days}){} by the roster, owners, keys and settings of {}",
        counted(report.commits, "commit", "commits"),
        report.head,
        counted(report.merges, "merge", "merges"),
        asked_days(report),
        short(&report.trusted),
    )
}

/// `, of those since 2026-01-01 and until 2026-03-31,`, as far as it was asked for.
fn asked_days(report: &HistoryReport) -> String {
    let whole = |time: &str, end: &str| time.strip_suffix(end).unwrap_or(time).to_owned();
    let since = report.since.iter().map(|it| format!("since {}", whole(it, "T00:00:00+00:00")));
    let until = report.until.iter().map(|it| format!("until {}", whole(it, "T23:59:59+00:00")));
    let asked: Vec<String> = since.chain(until).collect();
    match asked.is_empty() {
        true => String::new(),
        false => format!(", of those committed {},", asked.join(" and ")),
    }
}

/// How commits came to the branch, where somebody says so.
fn requests(report: &HistoryReport) -> Option<String> {
    let Requests { named, without, unknown } = report.requests;
    (named + without > 0).then(|| {
        format!(
            "{} through a pull request, {} without one, {} of which that is not known",
            thousands(named as u64),
            thousands(without as u64),
            thousands(unknown as u64),
        )
    })
}

fn line(row: &HistoryRow) -> Vec<String> {
    let number = |count: usize| thousands(count as u64);
    let counts = row.counts;
    let last = row.failing.iter().map(|commit| short(&commit.commit)).collect::<Vec<_>>();
    vec![
        row.rule.clone(),
        row.severity.name().into(),
        number(counts.pass),
        number(counts.fail),
        number(counts.waived),
        number(counts.not_applicable),
        number(row.not_told()),
        number(row.not_looked_at),
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
