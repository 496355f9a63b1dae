use gitops_health_compliance::{Severity, Verdict};
use gitops_health_git::thousands;

use super::ComplianceReport;
use super::problems::Problem;
use crate::workflow::annotate;

/// The report as workflow commands of GitHub Actions: an annotation for each finding and for each rule that erred, one
/// that sums up, and one for all that is not known.
///
/// Of each level GitHub shows the first ten annotations of a step. So a rule stands there once before any stands there
/// twice, rules that matter most stand first, and what sums up and what is not known are the first notices.
pub fn github(report: &ComplianceReport) -> String {
    let mut problems = report.problems(|row| matches!(row.verdict, Verdict::Fail | Verdict::Error));
    // The sort is stable: what is left is in the order of the report.
    problems.sort_by_key(|it| (it.place > 0, std::cmp::Reverse(it.row.severity)));
    let mut out = String::new();
    for level in ["error", "warning", "notice"] {
        if level == "notice" {
            annotate(
                &mut out,
                level,
                &[("title", "compliance analyze")],
                report.summary().trim_end(),
            );
            not_known(&mut out, level, report);
        }
        for problem in problems.iter().filter(|it| level_of(it.row.severity) == level) {
            annotation(&mut out, level, problem);
        }
    }
    out
}

/// All that is not known, how it gets known, and the rules that ask for it.
fn not_known(out: &mut String, level: &str, report: &ComplianceReport) {
    let rules = match report.with(Verdict::NotAssessed).count() {
        0 => return,
        1 => "1 rule is not assessed".to_owned(),
        many => format!("{} rules are not assessed", thousands(many as u64)),
    };
    let mut lines = Vec::new();
    for (fact, rows) in report.not_known() {
        let reason =
            report.reason_of(fact).map(|reason| format!(" ({reason})")).unwrap_or_default();
        let rules: Vec<&str> = rows.iter().map(|row| row.rule.as_str()).collect();
        lines.push(format!("{fact} not known{reason}: {}", rules.join(", ")));
        lines.extend(report.how_to_know(fact).map(|to_do| format!("Do: {to_do}")));
    }
    annotate(out, level, &[("title", &rules)], &lines.join("\n"));
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

pub(crate) fn level_of(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "notice",
    }
}
