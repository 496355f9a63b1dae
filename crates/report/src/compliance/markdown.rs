use std::fmt::Write;

use gitops_health_compliance::Verdict;

use super::words::{answered, called};
use super::{ClauseRow, ComplianceReport, FrameworkRow, RuleRow};
use crate::columns::{counted, thousands};
use crate::escape::escape_markdown as escape;

/// Lists that are longer are folded.
const LONG: usize = 25;

/// So many findings of a rule are listed. GitHub takes comments of 65,536 characters; other formats have them all.
const LISTED: usize = 10;

/// The report as GitHub-flavoured Markdown, for comments and job summaries: what fails or is not known, what is
/// waived, and a table for each framework.
pub fn markdown(report: &ComplianceReport) -> String {
    let mut out = String::from("## Rules for changes\n\n");
    let lines: Vec<String> = report.summary().lines().map(escape).collect();
    let _ = writeln!(out, "{}", lines.join("  \n"));
    let not_held = [Verdict::Fail, Verdict::Error, Verdict::NotAssessed];
    for (title, verdicts) in
        [("Fails or is not known", &not_held[..]), ("Waived", &[Verdict::Waived])]
    {
        let rows: Vec<&RuleRow> = verdicts.iter().flat_map(|it| report.with(*it)).collect();
        if !rows.is_empty() {
            let words = counted(rows.len(), "rule", "rules");
            let _ = writeln!(out, "\n### {title}");
            folded(&mut out, rows.len(), &words, &rules(report, &rows));
        }
    }
    for row in &report.frameworks {
        framework(&mut out, row);
    }
    let identity = report.identity().into_iter();
    let identity: Vec<String> =
        identity.map(|(name, value)| format!("{} {}", escape(name), escape(value))).collect();
    let _ = writeln!(out, "\n<sub>{}</sub>", identity.join(" · "));
    out
}

fn rules(report: &ComplianceReport, rows: &[&RuleRow]) -> String {
    let mut table = String::from(
        "| answer | rule | severity | why | what to do |\n| --- | --- | --- | --- | --- |\n",
    );
    for row in rows {
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} | {} |",
            called(row.verdict),
            escape(&row.rule),
            row.severity.name(),
            why(report, row),
            escape(&row.remedy)
        );
    }
    table
}

/// What the rule asks for, what it found and why it gives its answer, on lines of one cell.
fn why(report: &ComplianceReport, row: &RuleRow) -> String {
    let mut lines = vec![escape(&row.title)];
    let findings = row.findings.iter().take(LISTED);
    lines.extend(findings.map(|finding| format!("• {}", escape(&finding.words()))));
    if row.findings.len() > LISTED {
        let more = (row.findings.len() - LISTED) as u64;
        lines.push(format!("• and {} more", thousands(more)));
    }
    lines.extend(report.why(row).map(|why| escape(&why)));
    lines.join("<br>")
}

fn framework(out: &mut String, row: &FrameworkRow) {
    let _ = writeln!(out, "\n### {}\n\n{}", escape(&row.heading()), escape(&row.found()));
    if !row.note.is_empty() {
        let _ = writeln!(out, "\n{}", escape(&row.note));
    }
    let mut table =
        String::from("| answer | clause | what it asks for | rules |\n| --- | --- | --- | --- |\n");
    for clause in &row.clauses {
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} |",
            answered(clause.verdict),
            escape(&clause.clause),
            escape(&clause.title),
            rules_of(clause)
        );
    }
    folded(out, row.clauses.len(), "Clause by clause", &table);
}

/// `approved-by-others: FAIL; signed-commits: pass`.
fn rules_of(clause: &ClauseRow) -> String {
    let words = clause
        .worst_first()
        .map(|rule| format!("{}: {}", escape(&rule.rule), called(rule.verdict)));
    words.collect::<Vec<_>>().join("; ")
}

/// A table, behind some words if it is long.
fn folded(out: &mut String, many: usize, words: &str, table: &str) {
    let _ = match many > LONG {
        true => write!(out, "\n<details>\n<summary>{words}</summary>\n\n{table}\n</details>\n"),
        false => write!(out, "\n{table}"),
    };
}
