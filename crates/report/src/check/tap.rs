use std::fmt::Write;

use serde_json::json;

use super::{CheckFinding, CheckOutcome, CheckReport};
use crate::escape::escape_tap as escape;
use crate::escape_json;

/// The report in the Test Anything Protocol, version 13, which readers of version 14 understand, too: a test for each
/// finding and each thing that could not be evaluated. What does not decide is still to do.
pub fn tap(report: &CheckReport) -> String {
    let many = report.findings.len() + report.unknown.len() + report.passed_over.len();
    let mut out = format!("TAP version 13\n1..{}\n", many.max(1));
    let mut number = 0;
    let mut test = |out: &mut String, ok: &str, words: &str| {
        number += 1;
        let _ = writeln!(out, "{ok} {number} - {words}");
    };
    for finding in &report.findings {
        let to_do = if finding.decides { "" } else { " # TODO it does not decide" };
        let words = format!("{}: {}{to_do}", escape(&finding.rule), escape(&finding.placed()));
        test(&mut out, "not ok", &words);
        details(&mut out, finding);
    }
    for it in &report.unknown {
        let words = format!("not evaluated: {}", escape(&it.words()));
        match it.decides {
            true => test(&mut out, "not ok", &words),
            false => test(&mut out, "ok", &format!("{words} # SKIP it does not decide")),
        }
        block(&mut out, &[("message", json!(it.words())), ("remedy", json!(it.remedy))]);
    }
    for it in &report.passed_over {
        test(&mut out, "ok", &format!("{} # SKIP {}", escape(&it.path), escape(&it.reason)));
    }
    if many == 0 {
        let ok = if report.outcome == CheckOutcome::NotEvaluated { "not ok" } else { "ok" };
        test(&mut out, ok, &escape(&format!("{}; {}", report.verdict(), report.looked_at())));
    }
    for line in [vec![report.verdict(), report.looked_at()], report.remarks()].concat() {
        // A line that ends with a return would end too early.
        let _ = writeln!(out, "# {}", line.replace(['\r', '\n'], " "));
    }
    out
}

fn details(out: &mut String, finding: &CheckFinding) {
    let members = [
        ("message", json!(finding.words())),
        ("check", json!(finding.check.name())),
        ("severity", json!(finding.severity.name())),
        ("file", json!(finding.file())),
        ("line", json!(finding.line)),
        ("column", json!(finding.column)),
        ("commit", json!(finding.commit)),
        ("clauses", json!(finding.clauses)),
        ("remedy", json!(finding.remedy)),
    ];
    block(out, &members);
}

/// A block of YAML. Values are written as in JSON, which is YAML.
fn block(out: &mut String, members: &[(&str, serde_json::Value)]) {
    out.push_str("  ---\n");
    for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
        let _ = writeln!(out, "  {name}: {}", escape_json(&value.to_string()));
    }
    out.push_str("  ...\n");
}
