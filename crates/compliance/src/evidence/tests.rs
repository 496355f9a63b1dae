mod forms;
mod platforms;
mod results;
mod worst;

use serde_json::Value;

use super::*;

/// A whole id.
const ID: &str = "0123456789abcdef0123456789abcdef01234567";

/// What the caller says that results are about.
fn about() -> Binding {
    Binding { change: Some("c".repeat(64)), ..Binding::default() }
}

fn read(text: &str) -> Result<Evidence, EvidenceError> {
    read_evidence("job/file", text.as_bytes(), &about())
}

fn good(text: &str) -> Evidence {
    read(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn error(text: &str) -> String {
    match read(text) {
        Ok(it) => panic!("it was read: {it:?}\n{text}"),
        Err(error) => error.to_string(),
    }
}

fn account(system: &str, name: &str) -> Who {
    Who::Account(system.into(), name.into())
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).expect("it is JSON")
}
