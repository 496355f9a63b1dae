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
        let odb = self.git.odb().context(|| "open the object database".into())?;
        let mut tags = self.tags_as_listed()?;
        tags.retain(|tag| {
            let header = odb.read_header(tag.commit.to_git2());
            header.is_ok_and(|(_, kind)| kind == git2::ObjectType::Commit)
        });
        Ok(tags)
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
                Some(peeled) => Some(peeled),
                None => reference.peel(git2::ObjectType::Commit).ok().map(|commit| commit.id()),
            };
            if let Some(commit) = commit {
                tags.push(Tag { name, commit: ObjectId::from_git2(commit) });
            }
        }
        tags.sort();
        Ok(tags)
    }
}
