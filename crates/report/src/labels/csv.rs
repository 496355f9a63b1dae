use super::{CommitLabel, LabelsReport, LinkedCommit};
use crate::escape::csv_line;

/// The commits of the report as CSV (RFC 4180) with a row of headings: one row for each of them and each fix that leads
/// to it. A subject that a spreadsheet would take for a formula has an apostrophe in front.
pub fn csv(report: &LabelsReport) -> String {
    let headings = [
        "commit",
        "committed",
        "subject",
        "state",
        "known_since",
        "mature_from",
        "share",
        "fix",
        "fix_committed",
        "fix_subject",
        "fix_evidence",
        "fix_names_commit",
        "fix_share",
        "fix_days",
    ];
    let mut out = csv_line(&headings.map(String::from));
    let introduced = report.introduced.iter().flatten();
    for commit in introduced.chain(&report.commit) {
        let fixes: Vec<Option<&LinkedCommit>> = match commit.fixes.is_empty() {
            true => vec![None],
            false => commit.fixes.iter().map(Some).collect(),
        };
        fixes.into_iter().for_each(|fix| out.push_str(&csv_line(&row(commit, fix))));
    }
    out
}

fn row(commit: &CommitLabel, fix: Option<&LinkedCommit>) -> Vec<String> {
    let of_fix = |cell: &dyn Fn(&LinkedCommit) -> String| fix.map(cell).unwrap_or_default();
    vec![
        commit.commit.clone(),
        commit.committed.clone(),
        commit.subject.clone(),
        commit.state.word().to_owned(),
        commit.known_since.clone().unwrap_or_default(),
        commit.mature_from.clone().unwrap_or_default(),
        commit.share.map(|share| share.to_string()).unwrap_or_default(),
        of_fix(&|fix| fix.commit.clone()),
        of_fix(&|fix| fix.committed.clone()),
        of_fix(&|fix| fix.subject.clone()),
        of_fix(&|fix| fix.evidence.word().to_owned()),
        of_fix(&|fix| fix.is_named.to_string()),
        of_fix(&|fix| fix.share.to_string()),
        of_fix(&|fix| fix.days.to_string()),
    ]
}
