use std::fmt::Write;

use super::{Check, CheckFinding, CheckReport};
use crate::escape::escape_xml as escape;

const CHECKS: [Check; 4] = [Check::Sanitize, Check::Compliance, Check::Risk, Check::Governance];

/// The report as JUnit's XML, by the schema of Jenkins' xUnit plugin (`junit-10.xsd`): a suite for each thing that was
/// asked.
///
/// A finding that decides is a failure, and so is an error what could not be evaluated and decides. What does not decide
/// passes or is skipped, and says all the same what it is: whoever reads this fails on the first failure.
pub fn junit(report: &CheckReport) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for check in CHECKS {
        suite(&mut out, report, check);
    }
    out + "</testsuites>\n"
}

fn suite(out: &mut String, report: &CheckReport, check: Check) {
    let findings: Vec<&CheckFinding> =
        report.findings.iter().filter(|it| it.check == check).collect();
    let unknown: Vec<_> = report.unknown.iter().filter(|it| it.check == check).collect();
    let part = report.parts.iter().find(|part| part.check == check);
    let is_skipped = part.is_some_and(|part| !part.is_asked);
    // A suite without any test counts as broken.
    let is_empty = findings.is_empty() && unknown.is_empty();
    let failures = findings.iter().filter(|it| it.decides).count();
    let errors = unknown.iter().filter(|it| it.decides).count();
    let _ = writeln!(
        out,
        "<testsuite name=\"gitops-health {}\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" \
         skipped=\"{}\">",
        check.name(),
        findings.len() + unknown.len() + usize::from(is_empty),
        unknown.len() - errors + usize::from(is_empty && is_skipped)
    );
    for finding in &findings {
        of_finding(out, finding);
    }
    for it in &unknown {
        let element = if it.decides { "error" } else { "skipped" };
        let message = [it.words(), it.remedy.clone()].join(" ");
        let inside = format!("<{element} message=\"{}\"/>", escape(message.trim()));
        case(out, check, "not-evaluated", &it.what, &inside);
    }
    if is_empty {
        let words = part.map_or("", |part| &part.words);
        let inside = match is_skipped {
            true => format!("<skipped message=\"{}\"/>", escape(words)),
            false => format!("<system-out>{}</system-out>", escape(words)),
        };
        case(out, check, "nothing-found", &report.target, &inside);
    }
    let words = [vec![report.verdict(), report.looked_at()], report.remarks()].concat();
    let _ = writeln!(out, "<system-out>{}</system-out>", escape(&words.join("\n")));
    out.push_str("</testsuite>\n");
}

fn of_finding(out: &mut String, finding: &CheckFinding) {
    let mut text = format!("{}\nseverity: {}\n", finding.placed(), finding.severity.name());
    for (name, value) in [("category", &finding.category), ("commit", &finding.commit)] {
        if let Some(value) = value {
            let _ = writeln!(text, "{name}: {value}");
        }
    }
    if !finding.clauses.is_empty() {
        let _ = writeln!(text, "clauses: {}", finding.clauses.join(", "));
    }
    if !finding.remedy.is_empty() {
        let _ = writeln!(text, "do: {}", finding.remedy);
    }
    let inside = match finding.decides {
        true => format!(
            "<failure type=\"{}\" message=\"{}\">{}</failure>",
            finding.severity.name(),
            escape(&finding.words()),
            escape(&text)
        ),
        false => format!("<system-out>{}</system-out>", escape(&text)),
    };
    // Jenkins and GitLab know a test case by its names.
    let name = format!("{} [{}]", finding.placed(), &finding.fingerprint[..8]);
    case(out, finding.check, &finding.rule, &name, &inside);
}

fn case(out: &mut String, check: Check, class: &str, name: &str, inside: &str) {
    let (class, name) = (escape(class), escape(name));
    let _ = writeln!(
        out,
        "<testcase classname=\"{}.{class}\" name=\"{name}\">{inside}</testcase>",
        check.name()
    );
}
