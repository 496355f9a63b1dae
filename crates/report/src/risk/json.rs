use super::RiskReport;
use crate::json::{document, schema_of};

/// The whole report as JSON with two blanks of indentation, keys in a fixed order.
pub fn json(report: &RiskReport) -> String {
    document(report)
}

/// The JSON Schema (draft 2020-12) of what [`json`] writes.
pub fn json_schema() -> String {
    schema_of::<RiskReport>()
}
