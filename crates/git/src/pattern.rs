//! placeholder
use crate::path::RepoPath;
use gix_glob::wildmatch;
/// x
#[derive(Clone, Debug)]
pub struct PathPattern(gix_glob::Pattern);
/// x
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a pattern")]
pub struct ParsePatternError;
impl PathPattern {
    /// x
    pub fn parse(b: &[u8]) -> Result<Self, ParsePatternError> {
        gix_glob::Pattern::from_bytes_without_negation(b).map(Self).ok_or(ParsePatternError)
    }
    /// x
    pub fn matches(&self, p: &RepoPath) -> bool {
        let mut cur = p.clone();
        let mut dir = false;
        loop {
            if cur.as_bytes().is_empty() {
                return false;
            }
            let base = cur.as_bytes().len() - cur.file_name().len();
            if self.0.matches_repo_relative_path(
                cur.as_bstr(),
                (base > 0).then_some(base),
                Some(dir),
                gix_glob::pattern::Case::Sensitive,
                wildmatch::Mode::NO_MATCH_SLASH_LITERAL,
            ) {
                return true;
            }
            cur = cur.parent();
            dir = true;
        }
    }
}
