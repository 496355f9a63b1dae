//! Texts as numbered lines.

use std::hash::BuildHasher;

use bstr::ByteSlice;
use foldhash::fast::RandomState;
use hashbrown::HashTable;

/// The number of a line. Lines that are equal, their ends included, have equal numbers.
pub(crate) type Line = u32;

/// No line.
const NOBODY: Line = Line::MAX;

/// So much memory is kept from one file to the next.
const KEPT: usize = 1 << 20;

/// Gives each distinct line a number.
#[derive(Default)]
pub(crate) struct Interner {
    /// Seeded at random, so that nobody can write lines that all have one hash.
    state: RandomState,
    numbers: HashTable<Line>,
    hashes: Vec<u64>,
    /// The line that came behind each line when it was seen last.
    followers: Vec<Line>,
    /// Where each line ends in `bytes`.
    ends: Vec<usize>,
    bytes: Vec<u8>,
}

/// A text of at most four gigabytes as lines of an [`Interner`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Text {
    pub lines: Vec<Line>,
    /// Where each line ends in the content.
    pub(super) ends: Vec<u32>,
}

/// A text with its content.
#[derive(Clone, Copy)]
pub(crate) struct Numbered<'a> {
    pub content: &'a [u8],
    pub text: &'a Text,
}

impl Numbered<'_> {
    /// How many lines both texts end with, as far as git leaves them out before it looks for places
    /// without context (`trim_common_tail`): whole blocks, then back to the end of a line.
    ///
    /// What is left out cannot be mistaken for a part of the change, so that a text that repeats
    /// itself may have its hunks elsewhere than with context. `git diff --numstat` compares with
    /// it.
    pub fn common_tail(self, other: Self) -> usize {
        const BLOCK: usize = 1024;
        let begin = |numbered: Self, lines: usize| {
            let before = numbered.text.lines.len() - lines;
            before.checked_sub(1).map_or(0, |last| numbered.text.ends[last] as usize)
        };
        let lines = shared_end(&self.text.lines, &other.text.lines);
        let (one, two) = (begin(self, lines), begin(other, lines));
        let line = shared_end(&self.content[..one], &other.content[..two]);
        let shared = (self.content.len() - one + line) / BLOCK * BLOCK;
        let tail = self.content.len() - shared;
        let first = self.text.ends.partition_point(|end| (*end as usize) <= tail);
        self.text.lines.len().saturating_sub(first + 1)
    }
}

impl Interner {
    /// Forgets all lines and keeps the memory, unless it is much.
    pub fn clear(&mut self) {
        if self.size() > KEPT {
            *self = Self::default();
        }
        self.numbers.clear();
        self.hashes.clear();
        self.followers.clear();
        self.ends.clear();
        self.bytes.clear();
    }

    /// How many distinct lines there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// How much memory the distinct lines take, in bytes.
    pub fn size(&self) -> usize {
        self.bytes.len() + 36 * self.ends.len()
    }

    /// The bytes of a line, its end included.
    pub fn bytes(&self, line: Line) -> &[u8] {
        &self.bytes[self.range(line)]
    }

    fn range(&self, line: Line) -> std::ops::Range<usize> {
        let begin = (line as usize).checked_sub(1).map_or(0, |before| self.ends[before]);
        begin..self.ends[line as usize]
    }

    fn number(&mut self, bytes: &[u8]) -> Line {
        let hash = self.state.hash_one(bytes);
        let Self { numbers, hashes, followers, ends, bytes: all, .. } = self;
        let is_equal = |line: &Line| {
            let line = *line as usize;
            let begin = line.checked_sub(1).map_or(0, |before| ends[before]);
            hashes[line] == hash && all[begin..ends[line]] == *bytes
        };
        if let Some(line) = numbers.find(hash, is_equal) {
            return *line;
        }
        let line = Line::try_from(ends.len()).expect("texts have at most four billion bytes");
        all.extend_from_slice(bytes);
        ends.push(all.len());
        hashes.push(hash);
        followers.push(NOBODY);
        numbers.insert_unique(hash, line, |line| hashes[*line as usize]);
        line
    }

    /// The lines of a content.
    pub fn text(&mut self, content: &[u8]) -> Text {
        let mut text = Text::default();
        self.add_lines(&mut text, content, 0, content.len());
        text
    }

    /// The lines of a content that resembles `known`, the content of `model`: what both begin and
    /// end with is not looked at again.
    ///
    /// The text is written into the room of `spare`.
    pub fn text_like(&mut self, content: &[u8], known: &[u8], model: &Text, spare: Text) -> Text {
        let shared = shared_start(content, known);
        let before = model.ends.partition_point(|end| *end as usize <= shared);
        // A last line without an end may go on in the other content.
        let is_whole = |line: usize| known[model.ends[line] as usize - 1] == b'\n';
        let before = before - usize::from(before > 0 && !is_whole(before - 1));
        let begin = before.checked_sub(1).map_or(0, |last| model.ends[last] as usize);
        // What both end with begins behind the first end of a line in it.
        let behind = known.len() - shared_end(&content[begin..], &known[begin..]);
        let first = model.ends[before..].partition_point(|end| *end as usize <= behind);
        let after = (before + first + 1).min(model.ends.len());
        let tail = after.checked_sub(1).map_or(0, |last| model.ends[last] as usize);
        let end = content.len() - (known.len() - tail);
        let mut text = spare;
        text.lines.clear();
        text.ends.clear();
        text.lines.extend_from_slice(&model.lines[..before]);
        text.ends.extend_from_slice(&model.ends[..before]);
        self.add_lines(&mut text, content, begin, end);
        text.lines.extend_from_slice(&model.lines[after..]);
        let shift = (end as u32).wrapping_sub(tail as u32);
        text.ends.extend(model.ends[after..].iter().map(|end| end.wrapping_add(shift)));
        text
    }

    fn add_lines(&mut self, text: &mut Text, content: &[u8], begin: usize, end: usize) {
        let (mut at, mut last) = (begin, text.lines.last().copied());
        while at < end {
            let rest = &content[at..end];
            let (line, length) = match self.expected(last, rest) {
                Some(found) => found,
                None => {
                    let length = rest.find_byte(b'\n').map_or(rest.len(), |place| place + 1);
                    (self.number(&rest[..length]), length)
                }
            };
            if let Some(last) = last {
                self.followers[last as usize] = line;
            }
            last = Some(line);
            at += length;
            text.lines.push(line);
            text.ends.push(u32::try_from(at).expect("texts have at most four billion bytes"));
        }
    }

    /// The line that followed the last one before, if it does again, and its length: most lines of
    /// a version are those of another, in the same order.
    fn expected(&self, last: Option<Line>, rest: &[u8]) -> Option<(Line, usize)> {
        let line = *self.followers.get(last? as usize)?;
        if line == NOBODY {
            return None;
        }
        let bytes = self.bytes(line);
        let is_whole = bytes.last() == Some(&b'\n') || rest.len() == bytes.len();
        (is_whole && rest.starts_with(bytes)).then_some((line, bytes.len()))
    }
}

/// How many lines both texts begin with, and how many of the others they end with.
pub(super) fn shared_ends(old: &[Line], new: &[Line]) -> (usize, usize) {
    let before = shared_start(old, new);
    (before, shared_end(&old[before..], &new[before..]))
}

/// Whole blocks are compared first, which takes few instructions.
const BLOCKS: [usize; 2] = [2048, 64];

/// How many elements both begin with.
pub(crate) fn shared_start<T: PartialEq>(one: &[T], two: &[T]) -> usize {
    let mut shared = 0;
    for size in BLOCKS {
        let blocks = one[shared..].chunks_exact(size).zip(two[shared..].chunks_exact(size));
        shared += size * blocks.take_while(|(one, two)| one == two).count();
    }
    let rest = one[shared..].iter().zip(&two[shared..]);
    shared + rest.take_while(|(one, two)| one == two).count()
}

fn shared_end<T: PartialEq>(one: &[T], two: &[T]) -> usize {
    let (mut one, mut two, length) = (one, two, one.len());
    for size in BLOCKS {
        let blocks = one.rchunks_exact(size).zip(two.rchunks_exact(size));
        let shared = size * blocks.take_while(|(one, two)| one == two).count();
        (one, two) = (&one[..one.len() - shared], &two[..two.len() - shared]);
    }
    let rest = one.iter().rev().zip(two.iter().rev());
    length - one.len() + rest.take_while(|(one, two)| one == two).count()
}
