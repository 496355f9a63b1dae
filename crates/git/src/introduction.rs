//! The contents of a history, each once: who brought it, and what stood there before.

use std::sync::Arc;

use foldhash::{HashSet, HashSetExt};

use crate::error::Error;
use crate::id::ObjectId;
use crate::pack::Kind;
use crate::path::RepoPath;
use crate::repo::Repo;
use crate::tree::Mode;

/// A content that no commit before had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introduction {
    /// The first commit that has it.
    pub commit: ObjectId,
    /// Where it has it.
    pub path: RepoPath,
    /// The content.
    pub id: ObjectId,
    /// What the first parent has there.
    pub before: Option<ObjectId>,
}

/// A content, as far as it can be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// All of it.
    Content(Arc<Vec<u8>>),
    /// It has so many bytes at least, and that is too many.
    TooLarge(u64),
    /// It is not in this clone.
    Missing,
}

impl Repo {
    /// The contents that some commits brought: of files and links, each content once, with the first of
    /// the commits that has it; and once more where a file has it that `matters` more than others. Commits come parents
    /// first, as [`Repo::new_commits`] gives them. `told` hears how many commits are done.
    pub fn introductions(
        &self,
        commits: &[ObjectId],
        matters: &dyn Fn(&RepoPath) -> bool,
        told: &mut dyn FnMut(usize),
    ) -> Result<Vec<Introduction>, Error> {
        let (mut found, mut known) = (Vec::new(), HashSet::new());
        let mut known_to_matter = HashSet::new();
        for (number, commit) in commits.iter().enumerate() {
            told(number);
            let (parents, _) = self.lineage(*commit)?;
            let before = parents.first().map(|parent| self.tree_of(*parent)).transpose()?;
            for delta in self.compare_trees(before, Some(self.tree_of(*commit)?))? {
                let Some(new) = delta.new.filter(|new| new.mode != Mode::Submodule) else {
                    continue;
                };
                let is_new = known.insert(new.id);
                let is_more = matters(&delta.path) && known_to_matter.insert(new.id);
                if is_new || is_more {
                    let before = delta.old.filter(|old| old.mode != Mode::Submodule);
                    let before = before.map(|old| old.id);
                    let (commit, path) = (*commit, delta.path);
                    found.push(Introduction { commit, path, id: new.id, before });
                }
            }
        }
        Ok(found)
    }

    /// A content of at most `limit` bytes.
    pub fn held(&self, id: ObjectId, limit: u64) -> Result<Held, Error> {
        if let Some(object) = self.objects.read_packed(id, limit)
            && object.kind == Kind::Blob
        {
            return Ok(Held::Content(object.content));
        }
        match self.blob_size(id)? {
            None => Ok(Held::Missing),
            Some(size) if size > limit => Ok(Held::TooLarge(size)),
            Some(_) => {
                let content = self.shared_object(id, git2::ObjectType::Blob)?;
                Ok(content.map_or(Held::Missing, Held::Content))
            }
        }
    }

    /// Another view of the same repository, for another thread.
    pub fn for_thread(&self) -> Result<Self, Error> {
        self.reopen()
    }
}

#[cfg(test)]
mod tests {
    use gitops_health_testkit::TestRepo;

    use super::*;
    use crate::repo::Location;

    #[test]
    fn each_content_has_the_commit_that_brought_it() {
        let scratch = TestRepo::new();
        scratch.write("a", "1\n").write("same", "1\n");
        let first = scratch.commit("first");
        scratch.git(&["checkout", "-q", "-b", "side"]);
        scratch.write("b", "2\n");
        let side = scratch.commit("side");
        scratch.git(&["checkout", "-q", "main"]);
        scratch.write("a", "3\n");
        let third = scratch.commit("third");
        scratch.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
        scratch.git(&["mv", "a", "c"]);
        scratch.commit("moved");
        let start = scratch.path().to_owned();
        let repo = Repo::open(&Location { start, use_git_environment: false }).expect("it opens");
        let tips = repo.tips().expect("there are some");
        let commits = repo.new_commits(&tips, &mut |_| false).expect("all is here");
        let mut found = repo.introductions(&commits, &|_| false, &mut |_| {}).expect("all is here");
        found.sort_by(|one, two| one.path.cmp(&two.path).then(one.before.cmp(&two.before)));
        let told: Vec<(String, String, bool)> = found
            .iter()
            .map(|it| (it.path.to_string(), it.commit.to_string(), it.before.is_some()))
            .collect();
        let expected = [("a", &first, false), ("a", &third, true), ("b", &side, false)];
        assert_eq!(told, expected.map(|(path, id, had)| (path.to_owned(), id.clone(), had)));
        let matters = |path: &RepoPath| matches!(path.as_bytes(), b"c" | b"same");
        let more = repo.introductions(&commits, &matters, &mut |_| {}).expect("all is here");
        let mut paths: Vec<String> = more.iter().map(|it| it.path.to_string()).collect();
        paths.sort();
        assert_eq!(paths, ["a", "a", "b", "c", "same"]);
        let content = |id| match repo.held(id, 100) {
            Ok(Held::Content(content)) => content.to_vec(),
            other => panic!("{other:?}"),
        };
        assert_eq!(content(found[1].id), b"3\n");
        assert_eq!(repo.held(found[1].id, 1).expect("it is there"), Held::TooLarge(2));
        assert_eq!(repo.held(ObjectId::ZERO, 1).expect("nothing is wrong"), Held::Missing);
    }
}
