use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use gitops_health_git::{Held, Introduction, ObjectId, Repo};
use gitops_health_sanitize::{Looked, Scanner};

use super::{LARGEST, Outcome, is_binary, threads};
use crate::args::ScanArgs;
use crate::context::Context;
use crate::error::CliError;

/// All contents of a history, each where it was brought: what is new in it.
pub(super) fn scan(context: &Context, args: &ScanArgs) -> Result<(String, Outcome), CliError> {
    let repo = context.open_repo()?;
    let commits = repo.new_commits(&repo.tips()?, &mut |_| false)?;
    let progress = context.progress("commits compared");
    let mut introductions = repo.introductions(&commits, &mut |count| progress.at(count))?;
    drop(progress);
    // The versions of a path stand together, the newest first, as packs hold them.
    let mut order: HashMap<ObjectId, usize> = HashMap::with_capacity(commits.len());
    order.extend(commits.iter().enumerate().map(|(number, id)| (*id, number)));
    introductions.sort_by(|one, two| {
        one.path.cmp(&two.path).then_with(|| order[&two.commit].cmp(&order[&one.commit]))
    });
    let paths: Vec<&[Introduction]> =
        introductions.chunk_by(|one, two| one.path == two.path).collect();
    let scanner = Scanner::new().for_much();
    let threads = threads(args.threads).min(paths.len().max(1));
    let next = AtomicUsize::new(0);
    let repos = (0..threads).map(|_| repo.for_thread()).collect::<Result<Vec<_>, _>>()?;
    let work = |repo: Repo| -> Result<Vec<(usize, Outcome)>, CliError> {
        let mut outcomes = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(versions) = paths.get(number) else { return Ok(outcomes) };
            outcomes.push((number, scan_versions(&repo, &scanner, versions)?));
        }
    };
    let work = &work;
    let results: Vec<Result<Vec<(usize, Outcome)>, CliError>> = std::thread::scope(|scope| {
        let workers: Vec<_> =
            repos.into_iter().map(|repo| scope.spawn(move || work(repo))).collect();
        workers.into_iter().map(|worker| worker.join().expect("no worker panics")).collect()
    });
    let mut outcomes = Vec::new();
    for result in results {
        outcomes.extend(result?);
    }
    outcomes.sort_by_key(|(number, _)| *number);
    let mut whole = Outcome::default();
    for commit in &commits {
        whole.scan_message(&scanner, &repo.commit(*commit)?);
    }
    for (_, outcome) in outcomes {
        whole.add(outcome);
    }
    Ok((format!("the history of {} commits was", commits.len()), whole))
}

/// The versions of one path, the newest first.
fn scan_versions(
    repo: &Repo,
    scanner: &Scanner,
    versions: &[Introduction],
) -> Result<Outcome, CliError> {
    let mut outcome = Outcome::default();
    let mut last: Option<(ObjectId, Held)> = None;
    for version in versions {
        let path = version.path.to_string();
        let new = match last.take() {
            Some((id, held)) if id == version.id => held,
            _ => repo.held(version.id, LARGEST)?,
        };
        let old = match version.before {
            Some(before) => Some((before, repo.held(before, LARGEST)?)),
            None => None,
        };
        match &new {
            Held::Content(new) => {
                let old = match &old {
                    Some((_, Held::Content(old))) if !is_binary(old) => Some(&old[..]),
                    _ => None,
                };
                outcome.scan_version(scanner, &path, version.commit, new, old);
            }
            Held::TooLarge(_) => outcome.skip(&path, "it is too large", true),
            Held::Missing => outcome.skip(&path, "its content is not in this clone", true),
        }
        last = old;
    }
    Ok(outcome)
}

impl Outcome {
    /// Looks at a version of a file where it differs from the one before.
    fn scan_version(
        &mut self,
        scanner: &Scanner,
        path: &str,
        commit: ObjectId,
        content: &[u8],
        before: Option<&[u8]>,
    ) {
        if is_binary(content) {
            self.skip(path, "it is binary", false);
            return;
        }
        self.files += 1;
        self.bytes += content.len() as u64;
        let Looked { findings, unseen } = match before {
            Some(before) => scanner.look_at_change(before, content),
            None => scanner.look(content),
        };
        self.miss(path, unseen);
        self.list(path, Some(commit), content, None, findings);
    }
}
