use std::fmt::Write;

use comfy_table::{Cell, CellAlignment, ColumnConstraint, Width};
use gitops_health_git::counted;
use gitops_health_risk::{Factor, Outcome, SimilarCommit};

use super::{RiskReport, Setting, Skipped, View, short, shorten, strongest};
use crate::style::{Style, lines_of};

/// The report for people: plain words, the points in front.
pub fn text(report: &RiskReport, view: View, style: Style) -> String {
    let mut out = heading(report, style);
    if view.explain {
        explanation(&mut out, report, style);
    } else {
        out.push_str(&summary(report, style));
    }
    after_factors(&mut out, report, view, style);
    out
}

/// What stands above the factors.
pub(super) fn heading(report: &RiskReport, style: Style) -> String {
    let headline = style.band(report.score.band, &report.headline());
    format!(
        "{headline}, deploy {}\n{}\n{}\n\n",
        style.bold(&report.strategy()),
        report.what(),
        style.dim(&report.size())
    )
}

/// What stands below the factors.
pub(super) fn after_factors(out: &mut String, report: &RiskReport, view: View, style: Style) {
    commits(out, report, view, style);
    if view.recommend {
        section(out, "How to deploy it", &report.recommendations, style);
    }
    if let Some(similar) = &report.similar_commits {
        similar_commits(out, similar, style);
    }
    for (title, matters) in [("Not looked at", true), ("Without lines to compare", false)] {
        let skipped = report.skipped.iter().filter(|skipped| skipped.matters == matters);
        let line = |skipped: &Skipped| format!("{}: {}", skipped.path, skipped.reason);
        section(out, title, &skipped.map(line).collect::<Vec<_>>(), style);
    }
    if view.explain {
        let settings = report.configuration.settings.iter();
        section(out, "Configured", &settings.map(Setting::in_words).collect::<Vec<_>>(), style);
    }
    section(out, "Notes", &report.notes, style);
}

/// One line for each factor with its strongest reason, and the sum.
fn summary(report: &RiskReport, style: Style) -> String {
    let mut table = style.columns();
    for factor in &report.score.factors {
        table.add_row([
            Cell::new(points(factor)).set_alignment(CellAlignment::Right),
            Cell::new(factor.id.title()),
            Cell::new(strongest(factor)),
        ]);
    }
    table.add_row([
        Cell::new(format!("{} of 100", report.score.value)).set_alignment(CellAlignment::Right),
        Cell::new("Risk"),
        Cell::new(""),
    ]);
    fix_width(&mut table, 0, 12);
    fix_width(&mut table, 1, 25);
    lines_of(&table)
}

/// `12 of 30`, or that nothing is known.
pub(super) fn points(factor: &Factor) -> String {
    if factor.known {
        format!("{} of {}", factor.points, factor.max_points)
    } else {
        "unknown".into()
    }
}

fn fix_width(table: &mut comfy_table::Table, column: usize, width: u16) {
    if let Some(column) = table.column_mut(column) {
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
    }
}

/// Every factor with all its signals.
fn explanation(out: &mut String, report: &RiskReport, style: Style) {
    for factor in &report.score.factors {
        let _ =
            writeln!(out, "{}", style.bold(&format!("{}: {}", factor.id.title(), points(factor))));
        if factor.signals.is_empty() {
            let _ = writeln!(out, "   {}", strongest(factor));
        }
        for signal in &factor.signals {
            let mut table = style.columns();
            let points = if factor.known { format!("+{}", signal.points) } else { String::new() };
            table.add_row([
                Cell::new(points).set_alignment(CellAlignment::Right),
                Cell::new(if factor.known { &signal.id } else { "" }),
                Cell::new(&signal.evidence),
            ]);
            fix_width(&mut table, 0, 6);
            fix_width(&mut table, 1, 24);
            out.push_str(&lines_of(&table));
            // Not wrapped: paths are long, and a broken one can't be copied.
            for detail in &signal.details {
                let _ = writeln!(out, "         {}", style.dim(&format!("- {detail}")));
            }
        }
    }
    let sum: Vec<String> =
        report.score.factors.iter().map(|factor| factor.points.to_string()).collect();
    let _ = writeln!(out, "{} = {}", sum.join(" + "), style.bold(&report.score.value.to_string()));
}

fn commits(out: &mut String, report: &RiskReport, view: View, style: Style) {
    if report.commits.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", style.bold("Commits, newest first"));
    let mut table = style.columns();
    for row in &report.commits {
        let subject = shorten(&row.subject);
        table.add_row([
            Cell::new(row.score).set_alignment(CellAlignment::Right),
            Cell::new(row.band),
            Cell::new(short(&row.commit)),
            Cell::new(if view.explain {
                format!("{subject}\n{}", row.reason)
            } else {
                subject.into()
            }),
        ]);
    }
    fix_width(&mut table, 0, 6);
    fix_width(&mut table, 1, 10);
    fix_width(&mut table, 2, 12);
    out.push_str(&lines_of(&table));
}

fn similar_commits(out: &mut String, similar: &[SimilarCommit], style: Style) {
    let _ =
        writeln!(out, "\n{}", style.bold("Earlier commits most like it, and what became of them"));
    if similar.is_empty() {
        let _ = writeln!(out, "  none touched these files");
    }
    let mut table = style.columns();
    for commit in similar {
        let date: String = commit.committed.date();
        let shared = counted(commit.shared_files, "shared file", "shared files");
        table.add_row([
            Cell::new(commit.commit.short()),
            Cell::new(date),
            Cell::new(format!(
                "{}\n{shared}; {}",
                shorten(&commit.subject),
                outcome(&commit.outcome)
            )),
        ]);
    }
    fix_width(&mut table, 0, 12);
    fix_width(&mut table, 1, 12);
    out.push_str(&lines_of(&table));
}

/// What became of a commit, in words.
pub(super) fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Reverted { by } => format!("reverted by {by}"),
        Outcome::Fixed { by } => format!("mended by {by}, which names it"),
        Outcome::FollowedByFix { by, days: 0 } => {
            format!("a fix touched the same file on the same day ({by})")
        }
        Outcome::FollowedByFix { by, days } => {
            format!("a fix touched the same file {days} days later ({by})")
        }
        Outcome::Quiet => "no fix or revert of it was found".into(),
    }
}

fn section(out: &mut String, title: &str, lines: &[String], style: Style) {
    let mut table = style.columns();
    for line in lines {
        table.add_row([Cell::new("-").set_alignment(CellAlignment::Right), Cell::new(line)]);
    }
    if table.is_empty() {
        return;
    }
    fix_width(&mut table, 0, 4);
    let _ = writeln!(out, "\n{}", style.bold(title));
    out.push_str(&lines_of(&table));
}
