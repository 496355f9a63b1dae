use sha2::{Digest, Sha256};

use super::{DefaultModel, SHIPPED};
use crate::learn::LearnError;
use crate::metric::Row;

/// The model that is asked about changes of a repository.
#[derive(Clone, Debug)]
pub struct Model {
    default: DefaultModel,
}

impl Model {
    /// The one that comes with the program.
    pub fn shipped() -> Result<Self, LearnError> {
        Ok(Self { default: DefaultModel::shipped()? })
    }

    /// The default model in it.
    pub fn default_model(&self) -> &DefaultModel {
        &self.default
    }

    /// The logarithm of the odds that a change introduces a defect.
    pub fn margin(&self, row: &Row) -> f64 {
        self.default.margin(row)
    }

    /// What each of [`super::INPUTS`] contributes to [`Model::margin`], and what they are added to.
    pub fn contributions(&self, row: &Row) -> (f64, Vec<f64>) {
        self.default.contributions(row)
    }

    /// What it says of commits of other repositories, in even steps from the lowest to the highest.
    pub fn elsewhere(&self) -> &[f64] {
        self.default.usual()
    }

    /// A digest of all that the answers depend on.
    pub fn digest(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(SHIPPED);
        hasher.finalize().into()
    }
}
