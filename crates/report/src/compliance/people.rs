//! Who approved or refused a change and who merged it, as far as evidence says so.

use gitops_health_compliance::input::{ApprovalState, Covers, Grade, PersonKind};
use gitops_health_git::counted;
use schemars::JsonSchema;
use serde::Serialize;

use super::ComplianceReport;
use crate::columns::day_of;

/// So many are named in words; JSON has all.
const LISTED: usize = 10;

/// That somebody approved or refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ApprovalRow {
    /// Who: the id of the roster, or the account or address where the roster does not have it.
    pub person: String,
    /// What the roster says that is.
    pub kind: PersonKind,
    /// Whether this person contributed to the change.
    pub is_contributor: bool,
    /// What was said.
    pub state: ApprovalState,
    /// What it means, where that is said: `review`, `approval`, `responsibility`, `authorship`.
    pub meaning: Option<String>,
    /// When, RFC 3339; absent where nobody says so.
    pub at: Option<String>,
    /// Where it is from: `trailer`, `tag`, `github`, `gitlab`, `file`.
    pub source: String,
    /// How well it is established.
    pub grade: Grade,
    /// What of the change it is about.
    pub covers: Covers,
}

/// That somebody merged the pull request of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MergeRow {
    /// Who: the id of the roster, or the account or address where the roster does not have it.
    pub person: String,
    /// What the roster says that is.
    pub kind: PersonKind,
    /// Whether this person contributed to the change.
    pub is_contributor: bool,
    /// The number of the pull request.
    pub request: u64,
    /// When, RFC 3339; absent where nobody says so.
    pub at: Option<String>,
    /// How well it is established.
    pub grade: Grade,
    /// What of the change the pull request is about.
    pub covers: Covers,
}

impl ComplianceReport {
    /// `approved by bob (E2, github review of 2026-03-01), merged by carol (E2, pull request 7 of 2026-03-02)`. What is about
    /// another change, and comments, are in JSON only. That somebody is named here does not mean that it counts: rules
    /// say so.
    pub(super) fn people(&self) -> Option<String> {
        let mut words: Vec<String> = Vec::new();
        for said in self.approvals.iter().filter_map(ApprovalRow::words) {
            if !words.contains(&said) {
                words.push(said);
            }
        }
        if words.len() > LISTED {
            let more = words.split_off(LISTED).len();
            words.push(counted(more, "more in JSON", "more in JSON"));
        }
        words.extend(self.merged.as_ref().and_then(MergeRow::words));
        (!words.is_empty()).then(|| words.join(", "))
    }
}

impl ApprovalRow {
    /// Nothing where it is about another change, or neither approves nor refuses.
    fn words(&self) -> Option<String> {
        let (before, after) = match self.state {
            _ if self.covers == Covers::Other => return None,
            ApprovalState::Commented => return None,
            ApprovalState::Approved => ("approved by", ""),
            ApprovalState::ChangesRequested => ("changes requested by", ""),
            ApprovalState::Dismissed => ("approval of", " dismissed"),
        };
        let source = match self.source.as_str() {
            "github" | "gitlab" => format!("{} review", self.source),
            "file" => "evidence".to_owned(),
            "tag" => "signed tag".to_owned(),
            other => other.to_owned(),
        };
        let mut about = vec![format!("{:?}", self.grade), with_day(source, self.at.as_deref())];
        about.extend(covered(self.covers).map(str::to_owned));
        about.extend(self.is_contributor.then(|| "who contributed to it".to_owned()));
        about.extend(called(self.kind).map(str::to_owned));
        Some(format!("{before} {}{after} ({})", self.person, about.join(", ")))
    }
}

impl MergeRow {
    /// Nothing where the pull request is not known to be that of the change.
    fn words(&self) -> Option<String> {
        if !matches!(self.covers, Covers::All | Covers::Part) {
            return None;
        }
        let request = with_day(format!("pull request {}", self.request), self.at.as_deref());
        let mut about = vec![format!("{:?}", self.grade), request];
        about.extend(covered(self.covers).map(str::to_owned));
        about.extend(self.is_contributor.then(|| "who contributed to it".to_owned()));
        about.extend(called(self.kind).map(str::to_owned));
        Some(format!("merged by {} ({})", self.person, about.join(", ")))
    }
}

/// `github review of 2026-03-01`.
fn with_day(what: String, at: Option<&str>) -> String {
    at.map_or_else(|| what.clone(), |at| format!("{what} of {}", day_of(at)))
}

/// That it is not about all of the change.
fn covered(covers: Covers) -> Option<&'static str> {
    match covers {
        Covers::All => None,
        Covers::Part => Some("of an earlier state only"),
        Covers::Other => Some("of another change"),
        Covers::Unknown => Some("of which state nobody says"),
    }
}

/// What somebody is who is no person of the roster.
fn called(kind: PersonKind) -> Option<&'static str> {
    match kind {
        PersonKind::Person => None,
        PersonKind::Bot => Some("a bot"),
        PersonKind::Platform => Some("the platform"),
        PersonKind::Shared => Some("shared by several people"),
        PersonKind::Unknown => Some("not in the roster"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compliance::sample::empty;

    fn approval(person: &str, state: ApprovalState, covers: Covers) -> ApprovalRow {
        ApprovalRow {
            person: person.into(),
            kind: PersonKind::Person,
            is_contributor: false,
            state,
            meaning: None,
            at: Some("2026-03-01T10:00:00+01:00".into()),
            source: "github".into(),
            grade: Grade::E2,
            covers,
        }
    }

    fn merge(covers: Covers) -> MergeRow {
        MergeRow {
            person: "carol".into(),
            kind: PersonKind::Person,
            is_contributor: false,
            request: 7,
            at: Some("2026-03-02T10:00:00Z".into()),
            grade: Grade::E2,
            covers,
        }
    }

    fn people(approvals: Vec<ApprovalRow>, merged: Option<MergeRow>) -> Option<String> {
        ComplianceReport { approvals, merged, ..empty() }.people()
    }

    #[test]
    fn who_approved_and_merged_is_said_with_how_that_is_known() {
        let bob = approval("bob", ApprovalState::Approved, Covers::All);
        let said = people(vec![bob.clone()], Some(merge(Covers::All))).expect("words");
        assert_eq!(
            said,
            "approved by bob (E2, github review of 2026-03-01), \
             merged by carol (E2, pull request 7 of 2026-03-02)"
        );
        let typed = ApprovalRow {
            at: None,
            source: "trailer".into(),
            grade: Grade::E0,
            is_contributor: true,
            kind: PersonKind::Unknown,
            ..bob.clone()
        };
        let signed = ApprovalRow { source: "tag".into(), grade: Grade::E3, ..bob };
        assert_eq!(
            people(vec![signed], None).expect("words"),
            "approved by bob (E3, signed tag of 2026-03-01)"
        );
        assert_eq!(
            people(vec![typed.clone(), typed], None).expect("words"),
            "approved by bob (E0, trailer, who contributed to it, not in the roster)"
        );
    }

    #[test]
    fn what_is_about_something_else_is_no_approval_of_the_change() {
        let other = |state| approval("bob", state, Covers::Other);
        let approvals = vec![
            other(ApprovalState::Approved),
            other(ApprovalState::ChangesRequested),
            approval("dan", ApprovalState::Commented, Covers::All),
        ];
        assert_eq!(people(approvals, Some(merge(Covers::Other))), None);
        assert_eq!(people(Vec::new(), Some(merge(Covers::Unknown))), None);
        let approvals = vec![
            approval("bob", ApprovalState::Approved, Covers::Part),
            approval("dan", ApprovalState::ChangesRequested, Covers::Unknown),
            approval("eve", ApprovalState::Dismissed, Covers::All),
        ];
        assert_eq!(
            people(approvals, None).expect("words"),
            "approved by bob (E2, github review of 2026-03-01, of an earlier state only), \
             changes requested by dan (E2, github review of 2026-03-01, of which state nobody says), \
             approval of eve dismissed (E2, github review of 2026-03-01)"
        );
    }

    #[test]
    fn a_long_list_is_cut_and_says_so() {
        let many =
            (0..14).map(|it| approval(&format!("p{it}"), ApprovalState::Approved, Covers::All));
        let said = people(many.collect(), Some(merge(Covers::All))).expect("words");
        assert_eq!(said.matches("approved by").count(), 10);
        assert!(said.contains(", 4 more in JSON, merged by carol"), "{said}");
    }
}
