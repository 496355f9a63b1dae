use schemars::generate::SchemaSettings;

use super::RiskReport;
use crate::escape_json;

/// The whole report as JSON with two blanks of indentation, keys in a fixed order.
pub fn json(report: &RiskReport) -> String {
    let text = serde_json::to_string_pretty(report).expect("a report has only strings for keys");
    format!("{}\n", escape_json(&text))
}

/// The JSON Schema (draft 2020-12) of what [`json`] writes.
pub fn json_schema() -> String {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let schema = generator.into_root_schema_for::<RiskReport>();
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    text.push('\n');
    text
}
