//! Signals: changed lines that weaken or change something that rules ask about.
//!
//! They are found here, so that policies need no text of files. What is looked for is in `signal/rules`, as data.

mod around;
mod compare;
mod engine;
mod kind;
mod place;
mod rules;
mod skipped;
mod timeout;

#[cfg(test)]
mod tests;

use gitops_health_git::Hunk;

pub use kind::SignalKind;

/// A line that weakens or changes something that rules ask about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signal {
    /// What the line does.
    pub kind: SignalKind,
    /// The line in the new version, or in the old one for what was removed, from 1.
    pub line: u32,
    /// Whether the line was added or removed.
    pub side: SignalSide,
}

/// The version of a file in which a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignalSide {
    /// The line is in the new version alone.
    Added,
    /// The line is in the old version alone.
    Removed,
}

impl SignalSide {
    /// `added` or `removed`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
        }
    }
}

/// One changed file as signals see it: lines without their ends.
#[derive(Clone, Copy, Debug)]
pub struct ChangedLines<'a> {
    /// The path from the root of the repository, with `/`.
    pub path: &'a [u8],
    /// Lines of the new version, with their numbers from 1, in order.
    pub added: &'a [(u32, &'a [u8])],
    /// Lines of the old version, with their numbers from 1, in order.
    pub removed: &'a [(u32, &'a [u8])],
    /// The whole new version.
    pub new: &'a [u8],
    /// The whole old version.
    pub old: &'a [u8],
    /// Which lines of the versions stand for each other, in order.
    pub hunks: &'a [Hunk],
}

/// Whether the same is looked for in files of both paths: a line that moves between them says nothing new.
pub fn are_searched_alike(one: &[u8], other: &[u8]) -> bool {
    place::Place::of(one).is_like(&place::Place::of(other))
}

/// Whether anything is looked for in a file of this path.
pub fn is_searched(path: &[u8]) -> bool {
    place::Place::of(path).is_searched()
}

/// Whether nothing but comments and empty lines changed, in a file whose comments are known.
pub fn are_remarks(path: &[u8], changed: &[&[u8]]) -> bool {
    let place = place::Place::of(path);
    place.is_searched()
        && changed.iter().all(|line| line.trim_ascii().is_empty() || place.is_comment(line))
}

/// The signals of one changed file: sorted, and at most one of a kind for each line and side.
///
/// There are at most 100 of each kind: the first ones of the file. So no kind hides another. Only the first 2,000 bytes of
/// a line are looked at. A line that is as it was, but for white space, and in another place of the file is no signal, and
/// neither is one that replaces a line which was as weak.
/// Comments, documentation and vendored code have none, and most kinds are not looked for in tests.
pub fn signals(file: &ChangedLines<'_>) -> Vec<Signal> {
    let place = place::Place::of(file.path);
    if !place.is_searched() {
        return Vec::new();
    }
    let mut found = engine::Engine::get().search(&place, file);
    timeout::raised(&place, file, &mut found);
    found.sort_unstable();
    found.dedup();
    engine::limit(found)
}
