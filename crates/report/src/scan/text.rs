use std::collections::BTreeMap;

use gitops_health_git::thousands;

use super::{ScanFinding, ScanReport};
use crate::style::Style;

/// So many of what was not looked at are named for each reason.
const NAMED: usize = 5;

/// A line for each finding below the name of its file, however narrow the place is, so that `grep` shows
/// all of one; how many there are; what was not looked at.
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
            let brought = finding.brought().map(|words| format!(" {words}")).unwrap_or_default();
            text += &format!("{}{brought}\n", style.bold(&finding.path));
            last = Some(this);
        }
        let word = format!("{:<8}", finding.severity.to_string());
        let what = finding.what();
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
    text += &report.summary();
    text += &skipped(report);
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
