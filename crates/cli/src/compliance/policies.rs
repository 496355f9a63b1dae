//! Policies as files: named one by one, or as directories.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use gitops_health_compliance::{Catalogue, Limits, OwnPolicies, Source};
use gitops_health_git::printable;

use crate::error::{CliError, Failure};

/// So many directories may be in one another.
const DEEPEST: usize = 32;

/// What was named.
#[derive(Default)]
pub(super) struct Policies {
    /// Policies and their tests, by path.
    pub policies: Vec<Source>,
    /// Frameworks: files of YAML in a directory `frameworks`.
    pub frameworks: Vec<Source>,
}

/// Reads what is named; all that comes with the program where nothing is.
pub(super) fn read(paths: &[PathBuf], limits: Limits) -> Result<Policies, CliError> {
    if paths.is_empty() {
        return Ok(built_in());
    }
    let mut files = Vec::new();
    for path in paths {
        let kind = fs::metadata(path).map_err(|error| not_read(path, &error.to_string()))?;
        match kind.is_dir() {
            true => list(path, &mut files, limits.most, Links::Skipped)?,
            false => files.push(path.clone()),
        }
    }
    files.sort();
    files.dedup();
    let mut read = Policies::default();
    for path in files {
        let is_policy = path.extension().is_some_and(|it| it == "rego");
        if !is_policy && !is_yaml(&path) {
            let what = format!("`{}` is neither a policy nor a framework", shown(&path));
            let hint = "name files that end in `.rego`, or in `.yaml` for frameworks".into();
            return Err(CliError::new(Failure::Unusable { what, hint }));
        }
        let source = Source { text: text(&path, limits.longest)?, path: shown(&path) };
        if is_policy { &mut read.policies } else { &mut read.frameworks }.push(source);
    }
    if read.policies.is_empty() && read.frameworks.is_empty() {
        let what = "there is no policy where you named".to_owned();
        let hint = "name a file that ends in `.rego`, or a directory with some".into();
        return Err(CliError::new(Failure::NotEvaluated { what, hint }));
    }
    Ok(read)
}

fn built_in() -> Policies {
    let source = |(id, text): &(&str, &str), place: &str, file: &str| Source {
        path: format!("{place}/{id}{file}"),
        text: (*text).to_owned(),
    };
    let rules = Catalogue::built_in_rules().iter().map(|it| source(it, "rules", "/rule.rego"));
    let tests = Catalogue::built_in_tests().iter();
    let tests = tests.map(|it| source(it, "rules", "/rule_test.rego"));
    let frameworks = Catalogue::built_in_frameworks().iter();
    Policies {
        policies: rules.chain(tests).collect(),
        frameworks: frameworks.map(|it| source(it, "frameworks", ".yaml")).collect(),
    }
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "yaml" || it == "yml")
}

fn shown(path: &Path) -> String {
    printable(path.as_os_str().as_encoded_bytes()).to_string()
}

fn not_read(path: &Path, why: &str) -> CliError {
    let what = format!("`{}` could not be read: {why}", shown(path));
    let hint = "look at what it is and at its permissions, or name others".into();
    CliError::new(Failure::NotEvaluated { what, hint })
}

/// What becomes of links below a directory. None is followed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Links {
    Skipped,
    /// What decides is whole, or it is an error.
    Refused,
}

/// Reads what is to decide. What is not there, is no policy or a link is an error, since nobody would miss what it says.
pub(super) fn read_own(paths: &[PathBuf], limits: Limits) -> Result<OwnPolicies, CliError> {
    let mut own = OwnPolicies::default();
    for path in paths {
        let mut files = Vec::new();
        let kind = fs::metadata(path).map_err(|error| not_read(path, &error.to_string()))?;
        match kind.is_dir() {
            true => list(path, &mut files, limits.most, Links::Refused)?,
            false => files.push(path.clone()),
        }
        files.retain(|path| !shown(path).ends_with("_test.rego"));
        files.sort();
        let is_policy = |path: &PathBuf| path.extension().is_some_and(|it| it == "rego");
        if files.is_empty() || (!kind.is_dir() && !files.iter().all(is_policy)) {
            let what = format!("there is no policy in `{}`", shown(path));
            let hint = "name a file that ends in `.rego` and is no test, or a directory with some";
            return Err(CliError::new(Failure::NotEvaluated { what, hint: hint.into() }));
        }
        for path in files {
            own.add(Source { text: text(&path, limits.longest)?, path: shown(&path) });
        }
    }
    Ok(own)
}

/// Adds the policies and frameworks below a directory.
fn list(
    directory: &Path,
    files: &mut Vec<PathBuf>,
    most: usize,
    links: Links,
) -> Result<(), CliError> {
    let mut open = vec![(directory.to_owned(), 0)];
    while let Some((directory, depth)) = open.pop() {
        let failed = |error: io::Error| not_read(&directory, &error.to_string());
        if depth > DEEPEST {
            return Err(not_read(&directory, "too many directories are in one another"));
        }
        for entry in fs::read_dir(&directory).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(failed)?);
            let is_framework = is_yaml(&path) && directory.ends_with("frameworks");
            let is_asked = path.extension().is_some_and(|it| it == "rego") || is_framework;
            let may_lead = is_asked || path.extension().is_none();
            if kind.is_symlink() && may_lead && links == Links::Refused {
                return Err(not_read(&path, "it is a link, which may lead anywhere"));
            }
            if kind.is_dir() && entry.file_name() != ".git" {
                open.push((path, depth + 1));
            } else if kind.is_file() && is_asked {
                files.push(path);
            }
        }
        if files.len() > most {
            return Err(not_read(&directory, &format!("there are more than {most} policies")));
        }
    }
    Ok(())
}

/// The text of a file, up to a length.
fn text(path: &Path, longest: usize) -> Result<String, CliError> {
    let failed = |error: io::Error| not_read(path, &error.to_string());
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(not_read(path, "it is no regular file"));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(longest as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > longest {
        return Err(not_read(path, &format!("it has more than {longest} bytes")));
    }
    String::from_utf8(bytes).map_err(|_| not_read(path, "it is no UTF-8"))
}
