//! The waivers of a history: what each accepted, and which of them need somebody.

use std::fmt::Write;

use gitops_health_git::{counted, thousands};

use super::{HistoryReport, HistoryWaiver};
use crate::columns::{Side, columns, day_of};
use crate::escape::escape_prose as escape;
use crate::style::Style;

impl HistoryWaiver {
    /// What somebody has to look at, in words.
    fn problems(&self) -> Vec<&'static str> {
        [
            (self.is_expired, "expired"),
            (self.is_unused, "unused"),
            (self.is_everywhere, "leaves nothing out"),
            (!self.is_owner_known, "owner is no person of the roster"),
            (self.is_owner_known && !self.is_owner_active, "owner does not act now"),
            (!self.is_rule_known, "no such rule"),
        ]
        .into_iter()
        .filter(|(is_so, _)| *is_so)
        .map(|(_, words)| words)
        .collect()
    }

    /// Why nobody can say whether it is used.
    fn unknown(&self) -> Option<String> {
        match () {
            () if self.is_expired || self.findings > 0 || !self.is_rule_known => None,
            () if !self.is_asked => Some("rule not asked".into()),
            () if self.not_known > 0 => {
                let commits = counted(self.not_known, "commit", "commits");
                Some(format!("not known of {commits}"))
            }
            () => None,
        }
    }

    fn said(&self) -> Vec<String> {
        self.problems().into_iter().map(str::to_owned).chain(self.unknown()).collect()
    }
}

/// `3 waivers, 2 of which need somebody`.
fn sum(waivers: &[HistoryWaiver]) -> String {
    let needing = waivers.iter().filter(|it| !it.problems().is_empty()).count();
    let all = counted(waivers.len(), "waiver", "waivers");
    match needing {
        0 => all,
        _ => format!("{all}, {} of which need somebody", thousands(needing as u64)),
    }
}

/// What it means to be unused.
const UNUSED: &str =
    "unused: the rule was answered on all of these commits, and the waiver accepted nothing";

/// A line for each; nothing where there is none.
pub(super) fn text(report: &HistoryReport, style: Style) -> String {
    if report.waivers.is_empty() {
        return String::new();
    }
    let heading = ["waiver", "rule", "owner", "until", "commits", "findings", ""];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    rows.extend(report.waivers.iter().map(|it| {
        vec![
            it.id.clone(),
            it.rule.clone(),
            it.owner.clone(),
            day_of(&it.expires).to_owned(),
            thousands(it.commits as u64),
            thousands(it.findings as u64),
            it.said().join("; "),
        ]
    }));
    let mut sides = [Side::Left; 7];
    sides[4] = Side::Right;
    sides[5] = Side::Right;
    let mut text = format!("\n{}\n", style.bold(&sum(&report.waivers)));
    columns(&sides, &rows).iter().for_each(|line| text += &format!("{line}\n"));
    if report.waivers.iter().any(|it| it.is_unused) {
        text += &style.beside("", UNUSED);
    }
    text
}

/// The same as a table; nothing where there is none.
pub(super) fn markdown(out: &mut String, report: &HistoryReport) {
    if report.waivers.is_empty() {
        return;
    }
    let _ = write!(
        out,
        "\n### Waivers\n\n{}\n\n| waiver | rule | owner | until | commits | findings | what | why |\n\
         | --- | --- | --- | --- | ---: | ---: | --- | --- |\n",
        sum(&report.waivers)
    );
    for it in &report.waivers {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            escape(&it.id),
            escape(&it.rule),
            escape(&it.owner),
            escape(day_of(&it.expires)),
            thousands(it.commits as u64),
            thousands(it.findings as u64),
            escape(&it.said().join("; ")),
            escape(&it.reason)
        );
    }
    if report.waivers.iter().any(|it| it.is_unused) {
        let _ = writeln!(out, "\n{UNUSED}");
    }
}
