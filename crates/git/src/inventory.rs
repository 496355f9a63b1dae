//! The files of one commit, whoever wrote them: what there is, not what changed.

use crate::attributes::{PathAttributes, SkippedAttributes};
use crate::error::Error;
use crate::files;
use crate::id::ObjectId;
use crate::lines::line_count;
use crate::path::RepoPath;
use crate::repo::Repo;
use crate::survey::{AttributesOnTheWay, Extent, KnownAttributes};
use crate::tree::{Mode, Side, check_named_once};

/// The files in the tree of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inventory {
    /// The files, sorted by path. A commit of another repository is no file.
    pub files: Vec<FileInTree>,
    /// Lines of `.gitattributes` that have no effect, with the reason.
    pub skipped_attributes: Vec<SkippedAttributes>,
}

/// A file in the tree of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileInTree {
    /// Where it is.
    pub path: RepoPath,
    /// What it is; never a submodule.
    pub mode: Mode,
    /// Its content.
    pub id: ObjectId,
    /// What `.gitattributes` of the same tree say of it.
    pub attributes: PathAttributes,
}

impl Repo {
    /// The files that the tree of a commit holds.
    pub fn files_of(&self, commit: ObjectId) -> Result<Inventory, Error> {
        let watch = AttributesOnTheWay::default();
        let tree = self.tree_of(commit)?;
        let deltas = self.compare_trees_in(None, Some(tree), &watch)?;
        check_named_once(tree, deltas.iter().map(|delta| &delta.path))?;
        let found = KnownAttributes::default().of(self, watch.into_found())?;
        files::check_attributes(&found.attributes, deltas.len())?;
        let in_tree = |path: RepoPath, Side { mode, id }| {
            let attributes = found.attributes.of(&path);
            FileInTree { path, mode, id, attributes }
        };
        let files = deltas
            .into_iter()
            .filter_map(|delta| Some(in_tree(delta.path, delta.new?)))
            .filter(|file| file.mode != Mode::Submodule)
            .collect();
        Ok(Inventory { files, skipped_attributes: found.skipped.clone() })
    }

    /// How long a file is; `None` when its content is not here or is too large to be looked at.
    pub fn extent_of(&self, file: &FileInTree) -> Result<Option<Extent>, Error> {
        if self.blob_size(file.id)?.is_none_or(|bytes| bytes > self.limits.blob_bytes) {
            return Ok(None);
        }
        let Some(content) = self.blob(file.id)? else { return Ok(None) };
        let side = Some(Side { mode: file.mode, id: file.id });
        let is_binary = self.is_binary_side(side, &file.attributes.diff, &content);
        let lines = if is_binary { 0 } else { line_count(&content) };
        let lines = u32::try_from(lines).unwrap_or(u32::MAX);
        Ok(Some(Extent { bytes: content.len() as u64, lines }))
    }
}

#[cfg(test)]
mod tests {
    use gitops_health_testkit::TestRepo;

    use super::*;
    use crate::repo::Location;

    #[test]
    fn a_tree_that_names_a_file_twice_is_an_error() {
        let repo = TestRepo::new();
        repo.write("a", "text\n").commit("Begin");
        let blob = ObjectId::from_hex(repo.id("HEAD:a").as_bytes()).expect("an id");
        let entry = [b"100644 a\0", &blob.as_bytes()[..]].concat();
        let arguments = ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"];
        let tree = repo.git_with_input(&arguments, &[&entry[..], &entry].concat());
        let tree = String::from_utf8(tree).expect("an id");
        let commit = repo.git_text(&["commit-tree", tree.trim(), "-m", "odd"]);
        let location = Location { start: repo.path().to_owned(), use_git_environment: false };
        let opened = Repo::open(&location).expect("a repository");
        let commit = ObjectId::from_hex(commit.trim().as_bytes()).expect("an id");
        let error = opened.files_of(commit).expect_err("nobody can say which it is");
        assert!(matches!(error, Error::UnreadableObject { kind: "tree", .. }), "{error}");
    }

    #[test]
    fn the_files_of_a_commit_are_those_of_its_tree_with_their_length() {
        let repo = TestRepo::new();
        repo.write(".gitattributes", "*.gen linguist-generated\n")
            .write("src/a.rs", "one\ntwo")
            .write("src/b.gen", "one\n")
            .write("web/logo.png", b"\x89PNG\0\0");
        let commit = repo.commit("Begin");
        repo.remove("src/a.rs").commit("Later");
        let location = Location { start: repo.path().to_owned(), use_git_environment: false };
        let opened = Repo::open(&location).expect("a repository");
        let commit = ObjectId::from_hex(commit.as_bytes()).expect("an id");
        let inventory = opened.files_of(commit).expect("a tree");
        let listed = repo.git_text(&["ls-tree", "-r", "--name-only", &commit.to_string()]);
        let paths: Vec<String> = inventory.files.iter().map(|file| file.path.to_string()).collect();
        assert_eq!(paths, listed.lines().collect::<Vec<_>>());
        let lines = inventory
            .files
            .iter()
            .map(|file| opened.extent_of(file).expect("it can be read").map(|extent| extent.lines));
        assert_eq!(lines.collect::<Vec<_>>(), [Some(1), Some(2), Some(1), Some(0)]);
        assert_eq!(inventory.files[2].attributes.generated, Some(true));
    }
}
