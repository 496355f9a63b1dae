use gitops_health_compliance::Settings;
use gitops_health_compliance::input::Branch;
use gitops_health_git::{Change, ObjectId, Repo, Selection, Target, printable};

use super::has;
use crate::args::ChangeArgs;
use crate::error::{CliError, Failure};

pub(super) fn branch(
    repo: &Repo,
    args: &ChangeArgs,
    selection: &Selection,
    change: &Change,
    settings: &Settings,
) -> Result<Option<Branch>, CliError> {
    let branch = branch_named(repo, args, selection, settings)?;
    let Some((mut branch, names)) = branch else { return Ok(None) };
    branch.is_fast_forward = match (selection, change.head) {
        // What is added to a commit has it among its ancestors.
        (Selection::Range(text), Some(head)) if !text.ends_with("^!") => {
            let is_above = change.base == Some(repo.range(text)?.from);
            // A branch that is behind is to be merged, and nothing was rewritten.
            if is_above || may_be_on(repo, &names, head)? { Some(is_above) } else { None }
        }
        // And so has what is merged.
        (Selection::PullRequest { .. }, _) => Some(true),
        // A commit always has its parents: that says nothing of where the branch was.
        _ => None,
    };
    Ok(Some(branch))
}

/// Whether a commit is on a branch; also where the branch is not here, so that nobody knows.
fn may_be_on(repo: &Repo, names: &[Vec<u8>], commit: ObjectId) -> Result<bool, CliError> {
    let mut is_here = false;
    for reference in repo.references()? {
        let is_it = repo.branch_of_reference(&reference.name).is_some_and(|it| names.contains(&it));
        if let (true, Target::Commit(tip)) = (is_it, reference.target) {
            is_here = true;
            if has(repo, tip, commit)? {
                return Ok(true);
            }
        }
    }
    Ok(!is_here)
}

/// A branch, and all names that it may have.
type Named = (Branch, Vec<Vec<u8>>);

/// The branch that a change goes to, and all names that it may have; of its history nothing is known yet.
fn branch_named(
    repo: &Repo,
    args: &ChangeArgs,
    selection: &Selection,
    settings: &Settings,
) -> Result<Option<Named>, CliError> {
    let names = match (&args.branch, selection) {
        (Some(name), _) => called(repo, name)?,
        (None, Selection::PullRequest { .. }) => {
            named_by_selection(repo, selection)?.into_iter().collect()
        }
        (None, _) => repo.branch_of("HEAD")?.into_iter().collect(),
    };
    let branch = names.first().map(|name| Branch {
        // Where it can be read in two ways the one counts of which more is asked.
        is_protected: names.iter().any(|name| settings.is_protected(name)),
        name: printable(name),
        is_fast_forward: None,
    });
    Ok(branch.map(|branch| (branch, names)))
}

/// The branch that a selection names itself, if what it names is one.
pub(super) fn named_by_selection(
    repo: &Repo,
    selection: &Selection,
) -> Result<Option<Vec<u8>>, CliError> {
    Ok(match selection {
        Selection::PullRequest { base, .. } => repo.branch_of(base)?,
        Selection::Range(text) => match text.split_once("..") {
            Some((from, _)) if !from.is_empty() => repo.branch_of(from)?,
            _ => None,
        },
        _ => None,
    })
}

/// The names of a branch that is called so. What can be none would be taken for one that is not protected.
pub(super) fn called(repo: &Repo, name: &str) -> Result<Vec<Vec<u8>>, CliError> {
    let names = repo.branches_called(name);
    if names.is_empty() {
        return Err(CliError::new(Failure::Unusable {
            what: format!("`{}` is no name of a branch", printable(name.as_bytes())),
            hint: "name the branch that the change goes to, such as `main`: of a pull request on \
                   GitHub it is $GITHUB_BASE_REF"
                .into(),
        }));
    }
    Ok(names)
}

/// The branch whose history is looked at. Where it was before nobody knows: a history that was rewritten looks like any.
pub(crate) fn branch_of_head(
    repo: &Repo,
    args: &ChangeArgs,
    settings: &Settings,
) -> Result<Option<Branch>, CliError> {
    let commit = Selection::Commit(args.head.clone());
    Ok(branch_named(repo, args, &commit, settings)?.map(|(branch, _)| branch))
}
