//! Which files each commit changed: trees are compared, and what moved is paired.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::pace::{Load, Pace};
use super::workers::Crew;
use super::{CommitFacts, Extent, FileFacts, FilesOfCommit, SurveyStage};
use crate::attributes::lookup::{AttributeFiles, FoundAttributes};
use crate::attributes::{Attributes, DiffAttribute};
use crate::change::{Hunk, Lines};
use crate::commit::{Ancestry, Commit};
use crate::content::{Blobs, Unstored};
use crate::error::Error;
use crate::files::{self, Paired, Similarity};
use crate::id::ObjectId;
use crate::makeup::Makeup;
use crate::path::RepoPath;
use crate::repo::Repo;
use crate::tree::{Mode, Scope, Side, check_named_once, side_named};

/// A commit before the lines of its files are counted.
pub(super) struct Compared {
    pub commit: Commit,
    pub state: State,
}

pub(super) enum State {
    Changed { files: Vec<Pending>, rename_limit_reached: bool, all_compared: bool },
    Other(FilesOfCommit),
}

/// A changed file whose lines are not counted yet.
pub(super) struct Pending {
    pub file: Paired,
    /// What the attributes say of the old and the new path; `None` where they say nothing.
    pub attributes: Option<Box<[DiffAttribute; 2]>>,
    /// What is known of its lines, once it is.
    pub counted: Option<Counted>,
}

/// What counting found.
#[derive(Clone)]
pub(super) struct Counted {
    pub lines: Lines,
    pub hunks: Arc<[Hunk]>,
    pub makeup: Makeup,
    pub old: Option<Extent>,
    pub new: Option<Extent>,
}

impl Counted {
    pub fn without_lines(lines: Lines) -> Self {
        let (hunks, makeup) = Default::default();
        Self { lines, hunks, makeup, old: None, new: None }
    }
}

impl Compared {
    /// How many files are said of it.
    pub fn files(&self) -> usize {
        match &self.state {
            State::Changed { files, .. } => files.len(),
            State::Other(FilesOfCommit::Merged(paths)) => paths.len(),
            State::Other(_) => 0,
        }
    }

    /// About how much memory it takes.
    fn bytes(&self) -> usize {
        /// A changed file without its path.
        const FILE: usize = 400;
        // Who keeps a path may keep its directory.
        let path = |path: &RepoPath| 2 * (size_of::<RepoPath>() + path.as_bytes().len());
        let files = match &self.state {
            State::Changed { files, .. } => {
                let old = |pending: &Pending| pending.file.old_path.as_ref().map_or(0, path);
                files.iter().map(|it| FILE + path(&it.file.path) + old(it)).sum()
            }
            State::Other(FilesOfCommit::Merged(paths)) => paths.iter().map(path).sum::<usize>(),
            State::Other(_) => 0,
        };
        self.commit.bytes() + files
    }

    /// The paths whose lines are counted.
    pub fn paths(&self) -> impl Iterator<Item = &RepoPath> {
        let files = match &self.state {
            State::Changed { files, .. } => &files[..],
            State::Other(_) => &[],
        };
        files.iter().map(|pending| &pending.file.path)
    }

    pub fn into_facts(self) -> CommitFacts {
        let files = match self.state {
            State::Other(files) => files,
            State::Changed { files, rename_limit_reached, all_compared } => {
                let mut files: Vec<FileFacts> =
                    files.into_iter().map(Pending::into_facts).collect();
                files.sort_by(|one, two| one.path.cmp(&two.path));
                FilesOfCommit::Changed { files, rename_limit_reached, all_compared }
            }
        };
        CommitFacts { commit: self.commit, files }
    }
}

impl Pending {
    fn into_facts(self) -> FileFacts {
        let Paired { status, path, old_path, old, new } = self.file;
        let Counted { lines, hunks, makeup, old: old_extent, new: new_extent } =
            self.counted.expect("all files are counted");
        FileFacts { status, path, old_path, old, new, lines, hunks, makeup, old_extent, new_extent }
    }
}

/// How many neighbours one worker compares: they share most of their trees.
const RUN: usize = 256;

/// Compares each commit with what came before it: the first of them, as many as there is room for,
/// and what they take.
pub(super) fn compare(
    crew: &Crew<'_>,
    pace: &Pace,
    commits: &[ObjectId],
    room: Load,
) -> Result<(Vec<Compared>, Load), Error> {
    let mut most = commits.len();
    while most > 0 {
        let some = &commits[..pace.next(room).min(most)];
        let (compared, load) = try_compare(crew, some, room)?;
        let done = compared.iter().flatten().count();
        pace.learn(done, load);
        if let Some(compared) = compared.into_iter().collect()
            && load.fits(room)
        {
            return Ok((compared, load));
        }
        crew.tally.take_back(SurveyStage::Commits, done);
        most = some.len() / 2;
    }
    Ok((Vec::new(), Load::default()))
}

/// Compares all of these commits, whatever they take.
pub(super) fn compare_whole(
    crew: &Crew<'_>,
    commits: &[ObjectId],
) -> Result<(Vec<Compared>, Load), Error> {
    let endless = Load { files: usize::MAX, bytes: usize::MAX };
    let (compared, load) = try_compare(crew, commits, endless)?;
    Ok((compared.into_iter().flatten().collect(), load))
}

/// Compares these commits until they take more than there is room for; `None` for those behind, and
/// what the others take.
fn try_compare(
    crew: &Crew<'_>,
    commits: &[ObjectId],
    room: Load,
) -> Result<(Vec<Option<Compared>>, Load), Error> {
    let (tally, files, bytes) = (&crew.tally, AtomicUsize::new(0), AtomicUsize::new(0));
    let load =
        || Load { files: files.load(Ordering::Relaxed), bytes: bytes.load(Ordering::Relaxed) };
    // Packs hold the newest version of a tree whole and older ones as deltas.
    let newest_first: Vec<ObjectId> = commits.iter().rev().copied().collect();
    let mut compared = crew.work(&newest_first, RUN, |repo, known: &mut KnownAttributes, id| {
        if !load().fits(room) {
            return Ok(None);
        }
        let commit = repo.commit(*id)?;
        let state = match compare_one(repo, known, &commit) {
            Ok(state) => state,
            Err(error) => State::Other(FilesOfCommit::Unread {
                reason: error.in_words(),
                lacks: match error {
                    Error::MissingObject { id, .. } => Some(id),
                    _ => None,
                },
            }),
        };
        let compared = Compared { commit, state };
        files.fetch_add(compared.files(), Ordering::Relaxed);
        bytes.fetch_add(compared.bytes(), Ordering::Relaxed);
        tally.add(SurveyStage::Commits, 1);
        Ok(Some(compared))
    })?;
    compared.reverse();
    Ok((compared, load()))
}

fn compare_one(repo: &Repo, known: &mut KnownAttributes, commit: &Commit) -> Result<State, Error> {
    let old = match &commit.ancestry {
        _ if commit.is_merge() && !commit.parents().is_empty() => {
            let paths = repo.differs_from_all_parents(commit)?;
            return Ok(State::Other(FilesOfCommit::Merged(paths)));
        }
        Ancestry::Root => None,
        Ancestry::Parents(parents) => Some(repo.tree_of(parents[0])?),
        Ancestry::ShallowEdge(_) => return Ok(State::Other(FilesOfCommit::ShallowEdge)),
    };
    let watch = AttributesOnTheWay::default();
    let deltas = repo.compare_trees_in(old, Some(commit.tree), &watch)?;
    let attributes = known.of(repo, watch.into_found())?;
    files::check_attributes(&attributes.attributes, deltas.len())?;
    let unstored = Unstored::default();
    let mut blobs = Blobs::new(repo, &unstored);
    let (paired, rename_limit_reached) =
        files::pair_moved(deltas, Similarity::Renames, &mut blobs)?;
    check_named_once(commit.tree, paired.iter().map(|file| &file.path))?;
    let all_compared = !rename_limit_reached && !blobs.has_unread;
    let mut budget = files::Budget::default();
    let is_small = paired.len() <= files::Budget::FEW;
    let pending = paired.into_iter().map(|file| {
        let lines = match is_small || file.is_submodule() {
            true => None,
            false => budget.refuses(&file, &blobs)?,
        };
        let counted = lines.map(Counted::without_lines);
        Ok(Pending { attributes: said_of(&file, &attributes.attributes), file, counted })
    });
    let files = pending.collect::<Result<_, Error>>()?;
    Ok(State::Changed { files, rename_limit_reached, all_compared })
}

/// What the attributes say of both paths of a file.
fn said_of(file: &Paired, attributes: &Attributes) -> Option<Box<[DiffAttribute; 2]>> {
    if attributes.rule_count() == 0 {
        return None;
    }
    let new = attributes.of(&file.path).diff;
    let old = file.old_path.as_ref().map(|path| attributes.of(path).diff);
    let said = [old.unwrap_or_else(|| new.clone()), new];
    let is_silent = said.iter().all(|said| *said == DiffAttribute::Unspecified);
    (!is_silent).then(|| Box::new(said))
}

/// The files of attributes in the directories that a comparison enters.
#[derive(Default)]
pub(crate) struct AttributesOnTheWay {
    found: RefCell<Vec<(RepoPath, ObjectId)>>,
}

impl AttributesOnTheWay {
    /// The files by their directories, in the order in which these were entered.
    pub fn into_found(self) -> Vec<(RepoPath, ObjectId)> {
        self.found.into_inner()
    }
}

impl Scope for AttributesOnTheWay {
    fn enter(&self, _: &[u8]) -> Option<&Self> {
        Some(self)
    }

    fn reports_files(&self) -> bool {
        true
    }

    fn look_around(&self, directory: &[u8], new: &[u8]) {
        if let Some(Side { mode: Mode::File | Mode::Executable, id }) =
            side_named(new, b".gitattributes")
        {
            self.found.borrow_mut().push((RepoPath::new(directory), id));
        }
    }
}

/// Files of attributes with their directories, and what they say together.
#[derive(Default)]
pub(crate) struct KnownAttributes(HashMap<Vec<(RepoPath, ObjectId)>, Rc<FoundAttributes>>);

impl KnownAttributes {
    pub fn of(
        &mut self,
        repo: &Repo,
        mut files: Vec<(RepoPath, ObjectId)>,
    ) -> Result<Rc<FoundAttributes>, Error> {
        files.sort();
        if let Some(known) = self.0.get(&files) {
            return Ok(known.clone());
        }
        let mut read = AttributeFiles::default();
        for (directory, id) in &files {
            let file = repo.small_blob(*id, read.limit())?;
            read.add(directory.clone(), file);
        }
        let found = Rc::new(repo.attributes(read)?);
        // A hostile history has other attributes in every commit.
        if self.0.len() >= 1000 {
            self.0.clear();
        }
        self.0.insert(files, found.clone());
        Ok(found)
    }
}
