//! The document that policies see: one form, one version, made in one place.
//!
//! What is not known is absent, not `null` and not `false`, so that `not input.roster` asks whether anybody looked; and
//! `facts_missing` names each such fact with the reason. There is no text of the change in it: lines are there as signals,
//! findings as kinds and places, people by the name that the roster has for them. Lists are sorted, so that the same facts
//! give the same bytes, and [`Input::digest`] names them.

mod change;
mod evidence;
mod people;
mod waivers;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

pub use change::{
    Actor, Change, Class, Commit, File, FileStatus, FoundSignal, Message, Mode, Ownership,
    Signature, Time, Trailer,
};
pub use evidence::{
    Approval, ApprovalState, Binding, Covers, Grade, Platform, PullRequest, Scan, ScanKind,
    TestResult, TestRun, Ticket,
};
pub use people::{Key, Person, PersonKind, Revocation, RosterFacts};
pub use waivers::{Waiver, WaiverChange, WaiverChangeKind, WaiverFile};

/// The schema of the document: `docs/schemas/policy-input.v1.json`.
pub const INPUT_SCHEMA: &str = "gitops-health/policy-input/v1";

/// What policies see of a change.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Input {
    /// `gitops-health/policy-input/v1`.
    pub schema: String,
    /// When this was put together: the only clock that a policy has.
    pub evaluated_at: Time,
    /// The repository.
    pub repository: Repository,
    /// The change, or one commit of a history.
    pub change: Change,
    /// The branch that the change is to go to, or went to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<Branch>,
    /// The commits of the change, oldest first; none where it is not committed.
    pub commits: Vec<Commit>,
    /// The files that differ, by path.
    pub files: Vec<File>,
    /// Who is named in any of this, by the name that is used here: a name of the roster, or `mail:` and an address.
    pub people: std::collections::BTreeMap<String, Person>,
    /// What the roster of the trusted revision says; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roster: Option<RosterFacts>,
    /// The file of owners of the trusted revision; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owners: Option<OwnersFacts>,
    /// The digest of the keys that are trusted; absent where the trusted revision has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trust: Option<String>,
    /// The pull request, as a platform says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pull_request: Option<PullRequest>,
    /// Up to when all pull requests that were merged are known: a commit of then without one came without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pull_requests_until: Option<Time>,
    /// Who approved or refused it, whatever that is worth: see each one's grade.
    pub approvals: Vec<Approval>,
    /// What it was done for; absent where nobody handed in what a tracker says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tickets: Option<Vec<Ticket>>,
    /// What tests said; absent where nobody handed in a result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tests: Option<Vec<TestRun>>,
    /// What scanners said; absent where nobody handed in a result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scans: Option<Vec<Scan>>,
    /// What `sanitize` found in what the change adds; absent where it did not look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<Vec<Finding>>,
    /// How risky the change is; absent where nobody measured it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<Risk>,
    /// Tags that lead to a commit of the change, 5,000 at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<Tag>>,
    /// How the platform is set up; absent where nobody handed it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// What may stay although a rule fails, by the trusted revision; sorted by id.
    pub waivers: Vec<Waiver>,
    /// What the change does to the file of waivers: what may stay once it is believed.
    pub waiver_file: WaiverFile,
    /// What was not looked at, by the member of this document that is absent or is not whole, sorted.
    pub facts_missing: Vec<MissingFact>,
}

impl Input {
    /// The document as policies get it.
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).expect("names are texts and numbers are finite")
    }

    /// SHA-256 of the document as `compliance input` prints it without blanks: members in the order of their names.
    pub fn digest(&self) -> [u8; 32] {
        let text = serde_json::to_vec(&self.to_value()).expect("it is JSON");
        Sha256::digest(text).into()
    }
}

/// The JSON Schema (draft 2020-12) of the document.
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    generator.into_root_schema_for::<Input>().to_value()
}

/// A repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Repository {
    /// Whether this clone has no more than the newest part of the history.
    pub is_shallow: bool,
    /// Whether it has no worktree.
    pub is_bare: bool,
    /// The commit from which rules, roster, owners and waivers were read; absent where nothing is trusted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trusted: Option<String>,
}

/// A branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Branch {
    /// The name without `refs/heads/`.
    pub name: String,
    /// Whether the configuration says that it is protected.
    pub is_protected: bool,
    /// Whether the new tip has the old one among its ancestors; absent where the old one is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_fast_forward: Option<bool>,
}

/// A file of owners.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OwnersFacts {
    /// Where it is.
    pub path: String,
    /// How many of its lines have no effect.
    pub skipped_lines: usize,
}

/// What `sanitize` found; never what it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Finding {
    /// The rule that found it.
    pub rule: String,
    /// What the rule looks for, in words; absent where nobody says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The field of a structure, such as `PID-5.1`, and what the value is packed in, such as `zip: notes.txt`; absent where it
    /// stands in the file as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// `phi`, `pii` or `secret`.
    pub category: String,
    /// `info`, `low`, `medium`, `high` or `critical`.
    pub severity: String,
    /// The file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The line, from 1; absent where the value is packed in something that has no lines of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Whether the configuration of the trusted revision accepts it.
    pub is_accepted: bool,
}

/// How risky a change is.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Risk {
    /// Points, from 0 to 100.
    pub score: u8,
    /// `low`, `medium`, `high` or `critical`.
    pub band: String,
}

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tag {
    /// The name without `refs/tags/`.
    pub name: String,
    /// The commit that it leads to.
    pub commit: String,
    /// Whether it has an object of its own, with a message.
    pub is_annotated: bool,
    /// Whether its object calls itself otherwise: it was signed as another.
    pub has_other_name: bool,
    /// Whether the configuration says that names like this are of releases.
    pub is_release: bool,
    /// Who made it; absent where it has no object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tagger: Option<Actor>,
    /// What its signature is worth; absent where it has no object or that is larger than 1 MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
}

/// A fact that nobody looked at, or not at all of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct MissingFact {
    /// The member of the document: `roster`, `tests`, `files`.
    pub fact: String,
    /// Why, in words.
    pub reason: String,
}
