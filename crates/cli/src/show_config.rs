use std::fmt::Write;

use gitops_health_git::printable;
use gitops_health_report::escape_json;

use crate::args::ShowArgs;
use crate::config::{Loaded, keys};
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::ExitCode;
use crate::look::masked;
use crate::output;

/// Prints the configuration in effect; outside a repository, that of the user.
pub(crate) fn show(context: &Context, args: &ShowArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo_if_any()?;
    let loaded = context.config(repo.as_ref())?;
    let problem = loaded.config.risk.check().err();
    // Who is told that a value makes no sense is sent to the origins: these are always printed.
    if let Some(problem) = problem {
        if !args.origin {
            return Err(problem.into());
        }
        context.note(&format!("the configuration makes no sense: {problem}"));
    }
    let text = if args.origin { with_origins(&loaded) } else { plain(&loaded) };
    // A reason may say more than it should.
    let text: String = text.lines().map(|line| masked(line) + "\n").collect();
    output::write(context, &text)?;
    Ok(ExitCode::Clean)
}

/// Prints the JSON Schema of the configuration file.
pub(crate) fn schema(context: &Context) -> Result<ExitCode, CliError> {
    let schema = serde_json::to_string_pretty(keys::schema()).expect("a schema is JSON");
    output::write(context, &format!("{schema}\n"))?;
    Ok(ExitCode::Clean)
}

/// YAML as people write it; where a text holds what could move the cursor of a terminal or
/// reorder its line, JSON with escapes, which is YAML too.
fn plain(loaded: &Loaded) -> String {
    let text = serde_yaml::to_string(&loaded.config).expect("the configuration is YAML");
    if text.lines().all(|line| printable(line.as_bytes()) == line) {
        return text;
    }
    let text = serde_json::to_string_pretty(&loaded.config).expect("the configuration is JSON");
    format!("{}\n", escape_json(&text))
}

/// One line for each value: key, value, origin.
fn with_origins(loaded: &Loaded) -> String {
    let value = serde_yaml::to_value(&loaded.config).expect("the configuration is YAML");
    let mut out = String::new();
    for key in keys::leaves(&value) {
        let origin = keys::origin_of(&key, &loaded.origins)
            .map_or_else(|| "default".to_owned(), ToString::to_string);
        let _ = writeln!(out, "{key} = {}  # {origin}", keys::inline(&value, &key));
    }
    out
}
