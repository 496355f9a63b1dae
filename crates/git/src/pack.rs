//! Objects read straight from packs, for those who read a history from end to end.
//!
//! Libgit2 decodes the whole chain of deltas of every object that it is asked for. Who asks for
//! the versions of one path in their order asks for neighbours in one chain: here what was decoded
//! on the way is kept, so that each version costs one delta. The format is that of `git help
//! format-pack`, with indexes of both versions.
//!
//! Packs are untrusted: every length and offset is checked, a chain has a longest length, what an
//! object expands to is bounded, and each stream has to match its checksum. A pack that can't be used
//! is remembered: what is found nowhere may be in it. That the objects of a pack are what their ids say
//! is believed, as `git log` does.

mod cache;
mod delta;
mod file;
mod index;
mod reader;
#[cfg(test)]
mod tests;
mod window;

pub(crate) use reader::{Kind, Object, PackReader, Packs, Trouble};
