use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use gitops_health_report::clean::{CLEAN_SCHEMA, CleanFile, CleanReport, CleanSkip};

use gitops_health_sanitize::is_binary;

use super::backup::Backup;
use super::cleaning::Cleaning;
use super::difference::describe;
use super::unreadable;
use crate::args::CleanArgs;
use crate::error::CliError;
use crate::sanitize_scan::{LARGEST, list_files, shown, why_binary};

/// Cleans files and directories.
pub(super) fn clean(
    cleaning: &mut Cleaning<'_>,
    args: &CleanArgs,
    backup: &Option<Backup>,
) -> Result<CleanReport, CliError> {
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
        notes: Vec::new(),
    };
    for path in files {
        match clean_file(cleaning, &path, args.write, backup) {
            Ok(None) => report.files_read += 1,
            Ok(Some(file)) => {
                report.files_read += 1;
                report.files.push(file);
            }
            Err(Left::Binary(why)) => {
                let path = cleaning.look.shown(path.as_os_str().as_encoded_bytes());
                report.notes.push(format!("`{path}` was left: {why}"));
            }
            Err(Left::Failure(reason)) => {
                let path = cleaning.look.shown(path.as_os_str().as_encoded_bytes());
                report.skipped.push(CleanSkip { path, reason });
            }
        }
    }
    report.notes.extend(cleaning.look.acceptance.notes().iter().cloned());
    report.notes.extend(std::mem::take(&mut cleaning.notes));
    Ok(report)
}

/// Why a file is left as it is.
enum Left {
    /// It is nothing that can be looked into, for this reason.
    Binary(String),
    Failure(String),
}

/// Cleans a file; `None` where there is nothing to take out.
fn clean_file(
    cleaning: &mut Cleaning<'_>,
    path: &Path,
    write: bool,
    backup: &Option<Backup>,
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
        return Err(Left::Binary(why_binary(&content)));
    }
    let in_tree = cleaning.look.in_tree(path);
    let cleaned = cleaning.clean(&in_tree, None, &content, None).map_err(Left::Failure)?;
    if cleaned.removed.is_empty() {
        return Ok(None);
    }
    if write {
        if let Some(backup) = backup {
            backup.keep(path, &content).map_err(failed)?;
        }
        replace(path, &known, &cleaned.bytes).map_err(failed)?;
    }
    let shown = cleaning.look.shown(path.as_os_str().as_encoded_bytes());
    Ok(Some(describe(shown, &content, &cleaned)))
}

/// All of it or nothing: a new file beside it takes its place once it is safely on disk, with the same
/// permissions.
pub(super) fn replace(path: &Path, known: &fs::Metadata, content: &[u8]) -> io::Result<()> {
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
