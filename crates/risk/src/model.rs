//! How likely is it that a change introduces a defect? A model that learned it.
//!
//! [`DefaultModel`] learned from public repositories; [`OwnModel`] goes on from there with what became of the commits
//! of one repository, and [`Trained`] is that with how good it is there. `docs/risk-model.md` is the model card.

mod calibration;
mod default;
mod example;
mod input;
mod own;
mod ready;
mod trained;

pub use calibration::Calibration;
pub(crate) use calibration::NEWEST;
pub use default::DefaultModel;
pub use example::{Example, Procedure};
pub(crate) use input::CONTENT;
pub use input::INPUTS;
pub use own::{LEAST_DEFECTIVE, LEAST_EXAMPLES, OwnModel};
pub use ready::Model;
pub use trained::{Judged, Judgement, MOST_BYTES, Outdated, Trained};

pub(crate) use default::by_all;
pub(crate) use input::places;
pub(crate) use own::OwnExamples;

/// The default model as the program has it.
pub(crate) const SHIPPED: &str = include_str!("model/default.json");
