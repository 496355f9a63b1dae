//! The arguments of `sanitize FILES` and `sanitize scan`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use gitops_health_sanitize::Dates;

use super::{Day, PlainFormat, parse_day};

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:
  gitops-health sanitize fixtures/                     what would be taken out
  gitops-health sanitize fixtures/ --write             take it out
  gitops-health sanitize --staged --write              clean what is about to be committed
  gitops-health sanitize - < message.hl7 > clean.hl7   as a filter
  gitops-health sanitize - --stdin-name a.py < a.py    as one that knows what it reads
  gitops-health sanitize --history --plan ../plan      how to clean what was committed
  gitops-health sanitize scan --staged                 only say where something is"
)]
pub(crate) struct SanitizeArgs {
    #[command(subcommand)]
    pub command: Option<SanitizeCommand>,
    #[command(flatten)]
    pub clean: CleanArgs,
}

/// The arguments of `sanitize FILES`.
#[derive(Debug, Args)]
pub(crate) struct CleanArgs {
    /// Files and directories; `-` filters the standard input to the standard output
    #[arg(value_name = "FILE", required_unless_present_any = ["staged", "history"])]
    pub paths: Vec<PathBuf>,
    /// Whose contents the standard input is: the end of the name says what it is written in, and the
    /// configuration what holds there
    #[arg(long, value_name = "PATH", conflicts_with_all = ["staged", "history"])]
    pub stdin_name: Option<PathBuf>,
    /// What the next commit would add: the new lines in the index and what is found only now in others, and the same
    /// lines in the worktree
    #[arg(long, conflicts_with = "paths")]
    pub staged: bool,
    /// Write a plan that takes all out of the whole history; nothing is rewritten
    #[arg(long, requires = "plan", conflicts_with_all = ["paths", "staged", "write"])]
    pub history: bool,
    /// The directory of that plan, outside of the repository
    #[arg(long, value_name = "DIR", requires = "history")]
    pub plan: Option<PathBuf>,
    /// Change the files, or what is staged
    #[arg(long)]
    pub write: bool,
    /// Keep files as they were in this directory, outside of the repository
    #[arg(long, value_name = "DIR", requires = "write")]
    pub backup_dir: Option<PathBuf>,
    /// What takes the place of what is found
    #[arg(long, value_name = "HOW", default_value = "redacted")]
    pub replace_with: ReplaceWith,
    /// Replace letters by x and digits by 0, and keep all else
    #[arg(long, conflicts_with = "replace_with")]
    pub preserve_format: bool,
    /// Which dates are taken out [default: what `sanitize.dates` says]
    #[arg(long, value_name = "WHICH")]
    pub dates: Option<DatesArg>,
    /// How to print the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: PlainFormat,
}

/// What takes the place of what is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReplaceWith {
    /// What kind of thing it was: [NAME]
    Redacted,
    /// The same for the same value within a run: [NAME_1]
    Placeholder,
    /// The same for the same value and key: [NAME_3f2a8c0d1b4e5f60]; the key is in GITOPS_HEALTH_SANITIZE_KEY
    Hash,
    /// Something made up of the same form, the same for the same value and key; dates move by whole weeks
    Synthetic,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SanitizeCommand {
    /// Say where health data, personal data and secrets are, and never what they are
    ///
    /// Files and directories as they are on disk, or what commits and the index add: only lines that
    /// are new count then. Messages of HL7 version 2 and X12, FHIR and clinical documents are
    /// understood by their fields.
    Scan(Box<ScanArgs>),
    /// Say what is looked for: all rules, or one of them
    Rules(RulesArgs),
}

/// The arguments of `sanitize rules`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gitops-health sanitize rules                       all rules, with those of the configuration
  gitops-health sanitize rules mrn                   what one of them is, and where it is from
  gitops-health sanitize rules --format json         with keywords, patterns and sources")]
pub(crate) struct RulesArgs {
    /// The rule, as reports name it
    #[arg(value_name = "RULE")]
    pub rule: Option<String>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: PlainFormat,
}

/// The arguments of `sanitize scan`; [`SanitizeCommand::Scan`] says what it does.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gitops-health sanitize scan                        all files here and below
  gitops-health sanitize scan --staged               what is about to be committed
  gitops-health sanitize scan --range main..HEAD     each commit of a branch
  gitops-health sanitize scan - < message.hl7        the standard input
  gitops-health sanitize scan --write-baseline       what is here now is known from now on

What is found may stay where a comment on its line, or alone on the line before, says why:
  number = \"...\"  # gitops-health:allow ssn made up for the manual
  number = \"...\"  # gitops-health:allow ssn:d9a352bf93c0b0c7 made up for the manual
The second form is for this one value. It is the only one that counts where there is a key
in GITOPS_HEALTH_SANITIZE_KEY, and the report says how it is written.")]
pub(crate) struct ScanArgs {
    /// Files and directories; `-` is the standard input [default: the current directory, or that of --repo]
    #[arg(value_name = "PATH", conflicts_with = "selection")]
    pub paths: Vec<PathBuf>,
    /// Whose contents the standard input is, as reports name it and the configuration knows it
    #[arg(long, value_name = "PATH", conflicts_with = "selection")]
    pub stdin_name: Option<PathBuf>,
    /// What one commit adds to its first parent
    #[arg(long, value_name = "REV", group = "selection", help_heading = "What to look at")]
    pub commit: Option<String>,
    /// What the next commit would add
    #[arg(long, group = "selection", help_heading = "What to look at")]
    pub staged: bool,
    /// What each commit of a range adds
    #[arg(long, value_name = "A..B", group = "selection", help_heading = "What to look at")]
    pub range: Option<String>,
    /// What changed in the tracked files of the worktree since HEAD
    #[arg(long, group = "selection", help_heading = "What to look at")]
    pub worktree: bool,
    /// What each commit of a pull request adds: those of --head that this revision does not have
    #[arg(long, value_name = "REV", group = "selection", help_heading = "What to look at")]
    pub base: Option<String>,
    /// The other end of --base
    #[arg(
        long,
        value_name = "REV",
        default_value = "HEAD",
        requires = "base",
        help_heading = "What to look at"
    )]
    pub head: String,
    /// All files of HEAD
    #[arg(long, group = "selection", help_heading = "What to look at")]
    pub all: bool,
    /// All contents that commits of branches, tags, notes, stashes and other references brought, each
    /// once, and what commits and tags say
    #[arg(long, group = "selection", help_heading = "What to look at")]
    pub history: bool,
    /// Of the history what was committed on this day or later, in UTC, or at this time or later (RFC 3339)
    #[arg(long, value_name = "DATE", value_parser = parse_day, requires = "history", help_heading = "What to look at")]
    pub since: Option<Day>,
    /// Of the history what was committed on this day or before, or at this time or before
    #[arg(long, value_name = "DATE", value_parser = parse_day, requires = "history", help_heading = "What to look at")]
    pub until: Option<Day>,
    /// The least severity that is listed; what makes the exit code 1 always is
    #[arg(long, value_name = "SEVERITY", default_value = "low")]
    pub severity: SeverityArg,
    /// The least severity that makes the exit code 1 [default: that of `--severity`]
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<SeverityArg>,
    /// Which dates are looked for [default: what `sanitize.dates` says]
    #[arg(long, value_name = "WHICH")]
    pub dates: Option<DatesArg>,
    /// The file of what is known already [default: that of `sanitize.baseline`, if it is there]
    #[arg(long, value_name = "FILE", help_heading = "What may stay")]
    pub baseline: Option<PathBuf>,
    /// Add what is found to the baseline, for which GITOPS_HEALTH_SANITIZE_KEY has to be set
    #[arg(long, help_heading = "What may stay")]
    pub write_baseline: bool,
    /// How many threads work [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// How to print the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ScanFormat,
}

/// The formats of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScanFormat {
    /// Plain words for people
    Text,
    /// JSON with everything
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// GitLab's Code Quality report
    Gitlab,
    /// JUnit's XML, for Jenkins and others that show tests
    Junit,
    /// The Test Anything Protocol
    Tap,
    /// For comments and job summaries
    Markdown,
    /// A page that stands alone
    Html,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SeverityArg {
    /// All
    Info,
    /// Known test values, and what is probably public
    Low,
    /// What says something about somebody together with more
    Medium,
    /// What identifies somebody, or opens something
    High,
    /// What identifies somebody for life, or opens a great deal
    Critical,
}

/// Which dates are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DatesArg {
    /// Dates of birth, and dates where there is talk of health
    Patients,
    /// Those, and in plain text (`*.txt`, the standard input) all dates, and years and weekdays in sentences
    Text,
    /// All dates wherever they stand, and years and weekdays in sentences
    All,
}

impl From<DatesArg> for Dates {
    fn from(argument: DatesArg) -> Self {
        match argument {
            DatesArg::Patients => Self::Patients,
            DatesArg::Text => Self::Text,
            DatesArg::All => Self::All,
        }
    }
}
