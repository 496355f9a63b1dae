//! The report of `risk labels`: one file for each format.

mod csv;
mod markdown;
mod text;
mod words;

use gitops_health_risk::label::{Convention, Evidence, Link};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Tip;
use crate::json::{document, schema_of};

pub use csv::csv;
pub use markdown::markdown;
pub use text::text;

/// The name and version of the format that [`json()`] writes.
pub const LABELS_SCHEMA: &str = "gitops-health/risk-labels/v1";

/// Which commits of a history introduced defects, and how that is known. No person is named.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LabelsReport {
    /// Always [`LABELS_SCHEMA`].
    pub schema: String,
    /// The commit whose history was looked at.
    pub target: Tip,
    /// What was committed later than this does not count, neither commits nor fixes, RFC 3339.
    pub as_of: String,
    /// Only commits and fixes since then are counted and listed, RFC 3339; absent where all are.
    pub since: Option<String>,
    /// Only commits and fixes until then are counted and listed, RFC 3339; absent where all are.
    pub until: Option<String>,
    /// The commits.
    pub total: LabelTotal,
    /// The fixes that labels come from.
    pub fixes: FixTotal,
    /// After what time a commit is old enough to be clean.
    pub maturity: MaturityTime,
    /// The custom by which messages say what mends a defect: words alone are no evidence beside it. Absent where there is
    /// none, and words count.
    pub convention: Option<Convention>,
    /// The commits that introduced a defect, newest first; absent where one commit was asked about.
    pub introduced: Option<Vec<CommitLabel>>,
    /// The commit that was asked about; absent where none was.
    pub commit: Option<CommitLabel>,
    /// How many commits could not be read: what they did is not known.
    pub unread_commits: usize,
    /// Of how many fixes some content is not here or could not be read: they may lead to other commits.
    pub unread_fixes: usize,
    /// Whether the clone is shallow, so that older commits have no label.
    pub shallow: bool,
    /// What to know about the labels.
    pub notes: Vec<String>,
}

/// The commits of a history, by label.
#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
pub struct LabelTotal {
    /// How many have a label.
    pub commits: usize,
    /// How many introduced a defect.
    pub introduced: usize,
    /// How many of these have a share of at least 0.5.
    pub introduced_likely: usize,
    /// How many did not, as far as fixes tell, and are old enough.
    pub clean: usize,
    /// Of how many it is not known yet.
    pub censored: usize,
    /// How many are merges, which have no label.
    pub merges: usize,
    /// Of how many it is not known what they did: at the edge of a shallow clone, or not to be read.
    pub unknown: usize,
    /// How many were committed later than the time of the labels, by their clocks; merges are among them.
    pub later: usize,
    /// How many are old enough.
    pub mature: usize,
    /// How many of these introduced a defect, from 0 to 1; absent where none is old enough.
    pub base_rate: Option<f64>,
}

/// The fixes of a history.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FixTotal {
    /// How many.
    pub fixes: usize,
    /// How many lead to no commit: it is not known what they mend.
    pub unanswered: usize,
    /// The same by kind of evidence, the strongest first.
    pub by_evidence: Vec<EvidenceTotal>,
}

/// The fixes of one kind of evidence.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct EvidenceTotal {
    /// How it is known that they mend something.
    pub evidence: Evidence,
    /// How many.
    pub fixes: usize,
    /// How many of these lead to no commit.
    pub unanswered: usize,
}

/// After what time a commit is old enough to be clean.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct MaturityTime {
    /// In days.
    pub days: i64,
    /// On how many defects it was measured; absent where too few are known, and it is assumed.
    pub defects: Option<usize>,
}

/// What is known of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LabelState {
    /// It introduced a defect, as far as fixes tell.
    Introduced,
    /// No fix leads to it, and it is old enough.
    Clean,
    /// No fix leads to it yet, and it is too young to tell.
    Censored,
    /// It is a merge, which has no label.
    Merge,
    /// What it did is not known: it is at the edge of a shallow clone, or could not be read.
    Unknown,
    /// It was committed later than the time of the labels, by its clock.
    Later,
}

impl LabelState {
    /// The word for programs, as in JSON.
    fn word(self) -> &'static str {
        match self {
            Self::Introduced => "introduced",
            Self::Clean => "clean",
            Self::Censored => "censored",
            Self::Merge => "merge",
            Self::Unknown => "unknown",
            Self::Later => "later",
        }
    }
}

/// A commit with its label and all that speaks for it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CommitLabel {
    /// The commit.
    pub commit: String,
    /// When it was committed, RFC 3339, on the committer's clock.
    pub committed: String,
    /// The first line of its message, with marks in the place of what must not be shown.
    pub subject: String,
    /// What is known of it.
    pub state: LabelState,
    /// Since when it is known to have introduced a defect, RFC 3339.
    pub known_since: Option<String>,
    /// When it is old enough to be clean, as far as is known, RFC 3339; absent of what has no label.
    pub mature_from: Option<String>,
    /// How likely a fix leads to the right commit with it, from 0 to 1: the highest share of its fixes.
    pub share: Option<f64>,
    /// The fixes that lead to it, in the order in which they became known.
    pub fixes: Vec<LinkedCommit>,
    /// What it mends itself; absent where it is no fix, and in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mends: Option<Mends>,
}

/// What a fix mends.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Mends {
    /// How it is known that it mends something.
    pub evidence: Evidence,
    /// The commits that it leads to, the likeliest first; empty where that is not known.
    pub commits: Vec<LinkedCommit>,
}

/// The other end of a link between a fix and a commit that introduced a defect.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LinkedCommit {
    /// The other commit.
    pub commit: String,
    /// When it was committed, RFC 3339, on the committer's clock.
    pub committed: String,
    /// The first line of its message, with marks in the place of what must not be shown.
    pub subject: String,
    /// How it is known that the fix mends something.
    pub evidence: Evidence,
    /// Whether the message of the fix names the commit, so that no lines were followed.
    pub is_named: bool,
    /// How likely the fix leads to the right commit, from 0 to 1, among all that may have brought what it mends.
    pub share: f64,
    /// How many whole days the fix came after the commit.
    pub days: i64,
    /// What links the two, the strongest first.
    pub reasons: Vec<LabelReason>,
}

/// What links a commit to a fix, in one file.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LabelReason {
    /// What the commit did.
    pub link: Link,
    /// The file, as it is called before the fix, quoted as git does where it holds what can't be printed.
    pub path: String,
    /// In how many lines; 0 where it is about the file.
    pub lines: u32,
    /// The first of them, before the fix, or after it for what it brings back; absent where there is none.
    pub first_line: Option<u32>,
}

/// The whole report as JSON with two blanks of indentation, keys in a fixed order.
pub fn json(report: &LabelsReport) -> String {
    document(report)
}

/// The JSON Schema (draft 2020-12) of what [`json`] writes.
pub fn json_schema() -> String {
    schema_of::<LabelsReport>()
}

impl LabelsReport {
    /// Whether everything that was asked for could be looked at.
    pub fn is_complete(&self) -> bool {
        let is_unknown = |commit: &CommitLabel| commit.state == LabelState::Unknown;
        self.unread_commits + self.unread_fixes == 0
            && !self.commit.as_ref().is_some_and(is_unknown)
    }
}
