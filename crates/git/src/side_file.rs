//! Files that say something about others, and how files are opened.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::id::ObjectId;
use crate::path::RepoPath;
use crate::repo::Repo;
use crate::tree::{Mode, Side};

/// Why a file that says something about others, such as `.gitattributes`, was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadFile {
    /// It has more than 32 MiB, a `.mailmap` more than 4 MiB, or more than is left of the 64 MiB that
    /// are read of all such files for one change; the number of its bytes.
    #[error("the file has {0} bytes, more than are read of such files")]
    TooLarge(u64),
    /// The repository does not hold its content, as in a partial clone.
    #[error("the content of the file is not in the repository")]
    Missing,
    /// It is a link, a directory or something else.
    #[error("it is no file but something else")]
    NoFile,
}

/// The content of a file that says something about others.
pub(crate) type SmallFile = Result<Vec<u8>, UnreadFile>;

impl Repo {
    /// A file of the tree at HEAD as it is stored, and its mode; `None` where HEAD has none. A
    /// submodule has no content.
    pub fn file_of_head(&self, path: &RepoPath) -> Result<Option<(Mode, Vec<u8>)>, Error> {
        self.head_commit()?.map_or(Ok(None), |commit| self.file_of_commit(commit, path))
    }

    /// The same in the tree of any commit.
    pub fn file_of_commit(
        &self,
        commit: ObjectId,
        path: &RepoPath,
    ) -> Result<Option<(Mode, Vec<u8>)>, Error> {
        let tree = self.commit(commit)?.tree;
        let Some(Side { mode, id }) = self.file_in_tree(tree, path)? else { return Ok(None) };
        if mode == Mode::Submodule {
            return Ok(Some((mode, Vec::new())));
        }
        match self.small_blob(id, SIDE_FILE_BYTES)? {
            Ok(content) => Ok(Some((mode, content))),
            Err(UnreadFile::Missing | UnreadFile::NoFile) => {
                Err(Error::MissingObject { id, kind: "blob" })
            }
            Err(UnreadFile::TooLarge(_)) => Err(Error::TooLarge {
                what: format!("the file `{path}` of commit {commit}"),
                limit: format!("{SIDE_FILE_BYTES} bytes"),
            }),
        }
    }

    /// Mode and id of a file in the tree of a commit, without a look at its content; `None` where it has none there.
    pub fn side_of_commit(&self, commit: ObjectId, path: &RepoPath) -> Result<Option<Side>, Error> {
        self.file_in_tree(self.commit(commit)?.tree, path)
    }

    /// Whether a directory is where a file of a commit is looked for.
    pub fn is_directory_of_commit(&self, commit: ObjectId, path: &RepoPath) -> Result<bool, Error> {
        let mut directory = Some(self.commit(commit)?.tree);
        for name in path.components() {
            let Some(tree) = directory else { return Ok(false) };
            directory = self.subtree(tree, name)?;
        }
        Ok(directory.is_some())
    }

    /// A blob of at most `limit` bytes that says something about other files.
    pub(crate) fn small_blob(&self, id: ObjectId, limit: u64) -> Result<SmallFile, Error> {
        match self.blob_size(id)? {
            Some(size) if size > limit => Ok(Err(UnreadFile::TooLarge(size))),
            _ => Ok(self.blob(id)?.ok_or(UnreadFile::Missing)),
        }
    }

    /// A file of the common directory such as `info/attributes`; `None` when it is absent.
    pub(crate) fn common_file(&self, name: &str) -> Result<Option<SmallFile>, Error> {
        small_file(&self.common_dir().join(name), name, SIDE_FILE_BYTES)
    }
}

/// The most that a file of the git directory or a file about files may have: far above any real
/// one, so that a hostile one costs little.
pub(crate) const SIDE_FILE_BYTES: u64 = 32 << 20;

/// As [`small_file`], for a file without which there is no answer.
pub(crate) fn read_bounded(path: &Path, name: &str) -> Result<Option<Vec<u8>>, Error> {
    let too_large = |_| Error::TooLarge {
        what: format!("the file `{name}`"),
        limit: format!("{SIDE_FILE_BYTES} bytes"),
    };
    small_file(path, name, SIDE_FILE_BYTES)?.transpose().map_err(too_large)
}

/// The content of a regular file of at most `limit` bytes; `None` when there is none. Links are
/// not followed.
pub(crate) fn small_file(path: &Path, name: &str, limit: u64) -> Result<Option<SmallFile>, Error> {
    let failed = |source| Error::File { path: RepoPath::new(name), source };
    let Some((file, metadata)) = open_file(path).map_err(failed)? else { return Ok(None) };
    if metadata.len() > limit {
        return Ok(Some(Err(UnreadFile::TooLarge(metadata.len()))));
    }
    let mut content = Vec::new();
    file.take(limit + 1).read_to_end(&mut content).map_err(failed)?;
    if content.len() as u64 > limit {
        return Ok(Some(Err(UnreadFile::TooLarge(metadata.len().max(content.len() as u64)))));
    }
    Ok(Some(Ok(content)))
}

/// A regular file that is open, and what is known of it; `None` when there is none. Links are not
/// followed, and pipes and devices are neither opened nor waited for.
pub(crate) fn open_file(path: &Path) -> io::Result<Option<(fs::File, fs::Metadata)>> {
    if !metadata_of(path)?.is_some_and(|metadata| metadata.is_file()) {
        return Ok(None);
    }
    let mut options = fs::OpenOptions::new();
    options.read(true);
    // It may have become another thing in between.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        libc::O_NOFOLLOW | libc::O_NONBLOCK,
    );
    let file = match options.open(path) {
        Err(error) if is_absent(&error) => return Ok(None),
        other => other?,
    };
    let metadata = file.metadata()?;
    Ok(metadata.is_file().then_some((file, metadata)))
}

/// What is known of the thing that has this path, be it a link; `None` when there is none.
pub(crate) fn metadata_of(path: &Path) -> io::Result<Option<fs::Metadata>> {
    match fs::symlink_metadata(path) {
        Err(error) if is_absent(&error) => Ok(None),
        other => other.map(Some),
    }
}

/// Whether there is nothing of this name: a directory above it may have become a file, or the
/// name may be one that no file can have.
pub(crate) fn is_absent(error: &io::Error) -> bool {
    use ErrorKind::{InvalidFilename, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory | InvalidFilename)
}

/// The path in the words of the operating system.
#[cfg(unix)]
pub(crate) fn os_path(path: &RepoPath) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(path.as_bytes()).into()
}

#[cfg(not(unix))]
pub(crate) fn os_path(path: &RepoPath) -> PathBuf {
    String::from_utf8_lossy(path.as_bytes()).into_owned().into()
}
