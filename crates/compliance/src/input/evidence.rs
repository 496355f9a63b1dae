use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Time;

/// How well a fact is established.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Grade {
    /// Somebody typed it: a trailer, a message.
    E0,
    /// It is bound by its content: a signature, the digest of an object.
    E1,
    /// A platform attests it: what a CI job hands in.
    E2,
    /// It is verified here, whoever hands it in: the person who says so signed it, by keys and a roster that are believed.
    E3,
}

/// What an approval or a result is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// A commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// A tree: it stays the same when commits are squashed on an unchanged base.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<String>,
    /// What differs ([`super::Change::digest`]): it stays the same when commits are squashed or rebased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
}

/// What of the change something is about, as far as its binding tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Covers {
    /// All of it: its last commit, its last tree, or exactly what differs.
    All,
    /// An earlier commit of it: what came later was not seen.
    Part,
    /// Something else.
    Other,
    /// It does not say, or the change is not committed.
    Unknown,
}

/// That somebody approved or refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Approval {
    /// Who, by the name in `people`.
    pub person: String,
    /// What was said.
    pub state: ApprovalState,
    /// What it means: `review`, `approval`, `responsibility`, `authorship` (21 CFR 11.50(a)(3)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meaning: Option<String>,
    /// When; of a tag as who signed it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// Where it is from: `trailer`, `tag`, `github`, `gitlab`, `file`.
    pub source: String,
    /// How well that is established.
    pub grade: Grade,
    /// What it is about.
    pub binds: Binding,
    /// What of the change that is.
    pub covers: Covers,
    /// Whether this person contributed to the change.
    pub is_contributor: bool,
}

/// What somebody said of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalState {
    /// It may go in.
    Approved,
    /// It may not, as it is.
    ChangesRequested,
    /// It was taken back.
    Dismissed,
    /// Neither.
    Commented,
}

/// What a change was done for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Ticket {
    /// Its name, such as `CHG-1234`.
    pub id: String,
    /// The tracker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// Its state, in small letters: `open`, `approved`, `closed`, or what else the tracker says.
    pub state: String,
    /// Who approved it, by the name in `people`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_at: Option<Time>,
    /// Where it is from.
    pub source: String,
    /// How well that is established.
    pub grade: Grade,
}

/// What tests said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TestRun {
    /// The suite.
    pub suite: String,
    /// What it came to.
    pub result: TestResult,
    /// How many tests there were.
    pub total: u64,
    /// How many failed or erred.
    pub failed: u64,
    /// How many were skipped.
    pub skipped: u64,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// Where it is from: `junit`, `file`.
    pub source: String,
    /// How well that is established.
    pub grade: Grade,
    /// SHA-256 of the file that it was read from.
    pub digest: String,
    /// What was tested.
    pub binds: Binding,
    /// What of the change that is.
    pub covers: Covers,
}

/// What a run of tests came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TestResult {
    /// At least one test ran, and none failed.
    Passed,
    /// One failed.
    Failed,
    /// None ran.
    Empty,
}

/// What a scanner said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Scan {
    /// The scanner.
    pub tool: String,
    /// What it looks for.
    pub kind: ScanKind,
    /// Whether it ran to its end.
    pub is_complete: bool,
    /// How many things it found that nobody has accepted, by severity: `critical`, `high`, `medium`, `low`, `info`.
    pub findings: std::collections::BTreeMap<String, u64>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// Where it is from: `sarif`, `file`.
    pub source: String,
    /// How well that is established.
    pub grade: Grade,
    /// SHA-256 of the file that it was read from.
    pub digest: String,
    /// What was scanned.
    pub binds: Binding,
    /// What of the change that is.
    pub covers: Covers,
}

/// What a scanner looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScanKind {
    /// Mistakes in code.
    Code,
    /// Dependencies that are known to be vulnerable.
    Dependencies,
    /// Secrets.
    Secrets,
    /// Something else, or nobody says.
    Other,
}

/// A pull request, or a merge request, as its platform says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// Who opened it, by the name in `people`.
    pub author: String,
    /// Who merged it, if it is merged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_at: Option<Time>,
    /// When its last commit was pushed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_pushed_at: Option<Time>,
    /// The branch that it goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// Its labels, sorted.
    pub labels: Vec<String>,
    /// The commits that it is at: its last one and, once it is merged, the one that brought it in; sorted.
    pub commits: Vec<String>,
    /// What of the change that is: another pull request is none of this change.
    pub covers: Covers,
    /// How well all of this is established.
    pub grade: Grade,
}

/// How a platform is set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// Whether everybody has to log in with a second factor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_second_factor_required: Option<bool>,
    /// Whether somebody went round the rules of the branch for this change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_bypass_used: Option<bool>,
    /// Whether the branch can be pushed to without a pull request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_direct_push_allowed: Option<bool>,
}
