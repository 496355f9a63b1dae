//! What people are told, in the same words by all formats.

use gitops_health_compliance::Severity;
use gitops_health_git::{counted, thousands};

use super::{Check, CheckAccepted, CheckFinding, CheckOutcome, CheckReport, CheckUnknown, Stage};
use crate::risk::short;

impl Check {
    /// The word in reports.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sanitize => "sanitize",
            Self::Compliance => "compliance",
            Self::Risk => "risk",
            Self::Governance => "governance",
        }
    }
}

impl Stage {
    /// What it comes before.
    fn words(self) -> &'static str {
        match self {
            Self::Commit => "once it is committed",
            Self::Push => "once it is pushed",
            Self::Merge => "later",
        }
    }
}

impl CheckFinding {
    /// What looked, in a word.
    pub fn check_name(&self) -> &'static str {
        self.check.name()
    }

    /// `src/a.py:3:8`, the beginning of the id of a commit, or who it is; with the commit that brings it.
    pub(super) fn place(&self) -> Option<String> {
        let at = match (&self.path, self.line, self.column) {
            (Some(path), Some(line), Some(column)) => format!("{path}:{line}:{column}"),
            (Some(path), Some(line), None) => format!("{path}:{line}"),
            (Some(path), None, _) => path.clone(),
            (None, ..) => return self.subject.as_deref().map(of_subject),
        };
        Some(match &self.commit {
            Some(commit) => format!("{at} in {}", short(commit)),
            None => at,
        })
    }

    /// What is wrong, with the rules that it breaks, too.
    pub(super) fn words(&self) -> String {
        match self.breaks.is_empty() {
            true => self.message.clone(),
            false => format!("{} (breaks {})", self.message, self.breaks.join(", ")),
        }
    }

    /// The place, where there is one, and what is wrong there.
    pub(super) fn placed(&self) -> String {
        match self.place() {
            Some(place) => format!("{place}: {}", self.words()),
            None => self.words(),
        }
    }

    /// `ssn (critical)`.
    pub(super) fn title(&self) -> String {
        format!("{} ({})", self.rule, self.severity.name())
    }

    /// The file, unless that is what stands for the message or the people of a commit.
    pub(super) fn file(&self) -> Option<&str> {
        self.path.as_deref().filter(|path| !path.starts_with('('))
    }
}

/// The beginning of the id of a commit, and everything else as it is.
fn of_subject(subject: &str) -> String {
    let is_id = subject.len() >= 40 && subject.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id { short(subject).to_owned() } else { subject.to_owned() }
}

impl CheckUnknown {
    /// What is not known, and why.
    pub(super) fn words(&self) -> String {
        match self.is_file {
            true => format!("`{}` was not looked at: {}", self.what, self.reason),
            false => format!("{}: {}", self.what, self.reason),
        }
    }
}

impl CheckAccepted {
    /// Why it may stay.
    pub(super) fn why(&self) -> String {
        let by = match &*self.by {
            "baseline" => "in the baseline",
            "comment" => "by a comment",
            "waiver" => "by a waiver",
            _ => "by the configuration",
        };
        let until = self.until.as_ref().map(|until| format!(" until {until}")).unwrap_or_default();
        let reason = self.reason.as_ref().map(|it| format!(": {it}")).unwrap_or_default();
        format!("{by}{until}{reason}")
    }
}

impl CheckReport {
    /// `may go in`, `2 findings decide: 1 critical, 1 high`.
    pub(super) fn verdict(&self) -> String {
        let counts = &self.counts;
        let listed = [
            (counts.critical, Severity::Critical),
            (counts.high, Severity::High),
            (counts.medium, Severity::Medium),
            (counts.low, Severity::Low),
        ];
        let listed =
            listed.into_iter().filter(|(many, severity)| *many > 0 && *severity >= self.fail_on);
        let listed: Vec<String> = listed
            .map(|(many, severity)| format!("{} {}", thousands(many as u64), severity.name()))
            .collect();
        let found = match counts.deciding {
            0 => String::new(),
            1 => format!("1 finding decides: {}", listed.join(", ")),
            many => format!("{} findings decide: {}", thousands(many as u64), listed.join(", ")),
        };
        let unknown = self.unknown.iter().filter(|it| it.decides).count();
        match self.outcome {
            CheckOutcome::Clean => "may go in".into(),
            CheckOutcome::Findings => format!("may not go in; {found}"),
            CheckOutcome::NotEvaluated if found.is_empty() => {
                format!("not all that decides could be evaluated ({unknown})")
            }
            CheckOutcome::NotEvaluated => {
                format!(
                    "may not go in; {found}; and not all that decides could be evaluated ({unknown})"
                )
            }
        }
    }

    /// What was asked and what it came to, one after the other.
    pub(super) fn asked(&self) -> String {
        let words = self.parts.iter().filter(|part| part.is_asked);
        let words: Vec<&str> =
            words.map(|it| it.words.as_str()).filter(|it| !it.is_empty()).collect();
        words.join("; ")
    }

    /// What was looked at, in one line: `what is staged: 3 files; risk 12 of 100, LOW`.
    pub(super) fn looked_at(&self) -> String {
        format!("{}: {}", self.target, self.asked())
    }

    /// What was not asked and why, what is asked later, how much is not listed or may stay, by what it was judged, and
    /// notes: some sentences.
    pub(super) fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        for part in self.parts.iter().filter(|part| !part.is_asked) {
            remarks.push(format!("{} was not asked: {}", part.check.name(), part.words));
        }
        if self.unlisted() > 0 {
            let more = counted(self.unlisted(), "finding matters", "findings matter");
            remarks.push(format!(
                "{more} less than {}: --severity low lists all",
                self.severity.name()
            ));
        }
        if !self.later.is_empty() {
            let rules = counted(self.later.len(), "rule is", "rules are");
            remarks.push(format!("{rules} asked {}", self.stage.words()));
        }
        remarks.extend(self.stays());
        remarks.extend(self.notes.iter().cloned());
        remarks
    }

    /// `3 findings may stay: 2 in the baseline, 1 by a comment`, where there are any.
    fn stays(&self) -> Option<String> {
        let by = |what: &str| self.accepted.iter().filter(|it| it.by == what).count();
        let parts = [
            (by("baseline"), "in the baseline"),
            (by("comment"), "by a comment"),
            (by("configuration"), "by the configuration"),
            (by("waiver"), "by a waiver"),
        ];
        let parts = parts.iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> =
            parts.map(|(count, what)| format!("{} {what}", thousands(*count as u64))).collect();
        let count = counted(self.accepted.len(), "finding", "findings");
        (!parts.is_empty()).then(|| format!("{count} may stay: {}", parts.join(", ")))
    }

    /// `1a2b3c4d5e`, or that nothing is.
    pub(super) fn believed(&self) -> String {
        match &self.trusted {
            Some(id) => short(id).to_owned(),
            None => "nothing: no commit is there yet".into(),
        }
    }

    /// The same with what to do, which is said once of all that it helps.
    pub(super) fn unknown_with_remedies(&self) -> Vec<(String, &str)> {
        let mut said: Vec<&str> = Vec::new();
        let mut told = Vec::new();
        for it in self.unknown_first_deciding() {
            let is_new = !said.contains(&it.remedy.as_str());
            said.push(&it.remedy);
            told.push((it.words(), if is_new { it.remedy.as_str() } else { "" }));
        }
        told
    }

    /// What decides comes first.
    pub(super) fn unknown_first_deciding(&self) -> impl Iterator<Item = &CheckUnknown> {
        let of = |decides| self.unknown.iter().filter(move |it| it.decides == decides);
        of(true).chain(of(false))
    }
}
