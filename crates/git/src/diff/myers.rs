//! The comparison of two sequences.
//!
//! Eugene W. Myers, "An O(ND) Difference Algorithm and Its Variations" (Algorithmica 1986), the
//! variation in linear space: from both ends, paths with ever more edits are followed until they
//! meet; there the problem is divided. Two heuristics of GNU diff (Paul Eggert) bound the cost, and
//! git has both: a long snake far along a diagonal is taken for a part of the answer, and after
//! enough edits the path that came farthest is.

use super::Line;
use super::discard::rough_root;

/// How many equal lines make a snake worth noticing (`XDL_SNAKE_CNT`).
const SNAKE: i32 = 20;
/// After so many edits in one direction a good snake ends the search (`XDL_HEUR_MIN_COST`).
const PATIENCE: i32 = 256;
/// How far a path must have come for each of its edits (`XDL_K_HEUR`).
const PROGRESS: i32 = 4;
/// The search never gives up before so many edits (`XDL_MAX_COST_MIN`).
const LEAST_COST: i32 = 256;
/// How many steps one comparison may take: some ten seconds. Only made-up texts need a
/// thousandth of it.
const MOST_STEPS: u64 = 1 << 33;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Old,
    New,
}

/// The working memory.
#[derive(Default)]
pub(super) struct Myers {
    forward: Paths,
    backward: Paths,
    open: Vec<Area>,
}

/// How far the paths of one direction have come on each diagonal: the place in the old sequence. A
/// diagonal is a place in the old sequence less one in the new.
///
/// With each edit the even diagonals are reached from the odd ones and the odd ones from the even
/// ones, so that each kind stands together and many are looked at with one instruction.
#[derive(Default)]
struct Paths {
    kinds: [Vec<i32>; 2],
    /// The place of diagonal zero.
    origin: i32,
}

impl Paths {
    fn reset(&mut self, old: usize, new: usize) {
        // One more on either side for what stands beside the outermost diagonal.
        self.origin = new as i32 + 2;
        for paths in &mut self.kinds {
            paths.clear();
            paths.resize((old + new) / 2 + 4, 0);
        }
    }

    fn at(&self, diagonal: i32) -> (usize, usize) {
        let place = (diagonal + self.origin) as usize;
        (place & 1, place / 2)
    }

    fn get(&self, diagonal: i32) -> i32 {
        let (kind, place) = self.at(diagonal);
        self.kinds[kind][place]
    }

    fn set(&mut self, diagonal: i32, old: i32) {
        let (kind, place) = self.at(diagonal);
        self.kinds[kind][place] = old;
    }

    /// Those of the reached diagonals, the lowest first.
    fn of(&self, reached: Reached) -> &[i32] {
        let (kind, place) = self.at(reached.low);
        &self.kinds[kind][place..place + reached.count()]
    }

    /// Makes one more edit: what `step` says of the paths on the diagonals below and above. Gives
    /// the places that are reached, the lowest diagonal first.
    fn step(&mut self, reached: Reached, step: impl Fn(i32, i32) -> i32) -> &mut [i32] {
        let ((kind, place), count) = (self.at(reached.low), reached.count());
        let [even, odd] = &mut self.kinds;
        let (paths, before, below) = match kind {
            0 => (even, odd, place - 1),
            _ => (odd, even, place),
        };
        let paths = &mut paths[place..place + count];
        let (below, above) = (&before[below..below + count], &before[below + 1..below + 1 + count]);
        for (path, (below, above)) in paths.iter_mut().zip(below.iter().zip(above)) {
            *path = step(*below, *above);
        }
        paths
    }
}

/// A part of both sequences that is still to be compared.
#[derive(Clone, Copy)]
struct Area {
    old: (i32, i32),
    new: (i32, i32),
    /// Whether the heuristics are off: one side of a good division is searched to the end.
    is_exact: bool,
}

/// Where an area is divided, and which of its parts are searched without heuristics.
struct Division {
    old: i32,
    new: i32,
    first_is_exact: bool,
    second_is_exact: bool,
}

impl Myers {
    /// Tells which lines differ; `None` when that is too much work.
    pub fn run(
        &mut self,
        old: &[Line],
        new: &[Line],
        mark: &mut dyn FnMut(Side, usize),
    ) -> Option<()> {
        let diagonals = old.len() + new.len() + 3;
        self.forward.reset(old.len(), new.len());
        self.backward.reset(old.len(), new.len());
        let mut search = Search {
            old,
            new,
            forward: &mut self.forward,
            backward: &mut self.backward,
            most_edits: (rough_root(diagonals) as i32).max(LEAST_COST),
            steps_left: MOST_STEPS,
        };
        self.open.clear();
        let whole =
            Area { old: (0, old.len() as i32), new: (0, new.len() as i32), is_exact: false };
        self.open.push(whole);
        while let Some(mut area) = self.open.pop() {
            search.trim(&mut area);
            if area.old.0 == area.old.1 {
                (area.new.0..area.new.1).for_each(|place| mark(Side::New, place as usize));
            } else if area.new.0 == area.new.1 {
                (area.old.0..area.old.1).for_each(|place| mark(Side::Old, place as usize));
            } else {
                let division = search.divide(area)?;
                self.open.push(Area {
                    old: (division.old, area.old.1),
                    new: (division.new, area.new.1),
                    is_exact: division.second_is_exact,
                });
                self.open.push(Area {
                    old: (area.old.0, division.old),
                    new: (area.new.0, division.new),
                    is_exact: division.first_is_exact,
                });
            }
        }
        Some(())
    }
}

struct Search<'a> {
    old: &'a [Line],
    new: &'a [Line],
    forward: &'a mut Paths,
    backward: &'a mut Paths,
    most_edits: i32,
    steps_left: u64,
}

/// The diagonals that paths of one direction have reached.
#[derive(Clone, Copy)]
struct Reached {
    middle: i32,
    low: i32,
    high: i32,
}

impl Reached {
    fn from(middle: i32) -> Self {
        Self { middle, low: middle, high: middle }
    }

    /// The diagonals of one number of edits, the highest first: every second one.
    fn diagonals(self) -> impl Iterator<Item = i32> {
        (0..=(self.high - self.low) / 2).map(move |step| self.high - 2 * step)
    }

    /// How many there are of one number of edits.
    fn count(self) -> usize {
        ((self.high - self.low) / 2 + 1).max(0) as usize
    }

    /// Those of one number of edits that another direction has reached too.
    fn shared(self, other: Self) -> Option<Self> {
        let (low, high) = (self.low.max(other.low), self.high.min(other.high));
        // Both have reached diagonals of the same kind.
        (low <= high).then_some(Self { middle: self.middle, low, high })
    }
}

impl Search<'_> {
    /// Leaves out what both sides of an area begin and end with.
    fn trim(&self, area: &mut Area) {
        let Area { old, new, .. } = area;
        while old.0 < old.1 && new.0 < new.1 && self.is_equal(old.0, new.0) {
            (old.0, new.0) = (old.0 + 1, new.0 + 1);
        }
        while old.0 < old.1 && new.0 < new.1 && self.is_equal(old.1 - 1, new.1 - 1) {
            (old.1, new.1) = (old.1 - 1, new.1 - 1);
        }
    }

    fn is_equal(&self, old: i32, new: i32) -> bool {
        self.old[old as usize] == self.new[new as usize]
    }

    fn divide(&mut self, area: Area) -> Option<Division> {
        let (lowest, highest) = (area.old.0 - area.new.1, area.old.1 - area.new.0);
        let mut forward = Reached::from(area.old.0 - area.new.0);
        let mut backward = Reached::from(area.old.1 - area.new.1);
        let is_odd = (forward.middle - backward.middle) & 1 != 0;
        self.forward.set(forward.middle, area.old.0);
        self.backward.set(backward.middle, area.old.1);
        for edits in 1.. {
            widen(&mut forward, (lowest, highest), self.forward, -1);
            let mut has_snake = self.step_forward(forward, area);
            if is_odd && let Some(division) = self.meeting(forward, backward, true) {
                return Some(division);
            }
            widen(&mut backward, (lowest, highest), self.backward, i32::MAX);
            has_snake |= self.step_backward(backward, area);
            if !is_odd && let Some(division) = self.meeting(backward, forward, false) {
                return Some(division);
            }
            let width = forward.high - forward.low + backward.high - backward.low + 2;
            self.steps_left = self.steps_left.checked_sub(width as u64)?;
            if area.is_exact {
                continue;
            }
            if has_snake && edits > PATIENCE {
                let found = self.good_snake_forward(forward, area, edits);
                let found = found.or_else(|| self.good_snake_backward(backward, area, edits));
                if found.is_some() {
                    return found;
                }
            }
            if edits >= self.most_edits {
                return Some(self.farthest(forward, backward, area));
            }
        }
        None
    }

    /// Makes one more edit on each diagonal and goes on along it; tells whether a snake is long.
    fn step_forward(&mut self, reached: Reached, area: Area) -> bool {
        let paths = self.forward.step(reached, |below, above| (below + 1).max(above));
        let (old, new) = (&self.old[..area.old.1 as usize], &self.new[..area.new.1 as usize]);
        let (mut diagonal, mut has_snake) = (reached.low, false);
        for path in paths {
            let begin = *path;
            let mut place = begin;
            while let Some(line) = old.get(place as usize)
                && new.get((place - diagonal) as usize) == Some(line)
            {
                place += 1;
            }
            if place != begin {
                *path = place;
                has_snake |= place - begin > SNAKE;
            }
            diagonal += 2;
        }
        has_snake
    }

    fn step_backward(&mut self, reached: Reached, area: Area) -> bool {
        let paths = self.backward.step(reached, |below, above| below.min(above.wrapping_sub(1)));
        let (old_begin, new_begin) = (area.old.0, area.new.0);
        let (old, new) = (&self.old[old_begin as usize..], &self.new[new_begin as usize..]);
        let (mut diagonal, mut has_snake) = (reached.low, false);
        for path in paths {
            let begin = *path;
            let mut place = begin;
            while let Some(line) = old.get((place - 1 - old_begin) as usize)
                && new.get((place - 1 - diagonal - new_begin) as usize) == Some(line)
            {
                place -= 1;
            }
            if place != begin {
                *path = place;
                has_snake |= begin - place > SNAKE;
            }
            diagonal += 2;
        }
        has_snake
    }

    /// Where a path from the beginning and one from the end meet, on the highest diagonal where
    /// they do. `stepped` are the diagonals of the last edit.
    fn meeting(&self, stepped: Reached, other: Reached, is_forward: bool) -> Option<Division> {
        let shared = stepped.shared(other)?;
        let (forward, backward) = (self.forward.of(shared), self.backward.of(shared));
        let pairs = || forward.iter().zip(backward);
        if !pairs().fold(false, |met, (forward, backward)| met | (backward <= forward)) {
            return None;
        }
        let place = pairs().rposition(|(forward, backward)| backward <= forward)?;
        let old = if is_forward { forward[place] } else { backward[place] };
        Some(meeting(old, shared.low + 2 * place as i32))
    }

    /// The path from the beginning that came farthest for its edits and ends in a snake.
    fn good_snake_forward(&self, reached: Reached, area: Area, edits: i32) -> Option<Division> {
        let mut best = None;
        for diagonal in reached.diagonals() {
            let old = self.forward.get(diagonal);
            let new = old - diagonal;
            let aside = (diagonal - reached.middle).abs();
            let way = (old - area.old.0) + (new - area.new.0) - aside;
            let is_inside = (area.old.0 + SNAKE..area.old.1).contains(&old)
                && (area.new.0 + SNAKE..area.new.1).contains(&new);
            if way > PROGRESS * edits
                && best.as_ref().is_none_or(|(most, _)| way > *most)
                && is_inside
                && (1..=SNAKE).all(|back| self.is_equal(old - back, new - back))
            {
                best = Some((way, (old, new)));
            }
        }
        best.map(|(_, (old, new))| Division {
            old,
            new,
            first_is_exact: true,
            second_is_exact: false,
        })
    }

    /// The same from the end.
    fn good_snake_backward(&self, reached: Reached, area: Area, edits: i32) -> Option<Division> {
        let mut best = None;
        for diagonal in reached.diagonals() {
            let old = self.backward.get(diagonal);
            let new = old - diagonal;
            let aside = (diagonal - reached.middle).abs();
            let way = (area.old.1 - old) + (area.new.1 - new) - aside;
            let is_inside = (area.old.0 + 1..=area.old.1 - SNAKE).contains(&old)
                && (area.new.0 + 1..=area.new.1 - SNAKE).contains(&new);
            if way > PROGRESS * edits
                && best.as_ref().is_none_or(|(most, _)| way > *most)
                && is_inside
                && (0..SNAKE).all(|on| self.is_equal(old + on, new + on))
            {
                best = Some((way, (old, new)));
            }
        }
        best.map(|(_, (old, new))| Division {
            old,
            new,
            first_is_exact: false,
            second_is_exact: true,
        })
    }

    /// The end of the path that came farthest, in whichever direction.
    fn farthest(&self, forward: Reached, backward: Reached, area: Area) -> Division {
        let (mut most, mut most_old) = (-1, -1);
        for diagonal in forward.diagonals() {
            let old = self.forward.get(diagonal).min(area.old.1);
            // A path may have run out of the area.
            let old = if area.new.1 < old - diagonal { area.new.1 + diagonal } else { old };
            let sum = old + (old - diagonal);
            if most < sum {
                (most, most_old) = (sum, old);
            }
        }
        let (mut least, mut least_old) = (i32::MAX, i32::MAX);
        for diagonal in backward.diagonals() {
            let old = self.backward.get(diagonal).max(area.old.0);
            let old = if old - diagonal < area.new.0 { area.new.0 + diagonal } else { old };
            let sum = old + (old - diagonal);
            if sum < least {
                (least, least_old) = (sum, old);
            }
        }
        let is_forward = (area.old.1 + area.new.1) - least < most - (area.old.0 + area.new.0);
        let (sum, old) = if is_forward { (most, most_old) } else { (least, least_old) };
        Division { old, new: sum - old, first_is_exact: is_forward, second_is_exact: !is_forward }
    }
}

/// Goes on to the diagonals that one more edit reaches. What lies outside of the area is left out,
/// and beside the outermost diagonal stands a place that no path would come from.
fn widen(reached: &mut Reached, (lowest, highest): (i32, i32), paths: &mut Paths, nowhere: i32) {
    if reached.low > lowest {
        reached.low -= 1;
        paths.set(reached.low - 1, nowhere);
    } else {
        reached.low += 1;
    }
    if reached.high < highest {
        reached.high += 1;
        paths.set(reached.high + 1, nowhere);
    } else {
        reached.high -= 1;
    }
}

/// Where a path from the beginning and one from the end meet: nothing is left to chance.
fn meeting(old: i32, diagonal: i32) -> Division {
    Division { old, new: old - diagonal, first_is_exact: true, second_is_exact: true }
}
