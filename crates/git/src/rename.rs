//! Which deleted and added files are one file that moved, decided exactly as git decides it.
//!
//! The people who read the result compare it with `git log -M` or `git log -C`, so the answers
//! are those of git 2.47 with its default settings, down to the percentage and to the choice
//! among equals. Libgit2 measures similarity in another way and is therefore not asked. Four
//! steps, each of which only sees what the steps before it left over:
//!
//! 1. [`exact`]: files with the same content;
//! 2. [`names`]: files whose base name is unique on both sides (for renames only);
//! 3. the limit: when more pairs are left than `limit * limit`, git stops here;
//! 4. [`matrix`]: every source against every destination, most similar pair first.
//!
//! # Where the answer differs from git
//!
//! * Git lets attributes (`diff`, `-diff`, `binary`) overrule its guess whether a file is text,
//!   which decides if CR LF counts as LF. Here only the content is asked.
//! * A blob that is not there resembles nothing; git would fetch it or fail.
//! * One detection may do [`Options::work`] steps of work; git has no such bound.
//!
//! # Bounds on hostile input
//!
//! Step 1 weighs at most a hundred sources per destination, step 2 compares a source once, and
//! the limit bounds the pairs of step 4. Whatever is read or compared counts towards
//! [`Options::work`], which bounds the time; [`matrix::BLOCK_SPANS`] bounds the memory. One
//! blob is held at a time, and its size is asked before its content, so whoever implements
//! [`Blobs`] can refuse a blob that is too large by saying that it is not there. Hash maps are
//! only ever asked for a key, never walked, so their order cannot show.

mod exact;
mod gauge;
mod matrix;
mod names;
mod similarity;
#[cfg(test)]
mod tests;

use crate::{ObjectId, RepoPath};

use gauge::{Gauge, Halt};

/// The bits of a mode that tell files, symbolic links and submodules apart.
const KIND_BITS: u32 = 0o170_000;

/// The kind of a file with content of its own, executable or not.
const REGULAR: u32 = 0o100_000;

/// One side of a file: what it is and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) path: RepoPath,
    pub(crate) mode: u32,
    pub(crate) id: ObjectId,
}

impl Entry {
    fn kind(&self) -> u32 {
        self.mode & KIND_BITS
    }

    fn is_regular(&self) -> bool {
        self.kind() == REGULAR
    }
}

/// The files among which pairs are sought, in any order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Candidates {
    /// Files that only the old tree has.
    pub(crate) deleted: Vec<Entry>,
    /// Files that only the new tree has.
    pub(crate) added: Vec<Entry>,
    /// The old sides of files that both trees have and that differ: sources of copies. Not looked
    /// at when only renames are sought.
    pub(crate) modified: Vec<Entry>,
}

impl Candidates {
    /// The file at this place.
    pub(crate) fn source(&self, source: Source) -> &Entry {
        match source {
            Source::Deleted(index) => &self.deleted[index],
            Source::Modified(index) => &self.modified[index],
        }
    }
}

/// What to look for and when to give up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// Whether copies are sought too, as with `git log -C`.
    pub(crate) copies: bool,
    /// Git's `diff.renameLimit`; zero lifts the limit on pairs.
    pub(crate) limit: usize,
    /// How many steps of work may be done, [`Options::WORK`] where nothing else is to be counted.
    pub(crate) work: u64,
}

impl Options {
    /// What git 2.47 takes for `diff.renameLimit` when nobody sets it.
    pub(crate) const DEFAULT_LIMIT: usize = 1000;

    /// The work of one detection: a step is one byte hashed or one span hash looked at. Some
    /// twenty seconds of one core; a comparison of a million pairs of files of four thousand
    /// distinct lines stays below it.
    pub(crate) const WORK: u64 = 1 << 33;
}

/// Where the content of files comes from. `None` means that a blob is not there.
pub(crate) trait Blobs {
    /// What goes wrong when the store itself cannot be read.
    type Error;

    /// The length of a blob in bytes.
    fn size(&mut self, id: &ObjectId) -> Result<Option<u64>, Self::Error>;

    /// The content of a blob.
    fn read(&mut self, id: &ObjectId) -> Result<Option<Vec<u8>>, Self::Error>;
}

/// The place of a source in [`Candidates`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// An index into [`Candidates::deleted`].
    Deleted(usize),
    /// An index into [`Candidates::modified`].
    Modified(usize),
}

/// An added file and where it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pairing {
    pub(crate) source: Source,
    /// An index into [`Candidates::added`].
    pub(crate) destination: usize,
    /// Percent, rounded down, as git prints it behind `R` and `C`.
    pub(crate) similarity: u8,
    /// Whether the source stays, or moves somewhere else: git's `C` instead of `R`.
    pub(crate) is_copy: bool,
}

/// What a detection found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// In the order of the destinations' paths.
    pub(crate) pairs: Vec<Pairing>,
    /// Whether the comparison of all pairs was too expensive and was left out.
    pub(crate) limit_exceeded: bool,
    /// What is left of [`Options::work`].
    pub(crate) work_left: u64,
}

/// Finds the renames, and the copies if `options` ask for them, among `candidates`.
pub(crate) fn detect<B: Blobs>(
    candidates: &Candidates,
    options: Options,
    blobs: &mut B,
) -> Result<Outcome, B::Error> {
    let mut files = Files::new(candidates, options.copies);
    exact::pair(&mut files);
    let mut gauge = Gauge::new(blobs, options.work);
    let limit_exceeded = match pair_by_content(&mut files, options, &mut gauge) {
        Ok(()) => false,
        Err(Halt::Limit) => true,
        Err(Halt::Failed(error)) => return Err(error),
    };
    let work_left = gauge.work_left();
    Ok(Outcome { pairs: files.into_pairs(), limit_exceeded, work_left })
}

/// The steps that read blobs. Git leaves the step by names out when copies are sought, because
/// then an unrelated file may well be the better source.
fn pair_by_content<B: Blobs>(
    files: &mut Files<'_>,
    options: Options,
    gauge: &mut Gauge<'_, B>,
) -> Result<(), Halt<B::Error>> {
    if !options.copies {
        names::pair(files, gauge)?;
    }
    let sources = files.open_sources();
    let destinations = files.open_destinations();
    let pairs = sources.len().saturating_mul(destinations.len());
    if options.limit > 0 && pairs > options.limit.saturating_mul(options.limit) {
        return Err(Halt::Limit);
    }
    matrix::pair(files, &sources, &destinations, gauge)
}

/// A file that something may have come from.
struct OldFile<'a> {
    entry: &'a Entry,
    origin: Source,
    /// How many files of the new tree have this content's history. A modified file has its own
    /// new side from the start, so whatever else comes from it is a copy.
    claims: usize,
}

/// A file that may have come from somewhere, and the position and score of its source.
struct NewFile<'a> {
    entry: &'a Entry,
    index: usize,
    found: Option<(usize, u32)>,
}

/// Sources and destinations, each in the order of their paths: the order of git's own list, which
/// decides between equals.
struct Files<'a> {
    sources: Vec<OldFile<'a>>,
    destinations: Vec<NewFile<'a>>,
    copies: bool,
}

impl<'a> Files<'a> {
    fn new(candidates: &'a Candidates, copies: bool) -> Self {
        let deleted = candidates.deleted.iter().enumerate().map(|(index, entry)| OldFile {
            entry,
            origin: Source::Deleted(index),
            claims: 0,
        });
        let modified = candidates.modified.iter().enumerate().map(|(index, entry)| OldFile {
            entry,
            origin: Source::Modified(index),
            claims: 1,
        });
        let mut sources: Vec<_> = deleted.chain(modified.filter(|_| copies)).collect();
        sources.sort_by_key(|source| &source.entry.path);
        let added = candidates.added.iter().enumerate();
        let mut destinations: Vec<_> =
            added.map(|(index, entry)| NewFile { entry, index, found: None }).collect();
        destinations.sort_by_key(|destination| &destination.entry.path);
        Self { sources, destinations, copies }
    }

    /// The positions of the sources that may still be used: all of them when copies are sought.
    fn open_sources(&self) -> Vec<usize> {
        let is_open = |position: &usize| self.copies || self.sources[*position].claims == 0;
        (0..self.sources.len()).filter(is_open).collect()
    }

    /// The positions of the destinations without a source.
    fn open_destinations(&self) -> Vec<usize> {
        let is_open = |position: &usize| self.destinations[*position].found.is_none();
        (0..self.destinations.len()).filter(is_open).collect()
    }

    fn claim(&mut self, source: usize, destination: usize, score: u32) {
        self.sources[source].claims += 1;
        self.destinations[destination].found = Some((source, score));
    }

    /// The result. Of several files that came from one deleted file the last by path is the
    /// rename and the others are copies.
    fn into_pairs(mut self) -> Vec<Pairing> {
        let mut pairs = Vec::new();
        for destination in &self.destinations {
            let Some((position, score)) = destination.found else { continue };
            let source = &mut self.sources[position];
            source.claims -= 1;
            pairs.push(Pairing {
                source: source.origin,
                destination: destination.index,
                similarity: similarity::percent(score),
                is_copy: source.claims > 0,
            });
        }
        pairs
    }
}

/// Whether two files differ at most in their directory.
fn same_name(old: &Entry, new: &Entry) -> bool {
    old.path.file_name() == new.path.file_name()
}
