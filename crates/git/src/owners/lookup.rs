//! Where a commit says who owns its files.

use super::{Dialect, Owners};
use crate::commit::Commit;
use crate::error::Error;
use crate::path::RepoPath;
use crate::repo::Repo;
use crate::tree::Mode;

impl Repo {
    /// Who owns which files, by the `CODEOWNERS` file of a commit: the first one found where
    /// GitHub or GitLab look for it. `None` where there is none.
    pub fn owners(&self, commit: &Commit) -> Result<Option<Owners>, Error> {
        let locations = [Dialect::GitHub, Dialect::GitLab].map(Dialect::locations);
        for location in locations.into_iter().flatten() {
            let path = RepoPath::from(*location);
            if let Some(side) = self.file_in_tree(commit.tree, &path)?
                && matches!(side.mode, Mode::File | Mode::Executable)
                && let Some(content) = self.small_blob(side.id)?
            {
                return Ok(Some(Owners::parse(&content, Dialect::of_file(&path, &content)).0));
            }
        }
        Ok(None)
    }
}
