use std::collections::BTreeMap;

use gitops_health_git::{Head, Mode, ObjectId, Repo, RepoPath, Target, printable};

use crate::args::HookName;
use crate::error::CliError;
use crate::hook::{Hook, Keeper, Place};

/// So many commits are looked at for signatures.
const COMMITS: usize = 100;

/// So many files are looked at for their kinds.
const FILES: usize = 200_000;

/// What a repository is like, as far as that bears on its set-up.
pub(super) struct Observed {
    /// Its programming languages and how many files each has, the largest first.
    pub languages: Vec<(&'static str, usize)>,
    pub files: usize,
    /// Paths that speak of health data, some of them.
    pub of_health: Vec<String>,
    /// The branch that others begin at, where one is likely to be it.
    pub default_branch: Option<String>,
    /// The file of owners.
    pub owners: Option<String>,
    /// The pipelines that are there.
    pub pipelines: Vec<Pipeline>,
    /// Of so many of the newest commits so many are signed.
    pub signed: (usize, usize),
    /// Our hooks, and what is in the place of each.
    pub hooks: Vec<(HookName, Hook)>,
    pub keeper: Option<Keeper>,
    /// Whether the pre-commit framework or lefthook is configured.
    pub manager: Option<&'static str>,
}

/// A system that runs pipelines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pipeline {
    pub system: System,
    /// The file that says so.
    pub path: String,
    /// Whether it asks us.
    pub asks: bool,
    /// Whether it says how much of the history it fetches.
    pub fetches_all: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum System {
    GitHub,
    GitLab,
    Jenkins,
    Azure,
    Other,
}

/// Languages by what is behind the last dot of a name.
const LANGUAGES: &[(&str, &[&str])] = &[
    ("C", &["c", "h"]),
    ("C#", &["cs"]),
    ("C++", &["cc", "cpp", "cxx", "hpp"]),
    ("Dart", &["dart"]),
    ("Elixir", &["ex", "exs"]),
    ("Go", &["go"]),
    ("Java", &["java"]),
    ("JavaScript", &["js", "jsx", "mjs"]),
    ("Kotlin", &["kt", "kts"]),
    ("PHP", &["php"]),
    ("Python", &["py"]),
    ("R", &["r"]),
    ("Ruby", &["rb"]),
    ("Rust", &["rs"]),
    ("SQL", &["sql"]),
    ("Scala", &["scala"]),
    ("Shell", &["bash", "sh"]),
    ("Swift", &["swift"]),
    ("Terraform", &["tf"]),
    ("TypeScript", &["ts", "tsx"]),
];

/// Words in paths that speak of health data.
const OF_HEALTH: &[&str] =
    &["patient", "fhir", "hl7", "dicom", "medical", "clinic", "ehr", "phi", "hospital"];

impl Observed {
    pub fn of(repo: &Repo) -> Result<Self, CliError> {
        let head = repo.head_commit()?;
        let mut observed = Self {
            languages: Vec::new(),
            files: 0,
            of_health: Vec::new(),
            default_branch: default_branch(repo)?,
            owners: None,
            pipelines: Vec::new(),
            signed: (0, 0),
            hooks: Vec::new(),
            keeper: None,
            manager: None,
        };
        if let Some(head) = head {
            observed.look_at_files(repo, head)?;
            observed.signed = signed(repo, head)?;
            observed.owners = repo.owners(&repo.commit(head)?)?.map(|it| it.path.to_string());
        }
        if let Ok(place) = Place::of(repo) {
            for hook in HookName::ALL {
                observed.hooks.push((hook, place.hook(hook)?));
            }
            observed.keeper = Some(place.keeper);
        }
        Ok(observed)
    }

    fn look_at_files(&mut self, repo: &Repo, head: ObjectId) -> Result<(), CliError> {
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        let files = repo.files_of(head)?.files;
        self.files = files.len();
        for file in files.iter().take(FILES).filter(|file| file.mode != Mode::Submodule) {
            let path = String::from_utf8_lossy(file.path.as_bytes()).into_owned();
            let lower = path.to_ascii_lowercase();
            let behind = lower.rsplit('/').next().and_then(|name| name.rsplit_once('.'));
            let behind = behind.map_or("", |(_, behind)| behind);
            let language = LANGUAGES.iter().find(|(_, names)| names.contains(&behind));
            if let Some((language, _)) = language {
                *counts.entry(language).or_default() += 1;
            }
            let words = lower.split(|it: char| !it.is_ascii_alphanumeric());
            let is_of_health = words.into_iter().any(|word| {
                OF_HEALTH.iter().any(|it| word == *it || word.strip_suffix('s') == Some(it))
            });
            if is_of_health && self.of_health.len() < 3 {
                self.of_health.push(crate::look::masked_name(path.as_bytes()));
            }
            match &*path {
                ".pre-commit-config.yaml" => self.manager = Some("the pre-commit framework"),
                "lefthook.yml" | "lefthook.yaml" => self.manager = Some("lefthook"),
                _ => {}
            }
            if let Some(system) = system_of(&path) {
                self.pipelines.push(pipeline(repo, head, system, path)?);
            }
        }
        self.languages = counts.into_iter().collect();
        self.languages.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
        Ok(())
    }

    /// Whether a pipeline asks us.
    pub fn is_asked_by_pipeline(&self) -> bool {
        self.pipelines.iter().any(|it| it.asks)
    }

    pub fn has_system(&self, system: System) -> bool {
        self.pipelines.iter().any(|it| it.system == system)
    }
}

fn system_of(path: &str) -> Option<System> {
    let is_yaml = path.ends_with(".yml") || path.ends_with(".yaml");
    match path {
        ".gitlab-ci.yml" => Some(System::GitLab),
        "Jenkinsfile" => Some(System::Jenkins),
        "azure-pipelines.yml" => Some(System::Azure),
        "bitbucket-pipelines.yml" | ".travis.yml" | ".circleci/config.yml" => Some(System::Other),
        _ if path.starts_with(".github/workflows/") && is_yaml => Some(System::GitHub),
        _ if path.starts_with(".buildkite/") && is_yaml => Some(System::Other),
        _ => None,
    }
}

fn pipeline(
    repo: &Repo,
    head: ObjectId,
    system: System,
    path: String,
) -> Result<Pipeline, CliError> {
    let content = match repo.file_of_commit(head, &RepoPath::from(path.as_str())) {
        Ok(Some((Mode::File | Mode::Executable, content))) => content,
        // What is no file, or can't be read, asks nobody.
        _ => Vec::new(),
    };
    let says = |text: &str| memchr::memmem::find(&content, text.as_bytes()).is_some();
    let fetches_all = match system {
        System::GitHub => says("fetch-depth: 0"),
        System::GitLab => says("GIT_DEPTH"),
        System::Azure => says("fetchDepth: 0"),
        System::Jenkins | System::Other => true,
    };
    let path = printable(path.as_bytes());
    Ok(Pipeline { system, path, asks: says("gitops-health"), fetches_all })
}

/// How many of the newest commits are signed, and how many were looked at. Whether a signature is good is not asked.
fn signed(repo: &Repo, head: ObjectId) -> Result<(usize, usize), CliError> {
    let (mut signed, mut all, mut next) = (0, 0, Some(head));
    while let Some(id) = next.filter(|_| all < COMMITS) {
        all += 1;
        signed += usize::from(!repo.signed_commit(id)?.signatures.is_empty());
        next = repo.commit(id)?.parents().first().copied();
    }
    Ok((signed, all))
}

/// The branch that the remote calls its own, one that is mostly called so, or that of HEAD.
fn default_branch(repo: &Repo) -> Result<Option<String>, CliError> {
    let references = repo.references()?;
    let is_here = |name: &str| {
        references
            .iter()
            .any(|it| it.name == name.as_bytes() && matches!(it.target, Target::Commit(_)))
    };
    if let Some(named) = repo.default_branch_of("origin") {
        return Ok(Some(named));
    }
    for name in ["main", "master"] {
        let names = [format!("refs/heads/{name}"), format!("refs/remotes/origin/{name}")];
        if names.iter().any(|it| is_here(it)) {
            return Ok(Some(name.to_owned()));
        }
    }
    Ok(match repo.head()? {
        Head::Branch { name, .. } | Head::Unborn(name) => {
            name.strip_prefix(b"refs/heads/").map(printable)
        }
        Head::Detached(_) => None,
    })
}
