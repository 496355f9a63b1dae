use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use git2::{Delta, Diff, DiffOptions, Patch};

use crate::attributes::lookup::{attributes_file, directories_above};
use crate::attributes::{Attributes, DiffAttribute, SkippedAttributes};
use crate::change::{Changes, FileChange, Lines, Status};
use crate::error::{Cause, Error};
use crate::files::Similarity;
use crate::id::ObjectId;
use crate::lines::line_count;
use crate::path::RepoPath;
use crate::repo::{Head, Repo, SmallFile, small_file};
use crate::tree::{Mode, Side, TreeDelta};

impl Repo {
    /// What the next commit would change: the index against HEAD, or against nothing where the
    /// branch has no commit yet. Attributes are those of the index; git asks the worktree first.
    pub fn staged_changes(&self, similarity: Similarity) -> Result<Changes, Error> {
        let (head, index) = (self.head_tree()?, self.index()?);
        let diff = self
            .git
            .diff_tree_to_index(head.as_ref(), Some(&index), Some(&mut options()))
            .map_err(index_error)?;
        let (mut deltas, unmerged) = split_unmerged(&diff)?;
        self.leave_out_announced(&mut deltas, &index, head.as_ref())?;
        let (attributes, skipped_attributes) = self.attributes_of_index(&index, &deltas)?;
        let mut changes = self.describe(deltas, similarity, &attributes)?;
        changes.skipped_attributes = skipped_attributes;
        changes.files.extend(unmerged.into_iter().map(|delta| unmerged_change(delta, &attributes)));
        changes.files.sort_by(|one, two| one.path.cmp(&two.path));
        Ok(changes)
    }

    /// How the tracked files of the worktree differ from HEAD, as `git diff HEAD`: what is staged
    /// and what is not, taken together. Untracked files are not among them.
    ///
    /// Content is compared as git would store it, line endings converted; no filter program runs.
    /// A file that moved is a deletion and an addition here: nothing names its new content yet.
    /// An unmerged file is here once; `git diff HEAD` prints a second line for its worktree file.
    /// A pipe or a device is no file; `git diff HEAD` fails on one. The hunks of a text that
    /// repeats itself are counted as `git diff` finds them with context.
    pub fn worktree_changes(&self) -> Result<Changes, Error> {
        let worktree =
            self.worktree().ok_or_else(|| Error::NoWorktree { path: self.git_dir().into() })?;
        let head = self.head_tree()?;
        let index = self.index()?;
        let sparse = sparse_entries(&index);
        let diff = self
            .git
            .diff_tree_to_workdir_with_index(head.as_ref(), Some(&mut options()))
            .map_err(index_error)?;
        let (deltas, unmerged) = split_unmerged(&diff)?;
        let (attributes, skipped_attributes) =
            self.attributes_of_worktree(worktree, &index, &deltas)?;
        let mut changes = Vec::with_capacity(deltas.len() + unmerged.len());
        for (position, delta) in diff.deltas().enumerate() {
            let Some(mut delta) = tree_delta(&delta)? else { continue };
            forget_unstored_id(&mut delta, &index);
            match (delta.new, sparse.get(&delta.path)) {
                // The file is absent because it is not wanted in the worktree.
                (None, Some(side)) if delta.old == Some(*side) => {}
                (None, Some(side)) => {
                    let delta = TreeDelta { new: Some(*side), ..delta };
                    changes.extend(self.describe(vec![delta], Similarity::Off, &attributes)?.files);
                }
                _ => changes.extend(self.worktree_change(&diff, position, delta, &attributes)?),
            }
        }
        changes.extend(unmerged.into_iter().map(|delta| unmerged_change(delta, &attributes)));
        changes.sort_by(|one, two| one.path.cmp(&two.path));
        Ok(Changes { files: changes, rename_limit_reached: false, skipped_attributes })
    }

    /// Files that are only announced (`git add --intent-to-add`) are not in the next commit.
    fn leave_out_announced(
        &self,
        deltas: &mut Vec<TreeDelta>,
        index: &git2::Index,
        head: Option<&git2::Tree<'_>>,
    ) -> Result<(), Error> {
        let announced = flagged_entries(index, git2::IndexEntryExtendedFlag::INTENT_TO_ADD);
        if announced.is_empty() {
            return Ok(());
        }
        deltas.retain(|delta| !announced.contains_key(&delta.path));
        let Some(head) = head.map(|tree| ObjectId::from_git2(tree.id())) else { return Ok(()) };
        for path in announced.into_keys() {
            let old = self.file_in_tree(head, &path)?;
            deltas.extend(old.map(|old| TreeDelta { path, old: Some(old), new: None }));
        }
        Ok(())
    }

    /// `None` when the file is what HEAD has after all: libgit2 also lists files of which only the
    /// version in the index differs.
    fn worktree_change(
        &self,
        diff: &Diff<'_>,
        position: usize,
        delta: TreeDelta,
        attributes: &Attributes,
    ) -> Result<Option<FileChange>, Error> {
        let found = attributes.of(&delta.path);
        let lines = if has_link_or_changes_type(&delta) {
            self.count_as_it_is(&delta, &found.diff)?
        } else {
            self.count_in_worktree(diff, position, &delta)?
        };
        if self.is_unchanged(&delta, lines) {
            return Ok(None);
        }
        let status = match (delta.old, delta.new) {
            (None, _) => Status::Added,
            (_, None) => Status::Deleted,
            (Some(old), Some(new)) if old.mode.same_kind(new.mode) => Status::Modified,
            _ => Status::TypeChanged,
        };
        let TreeDelta { path, old, new } = delta;
        Ok(Some(FileChange { status, path, old_path: None, old, new, lines, attributes: found }))
    }

    fn is_unchanged(&self, delta: &TreeDelta, lines: Lines) -> bool {
        let (Some(old), Some(new)) = (delta.old, delta.new) else { return false };
        old.mode == new.mode
            && match lines {
                Lines::Counted { hunks, .. } => hunks == 0,
                Lines::Binary | Lines::TooLarge => {
                    let path = self.worktree().map(|worktree| worktree.join(os_path(&delta.path)));
                    path.and_then(|path| id_of_file(&path)) == Some(old.id)
                }
                _ => false,
            }
    }

    /// Libgit2 compares no contents of different kinds and takes attributes to speak of links. Here
    /// line endings are compared as they are.
    fn count_as_it_is(&self, delta: &TreeDelta, attribute: &DiffAttribute) -> Result<Lines, Error> {
        let is_content = |side: &Side| side.mode != Mode::Submodule;
        if let Some(old) = delta.old.filter(is_content) {
            match self.blob_size(old.id)? {
                None => return Ok(Lines::Missing),
                Some(size) if size > self.limits.blob_bytes => return Ok(Lines::TooLarge),
                Some(_) => {}
            }
        }
        let new = match (delta.new, self.worktree()) {
            (Some(side), Some(worktree)) if is_content(&side) => {
                let content =
                    content_of_file(&worktree.join(os_path(&delta.path)), self.limits.blob_bytes);
                content.map_err(|source| Error::File { path: delta.path.clone(), source })?
            }
            _ => self.content(delta.new)?,
        };
        let (Some(old), Some(new)) = (self.content(delta.old)?, new) else {
            return Ok(Lines::TooLarge);
        };
        if self.is_binary_side(delta.old, attribute, &old)
            || self.is_binary_side(delta.new, attribute, &new)
        {
            return Ok(Lines::Binary);
        }
        self.count_lines(&old, &new)
    }

    fn count_in_worktree(
        &self,
        diff: &Diff<'_>,
        position: usize,
        delta: &TreeDelta,
    ) -> Result<Lines, Error> {
        if [delta.old, delta.new].iter().flatten().all(|side| side.mode == Mode::Submodule) {
            return Ok(Lines::Submodule);
        }
        let failed = |source: git2::Error| Error::Operation {
            operation: format!("compare `{}` with HEAD", delta.path),
            source: source.into(),
        };
        // Libgit2 knows the size of a blob only after reading it.
        let old = match delta.old {
            Some(side) if side.mode != Mode::Submodule => match self.blob_size(side.id)? {
                Some(size) => size,
                None => return Ok(Lines::Missing),
            },
            _ => 0,
        };
        let new = diff.get_delta(position).map_or(0, |delta| delta.new_file().size());
        if old.max(new) > self.limits.blob_bytes || self.has_too_many_lines(delta, old + new)? {
            return Ok(Lines::TooLarge);
        }
        let Some(patch) = Patch::from_diff(diff, position).map_err(failed)? else {
            return Ok(Lines::Binary);
        };
        if patch.delta().flags().is_binary() {
            return Ok(Lines::Binary);
        }
        let (_, added, deleted) = patch.line_stats().map_err(failed)?;
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Ok(Lines::Counted {
            added: number(added),
            deleted: number(deleted),
            hunks: number(patch.num_hunks()),
        })
    }

    /// Reads nothing where both sides together have fewer `bytes` than lines are allowed.
    fn has_too_many_lines(&self, delta: &TreeDelta, bytes: u64) -> Result<bool, Error> {
        let limit = self.limits.compared_lines;
        if usize::try_from(bytes).is_ok_and(|bytes| bytes <= limit) {
            return Ok(false);
        }
        let failed = |source| Error::File { path: delta.path.clone(), source };
        let new = match (delta.new, self.worktree()) {
            (Some(_), Some(worktree)) => {
                let path = worktree.join(os_path(&delta.path));
                content_of_file(&path, self.limits.blob_bytes).map_err(failed)?
            }
            _ => None,
        };
        let lines = |content: Option<Vec<u8>>| content.map_or(0, |content| line_count(&content));
        Ok(lines(self.content(delta.old)?) + lines(new) > limit)
    }

    fn head_tree(&self) -> Result<Option<git2::Tree<'_>>, Error> {
        let id = match self.head()? {
            Head::Unborn(_) => return Ok(None),
            Head::Branch { commit, .. } | Head::Detached(commit) => self.commit(commit)?.tree,
        };
        let unreadable = |source: git2::Error| Error::UnreadableObject {
            id,
            kind: "tree",
            source: source.into(),
        };
        self.git.find_tree(id.to_git2()).map(Some).map_err(unreadable)
    }

    fn index(&self) -> Result<git2::Index, Error> {
        self.git.index().map_err(index_error)
    }

    /// As git reads them: a file that the worktree lacks is taken from the index.
    fn attributes_of_worktree(
        &self,
        worktree: &Path,
        index: &git2::Index,
        deltas: &[TreeDelta],
    ) -> Result<(Attributes, Vec<SkippedAttributes>), Error> {
        let mut files = Vec::new();
        for directory in directories_above(deltas) {
            let name = attributes_file(&directory);
            let content = match small_file(&worktree.join(os_path(&name)), &name.to_string())? {
                Some(content) => Some(content),
                None => self.small_file_in_index(index, &name)?,
            };
            files.extend(content.map(|content| (directory, content)));
        }
        self.attributes(files)
    }

    fn attributes_of_index(
        &self,
        index: &git2::Index,
        deltas: &[TreeDelta],
    ) -> Result<(Attributes, Vec<SkippedAttributes>), Error> {
        let mut files = Vec::new();
        for directory in directories_above(deltas) {
            let content = self.small_file_in_index(index, &attributes_file(&directory))?;
            files.extend(content.map(|content| (directory, content)));
        }
        self.attributes(files)
    }

    fn small_file_in_index(
        &self,
        index: &git2::Index,
        path: &RepoPath,
    ) -> Result<Option<SmallFile>, Error> {
        let entry = index.get_path(&os_path(path), 0);
        let is_file = |entry: &git2::IndexEntry| {
            matches!(Mode::from_bits(entry.mode), Some(Mode::File | Mode::Executable))
        };
        match entry.filter(is_file) {
            Some(entry) => self.small_blob(ObjectId::from_git2(entry.id)).map(Some),
            None => Ok(None),
        }
    }
}

fn options() -> DiffOptions {
    let mut options = DiffOptions::new();
    options
        .include_typechange(true)
        .context_lines(0)
        .interhunk_lines(0)
        .indent_heuristic(true)
        .ignore_submodules(false);
    options
}

fn index_error(source: git2::Error) -> Error {
    Error::Index { source: source.into() }
}

/// The entries of the index with this flag.
fn flagged_entries(
    index: &git2::Index,
    flag: git2::IndexEntryExtendedFlag,
) -> BTreeMap<RepoPath, Side> {
    let flagged = index.iter().filter(|entry| entry.flags_extended & flag.bits() != 0);
    flagged
        .filter_map(|entry| {
            let side =
                Side { mode: Mode::from_bits(entry.mode)?, id: ObjectId::from_git2(entry.id) };
            Some((RepoPath::new(entry.path), side))
        })
        .collect()
}

/// The files that the worktree does without, as in a sparse checkout.
fn sparse_entries(index: &git2::Index) -> BTreeMap<RepoPath, Side> {
    flagged_entries(index, git2::IndexEntryExtendedFlag::SKIP_WORKTREE)
}

/// Files with one version on each side, and those that have several, with the side of HEAD.
fn split_unmerged(diff: &Diff<'_>) -> Result<(Vec<TreeDelta>, Vec<TreeDelta>), Error> {
    let mut deltas = Vec::new();
    let mut unmerged = BTreeMap::new();
    for delta in diff.deltas() {
        if delta.status() == Delta::Conflicted {
            let (path, old) = (delta_path(&delta)?, side(&delta.old_file()));
            unmerged.insert(path.clone(), TreeDelta { path, old, new: None });
        }
        deltas.extend(tree_delta(&delta)?);
    }
    Ok((deltas, unmerged.into_values().collect()))
}

/// `None` for what has no place among changed files: unmerged, untracked, ignored.
fn tree_delta(delta: &git2::DiffDelta<'_>) -> Result<Option<TreeDelta>, Error> {
    let (has_old, has_new) = match delta.status() {
        Delta::Added => (false, true),
        Delta::Deleted => (true, false),
        Delta::Modified | Delta::Typechange => (true, true),
        _ => return Ok(None),
    };
    let old = has_old.then(|| side(&delta.old_file())).flatten();
    let new = has_new.then(|| side(&delta.new_file())).flatten();
    Ok(Some(TreeDelta { path: delta_path(delta)?, old, new }))
}

fn side(file: &git2::DiffFile<'_>) -> Option<Side> {
    if !file.exists() {
        return None;
    }
    let mode = Mode::from_bits(u32::from(file.mode()))?;
    Some(Side { mode, id: ObjectId::from_git2(file.id()) })
}

fn delta_path(delta: &git2::DiffDelta<'_>) -> Result<RepoPath, Error> {
    let bytes = delta.new_file().path_bytes().or_else(|| delta.old_file().path_bytes());
    bytes
        .map(RepoPath::new)
        .ok_or_else(|| Error::Index { source: Cause::new("it holds an entry without a path") })
}

/// Libgit2 names the content of some changed files, those that it had to read: nothing holds it.
fn forget_unstored_id(delta: &mut TreeDelta, index: &git2::Index) {
    let Some(new) = delta.new.as_mut().filter(|side| side.mode != Mode::Submodule) else { return };
    let entry = index.get_path(&os_path(&delta.path), 0);
    if entry.is_none_or(|entry| ObjectId::from_git2(entry.id) != new.id) {
        new.id = ObjectId::ZERO;
    }
}

fn has_link_or_changes_type(delta: &TreeDelta) -> bool {
    let is_link = |side: &Side| side.mode == Mode::Symlink;
    [delta.old, delta.new].iter().flatten().any(is_link)
        || matches!((delta.old, delta.new), (Some(old), Some(new)) if !old.mode.same_kind(new.mode))
}

/// The id that the target of a link or the content of a file would have as it is.
fn id_of_file(path: &Path) -> Option<ObjectId> {
    let metadata = fs::symlink_metadata(path).ok()?;
    let id = if metadata.is_symlink() {
        let target = fs::read_link(path).ok()?.into_os_string().into_encoded_bytes();
        git2::Oid::hash_object(git2::ObjectType::Blob, &target)
    } else if metadata.is_file() {
        git2::Oid::hash_file(git2::ObjectType::Blob, path)
    } else {
        return None;
    };
    id.ok().map(ObjectId::from_git2)
}

/// The target of a link or the content of a file; `None` when it is larger than `limit`. What is
/// neither has no content.
fn content_of_file(path: &Path, limit: u64) -> std::io::Result<Option<Vec<u8>>> {
    let metadata = fs::symlink_metadata(path)?;
    if metadata.is_symlink() {
        return Ok(Some(fs::read_link(path)?.into_os_string().into_encoded_bytes()));
    }
    if !metadata.is_file() {
        return Ok(Some(Vec::new()));
    }
    if metadata.len() > limit { Ok(None) } else { fs::read(path).map(Some) }
}

fn unmerged_change(delta: TreeDelta, attributes: &Attributes) -> FileChange {
    FileChange {
        status: Status::Unmerged,
        attributes: attributes.of(&delta.path),
        path: delta.path,
        old_path: None,
        old: delta.old,
        new: None,
        lines: Lines::Unmerged,
    }
}

/// The path in the words of the operating system.
#[cfg(unix)]
fn os_path(path: &RepoPath) -> std::path::PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(path.as_bytes()).into()
}

#[cfg(not(unix))]
fn os_path(path: &RepoPath) -> std::path::PathBuf {
    String::from_utf8_lossy(path.as_bytes()).into_owned().into()
}
