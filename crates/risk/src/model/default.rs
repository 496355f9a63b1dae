use linfa::DatasetBase;
use linfa::traits::Fit;
use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use super::input::{INPUTS, inputs, places};
use super::{Example, Procedure};
use crate::learn::{BoostedTrees, Boosting, LearnError};
use crate::metric::Row;

/// Learned from the commits of many repositories.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DefaultModel {
    trees: BoostedTrees,
}

/// How it learns. The numbers were chosen on projects that no figure is of.
fn boosting() -> Boosting {
    let directions = INPUTS.iter().map(|(_, direction)| *direction).collect();
    Boosting {
        trees: 200,
        leaves: 15,
        depth: 8,
        rate: 0.08,
        least_rows: 50,
        ridge: 5.0,
        bins: 64,
        share_of_features: 0.6,
        share_of_rows: 0.5,
        directions,
        seed: 1,
        ..Boosting::default()
    }
}

impl DefaultModel {
    /// Learns from examples.
    pub fn train(examples: &[Example]) -> Result<Self, LearnError> {
        let places = places();
        let width = places.len() + 1;
        let mut records = Vec::with_capacity(examples.len() * width);
        let fix = INPUTS.iter().position(|(id, _)| *id == "fix");
        for (number, example) in examples.iter().enumerate() {
            let mut inputs = inputs(&places, &example.row, example.procedure.number());
            // What is about to be committed has no message: a quarter of the examples has none either.
            if let Some(fix) = fix.filter(|_| number % 4 == 3) {
                inputs[fix] = f64::NAN;
            }
            records.extend(inputs);
        }
        let records = Array2::from_shape_vec((examples.len(), width), records)
            .map_err(|_| LearnError::Setting("rows have different lengths".to_owned()))?;
        let targets = examples.iter().map(|example| example.is_defective).collect::<Array1<bool>>();
        let weights = examples.iter().map(|example| example.weight).collect::<Array1<f32>>();
        let data = DatasetBase::new(records, targets).with_weights(weights);
        Ok(Self { trees: boosting().fit(&data)? })
    }

    /// The logarithm of the odds that a change is found by a procedure to have introduced a defect.
    pub fn margin_by(&self, row: &Row, procedure: Procedure) -> f64 {
        self.trees.margin(&inputs(&places(), row, procedure.number()))
    }

    /// The same in the mean over the procedures.
    pub fn margin(&self, row: &Row) -> f64 {
        let margins = Procedure::ALL.map(|procedure| self.margin_by(row, procedure));
        margins.iter().sum::<f64>() / margins.len() as f64
    }
}
