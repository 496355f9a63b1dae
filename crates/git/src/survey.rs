//! Facts about many commits at once: all that an index of a history is made of.
//!
//! The facts are those that [`Repo::changes_of`] gives for each commit, found in another order.
//! First the trees of all commits are compared, then the versions of each path are compared one
//! after the other: neighbours in a pack and nearly equal, so that each is decoded once, as one
//! delta, and only the lines between what both begin and end with are looked at.

mod count;
mod files;
mod order;
mod pace;
#[cfg(test)]
mod tests;
mod versions;
mod workers;

use std::collections::HashSet;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::change::{Hunk, Lines, Status};
use crate::commit::Commit;
use crate::error::Error;
use crate::id::ObjectId;
use crate::makeup::Makeup;
use crate::path::RepoPath;
use crate::repo::Repo;
use crate::tree::Side;

use pace::{Load, Pace};

pub(crate) use files::{AttributesOnTheWay, KnownAttributes};

/// What one commit did.
#[derive(Clone, Debug)]
pub struct CommitFacts {
    /// The commit.
    pub commit: Commit,
    /// What it did to files.
    pub files: FilesOfCommit,
}

/// What a commit did to files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilesOfCommit {
    /// The files that differ from the only parent, or from nothing at a root; sorted by path.
    Changed {
        /// The files.
        files: Vec<FileFacts>,
        /// Whether too many files moved to compare them all, as in [`crate::Changes`].
        rename_limit_reached: bool,
        /// Whether every file that may have moved could be compared: none was left out because
        /// there were too many, or because its content is too large or not here.
        all_compared: bool,
    },
    /// The files of a merge that differ from every parent, as
    /// [`Repo::differs_from_all_parents`] lists them.
    Merged(Vec<RepoPath>),
    /// Unknown: the commit is the edge of a shallow clone.
    ShallowEdge,
    /// Unknown: something could not be read, or is too large to be compared. The reason in words.
    Unread {
        /// Why.
        reason: String,
        /// The object that the repository does not hold, if that is why.
        lacks: Option<ObjectId>,
    },
}

/// What a commit did to one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// What kind of change it is.
    pub status: Status,
    /// Where the file is now, or was when it is deleted.
    pub path: RepoPath,
    /// Where a renamed file came from.
    pub old_path: Option<RepoPath>,
    /// The file before; `None` when it is added.
    pub old: Option<Side>,
    /// The file after; `None` when it is deleted.
    pub new: Option<Side>,
    /// How many lines differ.
    pub lines: Lines,
    /// The places that differ, as `git diff -U0` finds them. Empty for what has no lines and where
    /// there are more than [`FileFacts::most_hunks`].
    pub hunks: Arc<[Hunk]>,
    /// What the lines that differ are made of.
    pub makeup: Makeup,
    /// How long the file was before; `None` where it was not there or not looked at.
    pub old_extent: Option<Extent>,
    /// How long the file is after.
    pub new_extent: Option<Extent>,
}

impl FileFacts {
    /// So many places are kept of each file of a commit that changed so many: 1,024, or less where a
    /// commit would keep more than 65,536.
    pub fn most_hunks(files: usize) -> usize {
        /// A commit that touches more places has reformatted or generated something.
        const OF_COMMIT: usize = 1 << 16;
        const OF_FILE: usize = 1 << 10;
        (OF_COMMIT / files.max(1)).min(OF_FILE)
    }
}

/// The length of a version of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Bytes.
    pub bytes: u64,
    /// Lines, a last one without an end included; zero for what is not text.
    pub lines: u32,
}

/// How to go about it.
#[derive(Clone, Copy)]
pub struct SurveyOptions<'a> {
    /// How many threads work; the answer does not depend on it.
    pub threads: usize,
    /// Told how many commits or how many files have been looked at, since the beginning.
    pub progress: &'a (dyn Fn(SurveyStage, usize) + Sync),
    /// Ends the work with [`Error::Cancelled`] once it is true.
    pub cancel: &'a AtomicBool,
}

/// What is being counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SurveyStage {
    /// Commits whose trees were compared.
    Commits,
    /// Changed files whose lines were counted.
    Files,
}

/// How many changed files are enough to be looked at together.
const FILES_TOGETHER: usize = 50_000;
/// How many there are at most, but for those of a single commit. So many are looked at where each path
/// is changed so seldom that few versions would be compared with a neighbour that is decoded already.
const MOST_FILES_TOGETHER: usize = 200_000;
/// How often a path is changed among those that are looked at together, if that can be had.
const CHANGES_OF_A_PATH: usize = 2;
/// How many commits are looked at before it is seen how many files that makes: within them trees are
/// read from the newest to the oldest, and more of them share what was decoded.
const COMMITS_TOGETHER: usize = 16384;

/// Gathers facts about many commits: threads, each with its own view of the repository, that keep
/// what they decoded from one part of a history to the next.
pub struct Survey<'a> {
    crew: workers::Crew<'a>,
    pace: Pace,
}

impl<'a> Survey<'a> {
    /// Opens what the threads need; nothing is looked at yet.
    pub fn new(repo: &'a Repo, options: SurveyOptions<'a>) -> Result<Self, Error> {
        Ok(Self { crew: workers::Crew::new(repo, options)?, pace: Pace::default() })
    }

    /// The facts of the first of these commits, in their order, and how many they are: as many as
    /// memory has room for, and at least one. Whoever wants all of them asks again for the rest.
    ///
    /// Neighbours in the history should be neighbours in `commits`, as [`Repo::new_commits`] gives
    /// them.
    pub fn facts(&self, commits: &[ObjectId]) -> Result<Vec<CommitFacts>, Error> {
        let mut facts = self.compare(commits)?;
        while !count::count(&self.crew, &mut facts)? {
            self.pace.slow_down(facts.len());
            let dropped = facts.split_off(facts.len() / 2);
            self.crew.tally.take_back(SurveyStage::Commits, dropped.len());
        }
        Ok(facts.into_iter().map(files::Compared::into_facts).collect())
    }

    /// Compares the trees of the first of these commits: of so many that there is enough to count.
    fn compare(&self, commits: &[ObjectId]) -> Result<Vec<files::Compared>, Error> {
        let whole = Load::most(self.crew.first().limits.facts_bytes);
        let (mut facts, mut paths, mut room) = (Vec::new(), PathCount::default(), whole);
        loop {
            let rest = &commits[facts.len()..];
            let (part, load) = files::compare(&self.crew, &self.pace, rest, room)?;
            // One commit is looked at whatever it takes, but alone.
            let (part, load) = match part.is_empty() && facts.is_empty() && !rest.is_empty() {
                true => files::compare_whole(&self.crew, &rest[..1])?,
                false => (part, load),
            };
            paths.add(&part);
            let is_full = part.is_empty();
            facts.extend(part);
            room = load.left_of(room);
            let found = whole.files - room.files;
            let is_seldom = found < CHANGES_OF_A_PATH * paths.len();
            let is_enough = found >= FILES_TOGETHER && !is_seldom;
            // Where there is little room, trees of few commits would share what was decoded.
            let is_full = is_full || room.bytes <= whole.bytes / 4 || room.files <= whole.files / 4;
            if facts.len() == commits.len() || is_enough || is_full {
                return Ok(facts);
            }
        }
    }
}

/// How many different paths were changed. Two that have a number in common are one: nothing but the
/// size of what is looked at together depends on it.
#[derive(Default)]
struct PathCount {
    state: foldhash::fast::FixedState,
    seen: HashSet<u64>,
}

impl PathCount {
    fn add(&mut self, compared: &[files::Compared]) {
        for path in compared.iter().flat_map(files::Compared::paths) {
            self.seen.insert(self.state.hash_one(path));
        }
    }

    fn len(&self) -> usize {
        self.seen.len()
    }
}
