//! Waivers: what may stay as it is although a rule fails, why, who answers for it and until when. They are read from the
//! trusted revision, so that no change accepts itself.

mod breadth;
mod difference;

use std::collections::{BTreeMap, BTreeSet};

use gitops_health_git::{PathPattern, RepoPath, ZonedTime};
use serde::Deserialize;
use thiserror::Error;

use crate::framework::is_id;
use crate::input::{Input, PersonKind, Time, Waiver};
use crate::roster::file::End;
use crate::roster::{Member, Roster};
use crate::rule::{Judgement, RuleFinding};
use crate::verdict::Verdict;
use crate::yaml;

/// The largest file of waivers, in bytes.
pub const LARGEST_WAIVERS: usize = 1 << 20;

/// Why waivers can not be used. None of them counts then.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum WaiverError {
    /// The file is larger than [`LARGEST_WAIVERS`].
    #[error("it has {0} bytes, more than {LARGEST_WAIVERS}")]
    TooLarge(usize),
    /// It is no YAML, or has other members than waivers have.
    #[error("it can not be read: {0}")]
    Form(String),
    /// A value can not be what it is there for.
    #[error("the waiver `{id}`: {problem}")]
    Entry {
        /// Its id.
        id: String,
        /// What is wrong.
        problem: String,
    },
}

impl WaiverError {
    /// The same in words that repeat nothing of the file.
    pub(crate) fn without_text(&self) -> &'static str {
        match self {
            Self::TooLarge(_) => "it is too large",
            Self::Form(_) => "it is no file of waivers",
            Self::Entry { .. } => "an entry of it can not be used",
        }
    }
}

/// The waivers of a revision.
#[derive(Clone, Debug, Default)]
pub struct Waivers {
    entries: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "`waivers` with a list")]
struct WaiverFile {
    waivers: Vec<EntryFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryFile {
    id: String,
    rule: String,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    subjects: Vec<String>,
    reason: String,
    owner: String,
    expires: End,
    #[serde(default)]
    ticket: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    id: String,
    rule: String,
    paths: Vec<PathPattern>,
    subjects: BTreeSet<String>,
    /// Whether it leaves nothing out.
    is_everywhere: bool,
    reason: String,
    owner: String,
    expires: Time,
    ticket: Option<String>,
}

/// A waiver that counts for what a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Its id.
    pub id: String,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// Until when, RFC 3339.
    pub expires: String,
    /// How many findings it covers: of several waivers the first one that covers a finding has it.
    pub findings: usize,
}

/// A waiver of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownWaiver {
    /// What is known of it.
    pub fact: Waiver,
    /// Why.
    pub reason: String,
}

/// What is known of a waiver besides what it says.
pub(crate) struct Around<'a> {
    /// When it is asked.
    pub now: ZonedTime,
    /// Who contributed to the change.
    pub contributors: &'a [String],
    /// The roster that is believed.
    pub roster: Option<&'a Roster>,
    /// Whether there is a rule of a name.
    pub is_rule: &'a dyn Fn(&str) -> bool,
}

impl Waivers {
    /// Reads a file of waivers: `docs/waivers.md` says what it looks like.
    ///
    /// # Errors
    ///
    /// [`WaiverError`] for the first thing that can not be used.
    pub fn parse(bytes: &[u8]) -> Result<Self, WaiverError> {
        if bytes.len() > LARGEST_WAIVERS {
            return Err(WaiverError::TooLarge(bytes.len()));
        }
        let file: WaiverFile = yaml::read(bytes).map_err(WaiverError::Form)?;
        let mut known = BTreeSet::new();
        let entries = file.waivers.into_iter().map(|entry| {
            let id = entry.id.clone();
            let error = |problem: String| WaiverError::Entry { id: id.clone(), problem };
            if !known.insert(id.clone()) {
                return Err(error("there are two of this id".into()));
            }
            entry.check().map_err(error)
        });
        Ok(Self { entries: entries.collect::<Result<_, _>>()? })
    }

    /// What rules see of them, sorted by id.
    pub(crate) fn facts(&self, around: &Around<'_>) -> Vec<Waiver> {
        let mut facts: Vec<Waiver> = self.entries.iter().map(|it| it.fact(around)).collect();
        facts.sort_by(|one, two| one.id.cmp(&two.id));
        facts
    }

    /// Each with what is known of it apart from any change, sorted by id.
    pub fn known(
        &self,
        now: ZonedTime,
        roster: Option<&Roster>,
        is_rule: &dyn Fn(&str) -> bool,
    ) -> Vec<KnownWaiver> {
        let around = Around { now, contributors: &[], roster, is_rule };
        let known =
            |entry: &Entry| KnownWaiver { fact: entry.fact(&around), reason: entry.reason.clone() };
        let mut all: Vec<KnownWaiver> = self.entries.iter().map(known).collect();
        all.sort_by(|one, two| one.fact.id.cmp(&two.fact.id));
        all
    }

    /// The judgement of a rule with what waivers accept taken out, and those that counted. A waiver that has expired, whose
    /// owner is nobody of the roster, acts no more or wrote the change, accepts nothing.
    pub fn apply(
        &self,
        rule: &str,
        judgement: Judgement,
        input: &Input,
    ) -> (Judgement, Vec<Accepted>) {
        if judgement.verdict != Verdict::Fail {
            return (judgement, Vec::new());
        }
        let counting: Vec<&Entry> =
            self.entries.iter().filter(|it| it.rule == rule && it.counts(input)).collect();
        let whole = input.change.head.as_deref();
        let (mut left, mut used) = (Vec::new(), BTreeMap::<usize, usize>::new());
        for finding in &judgement.findings {
            match counting.iter().position(|entry| entry.covers(finding, whole)) {
                Some(place) => *used.entry(place).or_default() += 1,
                None => left.push(finding.clone()),
            }
        }
        let accepted =
            used.into_iter().map(|(place, findings)| counting[place].accepted(findings)).collect();
        match left.is_empty() {
            true => (Judgement { verdict: Verdict::Waived, ..judgement }, accepted),
            false => (Judgement { findings: left, ..judgement }, accepted),
        }
    }
}

impl EntryFile {
    fn check(self) -> Result<Entry, String> {
        const SHORTEST: usize = 10;
        if self.id.trim().is_empty() || self.id.len() > 100 {
            return Err("its id is empty or too long".into());
        }
        if !is_id(&self.rule) && !is_in_package(&self.rule) {
            return Err("it names no rule".into());
        }
        if self.reason.trim().chars().count() < SHORTEST {
            return Err(format!("a reason has {SHORTEST} characters at least"));
        }
        let pattern = |text: &String| {
            PathPattern::parse(text.as_bytes())
                .map_err(|error| format!("`{text}` is no pattern: {error}"))
        };
        let paths: Vec<PathPattern> = self.paths.iter().map(pattern).collect::<Result<_, _>>()?;
        Ok(Entry {
            is_everywhere: self.subjects.is_empty() && breadth::is_everything(&paths),
            paths,
            subjects: self.subjects.into_iter().collect(),
            id: self.id,
            rule: self.rule,
            reason: self.reason,
            owner: self.owner,
            expires: self.expires.0,
            ticket: self.ticket,
        })
    }
}

/// Whether a text can be the package and name of a rule of conftest: `main.deny_limits`.
fn is_in_package(rule: &str) -> bool {
    let is_name = |name: &str| {
        let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        !name.is_empty() && name.bytes().all(is_sign)
    };
    rule.contains('.') && rule.split('.').all(is_name)
}

impl Entry {
    fn counts(&self, input: &Input) -> bool {
        input.waivers.iter().any(|fact| {
            fact.id == self.id
                && !fact.is_expired
                && fact.is_owner_known
                && fact.is_owner_active
                && !fact.is_owner_contributor
        })
    }

    /// Whether it is about a finding. One that names neither a file nor a subject is about the change as a whole, and its
    /// subject is the last commit.
    fn covers(&self, finding: &RuleFinding, whole: Option<&str>) -> bool {
        let is_there = |path: &String| {
            let path = RepoPath::from(&**path);
            self.paths.iter().any(|pattern| pattern.matches(&path))
        };
        let whole = whole.filter(|_| finding.path.is_none());
        let by_path = self.paths.is_empty() || finding.path.as_ref().is_some_and(is_there);
        let by_subject = self.subjects.is_empty()
            || finding.subject.as_deref().or(whole).is_some_and(|it| self.subjects.contains(it));
        by_path && by_subject
    }

    fn fact(&self, around: &Around<'_>) -> Waiver {
        let owner = around.roster.and_then(|roster| roster.member(&self.owner));
        let now = around.now.seconds;
        let acts = |it: &Member| {
            it.from.as_ref().is_none_or(|from| from.unix <= now)
                && it.until.as_ref().is_none_or(|until| now <= until.unix)
        };
        Waiver {
            id: self.id.clone(),
            rule: self.rule.clone(),
            is_rule_known: (around.is_rule)(&self.rule),
            owner: self.owner.clone(),
            is_owner_known: owner.is_some_and(|it| it.kind == PersonKind::Person),
            is_owner_active: owner.is_some_and(acts),
            // A second name that differs by its case alone is no second person.
            is_owner_contributor: around
                .contributors
                .iter()
                .any(|it| it.eq_ignore_ascii_case(&self.owner)),
            expires: self.expires.clone(),
            is_expired: self.expires.unix < now,
            is_everywhere: self.is_everywhere,
            has_ticket: self.ticket.as_ref().is_some_and(|it| !it.trim().is_empty()),
        }
    }

    fn accepted(&self, findings: usize) -> Accepted {
        Accepted {
            id: self.id.clone(),
            owner: self.owner.clone(),
            reason: self.reason.clone(),
            expires: self.expires.text.clone(),
            findings,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_not_be_used_is_an_error() {
        let one = "id: W-1, rule: signed-commits, reason: keys are being made, owner: ann, expires: 2026-12-31";
        let parse = |text: &str| Waivers::parse(format!("waivers: [{{{text}}}]").as_bytes());
        assert!(parse(one).is_ok());
        for (from, to) in [
            ("W-1", "''"),
            ("signed-commits", "Signed Commits"),
            ("keys are being made", "later"),
            ("2026-12-31", "never"),
            ("owner: ann, ", ""),
            ("owner: ann", "owner: ann, scope: all"),
            ("owner: ann", "owner: ann, paths: ['']"),
        ] {
            assert!(parse(&one.replace(from, to)).is_err(), "{to}");
        }
        assert!(Waivers::parse(format!("waivers: [{{{one}}}, {{{one}}}]").as_bytes()).is_err());
        assert!(Waivers::parse(b"waivers: 1").is_err());
    }

    #[test]
    fn a_waiver_covers_what_it_names() {
        let parse = |more: &str| {
            let text = format!(
                "waivers: [{{id: W, rule: r, reason: because it is so, owner: ann, expires: 2026-12-31{more}}}]"
            );
            Waivers::parse(text.as_bytes()).expect("it is fit").entries.remove(0)
        };
        let finding = |subject: Option<&str>, path: Option<&str>| RuleFinding {
            message: "x".into(),
            subject: subject.map(Into::into),
            path: path.map(Into::into),
            line: None,
        };
        let (all, paths, subjects) =
            (parse(""), parse(", paths: [src/]"), parse(", subjects: [a]"));
        let covers =
            |waiver: &Entry, subject, path| waiver.covers(&finding(subject, path), Some("a"));
        assert!(covers(&all, None, None));
        assert!(covers(&paths, None, Some("src/a.py")));
        assert!(!covers(&paths, None, Some("lib/a.py")) && !covers(&paths, Some("a"), None));
        assert!(covers(&subjects, Some("a"), None) && !covers(&subjects, Some("b"), Some("a")));
        // What is about the change as a whole is about its last commit; what is about a file is not.
        assert!(covers(&subjects, None, None) && !covers(&subjects, None, Some("src/a.py")));
        assert!(!subjects.covers(&finding(None, None), Some("b")));
        assert!(!subjects.covers(&finding(None, None), None));
    }
}
