use std::fmt::Write;

use super::TrainingReport;
use crate::escape::escape_prose;
use crate::evaluation::words::about_commits;

/// The report as GitHub-flavoured Markdown, for comments and job summaries.
pub fn markdown(report: &TrainingReport) -> String {
    let mut out = format!("## {}\n\n", escape_prose(&report.headline()));
    let commits = about_commits(report.commits, report.mature_days);
    let _ = writeln!(out, "{commits} {}", report.about_learned());
    let _ = write!(out, "\n{}\n", report.verdict_in_words().join(" "));
    let _ = write!(out, "\n{}\n", escape_prose(&report.about_place()));
    let _ = write!(out, "\n{}\n", report.next());
    if !report.notes.is_empty() {
        out.push_str("\n### Notes\n\n");
        report.notes.iter().for_each(|note| {
            let _ = writeln!(out, "- {}", escape_prose(note));
        });
    }
    out
}
