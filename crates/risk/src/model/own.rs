use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use super::input::{INPUTS, inputs, places};
use super::{DefaultModel, Example, Procedure};
use crate::learn::{Blend, Blending, BoostedTrees, Boosting, LearnError};
use crate::metric::Row;

/// What one repository's own commits add to the default model: how much the procedures by which that one learned count
/// here, and trees that begin where it ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnModel {
    blend: Blend,
    trees: Option<BoostedTrees>,
}

/// From so many examples on the model is calibrated, if so many of them are defective.
const LEAST_EXAMPLES: usize = 100;
const LEAST_DEFECTIVE: usize = 5;

/// From so many on trees are grown.
const LEAST_FOR_TREES: usize = 300;
const LEAST_DEFECTIVE_FOR_TREES: usize = 20;

/// How the trees grow from so many examples.
fn boosting(examples: usize) -> Boosting {
    Boosting {
        trees: (examples / 15).clamp(1, 200) as u32,
        leaves: 16,
        depth: 5,
        rate: 0.04,
        least_rows: 30,
        ridge: 20.0,
        bins: 64,
        share_of_features: 0.6,
        share_of_rows: 0.7,
        directions: INPUTS.iter().map(|(_, direction)| *direction).collect(),
        seed: 2,
        ..Boosting::default()
    }
}

impl OwnModel {
    /// Learns from a repository's own commits; `None` where there are too few to learn anything.
    pub fn train(default: &DefaultModel, examples: &[Example]) -> Result<Option<Self>, LearnError> {
        let targets: Vec<bool> = examples.iter().map(|example| example.is_defective).collect();
        let defective = targets.iter().filter(|target| **target).count();
        let others = targets.len() - defective;
        if targets.len() < LEAST_EXAMPLES || defective.min(others) < LEAST_DEFECTIVE {
            return Ok(None);
        }
        let margins: Vec<Vec<f64>> =
            examples.iter().map(|example| margins(default, &example.row)).collect();
        let equal = 1.0 / Procedure::ALL.len() as f64;
        let prior = vec![equal; Procedure::ALL.len()];
        let mut blending = Blending { prior, ridge: 50.0 };
        let mut blend = blending.fit(&margins, &targets)?;
        // What counts against itself would let more lines lower the risk: it is drawn on until nothing does.
        while blend.weights.iter().any(|weight| *weight < 0.0) {
            blending.ridge *= 10.0;
            blend = blending.fit(&margins, &targets)?;
        }
        let mut own = Self { blend, trees: None };
        if targets.len() >= LEAST_FOR_TREES && defective.min(others) >= LEAST_DEFECTIVE_FOR_TREES {
            let places = places();
            let starts: Vec<f64> = margins.iter().map(|row| own.blend.margin(row)).collect();
            let records: Vec<f64> =
                examples.iter().flat_map(|example| inputs(&places, &example.row, 0.0)).collect();
            let shape = (examples.len(), places.len() + 1);
            let records = ArrayView2::from_shape(shape, &records)
                .map_err(|_| LearnError::Setting("rows have different lengths".to_owned()))?;
            own.trees = Some(boosting(examples.len()).fit_on(records, &targets, None, &starts)?);
        }
        Ok(Some(own))
    }

    /// The logarithm of the odds that a change introduces a defect, as this repository tells.
    pub fn margin(&self, default: &DefaultModel, row: &Row) -> f64 {
        let start = self.blend.margin(&margins(default, row));
        let own = self.trees.as_ref().map(|trees| trees.margin(&inputs(&places(), row, 0.0)));
        start + own.unwrap_or_default()
    }
}

fn margins(default: &DefaultModel, row: &Row) -> Vec<f64> {
    Procedure::ALL.iter().map(|procedure| default.margin_by(row, *procedure)).collect()
}
