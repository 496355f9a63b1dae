use std::fmt;

use bstr::BString;

use crate::error::Error;
use crate::mailmap::Mailmap;
use crate::path::RepoPath;
use crate::repo::Repo;
use crate::side_file::{SmallFile, UnreadFile, metadata_of, small_file};
use crate::time::ZonedTime;
use crate::tree::{Mode, Side};

/// Someone named in a commit. Bytes, because git asks for no encoding.
///
/// Of a name or an address with more than [`Person::MOST_BYTES`] bytes there is the beginning, and a
/// digest that tells it from others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person {
    /// The name, which may be empty.
    pub name: BString,
    /// The e-mail address without its angle brackets, which may be empty.
    pub email: BString,
}

impl Person {
    /// An address has at most 254 bytes (RFC 5321, 4.5.3.1.3), and no name of a person that many.
    pub const MOST_BYTES: usize = 1024;

    /// The person of this name and address, which may be of any length.
    pub fn new(name: &[u8], email: &[u8]) -> Self {
        Self { name: bounded(name), email: bounded(email) }
    }
}

/// The beginning of a long text, an ellipsis, and the id of a blob with the whole; a short text as it
/// is.
pub(crate) fn bounded(text: &[u8]) -> BString {
    if text.len() <= Person::MOST_BYTES {
        return text.into();
    }
    const ELLIPSIS: &str = "\u{2026}";
    let room = Person::MOST_BYTES - ELLIPSIS.len() - 40;
    // Not within a character.
    let is_begin = |at: &usize| text[*at] & 0xc0 != 0x80;
    let end = (room - 3..=room).rev().find(is_begin).unwrap_or(room);
    let whole = git2::Oid::hash_object(git2::ObjectType::Blob, text);
    let whole = whole.map_or_else(|_| String::new(), |id| id.to_string());
    [&text[..end], ELLIPSIS.as_bytes(), whole.as_bytes()].concat().into()
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

/// The most that a `.mailmap` may have: some fifty thousand lines.
const MAILMAP_BYTES: u64 = 4 << 20;

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
            Some(worktree) => {
                let path = worktree.join(".mailmap");
                let failed = |source| Error::File { path: ".mailmap".into(), source };
                match metadata_of(&path).map_err(failed)? {
                    Some(known) if !known.is_file() => Ok(Some(Err(UnreadFile::NoFile))),
                    _ => small_file(&path, ".mailmap", MAILMAP_BYTES),
                }
            }
            None => self.mailmap_of_head(),
        }
    }

    fn mailmap_of_head(&self) -> Result<Option<SmallFile>, Error> {
        let Some(commit) = self.head_commit()? else { return Ok(None) };
        let tree = self.commit(commit)?.tree;
        match self.file_in_tree(tree, &RepoPath::from(".mailmap"))? {
            Some(Side { mode: Mode::File | Mode::Executable, id }) => {
                self.small_blob(id, MAILMAP_BYTES).map(Some)
            }
            Some(_) => Ok(Some(Err(UnreadFile::NoFile))),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_keep_their_beginning_and_differ_where_they_differed() {
        for letter in ["a", "ä", "漢"] {
            for more in 0..4 {
                let long = [&"x".repeat(more), &*letter.repeat(2000)].concat();
                let other = [&*long, letter].concat();
                let (one, two) = (bounded(long.as_bytes()), bounded(other.as_bytes()));
                assert!(one.len() <= Person::MOST_BYTES && one.len() > Person::MOST_BYTES - 4);
                let one = std::str::from_utf8(&one).expect("it is cut between characters");
                let (begin, _) = one.split_once('…').expect("it has a mark");
                assert!(long.starts_with(begin));
                assert_ne!(one.as_bytes(), &**two);
            }
        }
        let odd = bounded(&[0x80; 3000]);
        assert_eq!(odd.len(), Person::MOST_BYTES);
        let most = "y".repeat(Person::MOST_BYTES);
        assert_eq!(bounded(most.as_bytes()), most.as_str());
    }
}
