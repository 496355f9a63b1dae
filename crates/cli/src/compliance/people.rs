//! Who approved, refused and merged a change.

use gitops_health_compliance::input::{Input, PersonKind};
use gitops_health_git::printable;
use gitops_health_report::compliance::{ApprovalRow, MergeRow};

use crate::look::masked;

/// What the input says of approvals.
pub(super) fn approvals(input: &Input) -> Vec<ApprovalRow> {
    let row = |it: &gitops_health_compliance::input::Approval| ApprovalRow {
        person: printable(it.person.as_bytes()),
        kind: kind(input, &it.person),
        is_contributor: it.is_contributor,
        state: it.state,
        meaning: it.meaning.as_deref().map(masked),
        at: it.at.as_ref().map(|at| at.text.clone()),
        source: it.source.clone(),
        grade: it.grade,
        covers: it.covers,
    };
    input.approvals.iter().map(row).collect()
}

/// What it says of the merge of the pull request.
pub(super) fn merged(input: &Input) -> Option<MergeRow> {
    let request = input.pull_request.as_ref()?;
    let person = request.merged_by.as_ref()?;
    Some(MergeRow {
        person: printable(person.as_bytes()),
        kind: kind(input, person),
        is_contributor: input.change.contributors.contains(person),
        request: request.number,
        at: request.merged_at.as_ref().map(|at| at.text.clone()),
        grade: request.grade,
        covers: request.covers,
    })
}

fn kind(input: &Input, person: &str) -> PersonKind {
    input.people.get(person).map_or(PersonKind::Unknown, |it| it.kind)
}
