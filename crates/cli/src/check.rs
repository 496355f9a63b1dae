//! `check`: may a change go in?

mod asked;
mod combine;
mod findings;
mod governance;
mod rules;

pub(crate) use combine::message as of_message;

use std::path::{Path, PathBuf};

use gitops_health_git::Repo;
use gitops_health_report::Style;
use gitops_health_report::check::{self as report, CheckOutcome, CheckReport, Stage};

use asked::Asked;

use crate::args::{ChangeArgs, CheckArgs, CheckFormat, FormatTo};
use crate::ci;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::output;
use crate::subject::{Believed, Wanted};

/// `check`: looks, says what it found, and ends as it was decided.
pub(crate) fn run(context: &Context, args: &CheckArgs) -> Result<ExitCode, CliError> {
    refuse_two_at_once(context, &args.format)?;
    let report = report_of(context, args)?;
    write(context, &args.format, &report)?;
    Ok(exit_code(&report))
}

/// What speaks against a change.
pub(crate) fn report_of(context: &Context, args: &CheckArgs) -> Result<CheckReport, CliError> {
    let mut change = args.change.clone();
    if args.all {
        return combine::tree(context, args);
    }
    if args.ci {
        return in_ci(context, args);
    }
    let is_named = change.commit.is_some() || change.range.is_some() || change.base.is_some();
    change.staged |= !is_named && !change.worktree;
    let believed = Believed::read(context, &change, &args.policy)?;
    report_on(context, &change, args, &believed)
}

/// The same of what a CI system says that its job runs for.
fn in_ci(context: &Context, args: &CheckArgs) -> Result<CheckReport, CliError> {
    let told = ci::told()?;
    let repo = context.open_repo()?;
    let report = || {
        let (change, wanted, note) = told.wanted(&repo, &args.change)?;
        context.say(1, || format!("{} names {:?}", told.system, wanted.selection));
        let args = CheckArgs { change, ..args.clone() };
        let mut report = report_of_wanted(context, context.open_repo()?, &args, wanted)?;
        report.notes.extend(note);
        Ok(report)
    };
    report().map_err(|error| told.explain(&repo, error))
}

/// The same of a change that no argument names.
pub(crate) fn report_of_wanted(
    context: &Context,
    repo: Repo,
    args: &CheckArgs,
    wanted: Wanted,
) -> Result<CheckReport, CliError> {
    let believed = Believed::of(context, repo, &args.change, wanted, &args.policy)?;
    report_on(context, &args.change, args, &believed)
}

fn report_on(
    context: &Context,
    change: &ChangeArgs,
    args: &CheckArgs,
    believed: &Believed,
) -> Result<CheckReport, CliError> {
    let is_committed = believed.change.head.is_some();
    let stage = match args.before {
        Some(stage) => stage.into(),
        None if is_committed => Stage::Merge,
        None => Stage::Commit,
    };
    let asked = Asked::new(args, &believed.loaded.config.check, stage)?;
    combine::change(context, change, believed, &asked)
}

/// How a run ends. No format is asked.
pub(crate) fn exit_code(report: &CheckReport) -> ExitCode {
    match report.outcome {
        CheckOutcome::Clean => ExitCode::Clean,
        CheckOutcome::Findings => ExitCode::Findings,
        CheckOutcome::NotEvaluated => ExitCode::NotEvaluated,
    }
}

/// Two reports in one place could be read as neither.
fn refuse_two_at_once(context: &Context, formats: &[FormatTo]) -> Result<(), CliError> {
    let mut places: Vec<Option<PathBuf>> = Vec::new();
    for format in formats {
        let file = format.file.as_deref().or(context.output_file().map(AsRef::as_ref));
        let file = file.map(real);
        if places.contains(&file) {
            let place =
                file.map_or("the standard output".into(), |it| format!("`{}`", it.display()));
            return Err(CliError::new(Failure::Unusable {
                what: format!("two formats go to {place}"),
                hint:
                    "name a file for all but one of them: `--format sarif=out.sarif --format text`"
                        .into(),
            }));
        }
        places.push(file);
    }
    Ok(())
}

/// A file by the one name that it has: the directory as it is, and the name.
fn real(path: &Path) -> PathBuf {
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let above = path.parent().filter(|above| !above.as_os_str().is_empty());
    let above = std::fs::canonicalize(above.unwrap_or(Path::new(".")));
    match (above, path.file_name()) {
        (Ok(above), Some(name)) => above.join(name),
        _ => path,
    }
}

/// Writes a report in all formats, that of the standard output last: what was read there is everywhere.
fn write(context: &Context, formats: &[FormatTo], report: &CheckReport) -> Result<(), CliError> {
    let (files, others): (Vec<_>, Vec<_>) = formats.iter().partition(|it| it.file.is_some());
    for format in files.into_iter().chain(others) {
        let file = format.file.as_deref().or(context.output_file().map(AsRef::as_ref));
        let style = match file {
            Some(_) => Style { color: false, ..context.style() },
            None => context.style(),
        };
        output::write_to(context, file, render(format.format, report, style).as_bytes())?;
    }
    Ok(())
}

/// A report in a format.
pub(crate) fn render(format: CheckFormat, report: &CheckReport, style: Style) -> String {
    match format {
        CheckFormat::Text => report::text(report, style),
        CheckFormat::Json => report::json(report),
        CheckFormat::Sarif => report::sarif(report),
        CheckFormat::Github => report::github(report),
        CheckFormat::Gitlab => report::gitlab(report),
        CheckFormat::Junit => report::junit(report),
        CheckFormat::Tap => report::tap(report),
        CheckFormat::Markdown => report::markdown(report),
        CheckFormat::Html => report::html(report),
    }
}
