use std::collections::{BTreeMap, BTreeSet};

use gitops_health_git::ZonedTime;

use crate::evidence::ReportedApproval;
use crate::input::{
    Approval, ApprovalState, Binding, Commit, Covers, Grade, MissingFact, PullRequest,
};
use crate::people::People;

use super::{About, Assembler, absent};

/// By how much the clocks of who says something and of who asks may differ.
pub(super) const SKEW: i64 = 86_400;

/// What was said up to now: nobody has approved yet what is approved tomorrow. A refusal counts whatever its time is.
pub(super) fn said_by(
    now: ZonedTime,
    mut reported: Vec<ReportedApproval>,
) -> (Vec<ReportedApproval>, Option<MissingFact>) {
    let all = reported.len();
    let is_yet_to_come = |it: &ReportedApproval| {
        let latest = now.seconds.saturating_add(SKEW);
        it.state == ApprovalState::Approved && it.at.as_ref().is_some_and(|at| at.unix > latest)
    };
    reported.retain(|it| !is_yet_to_come(it));
    let early = all - reported.len();
    let reason =
        format!("approvals of a time that is yet to come, which count for nothing: {early}");
    (reported, (early > 0).then(|| absent("approvals.at", reason)))
}

/// Who approved or refused, by trailers of commits and by what others say, sorted.
pub(super) fn all(
    assembler: &Assembler<'_>,
    about: &About<'_>,
    reported: Vec<ReportedApproval>,
    pull_request: Option<&PullRequest>,
    people: &mut People<'_>,
) -> Vec<Approval> {
    let seen = Seen::of(about, &reported, pull_request);
    let mut approvals: Vec<Approval> =
        about.commits.iter().flat_map(|commit| of_trailers(assembler, about, commit)).collect();
    approvals.extend(last_words(reported, &seen, people).into_iter().map(|(person, it)| {
        Approval {
            is_contributor: about.change.contributors.contains(&person),
            person,
            state: it.state,
            meaning: it.meaning,
            at: it.at,
            source: it.source,
            grade: it.grade,
            covers: about.covers(&it.binds),
            binds: it.binds,
        }
    }));
    let refusals: Vec<(String, Option<i64>)> = approvals
        .iter()
        .filter(|it| {
            matches!(it.state, ApprovalState::ChangesRequested | ApprovalState::Dismissed)
                && seen.has(&it.binds)
        })
        .map(|it| (it.person.clone(), it.at.as_ref().map(|at| at.unix)))
        .collect();
    // Whoever refuses does not approve in the same second, nor where nobody says which came first.
    approvals.retain(|it| {
        let at = it.at.as_ref().map(|at| at.unix);
        let is_before = |refused: &Option<i64>| refused.zip(at).is_some_and(|(no, yes)| no < yes);
        it.state != ApprovalState::Approved
            || refusals.iter().all(|(person, refused)| *person != it.person || is_before(refused))
    });
    approvals.sort_by_cached_key(|it| {
        let at = it.at.as_ref().map(|at| at.unix);
        (it.person.clone(), at, it.source.clone(), it.binds.commit.clone(), it.binds.tree.clone())
    });
    approvals
}

/// The commits, trees and differences that somebody means who means this change. A squashed commit has another id than
/// what was looked at: whoever refuses what somebody else approved by its tree means the same.
struct Seen<'a> {
    about: &'a About<'a>,
    ids: BTreeSet<String>,
}

impl<'a> Seen<'a> {
    fn of(
        about: &'a About<'a>,
        reported: &[ReportedApproval],
        pull_request: Option<&PullRequest>,
    ) -> Self {
        let is_about = |binds: &&Binding| about.covers(binds) != Covers::Other;
        let said = reported.iter().map(|it| &it.binds).filter(is_about).flat_map(ids).cloned();
        let request = pull_request.filter(|it| it.covers != Covers::Other);
        let requested = request.into_iter().flat_map(|it| it.commits.iter().cloned());
        Self { about, ids: said.chain(requested).collect() }
    }

    /// Whether something is about this change, or may be.
    fn has(&self, binds: &Binding) -> bool {
        self.about.covers(binds) != Covers::Other || ids(binds).any(|id| self.ids.contains(id))
    }
}

fn ids(binds: &Binding) -> impl Iterator<Item = &String> {
    [&binds.commit, &binds.tree, &binds.change].into_iter().flatten()
}

/// What each person said last of this change, of what has a time: who asks for changes after an approval does not approve
/// any more. A comment takes nothing back, nor does what is said of another change. Of what was said in the same second a
/// refusal counts.
fn last_words(
    reported: Vec<ReportedApproval>,
    seen: &Seen<'_>,
    people: &mut People<'_>,
) -> Vec<(String, ReportedApproval)> {
    let named: Vec<(String, ReportedApproval)> =
        reported.into_iter().map(|it| (people.reported(&it.by), it)).collect();
    let mut last: BTreeMap<String, i64> = BTreeMap::new();
    let counts =
        |it: &ReportedApproval| it.state != ApprovalState::Commented && seen.has(&it.binds);
    for (person, it) in named.iter().filter(|(_, it)| counts(it)) {
        if let Some(at) = &it.at {
            let latest = last.entry(person.clone()).or_insert(at.unix);
            *latest = at.unix.max(*latest);
        }
    }
    let is_last = |(person, it): &(String, ReportedApproval)| {
        let time = it.at.as_ref().map(|at| at.unix);
        !seen.has(&it.binds)
            || time.is_none_or(|at| last.get(person).is_none_or(|last| at >= *last))
    };
    named.into_iter().filter(is_last).collect()
}

/// What the end of a message says. Somebody typed it into the commit that it is about, so it says when nothing was
/// approved, and who writes the commit writes the approval.
fn of_trailers(assembler: &Assembler<'_>, about: &About<'_>, commit: &Commit) -> Vec<Approval> {
    let known = &assembler.settings.config().approval_trailers;
    let approval = |trailer: &crate::input::Trailer| {
        let meaning = &known.iter().find(|it| it.trailer == trailer.key)?.meaning;
        let person = trailer.person.clone()?;
        let binds = Binding { commit: Some(commit.id.clone()), ..Binding::default() };
        Some(Approval {
            is_contributor: about.change.contributors.contains(&person),
            person,
            state: ApprovalState::Approved,
            meaning: Some(meaning.clone()).filter(|meaning| !meaning.is_empty()),
            at: None,
            source: "trailer".into(),
            grade: Grade::E0,
            covers: about.covers(&binds),
            binds,
        })
    };
    commit.trailers.iter().filter_map(approval).collect()
}
