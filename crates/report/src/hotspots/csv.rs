use super::{Hotspot, HotspotsReport};
use crate::escape::csv_line;

/// The rankings as CSV (RFC 4180), files first, with a row of headings. A path or a name that a
/// spreadsheet would take for a formula has an apostrophe in front.
pub fn csv(report: &HotspotsReport) -> String {
    let headings = [
        "what",
        "path",
        "score",
        "files",
        "changes",
        "authors",
        "main_author",
        "main_author_changes",
        "main_author_share",
        "fixes",
        "reverts",
        "fix_share",
        "lines",
        "last_change",
        "quarters",
        "trend",
    ];
    let mut out = csv_line(&headings.map(String::from));
    for (_, one, list) in report.lists() {
        list.rows.iter().for_each(|hotspot| out.push_str(&csv_line(&row(one, hotspot))));
    }
    out
}

fn row(what: &str, hotspot: &Hotspot) -> Vec<String> {
    let main = hotspot.main_author.as_ref();
    let or_nothing = |text: Option<String>| text.unwrap_or_default();
    let quarters: Vec<String> = hotspot.quarters.iter().map(ToString::to_string).collect();
    vec![
        what.to_owned(),
        hotspot.path.clone(),
        hotspot.score.to_string(),
        or_nothing(hotspot.files.map(|files| files.to_string())),
        hotspot.changes.to_string(),
        hotspot.authors.to_string(),
        or_nothing(main.map(|main| main.name.clone())),
        or_nothing(main.map(|main| main.changes.to_string())),
        or_nothing(main.map(|main| main.share.to_string())),
        hotspot.fixes.to_string(),
        hotspot.reverts.to_string(),
        hotspot.fix_share.to_string(),
        or_nothing(hotspot.lines.map(|lines| lines.to_string())),
        or_nothing(hotspot.last_change.clone()),
        quarters.join(" "),
        hotspot.trend.word().to_owned(),
    ]
}
