use std::fmt::Write;

use gitops_health_compliance::Verdict;

use super::html_framework::framework;
use super::words::{WORST_FIRST, called};
use super::{ComplianceReport, RuleFindingRow, RuleRow};
use crate::columns::counted;
use crate::escape::escape_html as escape;
use crate::html;

/// The report as a page for people: what needs somebody, what is waived, what is not known, a table for each
/// framework, all rules, and what the answers are about.
pub fn html(report: &ComplianceReport) -> String {
    let title = report.found();
    let mut about = format!("{}, at {}", report.judged(), report.evaluated_at);
    match report.advice() {
        Some(advice) => about += &format!("; {advice}"),
        None => about += &format!("; rules of severity {} or more decide", report.fail_on.name()),
    }
    let mut body = html::heading(&title, &about);
    let notes = report.notes.iter().cloned().chain(report.warned());
    body.push_str(&html::notes(&notes.collect::<Vec<_>>()));
    let pressing: Vec<&RuleRow> = report.pressing().collect();
    findings(&mut body, report, "Needs somebody", &pressing);
    let waived: Vec<&RuleRow> = report.with(Verdict::Waived).collect();
    findings(&mut body, report, "Waived", &waived);
    not_known(&mut body, report);
    for row in &report.frameworks {
        framework(&mut body, row);
    }
    rules(&mut body, report);
    let configured = report.configured();
    pairs(&mut body, "What was set", configured.iter().map(|(name, value)| (&**name, &**value)));
    let about = report.about();
    let about = about.iter().map(|(name, value)| (*name, &**value));
    pairs(&mut body, "What this is about", about.chain(report.identity()));
    html::page(&title, &body)
}

/// Rules, each with what it found below its name and what to do.
fn findings(out: &mut String, report: &ComplianceReport, title: &str, rows: &[&RuleRow]) {
    if rows.is_empty() {
        return;
    }
    let rules = counted(rows.len(), "rule", "rules");
    let _ = write!(out, "<section>\n<h2>{title}: {rules}</h2>\n<div class=\"wide\">\n<table>\n");
    rows.iter().for_each(|row| part(out, report, row));
    out.push_str("</table>\n</div>\n</section>\n");
}

/// What a rule found below its name, and what to do.
fn part(out: &mut String, report: &ComplianceReport, row: &RuleRow) {
    let hot = if row.needs_somebody() { " style=\"color:var(--hot)\"" } else { "" };
    let _ = writeln!(
        out,
        "<tbody>\n<tr class=\"name\"><th class=\"left path\" colspan=\"2\" scope=\"rowgroup\">\
         <span{hot}>{}</span> {} <span class=\"dim\">({})</span>: {}</th></tr>",
        called(row.verdict),
        escape(&row.rule),
        row.severity.name(),
        escape(&row.title)
    );
    row.findings.iter().for_each(|it| finding(out, it));
    if let Some(why) = report.why(row) {
        line(out, "why", &why);
    }
    if let Some(to_do) = row.to_do().filter(|_| row.needs_somebody()) {
        line(out, "to do", to_do);
    }
    if !row.clauses.is_empty() {
        line(out, "bears on", &row.clauses.join(", "));
    }
    out.push_str("</tbody>\n");
}

fn finding(out: &mut String, finding: &RuleFindingRow) {
    let place = finding.place().unwrap_or_default();
    let _ = writeln!(
        out,
        "<tr class=\"finding\"><td class=\"left path\">{}</td><td class=\"left\">{}</td></tr>",
        escape(&place),
        escape(&finding.message)
    );
}

fn line(out: &mut String, name: &str, words: &str) {
    let _ = writeln!(
        out,
        "<tr><td class=\"left dim\">{name}</td><td class=\"left dim\">{}</td></tr>",
        escape(words)
    );
}

/// The facts that are not known, why, and the rules that ask for them.
fn not_known(out: &mut String, report: &ComplianceReport) {
    if report.missing.is_empty() {
        return;
    }
    out.push_str(
        "<section>\n<h2>Not known</h2>\n<div class=\"wide\">\n<table>\n<thead><tr><th class=\"left\">fact</th>\
         <th class=\"left\">why</th><th class=\"left\">how it gets known</th>\
         <th class=\"left\">rules not assessed for it</th></tr></thead>\n<tbody>\n",
    );
    for row in &report.missing {
        let asking = report.with(Verdict::NotAssessed).filter(|it| it.lacks_fact(&row.fact));
        let asking: Vec<&str> = asking.map(|it| it.rule.as_str()).collect();
        let _ = writeln!(
            out,
            "<tr><td class=\"left\">{}</td><td class=\"left\">{}</td><td class=\"left\">{}</td>\
             <td class=\"left\">{}</td></tr>",
            escape(&row.fact),
            escape(&row.reason),
            escape(&row.remedy),
            escape(&asking.join(", "))
        );
    }
    out.push_str("</tbody>\n</table>\n</div>\n</section>\n");
}

/// Every rule on a line.
fn rules(out: &mut String, report: &ComplianceReport) {
    if report.rules.is_empty() {
        return;
    }
    out.push_str(
        "<section>\n<h2>All rules</h2>\n<div class=\"wide\">\n<table>\n<thead><tr><th class=\"left\">answer</th>\
         <th class=\"left\">rule</th><th class=\"left\">what it asks for</th><th class=\"left\">severity</th>\
         <th class=\"left\">facts</th><th class=\"left\">decides</th></tr></thead>\n<tbody>\n",
    );
    for row in WORST_FIRST.into_iter().flat_map(|verdict| report.with(verdict)) {
        let _ = writeln!(
            out,
            "<tr class=\"rule\"><td class=\"left {}\">{}</td><td class=\"left\">{}</td><td class=\"left\">{}</td>\
             <td class=\"left\">{}</td><td class=\"left\">{}</td><td class=\"left\">{}</td></tr>",
            weight(row.verdict),
            called(row.verdict),
            escape(&row.rule),
            escape(&row.title),
            row.severity.name(),
            escape(&row.grade),
            if row.decides { "yes" } else { "no" }
        );
    }
    out.push_str("</tbody>\n</table>\n</div>\n</section>\n");
}

/// Names and values.
fn pairs<'a>(out: &mut String, title: &str, pairs: impl Iterator<Item = (&'a str, &'a str)>) {
    let _ = writeln!(out, "<section>\n<h2>{title}</h2>\n<div class=\"wide\">\n<table>\n<tbody>");
    for (name, value) in pairs {
        let _ = writeln!(
            out,
            "<tr><td class=\"left dim\">{}</td><td class=\"left path\">{}</td></tr>",
            escape(&name.replace('_', " ")),
            escape(value)
        );
    }
    out.push_str("</tbody>\n</table>\n</div>\n</section>\n");
}

/// How an answer is set apart from the others. Its name says the same.
pub(super) fn weight(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fail | Verdict::Error => "hot strong",
        Verdict::NotAssessed => "hot",
        Verdict::Pass | Verdict::Waived => "",
        Verdict::NotApplicable => "dim",
    }
}
