use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::{self, Write};
#[cfg(unix)]
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use gitops_health_git::{PathAttributes, counted};
use gitops_health_report::clean::{CleanFile, CleanReport, CleanSkip};
use gitops_health_sanitize::is_passed_over;

use super::backup::Backup;
use super::cleaning::Cleaning;
use super::difference::describe;
use super::unreadable;
use crate::error::CliError;
use crate::sanitize_scan::{LARGEST, Listed, link_in_tree, shown, target_of, why_binary};

/// Cleans files and directories.
pub(super) fn clean(
    cleaning: &mut Cleaning<'_>,
    paths: &[PathBuf],
    backup: &Option<Backup>,
    report: &mut CleanReport,
) -> Result<(), CliError> {
    let Listed { files, links } = listed(paths, &mut report.skipped)?;
    let names = Names::of(&files);
    for path in files {
        let shown = cleaning.look.shown(path.as_os_str().as_encoded_bytes());
        let name = path.as_os_str().as_encoded_bytes();
        if let Err(reason) = cleaning.refuse_name(&cleaning.look.in_tree(&path), None, name) {
            report.skipped.push(CleanSkip { path: shown.clone(), reason });
        }
        match clean_file(cleaning, &path, &names, report.written, backup) {
            Ok(cleaned) => {
                report.files_read += 1;
                report.files.extend(cleaned);
            }
            Err(Left::Binary(why)) => report.notes.push(format!("`{shown}` was left: {why}")),
            Err(Left::Failure(reason)) => report.skipped.push(CleanSkip { path: shown, reason }),
        }
    }
    for path in links {
        let looked = target_of(&path).map_err(|error| error.to_string()).and_then(|target| {
            let in_tree = link_in_tree(cleaning.look, &path);
            refuse_link(cleaning, &in_tree, None, &target)
        });
        if let Err(reason) = looked {
            let path = cleaning.look.shown(path.as_os_str().as_encoded_bytes());
            report.skipped.push(CleanSkip { path, reason });
        }
    }
    Ok(())
}

/// The files that are asked for, and those in directories that are.
fn listed(paths: &[PathBuf], skipped: &mut Vec<CleanSkip>) -> Result<Listed, CliError> {
    let mut listed = Listed::default();
    for path in paths {
        let known = fs::symlink_metadata(path);
        let known = known.map_err(|source| unreadable(&shown(path), source))?;
        if known.is_symlink() {
            let reason = "it is a link, and links are not followed: name what it leads to".into();
            skipped.push(CleanSkip { path: shown(path), reason });
            continue;
        }
        match known.is_dir() {
            true => listed.add(path, &mut |path, reason, is_failure| {
                skipped.extend(is_failure.then_some(CleanSkip { path, reason }));
            }),
            false => drop(listed.files.insert(path.clone())),
        }
    }
    Ok(listed)
}

/// Refuses a link in the target of which something is found: without it the link leads nowhere.
pub(super) fn refuse_link(
    cleaning: &mut Cleaning<'_>,
    in_tree: &str,
    attributes: Option<&PathAttributes>,
    target: &[u8],
) -> Result<(), String> {
    match cleaning.clean(in_tree, attributes, target, None)?.removed.is_empty() {
        true => Ok(()),
        false => Err("it is a link, and what is found in its target can't be taken out".into()),
    }
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
    names: &Names,
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
    if is_passed_over(path.as_os_str().as_encoded_bytes(), &content) {
        return Err(Left::Binary(why_binary(&content)));
    }
    let in_tree = cleaning.look.in_tree(path);
    let cleaned = cleaning.clean(&in_tree, None, &content, None).map_err(Left::Failure)?;
    if cleaned.removed.is_empty() {
        return Ok(None);
    }
    refuse(names.elsewhere(&known)).map_err(Left::Failure)?;
    if write {
        if let Some(backup) = backup {
            backup.keep(path, &content).map_err(failed)?;
        }
        replace(path, &known, &content, &cleaned.bytes).map_err(failed)?;
    }
    let shown = cleaning.look.shown(path.as_os_str().as_encoded_bytes());
    Ok(Some(describe(shown, &content, &cleaned)))
}

/// How many names the same file has outside of what is cleaned: they would keep what is taken out.
#[derive(Default)]
struct Names {
    /// How many of the names of a file are cleaned, by device and number.
    cleaned: HashMap<(u64, u64), u64>,
}

impl Names {
    #[cfg(unix)]
    fn of(files: &BTreeSet<PathBuf>) -> Self {
        let mut cleaned = HashMap::new();
        for known in files.iter().filter_map(|path| fs::symlink_metadata(path).ok()) {
            if known.is_file() && known.nlink() > 1 {
                *cleaned.entry((known.dev(), known.ino())).or_default() += 1;
            }
        }
        Self { cleaned }
    }

    #[cfg(not(unix))]
    fn of(_: &BTreeSet<PathBuf>) -> Self {
        Self::default()
    }

    fn elsewhere(&self, known: &fs::Metadata) -> u64 {
        #[cfg(unix)]
        {
            let cleaned = self.cleaned.get(&(known.dev(), known.ino())).copied().unwrap_or(1);
            known.nlink().saturating_sub(cleaned)
        }
        #[cfg(not(unix))]
        {
            let _ = known;
            0
        }
    }
}

/// Refuses a file that has other names.
pub(super) fn refuse_names(known: &fs::Metadata) -> Result<(), String> {
    refuse(Names::default().elsewhere(known))
}

fn refuse(elsewhere: u64) -> Result<(), String> {
    match elsewhere {
        0 => Ok(()),
        many => Err(format!(
            "it has {} (hard links) that would keep what is taken out: clean all of them at once",
            counted(many as usize, "more name", "more names")
        )),
    }
}

/// All of it or nothing: a new file takes the place of one that is still as it was, once it is safely on disk,
/// with the same owner and permissions. Until then it is in a directory that git takes for empty, so that nothing
/// is added to a repository, whatever ends the program.
pub(super) fn replace(
    path: &Path,
    known: &fs::Metadata,
    before: &[u8],
    content: &[u8],
) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".gitops-health-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let place = builder.tempdir_in(parent.unwrap_or(Path::new(".")))?;
    fs::write(place.path().join(".gitignore"), "*\n")?;
    let new = place.path().join("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&new)?;
    file.write_all(content)?;
    keep_owner(&file, known)?;
    file.sync_all()?;
    drop(file);
    if !is_still(path, known, before)? {
        return Err(io::Error::other("it was changed by somebody else meanwhile"));
    }
    fs::rename(&new, path)
}

/// Whether a file is still the one that was read.
fn is_still(path: &Path, known: &fs::Metadata, before: &[u8]) -> io::Result<bool> {
    let now = fs::symlink_metadata(path)?;
    #[cfg(unix)]
    let is_same = {
        let key = |it: &fs::Metadata| (it.dev(), it.ino(), it.mode(), it.uid(), it.gid());
        key(&now) == key(known)
    };
    #[cfg(not(unix))]
    let is_same = now.permissions() == known.permissions();
    Ok(is_same && now.is_file() && now.len() == before.len() as u64 && fs::read(path)? == before)
}

/// Gives a file the owner, the group and the permissions that another one has. Where the owner has to be another
/// one, the file runs as nobody else.
#[cfg(unix)]
fn keep_owner(file: &fs::File, known: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{PermissionsExt, fchown};
    const SET_IDS: u32 = 0o6000;
    let own = file.metadata()?;
    let wanted = (known.uid(), known.gid());
    let is_kept =
        (own.uid(), own.gid()) == wanted || fchown(file, Some(wanted.0), Some(wanted.1)).is_ok();
    let mut mode = known.mode() & 0o7777;
    if !is_kept {
        // The group alone may be one of ours.
        drop(fchown(file, None, Some(wanted.1)));
        mode &= !SET_IDS;
    }
    file.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn keep_owner(file: &fs::File, known: &fs::Metadata) -> io::Result<()> {
    file.set_permissions(known.permissions())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_else_wrote_meanwhile_stays() {
        let place = tempfile::tempdir().expect("a directory");
        let path = place.path().join("a.txt");
        let written = |content: &str| fs::write(&path, content).expect("it can be written");
        written("old\n");
        let known = fs::symlink_metadata(&path).expect("it is there");
        for other in ["new\n", "old\nand more\n"] {
            written(other);
            let error = replace(&path, &known, b"old\n", b"[X]\n").expect_err("it is another one");
            assert!(error.to_string().contains("by somebody else"), "{error}");
            assert_eq!(fs::read(&path).expect("it is there"), other.as_bytes());
        }
        written("old\n");
        replace(&path, &known, b"old\n", b"[X]\n").expect("it can be replaced");
        assert_eq!(fs::read(&path).expect("it is there"), b"[X]\n");
        assert_eq!(fs::read_dir(place.path()).expect("a directory").count(), 1);
        // Another file of the same content has its place now.
        written("old\n");
        replace(&path, &known, b"old\n", b"[X]\n").expect_err("it is another one");
    }
}
