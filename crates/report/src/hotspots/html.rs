use std::fmt::Write;

use gitops_health_git::{counted, thousands};

use super::{FULL_QUARTER, Hotspot, HotspotList, HotspotsReport};
use crate::columns::percent;
use crate::escape::escape_html as escape;
use crate::html;

/// The report as a page for people: for each ranking a map of size and frequency, and the table.
pub fn html(report: &HotspotsReport) -> String {
    let mut body = html::heading(&report.headline(), &report.what_counts());
    for (title, one, list) in report.lists() {
        let _ = writeln!(body, "<section>\n<h2>{}</h2>", list.title(title));
        if list.rows.is_empty() {
            let _ = writeln!(body, "<p>{}</p>", report.why_empty());
        } else {
            body.push_str(&map(list));
            table(&mut body, list, one);
        }
        body.push_str("</section>\n");
    }
    body.push_str(&html::notes(&report.notes));
    html::page(&report.headline(), &body)
}

fn table(out: &mut String, list: &HotspotList, one: &str) {
    let files = if one == "directory" { "<th>files</th>" } else { "" };
    let _ = write!(
        out,
        "<div class=\"wide\">\n<table>\n<thead><tr><th></th><th>score</th>\
         <th class=\"left\">{one}</th>{files}<th>changes</th><th>fixes</th><th>reverts</th>\
         <th>fixed</th><th>lines</th><th class=\"left\">people</th><th>last 2 years</th>\
         <th>trend</th><th>last change</th></tr></thead>\n<tbody>\n"
    );
    for (place, hotspot) in list.rows.iter().enumerate() {
        let files = match hotspot.files {
            Some(files) => format!("<td>{}</td>", thousands(files as u64)),
            None => String::new(),
        };
        let quarters: Vec<f64> = hotspot.quarters.iter().map(|count| *count as f64).collect();
        let names: Vec<String> =
            hotspot.quarters.iter().map(|count| counted(*count, "change", "changes")).collect();
        let _ = writeln!(
            out,
            "<tr><td class=\"dim\">{}</td><td>{}</td><td class=\"left path\">{}</td>{files}\
             <td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"left\">{}</td>\
             <td>{}</td><td>{}</td><td>{}</td></tr>",
            place + 1,
            hotspot.score,
            escape(&hotspot.path),
            thousands(hotspot.changes as u64),
            thousands(hotspot.fixes as u64),
            thousands(hotspot.reverts as u64),
            percent(hotspot.fix_share),
            hotspot.lines_in_words(),
            escape(&hotspot.people()),
            html::bars(&quarters, FULL_QUARTER, &names, &names.join(", ")),
            hotspot.trend.word(),
            hotspot.last_day(),
        );
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
}

/// The size of the map, and the room around it for words.
const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 85.0;
const BELOW: f64 = 45.0;
const AROUND: f64 = 30.0;

/// Where each hotspot lies: changes to the right and lines up, both by their logarithm, redder with a
/// larger share of fixes. Numbers are the ranks.
fn map(list: &HotspotList) -> String {
    let (right, up) =
        (Axis::of(list.rows.iter().map(changes)), Axis::of(list.rows.iter().map(lines)));
    let x = |at: f64| LEFT + at * (WIDTH - LEFT - AROUND);
    let y = |at: f64| HEIGHT - BELOW - at * (HEIGHT - BELOW - AROUND);
    let mut out = format!(
        "<figure>\n<figcaption>changes to the right, lines up (logarithmic); the redder, the larger \
         the share of fixes and reverts; numbers are those of the table</figcaption>\n\
         <svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"map of the table below\" \
         font-size=\"13\" fill=\"currentColor\">\n"
    );
    for (number, at) in right.ticks() {
        let (x, y) = (x(at), HEIGHT - BELOW);
        let _ = writeln!(
            out,
            "<path d=\"M{x:.1} {AROUND}V{y:.1}\" stroke=\"currentColor\" opacity=\".15\"/>\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            y + 18.0,
            thousands(number)
        );
    }
    for (number, at) in up.ticks() {
        let y = y(at);
        let _ = writeln!(
            out,
            "<path d=\"M{LEFT} {y:.1}H{:.1}\" stroke=\"currentColor\" opacity=\".15\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            WIDTH - AROUND,
            LEFT - 8.0,
            y + 4.0,
            thousands(number)
        );
    }
    let _ = writeln!(
        out,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">changes</text>\
         <text x=\"{:.1}\" y=\"14\" text-anchor=\"end\">lines</text>",
        WIDTH - AROUND,
        HEIGHT - 8.0,
        LEFT - 8.0
    );
    let reddest = list.rows.iter().map(|hotspot| hotspot.fix_share).fold(0.0, f64::max);
    // The first of the ranking lies on top of the others.
    for (place, hotspot) in list.rows.iter().enumerate().rev() {
        let share = if reddest > 0.0 { hotspot.fix_share / reddest } else { 0.0 };
        let (x, y) = (x(right.at(changes(hotspot))), y(up.at(lines(hotspot))));
        let _ = writeln!(
            out,
            "<g><title>{}: {}, {}, {} fixes and reverts</title>\
             <circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"11\" stroke=\"var(--ground)\" \
             style=\"fill:color-mix(in srgb,var(--hot) {:.0}%,var(--mark))\"/>\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-size=\"11\" \
             style=\"fill:var(--ground)\">{}</text></g>",
            escape(&hotspot.path),
            counted(hotspot.changes, "change", "changes"),
            counted(hotspot.lines.unwrap_or(0) as usize, "line", "lines"),
            percent(hotspot.fix_share),
            100.0 * share,
            y + 4.0,
            place + 1
        );
    }
    out + "</svg>\n</figure>\n"
}

fn changes(hotspot: &Hotspot) -> f64 {
    hotspot.changes as f64
}

fn lines(hotspot: &Hotspot) -> f64 {
    hotspot.lines.unwrap_or(0) as f64
}

/// A logarithmic axis, from the round number below the lowest to the one above the highest.
struct Axis(Vec<u64>);

impl Axis {
    fn of(numbers: impl Iterator<Item = f64> + Clone) -> Self {
        let low = numbers.clone().fold(f64::INFINITY, f64::min).max(1.0);
        let high = numbers.fold(1.0, f64::max);
        let mut ticks: Vec<u64> = Vec::new();
        for round in (0..19).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u64.pow(power))) {
            if round as f64 <= low {
                ticks.clear();
            }
            ticks.push(round);
            if round as f64 >= high && ticks.len() > 1 {
                break;
            }
        }
        if ticks.len() == 1 {
            ticks.push(u64::MAX);
        }
        Self(ticks)
    }

    /// Where a number is, from 0 to 1.
    fn at(&self, number: f64) -> f64 {
        let log = |number: f64| number.max(1.0).log10();
        let [low, high] = [self.0.first(), self.0.last()].map(|end| log(*end.unwrap_or(&1) as f64));
        (log(number) - low) / (high - low)
    }

    fn ticks(&self) -> impl Iterator<Item = (u64, f64)> {
        self.0.iter().map(|number| (*number, self.at(*number as f64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_begin_and_end_with_round_numbers_around_all() {
        let axis = |numbers: &[f64]| Axis::of(numbers.iter().copied()).0;
        assert_eq!(axis(&[30.0, 700.0]), [20, 50, 100, 200, 500, 1000]);
        assert_eq!(axis(&[100.0, 100.0]), [100, 200]);
        assert_eq!(axis(&[0.0, 3.0]), [1, 2, 5]);
        assert_eq!(axis(&[1e19]).len(), 2);
    }
}
