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
    /// and tags whose object is missing are left out; one that can't be read is an error.
    pub fn tags(&self) -> Result<Vec<Tag>, Error> {
        let mut tags = Vec::new();
        for tag in self.tags_as_listed()? {
            if self.commit_if_here(tag.commit)? == Some(tag.commit) {
                tags.push(tag);
            }
        }
        Ok(tags)
    }

    /// The commit that an object is or leads to; `None` where that is not here, or no commit.
    fn commit_if_here(&self, id: ObjectId) -> Result<Option<ObjectId>, Error> {
        match self.commit_of(id) {
            Err(Error::MissingObject { .. }) => Ok(None),
            other => other,
        }
    }

    /// As [`Repo::tags`], for those who know by themselves what is a commit: what packed references
    /// say that annotated tags lead to is not looked at, which is much faster.
    pub fn tags_as_listed(&self) -> Result<Vec<Tag>, Error> {
        let references =
            self.git.references_glob("refs/tags/*").context(|| "list the tags".into())?;
        let mut tags = Vec::new();
        for reference in references {
            let reference = reference.context(|| "read a tag".into())?;
            let name = reference.name_bytes();
            let name = BString::from(name.strip_prefix(b"refs/tags/").unwrap_or(name));
            let commit = match reference.target_peel() {
                Some(peeled) => Some(ObjectId::from_git2(peeled)),
                None => {
                    let target = reference.resolve().ok().and_then(|found| found.target());
                    let target = target.map(ObjectId::from_git2);
                    target.map_or(Ok(None), |target| self.commit_if_here(target))?
                }
            };
            tags.extend(commit.map(|commit| Tag { name, commit }));
        }
        tags.sort();
        Ok(tags)
    }
}
