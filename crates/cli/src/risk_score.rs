use std::collections::{BTreeSet, HashMap};

use gitops_health_git::{
    Change, Commit, FileChange, Lines, ObjectId, Past, PastEnd, PastReader, PastScope, Repo,
    RepoPath, Selection, Similarity, printable, printable_start,
};
use gitops_health_report::{
    self as report, ChangeSummary, CommitRow, RISK_SCHEMA, RiskReport, Skipped, Target, TargetKind,
    View,
};
use gitops_health_risk::{
    self as risk, Features, FileKind, LongestFunction, Moment, Purposes, Release, RiskParams,
    Score, SimilarCommit, Subject,
};

use crate::args::{ScoreArgs, ScoreFormat};
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::output;

/// `risk score`: how risky a change is, why, and how to deploy it.
pub(crate) fn run(context: &Context, args: &ScoreArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo()?;
    let params = context.config(Some(&repo))?.config.risk.check()?;
    let selection = args.selection.selection();
    let change = repo.change(&selection, Similarity::Renames)?;
    refuse_nothing(&selection, &change)?;

    let mut scorer = Scorer::new(context, &repo, &params, &change)?;
    let rows = scorer.score_commits(&selection, &change)?;
    let whole = scorer.score(&change, args.historical)?;
    let owners = owners(&repo, &change)?;
    let report = finish(&selection, &change, whole, rows, &owners);

    output::write(context, &render(context, args, &report))?;
    tell_what_is_missing(context, args, &report);
    Ok(if report.is_complete() { ExitCode::Clean } else { ExitCode::NotEvaluated })
}

/// Who asks about staged changes believes that there are some. A commit may be empty on purpose.
fn refuse_nothing(selection: &Selection, change: &Change) -> Result<(), CliError> {
    match selection {
        _ if !change.files.is_empty() => Ok(()),
        Selection::Staged => Err(CliError::new(Failure::NothingStaged)),
        Selection::Worktree => Err(CliError::new(Failure::NothingChanged)),
        _ => Ok(()),
    }
}

/// Scores changes of one repository; what it read of the past is kept from one to the next.
struct Scorer<'a> {
    context: &'a Context,
    repo: &'a Repo,
    params: &'a RiskParams,
    reader: PastReader<'a>,
    tags: HashMap<ObjectId, String>,
    purposes: Purposes,
    commits: Vec<Change>,
}

/// A scored change.
struct Scored {
    score: Score,
    features: Features,
    similar: Option<Vec<SimilarCommit>>,
    moment: Moment,
    end: PastEnd,
    visited: usize,
}

impl<'a> Scorer<'a> {
    fn new(
        context: &'a Context,
        repo: &'a Repo,
        params: &'a RiskParams,
        change: &Change,
    ) -> Result<Self, CliError> {
        let commits = if change.commits.len() > 1 {
            changes_of_commits(context, repo, &change.commits)?
        } else {
            Vec::new()
        };
        let scope = if commits.is_empty() {
            let names = risk::names_before(&change.files);
            let directories: BTreeSet<RepoPath> = names.iter().map(RepoPath::parent).collect();
            PastScope::Directories(directories.into_iter().collect())
        } else {
            PastScope::Everything
        };
        let tags = repo.tags()?.into_iter().filter(|tag| params.is_release(&tag.name));
        Ok(Self {
            context,
            repo,
            params,
            reader: PastReader::new(repo, scope)?,
            tags: tags.map(|tag| (tag.commit, printable(&tag.name))).collect(),
            purposes: Purposes::default(),
            commits,
        })
    }

    /// Each commit of a range or a pull request; none where one commit is all there is.
    fn score_commits(
        &mut self,
        selection: &Selection,
        change: &Change,
    ) -> Result<Vec<CommitRow>, CliError> {
        if matches!(selection, Selection::Commit(_)) {
            return Ok(Vec::new());
        }
        if let [only] = &change.commits[..] {
            self.commits = vec![self.repo.change_of_commit(only.clone(), Similarity::Renames)?];
        }
        let commits = std::mem::take(&mut self.commits);
        let progress = self.context.progress("commits scored");
        let mut rows = Vec::with_capacity(commits.len());
        for commit in &commits {
            let scored = self.score(commit, false)?;
            rows.push(row(commit, &scored));
            progress.at(rows.len());
        }
        Ok(rows)
    }

    fn score(&mut self, change: &Change, historical: bool) -> Result<Scored, CliError> {
        let names = risk::names_before(&change.files);
        let tips: Vec<ObjectId> = change.base.into_iter().collect();
        let progress = self.context.progress("commits of the past read");
        let past = self
            .reader
            .before(&tips, &names, self.params.max_commits(), &mut |count| progress.at(count))?;
        drop(progress);
        let moment = self.moment(change);
        let subject = Subject {
            files: &change.files,
            past: &past,
            moment,
            releases: self.releases(&past),
            longest_function: self.longest_function(&change.files)?,
            purposes: &self.purposes,
        };
        let similar = historical.then(|| risk::similar_commits(&subject, SIMILAR));
        let features = risk::measure(subject, self.params);
        let score = risk::score(&features, self.params);
        Ok(Scored {
            score,
            features,
            similar,
            moment,
            end: past.end,
            visited: past.ancestors.len(),
        })
    }

    /// The times of the newest commit, or now for what is not committed.
    fn moment(&self, change: &Change) -> Moment {
        match change.commits.first() {
            Some(commit) => Moment { authored: commit.author.time, landed: commit.committer.time },
            None => {
                let now = self.context.now();
                Moment { authored: now, landed: now }
            }
        }
    }

    fn releases(&self, past: &Past) -> Vec<Release> {
        let tagged = past.ancestors.iter();
        tagged
            .filter_map(|(id, time)| {
                Some(Release { name: self.tags.get(id)?.clone(), time: *time })
            })
            .collect()
    }

    /// Looks at the first files of code only: enough for what people write.
    fn longest_function(&self, files: &[FileChange]) -> Result<Option<LongestFunction>, CliError> {
        let mut longest: Option<LongestFunction> = None;
        for file in
            files.iter().filter(|file| FileKind::of(file) == FileKind::Code).take(FUNCTION_FILES)
        {
            let Some(found) = self.repo.longest_touched_function(file)? else { continue };
            if longest.as_ref().is_none_or(|known| known.lines < found.lines) {
                longest = Some(LongestFunction {
                    path: file.path.clone(),
                    header: found.header,
                    lines: found.lines,
                });
            }
        }
        Ok(longest)
    }
}

/// How many similar commits are listed.
const SIMILAR: usize = 5;

/// How many files are looked up in `CODEOWNERS`: a hostile one has a million lines.
const OWNED_FILES: usize = 100;

/// The most characters that are shown of a subject.
const SUBJECT: usize = 200;

/// How many files are searched for the functions that a change touches.
const FUNCTION_FILES: usize = 100;

fn changes_of_commits(
    context: &Context,
    repo: &Repo,
    commits: &[Commit],
) -> Result<Vec<Change>, CliError> {
    let progress = context.progress("commits read");
    let mut changes = Vec::with_capacity(commits.len());
    for commit in commits {
        changes.push(repo.change_of_commit(commit.clone(), Similarity::Renames)?);
        progress.at(changes.len());
    }
    Ok(changes)
}

fn row(change: &Change, scored: &Scored) -> CommitRow {
    let complexity = &scored.features.complexity;
    let most = scored.score.factors.iter().rev().max_by_key(|factor| factor.points);
    let signal =
        most.and_then(|factor| factor.signals.iter().rev().max_by_key(|signal| signal.points));
    let reason = match (most, signal) {
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

fn finish(
    selection: &Selection,
    change: &Change,
    scored: Scored,
    rows: Vec<CommitRow>,
    owners: &[String],
) -> RiskReport {
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
        score: scored.score,
    }
}

/// Who answers for the changed files by the `CODEOWNERS` file of the commit before the change: a
/// change has no say in who reviews it. In the order of the files, the first few.
fn owners(repo: &Repo, change: &Change) -> Result<Vec<String>, CliError> {
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
    let mut names: Vec<String> =
        edits.iter().take(LISTED).map(|edit| edit.path.to_string()).collect();
    if edits.len() > LISTED {
        names.push(format!("{} more", edits.len() - LISTED));
    }
    match edits.len() {
        0 => "no file differs from a clean merge".into(),
        1 => format!("one file differs from a clean merge: {}", names[0]),
        many => format!("{many} files differ from a clean merge: {}", names.join(", ")),
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

/// Whether the answer is the bare value: in a pipe, unless a report was asked for.
fn wants_bare_value(context: &Context, args: &ScoreArgs) -> bool {
    !context.result_goes_to_terminal() && !args.explain && !args.historical && args.format.is_none()
}

fn render(context: &Context, args: &ScoreArgs, report: &RiskReport) -> String {
    if wants_bare_value(context, args) {
        if !report.is_complete() {
            // A script that never looks at exit codes must not take half a score for a whole one.
            return String::new();
        }
        return match args.recommend_strategy {
            true => format!("{}\n", report.score.strategy),
            false => format!("{}\n", report.score.value),
        };
    }
    let view = View { explain: args.explain, recommend: args.recommend_strategy };
    match args.format.unwrap_or(ScoreFormat::Text) {
        ScoreFormat::Text => report::text(report, view, context.style()),
        ScoreFormat::Table => report::table(report, view, context.style()),
        ScoreFormat::Json => report::json(report),
        ScoreFormat::Markdown => report::markdown(report, view),
        ScoreFormat::Github => report::github(report),
    }
}

/// A bare value has no room for what could not be looked at, so that goes to the standard error,
/// `--quiet` or not: it is why there is no value.
fn tell_what_is_missing(context: &Context, args: &ScoreArgs, report: &RiskReport) {
    if !wants_bare_value(context, args) || report.is_complete() {
        return;
    }
    for skipped in report.skipped.iter().filter(|skipped| skipped.matters) {
        context.warn(&format!("not looked at: {}: {}", skipped.path, skipped.reason));
    }
    context
        .warn("no value is given where something was not looked at; --format text shows the rest");
}
