use std::collections::BTreeMap;

use gitops_health_sanitize::Severity;

use super::{ScanFinding, ScanReport};
use crate::columns::{counted, thousands};
use crate::style::Style;

/// So many of what was not looked at are named for each reason.
const NAMED: usize = 5;

/// A line for each finding below the name of its file, how many there are, and what was not looked at.
pub fn text(report: &ScanReport, style: Style) -> String {
    let mut text = String::new();
    let place = |finding: &ScanFinding| format!("{}:{}", finding.line, finding.column);
    let widest =
        |of: &dyn Fn(&ScanFinding) -> usize| report.findings.iter().map(of).max().unwrap_or(0);
    let places = widest(&|finding| place(finding).len());
    let rules = widest(&|finding| finding.rule.len());
    let mut last = None;
    for finding in &report.findings {
        let this = (&finding.path, &finding.commit);
        if last != Some(this) {
            if last.is_some() {
                text.push('\n');
            }
            let commit = finding
                .commit
                .as_ref()
                .map(|commit| format!(" in {}", &commit[..10.min(commit.len())]));
            text += &format!(
                "{}\n",
                style.bold(&format!("{}{}", finding.path, commit.unwrap_or_default()))
            );
            last = Some(this);
        }
        let word = format!("{:<8}", finding.severity.to_string());
        let mut what = super::in_words(finding);
        if let Some(context) = &finding.context {
            what += &format!(", {context}");
        }
        let left = format!(
            "  {:<places$}  {}  {:<rules$}  ",
            place(finding),
            style.severity(finding.severity, &word),
            finding.rule
        );
        text += &format!("{left}{what}\n");
    }
    if !report.findings.is_empty() {
        text.push('\n');
    }
    text += &summary(report);
    text += &accepted(report);
    text += &skipped(report);
    for note in &report.notes {
        text += &format!("note: {note}\n");
    }
    text
}

/// How much may stay, by what says so.
fn accepted(report: &ScanReport) -> String {
    if report.accepted.is_empty() {
        return String::new();
    }
    let by = |what: &str| report.accepted.iter().filter(|it| it.by == what).count();
    let parts = [
        (by("baseline"), "in the baseline"),
        (by("comment"), "by a comment"),
        (by("configuration"), "by the configuration"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> =
        parts.map(|(count, what)| format!("{} {what}", thousands(*count as u64))).collect();
    let count = counted(report.accepted.len(), "finding", "findings");
    format!("{count} more may stay: {}\n", parts.join(", "))
}

fn summary(report: &ScanReport) -> String {
    let all = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];
    let listed = all.into_iter().filter(|severity| *severity >= report.least);
    let listed: Vec<String> = listed
        .filter(|severity| report.counts.of(*severity) > 0)
        .map(|severity| format!("{} {severity}", thousands(report.counts.of(severity) as u64)))
        .collect();
    let found = match report.findings.len() {
        0 if report.accepted.is_empty() => "nothing found".to_owned(),
        0 => "nothing else found".to_owned(),
        many => format!("{}: {}", counted(many, "finding", "findings"), listed.join(", ")),
    };
    let files = counted(report.files, "file", "files");
    let mut text = format!("{found}; {} looked at ({files})\n", report.target);
    let below: usize =
        all.into_iter().filter(|it| *it < report.least).map(|it| report.counts.of(it)).sum();
    if below > 0 {
        let more = counted(below, "finding matters", "findings matter");
        text += &format!("{more} less than {}: --severity info lists all\n", report.least);
    }
    text
}

fn skipped(report: &ScanReport) -> String {
    let mut reasons: BTreeMap<(bool, &str), Vec<&str>> = BTreeMap::new();
    for skip in &report.skipped {
        reasons.entry((!skip.is_failure, &skip.reason)).or_default().push(&skip.path);
    }
    let mut text = String::new();
    for ((_, reason), paths) in reasons {
        let named = paths.iter().take(NAMED).map(|path| format!("`{path}`"));
        let mut named = named.collect::<Vec<_>>().join(", ");
        if paths.len() > NAMED {
            named += &format!(" and {} more", thousands((paths.len() - NAMED) as u64));
        }
        text += &format!("not looked at: {named}: {reason}\n");
    }
    text
}
