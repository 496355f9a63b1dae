//! How files of the worktree are stored.

use bstr::BStr;

use super::{Attributes, State};
use crate::RepoPath;

/// What the attributes say about how a file of the worktree is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct StorageAttributes {
    /// The attributes `text`, `crlf` and `eol` taken together.
    pub line_ends: LineEnds,
    /// The attribute `ident`.
    pub ident: bool,
}

/// Which line ends are stored as LF.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LineEnds {
    /// Nothing is said: the configuration decides.
    #[default]
    Unspecified,
    /// Every CRLF.
    Text,
    /// Every CRLF of what looks like text.
    Auto,
    /// None.
    Binary,
}

pub(super) const TEXT: &str = "text";
/// What `text` was called before git 1.7.2.
pub(super) const CRLF: &str = "crlf";
pub(super) const EOL: &str = "eol";
pub(super) const IDENT: &str = "ident";

impl Attributes {
    /// How the file with this path is stored, as `convert_attrs` of git reads the attributes.
    pub(crate) fn storage_of(&self, path: &RepoPath) -> StorageAttributes {
        let known = self.states(path);
        let state = |name: &str| known.get(BStr::new(name)).copied();
        let is_value = |name: &str, text: &str| matches!(state(name), Some(State::Value(value)) if value == text);
        let said_by = |name: &str| match state(name) {
            Some(State::Set) => LineEnds::Text,
            Some(State::Unset) => LineEnds::Binary,
            Some(State::Value(value)) if value == "input" => LineEnds::Text,
            Some(State::Value(value)) if value == "auto" => LineEnds::Auto,
            _ => LineEnds::Unspecified,
        };
        let line_ends = match said_by(TEXT) {
            LineEnds::Unspecified => said_by(CRLF),
            said => said,
        };
        let has_eol = is_value(EOL, "lf") || is_value(EOL, "crlf");
        StorageAttributes {
            line_ends: match line_ends {
                LineEnds::Unspecified if has_eol => LineEnds::Text,
                said => said,
            },
            ident: state(IDENT) == Some(&State::Set),
        }
    }
}
