use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ColorChoice, Parser, Subcommand, ValueEnum};
use gitops_health_git::{Selection, ZonedTime};

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
    /// How risky is a change, and why?
    #[command(subcommand)]
    Risk(RiskCommand),
    /// What is known of the history, and is it right?
    ///
    /// The index is kept in the git directory (`gitops-health/history.sqlite`) and made by whatever
    /// needs it. It can be asked with any SQLite.
    #[command(subcommand)]
    Index(IndexCommand),
    /// What is the configuration, and where does it come from?
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum RiskCommand {
    /// Score a change from 0 to 100, say why, and how to deploy it
    ///
    /// The score is the sum of four factors, each with its evidence: critical paths, historical
    /// performance, code complexity and temporal context. It orders changes by how much there is
    /// to look after; it is not a probability.
    ///
    /// In a pipe, without --explain, --historical or --format, just the number is printed, and
    /// with --recommend-strategy just STANDARD, CANARY or BLUE_GREEN.
    Score(ScoreArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum IndexCommand {
    /// Say where the index is and what it covers
    Status(IndexStatusArgs),
    /// Index what is new: HEAD, branches, branches of remotes and tags
    Update(IndexUpdateArgs),
    /// Look at some commits again and compare what the index says about them
    Verify(IndexVerifyArgs),
    /// Take the index away; whatever needs it makes it anew
    Clear,
}

#[derive(Debug, Args)]
pub(crate) struct IndexStatusArgs {
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: IndexFormat,
}

#[derive(Debug, Args)]
pub(crate) struct IndexUpdateArgs {
    /// Only these revisions and what came before them
    #[arg(value_name = "REV")]
    pub revisions: Vec<String>,
    /// How many threads work [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
}

#[derive(Debug, Args)]
pub(crate) struct IndexVerifyArgs {
    /// How many commits are looked at
    #[arg(long, value_name = "N", default_value_t = 500)]
    pub sample: usize,
    /// Look at all commits
    #[arg(long, conflicts_with = "sample")]
    pub all: bool,
    /// Decides which commits are looked at
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
}

/// The formats of what is said about the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum IndexFormat {
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

/// The arguments of `risk score`; [`RiskCommand::Score`] says what it does.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gitops-health risk score                          the last commit
  gitops-health risk score --staged --explain       what is about to be committed, and why
  gitops-health risk score --range main..HEAD       each commit of a branch, and the whole
  score=$(gitops-health risk score) && test \"$score\" -lt 50    a number for scripts
  gitops-health risk score --base origin/main --format markdown    a comment for a pull request")]
pub(crate) struct ScoreArgs {
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Show every signal with its evidence
    #[arg(long)]
    pub explain: bool,
    /// Say how to deploy the change
    #[arg(long)]
    pub recommend_strategy: bool,
    /// List the earlier commits most like the change and what became of them
    #[arg(long)]
    pub historical: bool,
    /// How to print the report [default: text on a terminal, the bare value in a pipe]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<ScoreFormat>,
}

/// What to look at.
#[derive(Debug, Args)]
pub(crate) struct SelectionArgs {
    /// One commit against its first parent [default: HEAD]
    #[arg(long, value_name = "REV", group = "selection", help_heading = "What to look at")]
    commit: Option<String>,
    /// What the next commit would change
    #[arg(long, group = "selection", help_heading = "What to look at")]
    staged: bool,
    /// The tracked files as they are on disk, against HEAD
    #[arg(long, group = "selection", help_heading = "What to look at")]
    worktree: bool,
    /// Each commit of a range and the whole of it, from the merge base of its ends
    #[arg(long, value_name = "A..B", group = "selection", help_heading = "What to look at")]
    range: Option<String>,
    /// A pull request: HEAD, or --head, against its merge base with this revision
    #[arg(long, value_name = "REV", group = "selection", help_heading = "What to look at")]
    base: Option<String>,
    /// The other end of a pull request
    #[arg(
        long,
        value_name = "REV",
        requires = "base",
        default_value = "HEAD",
        hide_default_value = true,
        help_heading = "What to look at"
    )]
    head: String,
}

impl SelectionArgs {
    /// The selection; one commit, HEAD, where none was asked for.
    pub fn selection(&self) -> Selection {
        if self.staged {
            Selection::Staged
        } else if self.worktree {
            Selection::Worktree
        } else if let Some(range) = &self.range {
            Selection::Range(range.clone())
        } else if let Some(base) = &self.base {
            Selection::PullRequest { base: base.clone(), head: self.head.clone() }
        } else {
            Selection::Commit(self.commit.clone().unwrap_or_else(|| "HEAD".into()))
        }
    }
}

/// The formats of a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScoreFormat {
    /// Plain words for people
    Text,
    /// A table with lines
    Table,
    /// JSON with everything
    Json,
    /// For comments and job summaries
    Markdown,
    /// Annotations of GitHub Actions
    Github,
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
