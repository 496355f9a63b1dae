use std::fmt::Write;

use gitops_health_risk::Band;

use super::text::points;
use super::{RiskReport, strongest};

/// The report as workflow commands of GitHub Actions: one annotation for the score with every
/// factor, and one for each file or note that could not be looked at.
pub fn github(report: &RiskReport) -> String {
    let level = if report.score.band >= Band::High { "warning" } else { "notice" };
    let mut message = format!("{} ({})", report.what(), report.size());
    let _ = write!(message, "\nDeploy: {}", report.strategy());
    for factor in &report.score.factors {
        let (points, reason) = (points(factor), strongest(factor));
        let _ = write!(message, "\n{} {points}: {reason}", factor.id.title());
    }
    let mut out = String::new();
    command(&mut out, level, &report.headline(), &message);
    for row in &report.commits {
        let message = format!("{} {}: {}", super::short(&row.commit), row.subject, row.reason);
        command(&mut out, "notice", &format!("Risk {} of 100: {}", row.score, row.band), &message);
    }
    for skipped in &report.skipped {
        let (level, title) = match skipped.matters {
            true => ("warning", "Not looked at"),
            false => ("notice", "Without lines to compare"),
        };
        command(&mut out, level, title, &format!("{}: {}", skipped.path, skipped.reason));
    }
    for note in &report.notes {
        command(&mut out, "notice", "Note", note);
    }
    out
}

fn command(out: &mut String, level: &str, title: &str, message: &str) {
    let _ = writeln!(out, "::{level} title={}::{}", property(title), data(message));
}

/// Escapes as the runner reads a message (`@actions/core`, `escapeData`).
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes as the runner reads a property (`@actions/core`, `escapeProperty`).
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_cannot_begin_another_command() {
        let mut out = String::new();
        command(&mut out, "notice", "a:b,c", "x\n::error::y 100%");
        assert_eq!(out, "::notice title=a%3Ab%2Cc::x%0A::error::y 100%25\n");
    }
}
