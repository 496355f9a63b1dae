//! Which lines differ between two texts, decided exactly as git decides it.
//!
//! Every number here is compared with what git prints, so the answer is that of git 2.47 with its
//! default settings, down to the choice among equally short edits. Four steps:
//!
//! 1. [`text`]: lines become numbers, equal lines equal numbers, and what both texts begin and end
//!    with is left out;
//! 2. [`discard`]: lines without a partner, and those that have too many, are left out;
//! 3. [`myers`]: the rest is compared, with the heuristics that bound the cost of far-apart texts;
//! 4. [`compact`]: runs of changed lines are moved to where people expect them.
//!
//! Libgit2 has the same algorithm, and is the referee in the tests. It can not keep the lines of a
//! file from one of its versions to the next, which is most of the work of a long history.

mod compact;
mod discard;
mod myers;
#[cfg(test)]
mod tests;
mod text;

use std::ops::Range;

use crate::change::Hunk;
use discard::{Pair, Partners, Ranks};
use myers::Myers;

pub(crate) use text::{Interner, Line, Numbered, Text, shared_start};

/// Compares texts of one [`Interner`], and keeps its working memory from one to the next.
#[derive(Default)]
pub(crate) struct Comparer {
    partners: Partners,
    /// In the whole texts, and without their tail.
    ranks: [Ranks; 2],
    myers: Myers,
    old: Marked,
    new: Marked,
    /// What is left of both sides after discarding, for each of the ranks.
    rests: [[Rest; 2]; 2],
    hunks: Vec<Hunk>,
}

/// The lines of a side that are left after discarding, and where they stand.
#[derive(Default, PartialEq, Eq)]
struct Rest {
    lines: Vec<Line>,
    places: Vec<u32>,
}

/// For each line of a side whether it differs, and one more that never does.
#[derive(Default)]
struct Marked(Vec<bool>);

impl Marked {
    fn reset(&mut self, lines: usize) {
        self.0.clear();
        self.0.resize(lines + 1, false);
    }

    fn count(&self, lines: &Range<usize>) -> u32 {
        number(self.0[lines.clone()].iter().filter(|mark| **mark).count())
    }
}

/// What differs between two texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Lines only in the new text.
    pub added: u32,
    /// Lines only in the old text.
    pub deleted: u32,
    /// The places in order, as git finds them without the tail. In texts that repeat themselves
    /// they may have other lengths than all lines together.
    pub hunks: Vec<Hunk>,
}

impl Comparer {
    /// What differs between two texts of `interner`; `None` where finding out is too much work.
    ///
    /// Both texts end with the same `tail` lines, which are left out where places are sought: git
    /// does so to find places without context, and not to count lines.
    pub fn compare(
        &mut self,
        interner: &Interner,
        old: &[Line],
        new: &[Line],
        tail: usize,
    ) -> Option<Difference> {
        let (before, behind) = text::shared_ends(old, new);
        if behind < tail {
            // What both begin with goes on into the tail: the places are sought between other ends.
            let whole = self.compare(interner, old, new, 0)?;
            let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
            let hunks = self.compare(interner, old, new, 0)?.hunks;
            return Some(Difference { hunks, ..whole });
        }
        let old_middle = before..old.len() - behind;
        let new_middle = before..new.len() - behind;
        if old_middle.is_empty() && new_middle.is_empty() {
            return Some(Difference::default());
        }
        self.old.reset(old.len());
        self.new.reset(new.len());
        let pair = Pair { old, new, old_middle, new_middle, tail };
        let (added, deleted) = self.mark(interner, &pair)?;
        let hunks = self.places(interner, pair);
        Some(Difference { added, deleted, hunks })
    }

    /// Marks what differs without the tail, and counts what differs with it.
    fn mark(&mut self, interner: &Interner, pair: &Pair<'_>) -> Option<(u32, u32)> {
        let (old, new) = (&pair.old_middle, &pair.new_middle);
        // Where nothing is common, all differs, whatever partners the lines have elsewhere.
        if !self.partners.count_middles(interner.len(), pair) {
            self.old.0[old.clone()].fill(true);
            self.new.0[new.clone()].fill(true);
            return Some((number(new.len()), number(old.len())));
        }
        self.partners.count_ends(pair);
        self.partners.rank(pair, true, &mut self.ranks[0]);
        self.ranks[0].keep(pair, &mut self.rests[0]);
        self.run(pair, 0)?;
        let counts = (self.new.count(new), self.old.count(old));
        if pair.tail > 0 {
            self.partners.rank(pair, false, &mut self.ranks[1]);
            if self.ranks[0] != self.ranks[1] {
                self.ranks[1].keep(pair, &mut self.rests[1]);
                // Other ranks may leave the same.
                if self.rests[0] != self.rests[1] {
                    self.run(pair, 1)?;
                }
            }
        }
        Some(counts)
    }

    /// Marks all lines but those that are left and have their like on the other side.
    fn run(&mut self, pair: &Pair<'_>, rests: usize) -> Option<()> {
        let [old_rest, new_rest] = &self.rests[rests];
        let (old, new) = (&mut self.old.0, &mut self.new.0);
        old[pair.old_middle.clone()].fill(true);
        new[pair.new_middle.clone()].fill(true);
        old_rest.places.iter().for_each(|place| old[*place as usize] = false);
        new_rest.places.iter().for_each(|place| new[*place as usize] = false);
        self.myers.run(&old_rest.lines, &new_rest.lines, &mut |side, place| match side {
            myers::Side::Old => old[old_rest.places[place] as usize] = true,
            myers::Side::New => new[new_rest.places[place] as usize] = true,
        })
    }

    /// Moves what is marked to its best places, and reads these off.
    fn places(&mut self, interner: &Interner, pair: Pair<'_>) -> Vec<Hunk> {
        let Pair { old, new, old_middle, new_middle, tail } = pair;
        let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
        let (old_marks, new_marks) = (&mut self.old.0[..], &mut self.new.0[..]);
        let begin = old_middle.start;
        let old_area = compact::compact(interner, (old, old_marks), (new, new_marks), old_middle);
        let area = begin.min(old_area.start)..new_middle.end;
        let new_area = compact::compact(interner, (new, new_marks), (old, old_marks), area);
        self.hunks(old_area, new_area)
    }

    /// Reads the places off the marks.
    fn hunks(&mut self, old_area: Range<usize>, new_area: Range<usize>) -> Vec<Hunk> {
        let (old, new) = (&self.old.0, &self.new.0);
        let begin = old_area.start.min(new_area.start);
        let run = |marks: &[bool], from: usize| {
            from + marks[from..].iter().take_while(|mark| **mark).count()
        };
        self.hunks.clear();
        let (mut i, mut j) = (begin, begin);
        while i < old_area.end || j < new_area.end {
            let (old_end, new_end) = (run(old, i), run(new, j));
            if old_end > i || new_end > j {
                self.hunks.push(hunk(i..old_end, j..new_end));
            }
            (i, j) = (old_end + 1, new_end + 1);
        }
        self.hunks.clone()
    }
}

/// A place as git writes it: lines count from one, and an empty side is named by the line before.
fn hunk(old: Range<usize>, new: Range<usize>) -> Hunk {
    let start = |range: &Range<usize>| number(range.start + usize::from(!range.is_empty()));
    Hunk {
        old_start: start(&old),
        old_lines: number(old.len()),
        new_start: start(&new),
        new_lines: number(new.len()),
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
