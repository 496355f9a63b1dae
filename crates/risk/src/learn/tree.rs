//! A tree that asks about one feature after the other.

use serde::{Deserialize, Serialize};

use super::LearnError;

/// A regression tree. The first node is the root; children stand behind their parents.
///
/// Written down it is three numbers for each node, a node before what is below it: its weight; what it asks about, counted
/// from 1, below 0 where a value that is not known goes to the first child, 0 for a leaf; and the threshold, or the
/// answer of a leaf.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "Vec<f64>", try_from = "Vec<f64>")]
pub struct Tree {
    pub(super) nodes: Vec<Node>,
}

/// A place in a tree.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// The weight of the examples that came here when the tree was grown.
    pub weight: f64,
    /// What the tree answers here, if nothing is asked.
    pub value: f64,
    /// What is asked here; `None` where nothing is.
    pub split: Option<Split>,
}

/// A question about one feature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Split {
    pub feature: u16,
    /// Values up to this one go to the first child.
    pub threshold: f64,
    /// Whether a value that is not known goes to the first child.
    pub unknown_first: bool,
    /// Where the two children are.
    pub children: [u32; 2],
}

impl Split {
    /// Which of the children a value goes to.
    pub fn side(&self, value: f64) -> usize {
        usize::from(if value.is_nan() { !self.unknown_first } else { value > self.threshold })
    }
}

impl From<Tree> for Vec<f64> {
    fn from(tree: Tree) -> Self {
        let mut numbers = Self::with_capacity(3 * tree.nodes.len());
        let mut waiting = vec![0];
        while let Some(node) = waiting.pop().and_then(|place| tree.nodes.get(place as usize)) {
            match node.split {
                Some(split) => {
                    let feature = f64::from(split.feature) + 1.0;
                    let asks = if split.unknown_first { -feature } else { feature };
                    numbers.extend([node.weight, asks, split.threshold]);
                    waiting.extend([split.children[1], split.children[0]]);
                }
                None => numbers.extend([node.weight, 0.0, node.value]),
            }
        }
        numbers
    }
}

impl TryFrom<Vec<f64>> for Tree {
    type Error = LearnError;

    fn try_from(numbers: Vec<f64>) -> Result<Self, LearnError> {
        let broken = |what: &str| LearnError::Setting(format!("a tree {what}"));
        let (triples, rest) = numbers.as_chunks::<3>();
        if !rest.is_empty() || triples.len() > u32::MAX as usize {
            return Err(broken("ends within a node"));
        }
        let mut nodes: Vec<Node> = Vec::with_capacity(triples.len());
        // Questions of which a child has still to come, and which one.
        let mut open: Vec<(usize, usize)> = Vec::new();
        for [weight, asks, value] in triples {
            let place = nodes.len();
            match (place, open.pop()) {
                (0, None) => {}
                (_, None) => return Err(broken("has a node that no other leads to")),
                (_, Some((parent, side))) => {
                    if let Some(split) = &mut nodes[parent].split {
                        split.children[side] = place as u32;
                    }
                    if side == 0 {
                        open.push((parent, 1));
                    }
                }
            }
            if *asks == 0.0 {
                nodes.push(Node { weight: *weight, value: *value, split: None });
                continue;
            }
            let feature = asks.abs() - 1.0;
            if !(0.0..=f64::from(u16::MAX)).contains(&feature) || feature.fract() != 0.0 {
                return Err(broken("asks about what there is not"));
            }
            nodes.push(Node {
                weight: *weight,
                value: 0.0,
                split: Some(Split {
                    feature: feature as u16,
                    threshold: *value,
                    unknown_first: *asks < 0.0,
                    children: [0, 0],
                }),
            });
            open.push((place, 0));
        }
        match open.is_empty() && !nodes.is_empty() {
            true => Ok(Self { nodes }),
            false => Err(broken("ends where more was to come")),
        }
    }
}

impl Tree {
    /// The same with thresholds and answers of fewer digits, and no answers where something is asked.
    pub(super) fn rounded(&self) -> Self {
        let mut tree = self.clone();
        for node in &mut tree.nodes {
            node.weight = node.weight.round();
            match &mut node.split {
                Some(split) => {
                    node.value = 0.0;
                    split.threshold = short(split.threshold);
                }
                None => node.value = (node.value * 1e6).round() / 1e6,
            }
        }
        tree
    }

    /// The same with answers that are so many times as large.
    pub(super) fn scaled(&self, times: f64) -> Self {
        let mut tree = self.clone();
        tree.nodes.iter_mut().for_each(|node| node.value *= times);
        tree
    }

    /// What the tree answers for a row of as many features as it was grown with.
    pub fn predict(&self, row: &[f64]) -> f64 {
        let mut node = &self.nodes[0];
        while let Some(split) = &node.split {
            let side = split.side(row[usize::from(split.feature)]);
            node = &self.nodes[split.children[side] as usize];
        }
        node.value
    }

    /// How many questions lie on the longest way.
    pub fn depth(&self) -> usize {
        let mut depths = vec![0; self.nodes.len()];
        for (number, node) in self.nodes.iter().enumerate() {
            for child in node.split.iter().flat_map(|split| split.children) {
                depths[child as usize] = depths[number] + 1;
            }
        }
        depths.into_iter().max().unwrap_or(0)
    }

    /// The answer that is farthest from 0, without its sign.
    pub fn largest_answer(&self) -> f64 {
        self.nodes.iter().map(|node| node.value.abs()).fold(0.0, f64::max)
    }

    /// How many answers it has.
    pub fn leaves(&self) -> usize {
        self.nodes.iter().filter(|node| node.split.is_none()).count()
    }

    /// Whether a higher value of one of these features never lowers an answer: no answer of the first side of a question about
    /// one is above any of the second. Asked of a tree that can be asked: [`Tree::check`].
    pub fn never_falls_in(&self, is_rising: impl Fn(usize) -> bool) -> bool {
        // The lowest and the highest answer of each node and what is below it. Children stand behind their parents.
        let mut ranges: Vec<(f64, f64)> =
            self.nodes.iter().map(|node| (node.value, node.value)).collect();
        for (number, node) in self.nodes.iter().enumerate().rev() {
            let Some(split) = &node.split else { continue };
            let [first, second] = split.children.map(|child| ranges[child as usize]);
            if is_rising(usize::from(split.feature)) && first.1 > second.0 {
                return false;
            }
            ranges[number] = (first.0.min(second.0), first.1.max(second.1));
        }
        true
    }

    /// Whether it can be asked about rows of so many features: what comes from a file may be anything.
    pub fn check(&self, features: usize) -> Result<(), LearnError> {
        let broken = |what: &str| Err(LearnError::Setting(format!("a tree {what}")));
        if self.nodes.is_empty() {
            return broken("has no node");
        }
        let mut parents = vec![0; self.nodes.len()];
        for (number, node) in self.nodes.iter().enumerate() {
            if !(node.value.is_finite() && node.weight.is_finite() && node.weight >= 0.0) {
                return broken("has numbers that are none");
            }
            let Some(split) = &node.split else { continue };
            if usize::from(split.feature) >= features || split.threshold.is_nan() {
                return broken("asks about what there is not");
            }
            for child in split.children {
                match parents.get_mut(child as usize) {
                    Some(count) if child as usize > number => *count += 1,
                    _ => return broken("leads to a node that does not come later"),
                }
            }
        }
        if parents[0] != 0 || parents[1..].iter().any(|count| *count != 1) {
            return broken("has a node that not exactly one other leads to");
        }
        Ok(())
    }
}

/// The number of six digits that is nearest.
fn short(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    format!("{value:.5e}").parse().unwrap_or(value)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    #[test]
    fn a_tree_comes_back_as_it_was_written() {
        let tree = Tree {
            nodes: vec![
                fork(9.0, (3, 0.5), [1, 2]),
                leaf(4.0, -0.25),
                fork(5.0, (0, -1.5), [3, 4]),
                leaf(2.0, 0.125),
                leaf(3.0, 1.0),
            ],
        };
        let text = serde_json::to_string(&tree).expect("it can be written");
        assert_eq!(text, "[9.0,-4.0,0.5,4.0,0.0,-0.25,5.0,-1.0,-1.5,2.0,0.0,0.125,3.0,0.0,1.0]");
        assert_eq!(serde_json::from_str::<Tree>(&text).expect("it can be read"), tree);
    }

    #[test]
    fn what_is_no_tree_is_not_read() {
        for text in [
            "[]",
            "[1.0]",
            "[1.0,1.0,0.5]",
            "[1.0,1.0,0.5,1.0,0.0,0.5]",
            "[1.0,0.0,0.5,1.0,0.0,0.5]",
            "[1.0,0.5,0.5,1.0,0.0,0.5,1.0,0.0,0.5]",
            "[1.0,1e9,0.5,1.0,0.0,0.5,1.0,0.0,0.5]",
            "[1.0,0.0,null]",
        ] {
            assert!(serde_json::from_str::<Tree>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn fewer_digits_are_as_near_as_they_can_be() {
        assert_eq!(short(0.123_456_789), 0.123_457);
        assert_eq!(short(-1_234_567.8), -1_234_570.0);
        assert_eq!(short(22.5), 22.5);
    }

    pub(in super::super) fn leaf(weight: f64, value: f64) -> Node {
        Node { weight, value, split: None }
    }

    pub(in super::super) fn fork(
        weight: f64,
        (feature, threshold): (u16, f64),
        children: [u32; 2],
    ) -> Node {
        let split = Split { feature, threshold, unknown_first: true, children };
        Node { weight, value: 0.0, split: Some(split) }
    }

    fn tree() -> Tree {
        let nodes = vec![
            fork(8.0, (0, 1.5), [1, 2]),
            leaf(5.0, -1.0),
            fork(3.0, (1, 0.0), [3, 4]),
            leaf(1.0, 2.0),
            leaf(2.0, 3.0),
        ];
        Tree { nodes }
    }

    #[test]
    fn a_row_goes_where_its_values_say() {
        let tree = tree();
        tree.check(2).expect("it is sound");
        assert_eq!(tree.depth(), 2);
        assert_eq!(tree.predict(&[1.5, 9.0]), -1.0);
        assert_eq!(tree.predict(&[1.6, 0.0]), 2.0);
        assert_eq!(tree.predict(&[1.6, 0.1]), 3.0);
        assert_eq!(tree.predict(&[f64::NAN, 0.1]), -1.0);
        assert_eq!(tree.predict(&[2.0, f64::NAN]), 2.0);
    }

    #[test]
    fn where_a_tree_falls_is_seen_however_deep_it_is() {
        let first = |feature: usize| feature == 0;
        let second = |feature: usize| feature == 1;
        assert!(tree().never_falls_in(first) && tree().never_falls_in(second));
        let with = |node: usize, value: f64| {
            let mut tree = tree();
            tree.nodes[node].value = value;
            tree
        };
        // The two answers of the inner question, and one of them beside that of the outer.
        assert!(!with(4, 1.0).never_falls_in(second) && with(4, 1.0).never_falls_in(first));
        assert!(!with(3, -1.5).never_falls_in(first) && with(3, -1.5).never_falls_in(second));
        assert!(with(3, -1.5).never_falls_in(|_| false));
        assert!(with(3, -1.0).never_falls_in(first), "equal answers do not fall");
    }

    #[test]
    fn a_tree_that_can_not_be_asked_is_refused() {
        let broken = |change: &dyn Fn(&mut Tree)| {
            let mut tree = tree();
            change(&mut tree);
            assert!(tree.check(2).is_err(), "{tree:?}");
        };
        assert!(tree().check(1).is_err(), "there is no second feature");
        let children = |tree: &mut Tree, children| {
            tree.nodes[2].split.as_mut().expect("it asks").children = children;
        };
        broken(&|tree| tree.nodes.clear());
        broken(&|tree| children(tree, [3, 5]));
        broken(&|tree| children(tree, [3, 2]));
        broken(&|tree| children(tree, [0, 4]));
        broken(&|tree| children(tree, [3, 3]));
        broken(&|tree| tree.nodes[4].value = f64::NAN);
        broken(&|tree| tree.nodes[4].weight = -1.0);
        broken(&|tree| tree.nodes.push(leaf(1.0, 1.0)));
    }
}
