//! What the file looks like.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::severity::Severity;
use super::super::values::Moment;
use crate::input::{ApprovalState, Binding, Platform, ScanKind};

/// What the file says that it is.
pub(in crate::evidence) const SCHEMA: &str = "gitops-health/evidence/v1";

#[derive(Debug, Deserialize, JsonSchema)]
enum Schema {
    #[serde(rename = "gitops-health/evidence/v1")]
    V1,
}

/// What a job says of a change.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "gitops-health/evidence/v1")]
pub(super) struct Document {
    /// The form.
    #[expect(dead_code, reason = "that it can be read is all there is to know")]
    schema: Schema,
    /// Who approved or refused.
    #[serde(default)]
    pub approvals: Option<Vec<Approval>>,
    /// What trackers say.
    #[serde(default)]
    pub tickets: Option<Vec<Ticket>>,
    /// What tests said.
    #[serde(default)]
    pub tests: Option<Vec<Tests>>,
    /// What scanners said.
    #[serde(default)]
    pub scans: Option<Vec<Scan>>,
    /// The pull request.
    #[serde(default)]
    pub pull_request: Option<PullRequest>,
    /// Many pull requests, to look at a history with.
    #[serde(default)]
    pub pull_requests: Vec<PullRequest>,
    /// Up to when these are all that were merged: a commit of then that none of them names came without one.
    #[serde(default)]
    pub pull_requests_until: Option<Moment>,
    /// How the platform is set up.
    #[serde(default)]
    pub platform: Option<Platform>,
}

/// How well something is established, as far as a file can say: it may make it less.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
pub(super) enum FileGrade {
    /// Somebody typed it.
    E0,
    /// It is bound by its content.
    E1,
    /// A platform attests it: what a CI job hands in.
    #[default]
    E2,
}

/// Somebody: one of the three.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Someone {
    /// An address.
    Email(String),
    /// A system and a name there: `github:ann`.
    Account(String),
    /// An id of the roster.
    Id(String),
}

/// That somebody approved or refused.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Approval {
    /// Who.
    pub by: Someone,
    /// What was said.
    pub state: ApprovalState,
    /// What it means: `review`, `approval`, `responsibility`, `authorship`.
    #[serde(default)]
    pub meaning: Option<String>,
    /// When.
    #[serde(default)]
    pub at: Option<Moment>,
    /// What it is about: nothing where it is absent.
    #[serde(default)]
    pub binds: Option<Binding>,
    /// How well that is established.
    #[serde(default)]
    pub grade: FileGrade,
}

/// What a tracker says of a ticket.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Ticket {
    /// Its name.
    pub id: String,
    /// The tracker.
    #[serde(default)]
    pub system: Option<String>,
    /// Its state.
    pub state: String,
    /// Who approved it.
    #[serde(default)]
    pub approved_by: Option<Someone>,
    /// When.
    #[serde(default)]
    pub approved_at: Option<Moment>,
    /// How well that is established.
    #[serde(default)]
    pub grade: FileGrade,
}

/// A run of tests.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Tests {
    /// The suite.
    pub suite: String,
    /// How many tests there were.
    pub total: u64,
    /// How many failed or erred.
    pub failed: u64,
    /// How many were skipped.
    #[serde(default)]
    pub skipped: u64,
    /// When.
    #[serde(default)]
    pub at: Option<Moment>,
    /// What was tested: what the caller says where it is absent.
    #[serde(default)]
    pub binds: Option<Binding>,
    /// How well that is established.
    #[serde(default)]
    pub grade: FileGrade,
}

/// A run of a scanner.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Scan {
    /// The scanner.
    pub tool: String,
    /// What it looks for.
    pub kind: ScanKind,
    /// Whether it ran to its end.
    pub is_complete: bool,
    /// How many things it found that nobody has accepted, by severity.
    #[schemars(extend("propertyNames" = {"enum": ["critical", "high", "medium", "low", "info"]}))]
    pub findings: BTreeMap<Severity, u64>,
    /// When.
    #[serde(default)]
    pub at: Option<Moment>,
    /// What was scanned: what the caller says where it is absent.
    #[serde(default)]
    pub binds: Option<Binding>,
    /// How well that is established.
    #[serde(default)]
    pub grade: FileGrade,
}

/// A pull request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PullRequest {
    /// Its number.
    pub number: u64,
    /// Who opened it.
    pub author: Someone,
    /// Who merged it.
    #[serde(default)]
    pub merged_by: Option<Someone>,
    /// When.
    #[serde(default)]
    pub merged_at: Option<Moment>,
    /// When its last commit was pushed.
    #[serde(default)]
    pub last_pushed_at: Option<Moment>,
    /// The branch that it goes to.
    #[serde(default)]
    pub base: Option<String>,
    /// Its labels.
    #[serde(default)]
    pub labels: Vec<String>,
    /// The commits that it is at: its last one and, once it is merged, the one that brought it in.
    #[serde(default)]
    pub commits: Vec<String>,
    /// How well all of this is established.
    #[serde(default)]
    pub grade: FileGrade,
}
