//! What can be typed. The groups of commands have files of their own.

mod check;
mod compliance;
mod day;
mod hook;
mod index;
mod risk;
mod sanitize;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ColorChoice, CommandFactory, Parser, Subcommand, ValueEnum};
use gitops_health_git::ZonedTime;

pub(crate) use check::*;
pub(crate) use compliance::*;
pub(crate) use day::{Day, is_within};
pub(crate) use hook::*;
pub(crate) use index::*;
pub(crate) use risk::*;
pub(crate) use sanitize::*;

use day::parse_day;

/// Change governance from the git repository itself.
#[derive(Debug, Parser)]
#[command(
    name = "gitops-health",
    version,
    arg_required_else_help = true,
    subcommand_required = true,
    max_term_width = 100,
    after_help = "Exit codes: 0 clean, 1 findings at or above the threshold, 2 wrong use or broken \
                  environment, 3 something could not be evaluated."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub global: GlobalArgs,
    #[command(subcommand)]
    pub command: Command,
}

/// All that can be typed.
pub(crate) fn command() -> clap::Command {
    // Without a selection `check` looks at something else than commands that only tell.
    let help = |commit: clap::Arg| commit.help("One commit against its first parent");
    let staged = |staged: clap::Arg| staged.help("What is staged against HEAD [default]");
    Cli::command()
        .mut_subcommand("check", |check| check.mut_arg("commit", help).mut_arg("staged", staged))
}

/// What every command understands.
#[derive(Clone, Debug, Args)]
pub(crate) struct GlobalArgs {
    /// A directory in the repository [default: discover from the current directory]
    #[arg(long, global = true, value_name = "PATH", help_heading = "Global options")]
    pub repo: Option<PathBuf>,
    /// Another configuration file, which overrides all others
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub config: Option<PathBuf>,
    /// Write the report to a file, all of it or nothing; `-` is the standard output
    #[arg(short, long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub output: Option<PathBuf>,
    /// No notes and no progress on the standard error
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Global options")]
    pub quiet: bool,
    /// Say on the standard error what is read; twice: each setting and how far the past was read
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Global options")]
    pub verbose: u8,
    /// When to use colours
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Global options"
    )]
    pub color: Color,
    /// No progress on the standard error
    #[arg(long, global = true, help_heading = "Global options")]
    pub no_progress: bool,
    /// The time to take for now, such as 2026-03-01T12:00:00+01:00: the moment of what is not
    /// committed, and of a pull request where freeze windows are concerned
    #[arg(long, global = true, value_name = "RFC3339", value_parser = parse_time, help_heading = "Global options")]
    pub now: Option<ZonedTime>,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Begin in this repository: a configuration, hooks, a pipeline
    ///
    /// It looks at languages, hooks, pipelines, owners and signatures, shows what it would write and why,
    /// and writes it only on yes. Nothing that is there is changed.
    Init(InitArgs),
    /// What is wrong with the set-up, and how is it mended?
    ///
    /// Nothing is changed. The exit code is 1 where there is a problem.
    Doctor(DoctorArgs),
    /// May this change go in?
    ///
    /// Looks for health data, personal data and secrets, asks the rules that are set up, and says how risky
    /// it is, over one selection. Configuration, rules, roster, owners, allowed values and attributes are
    /// those of the revision before the change, never those that it brings. Without a selection it is about
    /// what is staged.
    Check(Box<CheckArgs>),
    /// Let git ask before it commits, pushes, or takes what is pushed
    #[command(subcommand)]
    Hook(HookCommand),
    /// How risky is a change, and why?
    #[command(subcommand)]
    Risk(RiskCommand),
    /// Take health data, personal data and secrets out of files, or say where they are
    ///
    /// Without --write nothing is changed: a difference is shown whose removed side is masked. Files
    /// are written all or nothing, keep their permissions and line ends, and no copy is left behind.
    /// What has a structure keeps it. A file called `scan` is named `./scan`.
    Sanitize(SanitizeArgs),
    /// Does a change keep the rules, clause by clause?
    #[command(subcommand)]
    Compliance(ComplianceCommand),
    /// What is known of the history, and is it right?
    ///
    /// The index is kept in the git directory (`gitops-health/history.sqlite`) and made by whatever
    /// needs it. It can be asked with any SQLite.
    #[command(subcommand)]
    Index(IndexCommand),
    /// What is the configuration, and where does it come from?
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print a script that lets a shell complete what is typed
    ///
    /// bash: `gitops-health completions bash > ~/.local/share/bash-completion/completions/gitops-health`;
    /// zsh: into a file `_gitops-health` in a directory of `$fpath`; fish:
    /// `gitops-health completions fish > ~/.config/fish/completions/gitops-health.fish`.
    Completions(CompletionsArgs),
    /// Print a manual page, or write all of them into a directory
    Man(ManArgs),
}

/// The arguments of `init`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gitops-health init                           look, show, ask, write
  gitops-health init --yes --framework hipaa   for scripts
  gitops-health init --no-hooks --no-ci        the configuration alone")]
pub(crate) struct InitArgs {
    /// Write without asking
    #[arg(long)]
    pub yes: bool,
    /// The frameworks whose rules decide
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub framework: Vec<String>,
    /// Install no hooks
    #[arg(long)]
    pub no_hooks: bool,
    /// Write no pipeline
    #[arg(long)]
    pub no_ci: bool,
}

/// The arguments of `doctor`.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: PlainFormat,
}

/// The arguments of `completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// Which shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// The arguments of `man`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gitops-health man | man -l -                       the page of the program
  gitops-health man sanitize scan | man -l -         that of a command
  gitops-health man --directory ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// The command, such as `sanitize scan` [default: all of the program]
    #[arg(value_name = "COMMAND", conflicts_with = "directory")]
    pub command: Vec<String>,
    /// Write a page for each command into this directory
    #[arg(long, value_name = "DIR")]
    pub directory: Option<PathBuf>,
}

/// The formats of what is neither a table nor a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlainFormat {
    /// Plain words for people
    Text,
    /// JSON with everything
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print the configuration in effect
    Show(ShowArgs),
    /// Print the JSON Schema of the configuration file
    Schema,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Say of each value where it comes from
    #[arg(long)]
    pub origin: bool,
}

fn parse_time(text: &str) -> Result<ZonedTime, String> {
    ZonedTime::parse_rfc3339(text)
        .ok_or_else(|| "expected a date, a time and a zone, such as 2026-03-01T12:00:00Z".into())
}

/// The choice of colours for help and usage errors, which are printed before arguments are known.
pub(crate) fn color_for_help(arguments: &[OsString]) -> ColorChoice {
    let given = |text: &str| {
        let both = format!("--color={text}");
        arguments.iter().any(|argument| *argument == *both)
            || arguments.windows(2).any(|pair| pair[0] == "--color" && pair[1] == text)
    };
    if given("never") {
        ColorChoice::Never
    } else if given("always") {
        ColorChoice::Always
    } else {
        ColorChoice::Auto
    }
}
