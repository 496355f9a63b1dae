//! The report of `compliance analyze`: one file for each format. It says of each rule what was found, and of each clause
//! what that means for it.

pub(crate) mod github;
pub(crate) mod gitlab;
pub(crate) mod html;
pub(crate) mod html_framework;
mod junit;
mod markdown;
mod people;
pub(crate) mod problems;
mod provide;
mod rdjson;
#[cfg(test)]
mod sample;
pub(crate) mod sarif;
mod tap;
pub(crate) mod taxonomies;
#[cfg(test)]
mod tests;
mod text;
pub(crate) mod words;

use gitops_health_compliance::{Severity, Strength, Verdict};
use schemars::JsonSchema;
use serde::Serialize;

use crate::json::{document, schema_of};

pub use github::github;
pub use gitlab::gitlab;
pub use html::html;
pub use junit::junit;
pub use markdown::markdown;
pub use people::{ApprovalRow, MergeRow};
pub use provide::{NOT_LOOKED_AT_IN_A_HISTORY, Providing};
pub use rdjson::rdjson;
pub use sarif::sarif;
pub use tap::tap;
pub use text::text;
pub(crate) use words::strength;

/// The name and version of the format that [`json()`] writes.
pub const COMPLIANCE_SCHEMA: &str = "gitops-health/compliance-analyze/v1";

/// What was evaluated of a change, and what it came to.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ComplianceReport {
    /// Always [`COMPLIANCE_SCHEMA`].
    pub schema: String,
    /// What was looked at, in words: `one commit`.
    pub target: String,
    /// The last commit of it; absent for what is not committed.
    pub head: Option<String>,
    /// The commit that it is compared with; absent for the first of all.
    pub base: Option<String>,
    /// How many commits it has; none where it is not committed.
    pub commits: usize,
    /// When these were committed; absent where there are none.
    pub period: Option<Period>,
    /// The branch that it goes to; absent where nobody says so.
    pub branch: Option<BranchRow>,
    /// Who approved or refused it, as far as evidence and messages say so, by person. Whether that counts is for rules
    /// to say.
    pub approvals: Vec<ApprovalRow>,
    /// Who merged its pull request; absent where no evidence says so.
    pub merged: Option<MergeRow>,
    /// When it was evaluated, RFC 3339: the only clock that rules have.
    pub evaluated_at: String,
    /// The revision whose roster, owners, keys and configuration were believed; absent where there is none.
    pub trusted: Option<String>,
    /// SHA-256 of the document that rules saw.
    pub input_digest: String,
    /// SHA-256 of the rules.
    pub policies_digest: String,
    /// What was set.
    pub configured: Configured,
    /// Whether no framework and no policy of one's own is named, so that nothing decides the exit code.
    pub is_advisory: bool,
    /// The least severity of a rule that decides the exit code.
    pub fail_on: Severity,
    /// The least severity of a rule that is listed.
    pub severity: Severity,
    /// How many rules gave which answer, listed or not.
    pub counts: Counts,
    /// How many of these are not listed, because their severity is less. They have a say in the exit code and in the
    /// answers to clauses as all others.
    pub left_out: Counts,
    /// What the answers of rules that decide come to.
    pub outcome: ComplianceOutcome,
    /// The rules, those that need somebody first.
    pub rules: Vec<RuleRow>,
    /// The frameworks that were asked for.
    pub frameworks: Vec<FrameworkRow>,
    /// Facts that nobody looked at or that a rule misses, with the reasons and what to do.
    pub missing: Vec<MissingRow>,
    /// What somebody should know of the way in which this was judged.
    pub notes: Vec<String>,
}

/// From when to when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Period {
    /// When the earliest commit was committed, RFC 3339.
    pub first: String,
    /// When the latest was.
    pub last: String,
}

/// A branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BranchRow {
    /// Its name.
    pub name: String,
    /// Whether `compliance.protected_branches` names it.
    pub is_protected: bool,
    /// The rules that say nothing of the change because it does not, and would if it did.
    pub not_asked: Vec<String>,
}

/// What was set of that by which a change was judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Configured {
    /// The names of branches that are protected: patterns in the language of `.gitignore`.
    pub protected_branches: Vec<String>,
    /// Parameters of rules that were asked, as far as they are not as the rules have them.
    pub parameters: Vec<ParameterRow>,
}

/// A parameter of a rule that was set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ParameterRow {
    /// The rule.
    pub rule: String,
    /// The name of the parameter.
    pub name: String,
    /// Its value, written as JSON.
    pub value: String,
    /// What it would be where nobody sets it.
    pub default: String,
}

/// How many rules gave which answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counts {
    /// Evaluated over all that they ask for, and they hold.
    pub pass: usize,
    /// They do not hold.
    pub fail: usize,
    /// They do not hold, and that is accepted.
    pub waived: usize,
    /// They say nothing of a change like this.
    pub not_applicable: usize,
    /// A fact that they ask for is not known.
    pub not_assessed: usize,
    /// They could not be evaluated.
    pub error: usize,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, verdict: Verdict) {
        *self.place(verdict) += 1;
    }

    /// How many gave this answer.
    pub fn of(mut self, verdict: Verdict) -> usize {
        *self.place(verdict)
    }

    /// That so many rules are not listed, because their severity is less than this; nothing where there is none.
    pub fn not_listed(&self, severity: Severity) -> Option<String> {
        let is_any = Verdict::ALL.into_iter().any(|verdict| self.of(verdict) > 0);
        let severity = severity.name();
        is_any.then(|| format!("below severity {severity} and not listed: {}", self.in_words()))
    }

    fn place(&mut self, verdict: Verdict) -> &mut usize {
        match verdict {
            Verdict::Pass => &mut self.pass,
            Verdict::Fail => &mut self.fail,
            Verdict::Waived => &mut self.waived,
            Verdict::NotApplicable => &mut self.not_applicable,
            Verdict::NotAssessed => &mut self.not_assessed,
            Verdict::Error => &mut self.error,
        }
    }
}

/// What all answers come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ComplianceOutcome {
    /// No rule that decides failed, and all could be evaluated.
    Clean,
    /// One failed.
    Violations,
    /// One erred, or a fact that it asks for is not known.
    NotEvaluated,
}

/// What a rule says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleRow {
    /// Its id.
    pub rule: String,
    /// What it asks for.
    pub title: String,
    /// How much it matters.
    pub severity: Severity,
    /// How well the facts are established on which it decides, at least: `E0` to `E3`.
    pub grade: String,
    /// The answer.
    pub verdict: Verdict,
    /// Whether the answer has a say in the exit code, or would where nothing is set up (`is_advisory`).
    pub decides: bool,
    /// What does not hold.
    pub findings: Vec<RuleFindingRow>,
    /// What it warns of, which never fails: `warn` of conftest.
    pub warnings: Vec<RuleFindingRow>,
    /// The facts that are not known.
    pub missing: Vec<String>,
    /// Why it could not be evaluated.
    pub error: Option<String>,
    /// What to do: where facts are not known, how each gets known; else what helps where it fails.
    pub remedy: String,
    /// The file of a policy that does not come with the program.
    pub policy: Option<String>,
    /// Who accepts what of it does not hold, and until when.
    pub waivers: Vec<WaiverRow>,
    /// The clauses that it bears on, of the frameworks that were asked for.
    pub clauses: Vec<String>,
}

/// What does not hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct RuleFindingRow {
    /// What, for people.
    pub message: String,
    /// Of what: a commit, a tag, a person.
    pub subject: Option<String>,
    /// The file.
    pub path: Option<String>,
    /// The line, from 1.
    pub line: Option<u64>,
    /// The same for the same rule, subject and place, wherever the line has moved.
    pub fingerprint: String,
}

/// That somebody accepts what does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WaiverRow {
    /// The id of the waiver.
    pub id: String,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// Until when.
    pub expires: String,
}

/// A framework.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FrameworkRow {
    /// Its name.
    pub framework: String,
    /// What it is called.
    pub title: String,
    /// Its edition.
    pub edition: String,
    /// Where its text is.
    pub source: String,
    /// What the mapping does not say.
    pub note: String,
    /// Its clauses, in its order.
    pub clauses: Vec<ClauseRow>,
}

/// A clause, and what the rules say about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClauseRow {
    /// Its number.
    pub clause: String,
    /// What it asks for, in our words.
    pub title: String,
    /// How the text weighs it.
    pub weight: String,
    /// What its rules come to; absent where it has none, so that nothing is said about it.
    pub verdict: Option<ClauseVerdict>,
    /// Its rules, and how much each says about it.
    pub rules: Vec<ClauseRule>,
    /// What of it git can not show.
    pub not_shown: String,
}

/// What the rules of a clause come to: the worst of their answers, and a pass only where one of them shows what the clause
/// asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClauseVerdict {
    /// A rule that bears on it directly passes, and none says otherwise.
    Pass,
    /// Nothing speaks against it, and what passes only supports it or shows a record.
    InPart,
    /// A rule that fails is waived.
    Waived,
    /// A rule fails.
    Fail,
    /// None of its rules is about a change like this.
    NotApplicable,
    /// A fact is not known.
    NotAssessed,
    /// A rule could not be evaluated.
    Error,
}

impl ClauseVerdict {
    /// What some rules come to; nothing where there is none.
    pub fn of(rules: &[ClauseRule]) -> Option<Self> {
        let has = |verdict| rules.iter().any(|rule| rule.verdict == verdict);
        let is_shown = rules
            .iter()
            .any(|rule| rule.strength == Strength::Direct && rule.verdict == Verdict::Pass);
        // What is not known hides what might fail, and what fails outweighs it.
        let worst = [
            (Verdict::Fail, Self::Fail),
            (Verdict::Error, Self::Error),
            (Verdict::NotAssessed, Self::NotAssessed),
            (Verdict::Waived, Self::Waived),
            (Verdict::Pass, if is_shown { Self::Pass } else { Self::InPart }),
            (Verdict::NotApplicable, Self::NotApplicable),
        ];
        worst.into_iter().find(|(verdict, _)| has(*verdict)).map(|(_, answer)| answer)
    }

    /// The answer of rules that decides it.
    pub(super) fn decisive(self) -> Verdict {
        match self {
            Self::Pass | Self::InPart => Verdict::Pass,
            Self::Waived => Verdict::Waived,
            Self::Fail => Verdict::Fail,
            Self::NotApplicable => Verdict::NotApplicable,
            Self::NotAssessed => Verdict::NotAssessed,
            Self::Error => Verdict::Error,
        }
    }
}

/// A rule of a clause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClauseRule {
    /// The rule.
    pub rule: String,
    /// How much it says about the clause.
    pub strength: Strength,
    /// Its answer.
    pub verdict: Verdict,
}

/// A fact that nobody looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MissingRow {
    /// The fact.
    pub fact: String,
    /// Why it is not known.
    pub reason: String,
    /// How it gets known.
    pub remedy: String,
}

/// The whole report as JSON with two blanks of indentation, keys in a fixed order.
pub fn json(report: &ComplianceReport) -> String {
    document(report)
}

/// The JSON Schema of [`json()`].
pub fn json_schema() -> String {
    schema_of::<ComplianceReport>()
}
