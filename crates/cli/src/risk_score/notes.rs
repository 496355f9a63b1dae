use gitops_health_git::{Change, counted, listed};
use gitops_health_history::PastEnd;
use gitops_health_report::CommitRow;

use super::assembly::FoundOwners;
use super::scorer::Scored;
use crate::lookback::about_uncounted;

/// What to know about how the score came about, the most important first.
pub(super) fn notes(
    change: &Change,
    scored: &Scored,
    rows: &[CommitRow],
    owners: &FoundOwners,
) -> Vec<String> {
    let is_empty = "The change touches no file.".to_owned();
    let mut notes = Vec::new();
    notes.extend(about_commits(rows, scored.score.value));
    notes.extend(about_past(scored));
    notes.extend(about_uncounted(scored.uncounted));
    notes.extend(scored.own_model_not_asked.clone());
    notes.extend(about_merge(change));
    notes.extend(change.files.is_empty().then_some(is_empty));
    notes.extend(about_limits(change, scored, owners));
    notes.extend(about_side_files(change, scored, owners));
    notes
}

fn about_commits(rows: &[CommitRow], whole: u32) -> Vec<String> {
    let mut notes = Vec::new();
    // Later commits may take back what earlier ones did, and each has its own moment.
    if let Some(row) = rows.iter().rev().max_by_key(|row| row.score)
        && row.score > whole
    {
        notes.push(format!(
            "One commit alone scores higher than the whole: {} with {}, {}.",
            short(row),
            row.score,
            row.band
        ));
    }
    let incomplete: Vec<&str> = rows.iter().filter(|row| !row.complete).map(short).collect();
    if !incomplete.is_empty() {
        notes.push(format!(
            "Scored without all of their content, which is not in this repository or too large: {}.",
            incomplete.join(", ")
        ));
    }
    notes
}

fn short(row: &CommitRow) -> &str {
    row.commit.get(..10).unwrap_or(&row.commit)
}

fn about_past(scored: &Scored) -> Option<String> {
    let visited = scored.visited;
    match scored.end {
        PastEnd::Complete => None,
        PastEnd::Limit => Some(format!(
            "Only the newest {} before the change {} looked at; \
             risk.history.max_commits sets how many.",
            counted(visited, "commit", "commits"),
            if visited == 1 { "was" } else { "were" }
        )),
        PastEnd::ShallowEdge => Some(format!(
            "The clone is shallow: of the commits before the change {visited} can be read. \
             `git fetch --unshallow` brings the rest."
        )),
    }
}

fn about_merge(change: &Change) -> Option<String> {
    const LISTED: usize = 3;
    let [commit] = &change.commits[..] else { return None };
    if !commit.is_merge() {
        return None;
    }
    let edits = &change.merge_edits;
    let names = listed(edits.iter().map(|edit| edit.path.to_string()), LISTED);
    let edits = match edits.len() {
        0 => "no file differs from a clean merge".into(),
        1 => format!("one file differs from a clean merge: {names}"),
        many => format!("{many} files differ from a clean merge: {names}"),
    };
    let parents = commit.parents().len();
    Some(format!(
        "This commit merges {parents} histories: it is compared with the first, and {edits}."
    ))
}

/// What was left out because there was too much of it.
fn about_limits(change: &Change, scored: &Scored, owners: &FoundOwners) -> Vec<String> {
    let mut notes = Vec::new();
    if change.rename_limit_reached {
        notes.push(
            "Too many files moved to compare them all: some renames count as deleted and added."
                .into(),
        );
    }
    if scored.renames_not_followed > 0 {
        notes.push(format!(
            "Older names of some files were not followed: in {} of the past too many files moved to \
             compare them all, or some that are too large or not here.",
            counted(scored.renames_not_followed, "commit", "commits")
        ));
    }
    if scored.functions_left_out > 0 {
        notes.push(format!(
            "{} of code not searched for long functions: too many, or too large.",
            counted(scored.functions_left_out, "file", "files")
        ));
    }
    if owners.files_left_out > 0 {
        notes.push(format!(
            "{} not looked up in CODEOWNERS: the change has too many.",
            counted(owners.files_left_out, "file", "files")
        ));
    }
    notes
}

/// What the files that speak of others say in vain.
fn about_side_files(change: &Change, scored: &Scored, owners: &FoundOwners) -> Vec<String> {
    const LISTED: usize = 3;
    let attributes = change.skipped_attributes.iter().map(ToString::to_string);
    let mailmap = scored.unread_mailmap.map(|reason| format!(".mailmap: {reason}"));
    let mut skipped = owners.skipped.iter().cloned().chain(attributes).chain(mailmap);
    let first = skipped.by_ref().take(LISTED);
    let mut notes: Vec<String> = first.map(|line| format!("Without effect: {line}.")).collect();
    let more = skipped.count();
    if more > 0 {
        notes.push(format!("Without effect: {more} more of the kind."));
    }
    notes
}
