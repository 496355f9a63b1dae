use std::collections::BTreeMap;

use linfa::DatasetBase;
use linfa::traits::Fit;
use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use super::input::{
    CONTENT, DECISIONS_AND_KINDS, INPUTS, inputs, inputs_to_learn, places, without,
};
use super::{Example, Procedure, SHIPPED};
use crate::learn::{BoostedTrees, Boosting, LearnError};
use crate::metric::Row;

/// Learned from the commits of many repositories: by all examples at once, and by those of each procedure alone. The
/// first knows more, the second is not led astray by what another procedure finds or overlooks; together they are better
/// than either.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DefaultModel {
    inputs: Vec<String>,
    joint: BoostedTrees,
    alone: BTreeMap<Procedure, BoostedTrees>,
    /// How much the answer by each procedure weighs: [`Procedure::WEIGHTS`].
    weights: [f64; Procedure::ALL.len()],
    /// What is added to the answer by each procedure, so that in the mean over what was learned from all answer the same:
    /// how many defects a procedure finds says nothing of a change.
    levels: [f64; Procedure::ALL.len()],
    /// What it says of the commits that it learned from, in even steps from the lowest to the highest.
    usual: Vec<f64>,
}

/// How it learns. The numbers were found by trying a few values each on the projects that the figures are of.
fn boosting(trees: u32, seed: u64) -> Boosting {
    let directions = INPUTS.iter().map(|(_, direction)| *direction).collect();
    Boosting {
        trees,
        leaves: 15,
        depth: 8,
        rate: 0.08,
        least_rows: 200,
        ridge: 50.0,
        bins: 64,
        share_of_features: 0.6,
        share_of_rows: 0.5,
        directions,
        seed,
        ..Boosting::default()
    }
}

/// In so many steps is told what is usual.
const STEPS: usize = 64;

/// So many times it learns, each with other draws; what is answered is the mean.
const SEEDS: u64 = 2;
const JOINT_TREES: u32 = 200;
const TREES_ALONE: u32 = 150;

impl DefaultModel {
    /// Learns from examples.
    pub fn train(examples: &[Example]) -> Result<Self, LearnError> {
        let joint = trained(examples.iter(), JOINT_TREES, &[CONTENT])?;
        let mut alone = BTreeMap::new();
        for procedure in Procedure::ALL {
            let these = examples.iter().filter(|example| example.procedure == procedure);
            let hidden: &[&[&str]] = match procedure {
                Procedure::Words => &[],
                Procedure::Issues => &[CONTENT, DECISIONS_AND_KINDS],
                Procedure::Trailers => &[CONTENT],
            };
            match trained(these, TREES_ALONE, hidden) {
                Ok(trees) => drop(alone.insert(procedure, trees)),
                // There is nothing to learn from.
                Err(LearnError::OneKind { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let inputs = INPUTS.iter().map(|(id, _)| (*id).to_owned()).collect();
        let (weights, levels) = (Procedure::WEIGHTS, [0.0; Procedure::ALL.len()]);
        let mut model = Self { inputs, joint, alone, weights, levels, usual: Vec::new() };
        model.levels = model.levels(examples);
        model.usual = model.steps(examples);
        Ok(model)
    }

    /// The one that comes with the program.
    pub fn shipped() -> Result<Self, LearnError> {
        Self::from_json(SHIPPED)
    }

    /// As a file has it.
    pub fn to_json(&self) -> Result<String, LearnError> {
        serde_json::to_string(self).map_err(|error| LearnError::Setting(error.to_string()))
    }

    /// What a file has; an error where it is none, or of other inputs than this program measures.
    pub fn from_json(text: &str) -> Result<Self, LearnError> {
        let model: Self =
            serde_json::from_str(text).map_err(|error| LearnError::Setting(error.to_string()))?;
        let ids = INPUTS.iter().map(|(id, _)| *id);
        if !model.inputs.iter().map(String::as_str).eq(ids) {
            return Err(LearnError::Setting("the model was told of other inputs".to_owned()));
        }
        if model.weights != Procedure::WEIGHTS {
            return Err(LearnError::Setting("the model was made for other weights".to_owned()));
        }
        if !model.usual.iter().chain(&model.levels).all(|margin| margin.is_finite()) {
            return Err(LearnError::NotFinite("what the model says of others"));
        }
        for trees in std::iter::once(&model.joint).chain(model.alone.values()) {
            if trees.features != INPUTS.len() + 1 {
                return Err(LearnError::Setting("the model was told of other inputs".to_owned()));
            }
            trees.check()?;
        }
        Ok(model)
    }

    /// How far the answers by each procedure are from those by all, in the mean over examples, none of which counts more.
    fn levels(&self, examples: &[Example]) -> [f64; Procedure::ALL.len()] {
        let mut sums = [0.0; Procedure::ALL.len()];
        for example in examples {
            let margins = self.margins(&example.row);
            sums.iter_mut().zip(margins).for_each(|(sum, margin)| *sum += margin);
        }
        let of_all = sums.iter().sum::<f64>() / sums.len() as f64;
        sums.map(|sum| four_digits((of_all - sum) / examples.len() as f64))
    }

    /// What it says of the commits that it learned from, in even steps.
    fn steps(&self, examples: &[Example]) -> Vec<f64> {
        let mut margins: Vec<f64> =
            examples.iter().map(|example| self.margin(&example.row)).collect();
        margins.sort_unstable_by(f64::total_cmp);
        let steps = STEPS.min(margins.len());
        let step = |number: usize| margins[(2 * number + 1) * margins.len() / (2 * steps)];
        (0..steps).map(|number| four_digits(step(number))).collect()
    }

    /// What it says of the commits that it learned from, in even steps from the lowest to the highest.
    pub fn usual(&self) -> &[f64] {
        &self.usual
    }

    /// The logarithm of the odds that a change introduces a defect, as a procedure tells: moved so that all procedures
    /// answer the same in the mean.
    pub fn margin_by(&self, row: &Row, procedure: Procedure) -> f64 {
        let inputs = inputs(places(), row, procedure.number());
        let joint = self.joint.margin(&inputs);
        let level = self.levels[procedure as usize];
        match self.alone.get(&procedure) {
            Some(alone) => level + (joint + alone.margin(&inputs)) / 2.0,
            None => level + joint,
        }
    }

    /// The same by each procedure.
    pub fn margins(&self, row: &Row) -> [f64; Procedure::ALL.len()] {
        Procedure::ALL.map(|procedure| self.margin_by(row, procedure))
    }

    /// The same by all procedures, each with its weight.
    pub fn margin(&self, row: &Row) -> f64 {
        by_all(&self.margins(row))
    }

    /// What each of [`INPUTS`] contributes to [`DefaultModel::margin`], and what they are added to: Shapley values, which
    /// add up to it exactly but for rounding.
    pub fn contributions(&self, row: &Row) -> (f64, Vec<f64>) {
        self.weighed_contributions(row, &Procedure::WEIGHTS)
    }

    /// The same where the answer by each procedure weighs so much.
    pub(super) fn weighed_contributions(&self, row: &Row, weights: &[f64]) -> (f64, Vec<f64>) {
        let (mut start, mut parts) = (0.0, vec![0.0; INPUTS.len()]);
        let mut add = |trees: &BoostedTrees, inputs: &[f64], share: f64| {
            let (from, values) = trees.contributions(inputs);
            // Of which procedure the question is says nothing of the change.
            start += share * (from + values.last().copied().unwrap_or_default());
            for (part, value) in parts.iter_mut().zip(values) {
                *part += share * value;
            }
        };
        let levels: f64 = self.levels.iter().zip(weights).map(|(level, share)| level * share).sum();
        for (procedure, share) in Procedure::ALL.into_iter().zip(weights) {
            let inputs = inputs(places(), row, procedure.number());
            match self.alone.get(&procedure) {
                Some(alone) => {
                    add(&self.joint, &inputs, share / 2.0);
                    add(alone, &inputs, share / 2.0);
                }
                None => add(&self.joint, &inputs, *share),
            }
        }
        (start + levels, parts)
    }
}

/// What the answers by each procedure say together.
pub(crate) fn by_all(margins: &[f64]) -> f64 {
    margins.iter().zip(Procedure::WEIGHTS).map(|(margin, weight)| margin * weight).sum()
}

/// Four digits are plenty.
fn four_digits(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

/// Learns trees, which are not told some of the inputs. What lines of code are made of is told only where there are many
/// projects: what trees learn of it from a few, and from all together, is worse in others than what they learn without. Where
/// lines decide, and of which kinds of files they are, is not told to those that learn from issues alone, which are few, too.
fn trained<'a>(
    examples: impl Iterator<Item = &'a Example>,
    trees: u32,
    hidden: &[&[&str]],
) -> Result<BoostedTrees, LearnError> {
    let places = places();
    let width = places.len() + 1;
    let (mut records, mut targets, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for (number, example) in examples.enumerate() {
        let procedure = example.procedure.number();
        let mut inputs = inputs_to_learn(places, &example.row, procedure, number);
        without(hidden, &mut inputs);
        records.extend(inputs);
        targets.push(example.is_defective);
        weights.push(example.weight);
    }
    let records = Array2::from_shape_vec((targets.len(), width), records)
        .map_err(|_| LearnError::Setting("rows have different lengths".to_owned()))?;
    let (targets, weights) = (Array1::from_vec(targets), Array1::from_vec(weights));
    let data = DatasetBase::new(records, targets).with_weights(weights);
    let grown: Vec<BoostedTrees> =
        (1..=SEEDS).map(|seed| boosting(trees, seed).fit(&data)).collect::<Result<_, _>>()?;
    let mean = BoostedTrees::mean(&grown);
    mean.map(|trees| trees.rounded()).ok_or_else(|| LearnError::Setting("no trees".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::input::is_rising;

    #[test]
    fn no_tree_falls_where_lines_are_added() {
        let model = DefaultModel::shipped().expect("it comes with the program");
        let all = std::iter::once(&model.joint).chain(model.alone.values());
        let trees: Vec<&crate::learn::Tree> = all.flat_map(|trees| &trees.trees).collect();
        assert!(trees.len() > 1_000, "{}", trees.len());
        assert!(trees.iter().all(|tree| tree.never_falls_in(is_rising)));
        // There is something to see: what is not meant to rise alone falls somewhere.
        assert!(!trees.iter().all(|tree| tree.never_falls_in(|_| true)));
    }
}
