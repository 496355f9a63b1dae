//! Workflow commands of GitHub Actions (GitHub, "Workflow commands"; escapes as in `@actions/core`).

use std::fmt::Write;

/// Adds an annotation: a level, properties such as a title or a file, and a message.
pub(crate) fn annotate(out: &mut String, level: &str, properties: &[(&str, &str)], message: &str) {
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    let _ = writeln!(out, "::{level} {}::{}", properties.join(","), data(message));
}

/// Escapes as the runner reads a message (`escapeData`).
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes as the runner reads a property (`escapeProperty`).
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_cannot_begin_another_command() {
        let mut out = String::new();
        annotate(&mut out, "notice", &[("title", "a:b,c")], "x\n::error::y 100%");
        assert_eq!(out, "::notice title=a%3Ab%2Cc::x%0A::error::y 100%25\n");
    }
}
