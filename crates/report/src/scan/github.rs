use gitops_health_sanitize::Severity;

use super::ScanReport;
use crate::workflow::annotate;

/// The report as workflow commands of GitHub Actions: an annotation for each finding, and one for what was
/// not looked at and should have been.
pub fn github(report: &ScanReport) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        let level = match finding.severity {
            Severity::Critical | Severity::High => "error",
            Severity::Medium => "warning",
            Severity::Low | Severity::Info => "notice",
        };
        let (line, column) = (finding.line.to_string(), finding.column.to_string());
        let title = format!("{} ({})", finding.rule, finding.severity);
        let properties =
            [("file", finding.path.as_str()), ("line", &line), ("col", &column), ("title", &title)];
        annotate(&mut out, level, &properties, &finding.what());
    }
    for note in &report.notes {
        annotate(&mut out, "notice", &[("title", "sanitize scan")], note);
    }
    for skip in report.skips(true) {
        let properties = [("file", skip.path.as_str()), ("title", "not looked at")];
        annotate(&mut out, "error", &properties, &skip.reason);
    }
    out
}
