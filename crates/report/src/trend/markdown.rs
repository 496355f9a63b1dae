use std::fmt::Write;

use super::{HEADINGS, TrendReport};
use crate::columns::sparkline;
use crate::escape::escape_markdown as escape;

/// The report as GitHub-flavoured Markdown, for comments and job summaries.
pub fn markdown(report: &TrendReport) -> String {
    let mut out = format!("## {}\n\n{}\n\n", escape(&report.headline()), report.what_counts());
    let _ = writeln!(out, "| {} | {} |", report.word(), HEADINGS.join(" | "));
    let _ = writeln!(out, "| --- |{}", " ---: |".repeat(HEADINGS.len()));
    for row in report.rows() {
        let _ = writeln!(out, "| {} |", row.cells().join(" | "));
    }
    out.push('\n');
    for line in report.lines() {
        let _ = writeln!(
            out,
            "- {} {}: {}",
            line.name,
            sparkline(&line.numbers, 0.0, false),
            line.words
        );
    }
    if !report.notes.is_empty() {
        out.push_str("\n### Notes\n\n");
        report.notes.iter().for_each(|note| {
            let _ = writeln!(out, "- {}", escape(note));
        });
    }
    out
}
