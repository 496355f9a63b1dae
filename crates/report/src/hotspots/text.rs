use std::fmt::Write;

use gitops_health_git::{counted, thousands};

use super::{Hotspot, HotspotList, HotspotsReport};
use crate::columns::{Side, columns, percent};
use crate::style::Style;

/// The report for people: two lines for each hotspot.
pub fn text(report: &HotspotsReport, style: Style) -> String {
    let headline = style.bold(&report.headline());
    let mut out = format!("{headline}\n{}\n", style.dim(&report.what_counts()));
    for (title, one, list) in report.lists() {
        let _ = writeln!(out, "\n{}", style.bold(&list.title(title)));
        match list.rows.is_empty() {
            true => out.push_str(&format!("  {}\n", report.why_empty())),
            false => ranking(&mut out, list, one, style),
        }
    }
    if !report.notes.is_empty() {
        let _ = writeln!(out, "\n{}", style.bold("Notes"));
        report.notes.iter().for_each(|note| out.push_str(&style.beside("  -  ", note)));
    }
    out
}

fn ranking(out: &mut String, list: &HotspotList, one: &str, style: Style) {
    let heading = ["score", "changes", "fixed", "lines", "last 2 years", one];
    let mut rows = vec![heading.map(String::from).to_vec()];
    rows.extend(list.rows.iter().map(|hotspot| row(hotspot, style)));
    let sides = [Side::Right, Side::Right, Side::Right, Side::Right, Side::Left, Side::Left];
    let lines = columns(&sides, &rows);
    let _ = writeln!(out, "{}", style.dim(&lines[0]));
    let files = if one == "directory" { "files; " } else { "" };
    let below = format!("       {files}people, who made most changes; fixes, reverts; last change");
    let _ = writeln!(out, "{}", style.dim(&below));
    for (line, hotspot) in lines[1..].iter().zip(&list.rows) {
        let _ = writeln!(out, "{line}");
        out.push_str(&style.beside("       ", &particulars(hotspot)));
    }
}

fn row(hotspot: &Hotspot, style: Style) -> Vec<String> {
    vec![
        hotspot.score.to_string(),
        thousands(hotspot.changes as u64),
        percent(hotspot.fix_share),
        hotspot.lines_in_words(),
        format!("{} {}", hotspot.drawn(style.ascii), hotspot.trend.word()),
        hotspot.path.clone(),
    ]
}

/// `12 people, Ada 40%; 10 fixes, 1 revert; 2026-03-01`.
fn particulars(hotspot: &Hotspot) -> String {
    format!(
        "{}; {}, {}; {}",
        hotspot.files_and_people(),
        counted(hotspot.fixes, "fix", "fixes"),
        counted(hotspot.reverts, "revert", "reverts"),
        hotspot.last_day()
    )
}
