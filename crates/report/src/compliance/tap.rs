use std::fmt::Write;

use gitops_health_compliance::Verdict;
use serde_json::{Value, json};

use super::{ComplianceOutcome, ComplianceReport, RuleRow};
use crate::escape::escape_tap as escape;
use crate::escape_json;

/// The report in the Test Anything Protocol, version 13, which readers of version 14 understand, too: a test for each
/// rule. What is waived is still to do, and a rule that decides and is not assessed is no rule skipped. Rules that are not
/// listed are one more test where one of them is no pass.
pub fn tap(report: &ComplianceReport) -> String {
    let hidden = report.hidden();
    let tests = report.rules.len() + usize::from(hidden.is_some());
    let mut out = format!("TAP version 13\n1..{}\n", tests.max(1));
    for (place, row) in report.rules.iter().enumerate() {
        test(&mut out, report, row, place + 1);
    }
    match hidden {
        Some((_, words)) => {
            let _ = writeln!(out, "not ok {tests} - {}", escape(&words));
        }
        None if report.rules.is_empty() => {
            let ok = match report.outcome {
                ComplianceOutcome::NotEvaluated => "not ok",
                _ => "ok",
            };
            let _ = writeln!(out, "{ok} 1 - {}", escape(&report.nothing()));
        }
        None => {}
    }
    for line in report.summary().lines() {
        // A line that ends with a return would end too early.
        let _ = writeln!(out, "# {}", line.replace('\r', " "));
    }
    out
}

fn test(out: &mut String, report: &ComplianceReport, row: &RuleRow, number: usize) {
    let why = escape(&report.why(row).unwrap_or_default());
    let (ok, directive) = match row.verdict {
        Verdict::Pass => ("ok", String::new()),
        Verdict::Waived => ("not ok", format!(" # TODO {why}")),
        Verdict::NotApplicable => ("ok", format!(" # SKIP {why}")),
        Verdict::NotAssessed if !row.decides => ("ok", format!(" # SKIP {why}")),
        Verdict::Fail | Verdict::Error | Verdict::NotAssessed => ("not ok", String::new()),
    };
    let words = format!("{}: {}", escape(&row.rule), escape(&row.title));
    let _ = writeln!(out, "{ok} {number} - {words}{directive}");
    if row.needs_somebody() || row.verdict == Verdict::Waived {
        details(out, report, row);
    }
}

/// A block of YAML. Values are written as in JSON, which is YAML.
fn details(out: &mut String, report: &ComplianceReport, row: &RuleRow) {
    let message = report.why(row).unwrap_or_else(|| row.title.clone());
    let members = [
        ("message", json!(message)),
        ("severity", json!(row.severity.name())),
        ("answer", json!(row.verdict.name())),
        ("remedy", json!(row.remedy)),
        ("clauses", json!(row.clauses)),
    ];
    out.push_str("  ---\n");
    for (name, value) in members {
        let _ = writeln!(out, "  {name}: {}", in_yaml(&value));
    }
    if !row.findings.is_empty() {
        out.push_str("  findings:\n");
    }
    for finding in &row.findings {
        // Perl's TAP::Parser takes a text with a colon in a list for a member, so these are members.
        let _ = writeln!(out, "    - message: {}", in_yaml(&json!(finding.message)));
        let _ = writeln!(out, "      place: {}", in_yaml(&json!(finding.place())));
    }
    out.push_str("  ...\n");
}

fn in_yaml(value: &Value) -> String {
    escape_json(&value.to_string())
}
