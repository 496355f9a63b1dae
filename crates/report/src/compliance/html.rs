use std::fmt::Write;

use gitops_health_compliance::{Severity, Verdict};
use gitops_health_git::counted;

use super::html_framework::framework;
use super::words::{WORST_FIRST, called};
use super::{ComplianceReport, MissingRow, RuleFindingRow, RuleRow};
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
    let configured = report.configured.pairs();
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
    head(out, row.verdict, row.needs_somebody(), (&row.rule, row.severity, &row.title));
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

/// The beginning of a part: the answer, and the rule with how much it matters and what it asks for.
pub(crate) fn head(
    out: &mut String,
    verdict: Verdict,
    is_hot: bool,
    (rule, severity, title): (&str, Severity, &str),
) {
    let hot = if is_hot { " style=\"color:var(--hot)\"" } else { "" };
    let _ = writeln!(
        out,
        "<tbody>\n<tr class=\"name\"><th class=\"left path\" colspan=\"2\" scope=\"rowgroup\">\
         <span{hot}>{}</span> {} <span class=\"dim\">({})</span>: {}</th></tr>",
        called(verdict),
        escape(rule),
        severity.name(),
        escape(title)
    );
}

fn finding(out: &mut String, it: &RuleFindingRow) {
    found(out, &it.place().unwrap_or_default(), std::slice::from_ref(&it.message));
}

/// What was found at a place, each on its line.
pub(crate) fn found(out: &mut String, place: &str, messages: &[String]) {
    let messages: Vec<String> = messages.iter().map(|it| escape(it)).collect();
    let _ = writeln!(
        out,
        "<tr class=\"finding\"><td class=\"left path\">{}</td><td class=\"left\">{}</td></tr>",
        escape(place),
        messages.join("<br>")
    );
}

pub(crate) fn line(out: &mut String, name: &str, words: &str) {
    let _ = writeln!(
        out,
        "<tr><td class=\"left dim\">{name}</td><td class=\"left dim\">{}</td></tr>",
        escape(words)
    );
}

fn not_known(out: &mut String, report: &ComplianceReport) {
    let asking = |fact: &str| {
        let rows = report.with(Verdict::NotAssessed).filter(|it| it.lacks_fact(fact));
        rows.map(|it| it.rule.as_str()).collect::<Vec<_>>().join(", ")
    };
    facts(out, &report.missing, "rules not assessed for it", asking);
}

/// The facts that are not known, why, and the rules that ask for them.
pub(crate) fn facts(
    out: &mut String,
    missing: &[MissingRow],
    rules: &str,
    asking: impl Fn(&str) -> String,
) {
    if missing.is_empty() {
        return;
    }
    out.push_str(
        "<section>\n<h2>Not known</h2>\n<div class=\"wide\">\n<table>\n<thead><tr><th class=\"left\">fact</th>\
         <th class=\"left\">why</th><th class=\"left\">how it gets known</th>\
         <th class=\"left\">",
    );
    let _ = writeln!(out, "{rules}</th></tr></thead>\n<tbody>");
    for row in missing {
        let _ = writeln!(
            out,
            "<tr><td class=\"left\">{}</td><td class=\"left\">{}</td><td class=\"left\">{}</td>\
             <td class=\"left\">{}</td></tr>",
            escape(&row.fact),
            escape(&row.reason),
            escape(&row.remedy),
            escape(&asking(&row.fact))
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
            match (row.decides, report.is_advisory) {
                (false, _) => "no",
                (true, false) => "yes",
                (true, true) => "would",
            }
        );
    }
    out.push_str("</tbody>\n</table>\n</div>\n</section>\n");
}

/// Names and values.
pub(crate) fn pairs<'a>(
    out: &mut String,
    title: &str,
    pairs: impl Iterator<Item = (&'a str, &'a str)>,
) {
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
pub(crate) fn weight(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fail | Verdict::Error => "hot strong",
        Verdict::NotAssessed => "hot",
        Verdict::Pass | Verdict::Waived => "",
        Verdict::NotApplicable => "dim",
    }
}
