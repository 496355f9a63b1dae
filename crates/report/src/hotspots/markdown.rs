use std::fmt::Write;

use gitops_health_git::thousands;

use super::HotspotsReport;
use crate::columns::percent;
use crate::escape::escape_markdown as escape;

/// The report as GitHub-flavoured Markdown, for comments and job summaries.
pub fn markdown(report: &HotspotsReport) -> String {
    let mut out = format!("## {}\n\n{}\n", escape(&report.headline()), report.what_counts());
    for (title, one, list) in report.lists() {
        if list.rows.is_empty() {
            let _ = write!(out, "\n### {}\n\n{}\n", list.title(title), report.why_empty());
            continue;
        }
        let people = if one == "directory" { "files; people" } else { "people" };
        let _ = write!(
            out,
            "\n### {}\n\n| score | {one} | changes | fixes | reverts | fixed | lines | {people} | last change | last 2 years |\n| ---: | --- | ---: | ---: | ---: | ---: | ---: | --- | --- | --- |\n",
            list.title(title)
        );
        for hotspot in &list.rows {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} {} |",
                hotspot.score,
                escape(&hotspot.path),
                thousands(hotspot.changes as u64),
                hotspot.fixes,
                hotspot.reverts,
                percent(hotspot.fix_share),
                hotspot.lines_in_words(),
                escape(&hotspot.files_and_people()),
                hotspot.last_day(),
                hotspot.drawn(false),
                hotspot.trend.word()
            );
        }
    }
    if !report.notes.is_empty() {
        out.push_str("\n### Notes\n\n");
        report.notes.iter().for_each(|note| {
            let _ = writeln!(out, "- {}", escape(note));
        });
    }
    out
}
