use std::fmt::Write;

use gitops_health_git::counted;

use super::{ScanFinding, ScanReport, ScanSkip};
use crate::escape::escape_markdown as escape;

/// Lists that are longer are folded.
const LONG: usize = 25;

/// The report as GitHub-flavoured Markdown, for comments and job summaries. All that is listed is in it.
pub fn markdown(report: &ScanReport) -> String {
    let mut out = String::from("## Health data, personal data and secrets\n\n");
    let lines: Vec<String> = report.summary().lines().map(escape).collect();
    let _ = writeln!(out, "{}", lines.join("  \n"));
    if !report.findings.is_empty() {
        let words = counted(report.findings.len(), "finding", "findings");
        folded(&mut out, report.findings.len() > LONG, &words, &table(&report.findings));
    }
    for (is_failure, title) in [(true, "Not looked at"), (false, "Passed over")] {
        let skips: Vec<&ScanSkip> = report.skips(is_failure).collect();
        if skips.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n### {title}");
        let line =
            |skip: &&ScanSkip| format!("- {}: {}\n", escape(&skip.path), escape(&skip.reason));
        let list: String = skips.iter().map(line).collect();
        folded(&mut out, skips.len() > LONG, &counted(skips.len(), "file", "files"), &list);
    }
    out
}

fn table(findings: &[ScanFinding]) -> String {
    let mut table = String::from("| severity | where | what | rule |\n| --- | --- | --- | --- |\n");
    for finding in findings {
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} |",
            finding.severity,
            escape(&finding.place()),
            escape(&finding.what()),
            escape(&finding.rule)
        );
    }
    table
}

/// A list, behind some words if it is long.
fn folded(out: &mut String, is_long: bool, words: &str, list: &str) {
    let _ = match is_long {
        true => write!(out, "\n<details>\n<summary>{words}</summary>\n\n{list}\n</details>\n"),
        false => write!(out, "\n{list}"),
    };
}
