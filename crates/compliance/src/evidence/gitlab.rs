//! What GitLab says of a merge request: its approvals, and the merge request.

use serde::Deserialize;
use serde_json::Value;

use super::node::{self, Problem};
use super::values::{Moment, account, to_commit};
use super::{Evidence, ReportedApproval, ReportedPullRequest, Who};
use crate::input::{ApprovalState, Grade};

const GITLAB: &str = "gitlab";

#[derive(Debug, Deserialize)]
struct User {
    username: String,
}

#[derive(Debug, Deserialize)]
struct Approvals {
    approved_by: Vec<Approver>,
    sha: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Approver {
    #[serde(deserialize_with = "Option::deserialize")]
    user: Option<User>,
    approved_at: Option<Moment>,
}

#[derive(Debug, Deserialize)]
struct MergeRequest {
    iid: u64,
    #[serde(deserialize_with = "Option::deserialize")]
    author: Option<User>,
    /// The newer name of `merged_by`.
    merge_user: Option<User>,
    merged_by: Option<User>,
    merged_at: Option<Moment>,
    target_branch: String,
    sha: Option<String>,
    merge_commit_sha: Option<String>,
    squash_commit_sha: Option<String>,
    #[serde(default)]
    labels: Vec<Label>,
}

/// A name, or an object with more (`with_labels_details`).
#[derive(Debug, Deserialize)]
#[serde(from = "LabelForm")]
struct Label(String);

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum LabelForm {
    Name(String),
    Details { name: String },
}

impl From<LabelForm> for Label {
    fn from(form: LabelForm) -> Self {
        match form {
            LabelForm::Name(name) | LabelForm::Details { name } => Self(name),
        }
    }
}

/// Whether this has approvals.
pub(super) fn has_approvals(value: &Value) -> bool {
    value.get("approved_by").is_some()
}

/// Whether this is a merge request.
pub(super) fn is_merge_request(value: &Value) -> bool {
    ["iid", "author", "target_branch"].iter().all(|name| value.get(name).is_some())
}

/// Reads approvals, a merge request, or what is both.
pub(super) fn read(value: &Value) -> Result<Evidence, Problem> {
    let approvals = has_approvals(value).then(|| approvals(value)).transpose()?;
    let pull_request = is_merge_request(value).then(|| merge_request(value)).transpose()?;
    let pull_requests = pull_request.into_iter().collect();
    Ok(Evidence { approvals, pull_requests, ..Evidence::default() })
}

/// Whether this is a list of merge requests.
pub(super) fn is_merge_requests(list: &[Value]) -> bool {
    !list.is_empty() && list.iter().all(is_merge_request)
}

/// Reads a list of merge requests.
pub(super) fn merge_requests(list: &[Value]) -> Result<Evidence, Problem> {
    let mut evidence = Evidence::default();
    for (at, it) in list.iter().enumerate() {
        evidence.add(read(it).map_err(|error| error.within(&format!("[{at}]")))?);
    }
    Ok(evidence)
}

fn approvals(value: &Value) -> Result<Vec<ReportedApproval>, Problem> {
    let it: Approvals = node::read(value)?;
    // GitLab does not say which commit was approved. The newest one is named by some versions; where none is, the
    // approvals are about nothing.
    let binds = to_commit(it.sha.as_deref()).map_err(|error| error.within("sha"))?;
    let approval = |(at, it): (usize, Approver)| {
        let step = format!("approved_by[{at}]");
        Ok(ReportedApproval {
            by: who(it.user, "user").map_err(|error| error.within(&step))?,
            state: ApprovalState::Approved,
            meaning: None,
            at: it.approved_at.map(|at| at.0),
            source: GITLAB.into(),
            grade: Grade::E2,
            binds: binds.clone(),
        })
    };
    it.approved_by.into_iter().enumerate().map(approval).collect()
}

fn merge_request(value: &Value) -> Result<ReportedPullRequest, Problem> {
    let it: MergeRequest = node::read(value)?;
    let merged_by = it.merge_user.or(it.merged_by);
    let commits = [it.sha, it.merge_commit_sha, it.squash_commit_sha];
    Ok(ReportedPullRequest {
        commits: commits.into_iter().flatten().map(|id| id.to_lowercase()).collect(),
        number: it.iid,
        author: who(it.author, "author")?,
        merged_by: merged_by.map(|user| who(Some(user), "merge_user")).transpose()?,
        merged_at: it.merged_at.map(|at| at.0),
        last_pushed_at: None,
        base: Some(it.target_branch),
        labels: it.labels.into_iter().map(|label| label.0).collect(),
        grade: Grade::E2,
    })
}

fn who(user: Option<User>, member: &str) -> Result<Who, Problem> {
    let name = user.map(|user| user.username);
    account(GITLAB, name.as_deref()).map_err(|error| error.within(member))
}
