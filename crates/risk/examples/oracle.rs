//! Asks how well inducing commits are found, by pairs of fixes and culprits that developers named.
//!
//! ```sh
//! cargo run --release -p gitops-health-risk --example oracle -- PAIRS SCRATCH [ROWS]
//! ```
//!
//! `PAIRS` is a table with tabs and a header: `repo`, `gitdir`, `id`, `fix`, `culprit`; a fix may have several lines.
//! In `SCRATCH` each repository gets a directory that borrows its objects, with an index: nothing is written elsewhere.
//! What messages say is not read: they name the culprits. Only counts are printed; the features of all candidates go to `ROWS`,
//! where that is given.

#![allow(clippy::print_stdout)]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use gitops_health_git::{Location, ObjectId, Repo};
use gitops_health_history::{History, Options, Work};
use gitops_health_risk::label::{Inducers, Inducing};

/// The fixes of a repository, each with its culprits.
type Fixes = BTreeMap<ObjectId, BTreeSet<ObjectId>>;

/// Answers compared with the truth.
#[derive(Default)]
struct Count {
    fixes: usize,
    culprits: usize,
    answered: usize,
    given: usize,
    right: usize,
}

impl Count {
    fn see(&mut self, answer: &[ObjectId], culprits: &BTreeSet<ObjectId>) {
        self.fixes += 1;
        self.culprits += culprits.len();
        self.answered += usize::from(!answer.is_empty());
        self.given += answer.len();
        self.right += answer.iter().filter(|commit| culprits.contains(commit)).count();
    }

    fn in_words(&self) -> String {
        let share = |part: usize, all: usize| part as f64 / all.max(1) as f64;
        let precision = share(self.right, self.given);
        let recall = share(self.right, self.culprits);
        let f1 = 2.0 * precision * recall / (precision + recall).max(f64::MIN_POSITIVE);
        let answered = share(self.answered, self.fixes);
        format!("precision {precision:.3}, recall {recall:.3}, F1 {f1:.3}, answered {answered:.3}")
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let table = arguments.next().ok_or("name a table of pairs")?;
    let scratch = PathBuf::from(arguments.next().ok_or("name a directory for indexes")?);
    let mut rows = match arguments.next() {
        Some(file) => Some(BufWriter::new(File::create(file)?)),
        None => None,
    };
    let pairs = read(&std::fs::read_to_string(table)?)?;
    let (mut absent, mut failed, mut not_candidates) = (0, 0, 0);
    let (mut most_recent, mut ranked) = (Count::default(), Count::default());
    for ((name, git_dir), fixes) in &pairs {
        if !Path::new(git_dir).join("objects").is_dir() {
            absent += 1;
            continue;
        }
        let place = borrow(Path::new(git_dir), &scratch, name)?;
        let Ok((repo, history)) = indexed(&place, fixes) else {
            failed += 1;
            continue;
        };
        let tips: Vec<ObjectId> = fixes.keys().copied().collect();
        let chronicle = history.chronicle_of(&tips)?;
        let mut inducers = Inducers::new(&repo, &history, &chronicle);
        for (fix, culprits) in fixes {
            let found = inducers.of(*fix)?;
            let ids = |some: &mut dyn Iterator<Item = &Inducing>| -> Vec<ObjectId> {
                some.map(|one| one.commit).collect()
            };
            most_recent.see(&ids(&mut found.iter().filter(|one| one.is_most_recent)), culprits);
            ranked.see(&ids(&mut found.iter().take(1)), culprits);
            let is_there = |id: &&ObjectId| found.iter().any(|one| one.commit == **id);
            not_candidates += culprits.len() - culprits.iter().filter(is_there).count();
            if let Some(rows) = &mut rows {
                write(rows, name, *fix, culprits, &found)?;
            }
        }
    }
    println!("{} repositories, {absent} absent, {failed} could not be indexed", pairs.len());
    println!("{} fixes, {} culprits", ranked.fixes, ranked.culprits);
    println!("{not_candidates} culprits are no candidates");
    println!("R-SZZ:  {}", most_recent.in_words());
    println!("ranked: {}", ranked.in_words());
    Ok(())
}

/// One row for each fix, and one for each candidate: whether it is right, whether R-SZZ takes it, and its features.
fn write(
    rows: &mut impl Write,
    name: &str,
    fix: ObjectId,
    culprits: &BTreeSet<ObjectId>,
    found: &[Inducing],
) -> std::io::Result<()> {
    let is_there = |id: &&ObjectId| found.iter().any(|one| one.commit == **id);
    let missing = culprits.len() - culprits.iter().filter(is_there).count();
    writeln!(rows, "#\t{name}\t{fix}\t{}\t{missing}", culprits.len())?;
    for one in found {
        let (is_right, recent) = (culprits.contains(&one.commit), one.is_most_recent);
        write!(rows, "{fix}\t{}\t{}", u8::from(is_right), u8::from(recent))?;
        for value in one.features {
            write!(rows, "\t{value:.6}")?;
        }
        writeln!(rows)?;
    }
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
