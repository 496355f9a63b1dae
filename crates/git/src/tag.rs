use bstr::BString;

use crate::error::{Context, Error};
use crate::id::ObjectId;
use crate::repo::Repo;

/// A tag that leads to a commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag {
    /// The name without `refs/tags/`.
    pub name: BString,
    /// The commit at the end of it.
    pub commit: ObjectId,
}

impl Repo {
    /// All tags that lead to commits, annotated or not, sorted by name. Tags of trees and blobs
    /// and tags whose object is missing are left out.
    pub fn tags(&self) -> Result<Vec<Tag>, Error> {
        let references =
            self.git.references_glob("refs/tags/*").context(|| "list the tags".into())?;
        let mut tags = Vec::new();
        for reference in references {
            let reference = reference.context(|| "read a tag".into())?;
            let name = reference.name_bytes();
            let name = BString::from(name.strip_prefix(b"refs/tags/").unwrap_or(name));
            if let Ok(commit) = reference.peel(git2::ObjectType::Commit) {
                tags.push(Tag { name, commit: ObjectId::from_git2(commit.id()) });
            }
        }
        tags.sort();
        Ok(tags)
    }
}
