//! Which past commits brought defects, by what the history says.

mod inducing;
mod lines;
mod rank;
mod texts;

pub use inducing::{Inducers, Inducing, Link, Reason};
pub use rank::{FEATURES, Features};

/// Why labels could not be given.
#[derive(Debug, thiserror::Error)]
pub enum LabelError {
    /// The index could not be read.
    #[error(transparent)]
    History(#[from] gitops_health_history::Error),
    /// The repository could not be read.
    #[error(transparent)]
    Git(#[from] gitops_health_git::Error),
}
