use std::collections::HashMap;

use gitops_health_compliance::Severity;
use gitops_health_report::check::{Check, CheckAccepted, CheckFinding, fingerprint};
use gitops_health_report::scan::{ScanAccepted, ScanFinding};
use gitops_health_sanitize::Severity as Weight;

use super::asked::Asked;
use crate::sanitize_scan::MESSAGE;

pub(super) use gitops_health_git::counted;

/// A finding of nothing, to be filled in.
pub(super) fn blank() -> CheckFinding {
    CheckFinding {
        check: Check::Governance,
        rule: String::new(),
        severity: Severity::Low,
        decides: false,
        message: String::new(),
        path: None,
        line: None,
        column: None,
        commit: None,
        subject: None,
        category: None,
        breaks: Vec::new(),
        clauses: Vec::new(),
        remedy: String::new(),
        fingerprint: String::new(),
    }
}

/// What `sanitize` found; nothing for what is of no weight.
pub(super) fn of_scan(found: &ScanFinding, asked: &Asked<'_>) -> Option<CheckFinding> {
    let severity = match found.severity {
        Weight::Info => return None,
        Weight::Low => Severity::Low,
        Weight::Medium => Severity::Medium,
        Weight::High => Severity::High,
        Weight::Critical => Severity::Critical,
    };
    let is_secret = found.category == "secret";
    // The line of a value in an archive is one of what was unpacked.
    let is_packed = found.within.is_some();
    Some(CheckFinding {
        check: Check::Sanitize,
        rule: found.rule.clone(),
        severity,
        decides: asked.decides(severity),
        message: found.what(),
        path: Some(found.path.clone()),
        line: (!is_packed).then_some(found.line as u64),
        column: (!is_packed).then_some(found.column as u64),
        commit: found.commit.clone(),
        category: Some(found.category.clone()),
        remedy: remedy(is_secret, found.commit.is_some(), found.path == MESSAGE),
        fingerprint: found.fingerprint.clone().unwrap_or_default(),
        ..blank()
    })
}

fn remedy(is_secret: bool, is_committed: bool, is_message: bool) -> String {
    let take_out = match (is_committed, is_message) {
        (true, false) => {
            "take it out of the commits that bring it (`git rebase -i`, `git commit --amend`)"
        }
        (true, true) => "say it in other words (`git rebase -i`, `git commit --amend`)",
        (false, false) => {
            "take it out (`gitops-health sanitize --staged --write` puts a mark in its place)"
        }
        (false, true) => "say it in other words: what you wrote is in `.git/COMMIT_EDITMSG`",
    };
    let revoke = if is_secret { " and revoke it where it was in use" } else { "" };
    let first = take_out[..1].to_uppercase() + &take_out[1..];
    format!(
        "{first}{revoke}. What is none, and what may stay, is said in `sanitize.allow` or a baseline of the \
         branch that is believed."
    )
}

/// What `sanitize` found and may stay.
pub(super) fn accepted(it: &ScanAccepted, asked: &Asked<'_>) -> Option<CheckAccepted> {
    Some(CheckAccepted {
        finding: CheckFinding { decides: false, ..of_scan(&it.finding, asked)? },
        by: it.by.clone(),
        reason: it.reason.clone(),
        until: it.until.clone(),
    })
}

/// Gives findings what they are known by: the same for the same rule, place and value, whatever line it is on.
#[derive(Default)]
pub(super) struct Fingerprints {
    known: HashMap<String, usize>,
}

impl Fingerprints {
    pub fn mark(&mut self, finding: &mut CheckFinding) {
        let path = finding.path.as_deref().unwrap_or_default();
        let subject = finding.subject.as_deref().unwrap_or_default();
        let known_by = [finding.check_name(), &finding.rule, path, subject, &finding.fingerprint];
        let known_by = known_by.join("\0");
        let number = self.known.entry(known_by.clone()).or_default();
        *number += 1;
        // Trackers take two of the same for one.
        finding.fingerprint = fingerprint(&format!("{known_by}\0{number}"));
    }
}
