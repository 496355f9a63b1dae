//! What the formats for people say, the same in each.

use std::collections::BTreeSet;

use gitops_health_git::{counted, thousands};
use gitops_health_risk::label::{Convention, Evidence, LEAST_DAYS, Link, MATURE_SHARE, MOST_DAYS};

use super::{CommitLabel, LabelReason, LabelState, LabelsReport, LinkedCommit, MaturityTime};
use crate::columns::{day_of, percent};
use crate::risk::short;

impl LabelsReport {
    /// `Labels of HEAD (1a2b3c4d5e of 2026-03-01), as of 2026-03-02`.
    pub(super) fn headline(&self) -> String {
        let day = |time: &Option<String>, word: &str| match time {
            Some(time) => format!(", {word} {}", day_of(time)),
            None => String::new(),
        };
        format!(
            "Labels of {}{}{}, as of {}",
            self.target.in_words(),
            day(&self.since, "since"),
            day(&self.until, "until"),
            day_of(&self.as_of)
        )
    }

    /// How many commits have which label, those without any where there are some.
    pub(super) fn states(&self) -> Vec<(usize, String)> {
        let total = &self.total;
        let likely = match total.introduced {
            0 => String::new(),
            _ => format!(
                ", to {} with a share of at least 50%",
                thousands(total.introduced_likely as u64)
            ),
        };
        let always = [
            (total.introduced, format!("introduced a defect: a fix leads to them{likely}")),
            (total.clean, "clean: no fix leads to them, and they are old enough".into()),
            (
                total.censored,
                "not known yet: no fix leads to them, and they are too young to tell".into(),
            ),
        ];
        let others = [
            (total.merges, "merges, which have no label"),
            (total.unknown, "without a label: what they did is not known"),
            (total.later, "later than the time of the labels, by their clocks"),
        ];
        let others = others.into_iter().filter(|(count, _)| *count > 0);
        always.into_iter().chain(others.map(|(count, words)| (count, words.into()))).collect()
    }

    /// When a commit is old enough, and how many of those introduced a defect.
    pub(super) fn about_age(&self) -> String {
        let days = counted(self.maturity.days.unsigned_abs() as usize, "day", "days");
        let share = match self.total.base_rate {
            Some(rate) => format!(
                "Of the {} that are old enough {} introduced a defect.",
                thousands(self.total.mature as u64),
                percent(rate)
            ),
            None => "None of these commits is so old.".into(),
        };
        format!("A commit is old enough after {days}: {}. {share}", why_so_long(self.maturity))
    }

    /// What counts as evidence.
    pub(super) fn about_convention(&self) -> &'static str {
        match self.convention {
            None => "Words alone count: there is no better custom here.",
            Some(Convention::Types) => {
                "Words alone do not count lately: messages have types of Conventional Commits."
            }
            Some(Convention::Issues) => {
                "Words alone do not count lately: messages of fixes say which issue they fix."
            }
        }
    }

    /// `Commits that introduced a defect, 20 of 311, newest first`.
    pub(super) fn list_title(&self, shown: usize) -> String {
        format!(
            "Commits that introduced a defect, {} of {}, newest first",
            thousands(shown as u64),
            thousands(self.total.introduced as u64)
        )
    }
}

/// Why commits are old enough after so many days.
fn why_so_long(maturity: MaturityTime) -> String {
    let Some(defects) = maturity.defects else {
        return "so much is assumed where few defects are known".into();
    };
    let these = format!("{} of {}", percent(MATURE_SHARE), thousands(defects as u64));
    let known = format!("until {these} defects of this repository were known");
    match maturity.days {
        LEAST_DAYS => format!("no less is asked for, and it took no longer {known}"),
        MOST_DAYS => format!("no more is asked for, though it took as long or longer {known}"),
        _ => format!("so long it took {known}"),
    }
}

/// What a kind of evidence is, of several fixes.
pub(super) fn in_words(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::NamesCommit => "they name the commit that brought the defect",
        Evidence::Reverts => "they take back a commit",
        Evidence::FixesIssue => "they say which issue they fix",
        Evidence::ConventionalType => "they have a type such as `fix:`",
        Evidence::Words => "words of their messages alone say so",
    }
}

impl LinkedCommit {
    /// `9f8e7d6c5b after 12 days (reverts): Revert "Add x"`.
    pub(super) fn as_fix(&self) -> String {
        let (fix, after, evidence) = (short(&self.commit), self.after(), self.evidence.word());
        format!("{fix} {after} ({evidence}): {}", self.subject)
    }

    /// `after 12 days`.
    pub(super) fn after(&self) -> String {
        match self.days {
            0 => "within a day".into(),
            days => format!("after {}", counted(days.unsigned_abs() as usize, "day", "days")),
        }
    }

    /// `12 days before`.
    pub(super) fn before(&self) -> String {
        match self.days {
            0 => "within a day".into(),
            days => format!("{} before", counted(days.unsigned_abs() as usize, "day", "days")),
        }
    }

    /// How it is known that the fix mends something.
    pub(super) fn evidence_in_words(&self) -> &'static str {
        match (self.evidence, self.is_named) {
            (Evidence::NamesCommit, true) => {
                "its message names this commit as the origin of what it mends"
            }
            (Evidence::NamesCommit, false) => {
                "its message names a commit as the origin that is not here, or a merge; lines lead to this one"
            }
            (Evidence::Reverts, _) => "it takes this commit back",
            (evidence, _) => why_a_fix(evidence),
        }
    }
}

/// How it is known of one commit that it mends something.
pub(super) fn why_a_fix(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::NamesCommit => "its message names the commit that brought the defect",
        Evidence::Reverts => "it takes back a commit",
        Evidence::FixesIssue => "its message says which issue it fixes",
        Evidence::ConventionalType => {
            "its message has a type that stands for mending, such as `fix:`"
        }
        Evidence::Words => "words of its message alone say that it mends something",
    }
}

impl LinkedCommit {
    /// `share 49%`, how likely the fix leads to the right commit; nothing where it names it.
    pub(super) fn share_in_words(&self) -> Option<String> {
        (!self.is_named).then(|| format!("share {}", percent(self.share)))
    }

    /// What links the two, file by file: `src/a.c: wrote 3 lines of code that the fix deletes or changes (from line 12 of
    /// the file before it); 4 lines next to what the fix changes`.
    pub(super) fn reasons_in_words(&self) -> Vec<String> {
        let mut paths: Vec<&str> = self.reasons.iter().map(|reason| reason.path.as_str()).collect();
        let mut seen = BTreeSet::new();
        paths.retain(|path| seen.insert(*path));
        let of_file = |path: &str| {
            let reasons = || self.reasons.iter().filter(|reason| reason.path == path);
            let is_alone = reasons().count() == 1;
            // Whoever wrote lines changed the file.
            let told = reasons().filter(|reason| is_alone || reason.link != Link::File);
            let parts: Vec<String> = told.map(LabelReason::in_words).collect();
            format!("{path}: {}", parts.join("; "))
        };
        paths.into_iter().map(of_file).collect()
    }
}

impl LabelReason {
    /// `wrote 3 lines of code that the fix deletes or changes (from line 12 before it)`.
    fn in_words(&self) -> String {
        let lines = counted(self.lines as usize, "line", "lines");
        let from = if self.lines > 1 { "from line" } else { "line" };
        let place = |when: &str| match self.first_line {
            Some(line) => format!(" ({from} {line} {when} it)"),
            None => String::new(),
        };
        match self.link {
            Link::Deleted => {
                format!("wrote {lines} of code that the fix deletes or changes{}", place("before"))
            }
            Link::Restored => format!("deleted {lines} that the fix brings back{}", place("after")),
            Link::Comment => {
                format!(
                    "wrote {lines} of comments or blanks that the fix deletes or changes{}",
                    place("before")
                )
            }
            Link::Beside => format!("wrote {lines} next to what the fix changes"),
            Link::Function => format!("wrote {lines} around what the fix changes"),
            Link::File => "changed the file lately".into(),
        }
    }
}

impl CommitLabel {
    /// What is known of it, in a sentence.
    pub(super) fn verdict(&self) -> String {
        let day = |time: &Option<String>| day_of(time.as_deref().unwrap_or_default()).to_owned();
        match self.state {
            LabelState::Introduced => format!(
                "It introduced a defect, as far as fixes tell: share {}, known since {}.",
                percent(self.share.unwrap_or_default()),
                day(&self.known_since)
            ),
            LabelState::Clean => format!(
                "It is clean: no fix leads to it, and it is old enough since {}.",
                day(&self.mature_from)
            ),
            LabelState::Censored => format!(
                "It is not known yet: no fix leads to it, and it is too young to be called clean before {}.",
                day(&self.mature_from)
            ),
            LabelState::Merge => {
                "It is a merge, which has no label: what it merges has.".into()
            }
            LabelState::Unknown => {
                "It has no label: what it did is not known, at the edge of a shallow clone or where objects can't be read."
                    .into()
            }
            LabelState::Later => {
                "It has no label: by its clock it was committed later than the time of the labels.".into()
            }
        }
    }

    /// The fix that says most, and how many others there are.
    pub(super) fn main_fix(&self) -> Option<(&LinkedCommit, usize)> {
        let first =
            self.fixes.iter().reduce(|best, fix| if fix.share > best.share { fix } else { best });
        first.map(|fix| (fix, self.fixes.len() - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_of_maturity_is_told_with_its_reason() {
        let known = "until 90% of 1,234 defects of this repository were known";
        for (days, defects, said) in [
            (180, None, "so much is assumed where few defects are known".to_owned()),
            (31, Some(1_234), format!("so long it took {known}")),
            (
                LEAST_DAYS,
                Some(1_234),
                format!("no less is asked for, and it took no longer {known}"),
            ),
            (
                MOST_DAYS,
                Some(1_234),
                format!("no more is asked for, though it took as long or longer {known}"),
            ),
        ] {
            assert_eq!(why_so_long(MaturityTime { days, defects }), said);
        }
    }
}
