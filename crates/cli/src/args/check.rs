//! The arguments of `check`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use gitops_health_report::check::{Check, Stage};

use super::{ChangeArgs, RuleSeverity};
use crate::index::Depth;

/// The arguments of `check`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  gitops-health check                                what is staged
  gitops-health check --base origin/main             my branch, as it would be merged
  gitops-health check --commit HEAD --max-risk 60    the last commit
  gitops-health check --all --only sanitize          everything that is there
  gitops-health check --ci --format sarif=out.sarif --format github
  gitops-health check --base origin/main --framework hipaa --evidence reviews.json")]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub change: ChangeArgs,
    /// All files of HEAD, in which health data and secrets are looked for
    #[arg(long, group = "change", help_heading = "What to look at")]
    pub all: bool,
    /// What the CI system says that the job runs for: a pull request, or what was pushed
    #[arg(long, group = "change", help_heading = "What to look at")]
    pub ci: bool,
    /// Policies of your own, beside those that `compliance.policies` names: a directory, or a file that ends in `.rego`.
    /// May be given several times
    #[arg(long, value_name = "PATH", help_heading = "What is believed")]
    pub policy: Vec<PathBuf>,
    /// Ask these alone
    #[arg(
        long,
        value_name = "CHECKS",
        value_delimiter = ',',
        conflicts_with = "skip",
        help_heading = "What is asked"
    )]
    pub only: Vec<CheckName>,
    /// Leave these out
    #[arg(long, value_name = "CHECKS", value_delimiter = ',', help_heading = "What is asked")]
    pub skip: Vec<CheckName>,
    /// The frameworks to evaluate; `all` is every one [default: those of `compliance.frameworks`]
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help_heading = "What is asked")]
    pub framework: Vec<String>,
    /// What comes next: rules that ask for what there can not be before that are asked later [default: `commit` for
    /// what is not committed, `merge` for what is]
    #[arg(long, value_name = "WHAT", help_heading = "What is asked")]
    pub before: Option<StageArg>,
    /// The least severity of a finding that decides [default: that of `check.fail_on`, medium if it is not set]
    #[arg(long, value_name = "SEVERITY", help_heading = "What decides")]
    pub fail_on: Option<RuleSeverity>,
    /// The highest risk that may go in, from 0 to 100 [default: that of `check.max_risk`, any if it is not set]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=100), help_heading = "What decides")]
    pub max_risk: Option<u8>,
    /// The least severity of a finding that is listed; those that decide always are
    #[arg(long, value_name = "SEVERITY", default_value = "low")]
    pub severity: RuleSeverity,
    /// How to print the report, and where: `sarif=out.sarif` writes a file. May be given several times
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = parse_format, default_value = "text")]
    pub format: Vec<FormatTo>,
    /// How much of the past has to be known.
    #[arg(skip)]
    pub depth: Depth,
}

/// One of the things that are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckName {
    /// Health data, personal data and secrets
    Sanitize,
    /// The rules that are set up
    Compliance,
    /// How risky it is
    Risk,
}

impl From<CheckName> for Check {
    fn from(name: CheckName) -> Self {
        match name {
            CheckName::Sanitize => Self::Sanitize,
            CheckName::Compliance => Self::Compliance,
            CheckName::Risk => Self::Risk,
        }
    }
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StageArg {
    /// It is committed: there is no author, no message, no signature yet
    Commit,
    /// It is pushed: nobody else can have reviewed or tested it
    Push,
    /// It is merged, or deployed: whatever a rule asks for has to be known
    Merge,
}

impl From<StageArg> for Stage {
    fn from(stage: StageArg) -> Self {
        match stage {
            StageArg::Commit => Self::Commit,
            StageArg::Push => Self::Push,
            StageArg::Merge => Self::Merge,
        }
    }
}

/// The formats of what `check` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
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

/// A format, and the file that it goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FormatTo {
    pub format: CheckFormat,
    /// `None` for the standard output, or what `--output` names.
    pub file: Option<PathBuf>,
}

fn parse_format(text: &str) -> Result<FormatTo, String> {
    let (name, file) = match text.split_once('=') {
        Some((_, "")) => return Err("there is no file behind `=`".into()),
        Some((name, file)) => (name, Some(PathBuf::from(file)).filter(|it| it.as_os_str() != "-")),
        None => (text, None),
    };
    let known = CheckFormat::value_variants().iter().copied();
    let named = |format: CheckFormat| format.to_possible_value().expect("none is hidden");
    let format =
        known.clone().find(|format| named(*format).get_name() == name).ok_or_else(|| {
            let names: Vec<String> = known.map(|it| named(it).get_name().to_owned()).collect();
            format!("possible formats: {}", names.join(", "))
        })?;
    Ok(FormatTo { format, file })
}
