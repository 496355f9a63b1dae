//! Objects read straight from packs, for those who read a history from end to end.
//!
//! Libgit2 decodes the whole chain of deltas of every object that it is asked for. Who asks for
//! the versions of one path in their order asks for neighbours in one chain: here what was decoded
//! on the way is kept, so that each version costs one delta. The format is that of `git help
//! format-pack`, version 2, with indexes of version 2.
//!
//! Packs are untrusted: every length and offset is checked, a chain has a longest length, what an
//! object expands to is bounded, and each stream has to match its checksum. What this reader does
//! not find or does not take (odd versions, very long chains) is left to libgit2, but not what is
//! damaged: there libgit2 may end the program.

mod cache;
mod delta;
mod index;
mod reader;
#[cfg(test)]
mod tests;
mod window;

pub(crate) use reader::{Kind, Object, PackReader, Packs, Trouble};
