//! The report of `risk evaluate`: one file for each format.

mod markdown;
mod text;
pub(crate) mod words;

use gitops_health_risk::evaluation::{
    Counted, Evaluation, Interval, Learned, Measure, MeasureFigures, Ranker, Unknown, Verdict,
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Tip;
use crate::json::{document, schema_of};

pub use markdown::markdown;
pub use text::text;

/// The name and version of the format that [`json()`] writes.
pub const EVALUATION_SCHEMA: &str = "gitops-health/risk-evaluate/v1";

/// How well the model tells which commits of a history introduced defects. No person is named.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EvaluationReport {
    /// Always [`EVALUATION_SCHEMA`].
    pub schema: String,
    /// The commit whose history was looked at.
    pub target: Tip,
    /// Up to when it is known what became of commits, RFC 3339: when the newest was committed, or `--now` where that is earlier.
    pub as_of: String,
    /// The commits that change files, merges left out.
    pub commits: Counted,
    /// After how many days a commit is so old that a defect would be known, as far as is known at the end.
    pub mature_days: i64,
    /// How many commits were tested.
    pub tested: usize,
    /// How many of these introduced a defect.
    pub tested_defective: usize,
    /// The parts of the history that were tested, the oldest first, each with what was known before it began.
    pub parts: Vec<TestedPart>,
    /// Why there are no figures; absent where there are.
    pub unknown: Option<Unknown>,
    /// How good the rankers were; empty where that is not known.
    pub measures: Vec<MeasureRow>,
    /// From how many samples that were drawn again the intervals are.
    pub samples: usize,
    /// Whether what was trained beats the lines added, by the area under the receiver operating characteristic; absent where
    /// that is not known.
    pub verdict: Option<Verdict>,
    /// What part of its weight the model keeps here, from 0 to 1: in what share of the samples it beats the lines added and chance. 1 where
    /// that is not known.
    pub weight: f64,
    /// How many commits could not be read: what they did is not known.
    pub unread_commits: usize,
    /// Of how many fixes some content is not here or could not be read: they may lead to other commits.
    pub unread_fixes: usize,
    /// Whether the clone is shallow, so that older commits were not learned from.
    pub shallow: bool,
    /// What to know about the figures.
    pub notes: Vec<String>,
}

/// Commits that follow one another, tested with what was known before the first of them.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TestedPart {
    /// When the first was committed, RFC 3339, in UTC. Nothing that became known later was learned from.
    pub from: String,
    /// When the last was committed, RFC 3339, in UTC.
    pub until: String,
    /// How many commits were learned from.
    pub known: usize,
    /// How many of these were known to have introduced a defect.
    pub known_defective: usize,
    /// What was learned from them.
    pub learned: Learned,
    /// How many commits were tested.
    pub tested: usize,
    /// How many of these introduced a defect, as far as is known now.
    pub defective: usize,
}

/// One measure of the three rankers. What has no value is absent.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct MeasureRow {
    /// What is measured.
    pub measure: Measure,
    /// Of the default model with what was learned here.
    pub trained: Option<Interval>,
    /// Of the model that comes with the program.
    pub default: Option<Interval>,
    /// Of the lines that a commit adds, alone.
    pub lines_added: Option<Interval>,
    /// What was trained, less the lines added.
    pub trained_less_lines_added: Option<Interval>,
    /// What was trained, less the default model.
    pub trained_less_default: Option<Interval>,
}

impl MeasureRow {
    fn of(figures: &MeasureFigures) -> Self {
        let ranker = |ranker: Ranker| figures.of[ranker as usize].map(rounded);
        Self {
            measure: figures.measure,
            trained: ranker(Ranker::Trained),
            default: ranker(Ranker::Default),
            lines_added: ranker(Ranker::LinesAdded),
            trained_less_lines_added: figures.less_lines.map(rounded),
            trained_less_default: figures.less_default.map(rounded),
        }
    }
}

/// The rows of an evaluation, with as many digits as mean something; none where it is not known.
pub fn rows(evaluation: &Evaluation) -> Vec<MeasureRow> {
    let figures = evaluation.figures.iter().flat_map(|figures| &figures.measures);
    figures.map(MeasureRow::of).collect()
}

/// Four digits behind the point.
pub fn rounded(interval: Interval) -> Interval {
    let round = |number: f64| (number * 1e4).round() / 1e4;
    let Interval { value, low, high } = interval;
    Interval { value: round(value), low: round(low), high: round(high) }
}

/// The whole report as JSON with two blanks of indentation, keys in a fixed order.
pub fn json(report: &EvaluationReport) -> String {
    document(report)
}

/// The JSON Schema (draft 2020-12) of what [`json`] writes.
pub fn json_schema() -> String {
    schema_of::<EvaluationReport>()
}

impl EvaluationReport {
    /// Whether there are figures, and everything could be looked at.
    pub fn is_complete(&self) -> bool {
        self.unknown.is_none() && self.unread_commits + self.unread_fixes == 0
    }
}
