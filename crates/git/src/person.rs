use std::fmt;

use bstr::BString;

use crate::error::Error;
use crate::mailmap::Mailmap;
use crate::path::RepoPath;
use crate::repo::Repo;
use crate::side_file::{SIDE_FILE_BYTES, SmallFile, UnreadFile, small_file};
use crate::time::ZonedTime;
use crate::tree::{Mode, Side};

/// Someone named in a commit. Bytes, because git asks for no encoding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person {
    /// The name, which may be empty.
    pub name: BString,
    /// The e-mail address without its angle brackets, which may be empty.
    pub email: BString,
}

/// Who did something and when they say they did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The person.
    pub person: Person,
    /// The time, in the zone that the person's clock was set to.
    pub time: ZonedTime,
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} <{}>", self.name, self.email)
    }
}

impl Repo {
    /// The mapping of names and addresses in `.mailmap`: that of the worktree, or that of HEAD in a
    /// bare repository, as git reads it by default. Configuration outside the repository is not
    /// asked, so that everybody gets the same facts. A file that is not read maps nobody, and
    /// [`Mailmap::unread`] says why.
    pub fn mailmap(&self) -> Result<Mailmap, Error> {
        Ok(Mailmap::of_file(self.mailmap_file()?))
    }

    /// The file that [`Repo::mailmap`] reads, or why it can't be read; `None` where there is none.
    pub fn mailmap_file(&self) -> Result<Option<Result<Vec<u8>, UnreadFile>>, Error> {
        match self.worktree() {
            Some(worktree) => small_file(&worktree.join(".mailmap"), ".mailmap", SIDE_FILE_BYTES),
            None => self.mailmap_of_head(),
        }
    }

    fn mailmap_of_head(&self) -> Result<Option<SmallFile>, Error> {
        let Some(commit) = self.head_commit()? else { return Ok(None) };
        let tree = self.commit(commit)?.tree;
        match self.file_in_tree(tree, &RepoPath::from(".mailmap"))? {
            Some(Side { mode: Mode::File | Mode::Executable, id }) => {
                self.small_blob(id, SIDE_FILE_BYTES).map(Some)
            }
            _ => Ok(None),
        }
    }
}
