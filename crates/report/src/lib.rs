//! Everything decided, in the formats that people and programs read.
//!
//! A [`RiskReport`] is finished when it gets here: the renderers count nothing, decide nothing and
//! leave nothing out that their format has a place for. Each is a function from a report to text.

mod escape;
mod risk;
mod style;

pub use escape::escape_json;
pub use risk::{
    ChangeSummary, CommitRow, Configuration, RISK_SCHEMA, RiskReport, Setting, Skipped, Target,
    TargetKind, View, github, json, json_schema, markdown, table, text,
};
pub use style::Style;
