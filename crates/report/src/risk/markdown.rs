use std::fmt::Write;

use super::text::{alike, outcome, points};
use super::{RiskReport, Skipped, View, short, shorten};
use crate::escape::escape_markdown as escape;

/// The report as GitHub-flavoured Markdown, for comments and job summaries.
pub fn markdown(report: &RiskReport, view: View) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "## {}\n", report.headline());
    let _ = writeln!(
        out,
        "{}  \n{}  \nDeploy: **{}**\n",
        escape(&report.what()),
        report.size(),
        escape(&report.strategy())
    );
    factors(&mut out, report);
    if view.explain {
        explanation(&mut out, report);
    }
    list(&mut out, "What the defect model says", report.forecast().iter().map(|line| escape(line)));
    list(&mut out, "What would lower it", report.splits().iter().map(|line| escape(line)));
    if !report.commits.is_empty() {
        let _ = writeln!(
            out,
            "\n### Commits, newest first\n\n| risk | band | commit | subject | most of it |\n| ---: | --- | --- | --- | --- |"
        );
        for row in &report.commits {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} |",
                row.score,
                row.band,
                short(&row.commit),
                escape(&shorten(&row.subject)),
                escape(&row.reason)
            );
        }
    }
    if view.recommend {
        list(&mut out, "How to deploy it", report.recommendations.iter().map(|line| escape(line)));
    }
    if let Some(similar) = &report.similar_commits {
        let lines = similar.iter().map(|commit| {
            let subject = escape(&shorten(&commit.subject));
            format!(
                "{} ({}) {subject}: {}; {}",
                commit.commit.short(),
                commit.committed.date(),
                alike(commit),
                outcome(&commit.outcome)
            )
        });
        list(&mut out, "Earlier commits most like it, and what became of them", lines);
    }
    for (title, matters) in [("Not looked at", true), ("Without lines to compare", false)] {
        let skipped = report.skipped.iter().filter(|skipped| skipped.matters == matters);
        let line =
            |skipped: &Skipped| format!("{}: {}", escape(&skipped.path), escape(&skipped.reason));
        list(&mut out, title, skipped.map(line));
    }
    if view.explain {
        let settings = report.configuration.settings.iter();
        list(&mut out, "Configured", settings.map(|setting| escape(&setting.in_words())));
    }
    list(&mut out, "Notes", report.notes.iter().map(|note| escape(note)));
    out
}

fn factors(out: &mut String, report: &RiskReport) {
    out.push_str("| factor | points | of | evidence |\n| --- | ---: | ---: | --- |\n");
    for factor in &report.score.factors {
        let evidence = escape(factor.reason());
        let _ = writeln!(
            out,
            "| {} | {} | {evidence} |",
            factor.id.title(),
            if factor.known {
                format!("{} | {}", factor.points, factor.max_points)
            } else {
                "unknown |".into()
            },
        );
    }
    let _ = writeln!(out, "| **Risk** | **{}** | **100** | |", report.score.value);
}

fn explanation(out: &mut String, report: &RiskReport) {
    for factor in &report.score.factors {
        let _ = writeln!(out, "\n### {}: {}\n", factor.id.title(), points(factor));
        if factor.signals.is_empty() {
            let _ = writeln!(out, "- {}", factor.reason());
        }
        for signal in &factor.signals {
            let points =
                if factor.known { format!("**{:+}** ", signal.points) } else { String::new() };
            let (id, evidence) = (escape(&signal.id), escape(&signal.evidence));
            let _ = writeln!(out, "- {points}{id}: {evidence}");
            for detail in &signal.details {
                let _ = writeln!(out, "  - {}", escape(detail));
            }
        }
    }
}

fn list(out: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.map(|line| format!("- {line}\n")).collect();
    if !lines.is_empty() {
        let _ = write!(out, "\n### {title}\n\n{}", lines.concat());
    }
}
