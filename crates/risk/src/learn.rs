//! Learning from examples, and saying how good the learned is.
//!
//! Data sets and traits are linfa's. Boosted trees, monotone calibration and exact contributions are not in linfa; they stand
//! here behind its [`Fit`] and [`Predict`]. Its logistic regression weighs no examples and draws towards 0 alone ([`Blending`]
//! does otherwise), and its forests are other ones in each process. Nothing depends on the machine: no random numbers but from a seed, no function of the
//! platform's mathematics, no order of a hash map.
//!
//! [`Fit`]: linfa::traits::Fit
//! [`Predict`]: linfa::traits::Predict

mod bins;
mod blend;
mod boosting;
mod contribution;
mod grow;
mod isotonic;
mod quality;
mod ranking;
mod tree;

pub use blend::{Blend, Blending};
pub use boosting::{BoostedTrees, Boosting, Direction};
pub use isotonic::{Isotonic, IsotonicCurve};
pub use quality::{
    area_under_precision_recall, area_under_roc, brier_score, calibration_error, recall_of_riskiest,
};
pub use ranking::{Pairs, Ranking};
pub use tree::Tree;

/// Why nothing could be learned.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// A setting is out of its range.
    #[error("{0}")]
    Setting(String),
    /// Records and targets, or other columns, have not as many rows.
    #[error("{what} has {found} rows where {wanted} were expected")]
    Rows {
        /// What has another number of rows.
        what: &'static str,
        /// How many it has.
        found: usize,
        /// How many it should have.
        wanted: usize,
    },
    /// All examples have the same target, or there are none.
    #[error("there are not both kinds of examples: {positive} of {all} are positive")]
    OneKind {
        /// How many are positive.
        positive: usize,
        /// How many there are.
        all: usize,
    },
    /// A number is infinite, or not known where it has to be.
    #[error("{0} is no finite number")]
    NotFinite(&'static str),
    /// What linfa says.
    #[error(transparent)]
    Linfa(#[from] linfa::Error),
}

/// The logistic function: the probability that belongs to a logarithm of odds.
pub fn probability(margin: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-margin))
}

/// The logarithm of the odds of a probability, which is kept off 0 and 1.
pub fn margin(probability: f64) -> f64 {
    const LEAST: f64 = 1e-9;
    let probability = probability.clamp(LEAST, 1.0 - LEAST);
    libm::log(probability / (1.0 - probability))
}
