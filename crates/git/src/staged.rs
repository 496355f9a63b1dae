use std::collections::BTreeSet;

use crate::attributes::lookup::{
    AttributeFiles, FoundAttributes, attributes_file, directories_above,
};
use crate::change::{Changes, FileChange, Lines, Status};
use crate::content::Unstored;
use crate::error::{Cause, Error};
use crate::files::Similarity;
use crate::id::ObjectId;
use crate::ordinary::{check_file, check_readable};
use crate::path::RepoPath;
use crate::repo::Repo;
use crate::side_file::{SmallFile, read_bounded};
use crate::snapshot::Snapshot;
use crate::stamp::{Moment, Stamp, written_at};
use crate::tree::{MAX_DEPTH, MAX_PATH_BYTES, Mode, Side, TreeDelta, too_large};

/// What the index says.
pub(crate) struct Index {
    /// The files that have one version, sorted by path.
    pub entries: Vec<IndexEntry>,
    /// The files that have several.
    pub unmerged: BTreeSet<RepoPath>,
    /// When it was written: a file that changed later may look as the index says and not be.
    pub written: Option<Moment>,
}

/// A file of the index.
pub(crate) struct IndexEntry {
    pub path: RepoPath,
    pub side: Side,
    /// The state of the file on disk when its content was the one of the index.
    pub stamp: Stamp,
    /// Whether it is only announced (`git add --intent-to-add`): the next commit lacks it.
    pub is_announced: bool,
    /// Whether the user has promised not to change it (`--assume-unchanged`).
    pub is_assumed_unchanged: bool,
    /// Whether the worktree does without it, as in a sparse checkout.
    pub is_skipped: bool,
}

impl Repo {
    /// What the next commit would change: the index against HEAD, or against nothing where the
    /// branch has no commit yet. Attributes are those of the index; git asks the worktree first.
    ///
    /// A bare repository has no index, unless the environment names one: without this error all of
    /// HEAD would be staged for deletion.
    pub fn staged_changes(&self, similarity: Similarity) -> Result<Changes, Error> {
        if self.worktree().is_none() && !self.index.exists() {
            return Err(Error::NoWorktree { path: self.git_dir().into() });
        }
        let index = self.read_index()?;
        let staged = index.entries.iter().filter(|entry| !entry.is_announced);
        let staged = staged.map(|entry| (&entry.path, entry.side));
        let deltas = self.compare_with_head(staged, &index)?;
        let attributes = self.attributes_of_index(&index, &deltas)?;
        self.describe_against_head(deltas, &index, similarity, attributes, &Unstored::default())
    }

    /// The commits that the next one will have for parents besides HEAD, while a merge is not finished; none
    /// where none is under way.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where `MERGE_HEAD` is there and holds something else than ids of commits.
    pub fn merge_heads(&self) -> Result<Vec<ObjectId>, Error> {
        let failed = |source| Error::File { path: RepoPath::from("MERGE_HEAD"), source };
        let Some(text) = read_bounded(&self.git_dir().join("MERGE_HEAD"), "MERGE_HEAD")? else {
            return Ok(Vec::new());
        };
        let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let id = |line: &[u8]| {
            let no_id = || failed(std::io::Error::other("it holds no id of a commit"));
            ObjectId::from_hex(line).ok_or_else(no_id)
        };
        lines.map(id).collect()
    }

    /// The files that differ from HEAD, sorted by path, and all that have several versions.
    pub(crate) fn compare_with_head<'a>(
        &self,
        files: impl IntoIterator<Item = (&'a RepoPath, Side)>,
        index: &Index,
    ) -> Result<Vec<TreeDelta>, Error> {
        let head = match self.head_commit()? {
            Some(commit) => Some(self.commit(commit)?.tree),
            None => None,
        };
        let mut deltas = self.compare_with_snapshot(head, &Snapshot::of(files)?)?;
        let is_listed = |path: &&RepoPath| {
            deltas.binary_search_by(|delta: &TreeDelta| delta.path.cmp(path)).is_ok()
        };
        let new: Vec<_> = index.unmerged.iter().filter(|path| !is_listed(path)).cloned().collect();
        deltas.extend(new.into_iter().map(|path| TreeDelta { path, old: None, new: None }));
        deltas.sort_by(|one, two| one.path.cmp(&two.path));
        Ok(deltas)
    }

    /// Describes what differs from HEAD. A file with several versions is there once, with the side
    /// of HEAD.
    pub(crate) fn describe_against_head(
        &self,
        deltas: Vec<TreeDelta>,
        index: &Index,
        similarity: Similarity,
        found: FoundAttributes,
        unstored: &Unstored,
    ) -> Result<Changes, Error> {
        let is_unmerged = |delta: &TreeDelta| index.unmerged.contains(&delta.path);
        let (unmerged, deltas): (Vec<_>, Vec<_>) = deltas.into_iter().partition(is_unmerged);
        let unmerged = unmerged.into_iter().map(|delta| FileChange {
            status: Status::Unmerged,
            attributes: found.attributes.of(&delta.path),
            path: delta.path,
            old_path: None,
            old: delta.old,
            new: None,
            lines: Lines::Unmerged,
        });
        let unmerged: Vec<_> = unmerged.collect();
        let mut changes = self.describe(deltas, similarity, found, unstored)?;
        changes.files.extend(unmerged);
        changes.files.sort_by(|one, two| one.path.cmp(&two.path));
        Ok(changes)
    }

    /// Reads the index as it is on disk now.
    pub(crate) fn read_index(&self) -> Result<Index, Error> {
        let failed = |source: git2::Error| Error::Index { source: source.into() };
        let name = RepoPath::new(self.index.as_os_str().as_encoded_bytes());
        let unreadable = |source| Error::File { path: name.clone(), source };
        check_readable(&self.index).map_err(unreadable)?;
        if check_file(&self.index).map_err(unreadable)? == Some(0) {
            return Err(Error::Index { source: Cause::new("it is empty") });
        }
        let mut index = self.git.index().map_err(failed)?;
        // Asked before it is read: an older time only makes us read more files.
        let written = index.path().and_then(written_at);
        index.read(false).map_err(failed)?;
        let (mut entries, mut unmerged) = (Vec::with_capacity(index.len()), BTreeSet::new());
        let mut path_bytes = 0;
        for entry in index.iter() {
            check_path(&entry.path)?;
            path_bytes += entry.path.len();
            if path_bytes > MAX_PATH_BYTES {
                return Err(too_large(
                    "the length of all paths in the index",
                    MAX_PATH_BYTES,
                    "bytes",
                ));
            }
            if stage(&entry) > 0 {
                unmerged.insert(RepoPath::new(entry.path));
            } else {
                entries.push(index_entry(entry)?);
            }
        }
        entries.retain(|entry| !unmerged.contains(&entry.path));
        // Libgit2 sorts in another way where the configuration says that case does not count.
        entries.sort_by(|one, two| one.path.cmp(&two.path));
        Ok(Index { entries, unmerged, written })
    }

    fn attributes_of_index(
        &self,
        index: &Index,
        deltas: &[TreeDelta],
    ) -> Result<FoundAttributes, Error> {
        let mut files = AttributeFiles::default();
        for directory in directories_above(deltas.iter().map(|delta| &delta.path)) {
            let path = attributes_file(&directory);
            if let Some(file) = self.small_file_in_index(index, &path, files.limit())? {
                files.add(directory, file);
            }
        }
        self.attributes(files)
    }

    pub(crate) fn small_file_in_index(
        &self,
        index: &Index,
        path: &RepoPath,
        limit: u64,
    ) -> Result<Option<SmallFile>, Error> {
        match index.side(path) {
            Some(Side { mode: Mode::File | Mode::Executable, id }) => {
                self.small_blob(id, limit).map(Some)
            }
            _ => Ok(None),
        }
    }
}

impl Index {
    fn side(&self, path: &RepoPath) -> Option<Side> {
        let position = self.entries.binary_search_by(|entry| entry.path.cmp(path)).ok()?;
        Some(self.entries[position].side)
    }
}

fn index_entry(entry: git2::IndexEntry) -> Result<IndexEntry, Error> {
    use git2::{IndexEntryExtendedFlag as Extended, IndexEntryFlag as Flag};
    let moment = |time: git2::IndexTime| (time.seconds().cast_unsigned(), time.nanoseconds());
    let has = |flag: Extended| entry.flags_extended & flag.bits() != 0;
    // Git writes no other mode.
    let is_known = matches!(entry.mode & 0o170_000, 0o100_000 | 0o120_000 | 0o160_000);
    let mode = Mode::from_bits(entry.mode).filter(|_| is_known).ok_or_else(|| Error::Index {
        source: Cause::new(format!(
            "the mode of `{}` is that of no file",
            RepoPath::new(&entry.path[..])
        )),
    })?;
    Ok(IndexEntry {
        side: Side { mode, id: ObjectId::from_git2(entry.id) },
        stamp: Stamp {
            size: entry.file_size,
            modified: moment(entry.mtime),
            changed: moment(entry.ctime),
            inode: entry.ino,
            owner: (entry.uid, entry.gid),
        },
        is_announced: has(Extended::INTENT_TO_ADD),
        is_assumed_unchanged: entry.flags & Flag::VALID.bits() != 0,
        is_skipped: has(Extended::SKIP_WORKTREE),
        path: RepoPath::new(entry.path),
    })
}

/// Which of several versions an entry is; 0 where there is one.
fn stage(entry: &git2::IndexEntry) -> u16 {
    (entry.flags >> 12) & 0b11
}

/// Git writes no such path, and one that leads out of the worktree must not be read.
fn check_path(path: &[u8]) -> Result<(), Error> {
    let is_bad =
        |name: &[u8]| matches!(name, b"" | b"." | b"..") || name.eq_ignore_ascii_case(b".git");
    let mut names = path.split(|byte| *byte == b'/');
    if names.clone().nth(MAX_DEPTH).is_some() {
        return Err(too_large("the depth of a path in the index", MAX_DEPTH, "directories"));
    }
    if names.any(is_bad) {
        let path = RepoPath::new(path);
        let source = Cause::new(format!("it holds the path `{path}`, which no file can have"));
        return Err(Error::Index { source });
    }
    Ok(())
}
