use gitops_health_compliance::Verdict;

use super::words::{EXCEPTED, called};
use super::{ClauseRow, ComplianceReport, FrameworkRow, RuleRow};
use crate::columns::counted;
use crate::style::Style;

/// So many findings of a rule are listed; JSON has them all.
const LISTED: usize = 10;

/// What needs somebody: the rules that fail or could not be evaluated, with what to do; the clauses of each framework
/// on a line each; what is not known. Rules that pass are counted.
pub fn text(report: &ComplianceReport, style: Style) -> String {
    let mut text = String::new();
    for verdict in [Verdict::Fail, Verdict::Error, Verdict::Waived] {
        for row in report.with(verdict) {
            rule(&mut text, row, style);
        }
    }
    not_assessed(&mut text, report, style);
    for row in &report.frameworks {
        framework(&mut text, row, style);
    }
    text + &report.summary()
}

fn rule(text: &mut String, row: &RuleRow, style: Style) {
    let verdict = painted(style, row.verdict);
    *text += &style.beside(
        &format!("{verdict}  "),
        &format!("{} ({}): {}", style.bold(&row.rule), row.severity.name(), row.title),
    );
    for finding in row.findings.iter().take(LISTED) {
        *text += &style.beside("      - ", &finding.words());
    }
    if row.findings.len() > LISTED {
        let more = counted(row.findings.len() - LISTED, "more", "more");
        *text += &format!("      - and {more}\n");
    }
    if let Some(error) = &row.error {
        *text += &style.beside("      ", error);
    }
    if row.verdict == Verdict::Waived && row.waivers.is_empty() {
        *text += &style.beside("      ", EXCEPTED);
    }
    for waiver in &row.waivers {
        *text += &style.beside("      ", &waiver.words());
    }
    if let Some(to_do) = row.to_do().filter(|_| row.verdict == Verdict::Fail) {
        *text += &style.beside("      do: ", to_do);
    }
    if !row.clauses.is_empty() {
        *text += &style.beside("      of: ", &style.dim(&row.clauses.join(", ")));
    }
    text.push('\n');
}

/// The facts that are not known, each with the rules that ask for it.
fn not_assessed(text: &mut String, report: &ComplianceReport, style: Style) {
    let rows: Vec<&RuleRow> = report.with(Verdict::NotAssessed).collect();
    let mut facts: Vec<&str> =
        rows.iter().flat_map(|row| &row.missing).map(String::as_str).collect();
    facts.sort_unstable();
    facts.dedup();
    for fact in facts {
        let asking = rows.iter().filter(|row| row.missing.iter().any(|it| it == fact));
        let asking: Vec<&str> = asking.map(|row| row.rule.as_str()).collect();
        let reason =
            report.reason_of(fact).map(|reason| format!(" ({reason})")).unwrap_or_default();
        let left = format!("{}  ", painted(style, Verdict::NotAssessed));
        let words = format!("{} not known{reason}: {}", style.bold(fact), asking.join(", "));
        *text += &style.beside(&left, &words);
        if let Some(to_do) = report.how_to_know(fact) {
            *text += &style.beside("      do: ", to_do);
        }
    }
    if !rows.is_empty() {
        text.push('\n');
    }
}

fn framework(text: &mut String, row: &FrameworkRow, style: Style) {
    *text += &format!("{} ({})\n", style.bold(&row.title), row.edition);
    let widest = row.clauses.iter().map(|clause| clause.clause.len()).max().unwrap_or(0);
    for clause in row.clauses.iter().filter(|clause| clause.verdict.is_some()) {
        *text += &line(clause, widest, style);
    }
    let silent = row.clauses.iter().filter(|clause| clause.verdict.is_none()).count();
    if silent > 0 {
        let count = counted(silent, "clause", "clauses");
        *text += &style.beside("  ", &style.dim(&format!(
            "{count} more that git says nothing about: `gitops-health compliance list --framework {} --coverage`",
            row.framework
        )));
    }
    text.push('\n');
}

fn line(clause: &ClauseRow, widest: usize, style: Style) -> String {
    let verdict = clause.verdict.unwrap_or(Verdict::NotAssessed);
    let left = format!("  {}  {:<widest$}  ", painted(style, verdict), clause.clause);
    let decisive = clause.rules.iter().filter(|rule| rule.verdict == verdict);
    let rules: Vec<&str> = decisive.map(|rule| rule.rule.as_str()).collect();
    let by = match verdict {
        Verdict::Pass | Verdict::NotApplicable => String::new(),
        _ => format!(" ({})", rules.join(", ")),
    };
    style.beside(&left, &format!("{}{by}", clause.title))
}

/// The answer in its colour, as wide as the widest.
fn painted(style: Style, verdict: Verdict) -> String {
    let word = format!("{:<14}", called(verdict));
    match verdict {
        Verdict::Pass => style.added(&word),
        Verdict::Fail | Verdict::Error => style.removed(&word),
        _ => style.dim(&word),
    }
}
