//! The command line: arguments, configuration, clock, terminal and exit code.
//!
//! This is the only crate that asks the environment. It reads a selection of the repository, hands
//! facts to the libraries, and writes the report that they give back.

mod acceptance;
mod args;
mod check;
mod ci;
mod compliance;
mod config;
mod context;
mod error;
mod exit_code;
mod hook;
mod index;
mod look;
mod lookback;
mod manual;
mod output;
mod own_history;
mod progress;
mod risk_evaluate;
mod risk_hotspots;
mod risk_labels;
mod risk_score;
mod risk_train;
mod risk_trend;
mod sanitize_clean;
mod sanitize_rules;
mod sanitize_scan;
mod setup;
mod show_config;
mod subject;

use std::ffi::OsString;
use std::process;

use clap::FromArgMatches;

pub use exit_code::ExitCode;

use args::{
    Cli, Command, ComplianceCommand, ConfigCommand, HookCommand, IndexCommand, RiskCommand,
    SanitizeCommand,
};
use context::Context;
use error::CliError;
use index::commands;

/// Runs the program with the arguments of the process.
pub fn main() -> process::ExitCode {
    run(std::env::args_os().collect()).into()
}

/// The help of every command as one page of Markdown: `docs/cli.md`.
pub fn reference() -> String {
    let mut page = String::from(
        "# The command line\n\nThis page is made from `--help`; a test keeps it true.\n",
    );
    let mut command = args::command().term_width(100).color(clap::ColorChoice::Never);
    command.build();
    describe(&command, &mut page);
    page
}

fn describe(command: &clap::Command, page: &mut String) {
    let help = command.clone().term_width(100).render_long_help().to_string();
    let name = command.get_bin_name().unwrap_or(command.get_name());
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    page.push_str(&format!("\n## `{name}`\n\n```text\n{}\n```\n", lines.join("\n").trim_end()));
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        describe(inner, page);
    }
}

fn run(arguments: Vec<OsString>) -> ExitCode {
    let cli = match parse(&arguments) {
        Ok(cli) => cli,
        Err(error) => return error::report_usage(&error),
    };
    let context = Context::new(cli.global);
    let result = match cli.command {
        Command::Init(args) => setup::init(&context, &args),
        Command::Doctor(args) => setup::doctor(&context, &args),
        Command::Check(args) => check::run(&context, &args),
        Command::Hook(HookCommand::Install(args)) => hook::install(&context, &args),
        Command::Hook(HookCommand::Uninstall(args)) => hook::uninstall(&context, &args),
        Command::Hook(HookCommand::Run(args)) => hook::run(&context, &args),
        Command::Risk(RiskCommand::Score(args)) => risk_score::run(&context, &args),
        Command::Risk(RiskCommand::Hotspots(args)) => risk_hotspots::run(&context, &args),
        Command::Risk(RiskCommand::Trend(args)) => risk_trend::run(&context, &args),
        Command::Risk(RiskCommand::Labels(args)) => risk_labels::run(&context, &args),
        Command::Risk(RiskCommand::Train(args)) => risk_train::run(&context, &args),
        Command::Risk(RiskCommand::Evaluate(args)) => risk_evaluate::run(&context, &args),
        Command::Sanitize(args) => match args.command {
            Some(SanitizeCommand::Scan(args)) => sanitize_scan::run(&context, &args),
            Some(SanitizeCommand::Rules(args)) => sanitize_rules::run(&context, &args),
            None => sanitize_clean::run(&context, &args.clean),
        },
        Command::Compliance(ComplianceCommand::Analyze(args)) => {
            compliance::analyze(&context, &args)
        }
        Command::Compliance(ComplianceCommand::List(args)) => compliance::list(&context, &args),
        Command::Compliance(ComplianceCommand::Explain(args)) => {
            compliance::explain(&context, &args)
        }
        Command::Compliance(ComplianceCommand::Roster(args)) => compliance::roster(&context, &args),
        Command::Compliance(ComplianceCommand::CheckPolicy(args)) => {
            compliance::check_policy(&context, &args)
        }
        Command::Compliance(ComplianceCommand::Replay(args)) => compliance::replay(&context, &args),
        Command::Compliance(ComplianceCommand::NewPolicy(args)) => {
            compliance::new_policy(&context, &args)
        }
        Command::Compliance(ComplianceCommand::Test(args)) => compliance::test(&context, &args),
        Command::Compliance(ComplianceCommand::Input(args)) => compliance::input(&context, &args),
        Command::Index(IndexCommand::Status(args)) => commands::status(&context, &args),
        Command::Index(IndexCommand::Update(args)) => commands::update(&context, &args),
        Command::Index(IndexCommand::Verify(args)) => commands::verify(&context, &args),
        Command::Index(IndexCommand::Clear(args)) => commands::clear(&context, &args),
        Command::Config(ConfigCommand::Show(args)) => show_config::show(&context, &args),
        Command::Config(ConfigCommand::Schema) => show_config::schema(&context),
        Command::Completions(args) => manual::completions(&context, &args),
        Command::Man(args) => manual::man(&context, &args),
    };
    result.unwrap_or_else(|error: CliError| error::report(&error, &context))
}

fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let color = args::color_for_help(arguments);
    let matches = args::command().color(color).try_get_matches_from(arguments)?;
    Cli::from_arg_matches(&matches)
}
