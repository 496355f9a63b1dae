use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use gitops_health_git::Repo;

use super::observed::Observed;
use super::proposal::{NewFile, by_hand, configuration, difference, workflow};
use crate::args::{HookName, InitArgs, InstallArgs};
use crate::config::REPOSITORY_FILE;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::hook::{self, Hook, Keeper};
use crate::output;

/// `init`: looks at the repository, says what it would write and why, and writes it where somebody says yes.
pub(crate) fn run(context: &Context, args: &InitArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo()?;
    let Some(top) = repo.worktree() else {
        return Err(CliError::new(Failure::Unusable {
            what: "a bare repository has no files".into(),
            hint: "run it in a clone, and `gitops-health hook install` here".into(),
        }));
    };
    let frameworks = crate::compliance::known_frameworks(&args.framework)?;
    // What is there has to make sense before anything is done beside it.
    context.config(Some(&repo))?;
    let observed = Observed::of(&repo)?;
    let mut files = vec![configuration(&observed, &frameworks)];
    if !args.no_ci {
        files.extend(workflow(&observed, is_on_github(&repo)));
    }
    // What is there is never written over, be it a link that leads nowhere.
    let (known, files): (Vec<NewFile>, Vec<NewFile>) =
        files.into_iter().partition(|file| top.join(&file.path).symlink_metadata().is_ok());
    let hooks = if args.no_hooks { Vec::new() } else { wanted_hooks(&observed) };
    output::write(context, &proposal(&observed, &known, &files, &hooks, args))?;
    if files.is_empty() && hooks.is_empty() {
        return Ok(ExitCode::Clean);
    }
    if !args.yes {
        match agreed(context)? {
            Some(true) => {}
            Some(false) => {
                context.note("nothing was written");
                return Ok(ExitCode::Clean);
            }
            // A script must not take what was shown for done.
            None => {
                context.warn("nothing was written, since nobody can be asked: --yes writes it");
                return Ok(ExitCode::Usage);
            }
        }
    }
    for file in &files {
        write(context, top, file)?;
    }
    let written: String =
        files.iter().map(|file| format!("{}: written\n", file.path.display())).collect();
    output::write(context, &written)?;
    if !hooks.is_empty() {
        let args = InstallArgs { hooks, dry_run: false, no_index: false };
        hook::install(context, &args)?;
    }
    output::write(context, &next(&observed, &files))?;
    Ok(ExitCode::Clean)
}

/// The hooks that are not there yet and can be installed.
fn wanted_hooks(observed: &Observed) -> Vec<HookName> {
    let is_wanted = |hook: &HookName| {
        matches!(hook, HookName::PreCommit | HookName::CommitMsg | HookName::PrePush)
    };
    let is_free = |hook: &Hook| matches!(hook, Hook::None | Hook::Other);
    if observed.manager.is_some()
        || observed.keeper.is_none()
        || observed.keeper == Some(Keeper::Elsewhere)
    {
        return Vec::new();
    }
    let free = observed.hooks.iter().filter(|(name, hook)| is_wanted(name) && is_free(hook));
    free.map(|(name, _)| *name).collect()
}

fn proposal(
    observed: &Observed,
    known: &[NewFile],
    files: &[NewFile],
    hooks: &[HookName],
    args: &InitArgs,
) -> String {
    let mut text = String::new();
    for file in known {
        text += &format!("{}: is there already and stays as it is\n", file.path.display());
    }
    for file in files {
        text += &format!(
            "{}: would be new ({})\n{}\n",
            file.path.display(),
            file.why,
            difference(file)
        );
    }
    if !hooks.is_empty() {
        let names: Vec<&str> = hooks.iter().map(|hook| hook.name()).collect();
        text += &format!(
            "hooks: {} would be installed; hooks that are there run first\n",
            names.join(", ")
        );
    }
    if let Some(manager) = observed.manager.filter(|_| !args.no_hooks) {
        text += &format!(
            "hooks: {manager} looks after them; `gitops-health hook install` says what to add to its configuration\n"
        );
    }
    for advice in by_hand(observed).iter().filter(|_| !args.no_ci) {
        text += &format!("by hand: {advice}\n");
    }
    if files.is_empty() && hooks.is_empty() {
        text += "nothing is to be done; `gitops-health doctor` says whether all is in its place\n";
    }
    text
}

/// What comes next.
fn next(observed: &Observed, files: &[NewFile]) -> String {
    let mut steps = Vec::new();
    if files.iter().any(|file| file.path.as_os_str() == REPOSITORY_FILE) {
        steps.push(
            "look at the files, then `git add` and commit them: they count once they are committed",
        );
    }
    if observed.files > 0 {
        steps.push("`gitops-health check --all --only sanitize` says what is there already");
    }
    steps.push("`gitops-health doctor` says whether all is in its place");
    let steps: String = steps.iter().map(|step| format!("  - {step}\n")).collect();
    format!("next:\n{steps}")
}

/// Whether somebody at a terminal says yes; nothing where nobody is there to be asked.
fn agreed(context: &Context) -> Result<Option<bool>, CliError> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() || context.output_file().is_some()
    {
        return Ok(None);
    }
    let failed = |source| CliError::new(Failure::Input { place: "the answer".into(), source });
    write!(io::stderr(), "write this? [y/N] ").map_err(failed)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(failed)?;
    Ok(Some(matches!(answer.trim(), "y" | "Y" | "yes")))
}

fn write(context: &Context, top: &Path, file: &NewFile) -> Result<(), CliError> {
    let path = top.join(&file.path);
    output::refuse_link(context, &path)?;
    let failed =
        |source| CliError::new(Failure::Output { place: path.display().to_string(), source });
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory).map_err(failed)?;
    }
    // Only where nothing is: somebody may have made one since.
    let mut new =
        std::fs::OpenOptions::new().write(true).create_new(true).open(&path).map_err(failed)?;
    new.write_all(file.content.as_bytes()).and_then(|()| new.sync_all()).map_err(failed)
}

fn is_on_github(repo: &Repo) -> bool {
    repo.setting("remote.origin.url").is_some_and(|url| {
        url.starts_with("https://github.com/") || url.starts_with("git@github.com:")
    })
}
