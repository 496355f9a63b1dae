//! How good is the model in this repository? Asked about commits of which it could not know what became of them.
//!
//! The origin rolls: the commits whose labels are final are put in the order of time, and the later half is divided into
//! five parts. Before each part a model is made of what was known a second before its first commit was committed, and of
//! nothing else: fixes that came later have no say, nor has it what was too young then. Tashman, "Out-of-sample tests
//! of forecasting accuracy" (International Journal of Forecasting 16(4), 2000); that labels come late is what Tan et
//! al., "Online Defect Prediction for Imbalanced Data" (ICSE 2015) warn of.
//!
//! Three rankers are compared: what was learned from the repository ([`Ranker::Trained`]), the model that comes with the
//! program, and the lines that were added, which beat several published models (Zeng et al., ISSTA 2021).
//!
//! Labels may be wrong, in the same way for all three. A repository in which few defects are known has no figures.

mod figures;
mod measure;
mod own_history;
mod resample;
mod rolling;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use figures::{Figures, Interval, MeasureFigures, SAMPLES, Verdict};
pub use measure::{Measure, Ranker, short};
pub use own_history::{MeasuredChange, OwnHistory, measured};
pub use rolling::Part;

pub(crate) use rolling::{Prediction, learned_until, own_calibration};

use crate::learn::LearnError;
use gitops_health_git::ObjectId;

/// Why nothing could be evaluated or learned.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    /// Changes are not in the order of time.
    #[error("commit {0} was committed before the one that stands in front of it")]
    NotInOrder(ObjectId),
    /// What is learned from is not older than what is tested.
    #[error("commit {known} that is learned from is not older than {tested} that is tested")]
    LaterKnown {
        /// The one that is learned from.
        known: ObjectId,
        /// The one that is tested.
        tested: ObjectId,
    },
    /// It could not be learned.
    #[error(transparent)]
    Learn(#[from] LearnError),
}

/// What was learned from a repository's own commits.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Learned {
    /// Nothing: the default model answers.
    Nothing,
    /// How many commits are defective.
    BaseRate,
    /// What the answers of the default model weigh here.
    Weights,
    /// That, and trees that go on from there.
    Trees,
}

/// Why figures are not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unknown {
    /// No commit is old enough for its label to be final.
    NothingMature,
    /// So few of those tested introduced a defect that any figure would be chance.
    FewDefective,
    /// So few of those tested did not.
    FewClean,
}

/// So many commits of either kind are tested at least.
pub const LEAST_TESTED: usize = 20;

/// How many commits there are, by what is known of them at the end.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// Measured changes whose labels are final: a defect is known, or they are so old that it would be.
    pub mature: usize,
    /// How many of these introduced a defect.
    pub defective: usize,
    /// Those that are too young.
    pub young: usize,
    /// How many of these are known to have introduced a defect already. They are neither learned from nor tested: of their
    /// age only the bad ones are known.
    pub young_defective: usize,
}

/// How good the rankers were.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// How many commits there are.
    pub counted: Counted,
    /// The parts that were tested, the oldest first; none where there are too few commits.
    pub parts: Vec<Part>,
    /// How good the rankers were in them.
    pub figures: Result<Figures, Unknown>,
    pub(crate) predictions: Vec<Prediction>,
}

impl Evaluation {
    /// Tests in a history what was known of its past. The same history gives the same figures.
    pub fn of(
        history: &OwnHistory<'_>,
        tell: &dyn Fn(usize, usize),
    ) -> Result<Self, EvaluationError> {
        let counted = history.counted();
        let (parts, predictions) = rolling::predictions(history, tell)?;
        let figures = Figures::of(&predictions);
        Ok(Self { counted, parts, figures, predictions })
    }

    /// How many commits were tested.
    pub fn tested(&self) -> usize {
        self.predictions.len()
    }

    /// How many of these introduced a defect.
    pub fn tested_defective(&self) -> usize {
        self.predictions.iter().filter(|it| it.is_defective).count()
    }
}
