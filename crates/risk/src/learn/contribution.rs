//! What each feature contributes to the answer of trees, exactly.

use super::boosting::BoostedTrees;
use super::tree::{Split, Tree};

impl BoostedTrees {
    /// What each feature of a row contributes to its logarithm of the odds, and what the trees answer where
    /// nothing is known of a row. All of these add up to [`BoostedTrees::margin`] but for rounding.
    ///
    /// The contributions are Shapley values. A feature that is not known yet goes both ways, in the proportion of
    /// the examples that the tree was grown on: Lundberg et al., "From local explanations to global
    /// understanding with explainable AI for trees" (Nature Machine Intelligence 2, 2020), algorithm 2. The
    /// time it takes is of the order of the leaves times the square of the depth.
    pub fn contributions(&self, row: &[f64]) -> (f64, Vec<f64>) {
        let mut contributions = vec![0.0; self.features];
        let mut usual = self.start;
        // One way for each level of a tree, kept from tree to tree.
        let mut ways: Vec<Vec<Step>> = Vec::new();
        for tree in &self.trees {
            usual += tree.usual();
            let mut walk = Walk { tree, row, contributions: &mut contributions, ways: &mut ways };
            walk.visit(0, 0, Step::root());
        }
        (usual, contributions)
    }
}

impl Tree {
    /// What the tree answers in the mean over the examples that it was grown on.
    fn usual(&self) -> f64 {
        let mut means: Vec<f64> = self.nodes.iter().map(|node| node.value).collect();
        // Children stand behind their parents.
        for (number, node) in self.nodes.iter().enumerate().rev() {
            if let Some(split) = &node.split {
                let parts = self.parts(split);
                let of_side = |side: usize| parts[side] * means[split.children[side] as usize];
                means[number] = of_side(0) + of_side(1);
            }
        }
        means[0]
    }

    /// What parts of the examples go to both sides.
    fn parts(&self, split: &Split) -> [f64; 2] {
        let [first, second] = split.children.map(|child| self.nodes[child as usize].weight);
        match first + second {
            both if both > 0.0 => [first / both, 1.0 - first / both],
            _ => [0.5, 0.5],
        }
    }
}

/// A feature that was asked about on the way to a node.
#[derive(Clone, Copy, Debug)]
struct Step {
    /// `None` at the root.
    feature: Option<u16>,
    /// The part of ways on which the feature is not known that leads here.
    unknown: f64,
    /// The same of ways on which it is known: 1 or 0.
    known: f64,
    /// The weight of the sets of features that are as large as the place of this in the way.
    weight: f64,
}

impl Step {
    fn root() -> Self {
        Self { feature: None, unknown: 1.0, known: 1.0, weight: 0.0 }
    }
}

struct Walk<'a> {
    tree: &'a Tree,
    row: &'a [f64],
    contributions: &'a mut [f64],
    /// The way to the node that is visited on each level.
    ways: &'a mut Vec<Vec<Step>>,
}

impl Walk<'_> {
    /// Goes to a node; the way to the one above it is that of the level above.
    fn visit(&mut self, number: u32, level: usize, step: Step) {
        if self.ways.len() == level {
            self.ways.push(Vec::new());
        }
        let (above, here) = self.ways.split_at_mut(level);
        let way = &mut here[0];
        way.clear();
        way.extend(above.last().into_iter().flatten());
        extend(way, step);
        let node = &self.tree.nodes[number as usize];
        let Some(split) = &node.split else {
            for (place, step) in way.iter().enumerate() {
                if let Some(feature) = step.feature {
                    let weight = weight_without(way, place);
                    self.contributions[usize::from(feature)] +=
                        weight * (step.known - step.unknown) * node.value;
                }
            }
            return;
        };
        // What was asked about before is asked about once.
        let (mut unknown, mut known) = (1.0, 1.0);
        if let Some(place) = way.iter().position(|step| step.feature == Some(split.feature)) {
            (unknown, known) = (way[place].unknown, way[place].known);
            take_out(way, place);
        }
        let parts = self.tree.parts(split);
        let own = split.side(self.row[usize::from(split.feature)]);
        for side in [own, 1 - own] {
            let step = Step {
                feature: Some(split.feature),
                unknown: unknown * parts[side],
                known: if side == own { known } else { 0.0 },
                weight: 0.0,
            };
            self.visit(split.children[side], level + 1, step);
        }
    }
}

/// Goes one more step.
fn extend(way: &mut Vec<Step>, step: Step) {
    let before = way.len();
    way.push(Step { weight: if before == 0 { 1.0 } else { 0.0 }, ..step });
    let all = (before + 1) as f64;
    for place in (0..before).rev() {
        let weight = way[place].weight;
        way[place + 1].weight += step.known * weight * (place + 1) as f64 / all;
        way[place].weight = step.unknown * weight * (before - place) as f64 / all;
    }
}

/// The weights of a way without one of its steps, one after the other from the last: what [`extend`] did is undone.
fn weights_without(way: &[Step], gone: usize, mut tell: impl FnMut(usize, f64)) {
    let last = way.len() - 1;
    let all = way.len() as f64;
    let Step { unknown, known, .. } = way[gone];
    let mut next = way[last].weight;
    for place in (0..last).rev() {
        let weight = way[place].weight;
        let rest = if known != 0.0 {
            let rest = next * all / ((place + 1) as f64 * known);
            next = weight - rest * unknown * (last - place) as f64 / all;
            rest
        } else if unknown != 0.0 {
            weight * all / (unknown * (last - place) as f64)
        } else {
            0.0
        };
        tell(place, rest);
    }
}

/// The sum of these weights.
fn weight_without(way: &[Step], gone: usize) -> f64 {
    let mut sum = 0.0;
    weights_without(way, gone, |_, weight| sum += weight);
    sum
}

/// Takes a step out of a way.
fn take_out(way: &mut Vec<Step>, gone: usize) {
    let whole = std::mem::take(way);
    way.extend_from_slice(&whole[..whole.len() - 1]);
    for place in gone..way.len() {
        way[place] = Step { weight: way[place].weight, ..whole[place + 1] };
    }
    weights_without(&whole, gone, |place, weight| way[place].weight = weight);
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;
    use linfa::Dataset;
    use linfa::traits::Fit;
    use ndarray::{Array1, Array2};

    use super::super::boosting::Boosting;
    use super::super::tree::tests::{fork, leaf};
    use super::*;

    /// What a tree answers where only some features are known.
    fn answer(tree: &Tree, row: &[f64], known: u32, number: usize) -> f64 {
        let node = &tree.nodes[number];
        let Some(split) = &node.split else { return node.value };
        let of_side = |side: usize| answer(tree, row, known, split.children[side] as usize);
        if known & 1 << split.feature == 0 {
            let parts = tree.parts(split);
            parts[0] * of_side(0) + parts[1] * of_side(1)
        } else {
            of_side(split.side(row[usize::from(split.feature)]))
        }
    }

    /// The values of Shapley by their definition: over all sets of features.
    fn by_definition(tree: &Tree, row: &[f64], features: u32) -> Vec<f64> {
        let factorial = |number: u32| (1..=number).map(f64::from).product::<f64>();
        let value = |feature: u32| {
            let others = (0..1_u32 << features).filter(|set| set & 1 << feature == 0);
            others
                .map(|set| {
                    let size = set.count_ones();
                    let weight =
                        factorial(size) * factorial(features - size - 1) / factorial(features);
                    let with = answer(tree, row, set | 1 << feature, 0);
                    weight * (with - answer(tree, row, set, 0))
                })
                .sum()
        };
        (0..features).map(value).collect()
    }

    fn close(one: &[f64], other: &[f64]) -> bool {
        one.iter().zip(other).all(|(one, other)| (one - other).abs() < 1e-9)
    }

    #[test]
    fn a_tree_worked_out_by_hand() {
        // Half of all go left to 0; of the right half one in four gets 4, the others 8.
        let nodes = vec![
            fork(8.0, (0, 0.5), [1, 2]),
            leaf(4.0, 0.0),
            fork(4.0, (1, 0.5), [3, 4]),
            leaf(1.0, 4.0),
            leaf(3.0, 8.0),
        ];
        let trees = BoostedTrees { features: 3, start: 1.0, trees: vec![Tree { nodes }] };
        let (usual, contributions) = trees.contributions(&[1.0, 1.0, 1.0]);
        // 3.5 of all; 7 where the first is known, 4 where the second is, 8 where both are.
        assert!(close(&[usual], &[4.5]));
        assert!(close(&contributions, &[(3.5 + 4.0) / 2.0, (0.5 + 1.0) / 2.0, 0.0]));
    }

    #[test]
    fn they_are_the_values_of_shapley() {
        let mut random = Rng::with_seed(1);
        let mut records = Array2::zeros((400, 5));
        records.iter_mut().for_each(|value| *value = (random.f64() * 6.0).floor());
        let targets: Array1<bool> = records
            .rows()
            .into_iter()
            .map(|row| row[0] * row[1] + row[2] > 9.0 || random.f64() < 0.1)
            .collect();
        let settings =
            Boosting { trees: 10, leaves: 20, depth: 8, least_rows: 2, ..Boosting::default() };
        let trees = settings.fit(&Dataset::new(records, targets)).expect("it fits");
        assert!(trees.trees.iter().any(|tree| tree.depth() > 5), "features are asked about again");
        for number in 0..60 {
            let mut row: Vec<f64> = (0..5).map(|_| (random.f64() * 6.0).floor()).collect();
            if number % 4 == 0 {
                row[number % 5] = f64::NAN;
            }
            let (usual, contributions) = trees.contributions(&row);
            let mut wanted = vec![0.0; 5];
            for tree in &trees.trees {
                let values = by_definition(tree, &row, 5);
                wanted.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
            }
            assert!(close(&contributions, &wanted), "{contributions:?} is not {wanted:?}");
            let sum = usual + contributions.iter().sum::<f64>();
            assert!(close(&[sum], &[trees.margin(&row)]));
        }
    }

    #[test]
    fn weights_of_a_file_may_be_anything() {
        let nodes = vec![fork(0.0, (0, 0.5), [1, 2]), leaf(0.0, 1.0), leaf(0.0, 3.0)];
        let none = BoostedTrees { features: 1, start: 0.0, trees: vec![Tree { nodes }] };
        assert_eq!(none.contributions(&[0.0]), (2.0, vec![-1.0]));
        let nodes = vec![fork(1.0, (0, 0.5), [1, 2]), leaf(9.0, 1.0), leaf(0.0, 3.0)];
        let odd = BoostedTrees { features: 1, start: 0.0, trees: vec![Tree { nodes }] };
        let (usual, contributions) = odd.contributions(&[1.0]);
        assert!(close(&[usual, contributions[0]], &[1.0, 2.0]));
    }
}
