//! Lines as rules see them, and as they are compared with the other side.

use std::cell::OnceCell;
use std::collections::HashSet;

use super::place::Place;

/// How many bytes of a line are looked at. Longer lines are written by programs.
const MAX_LINE: usize = 2_000;

/// What rules are tried on: nothing for a comment.
pub(super) fn code_of<'a>(place: &Place, line: &'a [u8]) -> &'a [u8] {
    let line = line.get(..MAX_LINE).unwrap_or(line);
    if place.is_comment(line) {
        return &[];
    }
    place.without_comment(line).trim_ascii_end()
}

/// The lines of one side, for questions from the other.
pub(super) struct Lines<'a> {
    lines: &'a [(u32, &'a [u8])],
    /// Made with the first question: most files have no signal.
    trimmed: OnceCell<HashSet<&'a [u8]>>,
}

impl<'a> Lines<'a> {
    pub fn new(lines: &'a [(u32, &'a [u8])]) -> Self {
        Self { lines, trimmed: OnceCell::new() }
    }

    /// Whether a line is there, but for white space around it: then it was moved.
    pub fn has(&self, line: &[u8]) -> bool {
        self.trimmed
            .get_or_init(|| self.lines.iter().map(|(_, line)| line.trim_ascii()).collect())
            .contains(line.trim_ascii())
    }

    /// How many lines, that are no comments, have something.
    pub fn count(&self, place: &Place, has: impl Fn(&[u8]) -> bool) -> usize {
        self.lines.iter().filter(|(_, line)| has(code_of(place, line))).count()
    }
}
