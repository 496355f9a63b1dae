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
        /// Whether the system says that there was no such branch.
        is_new: bool,
    },
}

/// A push, as the system tells it.
struct Pushed<'a> {
    before: Option<&'a str>,
    after: &'a str,
    default: Option<&'a str>,
    is_new: bool,
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

/// A word as a shell reads it: a branch may have any name.
fn word(text: &str) -> String {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "+-_./:".contains(sign);
    match text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", printable(text.as_bytes()).replace('\'', r"'\''")),
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
            Asked::Push { before, after, default, is_new } => {
                let (before, default) = (before.as_deref(), default.as_deref());
                self.push(repo, &Pushed { before, after, default, is_new: *is_new })
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
        Ok((Wanted::selected(selection, Mode::PullRequest), None))
    }

    /// What was pushed: by the branch that others begin at, unless it was pushed to this one, where what was there
    /// before counts.
    fn push(&self, repo: &Repo, pushed: &Pushed<'_>) -> Result<(Wanted, Option<String>), CliError> {
        let tip = self.here(repo, pushed.after)?;
        let before = pushed.before.map(|before| self.here(repo, before)).transpose()?;
        let default =
            pushed.default.map(str::to_owned).or_else(|| repo.default_branch_of("origin"));
        let is_default = default.is_some() && default == self.branch;
        let default = match default.filter(|_| !is_default) {
            Some(name) => Some(self.first_here(repo, &names_of(&name))?),
            None => None,
        };
        let (from, known, believed) = match (before, default) {
            // Whoever pushed to it before chose what is there.
            (Some(before), Some(default)) => (Some(before), vec![before, default], default),
            (Some(before), None) => (Some(before), vec![before], before),
            (None, Some(default)) => (Some(default), vec![default], default),
            // The first push of all: nothing else is there that could be believed.
            (None, None) if pushed.is_new => (None, Vec::new(), tip),
            (None, None) => return Err(self.not_told()),
        };
        let is_fast_forward = match before {
            Some(before) => Some(repo.list_commits(&[before], &[tip])?.is_empty()),
            None => pushed.is_new.then_some(true),
        };
        let note = repo
            .list_commits(&[tip], &known)?
            .is_empty()
            .then(|| format!("what {} names brings no commit that was not there", self.system));
        let wanted = Wanted {
            selection: Selection::Brought { tip, known, from },
            mode: Mode::Range,
            is_fast_forward,
            believed: Some(believed),
            name: self.branch.as_ref().map(|it| format!("refs/heads/{it}").into_bytes()),
        };
        Ok((wanted, note))
    }

    /// What came before nobody knows, so that nobody knows what is new.
    fn not_told(&self) -> CliError {
        CliError::new(Failure::NotEvaluated {
            what: format!("{} does not say where the branch was before", self.system),
            hint: "name it: `--range BEFORE..HEAD`; `--commit HEAD` looks at the last commit alone, and at all \
                   that it merges"
                .into(),
        })
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
            _ => word(&format!("+refs/heads/{branch}:refs/remotes/origin/{branch}")),
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

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "1111111111111111111111111111111111111111";
    const TWO: &str = "2222222222222222222222222222222222222222";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    /// What is told in an environment of these variables.
    fn told_by(
        system: impl Fn(&Environment<'_>) -> Option<Told>,
        variables: &[(&str, &str)],
    ) -> Option<Told> {
        let get = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        system(&Environment(&get))
    }

    fn request(told: &Told) -> (&str, &str, Option<&str>) {
        match &told.change {
            Asked::Request { base, head } => (&base[0], head, told.branch.as_deref()),
            other => panic!("{other:?}"),
        }
    }

    type Push<'a> = (Option<&'a str>, &'a str, Option<&'a str>, Option<&'a str>, bool);

    fn push(told: &Told) -> Push<'_> {
        match &told.change {
            Asked::Push { before, after, default, is_new } => {
                (before.as_deref(), after, default.as_deref(), told.branch.as_deref(), *is_new)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn gitlab_says_where_a_branch_was() {
        let mut variables = vec![
            ("GITLAB_CI", "true"),
            ("CI_COMMIT_SHA", TWO),
            ("CI_COMMIT_BEFORE_SHA", ONE),
            ("CI_COMMIT_BRANCH", "work"),
            ("CI_DEFAULT_BRANCH", "main"),
        ];
        let told = told_by(others::gitlab, &variables).expect("it is GitLab");
        assert_eq!(push(&told), (Some(ONE), TWO, Some("main"), Some("work"), false));
        variables[2].1 = ZERO;
        let told = told_by(others::gitlab, &variables).expect("it is GitLab");
        // So it is for what a clock begins, too.
        assert_eq!((push(&told).0, push(&told).4), (None, false));
        let pushed = [&variables[..], &[("CI_PIPELINE_SOURCE", "push")]].concat();
        assert!(push(&told_by(others::gitlab, &pushed).expect("it is GitLab")).4);
        variables.extend([
            ("CI_MERGE_REQUEST_IID", "7"),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", ONE),
        ]);
        let told = told_by(others::gitlab, &variables).expect("it is GitLab");
        // Never the merge base, which whoever makes the change chooses.
        assert_eq!(request(&told), ("refs/remotes/origin/main", TWO, Some("main")));
        variables.push(("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", ONE));
        assert_eq!(request(&told_by(others::gitlab, &variables).expect("it is")).0, ONE);
    }

    #[test]
    fn the_others_say_what_they_can() {
        let azure = [
            ("TF_BUILD", "True"),
            ("BUILD_SOURCEVERSION", TWO),
            ("BUILD_SOURCEBRANCH", "refs/heads/work"),
        ];
        let told = told_by(others::azure, &azure).expect("it is Azure");
        assert_eq!(push(&told), (None, TWO, None, Some("work"), false));
        let target =
            [&azure[..], &[("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main")]].concat();
        let told = told_by(others::azure, &target).expect("it is Azure");
        assert_eq!(request(&told), ("refs/remotes/origin/main", TWO, Some("main")));

        let bitbucket = [
            ("BITBUCKET_BUILD_NUMBER", "1"),
            ("BITBUCKET_COMMIT", TWO),
            ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
        ];
        let told = told_by(others::bitbucket, &bitbucket).expect("it is Bitbucket");
        assert_eq!(request(&told), ("refs/remotes/origin/main", TWO, Some("main")));
        let told = told_by(others::bitbucket, &bitbucket[..2]).expect("it is Bitbucket");
        assert_eq!(push(&told), (None, TWO, None, None, false));

        let buildkite = [
            ("BUILDKITE", "true"),
            ("BUILDKITE_COMMIT", "HEAD"),
            ("BUILDKITE_BRANCH", "work"),
            ("BUILDKITE_PIPELINE_DEFAULT_BRANCH", "main"),
            ("BUILDKITE_PULL_REQUEST", "false"),
            ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main"),
        ];
        let told = told_by(others::buildkite, &buildkite).expect("it is Buildkite");
        assert_eq!(push(&told), (None, "HEAD", Some("main"), Some("work"), false));

        let jenkins = [
            ("JENKINS_URL", "https://ci.example.org/"),
            ("GIT_COMMIT", TWO),
            ("GIT_PREVIOUS_COMMIT", TWO),
            ("GIT_PREVIOUS_SUCCESSFUL_COMMIT", ONE),
            ("GIT_BRANCH", "origin/work"),
        ];
        let told = told_by(others::jenkins, &jenkins).expect("it is Jenkins");
        assert_eq!(push(&told), (Some(ONE), TWO, None, Some("work"), false));
        let told = told_by(others::jenkins, &[&jenkins[..], &[("CHANGE_TARGET", "main")]].concat());
        assert_eq!(
            request(&told.expect("it is")),
            ("refs/remotes/origin/main", "HEAD", Some("main"))
        );

        for system in
            [others::gitlab, others::azure, others::bitbucket, others::buildkite, others::jenkins]
        {
            assert_eq!(
                told_by(system, &[("CI", "true"), ("GITLAB_CI", ""), ("TF_BUILD", "no")]),
                None
            );
        }
    }
}
