//! Other contents for files of the index.

use crate::change::Hunk;
use crate::error::{Cause, Context, Error};
use crate::id::ObjectId;
use crate::lines;
use crate::path::RepoPath;
use crate::repo::Repo;
use crate::side_file::os_path;

/// Another content for a file of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restaged {
    /// Which file.
    pub path: RepoPath,
    /// The content that it has in the index.
    pub old: ObjectId,
    /// The content that it shall have.
    pub content: Vec<u8>,
}

impl Repo {
    /// Gives files of the index other contents, all of them or none; their modes stay. It is an error
    /// where one of them has another content by now.
    ///
    /// The files in the worktree are left as they are. Git looks at them again, as the index says no longer
    /// when they were like it.
    pub fn restage(&self, files: &[Restaged]) -> Result<(), Error> {
        let failed = |source: git2::Error| Error::UnchangedIndex { source: source.into() };
        let ids = files.iter().map(|file| self.git.blob(&file.content));
        let ids: Vec<git2::Oid> =
            ids.collect::<Result<_, _>>().context(|| "store a content".into())?;
        let mut index = self.git.index().map_err(failed)?;
        index.read(true).map_err(failed)?;
        for (file, id) in files.iter().zip(ids) {
            let entry = index.get_path(&os_path(&file.path), 0);
            let entry = entry.filter(|entry| ObjectId::from_git2(entry.id) == file.old);
            let mut entry = entry.ok_or_else(|| {
                let source = Cause::new(format!("`{}` was changed by another program", file.path));
                Error::UnchangedIndex { source }
            })?;
            entry.id = id;
            entry.file_size = 0;
            entry.mtime = git2::IndexTime::new(0, 0);
            entry.ctime = git2::IndexTime::new(0, 0);
            index.add(&entry).map_err(failed)?;
        }
        index.write().map_err(failed)
    }
}

/// The places where two texts differ, in order, as `git diff -U0` prints them; `None` where that is too much
/// work to find out.
pub fn different_lines(old: &[u8], new: &[u8]) -> Option<Vec<Hunk>> {
    lines::compare(old, new).map(|found| found.hunks)
}

#[cfg(test)]
mod tests {
    use gitops_health_testkit::TestRepo;

    use super::*;
    use crate::repo::Location;

    #[test]
    fn a_file_of_the_index_gets_another_content_and_nothing_else_changes() {
        let scratch = TestRepo::new();
        scratch.write("a.sh", "1\n").write("dir/b", "1\n").commit("first");
        scratch.write("a.sh", "2\n").git(&["add", "a.sh"]);
        scratch.git(&["update-index", "--chmod=+x", "a.sh"]);
        scratch.write("a.sh", "3\n");
        let start = scratch.path().to_owned();
        let repo = Repo::open(&Location { start, use_git_environment: false }).expect("it opens");
        let old = ObjectId::from_hex(scratch.id(":a.sh").as_bytes()).expect("an id");
        let path = RepoPath::from("a.sh");
        let file = Restaged { path, old, content: b"two\n".to_vec() };
        repo.restage(std::slice::from_ref(&file)).expect("nothing is in the way");
        assert_eq!(scratch.git_text(&["show", ":a.sh"]), "two\n");
        assert!(scratch.git_text(&["ls-files", "-s", "a.sh"]).starts_with("100755"));
        assert_eq!(scratch.git_text(&["diff", "--name-only"]), "a.sh\n");
        assert_eq!(std::fs::read(scratch.path().join("a.sh")).expect("it is there"), b"3\n");
        // It is not the one that was looked at.
        let other = Restaged { content: b"no\n".to_vec(), ..file };
        let error = repo.restage(&[other]).expect_err("it was changed");
        assert!(matches!(error, Error::UnchangedIndex { .. }));
        assert_eq!(scratch.git_text(&["show", ":a.sh"]), "two\n");
        scratch.git(&["fsck", "--strict"]);
    }
}
