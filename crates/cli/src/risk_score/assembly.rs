use std::collections::HashSet;

use gitops_health_git::{
    Change, FileChange, Lines, OwnerRule, Repo, Selection, counted, printable,
};
use gitops_health_report::{
    ChangeSummary, CommitRow, Configuration, RISK_SCHEMA, RiskReport, Skipped, Split, Target,
    TargetKind,
};
use gitops_health_risk::{self as risk, Arrival, RiskParams};

use super::notes::notes;
use super::scorer::Scored;
use crate::error::CliError;
use crate::look::{masked_name, subject_of};

/// How many files are looked up in `CODEOWNERS`: a hostile one has a million lines.
const OWNED_FILES: usize = 100;

pub(super) fn row(change: &Change, scored: &Scored) -> CommitRow {
    let complexity = &scored.features.complexity;
    let most = scored.score.factors.iter().rev().max_by_key(|factor| factor.points);
    let reason = match most {
        _ if change.files.is_empty() => "the change touches no file".into(),
        Some(factor) => format!("{}: {}", factor.id.title(), factor.reason()),
        None => String::new(),
    };
    CommitRow {
        commit: change.head.map(|head| head.to_string()).unwrap_or_default(),
        subject: change.commits.first().map(subject_of).unwrap_or_default(),
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
    pub owners: &'a FoundOwners,
    pub params: &'a RiskParams,
}

/// Puts the report together: all that is decided about a change.
pub(super) fn finish(
    found: Found<'_>,
    scored: Scored,
    (rows, splits): (Vec<CommitRow>, Option<Vec<Split>>),
    configuration: Configuration,
) -> RiskReport {
    let Found { selection, change, owners, params } = found;
    let complexity = &scored.features.complexity;
    let report = RiskReport {
        schema: RISK_SCHEMA.to_owned(),
        target: target(selection, change, &scored, params),
        change: ChangeSummary {
            commits: change.commits.len(),
            files: complexity.files,
            added: complexity.added,
            deleted: complexity.deleted,
            hunks: complexity.hunks,
        },
        recommendations: risk::recommendations(
            &scored.score,
            &scored.features,
            &owners.names,
            params,
        ),
        splits,
        similar_commits: scored.similar.clone(),
        notes: notes(change, &scored, &rows, owners),
        commits: rows,
        skipped: skipped(&change.files).into_iter().chain(unread(&scored)).collect(),
        configuration,
        score: scored.score,
    };
    with_marks(report, change)
}

/// A report with marks in the place of what is found in names of files and directories.
fn with_marks(mut report: RiskReport, change: &Change) -> RiskReport {
    let mut names: Vec<(String, String)> = Vec::new();
    for file in &change.files {
        for path in std::iter::once(&file.path).chain(&file.old_path) {
            let mut part = Some(path.clone())
                .filter(|path| masked_name(path.as_bytes()) != printable(path.as_bytes()));
            while let Some(path) = part.filter(|path| !path.as_bytes().is_empty()) {
                names.push((path.to_string(), masked_name(path.as_bytes())));
                part = Some(path.parent());
            }
        }
    }
    if names.is_empty() {
        return report;
    }
    // A whole name before the beginning of it.
    names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    let mark = |text: &mut String| {
        for (name, marked) in names.iter().filter(|(name, marked)| name != marked) {
            if text.contains(name.as_str()) {
                *text = text.replace(name.as_str(), marked);
            }
        }
    };
    for signal in report.score.factors.iter_mut().flat_map(|factor| &mut factor.signals) {
        mark(&mut signal.evidence);
        signal.details.iter_mut().for_each(mark);
    }
    report.splits.iter_mut().flatten().for_each(|split| mark(&mut split.what));
    report.recommendations.iter_mut().for_each(mark);
    report.notes.iter_mut().for_each(mark);
    report.commits.iter_mut().for_each(|row| mark(&mut row.reason));
    report.skipped.iter_mut().for_each(|skipped| mark(&mut skipped.path));
    report
}

/// Who answers for the changed files.
pub(super) struct FoundOwners {
    /// Their names in the order of the files.
    pub names: Vec<String>,
    /// How many changed files were not looked up.
    pub files_left_out: usize,
    /// Lines of the file, or all of it, that have no effect, in words.
    pub skipped: Vec<String>,
}

/// Who answers for the changed files by the `CODEOWNERS` file of the commit before the change: a
/// change has no say in who reviews it.
pub(super) fn owners(repo: &Repo, change: &Change) -> Result<FoundOwners, CliError> {
    let mut found = FoundOwners { names: Vec::new(), files_left_out: 0, skipped: Vec::new() };
    let Some(base) = change.base else { return Ok(found) };
    let Some(file) = repo.owners(&repo.commit(base)?)? else { return Ok(found) };
    let mut known = HashSet::new();
    let rules = &file.owners;
    for changed in change.files.iter().take(OWNED_FILES) {
        let names = std::iter::once(&changed.path).chain(&changed.old_path);
        let found_rules: Vec<OwnerRule> = names.flat_map(|path| rules.of(path)).collect();
        for owner in found_rules.iter().flat_map(|rule| &rule.owners) {
            let owner = printable(owner);
            if known.insert(owner.clone()) {
                found.names.push(owner);
            }
        }
    }
    found.files_left_out = change.files.len().saturating_sub(OWNED_FILES);
    found.skipped = file.skipped.iter().map(|line| format!("{} {line}", file.path)).collect();
    Ok(found)
}

fn target(selection: &Selection, change: &Change, scored: &Scored, params: &RiskParams) -> Target {
    let (kind, text) = match selection {
        Selection::Staged => (TargetKind::Staged, "staged".to_owned()),
        Selection::Worktree => (TargetKind::Worktree, "worktree".to_owned()),
        Selection::Commit(revision) => (TargetKind::Commit, revision.clone()),
        Selection::Range(range) => (TargetKind::Range, range.clone()),
        Selection::PullRequest { base, head } => {
            (TargetKind::PullRequest, format!("{base}...{head}"))
        }
        Selection::Brought { tip, .. } => (TargetKind::Range, tip.to_string()),
    };
    let single = change.commits.first().filter(|_| kind == TargetKind::Commit);
    Target {
        kind,
        selection: printable(text.as_bytes()),
        base: change.base.map(|base| base.to_string()),
        head: change.head.map(|head| head.to_string()),
        subject: single.map(subject_of),
        authored: scored.moment.authored.to_string(),
        now: match &scored.features.temporal.arrival {
            Arrival::Uncommitted(now) => Some(now.to_string()),
            Arrival::Merging(now) if params.has_freezes() => Some(now.to_string()),
            Arrival::Merging(_) | Arrival::Past(_) => None,
        },
    }
}

/// Commits of the past that could not be looked at: what they did to the files is not in the score.
fn unread(scored: &Scored) -> Option<Skipped> {
    (scored.unread > 0).then(|| Skipped {
        path: counted(scored.unread, "commit of the past", "commits of the past"),
        reason: "could not be read when they were indexed: `gitops-health index clear` lets the next run try again".into(),
        matters: true,
    })
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
