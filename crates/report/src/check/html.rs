use std::fmt::Write;

use gitops_health_compliance::Severity;

use super::{CheckFinding, CheckReport};
use crate::escape::escape_html as escape;
use crate::html;

/// The report as a page for people.
pub fn html(report: &CheckReport) -> String {
    let title = report.verdict();
    let about = format!("{}; judged by {}", report.looked_at(), report.believed());
    let mut body = html::heading(&title, &about);
    // Above all that was found stands what is missing.
    if !report.unknown.is_empty() {
        let lines = report.unknown_with_remedies().into_iter().map(|(words, remedy)| {
            let to_do = match remedy {
                "" => String::new(),
                remedy => format!("<br>Do: {}", escape(remedy)),
            };
            format!("<li>{}{to_do}</li>\n", escape(&words))
        });
        section(&mut body, "Not evaluated", &lines.collect::<String>());
    }
    if !report.findings.is_empty() {
        table(&mut body, &report.findings);
    }
    if let Some(risk) = &report.risk {
        let title = format!("Risk {} of 100: {}, deploy {}", risk.score, risk.band, risk.strategy);
        let lines = risk.reasons.iter().map(|it| format!("<li>{}</li>\n", escape(it)));
        section(&mut body, &title, &lines.collect::<String>());
    }
    if !report.accepted.is_empty() {
        let lines = report.accepted.iter().map(|it| {
            format!(
                "<li>{}: {}, {}</li>\n",
                escape(&it.finding.rule),
                escape(&it.finding.placed()),
                escape(&it.why())
            )
        });
        section(&mut body, "What may stay", &lines.collect::<String>());
    }
    if !report.passed_over.is_empty() {
        let lines = report.passed_over.iter().map(|it| {
            format!(
                "<li><span class=\"path\">{}</span>: {}</li>\n",
                escape(&it.path),
                escape(&it.reason)
            )
        });
        section(&mut body, "Passed over", &lines.collect::<String>());
    }
    body += &html::notes(&report.remarks());
    html::page(&title, &body)
}

fn section(out: &mut String, title: &str, lines: &str) {
    let _ = write!(out, "<section>\n<h2>{}</h2>\n<ul>\n{lines}</ul>\n</section>\n", escape(title));
}

fn table(out: &mut String, findings: &[CheckFinding]) {
    out.push_str(
        "<section>\n<h2>Findings</h2>\n<div class=\"wide\">\n<table>\n<thead><tr><th class=\"left\">severity</th>\
         <th class=\"left\">where</th><th class=\"left\">what</th><th class=\"left\">rule</th>\
         <th class=\"left\">clauses</th><th class=\"left\">what to do</th></tr></thead>\n<tbody>\n",
    );
    for finding in findings {
        let _ = writeln!(
            out,
            "<tr class=\"finding\"><td class=\"left {}\">{}{}</td><td class=\"left path\">{}</td><td class=\"left\">{}</td>\
             <td class=\"left dim\">{}</td><td class=\"left dim\">{}</td><td class=\"left\">{}</td></tr>",
            weight(finding.severity),
            finding.severity.name(),
            if finding.decides { "" } else { ", does not decide" },
            escape(finding.place().as_deref().unwrap_or("the change")),
            escape(&finding.words()),
            escape(&finding.rule),
            escape(&finding.clauses.join(", ")),
            escape(&finding.remedy),
        );
    }
    out.push_str("</tbody>\n</table>\n</div>\n</section>\n");
}

/// How a severity is set apart from the others. Its name says the same.
fn weight(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "hot strong",
        Severity::High => "hot",
        Severity::Medium => "",
        Severity::Low => "dim",
    }
}
