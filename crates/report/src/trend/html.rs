use std::fmt::Write;

use super::{HEADINGS, TrendReport};
use crate::escape::escape_html as escape;
use crate::html;

/// The report as a page for people: a chart for each line of numbers, then the table.
pub fn html(report: &TrendReport) -> String {
    let mut body = html::heading(&report.headline(), &report.what_counts());
    body.push_str("<section class=\"charts\">\n");
    let ends = [report.periods.first(), report.periods.last()];
    let [first, last] = ends.map(|row| row.map_or("", |row| &row.period));
    for line in report.lines() {
        let numbers = report.periods.iter().zip(&line.numbers);
        let names: Vec<String> = numbers
            .map(|(row, number)| format!("{}: {}", row.period, (line.shown)(*number)))
            .collect();
        let words = format!("{}: {}", line.name, names.join(", "));
        let _ = write!(
            body,
            "<figure>\n<figcaption><b>{}</b> {}</figcaption>\n{}\n\
             <div class=\"ends\"><span>{}</span><span>{}</span></div>\n</figure>\n",
            line.name,
            escape(&line.words),
            html::bars(&line.numbers, 0.0, &names, &words),
            escape(first),
            escape(last)
        );
    }
    body.push_str("</section>\n");
    table(&mut body, report);
    body.push_str(&html::notes(&report.notes));
    html::page(&report.headline(), &body)
}

fn table(out: &mut String, report: &TrendReport) {
    let _ = write!(
        out,
        "<section class=\"wide\">\n<h2>By {0}</h2>\n<table>\n<thead><tr><th class=\"left\">{0}</th>",
        report.word()
    );
    HEADINGS.iter().for_each(|heading| {
        let _ = write!(out, "<th>{heading}</th>");
    });
    out.push_str("</tr></thead>\n<tbody>\n");
    report.periods.iter().for_each(|period| row(out, &period.cells()));
    out.push_str("</tbody>\n<tfoot>\n");
    row(out, &report.total.cells());
    out.push_str("</tfoot>\n</table>\n</section>\n");
}

fn row(out: &mut String, cells: &[String]) {
    out.push_str("<tr>");
    for (place, cell) in cells.iter().enumerate() {
        let class = if place == 0 { " class=\"left\"" } else { "" };
        let _ = write!(out, "<td{class}>{}</td>", escape(cell));
    }
    out.push_str("</tr>\n");
}
