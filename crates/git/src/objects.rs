//! The objects of a repository: those in packs and those that have files of their own, in its own
//! directory and in the alternates. Libgit2 reads none of them.

use std::cell::{OnceCell, RefCell};
use std::path::PathBuf;
use std::sync::Arc;

use crate::error::Cause;
use crate::id::ObjectId;
use crate::loose::{self, LooseReader};
use crate::pack::{Kind, Object, PackReader, Packs, Trouble};

/// The most bytes that an object may have to be read: what is looked at and large, such as a list of a
/// million files, still fits.
pub(crate) const OBJECT_BYTES: u64 = 256 << 20;

/// How many bytes of decoded objects are kept for those that are stored as deltas of them.
const PACK_CACHE: usize = 40 << 20;

/// So often is looked again where others make packs faster than they can be read.
const MOST_TRIES: usize = 100;

/// Reads objects by id.
pub(crate) struct Objects {
    directories: Vec<PathBuf>,
    /// Opened when the first object is asked for, and again when others took their place.
    packed: OnceCell<RefCell<PackReader>>,
    loose: RefCell<LooseReader>,
}

impl Objects {
    /// The objects in these directories.
    pub(crate) fn new(directories: Vec<PathBuf>) -> Self {
        let loose = RefCell::new(LooseReader::new(directories.clone()));
        Self { directories, packed: OnceCell::new(), loose }
    }

    /// The same for another thread. Both read the same packs.
    pub(crate) fn share(&self) -> Self {
        let other = Self::new(self.directories.clone());
        let packs = self.packed().borrow().packs().clone();
        let _ = other.packed.set(RefCell::new(reader(packs)));
        other
    }

    /// An object of at most `limit` bytes; `None` where it is not here.
    pub(crate) fn read(&self, id: ObjectId, limit: u64) -> Result<Option<Object>, Cause> {
        self.ask(|packed| packed.read(id, limit), |loose| loose.read(id, limit))
    }

    /// An object of at most `limit` bytes that is in a pack and can be read there.
    pub(crate) fn read_packed(&self, id: ObjectId, limit: u64) -> Option<Object> {
        self.packed().borrow_mut().read(id, limit).ok().flatten()
    }

    /// What an object is and how many bytes it has; `None` where it is not here.
    pub(crate) fn header(&self, id: ObjectId) -> Result<Option<(Kind, u64)>, Cause> {
        self.ask(|packed| packed.header(id), |loose| loose.header(id))
    }

    /// Whether an object is here, whatever it is. An error where that can't be known.
    pub(crate) fn hold(&self, id: ObjectId) -> Result<bool, Cause> {
        let held = |packed: &mut PackReader| packed.packs().hold(id).map(|held| held.then_some(()));
        let found = self.ask(held, |loose| Ok(loose.holds(id).then_some(())))?;
        Ok(found.is_some())
    }

    /// The ids of all objects that begin with these digits, sorted, each once.
    pub(crate) fn beginning_with(&self, digits: &str) -> Result<Vec<ObjectId>, Cause> {
        self.refresh();
        let digits = digits.to_ascii_lowercase();
        let packed = self.packed().borrow();
        if let Some(broken) = packed.packs().broken() {
            return Err(Cause::new(broken));
        }
        let packed = packed.packs().beginning_with(&digits);
        let mut found = packed.map_err(|error| Cause::new(error.to_string()))?;
        found.extend(loose::beginning_with(&self.directories, &digits));
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// The first object that has files of its own of which none can be read, and why.
    pub(crate) fn find_unreadable_file(&self) -> Option<(ObjectId, Cause)> {
        self.loose.borrow_mut().find_unreadable()
    }

    /// Asks the packs, then the files of single objects, and once more where other packs came: the
    /// objects of those that are gone are in them.
    fn ask<T>(
        &self,
        mut packed: impl FnMut(&mut PackReader) -> Result<Option<T>, Trouble>,
        mut loose: impl FnMut(&mut LooseReader) -> Result<Option<T>, Cause>,
    ) -> Result<Option<T>, Cause> {
        let mut tries = 0;
        loop {
            tries += 1;
            let in_pack = packed(&mut self.packed().borrow_mut());
            if let Ok(Some(found)) = in_pack {
                return Ok(Some(found));
            }
            if let Some(found) = loose(&mut self.loose.borrow_mut())? {
                return Ok(Some(found));
            }
            if self.refresh() && tries < MOST_TRIES {
                continue;
            }
            in_pack.map_err(in_words)?;
            return match self.packed().borrow().packs().broken() {
                Some(broken) => Err(Cause::new(broken)),
                None => Ok(None),
            };
        }
    }

    /// Opens the packs again where they are others by now.
    fn refresh(&self) -> bool {
        let mut packed = self.packed().borrow_mut();
        let are_others = packed.packs().are_others_than_in(&self.directories);
        if are_others {
            *packed = reader(Packs::open(&self.directories).into());
        }
        are_others
    }

    fn packed(&self) -> &RefCell<PackReader> {
        self.packed.get_or_init(|| reader(Packs::open(&self.directories).into()).into())
    }
}

fn reader(packs: Arc<Packs>) -> PackReader {
    PackReader::new(packs, PACK_CACHE, OBJECT_BYTES)
}

fn in_words(trouble: Trouble) -> Cause {
    Cause::new(match trouble {
        Trouble::TooLarge => "it is too large",
        Trouble::ChainTooLong => "it is stored as the last of too many deltas",
        Trouble::Damaged => "the pack that holds it is damaged",
    })
}
