use std::fmt::Write;

use super::html::weight;
use super::words::{answered, called, strength};
use super::{ClauseRow, FrameworkRow};
use crate::escape::escape_html as escape;

/// A framework with all its clauses: what the rules say about each, and what git can not show.
pub(crate) fn framework(out: &mut String, row: &FrameworkRow) {
    let _ = write!(
        out,
        "<section>\n<h2>{}</h2>\n<p>{}</p>\n<p class=\"dim\">{}</p>\n",
        escape(&row.heading()),
        escape(&row.found()),
        escape(&about(row))
    );
    out.push_str(
        "<div class=\"wide\">\n<table>\n<thead><tr><th class=\"left\">answer</th><th class=\"left\">clause</th>\
         <th class=\"left\">what it asks for, and what git can not show of it</th>\
         <th class=\"left\">rules</th></tr></thead>\n<tbody>\n",
    );
    for it in &row.clauses {
        clause(out, it);
    }
    out.push_str("</tbody>\n</table>\n</div>\n</section>\n");
}

/// Where the text is, and what the mapping does not say.
fn about(row: &FrameworkRow) -> String {
    let parts = [row.source.as_str(), row.note.as_str()];
    parts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("; ")
}

fn clause(out: &mut String, row: &ClauseRow) {
    let mut words = escape(&row.title);
    if !row.weight.is_empty() {
        let _ = write!(words, " <span class=\"dim\">({})</span>", escape(&row.weight));
    }
    if !row.not_shown.is_empty() {
        let _ =
            write!(words, "<br><span class=\"dim\">Not shown: {}</span>", escape(&row.not_shown));
    }
    let rules = row.worst_first().map(|rule| {
        let strength = strength(rule.strength);
        format!(
            "{} <span class=\"dim\">({strength})</span>: {}",
            escape(&rule.rule),
            called(rule.verdict)
        )
    });
    let _ = writeln!(
        out,
        "<tr class=\"clause\"><td class=\"left {}\">{}</td><td class=\"left\">{}</td><td class=\"left\">{words}</td>\
         <td class=\"left\">{}</td></tr>",
        row.verdict.map_or("dim", |it| weight(it.decisive())),
        answered(row.verdict),
        escape(&row.clause),
        rules.collect::<Vec<_>>().join("<br>")
    );
}
