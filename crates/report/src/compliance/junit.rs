use std::fmt::Write;

use gitops_health_compliance::Verdict;
use gitops_health_git::counted;

use super::{ComplianceOutcome, ComplianceReport, Counts, RuleRow};
use crate::escape::escape_xml as escape;

/// The report as JUnit's XML, by the schema of Jenkins' xUnit plugin (`junit-10.xsd`): a suite for each framework with
/// a test case for each of its rules, and one for the rules of none.
///
/// A rule that decides and is not assessed is an error: what is skipped turns nothing red. Rules that are not listed have a
/// suite with one test case, where one of them is no pass.
pub fn junit(report: &ComplianceReport) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for framework in &report.frameworks {
        suite(&mut out, report, &framework.framework, &report.rules_of(framework));
    }
    let is_of_none = |row: &&RuleRow| {
        !report.frameworks.iter().any(|framework| framework.clauses_of(&row.rule).next().is_some())
    };
    let others: Vec<&RuleRow> = report.rules.iter().filter(is_of_none).collect();
    if !others.is_empty() || report.frameworks.is_empty() {
        suite(&mut out, report, "rules", &others);
    }
    if let Some((verdict, words)) = report.hidden() {
        let inside = match verdict {
            Verdict::Fail => element("failure", "not-listed", &words, ""),
            _ => element("error", "not-listed", &words, ""),
        };
        written(&mut out, report, "not listed", &[("rules-not-listed", inside)]);
    }
    out + "</testsuites>\n"
}

fn suite(out: &mut String, report: &ComplianceReport, name: &str, rows: &[&RuleRow]) {
    let mut cases: Vec<(&str, String)> =
        rows.iter().map(|row| (row.rule.as_str(), inside(report, row))).collect();
    if cases.is_empty() {
        // A suite without any test counts as broken.
        let is_whole = report.left_out == Counts::default();
        let case = if is_whole { "nothing-evaluated" } else { "nothing-listed" };
        cases.push((case, nothing(report)));
    }
    written(out, report, name, &cases);
}

fn written(out: &mut String, report: &ComplianceReport, name: &str, cases: &[(&str, String)]) {
    let of = |element: &str| {
        let begin = format!("<{element} ");
        cases.iter().filter(|(_, inside)| inside.starts_with(&begin)).count()
    };
    let _ = writeln!(
        out,
        "<testsuite name=\"gitops-health compliance {}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" \
         skipped=\"{}\">",
        escape(name),
        cases.len(),
        of("failure"),
        of("error"),
        of("skipped")
    );
    properties(out, report);
    for (rule, inside) in cases {
        let (class, rule) = (escape(name), escape(rule));
        let _ =
            writeln!(out, "<testcase classname=\"{class}\" name=\"{rule}\">{inside}</testcase>");
    }
    let _ = writeln!(out, "<system-out>{}</system-out>\n</testsuite>", escape(&report.summary()));
}

/// What was judged, by what and when, and how many rules of the whole report gave which answer.
fn properties(out: &mut String, report: &ComplianceReport) {
    let identity = report.identity().into_iter();
    let identity = identity.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let count = |it: Verdict| (format!("rules.{}", it.name()), report.counts.of(it).to_string());
    out.push_str("<properties>\n");
    for (name, value) in identity.chain(Verdict::ALL.map(count)) {
        let _ = writeln!(out, "<property name=\"{name}\" value=\"{}\"/>", escape(&value));
    }
    out.push_str("</properties>\n");
}

/// What stands inside the test case of a rule.
fn inside(report: &ComplianceReport, row: &RuleRow) -> String {
    let why = report.why(row).unwrap_or_default();
    match row.verdict {
        Verdict::Pass => String::new(),
        Verdict::Fail => element("failure", row.severity.name(), &headline(row), &in_full(row)),
        Verdict::Error => element("error", "error", &why, &in_full(row)),
        Verdict::NotAssessed if row.decides => {
            element("error", "not-assessed", &why, &in_full(row))
        }
        Verdict::NotAssessed => element("skipped", "not-assessed", &why, ""),
        Verdict::NotApplicable => element("skipped", "not-applicable", &why, ""),
        Verdict::Waived => element("skipped", "waived", &why, &in_full(row)),
    }
}

/// That there was no rule.
fn nothing(report: &ComplianceReport) -> String {
    let words = report.nothing();
    match report.outcome {
        // Where others are not listed, they are told in a suite of their own.
        ComplianceOutcome::NotEvaluated if report.left_out == Counts::default() => {
            element("error", "not-assessed", &words, "")
        }
        _ => element("skipped", "not-applicable", &words, ""),
    }
}

/// The only finding, or how many there are and what the rule asks for.
fn headline(row: &RuleRow) -> String {
    match row.findings.as_slice() {
        [] => row.title.clone(),
        [only] => only.words(),
        more => format!("{}: {}", counted(more.len(), "finding", "findings"), row.title),
    }
}

/// What the rule asks for, all that was found, and what to do.
fn in_full(row: &RuleRow) -> String {
    let mut text = format!("{}\n", row.title);
    for finding in &row.findings {
        let _ = writeln!(text, "- {}", finding.words());
    }
    let _ = writeln!(text, "severity: {}", row.severity.name());
    if let Some(to_do) = row.to_do() {
        let _ = writeln!(text, "do: {to_do}");
    }
    if !row.clauses.is_empty() {
        let _ = writeln!(text, "of: {}", row.clauses.join(", "));
    }
    text
}

fn element(name: &str, kind: &str, message: &str, text: &str) -> String {
    let (message, text) = (escape(message), escape(text));
    format!("<{name} type=\"{kind}\" message=\"{message}\">{text}</{name}>")
}
