use std::collections::{HashMap, HashSet};

use crate::attributes::lookup::FoundAttributes;
use crate::attributes::{Attributes, DiffAttribute, PathAttributes};
use crate::change::{Changes, FileChange, Hunk, Lines, Status};
use crate::commit::{Ancestry, Commit};
use crate::content::{Blobs, Unstored};
use crate::error::Error;
use crate::id::ObjectId;
use crate::lines;
use crate::path::RepoPath;
use crate::rename;
use crate::repo::Repo;
use crate::tree::{Mode, Side, TreeDelta, too_large};
use crate::worktree::Content;

/// The most bytes that are read to count the lines of one change: a small repository can name one
/// large blob a hundred thousand times.
const CHANGE_BYTES: u64 = 1 << 30;

/// How often a line of attributes is compared with a path of one change: some ten seconds. People
/// write a few hundred lines.
const ATTRIBUTE_CHECKS: usize = 100_000_000;

/// Whether files that moved or were copied are recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Similarity {
    /// Every file stands for itself, as with `--no-renames`.
    Off,
    /// Deleted files are looked for among the added ones, as with `-M`.
    Renames,
    /// Also files changed in the same commit are looked at as sources, as with `-C`.
    Copies,
}

/// Both versions of a text file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions {
    /// The content before; empty when the file is added.
    pub old: Vec<u8>,
    /// The content after; empty when it is deleted.
    pub new: Vec<u8>,
    /// The places where they differ, sorted.
    pub hunks: Vec<Hunk>,
}

impl Repo {
    /// The files of a commit that differ from its first parent, or from nothing at a root.
    pub fn changes_of(&self, commit: &Commit, similarity: Similarity) -> Result<Changes, Error> {
        let old = match &commit.ancestry {
            Ancestry::Root => None,
            Ancestry::Parents(parents) => Some(self.commit(parents[0])?.tree),
            Ancestry::ShallowEdge(_) => return Err(Error::ShallowEdge { commit: commit.id }),
        };
        self.changes_between(old, commit.tree, similarity)
    }

    /// The files that differ between two trees, sorted by path; `None` is the empty tree.
    ///
    /// Attributes are those of the new tree, so that the answer is the same everywhere: that of
    /// `git --attr-source=NEW diff`. Git by itself asks the worktree.
    pub fn changes_between(
        &self,
        old: Option<ObjectId>,
        new: ObjectId,
        similarity: Similarity,
    ) -> Result<Changes, Error> {
        let deltas = self.compare_trees(old, Some(new))?;
        let attributes = self.attributes_of_tree(new, &deltas)?;
        self.describe(deltas, similarity, attributes, &Unstored::default())
    }

    /// The places where a text file changed; empty for everything else, and for a file of the
    /// worktree that is no longer as it was.
    pub fn hunks(&self, change: &FileChange) -> Result<Vec<Hunk>, Error> {
        let is_text = matches!(change.lines, Lines::Counted { .. });
        let versions = if is_text { self.versions(change)? } else { None };
        Ok(versions.map(|versions| versions.hunks).unwrap_or_default())
    }

    /// The places where two stored texts differ; `None` where one of them is no text, is too large to be compared or is
    /// not here.
    pub fn hunks_between(&self, old: ObjectId, new: ObjectId) -> Result<Option<Vec<Hunk>>, Error> {
        let text = |id: ObjectId| -> Result<Option<Vec<u8>>, Error> {
            let size = self.blob_size(id)?;
            if size.is_none_or(|size| size > self.limits.blob_bytes) {
                return Ok(None);
            }
            Ok(self.blob(id)?.filter(|content| !lines::looks_binary(content)))
        };
        let (Some(old), Some(new)) = (text(old)?, text(new)?) else { return Ok(None) };
        Ok(lines::compare(&old, &new).map(|found| found.hunks))
    }

    /// Both versions of a text file with the places where they differ; `None` for everything else, and for a file
    /// of the worktree that is no longer as it was. What only attributes say is no text is one here.
    pub fn versions(&self, change: &FileChange) -> Result<Option<Versions>, Error> {
        if !matches!(change.lines, Lines::Counted { .. } | Lines::Binary) {
            return Ok(None);
        }
        let new = self.new_content(change, self.limits.blob_bytes)?;
        Ok(match (self.content(change.old)?, new) {
            (Some(old), Some(Content::Bytes(new)))
                if change.lines != Lines::Binary
                    || !lines::looks_binary(&old) && !lines::looks_binary(&new) =>
            {
                let ids = change.old.zip(change.new).map(|(old, new)| (old.id, new.id));
                let kept = ids.and_then(|(old, new)| self.hunks.take(old, new));
                let hunks = kept.unwrap_or_else(|| lines::hunks(&old, &new));
                Some(Versions { old, new, hunks })
            }
            _ => None,
        })
    }

    /// Lets the attributes of a commit count on changed files, in the place of those that the change brings itself;
    /// without a commit none. What only its own attributes call no text is text then, and its lines are counted.
    pub fn judge_by_attributes_of(
        &self,
        commit: Option<ObjectId>,
        files: &mut [FileChange],
    ) -> Result<(), Error> {
        let attributes = match commit {
            Some(commit) => self.attributes_at(commit, files)?,
            None => vec![PathAttributes::default(); files.len()],
        };
        for (file, attributes) in files.iter_mut().zip(attributes) {
            if file.attributes == attributes {
                continue;
            }
            if file.lines == Lines::Binary
                && attributes.diff != DiffAttribute::Unset
                && let Some(versions) = self.versions(file)?
            {
                let ids = [file.old, file.new].map(|side| side.map(|side| side.id));
                file.lines = self.count_lines(ids, &versions.old, &versions.new);
            }
            file.attributes = attributes;
        }
        Ok(())
    }

    /// Pairs what moved and counts the lines of every file. Content that is not stored is taken
    /// from `unstored`.
    pub(crate) fn describe(
        &self,
        deltas: Vec<TreeDelta>,
        similarity: Similarity,
        found: FoundAttributes,
        unstored: &Unstored,
    ) -> Result<Changes, Error> {
        let FoundAttributes { attributes, skipped: skipped_attributes } = found;
        check_attributes(&attributes, deltas.len())?;
        let mut blobs = Blobs::new(self, unstored);
        let (paired, rename_limit_reached) = pair_moved(deltas, similarity, &mut blobs)?;
        let mut budget = Budget::default();
        let mut files = paired
            .into_iter()
            .map(|paired| {
                let found = attributes.of(&paired.path);
                let lines = self.count(&paired, &found, &attributes, &blobs, &mut budget)?;
                let Paired { status, path, old_path, old, new } = paired;
                Ok(FileChange { status, path, old_path, old, new, lines, attributes: found })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        files.sort_by(|one, two| one.path.cmp(&two.path));
        Ok(Changes { files, rename_limit_reached, skipped_attributes })
    }

    fn count(
        &self,
        file: &Paired,
        new_attributes: &PathAttributes,
        attributes: &Attributes,
        blobs: &Blobs<'_>,
        budget: &mut Budget,
    ) -> Result<Lines, Error> {
        if file.is_submodule() {
            return Ok(Lines::Submodule);
        }
        if let Some(lines) = budget.refuses(file, blobs)? {
            return Ok(lines);
        }
        let old_attributes = file.old_path.as_ref().map(|path| attributes.of(path));
        let old_attributes = old_attributes.as_ref().unwrap_or(new_attributes);
        let (Some(old), Some(new)) = (blobs.content(file.old)?, blobs.content(file.new)?) else {
            return Ok(Lines::Missing);
        };
        if self.is_binary_side(file.old, &old_attributes.diff, &old)
            || self.is_binary_side(file.new, &new_attributes.diff, &new)
        {
            return Ok(Lines::Binary);
        }
        if file.old.map(|side| side.id) == file.new.map(|side| side.id) {
            return Ok(Lines::Counted { added: 0, deleted: 0, hunks: 0 });
        }
        let ids = [file.old, file.new].map(|side| side.map(|side| side.id));
        Ok(self.count_lines(ids, &old, &new))
    }

    /// The text that git compares for one side of a file; `None` when it is not here.
    pub(crate) fn content(&self, side: Option<Side>) -> Result<Option<Vec<u8>>, Error> {
        match side {
            None => Ok(Some(Vec::new())),
            Some(Side { mode: Mode::Submodule, id }) => {
                Ok(Some(format!("Subproject commit {id}\n").into_bytes()))
            }
            Some(Side { id, .. }) => self.blob(id),
        }
    }
}

/// A file before its lines are counted.
pub(crate) struct Paired {
    pub status: Status,
    pub path: RepoPath,
    pub old_path: Option<RepoPath>,
    pub old: Option<Side>,
    pub new: Option<Side>,
}

impl Paired {
    /// Whether it is a commit of another repository, before and after.
    pub fn is_submodule(&self) -> bool {
        [self.old, self.new].iter().flatten().all(|side| side.mode == Mode::Submodule)
    }
}

/// How many bytes of one change may still be read.
pub(crate) struct Budget {
    bytes_left: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { bytes_left: CHANGE_BYTES }
    }
}

impl Budget {
    /// So many files need not be asked about one by one before they are read: whether they were
    /// too many together shows afterwards.
    pub const FEW: usize = 64;

    /// Whether files of so many bytes together certainly were not.
    pub fn is_enough(bytes: u64) -> bool {
        bytes <= CHANGE_BYTES / 2
    }

    /// Why the content of a file is not to be read; `None` where it may be, and is paid for.
    pub fn refuses(&mut self, file: &Paired, blobs: &Blobs<'_>) -> Result<Option<Lines>, Error> {
        for side in
            [file.old, file.new].iter().flatten().filter(|side| side.mode != Mode::Submodule)
        {
            match blobs.size(side.id)? {
                None => return Ok(Some(Lines::Missing)),
                Some(size) if size > blobs.repo.limits.blob_bytes.min(self.bytes_left) => {
                    return Ok(Some(Lines::TooLarge));
                }
                Some(size) => self.bytes_left -= size,
            }
        }
        Ok(None)
    }
}

/// Whether comparing the files with all rules is bearable.
pub(crate) fn check_attributes(attributes: &Attributes, files: usize) -> Result<(), Error> {
    if attributes.rule_count().saturating_mul(files) > ATTRIBUTE_CHECKS {
        let what = "the lines of attributes times the changed files";
        return Err(too_large(what, ATTRIBUTE_CHECKS, "comparisons"));
    }
    Ok(())
}

/// Replaces deleted and added files that are one file which moved.
pub(crate) fn pair_moved(
    deltas: Vec<TreeDelta>,
    similarity: Similarity,
    blobs: &mut Blobs<'_>,
) -> Result<(Vec<Paired>, bool), Error> {
    if similarity == Similarity::Off {
        return Ok((deltas.into_iter().map(unpaired).collect(), false));
    }
    let candidates = candidates(&deltas);
    let copies = similarity == Similarity::Copies;
    let (limit, work) = (rename::Options::DEFAULT_LIMIT, rename::Options::WORK);
    let options = rename::Options { copies, limit, work };
    let outcome = rename::detect(&candidates, options, blobs)?;
    Ok((apply(deltas, &candidates, &outcome.pairs), outcome.limit_exceeded))
}

fn candidates(deltas: &[TreeDelta]) -> rename::Candidates {
    let entry = |path: &RepoPath, side: Side| rename::Entry {
        path: path.clone(),
        mode: side.mode.octal(),
        id: side.id,
    };
    let mut candidates = rename::Candidates::default();
    for delta in deltas {
        match (delta.old, delta.new) {
            (Some(old), None) => candidates.deleted.push(entry(&delta.path, old)),
            (None, Some(new)) => candidates.added.push(entry(&delta.path, new)),
            (Some(old), Some(_)) => candidates.modified.push(entry(&delta.path, old)),
            (None, None) => {}
        }
    }
    candidates
}

fn apply(
    deltas: Vec<TreeDelta>,
    candidates: &rename::Candidates,
    pairs: &[rename::Pairing],
) -> Vec<Paired> {
    let mut origins: HashMap<&RepoPath, &rename::Pairing> = HashMap::new();
    let mut moved: HashSet<&RepoPath> = HashSet::new();
    for pair in pairs {
        origins.insert(&candidates.added[pair.destination].path, pair);
        // A source that is only copied stays deleted when nothing is renamed from it.
        if let (rename::Source::Deleted(source), false) = (pair.source, pair.is_copy) {
            moved.insert(&candidates.deleted[source].path);
        }
    }
    let gone = |delta: &TreeDelta| delta.new.is_none() && moved.contains(&delta.path);
    deltas
        .into_iter()
        .filter(|delta| !gone(delta))
        .map(|delta| match origins.get(&delta.path) {
            Some(pair) if delta.old.is_none() => paired(delta, pair, candidates),
            _ => unpaired(delta),
        })
        .collect()
}

fn paired(delta: TreeDelta, pair: &rename::Pairing, candidates: &rename::Candidates) -> Paired {
    let source = candidates.source(pair.source);
    let similarity = pair.similarity;
    let status =
        if pair.is_copy { Status::Copied { similarity } } else { Status::Renamed { similarity } };
    Paired {
        status,
        path: delta.path,
        old_path: Some(source.path.clone()),
        old: Mode::from_bits(source.mode).map(|mode| Side { mode, id: source.id }),
        new: delta.new,
    }
}

/// A file that stands for itself.
fn unpaired(delta: TreeDelta) -> Paired {
    let status = match (delta.old, delta.new) {
        (None, _) => Status::Added,
        (_, None) => Status::Deleted,
        (Some(old), Some(new)) if old.mode.same_kind(new.mode) => Status::Modified,
        _ => Status::TypeChanged,
    };
    Paired { status, path: delta.path, old_path: None, old: delta.old, new: delta.new }
}
