//! The report of `index clear`.

use schemars::JsonSchema;
use serde::Serialize;

use crate::json::{document, schema_of};

/// The name and version of the format that [`json()`] writes.
pub const INDEX_CLEAR_SCHEMA: &str = "gitops-health/index-clear/v1";

/// What became of the index.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct IndexClearReport {
    /// Always [`INDEX_CLEAR_SCHEMA`].
    pub schema: String,
    /// Whether there was one: now there is none.
    pub removed: bool,
}

/// The whole report as JSON with two blanks of indentation, keys in a fixed order.
pub fn json(report: &IndexClearReport) -> String {
    document(report)
}

/// The JSON Schema of [`json()`].
pub fn json_schema() -> String {
    schema_of::<IndexClearReport>()
}

/// One line.
pub fn text(report: &IndexClearReport) -> String {
    let text = if report.removed { "the index is gone" } else { "there is no index" };
    format!("{text}\n")
}
