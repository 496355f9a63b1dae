//! What is looked for, as data: one table for each subject.

mod access;
mod audit;
mod cryptography;
mod pipeline;
mod quality;
mod transport;

use super::place::Files;
use super::{SignalKind, SignalSide};

/// One form of a signal.
///
/// Patterns are those of `regex`, over bytes, and `.` is any byte. A pattern is tried on a line that is no comment, without
/// the comment at its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    pub kind: SignalKind,
    pub side: SignalSide,
    /// Where it is looked for. Tests are looked at by rules that name them, and by no others.
    pub files: Files,
    pub pattern: &'static str,
    /// What the same line may not have. Empty for nothing.
    pub unless: &'static str,
    /// What the line has to have, unless the path says that the file is about security. Empty for nothing.
    pub about: &'static str,
    /// What the changed lines right before may not have, and how many of them are looked at.
    pub before: (usize, &'static str),
}

impl Rule {
    const fn added(kind: SignalKind, files: Files, pattern: &'static str) -> Self {
        Self {
            kind,
            side: SignalSide::Added,
            files,
            pattern,
            unless: "",
            about: "",
            before: (0, ""),
        }
    }

    const fn removed(kind: SignalKind, files: Files, pattern: &'static str) -> Self {
        Self {
            kind,
            side: SignalSide::Removed,
            files,
            pattern,
            unless: "",
            about: "",
            before: (0, ""),
        }
    }

    const fn unless(mut self, pattern: &'static str) -> Self {
        self.unless = pattern;
        self
    }

    const fn about(mut self, pattern: &'static str) -> Self {
        self.about = pattern;
        self
    }

    const fn before(mut self, lines: usize, pattern: &'static str) -> Self {
        self.before = (lines, pattern);
        self
    }
}

/// Tables of all rules.
pub(super) const ALL: &[&[Rule]] = &[
    transport::RULES,
    cryptography::RULES,
    audit::RULES,
    pipeline::RULES,
    access::RULES,
    quality::RULES,
];
