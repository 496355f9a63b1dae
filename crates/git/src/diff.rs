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
use discard::Partners;
use myers::Myers;

pub(crate) use text::{Interner, Line, Text};

/// Compares texts of one [`Interner`], and keeps its working memory from one to the next.
#[derive(Default)]
pub(crate) struct Comparer {
    partners: Partners,
    myers: Myers,
    old: Marked,
    new: Marked,
    /// The lines of a side that are left after discarding, and where they stand.
    rest: [Rest; 2],
}

#[derive(Default)]
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
}

/// What differs between two texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The places in order, as `git diff` finds them, without context.
    pub hunks: Vec<Hunk>,
    /// Lines only in the new text.
    pub added: u32,
    /// Lines only in the old text.
    pub deleted: u32,
}

impl Comparer {
    /// What differs between two texts of `interner`; `None` where finding out is too much work.
    pub fn compare(
        &mut self,
        interner: &Interner,
        old: &[Line],
        new: &[Line],
    ) -> Option<Difference> {
        let (before, behind) = text::shared_ends(old, new);
        let old_middle = before..old.len() - behind;
        let new_middle = before..new.len() - behind;
        if old_middle.is_empty() && new_middle.is_empty() {
            return Some(Difference::default());
        }
        self.old.reset(old.len());
        self.new.reset(new.len());
        if old_middle.is_empty() || new_middle.is_empty() {
            self.old.0[old_middle.clone()].fill(true);
            self.new.0[new_middle.clone()].fill(true);
        } else {
            self.partners.count(interner.len(), old, new);
            let (old_rest, new_rest) = self.rest.split_at_mut(1);
            self.partners.keep_old(old, old_middle.clone(), &mut self.old.0, &mut old_rest[0]);
            self.partners.keep_new(new, new_middle.clone(), &mut self.new.0, &mut new_rest[0]);
            let [old_rest, new_rest] = &self.rest;
            self.myers.run(&old_rest.lines, &new_rest.lines, &mut |side, place| match side {
                myers::Side::Old => self.old.0[old_rest.places[place] as usize] = true,
                myers::Side::New => self.new.0[new_rest.places[place] as usize] = true,
            })?;
        }
        let (old_marks, new_marks) = (&mut self.old.0[..], &mut self.new.0[..]);
        let old_area =
            compact::compact(interner, (old, old_marks), (new, new_marks), old_middle.clone());
        let begin = before.min(old_area.start);
        let (old_marks, new_marks) = (&mut self.old.0[..], &mut self.new.0[..]);
        let area = begin..new_middle.end;
        let new_area = compact::compact(interner, (new, new_marks), (old, old_marks), area);
        Some(self.difference(old_area, new_area))
    }

    /// Reads the places off the marks.
    fn difference(&self, old_area: Range<usize>, new_area: Range<usize>) -> Difference {
        let (old, new) = (&self.old.0, &self.new.0);
        let begin = old_area.start.min(new_area.start);
        let run = |marks: &[bool], from: usize| {
            from + marks[from..].iter().take_while(|mark| **mark).count()
        };
        let mut difference = Difference::default();
        let (mut i, mut j) = (begin, begin);
        while i < old_area.end || j < new_area.end {
            let (old_end, new_end) = (run(old, i), run(new, j));
            if old_end > i || new_end > j {
                difference.add(hunk(i..old_end, j..new_end));
            }
            (i, j) = (old_end + 1, new_end + 1);
        }
        difference
    }
}

impl Difference {
    fn add(&mut self, hunk: Hunk) {
        self.added += hunk.new_lines;
        self.deleted += hunk.old_lines;
        self.hunks.push(hunk);
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
