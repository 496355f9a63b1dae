use std::fmt::Write;

use gitops_health_git::thousands;

use super::words::{in_words, why_a_fix};
use super::{CommitLabel, LabelsReport, LinkedCommit};
use crate::columns::{day_of, percent};
use crate::escape::{escape_markdown as escape, escape_prose};
use crate::risk::{short, shorten};

/// The report as GitHub-flavoured Markdown, for comments and job summaries.
pub fn markdown(report: &LabelsReport) -> String {
    let mut out = match &report.commit {
        Some(commit) => one(report, commit),
        None => all(report),
    };
    if !report.notes.is_empty() {
        out.push_str("\n### Notes\n\n");
        report.notes.iter().for_each(|note| {
            let _ = writeln!(out, "- {}", escape_prose(note));
        });
    }
    out
}

fn all(report: &LabelsReport) -> String {
    let mut out = format!("## {}\n\n", escape_prose(&report.headline()));
    out.push_str("| commits | label |\n| ---: | --- |\n");
    for (count, words) in report.states() {
        let _ = writeln!(out, "| {} | {words} |", thousands(count as u64));
    }
    let _ = write!(out, "\n{}\n", report.about_age());
    let fixes = &report.fixes;
    let _ = write!(out, "\n### Fixes, {}\n\n", thousands(fixes.fixes as u64));
    if fixes.fixes > 0 {
        out.push_str("| fixes | lead to no commit | evidence |\n| ---: | ---: | --- |\n");
        for it in fixes.by_evidence.iter().filter(|it| it.fixes > 0) {
            let (all, unanswered) = (thousands(it.fixes as u64), thousands(it.unanswered as u64));
            let (word, words) = (it.evidence.word(), in_words(it.evidence));
            let _ = writeln!(out, "| {all} | {unanswered} | {word}: {words} |");
        }
        out.push('\n');
    }
    let _ = writeln!(out, "{}", report.about_convention());
    let rows = report.introduced.as_deref().unwrap_or_default();
    let _ = write!(out, "\n### {}\n\n", report.list_title(rows.len()));
    if rows.is_empty() {
        out.push_str("none: no fix leads to any\n");
        return out;
    }
    out.push_str(
        "| share | commit | date | subject | fixed by |\n| ---: | --- | --- | --- | --- |\n",
    );
    for row in rows {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            percent(row.share.unwrap_or_default()),
            short(&row.commit),
            day_of(&row.committed),
            escape(&shorten(&row.subject)),
            row.main_fix().map(fixed_by).unwrap_or_default()
        );
    }
    out
}

fn fixed_by((fix, others): (&LinkedCommit, usize)) -> String {
    let more = if others == 0 { String::new() } else { format!("; and {others} more") };
    let (id, after, evidence) = (short(&fix.commit), fix.after(), fix.evidence.word());
    format!("{id} {after} ({evidence}): {}{more}", escape(&shorten(&fix.subject)))
}

fn one(report: &LabelsReport, commit: &CommitLabel) -> String {
    let mut out = format!(
        "## commit {} of {}: {}\n\n{}\n\n{}\n",
        short(&commit.commit),
        day_of(&commit.committed),
        escape(&shorten(&commit.subject)),
        escape_prose(&report.headline()),
        commit.verdict()
    );
    if !commit.fixes.is_empty() {
        out.push_str("\n### Fixes that lead to it\n\n");
        for fix in &commit.fixes {
            linked(&mut out, fix, &fix.after());
            let _ = writeln!(out, "  - evidence: {}", fix.evidence_in_words());
            reasons(&mut out, fix);
        }
    }
    if let Some(mends) = &commit.mends {
        out.push_str("\n### It mends something itself\n\n");
        let _ = writeln!(out, "Evidence: {}.", why_a_fix(mends.evidence));
        if mends.commits.is_empty() {
            out.push_str("It leads to no commit: what brought that is not known.\n");
        } else {
            out.push('\n');
        }
        for other in &mends.commits {
            linked(&mut out, other, &other.before());
            reasons(&mut out, other);
        }
    }
    out
}

fn linked(out: &mut String, other: &LinkedCommit, when: &str) {
    let (id, day) = (short(&other.commit), day_of(&other.committed));
    let share = other.share_in_words().map(|share| format!(", {share}")).unwrap_or_default();
    let subject = escape(&shorten(&other.subject));
    let _ = writeln!(out, "- {id} of {day}, {when}{share}: {subject}");
}

fn reasons(out: &mut String, other: &LinkedCommit) {
    for reason in other.reasons_in_words() {
        let _ = writeln!(out, "  - {}", escape_prose(&reason));
    }
}
