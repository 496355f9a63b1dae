//! A tree that asks about one feature after the other.

use serde::{Deserialize, Serialize};

use super::LearnError;

/// A regression tree. The first node is the root; children stand behind their parents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tree {
    pub(super) nodes: Vec<Node>,
}

/// A place in a tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Node {
    /// The weight of the examples that came here when the tree was grown.
    pub weight: f64,
    /// What the tree answers here.
    pub value: f64,
    /// What is asked here; `None` where nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<Split>,
}

/// A question about one feature.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
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

impl Tree {
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;

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
