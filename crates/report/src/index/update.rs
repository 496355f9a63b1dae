//! The report of `index update`.

use schemars::JsonSchema;
use serde::Serialize;

use gitops_health_git::counted;

use crate::json::{document, schema_of};

/// The name and version of the format that [`json()`] writes.
pub const INDEX_UPDATE_SCHEMA: &str = "gitops-health/index-update/v1";

/// What an update of the index did.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct IndexUpdateReport {
    /// Always [`INDEX_UPDATE_SCHEMA`].
    pub schema: String,
    /// How many commits are new in the index.
    pub commits: usize,
    /// Whether people were mapped anew, because the mailmap changed.
    pub people_mapped_anew: bool,
    /// How many commits of the whole index could not be read: what they did to files is not known.
    pub unread_commits: usize,
    /// Where the index is, in words and no path of this machine; absent where no place for it can be
    /// written, and nothing was kept.
    pub place: Option<String>,
}

/// The whole report as JSON with two blanks of indentation, keys in a fixed order.
pub fn json(report: &IndexUpdateReport) -> String {
    document(report)
}

/// The JSON Schema of [`json()`].
pub fn json_schema() -> String {
    schema_of::<IndexUpdateReport>()
}

/// One line.
pub fn text(report: &IndexUpdateReport) -> String {
    let people = if report.people_mapped_anew { ", people mapped anew" } else { "" };
    format!("{} indexed{people}\n", counted(report.commits, "commit", "commits"))
}
