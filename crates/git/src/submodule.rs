use std::fs;
use std::path::{Path, PathBuf};

use bstr::ByteSlice;

use crate::error::Error;
use crate::id::ObjectId;
use crate::ordinary::check_file;
use crate::path::RepoPath;
use crate::side_file::{SIDE_FILE_BYTES, is_absent, os_path};

/// How many references may lead to each other (`SYMREF_MAXDEPTH` of git).
const MAX_LINKS: usize = 5;

/// The commit that is checked out in the repository whose worktree this directory is; `None` where
/// there is no repository or no commit yet.
///
/// Nothing but the names of references is read there: no configuration, no index and no object.
pub(crate) fn checked_out_commit(worktree: &Path) -> Result<Option<ObjectId>, Error> {
    let Some(git_dir) = git_dir_of(worktree)? else { return Ok(None) };
    let common_dir = match read(&git_dir.join("commondir"))? {
        Some(path) => git_dir.join(os_path(&RepoPath::new(path.trim_end()))),
        None => git_dir.clone(),
    };
    if !common_dir.join("objects").is_dir() || !common_dir.join("refs").is_dir() {
        return Ok(None);
    }
    if common_dir.join("reftable").is_dir() {
        let feature = "references in `reftable` format".into();
        return Err(Error::Unsupported { path: worktree.to_owned(), feature });
    }
    let mut name = b"HEAD".to_vec();
    for _ in 0..MAX_LINKS {
        let Some(content) = read_reference(&git_dir, &common_dir, &name)? else { break };
        match content.strip_prefix(b"ref:") {
            Some(target) => name = target.trim().to_vec(),
            None => return Ok(ObjectId::from_hex(content.trim_end())),
        }
    }
    Ok(None)
}

/// The directory that `.git` is, or names.
fn git_dir_of(worktree: &Path) -> Result<Option<PathBuf>, Error> {
    let path = worktree.join(".git");
    let failed = |source| unreadable(&path, source);
    match fs::metadata(&path) {
        Ok(metadata) if metadata.is_dir() => Ok(Some(path)),
        Ok(_) => {
            let content = read(&path)?.unwrap_or_default();
            let named = content.strip_prefix(b"gitdir:").map(|path| RepoPath::new(path.trim()));
            Ok(named.map(|path| worktree.join(os_path(&path))))
        }
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

fn unreadable(path: &Path, source: std::io::Error) -> Error {
    Error::File { path: RepoPath::new(path.as_os_str().as_encoded_bytes()), source }
}

/// A file of the git directory of a submodule, links followed as git does; `None` when there is
/// none. What can't be read is an error: the submodule may be at another commit.
fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    let failed = |source| unreadable(path, source);
    match check_file(path).map_err(failed)? {
        None => Ok(None),
        Some(size) if size > SIDE_FILE_BYTES => {
            Err(failed(std::io::Error::other("it is larger than any real one")))
        }
        Some(_) => fs::read(path).map(Some).map_err(failed),
    }
}

/// What a reference holds: an id, or the name of another reference.
fn read_reference(
    git_dir: &Path,
    common_dir: &Path,
    name: &[u8],
) -> Result<Option<Vec<u8>>, Error> {
    let path = RepoPath::new(name);
    let is_proper = path.components().all(|part| part != b"." && part != b"..");
    if !is_proper || (name != b"HEAD" && !name.starts_with(b"refs/")) {
        return Ok(None);
    }
    for directory in [git_dir, common_dir] {
        if let Some(content) = read(&directory.join(os_path(&path)))? {
            return Ok(Some(content));
        }
    }
    let packed = read(&common_dir.join("packed-refs"))?;
    let packed = packed.unwrap_or_default();
    let mut lines = packed.lines().filter_map(|line| line.split_once_str(" "));
    Ok(lines.find(|(_, packed)| *packed == name).map(|(id, _)| id.to_vec()))
}
