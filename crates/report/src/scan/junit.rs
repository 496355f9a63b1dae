use std::fmt::Write;

use super::{ScanFinding, ScanReport};
use crate::escape::escape_xml as escape;

/// The report as JUnit's XML, by the schema of Jenkins' xUnit plugin (`junit-10.xsd`).
///
/// Jenkins and GitLab read one failure of each test case and know a test case by its names, so each
/// finding is one, in a class for its rule. What was not looked at and should have been is an error.
pub fn junit(report: &ScanReport) -> String {
    let [failed, left] = [true, false].map(|is_failure| report.skips(is_failure).count());
    let found = report.findings.len();
    // A suite without any test counts as broken.
    let is_empty = found + failed + left == 0;
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    let _ = writeln!(
        out,
        "<testsuite name=\"gitops-health sanitize scan\" tests=\"{}\" failures=\"{found}\" \
         errors=\"{failed}\" skipped=\"{left}\">",
        found + failed + left + usize::from(is_empty)
    );
    for finding in &report.findings {
        failure(&mut out, finding);
    }
    for (is_failure, element) in [(true, "error"), (false, "skipped")] {
        for skip in report.skips(is_failure) {
            let inside = format!("<{element} message=\"{}\"/>", escape(&skip.reason));
            case(&mut out, "not-looked-at", &skip.path, &inside);
        }
    }
    if is_empty {
        case(&mut out, "nothing-found", &report.looked_at(), "");
    }
    let _ = writeln!(out, "<system-out>{}</system-out>", escape(&report.summary()));
    out + "</testsuite>\n</testsuites>\n"
}

fn failure(out: &mut String, finding: &ScanFinding) {
    let mut text = format!(
        "{}\nseverity: {}\nrule: {}\ncategory: {}\n",
        finding.place(),
        finding.severity,
        finding.rule,
        finding.category
    );
    if let Some(commit) = &finding.commit {
        let _ = writeln!(text, "commit: {commit}");
    }
    let inside = format!(
        "<failure type=\"{}\" message=\"{}\">{}</failure>",
        finding.severity,
        escape(&finding.what()),
        escape(&text)
    );
    case(out, &finding.rule, &format!("{} {}", finding.place(), finding.what()), &inside);
}

fn case(out: &mut String, class: &str, name: &str, inside: &str) {
    let (class, name) = (escape(class), escape(name));
    let _ = writeln!(
        out,
        "<testcase classname=\"sanitize.{class}\" name=\"{name}\">{inside}</testcase>"
    );
}
