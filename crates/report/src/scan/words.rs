//! What people are told, in the same words by all formats.

use gitops_health_sanitize::Severity;

use super::{ScanFinding, ScanReport, ScanSkip};
use crate::columns::{counted, thousands};

const ALL: [Severity; 5] =
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];

impl ScanReport {
    /// `3 findings: 1 critical, 2 high`.
    pub(super) fn found(&self) -> String {
        let listed = ALL.into_iter().filter(|severity| *severity >= self.least);
        let listed: Vec<String> = listed
            .filter(|severity| self.counts.of(*severity) > 0)
            .map(|severity| format!("{} {severity}", thousands(self.counts.of(severity) as u64)))
            .collect();
        match self.findings.len() {
            0 if self.below().is_some() => {
                format!("nothing of severity {} or more found", self.least)
            }
            0 => "nothing found".to_owned(),
            many => format!("{}: {}", counted(many, "finding", "findings"), listed.join(", ")),
        }
    }

    /// `HEAD was looked at (2 files)`.
    pub(super) fn looked_at(&self) -> String {
        format!("{} looked at ({})", self.target, counted(self.files, "file", "files"))
    }

    /// `2 findings matter less than low: --severity info lists all`, where there are any.
    pub(super) fn below(&self) -> Option<String> {
        let below = ALL.into_iter().filter(|severity| *severity < self.least);
        let below: usize = below.map(|severity| self.counts.of(severity)).sum();
        let more = counted(below, "finding matters", "findings matter");
        (below > 0).then(|| format!("{more} less than {}: --severity info lists all", self.least))
    }

    /// What was found, what was looked at, and how much is not listed: one line or two.
    pub(super) fn summary(&self) -> String {
        let below = self.below().map(|line| format!("{line}\n"));
        format!("{}; {}\n{}", self.found(), self.looked_at(), below.unwrap_or_default())
    }

    /// What was not looked at and should have been, and what need not be.
    pub(super) fn skips(&self, is_failure: bool) -> impl Iterator<Item = &ScanSkip> {
        self.skipped.iter().filter(move |skip| skip.is_failure == is_failure)
    }
}

impl ScanFinding {
    /// `Name of a person (PID-5.1)`.
    pub(super) fn what(&self) -> String {
        match &self.field {
            Some(field) => format!("{} ({field})", self.name),
            None => self.name.clone(),
        }
    }

    /// `data/adt.hl7:1:65`, with the beginning of the id of a commit that has it.
    pub(super) fn place(&self) -> String {
        let place = format!("{}:{}:{}", self.path, self.line, self.column);
        match self.short_commit() {
            Some(commit) => format!("{place} in {commit}"),
            None => place,
        }
    }

    /// The beginning of the id of the commit that has it.
    pub(super) fn short_commit(&self) -> Option<&str> {
        self.commit.as_deref().map(crate::risk::short)
    }
}
