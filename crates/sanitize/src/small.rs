//! Short texts that are compared in small letters.

use smallvec::SmallVec;

/// A text in small letters of ASCII. Up to 200 bytes ask for no memory.
pub(crate) fn small(text: &[u8]) -> SmallVec<[u8; 200]> {
    let mut small = SmallVec::from_slice(text);
    small.make_ascii_lowercase();
    small
}
