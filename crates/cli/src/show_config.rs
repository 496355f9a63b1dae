use std::fmt::Write;

use crate::args::ShowArgs;
use crate::config::{Loaded, keys};
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::ExitCode;
use crate::output;

/// Prints the configuration in effect; outside a repository, that of the user.
pub(crate) fn show(context: &Context, args: &ShowArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo_if_any()?;
    let loaded = context.config(repo.as_ref())?;
    loaded.config.risk.check()?;
    let text = if args.origin { with_origins(&loaded) } else { plain(&loaded) };
    output::write(context, &text)?;
    Ok(ExitCode::Clean)
}

/// Prints the JSON Schema of the configuration file.
pub(crate) fn schema(context: &Context) -> Result<ExitCode, CliError> {
    let schema = serde_json::to_string_pretty(keys::schema()).expect("a schema is JSON");
    output::write(context, &format!("{schema}\n"))?;
    Ok(ExitCode::Clean)
}

fn plain(loaded: &Loaded) -> String {
    serde_yaml::to_string(&loaded.config).expect("the configuration is YAML")
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
