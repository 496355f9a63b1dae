use std::fmt::Write;

use super::{ScanFinding, ScanReport};
use crate::escape::escape_tap as escape;
use crate::escape_json;

/// The report in the Test Anything Protocol, version 13, which readers of version 14 understand, too: each
/// finding fails and says more in a block of YAML.
pub fn tap(report: &ScanReport) -> String {
    let many = report.findings.len() + report.skipped.len();
    let mut out = format!("TAP version 13\n1..{}\n", many.max(1));
    let mut number = 0;
    let mut test = |out: &mut String, ok: &str, words: &str| {
        number += 1;
        let _ = writeln!(out, "{ok} {number} - {words}");
    };
    for finding in &report.findings {
        let words = format!("{} {}", escape(&finding.place()), escape(&finding.what()));
        test(&mut out, "not ok", &words);
        details(&mut out, finding);
    }
    for skip in report.skips(true) {
        test(&mut out, "not ok", &format!("not looked at: {}", escape(&skip.path)));
        block(&mut out, &[("message", &skip.reason)], &[]);
    }
    for skip in report.skips(false) {
        let words = format!("{} # SKIP {}", escape(&skip.path), escape(&skip.reason));
        test(&mut out, "ok", &words);
    }
    if many == 0 {
        test(&mut out, "ok", &escape(&format!("{}; {}", report.found(), report.looked_at())));
    }
    for line in report.summary().lines() {
        let _ = writeln!(out, "# {line}");
    }
    out
}

fn details(out: &mut String, finding: &ScanFinding) {
    let severity = finding.severity.to_string();
    let mut words = vec![
        ("message", finding.name.as_str()),
        ("severity", &severity),
        ("rule", &finding.rule),
        ("category", &finding.category),
        ("file", &finding.path),
    ];
    words.extend(finding.field.as_deref().map(|field| ("field", field)));
    words.extend(finding.commit.as_deref().map(|commit| ("commit", commit)));
    block(out, &words, &[("line", finding.line), ("column", finding.column)]);
}

/// A block of YAML. Strings are written as in JSON, which is YAML.
fn block(out: &mut String, words: &[(&str, &str)], numbers: &[(&str, usize)]) {
    out.push_str("  ---\n");
    for (name, word) in words {
        let _ = writeln!(out, "  {name}: {}", escape_json(&serde_json::json!(word).to_string()));
    }
    for (name, number) in numbers {
        let _ = writeln!(out, "  {name}: {number}");
    }
    out.push_str("  ...\n");
}
