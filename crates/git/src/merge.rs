use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::commit::Commit;
use crate::error::{Context, Error};
use crate::id::ObjectId;
use crate::path::RepoPath;
use crate::repo::Repo;
use crate::selection::Lineage;
use crate::tree::{Mode, Side, TreeDelta};

/// A file that holds something that no parent of the merge brought.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MergeEdit {
    /// The file in the merged tree, or the file that is missing there.
    pub path: RepoPath,
    /// How it came to differ.
    pub kind: MergeEditKind,
}

/// How a merge came to hold what no parent brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MergeEditKind {
    /// Both sides changed the same place, and somebody decided.
    ConflictResolved,
    /// A clean merge would have given another content.
    Edited,
    /// One side's change was left out.
    Dropped,
    /// It differs from every parent, and nothing more is known: a merge of more than two, or
    /// content that could not be merged here (binary, missing, too large).
    DiffersFromAll,
}

impl Repo {
    /// The files of a merge commit that differ from every parent, as
    /// `git diff-tree -c -r --name-only` lists them. Empty for a commit that is no merge.
    pub fn differs_from_all_parents(&self, commit: &Commit) -> Result<Vec<RepoPath>, Error> {
        if !commit.is_merge() {
            return Ok(Vec::new());
        }
        let parents = commit.parents().iter().map(|parent| Ok(Some(self.tree_of(*parent)?)));
        let parents = parents.collect::<Result<Vec<_>, Error>>()?;
        self.differs_from_all(Some(commit.tree), parents)
    }

    /// What a merge commit itself introduced: where it is not what a clean merge of its parents
    /// gives. Sorted by path; empty for a commit that is no merge.
    ///
    /// Files are merged one by one against the first merge base, without following renames: a
    /// file that one side moved and the other edited is reported although git may have merged it
    /// by itself.
    pub fn introduced_by_merge(
        &self,
        commit: &Commit,
        lineage: &dyn Lineage,
    ) -> Result<Vec<MergeEdit>, Error> {
        let [ours, theirs] = commit.parents() else { return self.introduced_by_octopus(commit) };
        let base = match lineage.merge_base(*ours, *theirs) {
            Ok(base) => Some(self.commit(base)?.tree),
            Err(Error::NoMergeBase { .. }) => None,
            Err(error) => return Err(error),
        };
        let (ours, theirs) = (self.commit(*ours)?.tree, self.commit(*theirs)?.tree);
        let result = Some(commit.tree);
        let mut files: BTreeMap<RepoPath, Versions> = BTreeMap::new();
        for delta in self.compare_trees(base, Some(ours))? {
            let path = delta.path.clone();
            files.entry(path).or_default().ours = Some(delta);
        }
        for delta in self.compare_trees(base, Some(theirs))? {
            let path = delta.path.clone();
            files.entry(path).or_default().theirs = Some(delta);
        }
        for delta in self.compare_trees(base, result)? {
            let path = delta.path.clone();
            files.entry(path).or_default().result = Some(delta);
        }
        let mut merging = Merging { repo: self, merged: HashMap::new(), lines_left: MOST_LINES };
        let mut edits = Vec::new();
        for (path, versions) in files {
            if let Some(kind) = merging.classify(&path, &versions)? {
                edits.push(MergeEdit { path, kind });
            }
        }
        Ok(edits)
    }

    fn introduced_by_octopus(&self, commit: &Commit) -> Result<Vec<MergeEdit>, Error> {
        let paths = self.differs_from_all_parents(commit)?;
        let edit = |path| MergeEdit { path, kind: MergeEditKind::DiffersFromAll };
        Ok(paths.into_iter().map(edit).collect())
    }
}

/// The most lines of all files of one merge that are merged here: ten seconds' work, or a few times that
/// where somebody made it so.
const MOST_LINES: usize = 8_000_000;

/// Merges the files of two commits one by one.
struct Merging<'a> {
    repo: &'a Repo,
    /// What base and both sides give, by their contents: several files may have the same.
    merged: HashMap<[ObjectId; 3], Merged>,
    lines_left: usize,
}

/// What merging three contents gives.
#[derive(Clone, Copy)]
enum Merged {
    Clean(ObjectId),
    Conflict,
    /// It could not be done here.
    Unknown,
}

impl Merging<'_> {
    /// `None` when the file is what a clean merge gives.
    fn classify(
        &mut self,
        path: &RepoPath,
        versions: &Versions,
    ) -> Result<Option<MergeEditKind>, Error> {
        let base = versions.base();
        let after = |delta: &Option<TreeDelta>| delta.as_ref().map_or(base, |delta| delta.new);
        let (ours, theirs) = (after(&versions.ours), after(&versions.theirs));
        let result = after(&versions.result);
        if ours == theirs || theirs == base || ours == base {
            let expected = if ours == base { theirs } else { ours };
            return Ok(match result {
                _ if result == expected => None,
                _ if result == base || result == ours || result == theirs => {
                    Some(MergeEditKind::Dropped)
                }
                _ => Some(MergeEditKind::Edited),
            });
        }
        let (Some(ours), Some(theirs)) = (ours, theirs) else {
            return Ok(Some(MergeEditKind::ConflictResolved));
        };
        self.classify_content(path, base, ours, theirs, result)
    }

    /// Merges one file that both sides changed and compares with what the commit holds.
    fn classify_content(
        &mut self,
        path: &RepoPath,
        base: Option<Side>,
        ours: Side,
        theirs: Side,
        result: Option<Side>,
    ) -> Result<Option<MergeEditKind>, Error> {
        let is_text = |side: &Side| matches!(side.mode, Mode::File | Mode::Executable);
        let sides = [Some(ours), Some(theirs), base];
        if !sides.iter().flatten().all(is_text) {
            return Ok(Some(MergeEditKind::DiffersFromAll));
        }
        let Some(base) = base else {
            // Both sides added the file: git leaves that to somebody's decision.
            return Ok(Some(MergeEditKind::ConflictResolved));
        };
        let ids = [base.id, ours.id, theirs.id];
        let merged = match self.merged.get(&ids) {
            Some(merged) => *merged,
            None => {
                let merged = self.merge(path, ids)?;
                self.merged.insert(ids, merged);
                merged
            }
        };
        // The side that changed the mode decides, as it does for content.
        let mode = if ours.mode == base.mode { theirs.mode } else { ours.mode };
        Ok(match merged {
            Merged::Clean(id) if result == Some(Side { mode, id }) => None,
            Merged::Clean(_) => Some(MergeEditKind::Edited),
            Merged::Conflict => Some(MergeEditKind::ConflictResolved),
            Merged::Unknown => Some(MergeEditKind::DiffersFromAll),
        })
    }

    fn merge(&mut self, path: &RepoPath, ids: [ObjectId; 3]) -> Result<Merged, Error> {
        for id in ids {
            let size = self.repo.blob_size(id)?;
            if size.is_none_or(|size| size > self.repo.limits.blob_bytes) {
                return Ok(Merged::Unknown);
            }
        }
        let content = |id: ObjectId| {
            let missing = Error::MissingObject { id, kind: "blob" };
            self.repo.shared_object(id, git2::ObjectType::Blob)?.ok_or(missing)
        };
        let contents = [content(ids[0])?, content(ids[1])?, content(ids[2])?];
        let lines = |content: &Arc<Vec<u8>>| memchr::memchr_iter(b'\n', content).count() + 1;
        let lines = contents.iter().map(lines).sum::<usize>();
        if lines > self.repo.limits.compared_lines || lines > self.lines_left {
            return Ok(Merged::Unknown);
        }
        self.lines_left -= lines;
        let [base, ours, theirs] = contents.each_ref().map(|content| {
            let mut input = git2::MergeFileInput::new();
            input.content(content);
            input
        });
        let Ok(merged) = git2::merge_file(&base, &ours, &theirs, None) else {
            return Ok(Merged::Unknown);
        };
        if !merged.is_automergeable() {
            return Ok(Merged::Conflict);
        }
        let id = git2::Oid::hash_object(git2::ObjectType::Blob, merged.content());
        let id = id.context(|| format!("name the merged content of `{path}`"))?;
        Ok(Merged::Clean(ObjectId::from_git2(id)))
    }
}

/// How one path differs from the merge base on both sides and in the result.
#[derive(Default)]
struct Versions {
    ours: Option<TreeDelta>,
    theirs: Option<TreeDelta>,
    result: Option<TreeDelta>,
}

impl Versions {
    fn base(&self) -> Option<Side> {
        [&self.ours, &self.theirs, &self.result].into_iter().flatten().find_map(|delta| delta.old)
    }
}
