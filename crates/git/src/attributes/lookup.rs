//! Which attributes bear on a change: where their files are, and what is in them.

use std::collections::{BTreeSet, HashMap};

use super::Attributes;
use crate::error::Error;
use crate::id::ObjectId;
use crate::path::RepoPath;
use crate::repo::Repo;
use crate::tree::{Mode, Side, TreeDelta};

impl Repo {
    /// The `.gitattributes` files of a tree that bear on the changed files.
    pub(crate) fn attributes_of_tree(
        &self,
        tree: ObjectId,
        deltas: &[TreeDelta],
    ) -> Result<Attributes, Error> {
        let mut trees = HashMap::from([(RepoPath::from(""), Some(tree))]);
        let mut files = Vec::new();
        for directory in directories_above(deltas) {
            let Some(tree) = self.directory_tree(&directory, &mut trees)? else { continue };
            let side = self.file_in_tree(tree, &RepoPath::from(".gitattributes"))?;
            if let Some(Side { mode: Mode::File | Mode::Executable, id }) = side
                && let Some(content) = self.small_blob(id)?
            {
                files.push((directory, content));
            }
        }
        self.attributes(files)
    }

    /// The tree of a directory, found from that of the directory above it.
    fn directory_tree(
        &self,
        directory: &RepoPath,
        known: &mut HashMap<RepoPath, Option<ObjectId>>,
    ) -> Result<Option<ObjectId>, Error> {
        if let Some(found) = known.get(directory) {
            return Ok(*found);
        }
        let above = known.get(&directory.parent()).copied().flatten();
        let found = match above {
            Some(above) => self.subtree(above, directory.file_name())?,
            None => None,
        };
        known.insert(directory.clone(), found);
        Ok(found)
    }

    /// The attributes that these files and `info/attributes` give.
    pub(crate) fn attributes(&self, files: Vec<(RepoPath, Vec<u8>)>) -> Result<Attributes, Error> {
        let info = self.common_file("info/attributes")?;
        let files = files.iter().map(|(directory, content)| (directory.as_bstr(), &content[..]));
        let (attributes, _skipped) = Attributes::parse(files, info.as_deref());
        Ok(attributes)
    }
}

/// Every directory that holds a changed file or one of its directories, the root first and each
/// directory after the one that holds it.
pub(crate) fn directories_above(deltas: &[TreeDelta]) -> BTreeSet<RepoPath> {
    let mut directories = BTreeSet::from([RepoPath::from("")]);
    for delta in deltas {
        let mut directory = delta.path.parent();
        while !directories.contains(&directory) {
            let above = directory.parent();
            directories.insert(directory);
            directory = above;
        }
    }
    directories
}

/// Where a directory keeps the attributes of its files.
pub(crate) fn attributes_file(directory: &RepoPath) -> RepoPath {
    let mut path = directory.as_bytes().to_vec();
    if !path.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(b".gitattributes");
    RepoPath::new(path)
}
