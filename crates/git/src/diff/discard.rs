//! Lines that are decided before anything is compared.
//!
//! A line without a partner in the other text differs, whatever the rest is. One with very many
//! partners (a blank line, a brace) between lines without any says nothing and costs much: git
//! counts it as different too. From GNU diff (`discard_confusing_lines`), with git's constants.

use std::ops::Range;

use super::{Line, Rest};

/// The most partners that a line may have, however long the texts are (`XDL_MAX_EQLIMIT`).
const MOST_PARTNERS: u32 = 1024;
/// How far around a line with many partners is looked for those without (`XDL_SIMSCAN_WINDOW`).
const WINDOW: usize = 100;
/// How many lines with many partners outweigh one without (`XDL_KPDIS_RUN`).
const RUN: usize = 4;

/// Two texts, the parts between what both begin and end with, and how many of the last lines are
/// left out where places are sought without context.
pub(super) struct Pair<'a> {
    pub old: &'a [Line],
    pub new: &'a [Line],
    pub old_middle: Range<usize>,
    pub new_middle: Range<usize>,
    pub tail: usize,
}

/// How often the lines of two texts occur in them.
#[derive(Default)]
pub(super) struct Partners {
    counts: Vec<Count>,
    /// Counts with another stamp are of an earlier comparison.
    stamp: u32,
}

/// How often a line occurs.
#[derive(Clone, Copy, Default)]
struct Count {
    stamp: u32,
    /// Between what both texts begin and end with.
    old: u32,
    new: u32,
    /// In what both texts begin and end with, but for the tail.
    shared: u32,
    tail: u32,
}

/// How many partners a line has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rank {
    None,
    Some,
    Many,
}

/// The ranks of all lines between what both texts begin and end with.
#[derive(Default, PartialEq, Eq)]
pub(super) struct Ranks {
    old: Vec<Rank>,
    new: Vec<Rank>,
}

/// A number near the square root: a power of two.
pub(super) fn rough_root(number: usize) -> u32 {
    1 << (usize::BITS - number.leading_zeros()).div_ceil(2)
}

impl Partners {
    /// Counts the lines between what both texts begin and end with, where there are `distinct`
    /// different ones, and tells whether any is in both texts there.
    pub fn count_middles(&mut self, distinct: usize, pair: &Pair<'_>) -> bool {
        if self.counts.len() < distinct {
            self.counts.resize(distinct, Count::default());
        }
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.counts.fill(Count::default());
            self.stamp = 1;
        }
        for line in &pair.old[pair.old_middle.clone()] {
            self.begin(*line).old += 1;
        }
        let mut has_common = false;
        for line in &pair.new[pair.new_middle.clone()] {
            let count = self.begin(*line);
            count.new += 1;
            has_common |= count.old > 0;
        }
        has_common
    }

    /// Counts how often the lines that were counted occur in what both texts begin and end with.
    pub fn count_ends(&mut self, pair: &Pair<'_>) {
        let (kept, tail) = pair.old.split_at(pair.old.len() - pair.tail);
        for line in kept[..pair.old_middle.start].iter().chain(&kept[pair.old_middle.end..]) {
            let count = &mut self.counts[*line as usize];
            count.shared += u32::from(count.stamp == self.stamp);
        }
        for line in tail {
            let count = &mut self.counts[*line as usize];
            count.tail += u32::from(count.stamp == self.stamp);
        }
    }

    fn begin(&mut self, line: Line) -> &mut Count {
        let (stamp, count) = (self.stamp, &mut self.counts[line as usize]);
        if count.stamp != stamp {
            *count = Count { stamp, ..Count::default() };
        }
        count
    }

    /// The ranks of the lines that were counted, in the whole texts or without their tail.
    pub fn rank(&self, pair: &Pair<'_>, with_tail: bool, ranks: &mut Ranks) {
        let limit = |lines: usize| {
            rough_root(lines - if with_tail { 0 } else { pair.tail }).min(MOST_PARTNERS)
        };
        let rank = |partners: u32, count: &Count, limit: u32| match partners
            + count.shared
            + if with_tail { count.tail } else { 0 }
        {
            0 => Rank::None,
            count if count >= limit => Rank::Many,
            _ => Rank::Some,
        };
        let count = |line: &Line| &self.counts[*line as usize];
        let (old, new) = (&pair.old[pair.old_middle.clone()], &pair.new[pair.new_middle.clone()]);
        let (old_limit, new_limit) = (limit(pair.old.len()), limit(pair.new.len()));
        ranks.old.clear();
        ranks.old.extend(old.iter().map(count).map(|count| rank(count.new, count, old_limit)));
        ranks.new.clear();
        ranks.new.extend(new.iter().map(count).map(|count| rank(count.old, count, new_limit)));
    }
}

impl Ranks {
    /// Collects the lines of both sides that are not decided.
    pub fn keep(&self, pair: &Pair<'_>, [old, new]: &mut [Rest; 2]) {
        keep(pair.old, pair.old_middle.clone(), &self.old, old);
        keep(pair.new, pair.new_middle.clone(), &self.new, new);
    }
}

fn keep(lines: &[Line], middle: Range<usize>, ranks: &[Rank], rest: &mut Rest) {
    rest.lines.clear();
    rest.places.clear();
    for (offset, place) in middle.enumerate() {
        let is_kept = match ranks[offset] {
            Rank::None => false,
            Rank::Some => true,
            Rank::Many => !says_nothing(ranks, offset),
        };
        if is_kept {
            rest.lines.push(lines[place]);
            rest.places.push(place as u32);
        }
    }
}

/// Whether a line with many partners stands in a run of lines without any and lines with many, most
/// of them without any.
fn says_nothing(ranks: &[Rank], place: usize) -> bool {
    let tally = |neighbours: &mut dyn Iterator<Item = &Rank>| {
        let (mut none, mut many) = (0, 0);
        for rank in neighbours.take(WINDOW).take_while(|rank| **rank != Rank::Some) {
            match rank {
                Rank::None => none += 1,
                _ => many += 1,
            }
        }
        (none, many)
    };
    let (none_before, many_before) = tally(&mut ranks[..place].iter().rev());
    if none_before == 0 {
        return false;
    }
    let (none_behind, many_behind) = tally(&mut ranks[place + 1..].iter());
    if none_behind == 0 {
        return false;
    }
    // The line itself counts once for each direction.
    let (none, many) = (none_before + none_behind, many_before + many_behind + 2);
    many * RUN < many + none
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rough_root_doubles_for_every_factor_of_four() {
        for (number, root) in [(0, 1), (1, 2), (3, 2), (4, 4), (15, 4), (16, 8), (1000, 32)] {
            assert_eq!(rough_root(number), root, "{number}");
        }
    }
}
