//! The report of `doctor`: what is in its place, what is not, and how that is mended.

use schemars::JsonSchema;
use serde::Serialize;

use crate::json::{document, schema_of};
use crate::style::Style;

/// The name and version of the format that [`json()`] writes.
pub const DOCTOR_SCHEMA: &str = "gitops-health/doctor/v1";

/// What was looked at.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DoctorReport {
    /// Always [`DOCTOR_SCHEMA`].
    pub schema: String,
    /// Part by part, in the order in which they build on one another.
    pub items: Vec<Item>,
}

/// One part of the set-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Item {
    /// Which.
    pub what: String,
    /// How it is.
    pub state: State,
    /// The same in words.
    pub words: String,
    /// How it is mended; empty where nothing is to be done.
    pub remedy: String,
}

/// How a part of the set-up is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As it should be.
    Ok,
    /// It could be better, or nobody set it up.
    Note,
    /// It does not do what it is there for.
    Problem,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Problem => "PROBLEM",
        }
    }
}

impl DoctorReport {
    /// Whether something does not do what it is there for.
    pub fn has_problem(&self) -> bool {
        self.items.iter().any(|item| item.state == State::Problem)
    }
}

/// A line for each part, with what to do below it.
pub fn text(report: &DoctorReport, style: Style) -> String {
    let widest = report.items.iter().map(|item| item.what.len()).max().unwrap_or(0);
    let mut text = String::new();
    for item in &report.items {
        let left = format!("{:<7}  {:<widest$}  ", item.state.word(), item.what);
        text += &style.beside(&left, &item.words);
        if !item.remedy.is_empty() {
            text += &style.beside(&format!("{:>width$}", "do: ", width = left.len()), &item.remedy);
        }
    }
    let problems = report.items.iter().filter(|item| item.state == State::Problem).count();
    let last = match problems {
        0 => style.good("no problem found"),
        1 => style.bad("1 problem"),
        many => style.bad(&format!("{many} problems")),
    };
    text + &last + "\n"
}

/// The whole report as JSON with two blanks of indentation, keys in a fixed order.
pub fn json(report: &DoctorReport) -> String {
    document(report)
}

/// The JSON Schema of [`json()`].
pub fn json_schema() -> String {
    schema_of::<DoctorReport>()
}
