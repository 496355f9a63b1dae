use super::{CheckFinding, CheckOutcome, CheckReport};
use crate::compliance::github::level_of;
use crate::workflow::annotate;

/// The report as workflow commands of GitHub Actions: an annotation for each finding, one for all that could not be
/// evaluated, and one that sums up.
///
/// Of each level GitHub shows the first ten annotations of a step. So a rule stands there once before any stands there
/// twice, and what decides stands before what does not.
pub fn github(report: &CheckReport) -> String {
    let mut seen: Vec<&str> = Vec::new();
    let mut findings: Vec<(bool, bool, &CheckFinding)> = Vec::new();
    for finding in &report.findings {
        let is_again = seen.contains(&finding.rule.as_str());
        seen.push(&finding.rule);
        findings.push((!finding.decides, is_again, finding));
    }
    // The sort is stable: what is left is in the order of the report.
    findings.sort_by_key(|(does_not_decide, is_again, _)| (*does_not_decide, *is_again));
    let mut out = String::new();
    not_known(&mut out, report);
    for level in ["error", "warning", "notice"] {
        if level == "notice" {
            let title = [("title", "gitops-health check")];
            let words = [vec![report.verdict(), report.looked_at()], report.remarks()].concat();
            annotate(&mut out, level, &title, &words.join("\n"));
        }
        for (_, _, finding) in findings.iter().filter(|it| level_of(it.2.severity) == level) {
            annotation(&mut out, level, finding);
        }
    }
    out
}

fn annotation(out: &mut String, level: &str, finding: &CheckFinding) {
    let title = finding.title();
    let mut message = match finding.file() {
        Some(_) => finding.words(),
        None => finding.placed(),
    };
    if !finding.remedy.is_empty() {
        message += &format!("\nDo: {}", finding.remedy);
    }
    let (line, column) =
        (finding.line.map(|it| it.to_string()), finding.column.map(|it| it.to_string()));
    let mut properties = Vec::new();
    if let Some(path) = finding.file() {
        properties.push(("file", path));
        properties.extend(line.as_deref().map(|line| ("line", line)));
        properties.extend(column.as_deref().map(|column| ("col", column)));
    }
    properties.push(("title", &title));
    annotate(out, level, &properties, &message);
}

/// All that is not known, and how it gets known: an error where it decides.
fn not_known(out: &mut String, report: &CheckReport) {
    if report.unknown.is_empty() {
        return;
    }
    let level = if report.outcome == CheckOutcome::NotEvaluated { "error" } else { "notice" };
    let lines = report.unknown_first_deciding().map(|it| match it.remedy.is_empty() {
        true => it.words(),
        false => format!("{}. Do: {}", it.words(), it.remedy),
    });
    let lines: Vec<String> = lines.collect();
    annotate(out, level, &[("title", "not evaluated")], &lines.join("\n"));
}
