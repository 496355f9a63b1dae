use std::fmt::Write;

use super::TrainingReport;
use crate::evaluation::words::about_commits;
use crate::style::Style;

/// The report for people: what was learned, how good it is, and where it is kept.
pub fn text(report: &TrainingReport, style: Style) -> String {
    let mut out = format!("{}\n\n", style.bold(&report.headline()));
    out.push_str(&style.beside("  ", &about_commits(report.commits, report.mature_days)));
    out.push_str(&style.beside("  ", &report.about_learned()));
    let _ = writeln!(out, "\n{}", style.bold("How good it is here"));
    for sentence in report.verdict_in_words() {
        out.push_str(&style.beside("  ", &sentence));
    }
    let _ = writeln!(out, "\n{}", style.bold("Where it is"));
    out.push_str(&style.beside("  ", &report.about_place()));
    let _ = writeln!(out, "\n{}", style.bold("Next"));
    out.push_str(&style.beside("  ", report.next()));
    if !report.notes.is_empty() {
        let _ = writeln!(out, "\n{}", style.bold("Notes"));
        report.notes.iter().for_each(|note| out.push_str(&style.beside("  -  ", note)));
    }
    out
}
