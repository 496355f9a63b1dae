use std::collections::BTreeMap;

use crate::evidence::ReportedApproval;
use crate::input::{Approval, ApprovalState, Binding, Commit, Covers, Grade};
use crate::people::People;

use super::{About, Assembler};

/// Who approved or refused, by trailers of commits and by what others say, sorted.
pub(super) fn all(
    assembler: &Assembler<'_>,
    about: &About<'_>,
    reported: Vec<ReportedApproval>,
    people: &mut People<'_>,
) -> Vec<Approval> {
    let mut approvals: Vec<Approval> =
        about.commits.iter().flat_map(|commit| of_trailers(assembler, about, commit)).collect();
    approvals.extend(last_words(reported, people).into_iter().map(|(person, it)| Approval {
        is_contributor: about.change.contributors.contains(&person),
        person,
        state: it.state,
        meaning: it.meaning,
        at: it.at,
        source: it.source,
        grade: it.grade,
        covers: about.covers(&it.binds),
        binds: it.binds,
    }));
    let refusals: Vec<(String, Option<i64>)> = approvals
        .iter()
        .filter(|it| {
            matches!(it.state, ApprovalState::ChangesRequested | ApprovalState::Dismissed)
                && it.covers != Covers::Other
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

/// What each person said last, of what has a time: who asks for changes after an approval does not approve any more. A
/// comment takes nothing back. Of what was said in the same second a refusal counts.
fn last_words(
    reported: Vec<ReportedApproval>,
    people: &mut People<'_>,
) -> Vec<(String, ReportedApproval)> {
    let named: Vec<(String, ReportedApproval)> =
        reported.into_iter().map(|it| (people.reported(&it.by), it)).collect();
    let mut last: BTreeMap<String, i64> = BTreeMap::new();
    for (person, it) in named.iter().filter(|(_, it)| it.state != ApprovalState::Commented) {
        if let Some(at) = &it.at {
            let latest = last.entry(person.clone()).or_insert(at.unix);
            *latest = at.unix.max(*latest);
        }
    }
    let is_last = |(person, it): &(String, ReportedApproval)| {
        let time = it.at.as_ref().map(|at| at.unix);
        time.is_none_or(|at| last.get(person).is_none_or(|last| at >= *last))
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
