use std::fmt::Write;

use gitops_health_compliance::Verdict;
use gitops_health_git::{counted, thousands};

use super::words::{answered, called};
use super::{ClauseRow, ComplianceReport, FrameworkRow, RuleRow};
use crate::escape::escape_prose as escape;

/// Lists that are longer are folded.
const LONG: usize = 25;

/// So many findings of a rule are listed; other formats have them all.
const LISTED: usize = 10;

/// GitHub takes comments of 65,536 characters.
const MOST: usize = 65_536;

/// The report as GitHub-flavoured Markdown, for comments and job summaries: what it comes to, what fails, what is not
/// known fact by fact, what is waived, and a table for each framework. What fails is never folded.
/// What would be longer than GitHub takes names of each rule the first clause only; the tables of clauses have all.
pub fn markdown(report: &ComplianceReport) -> String {
    let full = written(report, &|row| Some(row.clauses.join(", ")).filter(|it| !it.is_empty()));
    if full.len() < MOST { full } else { written(report, &RuleRow::clauses_in_short) }
}

/// How the clauses of a rule are told.
type Clauses<'a> = &'a dyn Fn(&RuleRow) -> Option<String>;

fn written(report: &ComplianceReport, clauses: Clauses<'_>) -> String {
    let mut out = format!("## Rules for changes\n\n**{}**\n\n", escape(&report.found()));
    for (name, words) in report.about() {
        let _ = writeln!(out, "- {name}: {}", escape(&words));
    }
    for remark in report.remarks() {
        let _ = writeln!(out, "- {}", escape(&remark));
    }
    for (title, verdicts) in
        [("Fails", &[Verdict::Fail, Verdict::Error][..]), ("Waived", &[Verdict::Waived])]
    {
        let rows: Vec<&RuleRow> = verdicts.iter().flat_map(|it| report.with(*it)).collect();
        if !rows.is_empty() {
            let rules = counted(rows.len(), "rule", "rules");
            let _ =
                write!(out, "\n### {title}: {rules}\n\n{}", self::rules(report, &rows, clauses));
        }
        if title == "Fails" {
            not_known(&mut out, report);
        }
    }
    for row in &report.frameworks {
        framework(&mut out, row);
    }
    out.push_str("\n### What was set\n\n");
    for (name, value) in report.configured.pairs() {
        let _ = writeln!(out, "- {}: {}", escape(&name), escape(&value));
    }
    let identity = report.identity().into_iter();
    let identity: Vec<String> =
        identity.map(|(name, value)| format!("{} {}", escape(name), escape(value))).collect();
    let _ = writeln!(out, "\n<sub>{}</sub>", identity.join(" · "));
    out
}

/// What is not known, with how it gets known and the rules that ask for it, behind one line.
fn not_known(out: &mut String, report: &ComplianceReport) {
    let facts = report.not_known();
    if facts.is_empty() {
        return;
    }
    let mut table = String::from(
        "| not known | why | how it gets known | rules not assessed |\n| --- | --- | --- | --- |\n",
    );
    for (fact, rows) in &facts {
        let rules: Vec<String> = rows.iter().map(|row| escape(&row.name())).collect();
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} |",
            escape(fact),
            escape(report.reason_of(fact).unwrap_or_default()),
            escape(report.how_to_know(fact).unwrap_or_default()),
            rules.join(", ")
        );
    }
    let rules = counted(report.with(Verdict::NotAssessed).count(), "rule", "rules");
    let facts = counted(facts.len(), "fact", "facts");
    let _ = writeln!(out, "\n### Not assessed: {rules}");
    fold(out, &format!("{facts} not known"), &table);
}

fn rules(report: &ComplianceReport, rows: &[&RuleRow], clauses: Clauses<'_>) -> String {
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
            why(report, row, clauses),
            escape(&row.remedy)
        );
    }
    table
}

/// What the rule asks for, what it found and why it gives its answer, on lines of one cell.
fn why(report: &ComplianceReport, row: &RuleRow, clauses: Clauses<'_>) -> String {
    let mut lines = vec![escape(&row.title)];
    let findings = row.findings.iter().take(LISTED);
    lines.extend(findings.map(|finding| format!("• {}", escape(&finding.words()))));
    if row.findings.len() > LISTED {
        let more = (row.findings.len() - LISTED) as u64;
        lines.push(format!("• and {} more", thousands(more)));
    }
    lines.extend(report.why(row).map(|why| escape(&why)));
    lines.extend(clauses(row).map(|it| format!("bears on {}", escape(&it))));
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
    match many > LONG {
        true => fold(out, words, table),
        false => {
            let _ = write!(out, "\n{table}");
        }
    }
}

/// A table behind some words.
fn fold(out: &mut String, words: &str, table: &str) {
    let _ = write!(out, "\n<details>\n<summary>{words}</summary>\n\n{table}\n</details>\n");
}
