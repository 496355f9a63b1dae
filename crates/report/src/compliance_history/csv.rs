use super::{FailingCommit, HistoryReport, HistoryRow, UnknownCommit};
use crate::compliance::RuleFindingRow;
use crate::escape::csv_line;

/// What stands between several of the same cell.
const BETWEEN: &str = "; ";

/// The report as CSV (RFC 4180): a row for each commit and rule that does not hold there or is not known, rule by rule and
/// newest first. What passes or is not applicable has none.
pub fn csv(report: &HistoryReport) -> String {
    let heading = [
        "commit",
        "committed",
        "rule",
        "severity",
        "decides",
        "answer",
        "why",
        "missing",
        "findings",
        "left_out",
        "clauses",
    ];
    let mut out = csv_line(&heading.map(str::to_owned));
    for row in &report.rules {
        for it in &row.failing {
            out += &csv_line(&failing(row, "fail", it));
        }
        for it in &row.not_known {
            out += &csv_line(&not_known(row, it));
        }
        for it in &row.waived {
            out += &csv_line(&failing(row, "waived", it));
        }
    }
    out
}

fn failing(row: &HistoryRow, answer: &str, it: &FailingCommit) -> Vec<String> {
    let waivers: Vec<String> = it.waivers.iter().map(|waiver| waiver.words()).collect();
    let findings: Vec<String> = it.findings.iter().map(RuleFindingRow::words).collect();
    cells(
        row,
        [&it.commit, &it.committed],
        answer,
        [
            waivers.join(BETWEEN),
            String::new(),
            findings.join(BETWEEN),
            it.findings_left_out.to_string(),
        ],
    )
}

fn not_known(row: &HistoryRow, it: &UnknownCommit) -> Vec<String> {
    let (answer, why) = match &it.error {
        Some(error) => ("error", error.clone()),
        None if it.is_not_looked_at => ("not_assessed", "a history does not look at it".to_owned()),
        None => ("not_assessed", "nobody told".to_owned()),
    };
    cells(
        row,
        [&it.commit, &it.committed],
        answer,
        [why, it.missing.join(BETWEEN), String::new(), "0".to_owned()],
    )
}

fn cells(row: &HistoryRow, commit: [&str; 2], answer: &str, said: [String; 4]) -> Vec<String> {
    let decides = if row.decides { "yes" } else { "no" };
    let mut cells: Vec<String> = commit.map(str::to_owned).into();
    cells.extend([&row.rule, row.severity.name(), decides, answer].map(str::to_owned));
    cells.extend(said);
    cells.push(row.clauses.join(BETWEEN));
    cells
}
