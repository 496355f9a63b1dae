use gitops_health_compliance::Severity;

use super::ComplianceReport;
use super::problems::Problem;
use crate::workflow::annotate;

/// The report as workflow commands of GitHub Actions: an annotation for each finding, for each rule that could not be
/// evaluated, and one that sums up.
///
/// Of each level GitHub shows the first ten annotations of a step. So a rule stands there once before any stands there
/// twice, rules that matter most stand first, and what sums up is the first notice.
pub fn github(report: &ComplianceReport) -> String {
    let mut problems = report.problems(super::RuleRow::needs_somebody);
    // The sort is stable: what is left is in the order of the report.
    problems.sort_by_key(|it| (it.place > 0, std::cmp::Reverse(it.row.severity)));
    let mut out = String::new();
    for level in ["error", "warning", "notice"] {
        if level == "notice" {
            annotate(&mut out, level, &[("title", "compliance analyze")], &sum(report));
        }
        for problem in problems.iter().filter(|it| level_of(it.row.severity) == level) {
            annotation(&mut out, level, problem);
        }
    }
    out
}

fn annotation(out: &mut String, level: &str, problem: &Problem<'_>) {
    let row = problem.row;
    let (title, line) = (row.name(), problem.line().to_string());
    let mut message = problem.message.clone();
    if let Some(to_do) = row.to_do() {
        message += &format!("\nDo: {to_do}");
    }
    match problem.own_path() {
        Some(path) => {
            let properties = [("file", path), ("line", &line), ("title", &title)];
            annotate(out, level, &properties, &message);
        }
        None => annotate(out, level, &[("title", &title)], &message),
    }
}

/// What was found, how it was judged and what is not known.
fn sum(report: &ComplianceReport) -> String {
    let mut lines = report.summary();
    for row in &report.missing {
        lines += &format!("not known: {} ({})\n", row.fact, row.reason);
    }
    lines.trim_end().to_owned()
}

fn level_of(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "notice",
    }
}
