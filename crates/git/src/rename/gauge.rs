//! Reads blobs and compares them, and counts what that costs.

use super::similarity::{Fingerprint, Fingerprinter, sizes_allow};
use super::{Blobs, Entry};

/// Why a detection ends before its last step.
#[derive(Debug)]
pub(super) enum Halt<E> {
    /// Too many pairs or too much work.
    Limit,
    /// The blobs cannot be read.
    Failed(E),
}

/// The blobs, and how much work is left.
pub(super) struct Gauge<'a, B> {
    blobs: &'a mut B,
    fingerprinter: Fingerprinter,
    work_left: u64,
}

impl<'a, B: Blobs> Gauge<'a, B> {
    pub(super) fn new(blobs: &'a mut B, work: u64) -> Self {
        Self { blobs, fingerprinter: Fingerprinter::default(), work_left: work }
    }

    pub(super) fn work_left(&self) -> u64 {
        self.work_left
    }

    /// The size of what can be compared: `None` for a symbolic link and for a submodule, which git
    /// only pairs when they are identical, and for a blob that is not there.
    pub(super) fn size(&mut self, entry: &Entry) -> Result<Option<u64>, Halt<B::Error>> {
        if !entry.is_regular() {
            return Ok(None);
        }
        self.blobs.size(&entry.id).map_err(Halt::Failed)
    }

    /// The fingerprint of a blob of `size` bytes. That of a blob without content resembles
    /// nothing, and so does that of a blob that is not there.
    pub(super) fn fingerprint(
        &mut self,
        entry: &Entry,
        size: u64,
    ) -> Result<Fingerprint, Halt<B::Error>> {
        self.spend(size)?;
        let content = self.blobs.read(&entry.id).map_err(Halt::Failed)?;
        Ok(content.map(|content| self.fingerprinter.take(&content)).unwrap_or_default())
    }

    /// How similar two contents are, the larger of which has `larger` bytes.
    pub(super) fn score(
        &mut self,
        old: &Fingerprint,
        new: &Fingerprint,
        larger: u64,
    ) -> Result<u32, Halt<B::Error>> {
        self.spend((old.len() + new.len()) as u64)?;
        Ok(old.score(new, larger))
    }

    /// How similar two files are; zero, without reading them, when their sizes rule out that they
    /// reach `minimum`.
    pub(super) fn similarity(
        &mut self,
        old: &Entry,
        new: &Entry,
        minimum: u32,
    ) -> Result<u32, Halt<B::Error>> {
        let (Some(old_size), Some(new_size)) = (self.size(old)?, self.size(new)?) else {
            return Ok(0);
        };
        if !sizes_allow(old_size, new_size, minimum) {
            return Ok(0);
        }
        let old = self.fingerprint(old, old_size)?;
        let new = self.fingerprint(new, new_size)?;
        self.score(&old, &new, old_size.max(new_size))
    }

    fn spend(&mut self, work: u64) -> Result<(), Halt<B::Error>> {
        let left = self.work_left.checked_sub(work);
        self.work_left = left.unwrap_or(0);
        left.map(|_| ()).ok_or(Halt::Limit)
    }
}
