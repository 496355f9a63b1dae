use gitops_health_compliance::{Catalogue, Limits, Settings, Trusted};
use gitops_health_git::{Mode, ObjectId, Repo, RepoPath, counted};
use gitops_health_report::doctor::{self as report, DOCTOR_SCHEMA, DoctorReport, Item, State};

use super::observed::{Observed, System};
use crate::args::{DoctorArgs, HookName, PlainFormat};
use crate::compliance::Own;
use crate::config::{Loaded, REPOSITORY_FILE};
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::ExitCode;
use crate::hook::{Hook, Keeper, problem_of_hook};
use crate::look::{Look, masked};
use crate::{index, output, subject};

/// `doctor`: what is wrong with the set-up, and how to mend it. It changes nothing.
pub(crate) fn run(context: &Context, args: &DoctorArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo()?;
    let observed = Observed::of(&repo)?;
    let mut found = Found::default();
    history(&mut found, &repo);
    let loaded = configuration(&mut found, context, &repo)?;
    if let Some(loaded) = &loaded {
        sanitize(&mut found, context, &repo, loaded);
        compliance(&mut found, &repo, loaded)?;
        past(&mut found, context, &repo, loaded)?;
    }
    hooks(&mut found, &observed, &repo)?;
    pipelines(&mut found, &observed);
    let report = DoctorReport { schema: DOCTOR_SCHEMA.into(), items: found.items };
    let text = match args.format {
        PlainFormat::Text => report::text(&report, context.style()),
        PlainFormat::Json => report::json(&report),
    };
    output::write(context, &text)?;
    Ok(if report.has_problem() { ExitCode::Findings } else { ExitCode::Clean })
}

#[derive(Default)]
struct Found {
    items: Vec<Item>,
}

impl Found {
    fn add(&mut self, what: &str, state: State, words: impl Into<String>, remedy: &str) {
        let (words, remedy) = (masked(&words.into()), remedy.to_owned());
        self.items.push(Item { what: what.to_owned(), state, words, remedy });
    }

    fn ok(&mut self, what: &str, words: impl Into<String>) {
        self.add(what, State::Ok, words, "");
    }

    /// An error as a problem, with its hint.
    fn error(&mut self, what: &str, error: &CliError) {
        let remedy = error.advice().unwrap_or_default();
        self.add(what, State::Problem, error.message(), &remedy);
    }
}

fn history(found: &mut Found, repo: &Repo) {
    match repo.is_shallow() {
        true => found.add(
            "history",
            State::Note,
            "the clone is shallow: what came before is not known",
            "git fetch --unshallow",
        ),
        false => found.ok("history", "all of it is here"),
    }
}

/// The configuration of all places; nothing where it can not be used.
fn configuration(
    found: &mut Found,
    context: &Context,
    repo: &Repo,
) -> Result<Option<Loaded>, CliError> {
    let loaded = match context.config(Some(repo)) {
        Ok(loaded) => loaded,
        Err(error) => {
            found.error("configuration", &error);
            return Ok(None);
        }
    };
    if let Err(error) = loaded.config.risk.check() {
        found.error("configuration", &CliError::from(error));
        return Ok(None);
    }
    let path = RepoPath::from(REPOSITORY_FILE);
    let head = repo.head_commit()?;
    let committed = head.map(|id| repo.file_of_commit(id, &path)).transpose()?.flatten();
    let here = repo.worktree().map(|top| std::fs::read(top.join(REPOSITORY_FILE)).ok());
    let committed = committed.filter(|(mode, _)| matches!(mode, Mode::File | Mode::Executable));
    match (committed, here) {
        (None, Some(None)) => found.add(
            "configuration",
            State::Note,
            format!("there is no {REPOSITORY_FILE}: everything is as it is by default"),
            "gitops-health init",
        ),
        (None, Some(Some(_))) => found.add(
            "configuration",
            State::Problem,
            format!("{REPOSITORY_FILE} is not committed, so that no change is judged by it"),
            &format!("git add {REPOSITORY_FILE}, and commit it"),
        ),
        (Some((_, committed)), Some(here)) if here.as_deref() != Some(&committed) => found.add(
            "configuration",
            State::Note,
            format!("{REPOSITORY_FILE} is not as it is in HEAD, by which changes are judged"),
            &format!("commit {REPOSITORY_FILE}, or restore it"),
        ),
        _ => {
            found.ok("configuration", format!("{REPOSITORY_FILE} of HEAD is read and makes sense"))
        }
    }
    let variables = loaded.sources.iter().filter(|it| it.to_string().starts_with("environment"));
    for variable in variables {
        let words = format!("{variable} overrides what the repository says");
        found.add("configuration", State::Note, words, "unset it, if that is not meant");
    }
    Ok(Some(loaded))
}

fn sanitize(found: &mut Found, context: &Context, repo: &Repo, loaded: &Loaded) {
    let head = match repo.head_commit() {
        Ok(head) => head,
        Err(error) => return found.error("sanitize", &error.into()),
    };
    match Look::of_revision(context, &loaded.config.sanitize, repo, head) {
        Err(error) => found.error("sanitize", &error),
        Ok(look) if look.acceptance.notes().is_empty() => {
            found.ok("sanitize", counted(look.scanner.rules().count(), "rule", "rules"));
        }
        Ok(look) => {
            for note in look.acceptance.notes() {
                found.add("sanitize", State::Problem, note, "take it out, or renew it");
            }
        }
    }
}

fn compliance(found: &mut Found, repo: &Repo, loaded: &Loaded) -> Result<(), CliError> {
    let settings = match subject::settings(loaded) {
        Ok(settings) => settings,
        Err(error) => {
            found.error("compliance", &error);
            return Ok(());
        }
    };
    let head = repo.head_commit()?;
    let own = match Own::of_revision(repo, head, &settings, &[]) {
        Ok(own) => own,
        Err(error) => {
            found.error("policies", &error);
            return Ok(());
        }
    };
    let config = settings.config();
    if config.frameworks.is_empty() && own.policies.is_empty() {
        found.add(
            "compliance",
            State::Note,
            "no framework is asked for, so that no rule decides",
            "set `compliance.frameworks`; `gitops-health compliance list` has all",
        );
        return Ok(());
    }
    let catalogue = Catalogue::with_own(&settings, &own.policies, Limits::default());
    match catalogue {
        Err(error) => found.add("compliance", State::Problem, error.to_string(), "mend it"),
        Ok(catalogue) => {
            let known = catalogue.frameworks();
            let unknown =
                config.frameworks.iter().find(|it| !known.contains_key(*it) && *it != "all");
            match unknown {
                Some(name) => found.add(
                    "compliance",
                    State::Problem,
                    format!("there is no framework `{name}`"),
                    "`gitops-health compliance list` has all",
                ),
                None => found.ok("compliance", config.frameworks.join(", ")),
            }
        }
    }
    trusted(found, repo, head, &settings)
}

/// What rules believe, as HEAD has it.
fn trusted(
    found: &mut Found,
    repo: &Repo,
    head: Option<ObjectId>,
    settings: &Settings,
) -> Result<(), CliError> {
    if let Err(error) = Trusted::read(repo, head, settings) {
        found.error("what is believed", &subject::unusable(error));
        return Ok(());
    }
    let config = settings.config();
    let is_there = |path: &str| -> Result<bool, CliError> {
        let Some(head) = head else { return Ok(false) };
        Ok(repo.side_of_commit(head, &RepoPath::from(path))?.is_some())
    };
    for (what, path, remedy) in [
        (
            "roster",
            &config.roster,
            "gitops-health compliance roster > .gitops-health/roster.yaml, look at each entry, commit it",
        ),
        (
            "keys",
            &config.allowed_signers,
            "collect the keys of who signs in it (docs/signatures.md), and commit it",
        ),
    ] {
        match is_there(path)? {
            true => found.ok(what, format!("{path} is read")),
            false => found.add(
                what,
                State::Note,
                format!("HEAD has no {path}: rules that ask for it can not be answered"),
                remedy,
            ),
        }
    }
    match head.map(|head| repo.owners(&repo.commit(head)?)).transpose()?.flatten() {
        None => found.add(
            "owners",
            State::Note,
            "there is no CODEOWNERS: rules that ask for owners can not be answered",
            "write one; GitHub and GitLab describe it",
        ),
        Some(file) if file.skipped.is_empty() => {
            found.ok("owners", format!("{} is read", file.path))
        }
        Some(file) => {
            let lines = counted(file.skipped.len(), "line has", "lines have");
            let words = format!("{lines} no effect in {}", file.path);
            found.add("owners", State::Problem, words, "mend them: nobody owns what they name");
        }
    }
    Ok(())
}

fn past(
    found: &mut Found,
    context: &Context,
    repo: &Repo,
    loaded: &Loaded,
) -> Result<(), CliError> {
    let tips: Vec<ObjectId> = repo.head_commit()?.into_iter().collect();
    match index::is_ready(context, repo, &loaded.config.index, &tips) {
        Ok(true) => found.ok("index", "the history is indexed"),
        Ok(false) => found.add(
            "index",
            State::Note,
            "the history is not indexed yet: hooks look at the newest commits alone",
            "gitops-health index update",
        ),
        Err(error) => found.error("index", &error),
    }
    Ok(())
}

fn hooks(found: &mut Found, observed: &Observed, repo: &Repo) -> Result<(), CliError> {
    if observed.keeper == Some(Keeper::Elsewhere) {
        found.add(
            "hooks",
            State::Note,
            "`core.hooksPath` is outside of this repository",
            "set it for this repository alone, or add our hooks there yourself",
        );
        return Ok(());
    }
    let is_bare = repo.worktree().is_none();
    if is_bare && repo.head_commit()?.is_none() && !repo.tips()?.is_empty() {
        found.add(
            "HEAD",
            State::Problem,
            "it leads to no branch that is there, so that nobody knows by what to judge a push",
            "git symbolic-ref HEAD refs/heads/NAME",
        );
    }
    for (name, hook) in &observed.hooks {
        let is_wanted = match name {
            HookName::PreReceive => is_bare,
            HookName::PrepareCommitMsg => false,
            _ => !is_bare,
        };
        if !is_wanted && *hook != Hook::Ours {
            continue;
        }
        let what = format!("hook {}", name.name());
        let install = format!("gitops-health hook install {}", name.name());
        match hook {
            Hook::Ours => match problem_of_hook(repo, *name)? {
                None => found.ok(&what, "installed"),
                Some(problem) if problem.contains("PATH") => {
                    found.add(&what, State::Problem, problem, "put it there, for all who commit");
                }
                Some(problem) => found.add(&what, State::Problem, problem, &install),
            },
            _ if observed.manager.is_some() => found.add(
                &what,
                State::Note,
                format!("{} looks after it", observed.manager.unwrap_or_default()),
                &format!("{install} says what to add to its configuration"),
            ),
            Hook::None => found.add(&what, State::Note, "not installed", &install),
            Hook::Other => {
                found.add(&what, State::Note, "there is another, and ours is not", &install)
            }
            Hook::PreCommitFramework | Hook::Lefthook => found.add(
                &what,
                State::Note,
                "another program writes it",
                &format!("{install} says what to add to its configuration"),
            ),
        }
    }
    Ok(())
}

fn pipelines(found: &mut Found, observed: &Observed) {
    if observed.pipelines.is_empty() {
        let remedy = "the project's examples/05-in-a-pipeline has files for GitHub, GitLab, Jenkins and Azure";
        found.add("pipeline", State::Note, "none is found", remedy);
        return;
    }
    let mut asking = observed.pipelines.iter().filter(|it| it.asks).peekable();
    if asking.peek().is_none() {
        let names: Vec<&str> =
            observed.pipelines.iter().take(3).map(|it| it.path.as_str()).collect();
        let words = format!("none asks us: {}", names.join(", "));
        found.add("pipeline", State::Note, words, "let one run `gitops-health check --ci`");
        return;
    }
    for pipeline in asking {
        let remedy = match pipeline.system {
            System::GitHub => "fetch-depth: 0 for actions/checkout",
            System::GitLab => "GIT_DEPTH: 0 in its variables",
            _ => "fetchDepth: 0 in its checkout step",
        };
        match pipeline.fetches_all {
            true => found.ok("pipeline", format!("{} asks us", pipeline.path)),
            false => found.add(
                "pipeline",
                State::Problem,
                format!(
                    "{} asks us and does not say that it fetches all of the history",
                    pipeline.path
                ),
                remedy,
            ),
        }
    }
}
