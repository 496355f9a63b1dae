//! Asks how well inducing commits are found, by pairs of fixes and culprits that developers named.
//!
//! ```sh
//! cargo run --release -p gitops-health-risk --example oracle -- PAIRS SCRATCH
//! ```
//!
//! `PAIRS` is a table with tabs and a header: `repo`, `gitdir`, `id`, `fix`, `culprit`; a fix may have several lines.
//! In `SCRATCH` each repository gets a directory that borrows its objects, with an index: nothing is written elsewhere.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use gitops_health_git::{Location, ObjectId, Repo};
use gitops_health_history::{History, Options, Work};
use gitops_health_risk::label::Inducers;

/// The fixes of a repository, each with its culprits.
type Fixes = BTreeMap<ObjectId, BTreeSet<ObjectId>>;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let table = arguments.next().ok_or("name a table of pairs")?;
    let scratch = PathBuf::from(arguments.next().ok_or("name a directory for indexes")?);
    let pairs = read(&std::fs::read_to_string(table)?)?;
    let mut absent = 0;
    for ((repo, git_dir), fixes) in &pairs {
        if !Path::new(git_dir).join("objects").is_dir() {
            absent += 1;
            continue;
        }
        let begin = std::time::Instant::now();
        let place = borrow(Path::new(git_dir), &scratch, repo)?;
        let (repo_, history) = match indexed(&place, fixes) {
            Ok(it) => it,
            Err(error) => {
                println!("{repo}\tERR {error}");
                continue;
            }
        };
        let chronicle = history.chronicle_of(&fixes.keys().copied().collect::<Vec<_>>())?;
        let mut inducers = Inducers::new(&repo_, &history, &chronicle);
        for (fix, culprits) in fixes {
            let found = inducers.of(*fix)?;
            let missing =
                culprits.iter().filter(|id| found.iter().all(|one| one.commit != **id)).count();
            println!("#\t{repo}\t{fix}\t{}\t{missing}\t{}", culprits.len(), found.len());
            for one in &found {
                let values: Vec<String> =
                    one.features.iter().map(|value| format!("{value:.5}")).collect();
                println!(
                    "{fix}\t{}\t{}\t{}",
                    u8::from(culprits.contains(&one.commit)),
                    u8::from(one.is_most_recent),
                    values.join("\t")
                );
            }
        }
        eprintln!("{repo}\t{:.1}", begin.elapsed().as_secs_f64());
    }
    println!("#\tabsent\t{absent}");
    Ok(())
}

fn read(table: &str) -> Result<BTreeMap<(String, String), Fixes>, Box<dyn Error>> {
    let mut pairs: BTreeMap<(String, String), Fixes> = BTreeMap::new();
    for line in table.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [repo, git_dir, _, fix, culprit, ..] = cells[..] else {
            return Err(format!("a line has {} columns", cells.len()).into());
        };
        let fixes = pairs.entry((repo.to_owned(), git_dir.to_owned())).or_default();
        fixes.entry(fix.parse()?).or_default().insert(culprit.parse()?);
    }
    Ok(pairs)
}

/// A bare repository without anything of its own but a place for an index.
fn borrow(git_dir: &Path, scratch: &Path, name: &str) -> Result<PathBuf, Box<dyn Error>> {
    let place = scratch.join(name.replace('/', "+"));
    let objects = std::fs::canonicalize(git_dir.join("objects"))?;
    std::fs::create_dir_all(place.join("objects/info"))?;
    std::fs::create_dir_all(place.join("refs"))?;
    std::fs::write(place.join("HEAD"), "ref: refs/heads/main\n")?;
    std::fs::write(place.join("config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n")?;
    std::fs::write(place.join("objects/info/alternates"), format!("{}\n", objects.display()))?;
    if git_dir.join("shallow").is_file() {
        std::fs::copy(git_dir.join("shallow"), place.join("shallow"))?;
    }
    Ok(place)
}

fn indexed(place: &Path, fixes: &Fixes) -> Result<(Repo, History), Box<dyn Error>> {
    let repo = Repo::open(&Location { start: place.into(), use_git_environment: false })?;
    let (mut history, _) = History::open(&repo, Options::default(), &|| {})?;
    let tips: Vec<ObjectId> = fixes.keys().copied().collect();
    let cancel = AtomicBool::new(false);
    history.update(&repo, &tips, &Work { threads: 1, progress: &|_, _, _| {}, cancel: &cancel })?;
    Ok((repo, history))
}
