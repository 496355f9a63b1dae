use serde::{Deserialize, Serialize};

use crate::metric::Row;

/// A commit of which is known what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// What was measured of it.
    pub row: Row,
    /// Whether it introduced a defect.
    pub is_defective: bool,
    /// How much it counts.
    pub weight: f32,
    /// How it was found out.
    pub procedure: Procedure,
}

/// How it was found out which commits introduced defects. Procedures differ in what they can find: some see code only,
/// some what an issue tracker knows, some what developers said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Procedure {
    /// SZZ from words of messages, changes of code only.
    Words,
    /// SZZ from issues, all files.
    Issues,
    /// `Fixes:` trailers by developers.
    Trailers,
}

impl Procedure {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Words, Self::Issues, Self::Trailers];

    /// How much the answer by each of them weighs where nothing is known of a repository: chosen by the figures in
    /// `docs/risk-model.md`. They stand in the file of the model, too, since what is made of it changes with them.
    pub(crate) const WEIGHTS: [f64; 3] = [0.2, 0.7, 0.1];

    pub(super) fn number(self) -> f64 {
        match self {
            Self::Words => 0.0,
            Self::Issues => 1.0,
            Self::Trailers => 2.0,
        }
    }
}
