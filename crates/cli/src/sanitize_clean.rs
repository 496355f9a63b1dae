use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use gitops_health_git::printable;
use gitops_health_report::clean::{
    self as report, CLEAN_SCHEMA, CleanCount, CleanFile, CleanLine, CleanReport, CleanSkip,
};
use gitops_health_sanitize::{Cleaned, Cleaner, Replacement, Scanner, Severity, readable};

use crate::args::{CleanArgs, IndexFormat, ReplaceWith};
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::output;
use crate::sanitize_scan::{LARGEST, is_binary, list_files, shown};

/// Where the key of hashes is.
const KEY: &str = "GITOPS_HEALTH_SANITIZE_KEY";

/// What stands for something that was taken out.
const MARK: &str = "****";

/// `sanitize FILES`: take out health data, personal data and secrets.
pub(crate) fn run(context: &Context, args: &CleanArgs) -> Result<ExitCode, CliError> {
    let scanner = Scanner::new();
    let mut cleaner = Cleaner::new(&scanner, replacement(args)?, Severity::Low);
    if args.paths.len() == 1 && args.paths[0].as_os_str() == "-" {
        return filter(context, &mut cleaner);
    }
    let (mut files, mut skipped) = (BTreeSet::new(), Vec::new());
    for path in &args.paths {
        let known = fs::metadata(path);
        let known = known.map_err(|source| unreadable(&shown(path), source))?;
        match known.is_dir() {
            true => list_files(path, &mut files, &mut |path, reason| {
                skipped.push(CleanSkip { path, reason });
            }),
            false => drop(files.insert(path.clone())),
        }
    }
    let mut report = CleanReport {
        schema: CLEAN_SCHEMA.into(),
        written: args.write,
        files: Vec::new(),
        files_read: 0,
        skipped,
    };
    for path in files {
        let name = shown(&path);
        match clean_file(&mut cleaner, &path, args.write) {
            Ok(None) => report.files_read += 1,
            Ok(Some(file)) => {
                report.files_read += 1;
                report.files.push(file);
            }
            Err(Left::Binary) => {}
            Err(Left::Failure(reason)) => report.skipped.push(CleanSkip { path: name, reason }),
        }
    }
    let text = match args.format {
        IndexFormat::Text => report::text(&report, context.style()),
        IndexFormat::Json => report::json(&report),
    };
    output::write(context, &text)?;
    Ok(match () {
        () if !report.skipped.is_empty() => ExitCode::NotEvaluated,
        () if !report.written && !report.files.is_empty() => ExitCode::Findings,
        () => ExitCode::Clean,
    })
}

fn replacement(args: &CleanArgs) -> Result<Replacement, CliError> {
    if args.preserve_format {
        return Ok(Replacement::Mask);
    }
    Ok(match args.replace_with {
        ReplaceWith::Redacted => Replacement::Redacted,
        ReplaceWith::Placeholder => Replacement::Placeholder,
        ReplaceWith::Hash => {
            let key = std::env::var_os(KEY).filter(|key| key.len() >= 16);
            let key = key.ok_or_else(|| CliError::new(Failure::NoKey { variable: KEY }))?;
            Replacement::Hash(key.into_encoded_bytes())
        }
    })
}

fn unreadable(place: &str, source: io::Error) -> CliError {
    CliError::new(Failure::Input { place: place.to_owned(), source })
}

/// Cleans the standard input to the standard output.
fn filter(context: &Context, cleaner: &mut Cleaner<'_>) -> Result<ExitCode, CliError> {
    let mut content = Vec::new();
    let read = io::stdin().lock().take(LARGEST + 1).read_to_end(&mut content);
    read.map_err(|source| unreadable("the standard input", source))?;
    if content.len() as u64 > LARGEST {
        let source = io::Error::other("it is too large");
        return Err(unreadable("the standard input", source));
    }
    let cleaned = cleaner.clean(&content);
    if !cleaned.left.is_empty() || cleaned.unseen.iter().any(|unseen| unseen.is_failure) {
        let source = io::Error::other("not all could be taken out");
        return Err(unreadable("the standard input", source));
    }
    output::write_bytes(context, &cleaned.bytes)?;
    Ok(ExitCode::Clean)
}

/// Why a file is left as it is.
enum Left {
    Binary,
    Failure(String),
}

/// Cleans a file; `None` where there is nothing to take out.
fn clean_file(
    cleaner: &mut Cleaner<'_>,
    path: &Path,
    write: bool,
) -> Result<Option<CleanFile>, Left> {
    let failed = |error: io::Error| Left::Failure(error.to_string());
    let known = fs::symlink_metadata(path).map_err(failed)?;
    if !known.is_file() {
        return Err(Left::Failure("it is no regular file".into()));
    }
    if known.len() > LARGEST {
        return Err(Left::Failure("it is too large".into()));
    }
    let content = fs::read(path).map_err(failed)?;
    if is_binary(&content) {
        return Err(Left::Binary);
    }
    let cleaned = cleaner.clean(&content);
    if let Some(unseen) = cleaned.unseen.iter().find(|unseen| unseen.is_failure) {
        return Err(Left::Failure(format!("not all of it could be looked at: {}", unseen.reason)));
    }
    if !cleaned.left.is_empty() {
        return Err(Left::Failure("not all could be taken out, so nothing was".into()));
    }
    if cleaned.removed.is_empty() {
        return Ok(None);
    }
    if write {
        replace(path, &known, &cleaned.bytes).map_err(failed)?;
    }
    Ok(Some(describe(path, &content, &cleaned)))
}

/// All of it or nothing: a new file beside it takes its place once it is safely on disk, with the same
/// permissions.
fn replace(path: &Path, known: &fs::Metadata, content: &[u8]) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let mut file = tempfile::Builder::new()
        .prefix(".gitops-health-")
        .tempfile_in(directory.unwrap_or(Path::new(".")))?;
    file.as_file().set_permissions(known.permissions())?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn describe(path: &Path, before: &[u8], cleaned: &Cleaned) -> CleanFile {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for finding in &cleaned.removed {
        *counts.entry(finding.rule.clone()).or_default() += 1;
    }
    let removed = counts.into_iter().map(|(rule, count)| CleanCount { rule, count }).collect();
    CleanFile {
        path: shown(path),
        removed,
        lines: changed_lines(&readable(before), &readable(&cleaned.bytes)),
    }
}

/// The lines that differ. What is shown of the old ones is made from the new ones, which hold nothing.
fn changed_lines(before: &[u8], after: &[u8]) -> Vec<CleanLine> {
    let (old, new) = (split_lines(before), split_lines(after));
    let line = |number: usize, after: &[u8]| CleanLine {
        number: number + 1,
        before: masked(after),
        after: printable(after),
    };
    if old.len() == new.len() {
        let pairs = old.iter().zip(&new).enumerate().filter(|(_, (old, new))| old != new);
        return pairs.map(|(number, (_, new))| line(number, new)).collect();
    }
    // Something of several lines is gone: what stands between what is the same on both ends.
    let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let most = old.len().min(new.len()) - same;
    let end = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(old, new)| old == new);
    let end = new.len() - end.count();
    (same..end).map(|number| line(number, new[number])).collect()
}

/// Lines, also those that end as old systems and HL7 end them.
fn split_lines(text: &[u8]) -> Vec<&[u8]> {
    let mark = if text.contains(&b'\n') { b'\n' } else { b'\r' };
    text.split(|byte| *byte == mark).collect()
}

/// A cleaned line with a mark for each thing that was taken out.
fn masked(line: &[u8]) -> String {
    let text = printable(line);
    let mut shown = String::new();
    let mut rest = text.as_str();
    while let Some(open) = rest.find('[') {
        let inside = &rest[open + 1..];
        let length = inside
            .find(|letter: char| {
                !(letter.is_ascii_uppercase()
                    || letter.is_ascii_digit()
                    || letter == '_'
                    || ('a'..='f').contains(&letter))
            })
            .unwrap_or(inside.len());
        let is_mark = length > 0
            && inside.starts_with(|letter: char| letter.is_ascii_uppercase())
            && inside[length..].starts_with(']');
        shown += &rest[..open];
        if is_mark {
            shown += MARK;
            rest = &inside[length + 1..];
        } else {
            shown.push('[');
            rest = inside;
        }
    }
    shown + rest
}
