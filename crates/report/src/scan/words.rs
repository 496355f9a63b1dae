//! What people are told, in the same words by all formats.

use gitops_health_git::{counted, thousands};
use gitops_health_sanitize::Severity;

use super::{ScanFinding, ScanReport, ScanSkip};

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
            0 if self.accepted.is_empty() => "nothing found".to_owned(),
            0 => "nothing else found".to_owned(),
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

    /// `3 findings more may stay: 2 in the baseline, 1 by a comment`, where there are any.
    pub(super) fn stays(&self) -> Option<String> {
        let by = |what: &str| self.accepted.iter().filter(|it| it.by == what).count();
        let parts = [
            (by("baseline"), "in the baseline"),
            (by("comment"), "by a comment"),
            (by("configuration"), "by the configuration"),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{} {what}", thousands(*count as u64)))
            .collect();
        let count = counted(self.accepted.len(), "finding", "findings");
        (!parts.is_empty()).then(|| format!("{count} more may stay: {}", parts.join(", ")))
    }

    /// What was found and looked at, how much is not listed or may stay, and notes: some lines.
    pub(super) fn summary(&self) -> String {
        let first = format!("{}; {}", self.found(), self.looked_at());
        let notes = self.notes.iter().map(|note| format!("note: {note}"));
        let lines = [Some(first), self.below(), self.stays()].into_iter().flatten().chain(notes);
        lines.map(|line| line + "\n").collect()
    }

    /// What was not looked at and should have been, and what need not be.
    pub(super) fn skips(&self, is_failure: bool) -> impl Iterator<Item = &ScanSkip> {
        self.skipped.iter().filter(move |skip| skip.is_failure == is_failure)
    }
}

impl ScanFinding {
    /// `Name of a person (PID-5.1), still in HEAD`.
    pub fn what(&self) -> String {
        self.described(self.field.as_deref())
    }

    /// The same without the field.
    pub(super) fn words(&self) -> String {
        self.described(None)
    }

    fn described(&self, field: Option<&str>) -> String {
        let mut words = self.name.clone();
        let within = self.within.as_ref().map(|within| format!("within {within}"));
        let parts: Vec<&str> = field.into_iter().chain(within.as_deref()).collect();
        if !parts.is_empty() {
            words += &format!(" ({})", parts.join(", "));
        }
        if let Some(context) = &self.context {
            words += &format!(", {context}");
        }
        if self.is_in_head == Some(true) {
            words += ", still in HEAD";
        }
        words
    }

    /// `data/adt.hl7:1:65`, with the beginning of the id of a commit that has it.
    pub(super) fn place(&self) -> String {
        let place = format!("{}:{}:{}", self.path, self.line, self.column);
        match self.short_commit() {
            Some(commit) => format!("{place} in {commit}"),
            None => place,
        }
    }

    /// `in 1f3a5b7c9d by Ada <ada@example.com>, which only refs/stash leads to`.
    pub(super) fn brought(&self) -> Option<String> {
        let mut words = format!("in {}", self.short_commit()?);
        if let Some(author) = &self.author {
            words += &format!(" by {author}");
        }
        if let Some(reference) = &self.reference {
            words += &format!(", which only {reference} leads to");
        }
        Some(words)
    }

    /// The beginning of the id of the commit that has it.
    pub(super) fn short_commit(&self) -> Option<&str> {
        self.commit.as_deref().map(crate::risk::short)
    }
}
