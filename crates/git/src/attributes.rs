//! Placeholder.
use crate::path::RepoPath;
use bstr::BString;
/// x
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DiffAttribute {
    /// x
    #[default]
    Unspecified,
    /// x
    Set,
    /// x
    Unset,
    /// x
    Driver(BString),
}
/// x
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathAttributes {
    /// x
    pub diff: DiffAttribute,
    /// x
    pub generated: Option<bool>,
    /// x
    pub vendored: Option<bool>,
    /// x
    pub documentation: Option<bool>,
}
pub(crate) struct Attributes;
impl Attributes {
    pub(crate) fn new(_f: Vec<(RepoPath, Vec<u8>)>, _i: Option<Vec<u8>>) -> Self {
        Self
    }
    pub(crate) fn of(&self, _p: &RepoPath) -> PathAttributes {
        PathAttributes::default()
    }
}
