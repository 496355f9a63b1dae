//! The names and wildcards between the slashes of a pattern.

use std::ops::Range;

use bstr::{BString, ByteSlice};
use gix_glob::wildmatch::Mode;

#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Segment {
    /// This name.
    Literal(BString),
    /// Names that match these wildcards.
    Wild(BString),
    /// Any number of names.
    AnyNames,
    /// Any number of names, but at least one.
    SomeNames,
}

impl Segment {
    pub fn matches(&self, name: &[u8]) -> bool {
        match self {
            Self::Literal(literal) => literal == name,
            Self::Wild(wild) => {
                gix_glob::wildmatch(wild.as_bstr(), name.as_bstr(), Mode::NO_MATCH_SLASH_LITERAL)
            }
            Self::AnyNames | Self::SomeNames => true,
        }
    }

    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Literal(literal) if literal.is_empty())
    }
}

/// The bytes that are more than themselves.
pub(super) const WILD: &[u8] = br"*?[\";

/// What two or more asterisks between slashes mean.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stars {
    /// The same as one.
    Plain,
    /// Any number of directories.
    Git,
    /// Any number of directories, when there are two of them and a slash follows.
    Ruby,
}

/// Cuts a pattern at its slashes, but not at those between brackets; `None` when no path can
/// match it.
pub(super) fn split_segments(pattern: &[u8], stars: Stars) -> Option<Vec<Segment>> {
    let mut segments = Vec::new();
    let mut lone_brackets = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < pattern.len() {
        match pattern[at] {
            b'/' => {
                let text = escaped(pattern, start..at, &lone_brackets);
                segments.push(segment(&text, Some(SlashAfter::Plain), stars));
                at += 1;
                start = at;
            }
            b'\\' if pattern.get(at + 1) == Some(&b'/') => {
                let text = escaped(pattern, start..at, &lone_brackets);
                segments.push(segment(&text, Some(SlashAfter::Escaped), stars));
                at += 2;
                start = at;
            }
            b'\\' if at + 1 == pattern.len() => return None,
            b'\\' => at += 2,
            b'[' => at = bracket_end(pattern, at, &mut lone_brackets)?,
            _ => at += 1,
        }
    }
    segments.push(segment(&escaped(pattern, start..pattern.len(), &lone_brackets), None, stars));
    Some(segments)
}

/// A part of the pattern with a `\` in front of each lone bracket: the matcher of names loses its
/// place behind `[:` where no class follows.
fn escaped(pattern: &[u8], part: Range<usize>, lone_brackets: &[usize]) -> Vec<u8> {
    let mut text = Vec::with_capacity(part.len());
    let mut from = part.start;
    for &at in lone_brackets.iter().filter(|at| part.contains(at)) {
        text.extend_from_slice(&pattern[from..at]);
        text.push(b'\\');
        from = at;
    }
    text.extend_from_slice(&pattern[from..part.end]);
    text
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum SlashAfter {
    Plain,
    Escaped,
}

fn segment(text: &[u8], slash: Option<SlashAfter>, stars: Stars) -> Segment {
    let only_stars = text.len() >= 2 && text.iter().all(|byte| *byte == b'*');
    match (stars, slash) {
        // With an escaped slash, git does not let `**/` stand for no directory at all.
        (Stars::Git, Some(SlashAfter::Plain)) if only_stars => Segment::AnyNames,
        (Stars::Git, _) if only_stars => Segment::SomeNames,
        (Stars::Ruby, Some(SlashAfter::Plain)) if text == b"**" => Segment::AnyNames,
        _ if text.find_byteset(WILD).is_some() => Segment::Wild(BString::from(text)),
        _ => Segment::Literal(BString::from(text)),
    }
}

/// The position behind the bracket that opens at `open`; `None` when it does not close or names a
/// class that does not exist. Adds the positions where `[:` begins no class.
fn bracket_end(pattern: &[u8], open: usize, lone_brackets: &mut Vec<usize>) -> Option<usize> {
    let mut at = open + 1;
    if matches!(pattern.get(at)?, b'!' | b'^') {
        at += 1;
    }
    // A closing bracket in the first place is a member of the set, and so is an opening one
    // behind which no class is named.
    let mut is_first = true;
    let mut can_be_range = false;
    loop {
        let byte = *pattern.get(at)?;
        match byte {
            b']' if !is_first => return Some(at + 1),
            b'\\' => {
                pattern.get(at + 1)?;
                can_be_range = true;
                at += 2;
            }
            b'-' if can_be_range && !matches!(pattern.get(at + 1)?, b']') => {
                at += if pattern[at + 1] == b'\\' { 3 } else { 2 };
                can_be_range = false;
            }
            b'[' if pattern.get(at + 1) == Some(&b':') => {
                let inner = &pattern[at + 2..];
                let close = inner.find_byte(b']')?;
                match inner[..close].strip_suffix(b":") {
                    Some(class) if CLASSES.contains(&class) => {
                        at += close + 3;
                        can_be_range = false;
                    }
                    Some(_) => return None,
                    None => {
                        lone_brackets.push(at);
                        at += 1;
                        can_be_range = true;
                    }
                }
            }
            _ => {
                can_be_range = true;
                at += 1;
            }
        }
        is_first = false;
    }
}

const CLASSES: [&[u8]; 12] = [
    b"alnum", b"alpha", b"blank", b"cntrl", b"digit", b"graph", b"lower", b"print", b"punct",
    b"space", b"upper", b"xdigit",
];
