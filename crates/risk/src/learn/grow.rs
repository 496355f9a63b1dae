//! How a tree is grown: the node that gains most is parted next.

use std::collections::BinaryHeap;

use super::bins::{Binned, UNKNOWN};
use super::boosting::{Boosting, Direction};
use super::tree::{Node, Split, Tree};

/// First and second derivative of the loss, summed over some rows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Slope {
    pub first: f64,
    pub second: f64,
    pub rows: u32,
}

impl Slope {
    fn add(&mut self, other: Self) {
        self.first += other.first;
        self.second += other.second;
        self.rows += other.rows;
    }

    fn minus(self, other: Self) -> Self {
        Self {
            first: self.first - other.first,
            second: self.second - other.second,
            rows: self.rows - other.rows,
        }
    }

    /// The step that lowers the loss most, within bounds.
    fn step(self, ridge: f64, bounds: Bounds) -> f64 {
        (-self.first / (self.second + ridge)).clamp(bounds.low, bounds.high)
    }

    /// Twice by how much a step lowers the loss.
    fn gain(self, step: f64, ridge: f64) -> f64 {
        -step * (2.0 * self.first + (self.second + ridge) * step)
    }
}

/// Between which values the answers below a node have to lie, so that the tree rises where it must.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    low: f64,
    high: f64,
}

/// What is known of each bin of each feature.
type Histogram = Vec<Vec<Slope>>;

/// The best question that was found for a node.
#[derive(Clone, Copy, Debug)]
struct Found {
    gain: f64,
    feature: usize,
    bin: u8,
    unknown_first: bool,
    /// What both sides answer.
    steps: [f64; 2],
}

/// A node that can be parted.
struct Open {
    node: usize,
    depth: u32,
    rows: Vec<u32>,
    histogram: Histogram,
    bounds: Bounds,
    found: Found,
}

impl Ord for Open {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        // Of equal ones the first that was made.
        self.found.gain.total_cmp(&other.found.gain).then(other.node.cmp(&self.node))
    }
}

impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Open {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Open {}

/// Grows trees on one table.
pub(super) struct Grower<'a> {
    pub settings: &'a Boosting,
    pub table: &'a Binned,
    /// The features that this tree may ask about, ascending.
    pub features: Vec<usize>,
    /// The derivatives of each row.
    pub slopes: &'a [Slope],
    pub nodes: Vec<Node>,
    open: BinaryHeap<Open>,
}

impl<'a> Grower<'a> {
    pub fn new(
        settings: &'a Boosting,
        table: &'a Binned,
        slopes: &'a [Slope],
        features: Vec<usize>,
    ) -> Self {
        Self { settings, table, features, slopes, nodes: Vec::new(), open: BinaryHeap::new() }
    }

    /// A tree over these rows; its answers are steps that are not shortened yet.
    pub fn grow(mut self, rows: Vec<u32>) -> Tree {
        let histogram = self.histogram(&rows);
        let bounds = Bounds { low: f64::NEG_INFINITY, high: f64::INFINITY };
        let whole = self.sum(&rows);
        self.push(whole.step(self.settings.ridge, bounds), rows, histogram, whole, bounds, 0);
        let mut leaves = 1;
        while leaves < self.settings.leaves {
            let Some(open) = self.open.pop() else { break };
            self.part(open);
            leaves += 1;
        }
        Tree { nodes: self.nodes }
    }

    fn sum(&self, rows: &[u32]) -> Slope {
        let mut sum = Slope::default();
        rows.iter().for_each(|row| sum.add(self.slopes[*row as usize]));
        sum
    }

    fn histogram(&self, rows: &[u32]) -> Histogram {
        let of_feature = |feature: &usize| {
            let column = self.table.column(*feature);
            let mut bins = vec![Slope::default(); self.table.bins(*feature)];
            for row in rows {
                bins[usize::from(column[*row as usize])].add(self.slopes[*row as usize]);
            }
            bins
        };
        self.features.iter().map(of_feature).collect()
    }

    /// Adds a node, and keeps it in mind where parting it would gain something.
    fn push(
        &mut self,
        value: f64,
        rows: Vec<u32>,
        histogram: Histogram,
        whole: Slope,
        bounds: Bounds,
        depth: u32,
    ) {
        let node = self.nodes.len();
        self.nodes.push(Node { weight: f64::from(whole.rows), value, split: None });
        if depth >= self.settings.depth {
            return;
        }
        if let Some(found) = self.find(&histogram, whole, value, bounds) {
            self.open.push(Open { node, depth, rows, histogram, bounds, found });
        }
    }

    fn find(
        &self,
        histogram: &Histogram,
        whole: Slope,
        value: f64,
        bounds: Bounds,
    ) -> Option<Found> {
        let before = whole.gain(value, self.settings.ridge);
        let mut best: Option<Found> = None;
        for (bins, feature) in histogram.iter().zip(&self.features) {
            let unknown = bins[usize::from(UNKNOWN)];
            for unknown_first in [true, false] {
                if !unknown_first && unknown.rows == 0 {
                    continue;
                }
                let mut first = if unknown_first { unknown } else { Slope::default() };
                // The last bin has nothing behind it but what is not known.
                let parting = bins[..bins.len() - 1].iter().enumerate().skip(1);
                for (bin, slope) in parting {
                    first.add(*slope);
                    let sides = [first, whole.minus(first)];
                    let Some((gain, steps)) = self.weigh(sides, *feature, bounds) else { continue };
                    let gain = gain - before;
                    if gain > best.map_or(self.settings.least_gain, |best| best.gain) {
                        let bin = bin as u8;
                        best = Some(Found { gain, feature: *feature, bin, unknown_first, steps });
                    }
                }
            }
        }
        best
    }

    /// What parting gains, and what both sides answer then; `None` where it must not be.
    fn weigh(&self, sides: [Slope; 2], feature: usize, bounds: Bounds) -> Option<(f64, [f64; 2])> {
        let settings = self.settings;
        let is_small =
            |side: &Slope| side.rows < settings.least_rows || side.second < settings.least_weight;
        if sides.iter().any(is_small) {
            return None;
        }
        let steps = sides.map(|side| side.step(settings.ridge, bounds));
        match settings.direction(feature) {
            Direction::Rising if steps[0] > steps[1] => return None,
            Direction::Falling if steps[0] < steps[1] => return None,
            _ => {}
        }
        let gain = |side: usize| sides[side].gain(steps[side], settings.ridge);
        Some((gain(0) + gain(1), steps))
    }

    fn part(&mut self, open: Open) {
        let Open { node, depth, rows, mut histogram, bounds, found } = open;
        let Found { feature, bin, unknown_first, steps, .. } = found;
        let column = self.table.column(feature);
        let is_first = |row: &u32| match column[*row as usize] {
            UNKNOWN => unknown_first,
            other => other <= bin,
        };
        let (first, second): (Vec<u32>, Vec<u32>) = rows.into_iter().partition(is_first);
        // The histogram of the larger side is what is left of that of both.
        let is_first_smaller = first.len() <= second.len();
        let smaller = self.histogram(if is_first_smaller { &first } else { &second });
        for (bins, of_smaller) in histogram.iter_mut().zip(&smaller) {
            for (bin, of_smaller) in bins.iter_mut().zip(of_smaller) {
                *bin = bin.minus(*of_smaller);
            }
        }
        let histograms = if is_first_smaller { [smaller, histogram] } else { [histogram, smaller] };
        let middle = steps[0] + (steps[1] - steps[0]) / 2.0;
        let below = Bounds { high: middle, ..bounds };
        let above = Bounds { low: middle, ..bounds };
        let bounds = match self.settings.direction(feature) {
            Direction::Any => [bounds, bounds],
            Direction::Rising => [below, above],
            Direction::Falling => [above, below],
        };
        let children = [self.nodes.len() as u32, self.nodes.len() as u32 + 1];
        let threshold = self.table.edge(feature, bin);
        let split = Split { feature: feature as u16, threshold, unknown_first, children };
        self.nodes[node].split = Some(split);
        let sides = [first, second].into_iter().zip(histograms);
        for (((rows, histogram), step), bounds) in sides.zip(steps).zip(bounds) {
            let whole = self.sum(&rows);
            self.push(step, rows, histogram, whole, bounds, depth + 1);
        }
    }
}
