use gitops_health_git::{
    Change, FileChange, Lines, PastEnd, Repo, Selection, listed, printable, printable_start,
};
use gitops_health_report::{
    ChangeSummary, CommitRow, Configuration, RISK_SCHEMA, RiskReport, Skipped, Target, TargetKind,
};
use gitops_health_risk::{self as risk, Arrival, Factor};

use super::scorer::Scored;
use crate::error::CliError;

/// How many files are looked up in `CODEOWNERS`: a hostile one has a million lines.
const OWNED_FILES: usize = 100;

/// The most characters that are shown of a subject.
const SUBJECT: usize = 200;

pub(super) fn row(change: &Change, scored: &Scored) -> CommitRow {
    let complexity = &scored.features.complexity;
    let most = scored.score.factors.iter().rev().max_by_key(|factor| factor.points);
    let reason = match (most, most.and_then(Factor::strongest)) {
        (Some(factor), Some(signal)) => format!("{}: {}", factor.id.title(), signal.evidence),
        _ => String::new(),
    };
    CommitRow {
        commit: change.head.map(|head| head.to_string()).unwrap_or_default(),
        subject: change
            .commits
            .first()
            .map(|commit| printable_start(&commit.subject(), SUBJECT))
            .unwrap_or_default(),
        score: scored.score.value,
        band: scored.score.band,
        complete: !skipped(&change.files).iter().any(|skipped| skipped.matters),
        reason,
        files: complexity.files,
        added: complexity.added,
        deleted: complexity.deleted,
    }
}

/// What the repository says of the change.
pub(super) struct Found<'a> {
    pub selection: &'a Selection,
    pub change: &'a Change,
    pub owners: &'a [String],
}

/// Puts the report together: all that is decided about a change.
pub(super) fn finish(
    found: Found<'_>,
    scored: Scored,
    rows: Vec<CommitRow>,
    configuration: Configuration,
) -> RiskReport {
    let Found { selection, change, owners } = found;
    let complexity = &scored.features.complexity;
    RiskReport {
        schema: RISK_SCHEMA.to_owned(),
        target: target(selection, change, &scored),
        change: ChangeSummary {
            commits: change.commits.len(),
            files: complexity.files,
            added: complexity.added,
            deleted: complexity.deleted,
            hunks: complexity.hunks,
        },
        recommendations: risk::recommendations(&scored.score, &scored.features, owners),
        similar_commits: scored.similar.clone(),
        notes: notes(change, &scored, &rows),
        commits: rows,
        skipped: skipped(&change.files),
        configuration,
        score: scored.score,
    }
}

/// Who answers for the changed files by the `CODEOWNERS` file of the commit before the change: a
/// change has no say in who reviews it. In the order of the files, the first few.
pub(super) fn owners(repo: &Repo, change: &Change) -> Result<Vec<String>, CliError> {
    const LISTED: usize = 5;
    let Some(base) = change.base else { return Ok(Vec::new()) };
    let Some(owners) = repo.owners(&repo.commit(base)?)? else { return Ok(Vec::new()) };
    let mut names: Vec<String> = Vec::new();
    for file in change.files.iter().take(OWNED_FILES) {
        for owner in owners.of(&file.path).iter().flat_map(|rule| &rule.owners) {
            let owner = printable(owner);
            if names.len() < LISTED && !names.contains(&owner) {
                names.push(owner);
            }
        }
    }
    Ok(names)
}

fn target(selection: &Selection, change: &Change, scored: &Scored) -> Target {
    let (kind, text) = match selection {
        Selection::Staged => (TargetKind::Staged, "staged".to_owned()),
        Selection::Worktree => (TargetKind::Worktree, "worktree".to_owned()),
        Selection::Commit(revision) => (TargetKind::Commit, revision.clone()),
        Selection::Range(range) => (TargetKind::Range, range.clone()),
        Selection::PullRequest { base, head } => {
            (TargetKind::PullRequest, format!("{base}...{head}"))
        }
    };
    let single = change.commits.first().filter(|_| kind == TargetKind::Commit);
    Target {
        kind,
        selection: printable(text.as_bytes()),
        base: change.base.map(|base| base.to_string()),
        head: change.head.map(|head| head.to_string()),
        subject: single.map(|commit| printable_start(&commit.subject(), SUBJECT)),
        authored: scored.moment.authored.to_string(),
        now: match &scored.features.temporal.arrival {
            Arrival::Pending(now) => Some(now.to_string()),
            Arrival::Past(_) => None,
        },
    }
}

/// What to know about how the score came about.
fn notes(change: &Change, scored: &Scored, rows: &[CommitRow]) -> Vec<String> {
    let mut notes = Vec::new();
    // Later commits may take back what earlier ones did, and each has its own moment.
    if let Some(row) = rows.iter().rev().max_by_key(|row| row.score)
        && row.score > scored.score.value
    {
        let short = row.commit.get(..10).unwrap_or(&row.commit);
        notes.push(format!(
            "One commit alone scores higher than the whole: {short} with {}, {}.",
            row.score, row.band
        ));
    }
    let incomplete: Vec<&str> = rows
        .iter()
        .filter(|row| !row.complete)
        .map(|row| row.commit.get(..10).unwrap_or(&row.commit))
        .collect();
    if !incomplete.is_empty() {
        notes.push(format!(
            "Scored without all of their content, which is not in this repository or too large: {}.",
            incomplete.join(", ")
        ));
    }
    let visited = scored.visited;
    match scored.end {
        PastEnd::Complete => {}
        PastEnd::Limit => notes.push(format!(
            "Only the newest {visited} commits before the change were looked at; \
             risk.history.max_commits sets how many."
        )),
        PastEnd::ShallowEdge => notes.push(format!(
            "The clone is shallow: of the commits before the change {visited} can be read. \
             `git fetch --unshallow` brings the rest."
        )),
    }
    if let [commit] = &change.commits[..]
        && commit.is_merge()
    {
        notes.push(format!(
            "This commit merges {} histories: it is compared with the first, and {}.",
            commit.parents().len(),
            merge_in_words(change)
        ));
    }
    if change.rename_limit_reached {
        notes.push(
            "Too many files moved to compare them all: some renames count as deleted and added."
                .into(),
        );
    }
    if change.files.is_empty() {
        notes.push("The change touches no file.".into());
    }
    notes
}

fn merge_in_words(change: &Change) -> String {
    const LISTED: usize = 3;
    let edits = &change.merge_edits;
    let names = listed(edits.iter().map(|edit| edit.path.to_string()), LISTED);
    match edits.len() {
        0 => "no file differs from a clean merge".into(),
        1 => format!("one file differs from a clean merge: {names}"),
        many => format!("{many} files differ from a clean merge: {names}"),
    }
}

/// Files whose content could not be looked at. Binary files and submodules never have lines.
fn skipped(files: &[FileChange]) -> Vec<Skipped> {
    files
        .iter()
        .filter_map(|file| {
            let (reason, matters) = match file.lines {
                Lines::Counted { .. } => return None,
                Lines::Binary => ("binary", false),
                Lines::Submodule => ("submodule", false),
                Lines::Missing => ("its content is not in this repository", true),
                Lines::TooLarge => ("too large to compare", true),
                Lines::Unmerged => ("not merged yet", true),
            };
            Some(Skipped { path: file.path.to_string(), reason: reason.into(), matters })
        })
        .collect()
}
