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
    /// What the nearest line has to have that this one is inside of, by its indentation. Empty for nothing.
    pub inside: &'static str,
    /// What no line of the same item of a list may have that runs no script besides. Empty for nothing.
    pub unless_item: &'static str,
    /// What the version of the file has to have somewhere. Empty for nothing.
    pub whole: &'static str,
    /// What no other line of the version may have, one that goes on behind a `\` taken as one. Empty for nothing.
    pub elsewhere: &'static str,
    /// What is weakened, as groups. A line that is gone and names the same was as weak. Empty where that takes the same text
    /// in a line that is alike.
    pub names: &'static str,
    /// Where a line that is gone has to have been, to be the one that was as weak.
    pub reach: Reach,
}

/// Where a line has to have been that was as weak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// In the same part of the change; in settings also below the same keys.
    Hunk,
    /// In the file, below the same keys.
    Scope,
    /// In the file.
    File,
    /// At the same test.
    Test(Skip),
}

/// Where the test is that a line makes not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Skip {
    /// Below the line.
    Over,
    /// Around the line.
    Inside,
    /// In the line.
    Itself,
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
            inside: "",
            unless_item: "",
            whole: "",
            elsewhere: "",
            names: "",
            reach: Reach::Hunk,
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
            inside: "",
            unless_item: "",
            whole: "",
            elsewhere: "",
            names: "",
            reach: Reach::Hunk,
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

    const fn whole(mut self, pattern: &'static str) -> Self {
        self.whole = pattern;
        self
    }

    const fn elsewhere(mut self, pattern: &'static str) -> Self {
        self.elsewhere = pattern;
        self
    }

    const fn inside(mut self, pattern: &'static str) -> Self {
        self.inside = pattern;
        self
    }

    const fn unless_item(mut self, pattern: &'static str) -> Self {
        self.unless_item = pattern;
        self
    }

    const fn names(mut self, pattern: &'static str) -> Self {
        self.names = pattern;
        self
    }

    const fn reach(mut self, reach: Reach) -> Self {
        self.reach = reach;
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
