//! The arguments of `hook`.

use std::ffi::OsString;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum HookCommand {
    /// Let git ask before a commit and a push; hooks that are there are kept and run first
    ///
    /// Hooks go where git looks for them: `core.hooksPath`, or the directory that all worktrees share.
    /// husky's files get a marked part; where the pre-commit framework or lefthook has its own, nothing
    /// is changed and what to add to its configuration is said. The history is indexed once, so that
    /// hooks need not wait for it.
    Install(InstallArgs),
    /// Take our hooks away, and put back what was there, byte for byte
    Uninstall(UninstallArgs),
    /// What a hook does; git calls it
    ///
    /// The exit code is that of `check`: git goes on only where it is 0. Where there is nothing to say
    /// nothing is printed.
    Run(RunArgs),
}

/// The arguments of `hook install`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gitops-health hook install                       before each commit, on its message, before each push
  gitops-health hook install pre-commit            before each commit alone
  gitops-health hook install prepare-commit-msg    say in the editor how risky the commit is
  gitops-health --repo /srv/git/app.git hook install pre-receive    on a server, for all pushes")]
pub(crate) struct InstallArgs {
    /// Which hooks [default: pre-commit, commit-msg and pre-push; in a bare repository pre-receive]
    #[arg(value_name = "HOOK")]
    pub hooks: Vec<HookName>,
    /// Say what would be done, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Leave the history for whoever needs it first
    #[arg(long)]
    pub no_index: bool,
}

/// The arguments of `hook uninstall`.
#[derive(Debug, Args)]
pub(crate) struct UninstallArgs {
    /// Which hooks [default: all of ours]
    #[arg(value_name = "HOOK")]
    pub hooks: Vec<HookName>,
    /// Say what would be done, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// The arguments of `hook run`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gitops-health hook run pre-commit
  gitops-health hook run commit-msg -- .git/COMMIT_EDITMSG
  echo \"refs/heads/main $(git rev-parse HEAD) refs/heads/main $(git rev-parse HEAD~3)\" |
    gitops-health hook run pre-push -- origin https://git.example.org/app.git")]
pub(crate) struct RunArgs {
    /// Which hook
    #[arg(value_name = "HOOK")]
    pub hook: HookName,
    /// What git gives to the hook
    #[arg(value_name = "ARGUMENT", last = true)]
    pub arguments: Vec<OsString>,
}

/// The hooks of git that there are for us (githooks(5)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum HookName {
    /// Before a commit: what is staged
    PreCommit,
    /// Before the editor opens: how risky the commit is, as a comment
    PrepareCommitMsg,
    /// Before a commit: its message
    CommitMsg,
    /// Before a push: the commits that the other side does not have
    PrePush,
    /// On a server: what is pushed to it
    PreReceive,
}

impl HookName {
    pub const ALL: [Self; 5] =
        [Self::PreCommit, Self::PrepareCommitMsg, Self::CommitMsg, Self::PrePush, Self::PreReceive];

    /// The name of its file.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PrepareCommitMsg => "prepare-commit-msg",
            Self::CommitMsg => "commit-msg",
            Self::PrePush => "pre-push",
            Self::PreReceive => "pre-receive",
        }
    }

    /// Whether git tells it on the standard input what it is about.
    pub fn reads_input(self) -> bool {
        matches!(self, Self::PrePush | Self::PreReceive)
    }
}
