//! Which attributes bear on a change: where their files are, and what is in them.

use std::collections::{BTreeSet, HashMap};

use super::{Attributes, SkippedAttributes, SkippedAttributesReason};
use crate::error::Error;
use crate::id::ObjectId;
use crate::path::RepoPath;
use crate::repo::{Repo, SmallFile};
use crate::tree::{Mode, Side, TreeDelta};

/// Attributes that are no part of any tree, in the git directory.
pub(super) const INFO: &str = "info/attributes";

impl Repo {
    /// The `.gitattributes` files of a tree that bear on the changed files.
    pub(crate) fn attributes_of_tree(
        &self,
        tree: ObjectId,
        deltas: &[TreeDelta],
    ) -> Result<(Attributes, Vec<SkippedAttributes>), Error> {
        let mut trees = HashMap::from([(RepoPath::from(""), Some(tree))]);
        let mut files = Vec::new();
        for directory in directories_above(deltas) {
            let Some(tree) = self.directory_tree(&directory, &mut trees)? else { continue };
            let side = self.file_in_tree(tree, &RepoPath::from(".gitattributes"))?;
            if let Some(Side { mode: Mode::File | Mode::Executable, id }) = side {
                files.push((directory, self.small_blob(id)?));
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

    /// The attributes that these files and `info/attributes` give, and what in them has no effect,
    /// by file and line.
    pub(crate) fn attributes(
        &self,
        files: Vec<(RepoPath, SmallFile)>,
    ) -> Result<(Attributes, Vec<SkippedAttributes>), Error> {
        let (mut read, mut unread) = (Vec::new(), Vec::new());
        let mut skip = |directory: Option<&RepoPath>, reason| {
            let directory = directory.map(|directory| directory.as_bstr().to_owned());
            let reason = SkippedAttributesReason::Unread(reason);
            unread.push(SkippedAttributes { directory, line: None, reason });
        };
        for (directory, file) in &files {
            match file {
                Ok(content) => read.push((directory.as_bstr(), &content[..])),
                Err(reason) => skip(Some(directory), *reason),
            }
        }
        let info = self.common_file(INFO)?.transpose().unwrap_or_else(|reason| {
            skip(None, reason);
            None
        });
        let (attributes, mut skipped) = Attributes::parse(read, info.as_deref());
        skipped.append(&mut unread);
        skipped.sort_by(|one, two| one.order().cmp(&two.order()));
        skipped.truncate(Attributes::MOST_SKIPPED);
        Ok((attributes, skipped))
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
