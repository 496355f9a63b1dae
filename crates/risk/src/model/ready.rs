use gitops_health_git::ObjectId;
use sha2::{Digest, Sha256};

use super::trained::hexadecimal;
use super::{DefaultModel, Outdated, SHIPPED, Trained};
use crate::RiskParams;
use crate::learn::LearnError;
use crate::metric::Row;

/// The model that is asked about changes of a repository: the one that comes with the program, and on top of it what was
/// learned from the repository's own commits, where that is there.
#[derive(Clone, Debug)]
pub struct Model {
    default: DefaultModel,
    own: Option<Own>,
}

#[derive(Clone, Debug)]
struct Own {
    trained: Trained,
    /// Of the file that it came from.
    digest: [u8; 32],
}

impl Model {
    /// The one that comes with the program.
    pub fn shipped() -> Result<Self, LearnError> {
        Ok(Self { default: DefaultModel::shipped()?, own: None })
    }

    /// The same with what a file says was learned; or why that is not asked. An error where the file is damaged.
    pub fn with_own(
        self,
        file: &[u8],
        params: &RiskParams,
    ) -> Result<(Self, Option<Outdated>), LearnError> {
        let trained = Trained::from_json(file)?;
        // What the program writes of the model is what it read.
        let default = hexadecimal(SHIPPED.trim_end().as_bytes());
        if let Some(outdated) = trained.outdated(&default, params) {
            return Ok((self, Some(outdated)));
        }
        let own = Own { trained, digest: Sha256::digest(file).into() };
        Ok((Self { own: Some(own), ..self }, None))
    }

    /// What was learned from the repository's own commits.
    pub fn own(&self) -> Option<&Trained> {
        self.own.as_ref().map(|own| &own.trained)
    }

    /// The commit up to which own commits were learned from; [`ObjectId::ZERO`] where none were.
    pub fn own_tip(&self) -> ObjectId {
        self.own().and_then(|own| own.tip().parse().ok()).unwrap_or(ObjectId::ZERO)
    }

    /// The logarithm of the odds that a change introduces a defect.
    pub fn margin(&self, row: &Row) -> f64 {
        match self.own() {
            Some(own) => own.margin(&self.default, row),
            None => self.default.margin(row),
        }
    }

    /// What each of [`super::INPUTS`] contributes to [`Model::margin`], and what they are added to.
    pub fn contributions(&self, row: &Row) -> (f64, Vec<f64>) {
        match self.own() {
            Some(own) => own.contributions(&self.default, row),
            None => self.default.contributions(row),
        }
    }

    /// What the default model says of commits of other repositories, in even steps from the lowest to the highest. Nothing
    /// where own commits were learned from: then it is another question.
    pub fn elsewhere(&self) -> &[f64] {
        match self.own().is_some_and(Trained::is_measured) {
            true => &[],
            false => self.default.usual(),
        }
    }

    /// What part of its weight the model keeps, from 0 to 1.
    pub fn weight(&self) -> f64 {
        self.own().map_or(1.0, Trained::weight)
    }

    /// A digest of all that the answers depend on.
    pub fn digest(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(SHIPPED);
        if let Some(own) = &self.own {
            hasher.update(own.digest);
        }
        hasher.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_of_the_default_model_is_what_was_read() {
        let default = DefaultModel::shipped().expect("it is whole");
        let text = default.to_json().expect("it can be written");
        assert!(text == SHIPPED.trim_end(), "it is written otherwise");
    }
}
