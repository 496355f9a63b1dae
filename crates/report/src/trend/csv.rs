use super::{TrendReport, TrendRow};
use crate::escape::csv_line;

/// The periods as CSV (RFC 4180) with a row of headings; the sums can be made from them, but for
/// people and files, which JSON has.
pub fn csv(report: &TrendReport) -> String {
    let headings = [
        "period",
        "first_day",
        "last_day",
        "commits",
        "authors",
        "files",
        "added",
        "deleted",
        "churn_per_commit",
        "fixes",
        "reverts",
        "fix_share",
        "unread_commits",
        "uncounted_commits",
    ];
    let mut out = csv_line(&headings.map(String::from));
    report.periods.iter().for_each(|period| out.push_str(&csv_line(&row(period))));
    out
}

fn row(period: &TrendRow) -> Vec<String> {
    vec![
        period.period.clone(),
        period.first_day.clone(),
        period.last_day.clone(),
        period.commits.to_string(),
        period.authors.to_string(),
        period.files.to_string(),
        period.added.to_string(),
        period.deleted.to_string(),
        period.churn_per_commit.to_string(),
        period.fixes.to_string(),
        period.reverts.to_string(),
        period.fix_share.to_string(),
        period.unread_commits.to_string(),
        period.uncounted_commits.to_string(),
    ]
}
