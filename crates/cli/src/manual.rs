//! Completions for shells, and manual pages: what `--help` says, in other forms.

use std::fs;
use std::path::Path;

use clap::Command;

use crate::args::{self, CompletionsArgs, ManArgs};
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::output;

/// Prints a script that lets a shell complete what is typed.
pub(crate) fn completions(context: &Context, args: &CompletionsArgs) -> Result<ExitCode, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut args::command(), "gitops-health", &mut script);
    output::write_bytes(context, &script)?;
    Ok(ExitCode::Clean)
}

/// Prints a manual page, or writes all of them.
pub(crate) fn man(context: &Context, args: &ManArgs) -> Result<ExitCode, CliError> {
    let mut command = args::command();
    command.build();
    if let Some(directory) = &args.directory {
        let mut pages = Vec::new();
        collect(&command, "gitops-health", &mut pages);
        write_all(context, directory, &pages)?;
        return Ok(ExitCode::Clean);
    }
    let (mut found, mut name) = (&command, "gitops-health".to_owned());
    for word in &args.command {
        found = found.find_subcommand(word).ok_or_else(|| {
            let hint =
                format!("`{} --help` lists the commands that there are", name.replace('-', " "));
            let hint = hint.replacen("gitops health", "gitops-health", 1);
            CliError::new(Failure::Unusable { what: format!("there is no command `{word}`"), hint })
        })?;
        name = format!("{name}-{}", found.get_name());
    }
    output::write_bytes(context, &page(found, &name))?;
    Ok(ExitCode::Clean)
}

/// A page for each command, with its name.
fn collect(command: &Command, name: &str, pages: &mut Vec<(String, Vec<u8>)>) {
    pages.push((format!("{name}.1"), page(command, name)));
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        collect(inner, &format!("{name}-{}", inner.get_name()), pages);
    }
}

/// The page of a command. Nothing in it depends on the day or the machine.
fn page(command: &Command, name: &str) -> Vec<u8> {
    let man = clap_mangen::Man::new(command.clone())
        .title(name.to_uppercase())
        .section("1")
        .source(concat!("gitops-health ", env!("CARGO_PKG_VERSION")))
        .manual("gitops-health");
    let mut page = Vec::new();
    man.render(&mut page).expect("memory can be written");
    page
}

fn write_all(
    context: &Context,
    directory: &Path,
    pages: &[(String, Vec<u8>)],
) -> Result<(), CliError> {
    let failed =
        |source| CliError::new(Failure::Output { place: directory.display().to_string(), source });
    fs::create_dir_all(directory).map_err(failed)?;
    for (name, page) in pages {
        output::write_to(context, Some(&directory.join(name)), page)?;
    }
    Ok(())
}
