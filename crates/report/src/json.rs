//! JSON, the same way for all reports.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use crate::escape_json;

/// A whole report with two blanks of indentation, keys in a fixed order.
pub(crate) fn document(report: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(report).expect("a report has only strings for keys");
    format!("{}\n", escape_json(&text))
}

/// A value as reports are written: two blanks of indentation, and nothing in it that moves a cursor.
pub fn pretty(value: &serde_json::Value) -> String {
    document(value)
}

/// The JSON Schema (draft 2020-12) of what [`document`] writes.
pub(crate) fn schema_of<T: JsonSchema>() -> String {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let schema = generator.into_root_schema_for::<T>();
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    text.push('\n');
    text
}
