use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use gitops_health_git::Repo;

use super::top_of;
use crate::args::CleanArgs;
use crate::error::{CliError, Failure};

/// Where files are kept as they were, for who cleans them alone to read. They hold what was taken out, so
/// that place is outside of the tree.
pub(super) struct Backup {
    place: PathBuf,
}

impl Backup {
    /// A place, which is made if it is not there.
    pub fn at(place: &Path, args: &CleanArgs, repo: Option<&Repo>) -> Result<Self, CliError> {
        let cleaned = args.paths.iter().filter(|path| path.is_dir());
        let trees = repo.map(top_of).into_iter().chain(cleaned.map(PathBuf::as_path));
        let hint = "name a directory outside of the repository: it will hold what was taken out";
        Ok(Self { place: directory_outside(place, trees, hint)? })
    }

    /// Keeps a file as it was, under its whole path. What is there already stays.
    pub fn keep(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let whole = fs::canonicalize(path)?;
        let names = whole.components().filter(|it| matches!(it, Component::Normal(_)));
        let kept = self.place.join(names.collect::<PathBuf>());
        make_directory(kept.parent().unwrap_or(&self.place))?;
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = match options.open(&kept) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(io::Error::other("the backup has such a file already"));
            }
            other => other?,
        };
        file.write_all(content)?;
        file.sync_all()
    }
}

/// A directory outside of some trees, which is made if it is not there.
pub(super) fn directory_outside<'a>(
    place: &Path,
    mut trees: impl Iterator<Item = &'a Path>,
    hint: &str,
) -> Result<PathBuf, CliError> {
    let shown = place.display().to_string();
    // What is there of it decides, before anything is made.
    let there = place.ancestors().find_map(|above| match above.as_os_str().is_empty() {
        true => fs::canonicalize(".").ok(),
        false => fs::canonicalize(above).ok(),
    });
    let is_above = |tree: &Path| {
        let tree = fs::canonicalize(tree).ok();
        tree.zip(there.as_ref()).is_some_and(|(tree, there)| there.starts_with(tree))
    };
    if trees.any(is_above) {
        return Err(CliError::new(Failure::Unusable {
            what: format!("`{shown}` is inside of what is cleaned"),
            hint: hint.to_owned(),
        }));
    }
    let made = make_directory(place).and_then(|()| fs::canonicalize(place));
    made.map_err(|source| CliError::new(Failure::Output { place: shown, source }))
}

/// A directory that nobody else can look into.
fn make_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
