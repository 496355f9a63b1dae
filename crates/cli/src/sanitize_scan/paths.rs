use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::changes::FILE_NAME;
use super::outcome::{Outcome, Place};
use super::{LARGEST, threads};
use crate::args::ScanArgs;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::look::{Look, masked_name};

/// Files and directories as they are on disk.
pub(super) fn scan(
    context: &Context,
    look: &Look,
    args: &ScanArgs,
) -> Result<(String, Outcome), CliError> {
    let here = [context.global.repo.clone().unwrap_or_else(|| PathBuf::from("."))];
    let asked = if args.paths.is_empty() { &here[..] } else { &args.paths };
    check_stdin_name(asked, args.stdin_name.as_deref())?;
    let mut whole = Outcome::default();
    let mut listed = Listed::default();
    for path in asked {
        if path.as_os_str() == "-" {
            scan_stdin(look, args.stdin_name.as_deref(), &mut whole)?;
            continue;
        }
        let is_link = fs::symlink_metadata(path).is_ok_and(|known| known.is_symlink());
        match fs::metadata(path) {
            Ok(known) if known.is_dir() => {
                listed.add(path, &mut |path, reason, is_failure| {
                    whole.skip(&path, reason, is_failure);
                });
            }
            Ok(_) => drop(listed.files.insert(path.clone())),
            Err(_) if is_link => {}
            Err(source) => return Err(unreadable(&shown(path), source)),
        }
        if is_link {
            listed.links.insert(path.clone());
        }
    }
    let Listed { files, links } = listed;
    let files = files.into_iter().map(|path| (path, false));
    let mut both: Vec<(PathBuf, bool)> =
        files.chain(links.into_iter().map(|path| (path, true))).collect();
    both.sort();
    scan_files(look, &both, args.threads, &mut whole);
    let target = match asked.len() {
        1 if asked[0].as_os_str() == "-" => "the standard input was".into(),
        1 => format!("`{}` was", shown(&asked[0])),
        many => format!("{many} places were"),
    };
    Ok((target, whole))
}

fn scan_stdin(look: &Look, named: Option<&Path>, whole: &mut Outcome) -> Result<(), CliError> {
    let mut content = Vec::new();
    let read = io::stdin().lock().take(LARGEST + 1).read_to_end(&mut content);
    read.map_err(|source| unreadable("the standard input", source))?;
    let name = named.map_or_else(|| "-".into(), shown);
    let in_tree = || named.map_or_else(|| "-".into(), |named| look.in_tree(named));
    if content.len() as u64 > LARGEST {
        whole.skip(&name, "it is too large", true);
    } else {
        let place = Place { in_tree: Some(&in_tree), ..Place::new(&name, None) };
        whole.scan(look, &place, &content);
    }
    Ok(())
}

/// Only what is read from the standard input needs a name.
pub(crate) fn check_stdin_name(paths: &[PathBuf], name: Option<&Path>) -> Result<(), CliError> {
    match name.is_none() || paths.iter().any(|path| path.as_os_str() == "-") {
        true => Ok(()),
        false => Err(CliError::new(Failure::Unusable {
            what: "`--stdin-name` names the standard input, which is not read".into(),
            hint: "`-` among the files is the standard input".into(),
        })),
    }
}

fn unreadable(place: &str, source: io::Error) -> CliError {
    CliError::new(Failure::Input { place: place.to_owned(), source })
}

pub(crate) fn shown(path: &Path) -> String {
    masked_name(path.as_os_str().as_encoded_bytes())
}

/// What is below some directories, without what is git's.
#[derive(Default)]
pub(crate) struct Listed {
    pub files: BTreeSet<PathBuf>,
    /// Symbolic links, which are not followed.
    pub links: BTreeSet<PathBuf>,
}

impl Listed {
    /// Adds what is below a directory. Says of what is left out why, and whether there may be something in it: pipes
    /// and sockets hold nothing that git would keep.
    pub fn add(&mut self, directory: &Path, skip: &mut dyn FnMut(String, String, bool)) {
        let mut open = vec![directory.to_owned()];
        while let Some(directory) = open.pop() {
            let entries =
                fs::read_dir(&directory).and_then(Iterator::collect::<io::Result<Vec<_>>>);
            let entries = match entries {
                Ok(entries) => entries,
                Err(error) => {
                    skip(shown(&directory), error.to_string(), true);
                    continue;
                }
            };
            for entry in entries {
                let path = entry.path();
                let path = path.strip_prefix("./").map(Path::to_owned).unwrap_or(path);
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() && entry.file_name() == ".git" => {}
                    Ok(kind) if kind.is_dir() => open.push(path),
                    Ok(kind) if kind.is_file() => drop(self.files.insert(path)),
                    Ok(kind) if kind.is_symlink() => drop(self.links.insert(path)),
                    Ok(_) => skip(shown(&path), "it is no regular file".into(), false),
                    Err(error) => skip(shown(&path), error.to_string(), true),
                }
            }
        }
    }
}

/// What a link says, as git stores it.
pub(crate) fn target_of(link: &Path) -> io::Result<Vec<u8>> {
    Ok(fs::read_link(link)?.into_os_string().into_encoded_bytes())
}

/// A link, named from the top of the worktree that it is in itself.
pub(crate) fn link_in_tree(look: &Look, link: &Path) -> String {
    let directory = link.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = look.in_tree(directory.unwrap_or(Path::new(".")));
    let name = link.file_name().unwrap_or_default();
    let name = look.shown(name.as_encoded_bytes());
    if directory.is_empty() { name } else { format!("{directory}/{name}") }
}

/// Looks at files, and at links that are not followed, on several threads; what is found stands in the order of their names.
fn scan_files(look: &Look, files: &[(PathBuf, bool)], threads: Option<u16>, whole: &mut Outcome) {
    let threads = self::threads(threads);
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.min(files.len()) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some((path, is_link)) = files.get(number) else { break };
                    let mut outcome = Outcome::default();
                    match is_link {
                        true => scan_link(look, path, &mut outcome),
                        false => scan_file(look, path, &mut outcome),
                    }
                    let mut all =
                        outcomes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    all.push((number, outcome));
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    outcomes.sort_by_key(|(number, _)| *number);
    for (_, outcome) in outcomes {
        whole.add(outcome);
    }
}

fn scan_file(look: &Look, path: &Path, outcome: &mut Outcome) {
    let name = look.shown(path.as_os_str().as_encoded_bytes());
    let known = fs::metadata(path);
    if known.as_ref().is_ok_and(|known| !known.is_file()) {
        outcome.skip(&name, "it is no regular file", true);
        return;
    }
    let mut content = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut content));
    match read {
        Err(error) => outcome.skip(&name, error.to_string(), true),
        Ok(_) if content.len() as u64 > LARGEST => outcome.skip(&name, "it is too large", true),
        Ok(_) => {
            let in_tree = || look.in_tree(path);
            let place = Place { in_tree: Some(&in_tree), ..Place::new(&name, None) };
            outcome.scan_name(look, &place, FILE_NAME, path.as_os_str().as_encoded_bytes());
            outcome.scan(look, &place, &content);
        }
    }
}

fn scan_link(look: &Look, path: &Path, outcome: &mut Outcome) {
    let name = look.shown(path.as_os_str().as_encoded_bytes());
    let in_tree = || link_in_tree(look, path);
    let place = Place { in_tree: Some(&in_tree), ..Place::new(&name, None) };
    outcome.scan_name(look, &place, FILE_NAME, path.as_os_str().as_encoded_bytes());
    match target_of(path) {
        Ok(target) => outcome.scan(look, &place, &target),
        Err(error) => outcome.skip(&name, error.to_string(), true),
    }
}
