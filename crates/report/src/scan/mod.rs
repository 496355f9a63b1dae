//! The report of `sanitize scan`: one file for each format. It says where something is and what it is
//! like; nothing here ever knows what it is.

mod github;
mod gitlab;
mod html;
mod junit;
mod markdown;
mod sarif;
mod tap;
mod text;
mod words;

use gitops_health_sanitize::Severity;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

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
pub const SCAN_SCHEMA: &str = "gitops-health/sanitize-scan/v1";

/// What was looked at, and what was found there.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ScanReport {
    /// Always [`SCAN_SCHEMA`].
    pub schema: String,
    /// What was looked at, in words.
    pub target: String,
    /// How many files, or versions of files, were read.
    pub files: usize,
    /// How many bytes these have.
    pub bytes: u64,
    /// The least severity that is listed.
    #[serde(serialize_with = "word")]
    #[schemars(with = "SeverityWord")]
    pub least: Severity,
    /// The least severity that makes the exit code 1.
    #[serde(serialize_with = "word")]
    #[schemars(with = "SeverityWord")]
    pub fail_on: Severity,
    /// How many findings of each severity there are, listed or not.
    pub counts: SeverityCounts,
    /// The findings, by path and place.
    pub findings: Vec<ScanFinding>,
    /// What was found and may stay; it is counted nowhere else.
    pub accepted: Vec<ScanAccepted>,
    /// What somebody should know of the way in which findings were judged.
    pub notes: Vec<String>,
    /// What was not looked at, by path.
    pub skipped: Vec<ScanSkip>,
}

/// How many findings of each severity there are.
#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
pub struct SeverityCounts {
    /// Of severity critical.
    pub critical: usize,
    /// Of severity high.
    pub high: usize,
    /// Of severity medium.
    pub medium: usize,
    /// Of severity low.
    pub low: usize,
    /// Of severity info, which is listed only if it is asked for.
    pub info: usize,
}

impl SeverityCounts {
    /// Counts one more.
    pub fn add(&mut self, severity: Severity) {
        *match severity {
            Severity::Critical => &mut self.critical,
            Severity::High => &mut self.high,
            Severity::Medium => &mut self.medium,
            Severity::Low => &mut self.low,
            Severity::Info => &mut self.info,
        } += 1;
    }

    fn of(self, severity: Severity) -> usize {
        match severity {
            Severity::Critical => self.critical,
            Severity::High => self.high,
            Severity::Medium => self.medium,
            Severity::Low => self.low,
            Severity::Info => self.info,
        }
    }
}

/// The severities, as they are written.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
#[expect(dead_code, reason = "it stands for another type in the schema")]
enum SeverityWord {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

fn word<S: Serializer>(severity: &Severity, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(severity)
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ScanFinding {
    /// Where the file is, with marks for what is found in its name; `(commit message)` and
    /// `(author and committer)` for what a commit says of itself, and the name of a reference for what
    /// a tag says.
    pub path: String,
    /// The commit that has it; absent for what is not committed, and where a tree is looked at.
    pub commit: Option<String>,
    /// Who wrote that commit.
    pub author: Option<String>,
    /// In a history, whether a branch or HEAD leads to that commit.
    pub is_from_branch: Option<bool>,
    /// In a history, the tag, note or stash that leads to a commit that no branch leads to.
    pub reference: Option<String>,
    /// In a history, whether the file of this path at HEAD has the value, too.
    pub is_in_head: Option<bool>,
    /// The line, counted from 1.
    pub line: usize,
    /// The byte in the line, counted from 1.
    pub column: usize,
    /// The first byte of it in the file, counted from 0.
    pub start: usize,
    /// The first byte behind it.
    pub end: usize,
    /// The rule that found it.
    pub rule: String,
    /// What the rule looks for, in words.
    pub name: String,
    /// A letter of 45 CFR 164.514(b)(2)(i), `pii` or `secret`.
    pub category: String,
    /// How much it matters.
    #[serde(serialize_with = "word")]
    #[schemars(with = "SeverityWord")]
    pub severity: Severity,
    /// The field of a structure, such as `PID-5.1`; absent in free text.
    pub field: Option<String>,
    /// How the file had to be decoded to see it, the outer layer first, such as `utf-16` or `base64`; absent
    /// where it stands there as it is. The place is then that of what was decoded.
    pub within: Option<String>,
    /// The kind of place that makes it matter more or less than elsewhere: `production`, `test` or
    /// `documentation`; absent where the place says nothing.
    pub context: Option<String>,
    /// What stands for the value: the same for the same rule, value and key. Absent without a key.
    pub fingerprint: Option<String>,
}

/// Something that was found and may stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ScanAccepted {
    /// What was found.
    pub finding: ScanFinding,
    /// What says so: `comment` beside it, `configuration` or `baseline`.
    pub by: String,
    /// Why; absent for what is in the baseline.
    pub reason: Option<String>,
    /// Until when; absent where there is no end.
    pub until: Option<String>,
}

/// Something that was not looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ScanSkip {
    /// What.
    pub path: String,
    /// Why.
    pub reason: String,
    /// Whether that was not to be expected: then the exit code is 3.
    pub is_failure: bool,
}

impl ScanReport {
    /// Whether something was found that matters enough.
    pub fn has_failed(&self) -> bool {
        let all =
            [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
        all.into_iter().any(|severity| severity >= self.fail_on && self.counts.of(severity) > 0)
    }

    /// Whether all was looked at that could be expected to be.
    pub fn is_complete(&self) -> bool {
        !self.skipped.iter().any(|skip| skip.is_failure)
    }
}

/// The whole report as JSON with two blanks of indentation, keys in a fixed order.
pub fn json(report: &ScanReport) -> String {
    document(report)
}

/// The JSON Schema of [`json()`].
pub fn json_schema() -> String {
    schema_of::<ScanReport>()
}
