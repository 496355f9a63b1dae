use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use gitops_health_compliance::{Catalogue, is_id};
use gitops_health_git::printable;

use crate::args::NewPolicyArgs;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::output;

/// `compliance new-policy`: a policy, its tests and its page, to begin with.
pub(crate) fn run(context: &Context, args: &NewPolicyArgs) -> Result<ExitCode, CliError> {
    let name = &args.name;
    check(name)?;
    let files = if args.conftest { of_conftest(args) } else { of_our_form(args) };
    if let Some((path, _)) = files.iter().find(|(path, _)| path.symlink_metadata().is_ok()) {
        let what = format!("`{}` is there already", shown(path));
        let hint = "choose another name, or another directory with --dir DIR".into();
        return Err(CliError::new(Failure::Unusable { what, hint }));
    }
    for (path, _) in &files {
        output::refuse_link(context, path)?;
    }
    for (path, text) in &files {
        write(path, &filled(text, name)).map_err(|source| {
            CliError::new(Failure::Output { place: format!("`{}`", shown(path)), source })
        })?;
    }
    output::write(context, &said(args, &files, in_tree(context, &args.dir).as_deref()))?;
    Ok(ExitCode::Clean)
}

/// The path of a directory from the top of the repository that it is in, as the configuration names it; nothing where it
/// is in none.
fn in_tree(context: &Context, dir: &Path) -> Option<String> {
    let repo = context.open_repo_if_any().ok().flatten()?;
    let top = repo.worktree()?.canonicalize().ok()?;
    let dir = dir.canonicalize().ok()?;
    let path = dir.strip_prefix(top).ok()?;
    (!path.as_os_str().is_empty()).then(|| shown(path))
}

fn check(name: &str) -> Result<(), CliError> {
    let unusable = |what: String, hint: &str| {
        Err(CliError::new(Failure::Unusable { what, hint: hint.into() }))
    };
    if !is_id(name) || !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        let what = format!("`{}` can be the name of no policy", printable(name.as_bytes()));
        return unusable(what, "name it with small letters, digits and hyphens: `few-files`");
    }
    if Catalogue::built_in_rules().iter().any(|(id, _)| *id == name) {
        let what = format!("the program has a rule `{name}`");
        return unusable(what, "choose another name: an id is never given twice");
    }
    Ok(())
}

type File = (PathBuf, &'static str);

/// A directory for the rule, as the rules of the program have.
fn of_our_form(args: &NewPolicyArgs) -> Vec<File> {
    let directory = args.dir.join(&args.name);
    vec![
        (directory.join("rule.rego"), include_str!("new_policy/rule.rego")),
        (directory.join("rule_test.rego"), include_str!("new_policy/rule_test.rego")),
        (directory.join("README.md"), include_str!("new_policy/rule.md")),
    ]
}

fn of_conftest(args: &NewPolicyArgs) -> Vec<File> {
    let file = |ending: &str| args.dir.join(format!("{}{ending}", args.name));
    vec![
        (file(".rego"), include_str!("new_policy/deny.rego")),
        (file("_test.rego"), include_str!("new_policy/deny_test.rego")),
        (file(".md"), include_str!("new_policy/deny.md")),
    ]
}

/// A name with hyphens is no name in Rego: there it has `_`, or stands in brackets.
fn filled(text: &str, name: &str) -> String {
    let quoted = match name.contains('-') {
        true => format!("[\"{name}\"]"),
        false => format!(".{name}"),
    };
    let text = text.replace(".NAME_QUOTED", &quoted);
    text.replace("NAME_IN_REGO", &name.replace('-', "_")).replace("NAME", name)
}

/// Writes a file that is not there yet.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(directory) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
        fs::create_dir_all(directory)?;
    }
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

fn shown(path: &Path) -> String {
    printable(path.as_os_str().as_encoded_bytes())
}

/// What was written, and what to do next.
fn said(args: &NewPolicyArgs, files: &[File], in_tree: Option<&str>) -> String {
    let dir = shown(&args.dir);
    let mut text = String::new();
    for (path, _) in files {
        text += &format!("{}\n", shown(path));
    }
    text += &format!(
        "\nWrite down in it what you ask for, then\n  \
         gitops-health compliance test {dir}\n  \
         gitops-health compliance check-policy {dir}\n  \
         gitops-health compliance analyze --policy {dir}\n"
    );
    text += &match in_tree {
        Some(path) => {
            format!(
                "and let `compliance.policies` name `{path}` on the branch that is protected.\n"
            )
        }
        None => {
            "and put it into a directory of the repository that `compliance.policies` names on the \
                 branch that is protected.\n"
                .to_owned()
        }
    };
    text
}
