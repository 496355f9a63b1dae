use std::collections::HashMap;
use std::convert::Infallible;

use crate::attributes::storage::{LineEnds, StorageAttributes};
use crate::change::FileChange;
use crate::conversion::to_stored;
use crate::error::Error;
use crate::id::ObjectId;
use crate::rename;
use crate::repo::Repo;
use crate::tree::{Mode, Side};
use crate::worktree::Content;

/// The most bytes of unstored content that are kept in memory at once.
const KEPT_BYTES: u64 = 256 << 20;

/// Content that the repository need not hold, by the id that it would be stored under.
#[derive(Default)]
pub(crate) struct Unstored {
    /// `None` for what is too large to be kept.
    contents: HashMap<ObjectId, Option<Vec<u8>>>,
    bytes: u64,
}

impl Unstored {
    pub fn add(&mut self, id: ObjectId, content: Vec<u8>) {
        let bytes = self.bytes.saturating_add(content.len() as u64);
        if bytes > KEPT_BYTES {
            self.add_too_large(id);
        } else if self.contents.insert(id, Some(content)).is_none() {
            self.bytes = bytes;
        }
    }

    pub fn add_too_large(&mut self, id: ObjectId) {
        self.contents.entry(id).or_default();
    }
}

/// The blobs of the repository and what is not stored yet.
pub(crate) struct Blobs<'a> {
    pub repo: &'a Repo,
    pub unstored: &'a Unstored,
    /// Whether rename detection asked for the content of a file that is missing or too large.
    pub has_unread: bool,
}

impl<'a> Blobs<'a> {
    pub fn new(repo: &'a Repo, unstored: &'a Unstored) -> Self {
        Self { repo, unstored, has_unread: false }
    }

    /// The size of a blob in bytes, without limit for one that is too large to be read; `None`
    /// when it is not here.
    pub fn size(&self, id: ObjectId) -> Result<Option<u64>, Error> {
        match self.unstored.contents.get(&id) {
            Some(Some(content)) => Ok(Some(content.len() as u64)),
            Some(None) => Ok(Some(u64::MAX)),
            None => self.repo.blob_size(id),
        }
    }

    fn blob(&self, id: ObjectId) -> Result<Option<Vec<u8>>, Error> {
        match self.unstored.contents.get(&id) {
            Some(content) => Ok(content.clone()),
            None => self.repo.blob(id),
        }
    }

    /// The text that git compares for one side of a file; `None` when it is not here.
    pub fn content(&self, side: Option<Side>) -> Result<Option<Vec<u8>>, Error> {
        match side {
            Some(Side { mode, id }) if mode != Mode::Submodule => self.blob(id),
            _ => self.repo.content(side),
        }
    }
}

/// The blobs as rename detection asks for them: too large ones are not there.
impl rename::Blobs for Blobs<'_> {
    type Error = Error;

    fn size(&mut self, id: &ObjectId) -> Result<Option<u64>, Error> {
        let size = Blobs::size(self, *id)?.filter(|size| *size <= self.repo.limits.blob_bytes);
        self.has_unread |= size.is_none();
        Ok(size)
    }

    fn read(&mut self, id: &ObjectId) -> Result<Option<Vec<u8>>, Error> {
        self.blob(*id)
    }
}

impl Repo {
    /// The new text of a changed file, if it has at most `limit` bytes; `None` when it is no longer
    /// here.
    ///
    /// Of a change in the worktree this is the file on disk in the one of the ways to store it that
    /// gives the content that the change speaks of.
    pub(crate) fn new_content(
        &self,
        change: &FileChange,
        limit: u64,
    ) -> Result<Option<Content>, Error> {
        let side = match change.new {
            Some(side) if side.mode != Mode::Submodule => side,
            other => return Ok(self.content(other)?.map(Content::Bytes)),
        };
        match self.blob_size(side.id)? {
            Some(size) if size > limit => return Ok(Some(Content::TooLarge)),
            Some(_) => return Ok(self.blob(side.id)?.map(Content::Bytes)),
            None => {}
        }
        let content = match self.content_on_disk(&change.path, limit)? {
            Some(Content::Bytes(content)) => content,
            other => return Ok(other),
        };
        Ok(stored_as(content, side.id).map(Content::Bytes))
    }
}

/// The content as git stores it under this id, be it as it is, with other line ends, without the
/// text of `$Id$`, or both; `None` when none of these has the id.
fn stored_as(content: Vec<u8>, id: ObjectId) -> Option<Vec<u8>> {
    let has_id = |content: &[u8]| {
        ObjectId::of(git2::ObjectType::Blob, content).is_ok_and(|found| found == id)
    };
    if has_id(&content) {
        return Some(content);
    }
    let ways = [(LineEnds::Text, false), (LineEnds::Binary, true), (LineEnds::Text, true)];
    let mut stored = ways.iter().filter_map(|(line_ends, ident)| {
        let attributes = StorageAttributes { line_ends: *line_ends, ident: *ident };
        to_stored(&content, attributes, || Ok::<_, Infallible>(false)).ok().flatten()
    });
    stored.find(|stored| has_id(stored))
}
