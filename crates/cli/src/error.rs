use std::error::Error as _;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write as _};
use std::path::{Path, PathBuf};

use gitops_health_git::Error as GitError;
use gitops_health_history::Error as HistoryError;
use gitops_health_risk::ConfigError;
use gitops_health_risk::forecast::OutcomesError;
use gitops_health_risk::label::LabelError;

use crate::config::LoadError;
use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::look::masked;

/// Why a command gave no answer: what failed, the exit code, and what to do about it.
#[derive(Debug)]
pub(crate) struct CliError {
    failure: Failure,
}

/// What failed.
#[derive(Debug)]
pub(crate) enum Failure {
    Git(GitError),
    History(HistoryError),
    Load(LoadError),
    Config(ConfigError),
    NothingStaged,
    NothingChanged,
    /// There is nothing to report on.
    NothingToReport {
        what: String,
        hint: String,
        /// Whether there would be if all of the history were here.
        is_cut: bool,
    },
    /// Something that was configured or is there can't be used.
    Unusable {
        what: String,
        hint: String,
    },
    /// Something could not be looked at or done in whole, and so it was not begun.
    NotEvaluated {
        what: String,
        hint: String,
    },
    /// There is no key where one is needed.
    NoKey {
        variable: &'static str,
    },
    /// Something that was named can't be read.
    Input {
        place: String,
        source: io::Error,
    },
    Output {
        place: String,
        source: io::Error,
    },
}

impl CliError {
    pub fn new(failure: Failure) -> Self {
        Self { failure }
    }

    /// Whether an object is not in this clone.
    pub fn is_missing_object(&self) -> bool {
        matches!(self.failure, Failure::Git(GitError::MissingObject { .. }))
    }

    /// Whether there was nothing to look at.
    pub fn is_nothing_staged(&self) -> bool {
        matches!(self.failure, Failure::NothingStaged)
    }

    /// Whether it may be that some of the history is not in this clone.
    pub fn lacks_history(&self) -> bool {
        matches!(
            self.failure,
            Failure::Git(
                GitError::MissingObject { .. }
                    | GitError::NoMergeBase { .. }
                    | GitError::ShallowEdge { .. }
                    | GitError::UnknownRevision { .. }
            )
        )
    }

    /// What to do about it.
    pub fn advice(&self) -> Option<String> {
        self.failure.hint()
    }

    /// What failed, in words.
    pub fn message(&self) -> String {
        self.failure.message()
    }

    /// Whether there is no repository, which is all right for some commands.
    pub fn is_no_repository(&self) -> bool {
        matches!(self.failure, Failure::Git(GitError::NotARepository { .. }))
    }
}

impl From<GitError> for CliError {
    fn from(error: GitError) -> Self {
        Self::new(Failure::Git(error))
    }
}

impl From<HistoryError> for CliError {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::Git(error) => error.into(),
            error => Self::new(Failure::History(error)),
        }
    }
}

impl From<OutcomesError> for CliError {
    fn from(error: OutcomesError) -> Self {
        match error {
            OutcomesError::Label(error) => error.into(),
            OutcomesError::Learn(error) => error.into(),
        }
    }
}

impl From<LabelError> for CliError {
    fn from(error: LabelError) -> Self {
        match error {
            LabelError::History(error) => error.into(),
            LabelError::Git(error) => error.into(),
            error @ LabelError::Cancelled => Self::new(Failure::NotEvaluated {
                what: error.to_string(),
                hint: "run it again".into(),
            }),
        }
    }
}

impl From<LoadError> for CliError {
    fn from(error: LoadError) -> Self {
        Self::new(Failure::Load(error))
    }
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        Self::new(Failure::Config(error))
    }
}

/// Prints an error once: what, why, what to do.
pub(crate) fn report(error: &CliError, context: &Context) -> ExitCode {
    print(error, context.use_color(io::stderr().is_terminal()))
}

/// The same where it is known whether colours are wanted.
pub(crate) fn print(error: &CliError, color: bool) -> ExitCode {
    let label = |text: &str, code: &str| {
        if color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    };
    let mut text = format!("{} {}\n", label("error:", "1;31"), clean(&error.failure.message()));
    for cause in error.failure.causes() {
        let _ = writeln!(text, "  {} {}", label("caused by:", "2"), clean(&cause));
    }
    if let Some(hint) = error.failure.hint() {
        let _ = writeln!(text, "{} {}", label("hint:", "1;36"), clean(&hint));
    }
    // Nobody is left to hear about an error while printing an error.
    let _ = io::stderr().write_all(text.as_bytes());
    error.failure.exit_code()
}

/// Prints what clap has to say: help and version are answers, all else is wrong use. An argument that is quoted may be
/// what must not be printed.
pub(crate) fn report_usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::Clean;
    }
    let text = error.render().to_string();
    let safe: String = text.lines().map(|line| masked(line) + "\n").collect();
    let _ = match safe.lines().eq(text.lines()) {
        true => error.print(),
        false => io::stderr().write_all(safe.as_bytes()),
    };
    ExitCode::Usage
}

/// Names and messages from a repository may hold anything, and so may what is quoted of a configuration.
fn clean(text: &str) -> String {
    text.lines().map(masked).collect::<Vec<_>>().join("\n  ")
}

impl Failure {
    fn message(&self) -> String {
        match self {
            Self::Git(error) => error.to_string(),
            Self::History(error) => error.to_string(),
            Self::Load(error) => error.to_string(),
            Self::Config(error) => format!("the configuration makes no sense: {error}"),
            Self::NothingStaged => "nothing is staged".into(),
            Self::NothingChanged => "no tracked file of the worktree differs from HEAD".into(),
            Self::NothingToReport { what, .. } => what.clone(),
            Self::Unusable { what, .. } | Self::NotEvaluated { what, .. } => what.clone(),
            Self::NoKey { variable } => {
                format!("`{variable}` holds no key of at least 16 bytes")
            }
            Self::Input { place, .. } => format!("could not read {place}"),
            Self::Output { place, .. } => format!("could not write to {place}"),
        }
    }

    fn causes(&self) -> Vec<String> {
        let first = match self {
            Self::Git(error) => error.source(),
            Self::History(error) => error.source(),
            Self::Load(error) => error.source(),
            Self::Input { source, .. } | Self::Output { source, .. } => {
                return vec![source.to_string()];
            }
            _ => None,
        };
        std::iter::successors(first, |cause: &&dyn std::error::Error| (*cause).source())
            .map(ToString::to_string)
            .collect()
    }

    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Git(
                GitError::ShallowEdge { .. }
                | GitError::MissingObject { .. }
                | GitError::UnreadableObject { .. }
                | GitError::Index { .. }
                | GitError::UnchangedIndex { .. }
                | GitError::File { .. }
                | GitError::TooLarge { .. }
                | GitError::Operation { .. },
            )
            | Self::History(_)
            | Self::NotEvaluated { .. }
            | Self::NothingToReport { is_cut: true, .. } => ExitCode::NotEvaluated,
            _ => ExitCode::Usage,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Git(error) => hint_for_git(error),
            Self::History(HistoryError::Damaged { .. }) => Some(
                "`gitops-health index update`, or whatever needs it next, makes it anew".into(),
            ),
            Self::History(HistoryError::NotIndexed { .. }) => {
                Some("index it with `gitops-health index update REV`".into())
            }
            Self::History(HistoryError::Busy { .. }) => Some(
                "end them, such as another program that has it open, or try again later".into(),
            ),
            Self::History(HistoryError::InMemory) => Some(
                "let the git directory be written, or set XDG_CACHE_HOME to a directory that can be"
                    .into(),
            ),
            Self::History(HistoryError::Beside { .. }) => {
                Some("look at its permissions and at the space left there, and at what is in its place".into())
            }
            Self::History(HistoryError::Store { operation: "take away", .. }) => {
                Some("look at its permissions, and remove what is in its place".into())
            }
            Self::History(_) => Some(
                "look at its permissions and at the space left there; \
                 `gitops-health index clear` takes the index away"
                    .into(),
            ),
            Self::Load(error) => Some(error.hint()),
            Self::Config(_) => Some(
                "see where each value comes from with `gitops-health config show --origin`".into(),
            ),
            Self::NothingStaged => {
                Some("stage changes with `git add`, or name a commit with `--commit REV`".into())
            }
            Self::NothingChanged => {
                Some("untracked files are not looked at: `git add` them first".into())
            }
            Self::NothingToReport { hint, .. }
            | Self::Unusable { hint, .. }
            | Self::NotEvaluated { hint, .. } => Some(hint.clone()),
            Self::NoKey { variable } => {
                Some(format!("keep one outside of the repository, and set {variable} to it"))
            }
            Self::Input { .. } => Some("name a file or a directory that you may read".into()),
            Self::Output { .. } => {
                Some("name a file in a directory that can be written, with `--output FILE`".into())
            }
        }
    }
}

fn hint_for_git(error: &GitError) -> Option<String> {
    Some(match error {
        GitError::NotARepository { .. } => {
            "run it inside a repository, or name one with `--repo PATH`".into()
        }
        GitError::UnsafeOwner { path, .. } => format!(
            "if you trust it, run `git config --global --add safe.directory {}`",
            quoted(&top_of(path))
        ),
        GitError::Unsupported { feature, .. } if feature.starts_with("object format") => {
            "only SHA-1 repositories can be read; mirror it into one".into()
        }
        GitError::Unsupported { feature, .. } if feature.contains("partialclone") => {
            "newer versions of git need no such extension: `git config --unset extensions.partialClone`".into()
        }
        GitError::Unsupported { .. } => "use a clone made without this extension".into(),
        GitError::UnbornHead { .. } => "make a first commit; commands that have `--staged` look at what is staged without one".into(),
        GitError::UnknownRevision { revision } => unknown_revision_hint(revision),
        GitError::NestedTags { .. } => {
            "see with `git for-each-ref refs/tags` which tag it is, and delete it".into()
        }
        GitError::DamagedReference { .. } => {
            "fetch it again, or remove its file from the git directory; `git fsck` names it, too".into()
        }
        GitError::AmbiguousRevision { candidates, .. } if candidates.is_empty() => {
            "write more digits of the id".into()
        }
        GitError::AmbiguousRevision { candidates, .. } => {
            format!("write more digits of the id:\n{}", candidates.join("\n"))
        }
        GitError::AmbiguousName { candidates, .. } => {
            format!("write in full which one is meant:\n{}", candidates.join("\n"))
        }
        GitError::InvalidRevision { .. } | GitError::NotACommit { .. } => {
            "name a commit: a branch, a tag, an id or HEAD~1; `git help revisions` lists all ways".into()
        }
        GitError::NotARange { .. } => "write both ends, such as `main..HEAD`".into(),
        GitError::EmptyRange { range, is_reversed } => match range.split_once("..") {
            Some((from, to)) if *is_reversed && !to.starts_with('.') => {
                let or_head = |end: &str| if end.is_empty() { "HEAD" } else { end }.to_owned();
                format!("it is the wrong way round: try `{}..{}`", or_head(to), or_head(from))
            }
            _ => "name another base: this one holds all commits of the other end already".into(),
        },
        GitError::NoMergeBase { .. } => "name two revisions of one history; in a shallow clone, run `git fetch --unshallow` first".into(),
        GitError::ShallowEdge { .. } => "fetch more of the history with `git fetch --deepen=100` or `git fetch --unshallow`".into(),
        GitError::MissingObject { .. } => "in a partial or shallow clone, fetch it with `git fetch --refetch --no-filter`; otherwise look for damage with `git fsck`".into(),
        GitError::UnreadableObject { .. } => "look for damage with `git fsck`, and fetch the object again".into(),
        GitError::Index { .. } => index_hint(error),
        GitError::UnchangedIndex { .. } => "let other git commands end and try again; if none runs, remove `index.lock` from the git directory".into(),
        GitError::NoWorktree { .. } => "name a commit with `--commit REV`: a bare repository has nothing else".into(),
        GitError::File { .. } | GitError::GitFile { .. } => {
            "look at what it is, and at its permissions".into()
        }
        GitError::TooLarge { .. } => "select a smaller change".into(),
        GitError::Open { .. } => {
            "see whether `git status` works there; `git config --list` finds a broken config".into()
        }
        GitError::Operation { .. } => "look for damage with `git fsck`".into(),
        _ => return None,
    })
}

/// The directory that git looks for in `safe.directory`: the worktree, or a bare repository.
fn top_of(start: &Path) -> PathBuf {
    let start = std::fs::canonicalize(start).unwrap_or_else(|_| start.to_owned());
    let is_top = |path: &&Path| {
        path.join(".git").exists() || (path.join("objects").is_dir() && !path.ends_with(".git"))
    };
    start.ancestors().find(is_top).unwrap_or(&start).to_owned()
}

/// The path as one word of a shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

fn unknown_revision_hint(revision: &str) -> String {
    if let Some(name) = revision.strip_prefix("origin/") {
        return format!(
            "fetch it with `git fetch origin {name}`, or list what there is with `git branch --all`"
        );
    }
    "list what there is with `git branch --all` and `git tag`".into()
}

fn index_hint(error: &GitError) -> String {
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    if cause.contains("sdir") {
        return "expand the sparse index with `git sparse-checkout reapply --no-sparse-index`"
            .into();
    }
    if cause.contains("link") {
        return "join the split index with `git update-index --no-split-index`".into();
    }
    "make a new one with `rm \"$(git rev-parse --git-path index)\" && git reset` inside the \
     worktree: what was staged has to be staged again"
        .into()
}
