use crate::attributes::{PathAttributes, SkippedAttributes};
use crate::path::RepoPath;
use crate::tree::Side;

/// The files that differ between two states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The files, sorted by path.
    pub files: Vec<FileChange>,
    /// Whether there were too many deleted and added files to look for similar ones among them:
    /// then only files with the same content, or with a unique name, were paired. Git's default
    /// limit, 1,000 by 1,000.
    pub rename_limit_reached: bool,
    /// The lines and files of attributes that bear on these files and have no effect, by file and
    /// line; at most [`crate::Attributes::MOST_SKIPPED`].
    pub skipped_attributes: Vec<SkippedAttributes>,
}

/// What happened to one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// What kind of change it is.
    pub status: Status,
    /// Where the file is now, or was when it is deleted.
    pub path: RepoPath,
    /// Where a renamed or copied file came from.
    pub old_path: Option<RepoPath>,
    /// The file before; `None` when it is added.
    pub old: Option<Side>,
    /// The file after; `None` when it is deleted.
    pub new: Option<Side>,
    /// How many lines differ.
    pub lines: Lines,
    /// What `.gitattributes` says of the path.
    pub attributes: PathAttributes,
}

/// The kinds of change that git tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// The file is new.
    Added,
    /// The file is gone.
    Deleted,
    /// Content or permission differ.
    Modified,
    /// A file became a link or a submodule, or the other way round.
    TypeChanged,
    /// The file was elsewhere before.
    Renamed {
        /// How much of the content stayed, in percent.
        similarity: u8,
    },
    /// The file was made from another that is still there.
    Copied {
        /// How much of the content is shared, in percent.
        similarity: u8,
    },
    /// The index holds several versions of the file: a merge waits for a decision.
    Unmerged,
}

impl Status {
    /// The letter that git prints: `A`, `D`, `M`, `T`, `R`, `C` or `U`.
    pub fn letter(self) -> char {
        match self {
            Self::Added => 'A',
            Self::Deleted => 'D',
            Self::Modified => 'M',
            Self::TypeChanged => 'T',
            Self::Renamed { .. } => 'R',
            Self::Copied { .. } => 'C',
            Self::Unmerged => 'U',
        }
    }
}

/// How many lines differ between the two sides of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lines {
    /// Text, with the numbers that `git diff --numstat` prints.
    Counted {
        /// Lines only in the new version.
        added: u32,
        /// Lines only in the old version.
        deleted: u32,
        /// Separate places that changed: the hunks of `git diff -U0`, but for a file that became
        /// a link or the like, which is one text here and two patches there.
        hunks: u32,
    },
    /// Not text: a NUL among the first 8,000 bytes, or an attribute that says so.
    Binary,
    /// Another commit of another repository.
    Submodule,
    /// The repository does not hold the content, as in a partial clone.
    Missing,
    /// More than [`crate::Limits`] allow to compare.
    TooLarge,
    /// The index holds several versions.
    Unmerged,
}

impl Lines {
    /// Added and deleted lines; zero for what has no lines or could not be compared.
    pub fn added_deleted(self) -> (u32, u32) {
        match self {
            Self::Counted { added, deleted, .. } => (added, deleted),
            _ => (0, 0),
        }
    }
}

/// A place where the old and the new version differ, without context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hunk {
    /// The first line that is gone, counted from 1; the line before the place when none is.
    pub old_start: u32,
    /// How many lines are gone.
    pub old_lines: u32,
    /// The first line that is new, counted from 1; the line before the place when none is.
    pub new_start: u32,
    /// How many lines are new.
    pub new_lines: u32,
}
