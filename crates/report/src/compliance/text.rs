use gitops_health_compliance::{Strength, Verdict};
use gitops_health_git::counted;
use textwrap::core::display_width;

use super::words::{EXCEPTED, answered, called, titled};
use super::{ClauseRow, ClauseVerdict, ComplianceReport, FrameworkRow, RuleFindingRow, RuleRow};
use crate::style::Style;

/// So many findings of a rule are listed; JSON has them all.
const LISTED: usize = 10;

/// A clause of a number that is wider has its words below it.
const WIDE: usize = 16;

/// What was found, of what and by whom; then what needs somebody: the rules that fail or could not be evaluated, with
/// what to do; what is not known, fact by fact; what is waived; the clauses of each framework. Rules that pass are
/// counted.
pub fn text(report: &ComplianceReport, style: Style) -> String {
    let mut text = style.beside("", &style.bold(&report.found()));
    for (name, words) in report.about() {
        text += &style.beside(&format!("{name:<11}"), &words);
    }
    for remark in report.remarks() {
        text += &style.beside("", &remark);
    }
    text.push('\n');
    for verdict in [Verdict::Fail, Verdict::Error] {
        report.with(verdict).for_each(|row| rule(&mut text, row, style));
    }
    not_assessed(&mut text, report, style);
    report.with(Verdict::Waived).for_each(|row| rule(&mut text, row, style));
    for row in &report.frameworks {
        framework(&mut text, row, style);
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

fn rule(text: &mut String, row: &RuleRow, style: Style) {
    let verdict = painted(style, row.verdict);
    // A line below may have several, and not all may be listed.
    let many = match row.findings.len() {
        0 | 1 => String::new(),
        many => format!(", {}", counted(many, "finding", "findings")),
    };
    *text += &style.beside(
        &format!("{verdict}  "),
        &format!("{} ({}{many}): {}", style.bold(&row.rule), row.severity.name(), row.title),
    );
    let lines = by_place(&row.findings);
    for words in lines.iter().take(LISTED) {
        *text += &style.beside("      - ", words);
    }
    if lines.len() > LISTED {
        let more = counted(lines.len() - LISTED, "more", "more");
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
    if let Some(clauses) = row.clauses_in_short() {
        *text += &style.beside("      of: ", &style.dim(&clauses));
    }
    text.push('\n');
}

/// What was found, file by file: all that one line of a file has is one line here.
fn by_place(findings: &[RuleFindingRow]) -> Vec<String> {
    let mut sorted: Vec<&RuleFindingRow> = findings.iter().collect();
    sorted.sort_by_key(|it| (&it.path, it.line, &it.subject, &it.message));
    let is_one = |one: &&RuleFindingRow, other: &&RuleFindingRow| {
        one.path.is_some() && (&one.path, one.line) == (&other.path, other.line)
    };
    let words = |group: &[&RuleFindingRow]| {
        let mut messages: Vec<&str> = group.iter().skip(1).map(|it| &*it.message).collect();
        messages.dedup();
        let first = group.first().map(|it| it.words()).unwrap_or_default();
        let others =
            messages.into_iter().filter(|it| Some(*it) != group.first().map(|it| &*it.message));
        others.fold(first, |words, message| format!("{words}, {message}"))
    };
    sorted.chunk_by(is_one).map(words).collect()
}

/// The facts that are not known, each with the rules that ask for it and how it gets known.
fn not_assessed(text: &mut String, report: &ComplianceReport, style: Style) {
    let left = format!("{}  ", painted(style, Verdict::NotAssessed));
    for (fact, asking) in report.not_known() {
        let reason =
            report.reason_of(fact).map(|reason| format!(" ({reason})")).unwrap_or_default();
        let asking: Vec<&str> = asking.iter().map(|row| row.rule.as_str()).collect();
        let words = format!("{} not known{reason}: {}", style.bold(fact), asking.join(", "));
        *text += &style.beside(&left, &words);
        if let Some(to_do) = report.how_to_know(fact) {
            *text += &style.beside("      do: ", to_do);
        }
    }
    if report.with(Verdict::NotAssessed).next().is_some() {
        text.push('\n');
    }
}

fn framework(text: &mut String, row: &FrameworkRow, style: Style) {
    *text += &style.beside("", &titled(&style.bold(&row.title), &row.edition));
    let widest = row.clauses.iter().map(|clause| display_width(&clause.clause)).max().unwrap_or(0);
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

/// A clause beside its number, or below it where numbers are wide.
fn line(clause: &ClauseRow, widest: usize, style: Style) -> String {
    let answer = clause.verdict.unwrap_or(ClauseVerdict::NotAssessed);
    let verdict = answer.decisive();
    let decisive = clause.rules.iter().filter(|rule| rule.verdict == verdict);
    let rules: Vec<&str> = decisive.map(|rule| rule.rule.as_str()).collect();
    let by = match verdict {
        Verdict::Pass | Verdict::NotApplicable => String::new(),
        // What only supports a clause speaks against it where it fails; the clause may be met otherwise.
        Verdict::Fail if is_indirect(clause) => format!(" (against it: {})", rules.join(", ")),
        _ => format!(" ({})", rules.join(", ")),
    };
    let (words, left) =
        (format!("{}{by}", clause.title), format!("  {}  ", painted_answer(style, answer)));
    if widest > WIDE {
        let below = " ".repeat(2 + ANSWER + 2);
        return style.beside(&left, &clause.clause) + &style.beside(&below, &words);
    }
    style.beside(&format!("{left}{:<widest$}  ", clause.clause), &words)
}

/// Whether no rule that fails bears on the clause directly.
fn is_indirect(clause: &ClauseRow) -> bool {
    let mut fails = clause.rules.iter().filter(|rule| rule.verdict == Verdict::Fail);
    fails.all(|rule| rule.strength != Strength::Direct)
}

/// So many columns has the widest answer.
const ANSWER: usize = 14;

/// The answer in its colour, as wide as the widest.
fn painted_answer(style: Style, answer: ClauseVerdict) -> String {
    match answer {
        ClauseVerdict::InPart => style.dim(&format!("{:<ANSWER$}", answered(Some(answer)))),
        other => painted(style, other.decisive()),
    }
}

fn painted(style: Style, verdict: Verdict) -> String {
    let word = format!("{:<ANSWER$}", called(verdict));
    match verdict {
        Verdict::Pass => style.added(&word),
        Verdict::Fail | Verdict::Error => style.removed(&word),
        _ => style.dim(&word),
    }
}
