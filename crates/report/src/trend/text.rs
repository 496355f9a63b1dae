use std::fmt::Write;

use super::{HEADINGS, TrendReport};
use crate::columns::{Side, columns, sparkline};
use crate::style::Style;

/// The report for people: a row for each period, then how it moves.
pub fn text(report: &TrendReport, style: Style) -> String {
    let headline = style.bold(&report.headline());
    let mut out = format!("{headline}\n{}\n\n", style.dim(&report.what_counts()));
    let heading = std::iter::once(report.word()).chain(HEADINGS).map(String::from).collect();
    let mut rows = vec![heading];
    rows.extend(report.rows().map(|row| row.cells()));
    if let Some(last) = rows.last_mut() {
        last[0] = "all".into();
    }
    let mut sides = vec![Side::Left];
    sides.resize(rows[0].len(), Side::Right);
    let lines = columns(&sides, &rows);
    for (place, line) in lines.iter().enumerate() {
        let is_around = place == 0 || place + 1 == lines.len();
        let _ = writeln!(out, "{}", if is_around { style.bold(line) } else { line.clone() });
    }
    out.push('\n');
    for line in report.lines() {
        let drawn = sparkline(&line.numbers, 0.0, style.ascii);
        out.push_str(&style.beside(&format!("{:<8} {drawn}  ", line.name), &line.words));
    }
    if !report.notes.is_empty() {
        let _ = writeln!(out, "\n{}", style.bold("Notes"));
        report.notes.iter().for_each(|note| out.push_str(&style.beside("  -  ", note)));
    }
    out
}
