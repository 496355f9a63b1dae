//! The report of `risk train`: one file for each format.

mod markdown;
mod text;
mod words;

use gitops_health_risk::evaluation::{Counted, Interval, Learned, Unknown, Verdict};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Tip;
use crate::json::{document, schema_of};

pub use markdown::markdown;
pub use text::text;

/// The name and version of the format that [`json()`] writes.
pub const TRAINING_SCHEMA: &str = "gitops-health/risk-train/v1";

/// What was learned from the commits of a history, and where it is kept. No person is named.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TrainingReport {
    /// Always [`TRAINING_SCHEMA`].
    pub schema: String,
    /// The commit whose history was learned from.
    pub target: Tip,
    /// Up to when it is known what became of commits, RFC 3339: when the newest was committed, or `--now` where that is earlier.
    pub as_of: String,
    /// The commits that change files, merges left out. Those whose labels are final were learned from.
    pub commits: Counted,
    /// After how many days a commit is so old that a defect would be known, as far as is known at the end.
    pub mature_days: i64,
    /// What was learned from them.
    pub learned: Learned,
    /// The share of defective commits among the newest 1,000 whose labels are final, from 0 to 1; absent where there are none.
    pub base_rate: Option<f64>,
    /// On how many commits it was tested; `risk evaluate` has all figures.
    pub tested: usize,
    /// How many of these introduced a defect.
    pub tested_defective: usize,
    /// How good it was; absent where that is not known.
    pub judgement: Option<TrainingJudgement>,
    /// Why that is not known; absent where it is.
    pub unknown: Option<Unknown>,
    /// What part of its weight the model keeps here, from 0 to 1.
    pub weight: f64,
    /// Where the model is kept, such as `in the git directory`.
    pub place: String,
    /// The file, below that.
    pub file: String,
    /// How large it is, in bytes; 0 where nothing was learned, and so nothing kept.
    pub bytes: usize,
    /// How many commits could not be read: what they did is not known.
    pub unread_commits: usize,
    /// Of how many fixes some content is not here or could not be read: they may lead to other commits.
    pub unread_fixes: usize,
    /// Whether the clone is shallow, so that older commits were not learned from.
    pub shallow: bool,
    /// What to know about the model.
    pub notes: Vec<String>,
}

/// How good a model was on commits that it was not learned from: areas under the receiver operating characteristic.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct TrainingJudgement {
    /// Of the default model with what was learned here.
    pub trained: Interval,
    /// Of the model that comes with the program.
    pub default: Interval,
    /// Of the lines that a commit adds, alone.
    pub lines_added: Interval,
    /// What was trained, less the lines added.
    pub trained_less_lines_added: Interval,
    /// What was trained, less the default model.
    pub trained_less_default: Interval,
    /// Whether it beats the lines added.
    pub verdict: Verdict,
}

/// The whole report as JSON with two blanks of indentation, keys in a fixed order.
pub fn json(report: &TrainingReport) -> String {
    document(report)
}

/// The JSON Schema (draft 2020-12) of what [`json`] writes.
pub fn json_schema() -> String {
    schema_of::<TrainingReport>()
}

impl TrainingReport {
    /// Whether something was learned, and everything could be looked at.
    pub fn is_complete(&self) -> bool {
        self.learned != Learned::Nothing && self.unread_commits + self.unread_fixes == 0
    }
}
