use std::collections::BTreeMap;

use git2::{Delta, Diff, DiffOptions, Patch};

use crate::attributes::Attributes;
use crate::change::{Changes, FileChange, Lines, Status};
use crate::error::{Cause, Error};
use crate::files::{Similarity, attributes_file, directories_above};
use crate::id::ObjectId;
use crate::path::RepoPath;
use crate::repo::{Head, Repo, read_bounded};
use crate::tree::{Mode, Side, TreeDelta};

impl Repo {
    /// What the next commit would change: the index against HEAD, or against nothing where the
    /// branch has no commit yet.
    pub fn staged_changes(&self, similarity: Similarity) -> Result<Changes, Error> {
        let (head, mut index) = (self.head_tree()?, self.index()?);
        let diff = self
            .git
            .diff_tree_to_index(head.as_ref(), Some(&index), Some(&mut options()))
            .map_err(index_error)?;
        let (deltas, unmerged) = split_unmerged(&diff)?;
        let attributes = self.attributes_of_index(&mut index, &deltas)?;
        let mut changes = self.describe(deltas, similarity, &attributes)?;
        changes.files.extend(unmerged.into_iter().map(|path| unmerged_change(path, &attributes)));
        changes.files.sort_by(|one, two| one.path.cmp(&two.path));
        Ok(changes)
    }

    /// How the tracked files of the worktree differ from HEAD, as `git diff HEAD`: what is staged
    /// and what is not, taken together. Untracked files are not among them.
    ///
    /// Content is compared as git would store it, line endings converted; no filter program runs.
    /// A file that moved is a deletion and an addition here: nothing names its new content yet.
    pub fn worktree_changes(&self) -> Result<Changes, Error> {
        let worktree =
            self.worktree().ok_or_else(|| Error::NoWorktree { path: self.git_dir().into() })?;
        let head = self.head_tree()?;
        let _readable = self.index()?;
        let diff = self
            .git
            .diff_tree_to_workdir_with_index(head.as_ref(), Some(&mut options()))
            .map_err(index_error)?;
        let (deltas, unmerged) = split_unmerged(&diff)?;
        let mut files = Vec::new();
        for directory in directories_above(&deltas) {
            let name = attributes_file(&directory);
            let path = worktree.join(os_path(&name));
            if let Some(content) = read_bounded(&path, &name.to_string())? {
                files.push((directory, content));
            }
        }
        let attributes = self.attributes(files)?;
        let mut changes = Vec::with_capacity(deltas.len() + unmerged.len());
        for (position, delta) in diff.deltas().enumerate() {
            if let Some(delta) = tree_delta(&delta)? {
                changes.push(self.worktree_change(&diff, position, delta, &attributes)?);
            }
        }
        changes.extend(unmerged.into_iter().map(|path| unmerged_change(path, &attributes)));
        changes.sort_by(|one, two| one.path.cmp(&two.path));
        Ok(Changes { files: changes, rename_limit_reached: false })
    }

    fn worktree_change(
        &self,
        diff: &Diff<'_>,
        position: usize,
        delta: TreeDelta,
        attributes: &Attributes,
    ) -> Result<FileChange, Error> {
        let found = attributes.of(&delta.path);
        let lines = self.count_in_worktree(diff, position, &delta)?;
        let status = match (delta.old, delta.new) {
            (None, _) => Status::Added,
            (_, None) => Status::Deleted,
            (Some(old), Some(new)) if old.mode.same_kind(new.mode) => Status::Modified,
            _ => Status::TypeChanged,
        };
        let TreeDelta { path, old, new } = delta;
        Ok(FileChange { status, path, old_path: None, old, new, lines, attributes: found })
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
        let sizes = diff
            .get_delta(position)
            .map_or([0, 0], |delta| [delta.old_file().size(), delta.new_file().size()]);
        if sizes.iter().any(|size| *size > self.limits.blob_bytes) {
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

    fn attributes_of_index(
        &self,
        index: &mut git2::Index,
        deltas: &[TreeDelta],
    ) -> Result<Attributes, Error> {
        let mut files = Vec::new();
        for directory in directories_above(deltas) {
            let entry = index.get_path(&os_path(&attributes_file(&directory)), 0);
            let is_file = |entry: &git2::IndexEntry| {
                matches!(Mode::from_bits(entry.mode), Some(Mode::File | Mode::Executable))
            };
            if let Some(entry) = entry.filter(is_file)
                && let Some(content) = self.small_blob(ObjectId::from_git2(entry.id))?
            {
                files.push((directory, content));
            }
        }
        self.attributes(files)
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

/// Files with one version on each side, and the paths that have several.
fn split_unmerged(diff: &Diff<'_>) -> Result<(Vec<TreeDelta>, Vec<RepoPath>), Error> {
    let mut deltas = Vec::new();
    let mut unmerged = BTreeMap::new();
    for delta in diff.deltas() {
        if delta.status() == Delta::Conflicted {
            unmerged.insert(delta_path(&delta)?, ());
        }
        deltas.extend(tree_delta(&delta)?);
    }
    Ok((deltas, unmerged.into_keys().collect()))
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
    let mode = Mode::from_bits(u32::from(file.mode()))?;
    Some(Side { mode, id: ObjectId::from_git2(file.id()) })
}

fn delta_path(delta: &git2::DiffDelta<'_>) -> Result<RepoPath, Error> {
    let bytes = delta.new_file().path_bytes().or_else(|| delta.old_file().path_bytes());
    bytes
        .map(RepoPath::new)
        .ok_or_else(|| Error::Index { source: Cause::new("it holds an entry without a path") })
}

fn unmerged_change(path: RepoPath, attributes: &Attributes) -> FileChange {
    FileChange {
        status: Status::Unmerged,
        attributes: attributes.of(&path),
        path,
        old_path: None,
        old: None,
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
