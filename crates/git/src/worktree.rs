use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::attributes::Attributes;
use crate::attributes::lookup::{
    AttributeFiles, FoundAttributes, attributes_file, directories_above,
};
use crate::attributes::storage::LineEnds;
use crate::change::Changes;
use crate::content::Unstored;
use crate::conversion::{is_text_with_crlf, to_stored};
use crate::error::{Context, Error};
use crate::files::Similarity;
use crate::id::ObjectId;
use crate::introduction::Held;
use crate::path::RepoPath;
use crate::repo::Repo;
use crate::side_file::{is_absent, metadata_of, open_file, os_path, small_file};
use crate::staged::{Index, IndexEntry};
use crate::stamp::{Moment, Trust, is_untouched};
use crate::submodule::checked_out_commit;
use crate::tree::{Mode, Side, TreeDelta};

/// The most bytes of files that are read to know whether they changed: what git reads without
/// limit where every file was touched.
const WORKTREE_BYTES: u64 = 16 << 30;

/// What there is in the place of a file of the index.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    /// Nothing, or a directory, pipe or device.
    Absent,
    /// What the index has.
    Unchanged,
    /// A repository at this commit.
    Repository(ObjectId),
    /// A link that has to be read.
    Link,
    /// A file that has to be read, and the mode that it counts as.
    File(Mode),
}

/// What a file or a link holds.
pub(crate) enum Content {
    Bytes(Vec<u8>),
    /// More than is read into memory.
    TooLarge,
}

/// What the configuration says about how the worktree stands for the index.
struct Settings {
    /// `core.fileMode`: whether the permission to be executed is looked at.
    has_executables: bool,
    /// `core.symlinks`: without it a link is a file that holds its target.
    has_links: bool,
    /// Whether a file that a sparse checkout leaves out counts when it is there all the same.
    is_sparse: bool,
    trust: Trust,
    /// `core.autocrlf`: whether a text of which the attributes say nothing has line ends that are
    /// not stored.
    converts: bool,
}

/// The directories of the worktree that were asked for so far.
struct Directories<'a> {
    root: &'a Path,
    known: HashMap<RepoPath, bool>,
}

impl Repo {
    /// How the tracked files of the worktree differ from HEAD, as `git diff HEAD`: what is staged
    /// and what is not, taken together. Untracked files are not among them.
    ///
    /// A file whose state on disk the index knows counts as what the index has; every other one is
    /// read. Content is compared as git would store it: line endings converted and `$Id$` without
    /// its text. No filter program runs and `working-tree-encoding` is not heeded: such files are
    /// compared as they are, and so are those beyond [`crate::Limits::blob_bytes`]. Of the content
    /// that is not stored 256 MiB are compared; files beyond are [`crate::Lines::TooLarge`].
    ///
    /// An unmerged file is here once; `git diff HEAD` prints a second line for its worktree file.
    /// A pipe or a device is no file; `git diff HEAD` fails on one. A submodule is the commit that
    /// is checked out in it; changes of its own files are not looked for, as with
    /// `--ignore-submodules=dirty`. Attributes below a link to a directory are those of the index.
    pub fn worktree_changes(&self, similarity: Similarity) -> Result<Changes, Error> {
        let root =
            self.worktree().ok_or_else(|| Error::NoWorktree { path: self.git_dir().into() })?;
        let (index, settings) = (self.read_index()?, self.worktree_settings());
        let mut directories = Directories { root, known: HashMap::new() };
        let found = index
            .entries
            .iter()
            .map(|entry| look(entry, index.written, &settings, &mut directories))
            .collect::<Result<Vec<_>, _>>()?;
        let entries = || index.entries.iter().zip(&found);
        let is_read = |found: Found| matches!(found, Found::Link | Found::File(_));
        let read: Vec<_> =
            entries().filter(|(_, found)| is_read(**found)).map(|(entry, _)| entry).collect();
        let found_for_read =
            self.attributes_of_worktree(&mut directories, &index, &as_deltas(&read))?;
        let mut reader = Reader {
            repo: self,
            root,
            settings,
            attributes: found_for_read.attributes,
            unstored: Unstored::default(),
            left: WORKTREE_BYTES,
        };
        let mut files = Vec::with_capacity(index.entries.len());
        for (entry, found) in entries() {
            files.extend(reader.side(entry, *found)?.map(|side| (&entry.path, side)));
        }
        let deltas = self.compare_with_head(files, &index)?;
        let attributes = self.attributes_of_worktree(&mut directories, &index, &deltas)?;
        self.describe_against_head(deltas, &index, similarity, attributes, &reader.unstored)
    }

    fn worktree_settings(&self) -> Settings {
        let flag = |key: &str| self.config_flag(key);
        let text = |key: &str| self.config_text(key).unwrap_or_default();
        Settings {
            has_executables: cfg!(unix) && flag("core.filemode").unwrap_or(true),
            has_links: flag("core.symlinks").unwrap_or(cfg!(unix)),
            is_sparse: flag("core.sparsecheckout").unwrap_or(false)
                && !flag("sparse.expectfilesoutsideofpatterns").unwrap_or(false),
            trust: Trust {
                all: !text("core.checkstat").eq_ignore_ascii_case("minimal"),
                changed: flag("core.trustctime").unwrap_or(true),
            },
            converts: flag("core.autocrlf").unwrap_or(false)
                || text("core.autocrlf").eq_ignore_ascii_case("input"),
        }
    }

    /// As git reads them: a file that the worktree lacks is taken from the index. Only a regular
    /// file is one.
    fn attributes_of_worktree(
        &self,
        directories: &mut Directories<'_>,
        index: &Index,
        deltas: &[TreeDelta],
    ) -> Result<FoundAttributes, Error> {
        let mut files = AttributeFiles::default();
        for directory in directories_above(deltas.iter().map(|delta| &delta.path)) {
            let name = attributes_file(&directory);
            let on_disk = if directories.has(&directory)? {
                let path = directories.root.join(os_path(&name));
                small_file(&path, &name.to_string(), files.limit())?
            } else {
                None
            };
            let file = match on_disk {
                Some(file) => Some(file),
                None => self.small_file_in_index(index, &name, files.limit())?,
            };
            if let Some(file) = file {
                files.add(directory, file);
            }
        }
        self.attributes(files)
    }

    /// Where a file of the tree is on disk; `None` without a worktree.
    pub fn path_on_disk(&self, path: &RepoPath) -> Option<PathBuf> {
        Some(self.worktree()?.join(os_path(path)))
    }

    /// What a file or link of the worktree holds, as it is on disk.
    pub fn held_on_disk(&self, path: &RepoPath, limit: u64) -> Result<Held, Error> {
        Ok(match self.content_on_disk(path, limit)? {
            None => Held::Missing,
            Some(Content::TooLarge) => Held::TooLarge(limit + 1),
            Some(Content::Bytes(content)) => Held::Content(Arc::new(content)),
        })
    }

    /// What a file or link of the worktree holds; `None` when there is none.
    pub(crate) fn content_on_disk(
        &self,
        path: &RepoPath,
        limit: u64,
    ) -> Result<Option<Content>, Error> {
        let Some(root) = self.worktree() else { return Ok(None) };
        let mut directories = Directories { root, known: HashMap::new() };
        if !directories.has(&path.parent())? {
            return Ok(None);
        }
        let failed = |source| Error::File { path: path.clone(), source };
        let on_disk = root.join(os_path(path));
        let metadata = metadata_of(&on_disk).map_err(failed)?;
        let is_link = metadata.is_some_and(|metadata| metadata.is_symlink());
        let content = if is_link { read_link(&on_disk) } else { read_file(&on_disk, limit) };
        content.map_err(failed)
    }
}

/// Only the paths matter.
fn as_deltas(entries: &[&IndexEntry]) -> Vec<TreeDelta> {
    let delta = |entry: &&IndexEntry| TreeDelta { path: entry.path.clone(), old: None, new: None };
    entries.iter().map(delta).collect()
}

impl Directories<'_> {
    /// Whether this is a directory of the worktree and no link leads to it (`check_removed` of
    /// git). The root is one.
    fn has(&mut self, directory: &RepoPath) -> Result<bool, Error> {
        if let Some(known) = self.known.get(directory) {
            return Ok(*known);
        }
        let bytes = directory.as_bytes();
        let slashes = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/');
        let ends = slashes.map(|(position, _)| position).chain([bytes.len()]);
        let mut is_there = true;
        for end in ends.filter(|end| *end > 0) {
            let path = RepoPath::new(&bytes[..end]);
            is_there = match self.known.get(&path) {
                Some(known) => *known,
                None => {
                    let metadata = metadata_of(&self.root.join(os_path(&path)));
                    let failed = |source| Error::File { path: path.clone(), source };
                    metadata.map_err(failed)?.is_some_and(|metadata| metadata.is_dir())
                }
            };
            self.known.insert(path, is_there);
            // Nothing is below it, however long the path is.
            if !is_there {
                break;
            }
        }
        self.known.insert(directory.clone(), is_there);
        Ok(is_there)
    }
}

/// Looks at a file of the index without reading it.
fn look(
    entry: &IndexEntry,
    written: Option<Moment>,
    settings: &Settings,
    directories: &mut Directories<'_>,
) -> Result<Found, Error> {
    let failed = |source| Error::File { path: entry.path.clone(), source };
    let path = directories.root.join(os_path(&entry.path));
    if entry.is_assumed_unchanged || (entry.is_skipped && !settings.is_sparse) {
        return Ok(Found::Unchanged);
    }
    if !directories.has(&entry.path.parent())? {
        return Ok(if entry.is_skipped { Found::Unchanged } else { Found::Absent });
    }
    let Some(metadata) = metadata_of(&path).map_err(failed)? else {
        return Ok(if entry.is_skipped { Found::Unchanged } else { Found::Absent });
    };
    let indexed = entry.side.mode;
    if metadata.is_dir() {
        return Ok(match checked_out_commit(&path)? {
            Some(commit) => Found::Repository(commit),
            None if indexed == Mode::Submodule => Found::Unchanged,
            None => Found::Absent,
        });
    }
    let found = if metadata.is_symlink() {
        Found::Link
    } else if metadata.is_file() {
        Found::File(file_mode(&metadata, indexed, settings))
    } else {
        return Ok(Found::Absent);
    };
    let is_same_kind = match found {
        Found::File(mode) => mode == indexed,
        _ => indexed == Mode::Symlink,
    };
    let is_untouched = is_same_kind
        && !entry.is_announced
        && is_untouched(entry.stamp, &metadata, written, settings.trust);
    Ok(if is_untouched { Found::Unchanged } else { found })
}

/// The mode that a file counts as (`ce_mode_from_stat` of git).
fn file_mode(metadata: &Metadata, indexed: Mode, settings: &Settings) -> Mode {
    match indexed {
        Mode::Symlink if !settings.has_links => Mode::Symlink,
        Mode::File | Mode::Executable if !settings.has_executables => indexed,
        _ if settings.has_executables && is_executable(metadata) => Mode::Executable,
        _ => Mode::File,
    }
}

#[cfg(unix)]
fn is_executable(metadata: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(metadata) & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &Metadata) -> bool {
    false
}

/// The target of a link; `None` when there is none.
fn read_link(path: &Path) -> std::io::Result<Option<Content>> {
    match fs::read_link(path) {
        Ok(target) => Ok(Some(Content::Bytes(target.into_os_string().into_encoded_bytes()))),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The content of a regular file; `None` when there is none.
fn read_file(path: &Path, limit: u64) -> std::io::Result<Option<Content>> {
    let Some((file, metadata)) = open_file(path)? else { return Ok(None) };
    if metadata.len() > limit {
        return Ok(Some(Content::TooLarge));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
    file.take(limit + 1).read_to_end(&mut bytes)?;
    let is_too_large = bytes.len() as u64 > limit;
    Ok(Some(if is_too_large { Content::TooLarge } else { Content::Bytes(bytes) }))
}

/// Reads what has to be read, and keeps what is not stored.
struct Reader<'a> {
    repo: &'a Repo,
    root: &'a Path,
    settings: Settings,
    attributes: Attributes,
    unstored: Unstored,
    left: u64,
}

impl Reader<'_> {
    /// What a file is and the id that it would be stored under; `None` when it is gone.
    fn side(&mut self, entry: &IndexEntry, found: Found) -> Result<Option<Side>, Error> {
        let failed = |source| Error::File { path: entry.path.clone(), source };
        let path = self.root.join(os_path(&entry.path));
        let (mode, content) = match found {
            Found::Absent => return Ok(None),
            Found::Unchanged => return Ok(Some(entry.side)),
            Found::Repository(id) => return Ok(Some(Side { mode: Mode::Submodule, id })),
            Found::Link => (Mode::Symlink, read_link(&path).map_err(failed)?),
            Found::File(mode) => {
                (mode, read_file(&path, self.repo.limits.blob_bytes).map_err(failed)?)
            }
        };
        let id = match content {
            None => return Ok(None),
            Some(Content::TooLarge) => self.id_of_large_file(entry, &path)?,
            Some(Content::Bytes(bytes)) => {
                self.spend(bytes.len() as u64)?;
                let converted = match found {
                    Found::File(_) => self.converted(entry, &bytes)?,
                    _ => None,
                };
                let stored = converted.unwrap_or(bytes);
                let id = ObjectId::of(git2::ObjectType::Blob, &stored);
                let id = id.context(|| format!("name the content of `{}`", entry.path))?;
                if id != entry.side.id {
                    self.unstored.add(id, stored);
                }
                id
            }
        };
        Ok(Some(Side { mode, id }))
    }

    /// Reads piece by piece, and as it is.
    fn id_of_large_file(&mut self, entry: &IndexEntry, path: &Path) -> Result<ObjectId, Error> {
        let failed = |source| Error::File { path: entry.path.clone(), source };
        self.spend(metadata_of(path).map_err(failed)?.map_or(0, |metadata| metadata.len()))?;
        let id = git2::Oid::hash_file(git2::ObjectType::Blob, path);
        let id = ObjectId::from_git2(id.context(|| format!("read `{}`", entry.path))?);
        if id != entry.side.id {
            self.unstored.add_too_large(id);
        }
        Ok(id)
    }

    fn spend(&mut self, bytes: u64) -> Result<(), Error> {
        self.left = self.left.checked_sub(bytes).ok_or_else(|| Error::TooLarge {
            what: "the size of the touched files of the worktree".into(),
            limit: format!("{WORKTREE_BYTES} bytes"),
        })?;
        Ok(())
    }

    fn converted(&self, entry: &IndexEntry, content: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let mut attributes = self.attributes.storage_of(&entry.path);
        if attributes.line_ends == LineEnds::Unspecified && self.settings.converts {
            attributes.line_ends = LineEnds::Auto;
        }
        to_stored(content, attributes, || {
            let id = entry.side.id;
            if entry.side.mode == Mode::Submodule
                || self.repo.blob_size(id)?.is_none_or(|size| size > self.repo.limits.blob_bytes)
            {
                return Ok(false);
            }
            let stored = self.repo.blob(id)?;
            Ok(stored.is_some_and(|stored| is_text_with_crlf(&stored)))
        })
    }
}
