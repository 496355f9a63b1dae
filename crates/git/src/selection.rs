use crate::attributes::SkippedAttributes;
use crate::change::{Changes, FileChange};
use crate::commit::{Ancestry, Commit};
use crate::error::Error;
use crate::files::Similarity;
use crate::id::ObjectId;
use crate::merge::MergeEdit;
use crate::repo::Repo;

/// What to look at, as every command spells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// The index against HEAD.
    Staged,
    /// The tracked files of the worktree against HEAD.
    Worktree,
    /// One commit against its first parent.
    Commit(String),
    /// `A..B` or `A...B`: B against the merge base of both, and the commits of B that A lacks. So
    /// what A did since then is no part of the change, as it is in `git diff A..B`, which compares
    /// the two ends. `REV^!`: as [`Selection::Commit`].
    Range(String),
    /// A pull request: head against its merge base with base.
    PullRequest {
        /// The branch to merge into.
        base: String,
        /// The branch to merge.
        head: String,
    },
    /// What a push brings: the commits that lead to `tip` and to none of those that are `known`, against the merge base of
    /// `tip` and `from`; against nothing where there is none.
    Brought {
        /// The new end of a branch.
        tip: ObjectId,
        /// What was there before: its commits are not looked at.
        known: Vec<ObjectId>,
        /// Where the branch was, or what it goes on from. It must not be chosen by whoever pushes.
        from: Option<ObjectId>,
    },
}

/// A resolved selection: what changed, and what it was changed from.
#[derive(Clone, Debug)]
pub struct Change {
    /// The commit before the change; `None` at a root and on a branch without commits.
    pub base: Option<ObjectId>,
    /// The last commit of the change; `None` for what is not committed.
    pub head: Option<ObjectId>,
    /// The commits of the change, newest first; empty for what is not committed.
    pub commits: Vec<Commit>,
    /// The files that differ, sorted by path.
    pub files: Vec<FileChange>,
    /// Whether there were too many files to look for all that moved.
    pub rename_limit_reached: bool,
    /// The lines and files of attributes that bear on these files and have no effect, by file and
    /// line; at most [`crate::Attributes::MOST_SKIPPED`].
    pub skipped_attributes: Vec<SkippedAttributes>,
    /// What a single merge commit introduced itself.
    pub merge_edits: Vec<MergeEdit>,
}

/// Whoever knows what came before what.
pub trait Lineage {
    /// The best common ancestor of two commits, as [`Repo::merge_base`] gives it.
    fn merge_base(&self, one: ObjectId, two: ObjectId) -> Result<ObjectId, Error>;
}

impl Lineage for Repo {
    fn merge_base(&self, one: ObjectId, two: ObjectId) -> Result<ObjectId, Error> {
        Self::merge_base(self, one, two)
    }
}

impl Repo {
    /// The commits that a selection leads to: all that it speaks of is among them and their
    /// ancestors. None on a branch without commits.
    pub fn tips_of(&self, selection: &Selection) -> Result<Vec<ObjectId>, Error> {
        Ok(match selection {
            Selection::Staged | Selection::Worktree => self.head_commit()?.into_iter().collect(),
            Selection::Commit(revision) => vec![self.resolve(revision)?],
            Selection::Range(text) => match text.strip_suffix("^!") {
                Some(revision) => vec![self.resolve(revision)?],
                None => {
                    let range = self.range(text)?;
                    vec![range.from, range.to]
                }
            },
            Selection::PullRequest { base, head } => {
                vec![self.resolve(base)?, self.resolve(head)?]
            }
            Selection::Brought { tip, from, .. } => std::iter::once(*tip).chain(*from).collect(),
        })
    }

    /// Resolves a selection and reads what changed.
    ///
    /// A range without commits is [`Error::EmptyRange`]: who asks for a range means something. A
    /// range or pull request between histories that share nothing is [`Error::NoMergeBase`], as it
    /// is to `git diff A...B`: there is no state that one could call the state before the change.
    pub fn change(&self, selection: &Selection, similarity: Similarity) -> Result<Change, Error> {
        self.change_by(selection, similarity, self)
    }

    /// As [`Repo::change`], with merge bases from whoever finds them faster.
    pub fn change_by(
        &self,
        selection: &Selection,
        similarity: Similarity,
        lineage: &dyn Lineage,
    ) -> Result<Change, Error> {
        match selection {
            Selection::Staged => self.uncommitted(self.staged_changes(similarity)?),
            Selection::Worktree => self.uncommitted(self.worktree_changes(similarity)?),
            Selection::Commit(revision) => {
                let commit = self.commit(self.resolve(revision)?)?;
                self.change_of_commit(commit, similarity, lineage)
            }
            Selection::Range(text) => match text.strip_suffix("^!") {
                Some(revision) => {
                    self.change_by(&Selection::Commit(revision.into()), similarity, lineage)
                }
                None => {
                    let range = self.range(text)?;
                    let base = lineage.merge_base(range.from, range.to)?;
                    self.change_from(text, base, (range.from, range.to), similarity)
                }
            },
            Selection::PullRequest { base, head } => {
                let text = format!("{base}...{head}");
                let (base, head) = (self.resolve(base)?, self.resolve(head)?);
                let merge_base = lineage.merge_base(base, head)?;
                self.change_from(&text, merge_base, (base, head), similarity)
            }
            Selection::Brought { tip, known, from } => {
                let base = match from.map(|from| lineage.merge_base(from, *tip)) {
                    None | Some(Err(Error::NoMergeBase { .. })) => None,
                    Some(base) => Some(base?),
                };
                self.brought(*tip, known, base, similarity)
            }
        }
    }

    /// What a push brings; a change without commits where it brings none.
    fn brought(
        &self,
        tip: ObjectId,
        known: &[ObjectId],
        base: Option<ObjectId>,
        similarity: Similarity,
    ) -> Result<Change, Error> {
        let commits = self.list_commits(&[tip], known)?;
        let commits =
            commits.into_iter().map(|id| self.commit(id)).collect::<Result<Vec<_>, _>>()?;
        if let Some(edge) =
            commits.iter().find(|it| matches!(it.ancestry, Ancestry::ShallowEdge(_)))
        {
            return Err(Error::ShallowEdge { commit: edge.id });
        }
        let old = base.map(|base| Ok::<_, Error>(self.commit(base)?.tree)).transpose()?;
        let changes = self.changes_between(old, self.commit(tip)?.tree, similarity)?;
        Ok(Change {
            base,
            head: Some(tip),
            commits,
            files: changes.files,
            rename_limit_reached: changes.rename_limit_reached,
            skipped_attributes: changes.skipped_attributes,
            merge_edits: Vec::new(),
        })
    }

    /// What one commit changed against its first parent.
    pub fn change_of_commit(
        &self,
        commit: Commit,
        similarity: Similarity,
        lineage: &dyn Lineage,
    ) -> Result<Change, Error> {
        if matches!(commit.ancestry, Ancestry::ShallowEdge(_)) {
            return Err(Error::ShallowEdge { commit: commit.id });
        }
        let changes = self.changes_of(&commit, similarity)?;
        Ok(Change {
            base: commit.parents().first().copied(),
            head: Some(commit.id),
            files: changes.files,
            rename_limit_reached: changes.rename_limit_reached,
            skipped_attributes: changes.skipped_attributes,
            merge_edits: self.introduced_by_merge(&commit, lineage)?,
            commits: vec![commit],
        })
    }

    /// The change from a merge base to one of two ends.
    fn change_from(
        &self,
        text: &str,
        base: ObjectId,
        (from, to): (ObjectId, ObjectId),
        similarity: Similarity,
    ) -> Result<Change, Error> {
        let commits = self
            .list_commits(&[to], &[from])?
            .into_iter()
            .map(|id| self.commit(id))
            .collect::<Result<Vec<_>, _>>()?;
        if commits.is_empty() {
            let is_reversed = from != to;
            return Err(Error::EmptyRange { range: text.to_owned(), is_reversed });
        }
        let (old, new) = (self.commit(base)?.tree, self.commit(to)?.tree);
        let changes = self.changes_between(Some(old), new, similarity)?;
        Ok(Change {
            base: Some(base),
            head: Some(to),
            commits,
            files: changes.files,
            rename_limit_reached: changes.rename_limit_reached,
            skipped_attributes: changes.skipped_attributes,
            merge_edits: Vec::new(),
        })
    }

    fn uncommitted(&self, changes: Changes) -> Result<Change, Error> {
        Ok(Change {
            base: self.head_commit()?,
            head: None,
            commits: Vec::new(),
            files: changes.files,
            rename_limit_reached: changes.rename_limit_reached,
            skipped_attributes: changes.skipped_attributes,
            merge_edits: Vec::new(),
        })
    }
}
