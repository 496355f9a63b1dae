//! Where a commit says who owns its files.

use super::{Dialect, Owners, OwnersFile, SkipReason};
use crate::commit::Commit;
use crate::error::Error;
use crate::path::RepoPath;
use crate::repo::Repo;
use crate::side_file::{SIDE_FILE_BYTES, UnreadFile};
use crate::tree::{Mode, Side};

impl Repo {
    /// Who owns which files, by the `CODEOWNERS` file of a commit: the first one found where
    /// GitHub or GitLab look for it, though it be too large or its content not here. `None` where
    /// there is none.
    pub fn owners(&self, commit: &Commit) -> Result<Option<OwnersFile>, Error> {
        let locations = [Dialect::GitHub, Dialect::GitLab].map(Dialect::locations);
        for location in locations.into_iter().flatten() {
            let path = RepoPath::from(*location);
            let side = self.file_in_tree(commit.tree, &path)?;
            let Some(Side { mode: Mode::File | Mode::Executable, id }) = side else { continue };
            let (owners, skipped) = match self.small_blob(id, SIDE_FILE_BYTES)? {
                Ok(content) => Owners::parse(&content, Dialect::of_file(&path, &content)),
                Err(UnreadFile::TooLarge(size)) => Owners::none(SkipReason::FileTooLarge(size)),
                Err(UnreadFile::Missing | UnreadFile::NoFile) => Owners::none(SkipReason::Missing),
            };
            return Ok(Some(OwnersFile { path, owners, skipped }));
        }
        Ok(None)
    }
}
