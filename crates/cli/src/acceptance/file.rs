use std::io;
use std::path::{Component, Path};

use gitops_health_git::{Mode, ObjectId, Repo, RepoPath};
use gitops_health_sanitize::LARGEST_BASELINE;

use super::{key, senseless, unusable};
use crate::error::{CliError, Failure};

/// A file from the top of the worktree, or of HEAD where there is none; `None` where it is not there.
pub(super) fn read_in_repo(name: &str, repo: Option<&Repo>) -> Result<Option<String>, CliError> {
    let Some(repo) = repo.filter(|_| !name.is_empty()) else { return Ok(None) };
    let is_inside = Path::new(name).components().all(|it| matches!(it, Component::Normal(_)));
    if !is_inside {
        return Err(senseless("sanitize.baseline", "must be a path from the top of the worktree"));
    }
    if let Some(worktree) = repo.worktree() {
        let path = worktree.join(name);
        return match path.symlink_metadata() {
            Ok(_) => read_file(&path, false).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => {
                Err(CliError::new(Failure::Input { place: format!("`{name}`"), source }))
            }
        };
    }
    read_of_revision(name, repo, repo.head_commit()?)
}

/// A file of a commit.
pub(super) fn read_of_revision(
    name: &str,
    repo: &Repo,
    revision: Option<ObjectId>,
) -> Result<Option<String>, CliError> {
    let Some(id) = revision.filter(|_| !name.is_empty()) else { return Ok(None) };
    let of = |problem: &str| {
        unusable(format!("`{name}` of commit {} {problem}", id.short()), baseline_hint())
    };
    match repo.file_of_commit(id, &RepoPath::from(name))? {
        None => Ok(None),
        Some((Mode::File | Mode::Executable, content)) => {
            String::from_utf8(content).map(Some).map_err(|_| of("is not UTF-8"))
        }
        Some(_) => Err(of("is no regular file")),
    }
}

fn baseline_hint() -> String {
    "make a new one with `sanitize scan --write-baseline`".into()
}

pub(super) fn read_file(path: &Path, follow_links: bool) -> Result<String, CliError> {
    let unread =
        |source| CliError::new(Failure::Input { place: format!("`{}`", path.display()), source });
    let bytes = key::read_regular(path, LARGEST_BASELINE, follow_links).map_err(unread)?;
    String::from_utf8(bytes).map_err(|_| unread(io::Error::other("it is not UTF-8")))
}
