use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use gitops_health_git::Repo;
use gitops_health_sanitize::{Key, LEAST_KEY, SanitizeConfig};

use super::{senseless, unusable};
use crate::error::{CliError, Failure};

/// Where the key of fingerprints and of hashes is.
pub(crate) const KEY: &str = "GITOPS_HEALTH_SANITIZE_KEY";

/// The most bytes of a file with a key.
const LARGEST_KEY: u64 = 4096;

/// The key of the environment, or else of the file that the configuration names; `None` where neither is
/// there to be asked.
pub(crate) fn key_of(
    config: &SanitizeConfig,
    repo: Option<&Repo>,
) -> Result<Option<Key>, CliError> {
    if let Some(value) = std::env::var_os(KEY) {
        let key = Key::new(value.into_encoded_bytes());
        return key.map(Some).ok_or_else(|| CliError::new(Failure::NoKey { variable: KEY }));
    }
    if config.key_file.is_empty() {
        return Ok(None);
    }
    let path = place_of(&config.key_file, repo);
    check_place(&path, repo)?;
    let hint = || format!("ask for it who keeps it, or set {KEY} to the key");
    let content = read_regular(&path, LARGEST_KEY, true).map_err(|error| {
        unusable(format!("the file of `sanitize.key_file` can not be read: {error}"), hint())
    })?;
    let key = Key::new(content.trim_ascii());
    let short =
        || format!("the file of `sanitize.key_file` holds no key of at least {LEAST_KEY} bytes");
    key.map(Some).ok_or_else(|| unusable(short(), hint()))
}

/// A path from the top of the worktree, or below the user's own directory.
fn place_of(name: &str, repo: Option<&Repo>) -> PathBuf {
    if let Some(rest) = name.strip_prefix("~/")
        && let Some(home) = std::env::var_os("HOME")
    {
        return Path::new(&home).join(rest);
    }
    let top = repo.map(|repo| repo.worktree().unwrap_or_else(|| repo.git_dir()));
    top.unwrap_or(Path::new(".")).join(name)
}

/// A key that is in the tree is one that everybody has.
fn check_place(path: &Path, repo: Option<&Repo>) -> Result<(), CliError> {
    let Some(repo) = repo else { return Ok(()) };
    let Some(worktree) = repo.worktree() else { return Ok(()) };
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let place = real(path);
    let is_in_tree = place.starts_with(real(worktree)) && !place.starts_with(real(repo.git_dir()));
    match is_in_tree {
        true => Err(senseless("sanitize.key_file", "must be outside of the worktree")),
        false => Ok(()),
    }
}

/// A regular file of so many bytes at most. Nothing else is opened: opening a named pipe waits.
pub(super) fn read_regular(path: &Path, most: u64, follow_links: bool) -> io::Result<Vec<u8>> {
    let known = if follow_links { path.metadata()? } else { path.symlink_metadata()? };
    if !known.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > most {
        true => Err(io::Error::other("it is too large")),
        false => Ok(bytes),
    }
}
