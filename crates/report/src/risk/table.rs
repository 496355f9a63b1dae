use comfy_table::{Cell, CellAlignment};
use gitops_health_risk::Signal;

use super::text::{after_factors, heading};
use super::{RiskReport, View};
use crate::style::{Style, lines_of};

/// The factors and, when asked to explain, their signals, in a table with lines; all else as in
/// [`text`](super::text()).
pub fn table(report: &RiskReport, view: View, style: Style) -> String {
    let mut table = style.boxes();
    table.set_header(["Factor", "Points", "of", "Evidence"]);
    let number = |number: i64| Cell::new(number).set_alignment(CellAlignment::Right);
    for factor in &report.score.factors {
        let signals_follow = view.explain && factor.known && !factor.signals.is_empty();
        let evidence = if signals_follow { "" } else { factor.reason() };
        let (points, max_points) = match factor.known {
            true => (number(factor.points.into()), number(factor.max_points.into())),
            false => (Cell::new("unknown"), Cell::new("")),
        };
        table.add_row([Cell::new(factor.id.title()), points, max_points, Cell::new(evidence)]);
        for signal in factor.signals.iter().filter(|_| view.explain && factor.known) {
            table.add_row([
                Cell::new(format!("  {}", signal.id)),
                number(signal.points.into()),
                Cell::new(""),
                Cell::new(with_details(signal)),
            ]);
        }
    }
    table.add_row([
        Cell::new("Risk"),
        number(report.score.value.into()),
        number(100),
        Cell::new(format!("{}, {}", report.score.band, report.strategy())),
    ]);
    let mut out = format!("{}{}", heading(report, style), lines_of(&table));
    after_factors(&mut out, report, view, style);
    out
}

/// The evidence and below it each of its particulars.
fn with_details(signal: &Signal) -> String {
    let details = signal.details.iter().map(|detail| format!("\n- {detail}"));
    std::iter::once(signal.evidence.clone()).chain(details).collect()
}
