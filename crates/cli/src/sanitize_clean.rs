use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::Path;

use gitops_health_git::printable;
use gitops_health_report::clean::{
    self as report, CLEAN_SCHEMA, CleanCount, CleanFile, CleanLine, CleanReport, CleanSkip,
};
use gitops_health_sanitize::{Cleaned, Cleaner, Replacement, Scanner, Severity};

use crate::args::{CleanArgs, IndexFormat, ReplaceWith};
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::output;
use crate::sanitize_scan::{BINARY, LARGEST, list_files, shown};

/// Where the key of hashes and of made-up values is.
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
        ReplaceWith::Hash => Replacement::Hash(key()?),
        ReplaceWith::Synthetic => Replacement::Synthetic(key()?),
    })
}

fn key() -> Result<Vec<u8>, CliError> {
    let key = std::env::var_os(KEY).filter(|key| key.len() >= 16);
    let key = key.ok_or_else(|| CliError::new(Failure::NoKey { variable: KEY }))?;
    Ok(key.into_encoded_bytes())
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
    if !cleaned.left.is_empty() {
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
    if content[..content.len().min(BINARY)].contains(&0) {
        return Err(Left::Binary);
    }
    let cleaned = cleaner.clean(&content);
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
    CleanFile { path: shown(path), removed, lines: changed_lines(before, cleaned) }
}

/// The lines in which something was replaced. What is shown of the old ones is made from the new ones,
/// which hold nothing of it.
fn changed_lines(before: &[u8], cleaned: &Cleaned) -> Vec<CleanLine> {
    let after = &cleaned.bytes;
    let (old, new) = (split_lines(before), split_lines(after));
    let mut lines = Vec::new();
    let mut replaced = cleaned.replaced.as_slice();
    let mut at = 0;
    for (number, line) in new.iter().enumerate() {
        let span = at..at + line.len();
        at = span.end + 1;
        let passed = replaced.iter().take_while(|part| part.end < span.start).count();
        replaced = &replaced[passed..];
        let here = replaced.iter().take_while(|part| part.start <= span.end).count();
        // A line that is as it was is none that differs, as long as it is known which one it was.
        if here > 0 && (old.len() != new.len() || old[number] != *line) {
            let before = masked(after, span, &replaced[..here]);
            lines.push(CleanLine { number: number + 1, before, after: printable(line) });
        }
    }
    lines
}

/// Lines, also those that end as old systems and HL7 end them.
fn split_lines(text: &[u8]) -> Vec<&[u8]> {
    let mark = if text.contains(&b'\n') { b'\n' } else { b'\r' };
    text.split(|byte| *byte == mark).collect()
}

/// A line of what is left with a mark for each thing that was replaced.
fn masked(text: &[u8], line: Range<usize>, replaced: &[Range<usize>]) -> String {
    let (mut shown, mut at) = (String::new(), line.start);
    for part in replaced {
        let (begin, end) = (part.start.max(at), part.end.min(line.end));
        shown += &printable(&text[at..begin]);
        shown += MARK;
        at = end.max(begin);
    }
    shown + &printable(&text[at..line.end])
}
