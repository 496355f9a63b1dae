//! What libgit2 is about to open is looked at first: it would wait for somebody to write into a
//! named pipe, and takes a configuration that it may not read for one that is not there.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Files that libgit2 reads when it opens a repository.
const OPENED: [&str; 8] = [
    "HEAD",
    "config",
    "config.worktree",
    "commondir",
    "packed-refs",
    "shallow",
    "info/grafts",
    "objects/info/alternates",
];

/// The first file of a git directory that can't be read, and why.
pub(crate) fn unreadable_file(git_dir: &Path) -> Option<(PathBuf, io::Error)> {
    let found = unreadable_file_in(git_dir);
    if found.is_some() {
        return found;
    }
    let common = fs::read(git_dir.join("commondir")).ok()?;
    unreadable_file_in(&git_dir.join(String::from_utf8_lossy(&common).trim_end()))
}

fn unreadable_file_in(directory: &Path) -> Option<(PathBuf, io::Error)> {
    let opened = OPENED.iter().map(|name| directory.join(name));
    let opened = opened.map(|path| (check_readable(&path), path));
    let packs = fs::read_dir(directory.join("objects/pack")).into_iter().flatten().flatten();
    let is_read = |path: &PathBuf| {
        let extension = path.extension().and_then(OsStr::to_str);
        matches!(extension, Some("idx" | "pack")) || path.ends_with("multi-pack-index")
    };
    let packs = packs.map(|entry| entry.path()).filter(is_read);
    let packs = packs.map(|path| (check_file(&path).map(drop), path));
    opened.chain(packs).find_map(|(result, path)| Some((path, result.err()?)))
}

/// Opens a regular file, links followed; `None` when there is none. A pipe is not waited for.
pub(crate) fn open_regular(path: &Path) -> io::Result<Option<File>> {
    if check_file(path)?.is_none() {
        return Ok(None);
    }
    let mut options = fs::OpenOptions::new();
    options.read(true);
    // It may have become another thing in between.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let file = match options.open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    match file.metadata()?.is_file() {
        true => Ok(Some(file)),
        false => Err(io::Error::other("it is not a regular file")),
    }
}

/// Sees that a file can be read, or is not there.
pub(crate) fn check_readable(path: &Path) -> io::Result<()> {
    if check_file(path)?.is_some() { File::open(path).map(drop) } else { Ok(()) }
}

/// The length of a file, links followed; `None` when there is none.
pub(crate) fn check_file(path: &Path) -> io::Result<Option<u64>> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(Some(metadata.len())),
        Ok(_) => Err(io::Error::other("it is not a regular file")),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
