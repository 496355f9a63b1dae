use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write;
use std::path::Path;

use gitops_health_git::{Held, ObjectId, Reference, Repo, RepoPath, Target, counted};
use gitops_health_report::scan::ScanFinding;
use gitops_health_sanitize::is_passed_over;
use serde::Serialize;

use super::backup::directory_outside;
use super::cleaning::Cleaning;
use super::{cleaner, top_of};
use crate::args::CleanArgs;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::look::Look;
use crate::output;
use crate::sanitize_scan::history::{self, Commits, Extent, WORKTREE};
use crate::sanitize_scan::{LARGEST, MESSAGE, PEOPLE};

/// The program that carries the plan out.
const REWRITE: &str = include_str!("rewrite.py");

/// What is replaced in an object. What was there is not written down, only where it is.
#[derive(Serialize)]
struct Entry {
    object: String,
    kind: &'static str,
    length: usize,
    /// First byte, first byte behind, and what takes the place: each character is a byte.
    replacements: Vec<(usize, usize, String)>,
}

/// `sanitize --history --plan DIR`: how to take all out of a history, for git filter-repo. Nothing is
/// rewritten here.
pub(super) fn run(context: &Context, args: &CleanArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo()?;
    let place = args.plan.as_deref().unwrap_or(Path::new("."));
    let hint = "name a directory outside of the repository with `--plan DIR`";
    let place = directory_outside(place, [top_of(&repo)].into_iter(), hint)?;
    let look = Look::new(context, Some(&repo), None, args.dates.map(Into::into))?.for_much();
    let (_, outcome) = history::scan(context, &repo, &look, &Extent::default())?;
    let mut plan = Plan {
        cleaning: Cleaning::new(&look, cleaner(&look, args)?),
        entries: BTreeMap::new(),
        left: outcome.skipped.iter().filter(|skip| skip.is_failure).count(),
    };
    let known = outcome.accepted.iter().filter(|accepted| accepted.by == "baseline");
    let known = known.map(|accepted| &accepted.finding);
    let found: Vec<_> = outcome.findings.iter().chain(known).collect();
    let paths: HashSet<&str> = found.iter().map(|finding| finding.path.as_str()).collect();
    // Nobody gets the stash of somebody else.
    let mut references = repo.references()?;
    references.retain(|reference| reference.name != STASH);
    plan.contents(&repo, &references, &paths)?;
    if paths.contains(MESSAGE) {
        plan.messages(&repo, &references)?;
    }
    plan.annotations(&references);
    let secrets = found.iter().filter(|finding| finding.category == "secret");
    let secrets: BTreeSet<&str> = secrets.map(|finding| finding.rule.as_str()).collect();
    let beside = Beside::of(&found);
    let words = Words { place: &place, secrets: &secrets, beside, left: plan.left };
    let text = words.of(&plan.entries);
    if !plan.entries.is_empty() {
        let mut lines = String::new();
        for entry in plan.entries.values() {
            lines += &(serde_json::to_string(entry).expect("numbers and words") + "\n");
        }
        write(&place, "replacements.jsonl", &lines)?;
        write(&place, "rewrite.py", REWRITE)?;
        write(&place, "PLAN.md", &text)?;
    }
    output::write(context, &text)?;
    Ok(match () {
        () if plan.left > 0 => ExitCode::NotEvaluated,
        () if !plan.entries.is_empty() || words.beside != Beside::default() => ExitCode::Findings,
        () => ExitCode::Clean,
    })
}

fn write(place: &Path, name: &str, text: &str) -> Result<(), CliError> {
    let path = place.join(name);
    output::write_file(&path, text.as_bytes()).map_err(|source| {
        CliError::new(Failure::Output { place: path.display().to_string(), source })
    })
}

/// The reference that leads to what was put aside last.
const STASH: &str = "refs/stash";

/// How much was found that no plan is made for.
#[derive(Default, PartialEq, Eq)]
struct Beside {
    /// In names of files and references.
    names: usize,
    /// In names and addresses of people.
    people: usize,
    /// In what nobody gets who clones: stashes, worktrees, what references were at before.
    own: usize,
}

impl Beside {
    fn of(found: &[&ScanFinding]) -> Self {
        let mut beside = Self::default();
        for finding in found {
            let is_of_name =
                finding.field.as_ref().is_some_and(|field| field.starts_with("name of the "));
            let is_own = finding.reference.as_ref().is_some_and(|reference| {
                reference == STASH || reference == WORKTREE || reference.contains("@{")
            });
            beside.names += usize::from(is_of_name);
            beside.people += usize::from(finding.path == PEOPLE);
            beside.own += usize::from(is_own);
        }
        beside
    }
}

struct Plan<'a> {
    cleaning: Cleaning<'a>,
    /// By object.
    entries: BTreeMap<ObjectId, Entry>,
    /// What could not be cleaned.
    left: usize,
}

impl Plan<'_> {
    /// The contents of all files in some version of which something was found, and of those that were made
    /// from one of these.
    fn contents(
        &mut self,
        repo: &Repo,
        references: &[Reference],
        paths: &HashSet<&str>,
    ) -> Result<(), CliError> {
        let commits = Commits::of_references(repo, references)?;
        let scanner = &self.cleaning.look.scanner;
        let matters = |path: &RepoPath| scanner.looks_for_more_in(path.as_bytes());
        for it in repo.introductions(&commits.all, &matters, &mut |_| {})? {
            let shown = self.cleaning.look.shown(it.path.as_bytes());
            let comes_from_one = it.before.is_some_and(|before| self.entries.contains_key(&before));
            if paths.contains(shown.as_str()) || comes_from_one {
                self.content(repo, &shown, it.id)?;
            }
        }
        for reference in references {
            let name = self.cleaning.look.shown(&reference.name);
            match reference.target {
                Target::Blob(id) => self.content(repo, &name, id)?,
                Target::Tree(id) => {
                    for (path, id) in repo.contents_of_tree(id)? {
                        let path = self.cleaning.look.shown(path.as_bytes());
                        self.content(repo, &path, id)?;
                    }
                }
                Target::Commit(_) | Target::Missing(_) => {}
            }
        }
        Ok(())
    }

    fn content(&mut self, repo: &Repo, path: &str, id: ObjectId) -> Result<(), CliError> {
        match repo.held(id, LARGEST)? {
            Held::Content(content) if is_passed_over(path.as_bytes(), &content) => {}
            Held::Content(content) => self.add("blob", path, id, &content),
            Held::TooLarge(_) | Held::Missing => self.left += 1,
        }
        Ok(())
    }

    fn messages(&mut self, repo: &Repo, references: &[Reference]) -> Result<(), CliError> {
        for id in Commits::of_references(repo, references)?.all {
            self.add("commit", MESSAGE, id, &repo.commit(id)?.message);
        }
        Ok(())
    }

    fn annotations(&mut self, references: &[Reference]) {
        for reference in references {
            let name = self.cleaning.look.shown(&reference.name);
            for annotation in &reference.annotations {
                self.add("tag", &name, annotation.id, &annotation.message);
            }
        }
    }

    fn add(&mut self, kind: &'static str, path: &str, id: ObjectId, content: &[u8]) {
        let Ok(cleaned) = self.cleaning.clean(path, None, content, None) else {
            self.left += 1;
            return;
        };
        if cleaned.edits.is_empty() {
            return;
        }
        let replacement = |edit: &gitops_health_sanitize::Edit| {
            let text = cleaned.bytes[edit.new.clone()].iter().map(|byte| char::from(*byte));
            (edit.old.start, edit.old.end, text.collect())
        };
        let replacements = cleaned.edits.iter().map(replacement).collect();
        let object = id.to_string();
        self.entries.insert(id, Entry { object, kind, length: content.len(), replacements });
    }
}

/// What is said of a plan.
struct Words<'a> {
    place: &'a Path,
    secrets: &'a BTreeSet<&'a str>,
    beside: Beside,
    left: usize,
}

impl Words<'_> {
    fn of(&self, entries: &BTreeMap<ObjectId, Entry>) -> String {
        let mut text = String::from("# Taking it out of the history\n\n");
        let count = |kind: &str| entries.values().filter(|entry| entry.kind == kind).count();
        let [blobs, commits, tags] = ["blob", "commit", "tag"].map(count);
        let places: usize = entries.values().map(|entry| entry.replacements.len()).sum();
        let _ = writeln!(
            text,
            "{} in {}, {} of commits and {} of tags {} replaced.",
            counted(places, "place", "places"),
            counted(blobs, "content", "contents"),
            counted(commits, "message", "messages"),
            counted(tags, "message", "messages"),
            if places == 1 { "is" } else { "are" },
        );
        if self.left > 0 {
            let left = counted(self.left, "object", "objects");
            let _ = writeln!(
                text,
                "\n{left} could not be looked at or cleaned: `sanitize scan --history` names them. \
                 They stay as they are."
            );
        }
        self.tell_beside(&mut text);
        if entries.is_empty() {
            return text;
        }
        self.steps(&mut text);
        text
    }

    /// What no plan is made for.
    fn tell_beside(&self, text: &mut String) {
        let Beside { names, people, own } = self.beside;
        if names > 0 {
            let names = counted(names, "name", "names");
            let _ = writeln!(
                text,
                "\nSomething was found in {names} of files and references, too. No plan is made for these: \
                 rename files with\n`git filter-repo --path-rename OLD:NEW`, and branches and tags by hand."
            );
        }
        if people > 0 {
            let people = counted(people, "name or address", "names or addresses");
            let _ = writeln!(
                text,
                "\nSomething was found in {people} of people who made commits or tags. No plan is made for these: \
                 write others into a\nmailmap, and rewrite them with `git filter-repo --mailmap FILE`."
            );
        }
        if own > 0 {
            let own = counted(own, "place", "places");
            let _ = writeln!(
                text,
                "\nSomething was found in {own} that only this clone has: a stash, the head of a worktree, or what a \
                 reference was at\nbefore. `sanitize scan --history` names them. Nobody gets them who clones: take them \
                 away with `git stash drop`,\n`git worktree remove`, and `git reflog expire --expire=now --all` and \
                 `git gc --prune=now`."
            );
        }
    }

    fn steps(&self, text: &mut String) {
        let mut number = 0;
        let mut step = |text: &mut String, words: &str| {
            number += 1;
            let _ = write!(text, "\n{number}. {words}\n");
        };
        if !self.secrets.is_empty() {
            let rules = self.secrets.iter().copied().collect::<Vec<_>>().join(", ");
            let words = format!(
                "Revoke the secrets first ({rules}). Whoever has a clone has them, and no rewriting changes that."
            );
            step(text, &words);
        }
        step(
            text,
            "Ask everybody to push what they have and to stop. All ids of commits change from the first one that is \
             rewritten on.",
        );
        step(
            text,
            "Rewrite a fresh mirror, with git-filter-repo 2.38 or newer:\n\n   \
             ```sh\n   python3 -m pip install git-filter-repo\n   git clone --mirror URL rewritten.git\n   cd rewritten.git",
        );
        let script = self.place.join("rewrite.py");
        let script = script.display().to_string().replace('\'', r"'\''");
        let _ = writeln!(text, "   python3 '{script}'\n   ```");
        step(
            text,
            "See that nothing is left:\n\n   ```sh\n   gitops-health sanitize scan --history\n   ```",
        );
        step(
            text,
            "Put it in the place of the old one, and let everybody clone anew:\n\n   ```sh\n   git push --mirror \
             URL\n   ```\n\n   Forges keep pull requests, forks and caches: ask theirs to be removed.",
        );
        let _ = write!(
            text,
            "\n`replacements.jsonl` holds no value: an object by its id, and where in it which bytes are replaced by \
             what.\n"
        );
    }
}
