use std::fmt::Write;

use gitops_health_git::counted;
use gitops_health_risk::{Factor, Outcome, SimilarCommit};

use super::{RiskReport, Setting, Skipped, View, short, shorten};
use crate::style::Style;

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
    section(out, "What the defect model says", &report.forecast(), style);
    section(out, "What would lower it", &report.splits(), style);
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
    let line = |points: &str, title: &str, reason: &str| {
        style.beside(&format!("{points:>11}  {title:<24} "), reason)
    };
    let factors = report.score.factors.iter();
    let lines: String =
        factors.map(|factor| line(&points(factor), factor.id.title(), factor.reason())).collect();
    lines + &line(&format!("{} of 100", report.score.value), "Risk", "")
}

/// `12 of 30`, or that nothing is known.
pub(super) fn points(factor: &Factor) -> String {
    if factor.known {
        format!("{} of {}", factor.points, factor.max_points)
    } else {
        "unknown".into()
    }
}

/// Every factor with all its signals.
fn explanation(out: &mut String, report: &RiskReport, style: Style) {
    for factor in &report.score.factors {
        let _ =
            writeln!(out, "{}", style.bold(&format!("{}: {}", factor.id.title(), points(factor))));
        if factor.signals.is_empty() {
            let _ = writeln!(out, "   {}", factor.reason());
        }
        for signal in &factor.signals {
            let (points, id) = match factor.known {
                true => (format!("{:+}", signal.points), signal.id.as_str()),
                false => (String::new(), ""),
            };
            out.push_str(&style.beside(&format!("{points:>5}  {id:<23} "), &signal.evidence));
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
    for row in &report.commits {
        let band = row.band.to_string();
        let left = format!("{:>5}  {band:<9} {:<11} ", row.score, short(&row.commit));
        out.push_str(&style.beside(&left, &shorten(&row.subject)));
        if view.explain {
            out.push_str(&style.beside(&" ".repeat(left.len()), &row.reason));
        }
    }
}

fn similar_commits(out: &mut String, similar: &[SimilarCommit], style: Style) {
    let _ =
        writeln!(out, "\n{}", style.bold("Earlier commits most like it, and what became of them"));
    if similar.is_empty() {
        let _ = writeln!(out, "  no commit came before");
    }
    for commit in similar {
        let left = format!(" {:<11} {:<11} ", commit.commit.short(), commit.committed.date());
        out.push_str(&style.beside(&left, &shorten(&commit.subject)));
        let became = format!("{}; {}", alike(commit), outcome(&commit.outcome));
        out.push_str(&style.beside(&" ".repeat(left.len()), &became));
    }
}

/// `91% alike, 2 shared files`.
pub(super) fn alike(commit: &SimilarCommit) -> String {
    let shared = match commit.shared_files {
        0 => String::new(),
        some => format!(", {}", counted(some, "shared file", "shared files")),
    };
    format!("{:.0}% alike{shared}", commit.similarity * 100.0)
}

/// What became of a commit, in words.
pub(super) fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Reverted { by } => format!("reverted by {by}"),
        Outcome::Fixed { by } => format!("mended by {by}, which names it"),
        Outcome::FollowedByFix { by, days: 0 } => {
            format!("a fix touched one of its files on the same day ({by})")
        }
        Outcome::FollowedByFix { by, days } => {
            let days = counted(*days as usize, "day", "days");
            format!("a fix touched one of its files {days} later ({by})")
        }
        Outcome::TooYoung => "too young to tell".into(),
        Outcome::Quiet => {
            "no commit says that it mends it or takes it back, and no fix touched its files soon after".into()
        }
    }
}

fn section(out: &mut String, title: &str, lines: &[String], style: Style) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", style.bold(title));
    for line in lines {
        out.push_str(&style.beside("  -  ", line));
    }
}
