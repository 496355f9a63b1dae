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

/// How often each line occurs in both texts.
#[derive(Default)]
pub(super) struct Partners {
    old: Vec<u32>,
    new: Vec<u32>,
    ranks: Vec<Rank>,
    old_limit: u32,
    new_limit: u32,
}

/// How many partners a line has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rank {
    None,
    Some,
    Many,
}

/// A number near the square root: a power of two.
pub(super) fn rough_root(number: usize) -> u32 {
    1 << (usize::BITS - number.leading_zeros()).div_ceil(2)
}

impl Partners {
    pub fn count(&mut self, distinct: usize, old: &[Line], new: &[Line]) {
        for (counts, lines) in [(&mut self.old, old), (&mut self.new, new)] {
            counts.clear();
            counts.resize(distinct, 0);
            for line in lines {
                counts[*line as usize] += 1;
            }
        }
        self.old_limit = rough_root(old.len()).min(MOST_PARTNERS);
        self.new_limit = rough_root(new.len()).min(MOST_PARTNERS);
    }

    pub fn keep_old(
        &mut self,
        lines: &[Line],
        middle: Range<usize>,
        marks: &mut [bool],
        rest: &mut Rest,
    ) {
        keep(lines, middle, (&self.new, self.old_limit), &mut self.ranks, marks, rest);
    }

    pub fn keep_new(
        &mut self,
        lines: &[Line],
        middle: Range<usize>,
        marks: &mut [bool],
        rest: &mut Rest,
    ) {
        keep(lines, middle, (&self.old, self.new_limit), &mut self.ranks, marks, rest);
    }
}

/// Marks what is decided, and collects the rest.
fn keep(
    lines: &[Line],
    middle: Range<usize>,
    (partners, limit): (&[u32], u32),
    ranks: &mut Vec<Rank>,
    marks: &mut [bool],
    rest: &mut Rest,
) {
    ranks.clear();
    ranks.extend(lines[middle.clone()].iter().map(|line| match partners[*line as usize] {
        0 => Rank::None,
        count if count >= limit => Rank::Many,
        _ => Rank::Some,
    }));
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
        } else {
            marks[place] = true;
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
