use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use gitops_health_git::{Repo, printable};

use super::husky;
use super::place::{Hook, Keeper, Place, unreadable};
use super::shim::{KEPT, shim};
use crate::args::{HookName, InstallArgs, UninstallArgs};
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::look::masked_name;
use crate::{index, output};

/// `hook install`: all of the hooks that are asked for, or none.
pub(crate) fn install(context: &Context, args: &InstallArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo()?;
    let place = Place::of(&repo)?;
    let hooks = asked(&repo, &args.hooks)?;
    let steps: Vec<Step> =
        hooks.iter().map(|hook| to_install(&place, *hook)).collect::<Result<_, _>>()?;
    carry_out(context, &repo, &steps, args.dry_run)?;
    if !args.dry_run && !args.no_index {
        let config = context.config(Some(&repo))?.config.index;
        let tips = repo.head_commit()?.into_iter().collect::<Vec<_>>();
        index::open_for(context, &repo, &config, &tips)?;
    }
    Ok(ExitCode::Clean)
}

/// `hook uninstall`: what was there before is there again.
pub(crate) fn uninstall(context: &Context, args: &UninstallArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo()?;
    let place = Place::of(&repo)?;
    let hooks = if args.hooks.is_empty() { &HookName::ALL[..] } else { &args.hooks };
    let mut steps = Vec::new();
    for hook in hooks {
        steps.extend(to_uninstall(&place, *hook, !args.hooks.is_empty())?);
    }
    if steps.is_empty() {
        output::write(context, "there is no hook of ours\n")?;
    }
    carry_out(context, &repo, &steps, args.dry_run)?;
    Ok(ExitCode::Clean)
}

/// The hooks that are asked for, each once. What git would never call is refused.
fn asked(repo: &Repo, named: &[HookName]) -> Result<Vec<HookName>, CliError> {
    let is_bare = repo.worktree().is_none();
    let mut hooks = match (named.is_empty(), is_bare) {
        (false, _) => named.to_vec(),
        (true, true) => vec![HookName::PreReceive],
        (true, false) => vec![HookName::PreCommit, HookName::CommitMsg, HookName::PrePush],
    };
    hooks.sort_unstable();
    hooks.dedup();
    match hooks.iter().find(|hook| is_bare && **hook != HookName::PreReceive) {
        None => Ok(hooks),
        Some(hook) => Err(CliError::new(Failure::Unusable {
            what: format!(
                "nobody commits in a bare repository, so that git calls no {}",
                hook.name()
            ),
            hint: "install `pre-receive` there, or the others in a clone".into(),
        })),
    }
}

/// One change of a file.
enum Step {
    /// A hook of ours takes the place of nothing, of an older one of ours, or of one that is kept.
    Put { path: PathBuf, text: String, keeps: bool },
    /// A file of husky gets our part.
    Add { path: PathBuf, text: String, is_new: bool },
    /// What was kept is put back.
    PutBack { path: PathBuf },
    /// A hook of ours goes, and nothing was there before.
    Remove { path: PathBuf },
    /// A file of husky loses our part.
    TakeOut { path: PathBuf, text: String },
    /// Nothing is to be done.
    IsThere { path: PathBuf },
}

fn to_install(place: &Place, hook: HookName) -> Result<Step, CliError> {
    if let Keeper::Husky(directory) = &place.keeper {
        return to_add(&directory.join(hook.name()), directory == &place.directory, hook);
    }
    let path = place.directory.join(hook.name());
    if place.keeper == Keeper::Elsewhere {
        return Err(refused(
            format!(
                "`core.hooksPath` is {}, which other repositories have, too",
                shown(&place.directory)
            ),
            format!(
                "set `core.hooksPath` for this repository alone, or add `gitops-health hook run {} -- \"$@\"` to \
                 the hook there yourself",
                hook.name()
            ),
        ));
    }
    // Everybody has another path to the program, so a file that is shared has none.
    let program = match place.keeper {
        Keeper::Git => std::env::current_exe().ok(),
        _ => None,
    };
    let text = shim(hook, program.as_deref());
    match Hook::at(&path)? {
        Hook::PreCommitFramework => Err(refused(
            format!("{} is a hook of the pre-commit framework, which writes it anew", shown(&path)),
            format!(
                "add this to .pre-commit-config.yaml, and run `pre-commit install --hook-type {}`:\n{}",
                hook.name(),
                for_pre_commit_framework(hook)
            ),
        )),
        Hook::Lefthook => Err(refused(
            format!("{} is a hook of lefthook, which writes it anew", shown(&path)),
            format!(
                "add this to lefthook.yml, and run `lefthook install`:\n{}",
                for_lefthook(hook)
            ),
        )),
        Hook::Ours if fs::read(&path).is_ok_and(|it| it == text.as_bytes()) && is_run(&path) => {
            Ok(Step::IsThere { path })
        }
        Hook::Ours => Ok(Step::Put { path, text, keeps: false }),
        Hook::None => {
            refuse_kept(&path)?;
            Ok(Step::Put { path, text, keeps: false })
        }
        Hook::Other if !path.is_symlink() && !path.is_file() => Err(refused(
            format!("{} is no file", shown(&path)),
            "look at what it is, and remove it if it is not wanted".into(),
        )),
        Hook::Other => {
            refuse_kept(&path)?;
            Ok(Step::Put { path, text, keeps: true })
        }
    }
}

fn to_add(path: &Path, needs_head: bool, hook: HookName) -> Result<Step, CliError> {
    let before = match fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(source) => return Err(unreadable(path, source)),
    };
    let path = path.to_owned();
    if before.as_deref().is_some_and(|text| husky::has_part(text, hook)) {
        return Ok(Step::IsThere { path });
    }
    // What git runs itself says by which shell.
    let head = if needs_head { "#!/bin/sh\n" } else { "" };
    let text = husky::with_part(before.as_deref(), head, hook);
    Ok(Step::Add { path, text, is_new: before.is_none() })
}

fn to_uninstall(place: &Place, hook: HookName, is_named: bool) -> Result<Option<Step>, CliError> {
    if let Keeper::Husky(directory) = &place.keeper {
        let path = directory.join(hook.name());
        let left = fs::read_to_string(&path).ok().and_then(|text| husky::without_part(&text));
        return Ok(left.map(|left| match left {
            husky::Left::Nothing => Step::Remove { path },
            husky::Left::Text(text) => Step::TakeOut { path, text },
        }));
    }
    let path = place.directory.join(hook.name());
    let has_kept = kept(&path).symlink_metadata().is_ok();
    match Hook::at(&path)? {
        Hook::Ours if has_kept => Ok(Some(Step::PutBack { path })),
        Hook::Ours => Ok(Some(Step::Remove { path })),
        // Somebody took ours away, and what was there before is still kept.
        Hook::None if has_kept => Ok(Some(Step::PutBack { path })),
        _ if has_kept => Err(refused(
            format!(
                "{} is no hook of ours, and {} is kept beside it",
                shown(&path),
                shown(&kept(&path))
            ),
            "look at both, and remove the one that is not wanted".into(),
        )),
        Hook::None => Ok(None),
        _ if is_named => Err(refused(
            format!("{} is no hook of ours", shown(&path)),
            "remove it yourself if it is not wanted".into(),
        )),
        _ => Ok(None),
    }
}

/// What is wrong with a hook of ours; nothing where it is as it should be.
pub(crate) fn problem_of(repo: &Repo, hook: HookName) -> Result<Option<String>, CliError> {
    let place = Place::of(repo)?;
    let path = match &place.keeper {
        Keeper::Husky(directory) => directory.join(hook.name()),
        _ => place.directory.join(hook.name()),
    };
    let text = fs::read_to_string(&path).map_err(|source| unreadable(&path, source))?;
    let program = text.lines().find_map(|line| line.strip_prefix("program='")?.strip_suffix('\''));
    // husky runs its files by a shell.
    if !is_run(&path) && path.parent() == Some(&*place.directory) {
        return Ok(Some("git passes over it: nobody may run it".into()));
    }
    let is_on_path = || {
        let paths = std::env::var_os("PATH").unwrap_or_default();
        let name = format!("gitops-health{}", std::env::consts::EXE_SUFFIX);
        std::env::split_paths(&paths).any(|directory| directory.join(&name).is_file())
    };
    Ok(match program {
        None if !is_on_path() => {
            Some("it calls `gitops-health`, which is not on the PATH here".into())
        }
        Some(program) if !Path::new(&program.replace(r"'\''", "'")).exists() => {
            Some(format!("the program that it calls is gone: {}", printable(program.as_bytes())))
        }
        _ => None,
    })
}

/// Whether git runs a hook.
fn is_run(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        path.metadata().is_ok_and(|it| it.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    path.exists()
}

/// Does all of it, or says what would be done.
fn carry_out(
    context: &Context,
    repo: &Repo,
    steps: &[Step],
    dry_run: bool,
) -> Result<(), CliError> {
    let top = repo.worktree().map(|top| fs::canonicalize(top).unwrap_or_else(|_| top.to_owned()));
    let mut told = String::new();
    for step in steps {
        if !dry_run {
            output::refuse_link(context, step.path())?;
            step.carry_out().map_err(|source| {
                let place = step.path().display().to_string();
                CliError::new(Failure::Output { place, source })
            })?;
        }
        told += &step.told(top.as_deref(), dry_run);
    }
    output::write(context, &told)
}

impl Step {
    fn path(&self) -> &Path {
        match self {
            Self::Put { path, .. }
            | Self::Add { path, .. }
            | Self::PutBack { path }
            | Self::Remove { path }
            | Self::TakeOut { path, .. }
            | Self::IsThere { path } => path,
        }
    }

    /// At every instant there is the old hook or the new one.
    fn carry_out(&self) -> io::Result<()> {
        match self {
            Self::Put { path, text, keeps } => {
                if let Some(directory) = path.parent() {
                    fs::create_dir_all(directory)?;
                }
                if *keeps {
                    keep(path)?;
                }
                put(path, text)
            }
            Self::Add { path, text, is_new: true } => put(path, text),
            Self::Add { path, text, .. } | Self::TakeOut { path, text } => {
                output::write_file(path, text.as_bytes())
            }
            Self::PutBack { path } => fs::rename(kept(path), path),
            Self::Remove { path } => fs::remove_file(path),
            Self::IsThere { .. } => Ok(()),
        }
    }

    fn told(&self, top: Option<&Path>, dry_run: bool) -> String {
        let inside = |path: &Path| {
            let real = path.parent().and_then(|it| fs::canonicalize(it).ok());
            let real = real.zip(path.file_name()).map(|(above, name)| above.join(name));
            let real = real.unwrap_or_else(|| path.to_owned());
            let inside = top.and_then(|top| real.strip_prefix(top).ok()).unwrap_or(&real);
            shown(inside)
        };
        let path = inside(self.path());
        let would = if dry_run { "would be " } else { "" };
        match self {
            Self::Put { path: at, keeps: true, .. } => {
                format!(
                    "{path}: {would}installed; what was there is {} and runs first\n",
                    inside(&kept(at))
                )
            }
            Self::Put { .. } => format!("{path}: {would}installed\n"),
            Self::Add { is_new: true, .. } => format!("{path}: {would}made for husky; commit it\n"),
            Self::Add { .. } => format!("{path}: our part {would}added for husky; commit it\n"),
            Self::PutBack { .. } => format!("{path}: what was there before {would}put back\n"),
            Self::Remove { .. } => format!("{path}: {would}removed\n"),
            Self::TakeOut { .. } => format!("{path}: our part {would}taken out; commit it\n"),
            Self::IsThere { .. } => format!("{path}: is installed already\n"),
        }
    }
}

/// Where a hook is kept that was there before.
pub(super) fn kept(path: &Path) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(KEPT);
    PathBuf::from(name)
}

fn refuse_kept(path: &Path) -> Result<(), CliError> {
    let kept = kept(path);
    match kept.symlink_metadata() {
        Err(_) => Ok(()),
        Ok(_) => Err(refused(
            format!("{} is kept from before, and {} is no hook of ours", shown(&kept), shown(path)),
            "look at both, and remove the one that is not wanted".into(),
        )),
    }
}

/// A second name for what is there, a link as a link, until ours takes the first one.
fn keep(path: &Path) -> io::Result<()> {
    let kept = kept(path);
    if let Ok(target) = fs::read_link(path) {
        #[cfg(unix)]
        return std::os::unix::fs::symlink(target, kept);
        #[cfg(not(unix))]
        let _ = target;
    }
    fs::hard_link(path, &kept).or_else(|_| fs::copy(path, &kept).map(drop))
}

/// A file that can be run takes the place of what is there.
fn put(path: &Path, text: &str) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".gitops-health-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    let mut file = builder.tempfile_in(directory)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// What to add to the configuration of the pre-commit framework.
fn for_pre_commit_framework(hook: HookName) -> String {
    let id = match hook {
        HookName::PreCommit => "gitops-health",
        HookName::CommitMsg => "gitops-health-commit-msg",
        HookName::PrepareCommitMsg => "gitops-health-prepare-commit-msg",
        HookName::PrePush | HookName::PreReceive => "gitops-health-pre-push",
    };
    format!(
        "repos:\n  - repo: https://github.com/gitops-health/gitops-health\n    rev: v{}\n    hooks:\n      - id: {id}",
        env!("CARGO_PKG_VERSION")
    )
}

/// What to add to the configuration of lefthook.
fn for_lefthook(hook: HookName) -> String {
    let name = hook.name();
    let input = if hook.reads_input() { "\n      use_stdin: true" } else { "" };
    let arguments = if hook == HookName::PreCommit { "" } else { " -- {0}" };
    format!(
        "{name}:\n  commands:\n    gitops-health:\n      run: gitops-health hook run {name}{arguments}{input}"
    )
}

fn shown(path: &Path) -> String {
    format!("`{}`", masked_name(path.as_os_str().as_encoded_bytes()))
}

fn refused(what: String, hint: String) -> CliError {
    CliError::new(Failure::Unusable { what, hint })
}
