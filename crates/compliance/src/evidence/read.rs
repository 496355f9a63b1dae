//! Finds out what a file is by what is in it.

use serde_json::Value;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::node::Problem;
use super::{Evidence, document, github, gitlab, junit, own, sarif};
use crate::assemble::digits;
use crate::input::Binding;

/// The largest file of evidence, in bytes.
pub const LARGEST_EVIDENCE: usize = 64 << 20;

/// The largest file of evidence that is YAML, in bytes: its reader needs far more memory than that for JSON.
pub const LARGEST_YAML_EVIDENCE: usize = 1 << 20;

/// The most values or elements of a file of evidence.
pub const MOST_ELEMENTS: usize = 1_000_000;

/// What [`read_evidence`] understands, in words.
const UNDERSTOOD: &str = "gitops-health/evidence/v1 (JSON or YAML), JUnit XML, SARIF 2.1.0, and from GitHub or GitLab \
     the reviews or approvals of a pull request, pull requests, or what `pull_request_review` sends";

/// Why a file of evidence can not be used. Nothing of it is.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum EvidenceError {
    /// It is too large.
    #[error("{name}: it has {length} bytes, and not {most} at most")]
    TooLarge {
        /// The file.
        name: String,
        /// How many bytes it has.
        length: usize,
        /// How many it may have.
        most: usize,
    },
    /// It is nothing that is understood.
    #[error("{name}: {problem}; understood are {UNDERSTOOD}")]
    Unknown {
        /// The file.
        name: String,
        /// What it is not.
        problem: String,
    },
    /// It says what it is, and is not fit to be that.
    #[error("{name}: it can not be read as {kind}: {problem}")]
    Form {
        /// The file.
        name: String,
        /// What it is.
        kind: &'static str,
        /// Where, and what is wrong. Nothing of the file is repeated.
        problem: String,
    },
}

/// A file of evidence while it is read.
pub(super) struct File<'a> {
    /// SHA-256 of its bytes.
    pub digest: String,
    /// What results are about that do not say so.
    pub about: &'a Binding,
}

/// Reads a file of evidence: `docs/evidence.md` says which forms there are. What it is, its content tells; the `name` is
/// for errors. Results that do not say what they are about are about `about`, the caller's word; approvals never are.
///
/// # Errors
///
/// [`EvidenceError`] where it is too large, or not all of it is understood.
pub fn read_evidence(name: &str, bytes: &[u8], about: &Binding) -> Result<Evidence, EvidenceError> {
    check_length(name, bytes, LARGEST_EVIDENCE)?;
    let unknown =
        |problem: &str| EvidenceError::Unknown { name: name.into(), problem: problem.into() };
    let text = std::str::from_utf8(bytes).map_err(|_| unknown("it is no text in UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let file = File { digest: digits(&Sha256::digest(bytes)), about };
    let form = |kind| {
        move |problem: Problem| {
            let problem = problem.to_string();
            EvidenceError::Form { name: name.into(), kind, problem }
        }
    };
    let value = match text.trim_start().bytes().next() {
        None => return Err(unknown("it is empty")),
        Some(b'<') if junit::is_junit(text) => {
            return junit::read(text, &file).map_err(form("JUnit XML"));
        }
        Some(b'<') => return Err(unknown("it is no XML of JUnit")),
        Some(b'{' | b'[') => document::json(text).map_err(form("JSON"))?,
        Some(_) => {
            check_length(name, bytes, LARGEST_YAML_EVIDENCE)?;
            document::yaml(text).map_err(form("YAML"))?
        }
    };
    let Some(kind) = Kind::of(&value) else { return Err(unknown("it is nothing known")) };
    kind.read(&value, &file).map_err(form(kind.name()))
}

fn check_length(name: &str, bytes: &[u8], most: usize) -> Result<(), EvidenceError> {
    let length = bytes.len();
    match length > most {
        true => Err(EvidenceError::TooLarge { name: name.into(), length, most }),
        false => Ok(()),
    }
}

/// What a document is that is JSON or YAML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Own,
    Sarif,
    GitHubReviews,
    GitHubSent,
    GitHubPullRequest,
    GitHubPullRequests,
    GitLab,
    GitLabList,
}

impl Kind {
    fn of(value: &Value) -> Option<Self> {
        let has = |names: &[&str]| names.iter().all(|name| value.get(name).is_some());
        match value {
            Value::Array(list) if github::is_reviews(list) => Some(Self::GitHubReviews),
            Value::Array(list) if github::is_pull_requests(list) => Some(Self::GitHubPullRequests),
            Value::Array(list) if gitlab::is_merge_requests(list) => Some(Self::GitLabList),
            // SARIF has a `$schema`, which is another member.
            Value::Object(_) if has(&["schema"]) => Some(Self::Own),
            Value::Object(_) if sarif::is_sarif(value) => Some(Self::Sarif),
            Value::Object(_) if has(&["action", "review", "pull_request"]) => {
                Some(Self::GitHubSent)
            }
            Value::Object(_) if has(&["number", "user", "base"]) => Some(Self::GitHubPullRequest),
            _ if gitlab::has_approvals(value) || gitlab::is_merge_request(value) => {
                Some(Self::GitLab)
            }
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Own => own::SCHEMA,
            Self::Sarif => "SARIF 2.1.0",
            Self::GitHubReviews => "reviews of GitHub",
            Self::GitHubSent => "`pull_request_review` of GitHub",
            Self::GitHubPullRequest => "a pull request of GitHub",
            Self::GitHubPullRequests => "pull requests of GitHub",
            Self::GitLab => "approvals or a merge request of GitLab",
            Self::GitLabList => "merge requests of GitLab",
        }
    }

    fn read(self, value: &Value, file: &File<'_>) -> Result<Evidence, Problem> {
        match self {
            Self::Own => own::read(value, file),
            Self::Sarif => sarif::read(value, file),
            Self::GitHubReviews => github::reviews(value),
            Self::GitHubSent => github::sent(value),
            Self::GitHubPullRequest => github::pull_request(value),
            Self::GitHubPullRequests => github::pull_requests(value),
            Self::GitLab => gitlab::read(value),
            Self::GitLabList => gitlab::merge_requests(value.as_array().map_or(&[], Vec::as_slice)),
        }
    }
}
