use std::io;

use super::file::PackFile;

/// So many bytes of a pack are read at once. Git puts the commits of a history beside each other,
/// and an object near the one that it is a delta of: the next entry is often among them.
const BLOCK: u64 = 4 << 10;

/// So many bytes behind a block are read with it: most entries that begin in it end there.
const OVERLAP: u64 = 1 << 10;

/// How many blocks are kept.
const SLOTS: usize = 32;

/// The blocks of packs that were read last.
pub(super) struct Window {
    slots: [Block; SLOTS],
}

#[derive(Default)]
struct Block {
    /// The number of the pack, and of the block in it.
    key: Option<(usize, u64)>,
    bytes: Vec<u8>,
}

impl Window {
    pub(super) fn new() -> Self {
        Self { slots: std::array::from_fn(|_| Block::default()) }
    }

    /// What stands at an offset in front of the end of a pack: as much as is at hand, but at least
    /// [`OVERLAP`] bytes, or all up to `end`.
    pub(super) fn read(
        &mut self,
        (number, file): (usize, &PackFile),
        offset: u64,
        end: u64,
    ) -> io::Result<&[u8]> {
        let key = (number, offset / BLOCK);
        let begin = key.1 * BLOCK;
        let block = &mut self.slots[key.1 as usize % SLOTS];
        if block.key != Some(key) {
            block.key = None;
            block.bytes.resize((end - begin).min(BLOCK + OVERLAP) as usize, 0);
            file.read_at(&mut block.bytes, begin)?;
            block.key = Some(key);
        }
        Ok(&block.bytes[(offset - begin) as usize..])
    }
}
