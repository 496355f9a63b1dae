//! What a CI system says of the change that it runs for: which commits, and the branch that they go to.
//!
//! Only the environment is asked, and on GitHub the file with the event: nothing that a change brings. Whoever can change
//! the environment of a job can change its exit code as well.

mod github;
mod others;

use gitops_health_compliance::input::Mode;
use gitops_health_git::{Error as GitError, ObjectId, Repo, Selection, printable};

use crate::args::ChangeArgs;
use crate::error::{CliError, Failure};
use crate::subject::Wanted;

/// What a CI system says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// The name of the system.
    pub system: &'static str,
    pub change: Asked,
    /// The branch that the change goes to, or that was pushed.
    pub branch: Option<String>,
}

/// What a job runs for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// A pull request, or a merge request.
    Request {
        /// The end of the branch that it goes to: ids and names, of which the first that is here counts.
        base: Vec<String>,
        head: String,
    },
    /// A push to a branch.
    Push {
        /// Where it was; nothing for a new branch, and where the system does not say so.
        before: Option<String>,
        after: String,
        /// The branch that others begin at, where the system says so.
        default: Option<String>,
        /// Whether the system says where branches were.
        is_told: bool,
    },
}

/// The environment of a job.
pub(crate) struct Environment<'a>(pub &'a dyn Fn(&str) -> Option<String>);

impl Environment<'_> {
    /// A variable that is set and not empty.
    fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.trim().is_empty())
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.get(name).is_some_and(|it| it.eq_ignore_ascii_case(value))
    }

    /// An id of a commit; nothing for one of zeros, which stands for none.
    fn id(&self, name: &str) -> Option<String> {
        self.get(name).and_then(|text| commit_id(&text))
    }

    /// A branch, without `refs/heads/` in front.
    fn branch(&self, name: &str) -> Option<String> {
        self.get(name).map(|text| branch_name(&text))
    }
}

fn commit_id(text: &str) -> Option<String> {
    let id = ObjectId::from_hex(text.trim().as_bytes())?;
    (!id.is_zero()).then(|| id.to_string())
}

fn branch_name(text: &str) -> String {
    text.strip_prefix("refs/heads/").unwrap_or(text).to_owned()
}

/// The names that a branch of the other side may have here.
fn names_of(branch: &str) -> Vec<String> {
    vec![format!("refs/remotes/origin/{branch}"), format!("refs/heads/{branch}")]
}

/// What the system says whose environment this is.
pub(crate) fn told() -> Result<Told, CliError> {
    let get = |name: &str| std::env::var(name).ok();
    let environment = Environment(&get);
    let systems = [
        github::told(&environment)?,
        others::gitlab(&environment),
        others::azure(&environment),
        others::bitbucket(&environment),
        others::buildkite(&environment),
        others::jenkins(&environment),
    ];
    systems.into_iter().flatten().next().ok_or_else(|| {
        CliError::new(Failure::Unusable {
            what: "no CI system is known by this environment".into(),
            hint: "name the change, such as `--base origin/main`; `--ci` knows GitHub Actions, GitLab CI, Azure \
                   Pipelines, Bitbucket, Buildkite and Jenkins"
                .into(),
        })
    })
}

impl Told {
    /// What is to be looked at, by what it is judged, and what somebody should know of it.
    pub fn wanted(
        &self,
        repo: &Repo,
        args: &ChangeArgs,
    ) -> Result<(ChangeArgs, Wanted, Option<String>), CliError> {
        let mut args = args.clone();
        args.branch = args.branch.or_else(|| self.branch.clone());
        let found = match &self.change {
            Asked::Request { base, head } => self.request(repo, base, head, &mut args),
            Asked::Push { before, after, default, is_told } => {
                self.push(repo, (before.as_deref(), after), default.as_deref(), *is_told, &mut args)
            }
        };
        let (wanted, note) = found?;
        Ok((args, wanted, note))
    }

    fn request(
        &self,
        repo: &Repo,
        base: &[String],
        head: &str,
        args: &mut ChangeArgs,
    ) -> Result<(Wanted, Option<String>), CliError> {
        let base = self.first_here(repo, base)?;
        let head = self.here(repo, head)?;
        args.base = Some(base.to_string());
        args.head = head.to_string();
        let selection = Selection::PullRequest { base: base.to_string(), head: head.to_string() };
        Ok((Wanted { selection, mode: Mode::PullRequest, is_fast_forward: None }, None))
    }

    fn push(
        &self,
        repo: &Repo,
        (before, after): (Option<&str>, &str),
        default: Option<&str>,
        is_told: bool,
        args: &mut ChangeArgs,
    ) -> Result<(Wanted, Option<String>), CliError> {
        let tip = self.here(repo, after)?;
        let before = before.map(|before| self.here(repo, before)).transpose()?;
        let is_default = default.is_some() && default == self.branch.as_deref();
        let begun = match (before, default) {
            (Some(before), _) => Some(before),
            (None, Some(default)) if !is_default => {
                Some(self.first_here(repo, &names_of(default))?)
            }
            _ => None,
        };
        let is_fast_forward = match before {
            Some(before) => Some(repo.list_commits(&[before], &[tip])?.is_empty()),
            None => is_told.then_some(true),
        };
        let selection = match begun {
            Some(begun) => {
                args.policy_from = args.policy_from.take().or(Some(begun.to_string()));
                Selection::Brought { tip, known: vec![begun] }
            }
            None => Selection::Commit(tip.to_string()),
        };
        if let Some(begun) = begun
            && repo.list_commits(&[tip], &[begun])?.is_empty()
        {
            let note = format!("what {} names brings no commit that was not there", self.system);
            return Ok((Wanted { selection, mode: Mode::Range, is_fast_forward }, Some(note)));
        }
        let alone = begun.is_none().then(|| {
            format!(
                "{} does not say where the branch was before: its last commit alone was looked at",
                self.system
            )
        });
        Ok((Wanted { selection, mode: Mode::Range, is_fast_forward }, alone))
    }

    /// The first of these that is here.
    fn first_here(&self, repo: &Repo, names: &[String]) -> Result<ObjectId, CliError> {
        for name in names {
            match repo.resolve(name) {
                Ok(id) => return Ok(id),
                Err(GitError::UnknownRevision { .. } | GitError::MissingObject { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(self.not_here(repo, names.first().map_or("", String::as_str)))
    }

    fn here(&self, repo: &Repo, name: &str) -> Result<ObjectId, CliError> {
        self.first_here(repo, &[name.to_owned()])
    }

    fn not_here(&self, repo: &Repo, name: &str) -> CliError {
        let what = format!(
            "`{}`, which {} names, is not in this clone",
            printable(name.as_bytes()),
            self.system
        );
        CliError::new(Failure::NotEvaluated { what, hint: self.fetch(repo, Some(name)) })
    }

    /// What to do where the history is not here.
    fn fetch(&self, repo: &Repo, name: Option<&str>) -> String {
        let unshallow = if repo.is_shallow() { "--unshallow " } else { "" };
        let branch = self.branch.as_deref().unwrap_or("main");
        let wanted = match name.and_then(commit_id) {
            Some(id) if !repo.is_shallow() => id,
            _ => format!("+refs/heads/{branch}:refs/remotes/origin/{branch}"),
        };
        let fetch = format!("`git fetch --no-tags {unshallow}origin {wanted}`");
        match self.system {
            github::NAME => {
                format!("let actions/checkout fetch it with `fetch-depth: 0`, or run {fetch}")
            }
            others::GITLAB => format!("set the variable `GIT_DEPTH: 0`, or run {fetch}"),
            others::AZURE => format!("let the checkout step have `fetchDepth: 0`, or run {fetch}"),
            others::BITBUCKET => format!("set `clone: depth: full`, or run {fetch}"),
            _ => format!("run {fetch}"),
        }
    }

    /// The same error with what to do on this system, where the history is not all here.
    pub fn explain(&self, repo: &Repo, error: CliError) -> CliError {
        match error.lacks_history() && repo.is_shallow() {
            true => CliError::new(Failure::NotEvaluated {
                what: format!("the clone is shallow: {}", error.message()),
                hint: self.fetch(repo, None),
            }),
            false => error,
        }
    }
}
