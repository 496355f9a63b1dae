//! What GitHub says of a pull request: its reviews, the pull request, and what a webhook sends of a review. Members that
//! are not needed are passed over, since GitHub adds some at any time.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::node::{self, Problem};
use super::values::{Moment, account, to_commit};
use super::{Evidence, ReportedApproval, ReportedPullRequest, Who};
use crate::input::{ApprovalState, Grade};

const GITHUB: &str = "github";

#[derive(Debug, Deserialize)]
struct User {
    login: String,
}

#[derive(Debug, Deserialize)]
struct Review {
    // No default: who said it is never left out, and `null` is a deleted account.
    #[serde(deserialize_with = "Option::deserialize")]
    user: Option<User>,
    state: String,
    #[serde(deserialize_with = "Option::deserialize")]
    commit_id: Option<String>,
    submitted_at: Option<Moment>,
}

#[derive(Debug, Deserialize)]
struct PullRequest {
    number: u64,
    #[serde(deserialize_with = "Option::deserialize")]
    user: Option<User>,
    merged_by: Option<User>,
    merged_at: Option<Moment>,
    base: Branch,
    head: Option<Tip>,
    merge_commit_sha: Option<String>,
    #[serde(default)]
    labels: Vec<Label>,
}

#[derive(Debug, Deserialize)]
struct Tip {
    sha: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Branch {
    #[serde(rename = "ref")]
    name: String,
}

#[derive(Debug, Deserialize)]
struct Label {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Sent {
    review: Review,
    pull_request: PullRequest,
}

/// Whether this is the list of reviews of a pull request. One without entries says nothing, whoever wrote it.
pub(super) fn is_reviews(list: &[Value]) -> bool {
    let has = |it: &Value, name: &str| it.get(name).is_some();
    list.iter().all(|it| has(it, "state") && has(it, "user") && has(it, "commit_id"))
}

/// Reads the list of reviews: the last word of each person counts. A comment takes nothing back.
pub(super) fn reviews(value: &Value) -> Result<Evidence, Problem> {
    let list: Vec<Review> = node::read(value)?;
    let mut last: BTreeMap<String, ReportedApproval> = BTreeMap::new();
    let mut approvals = Vec::new();
    for (at, review) in list.into_iter().enumerate() {
        let login = review.user.as_ref().map(|user| user.login.to_lowercase());
        let read = approval(review).map_err(|error| error.within(&format!("[{at}]")))?;
        let Some(approval) = read else { continue };
        match login {
            Some(login) => keep_newest(&mut last, login, approval),
            // Deleted accounts look the same, and are not the same person.
            None => approvals.push(approval),
        }
    }
    approvals.extend(last.into_values());
    Ok(Evidence { approvals: Some(approvals), ..Evidence::default() })
}

/// The list is in the order of time, so of two in the same second the later one counts.
fn keep_newest(
    last: &mut BTreeMap<String, ReportedApproval>,
    login: String,
    approval: ReportedApproval,
) {
    let unix = |it: &ReportedApproval| it.at.as_ref().map(|at| at.unix);
    let is_older = last.get(&login).is_some_and(|kept| unix(kept) > unix(&approval));
    if !is_older {
        last.insert(login, approval);
    }
}

/// Reads a pull request.
pub(super) fn pull_request(value: &Value) -> Result<Evidence, Problem> {
    let pull_requests = vec![reported(node::read(value)?)?];
    Ok(Evidence { pull_requests, ..Evidence::default() })
}

/// Whether this is a list of pull requests.
pub(super) fn is_pull_requests(list: &[Value]) -> bool {
    let has = |it: &Value| ["number", "user", "base"].iter().all(|name| it.get(name).is_some());
    !list.is_empty() && list.iter().all(has)
}

/// Reads a list of pull requests.
pub(super) fn pull_requests(value: &Value) -> Result<Evidence, Problem> {
    let list: Vec<PullRequest> = node::read(value)?;
    let read = |(at, it)| reported(it).map_err(|error| error.within(&format!("[{at}]")));
    let pull_requests = list.into_iter().enumerate().map(read).collect::<Result<_, _>>()?;
    Ok(Evidence { pull_requests, ..Evidence::default() })
}

/// Reads what the event `pull_request_review` sends.
pub(super) fn sent(value: &Value) -> Result<Evidence, Problem> {
    let sent: Sent = node::read(value)?;
    let approval = approval(sent.review).map_err(|error| error.within("review"))?;
    let reported = reported(sent.pull_request).map_err(|error| error.within("pull_request"))?;
    Ok(Evidence {
        approvals: Some(approval.into_iter().collect()),
        pull_requests: vec![reported],
        ..Evidence::default()
    })
}

/// What a review says, if it is more than a comment.
fn approval(review: Review) -> Result<Option<ReportedApproval>, Problem> {
    let state = match review.state.to_ascii_lowercase().as_str() {
        "approved" => ApprovalState::Approved,
        "changes_requested" => ApprovalState::ChangesRequested,
        "dismissed" => ApprovalState::Dismissed,
        // One that is pending is seen by its author alone.
        "commented" | "pending" => return Ok(None),
        _ => return Err(Problem::new("no state of a review is known by this name").within("state")),
    };
    let Some(at) = review.submitted_at else {
        return Err(Problem::new("a review has a time").within("submitted_at"));
    };
    let binds = to_commit(review.commit_id.as_deref());
    Ok(Some(ReportedApproval {
        by: who(review.user)?,
        state,
        meaning: None,
        at: Some(at.0),
        source: GITHUB.into(),
        grade: Grade::E2,
        binds: binds.map_err(|error| error.within("commit_id"))?,
    }))
}

fn reported(it: PullRequest) -> Result<ReportedPullRequest, Problem> {
    // Until it is merged, this is a commit that nobody has but GitHub.
    let merge = it.merge_commit_sha.filter(|_| it.merged_at.is_some());
    let head = it.head.and_then(|head| head.sha);
    Ok(ReportedPullRequest {
        commits: head.into_iter().chain(merge).map(|id| id.to_lowercase()).collect(),
        number: it.number,
        author: who(it.user)?,
        merged_by: it.merged_by.map(|user| who(Some(user))).transpose()?,
        merged_at: it.merged_at.map(|at| at.0),
        // GitHub knows, and does not say in this document.
        last_pushed_at: None,
        base: Some(it.base.name),
        labels: it.labels.into_iter().map(|label| label.name).collect(),
        grade: Grade::E2,
    })
}

fn who(user: Option<User>) -> Result<Who, Problem> {
    let login = user.map(|user| user.login);
    account(GITHUB, login.as_deref()).map_err(|error| error.within("user"))
}
