use std::fmt::Write;

use gitops_health_risk::Band;

use super::text::{alike, outcome, points};
use super::{RiskReport, Setting, Skipped, View};
use crate::workflow::annotate;

/// The report as workflow commands of GitHub Actions.
///
/// GitHub shows ten annotations of each level for one step, so each is about one thing and holds
/// all of it: the score with its factors, the commits, what to do, what could not be looked at.
pub fn github(report: &RiskReport, view: View) -> String {
    let level = if report.score.band >= Band::High { "warning" } else { "notice" };
    let mut message = format!("{} ({})", report.what(), report.size());
    let _ = write!(message, "\nDeploy: {}", report.strategy());
    for factor in &report.score.factors {
        let signals_follow = view.explain && factor.known && !factor.signals.is_empty();
        let reason = match signals_follow {
            true => String::new(),
            false => format!(": {}", factor.reason()),
        };
        let _ = write!(message, "\n{} {}{reason}", factor.id.title(), points(factor));
        for signal in factor.signals.iter().filter(|_| signals_follow) {
            let _ = write!(message, "\n  {:+} {}: {}", signal.points, signal.id, signal.evidence);
            for detail in &signal.details {
                let _ = write!(message, "\n    {detail}");
            }
        }
    }
    let mut out = String::new();
    command(&mut out, level, &report.headline(), &message);
    about(&mut out, "notice", "What the defect model says", report.forecast().into_iter());
    about(&mut out, "notice", "What would lower it", report.splits().into_iter());
    let commits = report.commits.iter().map(|row| {
        let commit = super::short(&row.commit);
        format!("{} {} {commit} {}: {}", row.score, row.band, row.subject, row.reason)
    });
    about(&mut out, "notice", "Commits, newest first", commits);
    if view.recommend {
        about(&mut out, "notice", "How to deploy it", report.recommendations.iter().cloned());
    }
    if let Some(similar) = &report.similar_commits {
        let similar = similar.iter().map(|commit| {
            let (id, date) = (commit.commit.short(), commit.committed.date());
            let shared = alike(commit);
            let outcome = outcome(&commit.outcome);
            format!("{id} ({date}) {}: {shared}; {outcome}", commit.subject)
        });
        about(&mut out, "notice", "Earlier commits most like it", similar);
    }
    for (level, title, matters) in
        [("warning", "Not looked at", true), ("notice", "Without lines to compare", false)]
    {
        let skipped = report.skipped.iter().filter(|skipped| skipped.matters == matters);
        let line = |skipped: &Skipped| format!("{}: {}", skipped.path, skipped.reason);
        about(&mut out, level, title, skipped.map(line));
    }
    if view.explain {
        let settings = report.configuration.settings.iter();
        about(&mut out, "notice", "Configured", settings.map(Setting::in_words));
    }
    about(&mut out, "notice", "Notes", report.notes.iter().cloned());
    out
}

/// One annotation with a line for each item; none where there are none.
fn about(out: &mut String, level: &str, title: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    if !lines.is_empty() {
        command(out, level, title, &lines.join("\n"));
    }
}

fn command(out: &mut String, level: &str, title: &str, message: &str) {
    annotate(out, level, &[("title", title)], message);
}
