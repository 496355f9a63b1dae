use std::fmt::Write;

use gitops_health_git::thousands;
use gitops_health_risk::evaluation::{Learned, Verdict};

use super::words::{KEY, about_commits, difference, name, tested_with, value};
use super::{EvaluationReport, MeasureRow};
use crate::columns::{Side, columns};
use crate::style::Style;

/// The report for people: the verdict, the figures of three rankers, how they differ, and what was tested.
pub fn text(report: &EvaluationReport, style: Style) -> String {
    let mut out = format!("{}\n\n", style.bold(&report.headline()));
    verdict(&mut out, report, style);
    if !report.measures.is_empty() {
        figures(&mut out, report, style);
    }
    let _ = writeln!(out, "\n{}", style.bold("What was tested"));
    out.push_str(&style.beside("  ", &about_commits(report.commits, report.mature_days)));
    out.push_str(&style.beside("  ", &report.about_test()));
    parts(&mut out, report, style);
    let _ = writeln!(out, "\n{}", style.bold("Next"));
    out.push_str(&style.beside("  ", report.next()));
    if !report.notes.is_empty() {
        let _ = writeln!(out, "\n{}", style.bold("Notes"));
        report.notes.iter().for_each(|note| out.push_str(&style.beside("  -  ", note)));
    }
    out
}

fn verdict(out: &mut String, report: &EvaluationReport, style: Style) {
    let sentences = report.verdict_in_words();
    for (place, sentence) in sentences.iter().enumerate() {
        let lines = style.beside("  ", sentence);
        // Colour is for the first, the others explain it.
        out.push_str(&match (place, report.verdict) {
            (0, Some(Verdict::Beats)) => painted(&lines, |line| style.good(line)),
            (0, Some(Verdict::Loses)) => painted(&lines, |line| style.bad(line)),
            _ => lines,
        });
    }
}

fn painted(lines: &str, paint: impl Fn(&str) -> String) -> String {
    lines.lines().map(|line| paint(line) + "\n").collect()
}

fn figures(out: &mut String, report: &EvaluationReport, style: Style) {
    let sides = [Side::Left; 4];
    let values: fn(&MeasureRow) -> Vec<String> = |row| {
        let measure = name(row.measure).to_owned();
        vec![measure, value(row.trained), value(row.default), value(row.lines_added)]
    };
    let differences: fn(&MeasureRow) -> Vec<String> = |row| {
        let measure = name(row.measure).to_owned();
        let (lines, default) = (row.trained_less_lines_added, row.trained_less_default);
        vec![measure, difference(lines), difference(default)]
    };
    for (title, heading, cells) in [
        ("Figures", &["", "trained", "default", "lines added"][..], values),
        ("Trained, less the others", &["", "less lines added", "less default"], differences),
    ] {
        let _ = writeln!(out, "\n{}", style.bold(title));
        let mut rows = vec![heading.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>()];
        rows.extend(report.measures.iter().map(cells));
        let lines = columns(&sides[..heading.len()], &rows);
        let _ = writeln!(out, "  {}", style.dim(&lines[0]));
        lines[1..].iter().for_each(|line| out.push_str(&format!("  {line}\n")));
    }
    out.push_str(&style.beside("  ", KEY));
}

fn parts(out: &mut String, report: &EvaluationReport, style: Style) {
    if report.parts.is_empty() {
        return;
    }
    let heading = ["from", "to", "tested", "defective", "learned from", "defective", "learned"];
    let mut rows = vec![heading.map(String::from).to_vec()];
    rows.extend(report.parts.iter().map(|part| {
        let [from, until] = part.days();
        let numbers = [part.tested, part.defective, part.known, part.known_defective];
        let numbers = numbers.map(|number| thousands(number as u64));
        [vec![from, until], numbers.to_vec(), vec![word(part.learned).to_owned()]].concat()
    }));
    let sides = [[Side::Left; 2].as_slice(), &[Side::Right; 4], &[Side::Left]].concat();
    let lines = columns(&sides, &rows);
    let _ = writeln!(out, "  {}", style.dim(&lines[0]));
    lines[1..].iter().for_each(|line| out.push_str(&format!("  {line}\n")));
    let mut learned: Vec<_> = report.parts.iter().map(|part| part.learned).collect();
    learned.sort_unstable();
    learned.dedup();
    for learned in learned {
        let words = format!("{}: {}", word(learned), tested_with(learned));
        out.push_str(&style.beside("  ", &words));
    }
}

fn word(learned: Learned) -> &'static str {
    match learned {
        Learned::Nothing => "nothing",
        Learned::BaseRate => "base rate",
        Learned::Weights => "weights",
        Learned::Trees => "trees",
    }
}
