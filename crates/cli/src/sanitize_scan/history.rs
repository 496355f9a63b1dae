use std::cell::{Cell, OnceCell};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use gitops_health_git::{
    Commit, FileInTree, Held, Introduction, ObjectId, Reference, Repo, RepoPath, Target, counted,
};
use gitops_health_sanitize::is_passed_over;

use super::changes::{FILE_NAME, scan_commit};
use super::outcome::{Origin, Outcome, Place};
use super::{LARGEST, threads};
use crate::args::{Day, is_within};
use crate::context::Context;
use crate::error::CliError;
use crate::look::Look;

/// All contents of a history, each where it was brought: what is new in it. Names, messages, tags,
/// notes and stashes with them.
pub(crate) fn scan(
    context: &Context,
    repo: &Repo,
    look: &Look,
    extent: &Extent,
) -> Result<(String, Outcome), CliError> {
    let references = repo.references()?;
    let commits = Commits::read(repo, &references)?;
    let progress = context.progress("commits compared");
    let matters = |path: &RepoPath| look.scanner.looks_for_more_in(path.as_bytes());
    let mut introductions =
        repo.introductions(&commits.all, &matters, &mut |count| progress.at(count))?;
    drop(progress);
    let mut whole = Outcome::default();
    let origins = origins(repo, look, extent, &commits, &mut whole)?;
    miss_what_is_cut_off(repo, extent, &mut whole)?;
    introductions.retain(|it| origins.contains_key(&it.commit));
    // The versions of a path stand together, the newest first, as packs hold them.
    introductions.sort_by(|one, two| {
        let order = |it: &Introduction| commits.order[&it.commit];
        one.path.cmp(&two.path).then_with(|| order(two).cmp(&order(one)))
    });
    let paths: Vec<&[Introduction]> =
        introductions.chunk_by(|one, two| one.path == two.path).collect();
    let head = files_of_head(repo)?;
    let scan = |repo: &Repo, versions: &[Introduction]| {
        Past { repo, look, origins: &origins, head: &head }.scan(versions)
    };
    for outcome in of_each_path(repo, &paths, threads(extent.threads), scan)? {
        whole.add(outcome);
    }
    for reference in &references {
        scan_reference(repo, look, reference, &mut whole)?;
    }
    let commits = counted(origins.len(), "commit", "commits");
    Ok((format!("the history of {commits} was"), whole))
}

/// What the versions of each path have brought, in the order of paths. So many threads look at them.
fn of_each_path(
    repo: &Repo,
    paths: &[&[Introduction]],
    threads: usize,
    scan: impl Fn(&Repo, &[Introduction]) -> Result<Outcome, CliError> + Sync,
) -> Result<impl Iterator<Item = Outcome>, CliError> {
    let next = AtomicUsize::new(0);
    let threads = threads.min(paths.len().max(1));
    // This thread works, too: what its reader keeps would be idle else.
    let others = (1..threads).map(|_| repo.for_thread()).collect::<Result<Vec<_>, _>>()?;
    let work = |repo: &Repo| -> Result<Vec<(usize, Outcome)>, CliError> {
        let mut outcomes = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(versions) = paths.get(number) else { return Ok(outcomes) };
            outcomes.push((number, scan(repo, versions)?));
        }
    };
    let work = &work;
    let results: Vec<Result<Vec<(usize, Outcome)>, CliError>> = std::thread::scope(|scope| {
        let workers: Vec<_> =
            others.into_iter().map(|repo| scope.spawn(move || work(&repo))).collect();
        let own = work(repo);
        let theirs = workers.into_iter().map(|it| it.join().expect("no worker panics"));
        std::iter::once(own).chain(theirs).collect()
    });
    let mut outcomes = Vec::new();
    for result in results {
        outcomes.extend(result?);
    }
    outcomes.sort_by_key(|(number, _)| *number);
    Ok(outcomes.into_iter().map(|(_, outcome)| outcome))
}

/// What leads to the head of another worktree.
pub(crate) const WORKTREE: &str = "a worktree";

/// The commits of a history, parents first.
pub(crate) struct Commits {
    pub all: Vec<ObjectId>,
    order: HashMap<ObjectId, usize>,
    /// What leads to those that no branch leads to.
    references: HashMap<ObjectId, String>,
}

impl Commits {
    /// Those that references lead to: what a clone of all of them has.
    pub fn of_references(repo: &Repo, references: &[Reference]) -> Result<Self, CliError> {
        let branches = references.iter().filter(|reference| reference.is_branch());
        let mut tips: Vec<ObjectId> = branches.filter_map(commit_of).collect();
        tips.extend(repo.head_commit()?);
        tips.sort_unstable();
        tips.dedup();
        let all = repo.new_commits(&tips, &mut |_| false)?;
        let mut commits = Self { all, order: HashMap::new(), references: HashMap::new() };
        commits.order.extend(commits.all.iter().enumerate().map(|(number, id)| (*id, number)));
        for reference in references.iter().filter(|reference| !reference.is_branch()) {
            commits.lead(repo, &reference.name.to_string(), commit_of(reference).as_slice())?;
        }
        Ok(commits)
    }

    /// The same, and those that only this clone knows of.
    fn read(repo: &Repo, references: &[Reference]) -> Result<Self, CliError> {
        let mut commits = Self::of_references(repo, references)?;
        commits.lead(repo, WORKTREE, &repo.tips_of_worktrees()?)?;
        for (number, stash) in repo.stashed()?.into_iter().enumerate() {
            commits.lead(repo, &format!("stash@{{{number}}}"), &[stash])?;
        }
        for (name, commit) in repo.logged()? {
            match commits.lead(repo, &name, &[commit]) {
                // What nothing but a list leads to is thrown away after some weeks.
                Err(error) if error.is_missing_object() => {}
                other => other?,
            }
        }
        Ok(commits)
    }

    /// Adds what only this leads to.
    fn lead(&mut self, repo: &Repo, name: &str, tips: &[ObjectId]) -> Result<(), CliError> {
        let order = &mut self.order;
        if tips.iter().all(|tip| order.contains_key(tip)) {
            return Ok(());
        }
        for commit in repo.new_commits(tips, &mut |id| order.contains_key(&id))? {
            order.insert(commit, self.all.len());
            self.all.push(commit);
            self.references.insert(commit, name.to_owned());
        }
        Ok(())
    }
}

fn commit_of(reference: &Reference) -> Option<ObjectId> {
    match reference.target {
        Target::Commit(commit) => Some(commit),
        _ => None,
    }
}

/// The commits that are asked about, and what they say of themselves.
fn origins(
    repo: &Repo,
    look: &Look,
    extent: &Extent,
    commits: &Commits,
    whole: &mut Outcome,
) -> Result<HashMap<ObjectId, Origin>, CliError> {
    let mut origins = HashMap::with_capacity(commits.all.len());
    let mut people = HashSet::new();
    for id in &commits.all {
        let commit = repo.commit(*id)?;
        if !extent.has(&commit) {
            continue;
        }
        let reference = commits.references.get(id).map(|name| look.shown(name.as_bytes()));
        let is_from_branch = Some(reference.is_none());
        let origin = Origin { reference, is_from_branch, ..Origin::of(look, &commit) };
        scan_commit(look, &origin, &commit, &mut people, whole);
        origins.insert(*id, origin);
    }
    Ok(origins)
}

/// What stands for the path of commits.
const HISTORY: &str = "(history)";

/// Says so where a shallow clone ends before what is asked about.
fn miss_what_is_cut_off(
    repo: &Repo,
    extent: &Extent,
    outcome: &mut Outcome,
) -> Result<(), CliError> {
    let mut count = 0;
    for edge in repo.shallow_edges() {
        let commit = match repo.commit(edge).map_err(CliError::from) {
            // Git keeps the ids of edges that are gone.
            Err(error) if error.is_missing_object() => continue,
            commit => commit?,
        };
        let seconds = commit.committer.time.seconds;
        count += usize::from(is_within(seconds, extent.since, None));
    }
    if count > 0 {
        let edges = counted(count, "commit", "commits");
        let reason = format!(
            "what came before {edges} is not in this shallow clone: get it with `git fetch --unshallow`"
        );
        outcome.skip(HISTORY, reason, true);
    }
    Ok(())
}

/// How much of a history is looked at, and by how many threads.
#[derive(Default)]
pub(crate) struct Extent {
    pub since: Option<Day>,
    pub until: Option<Day>,
    pub threads: Option<u16>,
}

impl Extent {
    fn has(&self, commit: &Commit) -> bool {
        is_within(commit.committer.time.seconds, self.since, self.until)
    }
}

fn files_of_head(repo: &Repo) -> Result<HashMap<RepoPath, FileInTree>, CliError> {
    let Some(head) = repo.head_commit()? else { return Ok(HashMap::new()) };
    let files = repo.files_of(head)?.files.into_iter();
    Ok(files.map(|file| (file.path.clone(), file)).collect())
}

/// Looks at the name of a reference, at what its tags say, and at contents that have no commit.
fn scan_reference(
    repo: &Repo,
    look: &Look,
    reference: &Reference,
    outcome: &mut Outcome,
) -> Result<(), CliError> {
    let name = look.shown(&reference.name);
    let place = Place::new(&name, None);
    outcome.scan_name(look, &place, "name of the reference", &reference.name);
    for annotation in &reference.annotations {
        let findings = look.scanner.in_project().scan(&annotation.message);
        outcome.list(look, &place, &annotation.message, findings);
        if let Some(tagger) = &annotation.tagger {
            outcome.scan_person(look, &place, &tagger.person);
        }
    }
    let contents = match reference.target {
        Target::Commit(_) => Vec::new(),
        Target::Blob(id) => vec![(name.clone(), id)],
        Target::Tree(id) => {
            let contents = repo.contents_of_tree(id)?.into_iter();
            let path = |path: &RepoPath| format!("{name}:{}", look.shown(path.as_bytes()));
            contents.map(|(at, id)| (path(&at), id)).collect()
        }
        Target::Missing(id) => {
            outcome.skip(&name, format!("{id} is not in this clone"), true);
            Vec::new()
        }
    };
    for (path, id) in contents {
        match repo.held(id, LARGEST)? {
            Held::Content(content) => outcome.scan(look, &Place::new(&path, None), &content),
            Held::TooLarge(_) => outcome.skip(&path, "it is too large", true),
            Held::Missing => outcome.skip(&path, "its content is not in this clone", true),
        }
    }
    Ok(())
}

/// What all versions of files are looked at with.
struct Past<'a> {
    repo: &'a Repo,
    look: &'a Look,
    origins: &'a HashMap<ObjectId, Origin>,
    head: &'a HashMap<RepoPath, FileInTree>,
}

impl Past<'_> {
    /// The versions of one path, the newest first.
    fn scan(&self, versions: &[Introduction]) -> Result<Outcome, CliError> {
        let mut outcome = Outcome::default();
        let Some(oldest) = versions.last() else { return Ok(outcome) };
        let path = self.look.shown(oldest.path.as_bytes());
        let in_head = self.in_head(&oldest.path);
        let attributes = self.head.get(&oldest.path).map(|file| &file.attributes);
        let origin = self.origins.get(&oldest.commit);
        let named = Place { attributes, ..Place::new(&path, origin) };
        outcome.scan_name(self.look, &named, FILE_NAME, oldest.path.as_bytes());
        let mut last: Option<(ObjectId, Held)> = None;
        for version in versions {
            let new = match last.take() {
                Some((id, held)) if id == version.id => held,
                _ => self.repo.held(version.id, LARGEST)?,
            };
            let old = match version.before {
                Some(before) => Some((before, self.repo.held(before, LARGEST)?)),
                None => None,
            };
            match &new {
                Held::Content(new) => {
                    let old = match &old {
                        Some((_, Held::Content(old))) if !is_passed_over(path.as_bytes(), old) => {
                            Some(&old[..])
                        }
                        _ => None,
                    };
                    let origin = self.origins.get(&version.commit);
                    let place =
                        Place { attributes, in_head: Some(&in_head), ..Place::new(&path, origin) };
                    outcome.scan_version(self.look, &place, new, old.as_slice());
                }
                Held::TooLarge(_) => outcome.skip(&path, "it is too large", true),
                Held::Missing => outcome.skip(&path, "its content is not in this clone", true),
            }
            last = old;
        }
        Ok(outcome)
    }

    /// Whether the file of this path has a value at HEAD, too. It is read when that is asked first.
    fn in_head(&self, path: &RepoPath) -> impl Fn(&[u8]) -> bool {
        let content = OnceCell::new();
        let id = self.head.get(path).map(|file| file.id);
        // Values mostly stand there in the order in which they are asked for.
        let next = Cell::new(0);
        move |value: &[u8]| {
            let content = content.get_or_init(|| match self.repo.held(id?, LARGEST) {
                Ok(Held::Content(content)) => Some(content),
                _ => None,
            });
            let Some(content) = content else { return false };
            let found = [next.get(), 0].iter().find_map(|from| {
                memchr::memmem::find(&content[*from..], value).map(|at| from + at)
            });
            next.set(found.unwrap_or_else(|| next.get()));
            found.is_some()
        }
    }
}
