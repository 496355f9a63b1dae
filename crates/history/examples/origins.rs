//! Compares where lines come from with `git blame`, for some files at HEAD:
//!
//! ```sh
//! cargo run --release -p gitops-health-history --example origins -- REPOSITORY PATH...
//! ```

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use gitops_health_git::{Location, ObjectId, Repo, RepoPath};
use gitops_health_history::{History, Options, Origins, Version, Work};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let place = arguments.next().ok_or("name a repository")?;
    let repo = Repo::open(&Location { start: place.clone().into(), use_git_environment: false })?;
    let head = repo.resolve("HEAD")?;
    let (mut history, _) = History::open(&repo, Options::default(), &|| {})?;
    let cancel = AtomicBool::new(false);
    history.update(
        &repo,
        &[head],
        &Work { threads: 2, progress: &|_, _, _| {}, cancel: &cancel },
    )?;
    let mut origins = Origins::new(&history, &repo);
    for path in arguments {
        // What HEAD itself wrote is not asked about.
        let before = repo.commit(head)?.parents().first().copied().ok_or("HEAD has no parent")?;
        let output = Command::new("git")
            .args(["-C", &place, "blame", "--porcelain"])
            .args([&before.to_string(), "--", &path])
            .output()?;
        let mut blamed: Vec<(ObjectId, u32)> = Vec::new();
        for line in output.stdout.split(|byte| *byte == b'\n') {
            let line = String::from_utf8_lossy(line);
            let mut words = line.split(' ');
            let commit = words.next().filter(|word| word.len() == 40);
            if let (Some(Ok(commit)), Some(Ok(number))) =
                (commit.map(str::parse), words.next().map(str::parse))
            {
                blamed.push((commit, number));
            }
        }
        let path = RepoPath::from(&*path);
        let side = repo.side_of_commit(before, &path)?.ok_or("no such file")?;
        let lines: Vec<u32> = (1..=blamed.len() as u32).collect();
        let begun = Instant::now();
        let found = origins.of(head, &Version { path: path.clone(), blob: side.id }, &lines)?;
        let elapsed = begun.elapsed();
        let known = found.iter().flatten().count();
        let commits = found.iter().zip(&blamed);
        let same = commits.filter(|(one, two)| one.as_ref().is_some_and(|it| it.commit == two.0));
        println!(
            "{path}: {} lines, {known} known, {} as git, {elapsed:.1?}",
            lines.len(),
            same.count()
        );
    }
    Ok(())
}
