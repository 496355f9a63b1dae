use std::cell::OnceCell;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use gitops_health_git::{Location, Mode, ObjectId, Person, Repo, RepoPath, ZonedTime};
use gitops_health_report::Style;
use jiff::Zoned;

use crate::args::{Color, GlobalArgs};
use crate::config::{InRepository, Loaded, Origin, REPOSITORY_FILE};
use crate::error::CliError;
use crate::look::masked;
use crate::progress::Progress;

/// The surroundings of one run: what was asked for globally, the terminal, the clock.
pub(crate) struct Context {
    pub global: GlobalArgs,
    now: OnceCell<ZonedTime>,
}

impl Context {
    pub fn new(global: GlobalArgs) -> Self {
        Self { global, now: OnceCell::new() }
    }

    /// Opens the repository that was named, or the one around the current directory. Only the
    /// latter listens to `GIT_DIR` and its like, which git sets for hooks.
    pub fn open_repo(&self) -> Result<Repo, CliError> {
        let location = match &self.global.repo {
            Some(path) => Location { start: path.clone(), use_git_environment: false },
            None => Location { start: PathBuf::from("."), use_git_environment: true },
        };
        let repo = Repo::open(&location)?;
        self.say(1, || format!("repository: {}", repo.git_dir().display()));
        Ok(repo)
    }

    /// As [`Context::open_repo`], where outside of any repository is a place to be too.
    pub fn open_repo_if_any(&self) -> Result<Option<Repo>, CliError> {
        match self.open_repo() {
            Ok(repo) => Ok(Some(repo)),
            Err(error) if self.global.repo.is_none() && error.is_no_repository() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads the configuration of all places.
    pub fn config(&self, repo: Option<&Repo>) -> Result<Loaded, CliError> {
        let repository = match repo {
            None => InRepository::Absent,
            Some(repo) => config_of(repo)?,
        };
        let loaded = crate::config::load(self.global.config.as_deref(), repository)?;
        for source in &loaded.sources {
            self.say(1, || format!("configuration: {source}"));
        }
        for (key, origin) in &loaded.origins {
            self.say(2, || format!("configured: {key} by {origin}"));
        }
        Ok(loaded)
    }

    /// As [`Context::config`], with the file of the repository as it is in a commit; without any where that has none or
    /// there is no commit. Nothing of the worktree has a say.
    pub fn config_of_revision(
        &self,
        repo: &Repo,
        revision: Option<ObjectId>,
    ) -> Result<Loaded, CliError> {
        let file = |id| repo.file_of_commit(id, &RepoPath::from(REPOSITORY_FILE));
        let found = revision.map(|id| Ok::<_, CliError>((id, file(id)?))).transpose()?;
        let is_directory = |id| repo.is_directory_of_commit(id, &RepoPath::from(REPOSITORY_FILE));
        let repository = match found {
            Some((id, None)) if is_directory(id)? => InRepository::Odd(Origin::Revision(id)),
            None | Some((_, None)) => InRepository::Absent,
            Some((id, Some((Mode::File | Mode::Executable, content)))) => {
                InRepository::Revision(id, content)
            }
            Some((id, Some(_))) => InRepository::Odd(Origin::Revision(id)),
        };
        Ok(crate::config::load(self.global.config.as_deref(), repository)?)
    }

    /// The time to take for now: the given one, or that of the system clock in its zone. It stands
    /// still while the program runs.
    pub fn now(&self) -> ZonedTime {
        *self.now.get_or_init(|| {
            self.global.now.unwrap_or_else(|| {
                let now = Zoned::now();
                ZonedTime {
                    seconds: now.timestamp().as_second(),
                    offset_minutes: now.offset().seconds() / 60,
                }
            })
        })
    }

    /// Who is about to commit, as git says it: by the environment, else by its configuration files. `None` where none of
    /// these says.
    pub fn author(&self, repo: &Repo) -> Option<Person> {
        let said = |variable: &str, keys: [&str; 2]| {
            let variable = std::env::var(variable).ok().filter(|value| !value.is_empty());
            variable.or_else(|| keys.iter().find_map(|key| repo.setting(key)))
        };
        let email = said("GIT_AUTHOR_EMAIL", ["author.email", "user.email"]);
        let email = email.or_else(|| std::env::var("EMAIL").ok())?;
        let name = said("GIT_AUTHOR_NAME", ["author.name", "user.name"]).unwrap_or_default();
        // As git does, when it writes the header of a commit.
        let without = |text: &str| text.replace(['<', '>', '\n'], "");
        Some(Person::new(without(&name).trim().as_bytes(), without(&email).trim().as_bytes()))
    }

    /// Whether the result goes to a person at a terminal.
    pub fn result_goes_to_terminal(&self) -> bool {
        self.output_file().is_none() && std::io::stdout().is_terminal()
    }

    /// Whether the result goes to the standard output, and that is no terminal.
    pub fn result_goes_to_pipe(&self) -> bool {
        self.output_file().is_none() && !std::io::stdout().is_terminal()
    }

    /// The file that the result goes to; `None` for the standard output.
    pub fn output_file(&self) -> Option<&PathBuf> {
        self.global.output.as_ref().filter(|path| path.as_os_str() != "-")
    }

    /// Colours and columns of the place that the result goes to.
    pub fn style(&self) -> Style {
        let to_terminal = self.result_goes_to_terminal();
        let width = columns().or_else(|| if to_terminal { terminal_width() } else { None });
        Style {
            color: self.use_color(to_terminal),
            width: width.unwrap_or(80).clamp(20, 120),
            ascii: is_dumb(),
        }
    }

    /// Whether colours are used, given whether the place is a terminal. `NO_COLOR` counts when it
    /// is set and not empty (no-color.org).
    pub fn use_color(&self, is_terminal: bool) -> bool {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        match self.global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && !is_set("NO_COLOR") && !is_dumb(),
        }
    }

    /// Progress on the standard error, where somebody can see it and nobody said no.
    pub fn progress(&self, what: &'static str) -> Progress {
        let wanted = !self.global.quiet && !self.global.no_progress;
        if wanted && std::io::stderr().is_terminal() { Progress::on(what) } else { Progress::off() }
    }

    /// The user's directory for caches, by the XDG base directory specification.
    pub fn cache_directory(&self) -> Option<PathBuf> {
        let named = |name| std::env::var_os(name).map(PathBuf::from).filter(|it| it.is_absolute());
        named("XDG_CACHE_HOME").or_else(|| Some(named("HOME")?.join(".cache")))
    }

    /// A line on the standard error for those who asked for that much.
    pub fn say(&self, verbosity: u8, line: impl FnOnce() -> String) {
        if self.global.verbose >= verbosity {
            tell(&masked(&line()));
        }
    }

    /// A line on the standard error that only `--quiet` takes away.
    pub fn note(&self, line: &str) {
        if !self.global.quiet {
            self.warn(line);
        }
    }

    /// A line on the standard error that nothing takes away: it says why there is no answer.
    pub fn warn(&self, line: &str) {
        tell(&format!("note: {}", masked(line)));
    }
}

/// The worktree's file counts, committed or not; without a worktree that of HEAD.
fn config_of(repo: &Repo) -> Result<InRepository, CliError> {
    if let Some(worktree) = repo.worktree() {
        return Ok(InRepository::Worktree(worktree.to_owned()));
    }
    let path = RepoPath::from(REPOSITORY_FILE);
    Ok(match repo.file_of_head(&path)? {
        None => match repo.head_commit()? {
            Some(id) if repo.is_directory_of_commit(id, &path)? => InRepository::Odd(Origin::Head),
            _ => InRepository::Absent,
        },
        Some((Mode::File | Mode::Executable, content)) => InRepository::Head(content),
        Some(_) => InRepository::Odd(Origin::Head),
    })
}

/// Writes a line to the standard error. Where that can't be written, nobody would hear of it.
fn tell(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Whether the terminal says that it can do nothing.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// `COLUMNS` of the environment, which counts in a pipe too, as it does for git.
fn columns() -> Option<u16> {
    let columns = std::env::var("COLUMNS").ok()?.parse().ok()?;
    (columns > 0).then_some(columns)
}

fn terminal_width() -> Option<u16> {
    console::Term::stdout().size_checked().map(|(_, columns)| columns)
}
