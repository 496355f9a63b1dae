use std::fmt::Write;

use gitops_health_git::{counted, thousands};

use super::words::{in_words, why_a_fix};
use super::{CommitLabel, LabelsReport, LinkedCommit, Mends};
use crate::columns::{Side, columns, day_of, percent};
use crate::risk::{short, shorten};
use crate::style::Style;

/// The report for people: a commit and why it has its label, or a summary with two lines for each commit that
/// introduced a defect.
pub fn text(report: &LabelsReport, style: Style) -> String {
    let mut out = match &report.commit {
        Some(commit) => one(report, commit, style),
        None => all(report, style),
    };
    if !report.notes.is_empty() {
        let _ = writeln!(out, "\n{}", style.bold("Notes"));
        report.notes.iter().for_each(|note| out.push_str(&style.beside("  -  ", note)));
    }
    out
}

fn all(report: &LabelsReport, style: Style) -> String {
    let mut out = format!("{}\n", style.bold(&report.headline()));
    let _ = writeln!(out, "\n{}", style.bold("Commits"));
    let states = report.states();
    let numbers: Vec<String> = states.iter().map(|(count, _)| thousands(*count as u64)).collect();
    let width = numbers.iter().map(String::len).max().unwrap_or(0);
    for (number, (_, words)) in numbers.iter().zip(&states) {
        out.push_str(&style.beside(&format!("  {number:>width$}  "), words));
    }
    out.push_str(&style.beside("  ", &report.about_age()));
    fixes(&mut out, report, style);
    let rows = report.introduced.as_deref().unwrap_or_default();
    let _ = writeln!(out, "\n{}", style.bold(&report.list_title(rows.len())));
    match rows.is_empty() {
        true => out.push_str("  none: no fix leads to any\n"),
        false => list(&mut out, rows, style),
    }
    out
}

fn fixes(out: &mut String, report: &LabelsReport, style: Style) {
    let fixes = &report.fixes;
    let title = format!("Fixes, {}", thousands(fixes.fixes as u64));
    let _ = writeln!(out, "\n{}", style.bold(&title));
    if fixes.fixes == 0 {
        out.push_str("  none: no message says that it mends something\n");
    } else {
        let heading = ["fixes", "lead to no commit", "evidence", ""];
        let mut rows = vec![heading.map(String::from).to_vec()];
        rows.extend(fixes.by_evidence.iter().filter(|it| it.fixes > 0).map(|it| {
            vec![
                thousands(it.fixes as u64),
                thousands(it.unanswered as u64),
                it.evidence.word().to_owned(),
                in_words(it.evidence).to_owned(),
            ]
        }));
        let sides = [Side::Right, Side::Right, Side::Left, Side::Left];
        let lines = columns(&sides, &rows);
        let _ = writeln!(out, "  {}", style.dim(&lines[0]));
        lines[1..].iter().for_each(|line| out.push_str(&format!("  {line}\n")));
    }
    out.push_str(&style.beside("  ", report.about_convention()));
}

fn list(out: &mut String, rows: &[CommitLabel], style: Style) {
    let heading = ["share", "commit", "date", "subject"];
    let mut cells = vec![heading.map(String::from).to_vec()];
    cells.extend(rows.iter().map(|row| {
        vec![
            percent(row.share.unwrap_or_default()),
            short(&row.commit).to_owned(),
            day_of(&row.committed).to_owned(),
            shorten(&row.subject).into_owned(),
        ]
    }));
    let lines = columns(&[Side::Right, Side::Left, Side::Left, Side::Left], &cells);
    let _ = writeln!(out, "  {}", style.dim(&lines[0]));
    let _ = writeln!(
        out,
        "  {}",
        style
            .dim("       the fix that says most; share is how likely it leads to the right commit")
    );
    for (line, row) in lines[1..].iter().zip(rows) {
        let _ = writeln!(out, "  {line}");
        if let Some((fix, others)) = row.main_fix() {
            let more = match others {
                0 => String::new(),
                others => format!("; and {}", counted(others, "other", "others")),
            };
            let words = format!("fixed by {}{more}", shown_fix(fix));
            out.push_str(&style.beside("         ", &words));
        }
    }
}

fn shown_fix(fix: &LinkedCommit) -> String {
    LinkedCommit { subject: shorten(&fix.subject).into_owned(), ..fix.clone() }.as_fix()
}

fn one(report: &LabelsReport, commit: &CommitLabel, style: Style) -> String {
    let headline = format!("commit {} of {}", short(&commit.commit), day_of(&commit.committed));
    let mut out = format!("{}  {}\n", style.bold(&headline), shorten(&commit.subject));
    let _ = writeln!(out, "{}", style.dim(&report.headline()));
    out.push_str(&style.beside("", &commit.verdict()));
    if !commit.fixes.is_empty() {
        let title = match commit.fixes.len() {
            1 => "The fix that leads to it".into(),
            many => format!("The {} fixes that lead to it", thousands(many as u64)),
        };
        let _ = writeln!(out, "\n{}", style.bold(&title));
        for fix in &commit.fixes {
            linked(&mut out, fix, &fix.after(), style);
            out.push_str(
                &style.beside("      ", &format!("evidence: {}", fix.evidence_in_words())),
            );
            reasons(&mut out, fix, style);
        }
    }
    if let Some(mends) = &commit.mends {
        mended(&mut out, mends, style);
    }
    out
}

fn mended(out: &mut String, mends: &Mends, style: Style) {
    let _ = writeln!(out, "\n{}", style.bold("It mends something itself"));
    out.push_str(&style.beside("  ", &format!("evidence: {}", why_a_fix(mends.evidence))));
    if mends.commits.is_empty() {
        out.push_str(&style.beside("  ", "It leads to no commit: what brought that is not known."));
    }
    for commit in &mends.commits {
        linked(out, commit, &commit.before(), style);
        reasons(out, commit, style);
    }
}

fn linked(out: &mut String, other: &LinkedCommit, when: &str, style: Style) {
    let left = format!("  {}  {}  ", short(&other.commit), day_of(&other.committed));
    out.push_str(&style.below(&left, 6, &shorten(&other.subject)));
    let words = [Some(when.to_owned()), other.share_in_words()];
    let words: Vec<String> = words.into_iter().flatten().collect();
    out.push_str(&style.beside("      ", &words.join("; ")));
}

fn reasons(out: &mut String, other: &LinkedCommit, style: Style) {
    for reason in other.reasons_in_words() {
        out.push_str(&style.beside("      -  ", &reason));
    }
}
