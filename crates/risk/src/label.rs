//! Which past commits brought defects, by what the history says, and since when that is known.
//!
//! A commit that mends a defect is known by its message ([`Evidence`]); the commit that brought the
//! defect is named there, or found by the lines that the fix changes ([`Inducers`]). What was not found to have brought one is
//! clean only once it is old enough: until most defects of its age would have been found it is censored.
//!
//! A fix by its words may be none, and a line that is changed is not always the one that was wrong: on pairs that developers
//! named, seven of ten answers are right. What a fix only adds, in a file that is new, leads nowhere, nor does what moved
//! from one file to another that was there.

mod evidence;
mod inducing;
mod lines;
mod maturity;
mod rank;
mod texts;

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use gitops_health_git::{ObjectId, Repo};
use gitops_health_history::{Chronicle, History, RecordedFile, Stage, Work};
use regex::bytes::Regex;

pub use evidence::{Convention, Evidence, Fix};
pub use inducing::{Inducers, Inducing, Link, Reason};
pub use maturity::{DEFAULT_DAYS, LEAST_DAYS, LEAST_DEFECTS, MATURE_SHARE, MOST_DAYS};
pub use rank::{FEATURES, Features};

use evidence::Fixes;
use maturity::{DAY, Maturity};

/// Why labels could not be given.
#[derive(Debug, thiserror::Error)]
pub enum LabelError {
    /// The index could not be read.
    #[error(transparent)]
    History(#[from] gitops_health_history::Error),
    /// The repository could not be read.
    #[error(transparent)]
    Git(#[from] gitops_health_git::Error),
    /// It was no longer wanted.
    #[error("looking for labels was cancelled")]
    Cancelled,
}

/// How labels are looked for.
#[derive(Clone, Debug)]
pub struct LabelParams {
    /// What refers to a defect in a message, such as `BUG-[0-9]+`: whatever refers to one mends it.
    pub issues: Vec<Regex>,
    /// Whether it is believed which commits messages name, as taken back or as the origin of a defect. Else what they name is
    /// found by lines, as everything else, and only other evidence makes a fix.
    pub names_commits: bool,
    /// Others than the likeliest candidate count from this share on.
    pub least_share: f64,
}

impl Default for LabelParams {
    fn default() -> Self {
        Self { issues: Vec::new(), names_commits: true, least_share: 0.4 }
    }
}

/// Counts up when the same history would get other labels.
pub const VERSION: u32 = 1;

/// How much is looked at where only the newest commits are asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Newest {
    /// So many messages are read, of merges not counted; of the oldest 500 of them the custom alone is learned.
    pub messages: usize,
    /// So many fixes are followed at most, each of which usually takes some milliseconds,
    pub fixes: usize,
    /// and no more than change files of so many lines together.
    pub lines: usize,
    /// And none that is older than all of so many changes that are as old as labels ever have to be ([`MOST_DAYS`]).
    pub old: usize,
    /// Where not all fixes are followed there are so many of these changes, or none is.
    pub least_old: usize,
}

impl Default for Newest {
    fn default() -> Self {
        Self { messages: 10_000, fixes: 1_000, lines: 4_000_000, old: 1_000, least_old: 100 }
    }
}

/// What is known of a commit at some time.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// The commit.
    pub commit: ObjectId,
    /// Whether it brought a defect.
    pub state: State,
    /// When it is old enough to be clean, as far as was known at that time, in seconds since 1970.
    pub mature_from: i64,
}

/// Whether a commit brought a defect.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// It did.
    Buggy {
        /// The fixes that say so, the first to be known first.
        by: Vec<Blame>,
        /// When the first of them was committed, in seconds since 1970.
        first_known: i64,
    },
    /// None was found, and it is old enough.
    Clean,
    /// None was found yet, and it is too young to tell.
    Censored,
}

/// What is known of a commit at some time, in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Whether a fix leads to it.
    pub is_defective: bool,
    /// Whether it is so old that it would be clean if none did.
    pub is_mature: bool,
}

/// A fix that speaks against a commit.
#[derive(Clone, Debug, PartialEq)]
pub struct Blame {
    /// The fix.
    pub fix: ObjectId,
    /// Since when it is known, in seconds since 1970.
    pub known: i64,
    /// How it is known that it mends something.
    pub evidence: Evidence,
    /// How likely it is that the defect came with the commit, from 0 to 1. Where the fix names it, 1.
    pub share: f64,
    /// Why, the strongest first; nothing where the fix names it.
    pub reasons: Vec<Reason>,
}

/// The labels of a history, at any time.
#[derive(Clone, Debug)]
pub struct Labels {
    /// When each was committed; `None` of merges and of what is at the edge of a shallow clone.
    commits: HashMap<ObjectId, Option<i64>>,
    order: Vec<ObjectId>,
    blames: HashMap<ObjectId, Vec<Blame>>,
    fixes: Vec<Fix>,
    conventions: Vec<(i64, Option<Convention>)>,
    unanswered: usize,
    unread: usize,
    maturity: Maturity,
    complete_from: usize,
}

/// So many reasons are kept for each fix and commit.
const MOST_REASONS: usize = 8;

impl Labels {
    /// Of all commits up to `tips`, which are indexed.
    pub fn of(
        repo: &Repo,
        history: &History,
        tips: &[ObjectId],
        params: &LabelParams,
        work: &Work<'_>,
    ) -> Result<Self, LabelError> {
        let chronicle = history.chronicle_of(tips)?;
        let fixes = evidence::fixes(repo, history, &chronicle, tips, params, (0, work))?;
        Self::by(repo, history, (&chronicle, 0, None), fixes, params, work)
    }

    /// Of the newest commits up to `tip` alone, whose chronicle that is, for whoever can't wait for all. [`Labels::complete_from`] says of
    /// which commits no fix is left out; of none where too few of these are old enough at `time`.
    pub fn of_newest(
        repo: &Repo,
        history: &History,
        (tip, chronicle): (ObjectId, &Chronicle),
        time: i64,
        (params, newest): (&LabelParams, Newest),
        work: &Work<'_>,
    ) -> Result<Self, LabelError> {
        let changes = || chronicle.commits.iter().enumerate().rev().filter(|(_, it)| it.is_change);
        // Before the custom of a repository is known its words may count for too much.
        let from = changes().nth(newest.messages).map_or(0, |(place, _)| place + 1);
        let mut first = match from {
            0 => 0,
            _ => changes()
                .nth(newest.messages.saturating_sub(evidence::WINDOW))
                .map_or(0, |(place, _)| place),
        };
        let mut fixes = evidence::fixes(repo, history, chronicle, &[tip], params, (from, work))?;
        let places = chronicle.commits.iter().enumerate().map(|(place, it)| (it.id, place));
        let places: HashMap<ObjectId, usize> = places.collect();
        let place_of = |fix: &Fix| places.get(&fix.commit).copied().unwrap_or_default();
        let mut lines = newest.lines;
        let is_too_much = |(number, fix): &(usize, &Fix)| {
            let files = chronicle.files(&chronicle.commits[place_of(fix)]).iter();
            let of_file = |file: &RecordedFile| {
                file.lines.saturating_add(file.added).saturating_add(file.deleted) as usize
            };
            lines = lines.saturating_sub(files.map(of_file).sum());
            *number >= newest.fixes || lines == 0
        };
        if let Some((_, last)) = fixes.all.iter().rev().enumerate().find(is_too_much) {
            first = first.max(place_of(last) + 1);
        }
        let by_now = time.saturating_sub(MOST_DAYS * DAY);
        let old = changes()
            .take_while(|(place, _)| *place >= first)
            .filter(|(_, it)| it.committed.seconds <= by_now && !chronicle.files(it).is_empty());
        let old: Vec<usize> = old.map(|(place, _)| place).take(newest.old).collect();
        let complete_from = match old.last() {
            Some(oldest) if old.len() == newest.old => *oldest,
            // All that there is.
            _ if first == 0 => 0,
            _ if old.len() >= newest.least_old => first,
            _ => chronicle.commits.len(),
        };
        fixes.all.retain(|fix| place_of(fix) >= complete_from);
        let place = (chronicle, complete_from, (complete_from > 0).then_some(by_now));
        Self::by(repo, history, place, fixes, params, work)
    }

    fn by(
        repo: &Repo,
        history: &History,
        (chronicle, complete_from, told_by): (&Chronicle, usize, Option<i64>),
        fixes: Fixes,
        params: &LabelParams,
        work: &Work<'_>,
    ) -> Result<Self, LabelError> {
        let Fixes { all: fixes, conventions } = fixes;
        let commits: HashMap<ObjectId, Option<i64>> = chronicle
            .commits
            .iter()
            .map(|commit| (commit.id, commit.is_change.then_some(commit.committed.seconds)))
            .collect();
        let mut blames: HashMap<ObjectId, Vec<Blame>> = HashMap::new();
        let mut inducers = Inducers::new(repo, history, chronicle);
        let (mut unanswered, mut unread) = (0, 0);
        for (done, fix) in fixes.iter().enumerate() {
            if work.cancel.load(Ordering::Relaxed) {
                return Err(LabelError::Cancelled);
            }
            (work.progress)(Stage::Files, done, Some(fixes.len()));
            let found = blamed(fix, &mut inducers, params)?;
            unread += usize::from(fix.named.is_empty() && inducers.lacks());
            unanswered += usize::from(found.is_empty());
            for (commit, share, reasons) in found {
                // Merges have no label.
                let Some(Some(committed)) = commits.get(&commit) else { continue };
                // Whatever the clocks say, a fix comes later.
                let known = fix.committed.max(*committed);
                let evidence = fix.evidence;
                let blame = Blame { fix: fix.commit, known, evidence, share, reasons };
                blames.entry(commit).or_default().push(blame);
            }
        }
        for known in blames.values_mut() {
            known.sort_by_key(|blame| (blame.known, blame.fix));
        }
        // Of earlier commits the first fix may have been left out: what became known of them took longer than it did.
        let told = chronicle.commits[complete_from.min(chronicle.commits.len())..].iter();
        // And of few years those that take long have hardly become known.
        let told =
            told.filter(|commit| told_by.is_none_or(|time| commit.committed.seconds <= time));
        let delays = told.filter_map(|commit| {
            let known = blames.get(&commit.id)?.first()?.known;
            Some((known, known.saturating_sub(commit.committed.seconds)))
        });
        let maturity = Maturity::of(delays.collect());
        let order = chronicle.commits.iter().map(|commit| commit.id).collect();
        Ok(Self {
            commits,
            order,
            blames,
            fixes,
            conventions,
            unanswered,
            unread,
            maturity,
            complete_from,
        })
    }

    /// What was known of a commit at a time, in seconds since 1970: no fix that was committed later has a say. `None` of
    /// merges, of what was not there yet by its date, and of commits that are not among those asked about.
    pub fn at(&self, commit: ObjectId, time: i64) -> Option<Label> {
        let committed = (*self.commits.get(&commit)?)?;
        if committed > time {
            return None;
        }
        let all = self.blames.get(&commit).map(Vec::as_slice).unwrap_or_default();
        let by = &all[..all.partition_point(|blame| blame.known <= time)];
        let mature_from = committed.saturating_add(self.maturity.at(time));
        let state = match by.first() {
            Some(first) => State::Buggy { by: by.to_vec(), first_known: first.known },
            None if time >= mature_from => State::Clean,
            None => State::Censored,
        };
        Some(Label { commit, state, mature_from })
    }

    /// The same in short, for whoever asks about many commits at many times.
    pub fn known_at(&self, commit: ObjectId, time: i64) -> Option<Known> {
        let committed = (*self.commits.get(&commit)?)?;
        if committed > time {
            return None;
        }
        let first = self.blames.get(&commit).and_then(|blames| blames.first());
        Some(Known {
            is_defective: first.is_some_and(|blame| blame.known <= time),
            is_mature: committed.saturating_add(self.maturity.at(time)) <= time,
        })
    }

    /// When a commit was committed, in seconds since 1970; `None` of what has no label at any time.
    pub fn committed(&self, commit: ObjectId) -> Option<i64> {
        self.commits.get(&commit).copied().flatten()
    }

    /// Since when a commit is known to have brought a defect, in seconds since 1970, and how likely that was then.
    pub fn known_since(&self, commit: ObjectId) -> Option<(i64, f64)> {
        let first = self.blames.get(&commit)?.first()?;
        Some((first.known, first.share))
    }

    /// In what time most defects of this repository became known, as far as was known at a time; in days.
    pub fn maturity_days(&self, time: i64) -> i64 {
        self.maturity.at(time) / DAY
    }

    /// By how many defects that was measured; `None` where too few were known, and it is [`DEFAULT_DAYS`].
    pub fn maturity_defects(&self, time: i64) -> Option<usize> {
        self.maturity.defects(time)
    }

    /// The custom by which the newest commits of a time say what mends a defect; `None` where words alone count.
    pub fn convention(&self, time: i64) -> Option<Convention> {
        let known = self.conventions.iter().rev().find(|(from, _)| *from <= time);
        known.and_then(|(_, convention)| *convention)
    }

    /// All commits, none before one of its parents.
    pub fn commits(&self) -> &[ObjectId] {
        &self.order
    }

    /// From which place among [`Labels::commits`] on all fixes were followed: what is known of earlier ones is not all that could be.
    pub fn complete_from(&self) -> usize {
        self.complete_from
    }

    /// The commits that mend defects, in the order of the history.
    pub fn fixes(&self) -> &[Fix] {
        &self.fixes
    }

    /// Of how many fixes nobody knows what they mend.
    pub fn unanswered(&self) -> usize {
        self.unanswered
    }

    /// Of how many fixes some content that is to be read is not here or can't be read, so that what they mend may be another.
    pub fn unread(&self) -> usize {
        self.unread
    }
}

/// Whom a fix blames, with shares and reasons.
fn blamed(
    fix: &Fix,
    inducers: &mut Inducers<'_>,
    params: &LabelParams,
) -> Result<Vec<(ObjectId, f64, Vec<Reason>)>, LabelError> {
    if !fix.named.is_empty() {
        return Ok(fix.named.iter().map(|commit| (*commit, 1.0, Vec::new())).collect());
    }
    let candidates = inducers.of(fix.commit)?;
    let counts = |(rank, one): &(usize, Inducing)| *rank == 0 || one.share >= params.least_share;
    let chosen = candidates.into_iter().enumerate().filter(counts);
    let named = chosen.map(|(_, mut one)| {
        one.reasons.truncate(MOST_REASONS);
        (one.commit, one.share, one.reasons)
    });
    Ok(named.collect())
}
