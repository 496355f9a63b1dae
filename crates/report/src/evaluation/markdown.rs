use std::fmt::Write;

use gitops_health_git::thousands;

use super::EvaluationReport;
use super::words::{KEY, about_commits, difference, name, tested_with, value};
use crate::escape::escape_prose;

/// The report as GitHub-flavoured Markdown, for comments and job summaries.
pub fn markdown(report: &EvaluationReport) -> String {
    let mut out = format!("## {}\n\n", escape_prose(&report.headline()));
    let _ = writeln!(out, "{}", report.verdict_in_words().join(" "));
    if !report.measures.is_empty() {
        out.push_str(
            "\n| | trained | default | lines added | trained less lines added | trained less default |\n\
             | --- | --- | --- | --- | --- | --- |\n",
        );
        for row in &report.measures {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} |",
                name(row.measure).replace('*', "\\*"),
                value(row.trained),
                value(row.default),
                value(row.lines_added),
                difference(row.trained_less_lines_added),
                difference(row.trained_less_default)
            );
        }
        let _ = write!(out, "\n{KEY}\n");
    }
    out.push_str("\n### What was tested\n\n");
    let _ = writeln!(out, "{}", about_commits(report.commits, report.mature_days));
    let _ = writeln!(out, "{}", report.about_test());
    parts(&mut out, report);
    let _ = write!(out, "\n{}\n", report.next());
    if !report.notes.is_empty() {
        out.push_str("\n### Notes\n\n");
        report.notes.iter().for_each(|note| {
            let _ = writeln!(out, "- {}", escape_prose(note));
        });
    }
    out
}

fn parts(out: &mut String, report: &EvaluationReport) {
    if report.parts.is_empty() {
        return;
    }
    out.push_str(
        "\n| from | to | tested | defective | learned from | defective | tested with |\n\
         | --- | --- | ---: | ---: | ---: | ---: | --- |\n",
    );
    for part in &report.parts {
        let [from, until] = part.days();
        let numbers = [part.tested, part.defective, part.known, part.known_defective];
        let [tested, defective, known, known_defective] =
            numbers.map(|number| thousands(number as u64));
        let learned = tested_with(part.learned);
        let _ = writeln!(
            out,
            "| {from} | {until} | {tested} | {defective} | {known} | {known_defective} | {learned} |"
        );
    }
}
