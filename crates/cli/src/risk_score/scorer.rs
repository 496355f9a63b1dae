use std::borrow::Cow;
use std::collections::HashMap;

use gitops_health_git::{
    Change, Commit, FileChange, FunctionSearch, ObjectId, Repo, Selection, Similarity, UnreadFile,
    counted, printable, printable_start,
};
use gitops_health_history::{Before, Past, PastEnd, Purpose};
use gitops_health_report::CommitRow;
use gitops_health_risk::forecast::Forecast;
use gitops_health_risk::metric::{ChangedFile, Shape};
use gitops_health_risk::{
    self as risk, Arrival, Features, FileKind, LongestFunction, Moment, Release, RiskParams, Score,
    SimilarCommit, Subject,
};

use super::assembly::row;
use super::forecaster::Forecaster;
use crate::context::Context;
use crate::error::CliError;
use crate::index::Indexed;
use crate::look::{masked, subject_of};

/// Scores changes of one repository.
pub(super) struct Scorer<'a> {
    context: &'a Context,
    repo: &'a Repo,
    params: &'a RiskParams,
    lineage: Indexed<'a>,
    tags: HashMap<ObjectId, Vec<String>>,
    tagged: Vec<ObjectId>,
    forecaster: Forecaster,
}

/// What is looked for beside the score, which takes longer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Beside {
    /// Earlier commits that are like the change.
    pub similar: bool,
    /// What became of commits here of which the model said as much.
    pub outcomes: bool,
}

/// A scored change.
pub(super) struct Scored {
    pub score: Score,
    pub features: Features,
    /// What each file is.
    pub kinds: Vec<FileKind>,
    pub similar: Option<Vec<SimilarCommit>>,
    pub moment: Moment,
    pub end: PastEnd,
    pub visited: usize,
    /// How many commits of the past could not be read.
    pub unread: usize,
    /// In how many commits of the past the lines of a file could not be counted.
    pub uncounted: usize,
    /// In how many commits of the past not all moved files could be compared.
    pub renames_not_followed: usize,
    /// Why what was learned from the repository itself is not asked.
    pub own_model_not_asked: Option<String>,
    /// Why people were not mapped.
    pub unread_mailmap: Option<UnreadFile>,
    /// How many files of code were not searched for functions.
    pub functions_left_out: usize,
}

impl<'a> Scorer<'a> {
    pub fn new(
        context: &'a Context,
        lineage: Indexed<'a>,
        params: &'a RiskParams,
    ) -> Result<Self, CliError> {
        let repo = lineage.repo;
        let mut tags: HashMap<ObjectId, Vec<String>> = HashMap::new();
        for tag in repo.tags_as_listed()?.into_iter().filter(|tag| params.is_release(&tag.name)) {
            tags.entry(tag.commit).or_default().push(printable(&tag.name));
        }
        let mut tagged: Vec<ObjectId> = tags.keys().copied().collect();
        tagged.sort_unstable();
        let forecaster = Forecaster::new(context, repo, params)?;
        Ok(Self { context, repo, params, lineage, tags, tagged, forecaster })
    }

    /// Each commit of a range or a pull request; none where one commit is all there is.
    pub fn score_commits(
        &mut self,
        selection: &Selection,
        change: &Change,
    ) -> Result<Vec<CommitRow>, CliError> {
        if matches!(selection, Selection::Commit(_)) {
            return Ok(Vec::new());
        }
        let commits = changes_of_commits(self.context, &self.lineage, &change.commits)?;
        let progress = self.context.progress("commits scored");
        let mut rows = Vec::with_capacity(commits.len());
        for commit in &commits {
            let scored = self.score(commit, self.arrival(commit), Beside::default())?;
            rows.push(row(commit, &scored));
            progress.at(rows.len());
        }
        Ok(rows)
    }

    /// The whole of what was selected.
    pub fn score_whole(
        &mut self,
        selection: &Selection,
        change: &Change,
        beside: Beside,
    ) -> Result<Scored, CliError> {
        let arrival = match selection {
            // It comes when it is merged, whenever its commits were made.
            Selection::PullRequest { .. } => Arrival::Merging(self.context.now()),
            _ => self.arrival(change),
        };
        self.score(change, arrival, beside)
    }

    fn arrival(&self, change: &Change) -> Arrival {
        if change.commits.is_empty() {
            return Arrival::Uncommitted(self.context.now());
        }
        Arrival::Past(change.commits.iter().map(|commit| commit.committer.time).collect())
    }

    fn score(
        &mut self,
        change: &Change,
        arrival: Arrival,
        beside: Beside,
    ) -> Result<Scored, CliError> {
        let names = risk::names_before(&change.files);
        let tips: Vec<ObjectId> = change.base.into_iter().collect();
        let past = self.lineage.history.before(Before {
            tips: &tips,
            follow: &names,
            limit: self.params.max_commits(),
            until: change.commits.iter().map(|commit| commit.committer.time.seconds).max(),
            marks: &self.tagged,
            mentions: beside.similar,
            made: true,
        })?;
        self.context.say(2, || {
            let touching = past.commits.iter().filter(|commit| !commit.followed.is_empty());
            format!(
                "past of {}: {} read, {} of them touched its files, {}",
                change.head.map_or("the change".to_owned(), |head| head.short()),
                counted(past.visited, "commit", "commits"),
                touching.count(),
                match past.end {
                    PastEnd::Complete => "to the beginning",
                    PastEnd::Limit => "to the limit",
                    PastEnd::ShallowEdge => "to the edge of the shallow clone",
                }
            )
        });
        let moment = self.moment(change);
        let kinds = self.params.kinds_of(&change.files);
        let with_kinds = change.files.iter().zip(kinds.iter().copied());
        let code = with_kinds.filter(|(_, kind)| *kind == FileKind::Code).map(|(file, _)| file);
        let code: Vec<&FileChange> = code.collect();
        let (longest_function, functions_left_out) = self.longest_function(&code)?;
        let forecast = match change.base {
            Some(base) if !change.files.is_empty() => {
                Some(self.forecast(change, &kinds, base, (&past, moment), beside)?)
            }
            _ => None,
        };
        let (forecast, similar) = match forecast {
            Some((forecast, similar)) => (Some(forecast), similar),
            None => (None, beside.similar.then(Vec::new)),
        };
        let subject = Subject {
            files: &change.files,
            past: &past,
            moment,
            arrival,
            releases: self.releases(change, &past),
            longest_function,
            forecast,
        };
        let features = risk::measure(subject, self.params);
        let score = risk::score(&features, self.params);
        Ok(Scored {
            score,
            features,
            kinds,
            similar,
            moment,
            end: past.end,
            visited: past.visited,
            unread: past.unread,
            uncounted: past.uncounted,
            renames_not_followed: past.renames_not_followed,
            own_model_not_asked: self.forecaster.why_not().map(ToOwned::to_owned),
            unread_mailmap: self.lineage.history.unread_mailmap(),
            functions_left_out,
        })
    }

    /// What the learned model says of a change, and earlier commits that are like it.
    fn forecast(
        &mut self,
        change: &Change,
        kinds: &[FileKind],
        base: ObjectId,
        (past, moment): (&Past, Moment),
        beside: Beside,
    ) -> Result<(Forecast, Option<Vec<SimilarCommit>>), CliError> {
        let files = change.files.iter().map(|file| {
            let (lines, makeup) = (self.repo.lines_before(file)?, self.repo.makeup(file)?);
            Ok(ChangedFile::of(file, lines, makeup, self.params))
        });
        let shape = Shape {
            committed: moment.landed.seconds,
            author: self.author(change)?,
            is_fix: purpose(&brought(self.repo, change)?),
            files: files.collect::<Result<_, CliError>>()?,
        };
        let history = self.lineage.history;
        let place = (self.context, self.repo, history);
        let outcomes = match beside.outcomes {
            true => self.forecaster.outcomes(place, base, self.params)?,
            false => None,
        };
        let counts = self.params.counts_of(kinds);
        let (forecast, compared) = self.forecaster.forecast(
            history,
            base,
            (past, outcomes),
            (&shape, &counts),
            self.params,
        )?;
        if !beside.similar {
            return Ok((forecast, None));
        }
        let mut title = |commit: ObjectId| -> Result<String, CliError> {
            Ok(subject_of(&self.repo.commit(commit)?))
        };
        let chronicle = history.chronicle(base)?;
        let similar = risk::similar_commits(
            &forecast,
            compared,
            &chronicle,
            (&change.files, past, moment.landed),
            (SIMILAR, self.params),
            &mut title,
        )?;
        Ok((forecast, Some(similar)))
    }

    /// Who made the newest commit, or is about to make one; `None` of whom the index does not know. Of a merge that is who
    /// made what it brings: whoever merges need not have written anything.
    fn author(&self, change: &Change) -> Result<Option<u32>, CliError> {
        let person = match &brought(self.repo, change)?[..] {
            [newest, ..] => Some(newest.author.person.clone()),
            [] => self.context.author(self.repo),
        };
        let history = self.lineage.history;
        Ok(person.map(|person| history.number_of(&person)).transpose()?.flatten())
    }

    /// The times of the newest commit, or now for what is not committed.
    fn moment(&self, change: &Change) -> Moment {
        match change.commits.first() {
            Some(newest) => {
                let landed = change.commits.iter().map(|commit| commit.committer.time);
                Moment {
                    authored: newest.author.time,
                    landed: newest.committer.time,
                    begun: landed.min().unwrap_or(newest.committer.time),
                }
            }
            None => {
                let now = self.context.now();
                Moment { authored: now, landed: now, begun: now }
            }
        }
    }

    /// The releases before the change, and those within it but for one of its last commit.
    fn releases(&self, change: &Change, past: &Past) -> Vec<Release> {
        let within = change.commits.iter().skip(1);
        let within = within.map(|commit| (commit.id, commit.committer.time));
        let tagged = past.marked.iter().copied().chain(within);
        let named = |(id, time)| {
            let names = self.tags.get(&id).into_iter().flatten();
            names.map(move |name| Release { name: name.clone(), time })
        };
        tagged.flat_map(named).collect()
    }

    /// The longest function, and how many files were not searched: only the first files of code
    /// are, enough for what people write, and none that is too large.
    fn longest_function(
        &self,
        code: &[&FileChange],
    ) -> Result<(Option<LongestFunction>, usize), CliError> {
        let mut longest: Option<LongestFunction> = None;
        let mut left_out = code.len().saturating_sub(FUNCTION_FILES);
        for file in code.iter().take(FUNCTION_FILES) {
            let found = match self.repo.longest_touched_function(file)? {
                FunctionSearch::Longest(found) => found,
                FunctionSearch::None => continue,
                FunctionSearch::TooLarge => {
                    left_out += 1;
                    continue;
                }
            };
            if longest.as_ref().is_none_or(|known| known.lines < found.lines) {
                longest = Some(LongestFunction {
                    path: file.path.clone(),
                    header: printable_start(masked(&found.header).as_bytes(), HEADER),
                    lines: found.lines,
                });
            }
        }
        Ok((longest, left_out))
    }
}

/// So many characters of the line that begins a function are shown.
const HEADER: usize = 60;

/// How many similar commits are listed.
const SIMILAR: usize = 5;

/// How many files are searched for the functions that a change touches.
const FUNCTION_FILES: usize = 100;

/// The commits of a change, newest first; of a merge alone the last of what it brings.
fn brought<'a>(repo: &Repo, change: &'a Change) -> Result<Cow<'a, [Commit]>, CliError> {
    match &change.commits[..] {
        [merge] if merge.is_merge() => {
            let parents = merge.parents().iter().rev();
            let last = parents.take(1).map(|parent| repo.commit(*parent));
            Ok(Cow::Owned(last.collect::<Result<_, _>>()?))
        }
        commits => Ok(Cow::Borrowed(commits)),
    }
}

/// Whether commits mend a defect, where all of their messages say the same.
fn purpose(commits: &[Commit]) -> Option<bool> {
    let mut purposes = commits.iter().map(|commit| Purpose::of(commit).is_fix);
    let first = purposes.next()?;
    purposes.all(|other| other == first).then_some(first)
}

fn changes_of_commits(
    context: &Context,
    lineage: &Indexed<'_>,
    commits: &[Commit],
) -> Result<Vec<Change>, CliError> {
    let progress = context.progress("commits read");
    let mut changes = Vec::with_capacity(commits.len());
    for commit in commits {
        let (commit, similarity) = (commit.clone(), Similarity::Renames);
        changes.push(lineage.repo.change_of_commit(commit, similarity, lineage)?);
        progress.at(changes.len());
    }
    Ok(changes)
}
