//! Policies of one's own: those that the trusted revision names, and those of `--policy`.

use std::path::PathBuf;

use gitops_health_compliance::{
    Limits, OwnError, OwnPolicies, Problem, ProblemKind, Settings, check_policies,
};
use gitops_health_git::{ObjectId, Repo};

use super::policies;
use crate::error::{CliError, Failure};
use crate::look::masked;

/// Policies that were read and found to ask for what is there.
#[derive(Default)]
pub(crate) struct Own {
    pub policies: OwnPolicies,
    /// What reads differently elsewhere.
    pub notes: Vec<String>,
}

impl Own {
    /// What decides about a change: the paths of the configuration are those of the revision that is believed.
    pub fn of_revision(
        repo: &Repo,
        revision: Option<ObjectId>,
        settings: &Settings,
        named: &[PathBuf],
    ) -> Result<Self, CliError> {
        let paths = &settings.config().policies;
        let own = OwnPolicies::of_revision(repo, revision, paths, Limits::default());
        Self::with(own.map_err(not_read)?, named)
    }

    /// What lists show: the paths of the configuration are those of the worktree, as the configuration is.
    pub fn of_worktree(
        repo: Option<&Repo>,
        settings: &Settings,
        named: &[PathBuf],
    ) -> Result<Self, CliError> {
        let paths = settings.config().policies.iter();
        match repo {
            Some(repo) if repo.worktree().is_none() => {
                Self::of_revision(repo, repo.head_commit()?, settings, named)
            }
            _ => {
                let top = repo.and_then(Repo::worktree).unwrap_or_else(|| "".as_ref());
                let paths: Vec<PathBuf> = paths.map(|path| top.join(path)).collect();
                Self::with(policies::read_own(&paths, Limits::default())?, named)
            }
        }
    }

    fn with(mut own: OwnPolicies, named: &[PathBuf]) -> Result<Self, CliError> {
        let more = policies::read_own(named, Limits::default())?;
        own.policies.extend(more.policies);
        own.frameworks.extend(more.frameworks);
        let notes = if own.policies.is_empty() { Vec::new() } else { checked(&own)? };
        Ok(Self { policies: own, notes })
    }
}

/// Refuses policies that ask for what is not there: in Rego that has no value, so that a rule finds nothing and passes.
fn checked(own: &OwnPolicies) -> Result<Vec<String>, CliError> {
    use ProblemKind::{Call, Data, Input, Meta, Negation, Unreadable, Value};
    let checked = check_policies(&own.policies, &[], Limits::default());
    let checked = checked.map_err(|error| {
        let hint = "name fewer or shorter policies".to_owned();
        CliError::new(Failure::NotEvaluated { what: error.to_string(), hint })
    })?;
    let said = |it: &Problem| match it.line {
        0 => format!("`{}`: {}", it.path, it.message),
        line => format!("`{}`, line {line}: {}", it.path, it.message),
    };
    let is_fatal = |it: &&Problem| matches!(it.kind, Call | Data | Input | Meta | Unreadable);
    if let Some(problem) = checked.problems.iter().find(is_fatal) {
        let hint = format!("{}; `gitops-health compliance check-policy` says all", problem.hint);
        return Err(CliError::new(Failure::NotEvaluated { what: said(problem), hint }));
    }
    let is_told = |it: &&Problem| matches!(it.kind, Negation | Value);
    let notes = checked.problems.iter().filter(is_told);
    Ok(notes.map(|it| masked(&said(it))).collect())
}

fn not_read(error: OwnError) -> CliError {
    let hint = match error {
        OwnError::Git(error) => return error.into(),
        OwnError::NoRevision { .. } => "make a first commit that has the policies",
        OwnError::NotThere { .. } => {
            "add the policies in a change of its own, name another revision with --policy-from REV, \
             or take the path out of `compliance.policies`"
        }
        OwnError::Link { .. } => "put the policy in the place of the link",
        OwnError::NoText { .. } => "write it in UTF-8",
        OwnError::TooMany { .. } => "name a directory that has fewer",
    };
    let (what, hint) = (error.to_string(), hint.to_owned());
    CliError::new(Failure::NotEvaluated { what, hint })
}
