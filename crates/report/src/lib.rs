//! Everything decided, in the formats that people and programs read.
//!
//! A [`RiskReport`], a [`hotspots::HotspotsReport`], a [`trend::TrendReport`], a [`scan::ScanReport`] or an
//! [`index::status::IndexStatusReport`] is finished when it gets here: the renderers count nothing, decide
//! nothing and leave nothing out that their format has a place for. Each is a function from a report
//! to text.

pub mod check;
pub mod clean;
mod columns;
pub mod compliance;
pub mod compliance_check_policy;
pub mod compliance_explain;
pub mod compliance_history;
pub mod compliance_list;
pub mod compliance_record;
pub mod compliance_replay;
pub mod compliance_test;
pub mod doctor;
mod escape;
pub mod evaluation;
pub mod hotspots;
mod html;
pub mod index;
mod json;
pub mod labels;
mod prose;
mod risk;
pub mod rules;
pub mod scan;
mod style;
pub mod training;
pub mod trend;
mod workflow;

pub use escape::{escape_json, escape_xml};
pub use json::pretty;
pub use risk::{
    ChangeSummary, CommitRow, Configuration, RISK_SCHEMA, RiskReport, Setting, Skipped, Split,
    Target, TargetKind, View, github, json, json_schema, markdown, table, text,
};
pub use style::Style;

use schemars::JsonSchema;
use serde::Serialize;

/// The commit whose past a report is about.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Tip {
    /// The revision as it was asked for, such as `HEAD`.
    pub revision: String,
    /// Its id.
    pub commit: String,
    /// When it was committed, RFC 3339, on the committer's clock.
    pub committed: String,
}

impl Tip {
    /// `HEAD (1a2b3c4d5e of 2026-03-01)`.
    fn in_words(&self) -> String {
        let day = columns::day_of(&self.committed);
        format!("{} ({} of {day})", self.revision, risk::short(&self.commit))
    }
}
