mod segment;
#[cfg(test)]
mod tests;

use std::fmt;

use bstr::{BStr, BString, ByteSlice};

use segment::{Segment, Stars, WILD, split_segments};

/// One pattern in the language of `.gitignore`: `auth/`, `*.sql`, `/infra/**`, `src/*/db`.
///
/// The rules are those of the section "PATTERN FORMAT" of the manual page gitignore(5):
///
/// * without a slash in front or in the middle, the pattern names a file or directory anywhere;
///   with one, it is relative to the root;
/// * with a slash at its end, it names directories only;
/// * `*`, `?` and `[a-z]` never match a slash, `\` makes the next byte an ordinary one;
/// * `**/`, `/**/` and `/**` match any number of directories.
///
/// A directory that matches covers everything below it. Names are compared whole and with their
/// case: `auth` covers `auth` and `src/auth/x`, but neither `author/x` nor `Auth`.
///
/// The rules for the lines of a file, that is comments and blanks at the end, are not part of a
/// pattern: [`PathPattern::parse`] takes every byte as it stands.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PathPattern {
    text: BString,
    shape: Shape,
}

/// The text is not a pattern that could be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParsePatternError {
    /// The text is empty.
    #[error("the pattern is empty")]
    Empty,
    /// The pattern begins with `!`, which has a meaning only in a list of patterns.
    #[error("`{0}` is negated; write `\\!` for a name that begins with an exclamation mark")]
    Negated(BString),
    /// Git accepts the pattern, but there is no path it could match: a bracket is left open or
    /// names a class that does not exist, `\` ends the text, or there is an empty name between
    /// two slashes.
    #[error("`{0}` can match no path")]
    MatchesNothing(BString),
    /// The pattern is longer than 4096 bytes, has more than 100 slashes or more than 60 asterisks
    /// between two of them. Git knows no such limits; they bound the cost of a hostile pattern.
    #[error("the pattern of {0} bytes is too long or has too many wildcards")]
    TooComplex(usize),
}

impl ParsePatternError {
    /// The same in words that repeat nothing of the pattern.
    pub(crate) fn without_text(&self) -> &'static str {
        match self {
            Self::Empty => "the pattern is empty",
            Self::Negated(_) => "the pattern is negated",
            Self::MatchesNothing(_) => "the pattern can match no path",
            Self::TooComplex(_) => "the pattern is too long or has too many wildcards",
        }
    }
}

const MAX_LENGTH: usize = 4096;
/// The states of a match are the bits of a `u128`.
const MAX_SEGMENTS: usize = 100;
/// The matcher of single names gives up where 64 asterisks follow each other.
const MAX_STARS: usize = 60;

#[derive(Clone, PartialEq, Eq, Hash)]
enum Shape {
    /// A name anywhere in the tree.
    Name { name: Segment, only_directories: bool },
    /// A path from the root: the bytes before the first wildcard, and one segment per name in
    /// what follows them. No segments: the literal is the whole path.
    Path { literal: BString, segments: Vec<Segment>, only_directories: bool },
}

/// Which of the files below a matching directory count as matched.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Everything,
    ItselfOnly,
    /// None of them: the path is that of a directory, and only it is asked for.
    DirectoryOnly,
}

impl PathPattern {
    /// Reads one pattern.
    pub fn parse(pattern: &[u8]) -> Result<Self, ParsePatternError> {
        if pattern.first() == Some(&b'!') {
            return Err(ParsePatternError::Negated(excerpt(pattern)));
        }
        Self::parse_unnegated(pattern)
    }

    /// Reads one pattern in which a `!` in front is an ordinary byte.
    pub(crate) fn parse_unnegated(pattern: &[u8]) -> Result<Self, ParsePatternError> {
        if pattern.is_empty() {
            return Err(ParsePatternError::Empty);
        }
        if pattern.len() > MAX_LENGTH {
            return Err(ParsePatternError::TooComplex(pattern.len()));
        }
        let (body, only_directories) = match pattern.strip_suffix(b"/") {
            Some(body) => (body, true),
            None => (pattern, false),
        };
        let shape = if body.contains(&b'/') {
            let body = body.strip_prefix(b"/").unwrap_or(body);
            let wild_at = body.find_byteset(WILD).unwrap_or(body.len());
            let (literal, rest) = body.split_at(wild_at);
            let segments =
                if rest.is_empty() { Some(Vec::new()) } else { split_segments(rest, Stars::Git) };
            let literal = BString::from(literal);
            segments.map(|segments| Shape::Path { literal, segments, only_directories })
        } else {
            split_segments(body, Stars::Plain)
                .and_then(|segments| segments.into_iter().next())
                .map(|name| Shape::Name { name, only_directories })
        };
        Self::checked(pattern, shape)
    }

    /// Reads a pattern as `File.fnmatch` of Ruby does with the flags `FNM_PATHNAME` and
    /// `FNM_DOTMATCH`: relative to the root, and `**` is more than `*` only in `**/`.
    pub(crate) fn parse_fnmatch(pattern: &[u8]) -> Result<Self, ParsePatternError> {
        if pattern.len() > MAX_LENGTH {
            return Err(ParsePatternError::TooComplex(pattern.len()));
        }
        let body = pattern.strip_prefix(b"/").unwrap_or(pattern);
        let shape = split_segments(body, Stars::Ruby).map(|segments| Shape::Path {
            literal: BString::default(),
            segments,
            only_directories: false,
        });
        Self::checked(pattern, shape)
    }

    fn checked(pattern: &[u8], shape: Option<Shape>) -> Result<Self, ParsePatternError> {
        let nothing = || ParsePatternError::MatchesNothing(excerpt(pattern));
        let shape = shape.ok_or_else(nothing)?;
        let all = match &shape {
            Shape::Name { name, .. } => std::slice::from_ref(name),
            Shape::Path { literal, segments, .. } => {
                let starts_inside_a_name = !literal.is_empty() && !literal.ends_with(b"/");
                let bad_literal = literal.starts_with(b"/") || literal.contains_str("//");
                // Only the rest of the name that the literal begins can be empty.
                let optional = |segment: &&Segment| **segment == Segment::AnyNames;
                let first = segments.iter().take_while(optional).count() + 1;
                let skip = if starts_inside_a_name { first } else { 0 };
                let has_gap = segments.iter().skip(skip).any(Segment::is_empty);
                if bad_literal || has_gap || (literal.is_empty() && segments.is_empty()) {
                    return Err(nothing());
                }
                if segments.is_empty() && !starts_inside_a_name {
                    return Err(nothing());
                }
                segments
            }
        };
        if matches!(&shape, Shape::Name { name, .. } if name.is_empty()) {
            return Err(nothing());
        }
        let stars = |segment: &Segment| match segment {
            Segment::Wild(wild) => wild.iter().filter(|byte| **byte == b'*').count(),
            _ => 0,
        };
        if all.len() > MAX_SEGMENTS || all.iter().any(|segment| stars(segment) > MAX_STARS) {
            return Err(ParsePatternError::TooComplex(pattern.len()));
        }
        Ok(Self { text: BString::from(pattern), shape })
    }

    /// Whether the pattern matches this file or one of the directories that hold it.
    ///
    /// The cost is at most proportional to the length of the pattern times that of the path.
    pub fn matches(&self, path: &crate::RepoPath) -> bool {
        self.covers(path.as_bytes(), Reach::Everything)
    }

    /// Whether the pattern matches this directory, whatever it says about those above. With
    /// [`PathPattern::matches_itself`] it answers for many files of one directory at once.
    pub fn matches_directory(&self, directory: &crate::RepoPath) -> bool {
        self.covers(directory.as_bytes(), Reach::DirectoryOnly)
    }

    /// Whether the pattern matches this file, whatever it says about the directories above.
    pub fn matches_itself(&self, path: &crate::RepoPath) -> bool {
        self.covers(path.as_bytes(), Reach::ItselfOnly)
    }

    /// The pattern as it was written.
    pub fn as_bstr(&self) -> &BStr {
        self.text.as_bstr()
    }

    fn covers(&self, path: &[u8], reach: Reach) -> bool {
        let counts = |is_last: bool, only_directories: bool| match reach {
            Reach::Everything => !is_last || !only_directories,
            Reach::ItselfOnly => is_last && !only_directories,
            Reach::DirectoryOnly => is_last,
        };
        match &self.shape {
            Shape::Name { name, only_directories } if reach != Reach::Everything => {
                let last = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
                counts(true, *only_directories) && name.matches(last)
            }
            Shape::Name { name, only_directories } => {
                let mut names = path.split(|byte| *byte == b'/').peekable();
                while let Some(component) = names.next() {
                    let is_last = names.peek().is_none();
                    if counts(is_last, *only_directories) && name.matches(component) {
                        return true;
                    }
                }
                false
            }
            Shape::Path { literal, segments, only_directories } => {
                let Some(rest) = path.strip_prefix(literal.as_slice()) else { return false };
                if segments.is_empty() {
                    return match rest.first() {
                        None => counts(true, *only_directories),
                        Some(b'/') => counts(false, *only_directories),
                        Some(_) => false,
                    };
                }
                covers_segments(segments, rest, |is_last| counts(is_last, *only_directories))
            }
        }
    }
}

/// Follows all ways to lay the segments over the names of the path at once: bit `i` of the state
/// says that the segments before `i` can match the names seen so far.
fn covers_segments(segments: &[Segment], rest: &[u8], counts: impl Fn(bool) -> bool) -> bool {
    let skip_optional = |mut states: u128| {
        for (index, segment) in segments.iter().enumerate() {
            if *segment == Segment::AnyNames && states & (1 << index) != 0 {
                states |= 1 << (index + 1);
            }
        }
        states
    };
    let mut states = skip_optional(1);
    let mut names = rest.split(|byte| *byte == b'/').peekable();
    while let Some(name) = names.next() {
        let mut next: u128 = 0;
        for (index, segment) in segments.iter().enumerate() {
            if states & (1 << index) == 0 {
                continue;
            }
            next |= match segment {
                Segment::AnyNames => 1 << index,
                Segment::SomeNames => 0b11 << index,
                Segment::Literal(_) | Segment::Wild(_) if segment.matches(name) => 1 << (index + 1),
                Segment::Literal(_) | Segment::Wild(_) => 0,
            };
        }
        states = skip_optional(next);
        if states & (1 << segments.len()) != 0 && counts(names.peek().is_none()) {
            return true;
        }
        if states == 0 {
            return false;
        }
    }
    false
}

/// Enough of the pattern for a message.
fn excerpt(pattern: &[u8]) -> BString {
    BString::from(&pattern[..pattern.len().min(200)])
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&crate::RepoPath::new(self.text.as_slice()), f)
    }
}

impl fmt::Debug for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}
