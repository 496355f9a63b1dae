//! The report of `check`: whether a change may go in, and what speaks against it. One file for each format; all of them
//! have the same findings.

mod github;
mod gitlab;
mod html;
mod junit;
mod markdown;
mod sarif;
mod tap;
mod text;
mod words;

use gitops_health_compliance::Severity;
use schemars::JsonSchema;
use serde::Serialize;

use crate::Configuration;
use crate::compliance::Counts;
use crate::json::{document, schema_of};

pub use github::github;
pub use gitlab::gitlab;
pub use html::html;
pub use junit::junit;
pub use markdown::markdown;
pub use sarif::sarif;
pub use tap::tap;
pub use text::text;

/// The name and version of the format that [`json()`] writes.
pub const CHECK_SCHEMA: &str = "gitops-health/check/v1";

/// What was looked at, and whether it may go in.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CheckReport {
    /// Always [`CHECK_SCHEMA`].
    pub schema: String,
    /// What was looked at, in words: `what is staged`, `3 commits`.
    pub target: String,
    /// The last commit of it; absent for what is not committed.
    pub head: Option<String>,
    /// The commit that it is compared with; absent for the first of all, and for a tree.
    pub base: Option<String>,
    /// How many commits it has; none where it is not committed, and for a tree.
    pub commits: usize,
    /// The revision whose configuration, rules, roster, owners, allowed values and attributes were believed; absent
    /// where there is none.
    pub trusted: Option<String>,
    /// When it was looked at, RFC 3339.
    pub evaluated_at: String,
    /// What is asked of it: `commit` before there is one, `push` before anybody else has it, `merge` before it goes in.
    pub stage: Stage,
    /// The least severity of a finding that decides.
    pub fail_on: Severity,
    /// The least severity of a finding that is listed; those that decide always are.
    pub severity: Severity,
    /// The highest risk that may go in; absent where any may.
    pub max_risk: Option<u8>,
    /// What all of it comes to, and with it the exit code.
    pub outcome: CheckOutcome,
    /// How many findings of each severity there are, listed or not.
    pub counts: CheckCounts,
    /// What speaks against it, the weightiest first.
    pub findings: Vec<CheckFinding>,
    /// What was found and may stay; it is counted nowhere else.
    pub accepted: Vec<CheckAccepted>,
    /// What could not be evaluated.
    pub unknown: Vec<CheckUnknown>,
    /// Rules that ask for facts that there can not be yet, in the order of their ids. They are asked later, and decide
    /// nothing now.
    pub later: Vec<LaterRule>,
    /// What need not be looked at, such as pictures.
    pub passed_over: Vec<PassedOver>,
    /// What was asked, and what was not.
    pub parts: Vec<CheckPart>,
    /// How risky the change is; absent where that was not asked.
    pub risk: Option<RiskPart>,
    /// What the rules said; absent where they were not asked.
    pub compliance: Option<CompliancePart>,
    /// What somebody should know of the way in which this was judged.
    pub notes: Vec<String>,
    /// What was set.
    pub configuration: Configuration,
}

/// When a change is looked at: by then there are facts that there were not before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Before it is committed: there is no author, no message and no signature.
    Commit,
    /// Before it is pushed: nobody else can have reviewed or tested it.
    Push,
    /// Before it goes in: whatever a rule asks for has to be known.
    Merge,
}

/// What all of it comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// Nothing that decides was found, and all that decides could be evaluated. Exit code 0.
    Clean,
    /// Something was found that decides. Exit code 1.
    Findings,
    /// Something that decides could not be evaluated. Exit code 3.
    NotEvaluated,
}

/// What looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// For health data, personal data and secrets.
    Sanitize,
    /// Whether rules are kept.
    Compliance,
    /// How risky it is.
    Risk,
    /// Whether the change touches that by which it is judged.
    Governance,
}

/// How many findings of each severity there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CheckCounts {
    /// Of severity critical.
    pub critical: usize,
    /// Of severity high.
    pub high: usize,
    /// Of severity medium.
    pub medium: usize,
    /// Of severity low.
    pub low: usize,
    /// How many of all decide.
    pub deciding: usize,
}

/// Something that speaks against the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CheckFinding {
    /// What looked.
    pub check: Check,
    /// The rule that found it.
    pub rule: String,
    /// How much it matters: of several rules that speak of the same place, the most.
    pub severity: Severity,
    /// Whether it decides the exit code.
    pub decides: bool,
    /// What is wrong, for people. Never what was found there.
    pub message: String,
    /// The file, with marks for what is found in its name; `(commit message)` and the like for what a commit says of
    /// itself; absent where it is about no file.
    pub path: Option<String>,
    /// The line, from 1.
    pub line: Option<u64>,
    /// The byte in the line, from 1.
    pub column: Option<u64>,
    /// The commit that brings it; absent where that is not known, and for what is not committed.
    pub commit: Option<String>,
    /// What it is about where that is no file: a commit, a tag, a person.
    pub subject: Option<String>,
    /// `A` to `R` by 45 CFR 164.514(b)(2)(i), `pii` or `secret`; absent for what `sanitize` did not find.
    pub category: Option<String>,
    /// Rules of frameworks that it breaks, too.
    pub breaks: Vec<String>,
    /// The clauses that it bears on, of the frameworks that were asked for.
    pub clauses: Vec<String>,
    /// What to do.
    pub remedy: String,
    /// The same for the same rule and place, wherever the line has moved.
    pub fingerprint: String,
}

/// Something that was found and may stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CheckAccepted {
    /// What.
    pub finding: CheckFinding,
    /// What says so: `comment`, `configuration`, `baseline` or `waiver`.
    pub by: String,
    /// Why; absent for what is in the baseline.
    pub reason: Option<String>,
    /// Until when; absent where there is no end.
    pub until: Option<String>,
}

/// Something that could not be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CheckUnknown {
    /// What looked.
    pub check: Check,
    /// The rule, or the file that was not looked at.
    pub what: String,
    /// Whether that is a file.
    pub is_file: bool,
    /// Why it is not known.
    pub reason: String,
    /// How it gets known.
    pub remedy: String,
    /// Whether it decides the exit code.
    pub decides: bool,
}

/// A rule that can not be asked yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LaterRule {
    /// The rule.
    pub rule: String,
    /// The facts that there can not be yet.
    pub facts: Vec<String>,
}

/// Something that need not be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PassedOver {
    /// The file.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// One of the things that `check` asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CheckPart {
    /// Which.
    pub check: Check,
    /// Whether it was asked.
    pub is_asked: bool,
    /// What it came to, or why it was not asked.
    pub words: String,
}

/// How risky a change is.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RiskPart {
    /// From 0 to 100.
    pub score: u32,
    /// The band that it lies in.
    #[schemars(with = "String")]
    pub band: gitops_health_risk::Band,
    /// How to deploy it.
    #[schemars(with = "String")]
    pub strategy: gitops_health_risk::Strategy,
    /// Whether everything that matters for it could be looked at.
    pub is_complete: bool,
    /// The factors that give most of its points, in words.
    pub reasons: Vec<String>,
}

/// What the rules said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CompliancePart {
    /// The frameworks that were asked for.
    pub frameworks: Vec<String>,
    /// How many rules gave which answer.
    pub counts: Counts,
    /// SHA-256 of the document that rules saw.
    pub input_digest: String,
    /// SHA-256 of the rules.
    pub policies_digest: String,
}

impl CheckReport {
    /// Decides what all of it comes to, and counts. What could not be evaluated outweighs what was found: nobody knows
    /// what else there is. Where nothing was asked, nothing is known.
    pub fn decide(mut self) -> Self {
        self.counts = CheckCounts::default();
        for finding in &self.findings {
            *match finding.severity {
                Severity::Critical => &mut self.counts.critical,
                Severity::High => &mut self.counts.high,
                Severity::Medium => &mut self.counts.medium,
                Severity::Low => &mut self.counts.low,
            } += 1;
            self.counts.deciding += usize::from(finding.decides);
        }
        let is_known = !self.unknown.iter().any(|it| it.decides)
            && self.parts.iter().any(|part| part.is_asked && part.check != Check::Governance);
        self.outcome = match () {
            () if !is_known => CheckOutcome::NotEvaluated,
            () if self.counts.deciding > 0 => CheckOutcome::Findings,
            () => CheckOutcome::Clean,
        };
        let least = self.severity;
        self.findings.retain(|finding| finding.decides || finding.severity >= least);
        self
    }

    /// What whoever is stopped needs to know: what decides, and nothing of what was not asked.
    #[must_use]
    pub fn only_deciding(&self) -> Self {
        let mut report = self.clone();
        report.findings.retain(|finding| finding.decides);
        report.parts.retain(|part| part.is_asked);
        report.decide()
    }

    /// How many findings are not listed.
    fn unlisted(&self) -> usize {
        let CheckCounts { critical, high, medium, low, .. } = self.counts;
        critical + high + medium + low - self.findings.len()
    }
}

/// What a finding is known by, made of what tells it from others.
pub fn fingerprint(known_by: &str) -> String {
    crate::compliance::problems::digest(known_by)
}

/// The whole report as JSON with two blanks of indentation, keys in a fixed order.
pub fn json(report: &CheckReport) -> String {
    document(report)
}

/// The JSON Schema of [`json()`].
pub fn json_schema() -> String {
    schema_of::<CheckReport>()
}
