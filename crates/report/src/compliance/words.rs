//! What people are told, in the same words by all formats.

use std::collections::BTreeMap;

use gitops_health_compliance::{Strength, Verdict};
use gitops_health_git::{counted, thousands};

use super::{
    ClauseRow, ClauseRule, ClauseVerdict, ComplianceOutcome, ComplianceReport, Configured, Counts,
    FrameworkRow, ParameterRow, RuleFindingRow, RuleRow, WaiverRow,
};
use crate::columns::day_of;
use crate::risk::short;

/// Why a rule is waived for which there is no waiver.
pub(super) const EXCEPTED: &str = "taken out by an exception of its package";

/// So many warnings are listed in words; JSON has them all.
const WARNED: usize = 50;

impl ComplianceReport {
    /// `3 rules fail, 2 are not assessed, 40 pass, 12 are not applicable`.
    pub(super) fn found(&self) -> String {
        self.counts.in_words()
    }

    /// `one commit, judged by the roster, owners and keys of 1f3a5b7c9d`.
    pub(super) fn judged(&self) -> String {
        match &self.trusted {
            Some(trusted) => {
                let trusted = short(trusted);
                format!("{}, judged by the roster, owners and keys of {trusted}", self.target)
            }
            None => format!("{}; no revision is trusted", self.target),
        }
    }

    /// What a reader has to know first: what it comes to, of what change, and who is believed.
    pub(super) fn about(&self) -> Vec<(&'static str, String)> {
        let mut lines = vec![("outcome", self.outcome_in_words()), ("change", self.change())];
        let days = self.period.as_ref().map(|it| (day_of(&it.first), day_of(&it.last)));
        match days {
            Some((first, last)) if first == last => lines.push(("committed", first.to_owned())),
            Some((first, last)) => lines.push(("committed", format!("{first} to {last}"))),
            None => {}
        }
        lines.extend(self.people().map(|people| ("people", people)));
        lines.push((
            "believed",
            match &self.trusted {
                Some(trusted) => format!("roster, owners, keys and settings of {}", short(trusted)),
                None => "nothing: there is no revision before it".to_owned(),
            },
        ));
        lines
    }

    fn outcome_in_words(&self) -> String {
        self.outcome.in_words(self.is_advisory, "")
    }

    /// `3 commits, 3f3f3f3f3f above 1a1a1a1a1a, to main`.
    fn change(&self) -> String {
        let above = |base: &String| format!(" above {}", short(base));
        let above = self.base.as_ref().map(above).unwrap_or_default();
        let mut words = self.target.clone();
        match &self.head {
            Some(head) => words += &format!(", {}{above}", short(head)),
            None => words += &above,
        }
        if let Some(branch) = &self.branch {
            words += &format!(", to {}", branch.name);
        }
        words
    }

    /// That nothing decides the exit code, where nothing does.
    pub(super) fn advice(&self) -> Option<&'static str> {
        self.is_advisory.then_some(
            "advice only: `compliance.frameworks` names none, so nothing of this decides the exit code; \
             `gitops-health compliance analyze --history --last 200` says what would have failed",
        )
    }

    /// What was found and how it was judged, what that comes to for the clauses of each framework, and notes: some lines.
    pub(super) fn summary(&self) -> String {
        let first = format!("{}; {}", self.found(), self.judged());
        let of = |row: &FrameworkRow| format!("{}, {}", row.heading(), row.found());
        let clauses = self.frameworks.iter().map(of).map(|line| line.replace(['\n', '\r'], " "));
        let lines = [first].into_iter().chain(clauses).chain(self.remarks());
        lines.map(|line| line + "\n").collect()
    }

    /// That nothing decides, notes and warnings, each on its line, so that no format takes a part of it for a line of its
    /// own.
    pub(super) fn remarks(&self) -> Vec<String> {
        let advice = self.advice().map(str::to_owned).into_iter();
        let notes = self.notes.iter().map(|note| format!("note: {note}"));
        let lines = advice.chain(notes).chain(self.warned());
        lines.map(|line| line.replace(['\n', '\r'], " ")).collect()
    }

    /// `warning: main.warn: the change is large`, a line for each.
    pub(super) fn warned(&self) -> Vec<String> {
        let of = |row: &RuleRow| {
            let line = |it: &RuleFindingRow| format!("warning: {}: {}", row.rule, it.words());
            row.warnings.iter().map(line).collect::<Vec<_>>()
        };
        let mut lines: Vec<String> = self.rules.iter().flat_map(of).collect();
        if lines.len() > WARNED {
            let more = lines.split_off(WARNED).len();
            lines.push(format!("{} more", counted(more, "warning", "warnings")));
        }
        lines
    }

    /// `approvals (no export of the forge), notes`, what of the facts that a rule asks for is not known, and why.
    pub(super) fn lacks(&self, row: &RuleRow) -> String {
        let fact = |fact: &String| match self.reason_of(fact) {
            Some(reason) => format!("{fact} ({reason})"),
            None => fact.clone(),
        };
        row.missing.iter().map(fact).collect::<Vec<_>>().join(", ")
    }

    /// Why a rule gives its answer, for the answers that findings do not give.
    pub(super) fn why(&self, row: &RuleRow) -> Option<String> {
        match row.verdict {
            Verdict::Pass | Verdict::Fail => None,
            Verdict::Waived => Some(match row.waivers.is_empty() {
                true => EXCEPTED.to_owned(),
                false => row.waivers.iter().map(WaiverRow::words).collect::<Vec<_>>().join("; "),
            }),
            Verdict::NotApplicable => Some("says nothing of a change like this".to_owned()),
            Verdict::NotAssessed => Some(match row.missing.is_empty() {
                true => "not all that it asks for is known".to_owned(),
                false => format!("not known: {}", self.lacks(row)),
            }),
            Verdict::Error => Some(match &row.error {
                Some(error) => format!("could not be evaluated: {error}"),
                None => "could not be evaluated".to_owned(),
            }),
        }
    }

    /// What rules that are not listed come to, where that is nothing good: an answer, and words.
    pub(super) fn hidden(&self) -> Option<(Verdict, String)> {
        let is_open = self.outcome == ComplianceOutcome::NotEvaluated;
        let worst = match &self.left_out {
            it if it.fail > 0 => Verdict::Fail,
            it if it.error > 0 => Verdict::Error,
            it if it.not_assessed > 0 && is_open => Verdict::NotAssessed,
            _ => return None,
        };
        Some((worst, self.left_out.not_listed(self.severity)?))
    }

    /// That there is no rule to list.
    pub(super) fn nothing(&self) -> String {
        self.left_out.not_listed(self.severity).unwrap_or_else(|| "no rule was evaluated".into())
    }

    /// The rules that fail, err or decide without the facts that they ask for.
    pub(super) fn pressing(&self) -> impl Iterator<Item = &RuleRow> {
        self.rules.iter().filter(|row| row.needs_somebody())
    }

    /// The rules that a framework names, in the order of the report.
    pub(super) fn rules_of(&self, framework: &FrameworkRow) -> Vec<&RuleRow> {
        self.rules.iter().filter(|row| framework.clauses_of(&row.rule).next().is_some()).collect()
    }

    /// Names and values that say what was judged, by what and when.
    pub(super) fn identity(&self) -> Vec<(&'static str, &str)> {
        let [head, trusted] = [&self.head, &self.trusted].map(Option::as_deref);
        let known = [
            ("target", Some(self.target.as_str())),
            ("head", head),
            ("trusted", trusted),
            ("evaluated_at", Some(&self.evaluated_at)),
            ("input_digest", Some(&self.input_digest)),
            ("policies_digest", Some(&self.policies_digest)),
        ];
        known.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// The rules of an answer.
    pub(super) fn with(&self, verdict: Verdict) -> impl Iterator<Item = &RuleRow> {
        self.rules.iter().filter(move |row| row.verdict == verdict)
    }

    /// `the trusted revision has none: ...`, why a fact is not known.
    pub(super) fn reason_of(&self, fact: &str) -> Option<&str> {
        let found = self.missing.iter().find(|row| row.fact == fact);
        found.map(|row| row.reason.as_str())
    }

    /// The facts that are not known, each with the rules that ask for it, those that most rules ask for first. What
    /// asks for none that it names stands last.
    pub(super) fn not_known(&self) -> Vec<(&str, Vec<&RuleRow>)> {
        const SOMETHING: &str = "something";
        let mut facts: BTreeMap<&str, Vec<&RuleRow>> = BTreeMap::new();
        let mut unnamed = Vec::new();
        for row in self.with(Verdict::NotAssessed) {
            row.missing.iter().for_each(|fact| facts.entry(fact).or_default().push(row));
            if row.missing.is_empty() {
                unnamed.push(row);
            }
        }
        let mut facts: Vec<_> = facts.into_iter().collect();
        facts.sort_by_key(|(_, rows)| std::cmp::Reverse(rows.len()));
        if !unnamed.is_empty() {
            facts.push((SOMETHING, unnamed));
        }
        facts
    }

    /// How a fact gets known.
    pub(super) fn how_to_know(&self, fact: &str) -> Option<&str> {
        let found = self.missing.iter().find(|row| row.fact == fact);
        found.map(|row| row.remedy.as_str()).filter(|remedy| !remedy.is_empty())
    }
}

impl Counts {
    /// `3 rules fail, 2 are not assessed, 40 pass, 12 are not applicable`.
    pub(crate) fn in_words(&self) -> String {
        let words = [
            (Verdict::Fail, "fails", "fail"),
            (Verdict::Error, "could not be evaluated", "could not be evaluated"),
            (Verdict::NotAssessed, "is not assessed", "are not assessed"),
            (Verdict::Waived, "is waived", "are waived"),
            (Verdict::Pass, "passes", "pass"),
            (Verdict::NotApplicable, "is not applicable", "are not applicable"),
        ];
        let mut parts = Vec::new();
        for (verdict, one, many) in words {
            let count = self.of(verdict);
            let rules =
                if parts.is_empty() { if count == 1 { " rule" } else { " rules" } } else { "" };
            if count > 0 {
                let word = if count == 1 { one } else { many };
                parts.push(format!("{}{rules} {word}", thousands(count as u64)));
            }
        }
        if parts.is_empty() {
            return "no rule was evaluated".to_owned();
        }
        parts.join(", ")
    }

    /// The answer that weighs most. Where there is none, nothing is known.
    pub fn worst(&self) -> Verdict {
        let mut given = WORST_FIRST.into_iter().filter(|verdict| self.of(*verdict) > 0);
        given.next().unwrap_or(Verdict::NotAssessed)
    }
}

impl ComplianceOutcome {
    /// What it comes to, and the exit code. Where nothing decides, what it would come to; `of` says of what: ` on any of them`.
    pub(crate) fn in_words(self, is_advisory: bool, of: &str) -> String {
        let decides = if is_advisory { "would decide" } else { "decides" };
        let (words, code) = match self {
            Self::Clean => (format!("nothing that {decides} fails"), 0),
            Self::Violations => ("at least one rule fails".to_owned(), 1),
            Self::NotEvaluated => (format!("not all that {decides} could be evaluated"), 3),
        };
        match is_advisory {
            true => format!("advice only: {words}{of} (exit code 0, since no framework is named)"),
            false => format!("{words}{of} (exit code {code})"),
        }
    }
}

impl Configured {
    /// What was set: names and values.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        let branches = self.protected_branches.iter().map(|it| format!("`{it}`"));
        let branches = branches.collect::<Vec<_>>().join(", ");
        let branches = if branches.is_empty() { "none".to_owned() } else { branches };
        let parameter = |it: &ParameterRow| {
            let name = format!("{}.{}", it.rule, it.name);
            (name, format!("`{}`, not `{}` as without setting", it.value, it.default))
        };
        let parameters = self.parameters.iter().map(parameter);
        [("protected branches".to_owned(), branches)].into_iter().chain(parameters).collect()
    }
}

impl RuleRow {
    /// Whether it fails, errs or decides without the facts that it asks for.
    pub(super) fn needs_somebody(&self) -> bool {
        match self.verdict {
            Verdict::Fail | Verdict::Error => true,
            Verdict::NotAssessed => self.decides,
            Verdict::Pass | Verdict::Waived | Verdict::NotApplicable => false,
        }
    }

    /// What to do, where somebody wrote that down.
    pub(super) fn to_do(&self) -> Option<&str> {
        Some(self.remedy.as_str()).filter(|remedy| !remedy.is_empty())
    }

    /// The first of its clauses and how many more there are.
    pub(super) fn clauses_in_short(&self) -> Option<String> {
        let (first, more) = self.clauses.split_first()?;
        Some(match more.len() {
            0 => first.clone(),
            many => format!("{first} +{many} more"),
        })
    }

    /// `approved-by-others (high)`.
    pub(super) fn name(&self) -> String {
        format!("{} ({})", self.rule, self.severity.name())
    }
}

impl WaiverRow {
    /// Who accepts it, until when and why.
    pub(crate) fn words(&self) -> String {
        format!("waived by {} until {}: {}", self.owner, self.expires, self.reason)
    }
}

/// `HIPAA Security Rule (2013-01-25)`, `What any repository can ask (edition 1)`.
pub(crate) fn titled(title: &str, edition: &str) -> String {
    // A number of few digits says nothing of itself; one of four is a year.
    let is_number = edition.len() < 4 && edition.starts_with(|it: char| it.is_ascii_digit());
    match edition {
        "" => title.to_owned(),
        _ if is_number => format!("{title} (edition {edition})"),
        _ => format!("{title} ({edition})"),
    }
}

impl FrameworkRow {
    /// `HIPAA Security Rule (2013-01-25)`.
    pub(super) fn heading(&self) -> String {
        titled(&self.title, &self.edition)
    }

    /// The clauses about which a rule says something.
    pub(super) fn clauses_of<'a>(&'a self, rule: &'a str) -> impl Iterator<Item = &'a ClauseRow> {
        self.clauses.iter().filter(move |clause| clause.rules.iter().any(|it| it.rule == rule))
    }

    /// `5 clauses: 1 FAIL, 2 pass, 2 that git says nothing about`.
    pub(super) fn found(&self) -> String {
        let of = |verdict| self.clauses.iter().filter(|it| it.verdict == verdict).count();
        let mut parts = Vec::new();
        for verdict in CLAUSES_WORST_FIRST.map(Some) {
            match of(verdict) {
                0 => {}
                count => parts.push(format!("{} {}", thousands(count as u64), answered(verdict))),
            }
        }
        match of(None) {
            0 => {}
            count => parts.push(format!("{} that git says nothing about", thousands(count as u64))),
        }
        let clauses = counted(self.clauses.len(), "clause", "clauses");
        if parts.is_empty() { clauses } else { format!("{clauses}: {}", parts.join(", ")) }
    }
}

impl ClauseRow {
    /// Its rules, those that need somebody first.
    pub(super) fn worst_first(&self) -> impl Iterator<Item = &ClauseRule> {
        let of = |verdict| self.rules.iter().filter(move |rule| rule.verdict == verdict);
        WORST_FIRST.into_iter().flat_map(of)
    }
}

impl RuleFindingRow {
    /// `src/a.py:3`, or the beginning of the id of a commit, or who it is.
    pub(super) fn place(&self) -> Option<String> {
        match (&self.path, self.line, &self.subject) {
            (Some(path), Some(line), _) => Some(format!("{path}:{line}")),
            (Some(path), None, _) => Some(path.clone()),
            (None, _, Some(subject)) => Some(shown(subject)),
            (None, _, None) => None,
        }
    }

    /// The place and what does not hold there.
    pub(crate) fn words(&self) -> String {
        match self.place() {
            Some(place) => format!("{place}: {}", self.message),
            None => self.message.clone(),
        }
    }
}

/// The beginning of an id of a commit, and everything else as it is.
fn shown(subject: &str) -> String {
    let is_id = subject.len() >= 40 && subject.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id { short(subject).to_owned() } else { subject.to_owned() }
}

/// How an answer is called.
pub(crate) fn called(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "FAIL",
        Verdict::Waived => "waived",
        Verdict::NotApplicable => "not applicable",
        Verdict::NotAssessed => "not assessed",
        Verdict::Error => "ERROR",
    }
}

/// The answers, those that need somebody first.
pub(crate) const WORST_FIRST: [Verdict; 6] = [
    Verdict::Fail,
    Verdict::Error,
    Verdict::NotAssessed,
    Verdict::Waived,
    Verdict::Pass,
    Verdict::NotApplicable,
];

/// How the answer to a clause is called.
pub(super) fn answered(verdict: Option<ClauseVerdict>) -> &'static str {
    match verdict {
        None => "nothing said",
        Some(ClauseVerdict::InPart) => "in part",
        Some(other) => called(other.decisive()),
    }
}

/// The answers to clauses, those that need somebody first.
const CLAUSES_WORST_FIRST: [ClauseVerdict; 7] = [
    ClauseVerdict::Fail,
    ClauseVerdict::Error,
    ClauseVerdict::NotAssessed,
    ClauseVerdict::Waived,
    ClauseVerdict::InPart,
    ClauseVerdict::Pass,
    ClauseVerdict::NotApplicable,
];

/// How much a rule says about a clause.
pub(crate) fn strength(strength: Strength) -> &'static str {
    match strength {
        Strength::Direct => "direct",
        Strength::Supporting => "supporting",
        Strength::EvidenceOnly => "evidence only",
    }
}
