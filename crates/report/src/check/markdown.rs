use std::fmt::Write;

use gitops_health_git::counted;

use super::{CheckFinding, CheckReport};
use crate::escape::{escape_markdown, escape_prose as escape};

/// Lists that are longer are folded.
const LONG: usize = 25;

/// The report as GitHub-flavoured Markdown, for comments and job summaries. All that is listed is in it.
pub fn markdown(report: &CheckReport) -> String {
    let mut out = format!("## gitops-health: {}\n\n", escape(&report.verdict()));
    let _ = writeln!(
        out,
        "{}  \njudged by {}",
        escape(&report.looked_at()),
        escape(&report.believed())
    );
    if !report.findings.is_empty() {
        let words = counted(report.findings.len(), "finding", "findings");
        folded(&mut out, report.findings.len() > LONG, &words, &table(&report.findings));
        advice(&mut out, report);
    }
    if !report.unknown.is_empty() {
        out.push_str("\n### Not evaluated\n");
        let line = |(words, remedy): (String, &str)| match remedy {
            "" => format!("- {}\n", escape(&words)),
            remedy => format!("- {}  \n  *Do:* {}\n", escape(&words), escape(remedy)),
        };
        let list: String = report.unknown_with_remedies().into_iter().map(line).collect();
        let words = counted(report.unknown.len(), "thing", "things");
        folded(&mut out, report.unknown.len() > LONG, &words, &list);
    }
    if let Some(risk) = &report.risk {
        let _ = writeln!(
            out,
            "\n### Risk {} of 100: {}, deploy {}\n",
            risk.score, risk.band, risk.strategy
        );
        for reason in &risk.reasons {
            let _ = writeln!(out, "- {}", escape(reason));
        }
    }
    let remarks: String = report.remarks().iter().map(|it| format!("- {}\n", escape(it))).collect();
    if !remarks.is_empty() {
        let _ = write!(out, "\n### Remarks\n\n{remarks}");
    }
    out
}

fn table(findings: &[CheckFinding]) -> String {
    let mut table = String::from("| severity | where | what | rule |\n| --- | --- | --- | --- |\n");
    for finding in findings {
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} |",
            if finding.decides {
                format!("**{}**", finding.severity.name())
            } else {
                finding.severity.name().to_owned()
            },
            escape_markdown(finding.place().as_deref().unwrap_or("the change")),
            escape(&finding.words()),
            escape_markdown(&finding.rule)
        );
    }
    table
}

/// What to do, each once.
fn advice(out: &mut String, report: &CheckReport) {
    let mut given: Vec<&str> = Vec::new();
    for finding in report.findings.iter().filter(|it| it.decides && !it.remedy.is_empty()) {
        if !given.contains(&finding.remedy.as_str()) {
            given.push(&finding.remedy);
        }
    }
    if !given.is_empty() {
        let list: String = given.iter().map(|it| format!("- {}\n", escape(it))).collect();
        let _ = write!(out, "\n### What to do\n\n{list}");
    }
}

/// A list, behind some words if it is long.
fn folded(out: &mut String, is_long: bool, words: &str, list: &str) {
    let _ = match is_long {
        true => write!(out, "\n<details>\n<summary>{words}</summary>\n\n{list}\n</details>\n"),
        false => write!(out, "\n{list}"),
    };
}
