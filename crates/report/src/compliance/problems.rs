//! What does not hold or could not be judged, an item for each place: what trackers and editors list.

use std::collections::HashMap;

use gitops_health_compliance::Verdict;
use sha2::{Digest, Sha256};

use super::{ComplianceReport, RuleFindingRow, RuleRow};

/// The file that stands for what is in no file, such as a commit: those who read these formats pass over what has
/// no file, or turn the whole report down. Whoever mends such a thing often has to look here, too.
pub(crate) const STAND_IN: &str = ".gitops-health.yaml";

/// Something that does not hold or could not be judged.
pub(super) struct Problem<'a> {
    /// Its rule.
    pub(super) row: &'a RuleRow,
    /// What the rule found; absent where it could not judge.
    pub(super) finding: Option<&'a RuleFindingRow>,
    /// The same in words, with what it is about where that is no file.
    pub(super) message: String,
    /// How many of the same rule stand before it.
    pub(super) place: usize,
    /// No other problem has the same.
    pub(super) fingerprint: String,
}

/// The file of a finding or what stands for it, and the line, from 1; the first, where a file as a whole is meant.
pub(super) fn place_of(finding: Option<&RuleFindingRow>) -> (&str, u64) {
    let path = finding.and_then(|finding| finding.path.as_deref());
    (path.unwrap_or(STAND_IN), finding.and_then(|finding| finding.line).unwrap_or(1).max(1))
}

impl Problem<'_> {
    /// The file, or what stands for it.
    pub(super) fn path(&self) -> &str {
        place_of(self.finding).0
    }

    /// The file, where there is one.
    pub(super) fn own_path(&self) -> Option<&str> {
        self.finding.and_then(|finding| finding.path.as_deref())
    }

    /// What is wrong, and what helps.
    pub(super) fn advice(&self) -> String {
        let RuleRow { title, remedy, .. } = self.row;
        match (self.finding, remedy.is_empty()) {
            (_, true) => self.message.clone(),
            (Some(_), false) => format!("{}. {remedy}", self.message),
            // Who reads that a fact is not known has to know what it is asked for.
            (None, false) => format!("{title}: {}. {remedy}", self.message),
        }
    }

    /// The line, from 1; the first, where a file as a whole is meant.
    pub(super) fn line(&self) -> u64 {
        place_of(self.finding).1
    }
}

impl ComplianceReport {
    /// What rules of an answer found or have to say for it, in the order of the report.
    pub(super) fn problems(&self, of: impl Fn(&RuleRow) -> bool) -> Vec<Problem<'_>> {
        let mut problems = Vec::new();
        let mut numbers: HashMap<String, usize> = HashMap::new();
        for row in self.rules.iter().filter(|row| of(row)) {
            for (place, (finding, message)) in self.said(row).into_iter().enumerate() {
                let known_by = match finding {
                    Some(finding) => finding.fingerprint.clone(),
                    None => digest(&format!("{}\0{}", row.rule, row.verdict.name())),
                };
                let number = numbers.entry(known_by.clone()).or_default();
                *number += 1;
                // GitLab and GitHub take two of the same for one.
                let fingerprint = match number {
                    1 => known_by,
                    more => digest(&format!("{known_by}\0{more}")),
                };
                problems.push(Problem { row, finding, message, place, fingerprint });
            }
        }
        problems
    }

    /// What rules warn of, in the order of the report.
    pub(super) fn warnings(&self) -> Vec<Problem<'_>> {
        let mut problems = Vec::new();
        for row in &self.rules {
            for (place, finding) in row.warnings.iter().enumerate() {
                let message = match finding.path {
                    Some(_) => finding.message.clone(),
                    None => finding.words(),
                };
                let fingerprint = digest(&format!("{}\0{place}", finding.fingerprint));
                problems.push(Problem { row, finding: Some(finding), message, place, fingerprint });
            }
        }
        problems
    }

    /// What a rule found, or why it could not judge.
    fn said<'a>(&self, row: &'a RuleRow) -> Vec<(Option<&'a RuleFindingRow>, String)> {
        let has_findings = matches!(row.verdict, Verdict::Fail | Verdict::Waived);
        if !has_findings || row.findings.is_empty() {
            let why = self.why(row).unwrap_or_else(|| format!("does not hold: {}", row.title));
            return vec![(None, why)];
        }
        let words = |finding: &'a RuleFindingRow| match finding.path {
            Some(_) => (Some(finding), finding.message.clone()),
            None => (Some(finding), finding.words()),
        };
        row.findings.iter().map(words).collect()
    }
}

/// The beginning of the SHA-256 of a text.
pub(crate) fn digest(text: &str) -> String {
    Sha256::digest(text).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
