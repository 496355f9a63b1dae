use super::{CheckFinding, CheckOutcome, CheckReport};
use crate::style::Style;

/// The report as plain text: what speaks against the change, each with its place in front so that editors and `grep`
/// find it; what could not be evaluated; what it comes to. One line where there is nothing to say.
pub fn text(report: &CheckReport, style: Style) -> String {
    let mut text = String::new();
    let mut advised: Vec<&str> = Vec::new();
    for finding in &report.findings {
        text += &told(finding, style);
        // The same advice is given once.
        if !finding.remedy.is_empty() && !advised.contains(&finding.remedy.as_str()) {
            text += &style.beside("          do: ", &finding.remedy);
            advised.push(&finding.remedy);
        }
    }
    let mut unknown = String::new();
    for it in report.unknown_first_deciding().filter(|it| it.decides) {
        unknown += &style.beside("not known ", &it.words());
        if !it.remedy.is_empty() && !advised.contains(&it.remedy.as_str()) {
            unknown += &style.beside("          do: ", &it.remedy);
            advised.push(&it.remedy);
        }
    }
    for part in [unknown, summary(report, style)] {
        if !text.is_empty() && !part.is_empty() {
            text.push('\n');
        }
        text += &part;
    }
    text
}

fn told(finding: &CheckFinding, style: Style) -> String {
    let word = format!("{:<8}", finding.severity.name());
    let word = style.check_severity(finding.severity, &word);
    let place = finding.place().unwrap_or_else(|| "the change".into());
    let first = format!("{word}  {}  {}\n", style.bold(&place), finding.rule);
    first + &style.below("          ", 10, &finding.words())
}

fn summary(report: &CheckReport, style: Style) -> String {
    let verdict = match report.outcome {
        CheckOutcome::Clean => style.good(&report.verdict()),
        _ => style.bad(&report.verdict()),
    };
    let mut text = format!("{verdict}\n");
    text += &style.below("  ", 2, &report.looked_at());
    text += &style.below("  ", 2, &format!("judged by {}", report.believed()));
    for remark in report.remarks() {
        text += &style.below("  ", 2, &remark);
    }
    text
}
