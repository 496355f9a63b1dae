//! The arguments of the commands about risk.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use gitops_health_git::Selection;

use super::{Day, parse_day};

#[derive(Debug, Subcommand)]
pub(crate) enum RiskCommand {
    /// Score a change from 0 to 100, say why, and how to deploy it
    ///
    /// The score is the sum of five factors, each with its evidence: what a learned model says, critical
    /// paths, historical performance, code complexity and temporal context. It orders changes by how much
    /// there is to look after; it is not a probability. docs/risk-score.md explains all of it.
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
    /// Tell which past commits introduced defects, and how that is known
    ///
    /// A commit that mends a defect is known by its message; what brought the defect is named there or
    /// found by the lines that the fix changes. What no fix leads to is clean only once it is old
    /// enough. A label is about a commit, never about a person: docs/risk-labels.md says how often
    /// labels are wrong.
    Labels(LabelsArgs),
    /// Learn from what became of this repository's own commits
    ///
    /// The model that comes with the program goes on from there: from 5 commits that introduced a defect
    /// and 5 that did not on it learns how many do, from 100 with a final label on its answers are
    /// weighed anew, from 300 on it learns more. What was learned is kept beside the history index, with
    /// how good it is here; where it does not beat the size of a change, it weighs itself down. The exit
    /// code is 3 where nothing was learned or some of the history could not be read, else 0, however good
    /// it is: `risk evaluate` tells that.
    Train(TrainArgs),
    /// Tell how well the model knows which commits of this repository introduced defects
    ///
    /// Each commit is tested with what was known before: nothing that came later has a say, and labels come
    /// late. What was learned here is compared with the default model and with the lines added alone. The exit code is 3
    /// where there are too few labels to tell.
    Evaluate(EvaluateArgs),
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

/// The arguments of `risk labels`; [`RiskCommand::Labels`] says what it does.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gitops-health risk labels                          how many, and the 20 newest that introduced a defect
  gitops-health risk labels --commit 1a2b3c4d        why that commit has its label
  gitops-health risk labels --since 2025-01-01 --format csv --limit 100000 -o labels.csv    for a spreadsheet")]
pub(crate) struct LabelsArgs {
    /// Only this commit: its label, the fixes that lead to it and why, and what it mends itself
    #[arg(long, value_name = "REV", conflicts_with_all = ["since", "until", "limit"], help_heading = "What to look at")]
    pub commit: Option<String>,
    /// Whose history is looked at
    #[arg(long, value_name = "REV", default_value = "HEAD", help_heading = "What to look at")]
    pub tip: String,
    /// Only what was committed on this day or later, in UTC, or at this time or later (RFC 3339)
    #[arg(long, value_name = "DATE", value_parser = parse_day, help_heading = "What to look at")]
    pub since: Option<Day>,
    /// Only what was committed on this day or before, or at this time or before
    #[arg(long, value_name = "DATE", value_parser = parse_day, help_heading = "What to look at")]
    pub until: Option<Day>,
    /// How many of the commits that introduced a defect are listed
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    /// How to print the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: LabelsFormat,
}

/// The formats of labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LabelsFormat {
    /// Plain words and columns for people
    Text,
    /// JSON with everything
    Json,
    /// One row for each commit and fix, for spreadsheets (RFC 4180)
    Csv,
    /// For comments and job summaries
    Markdown,
}

/// The arguments of `risk train`; [`RiskCommand::Train`] says what it does.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gitops-health risk train                           learn from all that came before HEAD
  gitops-health risk train origin/main --format markdown    for the summary of a job
  gitops-health risk train --remove                  forget what was learned")]
pub(crate) struct TrainArgs {
    /// Whose history is learned from
    #[arg(value_name = "REV", default_value = "HEAD")]
    pub revision: String,
    /// Take away what was learned before
    #[arg(long, conflicts_with_all = ["revision", "format"])]
    pub remove: bool,
    /// How to print the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ProseFormat,
}

/// The arguments of `risk evaluate`; [`RiskCommand::Evaluate`] says what it does.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gitops-health risk evaluate                        how good is it here?
  gitops-health risk evaluate main --now 2025-06-01T00:00:00Z    what could be told then
  gitops-health risk evaluate --format json -o evaluation.json    all figures, for programs")]
pub(crate) struct EvaluateArgs {
    /// Whose history is tested
    #[arg(value_name = "REV", default_value = "HEAD")]
    pub revision: String,
    /// How to print the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ProseFormat,
}

/// The formats of what is mostly sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProseFormat {
    /// Plain words and columns for people
    Text,
    /// JSON with everything
    Json,
    /// For comments and job summaries
    Markdown,
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
