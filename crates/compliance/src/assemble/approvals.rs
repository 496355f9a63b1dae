use crate::evidence::ReportedApproval;
use crate::input::{Approval, ApprovalState, Binding, Commit, Grade};
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
    approvals.extend(reported.into_iter().map(|it| {
        let person = people.reported(&it.by);
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
    approvals.sort_by_cached_key(|it| {
        let at = it.at.as_ref().map(|at| at.unix);
        (it.person.clone(), at, it.source.clone(), it.binds.commit.clone(), it.binds.tree.clone())
    });
    approvals
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
