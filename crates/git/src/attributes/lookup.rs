//! Which attributes bear on a change: where their files are, and what is in them.

use std::collections::{BTreeSet, HashMap};

use super::{Attributes, PathAttributes, SkippedAttributes, SkippedAttributesReason};
use crate::change::FileChange;
use crate::error::Error;
use crate::files::check_attributes;
use crate::id::ObjectId;
use crate::path::RepoPath;
use crate::repo::Repo;
use crate::side_file::{SIDE_FILE_BYTES, SmallFile};
use crate::tree::{Mode, Side, TreeDelta};

/// Attributes that are no part of any tree, in the git directory.
pub(super) const INFO: &str = "info/attributes";

impl Repo {
    /// The `.gitattributes` files of a tree that bear on the changed files.
    pub(crate) fn attributes_of_tree(
        &self,
        tree: ObjectId,
        deltas: &[TreeDelta],
    ) -> Result<FoundAttributes, Error> {
        self.attributes_in(tree, deltas.iter().map(|delta| &delta.path))
    }

    /// What the attributes of a commit say about files, in their order, whether it has them or not: about those that a
    /// change brings, as the commit before it has it.
    pub fn attributes_at(
        &self,
        commit: ObjectId,
        files: &[FileChange],
    ) -> Result<Vec<PathAttributes>, Error> {
        let paths: Vec<&RepoPath> = files.iter().map(|file| &file.path).collect();
        self.attributes_of_paths(commit, &paths)
    }

    /// The same about paths.
    pub fn attributes_of_paths(
        &self,
        commit: ObjectId,
        paths: &[&RepoPath],
    ) -> Result<Vec<PathAttributes>, Error> {
        let tree = self.tree_of(commit)?;
        let attributes = self.attributes_in(tree, paths.iter().copied())?.attributes;
        check_attributes(&attributes, paths.len())?;
        Ok(paths.iter().map(|path| attributes.of(path)).collect())
    }

    /// The `.gitattributes` files of a tree that bear on some paths.
    fn attributes_in<'a>(
        &self,
        tree: ObjectId,
        paths: impl Iterator<Item = &'a RepoPath>,
    ) -> Result<FoundAttributes, Error> {
        let mut trees = HashMap::from([(RepoPath::from(""), Some(tree))]);
        let mut files = AttributeFiles::default();
        for directory in directories_above(paths) {
            let Some(tree) = self.directory_tree(&directory, &mut trees)? else { continue };
            let side = self.file_in_tree(tree, &RepoPath::from(".gitattributes"))?;
            if let Some(Side { mode: Mode::File | Mode::Executable, id }) = side {
                let file = self.small_blob(id, files.limit())?;
                files.add(directory, file);
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
    pub(crate) fn attributes(&self, files: AttributeFiles) -> Result<FoundAttributes, Error> {
        let (mut read, mut unread) = (Vec::new(), Vec::new());
        let mut skip = |directory: Option<&RepoPath>, reason| {
            let directory = directory.map(|directory| directory.as_bstr().to_owned());
            let reason = SkippedAttributesReason::Unread(reason);
            unread.push(SkippedAttributes { directory, line: None, reason });
        };
        for (directory, file) in &files.files {
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
        Ok(FoundAttributes { attributes, skipped })
    }
}

/// The attributes that bear on a change, and what of them has no effect.
pub(crate) struct FoundAttributes {
    pub attributes: Attributes,
    pub skipped: Vec<SkippedAttributes>,
}

/// The most bytes of `.gitattributes` that are read for one change: a small repository can name
/// one large blob in a hundred thousand directories.
const ALL_BYTES: u64 = 2 * SIDE_FILE_BYTES;

/// Files of attributes by their directories, the root first.
#[derive(Default)]
pub(crate) struct AttributeFiles {
    files: Vec<(RepoPath, SmallFile)>,
    bytes: u64,
}

impl AttributeFiles {
    /// The most bytes that the next file may have.
    pub(crate) fn limit(&self) -> u64 {
        SIDE_FILE_BYTES.min(ALL_BYTES - self.bytes)
    }

    /// Adds a file that was read with that limit.
    pub(crate) fn add(&mut self, directory: RepoPath, file: SmallFile) {
        self.bytes += file.as_ref().map_or(0, |content| content.len() as u64);
        self.files.push((directory, file));
    }
}

/// Every directory that holds a changed file or one of its directories, the root first and each
/// directory after the one that holds it.
pub(crate) fn directories_above<'a>(
    paths: impl Iterator<Item = &'a RepoPath>,
) -> BTreeSet<RepoPath> {
    let mut directories = BTreeSet::from([RepoPath::from("")]);
    for path in paths {
        let mut directory = path.parent();
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
