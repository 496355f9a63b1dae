mod backup;
mod cleaning;
mod difference;
mod files;
mod plan;
mod staged;

use std::io::{self, Read};
use std::path::Path;

use gitops_health_git::Repo;
use gitops_health_report::clean::{self as report, CleanReport};
use gitops_health_sanitize::{Cleaner, Replacement, Severity};

use crate::acceptance::KEY;
use crate::args::{CleanArgs, PlainFormat, ReplaceWith};
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::look::Look;
use crate::output;
use crate::sanitize_scan::{LARGEST, check_stdin_name};

use backup::Backup;
use cleaning::Cleaning;

/// `sanitize FILES`: take out health data, personal data and secrets.
pub(crate) fn run(context: &Context, args: &CleanArgs) -> Result<ExitCode, CliError> {
    if args.history {
        return plan::run(context, args);
    }
    let repo = match args.staged {
        true => Some(context.open_repo()?),
        false => context.open_repo_if_any()?,
    };
    check_stdin_name(&args.paths, args.stdin_name.as_deref())?;
    let look = Look::new(context, repo.as_ref(), None, args.dates.map(Into::into))?;
    let mut cleaning = Cleaning::new(&look, cleaner(&look, args)?);
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        check_filter(args)?;
        return filter(context, &mut cleaning, args.stdin_name.as_deref());
    }
    let backup = args.backup_dir.as_deref();
    let backup = backup.map(|place| Backup::at(place, args, repo.as_ref())).transpose()?;
    let mut report = begun(args.write);
    match &repo {
        Some(repo) if args.staged => staged::clean(repo, &mut cleaning, &backup, &mut report)?,
        _ => files::clean(&mut cleaning, &args.paths, &backup, &mut report)?,
    }
    report.notes.extend(look.acceptance.notes().iter().cloned());
    report.notes.extend(std::mem::take(&mut cleaning.notes));
    let text = match args.format {
        PlainFormat::Text => report::text(&report, context.style()),
        PlainFormat::Json => report::json(&report),
    };
    output::write(context, &text)?;
    Ok(exit_code(&report))
}

/// A report of what is cleaned, and written where that is asked for.
fn begun(written: bool) -> CleanReport {
    CleanReport {
        schema: report::CLEAN_SCHEMA.into(),
        written,
        files: Vec::new(),
        files_read: 0,
        skipped: Vec::new(),
        notes: Vec::new(),
    }
}

fn exit_code(report: &CleanReport) -> ExitCode {
    match () {
        () if !report.skipped.is_empty() => ExitCode::NotEvaluated,
        () if !report.written && !report.files.is_empty() => ExitCode::Findings,
        () => ExitCode::Clean,
    }
}

fn cleaner<'a>(look: &'a Look, args: &CleanArgs) -> Result<Cleaner<'a>, CliError> {
    Ok(Cleaner::new(&look.scanner, replacement(look, args)?, Severity::Low))
}

fn replacement(look: &Look, args: &CleanArgs) -> Result<Replacement, CliError> {
    if args.preserve_format {
        return Ok(Replacement::Mask);
    }
    let key = || {
        let key = look.acceptance.key().map(|key| key.as_bytes().to_vec());
        key.ok_or_else(|| CliError::new(Failure::NoKey { variable: KEY }))
    };
    Ok(match args.replace_with {
        ReplaceWith::Redacted => Replacement::Redacted,
        ReplaceWith::Placeholder => Replacement::Placeholder,
        ReplaceWith::Hash => Replacement::Hash(key()?),
        ReplaceWith::Synthetic => Replacement::Synthetic(key()?),
    })
}

fn unreadable(place: &str, source: io::Error) -> CliError {
    CliError::new(Failure::Input { place: place.to_owned(), source })
}

/// The repository's own directory, where there is one.
fn top_of(repo: &Repo) -> &std::path::Path {
    repo.worktree().unwrap_or_else(|| repo.git_dir())
}

/// A filter gives out what it has cleaned, and nothing else.
fn check_filter(args: &CleanArgs) -> Result<(), CliError> {
    let senseless = match () {
        () if args.paths.len() > 1 => Some("other files beside it"),
        () if args.format != PlainFormat::Text => Some("a report"),
        () if args.write => Some("a file to write"),
        () => None,
    };
    senseless.map_or(Ok(()), |what| {
        Err(CliError::new(Failure::Unusable {
            what: format!(
                "`-` cleans the standard input to the standard output: there is no place for {what}"
            ),
            hint: "see what is found in it with `sanitize scan - --format json`".into(),
        }))
    })
}

/// The standard input stays as it is, and so nothing is written.
fn not_cleaned(reason: &str) -> CliError {
    let what = format!("the standard input was not cleaned: {reason}");
    let hint =
        "what is packed has to be unpacked first; `sanitize scan -` says what is found in it"
            .into();
    CliError::new(Failure::NotEvaluated { what, hint })
}

/// Cleans the standard input to the standard output.
fn filter(
    context: &Context,
    cleaning: &mut Cleaning<'_>,
    name: Option<&Path>,
) -> Result<ExitCode, CliError> {
    const NAME: &str = "the standard input";
    let mut content = Vec::new();
    let read = io::stdin().lock().take(LARGEST + 1).read_to_end(&mut content);
    read.map_err(|source| unreadable(NAME, source))?;
    if content.len() as u64 > LARGEST {
        return Err(not_cleaned("it is too large"));
    }
    let in_tree = name.map_or_else(|| "-".into(), |name| cleaning.look.in_tree(name));
    let cleaned = cleaning.clean(&in_tree, None, &content, None);
    let cleaned = cleaned.map_err(|reason| not_cleaned(&reason))?;
    output::write_bytes(context, &cleaned.bytes)?;
    Ok(ExitCode::Clean)
}
