//! The report of `sanitize FILES`: what was, or would be, taken out. Nothing here ever knows what it was:
//! the removed side of a difference is made from what is left.

mod text;

use schemars::JsonSchema;
use serde::Serialize;

use crate::json::{document, schema_of};

pub use text::text;

/// The name and version of the format that [`json()`] writes.
pub const CLEAN_SCHEMA: &str = "gitops-health/sanitize/v1";

/// What was, or would be, taken out of some files.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CleanReport {
    /// Always [`CLEAN_SCHEMA`].
    pub schema: String,
    /// Whether the files were written; else nothing was changed.
    pub written: bool,
    /// The files in which something was found, in the order of their names.
    pub files: Vec<CleanFile>,
    /// How many files were looked at.
    pub files_read: usize,
    /// What was not looked at, or not cleaned.
    pub skipped: Vec<CleanSkip>,
    /// What somebody should know besides.
    pub notes: Vec<String>,
}

/// What was, or would be, taken out of a file.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CleanFile {
    /// Where it is.
    pub path: String,
    /// How many findings, by rule.
    pub removed: Vec<CleanCount>,
    /// The lines that change.
    #[serde(skip)]
    #[schemars(skip)]
    pub lines: Vec<CleanLine>,
}

/// How often a rule found something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CleanCount {
    /// The rule.
    pub rule: String,
    /// How often.
    pub count: usize,
}

/// A line that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CleanLine {
    /// Counted from 1.
    pub number: usize,
    /// The line as it was, with a mark for each thing taken out.
    pub before: String,
    /// The line as it is, or would be.
    pub after: String,
}

/// Something that was not looked at, or not cleaned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CleanSkip {
    /// What.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// The whole report as JSON with two blanks of indentation, keys in a fixed order. It has no lines.
pub fn json(report: &CleanReport) -> String {
    document(report)
}

/// The JSON Schema of [`json()`].
pub fn json_schema() -> String {
    schema_of::<CleanReport>()
}
