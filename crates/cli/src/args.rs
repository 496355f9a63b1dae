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
    /// Take health data, personal data and secrets out of files, or say where they are
    ///
    /// Without --write nothing is changed: a difference is shown whose removed side is masked. Files
    /// are written all or nothing, keep their permissions and line ends, and no copy is left behind.
    /// What has a structure keeps it. A file called `scan` is named `./scan`.
    Sanitize(SanitizeArgs),
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
    /// Rank the files and directories where risk lives
    ///
    /// The score is change frequency times size times share of fixes, relative to the highest. Only
    /// ancestors of the revision count, merges left out, each file followed under the names it had.
    /// docs/risk-hotspots.md says what it means, and what it does not.
    Hotspots(HotspotsArgs),
    /// Show how commits, people, churn and fixes move from week to week or month to month
    ///
    /// Only ancestors of the revision count, merges left out, in weeks or months of the calendar in
    /// UTC by the committer's clock. A period without commits is a row with zeros.
    Trend(TrendArgs),
}

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:
  gitops-health sanitize fixtures/                     what would be taken out
  gitops-health sanitize fixtures/ --write             take it out
  gitops-health sanitize - < message.hl7 > clean.hl7   as a filter
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
    #[arg(value_name = "FILE", required = true)]
    pub paths: Vec<PathBuf>,
    /// Change the files
    #[arg(long)]
    pub write: bool,
    /// What takes the place of what is found
    #[arg(long, value_name = "HOW", default_value = "redacted")]
    pub replace_with: ReplaceWith,
    /// Replace letters by x and digits by 0, and keep all else
    #[arg(long, conflicts_with = "replace_with")]
    pub preserve_format: bool,
    /// How to print the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: IndexFormat,
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
    Scan(ScanArgs),
}

/// The arguments of `sanitize scan`; [`SanitizeCommand::Scan`] says what it does.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gitops-health sanitize scan                        all files here and below
  gitops-health sanitize scan --staged               what is about to be committed
  gitops-health sanitize scan --range main..HEAD     each commit of a branch
  gitops-health sanitize scan - < message.hl7        the standard input")]
pub(crate) struct ScanArgs {
    /// Files and directories; `-` is the standard input [default: the current directory]
    #[arg(value_name = "PATH", conflicts_with = "selection")]
    pub paths: Vec<PathBuf>,
    /// What one commit adds to its first parent
    #[arg(long, value_name = "REV", group = "selection", help_heading = "What to look at")]
    pub commit: Option<String>,
    /// What the next commit would add
    #[arg(long, group = "selection", help_heading = "What to look at")]
    pub staged: bool,
    /// What each commit of a range adds
    #[arg(long, value_name = "A..B", group = "selection", help_heading = "What to look at")]
    pub range: Option<String>,
    /// What each commit of HEAD adds that this revision does not have
    #[arg(long, value_name = "REV", group = "selection", help_heading = "What to look at")]
    pub base: Option<String>,
    /// All files of HEAD
    #[arg(long, group = "selection", help_heading = "What to look at")]
    pub all: bool,
    /// All contents that commits of HEAD, branches, branches of remotes and tags brought, each once
    #[arg(long, group = "selection", help_heading = "What to look at")]
    pub history: bool,
    /// The least severity that is listed
    #[arg(long, value_name = "SEVERITY", default_value = "low")]
    pub severity: SeverityArg,
    /// The least severity that makes the exit code 1
    #[arg(long, value_name = "SEVERITY", default_value = "low")]
    pub fail_on: SeverityArg,
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

#[derive(Debug, Subcommand)]
pub(crate) enum IndexCommand {
    /// Say where the index is and what it covers
    Status(IndexStatusArgs),
    /// Index what is new: HEAD, branches, branches of remotes and tags
    Update(IndexUpdateArgs),
    /// Look at some commits again and compare all that the index says about them
    Verify(IndexVerifyArgs),
    /// Take the index away; whatever needs it makes it anew
    Clear(IndexClearArgs),
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
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: IndexFormat,
}

#[derive(Debug, Args)]
pub(crate) struct IndexClearArgs {
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: IndexFormat,
}

#[derive(Debug, Args)]
pub(crate) struct IndexVerifyArgs {
    /// How many commits are looked at
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    pub sample: u32,
    /// Look at all commits
    #[arg(long, conflicts_with = "sample")]
    pub all: bool,
    /// Decides which commits are looked at [default: the time in seconds, so that others are each time]
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: IndexFormat,
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

/// The arguments of `risk hotspots`; [`RiskCommand::Hotspots`] says what it does.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gitops-health risk hotspots                        the 20 hottest files and directories
  gitops-health risk hotspots --files src/payment    only files, only there
  gitops-health risk hotspots --commit v2.0 --since 2025-01-01    a year before a release
  gitops-health risk hotspots --format csv --limit 1000 -o hotspots.csv    for a spreadsheet")]
pub(crate) struct HotspotsArgs {
    /// Only what is at or below these
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Whose files and ancestors are looked at
    #[arg(long, value_name = "REV", default_value = "HEAD", help_heading = "What to look at")]
    pub commit: String,
    /// Only what was committed on this day or later, in UTC, or at this time or later (RFC 3339)
    #[arg(long, value_name = "DATE", value_parser = parse_day, help_heading = "What to look at")]
    pub since: Option<Day>,
    /// Only what was committed on this day or before, or at this time or before
    #[arg(long, value_name = "DATE", value_parser = parse_day, help_heading = "What to look at")]
    pub until: Option<Day>,
    /// Generated and vendored files too
    #[arg(long, help_heading = "What to look at")]
    pub all_kinds: bool,
    /// Rank only files
    #[arg(long)]
    pub files: bool,
    /// Rank only directories
    #[arg(long, conflicts_with = "files")]
    pub directories: bool,
    /// How many of each are shown
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    /// How to print the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: TableFormat,
}

/// The arguments of `risk trend`; [`RiskCommand::Trend`] says what it does.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gitops-health risk trend                           the last twelve months
  gitops-health risk trend --by week --periods 26    half a year in weeks
  gitops-health risk trend --commit v2.0 --format markdown    what led to a release")]
pub(crate) struct TrendArgs {
    /// Whose ancestors are looked at
    #[arg(long, value_name = "REV", default_value = "HEAD", help_heading = "What to look at")]
    pub commit: String,
    /// The last day, in UTC, or the last moment (RFC 3339) [default: when REV was committed]
    #[arg(long, value_name = "DATE", value_parser = parse_day, help_heading = "What to look at")]
    pub until: Option<Day>,
    /// How long a period is
    #[arg(long, value_name = "PERIOD", default_value = "month")]
    pub by: PeriodLength,
    /// How many periods are shown
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..=1200))]
    pub periods: u16,
    /// How to print the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: TableFormat,
}

/// The formats of what is a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableFormat {
    /// Plain words and columns for people
    Text,
    /// JSON with everything
    Json,
    /// For spreadsheets (RFC 4180)
    Csv,
    /// For comments and job summaries
    Markdown,
    /// A page with charts that stands alone
    Html,
}

/// The lengths of periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PeriodLength {
    /// From Monday to Sunday (ISO 8601)
    Week,
    /// From the first to the last day
    Month,
}

/// A day in UTC, or a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day {
    /// Its first moment.
    pub first: ZonedTime,
    /// Its last moment.
    pub last: ZonedTime,
}

fn parse_day(text: &str) -> Result<Day, String> {
    if let Some(time) = ZonedTime::parse_rfc3339(text) {
        return Ok(Day { first: time, last: time });
    }
    let is_day = text.len() == 10;
    let first = ZonedTime::parse_rfc3339(&format!("{text}T00:00:00Z")).filter(|_| is_day);
    let first = first.ok_or("expected a day such as 2026-03-01, or 2026-03-01T12:00:00Z")?;
    Ok(Day { first, last: ZonedTime { seconds: first.seconds + 86_399, ..first } })
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
