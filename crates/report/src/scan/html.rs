use std::fmt::Write;

use gitops_health_sanitize::Severity;

use super::{ScanFinding, ScanReport, ScanSkip};
use crate::escape::escape_html as escape;
use crate::html;

/// The report as a page for people: a table with a part for each file, and what was not looked at.
pub fn html(report: &ScanReport) -> String {
    let title = report.found();
    let mut about = report.looked_at();
    if let Some(below) = report.below() {
        let _ = write!(about, "; {below}");
    }
    if let Some(stays) = report.stays() {
        let _ = write!(about, "; {stays}");
    }
    let mut body = html::heading(&title, &about);
    notes(&mut body, &report.notes);
    // Above all that was found stands what is missing.
    skipped(&mut body, "Not looked at", report.skips(true));
    if !report.findings.is_empty() {
        table(&mut body, &report.findings);
    }
    skipped(&mut body, "Passed over", report.skips(false));
    html::page(&title, &body)
}

fn table(out: &mut String, findings: &[ScanFinding]) {
    out.push_str(
        "<section>\n<h2>Findings</h2>\n<div class=\"wide\">\n<table>\n<thead><tr><th>line</th><th>byte</th>\
         <th class=\"left\">severity</th><th class=\"left\">what</th><th class=\"left\">field</th>\
         <th class=\"left\">rule</th><th class=\"left\">category</th></tr></thead>\n",
    );
    let is_same =
        |one: &ScanFinding, two: &ScanFinding| (&one.path, &one.commit) == (&two.path, &two.commit);
    for file in findings.chunk_by(is_same) {
        part(out, file);
    }
    out.push_str("</table>\n</div>\n</section>\n");
}

/// The findings of one file below its name.
fn part(out: &mut String, findings: &[ScanFinding]) {
    let Some(first) = findings.first() else { return };
    let commit = match first.brought() {
        Some(words) => format!(" <span class=\"dim\">{}</span>", escape(&words)),
        None => String::new(),
    };
    let _ = writeln!(
        out,
        "<tbody>\n<tr class=\"name\"><th class=\"left path\" colspan=\"7\" scope=\"rowgroup\">{}{commit}</th></tr>",
        escape(&first.path)
    );
    for finding in findings {
        let _ = writeln!(
            out,
            "<tr class=\"finding\"><td>{}</td><td class=\"dim\">{}</td><td class=\"left {}\">{}</td>\
             <td class=\"left\">{}</td><td class=\"left\">{}</td><td class=\"left dim\">{}</td>\
             <td class=\"left dim\">{}</td></tr>",
            finding.line,
            finding.column,
            weight(finding.severity),
            finding.severity,
            escape(&finding.words()),
            escape(finding.field.as_deref().unwrap_or_default()),
            escape(&finding.rule),
            escape(&finding.category),
        );
    }
    out.push_str("</tbody>\n");
}

fn notes(out: &mut String, notes: &[String]) {
    let lines: String = notes.iter().map(|note| format!("<li>{}</li>\n", escape(note))).collect();
    if !lines.is_empty() {
        let _ = write!(out, "<section>\n<h2>Notes</h2>\n<ul>\n{lines}</ul>\n</section>\n");
    }
}

/// How a severity is set apart from the others. Its name says the same.
fn weight(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "hot strong",
        Severity::High => "hot",
        Severity::Medium => "",
        Severity::Low | Severity::Info => "dim",
    }
}

fn skipped<'a>(out: &mut String, title: &str, skips: impl Iterator<Item = &'a ScanSkip>) {
    let line = |skip: &ScanSkip| {
        format!(
            "<li><span class=\"path\">{}</span>: {}</li>\n",
            escape(&skip.path),
            escape(&skip.reason)
        )
    };
    let lines: String = skips.map(line).collect();
    if !lines.is_empty() {
        let _ = write!(out, "<section>\n<h2>{title}</h2>\n<ul>\n{lines}</ul>\n</section>\n");
    }
}
