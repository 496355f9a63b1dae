//! How likely is it that a change introduces a defect? A model that learned it.
//!
//! [`DefaultModel`] learned from public repositories; [`OwnModel`] goes on from there with what became of the commits
//! of one repository. `docs/risk-model.md` is the model card.

mod default;
mod example;
mod input;
mod own;
mod ready;

pub use default::DefaultModel;
pub use example::{Example, Procedure};
pub use input::INPUTS;
pub use own::OwnModel;
pub use ready::Model;

pub(crate) use input::places;

/// The default model as the program has it.
pub(crate) const SHIPPED: &str = include_str!("model/default.json");
