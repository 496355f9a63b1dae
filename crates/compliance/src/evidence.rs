//! What others say of a change: approvals, tickets, results of tests and scanners. Whoever has some puts it in here; what it
//! is about and who is meant is found out when the input is put together.

pub(crate) mod document;
mod github;
mod gitlab;
mod junit;
mod many;
pub(crate) mod node;
mod own;
mod read;
mod sarif;
mod severity;
#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeMap;

use crate::input::{ApprovalState, Binding, Grade, Platform, ScanKind, Time};

pub use document::read_json;
pub use many::EvidenceOfMany;
pub(crate) use many::is_of_the_return;
pub use own::evidence_schema;
pub use read::{
    EvidenceError, LARGEST_EVIDENCE, LARGEST_YAML_EVIDENCE, MOST_ELEMENTS, read_evidence,
};

/// Everything that is known from elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Who approved or refused; `None` where nobody was asked.
    pub approvals: Option<Vec<ReportedApproval>>,
    /// What trackers say; `None` where none was asked.
    pub tickets: Option<Vec<ReportedTicket>>,
    /// What tests said; `None` where there is no result of any.
    pub tests: Option<Vec<ReportedTests>>,
    /// What scanners said; `None` where there is no result of any.
    pub scans: Option<Vec<ReportedScan>>,
    /// Pull requests.
    pub pull_requests: Vec<ReportedPullRequest>,
    /// Up to when these are all that there were; `None` where nobody says that they are all.
    pub pull_requests_until: Option<Time>,
    /// How the platform is set up.
    pub platform: Option<Platform>,
}

impl Evidence {
    /// Adds what another source says. Of two platforms the later one counts.
    pub fn add(&mut self, other: Self) {
        fn join<T>(one: &mut Option<Vec<T>>, other: Option<Vec<T>>) {
            if let Some(other) = other {
                one.get_or_insert_default().extend(other);
            }
        }
        join(&mut self.approvals, other.approvals);
        join(&mut self.tickets, other.tickets);
        join(&mut self.tests, other.tests);
        join(&mut self.scans, other.scans);
        self.pull_requests.extend(other.pull_requests);
        self.pull_requests_until = other.pull_requests_until.or(self.pull_requests_until.take());
        self.platform = other.platform.or(self.platform.take());
    }
}

/// Somebody, as another system names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// By an address.
    Email(String),
    /// By an account: the system, such as `github`, and the name there.
    Account(String, String),
    /// By the id of the roster.
    Id(String),
}

/// An approval or a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedApproval {
    /// Who.
    pub by: Who,
    /// What was said.
    pub state: ApprovalState,
    /// What it means.
    pub meaning: Option<String>,
    /// When.
    pub at: Option<Time>,
    /// Where it is from.
    pub source: String,
    /// How well that is established.
    pub grade: Grade,
    /// What it is about.
    pub binds: Binding,
}

/// What a tracker says of a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedTicket {
    /// Its name.
    pub id: String,
    /// The tracker.
    pub system: Option<String>,
    /// Its state.
    pub state: String,
    /// Who approved it.
    pub approved_by: Option<Who>,
    /// When.
    pub approved_at: Option<Time>,
    /// Where it is from.
    pub source: String,
    /// How well that is established.
    pub grade: Grade,
}

/// A run of tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedTests {
    /// The suite.
    pub suite: String,
    /// How many tests there were.
    pub total: u64,
    /// How many failed or erred.
    pub failed: u64,
    /// How many were skipped.
    pub skipped: u64,
    /// When.
    pub at: Option<Time>,
    /// Where it is from.
    pub source: String,
    /// How well that is established.
    pub grade: Grade,
    /// SHA-256 of the file, in hexadecimal digits.
    pub digest: String,
    /// What was tested.
    pub binds: Binding,
}

/// A run of a scanner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedScan {
    /// The scanner.
    pub tool: String,
    /// What it looks for.
    pub kind: ScanKind,
    /// Whether it ran to its end.
    pub is_complete: bool,
    /// How many things it found, by severity.
    pub findings: BTreeMap<String, u64>,
    /// When.
    pub at: Option<Time>,
    /// Where it is from.
    pub source: String,
    /// How well that is established.
    pub grade: Grade,
    /// SHA-256 of the file, in hexadecimal digits.
    pub digest: String,
    /// What was scanned.
    pub binds: Binding,
}

/// A pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedPullRequest {
    /// Its number.
    pub number: u64,
    /// Who opened it.
    pub author: Who,
    /// Who merged it.
    pub merged_by: Option<Who>,
    /// When.
    pub merged_at: Option<Time>,
    /// When its last commit was pushed.
    pub last_pushed_at: Option<Time>,
    /// The branch that it goes to.
    pub base: Option<String>,
    /// Its labels.
    pub labels: Vec<String>,
    /// The commits that it is at: its last one and, once it is merged, the one that brought it in.
    pub commits: Vec<String>,
    /// How well all of this is established.
    pub grade: Grade,
}
