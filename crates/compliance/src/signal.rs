//! Signals: changed lines that weaken or change something that rules ask about.
//!
//! They are found here, so that policies need no text of files. What is looked for is in `signal/rules`, as data.

mod around;
mod compare;
mod engine;
mod kind;
mod patterns;
mod place;
mod rules;
mod skipped;
mod timeout;

#[cfg(test)]
mod tests;

use gitops_health_git::Hunk;

pub use kind::SignalKind;
pub(crate) use place::{SOURCE, is_beside_tests, may_migrate};

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

/// Whether a version of a file of this path in which something is looked for may be a text, though git takes it for none.
pub fn may_be_text(path: &[u8]) -> bool {
    place::Place::of(path).may_be_text(path)
}

/// The kinds that are looked for in a file of this path, which is there before and after the change or not; with repetitions.
pub fn searched_for(path: &[u8], is_old: bool, is_new: bool) -> Vec<SignalKind> {
    let place = place::Place::of(path);
    if !place.is_searched() {
        return Vec::new();
    }
    let mut kinds = engine::Engine::get().kinds(&place, is_old, is_new);
    kinds.extend(
        (is_old && is_new && timeout::is_searched(&place))
            .then_some(SignalKind::SessionTimeoutRaised),
    );
    kinds
}

/// How many lines of a program do something: neither empty, nor a comment, nor an import.
pub fn code_lines(path: &[u8], lines: &[&[u8]]) -> usize {
    let place = place::Place::of(path);
    let does_something = |line: &&&[u8]| {
        let text = line.trim_ascii();
        !text.is_empty() && !place.is_comment(line) && !is_import(text)
    };
    lines.iter().filter(does_something).count()
}

/// Whether a line says what names of others are used, or what the file belongs to.
fn is_import(line: &[u8]) -> bool {
    let starts = |starts: &[&[u8]]| starts.iter().any(|start| line.starts_with(start));
    let is_from = line.starts_with(b"from ") && memchr::memmem::find(line, b" import ").is_some();
    let is_using = line.starts_with(b"using ") && line.ends_with(b";") && !line.contains(&b'=');
    starts(&[b"import ", b"package ", b"use ", b"pub use ", b"pub(crate) use ", b"#include "])
        || is_from
        || is_using
}

/// How many tests lines of Rust declare, which has them in any file.
pub fn tests_of_rust(path: &[u8], lines: &[&[u8]]) -> usize {
    let is_test = |line: &&&[u8]| {
        let Some(rest) = line.trim_ascii().strip_prefix(b"#[") else { return false };
        let is_end = |byte: &u8| !byte.is_ascii_alphanumeric() && !b"_:".contains(byte);
        let name = rest.split(is_end).next().unwrap_or_default();
        let name = name.rsplit(|byte| *byte == b':').next().unwrap_or_default();
        name == b"rstest" || name.split(|byte| *byte == b'_').any(|word| word == b"test")
    };
    if !path.ends_with(b".rs") {
        return 0;
    }
    lines.iter().filter(is_test).count()
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
