use std::fmt::Write;

use gitops_health_git::{counted, thousands};

use super::{HistoryReport, HistoryRow, about, waivers};
use crate::columns::day_of;
use crate::escape::escape_prose as escape;
use crate::risk::short;

/// So many commits of a rule are listed; JSON and CSV have all.
const LISTED: usize = 10;

/// So many findings of a commit are.
const FOUND: usize = 3;

/// The report as GitHub-flavoured Markdown: what it comes to, a line for each rule, the newest commits on which rules
/// fail, and what is not known fact by fact, folded.
pub fn markdown(report: &HistoryReport) -> String {
    let mut out = String::from("## Rules for the commits of a branch\n\n");
    let _ =
        writeln!(out, "**{}**\n\n- {}", escape(&report.outcome_in_words()), escape(&about(report)));
    for line in report.remarks() {
        let _ = writeln!(out, "- {}", escape(&line));
    }
    rules(&mut out, report);
    failing(&mut out, report);
    waivers::markdown(&mut out, report);
    not_known(&mut out, report);
    let _ = writeln!(
        out,
        "\n<sub>evaluated at {} · trusted {} · rules {}</sub>",
        escape(&report.evaluated_at),
        escape(&report.trusted),
        escape(&report.policies_digest)
    );
    out
}

fn rules(out: &mut String, report: &HistoryReport) {
    out.push_str(
        "\n### Rules\n\n| rule | severity | pass | fail | waived | not told | not looked at | holds for | since |\n\
         | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n",
    );
    for row in report.rules.iter().filter(|row| row.counts.not_applicable < report.commits) {
        let number = |count: usize| thousands(count as u64);
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            escape(&row.rule),
            row.severity.name(),
            number(row.counts.pass),
            number(row.counts.fail),
            number(row.counts.waived),
            number(row.not_told()),
            number(row.not_looked_at),
            number(row.unbroken),
            escape(row.since_committed.as_deref().map_or("", day_of))
        );
    }
}

fn failing(out: &mut String, report: &HistoryReport) {
    let rows: Vec<&HistoryRow> =
        report.rules.iter().filter(|row| !row.failing.is_empty()).collect();
    if rows.is_empty() {
        return;
    }
    let _ = write!(
        out,
        "\n### Fails: {}\n\n| rule | commit | committed | what |\n| --- | --- | --- | --- |\n",
        counted(rows.len(), "rule", "rules")
    );
    for row in rows {
        for it in row.failing.iter().take(LISTED) {
            let words = it.words(FOUND);
            let words: Vec<String> = words.iter().map(|it| escape(it)).collect();
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} |",
                escape(&row.rule),
                short(&it.commit),
                escape(day_of(&it.committed)),
                words.join("<br>")
            );
        }
        if let more @ 1.. = row.failing.len().saturating_sub(LISTED) {
            let more = counted(more, "commit", "commits");
            let _ = writeln!(out, "| {} | {more} more | | |", escape(&row.rule));
        }
    }
}

/// The facts that are not known, with the rules that ask for them and on how many commits.
fn not_known(out: &mut String, report: &HistoryReport) {
    let facts = report.not_known();
    if facts.is_empty() {
        return;
    }
    let count = counted(facts.len(), "fact", "facts");
    let _ = write!(
        out,
        "\n### Not known\n\n<details>\n<summary>{count} not known of some commit</summary>\n\n\
         | not known | why | how it gets known | rules, and of how many commits |\n| --- | --- | --- | --- |\n"
    );
    for (fact, rules) in facts {
        let found = report.missing.iter().find(|row| row.fact == fact);
        let rules: Vec<String> = rules
            .into_iter()
            .map(|(rule, many)| format!("{} ({})", escape(rule), thousands(many as u64)))
            .collect();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            escape(fact),
            escape(found.map_or("", |row| &row.reason)),
            escape(found.map_or("", |row| &row.remedy)),
            rules.join(", ")
        );
    }
    out.push_str("\n</details>\n");
}
