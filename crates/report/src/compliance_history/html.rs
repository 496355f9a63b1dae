use std::fmt::Write;

use gitops_health_compliance::Verdict;
use gitops_health_git::{counted, thousands};

use super::{FailingCommit, HistoryReport, HistoryRow, about};
use crate::columns::day_of;
use crate::compliance::html::{facts, found, head, line, pairs, weight};
use crate::compliance::html_framework::framework;
use crate::compliance::words::{WORST_FIRST, called};
use crate::escape::escape_html as escape;
use crate::html;
use crate::risk::short;

/// So many commits of a rule are listed; JSON and CSV have all.
const LISTED: usize = 50;

/// The report as a page for people: a line for each rule, the newest commits on which each fails or is waived, what is not
/// known, a table for each framework, and what the answers are about.
pub fn html(report: &HistoryReport) -> String {
    let title = report.counts().in_words();
    let mut subtitle = format!("{}, at {}", about(report), report.evaluated_at);
    if !report.is_advisory {
        let _ = write!(subtitle, "; rules of severity {} or more decide", report.fail_on.name());
    }
    let mut body = html::heading(&title, &subtitle);
    let mut notes = vec![
        report.outcome_in_words(),
        "the answer of a rule or a clause is that which weighs most over all commits".to_owned(),
    ];
    notes.extend(report.remarks());
    body.push_str(&html::notes(&notes));
    rules(&mut body, report);
    commits(&mut body, report, Verdict::Fail, "Fails", |row| &row.failing);
    commits(&mut body, report, Verdict::Waived, "Waived", |row| &row.waived);
    not_evaluated(&mut body, report);
    not_known(&mut body, report);
    for row in &report.frameworks {
        framework(&mut body, row);
    }
    let configured = report.configured.pairs();
    pairs(&mut body, "What was set", configured.iter().map(|(name, value)| (&**name, &**value)));
    pairs(&mut body, "What this is about", report.identity().into_iter());
    html::page(&title, &body)
}

/// Every rule on a line, those that need somebody first: how often it gave which answer, and since when it holds.
fn rules(out: &mut String, report: &HistoryReport) {
    if report.rules.is_empty() {
        return;
    }
    out.push_str(
        "<section>\n<h2>All rules</h2>\n<div class=\"wide\">\n<table>\n<thead><tr><th class=\"left\">answer</th>\
         <th class=\"left\">rule</th><th class=\"left\">severity</th><th>pass</th><th>fail</th><th>waived</th>\
         <th>not applicable</th><th>not told</th><th>not looked at</th><th>holds for</th>\
         <th class=\"left\">since</th></tr></thead>\n<tbody>\n",
    );
    let of = |verdict| report.rules.iter().filter(move |row| row.verdict == verdict);
    for row in WORST_FIRST.into_iter().flat_map(of) {
        let since = row.since_committed.as_deref().map_or("", day_of);
        let _ = write!(
            out,
            "<tr class=\"rule\"><td class=\"left {}\">{}</td><td class=\"left\">{}</td><td class=\"left\">{}</td>",
            weight(row.verdict),
            called(row.verdict),
            escape(&row.rule),
            row.severity.name()
        );
        let counts = &row.counts;
        for count in [
            counts.pass,
            counts.fail,
            counts.waived,
            counts.not_applicable,
            row.not_told(),
            row.not_looked_at,
            row.unbroken,
        ] {
            let _ = write!(out, "<td>{}</td>", thousands(count as u64));
        }
        let _ = writeln!(out, "<td class=\"left\">{}</td></tr>", escape(since));
    }
    out.push_str("</tbody>\n</table>\n</div>\n</section>\n");
}

/// The newest commits of each rule that has some, each with what was found.
fn commits(
    out: &mut String,
    report: &HistoryReport,
    verdict: Verdict,
    title: &str,
    of: impl Fn(&HistoryRow) -> &[FailingCommit],
) {
    let rows: Vec<&HistoryRow> = report.rules.iter().filter(|row| !of(row).is_empty()).collect();
    if rows.is_empty() {
        return;
    }
    let rules = counted(rows.len(), "rule", "rules");
    let _ = write!(out, "<section>\n<h2>{title}: {rules}</h2>\n<div class=\"wide\">\n<table>\n");
    for row in rows {
        let is_hot = verdict == Verdict::Fail;
        head(out, verdict, is_hot, (&row.rule, row.severity, &row.title));
        for it in of(row).iter().take(LISTED) {
            let mut words = it.words(usize::MAX);
            words.extend(it.waivers.iter().map(|waiver| waiver.words()));
            found(out, &format!("{} {}", short(&it.commit), day_of(&it.committed)), &words);
        }
        if let more @ 1.. = of(row).len().saturating_sub(LISTED) {
            let more = counted(more, "commit more", "commits more");
            line(out, "left out", &format!("{more}: `--format json` and `csv` have all"));
        }
        if is_hot && !row.remedy.is_empty() {
            line(out, "to do", &row.remedy);
        }
        if !row.clauses.is_empty() {
            line(out, "bears on", &row.clauses.join(", "));
        }
        out.push_str("</tbody>\n");
    }
    out.push_str("</table>\n</div>\n</section>\n");
}

/// Rules that could not be evaluated on some commit, with the newest of these.
fn not_evaluated(out: &mut String, report: &HistoryReport) {
    let rows: Vec<&HistoryRow> = report.rules.iter().filter(|row| row.counts.error > 0).collect();
    if rows.is_empty() {
        return;
    }
    let rules = counted(rows.len(), "rule", "rules");
    let _ = write!(
        out,
        "<section>\n<h2>Could not be evaluated: {rules}</h2>\n<div class=\"wide\">\n<table>\n"
    );
    for row in rows {
        head(out, Verdict::Error, true, (&row.rule, row.severity, &row.title));
        let erring = row.not_known.iter().filter_map(|it| Some((it, it.error.as_ref()?)));
        for (it, error) in erring.take(LISTED) {
            let place = format!("{} {}", short(&it.commit), day_of(&it.committed));
            found(out, &place, std::slice::from_ref(error));
        }
        if let more @ 1.. = row.counts.error.saturating_sub(LISTED) {
            let more = counted(more, "commit more", "commits more");
            line(out, "left out", &format!("{more}: `--format json` and `csv` have all"));
        }
        out.push_str("</tbody>\n");
    }
    out.push_str("</table>\n</div>\n</section>\n");
}

/// The facts that are not known of some commit.
fn not_known(out: &mut String, report: &HistoryReport) {
    let asking = report.not_known();
    facts(out, &report.missing, "rules, and on how many commits", |fact| {
        let rules = asking.get(fact).into_iter().flatten();
        let rules = rules.map(|(rule, many)| format!("{rule} ({})", thousands(*many as u64)));
        rules.collect::<Vec<_>>().join(", ")
    });
}
