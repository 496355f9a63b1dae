//! The arguments of `compliance`.

use std::num::NonZero;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use gitops_health_compliance::Severity;

use super::{Day, PlainFormat, parse_day};

#[derive(Debug, Subcommand)]
pub(crate) enum ComplianceCommand {
    /// Does a change keep the rules, clause by clause?
    ///
    /// Rules, roster, owners and keys are those of the revision before the change, never those that it
    /// brings. What could not be evaluated is no pass: the exit code is 3. Where nothing is set up
    /// (`compliance.frameworks`, --framework), all rules run and give advice only.
    Analyze(Box<AnalyzeArgs>),
    /// Which rules and frameworks are there, and what does each clause rest on?
    List(ListArgs),
    /// What does a rule ask for, why, and what is to do where it fails?
    Explain(ExplainArgs),
    /// Print the document that rules see of a change, or its JSON Schema
    Input(InputArgs),
    /// Draft a roster from what commits say: who acted, with which addresses and keys
    ///
    /// It goes to the standard output. Look at each entry before it is believed.
    Roster(RosterArgs),
    /// What do policies ask for that is not there, and what in them reads differently elsewhere?
    ///
    /// Policies are read, not run: members of the input, parameters, functions, what rules say of
    /// themselves, and the rules that frameworks name. The exit code is 1 where there is a problem.
    CheckPolicy(CheckPolicyArgs),
    /// Do rules answer the same again, over the facts of a record?
    ///
    /// `analyze --record FILE` writes one. Nothing else is needed: no repository, no network. The exit code
    /// is 0 where all is the same bit for bit, 1 where something differs, 3 where it could not be evaluated.
    Replay(ReplayArgs),
    /// Start a policy of your own: a rule, its tests and its page
    ///
    /// Nothing is written over. The tests pass, and `compliance analyze --policy` asks the rule at once.
    NewPolicy(NewPolicyArgs),
    /// Do policies do what their tests say, and would these notice if they did not?
    ///
    /// A test is a rule called `test_...`: true passes, all else fails, undefined among it. The exit
    /// code is 1 where one fails, or where less is reached or noticed than was asked for.
    Test(TestArgs),
}

/// What to look at.
#[derive(Clone, Debug, Args)]
pub(crate) struct ChangeArgs {
    /// One commit against its first parent [default: HEAD]
    #[arg(long, value_name = "REV", group = "change", help_heading = "What to look at")]
    pub commit: Option<String>,
    /// What is staged against HEAD
    #[arg(long, group = "change", help_heading = "What to look at")]
    pub staged: bool,
    /// The tracked files of the worktree against HEAD
    #[arg(long, group = "change", help_heading = "What to look at")]
    pub worktree: bool,
    /// The commits of a range, as one change
    #[arg(long, value_name = "A..B", group = "change", help_heading = "What to look at")]
    pub range: Option<String>,
    /// A pull request: --head against its merge base with this revision
    #[arg(long, value_name = "REV", group = "change", help_heading = "What to look at")]
    pub base: Option<String>,
    /// The other end of --base, or the end of --history
    #[arg(long, value_name = "REV", default_value = "HEAD", help_heading = "What to look at")]
    pub head: String,
    /// The branch that the change goes to [default: what --base names, or the branch of HEAD]
    #[arg(long, value_name = "NAME", help_heading = "What to look at")]
    pub branch: Option<String>,
    /// What others say of it: results of tests and scanners, reviews, tickets. May be given several times; `-` is the
    /// standard input
    #[arg(long, value_name = "FILE", help_heading = "What is believed")]
    pub evidence: Vec<PathBuf>,
    /// The commit that results are about which say nothing of it themselves [default: the last of the change]
    #[arg(long, value_name = "REV", requires = "evidence", help_heading = "What is believed")]
    pub evidence_for: Option<String>,
    /// The revision whose configuration, roster, owners and keys count [default: that before the change]
    #[arg(long, value_name = "REV", help_heading = "What is believed")]
    pub policy_from: Option<String>,
}

impl ChangeArgs {
    /// Nothing that anybody typed.
    pub fn none() -> Self {
        Self {
            commit: None,
            staged: false,
            worktree: false,
            range: None,
            base: None,
            head: "HEAD".into(),
            branch: None,
            evidence: Vec::new(),
            evidence_for: None,
            policy_from: None,
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gitops-health compliance analyze                                the commit at HEAD, all rules
  gitops-health compliance analyze --base origin/main --framework hipaa,sox
  gitops-health compliance analyze --staged --format github
  gitops-health compliance analyze --history --last 200           what would have failed
  gitops-health compliance analyze --history --since 2026-01-01 --until 2026-03-31
  gitops-health compliance analyze --evidence junit.xml --evidence reviews.json
  gitops-health compliance analyze --policy policies              what policies of your own say
  gitops-health compliance analyze --range v1.0..v1.1 --format sarif -o out.sarif")]
pub(crate) struct AnalyzeArgs {
    #[command(flatten)]
    pub change: ChangeArgs,
    /// Each commit of the branch of HEAD, or of --head, as it came there: the first parents
    #[arg(long, group = "change", help_heading = "What to look at")]
    pub history: bool,
    /// Of the history only the newest commits, of these days where some are named
    #[arg(long, value_name = "N", requires = "history", help_heading = "What to look at")]
    pub last: Option<NonZero<usize>>,
    /// Of the history what was committed on this day or later, in UTC, or at this time or later (RFC 3339)
    #[arg(long, value_name = "DATE", value_parser = parse_day, requires = "history", help_heading = "What to look at")]
    pub since: Option<Day>,
    /// Of the history what was committed on this day or before, or at this time or before
    #[arg(long, value_name = "DATE", value_parser = parse_day, requires = "history", help_heading = "What to look at")]
    pub until: Option<Day>,
    /// Policies of your own, beside those that `compliance.policies` names: a directory, or a file that ends in `.rego`.
    /// May be given several times
    #[arg(long, value_name = "PATH", help_heading = "What is believed")]
    pub policy: Vec<PathBuf>,
    /// The frameworks to evaluate; `all` is every one [default: those of `compliance.frameworks`]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub framework: Vec<String>,
    /// Write down what was decided and all that it rests on, for `compliance replay`
    #[arg(long, value_name = "FILE", conflicts_with = "history")]
    pub record: Option<PathBuf>,
    /// The least severity of a rule that is listed; all are counted, and decide as without it
    #[arg(long, value_name = "SEVERITY", default_value = "low")]
    pub severity: RuleSeverity,
    /// The least severity of a rule that decides the exit code
    #[arg(long, value_name = "SEVERITY", default_value = "low")]
    pub fail_on: RuleSeverity,
    /// Let the rules decide the exit code also where nothing is set up
    #[arg(long)]
    pub fail_on_violations: bool,
    /// How to print the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ComplianceFormat,
}

/// The formats of verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ComplianceFormat {
    /// Plain words for people
    Text,
    /// JSON with everything
    Json,
    /// SARIF 2.1.0, for code scanning: clauses are its taxonomies
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// GitLab's Code Quality report
    Gitlab,
    /// JUnit's XML: a suite for each framework
    Junit,
    /// The Test Anything Protocol
    Tap,
    /// Reviewdog's diagnostics
    Rdjson,
    /// For comments and job summaries
    Markdown,
    /// A page that stands alone
    Html,
    /// A row for each commit and rule that does not hold or is not known, of a history only
    Csv,
}

/// How much a rule matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RuleSeverity {
    /// It helps
    Low,
    /// It should hold
    Medium,
    /// Without it a change should not go in
    High,
    /// Without it nothing else counts
    Critical,
}

impl From<RuleSeverity> for Severity {
    fn from(argument: RuleSeverity) -> Self {
        match argument {
            RuleSeverity::Low => Self::Low,
            RuleSeverity::Medium => Self::Medium,
            RuleSeverity::High => Self::High,
            RuleSeverity::Critical => Self::Critical,
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gitops-health compliance list                                   all rules and frameworks
  gitops-health compliance list --framework hipaa --coverage      every clause, and what git can't show")]
pub(crate) struct ListArgs {
    /// One framework
    #[arg(long, value_name = "NAME")]
    pub framework: Option<String>,
    /// Policies of your own, beside those that `compliance.policies` names: a directory, or a file that ends in `.rego`.
    /// May be given several times
    #[arg(long, value_name = "PATH")]
    pub policy: Vec<PathBuf>,
    /// Every clause with its rules, and what git can not show of it
    #[arg(long, requires = "framework")]
    pub coverage: bool,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: PlainFormat,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The rule, as reports name it
    #[arg(value_name = "RULE")]
    pub rule: String,
    /// Policies of your own, beside those that `compliance.policies` names: a directory, or a file that ends in `.rego`.
    /// May be given several times
    #[arg(long, value_name = "PATH")]
    pub policy: Vec<PathBuf>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: PlainFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gitops-health compliance roster > .gitops-health/roster.yaml")]
pub(crate) struct RosterArgs {
    /// The end of the history that is read
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    pub head: String,
    /// So many of the newest commits are read
    #[arg(long, value_name = "N", default_value = "10000")]
    pub last: NonZero<usize>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gitops-health compliance input --base origin/main > input.json
  opa eval -i input.json -d policies 'data.main.deny'
  gitops-health compliance input --schema")]
pub(crate) struct InputArgs {
    #[command(flatten)]
    pub change: ChangeArgs,
    /// The JSON Schema of the document
    #[arg(long, conflicts_with = "change")]
    pub schema: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gitops-health compliance check-policy                           the rules that come with the program
  gitops-health compliance check-policy policies --format json
  gitops-health compliance check-policy policies/a/rule.rego
  gitops-health compliance check-policy --capabilities > capabilities.json")]
pub(crate) struct CheckPolicyArgs {
    /// Policies, or directories of them and of `frameworks` [default: all that come with the program]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// What policies may use, as `opa check --capabilities` reads it
    #[arg(long, conflicts_with_all = ["paths", "format"])]
    pub capabilities: bool,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: PlainFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gitops-health compliance test                                   the rules that come with the program
  gitops-health compliance test policies --coverage 90 --format junit -o tests.xml
  gitops-health compliance test policies/a --mutate")]
pub(crate) struct TestArgs {
    /// Policies and their tests, or directories of them [default: all that come with the program]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How many lines of a hundred the tests reach at least
    #[arg(long, value_name = "LEAST", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub coverage: Option<u8>,
    /// Change each policy in one place at a time, and say which changes no test notices
    #[arg(long)]
    pub mutate: bool,
    /// How many changes of a hundred the tests notice at least
    #[arg(long, value_name = "LEAST", default_value = "95", requires = "mutate", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub mutation_least: u8,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: TestFormat,
}

/// The formats of tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestFormat {
    /// Plain words for people
    Text,
    /// JSON with everything
    Json,
    /// JUnit's XML: a suite for each file
    Junit,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gitops-health compliance new-policy few-files                   policies/few-files/, as the rules of the program
  gitops-health compliance new-policy few-files --conftest        policies/few-files.rego, as conftest has it")]
pub(crate) struct NewPolicyArgs {
    /// What it is called, in small letters, digits and hyphens
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The directory of policies, which is made where there is none
    #[arg(long, value_name = "DIR", default_value = "policies")]
    pub dir: PathBuf,
    /// In the form of conftest: a rule `deny_NAME` of the package `main`
    #[arg(long)]
    pub conftest: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gitops-health compliance analyze --record decision.json
  gitops-health compliance replay decision.json")]
pub(crate) struct ReplayArgs {
    /// A record
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: PlainFormat,
}
