use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use gitops_health_git::{
    Commit, FileChange, ObjectId, PathAttributes, Repo, RepoPath, printable, printable_start,
};
use gitops_health_sanitize::{
    Cleaner, Dates, Finding, Replacement, SanitizeConfig, Scanner, Severity,
};

use crate::acceptance::{Acceptance, Known, senseless};
use crate::context::Context;
use crate::error::CliError;

/// Whose word counts on what is found: which values may stay, and what files are for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Believes {
    /// That of what is looked at: comments beside values, the baseline of the worktree, attributes of the change.
    Everything,
    /// That of a revision alone, so that no change accepts what it brings itself; `None` where there is none.
    Revision(Option<ObjectId>),
}

/// What everything is looked at with: rules, and what the repository says of what they find.
pub(crate) struct Look {
    pub scanner: Scanner,
    pub acceptance: Acceptance,
    believes: Believes,
    /// The file of what is known, from the top of the worktree.
    pub baseline: String,
    /// What rules look for, in words.
    names: HashMap<String, String>,
    /// The top of the worktree, to name files from there.
    top: Option<PathBuf>,
}

impl Look {
    /// What is configured; the baseline is that of a file if one is named, and so are dates if it is said which.
    pub fn new(
        context: &Context,
        repo: Option<&Repo>,
        baseline: Option<&Path>,
        dates: Option<Dates>,
    ) -> Result<Self, CliError> {
        let config = context.config(repo)?.config.sanitize;
        let scanner = scanner(&config, dates)?;
        let baseline = match baseline {
            Some(path) => Known::File(path),
            None => Known::Here(repo),
        };
        let acceptance = Acceptance::read(context, &config, &scanner, repo, baseline)?;
        Ok(Self::with(scanner, acceptance, Believes::Everything, &config, repo))
    }

    /// What is configured in the revision that is believed, and what it says of what is found.
    pub fn of_revision(
        context: &Context,
        config: &SanitizeConfig,
        repo: &Repo,
        revision: Option<ObjectId>,
    ) -> Result<Self, CliError> {
        let scanner = scanner(config, None)?;
        let known = Known::Revision(repo, revision);
        let acceptance = Acceptance::read(context, config, &scanner, Some(repo), known)?;
        let acceptance = match config.trust_comments {
            true => acceptance,
            false => acceptance.without_comments(),
        };
        Ok(Self::with(scanner, acceptance, Believes::Revision(revision), config, Some(repo)))
    }

    /// The same for all files of a commit, which counts itself where it is believed.
    pub fn of_tree(
        context: &Context,
        config: &SanitizeConfig,
        repo: &Repo,
        (trusted, tree): (ObjectId, ObjectId),
    ) -> Result<Self, CliError> {
        let config = &SanitizeConfig {
            trust_comments: config.trust_comments || trusted == tree,
            ..config.clone()
        };
        Self::of_revision(context, config, repo, Some(trusted))
    }

    fn with(
        scanner: Scanner,
        acceptance: Acceptance,
        believes: Believes,
        config: &SanitizeConfig,
        repo: Option<&Repo>,
    ) -> Self {
        let names = config.rules.iter().map(|rule| (rule.id.clone(), masked(&rule.name))).collect();
        let top = repo.and_then(|repo| std::fs::canonicalize(repo.worktree()?).ok());
        let baseline = config.baseline.clone();
        Self { scanner, acceptance, believes, baseline, names, top }
    }

    /// What the files of a tree are for, in their order, where something else than the tree is believed.
    pub fn attributes_of_tree(
        &self,
        repo: &Repo,
        paths: &[&RepoPath],
    ) -> Result<Option<Vec<PathAttributes>>, CliError> {
        Ok(match self.believes {
            Believes::Everything | Believes::Revision(None) => None,
            Believes::Revision(Some(id)) => Some(repo.attributes_of_paths(id, paths)?),
        })
    }

    /// What files are for, in their order: by what is believed.
    pub fn attributes_of(
        &self,
        repo: &Repo,
        files: &[FileChange],
    ) -> Result<Vec<PathAttributes>, CliError> {
        Ok(match self.believes {
            Believes::Everything => files.iter().map(|file| file.attributes.clone()).collect(),
            Believes::Revision(Some(id)) => repo.attributes_at(id, files)?,
            Believes::Revision(None) => vec![PathAttributes::default(); files.len()],
        })
    }

    /// The same for many texts.
    pub fn for_much(self) -> Self {
        Self { scanner: self.scanner.for_much(), ..self }
    }

    /// What a rule looks for, in words.
    pub fn name_of(&self, rule: &str) -> String {
        let known = || {
            let rule = self.scanner.rules().find(|known| known.id == rule);
            rule.map_or_else(String::new, |rule| rule.name.to_string())
        };
        self.names.get(rule).cloned().unwrap_or_else(known)
    }

    /// A file on disk, named from the top of the worktree that it is in.
    pub fn in_tree(&self, path: &Path) -> String {
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let inside = self.top.as_ref().and_then(|top| real.strip_prefix(top).ok());
        self.shown(inside.unwrap_or(path).as_os_str().as_encoded_bytes())
    }

    /// Whether a file got a name by which more is looked for in it.
    pub fn is_more_now(&self, file: &FileChange) -> bool {
        let looks_for_more = |path: &RepoPath| self.scanner.looks_for_more_in(path.as_bytes());
        let old = file.old_path.as_ref().unwrap_or(&file.path);
        looks_for_more(&file.path) && !looks_for_more(old)
    }

    /// Whether a file was moved to where less may stay, or something matters more: what is in it counts anew.
    pub fn is_elsewhere_now(&self, file: &FileChange, attributes: &PathAttributes) -> bool {
        let text = |path: &RepoPath| String::from_utf8_lossy(path.as_bytes()).into_owned();
        let stricter =
            |old: &RepoPath| self.acceptance.is_stricter(&text(&file.path), &text(old), attributes);
        file.old_path.as_ref().is_some_and(stricter)
    }

    /// A name as it may be shown: with marks in the place of what is found in it.
    pub fn shown(&self, name: &[u8]) -> String {
        printable(&self.scanner.name_with_marks(name))
    }

    /// What somebody has written, as it may be shown.
    pub fn shown_text(&self, text: &str) -> String {
        let scanner = self.scanner.in_project();
        let mut cleaner = Cleaner::new(&scanner, Replacement::Redacted, Severity::Low);
        self.shown(&cleaner.clean(text.as_bytes()).bytes)
    }

    /// What is found in a name and address, besides that it is one.
    pub fn in_person(&self, person: &[u8]) -> Vec<Finding> {
        let mut findings = self.scanner.scan_name(person);
        findings.retain(|finding| !matches!(finding.rule.as_str(), "email" | "name" | "url"));
        findings
    }
}

fn scanner(config: &SanitizeConfig, dates: Option<Dates>) -> Result<Scanner, CliError> {
    let scanner = Scanner::with_rules(&config.rules)
        .map_err(|error| senseless("sanitize.rules", &error.to_string()))?;
    Ok(scanner.with_dates(dates.unwrap_or(config.dates)))
}

/// Our own rules, for what is shown where no configuration is known.
static OURS: LazyLock<Scanner> = LazyLock::new(|| Scanner::new().in_project());

/// What errors and notes say, which may quote what they are about: with marks in the place of what our own rules
/// find in it.
pub(crate) fn masked(text: &str) -> String {
    let mut cleaner = Cleaner::new(&OURS, Replacement::Redacted, Severity::Low);
    masked_name(&cleaner.clean(text.as_bytes()).bytes)
}

/// Masks each of many texts once.
#[derive(Default)]
pub(crate) struct Masked {
    known: Mutex<HashMap<Vec<u8>, String>>,
}

impl Masked {
    /// As [`masked`].
    pub fn text(&self, text: &[u8]) -> String {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shown) = known().get(text) {
            return shown.clone();
        }
        let shown = masked(&String::from_utf8_lossy(text));
        let mut known = known();
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        known.insert(text.to_owned(), shown.clone());
        shown
    }
}

/// The most texts that are kept.
const MOST_KNOWN: usize = 50_000;

/// A name as it may be shown where no configuration is known.
pub(crate) fn masked_name(name: &[u8]) -> String {
    printable(&OURS.name_with_marks(name))
}

/// A path as it may be shown: as it is, but for marks in the place of what our own rules find in it.
pub(crate) fn masked_path(path: &RepoPath) -> String {
    let masked = masked_name(path.as_bytes());
    if masked == printable(path.as_bytes()) { path.to_string() } else { masked }
}

/// The subject of a commit as it may be shown: its beginning, with marks in the place of what our own rules
/// find in it.
pub(crate) fn subject_of(commit: &Commit) -> String {
    let subject = commit.subject();
    let mut cleaner = Cleaner::new(&OURS, Replacement::Redacted, Severity::Low);
    printable_start(&cleaner.clean(&subject).bytes, SUBJECT)
}

/// The most characters that are shown of a subject.
const SUBJECT: usize = 200;
